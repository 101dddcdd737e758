//! The call object that every method returns: lazy, with options of its own. Here is what a person sets
//! and gets; the options are `call/options.rs`, the joint to the pipeline is `call/transport.rs`, looking for what a
//! call may have created is `call/reconcile.rs`, what a request looks like `call/preview.rs`. The way of a request is
//! `pipeline.rs`, lists are `page.rs`.

mod options;
mod preview;
mod reconcile;
mod transport;

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use progenitor_client::ResponseValue;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use tallyfy_gen::operations::{self, Repeat};
use tallyfy_gen::wire::{self, Unreadable};

pub(crate) use self::options::{Options, call_options};
pub use self::preview::Preview;
pub use self::reconcile::{Candidate, Reconcile};
pub(crate) use self::reconcile::{CreationRegistry, CreationWindow, LookContext, Met, texts};
use self::reconcile::{Lookup, LookupOutcome, Reconciler};
use self::transport::{PreviewTransport, SendTransport, TransportOutcome};
use crate::client::Client;
use crate::error::{self, Error, Origin};
use crate::id::{self, Checked};
use crate::mask::Secret;
use crate::pipeline::{Delivered, Limits};
use crate::retry::Delivery;

/// What a generated method returns.
type GeneratedResult<T> = Result<ResponseValue<T>, progenitor_client::Error<()>>;

pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The generated method with its arguments, waiting for the client to run on. The value is boxed: some weigh kilobytes,
/// and it is handed on several times.
pub(crate) type GeneratedCall<T> =
    Box<dyn FnOnce(tallyfy_gen::Client) -> BoxFuture<Result<Box<T>, progenitor_client::Error<()>>> + Send>;

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
/// # May I repeat this call?
///
/// It repeats itself where that does no harm; [`Client`](crate::Client) says when. Each method of the
/// [`resources`](crate::resources) says whether it is repeatable, [`Error::delivery`] what a failed call left behind.
///
/// # When it is dropped
///
/// A future that is dropped on the way stops where it is: a request that was already sent may still be
/// carried out by the server, and nobody is told. [`deadline`](Self::deadline) ends a call with an error instead.
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<T> {
    client: Client,
    operation: &'static str,
    /// What is wrong with the arguments, if anything: told when the call is awaited.
    arguments: Result<(), Error>,
    options: Options,
    reconcile: Option<Reconcile<T>>,
    run: GeneratedCall<T>,
}

impl<T: Send + 'static> Call<T> {
    /// A call of the generated method `operation`, whose answer is the value itself.
    ///
    /// `ids` are all identifiers that become part of the path; they are checked before anything is sent.
    pub(crate) fn new<F, Fut>(client: &Client, operation: &'static str, ids: &[&dyn Checked], run: F) -> Self
    where
        F: FnOnce(tallyfy_gen::Client) -> Fut + Send + 'static,
        Fut: Future<Output = GeneratedResult<T>> + Send + 'static,
    {
        Self::reading(client, operation, ids, run, |value| value)
    }

    /// A call whose answer is `{data: ..}`.
    pub(crate) fn item<F, Fut>(client: &Client, operation: &'static str, ids: &[&dyn Checked], run: F) -> Self
    where
        F: FnOnce(tallyfy_gen::Client) -> Fut + Send + 'static,
        Fut: Future<Output = GeneratedResult<wire::Item<T>>> + Send + 'static,
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
        Fut: Future<Output = GeneratedResult<W>> + Send + 'static,
    {
        let run: GeneratedCall<T> = Box::new(move |api| {
            let answered = run(api);
            Box::pin(async move { Ok(Box::new(read(answered.await?.into_inner()))) })
        });
        Self::of(client, operation, id::check(ids), run)
    }

    pub(crate) fn of(
        client: &Client,
        operation: &'static str,
        arguments: Result<(), Error>,
        run: GeneratedCall<T>,
    ) -> Self {
        let (client, options) = (client.clone(), Options::default());
        Self { client, operation, arguments, options, reconcile: None, run }
    }

    /// The same call with another view of its value.
    pub(crate) fn map<U: Send + 'static>(self, view: impl FnOnce(T) -> U + Send + 'static) -> Call<U> {
        let run = self.run;
        Call {
            client: self.client,
            operation: self.operation,
            arguments: self.arguments,
            options: self.options,
            reconcile: None,
            run: Box::new(move |api| {
                let answered = run(api);
                Box::pin(async move { answered.await.map(|value| Box::new(view(*value))) })
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

    /// The value is the body, whatever it is: a page may be what was asked for.
    pub(crate) fn expecting_bytes(mut self) -> Self {
        self.options.set_as_it_comes();
        self
    }

    call_options!();

    /// Settles a creation whose outcome is unknown: looks for the object, and returns it if it is there.
    ///
    /// It does so after a failure whose [`delivery`](Error::delivery) is `Unknown` or `Applied`, for as long as the
    /// [`grace`](Reconcile::grace) period says (60 s unless set otherwise), as lists lag behind; each sending has the
    /// deadline of the call, looking comes on top. Then
    ///
    /// - one new object has the name or marker: it is returned, and [`Meta::found`] tells so;
    /// - nothing new is there that this client cannot account for, and no answer said that it was created: the call is
    ///   sent again, [twice](Reconcile::repeats) at most. Accounted for is what other calls of the client and its clones
    ///   created, by their answers or their names;
    /// - it cannot be told: something new is there under another name, several have it, dates and clocks disagree, or
    ///   looking fails. The error stays what it was and says so; [`Error::candidates`] has the ids to look at.
    ///
    /// The service has no keys for idempotency, so the object must be recognizable: a marker that is written into one
    /// of its texts, or a name that no other object of the time has. All of this holds for one run of the program: after a
    /// crash nothing is known of its calls, so look for the name before you call again. Should the first request be
    /// carried out only after the grace period, there will be two.
    ///
    /// ```no_run
    /// # async fn run(organization: tallyfy_sdk::Organization) -> Result<(), tallyfy_sdk::Error> {
    /// use tallyfy_sdk::request::LaunchProcess;
    ///
    /// let processes = organization.processes();
    /// let launch = LaunchProcess::new("2fc8d1570ea94b36b6d83a4917c05e9d").name("Order 4711");
    /// let once = processes.reconcile_by_name(&launch);
    /// let process = processes.launch(launch).reconcile(once).await?;
    /// println!("{}", process.id);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Awaiting it fails with [`is_input`](Error::is_input), before anything is sent, for an operation that creates nothing
    /// one could look for, and for an object that could not be recognized: without a name, with a marker that is too short
    /// or that the request does not hold.
    pub fn reconcile(mut self, reconcile: Reconcile<T>) -> Self {
        let class = operations::find(self.operation).map(|known| known.repeat);
        if class.is_some_and(|class| class != Repeat::Reconcile) {
            self = self.checked(Err(Error::input(
                "this operation creates nothing that one could look for afterwards; leave out reconcile(..)",
            )));
        }
        self.reconcile = Some(reconcile);
        self
    }

    /// The value together with what is known of the answer it came in.
    ///
    /// # Errors
    /// As awaiting the call itself.
    pub async fn with_meta(self) -> Result<WithMeta<T>, Error> {
        let WithMeta { value, meta } = self.answered().await?;
        Ok(WithMeta { value: *value, meta })
    }

    async fn answered(mut self) -> Result<WithMeta<Box<T>>, Error> {
        let (operation, as_it_comes) = (self.operation, self.options.is_as_it_comes());
        let reconciler = self.reconciler();
        let lookup = reconciler.clone().map(|reconciler| reconciler as Arc<dyn Lookup>);
        let limits = self.limits()?;
        let transport = Arc::new(SendTransport::new(self.client.core(), limits, lookup));
        let result = (self.run)(self.client.generated(transport.clone())).await;
        match (transport.take(), result) {
            (Some(TransportOutcome::Delivered(delivered)), result) => {
                match (conclude(delivered, result, as_it_comes, transport.unreadable()), reconciler) {
                    (Err(error), Some(reconciler)) if error.delivery() >= Delivery::Unknown => {
                        reconciler.recover(error).await
                    }
                    (result, _) => result,
                }
            }
            (Some(TransportOutcome::Failed(error)), _) => {
                match reconciler.and_then(|reconciler| Some((reconciler.take()?, reconciler.elapsed()))) {
                    Some((value, elapsed)) => {
                        let meta = Meta::reconciled(&error, elapsed);
                        Ok(WithMeta { value: Box::new(value), meta })
                    }
                    None => Err(error),
                }
            }
            (Some(TransportOutcome::Preview(_)) | None, result) => {
                Err(Error::unsendable(result.err()).with_operation(operation))
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
    pub async fn preview(mut self) -> Result<Preview, Error> {
        let operation = self.operation;
        let lookup = self.reconciler().map(|reconciler| reconciler as Arc<dyn Lookup>);
        let limits = self.limits()?;
        let transport = Arc::new(PreviewTransport::new(self.client.core(), limits, lookup));
        let result = (self.run)(self.client.generated(transport.clone())).await;
        match transport.take() {
            Some(TransportOutcome::Preview(preview)) => Ok(preview),
            Some(TransportOutcome::Failed(error)) => Err(error),
            _ => Err(Error::unsendable(result.err()).with_operation(operation)),
        }
    }

    fn reconciler(&mut self) -> Option<Arc<Reconciler<T>>> {
        self.reconcile.take().map(|reconcile| Arc::new(Reconciler::new(reconcile, &self.client)))
    }

    /// The limits of this call; fails for arguments that are wrong.
    fn limits(&mut self) -> Result<Limits, Error> {
        std::mem::replace(&mut self.arguments, Ok(()))
            .and_then(|()| self.options.limits(self.client.core()))
            .map_err(|error| error.with_operation(self.operation))
    }
}

impl<T: Send + 'static> Call<Option<T>> {
    /// A call whose answer is `{data: ..}`, or an empty body: the service may confirm without showing the object. So a
    /// repeated delete that found its work done succeeds too.
    pub(crate) fn shown<F, Fut>(
        client: &Client,
        operation: &'static str,
        ids: &[&dyn Checked],
        run: F,
    ) -> Self
    where
        F: FnOnce(tallyfy_gen::Client) -> Fut + Send + 'static,
        Fut: Future<Output = GeneratedResult<wire::Item<T>>> + Send + 'static,
    {
        let run: GeneratedCall<Option<T>> = Box::new(move |api| {
            let answered = run(api);
            Box::pin(async move {
                match answered.await {
                    Ok(answer) => Ok(Box::new(Some(answer.into_inner().data))),
                    Err(progenitor_client::Error::InvalidResponsePayload(body, _)) if body.is_empty() => {
                        Ok(Box::new(None))
                    }
                    Err(error) => Err(error),
                }
            })
        });
        Self::of(client, operation, id::check(ids), run)
    }
}

impl<T: Send + 'static> IntoFuture for Call<T> {
    type Output = Result<T, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.answered().await.map(|answer| *answer.value) })
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
    /// Whether the value was found by looking for it ([`Call::reconcile`]), as no answer brought it. Status and
    /// headers are then those of the last answer, or 200 and none if there was none.
    pub found: bool,
    /// Values of the answer that could not be read, each with its place. The rest was read; such a value stays raw in
    /// the `extra` of the object that holds it.
    pub unreadable: Vec<Unreadable>,
}

impl Meta {
    /// Of an object that was found after the call had failed.
    fn reconciled(error: &Error, elapsed: Duration) -> Self {
        Self {
            status: error.status().unwrap_or(StatusCode::OK),
            headers: error.headers().cloned().unwrap_or_default(),
            attempts: error.attempts(),
            elapsed,
            found: true,
            unreadable: Vec::new(),
        }
    }

    /// The server's name for the request (`X-Request-Id`), for its support.
    pub fn request_id(&self) -> Option<&str> {
        error::request_id(&self.headers)
    }
}

impl<T: Send + 'static> Reconciler<T> {
    /// After an answer that cannot be read: the object is there, so it is looked for, and not made again.
    async fn recover(&self, error: Error) -> Result<WithMeta<Box<T>>, Error> {
        let outcome = self.settle().await;
        match (self.take(), outcome) {
            (Some(value), LookupOutcome::Found) => {
                let meta = Meta::reconciled(&error, self.elapsed());
                Ok(WithMeta { value: Box::new(value), meta })
            }
            (_, outcome) => Err(self.annotate(error, outcome)),
        }
    }
}

/// A success on the wire, and what the generated code made of its body.
fn conclude<T>(
    delivered: Delivered,
    result: Result<Box<T>, progenitor_client::Error<()>>,
    as_it_comes: bool,
    unreadable: Vec<Unreadable>,
) -> Result<WithMeta<Box<T>>, Error> {
    let Delivered { status, headers, body, mut journey, already_done, token, request } = delivered;
    let unfit = match &result {
        _ if as_it_comes || already_done => None,
        Ok(_) => error::unfit(&headers, &body),
        Err(_) => error::unfit_unread(&headers, &body),
    };
    let error = match (result, unfit) {
        (Ok(value), None) => {
            let (attempts, elapsed) = (journey.attempts, journey.elapsed);
            let meta = Meta { status, headers, attempts, elapsed, found: false, unreadable };
            return Ok(WithMeta { value, meta });
        }
        // A success that says it is none, or a page of who knows whom: nobody knows what was done.
        (_, Some(unfit)) => {
            journey.delivery = Delivery::Unknown;
            Error::unfit(unfit, &body)
        }
        (Err(_), None) if already_done => Error::already_done(),
        (Err(generated), None) => {
            if error::origin(status, &headers, &body) == Origin::Intermediary {
                journey.delivery = Delivery::Unknown;
            }
            Error::unreadable(generated, &headers)
        }
    };
    let secret = Secret::new(token.expose());
    let error = error.with_answer(status, headers, body, &secret).with_journey(journey);
    let error = match &request {
        Some(request) => error.hiding(&request.sent()),
        None => error,
    };
    Err(error.without_secret(&secret))
}

/// Calls can be handed to other tasks.
const _: () = {
    const fn sendable<T: Send + 'static>() {}
    sendable::<Call<()>>();
    sendable::<WithMeta<()>>();
};

#[cfg(test)]
mod tests;
