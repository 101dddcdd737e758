//! Reads everything of an organization that can be read, through the SDK, and holds what came back against the document
//! and the types. Nothing is written. Here: the round from operation to operation, and what comes of it. Which ids lead
//! further is in `doctor/harvest.rs`, known oddities of the service in `doctor/oddities.rs`, the report in
//! `doctor/report.rs`. Not here: arguments and the environment (`bin/doctor.rs`), and judging a line (`verify`).

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use tallyfy_gen::operations::{Confidence, OPERATIONS, Operation};
use tallyfy_sdk::{Client, ClientBuilder, Error, reqwest::Method};

use crate::verify::{Finding, Severity, Verifier};

mod harvest;
mod oddities;
mod report;
mod sandbox;

pub use oddities::{Oddity, Sight};
pub use sandbox::store_file;

/// What to look at.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The organization; without one the client's, else the first of the caller's.
    pub organization: Option<String>,
    /// Ids that no list shows, by the name of the path parameter.
    pub known: Vec<(String, String)>,
    /// Whether operations of low confidence are read too.
    pub low: bool,
    /// How many things of a kind are read, in each thing that holds them.
    pub samples: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { organization: None, known: Vec::new(), low: false, samples: 2 }
    }
}

/// What one operation came to.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Answers by status; 0 where there was none.
    pub answers: BTreeMap<u16, u32>,
    /// What was found in them, once each.
    pub findings: Vec<Finding>,
}

/// What came of it all.
#[derive(Debug)]
pub struct Examination {
    /// The service's address.
    pub service: String,
    /// Every operation that was read.
    pub seen: BTreeMap<&'static str, Seen>,
    /// Operations that could not be read, with the reason.
    pub skipped: BTreeMap<&'static str, String>,
    /// Known oddities of the service, and whether they were met.
    pub oddities: Vec<Oddity>,
}

impl Examination {
    /// Whether everything was answered, read, and nothing lost. A refusal for want of permission is no fault.
    pub fn is_clean(&self) -> bool {
        self.seen.values().all(|seen| {
            // A refusal beside good answers is a rule of the service: a finished task has no automatic deadline.
            let answered = seen.answers.keys().any(|status| (200..400).contains(status));
            let fine =
                |status: &u16| matches!(status, 200..400 | 403) || (answered && (400..500).contains(status));
            let error = |finding: &Finding| finding.kind.severity() == Severity::Error;
            seen.answers.keys().all(fine) && !seen.findings.iter().any(error)
        })
    }
}

/// Where the client writes, and the round reads.
#[derive(Clone, Default)]
struct Tap(Arc<Mutex<Vec<u8>>>);

impl Write for Tap {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Tap {
    fn take(&self) -> String {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        // The recorder writes JSON.
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Path parameters with their values, the last one found first.
type Scope = Vec<(String, String)>;

struct Round<'a> {
    client: Client,
    verifier: Verifier,
    tap: Tap,
    keep: &'a mut dyn FnMut(&str),
    settings: Settings,
    operations: Vec<&'static Operation>,
    examination: Examination,
}

/// Reads what there is, and hands each exchange to `keep`, scrubbed, as lines of JSON.
///
/// # Errors
/// When the client cannot be made, the token is refused, or no organization is found; other refusals are part of what
/// is found.
pub async fn examine(
    builder: ClientBuilder,
    settings: Settings,
    keep: &mut dyn FnMut(&str),
) -> Result<Examination, Error> {
    let tap = Tap::default();
    let client = builder.record(tap.clone()).build()?;
    let organization = match (&settings.organization, client.default_organization()) {
        (Some(id), _) => id.clone(),
        (None, Ok(named)) => named.id().to_string(),
        (None, Err(_)) => first_organization(&client).await?,
    };
    let wanted =
        |one: &&Operation| one.method == "GET" && (settings.low || one.confidence != Confidence::Low);
    let examination = Examination {
        service: client.base_url().to_owned(),
        seen: BTreeMap::new(),
        skipped: BTreeMap::new(),
        oddities: Vec::new(),
    };
    let operations = OPERATIONS.iter().filter(wanted).collect();
    let verifier = Verifier::default();
    let mut round = Round { client, verifier, tap, keep, settings, operations, examination };
    round.all(&organization).await?;
    Ok(round.examination)
}

async fn first_organization(client: &Client) -> Result<String, Error> {
    let mine: Value = client.raw(Method::GET, "me/organizations").decode().await?;
    let id = mine["data"][0]["id"].as_str().unwrap_or_default();
    Ok(id.to_owned())
}

/// What fills the parameters of an operation's path.
fn parameters(operation: &'static Operation) -> impl Iterator<Item = &'static str> {
    let names = operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names.map(|name| harvest::filling(operation.id, name))
}

impl Round<'_> {
    async fn all(&mut self, organization: &str) -> Result<(), Error> {
        let root: Scope = vec![("org".into(), organization.into())];
        let mut waiting = vec![root.clone()];
        let known = self.settings.known.clone();
        waiting.extend(known.into_iter().map(|known| vec![root[0].clone(), known]));
        // Depth first: what belongs together is read together.
        let mut tried: BTreeSet<Scope> = BTreeSet::new();
        while let Some(scope) = waiting.pop() {
            if tried.insert(scope.clone()) && self.is_worth(&scope, &tried) {
                let further = self.scope(&scope).await?;
                waiting.extend(further.into_iter().rev());
            }
        }
        let oddities = oddities::look(self, organization).await?;
        self.examination.oddities = oddities;
        for operation in &self.operations {
            if !self.examination.seen.contains_key(operation.id) {
                let needed: Vec<_> = parameters(operation).filter(|name| *name != "org").collect();
                let reason = format!("the organization shows no {}", needed.last().unwrap_or(&"id"));
                self.examination.skipped.insert(operation.id, reason);
            }
        }
        Ok(())
    }

    /// A few things of each kind, and more only as long as an operation on such a thing has not been read.
    fn is_worth(&self, scope: &Scope, tried: &BTreeSet<Scope>) -> bool {
        let names = |scope: &Scope| scope.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        let parent = &scope[..scope.len() - 1];
        let alike = tried.iter().filter(|one| names(one) == names(scope) && one.starts_with(parent)).count();
        let last = scope.last().map_or("", |(name, _)| name.as_str());
        let unread = self.operations.iter().any(|operation| {
            parameters(operation).any(|name| name == last)
                && !self.examination.seen.contains_key(operation.id)
        });
        alike <= self.settings.samples || (unread && alike <= 10 * self.settings.samples)
    }

    /// Calls every operation of this scope, and returns the scopes that its answers open.
    async fn scope(&mut self, scope: &Scope) -> Result<Vec<Scope>, Error> {
        let mut further = Vec::new();
        for operation in self.operations.clone() {
            let mut needed = parameters(operation).collect::<BTreeSet<_>>();
            needed.insert("org");
            let has = |name: &&'static str| scope.iter().any(|(known, _)| known == name);
            let own = scope.last().is_some_and(|(name, _)| needed.contains(name.as_str()));
            if !own || !needed.iter().all(has) {
                continue;
            }
            for query in self.verifier.queries(operation.id) {
                let Some(answer) = self.call(operation, scope, &query).await? else { continue };
                for (name, id) in harvest::ids(operation.id, &answer) {
                    let next: Scope = scope.iter().cloned().chain([(name.to_owned(), id)]).collect();
                    if !further.contains(&next) {
                        further.push(next);
                    }
                }
            }
        }
        Ok(further)
    }

    /// One call; the answer as it came, if it was good JSON.
    async fn call(
        &mut self,
        operation: &'static Operation,
        scope: &Scope,
        query: &[(String, String)],
    ) -> Result<Option<Value>, Error> {
        let part = |part: &str| {
            let name = part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
            let filling = name.map(|name| harvest::filling(operation.id, name));
            let value = filling.and_then(|name| scope.iter().find(|(known, _)| known == name));
            value.map_or_else(
                || part.to_owned(),
                |(_, id)| utf8_percent_encode(id, NON_ALPHANUMERIC).to_string(),
            )
        };
        let path: Vec<String> = operation.path.split('/').map(part).collect();
        let pairs = query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let answer = self.client.raw(Method::GET, path.join("/")).query(pairs).bytes().await;
        let lines = self.tap.take();
        (self.keep)(&lines);
        let seen = self.examination.seen.entry(operation.id).or_default();
        let mut count = 0;
        for line in lines.lines() {
            count += 1;
            let status = serde_json::from_str::<Value>(line).ok().and_then(|line| line["status"].as_u64());
            let status = status.and_then(|status| u16::try_from(status).ok()).unwrap_or(0);
            *seen.answers.entry(status).or_default() += 1;
            for finding in self.verifier.line(line).findings {
                let place = harvest::general(&finding.pointer);
                let known =
                    |one: &Finding| one.kind == finding.kind && harvest::general(&one.pointer) == place;
                if !seen.findings.iter().any(known) {
                    seen.findings.push(finding);
                }
            }
        }
        match answer {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            // A refused token would be refused everywhere.
            Err(error) if error.status().is_some_and(|status| status == 401) => Err(error),
            Err(_) => {
                if count == 0 {
                    *seen.answers.entry(0).or_default() += 1;
                }
                Ok(None)
            }
        }
    }
}
