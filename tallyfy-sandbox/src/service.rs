//! What happens to a request, in this order: read, route, log, fault, rate limit, gate, hourly caps, handler,
//! contract, answer.
//!
//! Not here: each of those steps (`router`, `gate`, `routes`, `contract`, ...), nor sockets (`server`).

use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use serde_json::Value;
use tokio::time::Instant;

use crate::answer::{self, Answer, Body};
use crate::fault::{Call, Fault, Faults};
use crate::limits::{Meter, Share};
use crate::log::{Log, Seen, Side, Violation};
use crate::query::Query;
use crate::quirks::Quirks;
use crate::router::{self, Door, Found};
use crate::routes::{self, Content};
use crate::state::World;
use crate::webhooks::{self, Lines};
use crate::{contract, gate};

/// Larger bodies are refused with 413.
const BODY_LIMIT: usize = 16 * 1024 * 1024;
/// The same for uploads: the largest file (`routes::files`), and what stands around it.
const UPLOAD_LIMIT: usize = 101 * 1024 * 1024;

/// What connections and the public handle share.
pub(crate) struct Shared {
    inner: Mutex<Inner>,
}

/// Everything that changes.
pub(crate) struct Inner {
    pub(crate) world: World,
    pub(crate) faults: Faults,
    pub(crate) meter: Meter,
    pub(crate) log: Log,
    pub(crate) contract: Contract,
    pub(crate) webhooks: Lines,
    pub(crate) answered: u64,
}

/// How the document is held up.
#[derive(Clone, Default)]
pub(crate) struct Contract {
    /// Requests and answers are held against it.
    pub(crate) validate: bool,
    /// A request that breaks it is refused.
    pub(crate) strict: bool,
    /// Who is told of violations as they come.
    pub(crate) report: Option<Report>,
}

/// Told of every violation.
pub(crate) type Report = Arc<dyn Fn(&Violation) + Send + Sync>;

impl std::fmt::Debug for Contract {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contract").field("validate", &self.validate).field("strict", &self.strict).finish()
    }
}

impl Shared {
    pub(crate) fn new(inner: Inner) -> Self {
        Self { inner: Mutex::new(inner) }
    }

    /// Locks the state. A panic elsewhere must not end the service.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the connection has to do.
pub(crate) enum Outcome {
    /// Send it.
    Answer(Response<Bytes>),
    /// Reset the connection.
    CutBefore,
    /// Send half of it, then reset the connection.
    CutInBody(Response<Bytes>),
    /// Send the head, then the body in so many pieces with a pause before each.
    Dribble(Response<Bytes>, usize, Duration),
}

impl Outcome {
    /// The status that goes out.
    fn status(&self) -> Option<u16> {
        match self {
            Self::Answer(response) | Self::CutInBody(response) | Self::Dribble(response, ..) => {
                Some(response.status().as_u16())
            }
            Self::CutBefore => None,
        }
    }
}

/// A request that has been read and routed.
struct Arrived {
    reads: bool,
    address: Option<IpAddr>,
    path: String,
    query: Query,
    headers: HeaderMap,
    content: Content,
    found: Found,
    json: bool,
    violations: Vec<Violation>,
}

/// Answers one request from this address.
pub(crate) async fn handle(shared: &Shared, address: Option<IpAddr>, request: Request<Incoming>) -> Outcome {
    let (parts, body) = request.into_parts();
    let path = router::without_prefix(parts.uri.path()).to_owned();
    let raw_query = parts.uri.query().unwrap_or_default().to_owned();
    let disabling_is_a_delete = shared.lock().world.quirks.disabling_is_a_delete;
    let method = router::documented(&parts.method, &path, disabling_is_a_delete);
    let found = router::find(&method, &path);
    let uploads = matches!(&found, Found::Operation(one, _) if one.id.starts_with("upload_"));
    let limit = if uploads { UPLOAD_LIMIT } else { BODY_LIMIT };
    let (bytes, too_large) = match Limited::new(body, limit).collect().await {
        Ok(collected) => (collected.to_bytes(), false),
        Err(error) if error.is::<LengthLimitError>() => (Bytes::new(), true),
        // The client broke off in mid-body: there is nobody to answer.
        Err(_) => return Outcome::CutBefore,
    };
    let media = parts.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let mut arrived = Arrived {
        reads: matches!(parts.method, Method::GET | Method::HEAD),
        address,
        query: Query::parse(&raw_query),
        content: Content::read(media, &bytes),
        found,
        json: gate::accepts_json(&parts.headers),
        headers: parts.headers,
        path,
        violations: Vec::new(),
    };
    let contract = shared.lock().contract.clone();
    if contract.validate && !too_large {
        arrived.check(&contract);
    }
    let (number, fault) = {
        let mut inner = shared.lock();
        let mut seen = arrived.seen(parts.method.as_str(), parts.uri.path(), raw_query, bytes);
        seen.fault = inner.faults.take(arrived.call());
        let fault = seen.fault.clone();
        (inner.log.push(seen), fault)
    };
    let outcome = run(shared, &arrived, number, fault, too_large).await;
    if let Some(status) = outcome.status() {
        shared.lock().log.answered(number, status);
    }
    outcome
}

async fn run(
    shared: &Shared,
    arrived: &Arrived,
    number: usize,
    fault: Option<Fault>,
    too_large: bool,
) -> Outcome {
    match fault {
        Some(Fault::ResetBefore) => return Outcome::CutBefore,
        Some(Fault::Html(status)) => {
            return Outcome::Answer(write(answer::html(status_of(status)), 0));
        }
        Some(Fault::Status { status, headers, body }) => {
            return Outcome::Answer(on_order(status, &headers, body.into_parts()));
        }
        Some(Fault::Delay(span)) => tokio::time::sleep(span).await,
        _ => {}
    }
    let response = if too_large {
        let text = "The request body is too large.";
        write(answer::message(StatusCode::PAYLOAD_TOO_LARGE, text), 0)
    } else {
        apply(shared, arrived, number)
    };
    match fault {
        Some(Fault::DelayAfterApply(span)) => {
            tokio::time::sleep(span).await;
            Outcome::Answer(response)
        }
        Some(Fault::ResetAfterApply) => Outcome::CutBefore,
        Some(Fault::ResetMidBody) => Outcome::CutInBody(response),
        Some(Fault::EmptyBody) => Outcome::Answer(response.map(|_| Bytes::new())),
        Some(Fault::Truncated) => Outcome::Answer(response.map(|bytes| bytes.slice(..bytes.len() / 2))),
        Some(Fault::SlowBody { pieces, pause }) => Outcome::Dribble(response, pieces, pause),
        _ => Outcome::Answer(response),
    }
}

/// Runs the handler under the lock, and checks what it says.
fn apply(shared: &Shared, arrived: &Arrived, number: usize) -> Response<Bytes> {
    let mut inner = shared.lock();
    inner.answered += 1;
    let answered = inner.answered;
    let before = inner.world.effects.len();
    let result = catch_unwind(AssertUnwindSafe(|| admit(&mut inner, arrived)));
    let mut answer = result.unwrap_or_else(|_| {
        let violation = Violation {
            side: Side::Sandbox,
            operation: arrived.operation().unwrap_or_default().to_owned(),
            pointer: "status".to_owned(),
            message: "the handler panicked".to_owned(),
        };
        inner.blame(vec![violation]);
        answer::message(StatusCode::INTERNAL_SERVER_ERROR, "Server Error")
    });
    if let Found::Operation(operation, _) = &arrived.found
        && inner.contract.validate
    {
        inner.blame(contract::check_answer(operation, answer.status, &answer.body));
    }
    inner.call_out(arrived.organization(), before);
    if answer.status.is_success() && !arrived.reads {
        inner.log.changed(number);
    }
    let failed = answer.status.is_client_error() || answer.status.is_server_error();
    if failed && !arrived.json {
        answer = arrived.without_json(answer, &inner.world.quirks);
    }
    write(answer, answered)
}

impl Inner {
    /// Hands over what the side effects from `before` on have webhooks to say, held against the document.
    fn call_out(&mut self, organization: Option<&str>, before: usize) {
        let organization = organization.and_then(|id| self.world.organizations.get(id));
        let (Some(organization), Some(effects)) = (organization, self.world.effects.get(before..)) else {
            return;
        };
        for call in webhooks::calls(organization, effects, self.world.now(), &self.world.quirks) {
            if self.contract.validate {
                self.blame(contract::check_payload(call.schema, &call.body));
            }
            self.webhooks.take(call);
        }
    }

    /// Notes violations of the sandbox itself.
    fn blame(&mut self, violations: Vec<Violation>) {
        if let Some(report) = &self.contract.report {
            violations.iter().for_each(|violation| report(violation));
        }
        self.log.blame(violations);
    }
}

/// Counts the request, and serves it when there is room.
fn admit(inner: &mut Inner, arrived: &Arrived) -> Answer {
    let account = gate::account(&inner.world, &arrived.headers, arrived.address);
    let left = inner.meter.request(account, Instant::now());
    let (mut answer, left) = match left {
        Ok(left) => (dispatch(inner, arrived), left),
        Err(refusal) => (refusal, Some(0)),
    };
    // docs:open-api/api-clients/postman/troubleshooting
    answer.headers.extend(left.map(|left| ("X-RateLimit-Remaining", left.to_string())));
    answer
}

fn dispatch(inner: &mut Inner, arrived: &Arrived) -> Answer {
    let world = &mut inner.world;
    let (operation, params) = match &arrived.found {
        Found::Operation(operation, params) => (operation, params),
        Found::WrongMethod => {
            let text = "The method is not supported for this route.";
            return answer::coded(StatusCode::METHOD_NOT_ALLOWED, text, "METHOD_NOT_ALLOWED");
        }
        // docs:open-api/api-clients/postman/troubleshooting
        Found::Nothing => {
            return answer::coded(StatusCode::NOT_FOUND, "API endpoint not found", "ENDPOINT_NOT_FOUND");
        }
    };
    let organization = params.get("org").map(String::as_str);
    let caller = match gate::pass(world, operation, &arrived.headers, organization) {
        Ok(caller) => caller,
        Err(answer) => return answer,
    };
    if inner.contract.strict && !arrived.violations.is_empty() {
        return answer::broken_contract(&arrived.violations);
    }
    if !world.quirks.unknown_keys_are_ignored {
        let unknown = contract::unknown_keys(operation, &arrived.content);
        if !unknown.is_empty() {
            return answer::unknown_keys(unknown);
        }
    }
    let request =
        routes::Request { path: &arrived.path, params, query: &arrived.query, content: &arrived.content };
    let share = Share::of(world, &operation.id, organization.unwrap_or_default(), &arrived.content);
    if let Err(refusal) = inner.meter.allows(&share, Instant::now()) {
        return refusal;
    }
    let answer = routes::run(world, &operation.id, &caller, &request);
    if answer.status.is_success() {
        inner.meter.charge(share, Instant::now());
    }
    answer
}

impl Arrived {
    fn operation(&self) -> Option<&str> {
        match &self.found {
            Found::Operation(operation, _) => Some(&operation.id),
            _ => None,
        }
    }

    /// Id of the organization in the path.
    fn organization(&self) -> Option<&str> {
        match &self.found {
            Found::Operation(_, params) => params.get("org").map(String::as_str),
            _ => None,
        }
    }

    /// A refusal as who does not ask for JSON gets it.
    fn without_json(&self, mut answer: Answer, quirks: &Quirks) -> Answer {
        if self.operation() == Some("create_token") && quirks.token_refusals_need_accept {
            let redirects = answer.status == StatusCode::UNPROCESSABLE_ENTITY;
            return if redirects {
                answer::to_login()
            } else {
                answer::html(StatusCode::INTERNAL_SERVER_ERROR)
            };
        }
        if quirks.errors_are_html_without_accept {
            let headers = std::mem::take(&mut answer.headers);
            return Answer { headers, ..answer::html(answer.status) };
        }
        answer
    }

    /// What faults go by.
    fn call(&self) -> Call<'_> {
        Call { operation: self.operation(), reads: self.reads }
    }

    /// Holds the request against the document.
    fn check(&mut self, contract: &Contract) {
        if let Found::Operation(operation, _) = &self.found {
            self.violations = contract::check_request(operation, &self.query, &self.content);
            if operation.door != Door::Open && !self.headers.contains_key(gate::CLIENT) {
                self.violations.push(contract::no_client_header(&operation.id));
            }
        }
        if let Some(report) = &contract.report {
            self.violations.iter().for_each(|violation| report(violation));
        }
    }

    fn seen(&self, method: &str, path: &str, raw_query: String, body: Bytes) -> Seen {
        let json = match &self.content {
            Content::Json(value) => Some(value.clone()),
            _ => None,
        };
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        Seen {
            method: method.to_owned(),
            path: path.to_owned(),
            raw_query,
            query: self.query.pairs().to_vec(),
            operation: self.operation().map(str::to_owned),
            headers: self.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
            body,
            json,
            status: None,
            fault: None,
            changed: false,
            violations: self.violations.clone(),
        }
    }
}

fn status_of(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Writes an answer down. `number` makes the request id that support asks for (go:client).
fn write(answer: Answer, number: u64) -> Response<Bytes> {
    let (media, bytes) = match answer.body {
        Body::Empty => (None, Bytes::new()),
        Body::Json(value) => (Some("application/json"), Value::to_string(&value).into()),
        Body::Bytes(media, bytes) => (Some(media), bytes),
    };
    let mut lines: Vec<(String, String)> =
        answer.headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    if number > 0 {
        lines.push(("X-Request-Id".to_owned(), format!("sandbox-{number}")));
    }
    on_order(answer.status.as_u16(), &lines, (media, bytes))
}

/// Builds a response of parts; header lines that HTTP cannot carry are left out.
fn on_order(
    status: u16,
    headers: &[(String, String)],
    (media, bytes): (Option<&'static str>, Bytes),
) -> Response<Bytes> {
    let mut response = Response::new(bytes);
    *response.status_mut() = status_of(status);
    if let Some(media) = media {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    }
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}
