//! The pure state: what the service remembers, and the rules by which it changes.
//!
//! Not here: HTTP, JSON envelopes, query strings (`routes`, `answer`), and the first rows (`seed`).

pub mod completion;
pub mod form_values;
pub mod ids;
pub mod launch;
pub mod organization;
pub mod owners;
pub mod process;
pub mod table;
pub mod task;
pub mod template;
pub mod thread;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::quirks::Quirks;
use ids::Ids;
use organization::Organization;

/// Whose token it is, and which organization it was created in.
#[derive(Clone, Debug)]
pub struct Token {
    /// The member behind the token.
    pub member: i64,
    /// The organization chosen when the token was created.
    pub organization: String,
}

/// Something that the service would have told the outside world: a mail, a webhook, an activity row.
/// The sandbox only counts it, so that a test can see what was done twice.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Effect {
    /// What happened, for example `task.completed`.
    pub kind: &'static str,
    /// Id of the object it happened to.
    pub subject: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Everything.
#[derive(Clone, Debug)]
pub struct World {
    /// Organizations by id.
    pub organizations: BTreeMap<String, Organization>,
    /// Tokens that open the door.
    pub tokens: BTreeMap<String, Token>,
    /// Maker of new ids.
    pub ids: Ids,
    /// Side effects so far.
    pub effects: Vec<Effect>,
    /// Which oddities are on.
    pub quirks: Quirks,
    /// The time, when it stands still.
    pub fixed_now: Option<DateTime<Utc>>,
}

impl World {
    /// The current time: the fixed one, else the machine's.
    pub fn now(&self) -> DateTime<Utc> {
        self.fixed_now.unwrap_or_else(Utc::now)
    }
}

/// Why a change was refused, in the terms of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// 422: by field a text, or an object of texts by id (processes_tasks:ErrorBody).
    Invalid(Vec<(String, Value)>),
    /// 403, with the reason.
    Forbidden(String),
    /// 404.
    Missing,
}

impl Refused {
    /// A 422 about one field.
    pub fn invalid(field: &str, text: impl Into<String>) -> Self {
        Self::Invalid(vec![(field.to_owned(), Value::String(text.into()))])
    }
}
