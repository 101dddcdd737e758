//! The listener, its connections, and the cutting of connections.
//!
//! Not here: what is answered (`service`).

use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::Sleep;

use crate::service::{self, Outcome, Shared};

/// Between two accepts that fail for want of resources.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves until the future is dropped; then every connection is dropped too.
pub(crate) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            (stream, _) = next(|| listener.accept()) => {
                connections.spawn(connection(stream, Arc::clone(&shared)));
            }
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
}

/// The next client. A failed accept concerns one client, and the listener goes on; but when the process has no file
/// descriptor left, the next accept fails at once too, so there is a pause before it.
async fn next<T, F: Future<Output = io::Result<T>>>(mut accept: impl FnMut() -> F) -> T {
    loop {
        match accept().await {
            Ok(client) => return client,
            Err(error) if is_of_one_client(&error) => {}
            // A connection that ends, and so gives its descriptor back, ends the pause too: see `serve`.
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

fn is_of_one_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// One connection. No timers here: under a paused tokio clock an idle one would fire at once.
async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    // Without it small answers wait for the client's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let address = stream.peer_addr().ok().map(|peer| peer.ip());
    let cut = Arc::new(AtomicBool::new(false));
    let wire = Wire { stream, cut: Arc::clone(&cut) };
    let answer = service_fn(move |request| answer(Arc::clone(&shared), address, Arc::clone(&cut), request));
    // An error here is a client that went away, or a cut on order.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(wire), answer).await;
}

async fn answer(
    shared: Arc<Shared>,
    address: Option<IpAddr>,
    cut: Arc<AtomicBool>,
    request: Request<Incoming>,
) -> Result<Response<Content>, io::Error> {
    match service::handle(&shared, address, request).await {
        Outcome::Answer(response) => Ok(response.map(Content::whole)),
        Outcome::CutBefore => {
            cut.store(true, Ordering::Relaxed);
            Err(io::ErrorKind::ConnectionReset.into())
        }
        Outcome::CutInBody(response) => Ok(response.map(|bytes| Content::cut(bytes, cut))),
        Outcome::Dribble(response, pieces, pause) => {
            Ok(response.map(|bytes| Content::slow(bytes, pieces, pause)))
        }
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

/// The body of an answer: whole, in slow pieces, or half of it and then a reset.
struct Content {
    left: Bytes,
    slow: Option<Slow>,
    cut: Option<Cut>,
}

/// Pieces of this size, each after a pause.
struct Slow {
    piece: usize,
    pause: Duration,
    sleep: Pin<Box<Sleep>>,
}

/// What remains when the body is cut, and whom to tell.
struct Cut {
    rest: usize,
    flushed: bool,
    wire: Arc<AtomicBool>,
}

impl Content {
    fn whole(bytes: Bytes) -> Self {
        Self { left: bytes, slow: None, cut: None }
    }

    fn slow(bytes: Bytes, pieces: usize, pause: Duration) -> Self {
        let piece = bytes.len().div_ceil(pieces.max(1));
        let slow = Slow { piece, pause, sleep: Box::pin(tokio::time::sleep(pause)) };
        Self { slow: Some(slow), ..Self::whole(bytes) }
    }

    fn cut(bytes: Bytes, wire: Arc<AtomicBool>) -> Self {
        let rest = bytes.len().div_ceil(2);
        Self { cut: Some(Cut { rest, flushed: false, wire }), ..Self::whole(bytes) }
    }

    /// How much may go out now.
    fn ready(&mut self, context: &mut Context<'_>) -> Poll<usize> {
        let held_back = self.cut.as_ref().map_or(0, |cut| cut.rest);
        let mut size = self.left.len() - held_back;
        if let Some(slow) = self.slow.as_mut().filter(|_| size > 0) {
            std::task::ready!(slow.sleep.as_mut().poll(context));
            slow.sleep = Box::pin(tokio::time::sleep(slow.pause));
            size = size.min(slow.piece);
        }
        Poll::Ready(size)
    }
}

impl HttpBody for Content {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let size = std::task::ready!(self.ready(context));
        if size > 0 {
            return Poll::Ready(Some(Ok(Frame::data(self.left.split_to(size)))));
        }
        let Some(cut) = self.cut.as_mut() else { return Poll::Ready(None) };
        if !cut.flushed {
            // A pause lets the half reach the wire before the error ends the connection.
            cut.flushed = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        cut.wire.store(true, Ordering::Relaxed);
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into())))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.len() as u64)
    }

    fn is_end_stream(&self) -> bool {
        self.cut.is_none() && self.left.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_listener_without_file_descriptors_waits_instead_of_spinning() {
        const NO_DESCRIPTORS: i32 = 24;
        let started = tokio::time::Instant::now();
        let mut failures = 0;
        let client = next(|| {
            let accepted = if started.elapsed() < Duration::from_secs(10) {
                failures += 1;
                Err(io::Error::from_raw_os_error(NO_DESCRIPTORS))
            } else {
                Ok("a client")
            };
            std::future::ready(accepted)
        });
        let client = tokio::time::timeout(Duration::from_secs(20), client).await.expect("it goes on");
        assert_eq!(client, "a client");
        assert!((10..=200).contains(&failures), "{failures} accepts in ten seconds");
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_went_away_does_not_keep_the_next_waiting() {
        let started = tokio::time::Instant::now();
        let mut answers = vec![Ok("the next"), Err(io::ErrorKind::ConnectionAborted.into())];
        let client = next(|| std::future::ready(answers.pop().expect("two answers"))).await;
        assert_eq!((client, started.elapsed()), ("the next", Duration::ZERO));
    }
}
