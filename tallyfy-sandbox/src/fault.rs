//! Faults on order: what a test wants to go wrong, once.
//!
//! Not here: how a connection is cut (`server`).

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

/// One thing to go wrong with one call.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// This answer instead of the real one; nothing is changed.
    Status {
        /// Status code.
        status: u16,
        /// Header lines, for example `Retry-After`.
        headers: Vec<(String, String)>,
        /// Content.
        body: FaultBody,
    },
    /// An HTML page with this status, as gateways send; nothing is changed.
    Html(u16),
    /// Waits on the tokio clock, then answers normally. A client that gives up while it waits has
    /// changed nothing.
    Delay(Duration),
    /// Changes what the call changes, then waits on the tokio clock before it answers: a client that
    /// gives up has changed the state all the same.
    DelayAfterApply(Duration),
    /// The connection is reset before any answer; nothing is changed.
    ResetBefore,
    /// The state is changed, then the connection is reset without an answer.
    ResetAfterApply,
    /// The state is changed, the head and half of the body are sent, then the connection is reset.
    ResetMidBody,
    /// The state is changed; a 2xx comes with an empty body.
    EmptyBody,
    /// The state is changed; the JSON is cut in half, with a length that fits the half.
    Truncated,
}

/// The content of a [`Fault::Status`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum FaultBody {
    /// None at all.
    Empty,
    /// `application/json`.
    Json(Value),
    /// `text/html`.
    Html(String),
    /// `text/plain`.
    Text(String),
}

impl FaultBody {
    /// Media type and bytes.
    pub(crate) fn into_parts(self) -> (Option<&'static str>, Bytes) {
        match self {
            Self::Empty => (None, Bytes::new()),
            Self::Json(value) => (Some("application/json"), value.to_string().into()),
            Self::Html(text) => (Some("text/html; charset=UTF-8"), text.into()),
            Self::Text(text) => (Some("text/plain; charset=UTF-8"), text.into()),
        }
    }
}

impl Fault {
    /// A status with a JSON body.
    pub fn status(status: u16, body: Value) -> Self {
        Self::Status { status, headers: Vec::new(), body: FaultBody::Json(body) }
    }

    /// 429 as the service words it (platform:errors.shapes.rate_limited), with `Retry-After` in seconds.
    pub fn rate_limited(retry_after: u64) -> Self {
        let body = serde_json::json!({ "message": "limit reached", "code": "RATE_LIMIT_EXCEEDED" });
        let headers = vec![("Retry-After".to_owned(), retry_after.to_string())];
        Self::Status { status: 429, headers, body: FaultBody::Json(body) }
    }
}

/// Faults waiting for their call.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<(String, Fault)>);

impl Faults {
    /// Adds one. `"*"` matches any call.
    pub(crate) fn push(&mut self, operation: &str, fault: Fault) {
        self.0.push((operation.to_owned(), fault));
    }

    /// Takes the first that matches.
    pub(crate) fn take(&mut self, operation: Option<&str>) -> Option<Fault> {
        let matches = |wanted: &str| wanted == "*" || Some(wanted) == operation;
        let at = self.0.iter().position(|(wanted, _)| matches(wanted))?;
        Some(self.0.remove(at).1)
    }

    /// How many are left.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}
