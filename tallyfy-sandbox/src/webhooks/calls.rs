//! Whom an event concerns: the addresses of template, step, task and organization, and what each is told.
//!
//! Not here: the shapes (`payload`). The address in an automation's action is left alone: what the service posts
//! there is not documented, so it stays an effect.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::Call;
use super::payload::Payload;
use crate::quirks::Quirks;
use crate::state::Effect;
use crate::state::organization::Organization;
use crate::state::task::{Task, TaskState};

/// The calls that some side effects lead to, in their order.
pub(crate) fn calls(
    organization: &Organization,
    effects: &[Effect],
    now: DateTime<Utc>,
    quirks: &Quirks,
) -> Vec<Call> {
    let payload = Payload {
        organization,
        now,
        empty_maps_are_lists: quirks.empty_maps_are_lists,
        member_ids_are_text: quirks.webhook_member_ids_are_text,
    };
    let mut found = Vec::new();
    for effect in effects {
        let Some((event, subject)) = event(organization, effect) else { continue };
        let call = |url: &str, schema, body| Call {
            event,
            subject: subject.to_owned(),
            organization: organization.id.clone(),
            url: url.to_owned(),
            schema,
            body,
            held_back: None,
        };
        if let Some((url, schema, body)) = classic(&payload, event, subject) {
            found.push(call(url, schema, body));
        }
        for (url, held_back) in subscribed(organization) {
            let key = if event.starts_with("process.") { "process" } else { "task" };
            // Beyond name and id the body is not published (platform:OrgWebhookPayload).
            let body = json!({ "event": event, key: { "id": subject } });
            found.push(Call { held_back, ..call(url, "WebhookOrganizationPayload", body) });
        }
    }
    found
}

/// The event that a side effect is (platform:webhooks.organization.events), and the id of its task or process.
fn event<'a>(organization: &'a Organization, effect: &'a Effect) -> Option<(&'static str, &'a str)> {
    let id = effect.subject.as_str();
    match effect.kind {
        "process.launched" => Some(("process.launched", id)),
        "process.completed" => Some(("process.completed", id)),
        "task.completed" => {
            let task = organization.tasks.get(id)?;
            (!is_waiting(task)).then_some(("task.completed", id))
        }
        "task.assigned" => {
            let task = organization.tasks.get(id)?;
            (!task.owners.is_empty()).then_some(("task.assigned", id))
        }
        "comment.created" => {
            let thread = organization.threads.get(id)?;
            let event = match thread.label.as_str() {
                "problem" => "task.issue_raised",
                "resolve" => "task.issue_resolved",
                _ => "task.comment_added",
            };
            Some((event, thread.task_id.as_deref()?))
        }
        _ => None,
    }
}

/// One of several assignees who all have to complete has done so: the task is not completed.
fn is_waiting(task: &Task) -> bool {
    task.state == TaskState::InProgress && !task.completed_by.is_empty()
}

/// The address of template, step or task, and its payload (platform:webhooks.classic.configured_on). A process
/// keeps the version of its template, and so the address. A task has that of its step, or one of its own; it
/// stands in for the template's.
fn classic<'a>(payload: &Payload<'a>, event: &str, subject: &str) -> Option<(&'a str, &'static str, Value)> {
    let organization = payload.organization;
    let of_template = |process: &str| {
        let template = organization.processes.get(process)?.template.as_ref()?;
        address(template.rest.get("webhook").and_then(Value::as_str))
    };
    match event {
        "process.launched" | "process.completed" => {
            let process = organization.processes.get(subject)?;
            Some((of_template(subject)?, "WebhookProcessPayload", payload.process(process)))
        }
        "task.completed" => {
            let task = organization.tasks.get(subject)?;
            let url = address(task.webhook.as_deref()).or_else(|| of_template(task.run_id.as_deref()?))?;
            Some((url, "WebhookTaskPayload", payload.task(task)))
        }
        _ => None,
    }
}

fn address(url: Option<&str>) -> Option<&str> {
    url.filter(|url| !url.is_empty())
}

/// Webhooks of the organization: one address gets all events. In what form the slower frequencies tell them is
/// not documented.
fn subscribed(organization: &Organization) -> impl Iterator<Item = (&str, Option<&'static str>)> {
    let of_organization =
        |row: &&Value| row["object_type"] == "organization" && row["notification_type"] == "webhook";
    organization.watchers.iter().filter(of_organization).filter_map(|row| {
        let at_once = row["frequency"] == "electric";
        let why = (!at_once).then_some("the subscription is not for every single event");
        Some((address(row["webhook"].as_str())?, why))
    })
}
