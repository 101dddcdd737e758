//! A seed of one's own: what a YAML or JSON file says shall be there when the sandbox starts.
//!
//! Not here: putting it there (`apply`), names in the place of ids (`names`).

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::fault::Script;
use crate::limits::Limits;
use crate::state::Tokens;
use crate::suggest::did_you_mean;
use crate::webhooks::WebhookFaults;

/// Rows to add to a new sandbox. Bodies are written in the API's own words; people, templates, steps, form
/// fields, groups, tags and folders may be named by mail address, title, label or name instead of an id.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use tallyfy_sandbox::{Sandbox, seed::Plan};
///
/// let plan = Plan::from_yaml(
///     "
/// templates:
///   - title: Delivery
///     prerun: [{label: Customer, field_type: text, required: true}]
///     steps: [{title: Load}, {title: Drive}]
/// processes:
///   - {template: Delivery, name: 'Delivery {n}', count: 3, prerun: {Customer: Blue Fjord}, complete: [Load]}
/// ",
/// )?;
/// let sandbox = Sandbox::builder().seed(plan).start().await?;
/// assert_eq!(sandbox.dump()["processes"][5]["name"], "Delivery 3");
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Plan {
    /// What it is added to.
    pub(super) base: Base,
    /// Makes the clock stand still at this time.
    pub(crate) now: Option<DateTime<Utc>>,
    /// Oddities by name, on or off.
    pub(super) quirks: BTreeMap<String, bool>,
    /// Seconds by which a process's list of tasks lags behind.
    pub(crate) replica_lag: Option<u32>,
    /// How much is let through.
    pub limits: Limits,
    /// How long tokens live, and whether refresh tokens are replaced.
    pub tokens: Tokens,
    /// The seed of the chances of all faults.
    pub fault_seed: u64,
    /// Fault scripts, in words.
    pub(super) faults: Vec<Value>,
    /// Changes of the organization: `name` and the profile.
    pub(super) organization: Map<String, Value>,
    /// Members; `token` and `password` besides the profile.
    pub(super) members: Vec<Map<String, Value>>,
    /// Third-party applications: `client_id`, `client_secret`.
    pub(super) applications: Vec<Map<String, Value>>,
    /// Bodies of `create_guest`.
    pub(super) guests: Vec<Map<String, Value>>,
    /// Bodies of `create_group`.
    pub(super) groups: Vec<Map<String, Value>>,
    /// Bodies of `create_tag`.
    pub(super) tags: Vec<Map<String, Value>>,
    /// Bodies of `create_folder`.
    pub(super) folders: Vec<Map<String, Value>>,
    /// Bodies of `create_custom_field_key`.
    pub(super) custom_field_keys: Vec<Map<String, Value>>,
    /// Bodies of `create_checklist`, with `steps`, their `captures`, and `automated_actions`.
    pub(super) templates: Vec<Map<String, Value>>,
    /// Bodies of `create_run`, with `template`, `count`, `at`, `taskdata`, `complete`, `archived`.
    pub(super) processes: Vec<Map<String, Value>>,
    /// Bodies of `create_watcher`; what is not said is that of a webhook of the organization.
    pub(super) watchers: Vec<Map<String, Value>>,
    /// What goes wrong with webhooks.
    pub(crate) webhook_faults: WebhookFaults,
    /// Bodies of `create_task`, with `count`, `at`, `complete`, `comments`.
    pub(super) tasks: Vec<Map<String, Value>>,
}

/// What a plan is added to.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Base {
    /// The organization that every sandbox has.
    #[default]
    Northwind,
    /// The same organization with nothing in it but its administrator.
    Empty,
}

/// A plan that cannot be read or carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanError(pub(super) String);

impl std::fmt::Display for PlanError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PlanError {}

impl Plan {
    /// The fault scripts, read.
    pub(crate) fn scripts(&self) -> Result<Vec<Script>, PlanError> {
        let scripts = self.faults.iter().enumerate().map(|(at, entry)| {
            let wrong = |text| PlanError(format!("seed, faults[{at}]: {text}"));
            Script::from_json(entry.clone()).map_err(|text| wrong(with_hint(&text)))
        });
        scripts.collect()
    }

    /// Reads a plan from YAML, of which JSON is a part.
    ///
    /// # Errors
    /// When the text is no YAML, or has a key at its top that a plan does not know.
    pub fn from_yaml(text: &str) -> Result<Self, PlanError> {
        serde_norway::from_str(text).map_err(|error| unreadable(&error.to_string()))
    }

    /// Reads a plan from a JSON value, for seeding by code.
    ///
    /// # Errors
    /// When it has a key at its top that a plan does not know.
    pub fn from_json(value: Value) -> Result<Self, PlanError> {
        serde_json::from_value(value).map_err(|error| unreadable(&error.to_string()))
    }

    /// Reads a plan from a YAML or JSON file.
    ///
    /// # Errors
    /// When the file cannot be read, or as in [`Plan::from_yaml`].
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, PlanError> {
        let path = path.as_ref();
        let wrong = |text: String| PlanError(format!("{}: {text}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        Self::from_yaml(&text).map_err(|error| wrong(error.0))
    }
}

fn unreadable(error: &str) -> PlanError {
    PlanError(format!("the seed cannot be read: {}", with_hint(error)))
}

/// Adds what was meant to a message like "unknown field `proceses`, expected one of `base`, ..".
fn with_hint(error: &str) -> String {
    let quoted: Vec<&str> = error.split('`').skip(1).step_by(2).collect();
    match quoted.split_first() {
        Some((word, known)) if error.contains("unknown field") || error.contains("unknown variant") => {
            format!("{error}{}", did_you_mean(word, known.iter().copied()))
        }
        _ => error.to_owned(),
    }
}
