//! The listener, its connections, and the cutting of connections.
//!
//! Not here: what is answered (`service`).

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::service::{self, Outcome, Shared};

/// Serves until the future is dropped; then every connection is dropped too.
pub(crate) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // A failed accept concerns one client; the listener goes on.
                if let Ok((stream, _)) = accepted {
                    connections.spawn(connection(stream, Arc::clone(&shared)));
                }
            }
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
}

/// One connection. No timers here: under a paused tokio clock an idle one would fire at once.
async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    // Without it small answers wait for the client's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let cut = Arc::new(AtomicBool::new(false));
    let wire = Wire { stream, cut: Arc::clone(&cut) };
    let answer = service_fn(move |request| answer(Arc::clone(&shared), Arc::clone(&cut), request));
    // An error here is a client that went away, or a cut on order.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(wire), answer).await;
}

async fn answer(
    shared: Arc<Shared>,
    cut: Arc<AtomicBool>,
    request: Request<Incoming>,
) -> Result<Response<Content>, io::Error> {
    match service::handle(&shared, request).await {
        Outcome::Answer(response) => Ok(response.map(Content::whole)),
        Outcome::CutBefore => {
            cut.store(true, Ordering::Relaxed);
            Err(io::ErrorKind::ConnectionReset.into())
        }
        Outcome::CutInBody(response) => Ok(response.map(|bytes| Content::cut(bytes, cut))),
    }
}

/// A connection that can be ended by a reset instead of a farewell.
struct Wire {
    stream: TcpStream,
    cut: Arc<AtomicBool>,
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.cut.load(Ordering::Relaxed) {
            // Without lingering, closing sends a reset. If it fails the client sees a plain end.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.cut.load(Ordering::Relaxed) {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// The body of an answer: whole, or half of it and then a reset.
struct Content {
    bytes: Bytes,
    sent: bool,
    cut: Option<Arc<AtomicBool>>,
    flushed: bool,
}

impl Content {
    fn whole(bytes: Bytes) -> Self {
        Self { bytes, sent: false, cut: None, flushed: false }
    }

    fn cut(bytes: Bytes, cut: Arc<AtomicBool>) -> Self {
        Self { bytes, sent: false, cut: Some(cut), flushed: false }
    }
}

impl HttpBody for Content {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if !self.sent {
            self.sent = true;
            let end = if self.cut.is_some() { self.bytes.len() / 2 } else { self.bytes.len() };
            if end > 0 {
                return Poll::Ready(Some(Ok(Frame::data(self.bytes.slice(..end)))));
            }
        }
        let Some(cut) = self.cut.clone() else { return Poll::Ready(None) };
        if !self.flushed {
            // A pause lets the half reach the wire before the error ends the connection.
            self.flushed = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        cut.store(true, Ordering::Relaxed);
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into())))
    }

    fn size_hint(&self) -> SizeHint {
        if self.sent { SizeHint::default() } else { SizeHint::with_exact(self.bytes.len() as u64) }
    }

    fn is_end_stream(&self) -> bool {
        self.cut.is_none() && (self.sent || self.bytes.is_empty())
    }
}
