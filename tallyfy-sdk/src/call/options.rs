//! What a person may set on a call, over the settings of the client; and the macro that gives calls and lists
//! the same methods for it.

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::client::Core;
use crate::error::Error;
use crate::pace::LONGEST;
use crate::pipeline::Limits;
use crate::retry::{RetryPolicy, too_long};

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

/// What a person may set on a call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    timeout: Option<Duration>,
    deadline: Option<Duration>,
    retry: Option<RetryPolicy>,
    headers: Vec<(String, String)>,
    max_response_bytes: Option<u64>,
    idempotent: Option<bool>,
    /// Set by what returns the body itself, not by people.
    as_it_comes: bool,
}

impl Options {
    /// These over the settings of the client.
    pub(super) fn limits(&self, core: &Core) -> Result<Limits, Error> {
        let limits = Limits {
            timeout: self.timeout.unwrap_or(core.timeout),
            deadline: self.deadline.unwrap_or(core.deadline),
            retry: self.retry.clone().unwrap_or_else(|| core.retry.clone()),
            headers: self.headers()?,
            max_response_bytes: self.max_response_bytes.unwrap_or(core.max_response_bytes),
            idempotent: self.idempotent,
        };
        if limits.max_response_bytes == 0 {
            return Err(Error::input("max_response_bytes is zero, which leaves no room for any answer"));
        }
        if limits.timeout.is_zero() || limits.deadline.is_zero() {
            return Err(Error::input("a timeout or deadline of zero leaves no time for the call"));
        }
        let times = [("timeout", limits.timeout), ("deadline", limits.deadline)];
        if let Some((name, time)) = times.into_iter().find(|(_, time)| *time > LONGEST) {
            return Err(too_long(name, time));
        }
        limits.retry.validate()?;
        Ok(limits)
    }

    fn headers(&self) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let key = HeaderName::try_from(name.as_str())
                .map_err(|_| Error::input("a header has a name that no header can have"))?;
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
        pub fn timeout(mut self, timeout: std::time::Duration) -> Self {
            self.options.set_timeout(timeout);
            self
        }

        /// Time for the whole call, with all repeats and waits (of a list: for each page).
        pub fn deadline(mut self, deadline: std::time::Duration) -> Self {
            self.options.set_deadline(deadline);
            self
        }

        /// How often and how fast this call is repeated.
        pub fn retry(mut self, policy: $crate::RetryPolicy) -> Self {
            self.options.set_retry(policy);
            self
        }

        /// One attempt only; the same as `.retry(RetryPolicy::none())`.
        pub fn no_retry(self) -> Self {
            self.retry($crate::RetryPolicy::none())
        }

        /// A header more. Those which the client writes itself cannot be set: the call then fails with
        /// [`is_input`](crate::Error::is_input) before anything is sent.
        pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
            self.options.add_header(name.into(), value.into());
            self
        }

        /// The largest answer that is read, instead of the client's limit.
        pub fn max_response_bytes(mut self, bytes: u64) -> Self {
            self.options.set_max_response_bytes(bytes);
            self
        }

        /// Whether a repeat leaves the same state behind, where the caller knows better than the API description:
        /// `true` lets it be repeated after an unknown outcome, `false` forbids that.
        ///
        /// What was surely not acted on (never sent, 429) is repeated either way.
        pub fn idempotent(mut self, idempotent: bool) -> Self {
            self.options.set_idempotent(idempotent);
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

    pub(crate) fn set_max_response_bytes(&mut self, bytes: u64) {
        self.max_response_bytes = Some(bytes);
    }

    pub(crate) fn set_idempotent(&mut self, idempotent: bool) {
        self.idempotent = Some(idempotent);
    }

    pub(crate) fn add_header(&mut self, name: String, value: String) {
        self.headers.push((name, value));
    }

    pub(super) fn set_as_it_comes(&mut self) {
        self.as_it_comes = true;
    }

    pub(super) fn is_as_it_comes(&self) -> bool {
        self.as_it_comes
    }
}
