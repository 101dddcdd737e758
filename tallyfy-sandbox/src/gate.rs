//! Who may come in: token, client header, organization.
//!
//! Not here: rights on single objects (`state`, `routes`).

use http::{HeaderMap, StatusCode, header};

use crate::answer::{self, Answer};
use crate::state::{Token, World};

/// Whether errors may be JSON: `Accept` has to ask for it (platform:headers).
pub fn accepts_json(headers: &HeaderMap) -> bool {
    let accept = headers.get_all(header::ACCEPT);
    accept.iter().filter_map(|value| value.to_str().ok()).any(|value| value.contains("application/json"))
}

/// Lets a request in, or says why not.
pub fn pass(world: &World, headers: &HeaderMap, organization: Option<&str>) -> Result<Token, Answer> {
    // docs:open-api/index, py:core: presence matters, the value does not.
    if world.quirks.client_header_is_required && !headers.contains_key("x-tallyfy-client") {
        return Err(answer::message(StatusCode::UNAUTHORIZED, "Unauthenticated."));
    }
    let token = bearer(headers).and_then(|token| world.tokens.get(token));
    let Some(token) = token else {
        return Err(answer::message(StatusCode::UNAUTHORIZED, "Unauthenticated."));
    };
    if let Some(id) = organization {
        let organization = world.organizations.get(id).ok_or_else(answer::not_found)?;
        let member = organization.members.get(&token.member);
        if member.is_none_or(|member| member.status != "active") {
            let text = "You do not have access to this organization.";
            return Err(answer::message(StatusCode::FORBIDDEN, text));
        }
    }
    Ok(token.clone())
}

/// The token after `Bearer` and exactly one space (platform:auth.security_scheme).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ")
}
