//! Tasks: which handler belongs to which operation, and finding the task of a path.
//!
//! Not here: lists (`read`), creating (`create`), changes
//! (`write`), completing (`completed`), deadlines (`deadlines`).

mod completed;
mod create;
mod deadlines;
mod filters;
mod read;
mod view;
mod write;

use super::{Call, Inside};
use crate::answer::Answer;
use crate::state::Refused;
use crate::state::task::Task;

pub fn inside(operation: &str) -> Option<Inside> {
    read::inside(operation)
        .or_else(|| write::inside(operation))
        .or_else(|| create::inside(operation))
        .or_else(|| completed::inside(operation))
        .or_else(|| deadlines::inside(operation))
}

/// The task of `/runs/{run}/tasks/{task}`: it must be in that process.
fn of_process(call: &Call<'_>) -> Result<String, Refused> {
    super::processes::of_path(call)?;
    let task = call.organization.tasks.get(call.param("task")).ok_or(Refused::Missing)?;
    if task.run_id.as_deref() == Some(call.param("run")) {
        Ok(task.id.clone())
    } else {
        Err(Refused::Missing)
    }
}

/// The task of `/tasks/{task}`, one-off or not.
pub fn of_path<'a>(call: &'a Call<'_>) -> Result<&'a Task, Refused> {
    call.organization.tasks.get(call.param("task")).ok_or(Refused::Missing)
}

/// The answer to a read or write of one task: summary included (processes_tasks:get_process_task).
fn show(call: &Call<'_>, id: &str) -> Result<Answer, Refused> {
    let task = call.organization.tasks.get(id).ok_or(Refused::Missing)?;
    Ok(Answer::item(call.view().single_task(task, call.query())))
}
