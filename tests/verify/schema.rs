//! OpenAPI 3.0 schemas as JSON Schema 2020-12, and validators of them. Not here: which schema an answer has
//! (`document`), and fields that no schema names (`walk`): answers are open.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use jsonschema::{Draft, Registry, ValidationError, Validator, error::ValidationErrorKind};
use serde_json::{Map, Value, json};

/// Where the converted document lives for `$ref`.
const ROOT: &str = "https://tallyfy.invalid/openapi.json";
/// How many violations of one body are told: the first are enough to find the cause.
const ENOUGH: usize = 20;
/// Keywords that JSON Schema has no use for, or that mean something else there.
const DROPPED: [&str; 4] = ["nullable", "example", "discriminator", "deprecated"];
/// Keywords whose content is data.
const DATA: [&str; 3] = ["default", "enum", "required"];

/// Validators, made when first needed and kept.
pub struct Validators {
    registry: Registry<'static>,
    known: Mutex<HashMap<String, Option<Arc<Validator>>>>,
}

impl Validators {
    /// For the schemas of this document.
    pub fn new(document: &Value) -> Self {
        let mut converted = json!({"components": {"schemas": {}}});
        for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
            converted["components"]["schemas"][name] = convert(schema);
        }
        let builder = Registry::new().draft(Draft::Draft202012).add(ROOT, converted);
        // Nothing outside the document is loaded, and its references are linted.
        let registry =
            builder.and_then(|builder| builder.prepare()).expect("the document is a schema resource");
        Self { registry, known: Mutex::default() }
    }

    /// JSON pointer and message of what the schema refuses.
    pub fn violations(&self, schema: &Value, value: &Value) -> Vec<(String, String)> {
        let Some(validator) = self.validator(schema) else {
            return vec![(String::new(), "the published schema does not compile".into())];
        };
        let errors = validator.iter_errors(value).take(ENOUGH);
        errors.map(|error| told(deepest(&error))).collect()
    }

    fn validator(&self, schema: &Value) -> Option<Arc<Validator>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let options = jsonschema::options().with_draft(Draft::Draft202012).with_registry(&self.registry);
            options.build(&convert(schema)).ok().map(Arc::new)
        };
        known.entry(schema.to_string()).or_insert_with(make).clone()
    }
}

/// A missing property is told where it should stand.
fn told(error: &ValidationError<'_>) -> (String, String) {
    let at = error.instance_path().as_str();
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            (format!("{at}/{name}"), "is missing, which the document requires".into())
        }
        _ => (at.to_owned(), error.to_string().chars().take(200).collect()),
    }
}

/// Where a choice of schemas fails, the branch that came furthest tells why.
fn deepest<'a, 'i>(error: &'a ValidationError<'i>) -> &'a ValidationError<'i> {
    let context = match error.kind() {
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => context,
        _ => return error,
    };
    let depth = |error: &&ValidationError<'_>| error.instance_path().as_str().matches('/').count();
    let own = depth(&error);
    let cause = context.iter().flatten().map(deepest).max_by_key(depth);
    cause.filter(|cause| depth(cause) > own).unwrap_or(error)
}

/// Converts one schema. References lead to the converted document, null becomes a type of its own.
fn convert(schema: &Value) -> Value {
    let Value::Object(map) = schema else { return schema.clone() };
    if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
        return json!({"$ref": format!("{ROOT}{reference}")});
    }
    let mut out = Map::new();
    for (key, value) in
        map.iter().filter(|(key, _)| !DROPPED.contains(&key.as_str()) && !key.starts_with("x-"))
    {
        let value = match (key.as_str(), value) {
            (key, value) if DATA.contains(&key) => value.clone(),
            ("properties", Value::Object(all)) => {
                Value::Object(all.iter().map(|(name, schema)| (name.clone(), convert(schema))).collect())
            }
            ("allOf" | "anyOf" | "oneOf", Value::Array(all)) => all.iter().map(convert).collect(),
            ("items" | "not" | "additionalProperties", schema) => convert(schema),
            _ => value.clone(),
        };
        out.insert(key.clone(), value);
    }
    if map.get("nullable") == Some(&Value::Bool(true)) { nullable(out) } else { Value::Object(out) }
}

fn nullable(mut schema: Map<String, Value>) -> Value {
    let combined = ["allOf", "anyOf", "oneOf", "enum"].iter().any(|key| schema.contains_key(*key));
    match schema.get("type").cloned() {
        Some(kind) if !combined => {
            schema.insert("type".into(), json!([kind, "null"]));
            Value::Object(schema)
        }
        // Without a type everything fits, null too.
        None if !combined => Value::Object(schema),
        _ => json!({"anyOf": [Value::Object(schema), {"type": "null"}]}),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Validators, convert};

    #[test]
    fn null_is_a_type_or_a_choice() {
        let check = |schema, expected| assert_eq!(convert(&schema), expected);
        check(json!({"type": "string", "nullable": true}), json!({"type": ["string", "null"]}));
        check(
            json!({"type": "string", "enum": ["a"], "nullable": true}),
            json!({"anyOf": [{"type": "string", "enum": ["a"]}, {"type": "null"}]}),
        );
        check(json!({"nullable": true, "x-tallyfy-any": "why"}), json!({}));
        check(
            json!({"properties": {"nullable": {"type": "integer", "example": 1}}}),
            json!({"properties": {"nullable": {"type": "integer"}}}),
        );
    }

    #[test]
    fn what_is_refused_is_told_where_it_stands() {
        let document = json!({"components": {"schemas": {
            "Tree": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
            "One": {"anyOf": [
                {"$ref": "#/components/schemas/Tree"},
                {"type": "object", "required": ["data"], "properties": {"data": {"$ref": "#/components/schemas/Tree"}}},
            ]},
        }}});
        let validators = Validators::new(&document);
        let violations = |name: &str, value| {
            let found =
                validators.violations(&json!({"$ref": format!("#/components/schemas/{name}")}), &value);
            found.into_iter().map(|(at, what)| format!("{at}: {what}")).collect::<Vec<_>>()
        };
        assert_eq!(violations("Tree", json!({"id": "a", "new": 1})), [""; 0]);
        assert_eq!(violations("Tree", json!({})), ["/id: is missing, which the document requires"]);
        assert_eq!(violations("Tree", json!({"id": 7})), ["/id: 7 is not of type \"string\""]);
        assert_eq!(violations("One", json!({"data": {"id": 7}})), ["/data/id: 7 is not of type \"string\""]);
    }
}
