//! Error bodies in every shape the service sends, and what people get to see.

use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::{Delivery, Error, Journey, Sent};
use crate::mask::Secret;

fn answered(status: u16, headers: &[(&'static str, &str)], body: &str) -> Error {
    let status = StatusCode::from_u16(status).expect("a status");
    let headers: HeaderMap = headers
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value")))
        .collect();
    Error::answered(status, headers, Bytes::copy_from_slice(body.as_bytes()), &Secret::new("s3cret"))
        .with_journey(Journey {
            operation: "complete_task",
            reads: false,
            attempts: 1,
            elapsed: Duration::from_millis(40),
            delivery: Delivery::Refused,
        })
}

/// Body, then code, message, and fields as `field=message`.
#[track_caller]
fn says(body: &str, code: Option<&str>, message: Option<&str>, fields: &[&str]) {
    let error = answered(422, &[], body);
    assert_eq!(error.code(), code, "code of {body}");
    assert_eq!(error.message(), message, "message of {body}");
    let found: Vec<_> = error.field_errors().iter().map(|e| format!("{}={}", e.field, e.message)).collect();
    assert_eq!(found, fields, "fields of {body}");
}

#[test]
fn flag_message_code() {
    says(
        r#"{"error":true,"message":"Resource not found","code":"RESOURCE_NOT_FOUND"}"#,
        Some("RESOURCE_NOT_FOUND"),
        Some("Resource not found"),
        &[],
    );
}

#[test]
fn message_only() {
    says(r#"{"message":"Unauthenticated."}"#, None, Some("Unauthenticated."), &[]);
    says(r#"{"message":["one","two"]}"#, None, Some("one; two"), &[]);
    says(r#"{"message":{"a":["one"],"b":"two"}}"#, None, Some("one; two"), &[]);
    says(r#"{"message":"  "}"#, None, None, &[]);
    says(r#"{"message":null,"code":404}"#, Some("404"), None, &[]);
}

#[test]
fn validation_in_lists_texts_and_nests() {
    says(
        r#"{"message":"The given data was invalid.","errors":{"email":["taken","odd"],"name":"required"}}"#,
        None,
        Some("The given data was invalid."),
        &["email=taken", "email=odd", "name=required"],
    );
    says(
        r#"{"error":true,"errors":{"prerun":{"4a3f":["is required"]},"tasks":[{"title":["too long"]}]}}"#,
        None,
        None,
        &["prerun.4a3f=is required", "tasks.title=too long"],
    );
    says(
        r#"{"errors":["first",{"field":"name","message":"second"}]}"#,
        None,
        None,
        &["=first", "name=second"],
    );
    says(r#"{"errors":[]}"#, None, None, &[]);
    says(r#"{"errors":{"a":null,"b":{},"c":[true]}}"#, None, None, &[]);
}

#[test]
fn nested_code_and_oauth() {
    says(
        r#"{"error":{"code":"SEAT_POOL_EXHAUSTED","message":"no seat left","details":{"pool_type":"full"}}}"#,
        Some("SEAT_POOL_EXHAUSTED"),
        Some("no seat left"),
        &[],
    );
    says(r#"{"error":"invalid_client"}"#, Some("invalid_client"), Some("invalid_client"), &[]);
    says(
        r#"{"error":"invalid_grant","error_description":"The code has expired.","hint":"again"}"#,
        Some("invalid_grant"),
        Some("The code has expired."),
        &[],
    );
    says(r#"{"error":"Something went wrong"}"#, None, Some("Something went wrong"), &[]);
}

#[test]
fn bodies_that_are_no_json_object() {
    says("", None, None, &[]);
    says("null", None, None, &[]);
    says("[1]", None, None, &[]);
    says(r#""a text""#, None, Some("a text"), &[]);
    says("upstream gone\n", None, Some("upstream gone"), &[]);
    says(
        "<html><head><TITLE>502 Bad\n Gateway</TITLE></head><body>x</body>",
        None,
        Some("502 Bad Gateway"),
        &[],
    );
    says("<html><body>no title</body>", None, None, &[]);
    says(r#"{"message": "cut"#, None, None, &[]);
    says(&format!("{}1{}", "[".repeat(5000), "]".repeat(5000)), None, None, &[]);
}

#[test]
fn predicates_follow_the_status() {
    type Predicate = fn(&Error) -> bool;
    let predicates: [(&str, Predicate); 13] = [
        ("input", Error::is_input),
        ("auth", Error::is_auth),
        ("permission", Error::is_permission),
        ("not_found", Error::is_not_found),
        ("validation", Error::is_validation),
        ("conflict", Error::is_conflict),
        ("rate_limited", Error::is_rate_limited),
        ("timeout", Error::is_timeout),
        ("connect", Error::is_connect),
        ("server", Error::is_server),
        ("decode", Error::is_decode),
        ("too_large", Error::is_too_large),
        ("already_done", Error::is_already_done),
    ];
    let names = |error: &Error| {
        let hold: Vec<_> =
            predicates.iter().filter(|(_, holds)| holds(error)).map(|(name, _)| *name).collect();
        hold.join(" ")
    };
    for (status, expected) in [
        (302, ""),
        (400, ""),
        (401, "auth"),
        (403, "permission"),
        (404, "not_found"),
        (408, "timeout"),
        (409, "conflict"),
        (410, "not_found"),
        (413, "too_large"),
        (422, "validation"),
        (429, "rate_limited"),
        (500, "server"),
        (504, "timeout server"),
    ] {
        assert_eq!(names(&answered(status, &[], "{}")), expected, "status {status}");
    }
    assert_eq!(names(&answered(400, &[], r#"{"errors":{"a":"b"}}"#)), "validation");
    assert_eq!(names(&Error::input("x")), "input");
    assert_eq!(names(&Error::token("x".into())), "auth");
    assert_eq!(names(&Error::deadline("waiting")), "timeout");
    assert_eq!(names(&Error::too_large("x")), "too_large");
    assert_eq!(names(&Error::already_done()), "already_done");
    let cut = Error::decode("x").with_answer(
        StatusCode::OK,
        HeaderMap::new(),
        Bytes::from_static(b"{"),
        &Secret::new(""),
    );
    assert_eq!(names(&cut), "decode");
}

#[test]
fn display_is_useful_alone() {
    let error = answered(
        422,
        &[("x-request-id", "r-7")],
        r#"{"message":"The given data was invalid.",
            "errors":{"a":["one"],"b":["two"],"c":["three."],"d":["four"],"e":["five"]}}"#,
    );
    assert_eq!(
        error.to_string(),
        "complete_task: the server answered 422 Unprocessable Entity: The given data was invalid \
         (a: one; b: two; c: three; and 2 more). The server refused it and did not act [request id r-7]"
    );
    let error =
        answered(409, &[], r#"{"error":{"code":"SEAT_POOL_EXHAUSTED","details":{"pool_type":"light"}}}"#);
    assert_eq!(
        error.to_string(),
        "complete_task: the server answered 409 Conflict [SEAT_POOL_EXHAUSTED]. The server refused it and \
         did not act. No light seat is free: buy seats, or disable a member, then call again"
    );
    let wait = answered(429, &[], "").with_retry_after(Some(Duration::from_millis(90_500)), false);
    assert_eq!(
        wait.to_string(),
        "complete_task: the server answered 429 Too Many Requests. The server refused it and did not act. \
         Wait 90.5 s before the next call"
    );
}

#[test]
fn display_tells_what_was_left_behind() {
    let after = |delivery, reads| {
        let journey =
            Journey { operation: "x", reads, attempts: 3, elapsed: Duration::from_secs(7), delivery };
        answered(503, &[], "").with_journey(journey).to_string()
    };
    let head = "x: the server answered 503 Service Unavailable. ";
    let tail = " [3 attempts in 7 s]";
    for (delivery, reads, expected) in [
        (Delivery::Unknown, false, "The server may have acted: look before doing it again"),
        (Delivery::Unknown, true, "The call only reads, so it can be repeated"),
        (Delivery::Applied, false, "The server has acted: do not do it again"),
        (Delivery::Refused, true, "The server refused it and did not act"),
    ] {
        assert_eq!(after(delivery, reads), format!("{head}{expected}{tail}"));
    }
}

#[test]
fn nothing_private_is_shown() {
    let body =
        r#"{"message":"SQLSTATE[42S02]: select * from users","errors":{"k-s3cret":["s3cret was sent"]}}"#;
    let error = answered(500, &[("set-cookie", "session=abc")], body).without_secret(&Secret::new("s3cret"));
    assert_eq!(
        error.to_string(),
        "complete_task: the server answered 500 Internal Server Error: its program failed, with words that are not for \
         showing (k-***: *** was sent). The server refused it and did not act. The fault is in Tallyfy, which may not have \
         expected a value of that kind; tell its support, with the time and the request id"
    );
    let debug = format!("{error:?}");
    for private in ["s3cret", "SQLSTATE", "session"] {
        assert!(!debug.contains(private), "{private} in {debug}");
    }
    let tags = answered(403, &[], r#"{"message":"<b>No</b> 1 < 2\n<script>x</script>"}"#);
    assert!(tags.to_string().contains("403 Forbidden: No 1 < 2 x. "), "{tags}");
    let long = answered(400, &[], &"word ".repeat(1000));
    assert!(long.to_string().len() < 500, "{long}");
}

#[test]
fn what_cannot_be_decoded_is_described_without_its_values() {
    let detail = |body: &'static str| {
        let error = serde_json::from_str::<Vec<u8>>(body).expect_err("no list of bytes");
        let body = Bytes::from_static(body.as_bytes());
        Error::unreadable(progenitor_client::Error::InvalidResponsePayload(body, error), &HeaderMap::new())
            .to_string()
    };
    let head = "the answer could not be read: ";
    for (body, expected) in [
        ("", "an empty body instead of JSON"),
        ("OK", "plain text instead of JSON"),
        (r#"["secret"]"#, "invalid type, expected u8 at line 1 column 9"),
        (r#"[1"#, "EOF while parsing a list at line 1 column 2"),
        ("[999]", "invalid value, expected u8 at line 1 column 4"),
        (r#"["a\"b, expected c"]"#, "invalid type, expected u8 at line 1 column 19"),
    ] {
        assert_eq!(detail(body), format!("{head}{expected}. Nothing was sent"), "{body}");
    }
}

#[test]
fn the_json_readers_sentences_are_told_without_what_they_quote() {
    use serde::de::Error as _;
    for (said, told) in [
        ("missing field `id`", "missing field `id`"),
        ("unknown variant `a`b`, expected `c`", "unknown variant …"),
        (
            r#"expected a list, found an object with the key "a\"b""#,
            "expected a list, found an object with the key …",
        ),
        ("kim@lund.test is no date", "a value does not fit at line 0 column 0"),
    ] {
        assert_eq!(super::cause::of_json(&serde_json::Error::custom(said)), told, "{said}");
    }
}

#[test]
fn what_a_person_wrote_is_not_shown_when_the_server_repeats_it() {
    let url = "https://x.test/organizations/o1/guests/kim%40lund.test?q=Blue+Fjord".parse().expect("a URL");
    let sent =
        br#"{"name": "Cellar audit", "prerun": {"a": ["NO 912"], "b": 60617}, "status": "active", "x": "a"}"#;
    let body = r#"{"message": "Cellar audit of kim@lund.test (Blue Fjord) is active, not NO 912 or 60617, nor a.",
        "errors": {"NO 912": ["NO 912 is odd"]}}"#;
    let error = answered(422, &[("x-request-id", "for-kim@lund.test")], body).hiding(&Sent {
        url: &url,
        headers: &HeaderMap::new(),
        body: Some(sent),
        content_type: "application/json",
    });
    assert_eq!(
        error.to_string(),
        "complete_task: the server answered 422 Unprocessable Entity: *** of *** (***) is active, not *** or \
         ***, nor a (***: *** is odd). The server refused it and did not act"
    );
    assert!(error.message().is_some_and(|said| said.contains("kim@lund.test")), "the program may read it");
}

#[test]
fn long_bodies_are_cut() {
    let error = answered(500, &[], &"x".repeat(70_000));
    assert_eq!(error.body().map(<[u8]>::len), Some(65_536));
}

#[test]
fn no_cut_of_any_body_is_too_much() {
    for body in [
        r#"{"message":"The gïven data","errors":{"a":[{"b":["c"]}],"d":"é"},"code":7}"#,
        r#"{"error":{"code":"X","details":{"pool_type":"full"}},"error_description":"y"}"#,
        "<!DOCTYPE html><html><TITLE lang='é'>Bäd <b>gateway</b></Title></html> < 3 &",
    ] {
        for cut in 0..=body.len() {
            let bytes = Bytes::copy_from_slice(&body.as_bytes()[..cut]);
            let error = Error::answered(StatusCode::BAD_GATEWAY, HeaderMap::new(), bytes, &Secret::new(""));
            let text = error.to_string();
            assert!(text.starts_with("the server answered 502 Bad Gateway"), "{text}");
            assert!(!text.contains("<b>") && !text.contains('\n'), "{text}");
        }
    }
}

/// The cuts are at 64 KiB of a body and 8,192 characters of a text: a token stands across both, everywhere around them.
#[test]
fn a_secret_across_a_cut_is_hidden_before_it_is_cut() {
    const TOKEN: &str = "tok4f1e9d/Very+Secret==77";
    let secret = Secret::new(TOKEN);
    let shown = |body: String| {
        let error = Error::answered(StatusCode::BAD_REQUEST, HeaderMap::new(), Bytes::from(body), &secret);
        let fields: String =
            error.field_errors().iter().map(|e| format!("{} {} ", e.field, e.message)).collect();
        let body = String::from_utf8_lossy(error.body().unwrap_or_default()).into_owned();
        [
            body,
            error.message().unwrap_or_default().to_owned(),
            error.code().unwrap_or_default().to_owned(),
            fields,
        ]
    };
    for shift in 0..=TOKEN.len() + 3 {
        let before = |cut: usize| "\u{e9}".repeat((cut - 120) / 2) + &"x".repeat(120 - shift);
        let texts = [
            format!(r#"{{"message":"no","trace":"{}{TOKEN}{}""#, before(65_500), "y".repeat(200)),
            format!(r#"{{"message":"{}{TOKEN} and more"}}"#, "\u{e9}".repeat(8192 - shift)),
            format!(
                r#"{{"code":"{}{TOKEN}","errors":{{"{}{TOKEN}":"{}{TOKEN}"}}}}"#,
                "x".repeat(8192 - shift),
                "x".repeat(8192 - shift),
                "x".repeat(8192 - shift)
            ),
            format!("<html><title>{}{TOKEN}</title>", "x".repeat(8192 - shift)),
            format!("{}{TOKEN}", "x".repeat(8192 - shift)),
            // The connection broke there.
            format!("said: {}", &TOKEN[..TOKEN.len().saturating_sub(shift)]),
        ];
        for text in texts {
            for kept in shown(text) {
                assert!(!kept.contains("tok4f1e9d/V"), "{shift}: {}", &kept[kept.len().saturating_sub(80)..]);
                assert!(!kept.ends_with("tok4f1"), "{shift}: ends with it");
            }
        }
    }
}

#[test]
fn what_a_person_wrote_is_hidden_before_it_is_cut() {
    let url = "https://x.test/a".parse().expect("a URL");
    for length in [20, 200, 290, 300, 310, 2000, 2048, 2100, 8192, 9000] {
        let word = "Fjord ".repeat(length / 6 + 1);
        let word = word.trim();
        let sent = serde_json::json!({"name": word}).to_string();
        for before in ["", "The name ", &"ab ".repeat(95), &"ab ".repeat(99)] {
            let body = serde_json::json!({"message": format!("{before}{word} {word} is taken")}).to_string();
            let error = answered(422, &[], &body).hiding(&Sent {
                url: &url,
                headers: &HeaderMap::new(),
                body: Some(sent.as_bytes()),
                content_type: "",
            });
            let text = error.to_string();
            assert!(!text.contains("Fjord"), "{length}, {}: {text}", before.len());
        }
    }
}

#[test]
fn the_server_is_told_from_what_stands_before_it() {
    let page = "<html><head><title>Attention Required! | Cloudflare</title></head></html>";
    for (status, body, says, words) in [
        (404, page, "intermediary", "A proxy or balancer on the way answered, not Tallyfy"),
        (403, page, "intermediary", "A firewall or proxy on the way answered, not Tallyfy"),
        (401, page, "intermediary", "asks for a login of its own"),
        (413, page, "intermediary too_large", "takes no request of this size"),
        (429, page, "intermediary rate_limited", "429 Too Many Requests: Attention"),
        (502, page, "intermediary server", "502 Bad Gateway: Attention"),
        (404, "", "", "Tallyfy answers in JSON, this is none"),
        (403, "denied", "", "Tallyfy answers in JSON, this is none"),
        (
            404,
            r#"{"message":"Not found. Error Code: apsh546."}"#,
            "",
            "The header X-Tallyfy-Client did not arrive",
        ),
        (401, r#"{"message":"Unauthorized action"}"#, "permission", "It refuses the action, not the token"),
        (401, r#"{"message":"Unauthenticated."}"#, "auth token_invalid", "logs out of Tallyfy"),
        (
            403,
            r#"{"message":"limit reached","code":"RATE_LIMIT_EXCEEDED"}"#,
            "rate_limited",
            "Too many calls",
        ),
        (403, r#"{"message":"The token has expired."}"#, "auth token_invalid", "The token is not accepted"),
        (403, r#"{"message":"Invalid audience."}"#, "auth token_invalid", "The token is not accepted"),
        (403, r#"{"message":"Your trial has expired."}"#, "permission", "lacks the role or seat"),
        (403, r#"{"message":"You may not create tokens."}"#, "permission", "limited to other scopes"),
        (
            403,
            r#"{"message":"The token has expired.","errors":{"token":["expired"]}}"#,
            "permission",
            "lacks the role",
        ),
        (
            402,
            r#"{"message":"Trial over","code":"TRIAL_LIMIT_REACHED_100_U"}"#,
            "plan_limit",
            "The plan or trial",
        ),
        (402, "", "plan_limit", "The plan or trial"),
        (
            422,
            r#"{"message":"no","code":"TRIAL_LIMIT_REACHED_100_U"}"#,
            "validation plan_limit",
            "The plan or trial",
        ),
        (423, r#"{"message":"Blocked","code":"RUN_STATUS_ISSUE"}"#, "blocked", "resolve it, then call again"),
        (
            404,
            r#"{"message":"API endpoint not found","code":"ENDPOINT_NOT_FOUND"}"#,
            "",
            "check the base URL",
        ),
        (404, r#"{"message":"Resource not found"}"#, "not_found", "There is no such task or organization"),
    ] {
        let error = answered(status, &[], body);
        let all = [
            ("intermediary", error.is_intermediary()),
            ("auth", error.is_auth()),
            ("token_invalid", error.is_token_invalid()),
            ("permission", error.is_permission()),
            ("not_found", error.is_not_found()),
            ("validation", error.is_validation()),
            ("plan_limit", error.is_plan_limit()),
            ("blocked", error.is_blocked()),
            ("rate_limited", error.is_rate_limited()),
            ("too_large", error.is_too_large()),
            ("server", error.is_server()),
        ];
        let hold: Vec<_> = all.iter().filter(|(_, holds)| *holds).map(|(name, _)| *name).collect();
        assert_eq!(hold.join(" "), says, "{status} {body}");
        assert!(error.to_string().contains(words), "{status} {body}: {error}");
    }
}

#[test]
fn a_code_that_is_the_beginning_of_a_message_does_not_tell_what_the_message_hides() {
    let url = "https://x.test/a".parse().expect("a URL");
    let shown = |body: &str| {
        let sent = Sent {
            url: &url,
            headers: &HeaderMap::new(),
            body: Some(br#"{"name":"Cellar audit"}"#),
            content_type: "",
        };
        answered(422, &[], body).hiding(&sent).to_string()
    };
    let text = shown(r#"{"message":"The name 'Cellar audit' is taken","code":"THE_NAME_CELLAR_AUDIT_IS_"}"#);
    assert!(text.contains("422 Unprocessable Entity: The name '***' is taken. "), "{text}");
    let text = shown(r#"{"message":"The name is taken","code":"THE_NAME_IS_TAKEN"}"#);
    assert!(text.contains("[THE_NAME_IS_TAKEN]: The name is taken. "), "{text}");
}
