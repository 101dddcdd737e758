//! The client, its settings, and their checks. What is done with the settings stands in `pipeline.rs`; what
//! one can do in an organization stands in `resources/`.

mod builder;
mod http;
mod pool;
mod proxy;
mod tls;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::HeaderValue;
use tallyfy_gen::transport::Transport;

pub use self::builder::ClientBuilder;
use self::pool::HttpClients;
pub use self::tls::install_tls_provider;
use crate::auth::{Token, TokenSource};
use crate::call::CreationRegistry;
use crate::clock::Clock;
use crate::error::Error;
use crate::id::OrganizationId;
use crate::pace::Pacer;
use crate::record::Recorder;
use crate::retry::RetryPolicy;
use crate::retry::budget::Bucket;

/// A connection to Tallyfy. Cheap to clone; clones share connections, token, settings, pacing, the budget of
/// repeats, and what is known of the objects they created.
///
/// ```no_run
/// # async fn run() -> Result<(), tallyfy_sdk::Error> {
/// use tallyfy_sdk::Client;
///
/// let client = Client::builder().token("your-token").build()?;
/// let organization = client.organization("0123456789abcdef0123456789abcdef");
/// # let _ = organization;
/// # Ok(())
/// # }
/// ```
///
/// # May I repeat this call?
///
/// The client does it where it can do no harm, so a program need not:
///
/// | what happened | what the client repeats |
/// | --- | --- |
/// | nothing was sent: no such name, connection refused, TLS | every call |
/// | 429 | every call, after as long as the server asks |
/// | nobody knows: reset, timeout, 408, 5xx but 501 and 505 | what its method calls repeatable |
/// | 2xx, and the connection broke in the middle of the answer | what its method calls repeatable |
/// | 2xx, and the answer is HTML, of another shape, or too large | nothing: the next would be the same |
/// | 401 | every call, once, if the [`TokenSource`] has another token |
/// | 404 to the repeat of a delete or archive | nothing: the attempt before it did the work, and the call succeeds |
/// | any other 3xx, 4xx and 5xx | nothing |
///
/// *Repeatable* is what leaves the same state behind when it is done twice, as the API description says of each
/// operation; each method of the [`resources`](crate::resources) names it. A launch, a completion and a comment are not.
/// How often and how fast is a [`RetryPolicy`] (4 attempts, unless set otherwise), within a deadline (two minutes) and a
/// [`RetryBudget`](crate::RetryBudget) for all calls together; [`Pacing`](crate::Pacing) keeps calls from being turned
/// away in the first place.
///
/// What then fails says by [`Error::delivery`] what it left behind, and [`Error`] what to do about it. A creation can be
/// settled by looking for the object: [`Call::reconcile`](crate::Call::reconcile). A walk through a list goes on where it
/// broke off: [`Lister::resume`](crate::Lister::resume).
///
/// ```no_run
/// # async fn run(organization: tallyfy_sdk::Organization) -> Result<(), tallyfy_sdk::Error> {
/// use tallyfy_sdk::Delivery;
///
/// let (tasks, task) = (organization.tasks(), "5d20c9e8731b4fa6945ce0d7ab18f36c");
/// if let Err(error) = tasks.complete(task).await {
///     match error.delivery() {
///         // Nothing was done: a second call does no harm.
///         Delivery::NotSent | Delivery::Refused => return Err(error),
///         // It was done or may be, and a second completion would tell everybody again: look.
///         _ => {
///             let now = tasks.get(task).await?;
///             println!("completed at {:?}", now.completed_at);
///         }
///     }
/// }
/// # Ok(())
/// # }
/// ```
///
/// # When a call is dropped
///
/// A future that is dropped (by `tokio::time::timeout` or `select!`, say) stops its call where it is. What waits for its
/// turn leaves the line, and nothing is sent. A request that is on its way may still be carried out, and nobody is told:
/// set [`Call::deadline`](crate::Call::deadline) instead, which ends a call with an error that says so.
///
/// # Runtimes
///
/// Calls are awaited in a tokio runtime with timers and network (`enable_all()`); elsewhere they are an error, and nothing
/// is sent. A program without a runtime waits with `wait()` of the feature `blocking`. A client can be used in several
/// runtimes: each has connections of its own, as a connection is driven by the runtime that opened it.
#[derive(Clone)]
pub struct Client {
    core: Arc<Core>,
}

/// What all calls of a client share.
pub(crate) struct Core {
    pub(crate) http: HttpClients,
    pub(crate) base_url: Url,
    pub(crate) user_agent: HeaderValue,
    pub(crate) client_header: HeaderValue,
    pub(crate) timeout: Duration,
    pub(crate) deadline: Duration,
    pub(crate) retry: RetryPolicy,
    pub(crate) max_response_bytes: u64,
    pub(crate) tokens: Arc<dyn TokenSource>,
    /// The token, where it is a fixed text, which only its owner can replace.
    pub(crate) personal_token: Option<Token>,
    pub(crate) pacer: Pacer,
    pub(crate) repeats: Bucket,
    pub(crate) clock: Clock,
    pub(crate) creations: CreationRegistry,
    pub(crate) recorder: Option<Recorder>,
    organization: Option<OrganizationId>,
}

impl Client {
    /// Settings to make a client from.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// A client by the environment: `TALLYFY_API_TOKEN`, and if set `TALLYFY_BASE_URL`,
    /// `TALLYFY_ORG_ID` (see [`default_organization`](Self::default_organization)) and `TALLYFY_INSECURE_HTTP` (see
    /// [`insecure_http`](ClientBuilder::insecure_http)).
    ///
    /// ```no_run
    /// # fn run() -> Result<(), tallyfy_sdk::Error> {
    /// let client = tallyfy_sdk::Client::from_env()?;
    /// let organization = client.default_organization()?;
    /// # let _ = organization;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_input`](Error::is_input); the message names the variable that is missing or unusable.
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env()?.build()
    }

    /// As [`from_env`](Self::from_env), with the variables from a function; made for tests.
    ///
    /// ```
    /// use tallyfy_sdk::Client;
    ///
    /// let client = Client::from_env_with(|name| match name {
    ///     "TALLYFY_API_TOKEN" => Some("secret".to_owned()),
    ///     _ => None,
    /// })?;
    /// assert_eq!(client.base_url(), "https://go.tallyfy.com/api");
    /// # Ok::<(), tallyfy_sdk::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`from_env`](Self::from_env).
    pub fn from_env_with(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        ClientBuilder::from_env_with(lookup)?.build()
    }

    /// The base URL, without a slash at its end.
    pub fn base_url(&self) -> &str {
        self.core.base_url.as_str().trim_end_matches('/')
    }

    /// Everything in one organization. A malformed id makes the calls fail before anything is sent.
    pub fn organization(&self, id: impl Into<OrganizationId>) -> Organization {
        Organization { client: self.clone(), id: id.into() }
    }

    /// The organization that the client was made with: [`ClientBuilder::organization`], or
    /// `TALLYFY_ORG_ID`.
    ///
    /// # Errors
    /// [`is_input`](Error::is_input) when there is none.
    pub fn default_organization(&self) -> Result<Organization, Error> {
        match &self.core.organization {
            Some(id) => Ok(self.organization(id)),
            None => Err(Error::input(
                "no organization is configured; set TALLYFY_ORG_ID, or name one with \
                 ClientBuilder::organization or Client::organization",
            )),
        }
    }

    pub(crate) fn core(&self) -> &Arc<Core> {
        &self.core
    }

    /// The generated client, for one call.
    pub(crate) fn generated(&self, transport: Arc<dyn Transport>) -> tallyfy_gen::Client {
        tallyfy_gen::Client::new_with_client(self.base_url(), self.core.http.any().clone(), transport)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.base_url())
            .field("organization", &self.core.organization)
            .field("timeout", &self.core.timeout)
            .field("deadline", &self.core.deadline)
            .field("retry", &self.core.retry)
            .finish_non_exhaustive()
    }
}

/// One organization, as seen through a client. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Organization {
    pub(crate) client: Client,
    pub(crate) id: OrganizationId,
}

impl Organization {
    /// The id of the organization.
    pub fn id(&self) -> &OrganizationId {
        &self.id
    }

    /// The client it is seen through.
    pub fn client(&self) -> &Client {
        &self.client
    }
}

const _: () = {
    const fn shared<T: Clone + Send + Sync + 'static>() {}
    shared::<Client>();
    shared::<Organization>();
};

#[cfg(test)]
mod tests;
