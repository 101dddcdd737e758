//! The activity feed: filters, rows, undoing.
//!
//! Not here: how a row comes into being (`state::activity`).

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::view::View;
use super::{Call, Inside};
use crate::answer::{Answer, Body};
use crate::dates::{self, Form};
use crate::query::Query;
use crate::state::activity::{self, CHECKLIST, Entry, RUN, TASK};
use crate::state::{Refused, automation};

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "list_activity" => Some(list_activity),
        "undo_activity" => Some(undo_activity),
        _ => None,
    }
}

const STEP: &str = "App\\Models\\Step";
const GROUP: &str = "App\\Models\\Group";
const TAG: &str = "App\\Models\\Tag";
const USER: &str = "App\\Models\\User";
const TENANT: &str = "App\\Models\\Tenant";

/// Operations that leave a row and have no side effect: verb, type, class, and the path parameter that
/// names the subject; where it has none the answer names it.
const DEEDS: [(&str, (&str, &str, &str), &str); 24] = [
    ("update_run", ("updated", "Process", RUN), "run"),
    ("reopen_run_prerun", ("re-opened", "Process", RUN), "run"),
    ("update_checklist", ("updated", "Blueprint", CHECKLIST), "checklist"),
    ("publish_checklist", ("updated", "Blueprint", CHECKLIST), "checklist"),
    ("restore_checklist", ("unarchived", "Blueprint", CHECKLIST), "checklist"),
    ("delete_checklist", ("deleted", "Blueprint", CHECKLIST), "checklist"),
    ("clone_checklist", ("created", "Blueprint", CHECKLIST), ""),
    ("create_step", ("created", "Step", STEP), ""),
    ("clone_step", ("created", "Step", STEP), ""),
    ("update_step", ("updated", "Step", STEP), "step"),
    ("reorder_step", ("re-ordered", "Step", STEP), "step"),
    ("delete_step", ("deleted", "Step", STEP), "step"),
    ("archive_task", ("archived", "Task", TASK), "task"),
    ("restore_task", ("unarchived", "Task", TASK), "task"),
    ("delete_task", ("deleted", "Task", TASK), "task"),
    ("delete_task_comment", ("comment-deleted", "Comment", activity::THREAD), "thread"),
    ("create_group", ("created", "Group", GROUP), ""),
    ("update_group", ("updated", "Group", GROUP), "group"),
    ("delete_group", ("deleted", "Group", GROUP), "group"),
    ("create_tag", ("created", "Tag", TAG), ""),
    ("update_tag", ("updated", "Tag", TAG), "tag"),
    ("disable_user", ("disabled", "User", USER), "user"),
    ("enable_user", ("enabled", "User", USER), "user"),
    ("update_organization", ("updated", "Organization", TENANT), "org"),
];

/// Adds the row of a successful operation that no side effect tells of.
pub fn tell(call: &mut Call<'_>, answer: &Answer) {
    let Some(&(_, words, param)) = DEEDS.iter().find(|(operation, ..)| *operation == call.operation) else {
        return;
    };
    let subject = match &answer.body {
        Body::Json(body) if param.is_empty() => body["data"]["id"].as_str().unwrap_or_default().to_owned(),
        _ => call.param(param).to_owned(),
    };
    let (caller, now) = (call.context.caller, call.context.now);
    activity::tell(call.organization, words, &subject, caller, now);
}

/// Newest first, twenty a page (processes_tasks:list_activity_feed).
fn list_activity(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let query = call.query();
    may_look(call, query)?;
    let view = call.view();
    let mut entries: Vec<&Entry> =
        call.organization.activity.iter().filter(|entry| is_wanted(view, entry, query)).collect();
    let sort = query.get("sort").unwrap_or("-created_at");
    if sort.starts_with('-') {
        entries.reverse();
    }
    let paging = call.paging_of(20, 100).always();
    Ok(paging.answer(&entries, &call.request.origin(), |entry| view.activity(entry)))
}

/// For administrators; of one process also for whoever launched it, has access or is assigned in it.
fn may_look(call: &Call<'_>, query: &Query) -> Result<(), Refused> {
    let caller = call.context.caller;
    let run = query.get("entity_id").filter(|_| query.get("entity_type") == Some("run"));
    let process = run.and_then(|id| call.organization.processes.get(id));
    let theirs = process.is_some_and(|process| {
        let tasks = call.organization.tasks_of(process);
        process.started_by == caller
            || process.users.contains(&caller)
            || tasks.iter().any(|task| task.owners.include(call.organization, caller))
    });
    if theirs { Ok(()) } else { call.must_be_admin() }
}

/// Words that the filters do not know find nothing: rows of type execution have no filter (mcp).
fn is_wanted(view: View<'_>, entry: &Entry, query: &Query) -> bool {
    let is = |key: &str, word: &str| query.get(key).is_none_or(|wanted| wanted == word);
    let automatic = entry.kind == "execution";
    let actor = entry.actor.and_then(|id| view.organization.members.get(&id));
    let day = |key: &str, holds: fn(NaiveDate, NaiveDate) -> bool| {
        query.get(key).and_then(dates::read_day).is_none_or(|limit| holds(entry.at.date_naive(), limit))
    };
    let filtered = query.get("type").is_some() || query.get("verb").is_some();
    !(automatic && filtered)
        && is("type", entry.kind)
        && is("verb", entry.verb)
        && is("source", source(entry))
        && is("actor_type", if entry.actor.is_some() { "user" } else { "" })
        && query.get("actor_id").is_none_or(|id| entry.actor.is_some_and(|actor| actor.to_string() == id))
        && query.get("actor_email").is_none_or(|email| actor.is_some_and(|actor| actor.email == email))
        && is("field", entry.field.unwrap_or_default())
        && query.get("search").is_none_or(|text| says(view, entry, &text.to_lowercase()))
        && day("created_after", |at, limit| at >= limit)
        && day("created_before", |at, limit| at <= limit)
        && query.get("entity_id").is_none_or(|id| is_about(entry, query.get("entity_type"), id))
        && query
            .get("origin_id")
            .is_none_or(|id| query.get("origin_type").is_some() && entry.checklist.as_deref() == Some(id))
}

/// A process has the history of its tasks and comments, too.
fn is_about(entry: &Entry, kind: Option<&str>, id: &str) -> bool {
    let named = entry.subject.1 == id || entry.parent.as_ref().is_some_and(|(_, parent)| parent == id);
    match kind {
        Some("run") => named || entry.run.as_deref() == Some(id),
        _ => named,
    }
}

fn says(view: View<'_>, entry: &Entry, text: &str) -> bool {
    entry.description.to_lowercase().contains(text)
        || view.name(entry.subject.0, &entry.subject.1).is_some_and(|name| name.to_lowercase().contains(text))
}

/// Rows of automations have a word of their own, that no filter takes.
fn source(entry: &Entry) -> &'static str {
    if entry.actor.is_some() { "Member" } else { "Automation" }
}

/// Changes of deadlines alone can be undone. The answer is not described; it is the row.
fn undo_activity(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let id: i64 = call.param("activity").parse().map_err(|_| Refused::Missing)?;
    let entry = call.organization.activity.iter().find(|entry| entry.id == id).ok_or(Refused::Missing)?;
    let run = entry.run.clone();
    let wrong = || Refused::invalid("activity", "This activity cannot be undone.");
    activity::undo(call.organization, id, call.context.now).ok_or_else(wrong)?;
    if let Some(run) = run {
        automation::run(call.organization, &mut call.context, &run);
    }
    Ok(Answer::empty())
}

impl View<'_> {
    /// A row of the feed: most values are lists of one (processes_tasks:ActivityEntry).
    fn activity(&self, entry: &Entry) -> Value {
        let actor = entry.actor.and_then(|id| self.organization.members.get(&id));
        let actors: Vec<Value> = actor
            .map(|actor| {
                json!({
                    "email": actor.email, "username": actor.email.split('@').next(),
                    "first_name": actor.first_name, "last_name": actor.last_name,
                    "full_name": format!("{} {}", actor.first_name, actor.last_name),
                    "profile_pic": null, "resize_profile_pic": null,
                })
            })
            .into_iter()
            .collect();
        let (class, id) = (entry.subject.0, entry.subject.1.as_str());
        let held = |class: &str, id: &str| json!({ "data": { "id": id, "title": self.name(class, id) } });
        let check = entry.kind == "execution";
        json!({
            "id": entry.id,
            "organization_id": self.organization.id,
            "verb": [entry.verb],
            "source": [source(entry)],
            "actor_type": entry.actor.map(|_| USER).into_iter().collect::<Vec<_>>(),
            "actor_id": entry.actor.into_iter().collect::<Vec<_>>(),
            "actor": actors,
            "auditable_type": class,
            "auditable_id": id,
            "parentable_type": entry.parent.as_ref().map(|(class, _)| class),
            "parentable_id": entry.parent.as_ref().map(|(_, id)| id),
            "type": [entry.kind],
            "description": [entry.description],
            "field": entry.field.map(|field| vec![field]),
            "old_value": entry.detail.as_ref().filter(|_| !check).map(|detail| vec![detail]),
            "text": null,
            "references": null,
            "undoable": entry.undoable,
            "created_at": dates::write(entry.at, Form::Plain),
            "audit": held(class, id),
            "parent": entry.parent.as_ref().map(|(class, id)| held(class, id)),
            "origin": entry.checklist.as_ref().map(|id| json!({ "id": id, "type": "checklist" })),
            "audit_state": if check { json!(entry.detail) } else { Value::Null },
            "parent_state": null,
        })
    }

    /// What has happened to a task, newest first.
    pub fn activities(&self, task: &str) -> Value {
        let entries = self.organization.activity.iter().rev();
        let own = entries.filter(|entry| is_about(entry, Some("task"), task));
        self.rows(own.map(|entry| self.activity(entry)))
    }

    /// What people call the subject of a row, while it is there.
    fn name(&self, class: &str, id: &str) -> Option<String> {
        let organization = self.organization;
        match class {
            TASK => organization.tasks.get(id).map(|task| task.title.clone()),
            RUN => organization.processes.get(id).map(|process| process.name.clone()),
            CHECKLIST => organization.templates.get(id).map(|template| template.title.clone()),
            GROUP => organization.groups.get(id).map(|group| group.name.clone()),
            TAG => organization.tags.get(id).map(|tag| tag.title.clone()),
            _ => None,
        }
    }
}
