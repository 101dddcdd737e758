//! Completing and reopening tasks, and what that does to their process.
//!
//! Not here: the kick-off form (`routes::processes`), issues (`routes::comments`), what automations make of
//! it (`automation`).

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::automation::{self, Changes};
use super::launch::Context;
use super::organization::Organization;
use super::task::{Task, TaskState};
use super::{Refused, form_values};
use crate::quirks::Quirks;

/// What a completion request says.
pub struct Completion<'a> {
    /// The decision, as sent.
    pub is_approved: Option<&'a Value>,
    /// The member to record instead of the caller.
    pub override_user: Option<i64>,
}

/// Completes a task.
pub fn complete(
    organization: &mut Organization,
    context: &mut Context<'_>,
    id: &str,
    completion: &Completion<'_>,
) -> Result<Changes, Refused> {
    let task = organization.tasks.get(id).ok_or(Refused::Missing)?;
    let decision = decide(task, completion.is_approved, context.quirks)?;
    may_complete(organization, task, context.caller)?;
    is_ready(organization, task, context.quirks)?;
    if task.state == TaskState::Completed && !context.quirks.repeated_completion_is_accepted {
        return Err(Refused::invalid("task_id", "This task is already completed."));
    }
    let actor = completion.override_user.unwrap_or(context.caller);
    let (now, run) = (context.now, task.run_id.clone());
    if let Some(task) = organization.tasks.get_mut(id) {
        mark_completed(task, actor, decision, now);
    }
    // Fired on a repeat too: that is the oddity (mcp:complete_task).
    context.effect("task.completed", id);
    Ok(run.map(|run| automation::run(organization, context, &run)).unwrap_or_default())
}

/// Reopens a completed task (processes_tasks:reopen_process_task).
pub fn reopen(
    organization: &mut Organization,
    context: &mut Context<'_>,
    id: &str,
) -> Result<Changes, Refused> {
    let task = organization.tasks.get(id).ok_or(Refused::Missing)?;
    may_complete(organization, task, context.caller)?;
    // The status is not stated by any source (processes_tasks:reopen_process_task.errors).
    if task.state != TaskState::Completed && task.completed_by.is_empty() {
        return Err(Refused::invalid("task_id", "This task is not completed."));
    }
    let run = task.run_id.clone();
    if let Some(task) = organization.tasks.get_mut(id) {
        mark_reopened(task, context.now);
    }
    context.effect("task.reopened", id);
    Ok(run.map(|run| automation::run(organization, context, &run)).unwrap_or_default())
}

/// Takes the marks of completion off a task.
pub fn mark_reopened(task: &mut Task, now: DateTime<Utc>) {
    task.state = TaskState::InProgress;
    task.completed_at = None;
    task.reopened_at = Some(now);
    task.completer_id = None;
    task.completed_by.clear();
    task.is_approved = None;
    task.last_updated = now;
}

/// Brings a process in line with its tasks: complete when nothing visible is open, else active.
pub fn settle_process(organization: &mut Organization, context: &mut Context<'_>, id: &str) {
    let Some(process) = organization.processes.get(id) else { return };
    let tasks = organization.tasks_of(process);
    let any = tasks.iter().any(|task| task.state == TaskState::Completed);
    let done = any && tasks.iter().all(|task| !task.is_open());
    let Some(process) = organization.processes.get_mut(id) else { return };
    process.last_updated = context.now;
    match (done, process.completed_at) {
        (true, None) => {
            process.completed_at = Some(context.now);
            context.effect("process.completed", id);
        }
        (false, Some(_)) => process.completed_at = None,
        _ => {}
    }
}

/// The decision to record. The task's own type decides whether one is needed (mcp:complete_task).
fn decide(task: &Task, sent: Option<&Value>, quirks: &Quirks) -> Result<Option<bool>, Refused> {
    let sent = match sent {
        None | Some(Value::Null) => None,
        Some(value) => Some(as_flag(value).ok_or_else(|| {
            Refused::invalid("is_approved", "The is approved field must be true or false.")
        })?),
    };
    match task.task_type.as_str() {
        "approval" => match sent {
            Some(decision) => Ok(Some(decision)),
            None => Err(Refused::invalid("is_approved", "The is approved field is required.")),
        },
        "expiring" | "expiring_email" => {
            Ok(Some(!(sent == Some(false) && quirks.false_on_expiring_records_expired)))
        }
        _ => Ok(None),
    }
}

/// Laravel's idea of a boolean.
fn as_flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => match number.as_i64() {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        },
        Value::String(text) => match text.as_str() {
            "0" | "false" => Some(false),
            "1" | "true" => Some(true),
            _ => None,
        },
        _ => None,
    }
}

/// Administrators may always, others only when assigned, if the task says so.
fn may_complete(organization: &Organization, task: &Task, caller: i64) -> Result<(), Refused> {
    let allowed = !task.can_complete_only_assignees
        || organization.is_admin(caller)
        || task.owners.include(organization, caller);
    if allowed {
        return Ok(());
    }
    Err(Refused::Forbidden("Only assignees can complete or reopen this task.".to_owned()))
}

/// Open issues and unanswered required fields stand in the way.
fn is_ready(organization: &Organization, task: &Task, quirks: &Quirks) -> Result<(), Refused> {
    is_not_frozen(organization, task)?;
    // docs: visibility actions; the text is the sandbox's own.
    if task.state == TaskState::AutoSkipped {
        return Err(Refused::invalid("task_id", "A hidden task cannot be completed."));
    }
    if organization.has_open_issue(task) {
        return Err(Refused::invalid("task_id", "This task has an open issue."));
    }
    let lenient = task.is_oneoff && quirks.one_off_choices_are_not_enforced;
    let missing = form_values::missing(&task.fields, &task.taskdata).into_iter();
    let missing = missing.filter(|field| !(lenient && field.is_choice()));
    let texts = missing.map(|field| format!("{} is required", field.label));
    let unticked = form_values::unticked(&task.fields, &task.taskdata).into_iter();
    let texts = texts.chain(unticked.map(|label| format!("{label}: every required choice must be ticked")));
    let errors: Vec<(String, Value)> = texts.map(|text| ("taskdata".to_owned(), text.into())).collect();
    if errors.is_empty() { Ok(()) } else { Err(Refused::Invalid(errors)) }
}

/// An open issue on the process itself freezes its tasks (processes_tasks:update_process_task.quirks).
pub fn is_not_frozen(organization: &Organization, task: &Task) -> Result<(), Refused> {
    let process = task.run_id.as_ref().and_then(|id| organization.processes.get(id));
    let frozen = process.is_some_and(|process| {
        process.threads.iter().filter_map(|id| organization.threads.get(id)).any(|t| t.is_open_issue())
    });
    if frozen { Err(Refused::invalid("task_id", "The process has an open issue.")) } else { Ok(()) }
}

fn mark_completed(task: &mut Task, actor: i64, decision: Option<bool>, now: DateTime<Utc>) {
    task.last_updated = now;
    if !task.completed_by.contains(&actor) {
        task.completed_by.push(actor);
    }
    let waiting =
        task.everyone_must_complete && task.owners.users.iter().any(|user| !task.completed_by.contains(user));
    if waiting {
        task.state = TaskState::InProgress;
        return;
    }
    task.state = TaskState::Completed;
    task.completed_at.get_or_insert(now);
    task.reopened_at = None;
    task.completer_id = Some(actor);
    task.is_approved = decision;
}
