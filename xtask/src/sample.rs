//! The smallest value that a schema of the document takes: what is required, and one row in each list. Not here: whether
//! a value is valid; the tests hold samples against the schemas.

use serde_json::{Map, Value, json};

use crate::spec::resolve;

/// Below this depth a list stays empty, so that things which hold each other come to an end.
const DEEPEST: usize = 4;

/// A value for a schema. Keys that the service drops silently are left out: the client cannot send them.
pub fn sample(document: &Value, schema: &Value) -> Value {
    value(document, schema, 0)
}

fn value(document: &Value, schema: &Value, depth: usize) -> Value {
    let node = resolve(document, schema);
    let given = ["enum", "x-extensible-enum"].iter().find_map(|key| node[key].get(0));
    if let Some(given) = node.get("example").or(given) {
        return given.clone();
    }
    if let Some(first) = node["anyOf"].get(0) {
        return value(document, first, depth);
    }
    // How a property adds a description to what it refers to.
    if let Some([only]) = node["allOf"].as_array().map(Vec::as_slice)
        && node["properties"].is_null()
    {
        return value(document, only, depth);
    }
    match node["type"].as_str() {
        Some("array") => {
            let least = node["minItems"].as_u64().unwrap_or_default();
            let count = if depth < DEEPEST { least.max(1) } else { least };
            (0..count).map(|_| value(document, &node["items"], depth + 1)).collect()
        }
        Some("integer") => node.get("minimum").cloned().unwrap_or_else(|| json!(1)),
        Some("number") => json!(1.5),
        Some("boolean") => json!(true),
        Some("string") => json!(text(node)),
        _ if node["properties"].is_object() || node["allOf"].is_array() || node["type"] == "object" => {
            let mut fields = Map::new();
            object(document, node, depth, &mut fields);
            Value::Object(fields)
        }
        _ => json!("7"),
    }
}

/// Adds what an object requires, through `allOf`.
fn object(document: &Value, node: &Value, depth: usize, fields: &mut Map<String, Value>) {
    for part in node["allOf"].as_array().into_iter().flatten() {
        object(document, resolve(document, part), depth, fields);
    }
    for name in node["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        let property = &node["properties"][name];
        if property["x-tallyfy-ignored"] != true {
            fields.insert(name.to_owned(), value(document, property, depth + 1));
        }
    }
}

fn text(node: &Value) -> &'static str {
    match (node["format"].as_str(), node["pattern"].as_str()) {
        (Some("date"), _) => "2026-09-01",
        (Some("date-time"), _) => "2026-09-01T08:00:00Z",
        (Some("tallyfy-date-time"), _) => "2026-09-01 08:00:00",
        (Some("email"), _) => "kim@lund.test",
        (Some("uri"), _) => "https://lund.test/hook",
        (_, Some("^[0-9]{2}-[0-9]{2}$")) => "09-01",
        (_, Some(pattern)) if pattern.starts_with("^#") => "#3366FF",
        _ => "7",
    }
}
