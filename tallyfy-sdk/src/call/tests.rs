//! Calls before they are sent: laziness, previews, options that are refused.

use std::time::Duration;

use super::Call;
use crate::scripted::{Scripted, json};
use crate::{Client, ids::OrganizationId};

fn whoami(client: &Client, organization: &str) -> Call<tallyfy_gen::types::Member> {
    let org = OrganizationId::from(organization);
    Call::item(client, "get_current_user", &[&org.clone()], |api| async move {
        api.get_current_user(org.as_str()).await
    })
}

fn create(client: &Client) -> Call<()> {
    Call::item(client, "create_run", &[], |api| async move {
        api.create_run("o1", &tallyfy_gen::types::LaunchProcess::new("t1")).await
    })
    .map(drop)
}

fn sendable<T: Send>(value: T) -> T {
    value
}

#[tokio::test]
async fn nothing_happens_until_a_call_is_awaited() {
    let server = Scripted::start(vec![json(200, r#"{"data":{"id":7}}"#)]).await;
    let client = server.client();
    drop(whoami(&client, "o1"));
    let call = sendable(whoami(&client, "o1"));
    assert!(server.requests().is_empty());
    let user = tokio::spawn(async move { call.await }).await.expect("no panic").expect("a user");
    assert_eq!(user.id, 7);
    assert_eq!(server.lines(), ["GET /api/organizations/o1/me"]);
}

#[tokio::test]
async fn a_preview_shows_the_request_and_sends_nothing() {
    let client = Client::builder().token("s3cret").build().expect("a client");
    let preview = create(&client).header("X-Trace", "t7").preview().await.expect("a preview");
    assert_eq!(preview.method, "POST");
    assert_eq!(preview.url.as_str(), "https://go.tallyfy.com/api/organizations/o1/runs");
    assert_eq!(preview.json(), Some(serde_json::json!({"checklist_id": "t1"})));
    let header = |name: &str| preview.headers.get(name).map(|value| value.to_str().expect("text"));
    assert_eq!(header("authorization"), Some("Bearer ***"));
    assert_eq!(header("x-trace"), Some("t7"));
    assert_eq!(header("x-tallyfy-client"), Some("APIClient"));
    assert_eq!(header("api-version"), None);
    assert!(!format!("{preview:?}").contains("s3cret"));
}

#[tokio::test]
async fn malformed_arguments_and_options_are_refused_before_anything_is_sent() {
    let server = Scripted::start(vec![json(200, "{}")]).await;
    let client = server.client();
    let call = || whoami(&client, "o1");
    let tail = ". Nothing was sent";
    for (call, expected) in [
        (
            whoami(&client, "a/b"),
            "the organization id contains one of / \\ ? # %; pass the id alone, as Tallyfy shows it",
        ),
        (call().timeout(Duration::ZERO), "a timeout or deadline of zero leaves no time for the call"),
        (call().deadline(Duration::ZERO), "a timeout or deadline of zero leaves no time for the call"),
        (
            call().header("Authorization", "Bearer x"),
            "the header authorization is written by the client itself",
        ),
        (call().header("accept", "text/html"), "the header accept is written by the client itself"),
        (call().header("a b", "x"), "a header has a name that no header can have"),
        (call().header("x-a", "s3cret\n"), "the value given for the header x-a is not usable"),
    ] {
        let error = call.await.expect_err(expected);
        assert!(error.is_input());
        assert_eq!(error.attempts(), 0);
        assert_eq!(error.to_string(), format!("get_current_user: {expected}{tail}"));
    }
    let preview = whoami(&client, "..").preview().await;
    assert!(preview.expect_err("malformed").is_input());
    assert!(server.requests().is_empty());
}
