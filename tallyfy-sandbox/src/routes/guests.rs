//! Guests: people without a seat, found by mail address.
//!
//! Not here: their tasks (`tasks::read`), the addresses of assignments (`state::owners`).

use http::StatusCode;
use serde_json::{Value, json};

use super::input::Input;
use super::view::View;
use super::{Call, Inside};
use crate::answer::Answer;
use crate::dates::{self, Form};
use crate::query::Query;
use crate::state::organization::{Guest, Member};
use crate::state::task::TaskState;
use crate::state::{Refused, owners};

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "list_guests" => Some(list_guests),
        "list_guests_minimal" => Some(list_guests_minimal),
        "create_guest" => Some(create_guest),
        "get_guest" => Some(get_guest),
        "update_guest" => Some(update_guest),
        "remove_guest" => Some(remove_guest),
        "disable_guest" => Some(disable_guest),
        "enable_guest" => Some(enable_guest),
        "delete_guest" => Some(delete_guest),
        "convert_guest_to_user" => Some(convert_guest_to_user),
        _ => None,
    }
}

/// Profile keys of a guest: name and the greatest length (platform:create_guest).
const PROFILE: [(&str, usize); 12] = [
    ("phone_1", 20),
    ("phone_2", 20),
    ("company_name", 200),
    ("company_url", usize::MAX),
    ("contact_url", usize::MAX),
    ("image_url", usize::MAX),
    ("opportunity_url", usize::MAX),
    ("opportunity_name", 200),
    ("timezone", usize::MAX),
    ("status", 200),
    ("external_sync_source", usize::MAX),
    ("external_date_creation", usize::MAX),
];

fn list_guests(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let query = call.query();
    let wanted = query.get("q").map(str::to_lowercase);
    let matches = |guest: &&Guest| wanted.as_ref().is_none_or(|wanted| guest.email.contains(wanted));
    let mut guests: Vec<&Guest> = call.organization.guests.iter().filter(matches).collect();
    let sort = query.any(&["sort", "sort_by"]).unwrap_or("created_at");
    match sort.trim_start_matches('-') {
        "email" => guests.sort_by_key(|guest| guest.email.clone()),
        _ => guests.sort_by_key(|guest| guest.created_at),
    }
    if sort.starts_with('-') {
        guests.reverse();
    }
    let view = call.view();
    let paging = call.paging_of(999, 999);
    Ok(paging.answer(&guests, &call.request.origin(), |guest| view.guest(guest, query, Form::Plain)))
}

/// No meta and few keys; which ones is not published (platform:list_guests_minimal).
fn list_guests_minimal(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let guests = call.organization.guests.iter();
    let rows = guests.map(|guest| {
        json!({
            "id": guest.id, "email": guest.email,
            "first_name": guest.first_name, "last_name": guest.last_name,
        })
    });
    Ok(Answer::whole(rows.collect()))
}

/// A guest who is known already comes back as it is (platform:create_guest.quirks). A key named `phone`
/// is dropped.
fn create_guest(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let body = call.body()?;
    let mut input = Input::new(&body);
    input.require("email");
    let email = input.text("email", 255).unwrap_or_default().to_lowercase();
    let (first_name, last_name) = (input.text("first_name", 200), input.text("last_name", 200));
    let details: Vec<_> =
        PROFILE.iter().filter_map(|(key, max)| Some((*key, input.text(key, *max)?))).collect();
    input.word("external_sync_source", &["salesforce"]);
    if !email.is_empty() && !owners::is_address(&email) {
        input.wrong("email", "The email must be a valid email address.");
    }
    if call.organization.member_by_email(&email).is_some() {
        input.wrong("email", "The email belongs to a member of this organization.");
    }
    input.finish()?;
    if call.organization.guests.get(&email).is_none() {
        let mut guest = owners::new_guest(call.context.ids, call.context.now, &email);
        (guest.first_name, guest.last_name) = (first_name, last_name);
        guest.details.extend(details.into_iter().map(|(key, text)| (key.to_owned(), Value::String(text))));
        call.organization.guests.put(guest);
        call.context.effect("guest.invited", &email);
    }
    let guest = call.organization.guests.get(&email).ok_or(Refused::Missing)?;
    Ok(Answer::created(call.view().guest(guest, call.query(), Form::Space)))
}

fn get_guest(call: &mut Call<'_>) -> Result<Answer, Refused> {
    show(call, &address(call))
}

/// Stores `associated_members` alone; names and phones are taken and forgotten (platform:update_guest).
/// 201 is what the docs show.
fn update_guest(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let email = address(call);
    call.organization.guests.get(&email).ok_or(Refused::Missing)?;
    let body = call.body()?;
    let members = match body.get("associated_members").filter(|list| !list.is_null()) {
        Some(list) => Some(owners::member_ids(call.organization, "associated_members", list)?),
        None => None,
    };
    let ignores = call.context.quirks.guest_update_ignores_profile;
    let guest = call.organization.guests.get_mut(&email).ok_or(Refused::Missing)?;
    if let Some(members) = members {
        guest.details.insert("associated_members".to_owned(), json!(members));
    }
    if !ignores {
        let text = |key: &str| body.get(key).and_then(Value::as_str).map(str::to_owned);
        guest.first_name = text("first_name").or_else(|| guest.first_name.take());
        guest.last_name = text("last_name").or_else(|| guest.last_name.take());
    }
    Ok(Answer { status: StatusCode::CREATED, ..show(call, &email)? })
}

/// An unknown address is a 422 and not a 404 (platform:delete_guest).
fn remove_guest(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let email = address(call);
    let answer = show(call, &email).map_err(|_| Refused::invalid("email", "The guest does not exist."))?;
    forget(call, &email);
    call.organization.guests.remove(&email);
    Ok(answer)
}

/// Refused while tasks are open; the message tells (platform:disable_guest).
fn disable_guest(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let email = address(call);
    call.organization.guests.get(&email).ok_or(Refused::Missing)?;
    let mut tasks = call.organization.tasks.iter().filter(|task| task.archived_at.is_none());
    if tasks.any(|task| task.is_open() && task.owners.guests.contains(&email)) {
        return Err(Refused::Forbidden("This guest still has incomplete tasks.".to_owned()));
    }
    let stamp = (call.context.now, call.context.caller);
    let guest = call.organization.guests.get_mut(&email).ok_or(Refused::Missing)?;
    guest.disabled = Some(stamp);
    show(call, &email)
}

/// Issues a new link; the old one stops working (platform:enable_guest).
fn enable_guest(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let email = address(call);
    let stamp = (call.context.now, call.context.caller);
    let code = call.context.ids.hex()[..12].to_owned();
    let guest = call.organization.guests.get_mut(&email).ok_or(Refused::Missing)?;
    guest.disabled = None;
    guest.reactivated = Some(stamp);
    guest.code = code;
    show(call, &email)
}

/// Two steps: disable first. By number or by address (platform:delete_guest_permanently).
fn delete_guest(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let key = address(call);
    let mut guests = call.organization.guests.iter();
    let guest = guests.find(|guest| guest.email == key || guest.id.to_string() == key);
    let guest = guest.ok_or(Refused::Missing)?;
    if guest.disabled.is_none() {
        return Err(Refused::invalid("guest", "The guest must be disabled first."));
    }
    let mut gone = guest.clone();
    forget(call, &gone.email);
    call.organization.guests.remove(&gone.email);
    gone.email = format!("{}.deleted.{}", gone.email, gone.id);
    gone.last_name = Some(format!("{} (Deleted)", gone.last_name.unwrap_or_default()));
    Ok(Answer::item(call.view().guest(&gone, call.query(), Form::Plain)))
}

/// The guest takes a light seat (the role is assumed).
fn convert_guest_to_user(call: &mut Call<'_>) -> Result<Answer, Refused> {
    call.must_be_admin()?;
    let email = address(call);
    let guest = call.organization.guests.remove(&email).ok_or(Refused::Missing)?;
    let now = call.context.now;
    let member = Member {
        id: call.context.ids.number(),
        email: email.clone(),
        first_name: guest.first_name.unwrap_or_default(),
        last_name: guest.last_name.unwrap_or_default(),
        role: "light".to_owned(),
        status: "active".to_owned(),
        created_at: now,
        last_updated: now,
        invited_by: Some(call.context.caller),
        disabled: None,
        reactivated: None,
        is_default_admin: false,
        profile: serde_json::Map::new(),
    };
    for task in call.organization.tasks.iter_mut().filter(|task| task.owners.guests.contains(&email)) {
        task.owners.guests.retain(|guest| *guest != email);
        task.owners.users.push(member.id);
    }
    let row = call.view().member(&member, call.query());
    call.organization.members.put(member);
    Ok(Answer::item(row))
}

fn address(call: &Call<'_>) -> String {
    call.param("guest").to_lowercase()
}

fn show(call: &Call<'_>, email: &str) -> Result<Answer, Refused> {
    let guest = call.organization.guests.get(email).ok_or(Refused::Missing)?;
    Ok(Answer::item(call.view().guest(guest, call.query(), Form::Plain)))
}

/// Takes an address off every task and group.
fn forget(call: &mut Call<'_>, email: &str) {
    for task in call.organization.tasks.iter_mut() {
        task.owners.guests.retain(|guest| guest != email);
    }
    for group in call.organization.groups.iter_mut() {
        group.guests.retain(|guest| guest != email);
    }
}

impl View<'_> {
    /// A guest; right after creating, its date has another form (docs:guests/create-guest).
    pub fn guest(&self, guest: &Guest, query: &Query, form: Form) -> Value {
        let mut details = json!({ "associated_members": null, "cadence_days": null });
        for (key, _) in PROFILE {
            details[key] = Value::Null;
        }
        for (key, value) in &guest.details {
            details[key] = value.clone();
        }
        details["disabled_at"] = dates::optional(guest.disabled.map(|(at, _)| at), Form::Plain);
        details["disabled_by"] = json!(guest.disabled.map(|(_, by)| by));
        details["reactivated_at"] = dates::optional(guest.reactivated.map(|(at, _)| at), Form::Plain);
        details["reactivated_by"] = json!(guest.reactivated.map(|(_, by)| by));
        let mut row = json!({
            "id": guest.id,
            "email": guest.email,
            "first_name": guest.first_name,
            "last_name": guest.last_name,
            "last_accessed_at": null,
            "last_known_ip": null,
            "last_known_country": null,
            "created_at": self.date(guest.created_at, form),
            "deleted_at": null,
            "link": format!("https://go.tallyfy.com/guest/{}/tasks", guest.code),
            "details": details,
        });
        if query.with("stats") {
            row["stats"] = self.guest_stats(guest);
        }
        row
    }

    /// Inline, not wrapped in `data` (platform:Guest.stats).
    fn guest_stats(&self, guest: &Guest) -> Value {
        let tasks = || self.organization.tasks.iter().filter(|t| t.owners.guests.contains(&guest.email));
        let done = || tasks().filter(|task| task.state == TaskState::Completed);
        let last = |oneoff: bool| {
            let latest = done().filter(|task| task.is_oneoff == oneoff).filter_map(|t| t.completed_at).max();
            dates::optional(latest, Form::Plain)
        };
        json!({
            "assigned_tasks": tasks().filter(|task| task.is_open()).count(),
            "tasks_completed": done().count(),
            "last_task_completed_at": last(false),
            "one_off_tasks_completed": done().filter(|task| task.is_oneoff).count(),
            "last_one_off_task_completed_at": last(true),
        })
    }
}
