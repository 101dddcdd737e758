//! Whatever is sent, something comes back, and it has the service's shape.

use proptest::prelude::*;
use reqwest::Method;
use serde_json::{Value, json};
use tallyfy_sandbox::seed;

use crate::Desk;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Any JSON, not too deep.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((any_key(), inner), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

/// Keys that handlers look at, among others.
fn any_key() -> impl Strategy<Value = String> {
    let known = [
        "checklist_id",
        "name",
        "prerun",
        "tasks",
        "owners",
        "users",
        "guests",
        "groups",
        "deadline",
        "title",
        "task_id",
        "is_approved",
        "taskdata",
        "content",
        "thread_id",
        "form_fields",
        "task_type",
        "roles",
        "position",
        "options",
        "members",
        "custom_fields",
        "value",
        "conditions",
        "then_actions",
        "captures",
        seed::KICKOFF_TEXT,
        seed::KICKOFF_TABLE,
        seed::FIELD_TAX_NUMBER,
        seed::STEP_COLLECT,
    ];
    prop_oneof![prop::sample::select(known.to_vec()).prop_map(str::to_owned), ".{0,6}"]
}

/// An operation's method and path, its ids real ones or rubbish.
fn any_place() -> impl Strategy<Value = (String, String)> {
    let document: Value = serde_json::from_str(include_str!("../../openapi.json")).expect("the document");
    let mut places = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in item.as_object().expect("methods").keys().filter(|key| *key != "parameters") {
            places.push((method.to_uppercase(), path.clone()));
        }
    }
    let ids = [seed::TEMPLATE, seed::PROCESS, seed::PROCESS_TASKS[1], "1001", "-1", "%2e%2e", "%ff", "5517"];
    (prop::sample::select(places), prop::sample::select(ids.to_vec())).prop_map(|((method, path), id)| {
        let path = path.replace("{org}", seed::ORGANIZATION).replace("{run}", seed::PROCESS);
        let path = path.replace("{checklist}", seed::TEMPLATE).replace("{task}", seed::PROCESS_TASKS[2]);
        let filled: Vec<&str> =
            path.split('/').map(|part| if part.starts_with('{') { id } else { part }).collect();
        (method, filled.join("/"))
    })
}

#[track_caller]
fn has_the_services_shape(status: u16, text: &str) {
    assert!(status != 500, "{text}");
    if status >= 400 {
        let body: Value = serde_json::from_str(text).expect("an error in JSON");
        assert!(body["message"].is_string(), "{text}");
    }
}

/// A request that nobody in his right mind would send.
#[derive(Clone, Debug)]
struct Strange {
    method: String,
    path: String,
    query: String,
    media: &'static str,
    body: Vec<u8>,
}

fn any_request() -> impl Strategy<Value = Strange> {
    let queries = [
        "",
        "?page=-1&per_page=0",
        "?page=99999999999999999999&per_page=18446744073709551615",
        "?with=%00,%ff&status=,,",
        "?q=%f0%28&sort=-",
        "?q=%1f&owners=,x&archived=only&sort=newest",
        "?entity_type=run&entity_id=%22&search=a&created_after=2026-13-01",
        "?search=%25&on=task,process,step&filter[field]=title&filter[operation]=%3C",
    ];
    let media = [
        "application/json",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "",
        "a/b;;=",
    ];
    let body = prop_oneof![
        any_json().prop_map(|json| json.to_string().into_bytes()),
        prop::collection::vec(any::<u8>(), 0..64),
        Just(b"--x\r\nContent-Disposition: form-data; name=\"name\"; filename=\"\"\r\n\r\n--x--".to_vec()),
        "(grant_type|client_id|username)=[a-z%&=]{0,12}".prop_map(String::into_bytes),
    ];
    (any_place(), prop::sample::select(queries.to_vec()), prop::sample::select(media.to_vec()), body)
        .prop_map(|((method, path), query, media, body)| Strange {
            method,
            path,
            query: query.to_owned(),
            media,
            body,
        })
}

async fn send(desk: &Desk, strange: Strange) {
    let method = Method::from_bytes(strange.method.as_bytes()).expect("a method");
    let request = desk.request(method, &format!("~{}{}", strange.path, strange.query)).body(strange.body);
    let request =
        if strange.media.is_empty() { request } else { request.header("Content-Type", strange.media) };
    let reply = tokio::time::timeout(std::time::Duration::from_secs(20), desk.send(request)).await;
    let reply = reply.expect("an answer in time");
    has_the_services_shape(reply.status.as_u16(), &reply.text);
}

/// Whatever has come before, lists are read and written to as ever, and fit the document.
async fn is_not_wedged(desk: &Desk) {
    for path in
        ["/runs?with=tasks,tags", "/tasks?with=form_fields", "/checklists?with=steps", "/users", "/tags"]
    {
        desk.get(path).await.is(200);
    }
    let launch = json!({ "checklist_id": seed::SMALL_TEMPLATE, "name": "Still here" });
    let reply = desk.post("/runs", launch).await;
    // The template may have been archived or deleted by then.
    assert!([201, 404, 422].contains(&reply.status.as_u16()), "{}", reply.text);
    desk.is_faithful();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_on_any_route_get_an_answer(requests in prop::collection::vec(any_request(), 1..6)) {
        runtime().block_on(async {
            let desk = Desk::new().await;
            for request in requests {
                send(&desk, request).await;
            }
            is_not_wedged(&desk).await;
        });
    }

    #[test]
    fn bytes_that_are_no_http_do_no_harm(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        cut in 0_usize..80,
    ) {
        runtime().block_on(async {
            let desk = Desk::new().await;
            let base = desk.sandbox.base_url();
            let host = base.trim_start_matches("http://").trim_end_matches("/api");
            let head = b"POST /api/oauth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\ngrant_type=";
            for bytes in [bytes.as_slice(), &head[..cut.min(head.len())], head] {
                let mut stream = tokio::net::TcpStream::connect(host).await.expect("a connection");
                tokio::io::AsyncWriteExt::write_all(&mut stream, bytes).await.expect("bytes are taken");
            }
            is_not_wedged(&desk).await;
        });
    }
}

#[tokio::test]
async fn a_body_that_is_no_object_is_refused() {
    let desk = Desk::new().await;
    let path = format!("/runs/{}", seed::PROCESS);
    for body in ["{", "\"text\"", "[1]", "nul"] {
        let request = desk.request(Method::PUT, &path).header("Content-Type", "application/json");
        let refused = desk.send(request.body(body)).await.is(422);
        assert!(refused["errors"]["body"].is_array(), "{body}");
    }
    // Nothing was wiped by them.
    assert_eq!(desk.get(&path).await.is(200)["data"]["users"], json!([1002]));
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let desk = Desk::new().await;
    let request = desk.request(Method::POST, "/runs").body(vec![b' '; 17 * 1024 * 1024]);
    // The answer may come while the client still writes: then the client sees a broken pipe instead.
    if let Ok(response) = request.send().await {
        assert_eq!(response.status().as_u16(), 413);
    }
    desk.get("~/me").await.is(200);
}

#[tokio::test]
async fn a_dropped_sandbox_is_gone() {
    let desk = Desk::new().await;
    let url = desk.sandbox.base_url();
    desk.get("~/me").await.is(200);
    drop(desk);
    tokio::task::yield_now().await;
    let error = crate::http().get(url).send().await.expect_err("nobody listens");
    assert!(error.is_connect());
}
