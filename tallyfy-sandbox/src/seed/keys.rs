//! Keys of a seed file, held against the bodies of the document: a misspelt one is a mistake here, where the service
//! would drop it without a word.
//!
//! Not here: names in the place of ids (`names`), values, which the operations check.

use serde_json::{Map, Value};

use crate::router::{self, DOCUMENT};
use crate::suggest::did_you_mean;

/// What is wrong with the keys of a body; `own` are those that the seed adds.
pub fn check_body(operation: &str, body: &Map<String, Value>, own: &[&str]) -> Result<(), String> {
    let node = router::by_id(operation).map(|one| &DOCUMENT["paths"][&one.path][&one.method]);
    let content = node.map(|node| &resolve(&node["requestBody"])["content"]["application/json"]["schema"]);
    content.map_or(Ok(()), |schema| check_map(schema, body, "", own))
}

/// The same for a row that is made of a component, not by an operation.
pub fn check_component(component: &str, row: &Map<String, Value>, own: &[&str]) -> Result<(), String> {
    check_map(&DOCUMENT["components"]["schemas"][component], row, "", own)
}

/// Whether all keys are among these.
pub fn check_known(row: &Map<String, Value>, known: &[&str]) -> Result<(), String> {
    match row.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(unknown("", key, known.iter().copied())),
        None => Ok(()),
    }
}

fn check(schema: &'static Value, value: &Value, place: &str) -> Result<(), String> {
    let schema = resolve(schema);
    match value {
        Value::Object(map) => check_map(schema, map, place, &[]),
        Value::Array(list) => {
            let mut entries = list.iter().enumerate();
            entries.try_for_each(|(at, entry)| check(&schema["items"], entry, &format!("{place}[{at}]")))
        }
        _ => Ok(()),
    }
}

fn check_map(
    schema: &'static Value,
    map: &Map<String, Value>,
    place: &str,
    own: &[&str],
) -> Result<(), String> {
    let schema = resolve(schema);
    if schema["additionalProperties"].is_object() {
        let rest = &schema["additionalProperties"];
        return map.iter().try_for_each(|(key, value)| check(rest, value, &format!("{place}.{key}")));
    }
    let Some(properties) = schema["properties"].as_object() else { return Ok(()) };
    let dot = if place.is_empty() { "" } else { "." };
    for (key, value) in map.iter().filter(|(key, _)| !own.contains(&key.as_str())) {
        let known = properties.iter().filter(|(_, one)| one["x-tallyfy-ignored"] != true);
        match properties.get(key) {
            Some(property) if property["x-tallyfy-ignored"] == true => {
                return Err(format!("`{place}{dot}{key}` does nothing: the service drops it"));
            }
            Some(property) => check(property, value, &format!("{place}{dot}{key}"))?,
            None => {
                let known = known.map(|(name, _)| name.as_str()).chain(own.iter().copied());
                return Err(unknown(place, key, known));
            }
        }
    }
    Ok(())
}

fn unknown<'a>(place: &str, key: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    let dot = if place.is_empty() { "" } else { "." };
    let hint = match did_you_mean(key, known.iter().copied()) {
        hint if hint.is_empty() => format!("; there are {}", known.join(", ")),
        hint => hint,
    };
    format!("there is no key `{place}{dot}{key}`{hint}")
}

/// Follows references; a lone `allOf` is what it refers to.
fn resolve(mut schema: &'static Value) -> &'static Value {
    loop {
        let reference = schema["$ref"].as_str().and_then(|text| DOCUMENT.pointer(text.strip_prefix('#')?));
        let only = schema["allOf"].get(0).filter(|_| schema["properties"].is_null());
        match reference.or(only) {
            Some(next) => schema = next,
            None => return schema,
        }
    }
}
