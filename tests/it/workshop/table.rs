//! What the spec holds, as tables: a reviewer sees one changed line where a fragment changed one field.

use std::{collections::BTreeMap, fmt::Write as _, fs};

use insta::assert_snapshot;
use serde_json::Value;
use syn::{ImplItem, Item, Visibility};
use xtask::{
    spec::{Operation, Spec, operations, schema_name},
    view::View,
};

use super::{mini_spec, mini_with, real_spec, schemas, signature, snapshot};

#[test]
fn operations_are_a_table() {
    let spec = real_spec();
    let mut found = spec.operations();
    found.sort_by_key(Operation::id);
    let mut text = String::new();
    for operation in found {
        let word = |key: &str| operation.node[key].as_str().unwrap_or_default();
        let (repeat, confidence) = (word("x-tallyfy-repeat"), word("x-tallyfy-confidence"));
        let method = operation.method.to_uppercase();
        let _ =
            writeln!(text, "{:45} {method:6} {repeat:9} {confidence:6} {}", operation.id(), operation.path);
    }
    snapshot(None, || assert_snapshot!("workshop_operations", text));
}

#[test]
fn each_fragment_has_a_table_of_its_queries_and_schemas() {
    for (file, text) in tables(&real_spec()) {
        let resource = file.trim_start_matches("openapi/").trim_end_matches(".yaml");
        snapshot(Some(resource), || assert_snapshot!("workshop_schemas", text));
    }
}

#[test]
fn one_changed_field_is_one_changed_line() {
    let field = ("message: {type: string}", "message: {type: integer}");
    let before = tables(&mini_spec());
    let after = tables(&Spec::merge(&mini_with(&[field])).expect("the change merges"));
    let (before, after) = (&before["openapi/things.yaml"], &after["openapi/things.yaml"]);
    let lines = before.lines().zip(after.lines()).filter(|(one, other)| one != other);
    assert_eq!(lines.collect::<Vec<_>>(), [("  message: string", "  message: integer")]);
    assert_eq!(before.lines().count(), after.lines().count());
}

/// The table of each fragment that has one.
fn tables(spec: &Spec) -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for operation in operations(&spec.document) {
        let text = files.entry(spec.origin(operation.path)).or_default();
        queries(spec, &operation, text);
    }
    for (name, schema) in schemas(&spec.document) {
        let text = files.entry(spec.origin(&format!("schemas/{name}"))).or_default();
        component(name, schema, text);
    }
    files.retain(|_, text| !text.is_empty());
    files
}

fn queries(spec: &Spec, operation: &Operation<'_>, text: &mut String) {
    let own = operation.parameters(&spec.document).filter(|parameter| parameter["in"] == "query");
    for (at, parameter) in own.enumerate() {
        if at == 0 {
            let _ = writeln!(text, "{}?", operation.id());
        }
        let name = parameter["name"].as_str().unwrap_or_default();
        let required = if parameter["required"] == true { ", required" } else { "" };
        let low = if parameter["x-tallyfy-confidence"] == "low" { ", low confidence" } else { "" };
        let _ = writeln!(text, "  {name}: {}{required}{low}", shape(&parameter["schema"]));
    }
}

fn component(name: &str, schema: &Value, text: &mut String) {
    for (key, kind) in [("enum", "closed"), ("x-extensible-enum", "open")] {
        if let Some(values) = schema[key].as_array() {
            let values: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
            let _ = writeln!(text, "{name}: {kind} {}", values.join(" | "));
            return;
        }
    }
    let marks: String = ["envelope", "include", "map", "wire"]
        .iter()
        .filter(|mark| schema.get(format!("x-tallyfy-{mark}")).is_some())
        .map(|mark| format!(" ({mark})"))
        .collect();
    if schema["properties"].is_null() {
        let _ = writeln!(text, "{name}{marks}: {}", shape(schema));
        return;
    }
    let _ = writeln!(text, "{name}{marks}");
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (property, node) in schema["properties"].as_object().into_iter().flatten() {
        let needed = if required.contains(&property.as_str()) { ", required" } else { "" };
        let ignored = if node["x-tallyfy-ignored"] == true { ", ignored" } else { "" };
        let _ = writeln!(text, "  {property}: {}{needed}{ignored}", shape(node));
    }
}

/// A schema in a few words.
fn shape(node: &Value) -> String {
    let nullable = if node["nullable"] == true { ", nullable" } else { "" };
    format!("{}{nullable}", bare(node))
}

fn bare(node: &Value) -> String {
    if let Some(name) = schema_name(node) {
        return name.to_owned();
    }
    let parts = |key: &str| node[key].as_array().map(|parts| parts.iter().map(shape).collect::<Vec<_>>());
    if let Some(parts) = parts("allOf") {
        return parts.join(" & ");
    }
    if let Some(parts) = parts("anyOf").or_else(|| parts("oneOf")) {
        return parts.join(" | ");
    }
    match node["type"].as_str() {
        Some("array") if node["maxItems"] == 0 => "[]".into(),
        Some("array") => format!("[{}]", shape(&node["items"])),
        Some("object") if node["additionalProperties"].is_object() => {
            format!("{{*: {}}}", shape(&node["additionalProperties"]))
        }
        Some("object") => {
            let properties = node["properties"].as_object().into_iter().flatten();
            let inner: Vec<String> =
                properties.map(|(name, property)| format!("{name}: {}", shape(property))).collect();
            format!("{{{}}}", inner.join("; "))
        }
        Some(kind) => {
            node["format"].as_str().map_or_else(|| kind.to_owned(), |format| format!("{kind} {format}"))
        }
        None => "any".into(),
    }
}

#[test]
fn generated_methods_are_a_table() {
    let path = xtask::root().join("tallyfy-gen/src/generated.rs");
    let file = syn::parse_file(&fs::read_to_string(path).expect("it is there")).expect("it is Rust");
    let mut lines = Vec::new();
    for item in &file.items {
        let Item::Impl(node) = item else { continue };
        if node.trait_.is_some() || signature::short(&node.self_ty) != "Client" {
            continue;
        }
        for function in &node.items {
            match function {
                ImplItem::Fn(function) if matches!(function.vis, Visibility::Public(_)) => {
                    // What every call shares says nothing here.
                    let line = signature::line(&function.sig);
                    lines.push(line.replace("Result<ResponseValue<", "").replace(">, Error<()>>", ""));
                }
                _ => {}
            }
        }
    }
    lines.sort();
    snapshot(None, || assert_snapshot!("workshop_methods", lines.join("\n")));
}

#[test]
fn operations_that_are_written_by_hand_are_these() {
    let left = View::of(&real_spec().document).left_out;
    let left: Vec<(&str, &str)> = left.iter().map(|(id, why)| (id.as_str(), *why)).collect();
    let expected = [
        ("create_application_user_token", "carries secrets"),
        ("create_token", "carries secrets"),
        ("upload_asset", "multipart body"),
        ("upload_file", "multipart body"),
    ];
    assert_eq!(left, expected);
}
