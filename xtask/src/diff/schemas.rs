//! Compares two schemas that stand in the same place. Not here: which places there are (`operations.rs`).

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Class, Diff, Direction, Turn,
    shape::{Openness, Shape, choices, name, reference},
};

/// Limits, and whether a greater number lets less through.
const LIMITS: [(&str, bool); 8] = [
    ("minLength", true),
    ("maxLength", false),
    ("minimum", true),
    ("maximum", false),
    ("minItems", true),
    ("maxItems", false),
    ("minProperties", true),
    ("maxProperties", false),
];
/// Keywords of which any change lets other values through, or makes another type.
const OTHERS: [&str; 7] = [
    "pattern",
    "multipleOf",
    "uniqueItems",
    "x-tallyfy-wire",
    "x-tallyfy-include",
    "x-tallyfy-map",
    "x-tallyfy-envelope",
];

impl Diff<'_> {
    /// Components that no operation uses (payloads of webhooks) are read all the same.
    pub(super) fn unreferenced(&mut self) {
        let (old, new) = (&self.old["components"]["schemas"], &self.new["components"]["schemas"]);
        for (name, node) in old.as_object().into_iter().flatten() {
            if node.get("x-tallyfy-unreferenced").is_none() {
                continue;
            }
            if new.get(name).is_some() {
                self.enqueue(name, name, Direction::Answer);
            } else {
                self.report(Class::Breaking, &format!("schemas/{name}"), Direction::Answer, "is gone");
            }
        }
        for (name, node) in new.as_object().into_iter().flatten() {
            if node.get("x-tallyfy-unreferenced").is_some() && old.get(name).is_none() {
                self.report(Class::Additive, &format!("schemas/{name}"), Direction::Answer, "is new");
            }
        }
    }

    /// Remembers a pair of components; `false` when it is known already.
    fn enqueue(&mut self, old: &str, new: &str, direction: Direction) -> bool {
        let fresh = self.seen.insert((old.to_owned(), new.to_owned(), direction));
        if fresh && old == new {
            self.queue.push((old.to_owned(), direction));
        }
        fresh
    }

    /// Compares what two places let through. A component that both name is compared once, under its own name.
    pub(super) fn place(&mut self, place: &str, old: &Value, new: &Value, direction: Direction) {
        match (reference(old), reference(new)) {
            (Some(before), Some(after)) if before == after => {
                let (old, new) = (old["nullable"] == true, new["nullable"] == true);
                self.nullable(place, old, new, direction);
                self.enqueue(before, after, direction);
            }
            (before, after) => {
                let (before, after) = (before.unwrap_or(place), after.unwrap_or(place));
                if before == after || self.enqueue(before, after, direction) {
                    self.renamed(place, old, new, direction);
                    self.schema(place, old, new, direction);
                }
            }
        }
    }

    /// Objects and enums are types of the client, so that their names are part of it.
    fn renamed(&mut self, place: &str, old: &Value, new: &Value, direction: Direction) {
        let (Some(before), Some(after)) = (reference(old), reference(new)) else { return };
        let typed = |document: &Value, node: &Value| {
            let shape = Shape::of(document, node);
            let own = !shape.rest.contains_key("x-tallyfy-envelope");
            own && (!shape.properties.is_empty() || shape.values.is_some())
        };
        if typed(self.old, old) && typed(self.new, new) {
            self.report(
                Class::Breaking,
                place,
                direction,
                format!("the type was called {before}, is {after}"),
            );
        }
    }

    pub(super) fn schema(&mut self, place: &str, old: &Value, new: &Value, direction: Direction) {
        let ((before, null_before), (after, null_after)) = (choices(self.old, old), choices(self.new, new));
        if let ([before], [after]) = (&before[..], &after[..]) {
            return self.shapes(place, before, after, direction);
        }
        self.nullable(place, null_before, null_after, direction);
        let keyed = |document: &Value, nodes: &[Value]| -> BTreeMap<String, Value> {
            nodes.iter().map(|node| (Shape::of(document, node).key(), node.clone())).collect()
        };
        let (before, after) = (keyed(self.old, &before), keyed(self.new, &after));
        for (key, node) in &before {
            match after.get(key) {
                Some(other) => self.place(&format!("{place} as {key}"), node, other, direction),
                None => self.turn(Turn::Tighter, place, direction, format!("may no longer be: {key}")),
            }
        }
        for key in after.keys().filter(|key| !before.contains_key(*key)) {
            self.turn(Turn::Looser, place, direction, format!("may also be: {key}"));
        }
        let mark = |node: &Value, document: &Value| Shape::of(document, node);
        let (old, new) = (mark(old, self.old), mark(new, self.new));
        self.others(place, &old, &new, direction);
    }

    fn shapes(&mut self, place: &str, old_node: &Value, new_node: &Value, direction: Direction) {
        let (old, new) = (Shape::of(self.old, old_node), Shape::of(self.new, new_node));
        self.nullable(place, old.nullable, new.nullable, direction);
        if let Some(turn) = kind(&old, &new) {
            let (before, after) = (name(self.old, old_node), name(self.new, new_node));
            self.turn(turn, place, direction, format!("type was {before}, is {after}"));
            if turn == Turn::Other {
                return;
            }
        }
        self.format(place, &old, &new, direction);
        self.values(place, &old, &new, direction);
        self.limits(place, &old, &new, direction);
        self.others(place, &old, &new, direction);
        self.properties(place, &old, &new, direction);
        if let (Some(before), Some(after)) = (&old.items, &new.items) {
            self.place(&format!("{place}[]"), before, after, direction);
        }
        match (&old.map, &new.map) {
            (Some(before), Some(after)) => self.place(&format!("{place}{{}}"), before, after, direction),
            (Some(_), None) => self.turn(Turn::Other, place, direction, "is no map any more"),
            (None, Some(_)) => self.turn(Turn::Other, place, direction, "is a map now"),
            (None, None) => {}
        }
    }

    fn nullable(&mut self, place: &str, old: bool, new: bool, direction: Direction) {
        match (old, new) {
            (false, true) => self.turn(Turn::Looser, place, direction, "may be null"),
            (true, false) => self.turn(Turn::Tighter, place, direction, "may no longer be null"),
            _ => {}
        }
    }

    fn format(&mut self, place: &str, old: &Shape, new: &Shape, direction: Direction) {
        let shown = |format: &Option<String>| format.clone().unwrap_or_else(|| "none".into());
        // Dates and files are types of their own; `uri` and `email` are words about a text.
        let typed = |shape: &Shape| shape.format.as_deref().is_some_and(|f| f != "uri" && f != "email");
        let turn = match (&old.format, &new.format) {
            (before, after) if before == after => return,
            _ if typed(old) || typed(new) => Turn::Other,
            (None, Some(_)) => Turn::Tighter,
            (Some(_), None) => Turn::Looser,
            _ => Turn::Other,
        };
        let what = format!("format was {}, is {}", shown(&old.format), shown(&new.format));
        self.turn(turn, place, direction, what);
    }

    /// A known value that goes takes its variant along, whichever way it travels.
    fn values(&mut self, place: &str, old: &Shape, new: &Shape, direction: Direction) {
        let ((before, was), (after, is)) = match (&old.values, &new.values) {
            (None, None) => return,
            (Some(before), Some(after)) => (before, after),
            (None, Some(_)) => {
                return self.turn(Turn::Other, place, direction, "has a list of known values now");
            }
            (Some(_), None) => {
                return self.turn(Turn::Other, place, direction, "has no list of known values any more");
            }
        };
        match (was, is) {
            (Openness::Closed, Openness::Open) => {
                self.turn(Turn::Looser, place, direction, "values were closed, are open");
            }
            (Openness::Open, Openness::Closed) => {
                self.turn(Turn::Tighter, place, direction, "values were open, are closed");
            }
            _ => {}
        }
        for value in before.difference(after) {
            self.report(Class::Breaking, place, direction, format!("value `{value}` is gone"));
        }
        let unheard = *was == Openness::Closed && direction == Direction::Answer;
        let class = if unheard { Class::Breaking } else { Class::Additive };
        for value in after.difference(before) {
            self.report(class, place, direction, format!("value `{value}` is new"));
        }
    }

    fn limits(&mut self, place: &str, old: &Shape, new: &Shape, direction: Direction) {
        for (key, tightens) in LIMITS {
            let number = |shape: &Shape| shape.rest.get(key).and_then(Value::as_f64);
            let (turn, what) = match (number(old), number(new)) {
                (Some(before), Some(after)) if before != after => {
                    let tighter = (after > before) == tightens;
                    let turn = if tighter { Turn::Tighter } else { Turn::Looser };
                    (turn, format!("{key} was {before}, is {after}"))
                }
                (None, Some(after)) => (Turn::Tighter, format!("{key} is {after} now")),
                (Some(before), None) => (Turn::Looser, format!("{key} {before} is gone")),
                _ => continue,
            };
            self.turn(turn, place, direction, what);
        }
    }

    fn others(&mut self, place: &str, old: &Shape, new: &Shape, direction: Direction) {
        for key in OTHERS {
            let (before, after) = (old.rest.get(key), new.rest.get(key));
            if before != after {
                let show = |value: Option<&Value>| value.map_or_else(|| "none".into(), Value::to_string);
                let what = format!("{key} was {}, is {}", show(before), show(after));
                self.turn(Turn::Other, place, direction, what);
            }
        }
    }

    fn properties(&mut self, place: &str, old: &Shape, new: &Shape, direction: Direction) {
        for (property, before) in &old.properties {
            let here = format!("{place}.{property}");
            let Some(after) = new.properties.get(property) else {
                self.report(Class::Breaking, &here, direction, "is gone");
                continue;
            };
            match (old.required.contains(property), new.required.contains(property)) {
                (false, true) => self.turn(Turn::Tighter, &here, direction, "is required now"),
                (true, false) => self.turn(Turn::Looser, &here, direction, "is optional now"),
                _ => {}
            }
            self.ignored(&here, before, after, direction);
            self.place(&here, before, after, direction);
        }
        for (property, node) in new.properties.iter().filter(|(name, _)| !old.properties.contains_key(*name))
        {
            let here = format!("{place}.{property}");
            let demanded = direction == Direction::Request && new.required.contains(property);
            let (class, how) = if demanded { (Class::Breaking, "required ") } else { (Class::Additive, "") };
            let what = format!("is new: {how}{}", name(self.new, node));
            self.report(class, &here, direction, what);
        }
    }

    /// What the service drops is not generated, so that it cannot be sent.
    pub(super) fn ignored(&mut self, place: &str, old: &Value, new: &Value, direction: Direction) {
        match (old["x-tallyfy-ignored"] == true, new["x-tallyfy-ignored"] == true) {
            (false, true) => {
                self.report(Class::Breaking, place, direction, "is ignored now, and cannot be sent")
            }
            (true, false) => self.report(Class::Additive, place, direction, "is no longer ignored"),
            _ => {}
        }
    }
}

/// How the type has changed, if it has.
fn kind(old: &Shape, new: &Shape) -> Option<Turn> {
    match (old.kind.as_deref(), new.kind.as_deref()) {
        (before, after) if before == after => None,
        (None, Some(_)) => Some(Turn::Tighter),
        (Some(_), None) => Some(Turn::Looser),
        (Some("integer"), Some("number")) => Some(Turn::Looser),
        (Some("number"), Some("integer")) => Some(Turn::Tighter),
        _ => Some(Turn::Other),
    }
}
