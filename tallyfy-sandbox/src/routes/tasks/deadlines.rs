//! The automatic deadline of a process task, and going back to it.
//!
//! Not here: setting a deadline by hand (`write`).

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::{Call, Inside};
use crate::answer::Answer;
use crate::dates::{self, Form};
use crate::state::task::{Task, TaskState};
use crate::state::working_time::WorkingTime;
use crate::state::{Refused, schedule};

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "get_run_task_automatic_deadline" => Some(get_automatic_deadline),
        "reset_run_task_deadline" => Some(reset_deadline),
        _ => None,
    }
}

fn get_automatic_deadline(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let id = super::of_process(call)?;
    let task = call.organization.tasks.get(&id).ok_or(Refused::Missing)?;
    let (at, source) = automatic(call, task)?;
    Ok(Answer::item(render(at, source)))
}

/// `deadline_reset` is false when nobody had set it by hand: nothing changes then
/// (docs:open-api/code-samples/tasks/reset-task-deadline).
fn reset_deadline(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let id = super::of_process(call)?;
    let task = call.organization.tasks.get(&id).ok_or(Refused::Missing)?;
    let (at, source) = automatic(call, task)?;
    let by_hand = task.deadline_set_by_hand;
    let now = call.context.now;
    if by_hand && let Some(task) = call.organization.tasks.get_mut(&id) {
        task.deadline = Some(at);
        task.deadline_set_by_hand = false;
        task.last_updated = now;
        // What hangs on it moves too.
        schedule::settle(call.organization, call.context.quirks, call.request.param("run"));
    }
    let Answer { status, headers, .. } = Answer::empty();
    let task = call.organization.tasks.get(&id).ok_or(Refused::Missing)?;
    let row = call.view().single_task(task, call.query());
    let meta = json!({ "automatic_deadline": render(at, source), "deadline_reset": by_hand });
    let body = crate::answer::Body::Json(json!({ "data": row, "meta": meta }));
    Ok(Answer { status, headers, body })
}

fn render(at: DateTime<Utc>, source: &str) -> Value {
    let reason = match source {
        "launch" => "counted from the launch",
        "step" => "counted by the step",
        _ => "set by an automation",
    };
    json!({ "date": dates::write(at, Form::Plain), "reason": reason, "source": source })
}

/// One-off and completed tasks have none (422).
fn automatic(call: &Call<'_>, task: &Task) -> Result<(DateTime<Utc>, &'static str), Refused> {
    if task.is_oneoff || task.step_id.is_none() || task.state == TaskState::Completed {
        return Err(Refused::invalid("task", "This task has no automatic deadline."));
    }
    let process = super::super::processes::of_path(call)?;
    let working = WorkingTime::of(call.organization, call.context.quirks);
    Ok(schedule::automatic(call.organization, process, task, working))
}
