//! Who is assigned: the three buckets, how a request names them, and what is refused.
//!
//! Not here: what assignment means for completing a task (`completion`).

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::Refused;
use super::ids::Ids;
use super::organization::{Guest, Organization};

/// Assignees of a task, or default assignees of a step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owners {
    /// Member ids.
    pub users: Vec<i64>,
    /// Guest addresses.
    pub guests: Vec<String>,
    /// Group ids.
    pub groups: Vec<String>,
}

impl Owners {
    /// Nobody at all.
    pub fn is_empty(&self) -> bool {
        self.users.is_empty() && self.guests.is_empty() && self.groups.is_empty()
    }

    /// Whether the member is assigned, itself or through a group.
    pub fn include(&self, organization: &Organization, member: i64) -> bool {
        self.users.contains(&member)
            || organization.groups_of(member).any(|group| self.groups.contains(&group.id))
    }
}

/// A member id as requests write it: a number or a numeric string (processes_tasks:value_encodings).
pub fn member_id(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// Member ids of a list, each known to the organization.
pub fn member_ids(organization: &Organization, field: &str, value: &Value) -> Result<Vec<i64>, Refused> {
    let not_found = || Refused::invalid(field, format!("The selected {field} is invalid."));
    let list = value.as_array().ok_or_else(not_found)?;
    list.iter()
        .map(|entry| {
            member_id(entry).filter(|id| organization.members.get(id).is_some()).ok_or_else(not_found)
        })
        .collect()
}

/// Group ids of a list, each known to the organization.
pub fn group_ids(organization: &Organization, field: &str, value: &Value) -> Result<Vec<String>, Refused> {
    let not_found = || Refused::invalid(field, format!("The selected {field} is invalid."));
    let list = value.as_array().ok_or_else(not_found)?;
    list.iter()
        .map(|entry| {
            let id = entry.as_str().filter(|id| organization.groups.get(*id).is_some());
            id.map(str::to_owned).ok_or_else(not_found)
        })
        .collect()
}

/// Whether a text looks like an address that the service would take. It checks RFC and DNS
/// (mcp:guest_assignment); there is no DNS here, so reserved names are let through.
pub fn is_address(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    let plain =
        |part: &str| !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || c == '@' || c == ',');
    plain(name) && plain(host) && host.contains('.') && !host.starts_with('.') && !host.ends_with('.')
}

/// Guest addresses of a list. A member's address is refused; one bad address fails the whole bucket
/// (mcp:guest_assignment).
pub fn guest_addresses(
    organization: &Organization,
    field: &str,
    value: &Value,
) -> Result<Vec<String>, Refused> {
    let invalid = |text: String| Refused::invalid(field, text);
    let list = value.as_array().ok_or_else(|| invalid(format!("The {field} must be an array.")))?;
    let mut guests = Vec::with_capacity(list.len());
    for entry in list {
        let address = entry.as_str().filter(|text| is_address(text));
        let address =
            address.ok_or_else(|| invalid(format!("The {field} must be valid email addresses.")))?;
        if organization.member_by_email(address).is_some() {
            return Err(invalid(format!("{address} is a member of this organization.")));
        }
        guests.push(address.to_lowercase());
    }
    Ok(guests)
}

/// Reads an `owners` object of a request. A bucket left out takes its value from `kept`.
pub fn read(organization: &Organization, value: &Value, kept: Owners) -> Result<Owners, Refused> {
    let empty = Map::new();
    let buckets = match value {
        Value::Object(map) => map,
        Value::Array(list) if list.is_empty() => &empty,
        _ => return Err(Refused::invalid("owners", "The owners must be an array.")),
    };
    let bucket = |name: &str| buckets.get(name).filter(|value| !value.is_null());
    let mut owners = kept;
    if let Some(users) = bucket("users") {
        owners.users = member_ids(organization, "owners.users", users)?;
    }
    if let Some(guests) = bucket("guests") {
        owners.guests = guest_addresses(organization, "owners.guests", guests)?;
    }
    if let Some(groups) = bucket("groups") {
        owners.groups = group_ids(organization, "owners.groups", groups)?;
    }
    Ok(owners)
}

/// Creates the guests that are not known yet (mcp:guest_assignment: unknown good addresses create one).
pub fn create_guests(organization: &mut Organization, ids: &mut Ids, now: DateTime<Utc>, guests: &[String]) {
    for email in guests {
        if organization.guests.get(email).is_none() {
            organization.guests.put(new_guest(ids, now, email));
        }
    }
}

/// A guest with nothing but an address.
pub fn new_guest(ids: &mut Ids, now: DateTime<Utc>, email: &str) -> Guest {
    let code = ids.fresh()[..12].to_owned();
    Guest {
        id: ids.number(),
        email: email.to_owned(),
        code,
        first_name: None,
        last_name: None,
        created_at: now,
        disabled: None,
        reactivated: None,
        details: Map::new(),
    }
}
