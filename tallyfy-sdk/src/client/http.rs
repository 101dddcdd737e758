//! The HTTP client that a client's settings come down to, and the addresses it may have. Proxies of the environment stand
//! in `client/proxy.rs`, what TLS needs in `client/tls.rs`, which runtime uses which HTTP client in `client/pool.rs`.

use std::error::Error as StdError;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Proxy, Url};

use super::tls;
use crate::auth;
use crate::error::Error;
use crate::mask;

/// docs:open-api/index; the seeds and most clients agree.
pub(super) const BASE_URL: &str = "https://go.tallyfy.com/api";

/// A program's adjustments; made anew for each runtime.
pub(super) type Configure = Box<dyn Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync>;

/// A base URL that tokens may go to: https, this machine, or the one host that `insecure` names. Messages do not show it:
/// it may hold a password.
pub(super) fn base_url(text: &str, insecure: Option<&str>) -> Result<Url, Error> {
    let refuse = |why: &str| Err(Error::input(format!("the base URL {why}; the usual one is {BASE_URL}")));
    let Ok(url) = Url::parse(text.trim()) else { return refuse("is not a complete URL") };
    if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none_or(str::is_empty) {
        return refuse("must begin with https:// and a host");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("must not contain a user name or password");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse("must not contain ? or #");
    }
    let host = url.host_str().map(bare);
    let is_allowed = insecure.is_some_and(|named| host == Some(bare(&named.trim().to_ascii_lowercase())));
    if !auth::is_confidential(&url) && !is_allowed {
        return refuse(match insecure {
            None => {
                "must use https: over http the token could be read on the way. Only this machine may; in a test \
                 network, name its host by insecure_http(..) or TALLYFY_INSECURE_HTTP"
            }
            Some(_) => {
                "must use https: over http the token could be read on the way, and insecure_http(..) or \
                 TALLYFY_INSECURE_HTTP names another host; put the host alone there, without scheme and port, \
                 like tallyfy-sandbox"
            }
        });
    }
    Ok(url)
}

/// An address of IPv6 without its brackets.
fn bare(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

/// All that HTTP clients are made from, as often as one is needed.
pub(super) struct Recipe {
    pub(super) base: Url,
    pub(super) connect: Duration,
    pub(super) configure: Option<Configure>,
    /// The proxy that the environment names for the base URL.
    pub(super) proxy: Option<Proxy>,
    /// Whether the proxies of the operating system may be asked too.
    pub(super) system_proxy: bool,
}

impl Recipe {
    /// The HTTP client: the program's adjustments first, then what this crate depends on.
    pub(super) fn make(&self) -> Result<reqwest::Client, Error> {
        tls::install_tls_provider();
        if self.base.scheme() == "https" {
            tls::check_compiled()?;
        }
        self.builder()
            // A redirect could carry a write or a token somewhere else (py:file_management).
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            // It would write requests to the log, tokens included.
            .connection_verbose(false)
            .connect_timeout(self.connect)
            .build()
            .map_err(|error| unbuilt(&error.without_url()))
    }

    fn builder(&self) -> reqwest::ClientBuilder {
        let mut builder = reqwest::Client::builder()
            // A connection that idles long may be closed by the other side just as the next call begins.
            .pool_idle_timeout(Duration::from_secs(30));
        if self.base.scheme() == "http" {
            builder = tls::without_roots(builder);
        }
        if !self.system_proxy || self.proxy.is_some() {
            builder = builder.no_proxy();
        }
        // A proxy for nothing. It is gone when the program turns proxies off, so the environment's goes too.
        let mark = Arc::new(());
        if self.proxy.is_some() {
            let mark = Arc::clone(&mark);
            builder = builder.proxy(Proxy::custom(move |_| {
                let _ = &mark;
                None::<Url>
            }));
        }
        if let Some(configure) = &self.configure {
            builder = configure(builder);
        }
        if let Some(proxy) = self.proxy.as_ref().filter(|_| Arc::strong_count(&mark) > 1) {
            // Behind the program's own: the first that fits is used.
            builder = builder.proxy(proxy.clone());
        }
        match self.base.host_str() {
            // RFC 6761, 6.3: these names are loopback, whatever a name server says.
            Some(host) if host.ends_with(".localhost") => {
                let loopback: [SocketAddr; 2] =
                    [(Ipv4Addr::LOCALHOST, 0).into(), (Ipv6Addr::LOCALHOST, 0).into()];
                builder.resolve_to_addrs(host, &loopback)
            }
            _ => builder,
        }
    }
}

/// reqwest says `builder error`; what was wrong stands in its causes.
fn unbuilt(error: &reqwest::Error) -> Error {
    let causes = std::iter::successors(Some(error as &dyn StdError), |&error| error.source());
    let mut why: Vec<String> = causes.map(|cause| mask::of_strangers(&cause.to_string())).collect();
    why.dedup();
    let why = why.join(": ");
    let remedy = match why.contains("CA certificates") {
        true => {
            "; https needs a trust store: install the package ca-certificates, or set SSL_CERT_FILE to a file of \
             certificates in PEM"
        }
        false => "",
    };
    Error::input(format!("the HTTP client cannot be built: {why}{remedy}"))
}
