//! A body beside its schema, step by step: fields and values that the document does not know, and the component that a
//! place belongs to. Not here: whether the schema refuses the value (`schema`).

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Finding, Kind, document::Document};

/// Where a value stands in the document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The innermost component.
    pub component: String,
    /// The way from there: properties with dots, `[]` for elements, `{}` for values of a map.
    pub within: String,
}

impl Place {
    fn enter(&self, node: &Value) -> Self {
        match reference(node) {
            Some(name) => Self { component: name.into(), within: String::new() },
            None => self.clone(),
        }
    }

    fn step(&self, step: &str) -> Self {
        Self { component: self.component.clone(), within: format!("{}{step}", self.within) }
    }
}

/// The component that a node names, bare or as `allOf: [$ref]`.
fn reference(node: &Value) -> Option<&str> {
    let only = match node["allOf"].as_array().map(Vec::as_slice) {
        Some([only]) => only,
        _ => node,
    };
    only["$ref"].as_str()?.strip_prefix("#/components/schemas/")
}

/// What an object schema says of its keys, through `allOf`.
#[derive(Default)]
struct Keys<'a> {
    properties: BTreeMap<&'a str, (&'a Value, Place)>,
    map: Option<&'a Value>,
    /// Whether any key is welcome.
    free: bool,
}

struct Walk<'a> {
    document: &'a Document,
    out: &'a mut Vec<Finding>,
}

/// Adds what the document does not know.
pub fn walk(document: &Document, schema: &Value, body: &Value, out: &mut Vec<Finding>) {
    Walk { document, out }.value(schema, body, &mut String::new(), &Place::default());
}

/// The component, and the way in it, of the value at a pointer.
pub fn place(document: &Document, schema: &Value, body: &Value, pointer: &str) -> Place {
    let (mut node, mut value, mut place) = (schema, body, Place::default());
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        (node, place) = branch(document, node, value, &place);
        value = match value {
            Value::Array(list) => {
                token.parse().ok().and_then(|at: usize| list.get(at)).unwrap_or(&Value::Null)
            }
            other => &other[&token],
        };
        let node_here = document.resolve(node);
        if node_here["items"].is_object() {
            (node, place) = (&node_here["items"], place.step("[]"));
            continue;
        }
        let known = keys(document, node, &place);
        match (known.properties.get(token.as_str()), known.map) {
            (Some((next, owner)), _) => (node, place) = (next, owner.step(&format!(".{token}"))),
            (None, Some(next)) => (node, place) = (next, place.step("{}")),
            (None, None) => return place.step(&format!(".{token}")),
        }
    }
    // The place of a value is where its type is written; the component it names is one step further.
    place
}

/// The branch of a choice that a value belongs to, and where that is written.
fn branch<'a>(document: &'a Document, node: &'a Value, value: &Value, place: &Place) -> (&'a Value, Place) {
    let (mut node, mut place) = (node, place.enter(node));
    for _ in 0..8 {
        let here = document.resolve(node);
        let inner = match here["allOf"].as_array().map(Vec::as_slice) {
            Some([only]) if here.get("properties").is_none() => Some(only),
            _ => choice(document, here, value),
        };
        match inner {
            Some(inner) => {
                place = place.enter(inner);
                node = inner;
            }
            None => return (here, place),
        }
    }
    (node, place)
}

/// Which of the branches a value is meant for: by its kind, and objects by whether they are wrapped.
fn choice<'a>(document: &'a Document, node: &'a Value, value: &Value) -> Option<&'a Value> {
    let branches = node["anyOf"].as_array().or_else(|| node["oneOf"].as_array())?;
    let wrapped = is_wrapped(value);
    let fits = |branch: &&Value| {
        let shape = flat(document, branch);
        let kind = match value {
            Value::Object(_) => "object",
            Value::Array(_) => "array",
            Value::String(_) => "string",
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_f64() => "number",
            Value::Number(_) => "integer",
            Value::Null => "null",
        };
        let same = match shape["type"].as_str() {
            Some(wanted) => wanted == kind || (wanted == "number" && kind == "integer"),
            None => true,
        };
        same && (kind != "object" || shape["properties"].get("data").is_some() == wrapped)
    };
    branches.iter().find(fits).or_else(|| branches.first())
}

/// The node behind references and single `allOf`s.
fn flat<'a>(document: &'a Document, node: &'a Value) -> &'a Value {
    let mut node = document.resolve(node);
    for _ in 0..8 {
        match node["allOf"].as_array().map(Vec::as_slice) {
            Some([only]) if node.get("properties").is_none() => node = document.resolve(only),
            _ => break,
        }
    }
    node
}

fn is_wrapped(value: &Value) -> bool {
    let keys = value.as_object().into_iter().flatten().map(|(key, _)| key.as_str());
    value.get("data").is_some() && keys.into_iter().all(|key| matches!(key, "data" | "meta"))
}

fn keys<'a>(document: &'a Document, node: &'a Value, place: &Place) -> Keys<'a> {
    let mut found = Keys::default();
    collect(document, node, place, 0, &mut found);
    found
}

fn collect<'a>(document: &'a Document, node: &'a Value, place: &Place, depth: usize, out: &mut Keys<'a>) {
    let place = place.enter(node);
    let node = document.resolve(node);
    for part in node["allOf"].as_array().into_iter().flatten().filter(|_| depth < 8) {
        collect(document, part, &place, depth + 1, out);
    }
    for (name, property) in node["properties"].as_object().into_iter().flatten() {
        out.properties.insert(name, (property, place.clone()));
    }
    if node["additionalProperties"].is_object() {
        out.map = Some(&node["additionalProperties"]);
    }
    out.free |= node.get("x-tallyfy-any").is_some();
}

impl Walk<'_> {
    fn report(&mut self, kind: Kind, pointer: &str, what: String) {
        self.out.push(Finding::new(kind, pointer, what));
    }

    fn value(&mut self, node: &Value, value: &Value, pointer: &mut String, place: &Place) {
        let document = self.document;
        self.form(flat(document, node), value, pointer);
        let (here, place) = branch(document, node, value, place);
        match value {
            Value::Object(object) => {
                let known = keys(document, here, &place);
                // A schema that names nothing promises nothing.
                let silent = known.properties.is_empty() && known.map.is_none();
                for (key, inner) in object {
                    let length = pointer.len();
                    pointer.push('/');
                    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                    match (known.properties.get(key.as_str()), known.map) {
                        (Some((next, owner)), _) => {
                            self.value(next, inner, pointer, &owner.step(&format!(".{key}")));
                        }
                        (None, Some(next)) => self.value(next, inner, pointer, &place.step("{}")),
                        (None, None) if silent || known.free => {}
                        (None, None) => {
                            let what = unknown(key, object, &known);
                            self.report(Kind::UnknownField, pointer, what);
                        }
                    }
                    pointer.truncate(length);
                }
            }
            Value::Array(list) if here["items"].is_object() => {
                for (at, inner) in list.iter().enumerate() {
                    let length = pointer.len();
                    pointer.push_str(&format!("/{at}"));
                    self.value(&here["items"], inner, pointer, &place.step("[]"));
                    pointer.truncate(length);
                }
            }
            Value::String(text) => self.known_value(here, text, pointer),
            _ => {}
        }
    }

    fn known_value(&mut self, node: &Value, text: &str, pointer: &str) {
        let Some(values) = node["x-extensible-enum"].as_array() else { return };
        // PHP writes nothing at all as an empty text.
        if !text.is_empty() && !values.iter().any(|value| value == text) {
            self.report(Kind::UnknownValue, pointer, format!("{text:?} is no known value"));
        }
    }

    /// Includes are wrapped in most answers; the bare form is read just as well.
    fn form(&mut self, node: &Value, value: &Value, pointer: &str) {
        if node["x-tallyfy-map"] == true && value.as_array().is_some_and(Vec::is_empty) {
            self.report(Kind::EmptyMap, pointer, "an empty map arrives as []".into());
        }
        let bare = match node["x-tallyfy-include"].as_str() {
            Some("many") => value.is_array(),
            Some(_) => value.is_object() && !is_wrapped(value),
            None => false,
        };
        if bare {
            self.report(Kind::Form, pointer, "the include arrives bare, without `data` around it".into());
        }
    }
}

/// A new field may be an old one under another name: those of the document that are not there and look like it.
fn unknown(key: &str, object: &serde_json::Map<String, Value>, known: &Keys<'_>) -> String {
    let alike = |name: &&&str| {
        let words = |text: &str| text.split('_').map(str::to_owned).collect::<Vec<_>>();
        let (mine, theirs) = (words(key), words(name));
        mine.iter().any(|word| word.len() > 2 && theirs.contains(word))
    };
    let absent = known.properties.keys().filter(|name| !object.contains_key(**name));
    let near: Vec<String> = absent.filter(alike).map(|name| format!("`{name}`")).collect();
    match near.as_slice() {
        [] => "is not in the document".into(),
        near => format!("is not in the document; not there is {}: renamed?", near.join(", ")),
    }
}
