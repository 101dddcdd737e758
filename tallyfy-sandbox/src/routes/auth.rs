//! The token endpoint.
//!
//! Not here: what a token opens (`gate`), the browser's page that hands out codes.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{Content, Open, Request};
use crate::answer::{self, Answer};
use crate::state::auth::{Grant, Token};
use crate::state::{Auth, World};

pub fn open(operation: &str) -> Option<Open> {
    match operation {
        "create_token" => Some(create_token),
        _ => None,
    }
}

/// A form or JSON (ps:token request). The documentation says that JSON is a 400
/// (docs:open-api/api-clients/postman/authentication-setup); scripts obtain tokens by it.
fn create_token(world: &mut World, request: &Request<'_>) -> Answer {
    let form = &match request.content {
        Content::Form(form) | Content::Json(Value::Object(form)) => texts(form),
        Content::None => Map::new(),
        _ => {
            let words = "The body must be a form or a JSON object.";
            return refused(StatusCode::BAD_REQUEST, "invalid_request", words);
        }
    };
    let text = |key: &str| form.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let Some(grant) = text("grant_type") else { return missing(world, &["grant_type"]) };
    if !["password", "client_credentials", "refresh_token", "authorization_code"].contains(&grant) {
        let words = "The grant type is not supported.";
        return refused(StatusCode::BAD_REQUEST, "unsupported_grant_type", words);
    }
    let client = text("client_id").zip(text("client_secret"));
    let client = client.and_then(|(id, secret)| world.auth.application(id, secret)).cloned();
    let Some(client) = client else {
        return refused(StatusCode::UNAUTHORIZED, "invalid_client", "Client authentication failed");
    };
    let now = world.now();
    let World { auth, ids, .. } = world;
    match grant {
        "client_credentials" => write(&auth.for_application(ids, now, &client.id)),
        "refresh_token" => match text("refresh_token") {
            Some(refresh) => match auth.renew(ids, now, &client.id, refresh) {
                Some(grant) => write(&grant),
                None => refused(StatusCode::UNAUTHORIZED, "invalid_grant", "The refresh token is invalid."),
            },
            None => missing(world, &["refresh_token"]),
        },
        "password" => log_in(world, &client.id, form),
        // There is no browser here that could have handed out a code.
        _ => refused(StatusCode::BAD_REQUEST, "invalid_grant", "The authorization code is invalid."),
    }
}

fn log_in(world: &mut World, client: &str, form: &Map<String, Value>) -> Answer {
    let text = |key: &str| form.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let (Some(email), Some(password)) = (text("username"), text("password")) else {
        let absent: Vec<&str> =
            ["username", "password"].into_iter().filter(|key| text(key).is_none()).collect();
        return missing(world, &absent);
    };
    let email = email.to_lowercase();
    let known = world.auth.passwords.get(&email).is_some_and(|kept| kept == password);
    let mut organizations = world.organizations.values();
    let token = organizations.find_map(|organization| {
        let member = organization.member_by_email(&email).filter(|member| member.status == "active")?;
        Some(Token { member: member.id, organization: organization.id.clone() })
    });
    let Some(token) = token.filter(|_| known) else {
        return refused(StatusCode::UNAUTHORIZED, "invalid_grant", "The user credentials were incorrect.");
    };
    let now = world.now();
    let World { auth, ids, .. } = world;
    write(&Auth::log_in(auth, ids, now, client, token))
}

/// Without `data` around it (platform:create_token).
pub fn write(grant: &Grant) -> Answer {
    let mut body = json!({
        "token_type": "Bearer", "expires_in": grant.seconds, "access_token": grant.access,
    });
    if let Some(refresh) = &grant.refresh {
        body["refresh_token"] = json!(refresh);
    }
    Answer::json(StatusCode::OK, body)
}

/// Numbers of a JSON body count as text: ids of applications are numbers.
fn texts(form: &Map<String, Value>) -> Map<String, Value> {
    let text = |value: &Value| if value.is_number() { value.to_string().into() } else { value.clone() };
    form.iter().map(|(key, value)| (key.clone(), text(value))).collect()
}

/// What the service checks before it asks OAuth (mcp-newer:server/routes/oauth.py).
fn missing(world: &World, keys: &[&str]) -> Answer {
    let said = |key: &&str| format!("The {} field is required.", key.replace('_', " "));
    if !world.quirks.token_refusals_are_the_services_own {
        let words: Vec<String> = keys.iter().map(said).collect();
        return refused(StatusCode::BAD_REQUEST, "invalid_request", &words.join(" "));
    }
    let errors: Map<String, Value> = keys.iter().map(|key| ((*key).to_owned(), json!([said(key)]))).collect();
    let text = "The given data was invalid.";
    let body = json!({ "error": true, "message": text, "code": answer::code_of(text), "errors": errors });
    Answer::json(StatusCode::UNPROCESSABLE_ENTITY, body)
}

/// An error in the words of OAuth (platform:auth.failure_responses).
fn refused(status: StatusCode, word: &str, text: &str) -> Answer {
    Answer::json(status, json!({ "error": word, "error_description": text, "message": text }))
}
