//! OpenAPI 3.0 schemas turned into JSON Schema 2020-12, once.
//!
//! Not here: which schema belongs to which call (`contract`).

use serde_json::{Map, Value, json};

/// Where the converted document lives for `$ref`.
pub const ROOT: &str = "https://tallyfy.invalid/openapi.json";

/// Keywords whose content is data, not schema.
const DATA: [&str; 4] = ["example", "examples", "default", "enum"];

/// Converts a whole document: every schema in it, wherever it stands.
pub fn convert_document(document: &Value) -> Value {
    let mut converted = document.clone();
    if let Some(schemas) = converted.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        for (name, schema) in schemas.iter_mut() {
            *schema = convert(schema, name.ends_with("Input"));
        }
    }
    converted
}

/// Converts one schema. `closed`: names of the document alone are allowed, as in request bodies, where
/// an unknown key is dropped in silence (templates:api_conventions.writes) and so is a client's mistake.
pub fn convert(schema: &Value, closed: bool) -> Value {
    let Value::Object(map) = schema else { return schema.clone() };
    if let Some(Value::String(reference)) = map.get("$ref") {
        return json!({ "$ref": format!("{ROOT}{reference}") });
    }
    let mut out = Map::new();
    for (key, value) in map {
        if key.starts_with("x-") || key == "nullable" || key == "example" || key == "discriminator" {
            continue;
        }
        out.insert(key.clone(), convert_keyword(key, value));
    }
    numeric_exclusives(&mut out);
    let combined = ["allOf", "anyOf", "oneOf"].iter().any(|key| out.contains_key(*key));
    if closed && out.contains_key("properties") && !combined && !out.contains_key("additionalProperties") {
        out.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    if map.get("nullable") == Some(&Value::Bool(true)) { nullable(out) } else { Value::Object(out) }
}

fn convert_keyword(key: &str, value: &Value) -> Value {
    if DATA.contains(&key) {
        return value.clone();
    }
    match (key, value) {
        ("properties", Value::Object(map)) => {
            Value::Object(map.iter().map(|(name, schema)| (name.clone(), convert(schema, false))).collect())
        }
        ("allOf" | "anyOf" | "oneOf", Value::Array(list)) => {
            Value::Array(list.iter().map(|schema| convert(schema, false)).collect())
        }
        ("items" | "not" | "additionalProperties", schema) => convert(schema, false),
        _ => value.clone(),
    }
}

/// `nullable` becomes a second type, or a second branch where there is no single type.
fn nullable(mut schema: Map<String, Value>) -> Value {
    let combined = ["allOf", "anyOf", "oneOf"].iter().any(|key| schema.contains_key(*key));
    match schema.get("type") {
        Some(Value::String(kind)) if !combined => {
            let both = json!([kind, "null"]);
            schema.insert("type".to_owned(), both);
            if let Some(Value::Array(values)) = schema.get_mut("enum") {
                values.push(Value::Null);
            }
            Value::Object(schema)
        }
        None if !combined && !schema.contains_key("enum") => Value::Object(schema),
        _ => json!({ "anyOf": [Value::Object(schema), { "type": "null" }] }),
    }
}

/// 3.0 has flags beside the limits, 2020-12 has limits of their own.
fn numeric_exclusives(schema: &mut Map<String, Value>) {
    for (flag, limit) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        match schema.get(flag) {
            Some(Value::Bool(true)) => {
                if let Some(value) = schema.remove(limit) {
                    schema.insert(flag.to_owned(), value);
                }
            }
            Some(Value::Bool(false)) => {
                schema.remove(flag);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::convert;

    #[track_caller]
    fn check(schema: Value, expected: Value) {
        assert_eq!(convert(&schema, false), expected);
    }

    #[test]
    fn nullable_becomes_a_type_or_a_branch() {
        check(json!({"type": "string", "nullable": true}), json!({"type": ["string", "null"]}));
        check(
            json!({"type": "string", "enum": ["a"], "nullable": true}),
            json!({"type": ["string", "null"], "enum": ["a", null]}),
        );
        check(
            json!({"allOf": [{"$ref": "#/components/schemas/A"}], "nullable": true}),
            json!({"anyOf": [
                {"allOf": [{"$ref": "https://tallyfy.invalid/openapi.json#/components/schemas/A"}]},
                {"type": "null"},
            ]}),
        );
        check(json!({"nullable": true, "x-tallyfy-any": "why"}), json!({}));
    }

    #[test]
    fn examples_are_left_alone_and_requests_are_closed() {
        check(
            json!({"type": "object", "properties": {"a": {"type": "string", "example": {"$ref": "x"}}}}),
            json!({"type": "object", "properties": {"a": {"type": "string"}}}),
        );
        let closed = convert(&json!({"type": "object", "properties": {"a": {"type": "string"}}}), true);
        assert_eq!(closed["additionalProperties"], json!(false));
    }
}
