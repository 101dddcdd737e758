//! The sandbox, spoken to over raw HTTP.
//!
//! Not here: the SDK; these tests know the wire alone.

mod activity;
mod auth;
mod automations;
mod comments;
mod contract;
mod design;
mod faults;
mod gate;
mod index;
mod isolation;
mod launch;
mod limits;
mod lists;
mod marks;
mod people;
mod planned;
mod processes;
mod program;
mod quirks;
mod readme;
mod reads;
mod served;
mod strange;
mod tasks;
mod values;
mod webhooks;

use reqwest::{Method, StatusCode};
use serde_json::Value;
use tallyfy_sandbox::{Sandbox, Violation, seed};

/// A sandbox at the seed's own time, with a client.
struct Desk {
    sandbox: Sandbox,
    http: reqwest::Client,
    token: &'static str,
}

/// An answer, read.
#[derive(Debug)]
struct Reply {
    status: StatusCode,
    headers: reqwest::header::HeaderMap,
    text: String,
    json: Value,
}

impl Desk {
    async fn new() -> Self {
        let sandbox = Sandbox::builder().now(seed::today()).start().await.expect("a free port");
        Self { sandbox, http: http(), token: seed::ADMIN_TOKEN }
    }

    /// A request with the usual headers. `path` is below the organization unless it starts with `~`.
    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let base = self.sandbox.base_url();
        let url = match path.strip_prefix('~') {
            Some(path) => format!("{base}{path}"),
            None => format!("{base}/organizations/{}{path}", seed::ORGANIZATION),
        };
        self.http
            .request(method, url)
            .bearer_auth(self.token)
            .header("Accept", "application/json")
            .header("X-Tallyfy-Client", "APIClient")
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.expect("a body");
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Reply { status, headers, text, json }
    }

    async fn get(&self, path: &str) -> Reply {
        self.send(self.request(Method::GET, path)).await
    }

    async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    async fn put(&self, path: &str, body: Value) -> Reply {
        self.send(self.request(Method::PUT, path).json(&body)).await
    }

    async fn delete(&self, path: &str) -> Reply {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// No answer of the sandbox broke the document.
    #[track_caller]
    fn is_faithful(&self) {
        let own: Vec<Violation> = self
            .sandbox
            .violations()
            .into_iter()
            .filter(|v| v.side == tallyfy_sandbox::Side::Sandbox)
            .collect();
        assert_eq!(own, []);
    }
}

impl Reply {
    #[track_caller]
    fn is(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self.json
    }
}

/// The texts under a key of every row in `data`.
#[track_caller]
fn column(list: &Value, key: &str) -> Vec<String> {
    let rows = list["data"].as_array().expect("a list");
    rows.iter().map(|row| row[key].as_str().unwrap_or_default().to_owned()).collect()
}

/// A plain HTTP client, with a TLS provider where the build has TLS: an error says that there is one already.
fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    // A redirect would lead to the service.
    let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    builder.build().expect("a client")
}
