//! The call object that every method returns: lazy, with options of its own. Here is what a person sets
//! and gets, and the transport that joins a call to the pipeline. The way of a request is `pipeline.rs`,
//! lists are `page.rs`.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use progenitor_client::ResponseValue;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode, Url};
use tallyfy_gen::transport::Transport;
use tallyfy_gen::wire;

use crate::client::{Client, Core};
use crate::error::{self, Error};
use crate::id::{self, Checked};
use crate::pipeline::{self, Delivered, Limits, Prepared, Target};
use crate::retry::RetryPolicy;

/// What a generated method returns.
type Answered<T> = Result<ResponseValue<T>, progenitor_client::Error<()>>;

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The generated method with its arguments, waiting for the client to run on.
type Run<T> =
    Box<dyn FnOnce(tallyfy_gen::Client) -> BoxFuture<Result<T, progenitor_client::Error<()>>> + Send>;

/// Headers that this crate writes itself, or that would break the message.
const OWN_HEADERS: [&str; 13] = [
    "accept",
    "api-version",
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "host",
    "proxy-authorization",
    "transfer-encoding",
    "user-agent",
    "x-tallyfy-client",
];

/// What a person may set on a call, over the settings of the client.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    timeout: Option<Duration>,
    deadline: Option<Duration>,
    retry: Option<RetryPolicy>,
    headers: Vec<(String, String)>,
}

impl Options {
    fn limits(&self, core: &Core) -> Result<Limits, Error> {
        let limits = Limits {
            timeout: self.timeout.unwrap_or(core.timeout),
            deadline: self.deadline.unwrap_or(core.deadline),
            retry: self.retry.clone().unwrap_or_else(|| core.retry.clone()),
            headers: self.headers()?,
        };
        if limits.timeout.is_zero() || limits.deadline.is_zero() {
            return Err(Error::input("a timeout or deadline of zero leaves no time for the call"));
        }
        Ok(limits)
    }

    fn headers(&self) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let key = HeaderName::try_from(name.as_str())
                .map_err(|_| Error::input(format!("{name:?} is no name of a header")))?;
            if OWN_HEADERS.contains(&key.as_str()) {
                return Err(Error::input(format!("the header {key} is written by the client itself")));
            }
            let value = HeaderValue::try_from(value.as_str())
                .map_err(|_| Error::input(format!("the value given for the header {key} is not usable")))?;
            headers.insert(key, value);
        }
        Ok(headers)
    }
}

/// The options that calls and lists share; both hold them in a field `options`.
macro_rules! call_options {
    () => {
        /// Time for one attempt: connecting, sending, and reading the whole answer.
        ///
        /// Below the client's connect timeout, running out of time while connecting can no longer be told
        /// from running out of time later, for requests without a body.
        #[must_use]
        pub fn timeout(mut self, timeout: std::time::Duration) -> Self {
            self.options.set_timeout(timeout);
            self
        }

        /// Time for the whole call, with all repeats and waits (of a list: for each page).
        #[must_use]
        pub fn deadline(mut self, deadline: std::time::Duration) -> Self {
            self.options.set_deadline(deadline);
            self
        }

        /// How often and how fast this call is repeated.
        #[must_use]
        pub fn retry(mut self, policy: $crate::RetryPolicy) -> Self {
            self.options.set_retry(policy);
            self
        }

        /// One attempt only; the same as `.retry(RetryPolicy::none())`.
        #[must_use]
        pub fn no_retry(self) -> Self {
            self.retry($crate::RetryPolicy::none())
        }

        /// A header more. Those which the client writes itself cannot be set: the call then fails with
        /// [`is_input`](crate::Error::is_input) before anything is sent.
        #[must_use]
        pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
            self.options.add_header(name.into(), value.into());
            self
        }
    };
}
pub(crate) use call_options;

impl Options {
    pub(crate) fn set_timeout(&mut self, timeout: Duration) {
        self.timeout = Some(timeout);
    }

    pub(crate) fn set_deadline(&mut self, deadline: Duration) {
        self.deadline = Some(deadline);
    }

    pub(crate) fn set_retry(&mut self, policy: RetryPolicy) {
        self.retry = Some(policy);
    }

    pub(crate) fn add_header(&mut self, name: String, value: String) {
        self.headers.push((name, value));
    }
}

/// A call that is ready to go. Nothing happens until it is awaited.
///
/// ```no_run
/// # async fn run(call: tallyfy_sdk::Call<()>) -> Result<(), tallyfy_sdk::Error> {
/// use std::time::Duration;
///
/// let done = call.timeout(Duration::from_secs(5)).no_retry().with_meta().await?;
/// println!("{} after {} attempts", done.meta.status, done.meta.attempts);
/// # Ok(())
/// # }
/// ```
///
/// A future that is dropped on the way stops where it is: a request that was already sent may still be
/// carried out by the server, and nobody is told.
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<T> {
    client: Client,
    operation: &'static str,
    /// What is wrong with the arguments, if anything: told when the call is awaited.
    arguments: Result<(), Error>,
    options: Options,
    run: Run<T>,
}

impl<T: Send + 'static> Call<T> {
    /// A call of the generated method `operation`, whose answer is the value itself.
    ///
    /// `ids` are all identifiers that become part of the path; they are checked before anything is sent.
    pub(crate) fn new<F, Fut>(client: &Client, operation: &'static str, ids: &[&dyn Checked], run: F) -> Self
    where
        F: FnOnce(tallyfy_gen::Client) -> Fut + Send + 'static,
        Fut: Future<Output = Answered<T>> + Send + 'static,
    {
        Self::reading(client, operation, ids, run, |value| value)
    }

    /// A call whose answer is `{data: ..}`.
    pub(crate) fn item<F, Fut>(client: &Client, operation: &'static str, ids: &[&dyn Checked], run: F) -> Self
    where
        F: FnOnce(tallyfy_gen::Client) -> Fut + Send + 'static,
        Fut: Future<Output = Answered<wire::Item<T>>> + Send + 'static,
    {
        Self::reading(client, operation, ids, run, |item| item.data)
    }

    fn reading<W, F, Fut>(
        client: &Client,
        operation: &'static str,
        ids: &[&dyn Checked],
        run: F,
        read: impl FnOnce(W) -> T + Send + 'static,
    ) -> Self
    where
        F: FnOnce(tallyfy_gen::Client) -> Fut + Send + 'static,
        Fut: Future<Output = Answered<W>> + Send + 'static,
    {
        let run: Run<T> = Box::new(move |api| {
            let answered = run(api);
            Box::pin(async move { Ok(read(answered.await?.into_inner())) })
        });
        let arguments = id::check(ids);
        Self { client: client.clone(), operation, arguments, options: Options::default(), run }
    }

    /// The same call with another view of its value.
    pub(crate) fn map<U: Send + 'static>(self, view: impl FnOnce(T) -> U + Send + 'static) -> Call<U> {
        let run = self.run;
        Call {
            client: self.client,
            operation: self.operation,
            arguments: self.arguments,
            options: self.options,
            run: Box::new(move |api| {
                let answered = run(api);
                Box::pin(async move { answered.await.map(view) })
            }),
        }
    }

    /// Adds a check of the arguments beyond the ids; the first problem is the one that is told.
    pub(crate) fn checked(mut self, check: Result<(), Error>) -> Self {
        self.arguments = self.arguments.and(check);
        self
    }

    pub(crate) fn with_options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    call_options!();

    /// The value together with what is known of the answer it came in.
    ///
    /// # Errors
    /// As awaiting the call itself.
    pub async fn with_meta(self) -> Result<WithMeta<T>, Error> {
        let operation = self.operation;
        match self.pass(Mode::Send).await? {
            (Some(Seen::Delivered(delivered)), result) => conclude(delivered, result),
            (Some(Seen::Failed(error)), _) => Err(error),
            (Some(Seen::Preview(_)) | None, result) => {
                Err(unsendable(result.err()).with_operation(operation))
            }
        }
    }

    /// The request as it would be sent, with secrets masked. Nothing is sent, no token is fetched.
    ///
    /// ```no_run
    /// # async fn run(call: tallyfy_sdk::Call<()>) -> Result<(), tallyfy_sdk::Error> {
    /// let preview = call.preview().await?;
    /// println!("{} {}", preview.method, preview.url);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_input`](Error::is_input) when the call could not be sent as it is.
    pub async fn preview(self) -> Result<Preview, Error> {
        let operation = self.operation;
        match self.pass(Mode::Preview).await? {
            (Some(Seen::Preview(preview)), _) => Ok(preview),
            (_, result) => Err(unsendable(result.err()).with_operation(operation)),
        }
    }

    /// Runs the generated method with a door of its own, and returns what both say.
    async fn pass(
        self,
        mode: Mode,
    ) -> Result<(Option<Seen>, Result<T, progenitor_client::Error<()>>), Error> {
        let core = self.client.core();
        let limits = self
            .arguments
            .and_then(|()| self.options.limits(core))
            .map_err(|error| error.with_operation(self.operation))?;
        let door = Arc::new(Door { core: Arc::clone(core), limits, mode, seen: Mutex::new(None) });
        let api = self.client.generated(door.clone());
        let result = (self.run)(api).await;
        let seen = door.seen.lock().unwrap_or_else(PoisonError::into_inner).take();
        Ok((seen, result))
    }
}

impl<T: Send + 'static> IntoFuture for Call<T> {
    type Output = Result<T, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.with_meta().await.map(|answer| answer.value) })
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("operation", &self.operation).finish_non_exhaustive()
    }
}

/// A value, and the answer it came in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WithMeta<T> {
    /// What the call returns.
    pub value: T,
    /// What is known of the answer.
    pub meta: Meta,
}

/// What is known of an answer besides its value.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Meta {
    /// The status of the last answer. 404 after a repeated delete that found its work done.
    pub status: StatusCode,
    /// The headers of the last answer.
    pub headers: HeaderMap,
    /// Attempts made, the successful one included.
    pub attempts: u32,
    /// Time from the start of the call to its end, waits included.
    pub elapsed: Duration,
}

impl Meta {
    /// The server's name for the request (`X-Request-Id`), for its support.
    pub fn request_id(&self) -> Option<&str> {
        error::request_id(&self.headers)
    }
}

/// A request as it would be sent.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Preview {
    /// The method.
    pub method: Method,
    /// The whole URL.
    pub url: Url,
    /// The headers, secrets masked; the connection adds its own (`host`, `content-length`).
    pub headers: HeaderMap,
    /// The body, if there is one that can be shown.
    pub body: Option<Bytes>,
}

impl Preview {
    /// The body as JSON, if it is that.
    pub fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(self.body.as_ref()?).ok()
    }

    fn of(prepared: Prepared) -> Self {
        let mut headers = prepared.headers;
        headers.insert(reqwest::header::AUTHORIZATION, HeaderValue::from_static("Bearer ***"));
        Self { method: prepared.method, url: prepared.url, headers, body: prepared.body.bytes() }
    }
}

/// The transport of one call: carries its options in, and what came of it out.
///
/// The generated client can only pass on HTTP errors. So this one always answers: with what arrived, or
/// with an empty failure in place of an error that is kept here, whole.
struct Door {
    core: Arc<Core>,
    limits: Limits,
    mode: Mode,
    seen: Mutex<Option<Seen>>,
}

#[derive(Clone, Copy, Debug)]
enum Mode {
    Send,
    Preview,
}

/// What went through the door.
enum Seen {
    Preview(Preview),
    Delivered(Delivered),
    Failed(Error),
}

#[async_trait]
impl Transport for Door {
    async fn send(
        &self,
        operation: &'static str,
        request: reqwest::Request,
    ) -> reqwest::Result<reqwest::Response> {
        let (seen, answer) = match self.mode {
            Mode::Preview => {
                let prepared = pipeline::prepare(&self.core, request, &self.limits.headers);
                (Seen::Preview(Preview::of(prepared)), failure())
            }
            Mode::Send => match pipeline::run(&self.core, Target::of(operation), request, &self.limits).await
            {
                Ok(delivered) => {
                    let answer = rebuilt(&delivered);
                    (Seen::Delivered(delivered), answer)
                }
                Err(error) => (Seen::Failed(error), failure()),
            },
        };
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
        Ok(answer)
    }
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door").field("mode", &self.mode).finish_non_exhaustive()
    }
}

/// The answer for the generated code: it reads status and body, the headers stay here.
fn rebuilt(delivered: &Delivered) -> reqwest::Response {
    let mut response = http::Response::new(delivered.body.clone());
    *response.status_mut() = if delivered.already_done { StatusCode::NO_CONTENT } else { delivered.status };
    response.into()
}

fn failure() -> reqwest::Response {
    let mut response = http::Response::new(Bytes::new());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response.into()
}

/// A success on the wire, and what the generated code made of its body.
fn conclude<T>(
    delivered: Delivered,
    result: Result<T, progenitor_client::Error<()>>,
) -> Result<WithMeta<T>, Error> {
    let Delivered { status, headers, body, journey, already_done } = delivered;
    let error = match result {
        Ok(value) => {
            let meta = Meta { status, headers, attempts: journey.attempts, elapsed: journey.elapsed };
            return Ok(WithMeta { value, meta });
        }
        Err(_) if already_done => Error::already_done(),
        Err(progenitor_client::Error::InvalidResponsePayload(body, error)) => {
            Error::decode_json(&body, &error)
        }
        Err(_) => Error::decode("this status is not one the API promises"),
    };
    Err(error.with_answer(status, headers, body).with_journey(journey))
}

/// The generated code gave up before it had a request to send.
fn unsendable(error: Option<progenitor_client::Error<()>>) -> Error {
    use progenitor_client::Error as Generated;
    match error {
        Some(Generated::InvalidRequest(what) | Generated::Custom(what)) => {
            Error::input(format!("the request could not be built: {what}"))
        }
        Some(Generated::CommunicationError(error)) => {
            Error::input(format!("the request could not be built: {}", error.without_url()))
        }
        _ => Error::input("the request could not be built"),
    }
}

#[cfg(test)]
mod tests;
