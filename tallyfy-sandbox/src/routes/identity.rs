//! Who am I: `/me` and `/organizations/{org}/me`.
//!
//! Not here: other members (`members`).

use http::StatusCode;

use super::view::View;
use super::{Call, Inside, Outside, Request};
use crate::answer::{self, Answer};
use crate::state::{Refused, Token, World};

pub fn outside(operation: &str) -> Option<Outside> {
    match operation {
        "get_me" => Some(get_me),
        _ => None,
    }
}

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "get_current_user" => Some(get_current_user),
        "update_current_user" => Some(update_current_user),
        _ => None,
    }
}

/// The person behind the token. Role and status belong to an organization and are left out here
/// (platform:get_me.quirks).
fn get_me(world: &World, token: &Token, request: &Request<'_>) -> Answer {
    let organization = world.organizations.get(&token.organization);
    let found = organization.and_then(|o| o.members.get(&token.member).map(|member| (o, member)));
    let Some((organization, member)) = found else {
        return answer::message(StatusCode::UNAUTHORIZED, "Unauthenticated.");
    };
    let view = View { organization, now: world.now(), quirks: &world.quirks };
    let mut row = view.member(member, request.query);
    if let Some(map) = row.as_object_mut() {
        map.shift_remove("role");
        map.shift_remove("status");
    }
    Answer::item(row)
}

fn get_current_user(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let member = call.organization.members.get(&call.context.caller).ok_or(Refused::Missing)?;
    Ok(Answer::item(call.view().member(member, call.query())))
}

/// The body is that of the administrator's route (platform:update_current_member, inferred).
fn update_current_user(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let caller = call.context.caller;
    super::members::change_profile(call, caller)?;
    get_current_user(call)
}
