//! Refusals of the operations that a seed calls, with the keys of the file.
//!
//! Not here: the calls (`apply`).

use serde_json::Value;

use super::names::Names;

/// `.deadline: The deadline needs ..` for each key that is wrong, or `: ` and what the operation says. To follow the
/// place of the row.
pub fn told(operation: &str, body: &Value, names: &Names) -> String {
    let mut found = Vec::new();
    for (key, entry) in body["errors"].as_object().into_iter().flatten() {
        flatten(&key_of(key), entry, names, &mut found);
    }
    match (found.as_slice(), body["message"].as_str()) {
        ([], Some(message)) => format!(": {operation}: {message}"),
        ([], None) => format!(": {operation}: {body}"),
        _ => format!(".{}", found.join("; ")),
    }
}

/// `prerun.1.required` is `prerun[1].required` in a file.
fn key_of(dotted: &str) -> String {
    let mut key = String::new();
    for part in dotted.split('.') {
        match part.parse::<usize>() {
            Ok(at) => key += &format!("[{at}]"),
            Err(_) if key.is_empty() => key += part,
            Err(_) => key += &format!(".{part}"),
        }
    }
    key
}

/// A text, a list of texts, or texts by the id of a form field.
fn flatten(key: &str, entry: &Value, names: &Names, found: &mut Vec<String>) {
    match entry {
        Value::String(text) => found.push(format!("{key}: {text}")),
        Value::Array(list) => list.iter().for_each(|entry| flatten(key, entry, names, found)),
        Value::Object(map) => {
            for (id, entry) in map {
                let label = names.label(id).unwrap_or(id);
                flatten(&format!("{key}.{label}"), entry, names, found);
            }
        }
        other => found.push(format!("{key}: {other}")),
    }
}
