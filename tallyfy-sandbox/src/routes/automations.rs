//! Automations of templates: what may be stored.
//!
//! Not here: reading them, which is a matter of the template (`templates`), carrying them out
//! (`state::automation`).

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::input::Input;
use super::{Call, Inside, templates};
use crate::answer::Answer;
use crate::contract;
use crate::dates::{self, Form};
use crate::state::Refused;
use crate::state::template::Template;

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "create_automated_action" => Some(create),
        "update_automated_action" => Some(update),
        "delete_automated_action" => Some(delete),
        _ => None,
    }
}

/// Operations of a condition on a step, and of one on a field (templates:AutomationCondition).
const ON_STEPS: [&str; 7] =
    ["completed", "reopened", "approved", "rejected", "acknowledged", "expired", "not_assigned"];
const ON_FIELDS: [&str; 9] = [
    "contains",
    "not_contains",
    "equals",
    "not_equals",
    "equals_any",
    "greater_than",
    "less_than",
    "is_empty",
    "is_not_empty",
];

fn create(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let last = templates::live(call)?.automations.len();
    let id = call.context.ids.hex();
    let mut row = read(call, &id, None)?;
    row["position"] = json!(last + 1);
    store(call, last, row.clone());
    Ok(Answer { status: StatusCode::CREATED, ..Answer::item(row) })
}

/// A full replacement by id: entries that are not sent are gone (templates:update_automation).
fn update(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let (at, old) = found(call)?;
    let row = read(call, call.param("automated_action"), Some(&old))?;
    store(call, at, row.clone());
    Ok(Answer::item(row))
}

fn delete(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let (at, _) = found(call)?;
    if let Some(template) = call.organization.templates.get_mut(call.request.param("checklist")) {
        template.automations.remove(at);
    }
    Ok(Answer::empty())
}

fn found(call: &Call<'_>) -> Result<(usize, Value), Refused> {
    let id = call.param("automated_action");
    let mut rows = templates::live(call)?.automations.iter().enumerate();
    let found = rows.find(|(_, row)| row["id"] == id);
    found.map(|(at, row)| (at, row.clone())).ok_or(Refused::Missing)
}

fn store(call: &mut Call<'_>, at: usize, row: Value) {
    if let Some(template) = call.organization.templates.get_mut(call.request.param("checklist")) {
        if at < template.automations.len() {
            template.automations[at] = row;
        } else {
            template.automations.push(row);
        }
    }
}

/// Whether no rule of the template names the step or field; else a 403 that says which.
pub fn is_free(template: &Template, id: &str) -> Result<(), Refused> {
    let entries = |row: &Value, key: &str| row[key].as_array().cloned().unwrap_or_default();
    let names = |row: &&Value| {
        entries(row, "conditions").iter().any(|entry| entry["conditionable_id"] == id)
            || entries(row, "then_actions")
                .iter()
                .any(|entry| entry["target_step_id"] == id || entry["actionable_id"] == id)
    };
    match template.automations.iter().find(names) {
        Some(row) => {
            let rule = row["automated_alias"].as_str().unwrap_or_default();
            Err(Refused::Forbidden(format!("It is used by the automation \"{rule}\".")))
        }
        None => Ok(()),
    }
}

fn read(call: &mut Call<'_>, id: &str, old: Option<&Value>) -> Result<Value, Refused> {
    let body = call.body()?;
    let mut input = Input::new(&body);
    for key in ["automated_alias", "conditions", "then_actions"] {
        input.require(key);
    }
    let alias = input.text("automated_alias", 300);
    for key in ["conditions", "then_actions"] {
        if input.value(key).is_some_and(|value| !value.is_array()) {
            input.wrong(key, format!("The {} must be an array.", key.replace('_', " ")));
        }
    }
    for (at, entry) in list(&body, "conditions").iter().enumerate() {
        let place = format!("conditions.{at}.");
        check_condition(&mut input, &place, entry);
        check_types(&mut input, &place, entry, "AutomationCondition", &CONDITION);
    }
    for (at, entry) in list(&body, "then_actions").iter().enumerate() {
        let place = format!("then_actions.{at}.");
        check_action(&mut input, &place, entry);
        check_types(&mut input, &place, entry, "AutomationAction", &ACTION);
    }
    check_targets(&mut input, &list(&body, "then_actions"));
    input.finish()?;
    let now = dates::write(call.context.now, Form::Plain);
    let conditions = numbered(call, &body, "conditions", &CONDITION);
    let actions = numbered(call, &body, "then_actions", &ACTION);
    Ok(json!({
        "id": id,
        "automated_alias": alias,
        "conditions": conditions,
        "then_actions": actions,
        "position": old.map_or(json!(1), |old| old["position"].clone()),
        "created_at": old.map_or(now.clone(), |old| old["created_at"].clone()),
        "last_updated": now,
        "archived_at": null,
    }))
}

/// Keys of stored entries.
const CONDITION: [&str; 6] =
    ["conditionable_id", "conditionable_type", "operation", "statement", "logic", "column_contains_name"];
const ACTION: [&str; 9] = [
    "action_type",
    "action_verb",
    "target_step_id",
    "actionable_id",
    "actionable_type",
    "deadline",
    "assignees",
    "webhook_url",
    "alias_name",
];

/// Entries keep the id they are sent with; without one they are new.
fn numbered(call: &mut Call<'_>, body: &Map<String, Value>, key: &str, keys: &[&str]) -> Vec<Value> {
    let mut rows = Vec::new();
    for (position, entry) in (1..).zip(list(body, key)) {
        let id = entry["id"].as_str().map_or_else(|| call.context.ids.hex(), str::to_owned);
        let mut row = json!({ "id": id, "position": entry["position"].as_i64().unwrap_or(position) });
        for key in keys {
            row[*key] = entry[*key].clone();
        }
        rows.push(row);
    }
    rows
}

fn list(body: &Map<String, Value>, key: &str) -> Vec<Value> {
    body.get(key).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// What is stored as it comes has the type that answers promise.
fn check_types(input: &mut Input<'_>, place: &str, entry: &Value, component: &str, keys: &[&str]) {
    for key in keys.iter().filter(|key| !entry[**key].is_null()) {
        if !contract::fits(component, key, &entry[*key]) {
            input.wrong(&format!("{place}{key}"), format!("The {} is invalid.", key.replace('_', " ")));
        }
    }
}

/// The key `statement` must be there, even as null; letter case counts (templates:create_automation).
fn check_condition(input: &mut Input<'_>, place: &str, entry: &Value) {
    let operations: &[&str] = match entry["conditionable_type"].as_str() {
        Some("Step") => &ON_STEPS,
        Some("Capture" | "Prerun") => &ON_FIELDS,
        _ => {
            input.wrong(&format!("{place}conditionable_type"), "The selected conditionable type is invalid.");
            &[]
        }
    };
    if !entry["operation"].as_str().is_some_and(|word| operations.contains(&word)) {
        input.wrong(&format!("{place}operation"), "The selected operation is invalid.");
    }
    if !entry["conditionable_id"].is_string() {
        input.wrong(&format!("{place}conditionable_id"), "The conditionable id field is required.");
    }
    if entry.get("statement").is_none() {
        input.wrong(&format!("{place}statement"), "The statement field must be present.");
    }
}

/// A visibility or deadline action may aim at a step only once in a rule (templates:create_automation).
fn check_targets(input: &mut Input<'_>, actions: &[Value]) {
    let target = |entry: &Value| (entry["action_type"].clone(), entry["target_step_id"].clone());
    for (at, entry) in actions.iter().enumerate() {
        let single = ["visibility", "deadline"].contains(&entry["action_type"].as_str().unwrap_or_default());
        if single && actions[..at].iter().any(|other| target(other) == target(entry)) {
            let place = format!("then_actions.{at}.target_step_id");
            input.wrong(&place, "The target step id has a duplicate value.");
        }
    }
}

/// Verbs belong to types; a deadline comes whole; webhooks need URL and name.
fn check_action(input: &mut Input<'_>, place: &str, entry: &Value) {
    let verbs: &[&str] = match entry["action_type"].as_str() {
        Some("visibility") => &["show", "hide"],
        Some("deadline") => &["deadline"],
        Some("status") => &["reopen"],
        Some("assignment") => &["assign", "assign_only", "unassign", "clear_assignees"],
        Some("webhook") => &["emit_webhook"],
        _ => &[],
    };
    let verb = entry["action_verb"].as_str().unwrap_or_default();
    if !verbs.contains(&verb) {
        input.wrong(&format!("{place}action_verb"), "The selected action verb is invalid.");
    }
    let mut demand = |key: &str, there: bool| {
        if !there {
            let text = format!("The {} field is required.", key.replace('_', " "));
            input.wrong(&format!("{place}{key}"), text);
        }
    };
    demand("target_step_id", entry["target_step_id"].is_string());
    if verb == "deadline" {
        for key in ["value", "unit", "option"] {
            demand(&format!("deadline.{key}"), !entry["deadline"][key].is_null());
        }
    }
    if ["assign", "assign_only", "unassign"].contains(&verb) {
        demand("assignees", entry["assignees"].is_object() || entry["actionable_id"].is_string());
    }
    if verb == "emit_webhook" {
        for key in ["webhook_url", "alias_name"] {
            demand(key, entry[key].is_string());
        }
    }
}
