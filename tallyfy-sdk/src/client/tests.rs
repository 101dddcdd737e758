//! Settings: what is refused, and what the refusal says.

use std::time::Duration;

use super::{Client, ClientBuilder};

#[track_caller]
fn refused(builder: ClientBuilder, expected: &str) {
    let error = builder.build().expect_err(expected);
    assert!(error.is_input());
    let text = error.to_string();
    assert!(text.starts_with(expected), "{text}");
    assert!(!text.contains("p4ss"), "{text}");
}

fn builder() -> ClientBuilder {
    Client::builder().token("t")
}

#[test]
fn base_urls_are_checked() {
    for (url, expected) in [
        ("", "the base URL is not a complete URL; the usual one is https://go.tallyfy.com/api"),
        ("go.tallyfy.com/api", "the base URL is not a complete URL"),
        ("ftp://go.tallyfy.com", "the base URL must begin with https://"),
        ("data:text/plain,x", "the base URL must begin with https://"),
        ("https://user:p4ss@go.tallyfy.com", "the base URL must not contain a user name or password"),
        ("https://p4ss@go.tallyfy.com", "the base URL must not contain a user name or password"),
        ("https://go.tallyfy.com/api?x=1", "the base URL must not contain ? or #"),
        ("https://go.tallyfy.com/api#x", "the base URL must not contain ? or #"),
        ("http://go.tallyfy.com/api", "the base URL must use https"),
    ] {
        refused(builder().base_url(url), expected);
    }
    for (url, expected) in [
        ("https://api.tallyfy.com", "https://api.tallyfy.com"),
        ("https://go.tallyfy.com/api/", "https://go.tallyfy.com/api"),
        ("http://127.0.0.1:81/api", "http://127.0.0.1:81/api"),
        (" https://staging.go.tallyfy.com/api\n", "https://staging.go.tallyfy.com/api"),
    ] {
        assert_eq!(builder().base_url(url).build().expect(url).base_url(), expected);
    }
}

#[test]
fn other_settings_are_checked() {
    refused(Client::builder(), "no token is set");
    refused(Client::builder().token(""), "the token is empty");
    refused(Client::builder().token("p4ss\n"), "the token contains a space, a line break");
    refused(builder().timeout(Duration::ZERO), "the timeout is zero");
    refused(builder().connect_timeout(Duration::ZERO), "the connect_timeout is zero");
    refused(builder().deadline(Duration::ZERO), "the deadline is zero");
    refused(builder().max_response_bytes(0), "max_response_bytes is zero");
    refused(builder().user_agent("a\nb"), "the user_agent must be printable ASCII");
    refused(builder().client_header(""), "the client_header must be printable ASCII");
    refused(builder().organization("a/b"), "the organization id contains one of");
}

#[test]
fn the_environment_is_named_in_refusals() {
    type Variables<'a> = &'a [(&'a str, &'a str)];
    let from = |variables: Variables<'_>| {
        Client::from_env_with(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    };
    let cases: [(Variables<'_>, &str); 5] = [
        (&[], "TALLYFY_API_TOKEN is not set"),
        (&[("TALLYFY_API_TOKEN", " ")], "TALLYFY_API_TOKEN is not set"),
        (&[("TALLYFY_API_TOKEN", "p4ss p4ss")], "TALLYFY_API_TOKEN: the token contains a space"),
        (
            &[("TALLYFY_API_TOKEN", "t"), ("TALLYFY_BASE_URL", "http://example.com")],
            "TALLYFY_BASE_URL: the base URL must use https",
        ),
        (
            &[("TALLYFY_API_TOKEN", "t"), ("TALLYFY_ORG_ID", "..")],
            "TALLYFY_ORG_ID: the organization id is a relative path",
        ),
    ];
    for (variables, expected) in cases {
        let text = from(variables).expect_err(expected).to_string();
        assert!(text.starts_with(expected), "{text}");
        assert!(!text.contains("p4ss"), "{text}");
    }
    let client = from(&[("TALLYFY_API_TOKEN", "t"), ("TALLYFY_ORG_ID", "o1"), ("TALLYFY_BASE_URL", "")]);
    let client = client.expect("all is well");
    assert_eq!(client.base_url(), "https://go.tallyfy.com/api");
    assert_eq!(client.default_organization().expect("named").id().as_str(), "o1");
    let without = from(&[("TALLYFY_API_TOKEN", "t")]).expect("a token is enough");
    let text = without.default_organization().expect_err("none").to_string();
    assert!(text.contains("TALLYFY_ORG_ID"), "{text}");
}

#[test]
fn debug_shows_no_token() {
    let client = Client::builder().token("s3cret").build().expect("a client");
    let organization = client.organization("o");
    for text in
        [format!("{client:?}"), format!("{organization:?}"), format!("{:?}", builder().token("s3cret"))]
    {
        assert!(!text.contains("s3cret"), "{text}");
    }
}
