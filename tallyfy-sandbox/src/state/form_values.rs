//! Values of form fields: one validator for kick-off answers (`prerun`) and task answers (`taskdata`),
//! as on the service (processes_tasks:value_encodings).
//!
//! Not here: where the fields come from (`template`), when requiredness is enforced (`launch`,
//! `completion`).

use serde_json::{Map, Value, json};

use super::Refused;
use super::owners::member_id;
use super::template::Field;
use crate::dates;
use crate::quirks::Quirks;

/// Null, empty text, `false`, `0`, `[]` and `{}`: they pass the validator and clear the field.
pub fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(flag) => !flag,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
    }
}

/// Whether the value is an answer that satisfies a required field.
pub fn is_answer(field: &Field, value: &Value) -> bool {
    match (field.field_type.as_str(), value) {
        ("table", Value::Array(row)) => row.iter().any(|cell| !is_blank(cell)),
        ("multiselect", Value::Array(list)) => list.iter().any(|e| e.get("selected") == Some(&json!(true))),
        ("assignees_form", Value::Object(map)) => map.values().any(|bucket| !is_blank(bucket)),
        _ => !is_blank(value),
    }
}

/// Adds the values of a request to those stored. `name` is `prerun` or `taskdata`. Fields that the
/// request does not mention keep their value.
pub fn merge(
    fields: &[Field],
    stored: &Map<String, Value>,
    sent: &Value,
    name: &str,
    quirks: &Quirks,
) -> Result<Map<String, Value>, Refused> {
    let sent = match sent {
        Value::Object(map) => map,
        // processes_tasks:value_encodings.container: an empty list means no answers, any other list fails.
        Value::Null => return Ok(stored.clone()),
        Value::Array(list) if list.is_empty() => return Ok(stored.clone()),
        _ => return Err(Refused::invalid(name, format!("The {name} must be an object keyed by field id."))),
    };
    let mut values = stored.clone();
    let mut wrong = Map::new();
    for (id, value) in sent {
        match fields.iter().find(|field| field.id == *id) {
            Some(field) => match check(field, value) {
                Ok(()) => {
                    values.insert(id.clone(), as_stored(field, value, quirks));
                }
                Err(text) => {
                    wrong.insert(id.clone(), json!([text]));
                }
            },
            None if quirks.unknown_field_keys_are_dropped => {}
            None => {
                wrong.insert(id.clone(), json!(["Unknown form field"]));
            }
        }
    }
    if wrong.is_empty() {
        Ok(values)
    } else {
        Err(Refused::Invalid(vec![(name.to_owned(), Value::Object(wrong))]))
    }
}

/// Entries of a multiselect without `selected` are stored so, and chosen by nobody; without the oddity what
/// is sent is chosen (processes_tasks:value_encodings.types.multiselect).
fn as_stored(field: &Field, value: &Value, quirks: &Quirks) -> Value {
    let mut value = value.clone();
    if field.field_type == "multiselect" && !quirks.multiselect_without_selected_is_empty {
        let entries = value.as_array_mut().into_iter().flatten();
        for entry in entries.filter_map(Value::as_object_mut) {
            entry.entry("selected").or_insert(Value::Bool(true));
        }
    }
    value
}

/// The required fields without an answer.
pub fn missing<'a>(fields: &'a [Field], values: &Map<String, Value>) -> Vec<&'a Field> {
    fields
        .iter()
        .filter(|field| field.required)
        .filter(|field| !values.get(&field.id).is_some_and(|value| is_answer(field, value)))
        .collect()
}

/// The labels of multi-selects in which a choice that must be ticked is not. Enforced on completion
/// alone (processes_tasks:value_encodings.container).
pub fn unticked<'a>(fields: &'a [Field], values: &Map<String, Value>) -> Vec<&'a str> {
    let ticked = |field: &Field, option: &Value| {
        values.get(&field.id).and_then(Value::as_array).is_some_and(|list| {
            list.iter().any(|e| e.get("id") == option.get("id") && e.get("selected") == Some(&json!(true)))
        })
    };
    fields
        .iter()
        .filter(|field| field.field_type == "multiselect")
        .filter(|field| {
            let mut must = field.options.iter().filter(|option| option.get("required") == Some(&json!(true)));
            must.any(|option| !ticked(field, option))
        })
        .map(|field| field.label.as_str())
        .collect()
}

/// Checks one value against its field. The text of the error is the service's where a source shows it.
pub fn check(field: &Field, value: &Value) -> Result<(), String> {
    if field.field_type == "table" {
        return check_table(field, value);
    }
    // The option text "0" is a legal choice, and skips the check of radio (mcp:coerce_field_value).
    if is_blank(value) || (field.field_type == "radio" && value == "0") {
        return Ok(());
    }
    match field.field_type.as_str() {
        "text" => check_text(field, value),
        "textarea" if !value.is_string() => Err(format!("{} must be a string", field.label)),
        "date" => match value.as_str().and_then(dates::read) {
            Some(_) => Ok(()),
            None => Err(format!("{} is not a valid date", field.label)),
        },
        "radio" => match field.options.iter().any(|option| option.get("text") == Some(value)) {
            true => Ok(()),
            false => Err("Invalid radio choice selected".to_owned()),
        },
        "dropdown" => check_choice(field, value, "dropdown"),
        "multiselect" => match value.as_array() {
            Some(list) => list.iter().try_for_each(|entry| check_choice(field, entry, "multiselect")),
            None => Err("Invalid multiselect choice selected".to_owned()),
        },
        "assignees_form" => check_assignees(field, value),
        "file" => check_files(field, value),
        // The service has no arm for email: anything is stored as sent (mcp:_TASKDATA_SHAPE_HELP).
        _ => Ok(()),
    }
}

fn check_text(field: &Field, value: &Value) -> Result<(), String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(_) => "1".to_owned(),
        _ => return Err(format!("{} must be a text", field.label)),
    };
    let failed = field.validation.iter().find(|rule| !rule_holds(rule, &text));
    failed.map_or(Ok(()), |rule| Err(format!("{} does not satisfy {rule}", field.label)))
}

/// The rules of `field_validation` (docs:open-api/code-samples/tasks/update-task); others are let pass.
fn rule_holds(rule: &str, text: &str) -> bool {
    let (name, limit) = rule.split_once(':').unwrap_or((rule, ""));
    let within = |holds: fn(usize, usize) -> bool| {
        limit.trim().parse().map_or(true, |limit| holds(text.chars().count(), limit))
    };
    match name.trim() {
        "numeric" => text.trim().parse::<f64>().is_ok(),
        "email" => super::owners::is_address(text),
        "url" => text.starts_with("http://") || text.starts_with("https://"),
        "alpha" => text.chars().all(char::is_alphabetic),
        "alpha_num" => text.chars().all(char::is_alphanumeric),
        "alpha_dash" => text.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_'),
        "min" => within(|length, limit| length >= limit),
        "max" => within(|length, limit| length <= limit),
        _ => true,
    }
}

/// Both keys must name the same option; the id may be a numeric string (mcp:coerce_field_value).
fn check_choice(field: &Field, value: &Value, kind: &str) -> Result<(), String> {
    let named = value.get("id").and_then(member_id).zip(value.get("text").and_then(Value::as_str));
    let known = named.is_some_and(|(id, text)| {
        field.options.iter().any(|option| {
            option.get("id").and_then(member_id) == Some(id)
                && option.get("text").and_then(Value::as_str) == Some(text)
        })
    });
    if known { Ok(()) } else { Err(format!("Invalid {kind} choice selected")) }
}

/// The texts are those of the service (processes_tasks:value_encodings.types.table).
fn check_table(field: &Field, value: &Value) -> Result<(), String> {
    match value {
        Value::Array(row) if row.len() == field.columns.len() => Ok(()),
        Value::Array(_) => Err("Number of columns does not match required columns".to_owned()),
        _ => Err("Invalid table field".to_owned()),
    }
}

fn check_assignees(field: &Field, value: &Value) -> Result<(), String> {
    let wrong = || format!("{} must name users, guests or groups", field.label);
    let buckets = value.as_object().ok_or_else(wrong)?;
    let fits = |name: &str, holds: fn(&Value) -> bool| match buckets.get(name) {
        None | Some(Value::Null) => true,
        Some(bucket) => bucket.as_array().is_some_and(|list| list.iter().all(holds)),
    };
    let fine = fits("users", |user| member_id(user).is_some())
        && fits("guests", Value::is_string)
        && fits("groups", Value::is_string);
    if fine { Ok(()) } else { Err(wrong()) }
}

/// Each entry names a stored file or a link; a bare object is refused (422 on the main line since
/// 2026-07-23, go:encodeKickoffFile).
fn check_files(field: &Field, value: &Value) -> Result<(), String> {
    let wrong = || format!("{} must be a list of files", field.label);
    let files = value.as_array().ok_or_else(wrong)?;
    let named = |file: &Value| {
        ["id", "full_url", "url"].iter().any(|key| file.get(*key).is_some_and(|v| !is_blank(v)))
    };
    let sourced =
        |file: &Value| matches!(file.get("source").and_then(Value::as_str), None | Some("local" | "url"));
    if files.iter().all(|file| named(file) && sourced(file)) { Ok(()) } else { Err(wrong()) }
}
