//! Search over templates, processes, tasks, steps and form fields.
//!
//! Not here: conditions (`filter`), `q` of the lists, which looks at names alone.

mod filter;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use filter::Filter;

use super::view::View;
use super::{Call, Inside};
use crate::answer::{Answer, Origin, Paging};
use crate::dates::{self, Form};
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
    let filter = Filter::read(query, &kinds, call.context.quirks);
    let filter = filter.map_err(|text| errors.push(("filter".to_owned(), json!(text))));
    let (Ok(filter), true) = (filter, errors.is_empty()) else { return Err(Refused::Invalid(errors)) };
    let wanted = query.get("search").unwrap_or_default().to_lowercase();
    let places = Places::find(call.organization, &wanted);
    let view = call.view();
    let paging = call.paging_of(20, 100).always();
    let mut answer = Map::new();
    for kind in kinds {
        let rows = match kind {
            "process" => Rows::Slots(&places.processes, |view, slot| view.process_candidate(slot)),
            "task" => Rows::Slots(&places.tasks, |view, slot| view.task_candidate(slot)),
            "blueprint" => Rows::List(view.template_candidates()),
            "step" | "capture" => Rows::List(view.part_candidates(kind == "step")),
            _ => Rows::List(Vec::new()),
        };
        let page = rows.page(view, &wanted, filter.as_ref(), (paging, &call.request.origin()));
        answer.insert(kind.to_owned(), page);
    }
    Ok(Answer::json(http::StatusCode::OK, Value::Object(answer)))
}

/// What may be found of one kind.
enum Rows<'a> {
    /// By the index: these hold the text.
    Slots(&'a Bits, fn(&View<'a>, usize) -> Option<Candidate<'a>>),
    /// Few enough to look at each.
    List(Vec<Candidate<'a>>),
}

impl<'a> Rows<'a> {
    fn page(
        self,
        view: View<'a>,
        wanted: &str,
        filter: Option<&Filter>,
        (paging, origin): (Paging, &Origin<'_>),
    ) -> Value {
        let mut rows = match (self, filter) {
            // Rows are looked at when the page is known.
            (Self::Slots(slots, candidate), None) => {
                let (start, end) = paging.span(slots.len());
                let rows =
                    slots.range(start, end - start).into_iter().filter_map(|slot| candidate(&view, slot));
                let data = rows.map(|row| view.hit(&row.hit)).collect();
                return paging.envelope(data, slots.len(), origin);
            }
            (Self::Slots(slots, candidate), _) => {
                slots.iter().filter_map(|slot| candidate(&view, slot)).collect()
            }
            (Self::List(rows), _) => rows,
        };
        rows.retain(|row| row.texts.iter().any(|text| text.to_lowercase().contains(wanted)));
        rows.retain(|row| filter.is_none_or(|filter| filter.holds(row)));
        paging.page(&rows, origin, |row| view.hit(&row.hit))
    }
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

impl<'a> View<'a> {
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

    fn process_candidate(&self, slot: usize) -> Option<Candidate<'a>> {
        let process = self.organization.processes.at(slot)?;
        Some(Candidate {
            texts: [&process.name, process.summary.as_deref().unwrap_or_default()],
            starter: process.started_by,
            created_at: process.created_at,
            hit: Hit::Process(process),
        })
    }

    fn task_candidate(&self, slot: usize) -> Option<Candidate<'a>> {
        let task = self.organization.tasks.at(slot)?;
        Some(Candidate {
            texts: [&task.title, ""],
            starter: task.starter_id,
            created_at: task.created_at,
            hit: Hit::Task(task),
        })
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
                "deadline": self.date_or_null(task.deadline, Form::Millis),
                "created_at": dates::write(task.created_at, Form::Plain), "starter_id": task.starter_id,
                "is_oneoff_task": task.is_oneoff, "owners": self.owners(task),
            }),
            // Rows of steps and form fields are described by no source: id and title are assumed.
            Hit::Part(id, number, title) => json!({ "id": id, "increment_id": number, "title": title }),
        }
    }
}
