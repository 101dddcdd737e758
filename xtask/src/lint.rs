//! Rules that the spec fragments must keep, each with a message that says what to do. Here: what concerns the
//! whole document. One operation is judged in `lint/operations.rs`, one schema in `lint/schemas.rs`. Reading
//! and merging is in `spec.rs`; what the generator cannot take is checked on the codegen view in `view.rs`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::spec::{KINDS, METHODS, Problem, Spec, reach::directions};

mod operations;
mod schemas;

use schemas::Place;

/// The vendor extensions there are; a misspelled one would do nothing and say nothing.
const EXTENSIONS: &[&str] = &[
    "x-extensible-enum",
    "x-tallyfy-answer",
    "x-tallyfy-any",
    "x-tallyfy-cap",
    "x-tallyfy-confidence",
    "x-tallyfy-envelope",
    "x-tallyfy-evidence",
    "x-tallyfy-fact",
    "x-tallyfy-ignored",
    "x-tallyfy-include",
    "x-tallyfy-keep",
    "x-tallyfy-keys",
    "x-tallyfy-map",
    "x-tallyfy-removes",
    "x-tallyfy-repeat",
    "x-tallyfy-rich-text",
    "x-tallyfy-secret",
    "x-tallyfy-ui-name",
    "x-tallyfy-unreferenced",
    "x-tallyfy-wire",
];

/// Every problem of the merged spec; empty when it keeps all rules.
pub fn check(spec: &Spec) -> Vec<Problem> {
    let (sent, read) = directions(&spec.document);
    let mut lint = Lint { spec, sent, read, problems: Vec::new() };
    lint.tags();
    lint.path_items();
    lint.spellings();
    for operation in spec.operations() {
        lint.operation(&operation);
    }
    lint.references();
    lint.both_directions();
    lint.components();
    lint.problems
}

struct Lint<'a> {
    spec: &'a Spec,
    /// Schema components that requests reach.
    sent: BTreeSet<String>,
    /// Schema components that answers reach.
    read: BTreeSet<String>,
    problems: Vec<Problem>,
}

impl Lint<'_> {
    /// `owner` decides the file; `place` is shown.
    fn wrong_in(&mut self, owner: &str, place: &str, message: impl Into<String>) {
        let file = self.spec.origin(owner);
        self.problems.push(Problem { file, place: place.into(), message: message.into() });
    }

    fn wrong(&mut self, place: &str, message: impl Into<String>) {
        self.wrong_in(place, place, message);
    }

    fn tags(&mut self) {
        let spec = self.spec;
        let used: BTreeSet<&str> =
            spec.operations().iter().filter_map(|operation| operation.node["tags"][0].as_str()).collect();
        for tag in spec.document["tags"].as_array().into_iter().flatten() {
            let name = tag["name"].as_str().unwrap_or_default();
            let place = format!("tags/{name}");
            for key in ["description", "x-tallyfy-ui-name"] {
                if tag[key].as_str().is_none_or(str::is_empty) {
                    self.wrong(&place, format!("has no `{key}`; every tag carries one"));
                }
            }
            if !used.contains(name) {
                self.wrong(&place, "is used by no operation; remove it");
            }
        }
    }

    /// `/users/{user}` and `/users/{member}/tasks` would be two names for one thing.
    fn path_items(&mut self) {
        let spec = self.spec;
        let mut names: BTreeMap<String, (&str, &str)> = BTreeMap::new();
        for (path, item) in spec.document["paths"].as_object().into_iter().flatten() {
            for key in item.as_object().into_iter().flatten().map(|(key, _)| key) {
                if key != "parameters" && !METHODS.contains(&key.as_str()) {
                    let methods = METHODS.join(", ");
                    self.wrong(path, format!("`{key}` is no method that we read; choose one of {methods}"));
                }
            }
            if METHODS.iter().all(|method| item.get(method).is_none()) {
                self.wrong(path, "has no operation; write one, or remove the path");
            }
            let mut before = String::new();
            for part in path.split('/').skip(1) {
                let Some(name) = placeholder(part) else {
                    before = format!("{before}/{part}");
                    continue;
                };
                before += "/{}";
                let (first, known) = *names.entry(before.clone()).or_insert((path, name));
                if name != known {
                    self.wrong(
                        path,
                        format!("calls {{{name}}} what {first} calls {{{known}}}; use one of the two"),
                    );
                }
            }
        }
    }

    /// `per_page` here and `perPage` there: one of the two is ignored by the service, most likely.
    fn spellings(&mut self) {
        let spec = self.spec;
        let mut known: BTreeMap<String, (String, &str)> = BTreeMap::new();
        for operation in spec.operations() {
            for parameter in operation.parameters(&spec.document) {
                let name = parameter["name"].as_str().unwrap_or_default();
                let bare = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
                let entry = known.entry(bare.to_ascii_lowercase()).or_insert((operation.id(), name));
                if entry.1 != name {
                    let message = format!(
                        "parameter `{name}` is spelled `{}` in {}; use one spelling",
                        entry.1, entry.0
                    );
                    self.wrong_in(operation.path, &operation.id(), message);
                }
            }
        }
    }

    fn references(&mut self) {
        let spec = self.spec;
        let mut used = BTreeSet::new();
        for (path, item) in spec.document["paths"].as_object().into_iter().flatten() {
            self.follow(path, item);
            reach_components(&spec.document, item, &mut used);
        }
        for (place, item) in components(&spec.document) {
            self.follow(&place, item);
            if item["x-tallyfy-unreferenced"].is_string() {
                used.insert(place);
                reach_components(&spec.document, item, &mut used);
            }
        }
        for (place, _) in components(&spec.document) {
            if !used.contains(&place) {
                self.wrong(&place, "is used nowhere; remove it");
            }
        }
    }

    fn follow(&mut self, place: &str, node: &Value) {
        let (mut references, mut extensions) = (Vec::new(), Vec::new());
        collect(node, false, &mut references, &mut extensions);
        for reference in references {
            if component(&self.spec.document, reference).is_none() {
                self.wrong(place, format!("$ref {reference} points to nothing; define it or mend the name"));
            }
        }
        for extension in extensions {
            if !EXTENSIONS.contains(&extension) {
                self.wrong(
                    place,
                    format!("`{extension}` is no extension of ours; mend the name or remove it"),
                );
            }
        }
    }

    /// What is optional in a request is not in an answer, so one schema cannot serve both. And what the
    /// service refuses in a request today it may send tomorrow.
    fn both_directions(&mut self) {
        let spec = self.spec;
        let schema = |name: &String| &spec.document["components"]["schemas"][name.as_str()];
        let (sent, read) = (self.sent.clone(), self.read.clone());
        for name in sent.intersection(&read) {
            if schema(name)["properties"].is_object() || schema(name)["allOf"].is_array() {
                self.wrong(
                    &format!("schemas/{name}"),
                    "is used in requests and in answers; make a second component (`...Input`) for requests",
                );
            }
        }
        for name in read.iter().filter(|name| schema(name)["enum"].is_array()) {
            self.wrong(
                &format!("schemas/{name}"),
                "is a closed enum in an answer, where a new value would break reading; use \
                 `x-extensible-enum`",
            );
        }
    }

    fn components(&mut self) {
        let spec = self.spec;
        for (owner, item) in components(&spec.document) {
            match owner.split_once('/') {
                Some(("schemas", name)) => {
                    let place = Place {
                        owner: &owner,
                        shown: owner.clone(),
                        sent: self.sent.contains(name),
                        read: self.read.contains(name),
                    };
                    self.named_schema(&place, item);
                }
                Some(("parameters", _)) => self.parameter(&Place::sent(&owner, &owner), item),
                Some(("responses", _)) => self.content(&Place::read(&owner, &owner), item),
                _ => self.content(&Place::sent(&owner, &owner), item),
            }
        }
    }
}

/// Adds `kind/Name` of every component that a node reaches.
fn reach_components(document: &Value, node: &Value, found: &mut BTreeSet<String>) {
    let mut references = Vec::new();
    collect(node, false, &mut references, &mut Vec::new());
    for reference in references {
        if let Some((place, target)) = component(document, reference)
            && found.insert(place)
        {
            reach_components(document, target, found);
        }
    }
}

/// `kind/Name` and the component behind a reference.
fn component<'a>(document: &'a Value, reference: &str) -> Option<(String, &'a Value)> {
    let place = reference.strip_prefix("#/components/")?;
    let (kind, name) = place.split_once('/')?;
    Some((place.to_owned(), document["components"][kind].get(name)?))
}

/// Every component as `kind/Name`; security schemes apart, which are named in another way.
fn components(document: &Value) -> impl Iterator<Item = (String, &Value)> {
    KINDS.iter().filter(|kind| **kind != "securitySchemes").flat_map(move |kind| {
        let items = document["components"][*kind].as_object().into_iter().flatten();
        items.map(move |(name, item)| (format!("{kind}/{name}"), item))
    })
}

/// References and vendor extensions below a node. The keys of `properties` and of examples are data.
fn collect<'v>(node: &'v Value, data: bool, references: &mut Vec<&'v str>, extensions: &mut Vec<&'v str>) {
    match node {
        Value::Object(object) => {
            for (key, child) in object {
                match (key.as_str(), child.as_str()) {
                    ("$ref", Some(reference)) => references.push(reference),
                    ("example", _) if !data => {}
                    (key, _) => {
                        if key.starts_with("x-") && !data {
                            extensions.push(key);
                        }
                        collect(child, key == "properties" && !data, references, extensions);
                    }
                }
            }
        }
        Value::Array(items) => {
            items.iter().for_each(|child| collect(child, false, references, extensions));
        }
        _ => {}
    }
}

/// `run` of `{run}`.
fn placeholder(part: &str) -> Option<&str> {
    part.strip_prefix('{')?.strip_suffix('}')
}
