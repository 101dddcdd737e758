//! Request fields that may be null: left out, null and a value are three requests. Which those are is the document's; how the
//! rule of the view finds them is in `workshop/view`.

use std::collections::{BTreeMap, BTreeSet};

use quote::ToTokens as _;
use serde_json::{Map, Value, json};
use tallyfy_gen::{driver, types, wire::Nullable};
use tallyfy_sandbox::{Sandbox, seed};
use tallyfy_sdk::{Client, reqwest::Method};
use xtask::{
    codegen,
    sample::sample,
    source,
    spec::{reach, resolve},
};

/// A property of a request that the document marks nullable.
struct Field {
    component: String,
    property: String,
    required: bool,
    schema: Value,
}

/// Found in the published document by its own words, without the view.
fn nullable(document: &Value) -> Vec<Field> {
    let (sent, _) = reach::directions(document);
    let mut found = Vec::new();
    for component in &sent {
        let schema = &document["components"]["schemas"][component.as_str()];
        for (property, node) in schema["properties"].as_object().into_iter().flatten() {
            // An addition to a component that may be null, like a description, leaves it null.
            let held = [node, &node["allOf"][0]].map(|one| resolve(document, one)["nullable"] == true);
            if node["x-tallyfy-ignored"] != true && held.contains(&true) {
                let required =
                    schema["required"].as_array().is_some_and(|all| all.contains(&json!(property)));
                let (component, property, schema) = (component.clone(), property.clone(), node.clone());
                found.push(Field { component, property, required, schema });
            }
        }
    }
    found
}

fn bundle() -> Value {
    source::version(&xtask::root(), source::BUNDLE).expect("the document")
}

/// What goes out when this comes in.
#[track_caller]
fn again(component: &str, body: &Value) -> Value {
    let written = driver::request(component, &body.to_string()).expect("a request type");
    serde_json::from_str(&written.unwrap_or_else(|error| panic!("{component}: {body}: {error}")))
        .expect("JSON")
}

#[test]
fn every_nullable_request_field_keeps_clears_and_sets() {
    let document = bundle();
    let fields = nullable(&document);
    assert!(fields.len() >= 74, "{}", fields.len());
    for Field { component, property, required, schema } in &fields {
        let whole = sample(&document, &json!({"$ref": format!("#/components/schemas/{component}")}));
        let mut body: Map<String, Value> = whole.as_object().expect("an object").clone();
        body.remove(property);
        if !required {
            assert_eq!(again(component, &json!(body)).get(property), None, "{component}.{property}: absent");
        }
        body.insert(property.clone(), Value::Null);
        assert_eq!(
            again(component, &json!(body)).get(property),
            Some(&Value::Null),
            "{component}.{property}: null"
        );
        let value = sample(&document, schema);
        assert!(!value.is_null(), "{component}.{property}: {value}");
        body.insert(property.clone(), value.clone());
        assert_eq!(
            again(component, &json!(body)).get(property),
            Some(&value),
            "{component}.{property}: a value"
        );
    }
}

/// Struct -> field's key on the wire -> its type; and struct -> names of its methods, rows of `clear_setters` included.
#[derive(Default)]
struct Source {
    fields: BTreeMap<String, BTreeMap<String, String>>,
    methods: BTreeMap<String, BTreeSet<String>>,
}

fn source_of_the_types() -> Source {
    let text =
        std::fs::read_to_string(xtask::root().join("tallyfy-gen/src/generated.rs")).expect("the source");
    let mut found = Source::default();
    let file = syn::parse_file(&text).expect("Rust");
    let types = file.items.into_iter().find_map(|item| match item {
        syn::Item::Mod(module) if module.ident == "types" => module.content,
        _ => None,
    });
    for item in types.expect("a module of types").1 {
        match item {
            syn::Item::Struct(node) => {
                let fields = found.fields.entry(node.ident.to_string()).or_default();
                for field in &node.fields {
                    let attributes: String =
                        field.attrs.iter().map(|one| one.to_token_stream().to_string()).collect();
                    let renamed =
                        attributes.split("rename = \"").nth(1).and_then(|rest| rest.split('"').next());
                    let name = field.ident.as_ref().expect("a name").to_string();
                    let ty = field.ty.to_token_stream().to_string().replace(' ', "");
                    fields.insert(renamed.map_or(name, str::to_owned), ty);
                }
            }
            syn::Item::Impl(block) if block.trait_.is_none() => {
                let name = block.self_ty.to_token_stream().to_string();
                let methods = block.items.iter().filter_map(|item| match item {
                    syn::ImplItem::Fn(method) => Some(method.sig.ident.to_string()),
                    _ => None,
                });
                found.methods.entry(name).or_default().extend(methods);
            }
            syn::Item::Macro(rows)
                if rows.mac.path.to_token_stream().to_string().ends_with("clear_setters") =>
            {
                let text = rows.mac.tokens.to_string();
                let (name, rows) = text.split_once('{').expect("a struct and its rows");
                let words = rows.trim_end_matches([' ', '}']).split_whitespace().map(str::to_owned);
                found.methods.entry(name.trim().to_owned()).or_default().extend(words);
            }
            _ => {}
        }
    }
    found
}

#[test]
fn every_nullable_request_field_has_the_type_and_a_method_that_clears_it() {
    let source = source_of_the_types();
    let (_, view, words) = codegen::view(&xtask::root()).expect("the spec is valid");
    let mut rows = 0;
    for Field { component, property, required, .. } in nullable(&bundle()) {
        let ty = &source.fields[view.rust_name(&component)][&property];
        if required {
            // Any JSON has null among its values.
            assert!(
                ty.ends_with("serde_json::Value") || ty.contains("option::Option<"),
                "{component}.{property}: {ty}"
            );
            continue;
        }
        assert!(ty.starts_with("crate::wire::Nullable<"), "{component}.{property}: {ty}");
        let clears = format!("clear_{}", words.field(&component, &property).unwrap_or(&property));
        assert!(source.methods[view.rust_name(&component)].contains(&clears), "{component}: no {clears}");
        rows += 1;
    }
    let three_states =
        source.fields.values().flat_map(BTreeMap::values).filter(|ty| ty.contains("Nullable<")).count();
    assert!(rows >= 64, "found only {rows}");
    assert_eq!(three_states, rows, "a field has three states that the document does not give it");
}

#[test]
fn a_request_reads_as_a_person_writes_it() {
    let kept = types::UpdateFolder::new("Buying");
    let moved = kept.clone().parent_id("f7");
    let cleared = moved.clone().clear_parent_id();
    let literal = types::UpdateFolder { parent_id: Nullable::Clear, ..kept.clone() };
    assert_eq!(cleared, literal);
    for (request, expected) in [
        (kept, json!({"name": "Buying"})),
        (moved, json!({"name": "Buying", "parent_id": "f7"})),
        (cleared, json!({"name": "Buying", "parent_id": null})),
    ] {
        assert_eq!(json!(request), expected);
    }
    let field = types::FieldOptionInput::new(2, "Express");
    assert_eq!(json!(field.clone()), json!({"id": 2, "text": "Express"}));
    assert_eq!(json!(field.clone().clear_value())["value"], Value::Null);
    assert_eq!(json!(field.value(7))["value"], 7);
}

/// platform:update_folder has `parent_id` nullable; a folder without one lies at the top.
#[tokio::test]
async fn a_folder_leaves_its_parent_by_null_alone() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let client =
        Client::builder().base_url(sandbox.base_url()).token(sandbox.token()).build().expect("a client");
    let folders = format!("organizations/{}/folders", seed::ORGANIZATION);
    let send = async |method: Method, path: String, body: Value| -> Value {
        let made: Value = client.raw(method, path).json(&body).decode().await.expect("an answer");
        made["data"].clone()
    };
    let outer = send(Method::POST, folders.clone(), json!(types::CreateFolder::new("Outer"))).await;
    let outer = outer["id"].as_str().expect("an id").to_owned();
    let inner = types::CreateFolder::new("Inner").parent_id(outer.as_str());
    let inner = send(Method::POST, folders.clone(), json!(inner)).await;
    let path = format!("{folders}/{}", inner["id"].as_str().expect("an id"));
    let update = types::UpdateFolder::new("Inner");
    let kept = send(Method::PUT, path.clone(), json!(update.clone())).await;
    assert_eq!(kept["parent_id"], json!(outer));
    let cleared = send(Method::PUT, path, json!(update.clear_parent_id())).await;
    assert_eq!(cleared["parent_id"], Value::Null);
    assert_eq!(sandbox.violations(), []);
}
