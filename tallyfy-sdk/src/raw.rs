//! The escape hatch: any route of the service, with the same way out as every other call. Here the request is put
//! together and its path checked; what becomes of it stands in `call.rs` and `pipeline.rs`.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;

use bytes::Bytes;
use percent_encoding::percent_decode_str;
use progenitor_client::{ClientHooks, OperationInfo};
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tallyfy_gen::operations::{OPERATIONS, Operation};

use crate::call::{Call, Run};
use crate::client::Client;
use crate::error::Error;

/// What a route is called that the API description does not know.
const UNKNOWN: &str = "raw";

type Generated = progenitor_client::Error<()>;

/// A request to a route of your choice; see [`Client::raw`].
#[must_use = "a request does nothing until it is made a call and awaited"]
pub struct Raw {
    client: Client,
    method: Method,
    url: Result<Url, Error>,
    operation: &'static str,
    body: Option<Bytes>,
}

impl Client {
    /// A request to any route below the base URL, for what this crate has no method for: with the same token, headers,
    /// pacing, repeats, limits and errors.
    ///
    /// ```no_run
    /// # async fn run(client: tallyfy_sdk::Client) -> Result<(), tallyfy_sdk::Error> {
    /// use tallyfy_sdk::reqwest::Method;
    ///
    /// let organization = "d83c7e1b40f5492ab6e1c97d05fa3826";
    /// let found: serde_json::Value = client
    ///     .raw(Method::GET, format!("organizations/{organization}/something-new"))
    ///     .query([("per_page", "100")])
    ///     .decode()
    ///     .idempotent(true)
    ///     .await?;
    /// println!("{found}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # May I repeat this call?
    ///
    /// A route that the API description knows is repeated as it says, and named so in errors. Any other is taken for one
    /// that must not be repeated after an unknown outcome, whatever its method; say
    /// [`idempotent(true)`](Call::idempotent) if it may.
    ///
    /// # Errors
    /// The call fails with [`is_input`](Error::is_input), and nothing is sent, when the path leads elsewhere: it must stay
    /// on the configured host and below the base URL. Parts of it that come from outside must be percent-encoded.
    pub fn raw(&self, method: Method, path: impl AsRef<str>) -> Raw {
        let path = path.as_ref();
        let path = path.strip_prefix('/').unwrap_or(path);
        let operation = known(&method, path).map_or(UNKNOWN, |known| known.id);
        let url = url(self, path);
        Raw { client: self.clone(), method, url, operation, body: None }
    }
}

impl Raw {
    /// Adds to the query. Values are encoded here.
    pub fn query<K: AsRef<str>, V: AsRef<str>>(mut self, pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        if let Ok(url) = &mut self.url {
            url.query_pairs_mut().extend_pairs(pairs);
        }
        self
    }

    /// The body, as JSON.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(bytes) => self.body = Some(bytes.into()),
            Err(error) => {
                self.url =
                    self.url.and(Err(Error::input(format!("the body cannot be written as JSON: {error}"))));
            }
        }
        self
    }

    /// The call, whose value is the body of the answer as it comes.
    pub fn bytes(self) -> Call<Bytes> {
        self.reading(|bytes| Ok(bytes.clone()))
    }

    /// The call, whose value is the body of the answer read as JSON; `data` is not unwrapped.
    pub fn decode<T: DeserializeOwned + Send + 'static>(self) -> Call<T> {
        self.reading(|bytes| tallyfy_gen::wire::from_bytes(bytes))
    }

    fn reading<T: Send + 'static>(self, read: fn(&Bytes) -> serde_json::Result<T>) -> Call<T> {
        let Self { client, method, url, operation, body } = self;
        let (url, arguments) = match url {
            Ok(url) => (Some(url), Ok(())),
            Err(error) => (None, Err(error)),
        };
        let run: Run<T> = Box::new(move |api| {
            Box::pin(async move {
                let url = url.ok_or_else(|| Generated::InvalidRequest("no URL".to_owned()))?;
                let mut request = reqwest::Request::new(method, url);
                if let Some(body) = body {
                    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                    *request.body_mut() = Some(body.into());
                }
                let response = api.exec(request, &OperationInfo { operation_id: operation }).await?;
                let bytes = response.bytes().await.map_err(Generated::ResponseBodyError)?;
                read(&bytes).map_err(|error| Generated::InvalidResponsePayload(bytes, error))
            })
        });
        Call::of(&client, operation, arguments, run)
    }
}

impl IntoFuture for Raw {
    type Output = Result<Bytes, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        self.bytes().into_future()
    }
}

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Raw")
            .field("method", &self.method)
            .field("operation", &self.operation)
            .finish_non_exhaustive()
    }
}

/// The address of a path below the base URL. Nothing in the path may lead out of it: not on this side, where URL parsers
/// resolve dots and turn backslashes, and not on the server's, which decodes once more.
fn url(client: &Client, path: &str) -> Result<Url, Error> {
    if path.contains(['?', '#', '\\']) || path.chars().any(char::is_control) {
        return Err(Error::input(
            "the path contains ? or # or \\ or a line break; give the query by query(..)",
        ));
    }
    for segment in path.split('/') {
        let decoded = percent_decode_str(segment).decode_utf8_lossy();
        let leads_out = matches!(&*decoded, "." | "..") || decoded.contains(['/', '\\']);
        if leads_out || decoded.chars().any(char::is_control) || (segment.is_empty() && path.contains('/')) {
            return Err(Error::input(
                "the path has a part that is empty or leads elsewhere once it is decoded (a dot, two dots, a slash)",
            ));
        }
    }
    let base = client.base_url();
    let address = format!("{base}/{path}");
    let url = Url::parse(&address).map_err(|_| Error::input("the path cannot be part of a URL"))?;
    let below = url.path().strip_prefix(client.core().base_url.path().trim_end_matches('/'));
    if url.origin() != client.core().base_url.origin() || !below.is_some_and(|rest| rest.starts_with('/')) {
        return Err(Error::input("the path leads away from the configured base URL"));
    }
    Ok(url)
}

/// The operation that a route is, if the API description has it; literal parts go before parameters.
fn known(method: &Method, path: &str) -> Option<&'static Operation> {
    let parts: Vec<_> = path.split('/').collect();
    let literal =
        |operation: &Operation| operation.path.split('/').filter(|part| !part.starts_with('{')).count();
    OPERATIONS
        .iter()
        .filter(|operation| operation.method == method.as_str() && matches(operation.path, &parts))
        .max_by_key(|operation| literal(operation))
}

fn matches(template: &str, parts: &[&str]) -> bool {
    let mut template = template.trim_start_matches('/').split('/');
    let all = parts
        .iter()
        .all(|part| template.next().is_some_and(|known| known.starts_with('{') || known == *part));
    all && template.next().is_none()
}

#[cfg(test)]
mod tests;
