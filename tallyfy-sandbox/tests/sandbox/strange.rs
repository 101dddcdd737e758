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

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_on_any_route_get_an_answer(
        (method, path) in any_place(),
        body in prop_oneof![
            any_json().prop_map(|json| json.to_string().into_bytes()),
            prop::collection::vec(any::<u8>(), 0..64),
        ],
        media in prop::sample::select(vec![
            "application/json", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "",
        ]),
        query in prop::sample::select(vec![
            "", "?page=-1&per_page=0", "?with=%00,%ff&status=,,", "?q=%f0%28&sort=-",
        ]),
    ) {
        runtime().block_on(async {
            let desk = Desk::new().await;
            let method = Method::from_bytes(method.as_bytes()).expect("a method");
            let mut request = desk.request(method, &format!("~{path}{query}")).body(body);
            if !media.is_empty() {
                request = request.header("Content-Type", media);
            }
            let reply = desk.send(request).await;
            has_the_services_shape(reply.status.as_u16(), &reply.text);
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
