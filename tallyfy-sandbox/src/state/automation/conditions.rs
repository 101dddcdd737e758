//! Conditions: what they look at in a process, and whether they are met.
//!
//! Not here: joining them (`automation`).

use std::cmp::Ordering;

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use super::rule::{Condition, Rule, Subject};
use crate::dates;
use crate::state::form_values::{is_answer, is_blank};
use crate::state::process::Process;
use crate::state::task::{Task, TaskState};
use crate::state::template::Field;

/// A process and its tasks, as conditions see them.
pub struct Facts<'a> {
    /// The process.
    pub process: &'a Process,
    /// Its tasks.
    pub tasks: Vec<&'a Task>,
}

impl Facts<'_> {
    /// Whether a condition is met. One that names what is not there is not.
    pub fn meet(&self, condition: &Condition) -> bool {
        match condition.subject {
            Subject::Step => self.task(&condition.id).is_some_and(|task| step_is(task, condition)),
            Subject::Capture | Subject::Prerun => {
                self.field(condition).is_some_and(|(field, value)| field_is(field, value, condition))
            }
        }
    }

    /// The date that a met condition of a rule holds: deadlines of the rule count from it (countdown
    /// deadlines of the product's documentation; the wire has no other place for an anchor).
    pub fn date(&self, rule: &Rule, met: &[bool]) -> Option<DateTime<Utc>> {
        let met = rule.conditions.iter().zip(met).filter(|(_, met)| **met);
        let fields = met.filter_map(|(condition, _)| self.field(condition));
        let dates = fields.filter(|(field, _)| field.field_type == "date");
        dates.filter_map(|(_, value)| value?.as_str().and_then(dates::read)).next()
    }

    /// A condition in an activity row (processes_tasks:AutomationCheck).
    pub fn describe(&self, condition: &Condition, met: bool) -> Value {
        let (kind, key, name) = match condition.subject {
            Subject::Step => ("task", "task_title", self.task(&condition.id).map(|task| task.title.clone())),
            Subject::Capture => ("capture", "field_label", self.label(condition)),
            Subject::Prerun => ("prerun", "field_label", self.label(condition)),
        };
        json!({
            "type": kind, key: name, "operation": condition.operation, "statement": condition.statement,
            "logic": if condition.or { "or" } else { "and" }, "isMet": met,
        })
    }

    fn label(&self, condition: &Condition) -> Option<String> {
        self.field(condition).map(|(field, _)| field.label.clone())
    }

    fn task(&self, step: &str) -> Option<&Task> {
        self.tasks.iter().copied().find(|task| task.step_id.as_deref() == Some(step))
    }

    fn field(&self, condition: &Condition) -> Option<(&Field, Option<&Value>)> {
        let id = condition.id.as_str();
        if condition.subject == Subject::Prerun {
            let field = self.process.kickoff().iter().find(|field| field.id == id)?;
            return Some((field, self.process.prerun.get(id)));
        }
        let holder = |task: &&Task| task.fields.iter().any(|field| field.id == id);
        let task = self.tasks.iter().copied().find(holder)?;
        let field = task.fields.iter().find(|field| field.id == id)?;
        Some((field, task.taskdata.get(id)))
    }
}

fn step_is(task: &Task, condition: &Condition) -> bool {
    let decided = |approved: bool| task.state == TaskState::Completed && task.is_approved == Some(approved);
    let expiring = matches!(task.task_type.as_str(), "expiring" | "expiring_email");
    let happened = match condition.operation.as_str() {
        "completed" => task.state == TaskState::Completed,
        "reopened" => task.reopened_at.is_some() && task.state != TaskState::Completed,
        "approved" => task.task_type == "approval" && decided(true),
        "rejected" => task.task_type == "approval" && decided(false),
        "acknowledged" => expiring && decided(true),
        "expired" => expiring && decided(false),
        "not_assigned" => return task.owners.is_empty(),
        _ => false,
    };
    happened && in_time(task, &condition.statement)
}

/// Time clauses; null counts as `any_time` (mcp-newer:create_automation_rule). A day is 24 hours.
fn in_time(task: &Task, statement: &Value) -> bool {
    let Some(clause) = statement.as_str().filter(|clause| *clause != "any_time") else { return true };
    let Some((at, due)) = task.completed_at.zip(task.deadline) else { return false };
    match clause {
        "on-time" => at <= due,
        "early_24" => due - at >= Duration::hours(24),
        "late_24" => at - due >= Duration::hours(24),
        _ => true,
    }
}

fn field_is(field: &Field, value: Option<&Value>, condition: &Condition) -> bool {
    let texts = value.map_or_else(Vec::new, |value| texts(field, value, condition.column.as_deref()));
    let wanted = text(&condition.statement);
    let same = |wanted: &str| texts.iter().any(|text| text == wanted);
    let compares = |order: Ordering| texts.iter().any(|text| compare(text, &wanted) == Some(order));
    match condition.operation.as_str() {
        "contains" => texts.iter().any(|text| text.contains(&wanted)),
        "not_contains" => !texts.iter().any(|text| text.contains(&wanted)),
        "equals" => same(&wanted),
        "not_equals" => !same(&wanted),
        "equals_any" => match condition.statement.as_array() {
            Some(list) => list.iter().any(|wanted| same(&text(wanted))),
            None => wanted.split(',').any(|wanted| same(wanted.trim())),
        },
        "greater_than" => compares(Ordering::Greater),
        "less_than" => compares(Ordering::Less),
        "is_empty" => !value.is_some_and(|value| is_answer(field, value)),
        "is_not_empty" => value.is_some_and(|value| is_answer(field, value)),
        _ => false,
    }
}

/// What an answer says, as texts: one for most types, one per ticked choice, cell, file or assignee.
fn texts(field: &Field, value: &Value, column: Option<&str>) -> Vec<String> {
    let named = |entry: &Value, key: &str| entry.get(key).map(text).filter(|text| !text.is_empty());
    match (field.field_type.as_str(), value) {
        (_, value) if is_blank(value) => Vec::new(),
        ("dropdown", value) => named(value, "text").into_iter().collect(),
        ("multiselect", Value::Array(list)) => {
            let ticked = list.iter().filter(|entry| entry.get("selected") == Some(&json!(true)));
            ticked.filter_map(|entry| named(entry, "text")).collect()
        }
        ("table", Value::Array(cells)) => {
            let label = |at: usize| field.columns.get(at).and_then(|column| named(column, "label"));
            let wanted = |at: usize| column.is_none() || label(at).as_deref() == column;
            cells.iter().enumerate().filter(|(at, _)| wanted(*at)).map(|(_, cell)| text(cell)).collect()
        }
        ("file", Value::Array(files)) => files.iter().filter_map(|file| named(file, "filename")).collect(),
        ("assignees_form", Value::Object(buckets)) => {
            buckets.values().filter_map(Value::as_array).flatten().map(text).collect()
        }
        (_, value) => vec![text(value)],
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Numbers as numbers, dates as dates; other texts have no order.
fn compare(left: &str, right: &str) -> Option<Ordering> {
    if let (Ok(left), Ok(right)) = (left.parse::<f64>(), right.parse::<f64>()) {
        return left.partial_cmp(&right);
    }
    Some(dates::read(left)?.cmp(&dates::read(right)?))
}
