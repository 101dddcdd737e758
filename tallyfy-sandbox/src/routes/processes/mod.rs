//! Processes (runs): lists, one process, its form fields, its export.
//!
//! Not here: changes (`write`), rendering (`show`), tasks (`tasks`).

mod show;
mod write;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::view::View;
use super::{Call, Inside};
use crate::answer::Answer;
use crate::query::Query;
use crate::state::bits::Bits;
use crate::state::index::processes::{ProcessFacet, ProcessIndex};
use crate::state::organization::Filing;
use crate::state::process::Process;
use crate::state::task::{Task, TaskState};
use crate::state::{Refused, index};

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "list_runs" => Some(list_runs),
        "get_run" => Some(get_run),
        "get_run_form_fields" => Some(get_run_form_fields),
        "export_run" => Some(export_run),
        _ => write::inside(operation),
    }
}

/// The process of the path.
pub fn of_path<'a>(call: &'a Call<'_>) -> Result<&'a Process, Refused> {
    call.organization.processes.get(call.param("run")).ok_or(Refused::Missing)
}

/// The answer that shows the process of the path.
fn show(call: &Call<'_>) -> Result<Answer, Refused> {
    Ok(Answer::item(call.view().process(of_path(call)?, call.query())))
}

fn list_runs(call: &mut Call<'_>) -> Result<Answer, Refused> {
    index::refresh(call.organization);
    let query = call.query();
    let found = find(call, query);
    let view = call.view();
    let sort = query.any(&["sort", "sort_by"]).unwrap_or("-created_at");
    let pick = |skip, count| page(view, &found, sort, (skip, count));
    let paging = call.paging();
    let origin = call.request.origin();
    Ok(paging.answer_picked(found.len(), pick, &origin, |process| view.process(process, query)))
}

/// Some of the processes found, in the order asked for.
fn page<'a>(view: View<'a>, found: &Bits, sort: &str, (skip, count): (usize, usize)) -> Vec<&'a Process> {
    let rows = |slots: Vec<usize>| -> Vec<&'a Process> {
        slots.into_iter().filter_map(|slot| view.organization.processes.at(slot)).collect()
    };
    let backwards = sort.starts_with('-');
    let mut sorted = match sort.trim_start_matches('-') {
        "name" => {
            let mut sorted = rows(found.iter().collect());
            sorted.sort_by_key(|process| process.name.to_lowercase());
            sorted
        }
        "updated_at" => {
            let mut sorted = rows(found.iter().collect());
            sorted.sort_by_key(|process| (process.last_updated, process.increment_id));
            sorted
        }
        _ => return rows(view.organization.index.processes.ages.page(found, !backwards, skip, count)),
    };
    if backwards {
        sorted.reverse();
    }
    sorted.into_iter().skip(skip).take(count).collect()
}

fn find(call: &mut Call<'_>, query: &Query) -> Bits {
    let index = &mut call.organization.index.processes;
    let facets = &index.facets;
    let (any, archived) = (facets.get(&ProcessFacet::Any), facets.get(&ProcessFacet::Archived));
    // py:tasks.get_organization_runs: `archived` is preferred over status=archived.
    let mut found = match (query.get("archived"), query.get("status")) {
        (Some("only"), _) | (None, Some("archived")) => archived.clone(),
        (Some("true" | "1"), _) => any.clone(),
        _ => any.without(archived),
    };
    if let Some(status) = query.get("status").and_then(|word| by_status(index, word, call.context.now)) {
        found = found.and(&status);
    }
    let facets = &index.facets;
    if query.get("owners").is_some() {
        let owners = query.list("owners").into_iter().filter_map(|id| id.parse().ok());
        found = found.and(&facets.any(owners.map(ProcessFacet::Owner)));
    }
    let groups = query.list("groups");
    if !groups.is_empty() {
        found = found.and(&facets.any(groups.into_iter().map(|id| ProcessFacet::Group(id.into()))));
    }
    if let Some(id) = query.any(&["checklist_id", "blueprint_id"]) {
        found = found.and(facets.get(&ProcessFacet::Template(id.into())));
    }
    if let Some(kind) = query.get("type") {
        found = found.and(facets.get(&ProcessFacet::Kind(kind.into())));
    }
    let starred = facets.get(&ProcessFacet::Starred);
    found = match query.flag("starred") {
        Some(true) => found.and(starred),
        Some(false) => found.without(starred),
        None => found,
    };
    if let Some(text) = query.get("q") {
        found = found.and(&index.names.find(text));
    }
    let view = call.view();
    if ["folder", "tag", "tag_ids", "untagged", "task_status"].iter().all(|key| query.get(key).is_none()) {
        return found;
    }
    let process = |slot: &usize| view.organization.processes.at(*slot);
    found.iter().filter(|slot| process(slot).is_some_and(|process| is_marked(view, process, query))).collect()
}

/// Filter words of `status`; `problem` also returns processes in status `issue`, and unknown words
/// filter nothing (processes_tasks:list_processes).
fn by_status(index: &mut ProcessIndex, wanted: &str, now: DateTime<Utc>) -> Option<Bits> {
    let any_of = |words: &[&'static str]| index.facets.any(words.iter().map(|w| ProcessFacet::Status(w)));
    match wanted {
        "active" => Some(any_of(&["active", "problem", "issue"])),
        "complete" => Some(any_of(&["complete"])),
        "problem" => Some(any_of(&["problem", "issue"])),
        "issue" => Some(any_of(&["issue"])),
        "delayed" => Some(index.due.before(now).clone()),
        "starred" => Some(index.facets.get(&ProcessFacet::Starred).clone()),
        "improvement" => Some(index.facets.get(&ProcessFacet::Improvement).clone()),
        _ => None,
    }
}

/// Whether any task is in this state; `all`, like words that are not known, filters nothing.
fn has_task(tasks: &[&Task], word: &str) -> bool {
    match word {
        "in-progress" => tasks.iter().any(|task| task.is_open()),
        "completed" => tasks.iter().any(|task| task.state == TaskState::Completed),
        _ => true,
    }
}

/// Folder and tags, and the state of the tasks.
fn is_marked(view: View<'_>, process: &Process, query: &Query) -> bool {
    let folders = query.list("folder");
    let filed =
        |filing: &Filing| filing.subject_id == process.id && folders.contains(&filing.folder_id.as_str());
    let taggings = view.organization.taggings.iter();
    let own = || taggings.clone().filter(|t| t.subject_type == "Run" && t.subject_id == process.id);
    let mut wanted = query.list("tag_ids");
    wanted.extend(query.get("tag"));
    let tagged = wanted.is_empty() || own().any(|tagging| wanted.contains(&tagging.tag_id.as_str()));
    let tasks = view.organization.tasks_of(process);
    tagged
        && query.get("task_status").is_none_or(|word| has_task(&tasks, word))
        && query.flag("untagged").is_none_or(|untagged| !untagged || own().next().is_none())
        && (folders.is_empty() || view.organization.filings.iter().any(filed))
}

fn get_run(call: &mut Call<'_>) -> Result<Answer, Refused> {
    show(call)
}

/// Both lists are bare arrays inside `data` (processes_tasks:get_process_form_fields).
fn get_run_form_fields(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let process = of_path(call)?;
    let view = call.view();
    let tasks = call.organization.tasks_of(process);
    let fields = tasks
        .iter()
        .flat_map(|task| task.fields.iter().map(move |field| view.run_field(field, Some(&task.id), None)));
    let kickoff = process.kickoff().iter().map(|field| view.run_field(field, None, None));
    Ok(Answer::item(json!({
        "id": process.id,
        "title": process.name,
        "form_fields": fields.collect::<Vec<_>>(),
        "ko_form_fields": kickoff.collect::<Vec<_>>(),
    })))
}

/// The app downloads a table; its columns are not published (processes_tasks:export_process).
fn export_run(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let process = of_path(call)?;
    let mut lines = vec!["process,task,status".to_owned()];
    for task in call.organization.tasks_of(process) {
        let cell = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        lines.push(format!("{},{},{}", cell(&process.name), cell(&task.title), task.state.word()));
    }
    let body = crate::answer::Body::Bytes("text/csv; charset=UTF-8", lines.join("\n").into());
    Ok(Answer { body, ..Answer::empty() })
}
