//! A rule as the engine reads it from its stored JSON.
//!
//! Not here: whether a rule may be stored (`routes::automations`).

use serde_json::Value;

use crate::state::template::Deadline;

/// An automation.
#[derive(Clone, Debug)]
pub struct Rule {
    /// 32 hex digits.
    pub id: String,
    /// Name.
    pub alias: String,
    /// Place among the rules.
    pub position: i64,
    /// What must hold, in order.
    pub conditions: Vec<Condition>,
    /// What happens then.
    pub actions: Vec<Action>,
}

/// One condition.
#[derive(Clone, Debug)]
pub struct Condition {
    /// Joined to what stands before by OR.
    pub or: bool,
    /// What it looks at.
    pub subject: Subject,
    /// Id of the step or field.
    pub id: String,
    /// The word of `operation`.
    pub operation: String,
    /// What it compares with.
    pub statement: Value,
    /// Label of a table's column.
    pub column: Option<String>,
}

/// What a condition looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The task of a step.
    Step,
    /// A form field of a step.
    Capture,
    /// A kick-off field.
    Prerun,
}

/// One action.
#[derive(Clone, Debug)]
pub struct Action {
    /// Id, by which it is known to have happened.
    pub id: String,
    /// What it does.
    pub verb: Verb,
    /// The step at whose task it aims.
    pub step: String,
    /// The deadline it sets.
    pub deadline: Option<Deadline>,
    /// Whom it assigns or takes off, as stored.
    pub assignees: Value,
    /// The field whose answer names them instead.
    pub field: Option<String>,
    /// Where its webhook goes.
    pub url: Option<String>,
}

/// Verbs of actions (templates:AutomationAction).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Show,
    Hide,
    Deadline,
    Reopen,
    Assign,
    AssignOnly,
    ClearAssignees,
    Unassign,
    EmitWebhook,
}

impl Verb {
    const ALL: [(Self, &'static str, &'static str); 9] = [
        (Self::Show, "show", "visibility"),
        (Self::Hide, "hide", "visibility"),
        (Self::Deadline, "deadline", "deadline"),
        (Self::Reopen, "reopen", "status"),
        (Self::Assign, "assign", "assignment"),
        (Self::AssignOnly, "assign_only", "assignment"),
        (Self::ClearAssignees, "clear_assignees", "assignment"),
        (Self::Unassign, "unassign", "assignment"),
        (Self::EmitWebhook, "emit_webhook", "webhook"),
    ];
    /// Those that happen once in a process.
    pub const ONCE: [Self; 6] = [
        Self::Reopen,
        Self::Assign,
        Self::AssignOnly,
        Self::ClearAssignees,
        Self::Unassign,
        Self::EmitWebhook,
    ];
    /// Those about visibility.
    pub const VISIBILITY: [Self; 2] = [Self::Show, Self::Hide];
    /// The one about deadlines.
    pub const DEADLINE: [Self; 1] = [Self::Deadline];

    fn read(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known, _)| *known == word).map(|(verb, ..)| *verb)
    }

    /// Its `action_verb`.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(verb, ..)| *verb == self).map_or("", |(_, word, _)| word)
    }

    /// Its `action_type`.
    pub fn kind(self) -> &'static str {
        Self::ALL.iter().find(|(verb, ..)| *verb == self).map_or("", |(_, _, kind)| kind)
    }
}

impl Rule {
    /// Reads a stored rule; one that is archived or malformed is none.
    pub fn read(row: &Value) -> Option<Self> {
        if !row["archived_at"].is_null() {
            return None;
        }
        let entries = |key: &str| row[key].as_array().map_or(&[][..], Vec::as_slice);
        let mut conditions = entries("conditions").to_vec();
        conditions.sort_by_key(|entry| entry["position"].as_i64());
        Some(Self {
            id: row["id"].as_str()?.to_owned(),
            alias: row["automated_alias"].as_str().unwrap_or_default().to_owned(),
            position: row["position"].as_i64().unwrap_or(i64::MAX),
            conditions: conditions.iter().filter_map(Condition::read).collect(),
            actions: entries("then_actions").iter().filter_map(Action::read).collect(),
        })
    }
}

impl Condition {
    fn read(entry: &Value) -> Option<Self> {
        // The service stores a PHP class name; its end is the short word (templates:AutomationCondition).
        let kind = entry["conditionable_type"].as_str()?.rsplit('\\').next()?;
        let subject = match kind {
            "Step" => Subject::Step,
            "Capture" => Subject::Capture,
            "Prerun" => Subject::Prerun,
            _ => return None,
        };
        Some(Self {
            or: entry["logic"].as_str() == Some("or"),
            subject,
            id: entry["conditionable_id"].as_str()?.to_owned(),
            operation: entry["operation"].as_str()?.to_owned(),
            statement: entry["statement"].clone(),
            column: entry["column_contains_name"].as_str().map(str::to_owned),
        })
    }
}

impl Action {
    fn read(entry: &Value) -> Option<Self> {
        let text = |key: &str| entry[key].as_str().map(str::to_owned);
        let deadline = &entry["deadline"];
        Some(Self {
            id: text("id")?,
            verb: Verb::read(entry["action_verb"].as_str()?)?,
            step: text("target_step_id")?,
            deadline: deadline["value"].as_i64().map(|value| Deadline {
                value,
                unit: deadline["unit"].as_str().unwrap_or("days").to_owned(),
                // Other words than those of steps (templates:AutomationDeadline.variants).
                option: if deadline["option"] == "before" { "prior_to" } else { "from" }.to_owned(),
                step: String::new(),
            }),
            assignees: entry["assignees"].clone(),
            field: text("actionable_id"),
            url: text("webhook_url"),
        })
    }
}
