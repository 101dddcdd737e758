//! Launching, changing, archiving and deleting processes; the kick-off form.
//!
//! Not here: the rules of launching (`state::launch`).

use serde_json::{Map, Value};

use super::super::input::Input;
use super::super::{Call, Inside};
use super::{of_path, show};
use crate::answer::Answer;
use crate::state::organization::{Filing, Tagging};
use crate::state::process::Process;
use crate::state::{Refused, automation, form_values, launch, owners};

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "create_run" => Some(create_run),
        "update_run" => Some(update_run),
        "archive_run" => Some(archive_run),
        "activate_run" => Some(activate_run),
        "delete_run" => Some(delete_run),
        "complete_run_prerun" => Some(complete_run_prerun),
        "reopen_run_prerun" => Some(reopen_run_prerun),
        _ => None,
    }
}

fn of_path_mut<'a>(call: &'a mut Call<'_>) -> Result<&'a mut Process, Refused> {
    call.organization.processes.get_mut(call.request.param("run")).ok_or(Refused::Missing)
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
    let quirks = call.context.quirks;
    let process = of_path(call)?;
    let prerun = match body.get("prerun") {
        Some(sent) => Some(form_values::merge(process.kickoff(), &process.prerun, sent, "prerun", quirks)?),
        None => None,
    };
    let wipe = quirks.absent_access_lists_wipe;
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
        let texts =
            missing.iter().map(|field| ("prerun".to_owned(), format!("{} is required", field.label).into()));
        return Err(Refused::Invalid(texts.collect()));
    }
    if evaluated {
        let process = of_path_mut(call)?;
        process.prerun_completed = Some((now, caller));
        process.last_updated = now;
        call.context.effect("kickoff.completed", call.request.param("run"));
    }
    let run = call.request.param("run");
    let changes = evaluated.then(|| automation::run(call.organization, &mut call.context, run));
    let view = call.view();
    let mut row = view.process(of_path(call)?, call.query());
    row["rules_evaluated"] = evaluated.into();
    row["tasks_changed_by_rules"] = view.changed_by_rules(&changes.unwrap_or_default());
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
