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
    of("get_run", body)
}

fn of(operation: &str, body: &Value) -> Value {
    recorded(operation, 200, &body.to_string())["body"].clone()
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
}

/// The path of a recorded raw call, which the document does not have.
#[track_caller]
fn check_path(path: &str, expected: &str) {
    let buffer = Buffer::default();
    Recorder::scrubbing(buffer.clone()).exchange("raw", &Method::GET, path, StatusCode::OK, b"");
    let line = buffer.lines().remove(0);
    let shown = line["path"].as_str().expect("a text");
    let parts: Vec<_> = shown.split('/').skip(1).zip(expected.split('/').skip(1)).collect();
    assert_eq!(shown.split('/').count(), expected.split('/').count(), "{shown}");
    for (was, (is, wanted)) in path.trim_start_matches("/api").split('/').skip(1).zip(parts) {
        let fits = if wanted == "*" { is.len() == was.len() && is != was } else { is == wanted };
        assert!(fits, "{path}: {shown}, not {expected}");
    }
}

#[test]
fn of_an_unknown_path_the_documents_words_stay_and_one_strange_word() {
    let organization = "98df2dec4b1f4e5ab9c1d2e3f4a5b6c7";
    let check = |path: &str, expected: &str| check_path(&path.replace("ORG", organization), expected);
    check("/api/organizations/ORG/ratings", "/organizations/*/ratings");
    check("/organizations/ORG/guests/kim-of-lund/ratings", "/organizations/*/guests/*/ratings");
    check("/organizations/ORG/guests/kim%40lund.test/ratings", "/organizations/*/guests/*/ratings");
    check("/organizations/ORG/ratings/kim-of-lund", "/organizations/*/ratings/*");
    check("/organizations/ORG/ratings/kim-of-lund/export", "/organizations/*/ratings/*/*");
    check("/organizations/ORG/Kim/x7k2secret", "/organizations/*/*/*");
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
        "users": [3105771, 3106771],
    }});
    let kept = body(&secret);
    let text = kept.to_string();
    // Long enough that noise does not hit upon them.
    for gone in [
        "71bec6df",
        "Oven",
        "Björn",
        "kim@",
        "lund",
        "tallyfy",
        "x7k2",
        "secret",
        "5512 3400",
        "48250",
        "Passed",
        "0fa7d7d7",
        "Cellar",
        "cost_center",
        "K-77",
        "Door",
        "closed",
        "3105771",
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

/// One hostile body after another: none of the words in it may be left.
#[track_caller]
fn check_gone(hostile: &Value, gone: &[&str]) {
    let text = body(hostile).to_string().to_lowercase();
    for word in gone {
        assert!(!text.contains(&word.to_lowercase()), "{word} in {text}");
    }
}

#[test]
fn secrets_go_wherever_they_stand() {
    let token = "eyJhbGciOiJIUzI1NiJ9.c2VjcmV0.c2lnbmF0dXJl";
    check_gone(
        &json!({"access_token": token, "refresh_token": "def50200abc", "token_type": "Bearer"}),
        &["eyJhb", "c2VjcmV0", "c2lnbm", "def50200abc"],
    );
    check_gone(
        &json!({"data": {"id": 7, "webhook": "https://hook.test/in?key=5f2b81&user=kim@lund.test#frag"}}),
        &["hook.test", "5f2b81", "kim", "lund", "frag"],
    );
    check_gone(
        &json!({"error": true, "message": "No guest kim@lund.test for Bearer s3cret-t0ken"}),
        &["kim", "lund", "s3cret", "t0ken"],
    );
    check_gone(
        &json!({"errors": {"kim@lund.test": ["kim@lund.test is no member"], "prerun.Salary": ["too low"]}}),
        &["kim", "lund", "member", "salary", "low"],
    );
    check_gone(&json!("kim@lund.test"), &["kim", "lund"]);
    check_gone(&json!(["Kim", {"data": "Lund"}]), &["kim", "lund"]);
}

#[test]
fn names_in_the_place_of_keys_go() {
    check_gone(&json!({"data": {"id": 7, "prerun": {"kim": "x", "Lund": "y"}}}), &["kim", "lund"]);
    check_gone(
        &json!({"data": {"id": 7, "kim@lund.test": 1, "Kim of Lund": 1, "kim.lund": 1}}),
        &["kim", "lund"],
    );
    // A field that nobody knows may hold a map: of its keys those stay that are names of fields elsewhere.
    let votes =
        json!({"data": {"id": "r7", "votes": {"kim": 3, "lund": 1}, "estimate": {"id": 7, "hours": 2}}});
    check_gone(&votes, &["kim", "lund", "hours"]);
    let kept = body(&votes);
    assert_eq!(kept["data"]["votes"].as_object().map(serde_json::Map::len), Some(2));
    assert_eq!(
        kept["data"]["estimate"].as_object().map(|one| (one.len(), one.contains_key("id"))),
        Some((2, true))
    );
}

#[test]
fn two_short_keys_never_become_one() {
    let letters: serde_json::Map<_, _> = ('a'..='z').map(|letter| (letter.to_string(), json!(1))).collect();
    let kept = body(&json!({"data": {"id": "r7", "prerun": letters}}));
    assert_eq!(kept["data"]["prerun"].as_object().map(serde_json::Map::len), Some(26));
}

/// Words, numbers and flags that stand where people answer, under the service's own names: nothing of them may stay.
#[test]
fn maps_of_people_are_noise_whatever_their_keys() {
    let answers = json!({
        "option": "cancer", "type": "diabetes", "status": "married", "label": "pregnant", "id": 47114711, "born": "1985-12-24",
        "list": ["asthma", {"option": "epilepsy", "nested": {"status": "divorced"}}], "kept": "active",
        "data": {"status": "widowed"}, "completed": "in-progress",
    });
    let gone = [
        "cancer",
        "diabetes",
        "married",
        "pregnant",
        "47114711",
        "1985-12-24",
        "asthma",
        "epilepsy",
        "divorced",
        "widowed",
        "\"active\"",
        "in-progress",
        "born",
        "nested",
    ];
    let run = json!({"data": {"id": "r7", "name": "active", "prerun": answers, "custom_fields": answers, "stages": answers}});
    let task = json!({"data": {"id": "t7", "taskdata": answers, "custom_fields": {"data": answers}, "title": "completed"}});
    let fields = json!({"data": {"custom_fields": answers}});
    for (operation, answer) in [
        ("get_run", &run),
        ("get_run_task", &task),
        ("get_run_custom_fields", &fields),
        ("raw", &run),
        ("raw", &answers),
        ("get_run", &json!({"data": {"id": "r7", "brand_new": answers}})),
    ] {
        for _ in 0..20 {
            let text = of(operation, answer).to_string();
            for word in gone {
                assert!(!text.contains(word), "{operation}: {word} in {text}");
            }
        }
    }
}

#[test]
fn small_numbers_of_people_say_nothing() {
    let answer = json!({"data": {"id": "r7", "prerun": {"age": 47}}});
    let of_one = || body(&answer)["data"]["prerun"].as_object().and_then(|map| map.values().next().cloned());
    let kept: std::collections::BTreeSet<Option<i64>> =
        (0..64).map(|_| of_one().and_then(|age| age.as_i64())).collect();
    assert!(kept.len() > 10, "{kept:?}");
}

#[test]
fn flags_of_people_say_nothing() {
    let answers: Vec<Value> = (0..64).map(|_| json!(true)).collect();
    let kept = body(&json!({"data": {"id": "r7", "prerun": {"ill": answers}}}));
    let kept = kept["data"]["prerun"].as_object().and_then(|map| map.values().next()).cloned();
    let flags = kept.as_ref().and_then(Value::as_array).expect("a list");
    assert!(flags.contains(&json!(true)) && flags.contains(&json!(false)), "{flags:?}");
}

/// Whatever comes in an error is people's, but for the names of the fields of an error.
#[test]
fn a_refusal_keeps_its_fields_alone() {
    let said = json!({"error": true, "message": "cancer", "code": "DIABETES", "errors": {"status": ["married"], "ill": "asthma"}});
    let kept = recorded("create_run", 422, &said.to_string())["body"].clone();
    let text = kept.to_string();
    for word in ["cancer", "DIABETES", "married", "status", "ill", "asthma"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
    assert_eq!(kept["error"], true);
    assert_eq!(kept["errors"].as_object().map(serde_json::Map::len), Some(2));
}

#[test]
fn numbers_that_look_like_dates_or_percentages_go() {
    check_gone(
        &json!({"data": {"id": 7, "card": "4111-11-1111111111", "person": "1985-12-24-1234", "call": "0045-12-34 5678 9012"}}),
        &["4111", "1985", "0045", "5678"],
    );
    check_gone(
        &json!({"data": {"id": 7, "latitude": 55.676098, "longitude": -12.568337}}),
        &["676098", "568337"],
    );
}

#[test]
fn what_is_the_services_stays() {
    for (operation, kept) in [
        (
            "get_run",
            json!({"data": {"status": "active", "is_public": false, "archived_at": null, "late_tasks": 12}}),
        ),
        (
            "get_run",
            json!({"data": {"due_date": "2026-08-22T15:00:00.000Z", "started_at": "2026-08-20 06:00:00"}}),
        ),
        ("get_run_task", json!({"data": {"task_type": "brand-new-kind", "deadline": "2026-08-22"}})),
        ("list_runs", json!({"data": [], "meta": {"pagination": {"total": 21, "links": []}}})),
        ("list_runs", json!([{"status": "active"}])),
        ("list_runs", json!({"data": {"0": {"status": "active"}, "2": {"status": "complete"}}})),
        (
            "get_run",
            json!({"data": {"progress": {"percent": 99.9}, "started_at": "2026-08-22T15:00:00+00:00"}}),
        ),
        ("get_run", json!({"data": {"tasks": {"data": [{"status": "auto-skipped", "position": "12"}]}}})),
        ("get_run", json!({"status": "active", "prerun": [], "brand_new": null})),
        ("get_me", json!({"data": {"id": 7, "is_active": "1"}})),
    ] {
        assert_eq!(of(operation, &kept), kept, "{operation}");
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
