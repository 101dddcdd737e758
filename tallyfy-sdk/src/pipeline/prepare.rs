//! What is done once for a call: what kind of operation it is, and steps 1 to 3 of `pipeline.rs`, which make of a
//! request what leaves, but for the token.

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use reqwest::{Method, Url};
use tallyfy_gen::operations::Repeat;

use super::attempt::Body;
use crate::client::Core;
use crate::error::Sent;

const API_VERSION: HeaderName = HeaderName::from_static("api-version");
const CLIENT: HeaderName = HeaderName::from_static("x-tallyfy-client");

/// What is to be done, apart from the request itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    pub(crate) operation: &'static str,
    pub(crate) class: Repeat,
    /// Whether the object is gone afterwards, so that a repeat which finds nothing has found its work done.
    pub(super) removes: bool,
}

impl Target {
    /// By the table that is generated from the API description; an operation that it does not know is
    /// taken for one that cannot be repeated. The caller may know better.
    pub(crate) fn of(operation: &'static str, idempotent: Option<bool>) -> Self {
        let known = tallyfy_gen::operations::find(operation);
        let class = match idempotent {
            Some(true) => Repeat::Safe,
            Some(false) => Repeat::Unsafe,
            None => known.map_or(Repeat::Unsafe, |known| known.repeat),
        };
        Self { operation, class, removes: known.is_some_and(|known| known.removes) }
    }
}

/// A request as it leaves, but for the token.
pub(crate) struct Prepared {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
}

impl Prepared {
    /// What may come back in an answer.
    pub(crate) fn sent(&self) -> Sent<'_> {
        Sent {
            url: &self.url,
            headers: &self.headers,
            body: self.body.shown(),
            content_type: self
                .headers
                .get(CONTENT_TYPE)
                .and_then(|kind| kind.to_str().ok())
                .unwrap_or_default(),
        }
    }
}

/// Steps 1 to 3.
pub(crate) fn prepare(core: &Core, mut request: reqwest::Request, extra: &HeaderMap) -> Prepared {
    let mut headers = std::mem::take(request.headers_mut());
    headers.remove(API_VERSION);
    // Without it errors come as HTML pages (docs:open-api/code-samples/authentication/index).
    // A raw call may have asked for something else.
    headers.entry(ACCEPT).or_insert(HeaderValue::from_static("application/json"));
    // Required on every call (docs:open-api/index); without it the service answers 401 or 404.
    headers.insert(CLIENT, core.client_header.clone());
    headers.insert(USER_AGENT, core.user_agent.clone());
    // The place of the token: each attempt puts it there, without making room in a copy of the headers.
    headers.insert(AUTHORIZATION, HeaderValue::from_static("Bearer ***"));
    for (name, value) in extra {
        headers.insert(name.clone(), value.clone());
    }
    let mut url = request.url().clone();
    // Form encoding writes a space as a plus sign, which the service does not read as a space; a plus
    // sign proper is already %2B here (py:tests/test_search_filter_encoding).
    if let Some(query) = url.query().filter(|query| query.contains('+')) {
        let query = query.replace('+', "%20");
        url.set_query(Some(&query));
    }
    Prepared { method: request.method().clone(), url, headers, body: Body::of(request.body_mut().take()) }
}
