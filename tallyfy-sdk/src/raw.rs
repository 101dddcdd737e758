//! The escape hatch: any route of the service, with the same way out as every other call. Here the request is put
//! together and the answer taken out; where it may lead stands in `raw/path.rs`, bodies of several parts in
//! `raw/multipart.rs`, and what becomes of it in `call.rs` and `pipeline.rs`.

mod multipart;
pub(crate) mod parts;
mod path;

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;

use bytes::Bytes;
use progenitor_client::{ClientHooks, OperationInfo};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, Url};
use serde::Serialize;
use serde::de::{DeserializeOwned, Error as _};
use tallyfy_gen::wire;

pub use self::multipart::Multipart;
use crate::call::{Call, GeneratedCall, Preview};
use crate::client::Client;
use crate::error::Error;
use crate::page::Page;

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
    accept: Option<HeaderValue>,
    body: Option<(HeaderValue, reqwest::Body)>,
}

impl Client {
    /// A request to any route below the base URL, for what this crate has no method for: with the same token, headers,
    /// pacing, repeats, limits and errors.
    ///
    /// The path is the one after the base URL; an address below the base URL is taken too.
    ///
    /// ```no_run
    /// # async fn run(client: tallyfy_sdk::Client) -> Result<(), tallyfy_sdk::Error> {
    /// use tallyfy_sdk::reqwest::Method;
    ///
    /// let organization = "d83c7e1b40f5492ab6e1c97d05fa3826";
    /// let found: serde_json::Value = client
    ///     .raw(Method::GET, format!("organizations/{organization}/something-new"))
    ///     .query([("per_page", "100")])
    ///     .item()
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
    /// [`idempotent(true)`](Call::idempotent) if it may. A body that is a [`stream`](Raw::stream) is sent once.
    ///
    /// # Errors
    /// The call fails with [`is_input`](Error::is_input), and nothing is sent, when the path leads elsewhere: it must stay
    /// on the configured host and below the base URL. Parts of it that come from outside must be percent-encoded.
    pub fn raw(&self, method: Method, path: impl AsRef<str>) -> Raw {
        let below = path::below_the_base(self, path.as_ref());
        let known = below.as_ref().ok().and_then(|path| path::known(&method, path));
        let operation = known.map_or(UNKNOWN, |known| known.id);
        let url = below.and_then(|path| path::url(self, &path));
        Raw { client: self.clone(), method, url, operation, accept: None, body: None }
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

    /// What the answer may be, instead of JSON. Errors may then come as HTML pages.
    pub fn accept(self, media_type: impl AsRef<str>) -> Self {
        let accept = media_type_list(media_type.as_ref());
        self.with(accept, |raw, accept| raw.accept = Some(accept))
    }

    /// The body, as JSON.
    pub fn json(self, body: &impl Serialize) -> Self {
        let bytes = serde_json::to_vec(body)
            .map_err(|error| Error::input(format!("the body cannot be written as JSON: {error}")));
        self.with(bytes, |raw, bytes| {
            raw.body = Some((HeaderValue::from_static("application/json"), bytes.into()));
        })
    }

    /// The body, as a form (`application/x-www-form-urlencoded`): a struct of plain values, a map, or pairs.
    ///
    /// ```no_run
    /// # async fn run(client: tallyfy_sdk::Client) -> Result<(), tallyfy_sdk::Error> {
    /// use tallyfy_sdk::model::Template;
    /// use tallyfy_sdk::reqwest::Method;
    ///
    /// let path = "organizations/d83c7e1b40f5492ab6e1c97d05fa3826/checklists/2fc8d1570ea94b36b6d83a4917c05e9d/clone";
    /// let form = [("title", "Vendor intake, copy"), ("tenant", "d83c7e1b40f5492ab6e1c97d05fa3826")];
    /// let copy: Template = client.raw(Method::POST, path).form(&form).item().await?;
    /// println!("{}", copy.id);
    /// # Ok(())
    /// # }
    /// ```
    pub fn form(self, fields: &impl Serialize) -> Self {
        let written = serde_urlencoded::to_string(fields)
            .map_err(|error| Error::input(format!("the body cannot be written as a form: {error}")));
        self.with(written, |raw, text| {
            let content_type = HeaderValue::from_static("application/x-www-form-urlencoded");
            raw.body = Some((content_type, text.into()));
        })
    }

    /// The body, in several parts: texts and files.
    ///
    /// ```no_run
    /// # async fn run(client: tallyfy_sdk::Client, bytes: Vec<u8>) -> Result<(), tallyfy_sdk::Error> {
    /// use tallyfy_sdk::Multipart;
    /// use tallyfy_sdk::reqwest::Method;
    ///
    /// let upload = Multipart::new()
    ///     .file("name", "report.pdf", "application/pdf", bytes)
    ///     .text("uploaded_from", "ko_field")
    ///     .text("subject_type", "Checklist")
    ///     .text("subject_id", "2fc8d1570ea94b36b6d83a4917c05e9d");
    /// let path = "organizations/d83c7e1b40f5492ab6e1c97d05fa3826/file";
    /// let stored: serde_json::Value = client.raw(Method::POST, path).multipart(upload).item().await?;
    /// println!("{}", stored["id"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn multipart(self, parts: Multipart) -> Self {
        self.with(parts.written(), |raw, (content_type, bytes)| raw.body = Some((content_type, bytes.into())))
    }

    /// The body as it is, with its media type.
    pub fn body(self, content_type: impl AsRef<str>, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        self.with(media_type(content_type.as_ref()), |raw, content_type| {
            raw.body = Some((content_type, bytes.into()));
        })
    }

    /// The body as it comes, with its media type. It is sent once: no attempt can be repeated, and a preview does not show it.
    pub fn stream(self, content_type: impl AsRef<str>, body: impl Into<reqwest::Body>) -> Self {
        let body = body.into();
        self.with(media_type(content_type.as_ref()), |raw, content_type| {
            raw.body = Some((content_type, body))
        })
    }

    /// The request as it would be sent, with secrets masked; see [`Call::preview`].
    ///
    /// ```no_run
    /// # async fn run(client: tallyfy_sdk::Client) -> Result<(), tallyfy_sdk::Error> {
    /// use tallyfy_sdk::reqwest::Method;
    ///
    /// println!("{}", client.raw(Method::GET, "me").preview().await?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Call::preview`].
    pub async fn preview(self) -> Result<Preview, Error> {
        self.bytes().preview().await
    }

    /// The call, whose value is the body of the answer as it comes.
    pub fn bytes(self) -> Call<Bytes> {
        self.reading(|bytes| Ok(bytes.clone())).expecting_bytes()
    }

    /// The call, whose value is the body of the answer as text. Anything but UTF-8 is an error that keeps the bytes, and so is
    /// a page, unless [`accept`](Self::accept) asked for HTML or XML.
    pub fn text(self) -> Call<String> {
        let asked = self.accept.as_ref().and_then(|accept| accept.to_str().ok()).unwrap_or_default();
        let asked = asked.to_ascii_lowercase();
        let is_markup = ["html", "xml"].iter().any(|kind| asked.contains(kind));
        let call = self.reading(|bytes| match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.to_owned()),
            Err(error) => Err(serde_json::Error::custom(format!("the answer is not UTF-8 text: {error}"))),
        });
        if is_markup { call.expecting_bytes() } else { call }
    }

    /// The call, whose value is the body of the answer read as JSON; `data` is not unwrapped.
    pub fn decode<T: DeserializeOwned + Send + 'static>(self) -> Call<T> {
        self.reading(|bytes| wire::from_bytes(bytes))
    }

    /// The call, whose value is what the answer holds in `data`.
    pub fn item<T: DeserializeOwned + Send + 'static>(self) -> Call<T> {
        self.reading(|bytes| wire::item_from_bytes(bytes))
    }

    /// The call, whose value is one page of a list: the rows in `data`, and what `meta` says of the pages. The page is the one
    /// that the query names, or the first; [`Page::has_next`] tells whether to ask for another. Rows that do not fit `T` stand in
    /// [`Page::odd_rows`]; it is an error when none does.
    ///
    /// ```no_run
    /// # async fn run(client: tallyfy_sdk::Client) -> Result<(), tallyfy_sdk::Error> {
    /// use tallyfy_sdk::reqwest::Method;
    ///
    /// let path = "organizations/d83c7e1b40f5492ab6e1c97d05fa3826/tags";
    /// let tags = client.raw(Method::GET, path).query([("page", "2")]).list::<serde_json::Value>().await?;
    /// println!("{} of {:?}", tags.items.len(), tags.total());
    /// # Ok(())
    /// # }
    /// ```
    pub fn list<T: DeserializeOwned + Send + 'static>(self) -> Call<Page<T>> {
        self.reading(|bytes| wire::list_from_bytes(bytes).map(Page::from))
    }

    /// Takes what was made of an argument; the first problem is the one that is told.
    fn with<V>(mut self, made: Result<V, Error>, take: impl FnOnce(&mut Self, V)) -> Self {
        match made {
            Ok(value) => take(&mut self, value),
            Err(error) => self.url = self.url.and(Err(error)),
        }
        self
    }

    fn reading<T: Send + 'static>(self, read: fn(&Bytes) -> serde_json::Result<T>) -> Call<T> {
        let Self { client, method, url, operation, accept, body } = self;
        let (url, arguments) = match url {
            Ok(url) => (Some(url), Ok(())),
            Err(error) => (None, Err(error)),
        };
        let run: GeneratedCall<T> = Box::new(move |api| {
            Box::pin(async move {
                let url = url.ok_or_else(|| Generated::InvalidRequest("no URL".to_owned()))?;
                let mut request = reqwest::Request::new(method, url);
                if let Some(accept) = accept {
                    request.headers_mut().insert(ACCEPT, accept);
                }
                if let Some((content_type, body)) = body {
                    request.headers_mut().insert(CONTENT_TYPE, content_type);
                    *request.body_mut() = Some(body);
                }
                let response = api.exec(request, &OperationInfo { operation_id: operation }).await?;
                let bytes = response.bytes().await.map_err(Generated::ResponseBodyError)?;
                read(&bytes).map(Box::new).map_err(|error| Generated::InvalidResponsePayload(bytes, error))
            })
        });
        Call::of(&client, operation, arguments, run)
    }
}

/// A media type, with parameters or without.
fn media_type(text: &str) -> Result<HeaderValue, Error> {
    let bare = text.split(';').next().unwrap_or_default().trim();
    let is_name = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&^_.+-*".contains(&byte))
    };
    let named = bare.split_once('/').is_some_and(|(kind, name)| is_name(kind) && is_name(name));
    let value = HeaderValue::from_str(text).ok().filter(|_| named);
    value.ok_or_else(|| Error::input("this is not a media type; write one like text/csv or application/json"))
}

/// Media types with commas between them.
fn media_type_list(text: &str) -> Result<HeaderValue, Error> {
    text.split(',').try_for_each(|one| media_type(one.trim()).map(drop))?;
    HeaderValue::from_str(text).map_err(|_| Error::input("the media types cannot stand in a header"))
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

#[cfg(test)]
mod tests;
