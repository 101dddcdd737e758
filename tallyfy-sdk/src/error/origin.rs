//! Whose answer it is: the service's own, its edge's, or that of something on the way. Predicates, hints, the renewal of
//! tokens, delivery, and the rule that a repeated delete may meet a 404 all ask [`origin`], and nothing else.
//!
//! With `Accept: application/json`, which every request has, the service answers in JSON
//! (docs:open-api/code-samples/authentication/index, py:tests/test_file_transfer). JSON is taken for the service's unless it
//! bears the mark of a gateway; markup never is.

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, PROXY_AUTHENTICATE, SERVER, WWW_AUTHENTICATE};
use serde_json::{Map, Value};
use tallyfy_gen::wire::from_bytes;

use super::body::{is_markup, without_mark};

/// Who speaks in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The service.
    Service,
    /// The edge of the service, which turned the request away before the service saw it.
    Edge,
    /// A proxy, balancer, firewall, gateway or login page.
    Intermediary,
    /// Nothing tells: no body, half a body, a text that nobody knows.
    Unknown,
}

/// Statuses that mean a refusal, whoever gives them: of the request as such, before the service saw it, or of its content,
/// which nobody but the service judges. With any other 4xx an intermediary may have replaced an answer: firewalls inspect
/// answers too, and balancers hide failures behind a 404.
const REFUSALS: [u16; 19] =
    [400, 401, 402, 405, 407, 409, 411, 412, 413, 414, 415, 417, 421, 422, 423, 426, 428, 429, 431];

/// `Server` of those who set it on answers of their own alone. nginx, Envoy and Cloudflare also put it on what they pass on.
const SERVERS: [&str; 8] =
    ["akamaighost", "awselb", "big-ip", "bigip", "cloudfront", "kong", "squid", "zscaler"];

/// Headers that are on refusals of an intermediary alone.
const HEADERS: [&str; 3] = ["x-amzn-errortype", "x-kong-response-latency", "x-squid-error"];

/// Headers of a firewall that wants to see a person first, whatever the status.
const CHALLENGES: [&str; 2] = ["cf-mitigated", "x-amzn-waf-action"];

/// Logins that take no bearer token: of a staging site, or of a gateway.
const LOGINS: [&str; 6] = ["basic", "digest", "kerberos", "key", "negotiate", "ntlm"];

/// Headers that AWS's API gateway puts on its own answers and on those it passes on.
const API_GATEWAY: [&str; 3] = ["apigw-requestid", "x-amz-apigw-id", "x-amzn-requestid"];

/// What AWS's API gateway says in one word or two; the service may say the same.
const OF_API_GATEWAY: [&str; 6] =
    ["forbidden", "unauthorized", "not found", "too many requests", "limit exceeded", "service unavailable"];

/// Sentences of gateways, balancers, meshes and firewalls, in lower case.
const SENTENCES: [&str; 30] = [
    "404 page not found",
    "an invalid response was received from the upstream server",
    "api rate limit exceeded",
    "authorization header requires 'credential' parameter",
    "bad gateway",
    "client sent an http request to an https server",
    "default backend - 404",
    "endpoint request timed out",
    "error code: 10",
    "failure to get a peer from the ring-balancer",
    "fault filter abort",
    "gateway time-out",
    "gateway timeout",
    "incapsula incident",
    "invalid key=value pair (missing equal-sign) in authorization header",
    "missing authentication token",
    "name resolution failed",
    "no healthy upstream",
    "no route matched with those values",
    "no server is available to handle this request",
    "proxy authentication required",
    "rbac: access denied",
    "service temporarily unavailable",
    "the requested url was rejected",
    "the security token included in the request is invalid",
    "the upstream server is timing out",
    "upstream connect error",
    "upstream request timeout",
    "user is not authorized to access this resource",
    "web application firewall",
];

/// Keys that the service's errors have (py:core, pp:definition error), or its answers.
const KEYS: [&str; 5] = ["code", "data", "error", "errors", "message"];

/// Who gave an answer that is no success.
pub(crate) fn origin(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Origin {
    if matches!(status.as_u16(), 407 | 511) || headers.contains_key(PROXY_AUTHENTICATE) || is_marked(headers)
    {
        return Origin::Intermediary;
    }
    let body = without_mark(body);
    if is_markup(body) {
        return Origin::Intermediary;
    }
    match from_bytes(body) {
        Ok(Value::Object(object)) => of_object(headers, &object),
        Ok(Value::String(text)) => of_text(&text).unwrap_or(Origin::Service),
        Ok(_) => Origin::Unknown,
        Err(_) => of_plain(status, &String::from_utf8_lossy(body)),
    }
}

/// Whether an answer of this status leaves open what the service did, as it is not the service's.
pub(crate) fn leaves_open(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> bool {
    status.is_client_error()
        && !REFUSALS.contains(&status.as_u16())
        && matches!(origin(status, headers, body), Origin::Intermediary | Origin::Unknown)
}

fn is_marked(headers: &HeaderMap) -> bool {
    let server = headers.get(SERVER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let begins = |name: &str| server.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    SERVERS.iter().any(|name| begins(name))
        || is_challenge(headers)
        || asks_for_another_login(headers)
        || HEADERS.iter().any(|name| headers.contains_key(*name))
}

fn asks_for_another_login(headers: &HeaderMap) -> bool {
    headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok()).any(|value| {
        let scheme = value.split([' ', ',']).next().unwrap_or_default();
        LOGINS.iter().any(|login| scheme.eq_ignore_ascii_case(login))
    })
}

/// Whether an answer of any status is a firewall's challenge.
pub(super) fn is_challenge(headers: &HeaderMap) -> bool {
    CHALLENGES.iter().any(|name| headers.contains_key(*name))
}

fn of_object(headers: &HeaderMap, object: &Map<String, Value>) -> Origin {
    let nested = object.get("error").and_then(Value::as_object);
    let said = [object.get("message"), nested.and_then(|nested| nested.get("message")), object.get("error")];
    let mut said = said.into_iter().flatten().filter_map(Value::as_str);
    if said.clone().any(is_of_the_edge) {
        return Origin::Edge;
    }
    // At their beginning: a sentence of the service may quote anything further on.
    let is_foreign = said.any(|text| has_sentence(text, |text, known| text.starts_with(known)));
    if is_foreign || is_of_api_gateway(headers, object) || is_of_a_gateway(object, nested) {
        return Origin::Intermediary;
    }
    let is_ours = object.is_empty() || KEYS.iter().any(|key| object.contains_key(*key));
    if is_ours { Origin::Service } else { Origin::Unknown }
}

fn is_of_api_gateway(headers: &HeaderMap, object: &Map<String, Value>) -> bool {
    let text = object.get("message").or_else(|| object.get("Message")).and_then(Value::as_str);
    let says = |text: &str| OF_API_GATEWAY.iter().any(|known| text.eq_ignore_ascii_case(known));
    object.len() == 1 && text.is_some_and(says) && API_GATEWAY.iter().any(|name| headers.contains_key(*name))
}

/// Shapes that others have and the service has not.
fn is_of_a_gateway(object: &Map<String, Value>, nested: Option<&Map<String, Value>>) -> bool {
    let has = |keys: &[&str]| keys.iter().all(|key| object.contains_key(*key));
    let of_google = nested.is_some_and(|nested| {
        nested.get("code").is_some_and(Value::is_number) && nested.get("status").is_some_and(Value::is_string)
    });
    of_google
        || has(&["cloudflare_error"])
        || has(&["fault"])
        || has(&["statusCode", "message"])
        || has(&["timestamp", "status", "path"])
        || (has(&["title", "status"]) && !has(&["message"]))
        || (has(&["Message"]) && !has(&["message"]))
}

fn of_text(text: &str) -> Option<Origin> {
    if is_of_the_edge(text) {
        return Some(Origin::Edge);
    }
    has_sentence(text, |text, known| text.contains(known)).then_some(Origin::Intermediary)
}

fn has_sentence(text: &str, holds: fn(&str, &str) -> bool) -> bool {
    let text = text.trim().to_ascii_lowercase();
    SENTENCES.iter().any(|known| holds(&text, known))
}

fn of_plain(status: StatusCode, text: &str) -> Origin {
    let is_business = status == StatusCode::UNAUTHORIZED && is_refusal(text);
    of_text(text).unwrap_or(if is_business { Origin::Service } else { Origin::Unknown })
}

/// mcp-newer:server/utils/fastmcp_errors.py
fn is_of_the_edge(text: &str) -> bool {
    text.contains("Error Code: apsh")
}

/// What a 401 says that is about the business, not about the token
/// (mcp-newer:server/utils/fastmcp_errors.py); all else counts as the token's.
fn is_refusal(text: &str) -> bool {
    const KNOWN: [&str; 3] =
        ["unauthorized", "unauthorized action", "saml is not enabled in this organization"];
    let text = text.trim().trim_end_matches('.').to_ascii_lowercase();
    KNOWN.contains(&&*text)
}

/// Whether an answer turns the token away, so that another one may help: a 401, unless it is known to mean something else.
pub(crate) fn turns_token_away(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> bool {
    if status != StatusCode::UNAUTHORIZED || origin(status, headers, body) == Origin::Intermediary {
        return false;
    }
    match from_bytes::<Value>(body) {
        Ok(Value::Object(object)) => {
            let has_errors = object.get("errors").is_some_and(|errors| !is_blank(errors));
            let said = [object.get("message"), object.get("error")];
            !has_errors && !said.into_iter().flatten().filter_map(Value::as_str).any(is_refusal)
        }
        Ok(Value::String(text)) => !is_refusal(&text),
        _ => !is_refusal(&String::from_utf8_lossy(without_mark(body))),
    }
}

/// Whether a 403 is about the token, by its words (mcp-newer: `token`, `expired`, `audience`). "Your trial has expired" is not,
/// nor is "You may not create tokens".
pub(super) fn speaks_of_the_token(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    let fault = ["expired", "invalid", "malformed", "match", "not valid", "revoked"];
    // Titles have such words too.
    ["audience", "token"].iter().any(|word| message.contains(word))
        && fault.iter().any(|fault| message.contains(fault))
}

/// Nothing, in any of the forms that PHP has for it.
pub(super) fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests;
