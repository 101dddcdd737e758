//! Oddities of the service that a reader can see, each with its source: whether they are still there. Not here: the
//! shapes of answers, which are held against the document.

use std::fmt;

use serde_json::Value;
use tallyfy_gen::operations;
use tallyfy_sdk::Error;

use super::{Round, Scope, harvest};
use crate::verify::Kind;

/// Whether an oddity was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// It is there.
    Seen,
    /// It is not, though it could have been.
    Gone,
    /// Nothing in the organization could show it.
    Unclear,
}

impl Sight {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Seen => "seen",
            Self::Gone => "not seen",
            Self::Unclear => "nothing shows it",
        }
    }
}

/// A known oddity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Oddity {
    /// What the service does.
    pub what: &'static str,
    /// Who says so.
    pub source: &'static str,
    /// Whether it was met.
    pub sight: Sight,
}

impl fmt::Display for Oddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.what, self.source, self.sight.word())
    }
}

/// Looks for all of them, after everything else was read.
pub async fn look(round: &mut Round<'_>, organization: &str) -> Result<Vec<Oddity>, Error> {
    let root: Scope = vec![("org".into(), organization.into())];
    Ok(vec![
        Oddity {
            what: "an empty map arrives as []",
            source: "processes_tasks:conventions",
            sight: empty_maps(round),
        },
        Oddity {
            what: "the tasks of a guest come in pages of ten whatever per_page says",
            source: "mcp:get_guest_tasks",
            sight: guest_pages(round, &root).await?,
        },
        Oddity {
            what: "an unknown word in the filter of task states returns every task",
            source: "mcp:_TASK_STATUS_FILTERS, measured 2026-09-28",
            sight: unknown_state(round, &root).await?,
        },
    ])
}

/// Verification has noted them on the way.
fn empty_maps(round: &Round<'_>) -> Sight {
    let findings = round.examination.seen.values().flat_map(|seen| &seen.findings);
    let mut forms = findings.filter(|finding| finding.kind == Kind::EmptyMap);
    if forms.next().is_some() { Sight::Seen } else { Sight::Gone }
}

async fn read(
    round: &mut Round<'_>,
    operation: &str,
    scope: &Scope,
    query: &[(&str, &str)],
) -> Result<Option<Value>, Error> {
    let Some(operation) = operations::find(operation) else { return Ok(None) };
    let query: Vec<(String, String)> =
        query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    round.call(operation, scope, &query).await
}

fn rows(answer: Option<&Value>) -> Option<usize> {
    answer?["data"].as_array().map(Vec::len)
}

async fn guest_pages(round: &mut Round<'_>, root: &Scope) -> Result<Sight, Error> {
    let guests = read(round, "list_guests", root, &[]).await?;
    let guests = guests.as_ref().and_then(|guests| guests["data"].as_array()).cloned().unwrap_or_default();
    for guest in guests.iter().take(10) {
        let one = serde_json::json!({"data": [guest]});
        let code = harvest::ids("list_guests", &one).into_iter().find(|(name, _)| *name == "guest code");
        let Some((name, code)) = code else { continue };
        let scope: Scope = root.iter().cloned().chain([(name.into(), code)]).collect();
        let all = read(round, "list_guest_tasks", &scope, &[]).await?;
        if rows(all.as_ref()).is_none_or(|rows| rows < 2) {
            continue;
        }
        let one = read(round, "list_guest_tasks", &scope, &[("per_page", "1")]).await?;
        return Ok(match rows(one.as_ref()) {
            Some(1) => Sight::Gone,
            Some(_) => Sight::Seen,
            None => Sight::Unclear,
        });
    }
    Ok(Sight::Unclear)
}

async fn unknown_state(round: &mut Round<'_>, root: &Scope) -> Result<Sight, Error> {
    let all = read(round, "list_tasks", root, &[("per_page", "5")]).await?;
    if rows(all.as_ref()).is_none_or(|rows| rows == 0) {
        return Ok(Sight::Unclear);
    }
    let filtered = read(round, "list_tasks", root, &[("per_page", "5"), ("status", "no-such-state")]).await?;
    Ok(match rows(filtered.as_ref()) {
        Some(0) | None => Sight::Gone,
        Some(_) => Sight::Seen,
    })
}
