//! The operations that the table is tried on, as the document has them: how each may be repeated, and what it answers.

use std::collections::BTreeSet;

use serde_json::Value;
use tallyfy_gen::operations::OPERATIONS;
use xtask::sample::sample;
use xtask::spec::{self, resolve};

/// What the document says of repeating an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    Safe,
    Unsafe,
    Reconcile,
}

/// What the client makes of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gives {
    /// A value, read from JSON.
    Value,
    /// Bytes, whatever they are.
    Bytes,
    /// Nothing: the body does not matter.
    Nothing,
}

/// One operation.
#[derive(Debug)]
pub struct Subject {
    pub id: &'static str,
    pub class: Class,
    pub gives: Gives,
    /// Nothing is left behind by it.
    pub reads: bool,
    /// After it the object is gone, so that a repeat may find nothing.
    pub removes: bool,
    /// The schema of its body, if it takes one.
    pub takes: Option<Value>,
    /// The schema of its success, if that is JSON.
    pub answers: Option<Value>,
    /// The least that this schema allows.
    pub answer: String,
}

/// Operations without a generated method: the client writes them by hand, and their tests are elsewhere.
pub const BY_HAND: [&str; 4] =
    ["create_application_user_token", "create_token", "upload_asset", "upload_file"];

/// These are DELETE requests, and what they speak of is there as before.
const REOPENING: [&str; 5] =
    ["disable_guest", "disable_user", "reopen_run_prerun", "reopen_run_task", "reopen_task"];

pub fn document() -> Value {
    serde_json::from_str(include_str!("../../../openapi/tallyfy.json")).expect("the bundle is JSON")
}

/// Every operation of the client, but for those by hand.
pub fn all() -> Vec<Subject> {
    let document = document();
    let operations = spec::operations(&document);
    let known = OPERATIONS.iter().map(|operation| operation.id);
    let all = known.filter(|id| !BY_HAND.contains(id)).map(|id| {
        let found = operations.iter().find(|operation| operation.id() == id);
        subject(&document, id, found.expect("an operation of the document"))
    });
    all.collect()
}

fn subject(document: &Value, id: &'static str, operation: &spec::Operation<'_>) -> Subject {
    let content = &resolve(document, &operation.node["responses"]["2XX"])["content"];
    let schema = content["application/json"].get("schema");
    let typed = schema.filter(|schema| resolve(document, schema).get("x-tallyfy-any").is_none());
    let gives = match (typed, content.as_object()) {
        (Some(_), _) => Gives::Value,
        (None, Some(content)) if content.contains_key("application/octet-stream") => Gives::Bytes,
        _ => Gives::Nothing,
    };
    Subject {
        id,
        class: match operation.node["x-tallyfy-repeat"].as_str() {
            Some("safe") => Class::Safe,
            Some("unsafe") => Class::Unsafe,
            Some("reconcile") => Class::Reconcile,
            other => panic!("{id}: no repeat class is called {other:?}"),
        },
        gives,
        reads: operation.method == "get",
        removes: operation.method == "delete" && !REOPENING.contains(&id),
        takes: resolve(document, &operation.node["requestBody"])["content"]["application/json"]
            .get("schema")
            .cloned(),
        answers: schema.cloned(),
        answer: schema.map(|schema| sample(document, schema).to_string()).unwrap_or_default(),
    }
}

#[test]
fn every_operation_of_the_document_is_driven_or_written_by_hand() {
    let document = document();
    let operations = spec::operations(&document);
    let published: BTreeSet<String> = operations.iter().map(spec::Operation::id).collect();
    let driven = all().into_iter().map(|subject| subject.id);
    let covered: BTreeSet<String> = driven.chain(BY_HAND).map(str::to_owned).collect();
    assert_eq!(covered, published);
    assert_eq!(tallyfy_gen::driver::BY_HAND, BY_HAND);
}

#[test]
fn the_operations_that_reopen_by_delete_exist() {
    for id in REOPENING {
        let known = tallyfy_gen::operations::find(id).expect(id);
        assert_eq!(known.method, "DELETE", "{id}");
    }
}
