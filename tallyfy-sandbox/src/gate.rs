//! Who may come in: token, client header, organization.
//!
//! Not here: rights on single objects (`state`, `routes`).

use std::net::IpAddr;

use http::{HeaderMap, StatusCode, header};

use crate::answer::{self, Answer};
use crate::limits::Whose;
use crate::router::{Door, Operation};
use crate::state::auth::{Application, Holder};
use crate::state::{Token, World};

/// The header that every request has to carry.
pub const CLIENT: &str = "x-tallyfy-client";

/// Who calls.
#[derive(Clone, Debug)]
pub enum Caller {
    /// Whoever: the operation asks for no token.
    Anybody,
    /// A member.
    Member(Token),
    /// A third-party application.
    Application(Application),
}

/// Whether errors may be JSON: `Accept` has to ask for it (platform:headers).
pub fn accepts_json(headers: &HeaderMap) -> bool {
    let accept = headers.get_all(header::ACCEPT);
    accept.iter().filter_map(|value| value.to_str().ok()).any(|value| value.contains("application/json"))
}

/// On whose account a request goes: the holder of its token, or the address it came from.
pub(crate) fn account(world: &World, headers: &HeaderMap, address: Option<IpAddr>) -> Whose {
    match bearer(headers).and_then(|token| world.auth.holder(token, world.now())) {
        Some(Holder::Member(token)) => Whose::Member(token.member),
        Some(Holder::Application(client)) => Whose::Application(client.clone()),
        None => Whose::Address(address),
    }
}

/// Lets a request in, or says why not.
pub fn pass(
    world: &World,
    operation: &Operation,
    headers: &HeaderMap,
    organization: Option<&str>,
) -> Result<Caller, Answer> {
    let door = operation.door;
    if door == Door::Open {
        return Ok(Caller::Anybody);
    }
    let about_files = operation.path.contains("/file") || operation.path.contains("/assets");
    if about_files && world.quirks.edge_hides_files_without_client_header && !headers.contains_key(CLIENT) {
        return Err(answer::edge_not_found());
    }
    let stranger = || answer::message(StatusCode::UNAUTHORIZED, "Unauthenticated.");
    // docs:open-api/index, py:core: presence matters, the value does not.
    if world.quirks.client_header_is_required && !headers.contains_key(CLIENT) {
        return Err(stranger());
    }
    let holder = bearer(headers).and_then(|token| world.auth.holder(token, world.now()));
    match (door, holder) {
        (Door::Application, Some(Holder::Application(client))) => {
            let application = world.auth.applications.get(client).ok_or_else(stranger)?;
            Ok(Caller::Application(application.clone()))
        }
        // A token of the other kind is a 401 (platform:auth.grants.client_credentials).
        (Door::Member, Some(Holder::Member(token))) => {
            is_member(world, token, organization)?;
            Ok(Caller::Member(token.clone()))
        }
        _ => Err(stranger()),
    }
}

fn is_member(world: &World, token: &Token, organization: Option<&str>) -> Result<(), Answer> {
    let Some(id) = organization else { return Ok(()) };
    let organization = world.organizations.get(id).ok_or_else(answer::not_found)?;
    let member = organization.members.get(&token.member);
    if member.is_none_or(|member| member.status != "active") {
        let text = "You do not have access to this organization.";
        return Err(answer::message(StatusCode::FORBIDDEN, text));
    }
    Ok(())
}

/// The token after `Bearer` and exactly one space (platform:auth.security_scheme).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ")
}
