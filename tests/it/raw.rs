//! Raw calls against the sandbox: errands for which the SDK has no method, by bodies of every form, and how they preview.

use insta::assert_snapshot;
use serde_json::{Value, json};
use tallyfy_sandbox::{Sandbox, seed};
use tallyfy_sdk::reqwest::Method;
use tallyfy_sdk::{Client, Multipart, Preview, model::Template};

async fn started() -> (Sandbox, Client) {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let client =
        Client::builder().base_url(sandbox.base_url()).token(sandbox.token()).build().expect("a client");
    (sandbox, client)
}

fn of_the_organization(path: &str) -> String {
    format!("organizations/{}/{path}", seed::ORGANIZATION)
}

fn upload(content: &[u8]) -> Multipart {
    Multipart::new()
        .file("name", "Prüfung \"2026\".pdf", "application/pdf", content.to_vec())
        .text("uploaded_from", "ko_field")
        .text("subject_type", "Checklist")
        .text("subject_id", seed::TEMPLATE)
}

#[tokio::test]
async fn a_file_goes_up_in_parts_and_comes_down_as_it_was() {
    let (sandbox, client) = started().await;
    let content: Vec<u8> = (0..=255).chain(*b"\r\n--boundary\r\n").collect();
    let stored: Value = client
        .raw(Method::POST, of_the_organization("file"))
        .multipart(upload(&content))
        .item()
        .await
        .expect("stored");
    assert_eq!(stored["filename"], "Prüfung %222026%22.pdf");
    let path = of_the_organization(&format!("file/{}/dl", stored["id"].as_str().expect("an id")));
    let raw = client.raw(Method::GET, path).accept("application/pdf, application/json");
    assert_eq!(raw.bytes().await.expect("the file"), content);
    let seen = sandbox.requests();
    assert_eq!(seen[0].violations, []);
    assert_eq!(seen[1].header("accept"), Some("application/pdf, application/json"));
}

/// py:templates.duplicate_template sends a form.
#[tokio::test]
async fn a_template_is_cloned_by_a_form() {
    let (sandbox, client) = started().await;
    let path = of_the_organization(&format!("checklists/{}/clone", seed::TEMPLATE));
    let form = [("title", "Vendor intake & more, ø"), ("tenant", seed::ORGANIZATION)];
    let copy: Template = client.raw(Method::POST, path).form(&form).item().await.expect("a copy");
    assert_eq!(copy.title.as_deref(), Some("Vendor intake & more, ø"));
    assert_ne!(copy.id, seed::TEMPLATE);
    assert_eq!(sandbox.requests().len(), 1);
}

#[tokio::test]
async fn a_token_is_asked_for_by_a_form() {
    let (_sandbox, client) = started().await;
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "3"),
        ("client_secret", "hush-hush"),
        ("refresh_token", "def502 00/+&="),
    ];
    let raw = || client.raw(Method::POST, "oauth/token").form(&form);
    let preview = raw().preview().await.expect("a preview");
    let body = String::from_utf8(preview.body.expect("a body").to_vec()).expect("text");
    assert_eq!(body, "grant_type=client_credentials&client_id=3&client_secret=***&refresh_token=***");
    // The sandbox knows no such application: it says so in the words of OAuth, not that it cannot read the body.
    let error = raw().await.expect_err("an unknown application");
    assert!(!error.to_string().contains("hush") && error.code() != Some("invalid_request"), "{error}");
}

/// As text, without what changes from run to run.
fn shown(preview: &Preview) -> String {
    let text = preview.to_string();
    let boundary =
        text.split("boundary=").nth(1).and_then(|rest| rest.lines().next()).unwrap_or("none").to_owned();
    let version =
        text.split("tallyfy-sdk-rust/").nth(1).and_then(|rest| rest.lines().next()).expect("a version");
    text.replace(&boundary, "[boundary]").replace(&format!("rust/{version}"), "rust/[version]")
}

#[tokio::test]
async fn previews_read_like_http() {
    let client = Client::builder().token("s3cret-t0ken").user_agent("errand/7").build().expect("a client");
    let raw = |method: Method, path: &str| client.raw(method, of_the_organization(path));
    let stream =
        tallyfy_sdk::reqwest::Body::wrap_stream(futures::stream::iter([Ok::<_, std::io::Error>("a")]));
    let cases = [
        ("nothing", raw(Method::GET, "tags").query([("q", "a b"), ("api_token", "hush")])),
        ("json", raw(Method::POST, "tags").json(&json!({"title": "s3cret-t0ken"}))),
        (
            "form",
            raw(Method::POST, "tags").form(&[
                ("title", "A & B"),
                ("password", "hush"),
                ("t", "s3cret-t0ken"),
            ]),
        ),
        (
            "parts",
            raw(Method::POST, "file")
                .multipart(upload(&[0, 159, 146, 150]).text("secret", "hush").text("t", "s3cret-t0ken")),
        ),
        ("bytes", raw(Method::POST, "new").body("application/pdf", vec![255; 7000]).accept("text/csv")),
        ("text", raw(Method::POST, "new").body("text/plain", "ø".repeat(3000))),
        ("stream", raw(Method::POST, "new").stream("text/plain", stream)),
    ];
    let mut all = String::new();
    for (name, raw) in cases {
        let preview = raw.preview().await.expect(name);
        let debug = format!("{preview:?}");
        assert!(!debug.contains("hush") && !debug.contains("s3cret"), "{name}: {debug}");
        all += &format!("# {name}\n{}\n\n", shown(&preview).replace(&"ø".repeat(2000), "[2000 ø]"));
    }
    insta::with_settings!({snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true}, {
        assert_snapshot!("previews", all);
    });
}

/// What the service repeats of a form or of parts is hidden as of JSON.
#[tokio::test]
async fn what_was_sent_by_a_form_is_not_shown_in_errors() {
    let server = crate::plain_server::PlainServer::start().await;
    let client = Client::builder().base_url(&*server.base_url).token("t").build().expect("a client");
    let said = r#"{"message":"Kim Lund of Fjord & Co is no member"}"#;
    let raw = || client.raw(Method::POST, "new");
    for raw in [
        raw().form(&[("a", "Kim Lund"), ("b", "Fjord & Co")]),
        raw().multipart(Multipart::new().text("a", "Kim Lund").text("b", "Fjord & Co")),
        raw().body("text/plain", "Kim Lund\nFjord & Co"),
    ] {
        let head = format!("HTTP/1.1 422 No\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", said.len());
        server.answers(head + said, crate::plain_server::Ending::Closed);
        let error = raw.await.expect_err("refused").to_string();
        assert!(error.contains("*** of *** is no member"), "{error}");
    }
}
