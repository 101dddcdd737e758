//! Processes (runs): what is stored, and what is computed from their tasks.
//!
//! Not here: starting one (`launch`), completing tasks (`completion`).

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use serde_json::{Map, Value};

use super::automation::Memory;
use super::organization::Organization;
use super::table::Row;
use super::task::{Task, TaskState};
use super::template::{Field, Template};

/// A running, finished or archived process.
#[derive(Clone, Debug)]
pub struct Process {
    /// 32 hex digits.
    pub id: String,
    /// Running number.
    pub increment_id: i64,
    /// The template as it was at launch. `None` for a project without a template.
    pub template: Option<Arc<Template>>,
    /// Name.
    pub name: String,
    /// Descriptive text.
    pub summary: Option<String>,
    /// Who launched it.
    pub started_by: i64,
    /// Who owns it.
    pub owner_id: i64,
    /// Kick-off answers by field id.
    pub prerun: Map<String, Value>,
    /// When and by whom the kick-off form was submitted.
    pub prerun_completed: Option<(DateTime<Utc>, i64)>,
    /// Starred by the caller.
    pub starred: bool,
    /// Public link on.
    pub is_public: bool,
    /// What the public link hides.
    pub publicly_hidden_fields: Vec<String>,
    /// Members with access.
    pub users: Vec<i64>,
    /// Groups with access.
    pub groups: Vec<String>,
    /// Parent process.
    pub parent_id: Option<String>,
    /// Task ids.
    pub tasks: Vec<String>,
    /// Comments and issues on the process itself.
    pub threads: Vec<String>,
    /// What its rules have done.
    pub rules: Memory,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub last_updated: DateTime<Utc>,
    /// When the last task was completed.
    pub completed_at: Option<DateTime<Utc>>,
    /// Soft-delete stamp.
    pub archived_at: Option<DateTime<Utc>>,
}

impl Row for Process {
    type Key = String;
    fn key(&self) -> String {
        self.id.clone()
    }
}

/// Tasks done, tasks in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Completed tasks.
    pub complete: usize,
    /// All of them.
    pub total: usize,
}

impl Progress {
    /// Hundredths, exact.
    pub fn percent(self) -> f64 {
        if self.total == 0 {
            return 0.0;
        }
        #[expect(clippy::cast_precision_loss, reason = "task counts are small")]
        let share = self.complete as f64 / self.total as f64;
        share * 100.0
    }

    fn of<'a>(tasks: impl Iterator<Item = &'a Task>) -> Self {
        let mut progress = Self { complete: 0, total: 0 };
        for task in tasks {
            progress.total += 1;
            progress.complete += usize::from(task.state == TaskState::Completed);
        }
        progress
    }
}

/// What the tasks of a process say about it.
#[derive(Clone, Debug)]
pub struct Summary {
    /// `active`, `complete`, `problem`, `issue` or `archived`.
    pub status: &'static str,
    /// Without hidden tasks.
    pub progress: Progress,
    /// With hidden tasks.
    pub whole_progress: Progress,
    /// Open tasks past their deadline.
    pub late_tasks: usize,
    /// The latest deadline of an open task.
    pub last_deadline: Option<DateTime<Utc>>,
    /// Members who are assigned anywhere, or own or started the process.
    pub collaborators: Vec<i64>,
    /// An issue on the process itself is open.
    pub has_open_issue: bool,
    /// The next open deadline is less than a day away.
    pub due_soon: bool,
}

impl Process {
    /// The kick-off fields of the version it was launched from.
    pub fn kickoff(&self) -> &[Field] {
        self.template.as_ref().map_or(&[], |template| &template.kickoff)
    }

    /// The template's id, stable across versions.
    pub fn checklist_id(&self) -> Option<&str> {
        self.template.as_ref().map(|template| template.id.as_str())
    }

    /// Looks at the tasks and threads.
    pub fn summarize(&self, organization: &Organization, now: DateTime<Utc>) -> Summary {
        let tasks = organization.tasks_of(self);
        let visible = || tasks.iter().copied().filter(|task| task.state != TaskState::AutoSkipped);
        let open = || visible().filter(|task| task.state != TaskState::Completed);
        let has_open_issue =
            self.threads.iter().filter_map(|id| organization.threads.get(id)).any(|t| t.is_open_issue());
        let task_issue = tasks.iter().any(|task| organization.has_open_issue(task));
        let status = if self.archived_at.is_some() {
            "archived"
        } else if has_open_issue {
            // docs:open-api/code-samples/processes/list-processes: an issue on the process itself.
            "issue"
        } else if task_issue {
            "problem"
        } else if self.completed_at.is_some() {
            "complete"
        } else {
            "active"
        };
        let mut collaborators = vec![self.started_by, self.owner_id];
        collaborators.extend(tasks.iter().flat_map(|task| &task.owners.users));
        collaborators.sort_unstable();
        collaborators.dedup();
        Summary {
            status,
            progress: Progress::of(visible()),
            whole_progress: Progress::of(tasks.iter().copied()),
            late_tasks: open().filter(|task| task.is_late(now)).count(),
            last_deadline: open().filter_map(|task| task.deadline).max(),
            collaborators,
            has_open_issue,
            due_soon: open().any(|task| task.is_due_within(now, Duration::days(1))),
        }
    }
}
