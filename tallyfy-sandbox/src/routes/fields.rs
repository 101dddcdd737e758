//! Definitions of form fields in requests: captures of steps, kick-off fields, fields of tasks.
//!
//! Not here: values (`state::form_values`), where the definitions are put (`captures`, `templates`).

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::contract;
use crate::state::Refused;
use crate::state::ids::Ids;
use crate::state::owners::member_id;
use crate::state::template::{FIELD_TYPES, Field, slug};

/// Properties that are stored as they come, if their type is right.
const REST: [&str; 9] = [
    "guidance",
    "default_value",
    "default_value_enabled",
    "collect_time",
    "use_wysiwyg_editor",
    "prefix",
    "suffix",
    "settings",
    "list",
];

/// Reads one definition. `place` goes before the names of wrong properties (`prerun.0.`). A field that
/// is changed keeps id and alias, and what the request leaves out (templates:update_capture).
pub fn read(
    entry: &Value,
    old: Option<&Field>,
    place: &str,
    enforce_choices: bool,
    (ids, now): (&mut Ids, DateTime<Utc>),
) -> Result<Field, Refused> {
    let empty = Map::new();
    let entry = entry.as_object().unwrap_or(&empty);
    let required = |key: &str| {
        let text = format!("The {} field is required.", key.replace('_', " "));
        Refused::invalid(&format!("{place}{key}"), text)
    };
    let text = |key: &str| entry.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    let label = text("label").ok_or_else(|| required("label"))?;
    let kind = text("field_type").ok_or_else(|| required("field_type"))?;
    if !FIELD_TYPES.contains(&kind) {
        let wrong = format!("{place}field_type");
        return Err(Refused::invalid(&wrong, "The selected field type is invalid."));
    }
    // The key must be there; false is fine (templates:create_capture).
    let must = entry.get("required").and_then(Value::as_bool).ok_or_else(|| required("required"))?;
    let list = |key: &str, old: Option<&Vec<Value>>| match entry.get(key).and_then(Value::as_array) {
        Some(list) => list.clone(),
        None => old.cloned().unwrap_or_default(),
    };
    let options = list("options", old.map(|field| &field.options));
    let columns = list("columns", old.map(|field| &field.columns));
    if enforce_choices {
        check_lists(kind, &options, &columns, place)?;
    }
    check_type("options", &Value::Array(options.clone()), place)?;
    check_type("columns", &Value::Array(columns.clone()), place)?;
    let mut rest = old.map(|field| field.rest.clone()).unwrap_or_default();
    for (key, value) in REST.into_iter().filter_map(|key| Some((key, entry.get(key)?))) {
        if value.is_null() {
            rest.remove(key);
        } else {
            check_type(key, value, place)?;
            rest.insert(key.to_owned(), value.clone());
        }
    }
    let (id, increment_id) = match old {
        Some(field) => (field.id.clone(), field.increment_id),
        None => (ids.hex(), ids.number()),
    };
    Ok(Field {
        id,
        increment_id,
        alias: old.map_or_else(|| slug(label, increment_id), |field| field.alias.clone()),
        field_type: kind.to_owned(),
        label: label.to_owned(),
        required: must,
        position: entry.get("position").and_then(Value::as_i64).or(old.map(|f| f.position)).unwrap_or(0),
        options,
        columns,
        validation: validation(entry.get("field_validation"), old),
        created_at: old.map_or(now, |field| field.created_at),
        last_updated: now,
        rest,
    })
}

/// What is stored as it comes has the type that answers promise.
fn check_type(key: &str, value: &Value, place: &str) -> Result<(), Refused> {
    if contract::fits("Capture", key, value) {
        return Ok(());
    }
    Err(Refused::invalid(&format!("{place}{key}"), format!("The {} is invalid.", key.replace('_', " "))))
}

/// Options are due for choices, two of them for radio; their ids are integers, slugs are a 422.
fn check_lists(kind: &str, options: &[Value], columns: &[Value], place: &str) -> Result<(), Refused> {
    let (key, entries, least, word) = match kind {
        "radio" => ("options", options, 2, "text"),
        "dropdown" | "multiselect" => ("options", options, 1, "text"),
        "table" => ("columns", columns, 1, "label"),
        _ => return Ok(()),
    };
    let whole = |entry: &Value| {
        entry.get("id").is_some_and(|id| id.is_i64() || (id.is_string() && member_id(id).is_some()))
            && entry.get(word).is_some_and(Value::is_string)
    };
    let place = format!("{place}{key}");
    if entries.len() < least {
        return Err(Refused::invalid(&place, format!("The {key} must have at least {least} items.")));
    }
    match entries.iter().position(|entry| !whole(entry)) {
        Some(at) => Err(Refused::invalid(&format!("{place}.{at}.id"), "The id must be an integer.")),
        None => Ok(()),
    }
}

/// Rule names as a list, or joined by `|` (templates:Capture.variants).
fn validation(sent: Option<&Value>, old: Option<&Field>) -> Vec<String> {
    match sent {
        Some(Value::Array(list)) => list.iter().filter_map(|rule| rule.as_str().map(str::to_owned)).collect(),
        Some(Value::String(text)) => text.split('|').filter(|r| !r.is_empty()).map(str::to_owned).collect(),
        _ => old.map(|field| field.validation.clone()).unwrap_or_default(),
    }
}

/// Puts a field at a position from 1 and numbers the others around it.
pub fn place(fields: &mut Vec<Field>, field: Field, position: i64) {
    fields.sort_by_key(|field| field.position);
    let at = usize::try_from(position.saturating_sub(1)).unwrap_or(0).min(fields.len());
    fields.insert(at, field);
    for (position, field) in (1..).zip(fields) {
        field.position = position;
    }
}
