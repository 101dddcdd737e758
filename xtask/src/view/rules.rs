//! The rules of the codegen view, one function each. Their order and their reasons stand in `view.rs`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::View;
use crate::{
    names::pascal,
    spec::{operations, resolve, schema_name},
};

pub fn leave_out(view: &mut View) {
    let mut left = BTreeMap::new();
    for operation in operations(&view.document) {
        let multipart = operation.node["requestBody"]["content"].get("multipart/form-data").is_some();
        if multipart {
            left.insert(operation.id(), "multipart body");
        } else if operation.node["x-tallyfy-secret"] == true {
            left.insert(operation.id(), "carries secrets");
        }
    }
    for item in view.document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        let Some(item) = item.as_object_mut() else {
            continue;
        };
        item.retain(|_, node| node["operationId"].as_str().is_none_or(|id| !left.contains_key(id)));
    }
    view.left_out = left;
}

pub fn strip_errors(view: &mut View) {
    view.each_operation(|operation| {
        if let Some(answers) = operation["responses"].as_object_mut() {
            answers.retain(|code, _| code == "2XX");
        }
    });
}

pub fn drop_ignored(view: &mut View) {
    view.each_operation(|operation| {
        if let Some(parameters) = parameters_mut(operation) {
            parameters.retain(|parameter| {
                parameter["x-tallyfy-confidence"] != "low" && parameter["x-tallyfy-ignored"] != true
            });
        }
    });
    for schema in view.schemas().values_mut() {
        if let Some(properties) = child_mut(schema, "properties") {
            properties.retain(|_, property| property["x-tallyfy-ignored"] != true);
        }
    }
}

pub fn useless_answers(view: &mut View) {
    let document = view.document.clone();
    view.each_operation(|operation| {
        let content = &operation["responses"]["2XX"]["content"];
        let schema = resolve(&document, &content["application/json"]["schema"]);
        if schema.get("x-tallyfy-any").is_some()
            && let Some(answer) = operation["responses"]["2XX"].as_object_mut()
        {
            answer.shift_remove("content");
        }
    });
}

pub fn flatten_all_of(view: &mut View) {
    let before = view.document.clone();
    for schema in view.schemas().values_mut() {
        if schema["allOf"].is_array() {
            let mut flat = Map::new();
            merge_all_of(&before, schema, &mut flat);
            *schema = Value::Object(flat);
        }
    }
}

/// Adds what an `allOf` (and the keys beside it) says to one flat object schema.
fn merge_all_of(document: &Value, schema: &Value, flat: &mut Map<String, Value>) {
    for part in schema["allOf"].as_array().into_iter().flatten() {
        merge_all_of(document, resolve(document, part), flat);
    }
    for (key, value) in schema.as_object().into_iter().flatten() {
        match (key.as_str(), value) {
            ("allOf", _) => {}
            ("properties", Value::Object(more)) => {
                let all = flat.entry("properties").or_insert_with(|| json!({}));
                if let Some(all) = all.as_object_mut() {
                    all.extend(more.clone());
                }
            }
            ("required", Value::Array(more)) => {
                let all = flat.entry("required").or_insert_with(|| json!([]));
                if let Some(all) = all.as_array_mut() {
                    all.extend(more.iter().cloned());
                }
            }
            _ => {
                flat.insert(key.clone(), value.clone());
            }
        }
    }
}

/// Remembers what may be null, here where the document still says so; the types are changed in `polish.rs`.
pub fn keep_clear_set(view: &mut View) {
    let (sent, _) = view.directions();
    let before = view.document.clone();
    let mut found = Vec::new();
    for (name, schema) in view.schemas().iter_mut().filter(|(name, _)| sent.contains(*name)) {
        let required = schema["required"].clone();
        for (property, node) in child_mut(schema, "properties").into_iter().flatten() {
            let held = resolve(&before, unwrap_nullable(resolve(&before, node)));
            if ![node, held].iter().any(|one| one["nullable"] == true) {
                continue;
            }
            found.push((name.clone(), property.clone()));
            // The generator would take it for optional: what must be there is made nullable afterwards.
            let must_be_there = required.as_array().is_some_and(|all| all.iter().any(|one| one == property));
            if must_be_there && let Some(node) = node.as_object_mut() {
                node.shift_remove("nullable");
            }
        }
    }
    view.nullable.extend(found);
}

pub fn bare_includes(view: &mut View) {
    let before = view.document.clone();
    let mut boxed = Vec::new();
    for (name, schema) in view.schemas().iter_mut() {
        for (property, node) in child_mut(schema, "properties").into_iter().flatten() {
            let target = resolve(&before, unwrap_nullable(node));
            let form = target["x-tallyfy-include"].as_str();
            if form.is_none() && target["x-tallyfy-map"] != true {
                continue;
            }
            if form == Some("one") {
                boxed.push((name.clone(), property.clone()));
            }
            let mut bare = unwrap_nullable(&target["anyOf"][0]).clone();
            if bare.get("$ref").is_none() {
                bare["nullable"] = json!(true);
            }
            *node = bare;
        }
    }
    view.boxed.extend(boxed);
}

/// `allOf: [X], nullable: true` says X or null: X.
fn unwrap_nullable(node: &Value) -> &Value {
    match node["allOf"].as_array().map(Vec::as_slice) {
        Some([only]) if node["properties"].is_null() => only,
        _ => node,
    }
}

pub fn envelopes(view: &mut View) {
    let mut found = Vec::new();
    for (name, schema) in view.schemas().iter() {
        let Some(kind) = schema["x-tallyfy-envelope"].as_str() else {
            continue;
        };
        let data = unwrap_nullable(&schema["properties"]["data"]);
        let (wire, inner) = if kind == "list" { ("List", &data["items"]) } else { ("Item", data) };
        found.push((name.clone(), wire, inner.clone()));
    }
    for (name, wire, inner) in found {
        let rust = format!("crate::wire::{wire}<{}>", inner_type(view, &inner));
        view.replacements.insert(name, rust);
    }
}

/// The Rust type of what stands inside an envelope or a comma list.
fn inner_type(view: &View, node: &Value) -> String {
    if let Some(name) = schema_name(node) {
        let known = view.replacements.get(name).cloned().or_else(|| replacement(name, view.schema(name)));
        return known.unwrap_or_else(|| format!("crate::types::{name}"));
    }
    match node["type"].as_str() {
        Some("string") => "::std::string::String".into(),
        Some("integer") => "i64".into(),
        Some("number") => "f64".into(),
        Some("boolean") => "bool".into(),
        Some("array") => format!("::std::vec::Vec<{}>", inner_type(view, &node["items"])),
        _ => JSON.into(),
    }
}

fn is_envelope(rust: &str) -> bool {
    rust.starts_with("crate::wire::Item<") || rust.starts_with("crate::wire::List<")
}

const JSON: &str = "::serde_json::Value";
const JSON_OBJECT: &str = "::serde_json::Map<::std::string::String, ::serde_json::Value>";

/// The hand-written type that stands for a component, if one does.
fn replacement(name: &str, schema: &Value) -> Option<String> {
    if let Some(wire) = schema["x-tallyfy-wire"].as_str() {
        return Some(format!("crate::wire::{wire}"));
    }
    if schema["enum"].is_array() || schema["x-extensible-enum"].is_array() {
        return Some(format!("crate::enums::{name}"));
    }
    let any = schema.get("x-tallyfy-any").is_some();
    let free = any && schema["properties"].is_null() && schema["additionalProperties"].is_null();
    match schema["type"].as_str() {
        Some("object") if free => Some(JSON_OBJECT.into()),
        None if free && object_or_empty_list(schema) => Some(JSON_OBJECT.into()),
        None if free => Some(JSON.into()),
        _ => None,
    }
}

/// PHP writes an empty object as `[]`, which readers of objects take.
fn object_or_empty_list(schema: &Value) -> bool {
    match schema["anyOf"].as_array().map(Vec::as_slice) {
        Some([object, list]) => object["type"] == "object" && list["maxItems"] == 0,
        _ => false,
    }
}

pub fn wire_types(view: &mut View) {
    let known: Vec<_> = view
        .schemas()
        .iter()
        .filter_map(|(name, schema)| Some((name.clone(), replacement(name, schema)?)))
        .collect();
    view.replacements.extend(known);
    let dates = [("WireTimestamp", "crate::wire::Timestamp"), ("WireDate", "crate::wire::Date")];
    for (name, rust) in dates {
        view.schemas().insert(name.into(), json!({"type": "string"}));
        view.replacements.insert(name.into(), rust.into());
    }
    let replaced = view.replacements.clone();
    for (name, schema) in view.schemas().iter_mut() {
        if replaced.get(name).is_some_and(|rust| !is_envelope(rust) && !rust.contains("<crate::types::")) {
            // Only its name counts from here on. What wraps a generated type goes on pointing to it.
            *schema = json!({"type": "string"});
        } else {
            wire_schema(schema);
        }
    }
    let mut lists = BTreeMap::new();
    let before = view.clone();
    view.each_operation(|operation| {
        for parameter in parameters_mut(operation).into_iter().flatten() {
            wire_parameter(&before, parameter, &mut lists);
        }
    });
    for (name, rust) in lists {
        view.schemas().insert(name.clone(), json!({"type": "string"}));
        view.replacements.insert(name, rust);
    }
}

/// Dates become references, a nullable reference becomes a plain one (everything optional is an `Option`).
fn wire_schema(node: &mut Value) {
    if let Some(date) = date_type(node) {
        *node = json!({"$ref": format!("#/components/schemas/{date}")});
        return;
    }
    let plain = unwrap_nullable(node).clone();
    if plain.get("$ref").is_some() {
        *node = plain;
        return;
    }
    if node.get("x-tallyfy-any").is_some() && node["type"].is_null() {
        *node = json!({});
        return;
    }
    for property in child_mut(node, "properties").into_iter().flat_map(Map::values_mut) {
        wire_schema(property);
    }
    for key in ["items", "additionalProperties"] {
        if node[key].is_object() {
            wire_schema(&mut node[key]);
        }
    }
}

fn date_type(node: &Value) -> Option<&'static str> {
    match node["format"].as_str()? {
        "date-time" | "tallyfy-any-date-time" | "tallyfy-date-time" => Some("WireTimestamp"),
        "date" => Some("WireDate"),
        _ => None,
    }
}

/// A comma list (`style: form, explode: false`) is one scalar on the wire.
fn wire_parameter(view: &View, parameter: &mut Value, lists: &mut BTreeMap<String, String>) {
    if parameter["in"] != "query" {
        return;
    }
    let schema = &mut parameter["schema"];
    if schema["type"] == "array" {
        let rust = inner_type(view, &schema["items"]);
        let last = rust.rsplit("::").next().unwrap_or(&rust);
        let of = if last == "i64" { "Integer" } else { last };
        let name = format!("CommaListOf{of}");
        lists.insert(name.clone(), format!("crate::wire::CommaList<{rust}>"));
        *schema = json!({"$ref": format!("#/components/schemas/{name}")});
    } else {
        wire_schema(schema);
    }
}

const CONSTRAINTS: [&str; 14] = [
    "default",
    "example",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
];

pub fn strip_constraints(view: &mut View) {
    for schema in view.schemas().values_mut() {
        strip_schema(schema);
    }
    view.each_operation(|operation| {
        for parameter in parameters_mut(operation).into_iter().flatten() {
            strip_schema(&mut parameter["schema"]);
        }
    });
}

fn strip_schema(node: &mut Value) {
    if let Some(object) = node.as_object_mut() {
        let binary = object.get("format").is_some_and(|format| format == "binary");
        object.retain(|key, _| {
            !CONSTRAINTS.contains(&key.as_str())
                && !key.starts_with("x-")
                && (key != "format" || binary)
                && key != "deprecated"
        });
    }
    for property in child_mut(node, "properties").into_iter().flat_map(Map::values_mut) {
        strip_schema(property);
    }
    for key in ["items", "additionalProperties"] {
        if node[key].is_object() {
            strip_schema(&mut node[key]);
        }
    }
}

pub fn open_answers(view: &mut View) {
    let (_, read) = view.directions();
    let replaced = view.replacements.clone();
    for (name, schema) in view.schemas().iter_mut() {
        if !read.contains(name) || replaced.contains_key(name) || schema["type"] != "object" {
            continue;
        }
        let id = schema["properties"].get("id").is_some()
            && schema["required"].as_array().is_some_and(|names| names.iter().any(|name| name == "id"));
        if let Some(object) = schema.as_object_mut() {
            object.shift_remove("required");
            object.insert("additionalProperties".into(), json!({}));
            if id {
                object.insert("required".into(), json!(["id"]));
            }
        }
        make_lists_nullable(schema);
        if id {
            child_mut(&mut schema["properties"], "id").map(|id| id.shift_remove("nullable"));
        }
    }
}

pub fn clearable_lists(view: &mut View) {
    let (sent, _) = view.directions();
    let replaced = view.replacements.clone();
    for (name, schema) in view.schemas().iter_mut() {
        if sent.contains(name) && !replaced.contains_key(name) {
            make_lists_nullable(schema);
        }
    }
}

/// Marks optional arrays and maps nullable: absent, null and empty are then three things.
fn make_lists_nullable(schema: &mut Value) {
    let required = schema["required"].clone();
    let is_required = |name: &str| required.as_array().is_some_and(|all| all.iter().any(|one| one == name));
    for (name, property) in child_mut(schema, "properties").into_iter().flatten() {
        let plural = property["type"] == "array" || property["type"] == "object";
        if plural && !is_required(name) {
            property["nullable"] = json!(true);
        }
    }
}

pub fn fold_queries(view: &mut View) {
    let mut types = BTreeMap::new();
    let mut queries = BTreeMap::new();
    view.each_operation(|operation| {
        let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
        let Some(parameters) = parameters_mut(operation) else {
            return;
        };
        let mut properties = Map::new();
        let mut required = Vec::new();
        for parameter in parameters.iter().filter(|parameter| parameter["in"] == "query") {
            let name = parameter["name"].as_str().unwrap_or_default().to_owned();
            if parameter["required"] == true {
                required.push(json!(name));
            }
            properties.insert(name, parameter["schema"].clone());
        }
        parameters.retain(|parameter| parameter["in"] != "query");
        if properties.is_empty() {
            return;
        }
        let name = format!("{}Query", pascal(&id));
        parameters.push(json!({
            "name": "query", "in": "query", "required": true, "style": "form", "explode": true,
            "description": "Filters, sorting, paging and includes.",
            "schema": {"$ref": format!("#/components/schemas/{name}")},
        }));
        let description = format!("Query parameters of `{id}`.");
        let mut schema = json!({"type": "object", "description": description, "properties": properties});
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        types.insert(name.clone(), schema);
        queries.insert(id, name);
    });
    view.schemas().extend(types);
    view.queries = queries;
}

/// The object under a key, when there is one. (Indexing a mutable value would insert a null.)
fn child_mut<'a>(node: &'a mut Value, key: &str) -> Option<&'a mut Map<String, Value>> {
    node.get_mut(key)?.as_object_mut()
}

fn parameters_mut(operation: &mut Value) -> Option<&mut Vec<Value>> {
    operation.get_mut("parameters")?.as_array_mut()
}
