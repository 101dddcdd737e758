//! The pure state: what the service remembers, and the rules by which it changes.
//!
//! Not here: HTTP, JSON envelopes, query strings (`routes`, `answer`), and the first rows (`seed`).

pub mod activity;
pub mod auth;
pub mod automation;
pub mod bits;
pub mod completion;
pub mod form_values;
pub mod ids;
pub mod index;
pub mod launch;
pub mod organization;
pub mod owners;
pub mod process;
pub mod schedule;
pub mod table;
pub mod task;
pub mod template;
pub mod thread;
pub mod value_rows;
pub mod working_time;

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use serde_json::Value;

use crate::quirks::Quirks;
pub use auth::{Auth, Token, Tokens};
use ids::Ids;
use organization::Organization;

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
    /// What it held before, where that can be undone; of automations what was checked, of webhooks where
    /// they go.
    pub detail: Option<Value>,
}

/// Everything.
#[derive(Clone, Debug)]
pub struct World {
    /// Organizations by id.
    pub organizations: BTreeMap<String, Organization>,
    /// What opens the door.
    pub auth: Auth,
    /// Maker of new ids.
    pub ids: Ids,
    /// Side effects so far.
    pub effects: Vec<Effect>,
    /// Which oddities are on.
    pub quirks: Quirks,
    /// How far the replica lags behind that lists of tasks are read from.
    pub replica_lag: Duration,
    /// The time, when it stands still.
    pub fixed_now: Option<DateTime<Utc>>,
}

impl World {
    /// The current time: the fixed one, else the machine's.
    pub fn now(&self) -> DateTime<Utc> {
        self.fixed_now.unwrap_or_else(Utc::now)
    }

    /// The organization that a member sits in, and the address.
    pub fn seat_of(&self, member: i64) -> Option<(String, String)> {
        let mut organizations = self.organizations.values();
        organizations.find_map(|organization| {
            let member = organization.members.get(&member)?;
            Some((organization.id.clone(), member.email.to_lowercase()))
        })
    }
}

/// Why a change was refused, in the terms of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// 422: by field a text, or an object of texts by id (processes_tasks:ErrorBody).
    Invalid(Vec<(String, Value)>),
    /// 401 with the reason, which is not the token (mcp-newer:server/utils/fastmcp_errors.py).
    Unauthorized(String),
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
