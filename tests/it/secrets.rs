//! The token goes to the configured host alone, and into nothing that is shown.

use std::time::Duration;

use serde_json::json;
use tallyfy_sandbox::{Fault, FaultBody, Sandbox, seed};
use tallyfy_sdk::{Client, request::ListTasks};

const TOKEN: &str = "tok-4f1e9d-very-secret";

fn clean(place: &str, text: &str) {
    assert!(!text.contains(TOKEN), "{place} shows the token: {text}");
}

#[tokio::test]
async fn the_token_is_in_no_debug_display_or_preview() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let builder = Client::builder().base_url(sandbox.base_url()).token(TOKEN);
    clean("builder", &format!("{builder:?}"));
    let client = builder.build().expect("a client");
    clean("client", &format!("{client:?}"));
    let organization = client.organization(seed::ORGANIZATION);
    clean("organization", &format!("{organization:?}"));
    let call = organization.processes().get(seed::PROCESS);
    clean("call", &format!("{call:?}"));
    let preview = call.preview().await.expect("a preview");
    clean("preview", &format!("{preview:?}"));
    assert_eq!(preview.headers["authorization"], "Bearer ***");
    let error = client.me().await.expect_err("the token is unknown");
    clean("error", &format!("{error} {error:?} {error:#?}"));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_echoes_the_token_does_not_bring_it_into_the_error() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let client = Client::builder().base_url(sandbox.base_url()).token(TOKEN).build().expect("a client");
    let echo = json!({"message": format!("Bearer {TOKEN} is not known"), "errors": {"token": [TOKEN]}});
    for status in [401, 422, 500] {
        sandbox.fault("get_me", Fault::status(status, echo.clone()));
        let error = client.me().no_retry().await.expect_err("refused");
        clean("echo", &format!("{error} {error:?} {:?} {:?}", error.message(), error.field_errors()));
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let elsewhere = Sandbox::start().await.expect("another sandbox");
    let client =
        Client::builder().base_url(sandbox.base_url()).token(sandbox.token()).build().expect("a client");
    sandbox.fault(
        "list_tasks",
        Fault::Status {
            status: 302,
            headers: vec![("Location".into(), format!("{}/me", elsewhere.base_url()))],
            body: FaultBody::Empty,
        },
    );
    let organization = client.organization(seed::ORGANIZATION);
    let error = organization.tasks().list(ListTasks::new()).await.expect_err("a redirect is no answer");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(302));
    assert_eq!(elsewhere.requests().len(), 0, "nothing went to the other host");
}

#[test]
fn plain_http_is_for_this_machine_alone() {
    for (url, allowed) in [
        ("https://go.tallyfy.com/api", true),
        ("https://api.tallyfy.com", true),
        ("http://127.0.0.1:8080/api", true),
        ("http://localhost:8080", true),
        ("http://[::1]:8080", true),
        ("http://go.tallyfy.com/api", false),
        ("http://127.0.0.1.example.com", false),
        ("http://localhost.example.com", false),
        ("ftp://go.tallyfy.com", false),
        ("https://user:pass@go.tallyfy.com", false),
        ("https://go.tallyfy.com/api?x=1", false),
        ("https://go.tallyfy.com/api#x", false),
        ("go.tallyfy.com", false),
        ("", false),
    ] {
        let built = Client::builder().base_url(url).token(TOKEN).build();
        assert_eq!(built.is_ok(), allowed, "{url}");
        if let Err(error) = built {
            assert!(error.is_input(), "{url}: {error}");
            clean(url, &error.to_string());
        }
    }
}

#[test]
fn the_environment_is_read_by_name_and_its_faults_name_the_variable() {
    let of = |token: Option<&str>, org: Option<&str>, url: Option<&str>| {
        let values = [("TALLYFY_API_TOKEN", token), ("TALLYFY_ORG_ID", org), ("TALLYFY_BASE_URL", url)];
        let values: Vec<(String, Option<String>)> =
            values.into_iter().map(|(name, value)| (name.to_owned(), value.map(str::to_owned))).collect();
        Client::from_env_with(move |name| values.iter().find(|(key, _)| key == name)?.1.clone())
    };
    let client = of(Some(TOKEN), Some(seed::ORGANIZATION), None).expect("a client");
    assert_eq!(client.base_url(), "https://go.tallyfy.com/api");
    assert_eq!(client.default_organization().expect("set").id().as_str(), seed::ORGANIZATION);
    for (built, variable) in [
        (of(None, None, None), "TALLYFY_API_TOKEN"),
        (of(Some(" "), None, None), "TALLYFY_API_TOKEN"),
        (of(Some("a\nb"), None, None), "TALLYFY_API_TOKEN"),
        (of(Some(TOKEN), Some(".."), None), "TALLYFY_ORG_ID"),
        (of(Some(TOKEN), None, Some("nope")), "TALLYFY_BASE_URL"),
    ] {
        let error = built.expect_err(variable);
        assert!(error.to_string().contains(variable), "{error}");
        clean(variable, &error.to_string());
    }
    let without = of(Some(TOKEN), None, None).expect("a client").default_organization();
    assert!(without.expect_err("no organization").to_string().contains("TALLYFY_ORG_ID"));
}

#[tokio::test(start_paused = true)]
async fn people_adjust_the_http_client_but_not_its_safety() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let client = Client::builder()
        .base_url(sandbox.base_url())
        .token(sandbox.token())
        .timeout(Duration::from_secs(5))
        .configure_http(|http| http.redirect(tallyfy_sdk::reqwest::redirect::Policy::limited(10)))
        .build()
        .expect("a client");
    sandbox.fault(
        "get_me",
        Fault::Status {
            status: 302,
            headers: vec![("Location".into(), format!("{}/me", sandbox.base_url()))],
            body: FaultBody::Empty,
        },
    );
    let error = client.me().await.expect_err("still not followed");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(302));
}
