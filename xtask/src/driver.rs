//! Renders `tallyfy-gen/src/driver.rs`: from an operation's id to a call of its generated method with the least that it
//! takes, and from a component's name to its request type, for tests over all of them. Not here: what such values are (`sample.rs`), and what the tests expect.

use std::{collections::BTreeMap, fmt::Write as _};

use serde_json::{Map, Value};

use crate::{
    preamble::header,
    sample::sample,
    spec::{self, Operation, resolve},
    view::View,
};

/// The text of the driver: one arm for each method of the generated client.
pub fn render(published: &Value, view: &View) -> String {
    let mut text = header("a call of every generated method, for tests");
    text.push_str(PREAMBLE);
    for id in view.left_out.keys() {
        let _ = writeln!(text, "    {id:?},");
    }
    text.push_str(HEAD);
    let mut rows = BTreeMap::new();
    for operation in spec::operations(published) {
        let id = operation.id();
        if !view.left_out.contains_key(&id) {
            let arguments = arguments(published, view, &operation).join(", ");
            let call = format!("api.{id}({arguments}).await.map(drop)");
            rows.insert(id, call);
        }
    }
    for (id, call) in rows {
        let _ = writeln!(text, "        {id:?} => Box::pin(async move {{ {call} }}),");
    }
    text.push_str("        _ => return None,\n    })\n}\n");
    text.push_str(AGAIN);
    let (sent, _) = view.directions();
    let schemas = &view.document["components"]["schemas"];
    let is_body = |name: &&String| {
        let query = view.queries.values().any(|query| query == *name);
        schemas[name.as_str()].is_object() && !view.replacements.contains_key(*name) && !query
    };
    for name in sent.iter().filter(is_body) {
        let component = view.component(name);
        let _ = writeln!(text, "        {component:?} => again::<crate::types::{name}>(text),");
    }
    text.push_str("        _ => return None,\n    })\n}\n");
    text
}

/// In the order of the generated methods: ids, query, body.
fn arguments(published: &Value, view: &View, operation: &Operation<'_>) -> Vec<String> {
    // Colours begin with a hash sign.
    let given = |value: &Value| format!("&given(r##\"{value}\"##)");
    let mut arguments = vec!["ID".to_owned(); operation.path.matches('{').count()];
    if view.queries.contains_key(&operation.id()) {
        let required =
            operation.parameters(published).filter(|one| one["in"] == "query" && one["required"] == true);
        let query: Map<String, Value> = required
            .filter_map(|one| Some((one["name"].as_str()?.to_owned(), parameter(published, &one["schema"]))))
            .collect();
        arguments.push(given(&query.into()));
    }
    let body = resolve(published, &operation.node["requestBody"]);
    if let Some(schema) = body["content"]["application/json"].get("schema") {
        arguments.push(given(&sample(published, schema)));
    }
    arguments
}

/// In a query a list is one text with commas.
fn parameter(published: &Value, schema: &Value) -> Value {
    match sample(published, schema) {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",").into(),
        value => value,
    }
}

const PREAMBLE: &str = r#"use std::future::Future;
use std::pin::Pin;

use progenitor_client::Error;
use serde::de::DeserializeOwned;

use crate::Client;

/// A call under way, whose value is forgotten once it was read.
pub type Driven = Pin<Box<dyn Future<Output = Result<(), Error<()>>> + Send>>;

/// Stands in every path.
const ID: &str = "7";

fn given<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).expect("made from the same document as the type")
}

/// Operations that have no generated method, because people write them by hand.
pub const BY_HAND: &[&str] = &[
"#;

const HEAD: &str = r#"];

/// Calls the generated method of an operation, with ids and with what its query and body require. `None` when it has none.
pub fn drive(operation: &str, api: Client) -> Option<Driven> {
    Some(match operation {
"#;

const AGAIN: &str = r#"
fn again<T: DeserializeOwned + serde::Serialize>(text: &str) -> serde_json::Result<String> {
    serde_json::to_string(&serde_json::from_str::<T>(text)?)
}

/// Reads a request as the type of its component, and writes it again. `None` when no type stands for it.
pub fn request(component: &str, text: &str) -> Option<serde_json::Result<String>> {
    Some(match component {
"#;
