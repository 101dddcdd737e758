//! Routes of choice: where they may lead, how they are repeated, and that they are calls like others.

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::scripted::{Scripted, json as answer};
use crate::{Delivery, RetryPolicy};

fn hasty(server: &Scripted) -> Client {
    server.builder().retry(RetryPolicy::default().base(Duration::ZERO)).build().expect("a client")
}

#[tokio::test]
async fn a_raw_request_goes_the_way_of_all_others() {
    let server = Scripted::start(vec![answer(201, r#"{"data":{"id":7}}"#)]).await;
    let made = server
        .client()
        .raw(Method::POST, "/organizations/o1/new-thing")
        .query([("q", "a b&c"), ("per_page", "5")])
        .json(&json!({"title": "T"}))
        .decode::<Value>()
        .header("X-Trace", "t7")
        .with_meta()
        .await
        .expect("made");
    assert_eq!((made.value, made.meta.status.as_u16()), (json!({"data": {"id": 7}}), 201));
    let request = &server.requests()[0];
    assert!(
        request.starts_with("POST /api/organizations/o1/new-thing?q=a%20b%26c&per_page=5 HTTP/1.1"),
        "{request}"
    );
    for header in [
        "authorization: Bearer s3cret",
        "accept: application/json",
        "content-type: application/json",
        "x-tallyfy-client: APIClient",
        "x-trace: t7",
    ] {
        assert!(request.contains(header), "{header} in {request}");
    }
    assert!(request.ends_with("\r\n\r\n{\"title\":\"T\"}"), "{request}");
}

#[tokio::test]
async fn the_bytes_come_as_they_are() {
    let server = Scripted::start(vec![answer(200, "plain"), answer(204, "")]).await;
    assert_eq!(server.client().raw(Method::GET, "x").await.expect("bytes"), "plain");
    assert!(server.client().raw(Method::DELETE, "x").await.expect("nothing").is_empty());
}

#[tokio::test]
async fn unknown_routes_are_repeated_only_if_the_caller_says_so() {
    let replies = || vec![answer(502, "{}"), answer(200, "1")];
    let server = Scripted::start(replies()).await;
    let error = hasty(&server).raw(Method::GET, "new").await.expect_err("502");
    assert_eq!((error.attempts(), error.delivery(), error.operation()), (1, Delivery::Unknown, Some("raw")));
    let server = Scripted::start(replies()).await;
    let one: i32 = hasty(&server).raw(Method::POST, "new").decode().idempotent(true).await.expect("repeated");
    assert_eq!((one, server.requests().len()), (1, 2));
    let server = Scripted::start(vec![answer(429, "{}"), answer(200, "1")]).await;
    hasty(&server).raw(Method::POST, "new").await.expect("a 429 is repeated in every case");
}

#[tokio::test]
async fn known_routes_are_repeated_as_the_document_says() {
    for (method, path, operation, attempts) in [
        (Method::GET, "organizations/o1/runs/r1", "get_run", 4),
        (Method::GET, "organizations/o1/runs", "list_runs", 4),
        (Method::POST, "organizations/o1/runs", "create_run", 1),
        (Method::POST, "organizations/o1/runs/r1/completed-tasks", "complete_run_task", 1),
        (Method::GET, "organizations/o1/me", "get_current_user", 4),
        (Method::GET, "me", "get_me", 4),
        (Method::GET, "organizations/o1/runs/r1/x/y/z", "raw", 1),
        (Method::GET, "runs", "raw", 1),
    ] {
        let server = Scripted::start((0..4).map(|_| answer(502, "{}")).collect()).await;
        let error = hasty(&server).raw(method, path).await.expect_err("502");
        assert_eq!((error.operation(), error.attempts()), (Some(operation), attempts), "{path}");
    }
}

#[tokio::test]
async fn a_path_stays_below_the_base_url() {
    let server = Scripted::start(vec![answer(200, "{}")]).await;
    let client = server.client();
    for path in [
        "../admin",
        "organizations/../../admin",
        "organizations/%2e%2E/x",
        "organizations/..%2fx",
        "organizations/.%2e%5cx",
        "organizations\\..\\x",
        "//evil.example/x",
        "organizations//x",
        "organizations/x/",
        "https://evil.example/x",
        "me?x=1",
        "me#x",
        "me\r\nx: y",
        "me%0d%0a",
        "me/.",
    ] {
        let error = client.raw(Method::GET, path).await.expect_err(path);
        assert!(error.is_input(), "{path}: {error}");
        assert_eq!(error.delivery(), Delivery::NotSent, "{path}");
        assert!(client.raw(Method::GET, path).bytes().preview().await.is_err(), "{path}");
    }
    assert!(server.requests().is_empty());
    for (path, expected) in [
        ("me", "/api/me"),
        ("/me", "/api/me"),
        ("guests/a%40example.com", "/api/guests/a%40example.com"),
        ("a b/ü", "/api/a%20b/%C3%BC"),
        ("x:y@z", "/api/x:y@z"),
        ("", "/api/"),
    ] {
        let preview = client.raw(Method::GET, path).bytes().preview().await.expect(path);
        assert_eq!(preview.url.path(), expected);
        assert_eq!(preview.headers["authorization"], "Bearer ***");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_told_as_everywhere() {
    let server = Scripted::start(vec![
        answer(200, "<html>"),
        answer(200, "{"),
        answer(422, r#"{"errors":{"a":"b"}}"#),
    ])
    .await;
    let client = server.client();
    assert!(client.raw(Method::GET, "x").await.expect_err("a page").is_decode());
    let error = client.raw(Method::POST, "x").decode::<Value>().await.expect_err("cut");
    assert!(error.is_decode());
    assert_eq!((error.delivery(), error.body()), (Delivery::Applied, Some(&b"{"[..])));
    let error = client.raw(Method::POST, "x").json(&1).await.expect_err("refused");
    assert_eq!((error.is_validation(), error.field_errors().len()), (true, 1));
}

#[tokio::test]
async fn a_body_that_is_no_json_is_refused() {
    let server = Scripted::start(Vec::new()).await;
    let body: std::collections::HashMap<(u8, u8), u8> = [((1, 2), 3)].into();
    let error = server.client().raw(Method::POST, "x").json(&body).await.expect_err("keys are no texts");
    assert!(error.is_input() && error.to_string().contains("cannot be written as JSON"), "{error}");
    assert!(!format!("{:?}", server.client().raw(Method::GET, "secret/path")).contains("secret"));
}
