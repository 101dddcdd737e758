//! Where the bearer token comes from, and where it may go. The pipeline asks a [`TokenSource`] before each
//! attempt and tells it when a token was turned away; kinds of credentials are implementations of it.
//! What is done with a 401 stands in `pipeline.rs`.

use std::fmt;
use std::future::Future;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::Url;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::error::Error;

/// Why a token source has none to give; shown in messages, so it must not contain secrets.
pub type TokenError = Box<dyn std::error::Error + Send + Sync>;

/// What the methods of a [`TokenSource`] return: write `Box::pin(async move { .. })`.
pub type TokenFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A bearer token. `Debug` never shows it.
///
/// ```
/// use tallyfy_sdk::Token;
///
/// let token = Token::new("eyJ0eXAi")?;
/// assert_eq!(format!("{token:?}"), "Token(***)");
/// # Ok::<(), tallyfy_sdk::Error>(())
/// ```
#[derive(Clone)]
pub struct Token(SecretString);

impl Token {
    /// Checks the text of a token.
    ///
    /// # Errors
    /// [`is_input`](Error::is_input) when it is empty, begins with the word `Bearer`, or holds spaces,
    /// line breaks or other characters that no token has.
    pub fn new(text: impl Into<String>) -> Result<Self, Error> {
        let text = text.into();
        if text.is_empty() {
            return Err(Error::input(
                "the token is empty; make one in Tallyfy under Settings > Integrations > REST API",
            ));
        }
        if text.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("bearer ")) {
            return Err(Error::input("the token begins with the word Bearer; pass the token alone"));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::input(
                "the token contains a space, a line break or another character that no token has; \
                 copy it again, without anything around it",
            ));
        }
        Ok(Self(text.into()))
    }

    /// The token itself; take care where it goes.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    pub(crate) fn header(&self) -> Result<HeaderValue, Error> {
        let mut value = HeaderValue::try_from(format!("Bearer {}", self.expose()))
            .map_err(|_| Error::input("the token cannot be written into a header"))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for Token {}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

/// Gives the token for each attempt, and learns when one was turned away.
///
/// Calls run at the same time: an implementation that fetches tokens should fetch once for all who wait,
/// as [`RenewingToken`] does.
///
/// ```
/// use tallyfy_sdk::{Token, TokenError, TokenFuture, TokenSource};
///
/// #[derive(Debug)]
/// struct FromVault;
///
/// impl TokenSource for FromVault {
///     fn token(&self) -> TokenFuture<'_, Result<Token, TokenError>> {
///         Box::pin(async { Ok(Token::new("what-the-vault-holds")?) })
///     }
/// }
/// ```
pub trait TokenSource: Send + Sync + fmt::Debug + 'static {
    /// The token to use now.
    fn token(&self) -> TokenFuture<'_, Result<Token, TokenError>>;

    /// The server answered 401 to this token. Returns whether [`token`](Self::token) may give another one:
    /// then the call is sent once more. Tokens that were replaced in the meantime must not be thrown away
    /// again: compare `rejected` with the current one.
    fn invalidate<'a>(&'a self, rejected: &'a Token) -> TokenFuture<'a, bool> {
        let _ = rejected;
        Box::pin(std::future::ready(false))
    }
}

/// A personal access token: one text, nothing to renew.
///
/// It acts as its owner, and dies when the owner logs out of the web app
/// (docs:open-api/code-samples/authentication/personal-access-token).
#[derive(Clone, Debug)]
pub(crate) struct PersonalToken(pub(crate) Token);

impl TokenSource for PersonalToken {
    fn token(&self) -> TokenFuture<'_, Result<Token, TokenError>> {
        Box::pin(std::future::ready(Ok(self.0.clone())))
    }
}

/// A token fresh from its issuer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FreshToken {
    /// The token.
    pub token: Token,
    /// How long it lives, if the issuer says so; counted from now.
    pub expires_in: Option<Duration>,
}

impl FreshToken {
    /// A token that lives until it is turned away.
    pub fn new(token: Token) -> Self {
        Self { token, expires_in: None }
    }

    /// A token with a known lifetime: it is renewed before the end.
    #[must_use]
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.expires_in = Some(lifetime);
        self
    }
}

type Fetch = Box<dyn Fn() -> TokenFuture<'static, Result<FreshToken, TokenError>> + Send + Sync>;

/// A token source around anything that can fetch a token.
///
/// However many calls wait, one fetch runs, and all get its result, success or failure. A token with a
/// known lifetime is renewed in its last tenth; if that fails, the old one is used until it ends. A call that
/// is dropped while it fetches drops the fetch; the next in line begins anew.
///
/// ```
/// use std::time::Duration;
/// use tallyfy_sdk::{Client, FreshToken, RenewingToken, Token};
///
/// let source = RenewingToken::new(|| async {
///     let token = Token::new("from-somewhere")?;
///     Ok(FreshToken::new(token).expires_in(Duration::from_secs(3600)))
/// });
/// let client = Client::builder().token_source(source).build()?;
/// # Ok::<(), tallyfy_sdk::Error>(())
/// ```
pub struct RenewingToken {
    fetch: Fetch,
    /// Fetches that ended; tells a waiter whether one ended while it stood in line.
    ended: AtomicU64,
    state: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    current: Option<Current>,
    /// Why the last fetch failed, if it did.
    failure: Option<String>,
}

struct Current {
    token: Token,
    renew_at: Option<Instant>,
    expires_at: Option<Instant>,
}

impl RenewingToken {
    /// `fetch` is called when a token is needed and none is at hand.
    pub fn new<F, Fut>(fetch: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<FreshToken, TokenError>> + Send + 'static,
    {
        Self { fetch: Box::new(move || Box::pin(fetch())), ended: AtomicU64::new(0), state: Mutex::default() }
    }

    async fn obtain(&self) -> Result<Token, TokenError> {
        let before = self.ended.load(Ordering::Acquire);
        let mut held = self.state.lock().await;
        if let Some(current) = held.current.as_ref().filter(|current| current.is_fresh()) {
            return Ok(current.token.clone());
        }
        let waited = self.ended.load(Ordering::Acquire) != before;
        match held.failure.as_ref().filter(|_| waited) {
            Some(failure) => return held.usable().ok_or_else(|| failure.clone().into()),
            None => held.failure = None,
        }
        let fetched = (self.fetch)().await;
        self.ended.fetch_add(1, Ordering::Release);
        match fetched {
            Ok(fresh) => Ok(held.keep(fresh)),
            Err(error) => {
                held.failure = Some(error.to_string());
                held.usable().ok_or(error)
            }
        }
    }
}

impl Held {
    fn keep(&mut self, fresh: FreshToken) -> Token {
        let now = Instant::now();
        let token = fresh.token.clone();
        let after =
            |part: fn(Duration) -> Duration| fresh.expires_in.and_then(|life| now.checked_add(part(life)));
        self.current = Some(Current {
            token: fresh.token,
            // Programs started together should not renew together: somewhere in the last tenth.
            renew_at: after(|life| life.mul_f64(0.9 + 0.09 * fastrand::f64())),
            expires_at: after(|life| life),
        });
        token
    }

    /// The held token, if it is due for renewal but not over.
    fn usable(&self) -> Option<Token> {
        let current = self.current.as_ref()?;
        let over = current.expires_at.is_some_and(|at| at <= Instant::now());
        (!over).then(|| current.token.clone())
    }
}

impl Current {
    fn is_fresh(&self) -> bool {
        self.renew_at.is_none_or(|at| Instant::now() < at)
    }
}

impl TokenSource for RenewingToken {
    fn token(&self) -> TokenFuture<'_, Result<Token, TokenError>> {
        Box::pin(self.obtain())
    }

    fn invalidate<'a>(&'a self, rejected: &'a Token) -> TokenFuture<'a, bool> {
        Box::pin(async move {
            let mut held = self.state.lock().await;
            if held.current.as_ref().is_some_and(|current| current.token == *rejected) {
                held.current = None;
            }
            true
        })
    }
}

impl fmt::Debug for RenewingToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RenewingToken").finish_non_exhaustive()
    }
}

/// Whether a URL may carry the token at all: https, or this machine.
pub(crate) fn is_confidential(url: &Url) -> bool {
    match url.scheme() {
        "https" => true,
        "http" => is_loopback(url),
        _ => false,
    }
}

/// Whether a URL points at this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    // RFC 6761, 6.3; `client/http.rs` takes care that they resolve so.
    host == "localhost"
        || host.strip_suffix(".localhost").is_some_and(|name| !name.is_empty())
        || host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
        || host.parse::<Ipv6Addr>().is_ok_and(|ip| ip.is_loopback())
}

/// The token goes to the configured host alone (py:core: links and redirects may point elsewhere), in the configured way:
/// whether http is one was settled when the client was made.
pub(crate) fn check_destination(url: &Url, base: &Url) -> Result<(), Error> {
    let is_host = url.host() == base.host() && url.port_or_known_default() == base.port_or_known_default();
    if is_host && url.scheme() == base.scheme() && matches!(url.scheme(), "https" | "http") {
        return Ok(());
    }
    Err(Error::input("the request points at another host than the configured base URL; it was not sent"))
}

#[cfg(test)]
mod tests;
