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
use crate::state::bits::Bits;
use crate::state::index::processes::ProcessFacet;
use crate::state::index::tasks::TaskFacet;
use crate::state::index::{self, Index};
use crate::state::organization::Organization;
use crate::state::process::Process;
use crate::state::task::Task;
use crate::state::template::Template;

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "search" => Some(search),
        _ => None,
    }
}

/// Kinds that can be asked for (processes_tasks:search).
const KINDS: [&str; 6] = ["blueprint", "process", "task", "snippet", "capture", "step"];

/// One candidate: the texts that are searched, who started it, when, and what it is.
struct Candidate<'a> {
    texts: [&'a str; 2],
    starter: i64,
    created_at: DateTime<Utc>,
    hit: Hit<'a>,
}

/// What was found.
enum Hit<'a> {
    Template(&'a Template),
    Process(&'a Process),
    Task(&'a Task),
    /// A step or a form field: id, number, title.
    Part(&'a str, i64, &'a str),
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
    let places = Places::find(call.organization, &wanted);
    let view = call.view();
    let paging = Paging::read(query, 20, 100).always();
    let mut answer = Map::new();
    for kind in kinds {
        let mut rows = view.candidates(kind, &places);
        rows.retain(|row| row.texts.iter().any(|text| text.to_lowercase().contains(&wanted)));
        rows.retain(|row| condition.as_ref().is_none_or(|condition| condition.holds(row)));
        let page = paging.page(&rows, &call.request.origin(), |row| view.hit(&row.hit));
        answer.insert(kind.to_owned(), page);
    }
    Ok(Answer::json(http::StatusCode::OK, Value::Object(answer)))
}

/// Processes and tasks that hold the text and are not archived.
struct Places {
    processes: Bits,
    tasks: Bits,
}

impl Places {
    fn find(organization: &mut Organization, text: &str) -> Self {
        index::refresh(organization);
        let Index { tasks, processes } = &mut organization.index;
        let named = processes.names.find(text).or(&processes.summaries.find(text));
        Self {
            processes: named.without(processes.facets.get(&ProcessFacet::Archived)),
            tasks: tasks.titles.find(text).without(tasks.facets.get(&TaskFacet::Archived)),
        }
    }
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
    fn holds(&self, candidate: &Candidate<'_>) -> bool {
        let actual = match self.field.as_str() {
            "starter" => candidate.starter.to_string(),
            "date" => candidate.created_at.format("%Y-%m-%d").to_string(),
            "title" => candidate.texts[0].to_lowercase(),
            _ => candidate.texts[1].to_lowercase(),
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

impl<'a> View<'a> {
    fn candidates(&self, kind: &str, places: &Places) -> Vec<Candidate<'a>> {
        match kind {
            "blueprint" => self.template_candidates(),
            "process" => self.process_candidates(&places.processes),
            "task" => self.task_candidates(&places.tasks),
            "step" | "capture" => self.part_candidates(kind == "step"),
            _ => Vec::new(),
        }
    }

    fn template_candidates(&self) -> Vec<Candidate<'a>> {
        let templates = self.organization.templates.iter().filter(|template| template.archived_at.is_none());
        let rows = templates.map(|template| Candidate {
            texts: [&template.title, template.summary.as_deref().unwrap_or_default()],
            starter: template.created_by,
            created_at: template.created_at,
            hit: Hit::Template(template),
        });
        rows.collect()
    }

    fn process_candidates(&self, slots: &Bits) -> Vec<Candidate<'a>> {
        let processes = slots.iter().filter_map(|slot| self.organization.processes.at(slot));
        let rows = processes.map(|process| Candidate {
            texts: [&process.name, process.summary.as_deref().unwrap_or_default()],
            starter: process.started_by,
            created_at: process.created_at,
            hit: Hit::Process(process),
        });
        rows.collect()
    }

    fn task_candidates(&self, slots: &Bits) -> Vec<Candidate<'a>> {
        let tasks = slots.iter().filter_map(|slot| self.organization.tasks.at(slot));
        let rows = tasks.map(|task| Candidate {
            texts: [&task.title, ""],
            starter: task.starter_id,
            created_at: task.created_at,
            hit: Hit::Task(task),
        });
        rows.collect()
    }

    fn part_candidates(&self, steps: bool) -> Vec<Candidate<'a>> {
        let templates = self.organization.templates.iter().filter(|template| template.archived_at.is_none());
        let parts = templates.flat_map(|template| template.steps.iter().map(move |step| (template, step)));
        let part = |template: &'a Template, id: &'a str, number: i64, title: &'a str| Candidate {
            texts: [title, ""],
            starter: template.created_by,
            created_at: template.created_at,
            hit: Hit::Part(id, number, title),
        };
        let mut rows = Vec::new();
        for (template, step) in parts {
            if steps {
                rows.push(part(template, &step.id, step.increment_id, &step.title));
            } else {
                let fields = step.captures.iter();
                rows.extend(fields.map(|field| part(template, &field.id, field.increment_id, &field.label)));
            }
        }
        rows
    }

    fn hit(&self, hit: &Hit<'_>) -> Value {
        match hit {
            Hit::Template(template) => json!({
                "id": template.id, "increment_id": template.increment_id, "title": template.title,
                "type": template.kind, "steps_count": template.steps.len(), "icon": null,
                "is_public": false, "is_featured": false, "organization_id": self.organization.id,
                "folders": [], "created_at": dates::write(template.created_at, Form::Plain),
            }),
            Hit::Process(process) => {
                let summary = process.summarize(self.organization, self.now);
                json!({
                    "id": process.id, "increment_id": process.increment_id, "name": process.name,
                    "status": summary.status, "due_date_passed": summary.late_tasks > 0,
                    "due_soon": summary.due_soon, "created_at": dates::write(process.created_at, Form::Plain),
                })
            }
            // Without `run_id`: the task has to be read to find its process.
            Hit::Task(task) => json!({
                "id": task.id, "increment_id": task.increment_id, "title": task.title,
                "status": task.state.word(), "status_label": task.label(), "position": task.position,
                "deadline": dates::optional(task.deadline, Form::Millis),
                "created_at": dates::write(task.created_at, Form::Plain), "starter_id": task.starter_id,
                "is_oneoff_task": task.is_oneoff, "owners": self.owners(task),
            }),
            // Rows of steps and form fields are described by no source: id and title are assumed.
            Hit::Part(id, number, title) => json!({ "id": id, "increment_id": number, "title": title }),
        }
    }
}
