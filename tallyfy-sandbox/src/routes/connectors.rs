//! The gateway of an old connector, below the API base. Whether it still runs is unknown.
//!
//! Not here: the ordinary routes to the same ends (`tasks`, `steps`).

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::input::Input;
use super::{Call, Inside, templates};
use crate::answer::Answer;
use crate::dates::{self, Form};
use crate::state::Refused;
use crate::state::owners::{self, Owners};
use crate::state::task::Task;

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "create_connector_task" => Some(create_task),
        "update_connector_task_deadline" => Some(update_deadline),
        "delete_connector_task_guest" => Some(delete_guest),
        "delete_connector_task_user" => Some(delete_user),
        "update_connector_step_type" => Some(update_step_type),
        _ => None,
    }
}

/// `name` and `description` where the ordinary route says `title` and `summary` (pp:Create_Task).
fn create_task(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let body = call.body()?;
    let mut input = Input::new(&body);
    for key in ["name", "task_type", "deadline"] {
        input.require(key);
    }
    let (name, description) = (input.text("name", 600), input.text("description", usize::MAX));
    let kind = input.word("task_type", &["task", "approval", "email", "expiring"]);
    let deadline = call.to_working_time(input.date("deadline"));
    input.finish()?;
    let owners = match body.get("owners") {
        Some(sent) if !sent.is_null() => owners::read(call.organization, sent, Owners::default())?,
        _ => Owners::default(),
    };
    owners::create_guests(call.organization, call.context.ids, call.context.now, &owners.guests);
    let (id, number) = (call.context.ids.hex(), call.context.ids.number());
    let title = name.unwrap_or_default();
    let task = Task {
        is_oneoff: true,
        summary: description,
        task_type: kind.unwrap_or_default(),
        deadline,
        owners,
        ..Task::new(id, number, &title, call.context.caller, call.context.now)
    };
    let row = json!({
        "id": task.id, "title": task.title, "alias": task.alias, "description": task.summary,
        "deadline": dates::optional(task.deadline, Form::Plain), "owner_id": call.context.caller,
    });
    call.organization.tasks.put(task);
    Ok(Answer::item(row))
}

fn task_mut<'a>(call: &'a mut Call<'_>) -> Result<&'a mut Task, Refused> {
    call.organization.tasks.get_mut(call.request.param("task")).ok_or(Refused::Missing)
}

/// A capital D on the wire (pp:Edit_Task_Deadline).
fn update_deadline(call: &mut Call<'_>) -> Result<Answer, Refused> {
    task_mut(call)?;
    let body = call.body()?;
    let mut input = Input::new(&body);
    let deadline = call.to_working_time(input.date("Deadline"));
    input.finish()?;
    let task = task_mut(call)?;
    task.deadline = deadline.or(task.deadline);
    Ok(done())
}

fn delete_guest(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let email = call.param("guest").to_lowercase();
    task_mut(call)?.owners.guests.retain(|guest| *guest != email);
    Ok(done())
}

fn delete_user(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let id: i64 = call.param("user").parse().map_err(|_| Refused::Missing)?;
    task_mut(call)?.owners.users.retain(|user| *user != id);
    Ok(done())
}

fn update_step_type(call: &mut Call<'_>) -> Result<Answer, Refused> {
    templates::live(call)?;
    let body = call.body()?;
    let mut input = Input::new(&body);
    let kind = input.word("stepType", &["all", "any"]);
    input.finish()?;
    let (template, step) = (call.request.param("checklist"), call.request.param("step"));
    let template = call.organization.templates.get_mut(template).ok_or(Refused::Missing)?;
    let step = template.step_mut(step).ok_or(Refused::Missing)?;
    if let Some(kind) = kind {
        step.everyone_must_complete = kind == "all";
    }
    Ok(done())
}

/// The answer is said to be text although the old description calls it an object.
fn done() -> Answer {
    let body = crate::answer::Body::Bytes("application/text", Value::Object(Map::new()).to_string().into());
    Answer { status: StatusCode::OK, headers: Vec::new(), body }
}
