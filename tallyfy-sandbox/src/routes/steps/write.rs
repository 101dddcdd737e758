//! Adding, changing, copying, moving and deleting steps.
//!
//! Not here: their form fields (`captures`).

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::super::input::Input;
use super::super::{Call, Inside, automations, templates};
use crate::answer::Answer;
use crate::state::Refused;
use crate::state::owners::{self, Owners};
use crate::state::template::{Deadline, Step, Template, slug};

const TYPES: [&str; 5] = ["task", "approval", "expiring", "email", "expiring_email"];

/// Flags that are stored as they are.
const FLAGS: [&str; 8] = [
    "allow_guest_owners",
    "skip_start_process",
    "prevent_guest_comment",
    "is_soft_start_date",
    "role_changes_every_time",
    "top_secret",
    "send_chromeless",
    "ai_assigned",
];

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "create_step" => Some(create_step),
        "update_step" => Some(update_step),
        "delete_step" => Some(delete_step),
        "clone_step" => Some(clone_step),
        "reorder_step" => Some(reorder_step),
        _ => None,
    }
}

fn template_mut<'a>(call: &'a mut Call<'_>) -> Result<&'a mut Template, Refused> {
    templates::live(call)?;
    call.organization.templates.get_mut(call.request.param("checklist")).ok_or(Refused::Missing)
}

fn found<'a>(call: &'a Call<'_>) -> Result<&'a Step, Refused> {
    templates::live(call)?.step(call.param("step")).ok_or(Refused::Missing)
}

/// Always the last one, whatever `position` says; the launcher is assigned unless told otherwise
/// (templates:create_step).
fn create_step(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let last = templates::live(call)?.steps.len();
    let body = call.body()?;
    let (id, increment_id) = (call.context.ids.hex(), call.context.ids.number());
    let now = call.context.now;
    let mut step = Step {
        id: id.clone(),
        increment_id,
        title: String::new(),
        summary: None,
        alias: String::new(),
        step_type: "task".to_owned(),
        position: i64::try_from(last).unwrap_or(i64::MAX).saturating_add(1),
        assignees: Owners::default(),
        assign_run_starter: true,
        everyone_must_complete: false,
        can_complete_only_assignees: false,
        deadline: Some(Deadline {
            value: 1,
            unit: "days".to_owned(),
            option: "from".to_owned(),
            step: "start_run".to_owned(),
        }),
        captures: Vec::new(),
        created_at: now,
        last_updated: now,
        rest: Map::new(),
    };
    apply(call, &mut step, &body)?;
    step.alias = slug(&step.title, increment_id);
    template_mut(call)?.steps.push(step);
    Ok(Answer { status: StatusCode::CREATED, ..show(call, &id)? })
}

/// Assignee lists that are not sent are emptied with 200 (templates:update_step, mcp-newer).
fn update_step(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let mut step = found(call)?.clone();
    let body = call.body()?;
    if call.context.quirks.absent_step_assignees_detach || is_lone_position(call, &body) {
        step.assignees = Owners::default();
    }
    if !is_lone_position(call, &body) {
        apply(call, &mut step, &body)?;
    }
    step.last_updated = call.context.now;
    let id = step.id.clone();
    if let Some(old) = template_mut(call)?.step_mut(&id) {
        *old = step;
    }
    show(call, &id)
}

/// Such a body passes without a title, and leaves nobody assigned (mcp-newer:server/tools/template_management.py).
fn is_lone_position(call: &Call<'_>, body: &Map<String, Value>) -> bool {
    let position = body.get("position").and_then(owners::member_id);
    call.context.quirks.lone_position_skips_the_title_rule && body.len() == 1 && position.is_some()
}

/// Puts what a request says into a step.
fn apply(call: &mut Call<'_>, step: &mut Step, body: &Map<String, Value>) -> Result<(), Refused> {
    let mut input = Input::new(body);
    input.require("title");
    let (title, summary) = (input.text("title", 600), input.text("summary", usize::MAX));
    if let Some(kind) = input.word("step_type", &TYPES) {
        step.step_type = kind;
    }
    if input.has("summary") {
        step.summary = summary;
    }
    for (key, flag) in [
        ("assign_run_starter", &mut step.assign_run_starter),
        ("everyone_must_complete", &mut step.everyone_must_complete),
        ("can_complete_only_assignees", &mut step.can_complete_only_assignees),
    ] {
        *flag = input.flag(key).unwrap_or(*flag);
    }
    for key in FLAGS {
        if let Some(flag) = input.flag(key) {
            step.rest.insert(key.to_owned(), Value::Bool(flag));
        }
    }
    for key in ["webhook", "ai_allowed_app_keys", "ai_on_uncertainty"] {
        if input.has(key) {
            step.rest.insert(key.to_owned(), input.value(key).cloned().unwrap_or(Value::Null));
        }
    }
    if let Some(number) = input.integer("max_assignable") {
        step.rest.insert("max_assignable".to_owned(), json!(number));
    }
    // A template id is written, an object is read (templates:Step.variants).
    if let Some(id) = input.text("bp_to_launch", 255) {
        let embed = json!({ "id": id, "default_name_format": null, "tasks_within_process": false });
        step.rest.insert("bp_to_launch".to_owned(), embed);
    }
    if let Some(start) = input.value("start_date") {
        if start.get("value").and_then(owners::member_id).is_none_or(|value| value < 1) {
            input.wrong("start_date.value", "The start date value must be at least 1.");
        }
        step.rest.insert("start_date".to_owned(), start.clone());
    }
    match input.value("deadline").map(deadline) {
        Some(Some(deadline)) => {
            if !call.context.quirks.unknown_deadline_options_do_nothing && !deadline.works() {
                input.wrong("deadline.option", "The selected deadline option is invalid.");
            }
            step.deadline = Some(deadline);
        }
        Some(None) => input.wrong("deadline", "The deadline needs value, unit, option and step together."),
        None => {}
    }
    input.finish()?;
    step.title = title.unwrap_or_default();
    assign(call, step, body)
}

/// All four keys must come together.
fn deadline(sent: &Value) -> Option<Deadline> {
    let text = |key: &str| sent.get(key).and_then(Value::as_str).map(str::to_owned);
    Some(Deadline {
        value: sent.get("value").and_then(owners::member_id)?,
        unit: text("unit")?,
        option: text("option")?,
        step: text("step")?,
    })
}

fn assign(call: &mut Call<'_>, step: &mut Step, body: &Map<String, Value>) -> Result<(), Refused> {
    let sent = |key: &str| body.get(key).filter(|value| !value.is_null());
    if let Some(list) = sent("assignees") {
        step.assignees.users = owners::member_ids(call.organization, "assignees", list)?;
    }
    if let Some(list) = sent("guests") {
        step.assignees.guests = owners::guest_addresses(call.organization, "guests", list)?;
    }
    if let Some(list) = sent("groups") {
        step.assignees.groups = owners::group_ids(call.organization, "groups", list)?;
    }
    let guests = step.assignees.guests.clone();
    owners::create_guests(call.organization, call.context.ids, call.context.now, &guests);
    Ok(())
}

/// Refused while a rule names the step, or another deadline hangs on it (templates:delete_step; 403
/// here, 422 seen too).
fn delete_step(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let id = found(call)?.id.clone();
    let template = templates::live(call)?;
    automations::is_free(template, &id)?;
    let anchored = |step: &&Step| step.deadline.as_ref().is_some_and(|deadline| deadline.step == id);
    if let Some(step) = template.steps.iter().find(anchored) {
        return Err(Refused::Forbidden(format!("The deadline of \"{}\" depends on this step.", step.title)));
    }
    let template = template_mut(call)?;
    template.steps.retain(|step| step.id != id);
    number(template);
    Ok(Answer::empty())
}

fn clone_step(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let mut copy = found(call)?.clone();
    let last = i64::try_from(templates::live(call)?.steps.len()).unwrap_or(i64::MAX);
    let ids = &mut call.context.ids;
    (copy.id, copy.increment_id) = (ids.hex(), ids.number());
    for field in &mut copy.captures {
        (field.id, field.increment_id) = (ids.hex(), ids.number());
    }
    copy.alias = slug(&copy.title, copy.increment_id);
    copy.position = last.saturating_add(1);
    let id = copy.id.clone();
    template_mut(call)?.steps.push(copy);
    Ok(Answer { status: StatusCode::CREATED, ..show(call, &id)? })
}

/// Clamped to the last place, yet the answer repeats the number asked for (templates:reorder_step).
fn reorder_step(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let id = found(call)?.id.clone();
    let body = call.body()?;
    let mut input = Input::new(&body);
    input.require("position");
    let position = input.integer("position").unwrap_or(0);
    if position < 1 {
        input.wrong("position", "The position must be at least 1.");
    }
    input.finish()?;
    let template = template_mut(call)?;
    template.steps.sort_by_key(|step| step.position);
    let from = template.steps.iter().position(|step| step.id == id).ok_or(Refused::Missing)?;
    let step = template.steps.remove(from);
    let at = usize::try_from(position - 1).unwrap_or(usize::MAX).min(template.steps.len());
    template.steps.insert(at, step);
    for (position, step) in (1..).zip(&mut template.steps) {
        step.position = position;
    }
    let echo = call.context.quirks.reorder_echoes_requested_position;
    let mut row = call.view().step(found(call)?, call.param("checklist"));
    if echo {
        row["position"] = json!(position);
    }
    Ok(Answer::item(row))
}

/// Numbers the steps from 1 in their present order.
fn number(template: &mut Template) {
    template.steps.sort_by_key(|step| step.position);
    for (position, step) in (1..).zip(&mut template.steps) {
        step.position = position;
    }
}

fn show(call: &Call<'_>, id: &str) -> Result<Answer, Refused> {
    let template = templates::live(call)?;
    let step = template.step(id).ok_or(Refused::Missing)?;
    Ok(Answer::item(call.view().step(step, &template.id)))
}
