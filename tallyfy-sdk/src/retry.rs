//! When a call is sent again: the delivery table, the policy, and the one decision.
//!
//! Nothing here waits, sends or reads a clock: [`decide`] gets what happened and returns what to do,
//! so every row can be tested as data. Sleeping and counting belong to `pipeline.rs`, what all calls of a
//! client may repeat together to `retry/budget.rs`, reading how long the server asks to wait to `retry/asked.rs`.

mod asked;
pub(crate) mod budget;

use std::time::Duration;

use tallyfy_gen::operations::Repeat;

pub(crate) use self::asked::AskedWait;
use crate::error::Error;
use crate::pace::LONGEST;

/// After a call was turned away for coming too fast, chance takes no more than half of the wait.
const LEAST_OF_A_THROTTLED_WAIT: f64 = 0.5;

/// What a failed call left behind on the server.
///
/// The order is the order of certainty that something happened: with several attempts, the call as a
/// whole has the highest value of them all.
///
/// ```
/// use tallyfy_sdk::Delivery;
/// assert!(Delivery::NotSent < Delivery::Unknown);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Delivery {
    /// The request never reached the server: refused by this crate, or no connection came about. May be repeated.
    NotSent,
    /// The server answered that it did not act. May be repeated once the cause is mended.
    Refused,
    /// The request went out and no clear answer came back: the server may have acted. Look before repeating a write.
    Unknown,
    /// The server accepted the call, but its answer could not be used. A write must not be repeated.
    Applied,
}

#[cfg(feature = "tracing")]
impl Delivery {
    /// In one word, for traces.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::NotSent => "not_sent",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::Applied => "applied",
        }
    }
}

/// How often, and how fast, a call is repeated.
///
/// A policy never makes a call less safe: whether a repeat is *allowed* depends on the operation and on
/// what happened, as [`Client`](crate::Client) tells. A call that could act twice is repeated only when the server surely
/// did not act.
///
/// A wait after which an answer could not come before the deadline of the call is not begun: the call fails at once,
/// and [`retry_after`](crate::Error::retry_after) says how long the server asked to wait.
///
/// ```
/// use std::time::Duration;
/// use tallyfy_sdk::RetryPolicy;
///
/// let patient = RetryPolicy::default().max_attempts(6).cap(Duration::from_secs(30));
/// let never = RetryPolicy::none();
/// # let _ = (patient, never);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    pub(crate) max_attempts: u32,
    pub(crate) base: Duration,
    pub(crate) cap: Duration,
}

impl RetryPolicy {
    /// One attempt, no repeats.
    pub fn none() -> Self {
        Self::default().max_attempts(1)
    }

    /// Attempts in all, the first one included (default 4; 0 counts as 1).
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// Upper bound of the first wait (default 500 ms, at most a year); it doubles with every attempt.
    #[must_use]
    pub fn base(mut self, base: Duration) -> Self {
        self.base = base;
        self
    }

    /// Upper bound of every wait this crate chooses (default 8 s, at most a year).
    ///
    /// A wait that the server asks for (`Retry-After`) is honoured in full, whatever the cap says.
    #[must_use]
    pub fn cap(mut self, cap: Duration) -> Self {
        self.cap = cap;
        self
    }

    /// Whether the waits are times.
    pub(crate) fn validate(&self) -> Result<(), Error> {
        let times = [("RetryPolicy::base", self.base), ("RetryPolicy::cap", self.cap)];
        match times.into_iter().find(|(_, time)| *time > LONGEST) {
            Some((name, time)) => Err(too_long(name, time)),
            None => Ok(()),
        }
    }

    /// Exponential with full jitter: somewhere between nothing and the bound of this attempt.
    fn backoff(&self, attempt: u32, jitter: f64) -> Duration {
        let doubled = 2u32.checked_pow(attempt.saturating_sub(1)).unwrap_or(u32::MAX);
        let bound = self.base.saturating_mul(doubled).min(self.cap).min(LONGEST);
        bound.mul_f64(jitter.clamp(0.0, 1.0))
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { max_attempts: 4, base: Duration::from_millis(500), cap: Duration::from_secs(8) }
    }
}

/// A time that no program lives to see the end of, and with which clocks overflow.
pub(crate) fn too_long(name: &str, time: Duration) -> Error {
    Error::input(format!("the {name} of {time:?} never ends; name at most a year (365 days)"))
}

/// What one attempt came to, as far as repeating is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// No connection came about, or no byte of the request was written.
    NotSent,
    /// The request went out; no status line came back.
    Lost,
    /// A 2xx status line came, its body did not come whole. (One that came whole and cannot be read is no outcome of an
    /// attempt but the end of the call: the same would come again.)
    Broken,
    /// A complete answer that is no success. It is throttled when it turns the call away for coming too fast.
    Answer { status: u16, is_throttled: bool, retry_after: Option<Duration> },
}

impl Outcome {
    /// The delivery table.
    pub(crate) fn delivery(self) -> Delivery {
        match self {
            Self::NotSent => Delivery::NotSent,
            Self::Lost => Delivery::Unknown,
            Self::Broken => Delivery::Applied,
            // docs:open-api/index: a throttled call is turned away before it does anything.
            Self::Answer { is_throttled: true, .. } => Delivery::Refused,
            Self::Answer { status: 200..=299, .. } => Delivery::Applied,
            // RFC 9110, 15.4.4: a 303 leads to the result of what was done.
            Self::Answer { status: 303 | 408 | 500.., .. } => Delivery::Unknown,
            Self::Answer { .. } => Delivery::Refused,
        }
    }

    /// Turned away for coming too fast.
    pub(crate) fn is_throttled(self) -> bool {
        matches!(self, Self::Answer { is_throttled: true, .. })
    }

    /// Whether a later attempt may fare better, provided that repeating is safe at all.
    fn is_transient(self) -> bool {
        match self {
            Self::NotSent | Self::Lost | Self::Broken => true,
            Self::Answer { is_throttled: true, .. } => true,
            // 501 and 505 say what the server cannot do; asking again does not teach it.
            Self::Answer { status, .. } => matches!(status, 408 | 500 | 502..=504 | 506..),
        }
    }
}

/// Whether to send the request again, and after how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Stop,
    After(Duration),
}

impl Decision {
    pub(crate) fn wait(self) -> Option<Duration> {
        match self {
            Self::Stop => None,
            Self::After(wait) => Some(wait),
        }
    }
}

/// Everything the decision rests on besides what happened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Situation<'a> {
    /// Attempts made so far, from 1.
    pub(crate) attempt: u32,
    pub(crate) class: Repeat,
    pub(crate) policy: &'a RetryPolicy,
    /// Time since the call began, and the time it may take in all.
    pub(crate) elapsed: Duration,
    pub(crate) deadline: Duration,
    /// What an attempt must have before the deadline, so that its answer can come.
    pub(crate) floor: Duration,
    /// A number in `0.0..1.0`.
    pub(crate) jitter: f64,
}

/// The one place that decides about repeats.
///
/// Surely not acted (no connection, throttled): every class. Anything less sure: operations that are safe to
/// repeat, alone (docs:handling-idempotency-in-webhooks-and-api: the service knows no idempotency keys).
pub(crate) fn decide(outcome: Outcome, now: Situation<'_>) -> Decision {
    let sure = match outcome {
        Outcome::NotSent => true,
        // docs:open-api/index: a throttled call is turned away before it does anything.
        Outcome::Answer { .. } if outcome.is_throttled() => true,
        _ => matches!(now.class, Repeat::Safe),
    };
    if !sure || !outcome.is_transient() || now.attempt >= now.policy.max_attempts {
        return Decision::Stop;
    }
    let asked = match outcome {
        Outcome::Answer { retry_after, .. } => retry_after.unwrap_or_default(),
        _ => Duration::ZERO,
    };
    let jitter = match outcome.is_throttled() {
        true => now.jitter.max(LEAST_OF_A_THROTTLED_WAIT),
        false => now.jitter,
    };
    let wait = asked.max(now.policy.backoff(now.attempt, jitter));
    let soonest_end = now.elapsed.saturating_add(wait).saturating_add(now.floor);
    if soonest_end > now.deadline { Decision::Stop } else { Decision::After(wait) }
}

#[cfg(test)]
mod tests;
