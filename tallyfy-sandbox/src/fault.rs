//! Faults on order: what a test wants to go wrong.
//!
//! Not here: which calls they strike (`script`), how flags and seeds write them (`words`), how a connection is
//! cut (`server`).

mod script;
mod unknown;
mod words;

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

pub use script::Script;
pub(crate) use script::{Call, Faults};
pub(crate) use unknown::unknown_operation;

/// One thing to go wrong with one call.
#[derive(Clone, Debug, PartialEq)]
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
    /// The state is changed; the head comes at once, the body in pieces.
    SlowBody {
        /// How many pieces.
        pieces: usize,
        /// The wait before each, on the tokio clock.
        pause: Duration,
    },
}

/// The content of a [`Fault::Status`].
#[derive(Clone, Debug, PartialEq)]
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
        let body = json!({ "message": "limit reached", "code": "RATE_LIMIT_EXCEEDED" });
        let headers = vec![("Retry-After".to_owned(), retry_after.to_string())];
        Self::Status { status: 429, headers, body: FaultBody::Json(body) }
    }

    /// 402 of a plan or trial that has come to its limit (mcp-newer:server/utils/fastmcp_errors.py).
    pub fn plan_limit() -> Self {
        let (message, code) = ("Trial limit reached: 100 users", "TRIAL_LIMIT_REACHED_100_U");
        Self::status(402, json!({ "error": true, "message": message, "code": code }))
    }

    /// 409 without a free seat (platform:errors.shapes.nested_code): the stable code stands inside `error`.
    pub fn no_free_seat() -> Self {
        let error = json!({
            "code": "SEAT_POOL_EXHAUSTED", "message": "no seat left", "details": { "pool_type": "full" },
        });
        Self::status(409, json!({ "error": error }))
    }

    /// 423 of a process that an open problem blocks: announced, its text is the sandbox's own
    /// (mcp-newer:server/utils/fastmcp_errors.py).
    pub fn process_blocked() -> Self {
        let message = "The process has an open problem.";
        Self::status(423, json!({ "error": true, "message": message, "code": "RUN_STATUS_ISSUE" }))
    }

    /// 401 that is a refusal of business: the token is good (mcp-newer:server/utils/fastmcp_errors.py).
    pub fn business_refusal() -> Self {
        Self::status(401, json!({ "message": "Unauthorized action" }))
    }

    /// 401 of the edge in front of the service, about the token (mcp-newer:server/utils/fastmcp_errors.py).
    pub fn edge_denied() -> Self {
        Self::status(401, json!({ "error": true, "message": "Permission denied. Error Code: apsh213." }))
    }

    /// 404 of the edge, which means that a header is missing (mcp-newer:server/utils/fastmcp_errors.py).
    pub fn edge_not_found() -> Self {
        Self::status(404, json!({ "error": true, "message": "Not found. Error Code: apsh546." }))
    }
}
