//! How errors come into being: one constructor for each kind, the only reader of the generated client's
//! errors, and what is added on the way out.

use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use super::body::{self, ServerMessage};
use super::display::plain;
use super::echo::Sent;
use super::failure::Unfit;
use super::origin::{Origin, origin, speaks_of_the_token, turns_token_away};
use super::{Answer, Error, Inner, Journey, Kind, cause, echo};
use crate::mask::Secret;
use crate::retry::Delivery;

type Generated = progenitor_client::Error<()>;

/// How much of an answer's body an error keeps.
const KEPT_BODY: usize = 64 * 1024;

impl Error {
    /// Refused by this crate before anything was sent.
    pub(crate) fn input(message: impl Into<String>) -> Self {
        Self::new(Kind::Input, message)
    }

    /// No token could be had.
    pub(crate) fn token(source: Box<dyn std::error::Error + Send + Sync>) -> Self {
        let why = cause::in_words(&*source);
        let mut error = Self::new(Kind::Token, format!("no token could be obtained: {why}"));
        error.0.source = Some(cause::harmless(source));
        error
    }

    /// No connection came about, or nothing was written to it.
    pub(crate) fn connect(source: reqwest::Error) -> Self {
        let why = cause::root(&source);
        let mut error = Self::new(Kind::Connect, format!("no connection to the server: {why}"));
        error.0.timed_out = source.is_timeout();
        error.0.source = Some(cause::harmless(Box::new(source.without_url())));
        error
    }

    /// The request went out and no answer came.
    pub(crate) fn lost(source: reqwest::Error) -> Self {
        let timed_out = source.is_timeout();
        let message = if timed_out {
            "no answer within the time allowed for one attempt".to_owned()
        } else {
            format!("the connection broke before the answer: {}", cause::root(&source))
        };
        let mut error = Self::new(Kind::Lost, message);
        error.0.timed_out = timed_out;
        error.0.source = Some(cause::harmless(Box::new(source.without_url())));
        error
    }

    /// The time allowed for the whole call is over.
    pub(crate) fn deadline(doing: &str) -> Self {
        let mut error = Self::new(Kind::Lost, format!("the deadline of the call passed while {doing}"));
        error.0.timed_out = true;
        error
    }

    /// So little time is left for the whole call that an answer could not come.
    pub(crate) fn too_late() -> Self {
        let mut error = Self::new(Kind::Lost, "the deadline of the call leaves no time for an answer");
        error.0.timed_out = true;
        error
    }

    /// The client's own pacing would hold the call beyond its deadline.
    pub(crate) fn paced(why: &str, wait: Duration) -> Self {
        let mut error = Self::new(Kind::Paced, format!("there is no turn for it within its deadline: {why}"));
        error.0.retry_after = Some(wait).filter(|wait| !wait.is_zero());
        error
    }

    /// A complete answer that is no success.
    pub(crate) fn answered(status: StatusCode, headers: HeaderMap, body: Bytes, secret: &Secret<'_>) -> Self {
        Self::new(Kind::Status, "").with_answer(status, headers, body, secret)
    }

    /// A success whose body did not come whole.
    pub(crate) fn broken(source: reqwest::Error) -> Self {
        let why = cause::root(&source);
        let mut error =
            Self::new(Kind::Decode, format!("the connection broke in the middle of the answer: {why}"));
        error.0.timed_out = source.is_timeout();
        error.0.source = Some(cause::harmless(Box::new(source.without_url())));
        error
    }

    /// A success whose body is not what the API promises.
    pub(crate) fn decode(detail: &str) -> Self {
        Self::new(Kind::Decode, format!("the answer could not be read: {detail}"))
    }

    /// A success that is none, by its body; see [`Unfit`].
    pub(crate) fn unfit(what: Unfit, body: &[u8]) -> Self {
        match what {
            Unfit::Page if body::without_mark(body).trim_ascii_start().starts_with(b"<?xml") => {
                Self::decode("an XML document instead of JSON; check the base URL")
            }
            Unfit::Page => Self::decode(
                "an HTML page instead of JSON; check the base URL, and whether a proxy or a login page is in the way",
            ),
            Unfit::Failure => Self::new(Kind::Status, "but not with what was asked for"),
        }
    }

    /// A success that the generated code could not read.
    pub(crate) fn unreadable(error: Generated, headers: &HeaderMap) -> Self {
        let Generated::InvalidResponsePayload(body, error) = error else {
            return Self::decode("the API promises no such status");
        };
        if let Some(encoding) = body::packed(headers, &body) {
            return Self::decode(&compressed(&encoding));
        }
        Self::decode(&match body::describe_foreign(&body) {
            Some(what) => format!("{what} instead of JSON"),
            None => cause::of_json(&error),
        })
    }

    /// The generated code gave up before it had a request to send.
    pub(crate) fn unsendable(error: Option<Generated>) -> Self {
        let why = match error {
            Some(Generated::InvalidRequest(what) | Generated::Custom(what)) => format!(": {what}"),
            Some(Generated::CommunicationError(error)) => format!(": {}", error.without_url()),
            _ => String::new(),
        };
        Self::input(format!("the request could not be built{why}"))
    }

    /// More than the client accepts.
    pub(crate) fn too_large(message: impl Into<String>) -> Self {
        Self::new(Kind::TooLarge, message)
    }

    /// A repeated delete met an object that was gone, and the promised body went with it.
    pub(crate) fn already_done() -> Self {
        Self::new(
            Kind::AlreadyDone,
            "the object was gone when the call was repeated after an attempt without an answer",
        )
    }

    pub(super) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            operation: None,
            reads: false,
            message: message.into(),
            answer: None,
            delivery: Delivery::NotSent,
            attempts: 0,
            elapsed: Duration::ZERO,
            timed_out: false,
            retry_after: None,
            guessed_wait: false,
            held_back: false,
            token_of_a_source: false,
            looked: None,
            candidates: Vec::new(),
            walk: None,
            echoes: echo::Echoes::default(),
            source: None,
        }))
    }

    /// The secret is taken out of all that is kept before any of it is cut: servers may repeat what they were given.
    pub(crate) fn with_answer(
        mut self,
        status: StatusCode,
        mut headers: HeaderMap,
        body: Bytes,
        secret: &Secret<'_>,
    ) -> Self {
        secret.out_of_headers(&mut headers);
        let said = ServerMessage::read(&headers, &body, secret);
        let origin = origin(status, &headers, &body);
        let bad_token = turns_token_away(status, &headers, &body) || is_of_token(status, origin, &said);
        let packed = body::packed(&headers, &body);
        let body = secret.out_of_bytes(body);
        // A slice would keep all of a large body alive.
        let body = if body.len() > KEPT_BODY { Bytes::copy_from_slice(&body[..KEPT_BODY]) } else { body };
        self.0.answer = Some(Answer { status, headers, body: Some(body), said, origin, bad_token, packed });
        self
    }

    /// As long as the server asked to wait; a guess where that cannot be read.
    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>, is_guess: bool) -> Self {
        (self.0.retry_after, self.0.guessed_wait) = (wait, is_guess);
        self
    }

    /// As long as the server asked to wait, or else this long.
    pub(crate) fn or_retry_after(mut self, wait: Duration) -> Self {
        if !wait.is_zero() {
            self.0.retry_after.get_or_insert(wait);
        }
        self
    }

    pub(crate) fn held_back(mut self) -> Self {
        self.0.held_back = true;
        self
    }

    pub(crate) fn with_token_of_a_source(mut self) -> Self {
        self.0.token_of_a_source = true;
        self
    }

    /// Adds what came of looking for the object, and the time it took with all before it.
    pub(crate) fn looked(mut self, what: String, candidates: Vec<String>, elapsed: Duration) -> Self {
        self.0.looked = Some(what);
        self.0.candidates = candidates;
        self.0.elapsed = elapsed;
        self
    }

    /// The attempts of an earlier sending of the same call count too, and what they may have left behind.
    pub(crate) fn after(mut self, earlier: &Journey) -> Self {
        self.0.attempts += earlier.attempts;
        self.0.delivery = self.0.delivery.max(earlier.delivery);
        self
    }

    pub(crate) fn with_operation(mut self, operation: &'static str) -> Self {
        self.0.operation.get_or_insert(operation);
        self
    }

    pub(crate) fn with_journey(mut self, journey: Journey) -> Self {
        self.0.operation = Some(journey.operation);
        self.0.reads = journey.reads;
        self.0.attempts = journey.attempts;
        self.0.elapsed = journey.elapsed;
        self.0.delivery = journey.delivery;
        self
    }

    /// Takes a secret out of the words of this crate and of the causes: name resolvers may repeat what they were given.
    pub(crate) fn without_secret(mut self, secret: &Secret<'_>) -> Self {
        secret.out_of(&mut self.0.message);
        self.0.source = self.0.source.map(|source| cause::without(source, secret));
        self
    }

    /// Remembers what the server repeats of the request, to keep it out of `Display`.
    pub(crate) fn hiding(mut self, sent: &Sent<'_>) -> Self {
        let shown = self.shown_texts();
        if !shown.is_empty() {
            // As they came, and as they are shown.
            let plain: Vec<String> = shown.iter().map(|text| plain(text)).collect();
            let differ = shown.iter().zip(&plain).filter(|(text, plain)| text != plain);
            let plain = differ.map(|(_, plain)| plain.as_str());
            let texts: Vec<&str> = shown.iter().copied().chain(plain).collect();
            self.0.echoes = echo::echoes(sent, &texts);
        }
        self
    }

    /// What happened in our words alone, for a message that says more around it.
    pub(crate) fn own_message(&self) -> &str {
        &self.0.message
    }
}

/// mcp-newer:server/utils/fastmcp_errors.py of 403
fn is_of_token(status: StatusCode, origin: Origin, said: &ServerMessage) -> bool {
    status == StatusCode::FORBIDDEN
        && origin == Origin::Service
        && said.fields.is_empty()
        && said.message.as_deref().is_some_and(speaks_of_the_token)
}

/// What a body is called that this crate did not unpack, and what to do.
pub(super) fn compressed(encoding: &str) -> String {
    let feature = match encoding {
        "br" => "brotli",
        other => other,
    };
    format!(
        "its body is compressed ({encoding}), which no request asks for, and cannot be unpacked; stop the proxy or CDN \
         that does it, or turn on the feature {feature} of reqwest in your program"
    )
}
