//! Steps of templates: lists, one step, and their rendering.
//!
//! Not here: changes (`write`), the tasks made from them (`tasks`).

mod write;

use serde_json::{Value, json};

use super::view::View;
use super::{Call, Inside, templates};
use crate::answer::Answer;
use crate::dates::{self, Form};
use crate::state::Refused;
use crate::state::template::Step;

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "list_steps" => Some(list_steps),
        "get_step" => Some(get_step),
        _ => write::inside(operation),
    }
}

/// Rows do not come in order of position, and `without_pagination` is ignored (templates:list_steps).
fn list_steps(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let template = templates::live(call)?;
    let mut steps: Vec<&Step> = template.steps.iter().collect();
    steps.sort_by(|one, other| one.id.cmp(&other.id));
    let view = call.view();
    let paging = call.paging().always();
    Ok(paging.answer(&steps, &call.request.origin(), |step| view.step(step, &template.id)))
}

fn get_step(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let template = templates::live(call)?;
    let step = template.step(call.param("step")).ok_or(Refused::Missing)?;
    Ok(Answer::item(call.view().step(step, &template.id)))
}

impl View<'_> {
    /// A step with its form fields inline.
    pub fn step(&self, step: &Step, checklist_id: &str) -> Value {
        let rest = |key: &str| step.rest.get(key).cloned().unwrap_or(Value::Null);
        let flag = |key: &str, default: bool| step.rest.get(key).cloned().unwrap_or(Value::Bool(default));
        let deadline = step.deadline.as_ref().map(|deadline| {
            json!({
                "value": deadline.value, "unit": deadline.unit,
                "option": deadline.option, "step": deadline.step,
            })
        });
        let start_date = step.rest.get("start_date").cloned();
        let start_date = start_date.unwrap_or_else(|| json!({ "value": 2, "unit": "hours" }));
        json!({
            "id": step.id,
            "increment_id": step.increment_id,
            "checklist_id": checklist_id,
            "alias": step.alias,
            "title": step.title,
            "summary": step.summary,
            "step_type": step.step_type,
            "position": step.position,
            "webhook": rest("webhook"),
            "allow_guest_owners": flag("allow_guest_owners", true),
            "skip_start_process": flag("skip_start_process", false),
            "everyone_must_complete": step.everyone_must_complete,
            "can_complete_only_assignees": step.can_complete_only_assignees,
            "deadline": deadline,
            "assignees": step.assignees.users,
            "groups": step.assignees.groups,
            "guests": step.assignees.guests,
            "captures": step.captures.iter().map(|f| self.capture(f, &step.id)).collect::<Vec<_>>(),
            "created_at": dates::write(step.created_at, Form::Plain),
            "last_updated": dates::write(step.last_updated, Form::Plain),
            "archived_at": null,
            "bp_to_launch": rest("bp_to_launch"),
            "owner": null,
            "assign_run_starter": step.assign_run_starter,
            "max_assignable": rest("max_assignable"),
            "prevent_guest_comment": flag("prevent_guest_comment", false),
            "owner_id": null,
            "start_date": start_date,
            "folders": null,
            "stage_id": null,
            "role_changes_every_time": flag("role_changes_every_time", false),
            "is_soft_start_date": flag("is_soft_start_date", true),
            "top_secret": flag("top_secret", false),
            "send_chromeless": flag("send_chromeless", false),
            "ai_assigned": flag("ai_assigned", false),
            "ai_allowed_app_keys": step.rest.get("ai_allowed_app_keys").cloned().unwrap_or_else(|| json!([])),
            "ai_on_uncertainty": step.rest.get("ai_on_uncertainty").cloned().unwrap_or_else(|| json!("ask")),
            "comments": [],
            "custom_fields": self.custom_fields("step", &step.id),
        })
    }
}
