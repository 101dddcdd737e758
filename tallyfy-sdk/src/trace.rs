//! Traces, with the feature `tracing`: a span for each call, an event for each attempt and wait. Without the
//! feature nothing of this costs anything.
//!
//! What is shown is a list, not a choice of the moment: method, server, the path's template, status, and the words
//! and numbers of this crate. Never headers, bodies, paths with their ids (a guest's is an e-mail address), queries,
//! tokens, or anything the server said.

use std::future::Future;
use std::time::Duration;

use reqwest::{Method, StatusCode, Url};

use crate::error::Error;
use crate::pipeline::{Delivered, Target};

/// What a call waits for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Why {
    /// Its turn (`pace.rs`), after a 429 also the time that the service asked for.
    Turn,
    /// The service asked for it.
    Asked,
    /// The time between two attempts.
    Backoff,
}

/// The span of one call.
#[derive(Clone, Debug)]
pub(crate) struct Span(#[cfg(feature = "tracing")] tracing::Span);

#[cfg(not(feature = "tracing"))]
impl Span {
    pub(crate) fn of(_: Target, _: &Method, _: &Url) -> Self {
        Self()
    }

    pub(crate) fn around<F: Future>(&self, future: F) -> impl Future<Output = F::Output> {
        future
    }

    pub(crate) fn attempt(&self, _: u32, _: Option<StatusCode>, _: Option<&'static str>) {}

    pub(crate) fn waited(&self, _: Duration, _: Why) {}

    pub(crate) fn end(&self, _: &Result<Delivered, Error>) {}
}

#[cfg(feature = "tracing")]
impl Span {
    /// Names as in OpenTelemetry's conventions for HTTP clients; those of this crate begin with `tallyfy`.
    pub(crate) fn of(target: Target, method: &Method, base: &Url) -> Self {
        let operation = target.operation;
        let template = tallyfy_gen::operations::find(operation).map(|known| known.path);
        let span = tracing::info_span!(
            target: "tallyfy_sdk",
            "tallyfy",
            "otel.kind" = "client",
            "otel.name" = operation,
            "http.request.method" = method.as_str(),
            "url.scheme" = base.scheme(),
            "url.template" = template,
            "server.address" = base.host_str(),
            "server.port" = base.port_or_known_default(),
            "http.response.status_code" = tracing::field::Empty,
            "error.type" = tracing::field::Empty,
            "tallyfy.operation" = operation,
            "tallyfy.attempts" = tracing::field::Empty,
            "tallyfy.delivery" = tracing::field::Empty,
        );
        Self(span)
    }

    pub(crate) fn around<F: Future>(&self, future: F) -> impl Future<Output = F::Output> {
        tracing::Instrument::instrument(future, self.0.clone())
    }

    pub(crate) fn attempt(&self, number: u32, status: Option<StatusCode>, failure: Option<&'static str>) {
        tracing::debug!(
            target: "tallyfy_sdk",
            parent: &self.0,
            {
                "tallyfy.attempt" = number,
                "http.request.resend_count" = number.saturating_sub(1),
                "http.response.status_code" = status.map(|status| status.as_u16()),
                "error.type" = failure,
            },
            "attempt"
        );
    }

    pub(crate) fn waited(&self, wait: Duration, why: Why) {
        if wait.is_zero() {
            return;
        }
        let why = match why {
            Why::Turn => "turn",
            Why::Asked => "retry-after",
            Why::Backoff => "backoff",
        };
        let wait = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(
            target: "tallyfy_sdk",
            parent: &self.0,
            { "tallyfy.wait_ms" = wait, "tallyfy.why" = why },
            "wait"
        );
    }

    pub(crate) fn end(&self, result: &Result<Delivered, Error>) {
        let (status, attempts) = match result {
            Ok(done) => (Some(done.status), done.journey.attempts),
            Err(error) => (error.status(), error.attempts()),
        };
        if let Some(status) = status {
            self.0.record("http.response.status_code", status.as_u16());
        }
        self.0.record("tallyfy.attempts", attempts);
        if let Err(error) = result {
            self.0.record("error.type", error.kind_word());
            self.0.record("tallyfy.delivery", error.delivery().word());
        }
    }
}

#[cfg(all(test, feature = "tracing"))]
mod tests;
