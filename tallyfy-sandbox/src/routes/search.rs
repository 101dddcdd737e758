//! Search over templates, processes, tasks, steps and form fields.
//!
//! Not here: `q` of the lists, which looks at names alone.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::view::View;
use super::{Call, Inside};
use crate::answer::{Answer, Paging};
use crate::dates::{self, Form};
use crate::query::Query;
use crate::state::Refused;

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "search" => Some(search),
        _ => None,
    }
}

/// Kinds that can be asked for (processes_tasks:search).
const KINDS: [&str; 6] = ["blueprint", "process", "task", "snippet", "capture", "step"];

/// One candidate: the texts that are searched, who started it, when, and the row.
struct Candidate {
    texts: Vec<String>,
    starter: i64,
    created_at: DateTime<Utc>,
    row: Value,
}

/// One key per kind, and no `data` on top (processes_tasks:search).
fn search(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let query = call.query();
    let kinds = query.list("on");
    let mut errors = Vec::new();
    if query.get("search").is_none() {
        errors.push(("search".to_owned(), json!("The search field is required.")));
    }
    if kinds.is_empty() || kinds.iter().any(|kind| !KINDS.contains(kind)) {
        errors.push(("on".to_owned(), json!("The selected on is invalid.")));
    }
    let condition =
        read_condition(query, &kinds).map_err(|text| errors.push(("filter".to_owned(), json!(text))));
    let (Ok(condition), true) = (condition, errors.is_empty()) else { return Err(Refused::Invalid(errors)) };
    let wanted = query.get("search").unwrap_or_default().to_lowercase();
    let view = call.view();
    let paging = Paging::read(query, 20, 100).always();
    let mut answer = Map::new();
    for kind in kinds {
        let mut rows = view.candidates(kind);
        rows.retain(|row| row.texts.iter().any(|text| text.to_lowercase().contains(&wanted)));
        rows.retain(|row| condition.as_ref().is_none_or(|condition| condition.holds(row)));
        let page = paging.page(&rows, &call.request.origin(), |row| row.row.clone());
        answer.insert(kind.to_owned(), page);
    }
    Ok(Answer::json(http::StatusCode::OK, Value::Object(answer)))
}

/// A single condition: `filter[type]=field&filter[field]=title&filter[operation]=<>&filter[value]=x`.
struct Condition {
    field: String,
    operation: String,
    value: String,
}

/// Groups of conditions are not imitated: their first condition would decide here as there when the
/// leading entry is missing.
fn read_condition(query: &Query, kinds: &[&str]) -> Result<Option<Condition>, String> {
    if query.get("filter").is_some() {
        return Err("The filter must be an array.".to_owned());
    }
    let Some(field) = query.get("filter[field]") else { return Ok(None) };
    let allowed: &[&str] = if kinds.contains(&"task") {
        &["starter", "title"]
    } else {
        &["starter", "date", "title", "description"]
    };
    if !allowed.contains(&field) {
        return Err(format!("The filter field must be one of: {}.", allowed.join(", ")));
    }
    let operation = query.get("filter[operation]").unwrap_or("=");
    if !["=", "<>", "!=", "<", ">", "<=", ">="].contains(&operation) {
        return Err("The filter operation is invalid.".to_owned());
    }
    let value = query.get("filter[value]").unwrap_or_default();
    Ok(Some(Condition {
        field: field.to_owned(),
        operation: operation.to_owned(),
        value: value.to_lowercase(),
    }))
}

impl Condition {
    fn holds(&self, candidate: &Candidate) -> bool {
        let actual = match self.field.as_str() {
            "starter" => candidate.starter.to_string(),
            "date" => candidate.created_at.format("%Y-%m-%d").to_string(),
            "title" => candidate.texts.first().cloned().unwrap_or_default().to_lowercase(),
            _ => candidate.texts.get(1).cloned().unwrap_or_default().to_lowercase(),
        };
        match self.operation.as_str() {
            "<>" | "!=" => actual != self.value,
            "<" => actual < self.value,
            ">" => actual > self.value,
            "<=" => actual <= self.value,
            ">=" => actual >= self.value,
            _ => actual == self.value,
        }
    }
}

impl View<'_> {
    fn candidates(&self, kind: &str) -> Vec<Candidate> {
        match kind {
            "blueprint" => self.template_candidates(),
            "process" => self.process_candidates(),
            "task" => self.task_candidates(),
            "step" | "capture" => self.part_candidates(kind == "step"),
            _ => Vec::new(),
        }
    }

    fn template_candidates(&self) -> Vec<Candidate> {
        let templates = self.organization.templates.iter().filter(|template| template.archived_at.is_none());
        let rows = templates.map(|template| Candidate {
            texts: vec![template.title.clone(), template.summary.clone().unwrap_or_default()],
            starter: template.created_by,
            created_at: template.created_at,
            row: json!({
                "id": template.id, "increment_id": template.increment_id, "title": template.title,
                "type": template.kind, "steps_count": template.steps.len(), "icon": null,
                "is_public": false, "is_featured": false, "organization_id": self.organization.id,
                "folders": [], "created_at": dates::write(template.created_at, Form::Plain),
            }),
        });
        rows.collect()
    }

    fn process_candidates(&self) -> Vec<Candidate> {
        let processes = self.organization.processes.iter().filter(|process| process.archived_at.is_none());
        let rows = processes.map(|process| {
            let summary = process.summarize(self.organization, self.now);
            Candidate {
                texts: vec![process.name.clone(), process.summary.clone().unwrap_or_default()],
                starter: process.started_by,
                created_at: process.created_at,
                row: json!({
                    "id": process.id, "increment_id": process.increment_id, "name": process.name,
                    "status": summary.status, "due_date_passed": summary.late_tasks > 0,
                    "due_soon": summary.due_soon, "created_at": dates::write(process.created_at, Form::Plain),
                }),
            }
        });
        rows.collect()
    }

    /// Task rows have no `run_id`: the task has to be read to find its process.
    fn task_candidates(&self) -> Vec<Candidate> {
        let tasks = self.organization.tasks.iter().filter(|task| task.archived_at.is_none());
        let rows = tasks.map(|task| Candidate {
            texts: vec![task.title.clone()],
            starter: task.starter_id,
            created_at: task.created_at,
            row: json!({
                "id": task.id, "increment_id": task.increment_id, "title": task.title,
                "status": task.state.word(), "status_label": task.label(), "position": task.position,
                "deadline": dates::optional(task.deadline, Form::Millis),
                "created_at": dates::write(task.created_at, Form::Plain), "starter_id": task.starter_id,
                "is_oneoff_task": task.is_oneoff, "owners": self.owners(task),
            }),
        });
        rows.collect()
    }

    /// Rows of steps and form fields are described by no source: id and title are assumed.
    fn part_candidates(&self, steps: bool) -> Vec<Candidate> {
        let templates = self.organization.templates.iter().filter(|template| template.archived_at.is_none());
        let mut rows = Vec::new();
        for template in templates {
            for step in &template.steps {
                let mut push = |id: &str, number: i64, title: &str| {
                    rows.push(Candidate {
                        texts: vec![title.to_owned()],
                        starter: template.created_by,
                        created_at: template.created_at,
                        row: json!({ "id": id, "increment_id": number, "title": title }),
                    });
                };
                if steps {
                    push(&step.id, step.increment_id, &step.title);
                } else {
                    step.captures.iter().for_each(|field| push(&field.id, field.increment_id, &field.label));
                }
            }
        }
        rows
    }
}
