//! Renders `tallyfy-gen/src/vocabulary.rs`: which texts of an answer are words of the service, and which are people's. The
//! recorder of the SDK keeps the first and scrubs the rest. Not here: the enums themselves (`enums.rs`).

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use serde_json::Value;

use crate::{codegen::header, lint::directions, spec::resolve};

/// Names that are words in one place and people's in another: the label of a form field, the state of an address. What is
/// a known value is kept there all the same.
const PEOPLES: [&str; 2] = ["label", "state"];

/// What a property of some answer holds.
#[derive(Default)]
struct Uses {
    words: bool,
    map: bool,
    object: bool,
}

/// The text of the lists.
pub fn render(published: &Value) -> String {
    let schemas = &published["components"]["schemas"];
    let (_, read) = directions(published);
    let mut uses: BTreeMap<&str, Uses> = BTreeMap::new();
    let mut values = BTreeSet::new();
    for name in &read {
        collect(published, &schemas[name], &mut uses);
        values.extend(
            schemas[name]["x-extensible-enum"].as_array().into_iter().flatten().filter_map(Value::as_str),
        );
    }
    let select =
        |keep: fn(&Uses) -> bool| uses.iter().filter(move |(_, one)| keep(one)).map(|(name, _)| *name);
    let mut named: Vec<&str> = uses.keys().copied().chain(["data"]).collect();
    named.sort_unstable();
    let lists: [(&str, &str, Vec<&str>); 4] = [
        (
            "FIELDS",
            "Fields of answers that hold words of the service, sorted.",
            select(|one| one.words).filter(|name| !PEOPLES.contains(name)).collect(),
        ),
        (
            "MAPS",
            "Fields of answers whose keys are made by people or stand for their things, sorted.",
            select(|one| one.map && !one.object).collect(),
        ),
        ("NAMES", "Every field of an answer, sorted.", named),
        ("WORDS", "Every known value of an enum of answers, sorted.", values.into_iter().collect()),
    ];
    let mut text = header("which texts of an answer are words of the service");
    for (name, doc, entries) in lists {
        let _ = writeln!(text, "/// {doc}\npub static {name}: &[&str] = &[");
        for entry in entries {
            let _ = writeln!(text, "    {entry:?},");
        }
        text.push_str("];\n\n");
    }
    text.trim_end().to_owned() + "\n"
}

fn collect<'a>(document: &'a Value, node: &'a Value, uses: &mut BTreeMap<&'a str, Uses>) {
    for (name, property) in node["properties"].as_object().into_iter().flatten() {
        if name != "data" {
            held(document, property, uses.entry(name).or_default(), 0);
        }
    }
    for key in ["allOf", "anyOf", "oneOf"] {
        for part in node[key].as_array().into_iter().flatten().filter(|part| part.get("$ref").is_none()) {
            collect(document, part, uses);
        }
    }
}

/// What a property's value, or what its elements, can be.
fn held(document: &Value, node: &Value, uses: &mut Uses, depth: usize) {
    let node = resolve(document, node);
    // Keys of an object that nobody describes are still the service's.
    if depth > 6 || node.get("x-tallyfy-any").is_some() {
        return;
    }
    uses.words |= node["x-extensible-enum"].is_array() || node["enum"].is_array();
    uses.map |= node["additionalProperties"].is_object();
    uses.object |= node["properties"].as_object().is_some_and(|all| !all.contains_key("data"));
    for key in ["allOf", "anyOf", "oneOf"] {
        for part in node[key].as_array().into_iter().flatten() {
            held(document, part, uses, depth + 1);
        }
    }
    // Objects in a list are another matter, but a list may hold words.
    let items = resolve(document, &node["items"]);
    uses.words |= items["x-extensible-enum"].is_array();
}
