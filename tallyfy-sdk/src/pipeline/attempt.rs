//! One exchange over the wire: send a request, read the whole answer, say exactly how far it came. What
//! follows from that stands in `pipeline.rs`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::{Buf, Bytes};
use http_body_util::Full;
use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode, Url};

use super::http2;
use super::unpack::{TooLarge, unpacked};
use crate::error;
use crate::retry::{Delivery, Outcome};

/// An answer that is no success is kept up to this size; the rest says nothing more.
const LARGEST_ERROR: u64 = 1024 * 1024;

/// How one attempt ended.
#[derive(Debug)]
pub(super) enum Attempt {
    /// A whole answer (of an error answer: as much as is kept).
    Answered { status: StatusCode, headers: HeaderMap, body: Bytes },
    /// A 2xx status line, then less than the promised body.
    Broken { status: StatusCode, headers: HeaderMap, body: Bytes, error: reqwest::Error },
    /// A 2xx status line, then more than the client accepts.
    TooLarge { status: StatusCode, headers: HeaderMap },
    /// No status line.
    Failed { error: reqwest::Error, sent: bool },
}

impl Attempt {
    pub(super) fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Answered { status, .. } | Self::Broken { status, .. } | Self::TooLarge { status, .. } => {
                Some(*status)
            }
            Self::Failed { .. } => None,
        }
    }

    pub(super) fn headers(&self) -> Option<&HeaderMap> {
        match self {
            Self::Answered { headers, .. }
            | Self::Broken { headers, .. }
            | Self::TooLarge { headers, .. } => Some(headers),
            Self::Failed { .. } => None,
        }
    }

    pub(super) fn headers_mut(&mut self) -> Option<&mut HeaderMap> {
        match self {
            Self::Answered { headers, .. }
            | Self::Broken { headers, .. }
            | Self::TooLarge { headers, .. } => Some(headers),
            Self::Failed { .. } => None,
        }
    }

    /// What it left behind: the table by status, and whose answer it is.
    pub(super) fn delivery(&self, outcome: Outcome) -> Delivery {
        let certain = outcome.delivery();
        match self {
            Self::Answered { status, headers, body } if error::leaves_open(*status, headers, body) => {
                certain.max(Delivery::Unknown)
            }
            // A page that broke off is as little the service's as a whole one.
            Self::Broken { headers, body, .. } if error::unfit(headers, body).is_some() => Delivery::Unknown,
            _ => certain,
        }
    }

    /// Whether it turns the token away, so that another one may help.
    pub(super) fn turns_token_away(&self) -> bool {
        match self {
            Self::Answered { status, headers, body } => error::turns_token_away(*status, headers, body),
            _ => false,
        }
    }

    /// In one word, for traces, where it is no whole answer.
    pub(super) fn failure(&self) -> Option<&'static str> {
        match self {
            Self::Answered { .. } => None,
            Self::Broken { .. } => Some("broken"),
            Self::TooLarge { .. } => Some("too_large"),
            Self::Failed { error, .. } if error.is_timeout() => Some("timeout"),
            Self::Failed { sent: true, .. } => Some("lost"),
            Self::Failed { sent: false, .. } => Some("connect"),
        }
    }
}

/// A request body: bytes can be sent again, a stream cannot.
#[derive(Debug)]
pub(crate) enum Body {
    None,
    Bytes(Bytes),
    Stream(Option<reqwest::Body>),
}

impl Body {
    pub(super) fn of(body: Option<reqwest::Body>) -> Self {
        match body {
            None => Self::None,
            Some(body) => match body.as_bytes() {
                Some(bytes) => Self::Bytes(Bytes::copy_from_slice(bytes)),
                None => Self::Stream(Some(body)),
            },
        }
    }

    pub(crate) fn is_repeatable(&self) -> bool {
        !matches!(self, Self::Stream(_))
    }

    /// The bytes, if they are at hand.
    pub(crate) fn bytes(&self) -> Option<Bytes> {
        match self {
            Self::Bytes(bytes) => Some(bytes.clone()),
            Self::None | Self::Stream(_) => None,
        }
    }

    /// Turns true when the connection asks for the body; `None` where there is nothing to ask for, or a stream.
    pub(super) fn watch(&self) -> Option<Arc<AtomicBool>> {
        match self {
            Self::Bytes(bytes) if !bytes.is_empty() => Some(Arc::default()),
            Self::None | Self::Bytes(_) | Self::Stream(_) => None,
        }
    }

    /// As [`bytes`](Self::bytes), to look at.
    pub(super) fn shown(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::None | Self::Stream(_) => None,
        }
    }

    /// The body for one attempt.
    pub(super) fn take(&mut self) -> Self {
        match self {
            Self::None => Self::None,
            Self::Bytes(bytes) => Self::Bytes(bytes.clone()),
            Self::Stream(stream) => Self::Stream(stream.take()),
        }
    }
}

/// Bytes that remember whether the connection asked for them.
///
/// The connection takes the body only when it is up and the head of the request is about to be written:
/// bytes nobody asked for were surely not sent, however the attempt ended.
struct Watched {
    bytes: Bytes,
    asked: Arc<AtomicBool>,
}

impl Buf for Watched {
    fn remaining(&self) -> usize {
        self.bytes.remaining()
    }

    fn chunk(&self) -> &[u8] {
        self.bytes.chunk()
    }

    fn advance(&mut self, count: usize) {
        self.bytes.advance(count);
    }
}

impl From<Watched> for Bytes {
    fn from(watched: Watched) -> Self {
        watched.asked.store(true, Ordering::Release);
        watched.bytes
    }
}

/// A request, complete for one attempt.
pub(super) struct Outgoing {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Body,
    /// [`Body::watch`]
    pub(super) asked: Option<Arc<AtomicBool>>,
    pub(super) timeout: Duration,
}

/// Sends and reads. Never fails: the way it failed is the result.
#[expect(clippy::disallowed_methods, reason = "the one place from which requests leave")]
pub(super) async fn send(http: &reqwest::Client, outgoing: Outgoing, limit: u64) -> Attempt {
    let mut request = reqwest::Request::new(outgoing.method, outgoing.url);
    *request.headers_mut() = outgoing.headers;
    // Replaces any total timeout that the adjusted HTTP client has, and covers the body too.
    *request.timeout_mut() = Some(outgoing.timeout);
    *request.body_mut() = match (outgoing.body, &outgoing.asked) {
        (Body::None, _) => None,
        (Body::Bytes(bytes), None) => Some(bytes.into()),
        (Body::Bytes(bytes), Some(asked)) => {
            let asked = Arc::clone(asked);
            Some(reqwest::Body::wrap(Full::new(Watched { bytes, asked })))
        }
        (Body::Stream(stream), _) => stream,
    };
    match http.execute(request).await {
        Ok(response) => read(response, limit).await,
        Err(error) => {
            let untouched = outgoing.asked.is_some_and(|asked| !asked.load(Ordering::Acquire));
            let refused = http2::was_refused(&error);
            let sent = !(untouched || error.is_connect() || error.is_builder() || refused);
            Attempt::Failed { error, sent }
        }
    }
}

/// Reads the whole body. A success must fit the limit; of an error answer the beginning will do.
async fn read(mut response: reqwest::Response, limit: u64) -> Attempt {
    let status = response.status();
    let headers = std::mem::take(response.headers_mut());
    let succeeded = status.is_success();
    let limit = if succeeded { limit } else { limit.min(LARGEST_ERROR) };
    // Some answers promise more than they may have; nothing of those needs to be read.
    if succeeded && response.content_length().is_some_and(|length| length > limit) {
        return Attempt::TooLarge { status, headers };
    }
    let promised = response.content_length().unwrap_or(0).min(LARGEST_ERROR);
    let mut body = Collected { promised: usize::try_from(promised).unwrap_or(0), ..Collected::default() };
    loop {
        match response.chunk().await {
            Ok(None) => return whole(status, headers, body.into_bytes(), limit),
            Ok(Some(piece)) if (body.len() + piece.len()) as u64 > limit => {
                if succeeded {
                    return Attempt::TooLarge { status, headers };
                }
                let room = usize::try_from(limit).unwrap_or(usize::MAX) - body.len();
                body.push(piece.slice(..room.min(piece.len())));
                return whole(status, headers, body.into_bytes(), limit);
            }
            Ok(Some(piece)) => body.push(piece),
            Err(error) if succeeded => {
                return Attempt::Broken { status, headers, body: body.into_bytes(), error };
            }
            // The status line says all that matters; the message may be cut.
            Err(_) => return whole(status, headers, body.into_bytes(), limit),
        }
    }
}

/// A whole body, unpacked.
fn whole(status: StatusCode, mut headers: HeaderMap, body: Bytes, limit: u64) -> Attempt {
    match unpacked(&mut headers, body, limit) {
        Ok(body) => Attempt::Answered { status, headers, body },
        Err(TooLarge) if status.is_success() => Attempt::TooLarge { status, headers },
        Err(TooLarge) => Attempt::Answered { status, headers, body: Bytes::new() },
    }
}

/// What has come of a body. A small one comes in one piece, which need not be copied.
#[derive(Default)]
struct Collected {
    promised: usize,
    first: Bytes,
    /// All of it, once there is more than the first piece.
    all: Vec<u8>,
}

impl Collected {
    fn push(&mut self, piece: Bytes) {
        if self.len() == 0 {
            self.first = piece;
            return;
        }
        if self.all.is_empty() {
            self.all.reserve(self.promised);
            self.all.extend_from_slice(&self.first);
        }
        self.all.extend_from_slice(&piece);
    }

    fn len(&self) -> usize {
        self.all.len().max(self.first.len())
    }

    fn into_bytes(self) -> Bytes {
        if self.all.is_empty() { self.first } else { self.all.into() }
    }
}
