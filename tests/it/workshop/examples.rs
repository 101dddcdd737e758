//! Every example in the published document fits its schema, and every entity has one.

use std::collections::BTreeSet;

use jsonschema::{Draft, Registry};
use serde_json::{Map, Value, json};

use super::{mini_spec, real_spec, schemas};

/// Where the converted document stands for references.
const DOCUMENT: &str = "https://example.com/openapi.json";

/// An example: where it stands, the schema it must fit, and itself.
type Example<'a> = (String, &'a Value, &'a Value);

/// Every example of a document: at schemas at any depth, at parameters, and at bodies and answers.
fn examples(document: &Value) -> Vec<Example<'_>> {
    let mut found = Vec::new();
    walk("", document, &mut found);
    found
}

fn walk<'a>(place: &str, node: &'a Value, found: &mut Vec<Example<'a>>) {
    if let Some(example) = node.get("example") {
        // Beside a media type or a parameter the schema is a level below.
        found.push((place.to_owned(), node.get("schema").unwrap_or(node), example));
    }
    match node {
        Value::Object(object) => {
            for (key, child) in object.iter().filter(|(key, _)| *key != "example") {
                match child {
                    // The keys of `properties` are names; one may be called `example`.
                    Value::Object(properties) if key == "properties" => {
                        for (name, property) in properties {
                            walk(&format!("{place}/{name}"), property, found);
                        }
                    }
                    _ => walk(&format!("{place}/{key}"), child, found),
                }
            }
        }
        Value::Array(items) => {
            for (at, child) in items.iter().enumerate() {
                walk(&format!("{place}/{at}"), child, found);
            }
        }
        _ => {}
    }
}

/// OpenAPI 3.0 to JSON Schema 2020-12: `nullable` becomes a type or a branch, references become absolute.
fn convert(node: &Value) -> Value {
    let Value::Object(object) = node else {
        return match node {
            Value::Array(items) => items.iter().map(convert).collect(),
            _ => node.clone(),
        };
    };
    if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
        return json!({"$ref": format!("{DOCUMENT}{reference}")});
    }
    let mut out = Map::new();
    for (key, child) in object.iter().filter(|(key, _)| *key != "nullable" && *key != "example") {
        let converted = match (key.as_str(), child) {
            ("enum", _) => child.clone(),
            ("properties", Value::Object(all)) => {
                all.iter().map(|(name, property)| (name.clone(), convert(property))).collect()
            }
            _ => convert(child),
        };
        out.insert(key.clone(), converted);
    }
    if object.get("nullable") != Some(&Value::Bool(true)) {
        return Value::Object(out);
    }
    if let Some(values) = out.get_mut("enum").and_then(Value::as_array_mut) {
        values.push(Value::Null);
    }
    match out.get("type").cloned() {
        Some(Value::String(kind)) => {
            out.insert("type".into(), json!([kind, "null"]));
            Value::Object(out)
        }
        _ => json!({"anyOf": [out, {"type": "null"}]}),
    }
}

/// What does not fit, one line each, with the place of the example and in it.
fn misfits(document: &Value) -> Vec<String> {
    let registry = Registry::new()
        .draft(Draft::Draft202012)
        .add(DOCUMENT, convert(document))
        .and_then(|builder| builder.prepare())
        .expect("the converted document is a resource");
    let mut found = Vec::new();
    for (place, schema, example) in examples(document) {
        let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
        let validator = options.with_registry(&registry).build(&convert(schema)).expect("a schema compiles");
        for error in validator.iter_errors(example) {
            found.push(format!("{place}: {}: {error}", error.instance_path()));
        }
    }
    found
}

#[test]
fn every_example_fits_its_schema() {
    assert_eq!(misfits(&real_spec().document), [""; 0]);
}

/// What an envelope holds is an entity: one reads it, so one wants to see it.
#[test]
fn every_entity_has_an_example() {
    let spec = real_spec();
    let entities: BTreeSet<String> = schemas(&spec.document)
        .filter(|(_, schema)| schema["x-tallyfy-envelope"].is_string())
        .filter_map(|(_, schema)| {
            let data = schema["properties"]["data"].to_string();
            let (_, name) = data.split_once("#/components/schemas/")?;
            name.split_once('"').map(|(name, _)| name.to_owned())
        })
        .collect();
    for known in ["Checklist", "Run", "Task", "Thread", "User", "Organization", "Step"] {
        assert!(entities.contains(known), "{known} is an entity");
    }
    let with_examples = examples(&spec.document);
    for entity in entities {
        let place = format!("/components/schemas/{entity}");
        let count = with_examples.iter().filter(|(at, ..)| *at == place).count();
        assert!(count > 0, "{entity} has no example");
    }
}

#[track_caller]
fn planted(pointer: &str, value: Value, expected: &str) {
    let mut document = mini_spec().document;
    assert_eq!(misfits(&document), [""; 0], "the example of the mini spec fits");
    *document.pointer_mut(pointer).expect("the example has this place") = value;
    assert_eq!(misfits(&document), [expected]);
}

#[test]
fn an_example_that_does_not_fit_is_named() {
    let example = "/components/schemas/Thing/example";
    planted(
        &format!("{example}/count"),
        json!("two"),
        "/components/schemas/Thing: /count: \"two\" is not of types \"null\", \"integer\"",
    );
    planted(
        &format!("{example}/created_at"),
        json!("yesterday"),
        "/components/schemas/Thing: /created_at: \"yesterday\" is not a \"date-time\"",
    );
    planted(
        &format!("{example}/title"),
        Value::Null,
        "/components/schemas/Thing: /title: null is not of type \"string\"",
    );
    planted(
        &format!("{example}/values"),
        json!(["a"]),
        "/components/schemas/Thing: /values: [\"a\"] is not valid under any of the schemas listed in the \
         'anyOf' keyword",
    );
}

#[test]
fn null_fits_what_is_nullable() {
    let mut document = mini_spec().document;
    for name in ["count", "created_at", "values"] {
        document["components"]["schemas"]["Thing"]["example"][name] = Value::Null;
    }
    assert_eq!(misfits(&document), [""; 0]);
}
