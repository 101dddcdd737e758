//! A server that answers every request with the same bytes, whatever they are, and keeps nothing. Behaviour of the service
//! is the sandbox's.

use std::io;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

/// How a connection ends after the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// No more will come, and the client is told.
    Closed,
    /// No more will come, and nobody says so.
    Silence,
}

/// Dropping it stops it.
pub(crate) struct PlainServer {
    pub(crate) base_url: String,
    answer: Arc<Mutex<(Vec<u8>, Ending)>>,
    task: AbortHandle,
}

impl PlainServer {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base_url = format!("http://{}/api", listener.local_addr().expect("an address"));
        let answer = Arc::new(Mutex::new((Vec::new(), Ending::Closed)));
        let current = Arc::clone(&answer);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (bytes, ending) = current.lock().expect("no panic").clone();
                tokio::spawn(serve(stream, bytes, ending));
            }
        });
        Self { base_url, answer, task: task.abort_handle() }
    }

    /// From now on.
    pub(crate) fn answers(&self, bytes: impl Into<Vec<u8>>, ending: Ending) {
        *self.answer.lock().expect("no panic") = (bytes.into(), ending);
    }
}

impl Drop for PlainServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, bytes: Vec<u8>, ending: Ending) {
    let _ = read_request(&mut stream).await;
    let _ = stream.write_all(&bytes).await;
    match ending {
        Ending::Closed => drop(stream.shutdown().await),
        // Until the client gives up.
        Ending::Silence => drop(stream.read(&mut [0; 16]).await),
    }
}

/// Head and body; closing before all was read would reset the connection. Fails when the request ends too early.
pub(crate) async fn read_request(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 8192];
    while !is_whole(&bytes) {
        match stream.read(&mut chunk).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => bytes.extend_from_slice(&chunk[..count]),
        }
    }
    Ok(bytes)
}

fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.map_or(0, |length| length.parse().expect("a length"))
}
