//! Answers that are not the service's own, or no answer: pages, gateways, the edge, failures inside a success, bytes around
//! the JSON. Here is what a program gets to see of each over the wire; how they are told apart is `tallyfy-sdk/src/error/`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use insta::assert_snapshot;
use serde_json::Value;
use tallyfy_sdk::reqwest::Method;
use tallyfy_sdk::{
    Client, Delivery, Error, FreshToken, RenewingToken, Token,
    request::{LaunchProcess, UpdateProcessTask},
};

use crate::plain_server::{Ending, PlainServer};

const ORGANIZATION: &str = "d83c7e1b40f5492ab6e1c97d05fa3826";
const TEMPLATE: &str = "2fc8d1570ea94b36b6d83a4917c05e9d";
const JSON: &str = "content-type: application/json\r\n";
const HTML: &str = "content-type: text/html; charset=UTF-8\r\n";
const PAGE: &str = "<!DOCTYPE html><html><head><title>Nothing here</title></head><body>nginx</body></html>";

/// A status, headers and a body.
type Answer<'a> = (u16, &'a str, &'a [u8]);

async fn serving((status, headers, body): Answer<'_>) -> (PlainServer, Client) {
    let server = PlainServer::start().await;
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status} Text\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n");
    server.answers([head.as_bytes(), body].concat(), Ending::Closed);
    let client = Client::builder().base_url(&*server.base_url).token("tok4f1e9d").build().expect("a client");
    (server, client)
}

async fn get(answer: Answer<'_>) -> Error {
    let (_server, client) = serving(answer).await;
    client
        .organization(ORGANIZATION)
        .processes()
        .get("91be47f0c3d64a1582e7d9055fa6c3b8")
        .await
        .expect_err("no process")
}

async fn launch(answer: Answer<'_>) -> Error {
    let (_server, client) = serving(answer).await;
    let launch = LaunchProcess::new(TEMPLATE).name("Cellar audit");
    client.organization(ORGANIZATION).processes().launch(launch).no_retry().await.expect_err("no process")
}

#[tokio::test]
async fn the_page_of_a_balancer_says_nothing_about_the_object() {
    let error = get((404, HTML, PAGE.as_bytes())).await;
    assert!(!error.is_not_found() && error.is_intermediary(), "{error}");
    assert_eq!(error.body(), Some(PAGE.as_bytes()), "all that came is kept");
    let own =
        get((404, JSON, br#"{"error":true,"message":"Resource not found","code":"RESOURCE_NOT_FOUND"}"#))
            .await;
    assert!(own.is_not_found() && !own.is_intermediary(), "{own}");
}

#[tokio::test]
async fn the_page_of_a_firewall_says_nothing_about_rights() {
    let error = get((403, HTML, b"<html><title>Just a moment...</title></html>")).await;
    assert!(!error.is_permission() && error.is_intermediary(), "{error}");
    assert!(error.to_string().contains("A firewall or proxy on the way answered, not Tallyfy"), "{error}");
}

/// The firewall may have looked at the answer, and a balancer may have hidden a failure behind its page.
#[tokio::test]
async fn a_write_that_an_intermediary_answers_may_have_been_done() {
    for (status, delivery) in [
        (403, Delivery::Unknown),
        (404, Delivery::Unknown),
        (413, Delivery::Refused),
        (429, Delivery::Refused),
        (502, Delivery::Unknown),
    ] {
        let error = launch((status, HTML, PAGE.as_bytes())).await;
        assert_eq!(error.delivery(), delivery, "{error}");
    }
    let own = launch((403, JSON, br#"{"message":"This action requires administrator rights"}"#)).await;
    assert_eq!((own.delivery(), own.is_permission()), (Delivery::Refused, true), "{own}");
}

#[tokio::test]
async fn a_page_in_place_of_a_success_is_no_sign_that_anything_was_done() {
    let error = launch((200, HTML, b"<html><title>Sign in to the hotel</title></html>")).await;
    assert!(error.is_decode());
    assert_eq!(error.delivery(), Delivery::Unknown, "{error}");
    assert!(!error.to_string().contains("do not do it again"), "{error}");
}

#[tokio::test]
async fn a_failure_inside_a_success_is_told_in_the_servers_words() {
    for (body, sentence, code) in [
        (
            r#"{"error":true,"message":"The process limit of your plan is reached","code":"PLAN_LIMIT"}"#,
            "The process limit of your plan is reached",
            Some("PLAN_LIMIT"),
        ),
        (r#"{"errors":{"name":["The name is required"]}}"#, "name: The name is required", None),
        (r#"{"message":"Not today","code":"NOT_TODAY_X"}"#, "Not today", Some("NOT_TODAY_X")),
        (r#"{"success":false,"message":"Not today"}"#, "Not today", None),
        (
            r#"{"error":{"code":"SEAT_POOL_EXHAUSTED","message":"no seat left"}}"#,
            "no seat left",
            Some("SEAT_POOL_EXHAUSTED"),
        ),
        (r#"{"message":"Not today"}"#, "Not today", None),
    ] {
        let error = launch((200, JSON, body.as_bytes())).await;
        let text = error.to_string();
        assert!(text.contains(sentence), "{text}");
        assert_eq!(error.code(), code, "{text}");
        assert!(code.is_none_or(|code| text.contains(code)), "{text}");
        assert_eq!(error.delivery(), Delivery::Unknown, "{text}");
        assert!(text.contains("may have acted: look before doing it again"), "{text}");
    }
    let error = launch((200, JSON, br#"{"error":true,"message":"x","code":"PLAN_LIMIT"}"#)).await;
    assert!(error.is_plan_limit(), "{error}");
}

#[tokio::test]
async fn a_failure_is_noticed_where_no_value_is_awaited_and_repeats_nothing_of_the_caller() {
    let body = br#"{"error":true,"message":"Cellar audit cannot be deleted","code":"NOT_ALLOWED"}"#;
    let (_server, client) = serving((200, JSON, body)).await;
    let raw =
        client.raw(Method::POST, "x").json(&serde_json::json!({"name": "Cellar audit"})).decode::<Value>();
    let error = raw.await.expect_err("a failure");
    assert!(error.to_string().contains("*** cannot be deleted"), "{error}");
    let archived =
        client.organization(ORGANIZATION).processes().archive("91be47f0c3d64a1582e7d9055fa6c3b8").await;
    assert_eq!(archived.expect_err("a failure").code(), Some("NOT_ALLOWED"));
}

#[tokio::test]
async fn an_answer_that_happens_to_have_a_message_is_an_answer() {
    for body in [
        r#"{"data":{"id":7},"message":"welcome","code":"WELCOME"}"#,
        r#"{"message":"welcome","data":{"id":7}}"#,
        r#"{"id":7,"message":"welcome","code":"X","error":null}"#,
    ] {
        let (_server, client) = serving((200, JSON, body.as_bytes())).await;
        assert_eq!(client.me().await.expect("me").id, 7, "{body}");
    }
    let (_server, client) = serving((200, JSON, br#"{"message":"All done"}"#)).await;
    let raw = client.raw(Method::GET, "x").decode::<Value>().await.expect("an answer");
    assert_eq!(raw["message"], "All done");
}

#[tokio::test]
async fn files_may_be_pages() {
    for body in [
        "<svg/>",
        "<?xml version=\"1.0\"?><a/>",
        "<!DOCTYPE html><html></html>",
        r#"{"error":true,"message":"x"}"#,
    ] {
        let (_server, client) = serving((200, HTML, body.as_bytes())).await;
        let bytes = client.raw(Method::GET, "organizations/o/file/7/dl").bytes().await.expect("the file");
        assert_eq!(bytes, body);
    }
}

/// `{"data":{"id":7}}` by gzip.
const PACKED: &str = "1f8b0800000000000203ab564a492c4954b2aa56ca4c51b232afad050050c83dcc11000000";

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex")).collect()
}

#[tokio::test]
async fn a_compressed_answer_is_read_or_named() {
    let packed = bytes(PACKED);
    for headers in
        ["content-encoding: gzip\r\n", "content-encoding: GZIP\r\ncontent-type: application/json\r\n", JSON]
    {
        let (_server, client) = serving((200, headers, &packed)).await;
        let answer = client.me().with_meta().await.expect("read");
        assert_eq!(answer.value.id, 7);
        assert!(!answer.meta.headers.contains_key("content-encoding"), "it is not compressed any more");
    }
    let brotli = b"\x0b\x08\x80{\"data\":{\"id\":7}}\x03";
    for status in [200, 404] {
        let (_server, client) = serving((status, "content-encoding: br\r\n", brotli)).await;
        let error = client.me().no_retry().await.expect_err("nobody unpacks this");
        let text = error.to_string();
        assert!(text.contains("compressed (br)") && text.contains("brotli"), "{text}");
        assert!(!error.is_not_found());
    }
    let (_server, client) = serving((200, "content-encoding: gzip\r\n", &packed)).await;
    let error = client.me().max_response_bytes(16).await.expect_err("too large once it is unpacked");
    assert!(error.is_too_large(), "{error}");
}

/// What is shown is on one line and without tags, and hidden all the same.
#[tokio::test]
async fn words_that_come_back_between_tags_or_other_blanks_are_hidden() {
    for (name, said) in [
        ("Kim Lundquist", "Kim <b>Lundquist</b>"),
        ("Kim Lundquist", "Kim\n   Lundquist"),
        ("Kim  Lundquist", "Kim Lundquist"),
        (" Kim\nLundquist", "Kim\tLundquist"),
    ] {
        let body = serde_json::json!({"message": format!("The name {said} is taken.")}).to_string();
        let (_server, client) = serving((422, JSON, body.as_bytes())).await;
        let launch = LaunchProcess::new(TEMPLATE).name(name);
        let error = client.organization(ORGANIZATION).processes().launch(launch).await.expect_err("taken");
        let text = error.to_string();
        assert!(text.contains("The name ***") && text.contains("is taken"), "{text}");
        assert!(!text.contains("Lundquist"), "{text}");
    }
}

/// A name may hold anything, and the service repeats it.
#[tokio::test]
async fn the_callers_own_words_are_not_taken_for_those_of_a_program() {
    for name in ["Clean /var/www/ and /vendor/ up", "Stack trace review", "Division by zero: a lesson"] {
        let body = serde_json::json!({"message": format!("The name {name} is taken.")}).to_string();
        let (_server, client) = serving((422, JSON, body.as_bytes())).await;
        let launch = LaunchProcess::new(TEMPLATE).name(name);
        let error = client.organization(ORGANIZATION).processes().launch(launch).await.expect_err("taken");
        let text = error.to_string();
        assert!(text.contains("The name *** is taken"), "{text}");
        assert!(!text.contains("The fault is in Tallyfy"), "{text}");
    }
    let body = br#"{"message":"SQLSTATE[23000]: Integrity constraint violation"}"#;
    assert!(launch((500, JSON, body)).await.to_string().contains("words that are not for showing"));
}

#[tokio::test]
async fn a_title_is_no_word_about_the_token() {
    for (message, is_of_token) in [
        ("You may not launch Audience survey", false),
        ("The audience of the token does not match", true),
        ("Invalid audience", true),
        ("Token has expired", true),
    ] {
        let body = serde_json::json!({"message": message}).to_string();
        let error = get((403, JSON, body.as_bytes())).await;
        assert_eq!(
            (error.is_token_invalid(), error.is_permission()),
            (is_of_token, !is_of_token),
            "{message}"
        );
    }
}

/// Some servers put a charset there, or `none`, and some proxies leave the header of what they have unpacked.
#[tokio::test]
async fn a_text_is_read_whatever_compression_its_header_claims() {
    let own = r#"{"error":true,"message":"Resource not found","code":"RESOURCE_NOT_FOUND"}"#;
    for encoding in ["utf-8", "none", "br", "gzip"] {
        let headers = format!("content-encoding: {encoding}\r\n");
        let error = get((404, &headers, own.as_bytes())).await;
        assert!(error.is_not_found(), "{encoding} {error}");
        assert_eq!(error.message(), Some("Resource not found"));
        assert!(!error.to_string().contains("compressed"), "{error}");
    }
}

#[tokio::test]
async fn a_byte_order_mark_does_not_silence_a_refusal() {
    let body = "\u{feff}{\"error\":true,\"message\":\"Resource not found\",\"code\":\"RESOURCE_NOT_FOUND\"}";
    let error = get((404, JSON, body.as_bytes())).await;
    assert!(error.is_not_found());
    assert_eq!((error.code(), error.message()), (Some("RESOURCE_NOT_FOUND"), Some("Resource not found")));
    let cut = get((404, JSON, b"{\"message\":\"There is no 'cut \\ud83d' here \xff\"}")).await;
    assert!(cut.is_not_found(), "{cut}");
}

#[tokio::test]
async fn a_token_is_renewed_for_the_401_that_is_about_it_alone() {
    for (headers, body, fetched, is_token_invalid) in [
        (JSON, r#"{"message":"Unauthenticated."}"#, 2, true),
        (JSON, "", 2, true),
        (JSON, r#"{"error":"x","message":"Permission denied. Error Code: apsh213."}"#, 2, true),
        (JSON, r#"{"message":"Unauthorized action"}"#, 1, false),
        (HTML, "Unauthorized.", 1, false),
        (JSON, r#"{"message":"no","errors":{"email":["unknown"]}}"#, 1, false),
        (HTML, "<html><title>401 Authorization Required</title></html>", 1, false),
        ("x-amzn-errortype: UnauthorizedException\r\n", r#"{"message":"Unauthorized"}"#, 1, false),
    ] {
        let (server, _) = serving((401, headers, body.as_bytes())).await;
        let count = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&count);
        let source = RenewingToken::new(move || {
            let number = counted.fetch_add(1, Ordering::SeqCst);
            async move { Ok(FreshToken::new(Token::new(format!("t{number}"))?)) }
        });
        let client =
            Client::builder().base_url(&*server.base_url).token_source(source).build().expect("a client");
        let error = client.me().await.expect_err("401");
        assert_eq!(count.load(Ordering::SeqCst), fetched, "{body}");
        assert_eq!(
            (error.is_token_invalid(), error.is_auth()),
            (is_token_invalid, is_token_invalid),
            "{error}"
        );
    }
}

/// Read as a stranger would: each line shall be true, plain, and say what to do.
#[tokio::test]
async fn what_errors_say() {
    let answers: &[(&str, u16, &str, &str)] = &[
        ("own 400", 400, JSON, r#"{"message":"The default administrator cannot be removed."}"#),
        ("own 401", 401, JSON, r#"{"message":"Unauthenticated."}"#),
        ("business 401", 401, JSON, r#"{"error":"Unauthorized action"}"#),
        ("page 401", 401, HTML, "<html><title>401 Authorization Required</title></html>"),
        (
            "plan 402",
            402,
            JSON,
            r#"{"error":true,"message":"Trial limit reached: 100 users","code":"TRIAL_LIMIT_REACHED_100_U"}"#,
        ),
        ("own 403", 403, JSON, r#"{"message":"This action requires administrator rights!"}"#),
        ("foreign organization", 403, JSON, r#"{"message":"You do not have access to this organization."}"#),
        (
            "application's organization",
            403,
            JSON,
            r#"{"message":"You don't have application's permissions for this organization!"}"#,
        ),
        ("page 403", 403, HTML, "<html><title>Attention Required! | Cloudflare</title></html>"),
        ("gateway 403", 403, "x-amzn-errortype: ForbiddenException\r\n", r#"{"message":"Forbidden"}"#),
        ("limit under 403", 403, JSON, r#"{"message":"limit reached","code":"RATE_LIMIT_EXCEEDED"}"#),
        (
            "own 404",
            404,
            JSON,
            r#"{"error":true,"message":"Resource not found","code":"RESOURCE_NOT_FOUND"}"#,
        ),
        (
            "path 404",
            404,
            JSON,
            r#"{"error":true,"message":"API endpoint not found","code":"ENDPOINT_NOT_FOUND"}"#,
        ),
        ("edge 404", 404, "content-type: text/plain\r\n", "Not found. Error Code: apsh546."),
        ("page 404", 404, HTML, PAGE),
        ("empty 404", 404, "", ""),
        ("mesh 404", 404, "", "404 page not found"),
        (
            "seats 409",
            409,
            JSON,
            r#"{"error":{"code":"SEAT_POOL_EXHAUSTED","message":"no seat left","details":{"pool_type":"full"}}}"#,
        ),
        ("page 413", 413, HTML, "<html><title>413 Request Entity Too Large</title></html>"),
        (
            "fields",
            422,
            JSON,
            r#"{"message":"The given data was invalid.","errors":{"name":["The name is required."],"x":["one;","two?"]}}"#,
        ),
        (
            "message of a field",
            422,
            JSON,
            r#"{"message":"The name is required.","errors":{"name":["The name is required."]}}"#,
        ),
        ("several messages", 422, JSON, r#"{"message":["The name is required.","The type is odd."]}"#),
        ("code alone", 400, JSON, r#"{"error":"invalid_client"}"#),
        ("dropdown", 422, JSON, r#"{"errors":{"taskdata.4a3f":["Invalid dropdown choice selected"]}}"#),
        (
            "approval",
            422,
            JSON,
            r#"{"message":"The given data was invalid.","errors":{"is_approved":["The is approved field is required."]}}"#,
        ),
        (
            "program",
            422,
            JSON,
            r#"{"message":"foreach() argument must be of type array|object, null given"}"#,
        ),
        ("program, by field", 422, JSON, r#"{"errors":{"prerun":["Undefined array key \"id\""]}}"#),
        (
            "database",
            500,
            JSON,
            r#"{"message":"SQLSTATE[42S02]: Base table or view not found: select * from `runs`"}"#,
        ),
        (
            "trace",
            500,
            JSON,
            r#"{"message":"Server Error","exception":"ErrorException","file":"/var/www/a.php","trace":[]}"#,
        ),
        ("blocked", 423, JSON, r#"{"message":"The process has an open problem.","code":"RUN_STATUS_ISSUE"}"#),
        ("throttled", 429, "retry-after: 90\r\n", ""),
        ("throttled, at once", 429, "retry-after: 0\r\n", r#"{"message":"Too Many Attempts."}"#),
        ("own 500", 500, JSON, r#"{"message":"Server Error"}"#),
        ("page 502", 502, HTML, "<html><title>502 Bad Gateway</title></html>"),
        (
            "mesh 503",
            503,
            "",
            "upstream connect error or disconnect/reset before headers. reset reason: overflow",
        ),
        ("redirect", 302, "location: https://account.tallyfy.com/login\r\n", ""),
        (
            "failure in a success",
            200,
            JSON,
            r#"{"error":true,"message":"The process limit of your plan is reached","code":"PLAN_LIMIT"}"#,
        ),
        ("a message and nothing else", 200, JSON, r#"{"message":"Queued."}"#),
        ("page in a success", 200, HTML, PAGE),
        ("document in a success", 200, "content-type: application/xml\r\n", "<?xml version=\"1.0\"?><a/>"),
        ("text in a success", 200, "", "OK"),
        ("nothing in a success", 200, "", ""),
        ("compressed", 200, "content-encoding: zstd\r\n", "(/abc"),
    ];
    let mut text = String::new();
    for (name, status, headers, body) in answers {
        let (_server, client) = serving((*status, headers, body.as_bytes())).await;
        let organization = client.organization(ORGANIZATION);
        let tasks = organization.process("91be47f0c3d64a1582e7d9055fa6c3b8").tasks();
        let error = match *name {
            "approval" => tasks.complete("5d20c9e8731b4fa6945ce0d7ab18f36c").no_retry().await.map(drop),
            "dropdown" => {
                let update = UpdateProcessTask::new().title("x");
                tasks.update("5d20c9e8731b4fa6945ce0d7ab18f36c", update).no_retry().await.map(drop)
            }
            "own 404" | "own 403" => tasks.get("5d20c9e8731b4fa6945ce0d7ab18f36c").no_retry().await.map(drop),
            _ => {
                let launch = LaunchProcess::new(TEMPLATE).name("Cellar audit");
                organization.processes().launch(launch).no_retry().await.map(drop)
            }
        };
        let shown = error.expect_err(name).to_string();
        for doubled in [".. ", ".;", ";;", "?.", "!.", ":.", "Wait 0"] {
            assert!(!shown.contains(doubled), "{doubled} in {shown}");
        }
        text += &format!("{name}: {shown}\n");
    }
    insta::with_settings!({snapshot_path => "../snapshots", prepend_module_to_snapshot => false, snapshot_suffix => "by_origin"}, {
        assert_snapshot!("error", text);
    });
}
