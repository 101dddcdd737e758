//! Processes (runs): lists, one process, launching, changing, archiving, the kick-off form.
//!
//! Not here: their tasks (`tasks`), the rules of launching (`state::launch`).

use serde_json::{Map, Value, json};

use super::input::Input;
use super::view::View;
use super::{Call, Inside};
use crate::answer::{Answer, Paging, wrapped};
use crate::dates::{self, Form};
use crate::query::Query;
use crate::state::process::{Process, Progress};
use crate::state::task::Task;
use crate::state::{Refused, form_values, launch, owners};

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "list_runs" => Some(list_runs),
        "create_run" => Some(create_run),
        "get_run" => Some(get_run),
        "update_run" => Some(update_run),
        "archive_run" => Some(archive_run),
        "activate_run" => Some(activate_run),
        "delete_run" => Some(delete_run),
        "complete_run_prerun" => Some(complete_run_prerun),
        "reopen_run_prerun" => Some(reopen_run_prerun),
        "get_run_form_fields" => Some(get_run_form_fields),
        "export_run" => Some(export_run),
        _ => None,
    }
}

/// The process of the path.
pub fn of_path<'a>(call: &'a Call<'_>) -> Result<&'a Process, Refused> {
    call.organization.processes.get(call.param("run")).ok_or(Refused::Missing)
}

fn of_path_mut<'a>(call: &'a mut Call<'_>) -> Result<&'a mut Process, Refused> {
    call.organization.processes.get_mut(call.request.param("run")).ok_or(Refused::Missing)
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

fn create_run(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let body = call.body()?;
    let mut input = Input::new(&body);
    input.require("checklist_id");
    input.text("name", 550);
    input.text("summary", usize::MAX);
    for key in ["starred", "is_public", "assign_someone_else"] {
        input.flag(key);
    }
    for key in ["owner_id", "user_id"] {
        input.integer(key);
    }
    input.texts("tags");
    input.texts("folders");
    input.finish()?;
    let id = launch::launch(call.organization, &mut call.context, &body)?;
    attach(call, &id, &body);
    let process = call.organization.processes.get(&id).ok_or(Refused::Missing)?;
    Ok(Answer::created(call.view().process(process, call.query())))
}

/// Puts the tags and folders of a launch on the new process; ids that are not known are let go.
fn attach(call: &mut Call<'_>, id: &str, body: &Map<String, Value>) {
    use crate::state::organization::{Filing, Tagging};
    let texts = |key: &str| {
        let list = body.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        list.into_iter().filter_map(|entry| entry.as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    let (subject_type, subject_id) = ("Run".to_owned(), id.to_owned());
    for tag_id in texts("tags") {
        if call.organization.tags.get(&tag_id).is_some() {
            let (subject_type, subject_id) = (subject_type.clone(), subject_id.clone());
            let number = call.context.ids.number();
            call.organization.taggings.put(Tagging { id: number, tag_id, subject_type, subject_id });
        }
    }
    for folder_id in texts("folders") {
        if call.organization.folders.get(&folder_id).is_some_and(|folder| folder.folder_type == "run") {
            let (subject_type, subject_id) = (subject_type.clone(), subject_id.clone());
            let number = call.context.ids.number();
            call.organization.filings.put(Filing { id: number, folder_id, subject_type, subject_id });
        }
    }
}

fn update_run(call: &mut Call<'_>) -> Result<Answer, Refused> {
    of_path(call)?;
    let body = call.body()?;
    let mut input = Input::new(&body);
    let name = input.text("name", 550);
    let summary = input.text("summary", usize::MAX);
    let owner = input.integer("owner_id");
    let (starred, is_public) = (input.flag("starred"), input.flag("is_public"));
    let hidden = input.texts("publicly_hidden_fields");
    if owner.is_some_and(|id| call.organization.members.get(&id).is_none()) {
        input.wrong("owner_id", "The selected owner id is invalid.");
    }
    let (users, groups) = (input.value("users"), input.value("groups"));
    let clears_summary = input.has("summary");
    input.finish()?;
    let users = users.map(|v| owners::member_ids(call.organization, "users", v)).transpose()?;
    let groups = groups.map(|v| owners::group_ids(call.organization, "groups", v)).transpose()?;
    let drop_unknown = call.context.quirks.unknown_field_keys_are_dropped;
    let process = of_path(call)?;
    let prerun = match body.get("prerun") {
        Some(sent) => {
            Some(form_values::merge(process.kickoff(), &process.prerun, sent, "prerun", drop_unknown)?)
        }
        None => None,
    };
    let wipe = call.context.quirks.absent_access_lists_wipe;
    let now = call.context.now;
    let process = of_path_mut(call)?;
    // mcp:update_process, measured 2026-07-21: lists that are not sent are emptied.
    match users {
        Some(users) => process.users = users,
        None if wipe => process.users.clear(),
        None => {}
    }
    match groups {
        Some(groups) => process.groups = groups,
        None if wipe => process.groups.clear(),
        None => {}
    }
    if clears_summary {
        process.summary = summary;
    }
    process.name = name.unwrap_or_else(|| process.name.clone());
    process.owner_id = owner.unwrap_or(process.owner_id);
    process.starred = starred.unwrap_or(process.starred);
    process.is_public = is_public.unwrap_or(process.is_public);
    process.publicly_hidden_fields = hidden.unwrap_or_else(|| process.publicly_hidden_fields.clone());
    process.prerun = prerun.unwrap_or_else(|| process.prerun.clone());
    process.last_updated = now;
    show(call)
}

/// Its tasks go with it (processes_tasks:archive_process).
fn archive_run(call: &mut Call<'_>) -> Result<Answer, Refused> {
    stamp(call, true)
}

fn activate_run(call: &mut Call<'_>) -> Result<Answer, Refused> {
    stamp(call, false)
}

fn stamp(call: &mut Call<'_>, archived: bool) -> Result<Answer, Refused> {
    let now = call.context.now;
    let process = of_path_mut(call)?;
    process.archived_at = archived.then(|| process.archived_at.unwrap_or(now));
    process.last_updated = now;
    let (id, at, tasks) = (process.id.clone(), process.archived_at, process.tasks.clone());
    for task in tasks {
        if let Some(task) = call.organization.tasks.get_mut(&task) {
            task.archived_at = at;
        }
    }
    call.context.effect(if archived { "process.archived" } else { "process.activated" }, &id);
    show(call)
}

/// Two steps: archive first. A repeat is a 404 (processes_tasks:delete_process).
fn delete_run(call: &mut Call<'_>) -> Result<Answer, Refused> {
    call.must_be_admin()?;
    let process = of_path(call)?;
    if process.archived_at.is_none() {
        return Err(Refused::invalid("run", "The process must be archived first."));
    }
    let tasks: Vec<String> = process.tasks.clone();
    for id in &tasks {
        let threads = call.organization.tasks.remove(id).map(|task| task.threads).unwrap_or_default();
        for thread in threads {
            call.organization.threads.remove(&thread);
        }
    }
    call.organization.processes.remove(call.request.param("run"));
    Ok(Answer::empty())
}

/// On a complete form it returns at once, and says so in `rules_evaluated`
/// (docs:open-api/code-samples/processes/complete-or-reopen-kick-off-form).
fn complete_run_prerun(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let (caller, now) = (call.context.caller, call.context.now);
    let process = of_path(call)?;
    let evaluated = process.prerun_completed.is_none();
    let missing = form_values::missing(process.kickoff(), &process.prerun);
    if evaluated && !missing.is_empty() {
        let texts = missing.iter().map(|label| ("prerun".to_owned(), format!("{label} is required").into()));
        return Err(Refused::Invalid(texts.collect()));
    }
    if evaluated {
        let process = of_path_mut(call)?;
        process.prerun_completed = Some((now, caller));
        process.last_updated = now;
        call.context.effect("kickoff.completed", call.request.param("run"));
    }
    let view = call.view();
    let mut row = view.process(of_path(call)?, call.query());
    row["rules_evaluated"] = evaluated.into();
    row["tasks_changed_by_rules"] = view.map(&Map::new());
    Ok(Answer::item(row))
}

/// A completed process becomes active again (processes_tasks:reopen_kickoff_form).
fn reopen_run_prerun(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let now = call.context.now;
    let process = of_path_mut(call)?;
    process.prerun_completed = None;
    process.completed_at = None;
    process.last_updated = now;
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

impl View<'_> {
    /// A process (Run).
    pub fn process(&self, process: &Process, query: &Query) -> Value {
        let summary = process.summarize(self.organization, self.now);
        let template = process.template.as_ref();
        let mut row = json!({
            "id": process.id,
            "increment_id": process.increment_id,
            "checklist_id": process.checklist_id(),
            "checklist_title": template.map(|template| &template.title),
            "assign_someone_else": false,
            "name": process.name,
            "summary": process.summary,
            "status": summary.status,
            "progress": self.progress(summary.progress, false),
            "whole_progress": self.progress(summary.whole_progress, true),
            "started_by": process.started_by,
            "owner_id": process.owner_id,
            "prerun": self.map(&process.prerun),
            "prerun_status": process.prerun_completed.map(|_| "complete"),
            "prerun_completed_at": dates::optional(process.prerun_completed.map(|(at, _)| at), Form::Plain),
            "prerun_completed_by": process.prerun_completed.map(|(_, by)| by),
            "prerun_length": process.kickoff().len(),
            "starred": process.starred,
            "is_public": process.is_public,
            "publicly_hidden_fields": process.publicly_hidden_fields,
            "has_open_issue": summary.has_open_issue,
            "type": template.map_or("procedure", |template| template.kind.as_str()),
            "created_at": dates::write(process.created_at, Form::Plain),
            "started_at": dates::write(process.created_at, Form::Plain),
            "last_updated": dates::write(process.last_updated, Form::Plain),
            "completed_at": dates::optional(process.completed_at, Form::Plain),
            "archived_at": dates::optional(process.archived_at, Form::Plain),
            "due_date": dates::optional(summary.last_deadline, Form::Millis),
            "due_date_passed": summary.last_deadline.is_some_and(|at| at < self.now),
            "due_soon": summary.due_soon,
            "late_tasks": summary.late_tasks,
            "max_task_deadline": dates::optional(summary.last_deadline, Form::Millis),
            "collaborators": summary.collaborators,
            "users": process.users,
            "groups": process.groups,
            "parent_id": process.parent_id,
            "can_add_oot": template.is_none_or(|template| template.can_add_oot),
            "custom_fields": self.custom_fields("run", &process.id),
        });
        if process.checklist_id().is_none() {
            // A project has no template, and the key is a string where it is there.
            row.as_object_mut().map(|map| map.shift_remove("checklist_id"));
        }
        self.process_includes(process, query, &mut row);
        row
    }

    /// Whole percent, one decimal where hidden tasks count (processes_tasks:Process.example).
    fn progress(&self, progress: Progress, fine: bool) -> Value {
        let percent = progress.percent();
        let percent =
            if fine { json!((percent * 10.0).round() / 10.0) } else { json!(percent.round() as i64) };
        json!({ "complete": progress.complete, "total": progress.total, "percent": percent })
    }

    fn process_includes(&self, process: &Process, query: &Query, row: &mut Value) {
        let tasks = || self.organization.tasks_of(process);
        if query.with("tasks") {
            let nested = query.below("tasks");
            row["tasks"] = wrapped(tasks().into_iter().map(|task| self.task(task, &nested)).collect());
        }
        if query.with("checklist") {
            // The version it was launched from, not the template as it reads today.
            let nested = query.below("checklist");
            let template = process.template.as_ref().map(|template| self.template(template, &nested));
            row["checklist"] = json!({ "data": template });
        }
        if query.with("tags") {
            row["tags"] = self.tags("Run", &process.id);
        }
        if query.with("folders") {
            row["folders"] = self.folders_of("Run", &process.id);
        }
        if query.with("next_task") {
            row["next_task"] = self.next_tasks(&tasks());
        }
        let values = query.flag("form_fields_values") == Some(true);
        if query.with("ko_form_fields") || values {
            let answer = |id: &str| values.then(|| process.prerun.get(id).unwrap_or(&Value::Null));
            let fields = process.kickoff().iter().map(|f| self.run_field(f, None, answer(&f.id)));
            row["ko_form_fields"] = wrapped(fields.collect());
        }
        if query.with("form_fields") || values {
            let tasks = tasks();
            let fields = tasks.iter().flat_map(|task| {
                task.fields.iter().map(move |field| {
                    let answer = values.then(|| task.taskdata.get(&field.id).unwrap_or(&Value::Null));
                    self.run_field(field, Some(&task.id), answer)
                })
            });
            row["form_fields"] = wrapped(fields.collect());
        }
        for include in ["assets", "stages", "member_watchers", "guest_watchers"] {
            if query.with(include) {
                row[include] = wrapped(Vec::new());
            }
        }
        for include in ["permissions", "tasks_meta", "selected_text_comment"] {
            if query.with(include) {
                row[include] = Value::Null;
            }
        }
    }

    /// The open tasks with the earliest deadline, a few keys each (processes_tasks:get_process.quirks).
    fn next_tasks(&self, tasks: &[&Task]) -> Value {
        let open: Vec<&&Task> = tasks.iter().filter(|task| task.is_open()).collect();
        let earliest = open.iter().filter_map(|task| task.deadline).min();
        let next = open.into_iter().filter(|task| task.deadline == earliest).map(|task| {
            json!({
                "id": task.id,
                "increment_id": task.increment_id,
                "title": task.title,
                "alias": task.alias,
                "owners": self.owners(task),
                "deadline": dates::optional(task.deadline, Form::Millis),
            })
        });
        wrapped(next.collect())
    }
}
