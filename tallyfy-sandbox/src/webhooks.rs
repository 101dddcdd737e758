//! Webhooks out: what has been sent to whom, and what is to go wrong with it on order.
//!
//! Not here: whom an event concerns (`calls`), what is said (`payload`), the wire (`post`), the queue (`lines`).

mod calls;
mod lines;
mod odds;
mod payload;
mod post;

use std::sync::Arc;

use serde_json::Value;

pub(crate) use calls::calls;
pub(crate) use lines::{Lines, deliver};
pub use odds::{Odds, WebhookFaults};

/// One call of a webhook address, as far as it has come.
///
/// The service makes one attempt (platform:webhooks.classic.delivery), and so does the sandbox. Only addresses
/// of this machine are called, by http; see [`Sent::Refused`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Delivery {
    /// What happened, in the words of organization webhooks: `task.completed`, `process.launched`, ...
    pub event: &'static str,
    /// Id of the task or process it happened to.
    pub subject: String,
    /// Where it goes.
    pub url: String,
    /// What is posted, as JSON.
    pub body: Value,
    /// How it went.
    pub sent: Sent,
}

/// How a delivery went.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sent {
    /// It waits for its turn, or for its answer.
    Waiting,
    /// The receiver answered with this status. A redirect is an answer like any other.
    Answered(u16),
    /// Nobody answered, and why. There is no second attempt.
    Failed(String),
    /// Lost on order.
    Lost,
    /// Not sent, and why: the address is not on this machine or asks for https, or the subscription is not for
    /// every single event.
    Refused(String),
}

/// Told of every delivery when it has come to its end.
#[derive(Clone)]
pub(crate) struct Tell(pub(crate) Arc<dyn Fn(&Delivery) + Send + Sync>);

impl std::fmt::Debug for Tell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tell")
    }
}

/// What a webhook address is to be told.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) event: &'static str,
    pub(crate) subject: String,
    pub(crate) organization: String,
    pub(crate) url: String,
    /// The component of the document that the body has to fit.
    pub(crate) schema: &'static str,
    pub(crate) body: Value,
    /// Why it is not sent at all.
    pub(crate) held_back: Option<&'static str>,
}
