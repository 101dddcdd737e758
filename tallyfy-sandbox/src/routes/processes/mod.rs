//! Processes (runs): lists, one process, its form fields, its export.
//!
//! Not here: changes (`write`), rendering (`show`), tasks (`tasks`).

mod show;
mod write;

use serde_json::json;

use super::view::View;
use super::{Call, Inside};
use crate::answer::{Answer, Paging};
use crate::query::Query;
use crate::state::Refused;
use crate::state::process::Process;

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
    let query = call.query();
    let view = call.view();
    let processes = call.organization.processes.iter();
    let mut processes: Vec<&Process> = processes.filter(|process| is_wanted(view, process, query)).collect();
    let sort = query.any(&["sort", "sort_by"]).unwrap_or("-created_at");
    match sort.trim_start_matches('-') {
        "name" => processes.sort_by_key(|process| process.name.to_lowercase()),
        "updated_at" => processes.sort_by_key(|process| (process.last_updated, process.increment_id)),
        _ => processes.sort_by_key(|process| (process.created_at, process.increment_id)),
    }
    if sort.starts_with('-') {
        processes.reverse();
    }
    let paging = Paging::usual(query);
    Ok(paging.answer(&processes, &call.request.origin(), |process| view.process(process, query)))
}

fn is_wanted(view: View<'_>, process: &Process, query: &Query) -> bool {
    let organization = view.organization;
    let tasks = || organization.tasks_of(process);
    // py:tasks.get_organization_runs: `archived` is preferred over status=archived.
    let archived = match (query.get("archived"), query.get("status")) {
        (Some("only"), _) | (None, Some("archived")) => process.archived_at.is_some(),
        (Some("true" | "1"), _) => true,
        _ => process.archived_at.is_none(),
    };
    let owners: Vec<i64> = query.list("owners").iter().filter_map(|id| id.parse().ok()).collect();
    let owned = |process: &Process| {
        owners.contains(&process.owner_id)
            || tasks().iter().any(|t| t.owners.users.iter().any(|u| owners.contains(u)))
    };
    let groups = query.list("groups");
    let grouped = || tasks().iter().any(|t| t.owners.groups.iter().any(|g| groups.contains(&g.as_str())));
    let folders = query.list("folder");
    let filed = |filing: &crate::state::organization::Filing| {
        filing.subject_id == process.id && folders.contains(&filing.folder_id.as_str())
    };
    let template = query.any(&["checklist_id", "blueprint_id"]);
    archived
        && has_status(view, process, query.get("status"))
        && query.get("q").is_none_or(|q| process.name.to_lowercase().contains(&q.to_lowercase()))
        && (query.get("owners").is_none() || owned(process))
        && (groups.is_empty() || grouped())
        && template.is_none_or(|id| process.checklist_id() == Some(id))
        && (folders.is_empty() || organization.filings.iter().any(filed))
        && is_tagged(view, process, query)
        && query.flag("starred").is_none_or(|starred| process.starred == starred)
        && query.get("type").is_none_or(|kind| process.template.as_ref().is_some_and(|t| t.kind == kind))
}

fn is_tagged(view: View<'_>, process: &Process, query: &Query) -> bool {
    let taggings = view.organization.taggings.iter();
    let own = || taggings.clone().filter(|t| t.subject_type == "Run" && t.subject_id == process.id);
    let mut wanted = query.list("tag_ids");
    wanted.extend(query.get("tag"));
    let tagged = wanted.is_empty() || own().any(|tagging| wanted.contains(&tagging.tag_id.as_str()));
    tagged && query.flag("untagged").is_none_or(|untagged| !untagged || own().next().is_none())
}

/// Filter words of `status`; `problem` also returns processes in status `issue`, and unknown words
/// filter nothing (processes_tasks:list_processes).
fn has_status(view: View<'_>, process: &Process, wanted: Option<&str>) -> bool {
    let Some(wanted) = wanted else { return true };
    let summary = process.summarize(view.organization, view.now);
    match wanted {
        "active" => matches!(summary.status, "active" | "problem" | "issue"),
        "complete" => summary.status == "complete",
        "problem" => matches!(summary.status, "problem" | "issue"),
        "issue" => summary.status == "issue",
        "delayed" => summary.late_tasks > 0,
        "starred" => process.starred,
        "improvement" => view.organization.tasks_of(process).iter().any(|task| {
            let mut threads = task.threads.iter().filter_map(|id| view.organization.threads.get(id));
            threads.any(|thread| thread.label == "improvement")
        }),
        _ => true,
    }
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
