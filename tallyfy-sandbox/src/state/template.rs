//! Templates (checklists) with their steps, form fields and kick-off fields.
//!
//! Not here: processes made from them (`launch`), and how they are written in answers (`routes`).

use chrono::{DateTime, Duration, Months, Utc};
use serde_json::{Map, Value};

use super::owners::Owners;
use super::table::Row;

/// A template. An edit is visible to later launches alone: processes keep a copy of their version.
#[derive(Clone, Debug)]
pub struct Template {
    /// Timeline id, 32 hex digits.
    pub id: String,
    /// Running number.
    pub increment_id: i64,
    /// Title.
    pub title: String,
    /// Descriptive text.
    pub summary: Option<String>,
    /// `procedure`, `form` or `document`.
    pub kind: String,
    /// Server-made slug.
    pub alias: String,
    /// Starred by the caller.
    pub starred: bool,
    /// Pinned ones come first in lists.
    pub is_pinned: bool,
    /// Whether ad-hoc tasks may be added to its processes.
    pub can_add_oot: bool,
    /// Folder of type `checklist`.
    pub folder_id: Option<String>,
    /// Owner.
    pub owner_id: i64,
    /// Creator.
    pub created_by: i64,
    /// Who changed it last.
    pub last_updated_by: i64,
    /// Members with access.
    pub users: Vec<i64>,
    /// Groups with access.
    pub groups: Vec<String>,
    /// Kick-off form.
    pub kickoff: Vec<Field>,
    /// Steps.
    pub steps: Vec<Step>,
    /// Automations, as the service would write them.
    pub automations: Vec<Value>,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub last_updated: DateTime<Utc>,
    /// Soft-delete stamp.
    pub archived_at: Option<DateTime<Utc>>,
    /// Properties that no behaviour reads (guidance, icon, is_public, ...).
    pub rest: Map<String, Value>,
}

/// A step of a template.
#[derive(Clone, Debug)]
pub struct Step {
    /// Timeline id, 32 hex digits.
    pub id: String,
    /// Running number.
    pub increment_id: i64,
    /// Title, plain text.
    pub title: String,
    /// Instructions.
    pub summary: Option<String>,
    /// Server-made slug.
    pub alias: String,
    /// `task`, `approval`, `expiring`, `email` or `expiring_email`.
    pub step_type: String,
    /// Place, from 1.
    pub position: i64,
    /// Default assignees.
    pub assignees: Owners,
    /// The launcher becomes assignee when nobody else is.
    pub assign_run_starter: bool,
    /// Every assignee has to complete.
    pub everyone_must_complete: bool,
    /// Nobody but assignees may complete.
    pub can_complete_only_assignees: bool,
    /// When its tasks are due.
    pub deadline: Option<Deadline>,
    /// Form fields.
    pub captures: Vec<Field>,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub last_updated: DateTime<Utc>,
    /// Properties that no behaviour reads.
    pub rest: Map<String, Value>,
}

/// `StepDeadline` of the templates sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// How many units.
    pub value: i64,
    /// `minutes` to `months`, singular too.
    pub unit: String,
    /// `from` or `prior_to`; other words are stored and do nothing (mcp-newer).
    pub option: String,
    /// `start_run` or a step id.
    pub step: String,
}

impl Deadline {
    /// Other words are taken, and then the deadline does nothing (mcp-newer:server/tools/template_management.py).
    pub fn works(&self) -> bool {
        matches!(self.option.as_str(), "from" | "prior_to")
    }

    /// Moves an anchor by this deadline.
    pub fn apply(&self, anchor: DateTime<Utc>) -> DateTime<Utc> {
        let back = self.option == "prior_to";
        let moved = match self.unit.trim_end_matches('s') {
            "month" => {
                let months = Months::new(u32::try_from(self.value).unwrap_or(0));
                if back { anchor.checked_sub_months(months) } else { anchor.checked_add_months(months) }
            }
            unit => {
                let minutes = match unit {
                    "minute" => 1,
                    "hour" => 60,
                    "week" => 7 * 24 * 60,
                    _ => 24 * 60,
                };
                let minutes = self.value.saturating_mul(minutes).clamp(-1_000_000_000, 1_000_000_000);
                let span = Duration::minutes(minutes);
                if back { anchor.checked_sub_signed(span) } else { anchor.checked_add_signed(span) }
            }
        };
        moved.unwrap_or(anchor)
    }
}

/// A form field of a step (capture) or of a kick-off form (prerun): one shape in two places.
#[derive(Clone, Debug)]
pub struct Field {
    /// Timeline id, the key of values.
    pub id: String,
    /// Running number.
    pub increment_id: i64,
    /// Server-made slug, for variables alone.
    pub alias: String,
    /// One of the ten types.
    pub field_type: String,
    /// What people read.
    pub label: String,
    /// Must be answered.
    pub required: bool,
    /// Place, from 1.
    pub position: i64,
    /// Choices, `{id, text, value}`.
    pub options: Vec<Value>,
    /// Table columns, `{id, label}`.
    pub columns: Vec<Value>,
    /// Laravel rule names.
    pub validation: Vec<String>,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub last_updated: DateTime<Utc>,
    /// Properties that no behaviour reads (guidance, default_value, prefix, ...).
    pub rest: Map<String, Value>,
}

impl Field {
    /// Whether it is answered by choosing.
    pub fn is_choice(&self) -> bool {
        matches!(self.field_type.as_str(), "radio" | "dropdown" | "multiselect")
    }
}

/// The ten field types (processes_tasks:value_encodings.field_types).
pub const FIELD_TYPES: [&str; 10] = [
    "text",
    "textarea",
    "radio",
    "dropdown",
    "multiselect",
    "date",
    "email",
    "file",
    "table",
    "assignees_form",
];

impl Row for Template {
    type Key = String;
    fn key(&self) -> String {
        self.id.clone()
    }
}

impl Template {
    /// The step with this id.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }

    /// The step with this id, to change it.
    pub fn step_mut(&mut self, id: &str) -> Option<&mut Step> {
        self.steps.iter_mut().find(|step| step.id == id)
    }

    /// Steps in the order people see.
    pub fn steps_in_order(&self) -> Vec<&Step> {
        let mut steps: Vec<&Step> = self.steps.iter().collect();
        steps.sort_by_key(|step| step.position);
        steps
    }
}

/// A slug as the server makes it: the words of a title and a number.
pub fn slug(title: &str, number: i64) -> String {
    let words: Vec<String> = title
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .take(8)
        .collect();
    format!("{}-{number}", words.join("-"))
}
