//! Settings of a client, and their checks. What the HTTP client is made of stands in `client/http.rs`.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderValue;

use super::http::{BASE_URL, Configure, Recipe, base_url};
use super::pool::HttpClients;
use super::proxy::Variables;
use super::{Client, Core};
use crate::auth::{self, PersonalToken, Token, TokenSource};
use crate::call::CreationRegistry;
use crate::clock::{Clock, Here, Jitter};
use crate::error::Error;
use crate::id::{Checked, OrganizationId};
use crate::pace::{LONGEST, Pacer, Pacing};
use crate::record::Recorder;
use crate::retry::budget::{Bucket, RetryBudget};
use crate::retry::{RetryPolicy, too_long};

/// docs:open-api/index asks for this value; other official clients send others.
const CLIENT_HEADER: &str = "APIClient";
const USER_AGENT: &str = concat!("tallyfy-sdk-rust/", env!("CARGO_PKG_VERSION"));

/// Settings of a [`Client`]; only the token is required.
///
/// ```
/// use std::time::Duration;
/// use tallyfy_sdk::{Client, RetryPolicy};
///
/// let client = Client::builder()
///     .token("your-token")
///     .timeout(Duration::from_secs(20))
///     .deadline(Duration::from_secs(60))
///     .retry(RetryPolicy::default().max_attempts(3))
///     .build()?;
/// # let _ = client;
/// # Ok::<(), tallyfy_sdk::Error>(())
/// ```
#[must_use = "settings do nothing until a client is built from them"]
pub struct ClientBuilder {
    credential: Credential,
    base_url: String,
    insecure_http: Option<String>,
    proxies: Proxies,
    organization: Option<OrganizationId>,
    timeout: Duration,
    connect_timeout: Duration,
    deadline: Duration,
    user_agent: Option<String>,
    client_header: String,
    retry: RetryPolicy,
    retry_budget: RetryBudget,
    pacing: Pacing,
    max_response_bytes: u64,
    configure: Option<Configure>,
    jitter: Option<Jitter>,
    date: Option<Here>,
    pub(crate) recorder: Option<Recorder>,
}

enum Credential {
    Missing,
    Text(secrecy::SecretString),
    Source(Arc<dyn TokenSource>),
}

/// Where proxies come from, beside those of [`ClientBuilder::configure_http`].
enum Proxies {
    /// The environment of the process.
    Process,
    /// What a function said in its place.
    Given(Variables),
    None,
}

/// The environment of the process. Lossy on purpose: what is not Unicode is no valid value, and is refused by name.
fn process(name: &str) -> Option<String> {
    Some(std::env::var_os(name)?.to_string_lossy().into_owned())
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            credential: Credential::Missing,
            base_url: BASE_URL.to_owned(),
            insecure_http: None,
            proxies: Proxies::Process,
            organization: None,
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            deadline: Duration::from_secs(120),
            user_agent: None,
            client_header: CLIENT_HEADER.to_owned(),
            retry: RetryPolicy::default(),
            retry_budget: RetryBudget::default(),
            pacing: Pacing::default(),
            max_response_bytes: 64 * 1024 * 1024,
            configure: None,
            jitter: None,
            date: None,
            recorder: None,
        }
    }
}

impl ClientBuilder {
    /// Settings by the environment, to be changed further; see [`Client::from_env`].
    ///
    /// # Errors
    /// [`is_input`](Error::is_input) when `TALLYFY_API_TOKEN` is missing, or a variable is unusable.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_env_with(process)
    }

    /// As [`from_env`](Self::from_env), with the variables from a function, those of [proxies](Self::no_proxy) too. An
    /// empty one counts as unset.
    ///
    /// # Errors
    /// As [`from_env`](Self::from_env).
    pub fn from_env_with(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let value = |name| lookup(name).filter(|value| !value.trim().is_empty());
        let proxies = Proxies::Given(Variables::read(&lookup));
        let mut builder = Self { proxies, insecure_http: value("TALLYFY_INSECURE_HTTP"), ..Self::default() };
        let Some(token) = value("TALLYFY_API_TOKEN") else {
            return Err(Error::input(
                "TALLYFY_API_TOKEN is not set; put a token there, made in Tallyfy under \
                 Settings > Integrations > REST API",
            ));
        };
        Token::new(token.as_str()).map_err(|error| in_variable("TALLYFY_API_TOKEN", &error))?;
        builder = builder.token(token);
        if let Some(url) = value("TALLYFY_BASE_URL") {
            base_url(&url, builder.insecure_http.as_deref())
                .map_err(|error| in_variable("TALLYFY_BASE_URL", &error))?;
            builder = builder.base_url(url);
        }
        if let Some(id) = value("TALLYFY_ORG_ID").map(OrganizationId::from) {
            id.check().map_err(|error| in_variable("TALLYFY_ORG_ID", &error))?;
            builder = builder.organization(id);
        }
        Ok(builder)
    }

    /// A personal access token, from Settings > Integrations > REST API.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.credential = Credential::Text(token.into().into());
        self
    }

    /// Where tokens come from, when they are not one fixed text.
    pub fn token_source(mut self, source: impl TokenSource) -> Self {
        self.credential = Credential::Source(Arc::new(source));
        self
    }

    /// The API's address (default `https://go.tallyfy.com/api`); https, or http on this machine: a loopback address,
    /// `localhost`, or a name that ends in `.localhost` and always means this machine.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Lets the base URL be http if its host is this one, for a sandbox in a test network. Everybody on the way can read
    /// the token: never name a host of the real service. By the environment: `TALLYFY_INSECURE_HTTP`.
    ///
    /// ```
    /// # fn main() -> Result<(), tallyfy_sdk::Error> {
    /// let client = tallyfy_sdk::Client::builder()
    ///     .token("sandbox-token-admin")
    ///     .base_url("http://tallyfy-sandbox:8080/api")
    ///     .insecure_http("tallyfy-sandbox")
    ///     .build()?;
    /// # let _ = client;
    /// # Ok(())
    /// # }
    /// ```
    pub fn insecure_http(mut self, host: impl Into<String>) -> Self {
        self.insecure_http = Some(host.into());
        self
    }

    /// Leaves the proxies of the environment alone.
    ///
    /// Without it, https goes through the proxy of `HTTPS_PROXY` or `ALL_PROXY`, also in lower case, but for the hosts of
    /// `NO_PROXY`: in a tunnel, so that the proxy cannot read the token. Loopback addresses and http are called directly,
    /// so `HTTP_PROXY` has no part in it. A proxy of [`configure_http`](Self::configure_http) goes before.
    pub fn no_proxy(mut self) -> Self {
        self.proxies = Proxies::None;
        self
    }

    /// The organization of [`Client::default_organization`].
    pub fn organization(mut self, id: impl Into<OrganizationId>) -> Self {
        self.organization = Some(id.into());
        self
    }

    /// Time for one attempt: connecting, sending, reading the whole answer (default 30 s).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Time for connecting (default 10 s); at most nine tenths of the time for an attempt.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Time for a whole call with its repeats and waits (default 2 min, at most a year). No attempt starts whose answer
    /// could not come in time.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Your program's name and version; stands before this crate's own in `User-Agent`.
    pub fn user_agent(mut self, program: impl Into<String>) -> Self {
        self.user_agent = Some(program.into());
        self
    }

    /// The value of `X-Tallyfy-Client` (default `APIClient`).
    pub fn client_header(mut self, value: impl Into<String>) -> Self {
        self.client_header = value.into();
        self
    }

    /// How often and how fast calls are repeated, where that is safe.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// How many repeats all calls may make together.
    pub fn retry_budget(mut self, budget: RetryBudget) -> Self {
        self.retry_budget = budget;
        self
    }

    /// How calls are held back before the service turns them away.
    pub fn pacing(mut self, pacing: Pacing) -> Self {
        self.pacing = pacing;
        self
    }

    /// Where the random part of waits comes from, in `0.0..1.0`; for runs that shall go the same way twice. It is tried
    /// once by [`build`](Self::build); a number outside that comes later stands for the longest wait.
    pub fn jitter(mut self, jitter: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        self.jitter = Some(Box::new(jitter));
        self
    }

    /// The date of this machine, which counts where the server does not show its own. Waits go by tokio's clock.
    pub fn date(mut self, date: impl Fn() -> std::time::SystemTime + Send + Sync + 'static) -> Self {
        self.date = Some(Box::new(date));
        self
    }

    /// The largest answer that is read (default 64 MiB). More is refused while it is read, not after.
    pub fn max_response_bytes(mut self, bytes: u64) -> Self {
        self.max_response_bytes = bytes;
        self
    }

    /// Adjusts the HTTP client: a proxy, a certificate authority, name lookup.
    ///
    /// ```no_run
    /// # fn run(proxy: reqwest::Proxy) -> Result<(), tallyfy_sdk::Error> {
    /// let client = tallyfy_sdk::Client::builder()
    ///     .token("your-token")
    ///     .configure_http(move |http| http.proxy(proxy.clone()))
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// It is called once for each tokio runtime in which the client is used. Redirects, timeouts and repeats are this
    /// crate's business and set after it, as tokens and the count of attempts depend on them. Its proxies go before those
    /// of the environment, and its `no_proxy()` is the same as [`no_proxy`](Self::no_proxy).
    pub fn configure_http(
        mut self,
        configure: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.configure = Some(Box::new(configure));
        self
    }

    /// Checks the settings and makes the client. Nothing is sent.
    ///
    /// With the feature `rustls-ring` (default), the ring provider becomes the process's TLS provider if
    /// the program has not installed one by then. A program that wants another installs it first; one that makes reqwest
    /// clients of its own before this calls [`install_tls_provider`](crate::install_tls_provider).
    ///
    /// # Errors
    /// [`is_input`](Error::is_input); the message names the setting and the remedy.
    pub fn build(self) -> Result<Client, Error> {
        let base_url = base_url(&self.base_url, self.insecure_http.as_deref())?;
        let times = [
            ("timeout", self.timeout),
            ("connect_timeout", self.connect_timeout),
            ("deadline", self.deadline),
        ];
        if let Some((name, _)) = times.into_iter().find(|(_, time)| time.is_zero()) {
            return Err(Error::input(format!("the {name} is zero, which leaves no time for any call")));
        }
        if let Some((name, time)) = times.into_iter().find(|(_, time)| *time > LONGEST) {
            return Err(too_long(name, time));
        }
        if self.max_response_bytes == 0 {
            return Err(Error::input("max_response_bytes is zero, which leaves no room for any answer"));
        }
        self.pacing.validate()?;
        self.retry.validate()?;
        self.retry_budget.validate()?;
        let clock = Clock::new(self.jitter, self.date);
        clock.validate()?;
        if let Some(id) = &self.organization {
            id.check()?;
        }
        let (tokens, personal_token): (Arc<dyn TokenSource>, _) = match self.credential {
            Credential::Source(source) => (source, None),
            Credential::Text(text) => {
                let token = Token::new(secrecy::ExposeSecret::expose_secret(&text))?;
                (Arc::new(PersonalToken(token.clone())), Some(token))
            }
            Credential::Missing => {
                return Err(Error::input("no token is set; call token(..), or token_source(..)"));
            }
        };
        // Shorter than the attempt, or nobody could tell which of the two was over.
        let connect_timeout = self.connect_timeout.min(self.timeout.mul_f64(0.9));
        let proxy = match &self.proxies {
            Proxies::Process => Variables::read(&process).proxy(&base_url)?,
            Proxies::Given(variables) => variables.proxy(&base_url)?,
            Proxies::None => None,
        };
        let http = HttpClients::new(Recipe {
            base: base_url.clone(),
            connect: connect_timeout,
            configure: self.configure,
            proxy,
            // Elsewhere it is the environment, which is read here.
            system_proxy: cfg!(all(feature = "system-proxy", any(target_os = "macos", windows)))
                && !matches!(self.proxies, Proxies::None)
                && base_url.scheme() == "https"
                && !auth::is_loopback(&base_url),
        })?;
        Ok(Client {
            core: Arc::new(Core {
                http,
                base_url,
                user_agent: header("user_agent", &user_agent(self.user_agent))?,
                client_header: header("client_header", &self.client_header)?,
                timeout: self.timeout,
                deadline: self.deadline,
                retry: self.retry,
                max_response_bytes: self.max_response_bytes,
                tokens,
                personal_token,
                pacer: Pacer::new(self.pacing),
                repeats: Bucket::new(self.retry_budget),
                creations: CreationRegistry::default(),
                clock,
                recorder: self.recorder,
                organization: self.organization,
            }),
        })
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("organization", &self.organization)
            .field("timeout", &self.timeout)
            .field("connect_timeout", &self.connect_timeout)
            .field("deadline", &self.deadline)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

fn in_variable(name: &str, error: &Error) -> Error {
    Error::input(format!("{name}: {}", error.own_message()))
}

fn user_agent(program: Option<String>) -> String {
    match program {
        Some(program) => format!("{program} {USER_AGENT}"),
        None => USER_AGENT.to_owned(),
    }
}

fn header(setting: &str, value: &str) -> Result<HeaderValue, Error> {
    let usable = !value.trim().is_empty() && value.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    HeaderValue::from_str(value)
        .ok()
        .filter(|_| usable)
        .ok_or_else(|| Error::input(format!("the {setting} must be printable ASCII, and not empty")))
}
