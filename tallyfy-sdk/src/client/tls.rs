//! What TLS needs: a provider of cryptography, and the knowledge whether there is TLS in this program at all. Certificates
//! are loaded by the HTTP client (`client/http.rs`).

use crate::error::Error;

/// Makes ring the TLS provider of this process, if the program has none by then. [`ClientBuilder::build`] does it too.
///
/// With the feature `rustls-ring` (default), reqwest is built without a provider of its own, for the whole program: a
/// `reqwest::Client` of the program's own that is made before one is installed panics, unless the program turns on a TLS
/// feature of reqwest itself. A program with such clients calls this first, or installs another provider of rustls.
///
/// ```
/// tallyfy_sdk::install_tls_provider();
/// let own = tallyfy_sdk::reqwest::Client::new();
/// # let _ = own;
/// ```
///
/// [`ClientBuilder::build`]: crate::ClientBuilder::build
pub fn install_tls_provider() {
    #[cfg(all(feature = "rustls-ring", not(feature = "rustls-aws-lc")))]
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Losing the race against another installer is as good as winning it.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}

/// Refuses https in a program without TLS: each call would fail, in words about URLs.
pub(super) fn check_compiled() -> Result<(), Error> {
    match is_compiled() {
        true => Ok(()),
        false => Err(Error::input(
            "the base URL is https, and this program is built without TLS: turn on one of the features rustls-ring \
             (default), rustls-aws-lc and native-tls of tallyfy-sdk",
        )),
    }
}

/// Stands in for the type that reqwest has only with TLS.
#[allow(dead_code, reason = "it is seen when reqwest has none")]
struct Certificate;

/// Whether reqwest has TLS, whoever turned it on: another crate of the program may, and then this crate's features say
/// nothing. What a glob brings into a block goes before what stands outside of it.
fn is_compiled() -> bool {
    #[allow(unused_imports, reason = "nothing of it is used where there is no TLS")]
    use reqwest::*;
    std::any::TypeId::of::<Certificate>() != std::any::TypeId::of::<self::Certificate>()
}

/// For an http base URL: without certificates, which a machine need not have where no TLS is spoken.
#[cfg(any(feature = "rustls-ring", feature = "rustls-aws-lc"))]
pub(super) fn without_roots(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    use rustls::crypto::CryptoProvider;

    let provider = CryptoProvider::get_default().cloned().unwrap_or_else(|| provider().into());
    match rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions() {
        Ok(config) => {
            let roots = rustls::RootCertStore::empty();
            builder.tls_backend_preconfigured(config.with_root_certificates(roots).with_no_client_auth())
        }
        Err(_) => builder,
    }
}

#[cfg(not(any(feature = "rustls-ring", feature = "rustls-aws-lc")))]
pub(super) fn without_roots(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    builder
}

#[cfg(feature = "rustls-aws-lc")]
fn provider() -> rustls::crypto::CryptoProvider {
    rustls::crypto::aws_lc_rs::default_provider()
}

#[cfg(all(feature = "rustls-ring", not(feature = "rustls-aws-lc")))]
fn provider() -> rustls::crypto::CryptoProvider {
    rustls::crypto::ring::default_provider()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_is_seen_whoever_turned_it_on() {
        let of_this_crate =
            cfg!(any(feature = "rustls-ring", feature = "rustls-aws-lc", feature = "native-tls"));
        if of_this_crate {
            assert!(is_compiled());
        }
        assert_eq!(check_compiled().is_ok(), is_compiled());
    }
}
