//! Whose answer each is, by hand.

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::{Origin, leaves_open, origin, turns_token_away};

fn status(status: u16) -> StatusCode {
    StatusCode::from_u16(status).expect("a status")
}

fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
    lines
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
        .collect()
}

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];
const HTML: &[(&str, &str)] = &[("content-type", "text/html; charset=UTF-8")];
const TEXT: &[(&str, &str)] = &[("content-type", "text/plain")];
const NONE: &[(&str, &str)] = &[];

#[test]
fn an_answer_is_the_services_unless_it_bears_the_mark_of_another() {
    use Origin::{Edge, Intermediary, Service, Unknown};
    for (code, lines, body, expected) in [
        // platform:errors
        (404, JSON, r#"{"error":true,"message":"Resource not found","code":"RESOURCE_NOT_FOUND"}"#, Service),
        (401, JSON, r#"{"message":"Unauthenticated."}"#, Service),
        (422, JSON, r#"{"message":"The given data was invalid.","errors":{"name":["taken"]}}"#, Service),
        (409, JSON, r#"{"error":{"code":"SEAT_POOL_EXHAUSTED","message":"no seat left"}}"#, Service),
        (400, JSON, r#"{"error":"invalid_client"}"#, Service),
        (404, JSON, "\u{feff}{\"message\":\"Resource not found\"}", Service),
        (404, JSON, r#"{"message":"Resource 'cut \ud83d' not found"}"#, Service),
        // PHP calls everything HTML that nobody named.
        (404, HTML, r#"{"message":"Resource not found"}"#, Service),
        (404, NONE, r#"{"message":"Resource not found"}"#, Service),
        (401, HTML, "Unauthorized.", Service),
        (403, JSON, "{}", Service),
        (422, JSON, r#"{"message":"The name Bad gateway, 502 is taken"}"#, Service),
        // mcp-newer:server/utils/fastmcp_errors.py
        (404, TEXT, "Not found. Error Code: apsh546.", Edge),
        (404, JSON, r#"{"error":true,"message":"Not found. Error Code: apsh546."}"#, Edge),
        (401, JSON, r#"{"error":"x","message":"Permission denied. Error Code: apsh213."}"#, Edge),
        // Pages.
        (404, HTML, "<!DOCTYPE html><html><title>404 Not Found</title></html>", Intermediary),
        (404, JSON, "<html><head><title>404 Not Found</title></head></html>", Intermediary),
        (403, HTML, "\u{feff}\r\n <html><title>Just a moment...</title></html>", Intermediary),
        (403, TEXT, "x <HTML><body>blocked</body></HTML>", Intermediary),
        (
            403,
            &[("content-type", "application/xml")],
            "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>",
            Intermediary,
        ),
        // Plain texts of proxies, meshes, balancers.
        (
            503,
            TEXT,
            "upstream connect error or disconnect/reset before headers. reset reason: overflow",
            Intermediary,
        ),
        (503, TEXT, "no healthy upstream", Intermediary),
        (403, TEXT, "RBAC: access denied", Intermediary),
        (404, TEXT, "404 page not found\n", Intermediary),
        (404, TEXT, "default backend - 404", Intermediary),
        (403, TEXT, "error code: 1020", Intermediary),
        (504, TEXT, "upstream request timeout", Intermediary),
        // JSON of gateways.
        (403, &[("x-amzn-errortype", "ForbiddenException")], r#"{"message":"Forbidden"}"#, Intermediary),
        (403, &[("x-amz-apigw-id", "a=")], r#"{"message":"Forbidden"}"#, Intermediary),
        (403, &[("apigw-requestid", "a=")], r#"{"message":"Forbidden"}"#, Intermediary),
        (403, JSON, r#"{"message":"Forbidden"}"#, Service),
        (403, JSON, r#"{"message":"Missing Authentication Token"}"#, Intermediary),
        (403, JSON, r#"{"Message":"User is not authorized to access this resource"}"#, Intermediary),
        (404, JSON, r#"{"message":"no Route matched with those values","request_id":"f0"}"#, Intermediary),
        (404, &[("server", "kong/3.4.0")], r#"{"message":"Not found"}"#, Intermediary),
        (404, JSON, r#"{ "statusCode": 404, "message": "Resource not found" }"#, Intermediary),
        (
            404,
            JSON,
            r#"{"timestamp":"2026-11-27","status":404,"error":"Not Found","path":"/x"}"#,
            Intermediary,
        ),
        (401, JSON, r#"{"fault":{"faultstring":"Invalid access token","detail":{}}}"#, Intermediary),
        (403, JSON, r#"{"error":{"code":403,"message":"no","status":"PERMISSION_DENIED"}}"#, Intermediary),
        (429, JSON, r#"{"title":"Error 1015","status":429,"cloudflare_error":true}"#, Intermediary),
        (
            404,
            &[("content-type", "application/problem+json")],
            r#"{"type":"about:blank","title":"Not Found","status":404}"#,
            Intermediary,
        ),
        (403, &[("server", "awselb/2.0")], "", Intermediary),
        (403, &[("server", "CloudFront")], r#"{"message":"Resource not found"}"#, Intermediary),
        (404, &[("server", "cloudflare")], r#"{"message":"Resource not found"}"#, Service),
        (404, &[("server", "nginx")], r#"{"message":"Resource not found"}"#, Service),
        (403, &[("cf-mitigated", "challenge")], "", Intermediary),
        (407, NONE, "", Intermediary),
        // A login that takes no bearer token.
        (401, &[("www-authenticate", "Basic realm=\"staging\"")], "401 Unauthorized\n", Intermediary),
        (401, &[("www-authenticate", "Negotiate"), ("www-authenticate", "NTLM")], "", Intermediary),
        (
            401,
            &[("www-authenticate", "Key realm=\"kong\"")],
            r#"{"message":"No API key found"}"#,
            Intermediary,
        ),
        (401, &[("www-authenticate", "Bearer error=\"invalid_token\"")], "", Unknown),
        (401, &[("www-authenticate", "Bearer")], r#"{"message":"Unauthenticated."}"#, Service),
        (
            403,
            JSON,
            r#"{"message":"Invalid key=value pair (missing equal-sign) in Authorization header: 'Bearer x'."}"#,
            Intermediary,
        ),
        (403, JSON, r#"{"message":"The security token included in the request is invalid."}"#, Intermediary),
        (511, NONE, r#"{"message":"x"}"#, Intermediary),
        // Nothing tells.
        (404, NONE, "", Unknown),
        (404, JSON, "  \n", Unknown),
        (404, JSON, r#"{"message":"Resource not f"#, Unknown),
        (404, JSON, "[]", Unknown),
        (404, JSON, "null", Unknown),
        (404, TEXT, "Service Unavailable", Unknown),
        (404, JSON, r#"{"detail":"Not Found"}"#, Unknown),
    ] {
        assert_eq!(
            origin(status(code), &headers(lines), body.as_bytes()),
            expected,
            "{code} {lines:?} {body}"
        );
    }
}

#[test]
fn a_refusal_of_strangers_leaves_open_what_was_done_where_it_may_hide_an_answer() {
    const PAGE: &str = "<html></html>";
    const OWN: &str = r#"{"message":"no"}"#;
    for (code, body, expected) in [
        (403, PAGE, true),
        (404, PAGE, true),
        (406, PAGE, true),
        (410, PAGE, true),
        (499, PAGE, true),
        (404, "", true),
        (403, "denied", true),
        (403, OWN, false),
        (404, OWN, false),
        (404, "Not found. Error Code: apsh546.", false),
        (302, PAGE, false),
        (400, PAGE, false),
        (401, PAGE, false),
        (407, PAGE, false),
        (413, PAGE, false),
        (422, PAGE, false),
        (422, "{", false),
        (429, PAGE, false),
        // Open by their status, whoever speaks.
        (502, PAGE, false),
    ] {
        assert_eq!(leaves_open(status(code), &HeaderMap::new(), body.as_bytes()), expected, "{code} {body}");
    }
}

#[test]
fn a_401_is_about_the_token_unless_it_is_known_to_be_about_something_else() {
    for (code, body, expected) in [
        // mcp-newer:server/utils/fastmcp_errors.py
        (401, r#"{"message":"Unauthenticated."}"#, true),
        (401, r#"{"error":"x","message":"Permission denied. Error Code: apsh213."}"#, true),
        (401, r#"{"message":"Unauthorized action"}"#, false),
        (401, r#"{"message":"Unauthorized action."}"#, false),
        (401, r#"{"message":"Unauthorized"}"#, false),
        (401, r#"{"error":"Unauthorized"}"#, false),
        (401, "Unauthorized.", false),
        (401, "\u{feff}\"Unauthorized.\"", false),
        (401, r#"{"error":true,"message":"Saml Is Not Enabled In this Organization"}"#, false),
        (401, r#"{"message":"Unauthenticated.","errors":{"email":["unknown"]}}"#, false),
        (401, r#"{"message":"Unauthenticated.","errors":[]}"#, true),
        // An unknown body counts as the token's.
        (401, "", true),
        (401, "{}", true),
        (401, r#"{"message":"Token has been revoked"}"#, true),
        (401, r#"{"message":"cut off"#, true),
        (401, "go away", true),
        // Not the service's, or no 401.
        (401, "<html><title>401 Authorization Required</title></html>", false),
        (401, "RBAC: access denied", false),
        (403, r#"{"message":"Unauthenticated."}"#, false),
    ] {
        assert_eq!(
            turns_token_away(status(code), &HeaderMap::new(), body.as_bytes()),
            expected,
            "{code} {body}"
        );
    }
    let staging = headers(&[("www-authenticate", "basic realm=staging")]);
    assert!(!turns_token_away(status(401), &staging, b"401 Unauthorized"), "another token does not help");
    let gateway = headers(&[("x-amzn-errortype", "UnauthorizedException")]);
    assert!(!turns_token_away(status(401), &gateway, br#"{"message":"The incoming token has expired"}"#));
}
