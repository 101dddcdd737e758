//! Custom fields: definitions, and values on every kind of record.
//!
//! Not here: form fields, which are another thing (`view`, `state::form_values`).

use serde_json::{Map, Value, json};

use super::input::Input;
use super::{Call, Inside};
use crate::answer::Answer;
use crate::state::Refused;

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "list_custom_field_keys" => return Some(list_keys),
        "create_custom_field_key" => return Some(create_key),
        _ => {}
    }
    let known = |rest: &str| KINDS.iter().any(|kind| kind.word == rest);
    let (verb, rest) = operation.split_once('_')?;
    match (verb, rest.strip_suffix("_custom_fields"), rest.strip_suffix("_custom_field")) {
        ("get", Some(kind), _) if known(kind) => Some(get),
        ("replace", Some(kind), _) if known(kind) => Some(replace),
        ("update", _, Some(kind)) if known(kind) => Some(update),
        ("delete", _, Some(kind)) if known(kind) => Some(delete),
        _ => None,
    }
}

/// A kind of record that carries values.
struct Kind {
    /// In operation ids, and the path parameter.
    word: &'static str,
    /// In `applies_to` of a definition. `process` is the only word a source shows; the others follow it.
    target: &'static str,
}

const KINDS: [Kind; 10] = [
    Kind { word: "run", target: "process" },
    Kind { word: "task", target: "task" },
    Kind { word: "checklist", target: "template" },
    Kind { word: "step", target: "step" },
    Kind { word: "capture", target: "form_field" },
    Kind { word: "prerun", target: "kickoff_field" },
    Kind { word: "user", target: "member" },
    Kind { word: "guest", target: "guest" },
    Kind { word: "folder", target: "folder" },
    Kind { word: "tag", target: "tag" },
];

/// Definitions, with their filters.
fn list_keys(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let query = call.query();
    let text = |row: &Map<String, Value>, key: &str| row.get(key).and_then(Value::as_str).map(str::to_owned);
    let wanted = |row: &&Map<String, Value>| {
        let same = |key: &str| query.get(key).is_none_or(|value| text(row, key).as_deref() == Some(value));
        let flagged = |key: &str| query.flag(key).is_none_or(|flag| row.get(key) == Some(&json!(flag)));
        let named = query.get("q").is_none_or(|q| text(row, "key").is_some_and(|key| key.contains(q)));
        same("applies_to")
            && same("key_type")
            && same("field_type")
            && named
            && flagged("is_required")
            && flagged("is_active")
    };
    let mut rows: Vec<&Map<String, Value>> =
        call.organization.custom_field_keys.iter().filter(wanted).collect();
    if query.get("sort_by") == Some("key") {
        rows.sort_by_key(|row| text(row, "key"));
    }
    if query.get("sort_direction") == Some("desc") {
        rows.reverse();
    }
    let paging = call.paging().always();
    Ok(paging.answer(&rows, &call.request.origin(), |row| Value::Object((*row).clone())))
}

/// Administrators alone (platform:create_custom_field_key).
fn create_key(call: &mut Call<'_>) -> Result<Answer, Refused> {
    call.must_be_admin()?;
    let body = call.body()?;
    let mut input = Input::new(&body);
    for key in ["key", "applies_to", "field_type"] {
        input.require(key);
    }
    let (key, target) = (input.text("key", 255), input.text("applies_to", 255));
    let field_type = input.word("field_type", &TYPES);
    let (required, active) = (input.flag("is_required"), input.flag("is_active"));
    let same = |row: &Map<String, Value>| row["key"] == json!(key) && row["applies_to"] == json!(target);
    if call.organization.custom_field_keys.iter().any(same) {
        input.wrong("key", "The key has already been taken.");
    }
    input.finish()?;
    let row = json!({
        "id": call.context.ids.number(), "key": key, "applies_to": target, "field_type": field_type,
        "key_type": "org", "is_required": required.unwrap_or(false), "is_active": active.unwrap_or(true),
    });
    if let Value::Object(map) = row.clone() {
        call.organization.custom_field_keys.push(map);
    }
    Ok(Answer::created(row))
}

/// Types of custom fields (platform:create_custom_field_key).
const TYPES: [&str; 11] = [
    "text",
    "textarea",
    "number",
    "boolean",
    "date",
    "email",
    "url",
    "radio",
    "dropdown",
    "multiselect",
    "table",
];

fn get(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let (kind, id) = record(call)?;
    Ok(Answer::item(json!({ "custom_fields": call.view().custom_fields(kind.word, &id) })))
}

/// A full replacement: keys left out are cleared, required ones must be there (platform).
fn replace(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let (kind, id) = record(call)?;
    let body = call.body()?;
    let values = match body.get("custom_fields") {
        Some(Value::Object(map)) => map.clone(),
        Some(Value::Array(list)) if list.is_empty() => Map::new(),
        _ => return Err(Refused::invalid("custom_fields", "The custom fields field is required.")),
    };
    for key in values.keys() {
        check_key(call, kind, key)?;
    }
    let rows = call.organization.custom_field_keys.iter();
    let required = rows.filter(|row| row["applies_to"] == kind.target && row["is_required"] == true);
    let missing = required.filter_map(|row| row["key"].as_str()).find(|key| !values.contains_key(*key));
    if let Some(key) = missing {
        return Err(Refused::invalid(
            &format!("custom_fields.{key}"),
            format!("The {key} field is required."),
        ));
    }
    call.organization.custom_fields.insert(format!("{}:{id}", kind.word), values);
    get(call)
}

/// No check of required keys (platform:set_member_custom_field).
fn update(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let (kind, id) = record(call)?;
    let body = call.body()?;
    let value = body.get("value").cloned();
    let value = value.ok_or_else(|| Refused::invalid("value", "The value field is required."))?;
    let key = call.param("key");
    check_key(call, kind, key)?;
    let values = call.organization.custom_fields.entry(format!("{}:{id}", kind.word)).or_default();
    values.insert(key.to_owned(), value);
    get(call)
}

/// A key that is not set is a 404 (assumed, platform:delete_member_custom_field).
fn delete(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let (kind, id) = record(call)?;
    let values = call.organization.custom_fields.get_mut(&format!("{}:{id}", kind.word));
    let removed = values.and_then(|values| values.shift_remove(call.request.param("key")));
    if removed.is_some() { Ok(Answer::empty()) } else { Err(Refused::Missing) }
}

fn check_key(call: &Call<'_>, kind: &Kind, key: &str) -> Result<(), Refused> {
    let mut rows = call.organization.custom_field_keys.iter();
    let known = rows.find(|row| row["key"] == key && row["applies_to"] == kind.target);
    let place = format!("custom_fields.{key}");
    match known.map(|row| row["key_type"] == "system") {
        Some(false) => Ok(()),
        Some(true) => Err(Refused::invalid(&place, "System keys cannot be changed.")),
        None => Err(Refused::invalid(&place, "The custom field does not exist.")),
    }
}

/// The record of the path, which must exist, and its kind.
fn record(call: &Call<'_>) -> Result<(&'static Kind, String), Refused> {
    let rest = call.operation.split_once('_').map_or("", |(_, rest)| rest);
    let word = rest.trim_end_matches('s').trim_end_matches("_custom_field");
    let kind = KINDS.iter().find(|kind| kind.word == word).ok_or(Refused::Missing)?;
    let id = call.param(kind.word);
    if exists(call, kind.word, id) { Ok((kind, id.to_owned())) } else { Err(Refused::Missing) }
}

fn exists(call: &Call<'_>, word: &str, id: &str) -> bool {
    let organization = &call.organization;
    let template = || organization.templates.get(call.param("checklist")).filter(|t| t.archived_at.is_none());
    let step = || template().and_then(|template| template.step(call.param("step")));
    match word {
        "run" => organization.processes.get(id).is_some(),
        "task" => organization.tasks.get(id).is_some_and(|t| t.run_id.as_deref() == Some(call.param("run"))),
        "checklist" => template().is_some(),
        "step" => step().is_some(),
        "capture" => step().is_some_and(|step| step.captures.iter().any(|field| field.id == id)),
        "prerun" => template().is_some_and(|template| template.kickoff.iter().any(|field| field.id == id)),
        "user" => id.parse::<i64>().is_ok_and(|id| organization.members.get(&id).is_some()),
        // By the code of the guest link, not the address (platform:get_guest_custom_fields).
        "guest" => organization.guests.iter().any(|guest| guest.code == id),
        "folder" => organization.folders.get(id).is_some(),
        _ => organization.tags.get(id).is_some(),
    }
}
