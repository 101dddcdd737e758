//! Changing, archiving, deleting and copying tasks.
//!
//! Not here: creating (`create`), completing (`completed`), comments (`routes::comments`).

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::super::input::Input;
use super::super::{Call, Inside};
use crate::answer::Answer;
use crate::state::owners::{self, Owners};
use crate::state::task::{Task, TaskState};
use crate::state::template::slug;
use crate::state::{Refused, activity, automation, completion, form_values};

/// Types of tasks (processes_tasks:create_one_off_task).
const TASK_TYPES: [&str; 5] = ["task", "approval", "expiring", "email", "expiring_email"];

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "update_run_task" => Some(update_run_task),
        "update_task" => Some(update_task),
        "archive_task" => Some(archive_task),
        "restore_task" => Some(restore_task),
        "delete_task" => Some(delete_task),
        "clone_task" => Some(clone_task),
        "update_run_tasks" => Some(update_run_tasks),
        _ => None,
    }
}

fn update_run_task(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let id = super::of_process(call)?;
    let body = call.body()?;
    update(call, &id, &body, &[])?;
    super::show(call, &id)
}

/// No source shows the body; here `tasks` is a map from task id to what one update takes, or a list of such
/// entries with `id`.
fn update_run_tasks(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let process = super::super::processes::of_path(call)?;
    let own = process.tasks.clone();
    let body = call.body()?;
    let entries: Vec<(String, Value)> = match body.get("tasks") {
        Some(Value::Object(map)) => map.iter().map(|(id, entry)| (id.clone(), entry.clone())).collect(),
        Some(Value::Array(list)) => {
            let id = |entry: &Value| entry["id"].as_str().unwrap_or_default().to_owned();
            list.iter().map(|entry| (id(entry), entry.clone())).collect()
        }
        _ => return Err(Refused::invalid("tasks", "The tasks field is required.")),
    };
    if let Some((id, _)) = entries.iter().find(|(id, _)| !own.contains(id)) {
        return Err(Refused::invalid(&format!("tasks.{id}"), "The selected task is invalid."));
    }
    for (id, entry) in entries {
        update(call, &id, &super::super::object(entry), &[])?;
    }
    Ok(Answer::empty())
}

/// Title, deadline and owners are due in every request (docs:open-api/code-samples/tasks/update-task).
fn update_task(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let id = super::of_path(call)?.id.clone();
    let body = call.body()?;
    update(call, &id, &body, &["title", "deadline", "owners"])?;
    super::show(call, &id)
}

/// What a change of a task says. `status` is not among it: the service drops it without a word
/// (mcp: confirmed by maintainers).
#[derive(Clone, Default)]
pub(super) struct Change {
    pub(super) title: Option<String>,
    summary: Option<Option<String>>,
    task_type: Option<String>,
    pub(super) deadline: Option<DateTime<Utc>>,
    started_at: Option<DateTime<Utc>>,
    max_assignable: Option<i64>,
    position: Option<i64>,
    top_secret: Option<bool>,
    prevent_guest_comment: Option<bool>,
    everyone_must_complete: Option<bool>,
    can_complete_only_assignees: Option<bool>,
    is_soft_start_date: Option<bool>,
    webhook: Option<String>,
}

impl Change {
    pub(super) fn read(body: &Map<String, Value>, required: &[&str]) -> Result<Self, Refused> {
        let mut input = Input::new(body);
        for key in required {
            input.require(key);
        }
        let summary = input.text("summary", usize::MAX);
        let change = Self {
            title: input.text("title", 600),
            summary: input.has("summary").then_some(summary),
            task_type: input.word("task_type", &TASK_TYPES),
            deadline: input.date("deadline"),
            started_at: input.date("started_at"),
            max_assignable: input.integer("max_assignable"),
            position: input.integer("position"),
            top_secret: input.flag("top_secret"),
            prevent_guest_comment: input.flag("prevent_guest_comment"),
            everyone_must_complete: input.flag("everyone_must_complete"),
            can_complete_only_assignees: input.flag("can_complete_only_assignees"),
            is_soft_start_date: input.flag("is_soft_start_date"),
            webhook: input.text("webhook", usize::MAX),
        };
        input.finish()?;
        Ok(change)
    }

    pub(super) fn apply(self, task: &mut Task, now: DateTime<Utc>) {
        if let Some(deadline) = self.deadline {
            // Sending the unchanged date marks nothing (docs:.../reset-task-deadline).
            task.deadline_set_by_hand |= task.deadline != Some(deadline) && !task.is_oneoff;
            task.deadline = Some(deadline);
        }
        if let Some(summary) = self.summary {
            task.summary = summary;
        }
        task.title = self.title.unwrap_or_else(|| std::mem::take(&mut task.title));
        task.task_type = self.task_type.unwrap_or_else(|| std::mem::take(&mut task.task_type));
        task.started_at = self.started_at.or(task.started_at);
        task.max_assignable = self.max_assignable.unwrap_or(task.max_assignable);
        task.position = self.position.unwrap_or(task.position);
        task.top_secret = self.top_secret.unwrap_or(task.top_secret);
        task.prevent_guest_comment = self.prevent_guest_comment.unwrap_or(task.prevent_guest_comment);
        task.everyone_must_complete = self.everyone_must_complete.unwrap_or(task.everyone_must_complete);
        task.can_complete_only_assignees =
            self.can_complete_only_assignees.unwrap_or(task.can_complete_only_assignees);
        task.is_soft_start_date = self.is_soft_start_date.unwrap_or(task.is_soft_start_date);
        task.webhook = self.webhook.or_else(|| task.webhook.take());
        task.last_updated = now;
    }
}

fn update(
    call: &mut Call<'_>,
    id: &str,
    body: &Map<String, Value>,
    required: &[&str],
) -> Result<(), Refused> {
    let mut change = Change::read(body, required)?;
    change.deadline = call.to_working_time(change.deadline);
    let task = call.organization.tasks.get(id).ok_or(Refused::Missing)?;
    if task.state == TaskState::Completed {
        return Err(Refused::invalid("task", "A completed task cannot be updated: reopen it first."));
    }
    completion::is_not_frozen(call.organization, task)?;
    let owners = match body.get("owners").filter(|owners| !owners.is_null()) {
        Some(sent) => {
            let empties = call.context.quirks.partial_owners_empty_buckets;
            let kept = if empties { Owners::default() } else { task.owners.clone() };
            Some(owners::read(call.organization, sent, kept)?)
        }
        None => None,
    };
    let sent = body.get("taskdata").unwrap_or(&Value::Null);
    let taskdata = form_values::merge(&task.fields, &task.taskdata, sent, "taskdata", call.context.quirks)?;
    let now = call.context.now;
    if let Some(owners) = &owners {
        owners::create_guests(call.organization, call.context.ids, now, &owners.guests);
    }
    let task = call.organization.tasks.get_mut(id).ok_or(Refused::Missing)?;
    let before = (task.deadline, task.deadline_set_by_hand);
    let reassigned = owners.as_ref().is_some_and(|owners| *owners != task.owners);
    task.owners = owners.unwrap_or_else(|| task.owners.clone());
    task.taskdata = taskdata;
    change.apply(task, now);
    let (after, run) = ((task.deadline, task.deadline_set_by_hand), task.run_id.clone());
    call.context.effect("task.updated", id);
    if reassigned {
        call.context.effect("task.assigned", id);
    }
    if before != after {
        call.context.effect_of("task.deadline", id, Some(activity::deadline_before(before)));
    }
    if let Some(run) = run {
        automation::run(call.organization, &mut call.context, &run);
    }
    Ok(())
}

/// A soft delete. A task of a process is refused (docs:open-api/code-samples/tasks/archive-task).
fn archive_task(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let now = call.context.now;
    if super::of_path(call)?.run_id.is_some() {
        return Err(Refused::invalid("task", "Cannot delete linked tasks."));
    }
    let task = of_path_mut(call)?;
    task.archived_at.get_or_insert(now);
    Ok(Answer::no_content())
}

fn restore_task(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let now = call.context.now;
    let task = of_path_mut(call)?;
    task.archived_at = None;
    task.last_updated = now;
    let id = task.id.clone();
    super::show(call, &id)
}

/// For administrators and the creator. The service does not check `run_id` here, unlike archiving
/// (mcp:delete_standalone_task).
fn delete_task(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let task = super::of_path(call)?;
    if task.starter_id != call.context.caller {
        call.must_be_admin()?;
    }
    let (id, run, threads) = (task.id.clone(), task.run_id.clone(), task.threads.clone());
    for thread in threads {
        call.organization.threads.remove(&thread);
    }
    if let Some(process) = run.and_then(|run| call.organization.processes.get_mut(&run)) {
        process.tasks.retain(|task| *task != id);
    }
    call.organization.tasks.remove(&id);
    Ok(Answer::no_content())
}

/// The copy starts anew: no completion, no comments, no answers (assumed, n8n:task.clone).
fn clone_task(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let original = super::of_path(call)?.clone();
    let (id, number) = (call.context.ids.hex(), call.context.ids.number());
    let now = call.context.now;
    let copy = Task {
        alias: slug(&original.title, number),
        state: TaskState::NotStarted,
        rule_deadline: None,
        reopened_at: None,
        threads: Vec::new(),
        taskdata: Map::new(),
        completed_by: Vec::new(),
        completed_at: None,
        completer_id: None,
        is_approved: None,
        id: id.clone(),
        increment_id: number,
        created_at: now,
        last_updated: now,
        starter_id: call.context.caller,
        ..original
    };
    if let Some(process) = copy.run_id.as_ref().and_then(|run| call.organization.processes.get_mut(run)) {
        process.tasks.push(id.clone());
    }
    call.organization.tasks.put(copy);
    super::show(call, &id)
}

fn of_path_mut<'a>(call: &'a mut Call<'_>) -> Result<&'a mut Task, Refused> {
    call.organization.tasks.get_mut(call.request.param("task")).ok_or(Refused::Missing)
}
