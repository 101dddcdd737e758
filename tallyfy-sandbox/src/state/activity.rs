//! The activity feed: what has happened, who did it, and what can be undone.
//!
//! Not here: filters and rendering (`routes::activity`), the side effects it is made of (`Effect`).

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::Effect;
use super::organization::Organization;

/// A row of the feed.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Number, ascending.
    pub id: i64,
    /// The word of `verb`.
    pub verb: &'static str,
    /// The word of `type`.
    pub kind: &'static str,
    /// The member who did it; nobody did what an automation does.
    pub actor: Option<i64>,
    /// What happened, for people.
    pub description: String,
    /// PHP class and id of what changed.
    pub subject: (&'static str, String),
    /// PHP class and id of what holds it.
    pub parent: Option<(&'static str, String)>,
    /// The process it belongs to.
    pub run: Option<String>,
    /// The template behind it.
    pub checklist: Option<String>,
    /// Name of the changed field.
    pub field: Option<&'static str>,
    /// What it held, or what was checked.
    pub detail: Option<Value>,
    /// It can be undone, and has not been.
    pub undoable: bool,
    /// When.
    pub at: DateTime<Utc>,
}

/// Classes as the service names them (processes_tasks:ActivityEntry.auditable_type).
pub const TASK: &str = "App\\Models\\Task";
/// A process.
pub const RUN: &str = "App\\Models\\Run";
/// A template.
pub const CHECKLIST: &str = "App\\Models\\Checklist";
/// A comment or issue.
pub const THREAD: &str = "App\\Models\\Thread";
const USER: &str = "App\\Models\\User";
const ASSET: &str = "App\\Models\\Asset";

/// Side effects that leave a row: kind, verb, type, class, text.
const ROWS: [(&str, &str, &str, &str, &str); 19] = [
    ("task.created", "created", "Task", TASK, "Created the task"),
    ("task.updated", "updated", "Task", TASK, "Changed the task"),
    ("task.deadline", "updated", "Task", TASK, "Changed the deadline"),
    ("task.assigned", "owners-updated", "Task", TASK, "Changed the assignees"),
    ("task.completed", "completed", "Task", TASK, "Completed the task"),
    ("task.reopened", "re-opened", "Task", TASK, "Reopened the task"),
    ("webhook.emitted", "emitted", "Task", TASK, "Called a webhook"),
    ("process.launched", "created", "Process", RUN, "Launched the process"),
    ("process.completed", "completed", "Process", RUN, "Completed the process"),
    ("process.archived", "archived", "Process", RUN, "Archived the process"),
    ("process.activated", "unarchived", "Process", RUN, "Brought the process back"),
    ("kickoff.completed", "completed", "Process", RUN, "Submitted the kick-off form"),
    ("automation.executed", "executed", "execution", RUN, "Checked an automation"),
    ("comment.created", "commented", "Comment", THREAD, "Wrote a comment"),
    ("template.created", "created", "Blueprint", CHECKLIST, "Created the template"),
    ("template.archived", "archived", "Blueprint", CHECKLIST, "Archived the template"),
    ("member.invited", "invited", "User", USER, "Invited a member"),
    ("guest.invited", "invited", "User", USER, "Invited a guest"),
    ("file.downloaded", "downloaded", "File", ASSET, "File downloaded"),
];

/// Adds the rows that side effects leave.
pub fn record(organization: &mut Organization, effects: &[Effect], caller: i64) {
    for effect in effects {
        let Some(&(_, verb, kind, class, text)) = ROWS.iter().find(|row| row.0 == effect.kind) else {
            continue;
        };
        let automatic = matches!(effect.kind, "automation.executed" | "webhook.emitted");
        let (verb, text) = match class {
            THREAD => about_thread(organization, &effect.subject, verb, text),
            _ => (verb, text),
        };
        let place = place(organization, class, &effect.subject);
        let entry = Entry {
            id: next_id(organization),
            verb,
            kind,
            actor: (!automatic).then_some(caller),
            description: text.to_owned(),
            subject: (class, effect.subject.clone()),
            parent: place.0,
            run: place.1,
            checklist: place.2,
            field: (effect.kind == "task.deadline").then_some("deadline"),
            undoable: effect.kind == "task.deadline",
            detail: effect.detail.clone(),
            at: effect.at,
        };
        organization.activity.push(entry);
    }
}

/// Adds a row about something that no side effect tells of.
pub fn tell(
    organization: &mut Organization,
    (verb, kind, class): (&'static str, &'static str, &'static str),
    subject: &str,
    actor: i64,
    at: DateTime<Utc>,
) {
    let (parent, run, checklist) = place(organization, class, subject);
    let entry = Entry {
        id: next_id(organization),
        verb,
        kind,
        actor: Some(actor),
        description: format!("{kind} {verb}"),
        subject: (class, subject.to_owned()),
        parent,
        run,
        checklist,
        field: None,
        undoable: false,
        detail: None,
        at,
    };
    organization.activity.push(entry);
}

/// Numbers follow one another; no row is ever deleted.
fn next_id(organization: &Organization) -> i64 {
    organization.activity.last().map_or(70_001, |entry| entry.id + 1)
}

type Place = (Option<(&'static str, String)>, Option<String>, Option<String>);

/// What holds the subject, its process and its template.
fn place(organization: &Organization, class: &str, subject: &str) -> Place {
    let of_run = |id: &str| organization.processes.get(id).and_then(|p| p.checklist_id().map(str::to_owned));
    match class {
        TASK => {
            let run = organization.tasks.get(subject).and_then(|task| task.run_id.clone());
            let checklist = run.as_deref().and_then(of_run);
            (run.clone().map(|run| (RUN, run)), run, checklist)
        }
        RUN => (None, Some(subject.to_owned()), of_run(subject)),
        THREAD => {
            let thread = organization.threads.get(subject);
            let task = thread.and_then(|thread| thread.task_id.clone());
            let of_task = task.as_ref().and_then(|id| organization.tasks.get(id)?.run_id.clone());
            let run = of_task.or_else(|| thread.and_then(|thread| thread.run_id.clone()));
            let checklist = run.as_deref().and_then(of_run);
            let parent = task.map(|task| (TASK, task)).or_else(|| run.clone().map(|run| (RUN, run)));
            (parent, run, checklist)
        }
        CHECKLIST => (None, None, Some(subject.to_owned())),
        _ => (None, None, None),
    }
}

fn about_thread(
    organization: &Organization,
    id: &str,
    verb: &'static str,
    text: &'static str,
) -> (&'static str, &'static str) {
    match organization.threads.get(id).map(|thread| thread.label.as_str()) {
        Some("problem") => ("issue-reported", "Reported an issue"),
        Some("resolve") => ("issue-resolved", "Resolved an issue"),
        _ => (verb, text),
    }
}

/// What a change of deadline has to remember to be undone.
pub fn deadline_before((at, by_hand): (Option<DateTime<Utc>>, bool)) -> Value {
    json!({ "deadline": at, "deadline_set_by_hand": by_hand })
}

/// Puts back the date and whether it was set by hand
/// (docs:open-api/code-samples/tasks/reset-task-deadline). `None` when there is nothing to undo.
pub fn undo(organization: &mut Organization, id: i64, now: DateTime<Utc>) -> Option<()> {
    let entry = organization.activity.iter_mut().find(|entry| entry.id == id && entry.undoable)?;
    let before = entry.detail.clone()?;
    let task = organization.tasks.get_mut(&entry.subject.1)?;
    let at = serde_json::from_value(before["deadline"].clone()).ok()?;
    entry.undoable = false;
    task.deadline = at;
    task.deadline_set_by_hand = before["deadline_set_by_hand"] == json!(true);
    task.last_updated = now;
    Some(())
}
