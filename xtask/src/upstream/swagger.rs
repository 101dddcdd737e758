//! A Swagger 2.0 document as an OpenAPI 3 one, as far as a comparison reads it. Not here: the comparison.

use serde_json::{Map, Value, json};

use crate::spec::METHODS;

/// Keys of a parameter that are the parameter's own; all others belong to its schema.
const OWN: [&str; 6] = ["name", "in", "description", "required", "collectionFormat", "allowEmptyValue"];

/// Converts a whole document.
pub fn convert(document: &Value) -> Value {
    let mut paths = Map::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        let shared = parameters(document, &item["parameters"]);
        let mut converted = Map::new();
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                converted.insert(method.into(), convert_operation(document, operation, &shared));
            }
        }
        paths.insert(path.clone(), Value::Object(converted));
    }
    let mut schemas = Map::new();
    for (name, schema) in document["definitions"].as_object().into_iter().flatten() {
        schemas.insert(name.clone(), convert_schema(schema));
    }
    json!({
        "openapi": "3.0.3",
        "info": document["info"],
        "servers": servers(document),
        "paths": paths,
        "components": {"schemas": schemas},
    })
}

fn servers(document: &Value) -> Value {
    let text = |key: &str| document[key].as_str().unwrap_or_default().trim_end_matches('/').to_owned();
    json!([{"url": format!("https://{}{}", text("host"), text("basePath"))}])
}

/// Parameters with references followed: a shared one may turn out to be the body.
fn parameters(document: &Value, list: &Value) -> Vec<Value> {
    let follow = |node: &Value| {
        let target = node["$ref"].as_str().and_then(|to| document.pointer(to.trim_start_matches('#')));
        target.unwrap_or(node).clone()
    };
    list.as_array().into_iter().flatten().map(follow).collect()
}

fn convert_operation(document: &Value, operation: &Value, shared: &[Value]) -> Value {
    let own = parameters(document, &operation["parameters"]);
    let overridden = |one: &&Value| !own.iter().any(|o| o["name"] == one["name"] && o["in"] == one["in"]);
    let all: Vec<Value> = shared.iter().filter(overridden).chain(&own).cloned().collect();
    let mut converted = json!({"parameters": [], "responses": answers(document, &operation["responses"])});
    for key in ["operationId", "summary", "tags", "deprecated"] {
        if let Some(value) = operation.get(key) {
            converted[key] = value.clone();
        }
    }
    let kept = all.iter().filter(|one| one["in"] != "body" && one["in"] != "formData").map(parameter);
    converted["parameters"] = kept.collect();
    if let Some(body) = body(&all) {
        converted["requestBody"] = body;
    }
    converted
}

fn parameter(node: &Value) -> Value {
    let mut converted = Map::new();
    for key in ["name", "in", "description", "required"] {
        if let Some(value) = node.get(key) {
            converted.insert(key.into(), value.clone());
        }
    }
    converted.insert("schema".into(), convert_schema(&without(node, &OWN)));
    Value::Object(converted)
}

/// A body, or form fields, which are one object.
fn body(parameters: &[Value]) -> Option<Value> {
    if let Some(body) = parameters.iter().find(|one| one["in"] == "body") {
        let schema = convert_schema(&body["schema"]);
        return Some(
            json!({"required": body["required"], "content": {"application/json": {"schema": schema}}}),
        );
    }
    let form: Vec<&Value> = parameters.iter().filter(|one| one["in"] == "formData").collect();
    if form.is_empty() {
        return None;
    }
    let name = |one: &Value| one["name"].as_str().unwrap_or_default().to_owned();
    let properties: Map<String, Value> =
        form.iter().map(|one| (name(one), convert_schema(&without(one, &OWN)))).collect();
    let required: Vec<String> =
        form.iter().filter(|one| one["required"] == true).map(|one| name(one)).collect();
    let file = form.iter().any(|one| one["type"] == "file");
    let media = if file { "multipart/form-data" } else { "application/x-www-form-urlencoded" };
    let schema = json!({"type": "object", "required": required, "properties": properties});
    Some(json!({"content": {media: {"schema": schema}}}))
}

fn answers(document: &Value, answers: &Value) -> Value {
    let mut converted = Map::new();
    for (code, answer) in answers.as_object().into_iter().flatten() {
        let target = answer["$ref"].as_str().and_then(|to| document.pointer(to.trim_start_matches('#')));
        let answer = target.unwrap_or(answer);
        let mut now = json!({"description": answer["description"]});
        if answer["schema"].is_object() {
            now["content"] = json!({"application/json": {"schema": convert_schema(&answer["schema"])}});
        }
        converted.insert(code.clone(), now);
    }
    Value::Object(converted)
}

/// References lead elsewhere, null has another name, a file is a text.
fn convert_schema(node: &Value) -> Value {
    match node {
        Value::Object(object) => {
            let mut converted = Map::new();
            for (key, value) in object {
                let (key, value) = match (key.as_str(), value) {
                    ("$ref", Value::String(to)) => {
                        ("$ref", json!(to.replacen("#/definitions/", "#/components/schemas/", 1)))
                    }
                    ("x-nullable", value) => ("nullable", value.clone()),
                    ("type", Value::String(kind)) if kind == "file" => {
                        converted.insert("format".into(), json!("binary"));
                        ("type", json!("string"))
                    }
                    ("example" | "default" | "enum", value) => (key.as_str(), value.clone()),
                    // The keys of `properties` are data: a property may be called `type`.
                    ("properties", Value::Object(all)) => {
                        let all = all.iter().map(|(name, schema)| (name.clone(), convert_schema(schema)));
                        ("properties", Value::Object(all.collect()))
                    }
                    (key, value) => (key, convert_schema(value)),
                };
                converted.insert(key.into(), value);
            }
            Value::Object(converted)
        }
        Value::Array(items) => items.iter().map(convert_schema).collect(),
        other => other.clone(),
    }
}

fn without(node: &Value, keys: &[&str]) -> Value {
    let rest = node.as_object().into_iter().flatten().filter(|(key, _)| !keys.contains(&key.as_str()));
    Value::Object(rest.map(|(key, value)| (key.clone(), value.clone())).collect())
}
