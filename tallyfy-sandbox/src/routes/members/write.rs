//! Inviting, changing, deactivating and removing members.
//!
//! Not here: seats, of which the sandbox has as many as one likes.

use http::StatusCode;
use serde_json::json;

use super::super::input::Input;
use super::super::{Call, Inside};
use super::PROFILE;
use crate::answer::{self, Answer};
use crate::contract;
use crate::state::organization::Member;
use crate::state::{Refused, owners};

const ROLES: [&str; 3] = ["admin", "standard", "light"];

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "invite_user" => Some(invite_user),
        "update_user" => Some(update_user),
        "update_user_role" => Some(update_user_role),
        "disable_user" => Some(disable_user),
        "enable_user" => Some(enable_user),
        "approve_user" => Some(enable_user),
        "remove_user" => Some(remove_user),
        "delete_user" => Some(delete_user),
        "convert_user_to_guest" => Some(convert_user_to_guest),
        _ => None,
    }
}

/// The member of the path, for an administrator.
fn of_path(call: &Call<'_>) -> Result<i64, Refused> {
    call.must_be_admin()?;
    let id: i64 = call.param("user").parse().map_err(|_| Refused::Missing)?;
    call.organization.members.get(&id).map(|member| member.id).ok_or(Refused::Missing)
}

fn member_mut<'a>(call: &'a mut Call<'_>, id: i64) -> Result<&'a mut Member, Refused> {
    call.organization.members.get_mut(&id).ok_or(Refused::Missing)
}

fn show(call: &Call<'_>, id: i64) -> Result<Answer, Refused> {
    let member = call.organization.members.get(&id).ok_or(Refused::Missing)?;
    Ok(Answer::item(call.view().member(member, call.query())))
}

/// A pending invitation is sent once more; an accepted member is a 422 (platform:invite_member). The message is
/// needed: docs:open-api/code-samples/members/invite-member.
fn invite_user(call: &mut Call<'_>) -> Result<Answer, Refused> {
    call.must_be_admin()?;
    let body = call.body()?;
    let mut input = Input::new(&body);
    for key in ["email", "first_name", "last_name", "role", "message"] {
        input.require(key);
    }
    let email = input.text("email", 255).unwrap_or_default().to_lowercase();
    let (first, last) = (input.text("first_name", 32), input.text("last_name", 32));
    let role = input.word("role", &ROLES);
    input.text("message", 5000);
    if !email.is_empty() && !owners::is_address(&email) {
        input.wrong("email", "The email must be a valid email address.");
    }
    let known = call.organization.member_by_email(&email).map(|member| (member.id, member.status.clone()));
    if known.as_ref().is_some_and(|(_, status)| status != "invited") {
        input.wrong("email", "The email has already been taken.");
    }
    input.finish()?;
    let now = call.context.now;
    let id = known.map_or_else(|| call.context.ids.number(), |(id, _)| id);
    call.organization.members.put(Member {
        id,
        email: email.clone(),
        first_name: first.unwrap_or_default(),
        last_name: last.unwrap_or_default(),
        role: role.unwrap_or_default(),
        status: "invited".to_owned(),
        created_at: now,
        last_updated: now,
        invited_by: Some(call.context.caller),
        disabled: None,
        reactivated: None,
        is_default_admin: false,
        profile: serde_json::Map::new(),
    });
    call.context.effect("member.invited", &email);
    show(call, id)
}

fn update_user(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let id = of_path(call)?;
    change_profile(call, id)?;
    show(call, id)
}

/// First name, last name and timezone are due in every call (platform:update_member).
pub fn change_profile(call: &mut Call<'_>, id: i64) -> Result<(), Refused> {
    let body = call.body()?;
    let mut input = Input::new(&body);
    for key in ["first_name", "last_name", "timezone"] {
        input.require(key);
    }
    let (first, last) = (input.text("first_name", 32), input.text("last_name", 32));
    input.text("phone", 20);
    input.integer("country_id");
    let mut sent = Vec::new();
    for (key, value) in PROFILE.into_iter().filter_map(|key| Some((key, body.get(key)?))) {
        if contract::fits("User", key, value) {
            sent.push((key.to_owned(), value.clone()));
        } else {
            input.wrong(key, format!("The {} is invalid.", key.replace('_', " ")));
        }
    }
    input.finish()?;
    let now = call.context.now;
    let member = member_mut(call, id)?;
    member.first_name = first.unwrap_or_default();
    member.last_name = last.unwrap_or_default();
    member.profile.extend(sent);
    member.last_updated = now;
    Ok(())
}

fn update_user_role(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let id = of_path(call)?;
    let body = call.body()?;
    let mut input = Input::new(&body);
    input.require("role");
    let role = input.word("role", &ROLES);
    input.finish()?;
    let member = member_mut(call, id)?;
    member.role = role.unwrap_or_default();
    show(call, id)
}

/// Leaves every group; the only active administrator stays (platform:disable_member).
fn disable_user(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let id = of_path(call)?;
    let others = call.organization.members.iter().filter(|m| m.id != id && m.is_admin()).count();
    if others == 0 && call.organization.is_admin(id) {
        return Err(Refused::invalid("user", "The only active administrator cannot be disabled."));
    }
    deactivate(call, id)?;
    show(call, id)
}

fn deactivate(call: &mut Call<'_>, id: i64) -> Result<(), Refused> {
    let stamp = (call.context.now, call.context.caller);
    for group in call.organization.groups.iter_mut() {
        group.members.retain(|member| *member != id);
    }
    let member = member_mut(call, id)?;
    member.status = "disabled".to_owned();
    member.disabled = Some(stamp);
    Ok(())
}

fn enable_user(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let id = of_path(call)?;
    let stamp = (call.context.now, call.context.caller);
    let member = member_mut(call, id)?;
    member.status = "active".to_owned();
    member.disabled = None;
    member.reactivated = Some(stamp);
    show(call, id)
}

/// With `with_reassignment=true` open tasks move to `to`; the default administrator stays, a 400
/// (platform:remove_member).
fn remove_user(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let id = of_path(call)?;
    if call.organization.members.get(&id).is_some_and(|member| member.is_default_admin) {
        let text = "Assign another default administrator first.";
        return Ok(answer::message(StatusCode::BAD_REQUEST, text));
    }
    let to = call.query().get("to").and_then(|to| to.parse::<i64>().ok());
    let to = to.filter(|to| call.organization.members.get(to).is_some());
    if call.query().flag("with_reassignment") == Some(true) {
        let Some(to) = to else {
            return Ok(answer::message(StatusCode::BAD_REQUEST, "Nobody is named to take over."));
        };
        for task in call.organization.tasks.iter_mut().filter(|task| task.is_open()) {
            if task.owners.users.contains(&id) {
                task.owners.users.retain(|user| *user != id && *user != to);
                task.owners.users.push(to);
            }
        }
    }
    deactivate(call, id)?;
    show(call, id)
}

/// Two steps: disable first (platform:delete_member_permanently).
fn delete_user(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let id = of_path(call)?;
    let member = member_mut(call, id)?;
    if member.status != "disabled" {
        return Err(Refused::invalid("user", "The member must be disabled first."));
    }
    member.last_name = format!("{} (Deleted)", member.last_name);
    member.email = format!("{}.deleted.{id}", member.email);
    let answer = show(call, id)?;
    call.organization.members.remove(&id);
    Ok(answer)
}

/// The member is deactivated, open tasks stay (platform:convert_member_to_guest).
fn convert_user_to_guest(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let id = of_path(call)?;
    let member = call.organization.members.get(&id).cloned().ok_or(Refused::Missing)?;
    if member.is_default_admin {
        return Err(Refused::invalid("user", "The default administrator cannot become a guest."));
    }
    deactivate(call, id)?;
    let mut guest = owners::new_guest(call.context.ids, call.context.now, &member.email);
    guest.first_name = Some(member.first_name);
    guest.last_name = Some(member.last_name);
    guest.details.insert("associated_members".to_owned(), json!([]));
    let row = call.view().guest(&guest, call.query(), crate::dates::Form::Plain);
    call.organization.guests.put(guest);
    Ok(Answer::item(row))
}
