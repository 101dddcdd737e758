//! Actions that happen once in a process: reopening, assignment, webhooks.
//!
//! Not here: visibility and deadlines, which are worked out at each look (`automation`).

use serde_json::{Value, json};

use super::rule::{Action, Verb};
use crate::state::completion;
use crate::state::launch::Context;
use crate::state::organization::Organization;
use crate::state::owners::{self, Owners};
use crate::state::task::TaskState;

/// Does what an action says to a task. Tells whether the task has changed.
pub fn happen(
    organization: &mut Organization,
    context: &mut Context<'_>,
    process: &str,
    task: &str,
    action: &Action,
) -> bool {
    match action.verb {
        Verb::Reopen => reopen(organization, context, task),
        Verb::EmitWebhook => {
            context.effect_of("webhook.emitted", task, action.url.as_ref().map(|url| json!(url)));
            false
        }
        Verb::Assign | Verb::AssignOnly | Verb::ClearAssignees | Verb::Unassign => {
            let named = named(organization, process, action);
            assign(organization, context, task, action.verb, named)
        }
        Verb::Show | Verb::Hide | Verb::Deadline => false,
    }
}

fn reopen(organization: &mut Organization, context: &mut Context<'_>, id: &str) -> bool {
    let Some(task) = organization.tasks.get(id).filter(|task| task.state == TaskState::Completed) else {
        return false;
    };
    let id = task.id.clone();
    if let Some(task) = organization.tasks.get_mut(&id) {
        completion::mark_reopened(task, context.now);
    }
    context.effect("task.reopened", &id);
    true
}

/// Whom the action names: in its own buckets, or by the answer to a field (templates:AutomationAction).
/// People who are gone are left out.
fn named(organization: &Organization, process: &str, action: &Action) -> Owners {
    let answer = action.field.as_ref().and_then(|field| answer(organization, process, field));
    let buckets = answer.unwrap_or_else(|| action.assignees.clone());
    let bucket = |key: &str| buckets[key].as_array().cloned().unwrap_or_default();
    let texts = |key: &str| -> Vec<String> {
        bucket(key).iter().filter_map(|entry| entry.as_str().map(str::to_owned)).collect()
    };
    let mut named = Owners {
        users: bucket("users").iter().filter_map(owners::member_id).collect(),
        guests: texts("guests").iter().map(|guest| guest.to_lowercase()).collect(),
        groups: texts("groups"),
    };
    named.users.retain(|id| organization.members.get(id).is_some());
    named.guests.retain(|guest| owners::is_address(guest));
    named.groups.retain(|id| organization.groups.get(id).is_some());
    named
}

/// An answer that names people; a mail address names a guest.
fn answer(organization: &Organization, process: &str, field: &str) -> Option<Value> {
    let process = organization.processes.get(process)?;
    let of_tasks = || {
        let tasks = process.tasks.iter().filter_map(|id| organization.tasks.get(id));
        tasks.into_iter().find_map(|task| task.taskdata.get(field))
    };
    let value = process.prerun.get(field).or_else(of_tasks)?;
    match value {
        Value::String(address) => match organization.member_by_email(address) {
            Some(member) => Some(json!({ "users": [member.id] })),
            None => Some(json!({ "guests": [address] })),
        },
        value => Some(value.clone()),
    }
}

fn assign(
    organization: &mut Organization,
    context: &mut Context<'_>,
    id: &str,
    verb: Verb,
    named: Owners,
) -> bool {
    owners::create_guests(organization, context.ids, context.now, &named.guests);
    let Some(before) = organization.tasks.get(id).map(|task| task.owners.clone()) else { return false };
    let mut after = before.clone();
    match verb {
        Verb::Unassign => {
            after.users.retain(|user| !named.users.contains(user));
            after.guests.retain(|guest| !named.guests.contains(guest));
            after.groups.retain(|group| !named.groups.contains(group));
        }
        Verb::Assign => {
            add(&mut after.users, named.users);
            add(&mut after.guests, named.guests);
            add(&mut after.groups, named.groups);
        }
        _ => after = named,
    }
    if after == before {
        return false;
    }
    if let Some(task) = organization.tasks.get_mut(id) {
        task.owners = after;
        task.last_updated = context.now;
    }
    context.effect("task.assigned", id);
    true
}

fn add<T: PartialEq>(list: &mut Vec<T>, more: Vec<T>) {
    for entry in more {
        if !list.contains(&entry) {
            list.push(entry);
        }
    }
}
