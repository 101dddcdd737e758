//! Rules that the spec fragments must keep, each with a message that says what to do. Reading and merging is in
//! `spec.rs`; what the generator cannot take is checked on the codegen view in `view.rs`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::spec::{KINDS, METHODS, Operation, Problem, Spec, resolve, schema_name};

/// The path parameters there are; one spelling for each thing.
const PATH_PARAMETERS: [&str; 23] = [
    "org",
    "checklist",
    "step",
    "capture",
    "prerun",
    "automated_action",
    "run",
    "task",
    "user",
    "guest",
    "group",
    "tag",
    "folder",
    "file",
    "thread",
    "activity",
    "watcher",
    "tag_association",
    "folder_object",
    "custom_field_key",
    "key",
    "email",
    "asset",
];

/// Every problem of the merged spec; empty when it keeps all rules.
pub fn check(spec: &Spec) -> Vec<Problem> {
    let mut lint = Lint { spec, problems: Vec::new() };
    for operation in spec.operations() {
        lint.identity(&operation);
        lint.extensions(&operation);
        lint.path(&operation);
        lint.answers(&operation);
    }
    lint.spellings();
    lint.references();
    lint.directions();
    lint.walk_all();
    lint.problems
}

struct Lint<'a> {
    spec: &'a Spec,
    problems: Vec<Problem>,
}

impl Lint<'_> {
    fn wrong(&mut self, place: &str, message: impl Into<String>) {
        let file = self.spec.origin(place);
        self.problems.push(Problem { file, place: place.into(), message: message.into() });
    }

    fn identity(&mut self, operation: &Operation<'_>) {
        let id = operation.id();
        if !id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
            let message = "needs an operationId in snake_case: verb and API noun, like list_runs";
            self.problems.push(Problem {
                file: self.spec.origin(operation.path),
                place: id,
                message: message.into(),
            });
            return;
        }
        let known: BTreeSet<&str> = self.spec.document["tags"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|tag| tag["name"].as_str())
            .collect();
        let tags: Vec<&str> =
            operation.node["tags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        match tags[..] {
            [tag] if known.contains(tag) => {}
            [tag] => {
                self.wrong(&id, format!("tag `{tag}` is not in root.yaml; add it there or use one that is"))
            }
            _ => self.wrong(&id, "needs exactly one tag, the resource's name"),
        }
        for key in ["summary", "x-tallyfy-fact", "x-tallyfy-ui-name"] {
            if operation.node[key].as_str().is_none_or(str::is_empty) {
                self.wrong(&id, format!("has no `{key}`; every operation carries one"));
            }
        }
    }

    fn extensions(&mut self, operation: &Operation<'_>) {
        let id = operation.id();
        let cited = operation.node["x-tallyfy-evidence"].as_array().is_some_and(|list| {
            !list.is_empty() && list.iter().all(|cite| cite.as_str().is_some_and(is_citation))
        });
        if !cited {
            self.wrong(&id, "has no `x-tallyfy-evidence`; list citations like \"docs:...\", see EVIDENCE.md");
        }
        let choices = [
            ("x-tallyfy-confidence", &["high", "medium", "low"][..]),
            ("x-tallyfy-repeat", &["safe", "unsafe", "reconcile"]),
        ];
        for (key, allowed) in choices {
            if !operation.node[key].as_str().is_some_and(|value| allowed.contains(&value)) {
                self.wrong(&id, format!("`{key}` must be one of {}", allowed.join(", ")));
            }
        }
        let mut names = BTreeSet::new();
        for parameter in operation.parameters(&self.spec.document) {
            let (name, place) = (&parameter["name"], &parameter["in"]);
            if !names.insert((place.to_string(), name.to_string())) {
                self.wrong(&id, format!("parameter {name} in {place} is given twice; keep one"));
            }
        }
    }

    fn path(&mut self, operation: &Operation<'_>) {
        let id = operation.id();
        let in_path: Vec<&str> = placeholders(operation.path).collect();
        for name in &in_path {
            if !PATH_PARAMETERS.contains(name) {
                self.wrong(
                    &id,
                    format!("path parameter {{{name}}} is no spelling we use; see CONTRIBUTING.md"),
                );
            }
        }
        let document = &self.spec.document;
        let given: BTreeSet<&str> = operation
            .parameters(document)
            .filter(|parameter| parameter["in"] == "path")
            .filter_map(|parameter| parameter["name"].as_str())
            .collect();
        let wanted: BTreeSet<&str> = in_path.iter().copied().collect();
        for name in wanted.difference(&given) {
            self.wrong(&id, format!("{{{name}}} is in the path but not in `parameters`; add a $ref to it"));
        }
        for name in given.difference(&wanted) {
            self.wrong(&id, format!("path parameter `{name}` is given but not in the path; remove it"));
        }
    }

    fn answers(&mut self, operation: &Operation<'_>) {
        let id = operation.id();
        let answers = operation.node["responses"].as_object();
        let good: Vec<&String> =
            answers.into_iter().flatten().map(|(code, _)| code).filter(|c| c.starts_with('2')).collect();
        if good.len() != 1 || good[0] != "2XX" {
            self.wrong(
                &id,
                "needs exactly one good answer, written '2XX' (the service drifts between 200 and 201)",
            );
        }
        for (code, answer) in answers.into_iter().flatten() {
            let answer = resolve(&self.spec.document, answer);
            if answer["content"].as_object().is_some_and(|content| content.len() > 1) {
                self.wrong(&id, format!("answer {code} has several media types; keep one"));
            }
        }
        if operation.node["requestBody"]["content"].as_object().is_some_and(|content| content.len() > 1) {
            self.wrong(&id, "body has several media types; keep one");
        }
    }

    /// `/users/{user}` and `/users/{member}` would be one route with two names.
    fn spellings(&mut self) {
        let mut shapes: BTreeMap<String, &str> = BTreeMap::new();
        for path in
            self.spec.document["paths"].as_object().into_iter().flatten().map(|(path, _)| path.as_str())
        {
            let shape = shape(path);
            if let Some(first) = shapes.get(shape.as_str()) {
                self.wrong(
                    path,
                    format!("is the same route as {first} with other parameter names; merge them"),
                );
            }
            shapes.insert(shape, path);
        }
    }

    fn references(&mut self) {
        let mut used = BTreeSet::new();
        let spec = self.spec;
        for (path, item) in spec.document["paths"].as_object().into_iter().flatten() {
            self.follow(path, item, &mut used);
        }
        for kind in KINDS.iter().filter(|kind| **kind != "securitySchemes") {
            for (name, item) in spec.document["components"][*kind].as_object().into_iter().flatten() {
                self.follow(&format!("{kind}/{name}"), item, &mut used);
            }
        }
        for kind in KINDS.iter().filter(|kind| **kind != "securitySchemes") {
            for (name, item) in spec.document["components"][*kind].as_object().into_iter().flatten() {
                let kept = item["x-tallyfy-unreferenced"].is_string();
                if !kept && !used.contains(&format!("{kind}/{name}")) {
                    self.wrong(&format!("{kind}/{name}"), "is used nowhere; remove it");
                }
            }
        }
    }

    fn follow(&mut self, place: &str, node: &Value, used: &mut BTreeSet<String>) {
        let mut found = Vec::new();
        collect_references(node, &mut found);
        for reference in found {
            let target = reference.strip_prefix("#/components/").unwrap_or_default();
            if self.spec.document.pointer(reference.trim_start_matches('#')).is_none() || target.is_empty() {
                self.wrong(place, format!("$ref {reference} points to nothing; define it or mend the name"));
            }
            if target != place {
                used.insert(target.to_owned());
            }
        }
    }

    /// What is optional in a request is not in an answer, so one schema cannot serve both.
    fn directions(&mut self) {
        let (sent, read) = directions(&self.spec.document);
        let spec = self.spec;
        for name in sent.intersection(&read) {
            let schema = &spec.document["components"]["schemas"][name.as_str()];
            if schema["properties"].is_object() || schema["allOf"].is_array() {
                self.wrong(
                    &format!("schemas/{name}"),
                    "is used in requests and in answers; make a second component (`...Input`) for requests",
                );
            }
        }
    }

    fn walk_all(&mut self) {
        let spec = self.spec;
        for (name, schema) in spec.document["components"]["schemas"].as_object().into_iter().flatten() {
            self.schema(&format!("schemas/{name}"), schema, true);
        }
        for operation in spec.operations() {
            let id = operation.id();
            for parameter in operation.parameters(&spec.document) {
                self.schema(&id, &parameter["schema"], false);
            }
            let bodies =
                operation.node["responses"].as_object().into_iter().flatten().map(|(_, answer)| answer);
            for body in bodies.chain([&operation.node["requestBody"]]) {
                for (_, media) in body["content"].as_object().into_iter().flatten() {
                    self.schema(&id, &media["schema"], false);
                }
            }
        }
    }

    fn schema(&mut self, place: &str, node: &Value, top: bool) {
        let Some(object) = node.as_object() else { return };
        if object.contains_key("$ref") {
            if object.len() > 1 {
                self.wrong(place, "has keys beside $ref, which tools drop; use `allOf: [$ref]` or move them");
            }
            return;
        }
        if object.contains_key("enum") && !top {
            self.wrong(place, "has an inline enum; make it a named component");
        }
        if object.contains_key("default") {
            self.wrong(place, "has a `default`, which clients would always send; say it in the description");
        }
        let shaped = ["type", "allOf", "anyOf", "oneOf"].iter().any(|key| object.contains_key(*key));
        let bare_object = node["type"] == "object"
            && !object.contains_key("properties")
            && !object.contains_key("additionalProperties");
        if (!shaped || bare_object) && !object.contains_key("x-tallyfy-any") && !object.is_empty() {
            self.wrong(place, "is untyped; say why and who says so in `x-tallyfy-any`");
        }
        for (name, property) in node["properties"].as_object().into_iter().flatten() {
            let here = format!("{place}.{name}");
            if name == "extra" {
                self.wrong(
                    place,
                    "has a property `extra`, the name under which unknown fields are kept; rename it",
                );
            }
            if property["properties"].is_object() {
                self.wrong(
                    place,
                    format!("property `{name}` is an inline object; make it a named component"),
                );
            }
            self.nested(place, &here, property);
        }
        for key in ["allOf", "anyOf", "oneOf"] {
            for part in node[key].as_array().into_iter().flatten() {
                self.schema(place, part, false);
            }
        }
        self.schema(place, &node["items"], false);
        self.schema(place, &node["additionalProperties"], false);
    }

    /// Problems of a property are reported at its component, named in the message.
    fn nested(&mut self, place: &str, here: &str, property: &Value) {
        let before = self.problems.len();
        self.schema(place, property, false);
        for problem in &mut self.problems[before..] {
            if problem.place == place {
                problem.place = here.to_owned();
            }
        }
    }
}

/// Components reachable from requests (parameters and bodies), and from good and bad answers.
pub fn directions(document: &Value) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut sent, mut read) = (BTreeSet::new(), BTreeSet::new());
    for (_, item) in document["paths"].as_object().into_iter().flatten() {
        for method in METHODS {
            let operation = &item[method];
            reach(document, &operation["requestBody"], &mut sent);
            reach(document, &operation["parameters"], &mut sent);
            reach(document, &operation["responses"], &mut read);
        }
    }
    (sent, read)
}

/// Adds every schema component reachable from a node, through responses and request bodies too.
pub fn reach(document: &Value, node: &Value, found: &mut BTreeSet<String>) {
    match node {
        Value::Object(object) => {
            if let Some(reference) = node["$ref"].as_str() {
                let new = schema_name(node).is_none_or(|name| found.insert(name.to_owned()));
                if new && let Some(target) = document.pointer(reference.trim_start_matches('#')) {
                    reach(document, target, found);
                }
                return;
            }
            object.values().for_each(|child| reach(document, child, found));
        }
        Value::Array(items) => items.iter().for_each(|child| reach(document, child, found)),
        _ => {}
    }
}

fn collect_references<'v>(node: &'v Value, found: &mut Vec<&'v str>) {
    match node {
        Value::Object(object) => {
            for (key, child) in object {
                match (key.as_str(), child.as_str()) {
                    ("$ref", Some(reference)) => found.push(reference),
                    ("example", _) => {}
                    _ => collect_references(child, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|child| collect_references(child, found)),
        _ => {}
    }
}

fn placeholders(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn shape(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect::<Vec<_>>().join("/")
}

fn is_citation(text: &str) -> bool {
    text.split_once(':').is_some_and(|(source, what)| {
        !what.trim().is_empty()
            && source.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    })
}
