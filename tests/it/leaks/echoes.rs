//! A server that repeats everything it was sent, in every place an answer has.

use std::pin::Pin;
use std::time::Duration;

use serde_json::json;
use tallyfy_sdk::reqwest::Method;
use tallyfy_sdk::{
    Client, Error,
    request::{ListTasks, UpdateProcessTask},
};

use super::traces::{Log, Traces};
use super::{ADDRESS, FORM, PASSWORD, PERSONAL, SECRETS, TOKEN, builder, check_error, without};
use crate::plain_server::{Ending, PlainServer};

const STATUSES: [u16; 17] =
    [200, 201, 302, 400, 401, 403, 404, 405, 408, 409, 410, 413, 422, 429, 500, 502, 503];

/// Texts as a server words them.
fn sentence() -> String {
    format!("Bearer {TOKEN} of {ADDRESS} is unknown, so is {PASSWORD}; \"{FORM}\" was given.")
}

/// An answer's headers and body.
fn answers() -> Vec<(&'static str, String, String)> {
    let said = sentence();
    let escaped = |text: &str| text.replace('/', r"\/");
    let in_header = said.replace('å', "a");
    let page = format!("<html><head><title>{said}</title></head><body>{said}</body></html>");
    let login = "/login?token=tok4f1e9d%2FVery%2BSecret%3D%3D77&email=kim.lund%40fjord.test";
    let json = "Content-Type: application/json\r\n".to_owned();
    let body = json!({"message": said, "code": TOKEN, "errors": {"email": [said], TOKEN: {ADDRESS: FORM}}});
    vec![
        ("a message", json.clone(), body.to_string()),
        ("a message of PHP", json.clone(), escaped(&body.to_string())),
        ("a nested error", json.clone(), json!({"error": {"code": PASSWORD, "message": said}}).to_string()),
        ("an OAuth error", json.clone(), json!({"error": TOKEN, "error_description": said}).to_string()),
        (
            "a seat pool",
            json.clone(),
            json!({"error": {"code": "SEAT_POOL_EXHAUSTED", "details": {"pool_type": said}}}).to_string(),
        ),
        ("a text", json.clone(), json!(said).to_string()),
        ("half of it", json.clone(), body.to_string()[..90].to_owned()),
        ("a page", "Content-Type: text/html\r\n".to_owned(), page),
        ("plain text", "Content-Type: text/plain\r\n".to_owned(), said.clone()),
        (
            "a value of another kind",
            json.clone(),
            json!({"data": {"id": [said], "name": {"a": said}}}).to_string(),
        ),
        (
            "a key of another kind",
            json.clone(),
            json!({"data": {"id": "t", "users": {TOKEN: said, "a\"b": FORM}}}).to_string(),
        ),
        ("a list for an object", json.clone(), json!({"data": [said, "a\", expected b"]}).to_string()),
        (
            "headers",
            format!(
                "X-Request-Id: {in_header}\r\nLocation: {login}\r\nSet-Cookie: session={PASSWORD}\r\n\
                 WWW-Authenticate: Bearer {TOKEN}\r\nRetry-After: {TOKEN}\r\nX-RateLimit-Remaining: {TOKEN}\r\n{json}"
            ),
            "{}".to_owned(),
        ),
    ]
}

fn written(status: u16, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status} Text\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}")
}

type Boxed = Pin<Box<dyn Future<Output = Result<(), Error>>>>;

/// Calls with everything planted in path, query, headers and body.
fn calls(client: &Client) -> [(&'static str, Boxed); 3] {
    let raw = client
        .raw(Method::POST, "organizations/o1/guests/kim.lund%40fjord.test/NO%20912%20345")
        .query([("q", FORM), ("email", ADDRESS), ("api_token", TOKEN)])
        .json(&json!({"password": PASSWORD, "token": TOKEN, "email": ADDRESS, "prerun": {"4a3f": FORM}}))
        .decode::<Vec<String>>()
        .header("X-Api-Key", PASSWORD)
        .header("X-Form", ADDRESS);
    let update = UpdateProcessTask::new()
        .title(format!("{PASSWORD} for {ADDRESS}"))
        .summary(PASSWORD)
        .form_value("4a3f1c0d9e8b7a6f5e4d3c2b1a0f9e8d", FORM);
    let organization = client.organization("o1");
    let typed = organization.process("r1").tasks().update("t1", update).header("X-Form", ADDRESS);
    let list = organization.tasks().list(ListTasks::new().q(FORM)).header("X-Password", PASSWORD);
    [
        ("raw", Box::pin(async { raw.await.map(drop) })),
        ("typed", Box::pin(async { typed.await.map(drop) })),
        ("list", Box::pin(async { list.all().await.map(drop) })),
    ]
}

#[tokio::test(start_paused = true)]
async fn what_a_server_repeats_is_neither_shown_nor_traced() {
    let server = PlainServer::start().await;
    let (traces, log) = (Traces::install(), Log::install());
    // A program that asks for the log of its HTTP client.
    let client = builder(&server.base_url)
        .timeout(Duration::from_secs(5))
        .configure_http(|http| http.connection_verbose(true))
        .build()
        .expect("a client");
    let mut failed = 0;
    for status in STATUSES {
        for (place, headers, body) in answers() {
            let whole = written(status, &headers, &body);
            let cut = whole.replace("Content-Length: ", "Content-Length: 9");
            let silent = written(status, &headers, "").replace("Content-Length: 0\r\n\r\n", "");
            for (form, text) in [("whole", whole), ("cut", cut), ("cut in the head", silent)] {
                server.answers(text, Ending::Closed);
                for (call, future) in calls(&client) {
                    if let Err(error) = future.await {
                        failed += 1;
                        check_error(&format!("{status}, {place}, {form}, {call}"), &error);
                    }
                }
            }
        }
    }
    assert!(failed > 1000, "{failed} failed");
    let text = traces.text();
    assert!(text.contains("tallyfy.operation=\"update_run_task\""), "the traces were listened to: {text}");
    without("a trace", &text, &[&SECRETS[..], &PERSONAL].concat());
    log.check();
}

#[tokio::test(start_paused = true)]
async fn the_metadata_of_a_success_does_not_show_it_either() {
    let server = PlainServer::start().await;
    let client = builder(&server.base_url).build().expect("a client");
    let answers = answers();
    let (_, headers, _) = answers.iter().find(|(place, ..)| *place == "headers").expect("a row");
    server.answers(written(200, headers, r#"{"data": {"id": "t"}}"#), Ending::Closed);
    let answer = client.organization("o1").tasks().get("t").with_meta().await.expect("a task");
    let shown = format!("{answer:?} {:#?} {:?}", answer.meta, answer.meta.request_id());
    without("metadata", &shown, &[&SECRETS[..3], &["session="]].concat());
    assert_eq!(answer.meta.headers["set-cookie"], format!("session={PASSWORD}"), "the program may read it");
}
