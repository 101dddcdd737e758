//! Tasks of processes and one-off tasks.
//!
//! Not here: completing them (`completion`), their comments (`thread`).

use chrono::{DateTime, Duration, Utc};
use serde_json::{Map, Value};

use super::owners::Owners;
use super::table::Row;
use super::template::{Deadline, Field};

/// Where a task stands. The words are those of `Task.status` in answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TaskState {
    /// Untouched.
    NotStarted,
    /// Reopened, or some assignees have completed it.
    InProgress,
    /// Done.
    Completed,
    /// Hidden by an automation.
    AutoSkipped,
}

impl TaskState {
    /// The word in answers.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotStarted => "not-started",
            Self::InProgress => "in-progress",
            Self::Completed => "completed",
            Self::AutoSkipped => "auto-skipped",
        }
    }
}

/// A task.
#[derive(Clone, Debug)]
pub struct Task {
    /// 32 hex digits.
    pub id: String,
    /// Running number.
    pub increment_id: i64,
    /// The process, or `None` for a plain one-off task.
    pub run_id: Option<String>,
    /// The template of the process.
    pub checklist_id: Option<String>,
    /// The step it was made from.
    pub step_id: Option<String>,
    /// One-off task, plain or added to a process.
    pub is_oneoff: bool,
    /// Server-made slug.
    pub alias: String,
    /// Title.
    pub title: String,
    /// Description, HTML.
    pub summary: Option<String>,
    /// `task`, `approval`, `expiring`, `email` or `expiring_email`.
    pub task_type: String,
    /// Assignees.
    pub owners: Owners,
    /// Where it stands.
    pub state: TaskState,
    /// The decision of an approval or expiring task.
    pub is_approved: Option<bool>,
    /// Place in the process, from 1.
    pub position: i64,
    /// Start.
    pub started_at: Option<DateTime<Utc>>,
    /// Due.
    pub deadline: Option<DateTime<Utc>>,
    /// The deadline that the launch gave it.
    pub launch_deadline: Option<DateTime<Utc>>,
    /// The deadline that an automation gives it.
    pub rule_deadline: Option<DateTime<Utc>>,
    /// The deadline rule of its step.
    pub step_deadline: Option<Deadline>,
    /// A person moved the deadline.
    pub deadline_set_by_hand: bool,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub last_updated: DateTime<Utc>,
    /// Soft-delete stamp, also that of its process.
    pub archived_at: Option<DateTime<Utc>>,
    /// When it was completed.
    pub completed_at: Option<DateTime<Utc>>,
    /// When it was reopened, until it is completed again.
    pub reopened_at: Option<DateTime<Utc>>,
    /// Who completed it.
    pub completer_id: Option<i64>,
    /// Who created it.
    pub starter_id: i64,
    /// Assignees who have completed their part.
    pub completed_by: Vec<i64>,
    /// Every assignee has to complete.
    pub everyone_must_complete: bool,
    /// Nobody but assignees may complete.
    pub can_complete_only_assignees: bool,
    /// At most so many assignees, 0 is unlimited.
    pub max_assignable: i64,
    /// Hidden from everyone but assignees and administrators.
    pub top_secret: bool,
    /// Guests may be assigned.
    pub allow_guest_owners: bool,
    /// Guests may not comment.
    pub prevent_guest_comment: bool,
    /// The start date is a mere label.
    pub is_soft_start_date: bool,
    /// Called on completion.
    pub webhook: Option<String>,
    /// Form fields, copied from the step at launch.
    pub fields: Vec<Field>,
    /// Answers by field id.
    pub taskdata: Map<String, Value>,
    /// Comments and issues, oldest first.
    pub threads: Vec<String>,
}

impl Row for Task {
    type Key = String;
    fn key(&self) -> String {
        self.id.clone()
    }
}

impl Task {
    /// A task with the defaults of the service.
    pub fn new(id: String, increment_id: i64, title: &str, starter_id: i64, now: DateTime<Utc>) -> Self {
        Self {
            id,
            increment_id,
            run_id: None,
            checklist_id: None,
            step_id: None,
            is_oneoff: false,
            alias: super::template::slug(title, increment_id),
            title: title.to_owned(),
            summary: None,
            task_type: "task".to_owned(),
            owners: Owners::default(),
            state: TaskState::NotStarted,
            is_approved: None,
            position: 1,
            started_at: Some(now),
            deadline: None,
            launch_deadline: None,
            rule_deadline: None,
            step_deadline: None,
            deadline_set_by_hand: false,
            created_at: now,
            last_updated: now,
            archived_at: None,
            completed_at: None,
            reopened_at: None,
            completer_id: None,
            starter_id,
            completed_by: Vec::new(),
            everyone_must_complete: false,
            can_complete_only_assignees: false,
            max_assignable: 0,
            top_secret: false,
            allow_guest_owners: true,
            prevent_guest_comment: false,
            is_soft_start_date: false,
            webhook: None,
            fields: Vec::new(),
            taskdata: Map::new(),
            threads: Vec::new(),
        }
    }

    /// Neither done nor hidden.
    pub fn is_open(&self) -> bool {
        matches!(self.state, TaskState::NotStarted | TaskState::InProgress)
    }

    /// Open and past its deadline.
    pub fn is_late(&self, now: DateTime<Utc>) -> bool {
        self.is_open() && self.deadline.is_some_and(|deadline| deadline < now)
    }

    /// Open, not late, and due within the span.
    pub fn is_due_within(&self, now: DateTime<Utc>, span: Duration) -> bool {
        self.is_open() && self.deadline.is_some_and(|deadline| deadline >= now && deadline - now <= span)
    }

    /// The word of `status_label` (processes_tasks:Task.open_enums.status_label); none is known for a plain task that is done.
    pub fn label(&self) -> Option<&'static str> {
        Some(match (self.state, self.task_type.as_str(), self.is_approved) {
            (TaskState::NotStarted, ..) => "not-started",
            (TaskState::InProgress, ..) => "Active",
            (TaskState::AutoSkipped, ..) => "Auto skipped",
            (TaskState::Completed, "approval", Some(false)) => "rejected",
            (TaskState::Completed, "approval", _) => "approved",
            (TaskState::Completed, "expiring" | "expiring_email", Some(false)) => "expired",
            (TaskState::Completed, "expiring" | "expiring_email", _) => "acknowledged",
            (TaskState::Completed, "email", _) => "sent",
            (TaskState::Completed, ..) => return None,
        })
    }
}
