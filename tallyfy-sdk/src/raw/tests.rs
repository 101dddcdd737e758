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
        "",
        "/",
        " me",
        "me\n",
        "api/me",
        "organizations/{org}/runs",
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
        (&format!("{}/me", client.base_url()), "/api/me"),
        (&format!("{}/a%40b/c", client.base_url()), "/api/a%40b/c"),
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
        answer(200, "<html>"),
        answer(200, "{"),
        answer(422, r#"{"errors":{"a":"b"}}"#),
    ])
    .await;
    let client = server.client();
    let page = client.raw(Method::GET, "x").await.expect("a file may be a page");
    assert_eq!(page, "<html>");
    assert!(client.raw(Method::GET, "x").decode::<Value>().await.expect_err("a page").is_decode());
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

/// What a wrong path is answered with: nothing is sent, and the words say what to write.
#[tokio::test]
async fn a_wrong_path_is_told_what_to_write() {
    let client =
        Client::builder().token("s3cret").base_url("https://go.tallyfy.com/api").build().expect("a client");
    let example = "give the path after the base URL, e.g. organizations/ORG/runs";
    let query = "the address has a query or a fragment; give the query by query(..)";
    for (path, expected) in [
        ("", format!("the path is empty; {example}")),
        ("me ", format!("the path begins or ends with a blank; {example}")),
        ("api/me", format!("the path begins with the `api` of the base URL; {example}")),
        ("/api/me", format!("the path begins with the `api` of the base URL; {example}")),
        ("runs/{run}", format!("the path has a placeholder in braces; put the id there; {example}")),
        ("https://go.tallyfy.com/api/me?page=2", query.to_owned()),
        (
            "https://go.tallyfy.com/other/me",
            format!(
                "this is an address that is not below the base URL https://go.tallyfy.com/api; {example}"
            ),
        ),
        (
            "https://u:p@go.tallyfy.com/api/me",
            format!(
                "this is an address that is not below the base URL https://go.tallyfy.com/api; {example}"
            ),
        ),
        (
            "http://go.tallyfy.com/api/me",
            format!(
                "this is an address that is not below the base URL https://go.tallyfy.com/api; {example}"
            ),
        ),
    ] {
        let error = client.raw(Method::GET, path).preview().await.expect_err(path);
        assert!(error.is_input() && error.to_string().contains(&expected), "{path}: {error}");
    }
    for path in [
        "https://go.tallyfy.com/api/../x",
        "https://go.tallyfy.com/api/%2e%2e/x",
        "https://go.tallyfy.com/api/",
    ] {
        assert!(client.raw(Method::GET, path).preview().await.expect_err(path).is_input(), "{path}");
    }
    let bare = Client::builder().token("s3cret").base_url("https://api.lund.test").build().expect("a client");
    let preview = bare.raw(Method::GET, "https://api.lund.test/me/x").preview().await.expect("a preview");
    assert_eq!(preview.url.as_str(), "https://api.lund.test/me/x");
    let known = client.raw(Method::GET, "https://go.tallyfy.com/api/organizations/o1/runs");
    assert!(format!("{known:?}").contains("list_runs"), "{known:?}");
}

#[tokio::test]
async fn bodies_of_any_form_go_as_they_are_with_their_media_type() {
    let server = Scripted::start((0..4).map(|_| answer(200, "{}")).collect()).await;
    let raw = || server.client().raw(Method::POST, "new");
    raw().form(&[("title", "A & B ø"), ("n", "1")]).await.expect("a form");
    raw().body("text/csv; charset=utf-8", "a,b\n").accept("text/csv, */*;q=0.1").await.expect("a text");
    raw().stream("application/octet-stream", "streamed").await.expect("a stream");
    raw()
        .multipart(Multipart::new().text("t", "T").file("f\"", "ø\r\n.txt", "text/plain", "F"))
        .await
        .expect("parts");
    let requests = server.requests();
    let ends = [
        ("application/x-www-form-urlencoded", "application/json", "title=A+%26+B+%C3%B8&n=1"),
        ("text/csv; charset=utf-8", "text/csv, */*;q=0.1", "a,b\n"),
        ("application/octet-stream", "application/json", "streamed"),
    ];
    for (request, (content_type, accept, body)) in requests.iter().zip(ends) {
        assert!(request.contains(&format!("content-type: {content_type}\r\n")), "{request}");
        assert!(request.contains(&format!("accept: {accept}\r\n")), "{request}");
        assert!(request.ends_with(&format!("\r\n\r\n{body}")), "{request}");
    }
    let (head, body) = requests[3].split_once("\r\n\r\n").expect("a head and a body");
    let boundary = head.split("multipart/form-data; boundary=").nth(1).and_then(|rest| rest.lines().next());
    let boundary = boundary.expect("a boundary");
    let expected = "--B\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\nT\r\n--B\r\nContent-Disposition: \
                    form-data; name=\"f%22\"; filename=\"ø%0D%0A.txt\"\r\nContent-Type: text/plain\r\n\r\nF\r\n--B--\r\n";
    assert_eq!(body.replace(boundary, "B"), expected);
}

#[tokio::test]
async fn what_is_no_media_type_or_form_is_refused_before_it_is_sent() {
    let server = Scripted::start(Vec::new()).await;
    let raw = || server.client().raw(Method::POST, "new");
    for refused in [
        raw().body("csv", "a"),
        raw().body("text/csv\r\nx: y", "a"),
        raw().body("", "a"),
        raw().accept("json"),
        raw().accept("text/csv,"),
        raw().stream("/", "a"),
        raw().multipart(Multipart::new().file("f", "f", "nothing", "a")),
        raw().multipart(Multipart::new().file("f", "f", "text/plain\r\n\r\nx", "a")),
        raw().form(&json!({"nested": {"a": 1}})),
    ] {
        assert!(refused.await.expect_err("refused").is_input());
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn whole_bodies_are_sent_again_and_streams_are_not() {
    let part = || Multipart::new().file("f", "f.txt", "text/plain", "F");
    let server = Scripted::start((0..2).map(|_| answer(503, "{}")).chain([answer(200, "1")]).collect()).await;
    hasty(&server)
        .raw(Method::POST, "new")
        .multipart(part())
        .bytes()
        .idempotent(true)
        .await
        .expect("the third");
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    assert_eq!(requests[0], requests[2]);
    let server = Scripted::start((0..2).map(|_| answer(503, "{}")).collect()).await;
    let stream = futures::stream::iter([Ok::<_, std::io::Error>("F")]);
    let raw =
        hasty(&server).raw(Method::POST, "new").stream("text/plain", reqwest::Body::wrap_stream(stream));
    let error = raw.bytes().idempotent(true).await.expect_err("503");
    assert_eq!(error.attempts(), 1);
}

#[tokio::test]
async fn a_text_in_the_media_type_that_was_asked_for_is_handed_on() {
    for (accept, text) in [
        ("application/xml", "<?xml version=\"1.0\"?><runs/>"),
        ("text/html, application/xhtml+xml", "<!DOCTYPE html><html></html>"),
        ("image/svg+xml", "<svg/>"),
    ] {
        let server = Scripted::start(vec![answer(200, text)]).await;
        let got = server.client().raw(Method::GET, "file/x").accept(accept).text().await;
        assert_eq!(got.expect("what was asked for"), text);
    }
    for accept in ["text/csv", "application/json", "*/*"] {
        let server = Scripted::start(vec![answer(200, "<html>a login</html>")]).await;
        let error = server.client().raw(Method::GET, "file/x").accept(accept).text().await;
        assert!(error.expect_err("a page").is_decode());
    }
}

/// A proxy before the service may decode once more.
#[tokio::test]
async fn a_path_that_leads_out_after_two_decodings_is_refused() {
    let server = Scripted::start(vec![]).await;
    for path in ["a/%252e%252e/b", "a/%252E./b", "a%252fb", "a/x%255c..%255cb", "%25252e%25252e/b"] {
        let error = server.client().raw(Method::GET, path).await.expect_err(path);
        assert!(error.is_input() && error.to_string().contains("leads elsewhere"), "{path}: {error}");
    }
    assert!(server.requests().is_empty());
    let preview = server.client().raw(Method::GET, "a/100%25%20of%20it").preview().await.expect("a path");
    assert!(preview.url.path().ends_with("/a/100%25%20of%20it"), "{}", preview.url);
}

#[tokio::test]
async fn answers_come_out_of_data_or_as_text() {
    let page =
        r#"{"data":[{"id":7},{"id":8}],"meta":{"pagination":{"total":5,"current_page":1,"total_pages":3}}}"#;
    let server = Scripted::start(vec![
        answer(200, r#"{"data":{"id":7}}"#),
        answer(200, page),
        answer(200, "a,b"),
        answer(200, r#"{"id":7}"#),
    ])
    .await;
    let client = server.client();
    let raw = || client.raw(Method::GET, "new");
    assert_eq!(raw().item::<Value>().await.expect("an item"), json!({"id": 7}));
    let page = raw().list::<Value>().await.expect("a page");
    assert_eq!((page.items.len(), page.total(), page.has_next()), (2, Some(5), true));
    assert_eq!(raw().text().await.expect("a text"), "a,b");
    let error = raw().list::<Value>().await.expect_err("no list");
    assert!(error.is_decode() && error.body().is_some_and(|body| !body.is_empty()), "{error}");
}

#[tokio::test]
async fn a_type_that_fits_no_row_is_an_error_and_not_an_empty_page() {
    let page = r#"{"data":[{"id":"a","n":1},{"id":"b"}],"meta":{"pagination":{"total":2,"total_pages":1}}}"#;
    let server = Scripted::start((0..4).map(|_| answer(200, page)).collect()).await;
    let client = server.client();
    let raw = || client.raw(Method::GET, "new");
    let error = raw().list::<u64>().await.expect_err("rows are objects");
    assert!(error.is_decode() && error.to_string().contains("expected u64"), "{error}");
    #[derive(Debug, serde::Deserialize)]
    struct Named {
        #[serde(rename = "name")]
        _name: String,
    }
    let error = raw().list::<Named>().await.expect_err("no row has a name");
    assert!(error.to_string().contains("missing field `name`"), "{error}");
    #[derive(Debug, serde::Deserialize)]
    struct Counted {
        n: u64,
    }
    let page = raw().list::<Counted>().await.expect("one row fits");
    assert_eq!((page.items[0].n, page.items.len(), page.odd_rows().len()), (1, 1, 1));
}
