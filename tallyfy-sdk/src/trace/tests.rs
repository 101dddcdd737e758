//! What a subscriber gets to see: the fields that are listed here, and nothing of a person or a secret.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Metadata, Subscriber};

use crate::scripted::{Scripted, json, with_headers};
use crate::{
    Client,
    ids::{GuestId, OrganizationId},
};

/// Keeps every field of this crate's spans and events as `name: field=value`.
#[derive(Clone, Default)]
struct Recorder {
    lines: Arc<Mutex<Vec<String>>>,
    spans: Arc<AtomicU64>,
}

struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push_str(&format!(" {}={value:?}", field.name()));
    }
}

impl Recorder {
    /// A recorder beside one that stays: with the last subscriber gone, places that trace may be taken for such that nobody
    /// wants, also by the test that brings the next.
    fn new() -> Self {
        static ALIVE: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(Recorder::default()));
        LazyLock::force(&ALIVE);
        Self::default()
    }

    fn keep(&self, name: &str, record: impl FnOnce(&mut Line<'_>)) {
        let mut line = format!("{name}:");
        record(&mut Line(&mut line));
        self.lines.lock().expect("no panic").push(line);
    }

    fn text(&self) -> String {
        self.lines.lock().expect("no panic").join("\n")
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "tallyfy_sdk"
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.keep("span", |line| span.record(line));
        Id::from_u64(self.spans.fetch_add(1, Ordering::SeqCst) + 1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        self.keep("record", |line| values.record(line));
    }

    fn event(&self, event: &Event<'_>) {
        self.keep("event", |line| event.record(line));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

fn get_guest(client: &Client) -> crate::Call<()> {
    let (org, guest) = (OrganizationId::from("o1"), GuestId::from("ann@example.com"));
    let query = tallyfy_gen::types::GetGuest::new();
    crate::Call::item(client, "get_guest", &[], move |api| async move {
        api.get_guest(org.as_str(), guest.as_str(), &query).await
    })
    .map(drop)
}

#[tokio::test(start_paused = true)]
async fn a_call_leaves_a_span_with_its_attempts_and_waits() {
    let replies = {
        let wait = with_headers(429, "retry-after: 7\r\n", r#"{"message":"limit for ann@example.com"}"#);
        let refused = json(404, r#"{"message":"no ann@example.com, s3cret"}"#);
        vec![json(503, "{}"), wait, refused]
    };
    let server = Scripted::start(replies).await;
    let client = server.builder().jitter(|| 0.5).build().expect("a client");
    let recorder = Recorder::new();
    let guard = tracing::subscriber::set_default(recorder.clone());
    get_guest(&client).header("X-Form", "tax number 42").await.expect_err("no such guest");
    drop(guard);
    let port = server.base_url.trim_start_matches("http://127.0.0.1:").trim_end_matches("/api");
    let expected = format!(
        "span: otel.kind=\"client\" otel.name=\"get_guest\" http.request.method=\"GET\" url.scheme=\"http\" \
         url.template=\"/organizations/{{org}}/guests/{{guest}}\" server.address=\"127.0.0.1\" \
         server.port={port} tallyfy.operation=\"get_guest\"
event: message=attempt tallyfy.attempt=1 http.request.resend_count=0 http.response.status_code=503
event: message=wait tallyfy.wait_ms=250 tallyfy.why=\"backoff\"
event: message=attempt tallyfy.attempt=2 http.request.resend_count=1 http.response.status_code=429
event: message=wait tallyfy.wait_ms=7000 tallyfy.why=\"turn\"
event: message=attempt tallyfy.attempt=3 http.request.resend_count=2 http.response.status_code=404
record: http.response.status_code=404
record: tallyfy.attempts=3
record: error.type=\"404\"
record: tallyfy.delivery=\"unknown\""
    );
    assert_eq!(recorder.text(), expected);
}

#[tokio::test]
async fn nothing_private_is_traced() {
    let server = Scripted::start(vec![crate::scripted::Reply::Hangup, json(200, r#"{"data":1}"#)]).await;
    let recorder = Recorder::new();
    let guard = tracing::subscriber::set_default(recorder.clone());
    let client = server.client();
    let raw = client.raw(reqwest::Method::POST, "people/ann%40example.com").query([("q", "Ann Berg")]);
    raw.json(&serde_json::json!({"tax": "NO 912"})).await.expect_err("lost");
    client.raw(reqwest::Method::GET, "people/Ann").await.expect("an answer");
    drop(guard);
    let text = recorder.text();
    for private in ["s3cret", "ann", "Ann", "Berg", "912", "people"] {
        assert!(!text.contains(private), "{private} in {text}");
    }
    assert!(text.contains("error.type=\"lost\""), "{text}");
}
