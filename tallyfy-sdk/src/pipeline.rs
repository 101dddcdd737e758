//! The one way out: every request of this crate leaves through [`run`], in a fixed order.
//!
//! Once per call:
//! 1. drop the generator's `api-version` header;
//! 2. set `Accept`, `X-Tallyfy-Client`, `User-Agent`, and the headers of the call;
//! 3. write spaces in the query as `%20`.
//!
//! Per attempt:
//! 4. token, and the check that the request goes to the configured host;
//! 5. send, within the time of one attempt and of the whole call;
//! 6. read the whole body, up to the limit of the client;
//! 7. on 401: tell the token source, and send once more if it can give another token;
//! 8. `retry::decide`: end, or wait and go back to 4.
//!
//! A limiter that paces attempts belongs between 8 and 4: it may wait there as long as the deadline
//! allows, and it sees the answers' headers in 6. What the options of a call are stands in `call.rs`, one
//! exchange over the wire in `pipeline/attempt.rs`.

mod attempt;

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER, USER_AGENT,
};
use reqwest::{Method, StatusCode, Url};
use tallyfy_gen::operations::Repeat;
use tokio::time::Instant;

use self::attempt::{Attempt, Body};
use crate::auth::{self, Token};
use crate::client::Core;
use crate::error::{Error, Journey};
use crate::retry::{self, Decision, Delivery, Outcome, RetryPolicy, Situation};

const API_VERSION: HeaderName = HeaderName::from_static("api-version");
const CLIENT: HeaderName = HeaderName::from_static("x-tallyfy-client");

/// What is to be done, apart from the request itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    pub(crate) operation: &'static str,
    pub(crate) class: Repeat,
}

impl Target {
    /// By the table that is generated from the API description; an operation that it does not know is
    /// taken for one that cannot be repeated.
    pub(crate) fn of(operation: &'static str) -> Self {
        let class = tallyfy_gen::operations::find(operation).map_or(Repeat::Unsafe, |known| known.repeat);
        Self { operation, class }
    }

    /// Whether the object is gone afterwards. The service also reopens and disables by DELETE
    /// (docs:open-api/code-samples/tasks/reopen-task, members/disable-or-delete-member): there, a missing
    /// object does not mean that the work is done.
    fn removes(self) -> bool {
        ["delete_", "archive_", "remove_"].iter().any(|verb| self.operation.starts_with(verb))
    }
}

/// How long, how often, and with what: the client's settings with those of the call on top.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub(crate) timeout: Duration,
    pub(crate) deadline: Duration,
    pub(crate) retry: RetryPolicy,
    pub(crate) headers: HeaderMap,
}

/// A success: the answer, whole, and how it came about.
#[derive(Clone, Debug)]
pub(crate) struct Delivered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) journey: Journey,
    /// A repeated delete found nothing; `body` is empty because there is none.
    pub(crate) already_done: bool,
}

/// A request as it leaves, but for the token.
pub(crate) struct Prepared {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
}

/// Steps 1 to 3.
pub(crate) fn prepare(core: &Core, mut request: reqwest::Request, extra: &HeaderMap) -> Prepared {
    let mut headers = std::mem::take(request.headers_mut());
    headers.remove(API_VERSION);
    // Without it errors come as HTML pages (docs:open-api/code-samples/authentication/index).
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    // Required on every call (docs:open-api/index); without it the service answers 401 or 404.
    headers.insert(CLIENT, core.client_header.clone());
    headers.insert(USER_AGENT, core.user_agent.clone());
    for (name, value) in extra {
        headers.insert(name.clone(), value.clone());
    }
    let mut url = request.url().clone();
    // Form encoding writes a space as a plus sign, which the service does not read as a space; a plus
    // sign proper is already %2B here (py:tests/test_search_filter_encoding).
    if let Some(query) = url.query().filter(|query| query.contains('+')) {
        let query = query.replace('+', "%20");
        url.set_query(Some(&query));
    }
    Prepared { method: request.method().clone(), url, headers, body: Body::of(request.body_mut().take()) }
}

/// Steps 4 to 8. Dropping the future stops the call where it is: a request that is already on its way
/// may still be carried out by the server.
pub(crate) async fn run(
    core: &Core,
    target: Target,
    request: reqwest::Request,
    limits: &Limits,
) -> Result<Delivered, Error> {
    let prepared = prepare(core, request, &limits.headers);
    auth::check_destination(&prepared.url, &core.base_url)
        .map_err(|error| error.with_operation(target.operation))?;
    let exchange = Exchange {
        core,
        target,
        prepared,
        limits,
        started: Instant::now(),
        attempts: 0,
        delivery: Delivery::NotSent,
        renewed: false,
        retry_after: None,
    };
    exchange.run().await
}

/// One call under way.
struct Exchange<'a> {
    core: &'a Core,
    target: Target,
    prepared: Prepared,
    limits: &'a Limits,
    started: Instant,
    attempts: u32,
    /// The worst of all attempts so far.
    delivery: Delivery,
    /// Whether a 401 was already answered with another token.
    renewed: bool,
    retry_after: Option<Duration>,
}

/// What follows an attempt.
enum Next {
    Done(Result<Delivered, Error>),
    Again(Duration),
}

impl Exchange<'_> {
    async fn run(mut self) -> Result<Delivered, Error> {
        loop {
            let token = self.token().await?;
            let attempt = self.send(&token).await?;
            match self.next(attempt, &token).await {
                Next::Done(Ok(delivered)) => return Ok(delivered),
                Next::Done(Err(error)) => {
                    return Err(error.without_secret(token.expose()));
                }
                Next::Again(wait) if wait.is_zero() => {}
                Next::Again(wait) => tokio::time::sleep(wait).await,
            }
        }
    }

    async fn token(&self) -> Result<Token, Error> {
        let obtained = tokio::time::timeout(self.remaining(), self.core.tokens.token()).await;
        let result = match obtained {
            Ok(Ok(token)) => Ok(token),
            Ok(Err(source)) => Err(Error::token(source)),
            Err(_) => Err(Error::deadline("waiting for a token")),
        };
        result.map_err(|error| self.finish(error))
    }

    async fn send(&mut self, token: &Token) -> Result<Attempt, Error> {
        let timeout = self.limits.timeout.min(self.remaining());
        if timeout.is_zero() {
            return Err(self.finish(Error::deadline("preparing an attempt")));
        }
        let mut headers = self.prepared.headers.clone();
        headers.insert(AUTHORIZATION, token.header().map_err(|error| self.finish(error))?);
        let sent = attempt::send(
            &self.core.http,
            attempt::Outgoing {
                method: self.prepared.method.clone(),
                url: self.prepared.url.clone(),
                headers,
                body: self.prepared.body.take(),
                timeout,
            },
            self.core.max_response_bytes,
        );
        self.attempts += 1;
        Ok(sent.await)
    }

    async fn next(&mut self, attempt: Attempt, token: &Token) -> Next {
        let outcome = match &attempt {
            Attempt::Answered { status, headers, .. } if !status.is_success() => {
                self.retry_after = wait_asked(headers);
                Outcome::Answer { status: status.as_u16(), retry_after: self.retry_after }
            }
            Attempt::Answered { .. } | Attempt::TooLarge { .. } => {
                self.delivery = Delivery::Applied;
                return Next::Done(self.end(attempt));
            }
            Attempt::Broken { .. } => Outcome::Broken,
            Attempt::Failed { sent: true, .. } => Outcome::Lost,
            Attempt::Failed { sent: false, .. } => Outcome::NotSent,
        };
        if self.found_gone(&attempt) {
            return Next::Done(Ok(self.already_done(attempt)));
        }
        self.delivery = self.delivery.max(outcome.delivery());
        if self.renew(outcome, token).await {
            return Next::Again(Duration::ZERO);
        }
        match retry::decide(outcome, self.situation()) {
            Decision::After(wait) if self.prepared.body.is_repeatable() => Next::Again(wait),
            _ => Next::Done(self.end(attempt)),
        }
    }

    fn situation(&self) -> Situation<'_> {
        Situation {
            attempt: self.attempts,
            class: self.target.class,
            policy: &self.limits.retry,
            elapsed: self.started.elapsed(),
            deadline: self.limits.deadline,
            jitter: fastrand::f64(),
        }
    }

    /// After a 401: drops the token, and says whether another one may be had. Once per call.
    async fn renew(&mut self, outcome: Outcome, token: &Token) -> bool {
        if !matches!(outcome, Outcome::Answer { status: 401, .. })
            || self.renewed
            || !self.prepared.body.is_repeatable()
        {
            return false;
        }
        self.renewed = true;
        let told = tokio::time::timeout(self.remaining(), self.core.tokens.invalidate(token)).await;
        told.unwrap_or(false)
    }

    /// Whether a repeated delete or archive met an object that the attempt without an answer removed.
    ///
    /// Only the service's own JSON counts: a 404 page may come from a proxy, and `ENDPOINT_NOT_FOUND`
    /// speaks of the path (docs:open-api/api-clients/postman/troubleshooting).
    fn found_gone(&self, attempt: &Attempt) -> bool {
        let Attempt::Answered { status: StatusCode::NOT_FOUND, body, .. } = attempt else { return false };
        if self.prepared.method != Method::DELETE
            || !self.target.removes()
            || self.delivery < Delivery::Unknown
        {
            return false;
        }
        let said = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(body);
        said.is_ok_and(|said| said.get("code").is_none_or(|code| code != "ENDPOINT_NOT_FOUND"))
    }

    fn already_done(&mut self, attempt: Attempt) -> Delivered {
        self.delivery = Delivery::Applied;
        let (status, headers) = match attempt {
            Attempt::Answered { status, headers, .. } => (status, headers),
            _ => (StatusCode::NOT_FOUND, HeaderMap::new()),
        };
        Delivered { status, headers, body: Bytes::new(), journey: self.journey(), already_done: true }
    }

    fn end(&self, attempt: Attempt) -> Result<Delivered, Error> {
        let error = match attempt {
            Attempt::Answered { status, headers, body } if status.is_success() => {
                let journey = self.journey();
                return Ok(Delivered { status, headers, body, journey, already_done: false });
            }
            Attempt::Answered { status, headers, body } => {
                Error::answered(status, headers, body).with_retry_after(self.retry_after)
            }
            Attempt::Broken { status, headers, body, error } => {
                Error::broken(error).with_answer(status, headers, body)
            }
            Attempt::TooLarge { status, headers } => {
                let limit = self.core.max_response_bytes;
                Error::too_large(format!("the answer is larger than the {limit} bytes this client accepts"))
                    .with_answer(status, headers, Bytes::new())
            }
            Attempt::Failed { error, sent: true } => Error::lost(error),
            Attempt::Failed { error, sent: false } => Error::connect(error),
        };
        Err(self.finish(error))
    }

    fn finish(&self, error: Error) -> Error {
        error.with_journey(self.journey())
    }

    fn journey(&self) -> Journey {
        Journey {
            operation: self.target.operation,
            reads: self.prepared.method == Method::GET,
            attempts: self.attempts,
            elapsed: self.started.elapsed(),
            delivery: self.delivery,
        }
    }

    fn remaining(&self) -> Duration {
        self.limits.deadline.saturating_sub(self.started.elapsed())
    }
}

/// The wait an answer asks for. A date is counted from the server's own clock where it shows one.
fn wait_asked(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let now = text(DATE).and_then(|date| httpdate::parse_http_date(date).ok());
    retry::retry_after(text(RETRY_AFTER)?, now.unwrap_or_else(SystemTime::now))
}

#[cfg(test)]
mod tests;
