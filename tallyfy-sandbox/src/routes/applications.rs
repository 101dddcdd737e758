//! What third-party applications may do: make members, and act as one.
//!
//! Not here: their own tokens (`auth`).

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::input::Input;
use super::{ByApplication, Content, Request, auth};
use crate::answer::{self, Answer};
use crate::dates::{self, Form};
use crate::state::auth::{Application, Token};
use crate::state::organization::Member;
use crate::state::{Refused, World, owners};

pub fn by_application(operation: &str) -> Option<ByApplication> {
    match operation {
        "create_application_user" => Some(create_application_user),
        "create_application_user_token" => Some(create_application_user_token),
        _ => None,
    }
}

/// The organization of the path must be the application's own (platform:auth.failure_responses, also for the
/// words).
fn of_path(world: &World, application: &Application, request: &Request<'_>) -> Result<String, Refused> {
    let id = request.param("org");
    if !world.organizations.contains_key(id) {
        return Err(Refused::Missing);
    }
    if application.organization != id {
        let text = "You don't have application's permissions for this organization!";
        return Err(Refused::Forbidden(text.to_owned()));
    }
    Ok(id.to_owned())
}

/// Whoever is not given a role gets a light seat (assumed).
fn create_application_user(
    world: &mut World,
    application: &Application,
    request: &Request<'_>,
) -> Result<Answer, Refused> {
    let id = of_path(world, application, request)?;
    let empty = Map::new();
    let body = match request.content {
        Content::Json(Value::Object(map)) | Content::Form(map) => map,
        _ => &empty,
    };
    let mut input = Input::new(body);
    for key in ["first_name", "last_name", "email"] {
        input.require(key);
    }
    let (first, last) = (input.text("first_name", 32), input.text("last_name", 32));
    let email = input.text("email", 255).unwrap_or_default().to_lowercase();
    let role = input.word("role", &["admin", "standard", "light"]);
    let timezone = input.text("timezone", 255);
    if !email.is_empty() && !owners::is_address(&email) {
        input.wrong("email", "The email must be a valid email address.");
    }
    if world.organizations.values().any(|organization| organization.member_by_email(&email).is_some()) {
        input.wrong("email", "The email has already been taken.");
    }
    input.finish()?;
    let now = world.now();
    let member = Member {
        id: world.ids.number(),
        email,
        first_name: first.unwrap_or_default(),
        last_name: last.unwrap_or_default(),
        role: role.unwrap_or_else(|| "light".to_owned()),
        status: "active".to_owned(),
        created_at: now,
        last_updated: now,
        invited_by: None,
        disabled: None,
        reactivated: None,
        is_default_admin: false,
        profile: timezone.map(|zone| ("timezone".to_owned(), json!(zone))).into_iter().collect(),
    };
    let row = json!({
        "id": member.id, "email": member.email, "first_name": member.first_name,
        "last_name": member.last_name, "role": member.role,
        "created_at": dates::write(member.created_at, world.quirks.form(Form::Millis)),
    });
    let organization = world.organizations.get_mut(&id).ok_or(Refused::Missing)?;
    organization.members.put(member);
    Ok(Answer::item(row))
}

/// 422 for a member of another organization alone (platform:issue_user_token.errors).
fn create_application_user_token(
    world: &mut World,
    application: &Application,
    request: &Request<'_>,
) -> Result<Answer, Refused> {
    let id = of_path(world, application, request)?;
    let email = request.param("email");
    let organization = world.organizations.get(&id).ok_or(Refused::Missing)?;
    let Some(member) = organization.member_by_email(email).filter(|member| member.status == "active") else {
        let mut others = world.organizations.values();
        let elsewhere = others.any(|organization| organization.member_by_email(email).is_some());
        let text = "The user does not belong to this organization.";
        return Err(if elsewhere { Refused::invalid("email", text) } else { Refused::Missing });
    };
    let token = Token { member: member.id, organization: id };
    let now = world.now();
    let World { auth, ids, .. } = world;
    Ok(auth::write(&auth.for_member(ids, now, token)))
}

/// Runs a handler and words its refusal.
pub fn run(
    handler: ByApplication,
    world: &mut World,
    application: &Application,
    request: &Request<'_>,
) -> Answer {
    match request.content {
        Content::Malformed => {
            answer::message(StatusCode::UNPROCESSABLE_ENTITY, "The body is not valid JSON.")
        }
        _ => handler(world, application, request).unwrap_or_else(Answer::from),
    }
}
