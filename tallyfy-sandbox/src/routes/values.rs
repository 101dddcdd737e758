//! Single answers, by the routes that write one at a time. All are undocumented or disputed.
//!
//! Not here: `taskdata` of a task, which is the way to write answers (`tasks::write`).

use http::StatusCode;
use serde_json::{Map, Value};

use super::input::Input;
use super::{Call, Inside, tasks};
use crate::answer::{self, Answer};
use crate::state::task::Task;
use crate::state::{Refused, automation, form_values, value_rows};

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "update_form_field_value" => Some(update_form_field_value),
        "update_guest_form_field_value" => Some(update_guest_form_field_value),
        "save_task_capture" => Some(save_task_capture),
        _ => None,
    }
}

/// Takes the id of a stored answer alone; any other id is an uncaught error (n8n:live test issue 9).
fn update_form_field_value(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let (id, value) = read(call, "form_value")?;
    let row = id.parse().ok().and_then(|id| value_rows::find(call.organization, id));
    let Some((task, field)) = row else {
        let text = "Attempt to read property \"capture\" on null";
        return Ok(answer::message(StatusCode::INTERNAL_SERVER_ERROR, text));
    };
    write(call, &task, &field, value)
}

/// Takes the id of a field too, and creates the answer (n8n:formField.updateValue). The field is looked for
/// in the guest's tasks.
fn update_guest_form_field_value(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let guest = call.param("guest").to_lowercase();
    call.organization.guests.get(&guest).ok_or(Refused::Missing)?;
    let (id, value) = read(call, "form_value")?;
    let row = id.parse().ok().and_then(|id| value_rows::find(call.organization, id));
    let theirs =
        |task: &&Task| task.owners.guests.contains(&guest) && task.fields.iter().any(|field| field.id == id);
    let by_field = || call.organization.tasks.iter().find(theirs).map(|task| (task.id.clone(), id.clone()));
    let (task, field) = row.or_else(by_field).ok_or_else(unknown)?;
    write(call, &task, &field, value)
}

/// Two pages describe it so; whether it fills a field or creates one is disputed.
fn save_task_capture(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let task = tasks::of_path(call)?.id.clone();
    let (field, value) = read(call, "value")?;
    write(call, &task, &field, value)
}

fn unknown() -> Refused {
    Refused::invalid("id", "The selected id is invalid.")
}

fn read(call: &Call<'_>, key: &str) -> Result<(String, Value), Refused> {
    let body = call.body()?;
    let mut input = Input::new(&body);
    input.require("id");
    let id = input.text("id", 255).unwrap_or_default();
    if !input.has(key) {
        input.wrong(key, format!("The {} field is required.", key.replace('_', " ")));
    }
    input.finish()?;
    Ok((id, body[key].clone()))
}

fn write(call: &mut Call<'_>, task: &str, field: &str, value: Value) -> Result<Answer, Refused> {
    let now = call.context.now;
    let task = call.organization.tasks.get_mut(task).ok_or(Refused::Missing)?;
    if !task.fields.iter().any(|known| known.id == field) {
        return Err(unknown());
    }
    let sent = Value::Object(Map::from_iter([(field.to_owned(), value)]));
    task.taskdata = form_values::merge(&task.fields, &task.taskdata, &sent, "taskdata", call.context.quirks)?;
    task.last_updated = now;
    let (id, run) = (task.id.clone(), task.run_id.clone());
    call.context.effect("task.updated", &id);
    if let Some(run) = run {
        automation::run(call.organization, &mut call.context, &run);
    }
    Ok(Answer::empty())
}
