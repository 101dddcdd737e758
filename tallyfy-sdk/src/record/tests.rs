//! What a recording keeps, and what it must not.

use std::io;
use std::sync::{Arc, Mutex};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::Recorder;

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl io::Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Buffer {
    fn lines(&self) -> Vec<Value> {
        let text = String::from_utf8(self.0.lock().expect("no panic").clone()).expect("text");
        text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
    }
}

fn recorded(operation: &str, status: u16, body: &str) -> Value {
    let buffer = Buffer::default();
    let recorder = Recorder::scrubbing(buffer.clone());
    let status = StatusCode::from_u16(status).expect("a status");
    recorder.exchange(
        operation,
        &Method::GET,
        "/organizations/o1/guests/kim@lund.test",
        status,
        body.as_bytes(),
    );
    buffer.lines().remove(0)
}

fn body(body: &Value) -> Value {
    recorded("get_run", 200, &body.to_string())["body"].clone()
}

#[test]
fn a_line_names_the_operation_by_its_template() {
    let line = recorded("get_guest", 200, "{}");
    assert_eq!(
        line,
        json!({
            "operation": "get_guest", "method": "GET", "path": "/organizations/{org}/guests/{guest}",
            "status": 200, "body": {},
        })
    );
    let path = recorded("raw", 404, "").get("path").and_then(Value::as_str).expect("a path").to_owned();
    assert!(path.starts_with("/organizations/") && path.contains("/guests/"), "{path}");
    assert!(!path.contains("kim") && path.contains('@'), "{path}");
}

#[test]
fn nothing_of_people_is_kept_and_every_shape_is() {
    let secret = json!({"data": {
        "id": "71bec6df8c794364eac5d3c65e5916b9",
        "name": "Oven 3 for Björn",
        "email": "kim@lund.test",
        "guest_url": "https://go.tallyfy.com/guest/x7k2/secret-token",
        "phone": "+45 5512 3400",
        "salary": 48250,
        "prerun": {"0fa7d7d7add96958ad7f4a5e2df48c09": "Passed", "secret_key": {"text": "Cellar"}},
        "custom_fields": {"cost_center": "K-77"},
        "summary": "<p>Door <b>closed</b></p>",
        "users": [3105, 3106],
    }});
    let kept = body(&secret);
    let text = kept.to_string();
    for gone in [
        "71bec6df",
        "Oven",
        "Bj",
        "kim",
        "lund",
        "tallyfy",
        "x7k2",
        "secret",
        "5512",
        "48250",
        "Passed",
        "0fa7d7d7",
        "Cellar",
        "cost_center",
        "K-77",
        "Door",
        "closed",
        "3105",
    ] {
        assert!(!text.contains(gone), "{gone} in {text}");
    }
    let data = &kept["data"];
    let id = data["id"].as_str().expect("a text");
    assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    let email = data["email"].as_str().expect("a text");
    assert!(email.len() == 13 && email.find('@') == Some(3) && email.find('.') == Some(8), "{email}");
    assert!(data["guest_url"].as_str().is_some_and(|url| url.starts_with("https://")), "{data}");
    assert!(data["salary"].as_i64().is_some_and(|number| (10_000..100_000).contains(&number)), "{data}");
    assert_eq!(data["prerun"].as_object().map(serde_json::Map::len), Some(2));
    assert!(data["users"][0] != data["users"][1] && data["users"][0].is_i64(), "{data}");
}

#[test]
fn what_is_the_services_stays() {
    for kept in [
        json!({"data": {"status": "active", "is_public": false, "archived_at": null, "position": 12}}),
        json!({"data": {"deadline": "2026-08-22T15:00:00.000Z", "started_at": "2026-08-20 06:00:00", "due": "2026-08-22"}}),
        json!({"data": {"task_type": "brand-new-kind", "flags": ["0", "1", "", "true"]}}),
        json!({"data": [], "meta": {"pagination": {"total": 21, "links": []}}}),
        json!({"data": {"ko-form-fields": [], "UTC_offset": null}}),
        json!({"0": {"position": 1}, "2": {"position": 2}}),
    ] {
        assert_eq!(body(&kept), kept);
    }
}

#[test]
fn the_same_text_becomes_the_same_noise_within_one_recording_alone() {
    let buffer = Buffer::default();
    let recorder = Recorder::scrubbing(buffer.clone());
    let body = br#"{"id": "71bec6df8c794364eac5d3c65e5916b9", "number": 310677, "text": "310677"}"#;
    for _ in 0..2 {
        recorder.exchange("get_run", &Method::GET, "/", StatusCode::OK, body);
    }
    let lines = buffer.lines();
    assert_eq!(lines[0], lines[1]);
    let (number, text) = (&lines[0]["body"]["number"], &lines[0]["body"]["text"]);
    assert_eq!(number.to_string(), text.as_str().expect("a text"));
    let other = recorded("get_run", 200, std::str::from_utf8(body).expect("text"));
    assert_ne!(lines[0]["body"]["id"], other["body"]["id"]);
}

#[test]
fn pages_and_files_are_told_apart_and_not_kept() {
    let page = recorded("get_run", 502, "<html><title>Kim's proxy</title>");
    let page = page["body"].as_str().expect("a text");
    assert!(page.starts_with("<html>") && !page.contains("proxy"), "{page}");
    let buffer = Buffer::default();
    let recorder = Recorder::scrubbing(buffer.clone());
    recorder.exchange("download_file", &Method::GET, "/", StatusCode::OK, &[0xff, 0xd8, 0xff]);
    assert_eq!(buffer.lines()[0]["body"], Value::Null);
}

#[test]
fn everything_is_kept_on_demand() {
    let buffer = Buffer::default();
    let recorder = Recorder::keeping(buffer.clone());
    recorder.exchange("get_run", &Method::GET, "/", StatusCode::OK, br#"{"name": "Oven 3"}"#);
    assert_eq!(buffer.lines()[0]["body"]["name"], "Oven 3");
    assert_eq!(format!("{recorder:?}"), "Recorder { scrubs: false, .. }");
}

/// Fails on its second line.
struct Full(Buffer, usize);

impl io::Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.1 += 1;
        if self.1 == 2 { Err(io::Error::other("disk full")) } else { self.0.write(bytes) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_writer_that_has_failed_is_left_alone() {
    let buffer = Buffer::default();
    let recorder = Recorder::keeping(Full(buffer.clone(), 0));
    for _ in 0..3 {
        recorder.exchange("get_run", &Method::GET, "/", StatusCode::OK, b"{}");
    }
    assert_eq!(buffer.lines().len(), 1);
}

#[tokio::test]
async fn every_attempt_that_is_answered_is_a_line() {
    use crate::scripted::{Reply, Scripted, json as answer};

    let replies = vec![
        Reply::Hangup,
        answer(503, "<html>busy"),
        answer(200, r#"{"data": {"id": 7, "email": "kim@lund.test"}}"#),
    ];
    let server = Scripted::start(replies).await;
    let buffer = Buffer::default();
    let hasty = crate::RetryPolicy::default().base(std::time::Duration::ZERO);
    let client = server.builder().retry(hasty).record(buffer.clone()).build().expect("a client");
    let query = [("q", "kim@lund.test")];
    client.raw(Method::GET, "me").query(query).bytes().await.expect("an answer");
    let lines = buffer.lines();
    let statuses: Vec<_> = lines.iter().map(|line| line["status"].as_u64()).collect();
    assert_eq!(statuses, [Some(503), Some(200)]);
    assert_eq!(lines[1]["body"]["data"]["id"], 7);
    let text = format!("{lines:?}");
    assert!(!text.contains("kim") && !text.contains("s3cret"), "{text}");
}
