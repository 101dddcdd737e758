//! Groups of members and guests.
//!
//! Not here: assigning them to tasks (`state::owners`).

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::input::Input;
use super::view::View;
use super::{Call, Inside};
use crate::answer::Answer;
use crate::dates::Form;
use crate::query::Query;
use crate::state::organization::Group;
use crate::state::{Refused, owners};

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "list_groups" => Some(list_groups),
        "get_group" => Some(get_group),
        "create_group" => Some(create_group),
        "update_group" => Some(update_group),
        "delete_group" => Some(delete_group),
        _ => None,
    }
}

fn list_groups(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let query = call.query();
    let wanted = query.get("q").map(str::to_lowercase);
    let matches = |group: &&Group| {
        let texts = [&group.name, &group.description];
        wanted.as_ref().is_none_or(|wanted| texts.iter().any(|text| text.to_lowercase().contains(wanted)))
    };
    let mut groups: Vec<&Group> = call.organization.groups.iter().filter(matches).collect();
    match query.get("sort_by").unwrap_or("created_at") {
        "name" => groups.sort_by_key(|group| group.name.to_lowercase()),
        "updated_at" => groups.sort_by_key(|group| group.last_updated),
        _ => groups.sort_by_key(|group| group.created_at),
    }
    if query.get("sort") == Some("desc") {
        groups.reverse();
    }
    let view = call.view();
    // docs:open-api/code-samples/groups/list-groups draws `links` as {} on a single page.
    let paging = call.paging().always().with_object_links();
    Ok(paging.answer(&groups, &call.request.origin(), |group| view.group(group, query)))
}

fn get_group(call: &mut Call<'_>) -> Result<Answer, Refused> {
    show(call, call.param("group"))
}

fn show(call: &Call<'_>, id: &str) -> Result<Answer, Refused> {
    let group = call.organization.groups.get(id).ok_or(Refused::Missing)?;
    Ok(Answer::item(call.view().group(group, call.query())))
}

/// A unique name makes an accidental repeat fail (platform:create_group).
fn create_group(call: &mut Call<'_>) -> Result<Answer, Refused> {
    may_manage(call)?;
    let body = call.body()?;
    let mut input = Input::new(&body);
    input.require("name");
    input.require("description");
    let (name, description) = (input.text("name", 200), input.text("description", usize::MAX));
    if call.organization.groups.iter().any(|group| Some(&group.name) == name.as_ref()) {
        input.wrong("name", "The name has already been taken.");
    }
    input.finish()?;
    let (members, guests) = people(call, &body)?;
    let (id, now) = (call.context.ids.hex(), call.context.now);
    call.organization.groups.put(Group {
        id: id.clone(),
        name: name.unwrap_or_default(),
        description: description.unwrap_or_default(),
        members: members.unwrap_or_default(),
        guests: guests.unwrap_or_default(),
        created_at: now,
        last_updated: now,
    });
    Ok(Answer { status: StatusCode::CREATED, ..show(call, &id)? })
}

/// An empty description is a 422, an absent one is not; lists replace (platform:update_group). 201 is
/// what the docs show.
fn update_group(call: &mut Call<'_>) -> Result<Answer, Refused> {
    may_manage(call)?;
    let id = call.param("group");
    call.organization.groups.get(id).ok_or(Refused::Missing)?;
    let body = call.body()?;
    let mut input = Input::new(&body);
    for key in ["name", "description"] {
        if input.has(key) {
            input.require(key);
        }
    }
    let (name, description) = (input.text("name", 200), input.text("description", usize::MAX));
    let taken = |group: &Group| group.id != id && Some(&group.name) == name.as_ref();
    if call.organization.groups.iter().any(taken) {
        input.wrong("name", "The name has already been taken.");
    }
    input.finish()?;
    let (members, guests) = people(call, &body)?;
    let now = call.context.now;
    let group = call.organization.groups.get_mut(id).ok_or(Refused::Missing)?;
    group.name = name.unwrap_or_else(|| std::mem::take(&mut group.name));
    group.description = description.unwrap_or_else(|| std::mem::take(&mut group.description));
    group.members = members.unwrap_or_else(|| std::mem::take(&mut group.members));
    group.guests = guests.unwrap_or_else(|| std::mem::take(&mut group.guests));
    group.last_updated = now;
    Ok(Answer { status: StatusCode::CREATED, ..show(call, id)? })
}

fn delete_group(call: &mut Call<'_>) -> Result<Answer, Refused> {
    may_manage(call)?;
    let id = call.param("group");
    call.organization.groups.remove(id).ok_or(Refused::Missing)?;
    for task in call.organization.tasks.iter_mut() {
        task.owners.groups.retain(|group| group != id);
    }
    Ok(Answer::no_content())
}

/// Light members have no right to manage groups.
fn may_manage(call: &Call<'_>) -> Result<(), Refused> {
    let light = call.organization.members.get(&call.context.caller).is_some_and(|m| m.role == "light");
    if light { Err(Refused::Forbidden("You may not manage groups.".to_owned())) } else { Ok(()) }
}

type People = (Option<Vec<i64>>, Option<Vec<String>>);

fn people(call: &mut Call<'_>, body: &Map<String, Value>) -> Result<People, Refused> {
    let sent = |key: &str| body.get(key).filter(|value| !value.is_null());
    let members = sent("members").map(|list| owners::member_ids(call.organization, "members", list));
    let guests = sent("guests").map(|list| owners::guest_addresses(call.organization, "guests", list));
    let (members, guests) = (members.transpose()?, guests.transpose()?);
    let addresses = guests.as_deref().unwrap_or_default();
    owners::create_guests(call.organization, call.context.ids, call.context.now, addresses);
    Ok((members, guests))
}

impl View<'_> {
    /// A group, its dates with microseconds (docs:open-api/code-samples/groups/update-group).
    pub fn group(&self, group: &Group, query: &Query) -> Value {
        let mut row = json!({
            "id": group.id,
            "name": group.name,
            "description": group.description,
            "logo": null,
            "members": group.members,
            "guests": group.guests,
            "created_at": self.date(group.created_at, Form::Micros),
            "last_updated": self.date(group.last_updated, Form::Micros),
            "deleted_at": null,
        });
        if query.with("users") {
            let members = group.members.iter().filter_map(|id| self.organization.members.get(id));
            row["users"] = self.rows(members.map(|member| self.member(member, &Query::default())));
        }
        if query.with("assets") {
            row["assets"] = self.rows(std::iter::empty());
        }
        row
    }
}
