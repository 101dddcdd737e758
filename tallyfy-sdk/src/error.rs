//! The one error type of this crate: the kinds, and the questions one can ask. How an error is made stands in
//! `error/make.rs`, how a server's error body is read in `error/body.rs`, whose words they are in `error/origin.rs`,
//! failures inside a success in `error/failure.rs`, what a person sees in `error/display.rs` and `error/hint.rs`, what of a
//! server's words was the caller's in `error/echo.rs`, what is known of a walk through a list in `error/walk.rs`, causes that
//! foreign code gave in `error/cause.rs`.

mod body;
mod cause;
mod display;
mod echo;
mod failure;
mod hint;
mod internals;
mod make;
mod origin;
mod walk;

use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName};

pub use self::body::FieldError;
use self::body::ServerMessage;
pub(crate) use self::body::is_throttled_answer;
use self::echo::Echoes;
pub(crate) use self::echo::Sent;
pub(crate) use self::failure::{unfit, unfit_unread};
pub(crate) use self::origin::{Origin, leaves_open, origin, turns_token_away};
use self::walk::WalkState;
pub use crate::retry::Delivery;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Why a call failed, and what it left behind.
///
/// # May I repeat this call?
///
/// [`delivery`](Self::delivery) tells, for all attempts together:
///
/// | delivery | what happened | may I repeat it? |
/// | --- | --- | --- |
/// | [`NotSent`](Delivery::NotSent) | refused by this crate; no connection; no byte was written | yes, once the cause is mended |
/// | [`Refused`](Delivery::Refused) | 3xx, 4xx but 408: the server said no | yes, once the cause is mended; after a 429, later |
/// | [`Unknown`](Delivery::Unknown) | reset or timeout after sending, 408, 5xx; 403, 404 and the like from [something on the way](Self::is_intermediary); 2xx with a web page or a report of a failure | what its method calls repeatable, yes; anything else only after looking whether it was done |
/// | [`Applied`](Delivery::Applied) | 2xx, and its body was cut off, too large or unreadable | a read, yes; a write, no: it was done |
///
/// Each method of the [`resources`](crate::resources) says whether it is repeatable; all that read are. For creations,
/// [`Call::reconcile`](crate::Call::reconcile) does the looking.
///
/// # What was repeated already
///
/// What could be repeated without harm was, as the [`RetryPolicy`](crate::RetryPolicy) and the deadline allow; of all
/// that, this is the last failure. [`attempts`](Self::attempts) says how often it was sent, [`elapsed`](Self::elapsed)
/// how long it took. Calling again at once helps little, then: wait, or mend the cause. An answer that came whole and
/// cannot be read (empty, a web page, JSON that ends too early) is not asked for again: the same would come.
///
/// There are three exceptions.
/// [`is_held_back`](Self::is_held_back): too many calls fail, so this one was not repeated. `no_retry()`: you forbade
/// it. [`retry_after`](Self::retry_after): the server named a time beyond the deadline; call again after it.
///
/// # A walk through a list that broke off
///
/// Nothing was changed, and nothing that was given is lost: [`items_given`](Self::items_given) says how many items came
/// before the error, [`resume_token`](Self::resume_token) where to go on; see [`Lister::resume`](crate::Lister::resume).
///
/// # No error at all
///
/// A call whose future is dropped (by `tokio::time::timeout` or `select!`, say) tells nobody how far it came: take it
/// for `Unknown`. Its own [`deadline`](crate::Call::deadline) ends it with an error instead.
///
/// # Shown and kept
///
/// `Display` is meant to be useful alone: the operation, what happened, what the server said, whether it
/// may have acted, what to do. Neither `Display` nor `Debug` shows tokens, query strings or bodies, e-mail addresses, or
/// what the server repeats of the values it was sent: [`message`](Self::message) and [`body`](Self::body) have those.
/// The token is in nothing that an error holds, its causes included.
///
/// ```
/// use tallyfy_sdk::{Delivery, Error};
///
/// /// What to do about a comment that could not be added, say, which is not repeatable.
/// fn next(error: &Error) -> &'static str {
///     match error.delivery() {
///         Delivery::NotSent | Delivery::Refused if error.retry_after().is_some() => "call again, later",
///         Delivery::NotSent | Delivery::Refused => "nothing was changed: mend the cause, call again",
///         Delivery::Applied => "it was done, only the answer is lost",
///         _ => "look before doing it again",
///     }
/// }
///
/// let error = tallyfy_sdk::Client::builder().token("").build().unwrap_err();
/// assert!(error.is_input());
/// assert_eq!(next(&error), "nothing was changed: mend the cause, call again");
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: Kind,
    operation: Option<&'static str>,
    /// Whether the operation only reads, so that nobody needs to worry about what it left behind.
    reads: bool,
    /// What happened, in our words, for the kinds that have no answer to tell it.
    message: String,
    answer: Option<Answer>,
    delivery: Delivery,
    attempts: u32,
    elapsed: Duration,
    timed_out: bool,
    retry_after: Option<Duration>,
    /// The server named a wait that cannot be read.
    guessed_wait: bool,
    /// A repeat was allowed, and the client's budget for repeats was empty.
    held_back: bool,
    /// The token came from a token source, so that more than its age may be wrong with it.
    token_of_a_source: bool,
    /// What was found when the object was looked for.
    looked: Option<String>,
    /// The ids of the objects that may be it.
    candidates: Vec<String>,
    walk: Option<Box<WalkState>>,
    /// What the caller sent and the server repeats; not shown.
    echoes: Echoes,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Input,
    Token,
    Connect,
    Lost,
    Status,
    Decode,
    TooLarge,
    AlreadyDone,
    Paced,
    Incomplete,
}

/// What is kept of the last answer.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    /// Missing where the fault was found in a page that had been read.
    body: Option<Bytes>,
    said: ServerMessage,
    origin: Origin,
    /// It is about the token (a 401 as long as nothing says otherwise, a 403 only if it says so).
    bad_token: bool,
    /// The compression that the body is still in.
    packed: Option<String>,
}

/// How the attempts went, for the error that ends them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Journey {
    pub(crate) operation: &'static str,
    pub(crate) reads: bool,
    pub(crate) attempts: u32,
    pub(crate) elapsed: Duration,
    pub(crate) delivery: Delivery,
}

/// What kind of failure: several may be true of one error.
impl Error {
    /// This crate refused the call: a malformed id, an invalid setting, a value that cannot be written.
    ///
    /// The server did not see it. Mend the input that the message names.
    pub fn is_input(&self) -> bool {
        self.0.kind == Kind::Input
    }

    /// The token was turned away (401), or none could be obtained.
    ///
    /// The server did not act. A personal token dies when its owner logs out of Tallyfy or resets the
    /// password: make a new one under Settings > Integrations > REST API.
    pub fn is_auth(&self) -> bool {
        self.0.kind == Kind::Token || self.is_token_invalid()
    }

    /// The service turned the token itself away (401): it ended, was revoked, or is of the wrong kind.
    ///
    /// The server did not act. Get another token; the same call with the same token fails again. Not true when no
    /// token could be obtained at all, which [`is_auth`](Self::is_auth) covers; nor for a 401 that speaks of
    /// something else (mcp-newer: `Unauthorized action`, SAML, values), which [`is_permission`](Self::is_permission) covers, or
    /// comes from [something on the way](Self::is_intermediary).
    pub fn is_token_invalid(&self) -> bool {
        self.has_bad_token()
    }

    /// The token's owner may not do this (403, and the 401 that is not about the token): role, seat, or a rule of the
    /// organization.
    ///
    /// The server did not act. Let an administrator do it, or change the role.
    pub fn is_permission(&self) -> bool {
        matches!(self.refusal(), Some(401 | 403))
            && self.is_by_service()
            && !self.has_bad_token()
            && !self.is_throttled()
    }

    /// No such object (404, 410): unknown, in another organization, deleted, or archived.
    ///
    /// The server did not act. Check the id, and whether the object is archived. True for the service's own words about the
    /// object alone: neither the page of a proxy ([`is_intermediary`](Self::is_intermediary)) nor `ENDPOINT_NOT_FOUND`, which
    /// speaks of the path, says that there is no such object.
    pub fn is_not_found(&self) -> bool {
        let of_object = self.code() != Some("ENDPOINT_NOT_FOUND");
        matches!(self.refusal(), Some(404 | 410)) && self.is_by_service() && of_object
    }

    /// The server found fault with the values (422, or another status with named fields).
    ///
    /// The server did not act, unless [`delivery`](Self::delivery) says otherwise. [`field_errors`](Self::field_errors) names
    /// the fields.
    pub fn is_validation(&self) -> bool {
        let named = !self.field_errors().is_empty();
        self.refusal().is_some_and(|status| status == 422 || (named && matches!(status, 200..=299 | 400)))
    }

    /// The state of the organization stands against it (409), such as an exhausted seat pool.
    ///
    /// The server did not act. Change the state, then call again.
    pub fn is_conflict(&self) -> bool {
        self.refusal() == Some(409)
    }

    /// The plan or trial of the organization has reached its limit (402, seen for launches and invitations).
    ///
    /// The server did not act, unless [`delivery`](Self::delivery) says otherwise. The same call fails until the plan is changed.
    pub fn is_plan_limit(&self) -> bool {
        let of_plan = |code: &str| ["PLAN_LIMIT", "TRIAL_LIMIT"].iter().any(|start| code.starts_with(start));
        self.refusal() == Some(402) || (self.refusal().is_some() && self.code().is_some_and(of_plan))
    }

    /// An open problem blocks the process (423, announced): nothing can be written into it until the problem is resolved.
    ///
    /// The server did not act.
    pub fn is_blocked(&self) -> bool {
        self.refusal() == Some(423)
    }

    /// Something on the way answered, not Tallyfy: a proxy, balancer, firewall, gateway or login page.
    ///
    /// Such an answer says nothing about objects, rights or tokens, so [`is_not_found`](Self::is_not_found),
    /// [`is_permission`](Self::is_permission) and their like are false. The service may have acted before its answer was
    /// replaced, unless [`delivery`](Self::delivery) says otherwise.
    pub fn is_intermediary(&self) -> bool {
        self.0.answer.as_ref().is_some_and(|answer| answer.origin == Origin::Intermediary)
            && matches!(self.0.kind, Kind::Status | Kind::Decode)
    }

    /// Too many calls, and the allowed time did not suffice to wait: the server said so (429, or its code
    /// `RATE_LIMIT_EXCEEDED` under another 4xx), or the client's own [`Pacing`](crate::Pacing) did before anything was
    /// sent.
    ///
    /// The server did not act. [`retry_after`](Self::retry_after) says how long to wait, if it is known.
    pub fn is_rate_limited(&self) -> bool {
        self.0.kind == Kind::Paced || self.is_throttled()
    }

    /// A repeat was allowed, and not made: the client's [`RetryBudget`](crate::RetryBudget) is used up, as too many
    /// calls fail.
    ///
    /// Whether the server may have acted, [`delivery`](Self::delivery) says. Something is wrong beyond this call:
    /// wait before the next one.
    pub fn is_held_back(&self) -> bool {
        self.0.held_back
    }

    /// Time ran out: while connecting, during an attempt, for the whole call, or on the server (408, 504).
    ///
    /// The server may have acted unless [`delivery`](Self::delivery) says otherwise. Allow more time, or
    /// look before repeating.
    pub fn is_timeout(&self) -> bool {
        self.0.timed_out || self.has_status(408) || self.has_status(504)
    }

    /// No connection came about: name lookup, refused, TLS, or time ran out while connecting.
    ///
    /// This attempt sent nothing; after several attempts [`delivery`](Self::delivery) speaks for them all.
    /// Check the base URL, the network and proxies.
    pub fn is_connect(&self) -> bool {
        self.0.kind == Kind::Connect
    }

    /// The server failed (5xx).
    ///
    /// It may have acted before it failed: look before repeating a write.
    pub fn is_server(&self) -> bool {
        self.0.kind == Kind::Status && self.status().is_some_and(|status| status.is_server_error())
    }

    /// The server accepted the call, and its answer cannot be read: cut off, HTML, or of another shape; or it was read, and
    /// is another page of a list than was asked for.
    ///
    /// The server has acted, unless a web page or the report of a failure came ([`delivery`](Self::delivery) is `Unknown` then,
    /// and [`message`](Self::message) has what it says); do not repeat a write without looking. Status, headers and body are
    /// kept here (of another page, status and headers).
    pub fn is_decode(&self) -> bool {
        let is_report =
            self.0.kind == Kind::Status && self.status().is_some_and(|status| status.is_success());
        self.0.kind == Kind::Decode || is_report
    }

    /// More than is allowed: an answer above the client's limit (the server has acted), more pages than
    /// the limit, or an upload the server refused (413, it did not act).
    ///
    /// Ask for less per page, or raise the limit. A walk of too many pages has read those before: status and headers are
    /// of the last one.
    pub fn is_too_large(&self) -> bool {
        self.0.kind == Kind::TooLarge || self.has_status(413)
    }

    /// A delete or archive was repeated after an attempt without an answer, and the object was gone.
    ///
    /// The work is done, most likely by that first attempt; what is missing is the object the API promises
    /// to return. Calls that return nothing succeed in this case. Nothing needs to be done.
    pub fn is_already_done(&self) -> bool {
        self.0.kind == Kind::AlreadyDone
    }
}

/// What is known.
impl Error {
    /// What the call left behind on the server, all attempts taken together.
    pub fn delivery(&self) -> Delivery {
        self.0.delivery
    }

    /// The operation, by its name in the API description, such as `complete_task`.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// The status of the last answer, if one came.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.answer.as_ref().map(|answer| answer.status)
    }

    /// The server's own code, such as `RESOURCE_NOT_FOUND` or `SEAT_POOL_EXHAUSTED`.
    ///
    /// Most codes are nothing but the message in capitals, cut after 25 characters, and change with its wording
    /// (mcp-newer:server/utils/fastmcp_errors.py): better ask the predicates. Stable are those of a nested `error`, such as
    /// `SEAT_POOL_EXHAUSTED`.
    pub fn code(&self) -> Option<&str> {
        self.said()?.code.as_deref()
    }

    /// What the server said, in its own words.
    pub fn message(&self) -> Option<&str> {
        self.said()?.message.as_deref()
    }

    /// The fields the server found fault with; nested names are joined by dots.
    pub fn field_errors(&self) -> &[FieldError] {
        self.said().map_or(&[], |said| &said.fields)
    }

    /// The server's name for the request (`X-Request-Id`), for its support.
    pub fn request_id(&self) -> Option<&str> {
        request_id(self.headers()?)
    }

    /// Attempts made; 0 when nothing was tried.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Time from the start of the call to its failure, waits included.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// How long the server asked to wait before the next call, or how long the client's own pacing would have held
    /// it. Half a minute where the server named a time that cannot be read; `Display` says so.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The ids of the objects that may be what the call created, if [`Call::reconcile`](crate::Call::reconcile) looked
    /// and could not tell: new ones that no other call of the client made, at most 100. Look at them before you call again.
    pub fn candidates(&self) -> &[String] {
        &self.0.candidates
    }

    /// The body of the last answer, as it came but for the token, cut at 64 KiB. It may hold personal data. Missing where a
    /// walk found fault with a page that had been read.
    pub fn body(&self) -> Option<&[u8]> {
        self.0.answer.as_ref()?.body.as_deref()
    }

    /// The headers of the last answer, but for the token. Cookies are kept out of `Debug`.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.0.answer.as_ref().map(|answer| &answer.headers)
    }
}

impl Error {
    /// How the attempts went, for a call that is sent once more.
    pub(crate) fn journey(&self, operation: &'static str) -> Journey {
        let Inner { reads, attempts, elapsed, delivery, .. } = *self.0;
        Journey { operation, reads, attempts, elapsed, delivery }
    }

    /// The kind in one word, or the status, for traces.
    #[cfg(feature = "tracing")]
    pub(crate) fn kind_word(&self) -> &str {
        match (self.0.kind, &self.0.answer) {
            (Kind::Status, Some(answer)) => answer.status.as_str(),
            (kind, _) => self.own_word(kind),
        }
    }

    #[cfg(feature = "tracing")]
    fn own_word(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Status => "status",
            _ if self.0.timed_out => "timeout",
            Kind::Input => "input",
            Kind::Token => "token",
            Kind::Connect => "connect",
            Kind::Lost => "lost",
            Kind::Decode => "decode",
            Kind::TooLarge => "too_large",
            Kind::AlreadyDone => "already_done",
            Kind::Paced => "paced",
            Kind::Incomplete => "incomplete",
        }
    }

    fn said(&self) -> Option<&ServerMessage> {
        self.0.answer.as_ref().map(|answer| &answer.said)
    }

    fn is_throttled(&self) -> bool {
        self.0.kind == Kind::Status
            && self.status().is_some_and(|status| body::is_throttled(status, self.code()))
    }

    /// A call that came too fast was turned away for that alone, whatever the status would mean otherwise.
    fn has_status(&self, status: u16) -> bool {
        self.0.kind == Kind::Status
            && !self.is_throttled()
            && self.status().is_some_and(|found| found.as_u16() == status)
    }

    /// The status of an answer that may be the service's: what an intermediary says is about itself.
    fn refusal(&self) -> Option<u16> {
        let answer =
            self.0.answer.as_ref().filter(|_| self.0.kind == Kind::Status && !self.is_throttled())?;
        (!matches!(answer.origin, Origin::Intermediary | Origin::Edge) || answer.status == 401)
            .then_some(answer.status.as_u16())
    }

    fn is_by_service(&self) -> bool {
        self.0.answer.as_ref().is_some_and(|answer| answer.origin == Origin::Service)
    }

    fn has_bad_token(&self) -> bool {
        let turns_away = self.0.answer.as_ref().is_some_and(|answer| answer.bad_token);
        self.0.kind == Kind::Status && turns_away && !self.is_throttled()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

/// The server's name for a request (go:client copies this header into its errors).
pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    headers.get(REQUEST_ID)?.to_str().ok()
}

/// What the crate promises about its error, checked by the compiler.
const _: () = {
    assert!(size_of::<Error>() == size_of::<usize>());
    const fn shared<T: Send + Sync + 'static>() {}
    shared::<Error>();
};

#[cfg(test)]
mod tests;
