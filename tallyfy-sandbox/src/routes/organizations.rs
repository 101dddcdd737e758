//! Organizations of the token's owner, and one organization.
//!
//! Not here: what belongs to it.

use serde_json::{Map, Value, json};

use super::input::Input;
use super::{Call, Inside, Outside, Request};
use crate::answer::{Answer, Paging};
use crate::dates::{self, Form};
use crate::quirks::Quirks;
use crate::state::organization::Organization;
use crate::state::{Refused, Token, World};

pub fn outside(operation: &str) -> Option<Outside> {
    match operation {
        "list_my_organizations" => Some(list_my_organizations),
        _ => None,
    }
}

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "get_organization" => Some(get_organization),
        "update_organization" => Some(update_organization),
        _ => None,
    }
}

/// Rows carry the caller's membership (platform:list_my_organizations.quirks).
fn list_my_organizations(world: &World, token: &Token, request: &Request<'_>) -> Answer {
    let mine = world.organizations.values().filter_map(|o| Some((o, o.members.get(&token.member)?)));
    let mine: Vec<_> = mine.collect();
    Paging::usual(request.query, &world.quirks).always().answer(
        &mine,
        &request.origin(),
        |(organization, member)| {
            let mut row = render(organization, &world.quirks);
            let membership = [
                ("user_status", json!(member.status)),
                ("user_role", json!(member.role)),
                ("joined_on", dates::write(member.created_at, Form::Plain)),
                ("disabled_on", dates::optional(member.disabled.map(|(at, _)| at), Form::Plain)),
                ("last_accessed", dates::write(member.last_updated, Form::Plain)),
            ];
            row.extend(membership.map(|(key, value)| (key.to_owned(), value)));
            Value::Object(row)
        },
    )
}

fn get_organization(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let mut row = render(call.organization, call.context.quirks);
    for include in ["subscription", "billing_info"] {
        if call.query().with(include) {
            row.insert(include.to_owned(), call.view().include(json!({})));
        }
    }
    Ok(Answer::item(Value::Object(row)))
}

/// Administrators alone; the name is due in every call (platform:update_organization).
fn update_organization(call: &mut Call<'_>) -> Result<Answer, Refused> {
    call.must_be_admin()?;
    let body = call.body()?;
    let mut input = Input::new(&body);
    input.require("name");
    let name = input.text("name", 50);
    let texts: Vec<_> = TEXTS
        .into_iter()
        .filter(|key| body.contains_key(*key))
        .map(|key| (key.to_owned(), json!(input.text(key, usize::MAX))))
        .collect();
    input.finish()?;
    call.organization.name = name.unwrap_or_default();
    call.organization.profile.extend(texts);
    Ok(Answer::item(Value::Object(render(call.organization, call.context.quirks))))
}

/// What an update may change besides the name.
const TEXTS: [&str; 12] = [
    "industry",
    "description",
    "address1",
    "address2",
    "address3",
    "city",
    "state",
    "country",
    "zipcode",
    "slug",
    "welcome_title",
    "welcome_description",
];

pub fn render(organization: &Organization, quirks: &Quirks) -> Map<String, Value> {
    let active = organization.members.iter().filter(|member| member.status == "active").count();
    let mut row = Map::new();
    row.insert("id".to_owned(), json!(organization.id));
    row.insert("name".to_owned(), json!(organization.name));
    row.extend(organization.profile.clone());
    // A bare day, as in go:e2e fixture (platform:dates).
    if let Some(at) = row.get("created_at").and_then(Value::as_str).and_then(dates::read) {
        row.insert("created_at".to_owned(), dates::write(at, quirks.form(Form::Day)));
    }
    // Active members alone: `list_users` counts every status (platform:get_organization.quirks).
    row.insert("users_count".to_owned(), json!(active));
    row
}
