//! What to do about a finding: which fragment to change, and how. Not here: finding it.

use serde_json::Value;

use super::{
    Body, Finding, Kind,
    document::{Document, Operation, without_ids},
    walk,
};

/// For a request that the document does not know.
pub fn operation(document: &Document, method: &str, path: &str) -> String {
    let (fragment, method) = (document.nearest(path), method.to_uppercase());
    format!(
        "{fragment}: add {method} {} with its evidence, or leave it out of the recording",
        without_ids(path)
    )
}

/// For anything in an answer.
pub fn finding(
    document: &Document,
    operation: &Operation,
    status: u16,
    body: Option<&Body>,
    finding: &Finding,
) -> String {
    let schema = document.answer(operation, status).and_then(|answer| answer.schema);
    let (Some(schema), Some(body)) = (schema, body) else {
        let fragment = document.fragment(&operation.id);
        return match finding.kind {
            Kind::Undocumented => format!("{fragment}: {}: describe this answer", operation.id),
            Kind::Undecodable => {
                format!("{fragment}: {}: an answer without content is `'2XX': {{description}}`", operation.id)
            }
            _ => String::new(),
        };
    };
    let schema = document.unframed(schema, &body.value).unwrap_or(schema);
    let place = walk::place(document, schema, &body.value, &finding.pointer);
    let value = body.value.pointer(&finding.pointer);
    let (component, fragment) = match place.component.as_str() {
        "" => (operation.id.clone(), document.fragment(&operation.id)),
        name => (format!("schemas/{name}"), document.fragment(name)),
    };
    let here = format!("{fragment}: {component}{}", place.within);
    let seen = value.map_or_else(|| "nothing".into(), kind);
    match finding.kind {
        Kind::UnknownField => {
            let name = place.within.trim_start_matches('.');
            format!("{fragment}: {component}: add under `properties`: `{name}: {}`", schema_of(value))
        }
        Kind::UnknownValue => {
            let named = enum_of(document, schema, &body.value, &finding.pointer).unwrap_or(component);
            let fragment = document.fragment(named.trim_start_matches("schemas/"));
            let value = value.and_then(Value::as_str).unwrap_or_default();
            format!("{fragment}: {named}: add `{value}` to `x-extensible-enum`")
        }
        Kind::Schema if value.is_none() => format!("{here}: take it out of `required`"),
        Kind::Schema => {
            format!("{here}: the client reads it all the same; let the document say that it may be {seen}")
        }
        Kind::Undecodable if value.is_none() => {
            format!(
                "{here}: without it the type cannot be read; take it out of `required`, and out of the rule open_answers"
            )
        }
        Kind::Undecodable => {
            format!(
                "{here}: let it be {seen} too, by a type that reads both (`x-tallyfy-wire`), or by `x-tallyfy-any`"
            )
        }
        Kind::Lost => {
            format!("{here}: the reader in tallyfy-gen/src/wire/ drops it; please report it as a bug")
        }
        Kind::Form | Kind::EmptyMap => String::new(),
        Kind::Undocumented => format!("{fragment}: {}: describe this answer", operation.id),
        Kind::BadInput | Kind::UnknownOperation => String::new(),
    }
}

/// The component that holds the known values: the one that the field's schema names.
fn enum_of(document: &Document, schema: &Value, body: &Value, pointer: &str) -> Option<String> {
    // One step beyond the value: the walk enters what the place names.
    let place = walk::place(document, schema, body, &format!("{pointer}/-"));
    (!place.component.is_empty()).then(|| format!("schemas/{}", place.component))
}

fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(_) => "a boolean".into(),
        Value::Number(number) if number.is_f64() => "a number".into(),
        Value::Number(_) => "an integer".into(),
        Value::String(_) => "a text".into(),
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "an object".into(),
    }
}

/// A schema for one value that was seen; a person knows better.
fn schema_of(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "{nullable: true, x-tallyfy-any: null is all that was seen}".into(),
        Some(Value::Bool(_)) => "{type: boolean, nullable: true}".into(),
        Some(Value::Number(number)) if number.is_f64() => "{type: number, nullable: true}".into(),
        Some(Value::Number(_)) => "{type: integer, nullable: true}".into(),
        Some(Value::String(text)) if is_instant(text) => {
            "{type: string, format: date-time, nullable: true}".into()
        }
        Some(Value::String(_)) => "{type: string, nullable: true}".into(),
        Some(Value::Array(list)) => match list.first() {
            Some(Value::Object(_)) => "{type: array, items: {$ref: a component for its objects}}".into(),
            first => format!("{{type: array, items: {}}}", schema_of(first).replace(", nullable: true", "")),
        },
        Some(Value::Object(_)) => "{$ref: a component for it}".into(),
    }
}

fn is_instant(text: &str) -> bool {
    let digits = |range: std::ops::Range<usize>| {
        text.get(range).is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    text.len() >= 19
        && digits(0..4)
        && digits(5..7)
        && digits(8..10)
        && digits(11..13)
        && text[13..].starts_with(':')
}
