//! Nothing is lost between the document and the Rust types: the schema that each type derives is compared with the view
//! that the types are generated from, and that with the document. Runs with the feature `schemars`.
//!
//! Compared are property names, base types, known values and our formats. Not compared, for a reason each:
//! - null and `required`: every optional field derives as "or null", and answers require ids alone (rule `open_answers`);
//! - limits and patterns: no part of a type (rule `strip_constraints`); `check` holds requests against them;
//! - the formats `uri`, `email` and `binary`: words about a text, which has one type;
//! - properties with `x-tallyfy-ignored`: the service drops them, so they are not generated (rule `drop_ignored`);
//! - objects that have no generated type: `WITHOUT_A_TYPE`, each with its reason.

use std::collections::{BTreeMap, BTreeSet};

use schemars::SchemaGenerator;
use serde_json::{Map, Value};
use tallyfy_gen::schemas;
use xtask::{
    codegen, source,
    spec::{reach, resolve},
    view::View,
};

/// Objects in requests and answers that no generated type stands for.
const WITHOUT_A_TYPE: &[&str] = &[
    // Credentials: the SDK reads and writes them by hand, as secrets (rule `leave_out`).
    "AccessToken",
    "ApplicationUserToken",
    "CreateTokenInput",
    // Multipart bodies, which the generator cannot write (rule `leave_out`).
    "UploadAssetInput",
    "UploadFileInput",
    // A field of the activity feed that holds anything (`x-tallyfy-any`).
    "AutomationCheck",
    "AutomationCheckAction",
    "AutomationCheckRule",
    // Errors reach the SDK whole, whatever they are (rule `strip_errors`).
    "ErrorResponse",
    "NestedError",
    // Branches of `CountryRef` and `SearchFilter`, which are written by hand.
    "Country",
    "SearchCondition",
    "SearchJoin",
];

/// The name of a definition by that of its component, in a frame too.
fn in_the_apis_word(rust: &str, named: &View) -> String {
    for frame in ["ItemOf", "ListOf"] {
        if let Some(inner) = rust.strip_prefix(frame) {
            return format!("{frame}{}", named.component(inner));
        }
    }
    named.component(rust).to_owned()
}

/// A derived schema whose references go by the names of the document's components.
fn in_the_apis_words(schema: &Value, named: &View) -> Value {
    match schema {
        Value::Object(object) => {
            let renamed = object.iter().map(|(key, value)| {
                let definition = value.as_str().and_then(|text| text.strip_prefix("#/$defs/"));
                let value = match definition.filter(|_| key == "$ref") {
                    Some(rust) => Value::from(format!("#/$defs/{}", in_the_apis_word(rust, named))),
                    None => in_the_apis_words(value, named),
                };
                (key.clone(), value)
            });
            Value::Object(renamed.collect())
        }
        Value::Array(items) => items.iter().map(|item| in_the_apis_words(item, named)).collect(),
        other => other.clone(),
    }
}

struct Both {
    published: Value,
    view: View,
    /// What the types derive, by the component's name.
    derived: BTreeMap<&'static str, Value>,
    definitions: Map<String, Value>,
}

impl Both {
    fn new() -> Self {
        let published = source::version(&xtask::root(), source::BUNDLE).unwrap();
        let mut generator = SchemaGenerator::default();
        let all = schemas::all(&mut generator);
        let (_, named, _) = codegen::view(&xtask::root()).unwrap();
        let derived =
            all.into_iter().map(|(name, schema)| (name, in_the_apis_words(&schema.to_value(), &named)));
        let derived = derived.collect();
        let definitions = generator
            .definitions()
            .iter()
            .map(|(rust, schema)| (in_the_apis_word(rust, &named), in_the_apis_words(schema, &named)));
        let definitions = definitions.collect();
        Self { view: View::of(&published), published, derived, definitions }
    }

    /// Components that are generated structs, with their view and their definition.
    fn structs(&self) -> impl Iterator<Item = (&str, &Value, &Value)> {
        let all = self.view.document["components"]["schemas"].as_object().unwrap().iter();
        let structs = all.filter(|(name, _)| !self.view.replacements.contains_key(*name));
        structs.map(|(name, view)| (name.as_str(), view, &self.definitions[name]))
    }
}

fn names(node: &Value) -> BTreeSet<&str> {
    node["properties"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect()
}

/// The type that a derived schema says, null apart.
fn derived(node: &Value) -> String {
    if let Some(name) = node["$ref"].as_str() {
        return name.trim_start_matches("#/$defs/").to_owned();
    }
    if let Some(choices) = node["anyOf"].as_array() {
        let kinds: BTreeSet<String> =
            choices.iter().filter(|one| one["type"] != "null").map(derived).collect();
        return kinds.into_iter().collect::<Vec<_>>().join(" or ");
    }
    let kind = match &node["type"] {
        Value::String(kind) => kind.as_str(),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap(),
        _ => return "anything".into(),
    };
    match (kind, &node["items"], &node["additionalProperties"]) {
        ("array", items, _) => format!("list of {}", derived(items)),
        ("object", _, Value::Object(values)) => format!("map of {}", derived(&Value::Object(values.clone()))),
        _ => kind.to_owned(),
    }
}

/// The same for the view, in which some components stand for hand-written types.
fn viewed(view: &View, node: &Value) -> String {
    if let Some(name) = node["$ref"].as_str().map(|to| to.trim_start_matches("#/components/schemas/")) {
        if name == "SearchFilter" {
            // Under that key: one condition, or a joining one with those that it joins.
            return "list of anything or object".into();
        }
        return view.replacements.get(name).map_or_else(|| name.to_owned(), |rust| written(rust));
    }
    match (node["type"].as_str(), &node["items"], &node["additionalProperties"]) {
        (None, ..) => "anything".into(),
        (Some("array"), items, _) => format!("list of {}", viewed(view, items)),
        // A map of anything is an object of anything.
        (Some("object"), _, Value::Object(values)) if !values.is_empty() => {
            match viewed(view, &node["additionalProperties"]).as_str() {
                "anything" => "object".into(),
                values => format!("map of {values}"),
            }
        }
        (Some(kind), ..) => kind.to_owned(),
    }
}

/// The same for a hand-written type.
fn written(rust: &str) -> String {
    let (outer, inner) = match rust.split_once('<') {
        Some((outer, inner)) => (outer, inner.strip_suffix('>').unwrap()),
        None => (rust, ""),
    };
    match outer.rsplit("::").next().unwrap() {
        "Value" => "anything".into(),
        "Map" => "object".into(),
        "CommaList" | "String" => "string".into(),
        // An object with the one key under which it is flattened into its query.
        "SearchFilter" => "object".into(),
        "i64" => "integer".into(),
        "f64" => "number".into(),
        "bool" => "boolean".into(),
        "Vec" => format!("list of {}", written(inner)),
        "OneOrMany" => {
            let both = BTreeSet::from([written(inner), format!("list of {}", written(inner))]);
            both.into_iter().collect::<Vec<_>>().join(" or ")
        }
        frame @ ("Item" | "List") => format!("{frame}Of{}", written(inner)),
        name => name.to_owned(),
    }
}

#[test]
fn every_component_of_the_view_has_a_type_and_no_two_share_a_name() {
    let both = Both::new();
    let schemas = both.view.document["components"]["schemas"].as_object().unwrap();
    let mut expected: BTreeSet<&str> = schemas.keys().map(String::as_str).collect();
    expected.extend(both.view.replacements.keys().map(String::as_str));
    assert_eq!(both.derived.keys().copied().collect::<BTreeSet<_>>(), expected);
    assert!(both.structs().count() > 150, "{}", both.structs().count());
    for (name, rust) in &both.view.replacements {
        assert_eq!(derived(&both.derived[name.as_str()]), written(rust), "{name}");
    }
    for (name, ..) in both.structs() {
        assert_eq!(derived(&both.derived[name]), name);
    }
}

#[test]
fn every_property_is_a_field_of_the_same_type() {
    let both = Both::new();
    let mut wrong = Vec::new();
    for (name, view, definition) in both.structs() {
        assert_eq!(names(definition), names(view), "{name}");
        for (property, node) in view["properties"].as_object().into_iter().flatten() {
            let (is, should) = (derived(&definition["properties"][property]), viewed(&both.view, node));
            if is != should {
                wrong.push(format!("{name}.{property}: {should} in the view, {is} in Rust"));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

/// All properties of a published schema, through `allOf`; what the service ignores left out.
fn published<'a>(document: &'a Value, node: &'a Value, found: &mut BTreeMap<&'a str, &'a Value>) {
    let node = resolve(document, node);
    for part in node["allOf"].as_array().into_iter().flatten() {
        published(document, part, found);
    }
    let properties = node["properties"].as_object().into_iter().flatten();
    found.extend(
        properties
            .filter(|(_, one)| one["x-tallyfy-ignored"] != true)
            .map(|(name, one)| (name.as_str(), one)),
    );
}

#[test]
fn the_view_has_lost_no_property_and_no_format() {
    let both = Both::new();
    let formats = [
        ("date-time", "Timestamp"),
        ("tallyfy-any-date-time", "Timestamp"),
        ("tallyfy-date-time", "Timestamp"),
        ("date", "Date"),
    ];
    let mut seen = BTreeMap::new();
    let mut without = BTreeSet::new();
    let (sent, read) = reach::directions(&both.published);
    for (name, node) in both.published["components"]["schemas"].as_object().unwrap() {
        let mut properties = BTreeMap::new();
        published(&both.published, node, &mut properties);
        // Frames are taken off, and payloads of webhooks are in no answer.
        let framed = node["x-tallyfy-envelope"].is_string() || node["x-tallyfy-include"].is_string();
        let carried = sent.contains(name) || read.contains(name);
        if properties.is_empty() || framed || !carried {
            continue;
        }
        let Some(definition) = both.definitions.get(name) else {
            without.insert(name.as_str());
            continue;
        };
        assert_eq!(names(definition), properties.keys().copied().collect::<BTreeSet<_>>(), "{name}");
        for (property, node) in properties {
            let Some(format) = node["format"].as_str() else { continue };
            let Some((_, rust)) = formats.iter().find(|(ours, _)| *ours == format) else { continue };
            assert_eq!(derived(&definition["properties"][property]), *rust, "{name}.{property}: {format}");
            *seen.entry(format).or_insert(0) += 1;
        }
    }
    assert_eq!(without, WITHOUT_A_TYPE.iter().copied().collect::<BTreeSet<_>>());
    assert!(seen["date-time"] > 50 && seen["tallyfy-date-time"] > 5, "{seen:?}");
    assert_eq!(both.definitions["Timestamp"]["format"], "date-time");
    assert_eq!(both.definitions["Date"]["format"], "date");
}

#[test]
fn every_known_value_is_known_in_rust() {
    let both = Both::new();
    let enums = both.view.replacements.iter().filter(|(_, rust)| rust.starts_with("crate::enums::"));
    let mut count = 0;
    for (name, _) in enums {
        let (node, definition) = (&both.published["components"]["schemas"][name], &both.definitions[name]);
        for key in ["enum", "x-extensible-enum"] {
            assert_eq!(definition.get(key), node.get(key), "{name}: {key}");
        }
        assert_eq!(definition["type"], "string", "{name}");
        count += 1;
    }
    assert!(count > 50, "{count} enums");
}
