//! Completing and reopening, of process tasks and of one-off tasks.
//!
//! Not here: the rules (`state::completion`).

use super::super::input::Input;
use super::super::{Call, Inside};
use crate::answer::Answer;
use crate::state::Refused;
use crate::state::automation::Changes;
use crate::state::completion::{self, Completion};

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "complete_run_task" => Some(complete_run_task),
        "reopen_run_task" => Some(reopen_run_task),
        "complete_task" => Some(complete_task),
        "reopen_task" => Some(reopen_task),
        _ => None,
    }
}

fn complete_run_task(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let process = super::super::processes::of_path(call)?;
    if process.archived_at.is_some() {
        return Err(Refused::Missing);
    }
    let run = process.id.clone();
    complete(call, Some(&run))
}

/// Looks up tasks without a process alone: one that has a process is a 404 here
/// (mcp:complete_standalone_task).
fn complete_task(call: &mut Call<'_>) -> Result<Answer, Refused> {
    complete(call, None)
}

fn complete(call: &mut Call<'_>, run: Option<&str>) -> Result<Answer, Refused> {
    let body = call.body()?;
    let mut input = Input::new(&body);
    input.require("task_id");
    let id = input.text("task_id", 255);
    let override_user = input.integer("override_user");
    if override_user.is_some_and(|user| call.organization.members.get(&user).is_none()) {
        input.wrong("override_user", "The selected override user is invalid.");
    }
    input.finish()?;
    let id = of_run(call, &id.unwrap_or_default(), run)?;
    let completion = Completion { is_approved: body.get("is_approved"), override_user };
    let changes = completion::complete(call.organization, &mut call.context, &id, &completion)?;
    changed(call, &id, &changes)
}

fn reopen_run_task(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let run = super::super::processes::of_path(call)?.id.clone();
    reopen(call, Some(&run))
}

fn reopen_task(call: &mut Call<'_>) -> Result<Answer, Refused> {
    reopen(call, None)
}

fn reopen(call: &mut Call<'_>, run: Option<&str>) -> Result<Answer, Refused> {
    let id = of_run(call, call.param("task"), run)?;
    let result = completion::reopen(call.organization, &mut call.context, &id);
    let changes = match (result, run) {
        // The document names no 422 for the one-off route; an open task simply stays open there.
        (Err(Refused::Invalid(_)), None) => Changes::default(),
        (result, _) => result?,
    };
    changed(call, &id, &changes)
}

/// The task, when it belongs to this process, or to none.
fn of_run(call: &Call<'_>, id: &str, run: Option<&str>) -> Result<String, Refused> {
    let task = call.organization.tasks.get(id).ok_or(Refused::Missing)?;
    let fits = task.run_id.as_deref() == run && task.archived_at.is_none();
    if fits { Ok(task.id.clone()) } else { Err(Refused::Missing) }
}

/// The task, and for process tasks what automations changed: `[]` when nothing
/// (processes_tasks:CompletedTask).
fn changed(call: &Call<'_>, id: &str, changes: &Changes) -> Result<Answer, Refused> {
    let task = call.organization.tasks.get(id).ok_or(Refused::Missing)?;
    let view = call.view();
    let mut row = view.single_task(task, call.query());
    if task.run_id.is_some() {
        row["tasks_changed_by_rules"] = view.changed_by_rules(changes);
    }
    Ok(Answer::item(row))
}
