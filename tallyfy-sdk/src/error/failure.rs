//! Failures inside a success: a 2xx whose body says that it failed. Legitimate answers may hold a `message`, an `error` of
//! null or a list of `errors` beside what was asked for, so what counts is that nothing else is there.

use reqwest::header::HeaderMap;
use serde_json::{Map, Value};
use tallyfy_gen::wire::from_bytes;

use super::body::{begins_as_data, is_markup, without_mark};
use super::origin::{is_blank, is_challenge};

/// Larger bodies are answers: failures are short.
const LARGEST: usize = 64 * 1024;
/// What stands in an object that says nothing but how it went.
const OF_A_REPORT: [&str; 26] = [
    "code",
    "data",
    "debug",
    "detail",
    "details",
    "error",
    "errorCode",
    "errorMessage",
    "error_code",
    "error_description",
    "error_message",
    "errors",
    "exception",
    "message",
    "msg",
    "ok",
    "reason",
    "request_id",
    "result",
    "status",
    "statusCode",
    "status_code",
    "success",
    "timestamp",
    "trace",
    "type",
];

/// What a success is that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// A web page: of a captive portal, a login, the web app under a wrong base URL.
    Page,
    /// The body says that the call failed.
    Failure,
}

/// Looks at an answer from which a value could be read, or none was needed. Nearly always the first bytes settle it.
pub(crate) fn unfit(headers: &HeaderMap, body: &[u8]) -> Option<Unfit> {
    if begins_as_data(body) && !begins_as_inner_report(body) {
        return None;
    }
    // A firewall's challenge may be a 202 without a body.
    if is_markup(body) || is_challenge(headers) {
        return Some(Unfit::Page);
    }
    let object = object(body)?;
    let inner = object.get("data").and_then(Value::as_object);
    (says_failed(&object) || inner.is_some_and(is_flagged_inside)).then_some(Unfit::Failure)
}

/// Below `data`, where a status or errors may be what was asked for.
fn is_flagged_inside(inner: &Map<String, Value>) -> bool {
    says_failed(inner) && (is_flagged(inner) || is_denied(inner))
}

fn is_denied(object: &Map<String, Value>) -> bool {
    ["success", "ok"].iter().any(|key| object.get(*key).is_some_and(is_no))
}

/// Whether the first key below `data` is that of a report; objects begin with their id.
fn begins_as_inner_report(body: &[u8]) -> bool {
    let Some(rest) = body.strip_prefix(br#"{"data":{""#) else { return false };
    let key = rest.split(|byte| *byte == b'"').next().unwrap_or_default();
    OF_A_REPORT.iter().any(|known| known.as_bytes() == key)
}

/// Looks at a body that lacks what was asked for: here a message alone tells more than what is missing.
pub(crate) fn unfit_unread(headers: &HeaderMap, body: &[u8]) -> Option<Unfit> {
    if is_markup(body) || is_challenge(headers) {
        return Some(Unfit::Page);
    }
    let object = object(body)?;
    let inner = object.get("data").and_then(Value::as_object).filter(|inner| !inner.contains_key("id"));
    let speaks = |object: &Map<String, Value>| {
        !object.contains_key("id") && has(object, "message") && object.get("data").is_none_or(is_blank)
    };
    let failed = says_failed(&object) || is_flagged(&object) || speaks(&object);
    (failed || inner.is_some_and(|inner| says_failed(inner) || speaks(inner))).then_some(Unfit::Failure)
}

fn object(body: &[u8]) -> Option<Map<String, Value>> {
    let body = without_mark(body).trim_ascii();
    if body.len() > LARGEST || body.first() != Some(&b'{') {
        return None;
    }
    from_bytes(body).ok()
}

/// Whether an object is a report of a failure, and nothing more.
fn says_failed(object: &Map<String, Value>) -> bool {
    let is_report = object.keys().all(|key| OF_A_REPORT.contains(&&**key));
    let has_data = object.get("data").is_some_and(|data| !is_blank(data)) || object.contains_key("id");
    if has_data || !is_report && !is_flagged(object) {
        return false;
    }
    let is_status = ["result", "status"].iter().any(|key| object.get(*key).is_some_and(is_bad_status));
    let is_numbered =
        ["statusCode", "status_code"].iter().any(|key| object.get(*key).is_some_and(is_of_an_error));
    let says = ["message", "msg"].iter().any(|key| has(object, key));
    is_flagged(object)
        || has(object, "error")
        || has(object, "errors")
        || is_denied(object)
        || is_status
        || is_numbered
        || says && object.get("code").is_some_and(is_of_an_error)
}

/// `"status": "failed"`, `false`, or a status of HTTP.
fn is_bad_status(status: &Value) -> bool {
    match status {
        Value::Bool(flag) => !flag,
        Value::Number(_) => is_of_an_error(status),
        Value::String(text) => {
            ["error", "fail", "failed", "failure"].iter().any(|bad| text.eq_ignore_ascii_case(bad))
        }
        _ => false,
    }
}

/// `{"error": true, ..}` (pp:definition error), `{"error": {"code": .., "message": ..}}` (n8n:Tallyfy.node).
fn is_flagged(object: &Map<String, Value>) -> bool {
    match object.get("error") {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::Number(number)) => {
            number.as_i64().is_some_and(|number| number == 1 || (400..600).contains(&number))
        }
        Some(Value::String(text)) => text == "true" || text == "1",
        Some(Value::Object(nested)) => nested.contains_key("message") || nested.contains_key("code"),
        _ => false,
    }
}

fn has(object: &Map<String, Value>, key: &str) -> bool {
    object.get(key).is_some_and(|value| !is_blank(value) && !value.is_boolean() && !value.is_number())
}

fn is_no(value: &Value) -> bool {
    match value {
        Value::Bool(flag) => !flag,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text == "false" || text == "0",
        _ => false,
    }
}

/// A code of success is a 2xx, or says so.
fn is_of_an_error(code: &Value) -> bool {
    match code {
        Value::Number(number) => number.as_i64().is_none_or(|number| number >= 400),
        Value::String(text) => match text.parse::<i64>() {
            Ok(number) => number >= 400,
            Err(_) => {
                !text.trim().is_empty()
                    && !matches!(&*text.to_ascii_uppercase(), "OK" | "SUCCESS" | "SUCCESSFUL")
            }
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests;
