//! Form fields: those of steps (captures), and those added to one task.
//!
//! Not here: reading a definition (`fields`), values (`tasks::write`, `values`).

use http::StatusCode;
use serde_json::{Value, json};

use super::input::Input;
use super::{Call, Inside, automations, fields, templates};
use crate::answer::Answer;
use crate::state::Refused;
use crate::state::template::{Field, Step};

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "list_captures" => Some(list_captures),
        "create_capture" => Some(create_capture),
        "update_capture" => Some(update_capture),
        "delete_capture" => Some(delete_capture),
        "move_capture" => Some(move_capture),
        "reorder_capture" => Some(reorder_capture),
        "create_run_task_capture" => Some(create_task_field),
        "create_task_form_field" => Some(create_task_field),
        _ => None,
    }
}

fn step<'a>(call: &'a Call<'_>) -> Result<&'a Step, Refused> {
    templates::live(call)?.step(call.param("step")).ok_or(Refused::Missing)
}

fn step_mut<'a>(call: &'a mut Call<'_>) -> Result<&'a mut Step, Refused> {
    templates::live(call)?;
    let (template, step) = (call.request.param("checklist"), call.request.param("step"));
    let template = call.organization.templates.get_mut(template).ok_or(Refused::Missing)?;
    template.step_mut(step).ok_or(Refused::Missing)
}

fn field<'a>(call: &'a Call<'_>) -> Result<&'a Field, Refused> {
    let id = call.param("capture");
    step(call)?.captures.iter().find(|field| field.id == id).ok_or(Refused::Missing)
}

fn list_captures(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let (step, view) = (step(call)?, call.view());
    Ok(Answer::whole(step.captures.iter().map(|field| view.capture(field, &step.id)).collect()))
}

fn create_capture(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let last = i64::try_from(step(call)?.captures.len()).unwrap_or(i64::MAX);
    let body = Value::Object(call.body()?);
    let maker = (&mut *call.context.ids, call.context.now);
    let field = fields::read(&body, None, "", true, maker)?;
    let position = if field.position > 0 { field.position } else { last.saturating_add(1) };
    let id = field.id.clone();
    fields::place(&mut step_mut(call)?.captures, field, position);
    Ok(Answer { status: StatusCode::CREATED, ..show(call, &id)? })
}

/// The whole object is checked on each write; id and alias stay (templates:update_capture).
fn update_capture(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let old = field(call)?.clone();
    let body = Value::Object(call.body()?);
    let maker = (&mut *call.context.ids, call.context.now);
    let changed = fields::read(&body, Some(&old), "", true, maker)?;
    let captures = &mut step_mut(call)?.captures;
    captures.retain(|field| field.id != old.id);
    let position = changed.position;
    fields::place(captures, changed, position);
    show(call, &old.id)
}

/// A field that a rule names is kept: 403, a business rule (templates:delete_capture).
fn delete_capture(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let id = field(call)?.id.clone();
    automations::is_free(templates::live(call)?, &id)?;
    step_mut(call)?.captures.retain(|field| field.id != id);
    Ok(Answer::empty())
}

/// The step of the path is the source; a repeat is a 404, as the field has left (templates:move_capture).
fn move_capture(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let moved = field(call)?.clone();
    let body = call.body()?;
    let mut input = Input::new(&body);
    let position = position(&mut input);
    input.require("target_step_id");
    let target = input.text("target_step_id", 255).unwrap_or_default();
    if templates::live(call)?.step(&target).is_none() {
        input.wrong("target_step_id", "The selected target step id is invalid.");
    }
    input.finish()?;
    step_mut(call)?.captures.retain(|field| field.id != moved.id);
    let row = call.view().capture(&Field { position, ..moved.clone() }, &target);
    let template = call.organization.templates.get_mut(call.request.param("checklist"));
    if let Some(step) = template.and_then(|template| template.step_mut(&target)) {
        fields::place(&mut step.captures, moved, position);
    }
    Ok(Answer::item(row))
}

/// One field per call (templates:reorder_capture).
fn reorder_capture(call: &mut Call<'_>) -> Result<Answer, Refused> {
    step(call)?;
    let body = call.body()?;
    let mut input = Input::new(&body);
    let position = position(&mut input);
    input.require("capture_id");
    let id = input.text("capture_id", 255).unwrap_or_default();
    let found = step(call)?.captures.iter().find(|field| field.id == id).cloned();
    if found.is_none() {
        input.wrong("capture_id", "The selected capture id is invalid.");
    }
    input.finish()?;
    if let Some(field) = found {
        let captures = &mut step_mut(call)?.captures;
        captures.retain(|field| field.id != id);
        fields::place(captures, field, position);
    }
    let checklist = call.param("checklist");
    Ok(Answer::item(call.view().step(step(call)?, checklist)))
}

/// 1 to 9999.
fn position(input: &mut Input<'_>) -> i64 {
    input.require("position");
    let position = input.integer("position").unwrap_or(1);
    if !(1..=9999).contains(&position) {
        input.wrong("position", "The position must be between 1 and 9999.");
    }
    position
}

/// A field of one task, not of its template. The routes alone are attested; the rules of a step's field
/// are assumed, but for the choices of one-off tasks (processes_tasks:add_form_field_to_one_off_task).
fn create_task_field(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let task = super::tasks::of_path(call)?;
    let run = call.request.params.get("run");
    if run.is_some() && run != task.run_id.as_ref() {
        return Err(Refused::Missing);
    }
    let enforce = task.step_id.is_some();
    let body = Value::Object(call.body()?);
    let maker = (&mut *call.context.ids, call.context.now);
    let field = fields::read(&body, None, "", enforce, maker)?;
    let task = call.organization.tasks.get_mut(call.request.param("task")).ok_or(Refused::Missing)?;
    let (id, position) = (field.id.clone(), field.position.max(1));
    fields::place(&mut task.fields, field, position);
    let task = super::tasks::of_path(call)?;
    let field = task.fields.iter().find(|field| field.id == id).ok_or(Refused::Missing)?;
    Ok(Answer::created(call.view().task_field(field, task.step_id.as_deref(), &task.taskdata)))
}

fn show(call: &Call<'_>, id: &str) -> Result<Answer, Refused> {
    let step = step(call)?;
    let field = step.captures.iter().find(|field| field.id == id).ok_or(Refused::Missing)?;
    Ok(Answer::item(json!(call.view().capture(field, &step.id))))
}
