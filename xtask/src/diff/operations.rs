//! Compares operations, their parameters, bodies and answers. Not here: what stands in a schema (`schemas.rs`).

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Class, Diff, Direction, Turn};
use crate::spec::{Operation, operations, resolve};

/// `/users/{user}/tasks` -> `/users/{}/tasks`: names of parameters are no part of the wire.
pub fn path_shape(path: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { "{}".to_owned() } else { part.to_owned() };
    path.trim_end_matches('/').split('/').map(part).collect::<Vec<_>>().join("/")
}

impl Diff<'_> {
    pub(super) fn operations(&mut self) {
        let (old, new) = (self.old, self.new);
        let (before, after) = (operations(old), operations(new));
        let key = |operation: &Operation<'_>| (operation.method, path_shape(operation.path));
        let by_place: BTreeMap<_, _> = after.iter().map(|operation| (key(operation), operation)).collect();
        let by_id: BTreeMap<_, _> = after.iter().map(|operation| (operation.id(), operation)).collect();
        let mut matched = Vec::new();
        for operation in &before {
            let id = operation.id();
            let same_place = by_place.get(&key(operation)).copied();
            let Some(other) = same_place.or_else(|| by_id.get(&id).copied()) else {
                let what = format!("is gone ({} {})", operation.method.to_uppercase(), operation.path);
                self.report(Class::Breaking, &id, None, what);
                continue;
            };
            matched.push((other.method, other.path));
            if same_place.is_none() {
                let show = |one: &Operation<'_>| format!("{} {}", one.method.to_uppercase(), one.path);
                let what = format!("was {}, is {}", show(operation), show(other));
                self.report(Class::Breaking, &id, None, what);
            }
            self.operation(operation, other);
        }
        for operation in after.iter().filter(|one| !matched.contains(&(one.method, one.path))) {
            let what = format!("is new ({} {})", operation.method.to_uppercase(), operation.path);
            self.report(Class::Additive, &operation.id(), None, what);
        }
    }

    fn operation(&mut self, old: &Operation<'_>, new: &Operation<'_>) {
        let (before, after) = (old.id(), new.id());
        if before != after {
            let what = format!("is called {after} now: the method of the client has another name");
            self.report(Class::Breaking, &before, None, what);
        }
        for key in ["x-tallyfy-repeat", "x-tallyfy-confidence", "deprecated"] {
            if old.node[key] != new.node[key] {
                let what = format!("{key} was {}, is {}", old.node[key], new.node[key]);
                self.report(Class::Note, &after, None, what);
            }
        }
        match (old.node["x-tallyfy-secret"] == true, new.node["x-tallyfy-secret"] == true) {
            (false, true) => {
                self.report(Class::Breaking, &after, None, "carries secrets now, and is not generated");
            }
            (true, false) => self.report(Class::Additive, &after, None, "is generated now"),
            _ => {}
        }
        self.parameters(&after, old, new);
        self.bodies(&after, &old.node["requestBody"], &new.node["requestBody"]);
        self.answers(&after, &old.node["responses"], &new.node["responses"]);
    }

    fn parameters(&mut self, id: &str, old: &Operation<'_>, new: &Operation<'_>) {
        let named = |operation: &Operation<'_>, document| -> BTreeMap<(String, String), Value> {
            let all = operation.parameters(document);
            let all = all.filter(|parameter| parameter["in"] != "path").map(|parameter| {
                let word = |key: &str| parameter[key].as_str().unwrap_or_default().to_owned();
                ((word("in"), word("name")), parameter.clone())
            });
            all.collect()
        };
        let (before, after) = (named(old, self.old), named(new, self.new));
        for (key, parameter) in &before {
            let place = format!("{id} {}/{}", key.0, key.1);
            match after.get(key) {
                Some(other) => self.parameter(&place, parameter, other),
                None => self.report(Class::Breaking, &place, Direction::Request, "is gone"),
            }
        }
        for (key, parameter) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
            let place = format!("{id} {}/{}", key.0, key.1);
            let (class, what) = if parameter["required"] == true {
                (Class::Breaking, "is new and required")
            } else {
                (Class::Additive, "is new")
            };
            self.report(class, &place, Direction::Request, what);
        }
        let path = |operation: &Operation<'_>, document| -> Vec<Value> {
            let names =
                operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
            let find = |name| operation.parameters(document).find(|one| one["name"] == name);
            names.filter_map(|name| find(name).cloned()).collect()
        };
        for (before, after) in path(old, self.old).iter().zip(path(new, self.new)) {
            let word = |parameter: &Value| parameter["name"].as_str().unwrap_or_default().to_owned();
            let (was, is) = (word(before), word(&after));
            let place = format!("{id} path/{is}");
            if was != is {
                let what = format!("was called {was}; the place is the same");
                self.report(Class::Note, &place, Direction::Request, what);
            }
            self.place(&place, &before["schema"], &after["schema"], Direction::Request);
        }
    }

    fn parameter(&mut self, place: &str, old: &Value, new: &Value) {
        match (old["required"] == true, new["required"] == true) {
            (false, true) => self.turn(Turn::Tighter, place, Direction::Request, "is required now"),
            (true, false) => self.turn(Turn::Looser, place, Direction::Request, "is optional now"),
            _ => {}
        }
        for key in ["style", "explode"] {
            if old[key] != new[key] {
                let what = format!("{key} was {}, is {}", old[key], new[key]);
                self.turn(Turn::Other, place, Direction::Request, what);
            }
        }
        // The view drops parameters of low confidence (rule `drop_ignored`).
        let low = |parameter: &Value| parameter["x-tallyfy-confidence"] == "low";
        match (low(old), low(new)) {
            (false, true) => {
                let what = "is of low confidence now, and cannot be sent";
                self.report(Class::Breaking, place, Direction::Request, what);
            }
            (true, false) => {
                self.report(Class::Additive, place, Direction::Request, "is no longer of low confidence");
            }
            _ => {}
        }
        self.ignored(place, old, new, Direction::Request);
        self.place(place, &old["schema"], &new["schema"], Direction::Request);
    }

    fn bodies(&mut self, id: &str, old: &Value, new: &Value) {
        let place = format!("{id} body");
        let (before, after) = (resolve(self.old, old), resolve(self.new, new));
        match (before.is_object(), after.is_object()) {
            (true, false) => self.report(Class::Breaking, &place, Direction::Request, "is gone"),
            (false, true) => {
                let required = after["required"] == true;
                let (class, what) =
                    if required { (Class::Breaking, "is required now") } else { (Class::Additive, "is new") };
                self.report(class, &place, Direction::Request, what);
            }
            (true, true) => {
                match (before["required"] == true, after["required"] == true) {
                    (false, true) => self.turn(Turn::Tighter, &place, Direction::Request, "is required now"),
                    (true, false) => self.turn(Turn::Looser, &place, Direction::Request, "is optional now"),
                    _ => {}
                }
                self.content(&place, &before["content"], &after["content"], Direction::Request);
            }
            (false, false) => {}
        }
    }

    /// Bodies by media type.
    fn content(&mut self, place: &str, old: &Value, new: &Value, direction: Direction) {
        let none = Map::new();
        let (before, after) = (old.as_object().unwrap_or(&none), new.as_object().unwrap_or(&none));
        for (media, body) in before {
            match after.get(media) {
                Some(other) => self.place(place, &body["schema"], &other["schema"], direction),
                None => self.report(Class::Breaking, place, direction, format!("is no longer {media}")),
            }
        }
        for media in after.keys().filter(|media| !before.contains_key(*media)) {
            self.report(Class::Additive, place, direction, format!("may be {media}"));
        }
    }

    fn answers(&mut self, id: &str, old: &Value, new: &Value) {
        let (before, after) = (by_code(old), by_code(new));
        for (code, answer) in &before {
            let place = if code == "2XX" { format!("{id} answer") } else { format!("{id} answer {code}") };
            let Some(other) = after.get(code) else {
                let class = if code == "2XX" { Class::Breaking } else { Class::Note };
                self.report(class, &place, Direction::Answer, "is no longer documented");
                continue;
            };
            let (answer, other) = (resolve(self.old, answer), resolve(self.new, other));
            self.content(&place, &answer["content"], &other["content"], Direction::Answer);
        }
        for code in after.keys().filter(|code| !before.contains_key(*code)) {
            let place = format!("{id} answer {code}");
            self.report(Class::Note, &place, Direction::Answer, "is documented now");
        }
    }
}

/// Answers by code; every good code is one, since the service drifts between them.
fn by_code(answers: &Value) -> BTreeMap<String, &Value> {
    let mut found = BTreeMap::new();
    for (code, answer) in answers.as_object().into_iter().flatten() {
        let good = code.starts_with('2');
        found.entry(if good { "2XX".into() } else { code.clone() }).or_insert(answer);
    }
    found
}
