//! A preview shows what would be sent, and no secret.

use serde_json::json;
use tallyfy_sdk::reqwest::Method;
use tallyfy_sdk::{RetryPolicy, request::UpdateProcessTask};

use super::{ADDRESS, FORM, PASSWORD, TOKEN, builder, without_secrets};

#[tokio::test]
async fn a_preview_masks_the_token_and_headers_that_are_named_like_secrets() {
    let client = builder("http://127.0.0.1:1/api").build().expect("a client");
    let raw = client
        .raw(Method::POST, "guests/kim.lund%40fjord.test")
        .query([("email", ADDRESS), ("api_token", TOKEN)])
        .json(&json!({"token": TOKEN, "name": FORM}))
        .bytes()
        .header("X-Api-Key", PASSWORD)
        .header("X-Session", PASSWORD)
        .header("X-Form", TOKEN)
        .header("X-Other", ADDRESS)
        .retry(RetryPolicy::none());
    let preview = raw.preview().await.expect("a preview");
    let body = String::from_utf8_lossy(preview.body.as_deref().expect("a body")).into_owned();
    without_secrets("a preview", &format!("{preview:?} {preview:#?} {} {body}", preview.url));
    assert_eq!(preview.headers["authorization"], "Bearer ***");
    assert_eq!(preview.headers["x-api-key"], "***");
    assert_eq!(preview.headers["x-form"], "***");
    assert_eq!(preview.headers["x-other"], ADDRESS);
    assert_eq!(preview.url.query(), Some("email=kim.lund%40fjord.test&api_token=***"));
    assert_eq!(preview.json().expect("JSON"), json!({"token": "***", "name": FORM}));
}

#[tokio::test]
async fn a_preview_without_secrets_is_what_is_sent() {
    let client = builder("http://127.0.0.1:1/api").build().expect("a client");
    let update = UpdateProcessTask::new().title(format!("{FORM} for {ADDRESS}"));
    let preview = client
        .organization("o1")
        .process("r1")
        .tasks()
        .update("t1", update)
        .preview()
        .await
        .expect("a preview");
    assert_eq!(preview.json().expect("JSON"), json!({"title": format!("{FORM} for {ADDRESS}")}));
}
