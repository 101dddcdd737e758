//! One schema, one level deep, in a form that can be compared: `allOf` merged, choices spread, marks apart.
//! Not here: what a difference means.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::spec::{resolve, schema_name};

/// A schema without references on its own level.
#[derive(Debug, Clone, Default)]
pub struct Shape {
    /// `string`, `object`, ...; `None` is anything.
    pub kind: Option<String>,
    /// Whether null is let through.
    pub nullable: bool,
    /// `date-time` and the like.
    pub format: Option<String>,
    /// Known values, and whether others are let through too.
    pub values: Option<(BTreeSet<String>, Openness)>,
    /// Properties of an object.
    pub properties: BTreeMap<String, Value>,
    /// Properties that must be there.
    pub required: BTreeSet<String>,
    /// Elements of a list.
    pub items: Option<Value>,
    /// Values of a map.
    pub map: Option<Value>,
    /// Everything else that a comparison reads: limits and marks of ours.
    pub rest: Map<String, Value>,
}

/// Whether a list of values is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Openness {
    /// `enum`.
    Closed,
    /// `x-extensible-enum`.
    Open,
}

/// A schema that is its own part would never end; nobody means more than a few levels.
const DEEP: usize = 8;

/// The choices of a schema: its `anyOf` or `oneOf` branches, or itself alone. With it, whether null is let through.
pub fn choices(document: &Value, node: &Value) -> (Vec<Value>, bool) {
    let (mut found, mut nullable) = (Vec::new(), false);
    spread(document, node, 0, &mut found, &mut nullable);
    (found, nullable)
}

fn spread(document: &Value, node: &Value, depth: usize, found: &mut Vec<Value>, nullable: &mut bool) {
    let whole = resolve(document, node);
    *nullable |= whole["nullable"] == true;
    let mut branches =
        ["anyOf", "oneOf"].iter().filter_map(|key| whole[*key].as_array()).flatten().peekable();
    if branches.peek().is_none() {
        found.push(node.clone());
    }
    for branch in branches.filter(|_| depth < DEEP) {
        spread(document, branch, depth + 1, found, nullable);
    }
}

impl Shape {
    /// The shape of a schema that is no choice.
    pub fn of(document: &Value, node: &Value) -> Self {
        let mut shape = Self::default();
        shape.add(document, node, 0);
        if shape.kind.is_none() && (!shape.properties.is_empty() || shape.map.is_some()) {
            shape.kind = Some("object".into());
        }
        shape
    }

    fn add(&mut self, document: &Value, node: &Value, depth: usize) {
        let node = resolve(document, node);
        for part in node["allOf"].as_array().into_iter().flatten().filter(|_| depth < DEEP) {
            self.add(document, part, depth + 1);
        }
        for (key, value) in node.as_object().into_iter().flatten() {
            match (key.as_str(), value) {
                ("allOf" | "anyOf" | "oneOf" | "description" | "example" | "title" | "summary", _) => {}
                ("type", Value::String(kind)) => self.kind = Some(kind.clone()),
                ("type", Value::Array(kinds)) => self.kinds(kinds),
                ("nullable", Value::Bool(null)) => self.nullable = *null,
                ("format", Value::String(format)) => self.format = Some(format.clone()),
                ("enum", Value::Array(values)) => self.values = Some((words(values), Openness::Closed)),
                ("x-extensible-enum", Value::Array(values)) => {
                    self.values = Some((words(values), Openness::Open));
                }
                ("properties", Value::Object(more)) => {
                    self.properties.extend(more.iter().map(|(name, node)| (name.clone(), node.clone())));
                }
                ("required", Value::Array(more)) => self.required.extend(words(more)),
                ("items", items) => self.items = Some(items.clone()),
                ("additionalProperties", Value::Object(_)) => self.map = Some(value.clone()),
                _ => {
                    self.rest.insert(key.clone(), value.clone());
                }
            }
        }
    }

    /// OpenAPI 3.1 writes null as a type.
    fn kinds(&mut self, kinds: &[Value]) {
        self.nullable |= kinds.iter().any(|kind| kind == "null");
        let mut rest = kinds.iter().filter_map(Value::as_str).filter(|kind| *kind != "null");
        self.kind = match (rest.next(), rest.next()) {
            (Some(only), None) => Some(only.to_owned()),
            _ => None,
        };
    }

    /// What tells this choice from its neighbours.
    pub fn key(&self) -> String {
        let kind = self.kind.as_deref().unwrap_or("anything");
        if self.properties.contains_key("data") { format!("wrapped {kind}") } else { kind.to_owned() }
    }
}

/// The component that a place names, bare or as `allOf: [$ref]`, which is how a reference becomes nullable.
pub fn reference(node: &Value) -> Option<&str> {
    match node["allOf"].as_array().map(Vec::as_slice) {
        Some([only]) if node.get("properties").is_none() => schema_name(only),
        _ => schema_name(node),
    }
}

/// A short name for a schema: the component's, or its type.
pub fn name(document: &Value, node: &Value) -> String {
    if let Some(name) = schema_name(node) {
        return name.to_owned();
    }
    let shape = Shape::of(document, node);
    match (&shape.items, &shape.format) {
        (Some(items), _) => format!("array of {}", name(document, items)),
        (_, Some(format)) => format!("{} ({format})", shape.key()),
        _ => shape.key(),
    }
}

fn words(values: &[Value]) -> BTreeSet<String> {
    let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    values.iter().filter(|value| !value.is_null()).map(word).collect()
}
