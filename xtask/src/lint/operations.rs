//! Lint rules for one operation: its names, its evidence, its parameters, its body and its answers.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Lint, placeholder, schemas::Place};
use crate::{
    names::pascal,
    spec::{Operation, resolve},
};

/// The path parameters there are; one spelling for each thing.
const PATH_PARAMETERS: [&str; 22] = [
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
];

/// Extensions with a fixed choice of values.
const CONFIDENCE: (&str, [&str; 3]) = ("x-tallyfy-confidence", ["high", "medium", "low"]);
const REPEAT: (&str, [&str; 3]) = ("x-tallyfy-repeat", ["safe", "unsafe", "reconcile"]);
/// The hourly caps of the service.
const CAPS: [&str; 2] = ["comments", "guest_invitations"];

impl Lint<'_> {
    pub(super) fn operation(&mut self, operation: &Operation<'_>) {
        self.identity(operation);
        self.evidence(operation);
        self.marks(operation);
        self.path(operation);
        self.parameters(operation);
        self.body(operation);
        self.answers(operation);
    }

    /// All methods of a path lie in one fragment, so the path knows the file even where the id is missing.
    fn wrong_here(&mut self, operation: &Operation<'_>, message: impl Into<String>) {
        self.wrong_in(operation.path, &operation.id(), message);
    }

    fn identity(&mut self, operation: &Operation<'_>) {
        if !operation.id().chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
            self.wrong_here(
                operation,
                "needs an operationId in snake_case: verb and API noun, like list_runs",
            );
        }
        let spec = self.spec;
        let tags = spec.document["tags"].as_array().into_iter().flatten();
        let known: BTreeSet<&str> = tags.filter_map(|tag| tag["name"].as_str()).collect();
        let own = operation.node["tags"].as_array().map_or(&[][..], Vec::as_slice);
        match own.iter().filter_map(Value::as_str).collect::<Vec<_>>()[..] {
            [tag] if known.contains(tag) => {}
            [tag] => self.wrong_here(
                operation,
                format!("tag `{tag}` is not in root.yaml; add it there or use one that is"),
            ),
            _ => self.wrong_here(operation, "needs exactly one tag, the resource's name"),
        }
        let file = spec.origin(operation.path);
        let stem = file.trim_start_matches("openapi/").trim_end_matches(".yaml");
        if !known.contains(stem) {
            self.wrong_here(
                operation,
                "lies in a fragment that is named after no tag; move it to its resource's",
            );
        }
    }

    fn evidence(&mut self, operation: &Operation<'_>) {
        for key in ["summary", "x-tallyfy-fact", "x-tallyfy-ui-name"] {
            if operation.node[key].as_str().is_none_or(str::is_empty) {
                self.wrong_here(operation, format!("has no `{key}`; every operation carries one"));
            }
        }
        let cited = operation.node["x-tallyfy-evidence"].as_array().is_some_and(|list| {
            !list.is_empty() && list.iter().all(|cite| cite.as_str().is_some_and(is_citation))
        });
        if !cited {
            self.wrong_here(
                operation,
                "has no `x-tallyfy-evidence`; list citations like \"docs:...\", see EVIDENCE.md",
            );
        }
        for (key, allowed) in [CONFIDENCE, REPEAT] {
            if !operation.node[key].as_str().is_some_and(|value| allowed.contains(&value)) {
                self.wrong_here(operation, format!("`{key}` must be one of {}", allowed.join(", ")));
            }
        }
    }

    /// Marks that the client acts on; each only where it can mean something.
    fn marks(&mut self, operation: &Operation<'_>) {
        let node = operation.node;
        let good = resolve(&self.spec.document, &node["responses"]["2XX"]);
        let shows_something = good["content"]["application/json"].is_object();
        let marks = [
            (
                "x-tallyfy-answer",
                node["x-tallyfy-answer"] == "optional" && shows_something,
                "`optional`, on an operation whose good answer shows something but may come empty".to_owned(),
            ),
            (
                "x-tallyfy-removes",
                node["x-tallyfy-removes"] == true && operation.method == "delete",
                "`true`, on a DELETE after which the object is gone".to_owned(),
            ),
            (
                "x-tallyfy-cap",
                node["x-tallyfy-cap"].as_str().is_some_and(|cap| CAPS.contains(&cap))
                    && operation.method != "get",
                format!("one of {}, on an operation that creates", CAPS.join(", ")),
            ),
        ];
        for (key, right, wanted) in marks {
            if node.get(key).is_some() && !right {
                self.wrong_here(operation, format!("`{key}` does not fit; it is {wanted}"));
            }
        }
    }

    fn path(&mut self, operation: &Operation<'_>) {
        let in_path: BTreeSet<&str> = operation.path.split('/').filter_map(placeholder).collect();
        for name in in_path.iter().filter(|name| !PATH_PARAMETERS.contains(name)) {
            self.wrong_here(
                operation,
                format!(
                    "path parameter {{{name}}} is no spelling we use; choose one of {}",
                    PATH_PARAMETERS.join(", ")
                ),
            );
        }
        let given: BTreeSet<&str> = operation
            .parameters(&self.spec.document)
            .filter(|parameter| parameter["in"] == "path")
            .filter_map(|parameter| parameter["name"].as_str())
            .collect();
        for name in in_path.difference(&given) {
            self.wrong_here(
                operation,
                format!("{{{name}}} is in the path but not in `parameters`; add a $ref to it"),
            );
        }
        for name in given.difference(&in_path) {
            self.wrong_here(
                operation,
                format!("path parameter `{name}` is given but not in the path; remove it"),
            );
        }
    }

    fn parameters(&mut self, operation: &Operation<'_>) {
        let spec = self.spec;
        let mut names = BTreeSet::new();
        for parameter in operation.parameters(&spec.document) {
            let (name, place) = (&parameter["name"], &parameter["in"]);
            if !names.insert((place.to_string(), name.to_string())) {
                self.wrong_here(operation, format!("parameter {name} in {place} is given twice; keep one"));
            }
        }
        let own = operation.node["parameters"].as_array().into_iter().flatten();
        for parameter in operation.shared.iter().chain(own) {
            let name = parameter["name"].as_str().unwrap_or_default();
            let place = Place::sent(operation.path, &format!("{}.{name}", operation.id()));
            if parameter.get("$ref").is_some() {
                self.siblings(&Place::sent(operation.path, &operation.id()), parameter);
                continue;
            }
            if parameter["in"] == "path" {
                self.wrong_at(
                    &place,
                    format!("is written out; refer to `#/components/parameters/{name}` at the path"),
                );
            }
            self.parameter(&place, parameter);
        }
    }

    /// What holds for a parameter wherever it is written.
    pub(super) fn parameter(&mut self, place: &Place<'_>, node: &Value) {
        match node["in"].as_str().unwrap_or_default() {
            "path" if node["required"] != true => {
                self.wrong_at(place, "needs `required: true`, as all in paths")
            }
            "path" | "query" => {}
            other => self.wrong_at(
                place,
                format!("goes in `{other}`; only path and query are read, the pipeline sets headers"),
            ),
        }
        if node["schema"].is_null() {
            self.wrong_at(place, "has no schema; give it one");
        }
        if node["schema"]["type"] == "array" && (node["style"] != "form" || node["explode"] != false) {
            self.wrong_at(
                place,
                "is a list; write `style: form, explode: false`, lists are sent with commas",
            );
        }
        let (key, allowed) = CONFIDENCE;
        let confidence = &node[key];
        if !confidence.is_null() && !confidence.as_str().is_some_and(|value| allowed.contains(&value)) {
            self.wrong_at(place, format!("`{key}` must be one of {}", allowed.join(", ")));
        }
        self.schema(place, &node["schema"]);
    }

    fn body(&mut self, operation: &Operation<'_>) {
        let node = &operation.node["requestBody"];
        let place = Place::sent(operation.path, &format!("{}.body", operation.id()));
        self.siblings(&place, node);
        for (_, media) in resolve(&self.spec.document, node)["content"].as_object().into_iter().flatten() {
            if !media["schema"].is_null() && media["schema"].get("$ref").is_none() {
                let name = pascal(&operation.id());
                self.wrong_at(&place, format!("is no named component; make it one, like {name}Input"));
            }
        }
        match node["content"].as_object() {
            // The view leaves it out: no method has to choose between two encodings.
            Some(content) if operation.node["x-tallyfy-secret"] == true => self.media(&place, content),
            _ => self.content(&place, node),
        }
    }

    fn answers(&mut self, operation: &Operation<'_>) {
        let spec = self.spec;
        let answers = operation.node["responses"].as_object();
        let good: Vec<&String> =
            answers.into_iter().flatten().map(|(code, _)| code).filter(|c| c.starts_with('2')).collect();
        if good.len() != 1 || good[0] != "2XX" {
            self.wrong_here(
                operation,
                "needs exactly one good answer, written '2XX' (the service drifts between 200 and 201)",
            );
        }
        for (code, answer) in answers.into_iter().flatten() {
            let place = Place::read(operation.path, &format!("{}.{code}", operation.id()));
            let error = code.len() == 3 && code.starts_with(['3', '4', '5']) && code.parse::<u16>().is_ok();
            if !error && !code.starts_with('2') {
                self.wrong_at(&place, "is no status; name those that the sources name, like '404'");
            }
            if resolve(&spec.document, answer)["description"].as_str().is_none_or(str::is_empty) {
                self.wrong_at(&place, "has no `description`; a valid document needs one");
            }
            self.siblings(&place, answer);
            self.content(&place, answer);
        }
    }

    /// The content of a body or an answer that is written here. (A component is judged at its own place.)
    pub(super) fn content(&mut self, place: &Place<'_>, node: &Value) {
        let Some(content) = node["content"].as_object() else { return };
        if content.len() > 1 {
            self.wrong_at(place, "has several media types; keep one");
        }
        self.media(place, content);
    }

    fn media(&mut self, place: &Place<'_>, content: &Map<String, Value>) {
        for (media, body) in content {
            if body["schema"].is_null() {
                self.wrong_at(place, format!("{media} has no schema; refer to one"));
            }
            self.schema(place, &body["schema"]);
        }
    }
}

fn is_citation(text: &str) -> bool {
    text.split_once(':').is_some_and(|(source, what)| {
        !what.trim().is_empty()
            && source.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    })
}
