//! A server for the tests of this crate: answers one connection after the other as scripted, and keeps
//! what it was sent. It knows nothing of Tallyfy; behaviour is tested against the sandbox.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::{Client, ClientBuilder};

/// What happens to one connection after its request was read.
pub(crate) enum Reply {
    /// The text is written as it is, then the connection ends.
    Raw(String),
    /// The text is written as it is, then nothing more comes.
    Stall(String),
    /// The connection ends without an answer.
    Hangup,
    /// The connection stays open without an answer.
    Silence,
}

/// A JSON answer.
pub(crate) fn json(status: u16, body: &str) -> Reply {
    with_headers(status, "content-type: application/json\r\n", body)
}

/// An answer with header lines of choice, each ended by `\r\n`.
pub(crate) fn with_headers(status: u16, headers: &str, body: &str) -> Reply {
    let length = body.len();
    Reply::Raw(format!(
        "HTTP/1.1 {status} Text\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    ))
}

pub(crate) struct Scripted {
    pub(crate) base_url: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    pub(crate) async fn start(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base_url = format!("http://{}/api", listener.local_addr().expect("an address"));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        tokio::spawn(async move {
            let mut open = Vec::new();
            for reply in replies {
                let Ok((mut stream, _)) = listener.accept().await else { return };
                let request = read_request(&mut stream).await;
                log.lock().expect("no panic").push(request);
                match reply {
                    Reply::Raw(text) => {
                        let _ = stream.write_all(text.as_bytes()).await;
                        let _ = stream.shutdown().await;
                    }
                    Reply::Stall(text) => {
                        let _ = stream.write_all(text.as_bytes()).await;
                        open.push(stream);
                    }
                    Reply::Hangup => drop(stream),
                    Reply::Silence => open.push(stream),
                }
            }
            drop(listener);
            std::future::pending::<()>().await;
        });
        Self { base_url, seen }
    }

    /// Answers every request by what it says, for as long as the test takes.
    pub(crate) async fn answering(answer: impl Fn(&str) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base_url = format!("http://{}/api", listener.local_addr().expect("an address"));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let request = read_request(&mut stream).await;
                let reply = answer(&request);
                log.lock().expect("no panic").push(request);
                if let Reply::Raw(text) = reply {
                    let _ = stream.write_all(text.as_bytes()).await;
                    let _ = stream.shutdown().await;
                }
            }
        });
        Self { base_url, seen }
    }

    /// Answers each request on its own, after some time: as many as come, at the same time. Keeps none of them.
    pub(crate) async fn serving(answer: impl Fn(&str) -> (Duration, Reply) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        Self::serving_at(listener, answer)
    }

    /// The same, at an address that is taken already.
    pub(crate) fn serving_at(
        listener: TcpListener,
        answer: impl Fn(&str) -> (Duration, Reply) + Send + Sync + 'static,
    ) -> Self {
        let base_url = format!("http://{}/api", listener.local_addr().expect("an address"));
        let answer = Arc::new(answer);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let answer = Arc::clone(&answer);
                tokio::spawn(async move {
                    loop {
                        let request = read_request(&mut stream).await;
                        if request.is_empty() {
                            return;
                        }
                        let (time, reply) = answer(&request);
                        tokio::time::sleep(time).await;
                        let Reply::Raw(text) = reply else { return };
                        let text = text.replace("connection: close\r\n", "");
                        if stream.write_all(text.as_bytes()).await.is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Self { base_url, seen: Arc::default() }
    }

    pub(crate) fn builder(&self) -> ClientBuilder {
        Client::builder().token("s3cret").base_url(&*self.base_url)
    }

    pub(crate) fn client(&self) -> Client {
        self.builder().build().expect("a client")
    }

    /// The requests so far, as they came.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.lock().expect("no panic").clone()
    }

    /// The request lines so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        let first = |request: String| request.lines().next().unwrap_or_default().replace(" HTTP/1.1", "");
        self.requests().into_iter().map(first).collect()
    }
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().expect("a length")) {
                return text;
            }
        }
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(count) if count > 0 => bytes.extend_from_slice(&chunk[..count]),
            _ => return text,
        }
    }
}
