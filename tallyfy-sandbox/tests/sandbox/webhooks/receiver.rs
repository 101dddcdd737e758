//! A server of this machine that webhooks are sent to.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;

/// What a receiver does with a call.
#[derive(Clone)]
pub enum Manner {
    /// Answers with this status.
    Answer(u16),
    /// Answers that it is elsewhere.
    Redirect(String),
    /// Reads and says nothing.
    Silent,
}

/// A call that arrived.
#[derive(Clone, Debug)]
pub struct Got {
    pub method: String,
    pub path: String,
    pub content_type: String,
    pub organization: String,
    pub json: Value,
}

#[derive(Default)]
struct Seen {
    calls: Vec<Got>,
    connections: usize,
}

pub struct Receiver {
    pub address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

impl Receiver {
    pub async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let seen = Arc::new(Mutex::new(Seen::default()));
        tokio::spawn(serve(listener, manner, Arc::clone(&seen)));
        Self { address, seen }
    }

    /// A URL of this receiver.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What has arrived, oldest first.
    pub fn got(&self) -> Vec<Got> {
        self.seen.lock().expect("no panic in the receiver").calls.clone()
    }

    /// How often somebody has connected.
    pub fn connections(&self) -> usize {
        self.seen.lock().expect("no panic in the receiver").connections
    }
}

async fn serve(listener: TcpListener, manner: Manner, seen: Arc<Mutex<Seen>>) {
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        seen.lock().expect("no panic elsewhere").connections += 1;
        let (manner, seen) = (manner.clone(), Arc::clone(&seen));
        let answer = service_fn(move |request| answer(manner.clone(), Arc::clone(&seen), request));
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
    }
}

async fn answer(
    manner: Manner,
    seen: Arc<Mutex<Seen>>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let header = |name: &str| {
        let value = parts.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let bytes = body.collect().await.expect("a whole body").to_bytes();
    let got = Got {
        method: parts.method.to_string(),
        path: parts.uri.to_string(),
        content_type: header("content-type"),
        organization: header("x-tallyfy-orgid"),
        json: serde_json::from_slice(&bytes).expect("JSON"),
    };
    seen.lock().expect("no panic elsewhere").calls.push(got);
    let builder = match &manner {
        Manner::Answer(status) => Response::builder().status(*status),
        Manner::Redirect(to) => Response::builder().status(307).header("location", to),
        Manner::Silent => std::future::pending().await,
    };
    Ok(builder.body(Full::new(Bytes::from_static(b"thanks"))).expect("a response"))
}
