//! What the sandbox has seen, for tests to look at.
//!
//! Not here: finding violations (`contract`).

use std::collections::VecDeque;

use bytes::Bytes;
use serde_json::Value;

use crate::fault::Fault;

/// Who broke the contract of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The request does not fit.
    Client,
    /// The sandbox's own answer does not fit.
    Sandbox,
}

/// One place in which a request or an answer does not fit the document.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// Whose fault it is.
    pub side: Side,
    /// Operation id.
    pub operation: String,
    /// `body`, `query` or `status`, then a JSON pointer: `body/owners/users/0`, `query/per_page`.
    pub pointer: String,
    /// What is wrong there.
    pub message: String,
}

/// A request that arrived.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Seen {
    /// Method.
    pub method: String,
    /// Path as sent, not decoded.
    pub path: String,
    /// Query string as sent, not decoded.
    pub raw_query: String,
    /// Decoded query pairs.
    pub query: Vec<(String, String)>,
    /// Operation id, when the path is known.
    pub operation: Option<String>,
    /// Header lines as they came, names in lowercase.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Bytes,
    /// The body as JSON, when it is.
    pub json: Option<Value>,
    /// Status of the answer; `None` when the connection was cut or the answer is still due.
    pub status: Option<u16>,
    /// The fault that struck it.
    pub fault: Option<Fault>,
    /// Whether a write was carried out. Where `status` is `None` nobody was told: applied but unanswered.
    pub changed: bool,
    /// Where the request breaks the document.
    pub violations: Vec<Violation>,
}

impl Seen {
    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The first value of a query key.
    pub fn query_value(&self, key: &str) -> Option<&str> {
        self.query.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }
}

/// The requests so far. Entries are numbered, so that an answer finds its request after a clearing too.
#[derive(Debug)]
pub(crate) struct Log {
    first: usize,
    entries: VecDeque<Seen>,
    own: Vec<Violation>,
    kept: usize,
}

/// How many requests are kept when nobody says otherwise.
pub(crate) const KEPT: usize = 100_000;

impl Log {
    /// A log of so many requests, the newest; violations of the sandbox itself are kept in as great a number.
    pub(crate) fn of(kept: usize) -> Self {
        Self { first: 0, entries: VecDeque::new(), own: Vec::new(), kept }
    }

    /// Adds a request and returns its number.
    pub(crate) fn push(&mut self, seen: Seen) -> usize {
        self.entries.push_back(seen);
        let number = self.first + self.entries.len() - 1;
        while self.entries.len() > self.kept {
            self.entries.pop_front();
            self.first += 1;
        }
        number
    }

    /// Notes the status of an answer.
    pub(crate) fn answered(&mut self, number: usize, status: u16) {
        if let Some(entry) = self.entry(number) {
            entry.status = Some(status);
        }
    }

    /// Notes that a write was carried out.
    pub(crate) fn changed(&mut self, number: usize) {
        if let Some(entry) = self.entry(number) {
            entry.changed = true;
        }
    }

    fn entry(&mut self, number: usize) -> Option<&mut Seen> {
        self.entries.get_mut(number.checked_sub(self.first)?)
    }

    /// Notes violations of the sandbox itself.
    pub(crate) fn blame(&mut self, violations: Vec<Violation>) {
        self.own.extend(violations);
        self.own.truncate(self.kept);
    }

    /// All requests.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Seen> {
        self.entries.iter()
    }

    /// Violations of both sides.
    pub(crate) fn violations(&self) -> Vec<Violation> {
        let client = self.entries.iter().flat_map(|seen| seen.violations.iter());
        self.own.iter().chain(client).cloned().collect()
    }

    /// Forgets the requests, and the violations with them.
    pub(crate) fn clear(&mut self) {
        self.first += self.entries.len();
        self.entries.clear();
        self.own.clear();
    }
}
