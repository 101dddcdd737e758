//! The one way out: every request of this crate leaves through [`run`], in a fixed order.
//!
//! Once per call:
//! 1. drop the generator's `api-version` header;
//! 2. set `Accept`, `X-Tallyfy-Client`, `User-Agent`, and the headers of the call;
//! 3. write spaces in the query as `%20`, and check that the request goes to the configured host.
//!
//! Per attempt:
//! 4. wait for a permit (`pace.rs`), as long as the deadline leaves time for an answer;
//! 5. get the token (`auth.rs`);
//! 6. send, within the time of one attempt and of the whole call;
//! 7. read the whole body, up to the limit of the call, and tell the pacing what its headers say;
//! 8. on 401: tell the token source, and go back to 4 once if it can give another token;
//! 9. `retry::decide`, then the retry budget: end, or wait and go back to 4. A throttled call waits in 4.
//!
//! Steps 1 to 3 stand in `pipeline/prepare.rs`, one exchange over the wire in `pipeline/attempt.rs`; what the
//! options of a call are, in `call.rs`.

mod attempt;
mod http2;
mod prepare;
mod unpack;

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, DATE, HeaderMap, HeaderName};
use reqwest::{Method, StatusCode};
use tallyfy_gen::wire::from_bytes;
use tokio::time::Instant;

use self::attempt::Attempt;
pub(crate) use self::prepare::{Prepared, Target, prepare};
use crate::auth::{self, Token};
use crate::client::Core;
use crate::error::{self, Error, Journey, Origin, is_throttled_answer};
use crate::mask::Secret;
use crate::pace::{CallTimes, Permit, QuotaSignal, RateKey};
use crate::retry::budget::Paid;
use crate::retry::{self, AskedWait, Decision, Delivery, Outcome, RetryPolicy, Situation};
use crate::trace::{self, Why};

/// How long others wait after a throttled answer that names no time and ends its call.
const UNNAMED_WAIT: Duration = Duration::from_secs(1);

/// How long, how often, and with what: the client's settings with those of the call on top.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub(crate) timeout: Duration,
    pub(crate) deadline: Duration,
    pub(crate) retry: RetryPolicy,
    pub(crate) headers: HeaderMap,
    pub(crate) max_response_bytes: u64,
    /// What the caller knows better than the API description.
    pub(crate) idempotent: Option<bool>,
}

/// A success: the answer, whole, and how it came about.
pub(crate) struct Delivered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) journey: Journey,
    /// A repeated delete found nothing; `body` is empty because there is none.
    pub(crate) already_done: bool,
    /// What it was called with, to be kept out of errors that come later.
    pub(crate) token: Token,
    /// What was sent, as it may stand in what the answer says.
    pub(crate) request: Option<Box<Prepared>>,
}

/// Steps 4 to 9, after the others. Dropping the future stops the call where it is: a request that is already
/// on its way may still be carried out by the server.
pub(crate) async fn run(
    core: &Core,
    target: Target,
    request: reqwest::Request,
    limits: &Limits,
) -> Result<Delivered, Error> {
    let prepared = prepare(core, request, &limits.headers);
    auth::check_destination(&prepared.url, &core.base_url)
        .map_err(|error| error.with_operation(target.operation))?;
    let http = core.http.here().map_err(|error| error.with_operation(target.operation))?;
    let span = trace::Span::of(target, &prepared.method, &core.base_url);
    let path = prepared.url.path().to_owned();
    let times = CallTimes { started: Instant::now(), deadline: limits.deadline, timeout: limits.timeout };
    let exchange = Exchange {
        core,
        http,
        target,
        prepared,
        limits,
        span: &span,
        times,
        attempts: 0,
        delivery: Delivery::NotSent,
        renewed: false,
        asked_wait: None,
        paid: None,
        previous: None,
    };
    let result = span.around(exchange.run(RateKey { operation: target.operation, path: &path })).await;
    span.end(&result);
    result
}

/// One call under way.
struct Exchange<'a> {
    core: &'a Core,
    http: reqwest::Client,
    target: Target,
    prepared: Prepared,
    limits: &'a Limits,
    span: &'a trace::Span,
    times: CallTimes,
    attempts: u32,
    /// The worst of all attempts so far.
    delivery: Delivery,
    /// Whether a 401 was already answered with another token.
    renewed: bool,
    asked_wait: Option<AskedWait>,
    /// The budget was charged for a repeat that is not sent yet.
    paid: Option<Paid<'a>>,
    /// How the last attempt failed, which is to be repeated: what to tell if its repeat is not sent for lack of time.
    previous: Option<Error>,
}

/// What follows an attempt.
enum Next {
    Done(Result<Delivered, Error>),
    Again(Option<Error>, Duration),
}

impl<'a> Exchange<'a> {
    async fn run(mut self, key: RateKey<'a>) -> Result<Delivered, Error> {
        loop {
            let mut permit = self.acquire(key).await?;
            let token = self.token().await?;
            let attempt = self.send(&token, &mut permit).await?;
            let next = self.next(attempt, &token, &mut permit).await;
            drop(permit);
            match next {
                Next::Done(Ok(delivered)) => {
                    self.core.repeats.deposit();
                    return Ok(Delivered { request: Some(Box::new(self.prepared)), ..delivered });
                }
                Next::Done(Err(error)) => return Err(error),
                Next::Again(error, wait) => {
                    self.previous = error;
                    if !wait.is_zero() {
                        tokio::time::sleep(wait).await;
                    }
                }
            }
        }
    }

    async fn acquire(&mut self, key: RateKey<'a>) -> Result<Permit<'a>, Error> {
        let asked = Instant::now();
        match self.core.pacer.acquire(key, self.times).await {
            Ok(permit) => {
                self.span.waited(asked.elapsed(), Why::Turn);
                Ok(permit)
            }
            Err(throttled) => {
                let wait = throttled.wait;
                Err(self.out_of_time(|| Error::paced(&throttled.why, wait)).or_retry_after(wait))
            }
        }
    }

    /// The attempt is not made: what the call had before it stays, or else this.
    fn out_of_time(&mut self, error: impl FnOnce() -> Error) -> Error {
        self.paid = None;
        let error = self.previous.take().unwrap_or_else(error);
        self.finish(error)
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

    async fn send(&mut self, token: &Token, permit: &mut Permit<'_>) -> Result<Attempt, Error> {
        let now = Instant::now();
        let remaining = self.times.deadline.saturating_sub(now - self.times.started);
        if remaining < self.core.pacer.floor(&self.times) {
            return Err(self.out_of_time(Error::too_late));
        }
        let mut headers = self.prepared.headers.clone();
        headers.insert(AUTHORIZATION, token.header().map_err(|error| self.finish(error))?);
        let asked = self.prepared.body.watch();
        let sent = attempt::send(
            &self.http,
            attempt::Outgoing {
                method: self.prepared.method.clone(),
                url: self.prepared.url.clone(),
                headers,
                body: self.prepared.body.take(),
                asked: asked.clone(),
                timeout: self.limits.timeout.min(remaining),
            },
            self.limits.max_response_bytes,
        );
        self.attempts += 1;
        self.paid.take().into_iter().for_each(Paid::spend);
        permit.sending(now, asked);
        let mut attempt = sent.await;
        if let Some(headers) = attempt.headers_mut() {
            Secret::new(token.expose()).out_of_headers(headers);
        }
        Ok(attempt)
    }

    async fn next(&mut self, attempt: Attempt, token: &Token, permit: &mut Permit<'_>) -> Next {
        self.record(&attempt, token);
        let outcome = self.classify(&attempt);
        permit.settle(outcome.map_or(Delivery::Applied, Outcome::delivery));
        self.observe_headers(&attempt, outcome, permit);
        let Some(outcome) = outcome else {
            self.delivery = Delivery::Applied;
            return Next::Done(self.end(attempt, token));
        };
        if !outcome.is_throttled() && self.found_gone(&attempt) {
            return Next::Done(Ok(self.already_done(attempt, token)));
        }
        self.delivery = self.delivery.max(attempt.delivery(outcome));
        if !outcome.is_throttled() && self.renew(&attempt, token).await {
            return Next::Again(self.end(attempt, token).err(), Duration::ZERO);
        }
        let decision = match self.prepared.body.is_repeatable() {
            true => retry::decide(outcome, self.situation()),
            false => Decision::Stop,
        };
        self.apply_decision(decision, outcome, (attempt, token), permit)
    }

    /// Pays for a repeat, or queues for it.
    fn apply_decision(
        &mut self,
        decision: Decision,
        outcome: Outcome,
        (attempt, token): (Attempt, &Token),
        permit: &Permit<'_>,
    ) -> Next {
        let is_throttled = outcome.is_throttled();
        // Also for the others: those who would go now meet the same answer.
        let in_line = is_throttled && self.throttle(decision, &attempt, permit);
        let Decision::After(wait) = decision else { return Next::Done(self.end(attempt, token)) };
        if !is_throttled {
            self.paid = self.core.repeats.pay(Instant::now());
            if self.paid.is_none() {
                return Next::Done(self.end(attempt, token).map_err(Error::held_back));
            }
        }
        // Whoever is in line waits there.
        let wait = if in_line { Duration::ZERO } else { wait };
        let asked = matches!(outcome, Outcome::Answer { retry_after: Some(_), .. });
        self.span.waited(wait, if asked { Why::Asked } else { Why::Backoff });
        Next::Again(self.end(attempt, token).err(), wait)
    }

    /// Lets the pacing know; `false` when it holds nobody back.
    fn throttle(&self, decision: Decision, attempt: &Attempt, permit: &Permit<'_>) -> bool {
        let asked = self.asked_wait.map(|asked| asked.wait);
        let limit = attempt.headers().and_then(|headers| self.signal(headers).limit);
        permit.throttled(decision.wait().or(asked).unwrap_or(UNNAMED_WAIT), limit)
    }

    fn record(&self, attempt: &Attempt, token: &Token) {
        self.span.attempt(self.attempts, attempt.status(), attempt.failure());
        if let (Some(recorder), Attempt::Answered { status, body, .. }) = (&self.core.recorder, attempt) {
            let Prepared { method, url, .. } = &self.prepared;
            let body = Secret::new(token.expose()).out_of_bytes(body.clone());
            recorder.exchange(self.target.operation, method, url.path(), *status, &body);
        }
    }

    /// What an attempt came to; `None` for a 2xx of which nothing better can be had by repeating.
    fn classify(&mut self, attempt: &Attempt) -> Option<Outcome> {
        Some(match attempt {
            Attempt::Answered { status, headers, body } if !status.is_success() => {
                let is_throttled = is_throttled_answer(*status, headers, body);
                self.asked_wait = self.wait_asked(headers, is_throttled);
                let retry_after = self.asked_wait.map(|asked| asked.wait);
                Outcome::Answer { status: status.as_u16(), is_throttled, retry_after }
            }
            Attempt::Answered { .. } | Attempt::TooLarge { .. } => return None,
            Attempt::Broken { .. } => Outcome::Broken,
            Attempt::Failed { sent: true, .. } => Outcome::Lost,
            Attempt::Failed { sent: false, .. } => Outcome::NotSent,
        })
    }

    /// Passes on what the headers of an answer tell about the service.
    fn observe_headers(&self, attempt: &Attempt, outcome: Option<Outcome>, permit: &Permit<'_>) {
        let Some(headers) = attempt.headers() else { return };
        if let Some(date) = date(headers) {
            self.core.clock.observe(date);
        }
        if !outcome.is_some_and(Outcome::is_throttled) {
            let signal = QuotaSignal::of_accepted(headers, || self.server_now(headers));
            permit.answered(outcome.is_none(), signal);
        }
    }

    /// The wait an answer asks for. A throttled one may name the end of its window instead.
    fn wait_asked(&self, headers: &HeaderMap, is_throttled: bool) -> Option<AskedWait> {
        AskedWait::read(headers, || self.server_now(headers)).or_else(|| {
            let reset = is_throttled.then(|| self.signal(headers).reset).flatten();
            reset.map(AskedWait::until_reset)
        })
    }

    fn signal(&self, headers: &HeaderMap) -> QuotaSignal {
        QuotaSignal::read(headers, || self.server_now(headers))
    }

    /// The server's clock, as this answer or an earlier one shows it.
    fn server_now(&self, headers: &HeaderMap) -> SystemTime {
        date(headers).unwrap_or_else(|| self.core.clock.server_now())
    }

    fn situation(&self) -> Situation<'_> {
        Situation {
            attempt: self.attempts,
            class: self.target.class,
            policy: &self.limits.retry,
            elapsed: self.times.started.elapsed(),
            deadline: self.limits.deadline,
            floor: self.core.pacer.floor(&self.times),
            jitter: self.core.clock.jitter(),
        }
    }

    /// After a 401 that turns the token away: drops it, and says whether another one may be had. Once per call.
    async fn renew(&mut self, attempt: &Attempt, token: &Token) -> bool {
        if self.renewed || !self.prepared.body.is_repeatable() || !attempt.turns_token_away() {
            return false;
        }
        self.renewed = true;
        let told = tokio::time::timeout(self.remaining(), self.core.tokens.invalidate(token)).await;
        told.unwrap_or(false)
    }

    /// Whether a repeated delete or archive met an object that the attempt without an answer removed.
    ///
    /// Only the service's own word counts, and `ENDPOINT_NOT_FOUND` speaks of the path
    /// (docs:open-api/api-clients/postman/troubleshooting).
    fn found_gone(&self, attempt: &Attempt) -> bool {
        let Attempt::Answered { status, headers, body } = attempt else { return false };
        if *status != StatusCode::NOT_FOUND
            || self.prepared.method != Method::DELETE
            || !self.target.removes
            || self.delivery < Delivery::Unknown
            || error::origin(*status, headers, body) != Origin::Service
        {
            return false;
        }
        let said = from_bytes::<serde_json::Map<String, serde_json::Value>>(body);
        said.is_ok_and(|said| said.get("code").is_none_or(|code| code != "ENDPOINT_NOT_FOUND"))
    }

    fn already_done(&mut self, attempt: Attempt, token: &Token) -> Delivered {
        self.delivery = Delivery::Applied;
        let (status, headers) = match attempt {
            Attempt::Answered { status, headers, .. } => (status, headers),
            _ => (StatusCode::NOT_FOUND, HeaderMap::new()),
        };
        let (journey, token) = (self.journey(), token.clone());
        Delivered { status, headers, body: Bytes::new(), journey, already_done: true, token, request: None }
    }

    fn end(&self, attempt: Attempt, token: &Token) -> Result<Delivered, Error> {
        let secret = Secret::new(token.expose());
        let error = match attempt {
            Attempt::Answered { status, headers, body } if status.is_success() => {
                let (journey, token) = (self.journey(), token.clone());
                return Ok(Delivered {
                    status,
                    headers,
                    body,
                    journey,
                    already_done: false,
                    token,
                    request: None,
                });
            }
            Attempt::Answered { status, headers, body } => {
                let (wait, is_guess) = (self.asked_wait.map(|asked| asked.wait), self.is_guess());
                Error::answered(status, headers, body, &secret).with_retry_after(wait, is_guess)
            }
            Attempt::Broken { status, headers, body, error } => {
                Error::broken(error).with_answer(status, headers, body, &secret)
            }
            Attempt::TooLarge { status, headers } => {
                let limit = self.limits.max_response_bytes;
                Error::too_large(format!("the answer is larger than the {limit} bytes this call accepts"))
                    .with_answer(status, headers, Bytes::new(), &secret)
            }
            Attempt::Failed { error, sent: true } => Error::lost(error),
            Attempt::Failed { error, sent: false } => Error::connect(error),
        };
        Err(self.finish(error.hiding(&self.prepared.sent())).without_secret(&secret))
    }

    fn finish(&self, error: Error) -> Error {
        let error = error.with_journey(self.journey());
        if self.core.personal_token.is_some() { error } else { error.with_token_of_a_source() }
    }

    fn is_guess(&self) -> bool {
        self.asked_wait.is_some_and(|asked| asked.is_guess)
    }

    fn journey(&self) -> Journey {
        Journey {
            operation: self.target.operation,
            reads: self.prepared.method == Method::GET,
            attempts: self.attempts,
            elapsed: self.times.started.elapsed(),
            delivery: self.delivery,
        }
    }

    fn remaining(&self) -> Duration {
        self.limits.deadline.saturating_sub(self.times.started.elapsed())
    }
}

impl std::fmt::Debug for Delivered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delivered").field("status", &self.status).finish_non_exhaustive()
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// The server's clock, as an answer shows it.
fn date(headers: &HeaderMap) -> Option<SystemTime> {
    httpdate::parse_http_date(text(headers, &DATE)?).ok()
}

#[cfg(test)]
mod tests;
