//! Which successes are none.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::{Unfit, unfit, unfit_unread};

#[test]
fn a_success_that_reports_a_failure_is_none_and_any_other_is() {
    const FAILED: Option<Unfit> = Some(Unfit::Failure);
    for (body, expected) in [
        // pp:definition error, n8n:Tallyfy.node, docs:open-api/index, py:core
        (
            r#"{"error":true,"message":"The process limit of your plan is reached","code":"PLAN_LIMIT"}"#,
            FAILED,
        ),
        (
            r#"{"error":true,"message":"Resource not found","code":"RESOURCE_NOT_FOUND","run":{"a":1}}"#,
            FAILED,
        ),
        ("\u{feff} {\"error\":1,\"message\":\"no\"}", FAILED),
        (r#"{"data":null,"error":true,"message":"no"}"#, FAILED),
        (r#"{"data":[],"error":true,"message":"no"}"#, FAILED),
        (r#"{"error":{"code":"SEAT_POOL_EXHAUSTED","message":"no seat left"}}"#, FAILED),
        (r#"{"error":"invalid_client","error_description":"unknown"}"#, FAILED),
        (r#"{"errors":{"name":["is required"]}}"#, FAILED),
        (r#"{"message":"The given data was invalid.","errors":{"name":["is required"]}}"#, FAILED),
        (r#"{"message":"limit reached","code":"RATE_LIMIT_EXCEEDED"}"#, FAILED),
        (r#"{"message":"Not allowed","code":403}"#, FAILED),
        (r#"{"message":"Not allowed","code":"403"}"#, FAILED),
        (r#"{"success":false}"#, FAILED),
        (r#"{"success":"false","message":"no"}"#, FAILED),
        (r#"{"ok":0,"message":"no"}"#, FAILED),
        (r#"{"status":"error","message":"no"}"#, FAILED),
        // As Laravel and Dingo write them (`status_code`, `debug`), and PHP programs before them (`msg`).
        (r#"{"message":"422 Unprocessable Entity","errors":{"name":["no"]},"status_code":422}"#, FAILED),
        (r#"{"message":"Not allowed","status_code":403,"debug":{"line":7}}"#, FAILED),
        (r#"{"statusCode":403,"message":"Forbidden"}"#, FAILED),
        (r#"{"status":422,"message":"no"}"#, FAILED),
        (r#"{"status":false,"message":"no"}"#, FAILED),
        (r#"{"success":false,"reason":"archived"}"#, FAILED),
        (r#"{"success":false,"msg":"no"}"#, FAILED),
        (r#"{"result":"error","message":"no"}"#, FAILED),
        (r#"{"error":"Plan limit reached","error_code":"PLAN_LIMIT"}"#, FAILED),
        (r#"{"error":["The plan allows no more"]}"#, FAILED),
        (r#"{"error":422,"message":"no"}"#, FAILED),
        (r#"{"error":{"type":"PlanLimit","details":"no more"}}"#, FAILED),
        // Where nothing is asked of the answer, as of a delete.
        (r#"{"data":{"error":true,"message":"no"}}"#, FAILED),
        (r#"{"data":{"success":false}}"#, FAILED),
        (" \n<!DOCTYPE html><html></html>", Some(Unfit::Page)),
        ("<?xml version=\"1.0\"?><a/>", Some(Unfit::Page)),
        // Answers.
        (r#"{"data":{"id":"t","message":"x","code":"Y"}}"#, None),
        (r#"{"data":{"id":"t"},"error":true}"#, None),
        (r#"{"data":[],"message":"nothing yet"}"#, None),
        (r#"{"data":[],"errors":[]}"#, None),
        (r#"{"data":[],"error":null,"errors":{},"message":""}"#, None),
        (r#"{"message":"The task was deleted"}"#, None),
        (r#"{"message":"done","code":200}"#, None),
        (r#"{"message":"done","code":"SUCCESS"}"#, None),
        (r#"{"success":true,"message":"done"}"#, None),
        (r#"{"error":false,"message":"done"}"#, None),
        (r#"{"error":null,"code":"A7","message":"hello","title":"a form with a code"}"#, None),
        (r#"{"id":7,"status":"failed","error":"timed out","message":"a delivery that failed"}"#, None),
        (r#"{"code":"guest-code","email":"a@b.test"}"#, None),
        (r#"{"errors":3,"warnings":0}"#, None),
        (r#"{"data":{"id":"t","error":true,"success":false}}"#, None),
        (r#"{"data":{"message":"deleted"}}"#, None),
        (r#"{"data":{"success":true}}"#, None),
        (r#"{"data":{"status":"failed","errors":["row 7"]}}"#, None),
        (r#"{"data":{"title":"x","error":"a field of that name"}}"#, None),
        (r#"{"success":false,"id":7}"#, None),
        (r#"{"status":200,"message":"done"}"#, None),
        (r#"{"status_code":204}"#, None),
        (r#"{"result":"ok"}"#, None),
        (r#"{"error":0,"message":"done"}"#, None),
        (r#"{"error":{},"message":"done"}"#, None),
        (r#"{"status":"failed","title":"a process that failed"}"#, None),
        (r#"{"meta":{},"data":[{"id":1}]}"#, None),
        ("[1]", None),
        ("\"done\"", None),
        ("done", None),
        ("", None),
        ("{", None),
        ("null", None),
    ] {
        assert_eq!(unfit(&HeaderMap::new(), body.as_bytes()), expected, "{body}");
    }
}

/// Nothing is there that was asked for, so a message tells more than what is missing.
#[test]
fn an_answer_that_cannot_be_read_is_a_report_if_it_says_something() {
    const FAILED: Option<Unfit> = Some(Unfit::Failure);
    for (body, expected) in [
        (r#"{"message":"The process limit of your plan is reached"}"#, FAILED),
        (r#"{"data":{"message":"no","code":"NO"}}"#, FAILED),
        (r#"{"data":{"error":true,"message":"no"}}"#, FAILED),
        (r#"{"error":true,"data":{"name":"half a process"}}"#, FAILED),
        ("<html>", Some(Unfit::Page)),
        (r#"{"data":{"name":"no id"}}"#, None),
        (r#"{"data":{"id":7,"message":{"a":1}}}"#, None),
        (r#"{"id":"t","message":"a comment, say"}"#, None),
        (r#"{"message":""}"#, None),
        ("{}", None),
        ("", None),
        ("{\"message\":\"cut", None),
    ] {
        assert_eq!(unfit_unread(&HeaderMap::new(), body.as_bytes()), expected, "{body}");
    }
}

#[test]
fn the_challenge_of_a_firewall_is_no_success_even_without_a_body() {
    for name in ["x-amzn-waf-action", "cf-mitigated"] {
        let headers: HeaderMap =
            [(HeaderName::from_static(name), HeaderValue::from_static("challenge"))].into_iter().collect();
        assert_eq!(unfit(&headers, b""), Some(Unfit::Page), "{name}");
        assert_eq!(unfit_unread(&headers, b""), Some(Unfit::Page), "{name}");
    }
}
