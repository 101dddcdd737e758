//! Creating, changing, archiving and deleting tasks.
//!
//! Not here: completing (`completed`), comments (`routes::comments`).

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::super::input::Input;
use super::super::{Call, Inside};
use crate::answer::Answer;
use crate::state::owners::{self, Owners};
use crate::state::process::Process;
use crate::state::task::{Task, TaskState};
use crate::state::template::{FIELD_TYPES, Field, slug};
use crate::state::{Refused, completion, form_values};

/// Types of tasks (processes_tasks:create_one_off_task).
const TASK_TYPES: [&str; 5] = ["task", "approval", "expiring", "email", "expiring_email"];

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "update_run_task" => Some(update_run_task),
        "update_task" => Some(update_task),
        "create_task" => Some(create_task),
        "archive_task" => Some(archive_task),
        "restore_task" => Some(restore_task),
        "delete_task" => Some(delete_task),
        "clone_task" => Some(clone_task),
        _ => None,
    }
}

fn update_run_task(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let id = super::of_process(call)?;
    update(call, &id, &[])
}

/// Title, deadline and owners are due in every request (docs:open-api/code-samples/tasks/update-task).
fn update_task(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let id = super::of_path(call)?.id.clone();
    update(call, &id, &["title", "deadline", "owners"])
}

/// What a change of a task says. `status` is not among it: the service drops it without a word
/// (mcp: confirmed by maintainers).
#[derive(Default)]
struct Change {
    title: Option<String>,
    summary: Option<Option<String>>,
    task_type: Option<String>,
    deadline: Option<DateTime<Utc>>,
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
    fn read(body: &Map<String, Value>, required: &[&str]) -> Result<Self, Refused> {
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

    fn apply(self, task: &mut Task, now: DateTime<Utc>) {
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

fn update(call: &mut Call<'_>, id: &str, required: &[&str]) -> Result<Answer, Refused> {
    let body = call.body()?;
    let change = Change::read(&body, required)?;
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
    let drop_unknown = call.context.quirks.unknown_field_keys_are_dropped;
    let sent = body.get("taskdata").unwrap_or(&Value::Null);
    let taskdata = form_values::merge(&task.fields, &task.taskdata, sent, "taskdata", drop_unknown)?;
    let now = call.context.now;
    if let Some(owners) = &owners {
        owners::create_guests(call.organization, call.context.ids, now, &owners.guests);
    }
    let task = call.organization.tasks.get_mut(id).ok_or(Refused::Missing)?;
    task.owners = owners.unwrap_or_else(|| task.owners.clone());
    task.taskdata = taskdata;
    change.apply(task, now);
    call.context.effect("task.updated", id);
    super::show(call, id)
}

/// Three uses: a plain one-off task, an ad-hoc task of a process, one task per assignee in a new process.
fn create_task(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let body = call.body()?;
    let change = Change::read(&body, &["title", "task_type", "deadline", "owners"])?;
    let mut input = Input::new(&body);
    let separate = input.flag("separate_task_for_each_assignee").unwrap_or(false);
    let run = input.text("run_id", 255);
    input.finish()?;
    let sent = body.get("owners").unwrap_or(&Value::Null);
    let owners = owners::read(call.organization, sent, Owners::default())?;
    if owners.is_empty() {
        return Err(Refused::invalid("owners", "At least one assignee is required."));
    }
    let fields = read_fields(call, &body)?;
    let run = match run {
        Some(id) => Some(joinable(call, &id)?),
        None if separate => Some(new_project(call, &change)),
        None => None,
    };
    owners::create_guests(call.organization, call.context.ids, call.context.now, &owners.guests);
    let shares = if separate { one_each(call, &owners) } else { vec![owners] };
    let title = change.title.clone().unwrap_or_default();
    let mut first = None;
    for owners in shares {
        let (id, number) = (call.context.ids.hex(), call.context.ids.number());
        let mut task = Task::new(id.clone(), number, &title, call.context.caller, call.context.now);
        task.is_oneoff = true;
        task.run_id = run.clone();
        task.owners = owners;
        task.fields = fields.clone();
        Change { ..change.clone_for(&title) }.apply(&mut task, call.context.now);
        join(call, run.as_deref(), &id);
        call.organization.tasks.put(task);
        call.context.effect("task.created", &id);
        first.get_or_insert(id);
    }
    tag(call, first.as_deref(), &body);
    let Answer { body, .. } = super::show(call, &first.unwrap_or_default())?;
    Ok(Answer { status: http::StatusCode::CREATED, headers: Vec::new(), body })
}

impl Change {
    /// The same change once more, for the next task of a project.
    fn clone_for(&self, title: &str) -> Self {
        Self {
            title: Some(title.to_owned()),
            summary: self.summary.clone(),
            task_type: self.task_type.clone(),
            webhook: self.webhook.clone(),
            ..*self
        }
    }
}
