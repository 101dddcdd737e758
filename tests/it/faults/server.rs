//! A server that does to each connection what it is told, and knows nothing of Tallyfy: one request a connection, which
//! is read whole first. It runs on the runtime of the test, or the paused clock would run ahead of it.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use crate::plain_server::read_request;

/// What becomes of a connection.
#[derive(Clone, Debug)]
pub enum Act {
    /// The text is the answer.
    Answer(String),
    /// The connection is reset after this much of an answer.
    Reset(String),
    /// Nothing comes.
    Silence,
}

impl Act {
    /// A whole answer; each of the header lines ends with `\r\n`.
    pub fn answer(status: u16, headers: &str, body: &str) -> Self {
        let length = body.len();
        Self::Answer(format!(
            "HTTP/1.1 {status} Text\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
        ))
    }

    pub fn json(status: u16, body: &str) -> Self {
        Self::answer(status, "content-type: application/json\r\n", body)
    }

    pub fn html(status: u16) -> Self {
        let page = "<!DOCTYPE html><html><head><title>Tallyfy</title></head><body>Tallyfy</body></html>";
        Self::answer(status, "content-type: text/html; charset=utf-8\r\n", page)
    }
}

/// What happens next: first these, then the last one for ever.
#[derive(Debug)]
struct Script {
    acts: Vec<Act>,
    next: usize,
}

pub struct Server {
    pub port: u16,
    script: Arc<Mutex<Script>>,
}

impl Server {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let script = Arc::new(Mutex::new(Script { acts: Vec::new(), next: 0 }));
        tokio::spawn(serve(listener, Arc::clone(&script)));
        Self { port, script }
    }

    /// From now on this happens.
    pub fn plan(&self, acts: Vec<Act>) {
        *self.script.lock().unwrap_or_else(PoisonError::into_inner) = Script { acts, next: 0 };
    }

    /// Requests since the last plan.
    pub fn requests(&self) -> usize {
        self.script.lock().unwrap_or_else(PoisonError::into_inner).next
    }
}

async fn serve(listener: TcpListener, script: Arc<Mutex<Script>>) {
    // Held open until the next connection: by then nobody waits for an answer any more.
    let mut _silent = None;
    while let Ok((mut stream, _)) = listener.accept().await {
        if read_request(&mut stream).await.is_err() {
            continue;
        }
        let act = {
            let mut script = script.lock().unwrap_or_else(PoisonError::into_inner);
            script.next += 1;
            script.acts.get(script.next - 1).or(script.acts.last()).cloned()
        };
        match act {
            Some(Act::Answer(text)) => {
                let _ = stream.write_all(text.as_bytes()).await;
                let _ = stream.shutdown().await;
            }
            Some(Act::Reset(text)) => {
                let _ = stream.write_all(text.as_bytes()).await;
                // Without lingering, closing sends a reset.
                stream.set_zero_linger().expect("a connection that can be reset");
            }
            Some(Act::Silence) => _silent = Some(stream),
            None => {}
        }
    }
}
