//! Proxies that the environment names. The environment itself is read in `client/builder.rs`; rules of hosts are
//! reqwest's.
//!
//! Only https goes through a proxy: as a tunnel (CONNECT), in which the proxy cannot read the token. Plain http would hand
//! it the token, so http base URLs are called directly, and `HTTP_PROXY` has no part here.

use reqwest::{NoProxy, Proxy, Url};

use crate::auth;
use crate::error::Error;

/// As curl has it: the proxy of the scheme before the one for all, lower case first.
const PROXIES: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
const EXCEPTIONS: [&str; 2] = ["no_proxy", "NO_PROXY"];
/// What reqwest can speak with a proxy.
const SCHEMES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];

/// What the environment says. It may hold a password, so there is no `Debug`.
#[derive(Clone, Default)]
pub(super) struct Variables {
    /// Name and value of the variable that counts.
    proxy: Option<(&'static str, String)>,
    exceptions: String,
}

impl Variables {
    /// An empty one counts as unset.
    pub(super) fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Self {
        let value = |name: &&'static str| {
            let value = lookup(name).filter(|value| !value.trim().is_empty())?;
            Some((*name, value))
        };
        Self {
            proxy: PROXIES.iter().find_map(value),
            exceptions: EXCEPTIONS.iter().find_map(value).map_or_else(String::new, |(_, value)| value),
        }
    }

    /// The proxy for a base URL, if there is one.
    ///
    /// # Errors
    /// For an address that is none: going around a proxy that somebody asked for would be the wrong way to read it.
    pub(super) fn proxy(&self, base: &Url) -> Result<Option<Proxy>, Error> {
        let Some((name, value)) = self.proxy.as_ref().filter(|_| base.scheme() == "https") else {
            return Ok(None);
        };
        if auth::is_loopback(base) {
            return Ok(None);
        }
        let refuse = || {
            Error::input(format!(
                "{name} is not the address of a proxy, like http://proxy.example.com:3128 (or https, socks5, socks5h); \
                 correct it, or go without by ClientBuilder::no_proxy"
            ))
        };
        let value = value.trim();
        let complete = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
        let url = Url::parse(&complete).map_err(|_| refuse())?;
        if !SCHEMES.contains(&url.scheme()) || url.host_str().is_none_or(str::is_empty) {
            return Err(refuse());
        }
        let proxy = Proxy::https(url).map_err(|_| refuse())?;
        Ok(Some(proxy.no_proxy(NoProxy::from_string(&self.exceptions(base)))))
    }

    /// The exceptions as reqwest reads them: commas between, no ports, no brackets, no `*.`.
    fn exceptions(&self, base: &Url) -> String {
        let port = base.port_or_known_default().map(|port| port.to_string());
        let entries = self.exceptions.split(|c: char| c == ',' || c.is_whitespace());
        let entries = entries.filter_map(|entry| match split_port(entry) {
            Some((host, own)) if !own.is_empty() && own.bytes().all(|byte| byte.is_ascii_digit()) => {
                (port.as_deref() == Some(own)).then_some(host)
            }
            Some((host, "")) if entry.ends_with(']') => Some(host),
            _ => Some(entry),
        });
        let entries = entries.map(|entry| if entry.starts_with("*.") { &entry[1..] } else { entry });
        entries.filter(|entry| !entry.is_empty()).collect::<Vec<_>>().join(",")
    }
}

/// Host and port; an address of IPv6 in brackets without them, and without a port too.
fn split_port(entry: &str) -> Option<(&str, &str)> {
    match entry.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, rest)) => Some((address, rest.strip_prefix(':').unwrap_or_default())),
        None => entry.split_once(':'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_are_read_in_every_form_that_is_in_use() {
        for (written, host, left) in [
            ("a.test, .b.test  *.c.test", "go.test", "a.test,.b.test,.c.test"),
            ("go.test:443,go.test:80,:443", "go.test", "go.test"),
            ("10.0.0.0/8,fd00::/8,fd00::2", "go.test", "10.0.0.0/8,fd00::/8,fd00::2"),
            ("[fd00::2],[fd00::3]:443,[fd00::4]:80", "go.test", "fd00::2,fd00::3"),
            ("*", "go.test", "*"),
        ] {
            let variables = Variables { proxy: None, exceptions: written.to_owned() };
            let base = Url::parse(&format!("https://{host}/api")).expect("a URL");
            assert_eq!(variables.exceptions(&base), left, "{written}");
        }
    }
}
