//! How a process is written.
//!
//! Not here: its tasks (`tasks::view`), its template (`templates`).

use serde_json::{Value, json};

use super::super::view::View;
use crate::dates::{self, Form};
use crate::query::Query;
use crate::state::process::{Process, Progress};
use crate::state::task::Task;

impl View<'_> {
    /// A process (Run).
    pub fn process(&self, process: &Process, query: &Query) -> Value {
        let summary = process.summarize(self.organization, self.now);
        let template = process.template.as_ref();
        let mut row = json!({
            "id": process.id,
            "increment_id": process.increment_id,
            "checklist_id": process.checklist_id(),
            "checklist_title": template.map(|template| &template.title),
            "assign_someone_else": false,
            "name": process.name,
            "summary": process.summary,
            "status": summary.status,
            "progress": self.progress(summary.progress, false),
            "whole_progress": self.progress(summary.whole_progress, true),
            "started_by": process.started_by,
            "owner_id": process.owner_id,
            "prerun": self.map(&process.prerun),
            "prerun_status": process.prerun_completed.map(|_| "complete"),
            "prerun_completed_at": dates::optional(process.prerun_completed.map(|(at, _)| at), Form::Plain),
            "prerun_completed_by": process.prerun_completed.map(|(_, by)| by),
            "prerun_length": process.kickoff().len(),
            "starred": process.starred,
            "is_public": process.is_public,
            "publicly_hidden_fields": process.publicly_hidden_fields,
            "has_open_issue": summary.has_open_issue,
            "type": template.map_or("procedure", |template| template.kind.as_str()),
            "created_at": dates::write(process.created_at, Form::Plain),
            "started_at": dates::write(process.created_at, Form::Plain),
            "last_updated": dates::write(process.last_updated, Form::Plain),
            "completed_at": dates::optional(process.completed_at, Form::Plain),
            "archived_at": dates::optional(process.archived_at, Form::Plain),
            "due_date": self.date_or_null(summary.last_deadline, Form::Millis),
            "due_date_passed": summary.last_deadline.is_some_and(|at| at < self.now),
            "due_soon": summary.due_soon,
            "late_tasks": summary.late_tasks,
            "max_task_deadline": self.date_or_null(summary.last_deadline, Form::Millis),
            "collaborators": summary.collaborators,
            "users": process.users,
            "groups": process.groups,
            "parent_id": process.parent_id,
            "can_add_oot": template.is_none_or(|template| template.can_add_oot),
            "custom_fields": self.custom_fields("run", &process.id),
        });
        if process.checklist_id().is_none() {
            // A project has no template, and the key is a string where it is there.
            row.as_object_mut().map(|map| map.shift_remove("checklist_id"));
        }
        self.process_includes(process, query, &mut row);
        row
    }

    /// Whole percent, one decimal where hidden tasks count (processes_tasks:Process.example).
    fn progress(&self, progress: Progress, fine: bool) -> Value {
        let percent = progress.percent();
        let percent =
            if fine { json!((percent * 10.0).round() / 10.0) } else { json!(percent.round() as i64) };
        json!({ "complete": progress.complete, "total": progress.total, "percent": percent })
    }

    fn process_includes(&self, process: &Process, query: &Query, row: &mut Value) {
        let tasks = || self.organization.tasks_of(process);
        if query.with("tasks") {
            let nested = query.below("tasks");
            row["tasks"] = self.rows(tasks().into_iter().map(|task| self.task(task, &nested)));
        }
        if query.with("checklist") {
            // The version it was launched from, not the template as it reads today.
            let nested = query.below("checklist");
            let template = process.template.as_ref().map(|template| self.template(template, &nested));
            row["checklist"] = self.include(template);
        }
        if query.with("tags") {
            row["tags"] = self.tags("Run", &process.id);
        }
        if query.with("folders") {
            row["folders"] = self.folders_of("Run", &process.id);
        }
        if query.with("next_task") {
            row["next_task"] = self.next_tasks(&tasks());
        }
        let values = query.flag("form_fields_values") == Some(true);
        if query.with("ko_form_fields") || values {
            let answer = |id: &str| values.then(|| process.prerun.get(id).unwrap_or(&Value::Null));
            let fields = process.kickoff().iter().map(|f| self.run_field(f, None, answer(&f.id)));
            row["ko_form_fields"] = self.rows(fields);
        }
        if query.with("form_fields") || values {
            let tasks = tasks();
            let fields = tasks.iter().flat_map(|task| {
                task.fields.iter().map(move |field| {
                    let answer = values.then(|| task.taskdata.get(&field.id).unwrap_or(&Value::Null));
                    self.run_field(field, Some(&task.id), answer)
                })
            });
            row["form_fields"] = self.rows(fields);
        }
        if query.with("assets") {
            row["assets"] = self.assets("Run", &process.id);
        }
        for include in ["stages", "member_watchers", "guest_watchers"] {
            if query.with(include) {
                row[include] = self.rows(std::iter::empty());
            }
        }
        for include in ["permissions", "tasks_meta", "selected_text_comment"] {
            if query.with(include) {
                row[include] = Value::Null;
            }
        }
    }

    /// The open tasks with the earliest deadline, a few keys each (processes_tasks:get_process.quirks).
    fn next_tasks(&self, tasks: &[&Task]) -> Value {
        let open: Vec<&&Task> = tasks.iter().filter(|task| task.is_open()).collect();
        let earliest = open.iter().filter_map(|task| task.deadline).min();
        let next = open.into_iter().filter(|task| task.deadline == earliest).map(|task| {
            json!({
                "id": task.id,
                "increment_id": task.increment_id,
                "title": task.title,
                "alias": task.alias,
                "owners": self.owners(task),
                "deadline": self.date_or_null(task.deadline, Form::Millis),
            })
        });
        self.rows(next)
    }
}
