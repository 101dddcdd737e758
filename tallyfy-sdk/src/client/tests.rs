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
fn names_below_localhost_are_this_machine() {
    for url in ["http://sandbox.localhost:8080/api", "http://a.b.LOCALHOST", "http://[::1]:1/api"] {
        assert!(builder().base_url(url).build().is_ok(), "{url}");
    }
    for url in ["http://.localhost", "http://xlocalhost", "http://localhost.example.com", "http://0.0.0.0:1"]
    {
        assert!(builder().base_url(url).build().is_err(), "{url}");
    }
}

#[test]
fn plain_http_in_a_test_network_is_for_the_one_host_that_is_named() {
    let with = |host: &str, url: &str| builder().base_url(url).insecure_http(host);
    for (host, url) in [
        ("tallyfy-sandbox", "http://tallyfy-sandbox:8080/api"),
        (" Tallyfy-Sandbox\n", "http://TALLYFY-SANDBOX/api"),
        ("172.17.0.2", "http://172.17.0.2:8080/api"),
        ("fd00::2", "http://[fd00::2]:8080/api"),
        ("[fd00::2]", "http://[fd00::2]:8080/api"),
        ("tallyfy-sandbox", "https://go.tallyfy.com/api"),
        ("tallyfy-sandbox", "http://127.0.0.1:81/api"),
    ] {
        assert!(with(host, url).build().is_ok(), "{host} {url}");
    }
    for (host, url) in [
        ("tallyfy-sandbox", "http://go.tallyfy.com/api"),
        ("sandbox", "http://tallyfy-sandbox:8080/api"),
        ("tallyfy-sandbox", "http://tallyfy-sandbox.example.com/api"),
        ("tallyfy-sandbox:8080", "http://tallyfy-sandbox:8080/api"),
        ("*", "http://tallyfy-sandbox:8080/api"),
        ("", "http://tallyfy-sandbox:8080/api"),
    ] {
        refused(with(host, url), "the base URL must use https");
    }
    let unnamed =
        builder().base_url("http://tallyfy-sandbox:8080/api").build().expect_err("unnamed").to_string();
    assert!(unnamed.contains("insecure_http(..) or TALLYFY_INSECURE_HTTP"), "{unnamed}");
    let by_environment = |host: &'static str| {
        Client::from_env_with(move |name| match name {
            "TALLYFY_API_TOKEN" => Some("t".to_owned()),
            "TALLYFY_BASE_URL" => Some("http://tallyfy-sandbox:8080/api".to_owned()),
            "TALLYFY_INSECURE_HTTP" => Some(host.to_owned()),
            _ => None,
        })
    };
    for no_host in ["1", "true", "http://tallyfy-sandbox:8080", "tallyfy-sandbox:8080"] {
        let text = by_environment(no_host).expect_err("no host").to_string();
        assert!(text.contains("the host alone") && text.contains("tallyfy-sandbox"), "{text}");
    }
    assert!(by_environment("tallyfy-sandbox").is_ok());
    assert!(by_environment("other").is_err());
}

#[test]
fn a_proxy_that_is_none_is_refused_by_the_name_of_its_variable() {
    let with = |name: &'static str, value: &'static str| {
        Client::from_env_with(move |asked| match asked {
            "TALLYFY_API_TOKEN" => Some("t".to_owned()),
            _ => (asked == name).then(|| value.to_owned()),
        })
    };
    for (name, value) in [
        ("HTTPS_PROXY", "ftp://kim:p4ss@proxy:1"),
        ("https_proxy", "http://kim:p4ss@"),
        ("ALL_PROXY", "http://kim:p4ss@proxy:port"),
        ("all_proxy", "a b"),
    ] {
        let text = with(name, value).expect_err(value).to_string();
        assert!(text.starts_with(&format!("{name} is not the address of a proxy")), "{text}");
        assert!(text.contains("no_proxy") && !text.contains("p4ss"), "{text}");
    }
    for (name, value) in [
        ("HTTPS_PROXY", "proxy.example.com:3128"),
        ("https_proxy", "proxy.example.com"),
        ("ALL_PROXY", "socks5h://kim:p4ss@127.0.0.1:1080"),
        ("HTTP_PROXY", "a b"),
        ("HTTPS_PROXY", " "),
    ] {
        assert!(with(name, value).is_ok(), "{name} {value}");
    }
}

#[cfg(not(any(feature = "rustls-ring", feature = "rustls-aws-lc", feature = "native-tls")))]
#[test]
fn https_without_tls_names_the_features() {
    // No crate that is built with this package alone brings TLS either.
    let text = builder().build().expect_err("no TLS").to_string();
    for feature in ["rustls-ring", "rustls-aws-lc", "native-tls"] {
        assert!(text.contains(feature), "{text}");
    }
    assert!(builder().base_url("http://127.0.0.1:1/api").build().is_ok());
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
