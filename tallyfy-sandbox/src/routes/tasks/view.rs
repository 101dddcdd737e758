//! How a task is written.
//!
//! Not here: form fields and comments inside it (`routes::view`).

use serde_json::{Value, json};

use super::super::view::View;
use crate::dates::{self, Form};
use crate::query::Query;
use crate::state::automation::Changes;
use crate::state::task::{Task, TaskState};
use crate::state::thread::Thread;

impl View<'_> {
    /// A task as lists write it.
    pub fn task(&self, task: &Task, query: &Query) -> Value {
        let process = task.run_id.as_ref().and_then(|id| self.organization.processes.get(id));
        let issue = self.organization.has_open_issue(task);
        let mut row = json!({
            "id": task.id,
            "increment_id": task.increment_id,
            "title": task.title,
            "original_title": task.title,
            "allow_guest_owners": task.allow_guest_owners,
            "run_id": task.run_id,
            "checklist_id": task.checklist_id,
            "linked_step_id": null,
            "step_id": task.step_id,
            "alias": task.alias,
            "taskdata": self.map(&task.taskdata),
            "owners": self.owners(task),
            "is_completable": task.is_open() && !issue,
            "status": task.state.word(),
            "status_label": task.label(),
            "task_type": task.task_type,
            "is_approved": task.is_approved,
            "position": task.position,
            "started_at": dates::optional(task.started_at, Form::Plain),
            "deadline": self.date_or_null(task.deadline, Form::Millis),
            "deadline_set_by_hand": task.deadline_set_by_hand,
            "created_at": dates::write(task.created_at, Form::Plain),
            "last_updated": dates::write(task.last_updated, Form::Plain),
            "archived_at": dates::optional(task.archived_at, Form::Plain),
            "completed_at": dates::optional(task.completed_at, Form::Plain),
            "starter_id": task.starter_id,
            "completer_id": task.completer_id,
            "completer_guest": null,
            "completer_guest_id": null,
            "is_oneoff_task": task.is_oneoff,
            "everyone_must_complete": task.everyone_must_complete,
            "completion_progress": completion_progress(task),
            "has_deadline_dependent_child_tasks": false,
            "can_complete_only_assignees": task.can_complete_only_assignees,
            "max_assignable": task.max_assignable,
            "webhook": task.webhook,
            "prevent_guest_comment": task.prevent_guest_comment,
            "stage_id": null,
            "problem": issue,
            "blueprint_position": task.step_id.as_ref().map(|_| task.position),
            "top_secret": task.top_secret,
            "is_soft_start_date": task.is_soft_start_date,
            "send_chromeless": false,
            "run_status": process.map(|process| process.summarize(self.organization, self.now).status),
            "ai_execution_status": null,
            "ai_session_id": null,
            "custom_fields": self.custom_fields("task", &task.id),
        });
        self.task_includes(task, query, &mut row);
        row
    }

    /// A task as single reads and writes show it: texts included (py:TaskTransformer).
    pub fn single_task(&self, task: &Task, query: &Query) -> Value {
        let mut row = self.task(task, query);
        row["summary"] = json!(task.summary);
        row["original_summary"] = json!(task.summary);
        row["shown_at"] = dates::optional(task.started_at, Form::Plain);
        row
    }

    /// What automations changed, by task id: the kinds of action, and the state after them
    /// (processes_tasks:ChangedTask).
    pub fn changed_by_rules(&self, changes: &Changes) -> Value {
        let tasks = changes.iter().filter_map(|(id, kinds)| Some((self.organization.tasks.get(id)?, kinds)));
        let rows = tasks.map(|(task, kinds)| {
            let row = json!({
                "id": task.id, "title": task.title, "status": task.state.word(), "triggered_actions": kinds,
            });
            (task.id.clone(), row)
        });
        self.map(&rows.collect())
    }

    /// All three buckets and the guest links (processes_tasks:TaskOwners).
    pub fn owners(&self, task: &Task) -> Value {
        let guests = task.owners.guests.iter().filter_map(|email| self.organization.guests.get(email));
        let links = guests.map(|guest| format!("https://go.tallyfy.com/guest/{}/{}", guest.code, task.id));
        json!({
            "users": task.owners.users,
            "guests": task.owners.guests,
            "groups": task.owners.groups,
            "taskUrls": links.collect::<Vec<_>>(),
        })
    }

    fn task_includes(&self, task: &Task, query: &Query, row: &mut Value) {
        let process = task.run_id.as_ref().and_then(|id| self.organization.processes.get(id));
        if query.with("summary") {
            row["summary"] = json!(task.summary);
        }
        if query.with("run") {
            row["run"] = self.include(process.map(|process| self.process(process, &query.below("run"))));
        }
        if query.with("step") {
            // The step as it was at launch, like the rest of the version.
            let template = process.and_then(|process| process.template.as_ref());
            let step = template.zip(task.step_id.as_ref());
            let step = step.and_then(|(template, id)| Some(self.step(template.step(id)?, &template.id)));
            row["step"] = self.include(step);
        }
        if query.with("form_fields") {
            let field = |field| self.task_field(field, task.step_id.as_deref(), &task.taskdata);
            row["form_fields"] = self.rows(task.fields.iter().map(field));
        }
        if query.with("ko-form-fields") {
            let fields = process.map_or(&[][..], |process| process.kickoff());
            row["ko-form-fields"] = self.rows(fields.iter().map(|field| self.run_field(field, None, None)));
        }
        if query.with("tags") {
            row["tags"] = self.tags("Task", &task.id);
        }
        if query.with("folders") {
            row["folders"] = self.folders_of("Task", &task.id);
        }
        self.thread_includes(task, query, row);
        if query.with("assets") {
            row["assets"] = self.assets("Task", &task.id);
        }
        if query.with("activities") {
            row["activities"] = self.activities(&task.id);
        }
        for include in ["roles", "member_watchers", "guest_watchers"] {
            if query.with(include) {
                row[include] = self.rows(std::iter::empty());
            }
        }
        if query.with("selected_text_comment") {
            row["selected_text_comment"] = Value::Null;
        }
    }

    /// `threads` holds comments and issues alike; the shape of its two halves is assumed.
    fn thread_includes(&self, task: &Task, query: &Query, row: &mut Value) {
        let threads = || task.threads.iter().filter_map(|id| self.organization.threads.get(id));
        let is_issue = |thread: &&Thread| thread.label == "problem";
        let rows = |wanted: Vec<&Thread>| self.rows(wanted.into_iter().map(|thread| self.thread(thread)));
        if query.with("threads") {
            row["threads"] = rows(threads().collect());
        }
        if query.with("comments") {
            row["comments"] = rows(threads().filter(|thread| !is_issue(thread)).collect());
        }
        if query.with("issues") {
            row["issues"] = rows(threads().filter(is_issue).collect());
        }
        if query.with("threads_count") {
            row["threads_count"] = json!(threads().count());
        }
    }
}

/// Percent of the assignees who are done, when all of them have to be.
fn completion_progress(task: &Task) -> f64 {
    match task.state {
        TaskState::Completed => 100.0,
        _ if task.everyone_must_complete && !task.owners.users.is_empty() => {
            #[expect(clippy::cast_precision_loss, reason = "few assignees")]
            let share = task.completed_by.len() as f64 / task.owners.users.len() as f64;
            (share * 100.0).min(100.0)
        }
        _ => 0.0,
    }
}
