//! The HTTP client that a client's settings come down to, and the addresses it may have.

use std::time::Duration;

use reqwest::Url;

use crate::auth;
use crate::error::Error;
use crate::mask;

/// docs:open-api/index; the seeds and most clients agree.
pub(super) const BASE_URL: &str = "https://go.tallyfy.com/api";

/// A program's adjustments.
pub(super) type Configure = Box<dyn FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send>;

/// A base URL that tokens may go to. Messages do not show it: it may hold a password.
pub(super) fn base_url(text: &str) -> Result<Url, Error> {
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
    if !auth::is_confidential(&url) {
        return refuse(
            "must use https: over http the token could be read on the way (only this machine may)",
        );
    }
    Ok(url)
}

/// The HTTP client: the program's adjustments first, then what this crate depends on.
pub(super) fn http_client(
    configure: Option<Configure>,
    base: &Url,
    connect: Duration,
) -> Result<reqwest::Client, Error> {
    install_tls_provider();
    let mut builder = reqwest::Client::builder()
        // A connection that idles long may be closed by the other side just as the next call begins.
        .pool_idle_timeout(Duration::from_secs(30));
    if !cfg!(feature = "system-proxy") || auth::is_loopback(base) {
        builder = builder.no_proxy();
    }
    if let Some(configure) = configure {
        builder = configure(builder);
    }
    builder
        // A redirect could carry a write or a token somewhere else (py:file_management).
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        // It would write requests to the log, tokens included.
        .connection_verbose(false)
        .connect_timeout(connect)
        .build()
        .map_err(|error| {
            let why = mask::of_strangers(&error.without_url().to_string());
            Error::input(format!("the HTTP client cannot be built: {why}"))
        })
}

/// reqwest without a provider of its own panics unless the process has one.
#[cfg(all(feature = "rustls-ring", not(feature = "rustls-aws-lc")))]
fn install_tls_provider() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Losing the race against another installer is as good as winning it.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}

#[cfg(not(all(feature = "rustls-ring", not(feature = "rustls-aws-lc"))))]
fn install_tls_provider() {}
