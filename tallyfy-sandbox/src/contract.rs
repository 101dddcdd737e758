//! Do requests and answers fit the document? Validators are made when first needed and kept.
//!
//! Not here: turning OpenAPI schemas into JSON Schema (`schema`), keeping what was found (`log`).

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use http::StatusCode;
use jsonschema::error::ValidationErrorKind;
use jsonschema::{Registry, ValidationError, Validator};
use serde_json::{Map, Value};

use crate::answer::Body;
use crate::log::{Side, Violation};
use crate::query::Query;
use crate::router::{DOCUMENT, Operation};
use crate::routes::Content;
use crate::schema;

/// The converted document, for `$ref`.
static REGISTRY: LazyLock<Registry<'static>> = LazyLock::new(|| {
    let document = schema::convert_document(&DOCUMENT);
    let builder = Registry::new().draft(jsonschema::Draft::Draft202012).add(schema::ROOT, document);
    // Tests cover the bundled document; nothing outside it is loaded.
    builder.and_then(|builder| builder.prepare()).expect("the bundled document is a schema resource")
});

static VALIDATORS: LazyLock<Mutex<HashMap<String, Option<Arc<Validator>>>>> = LazyLock::new(Mutex::default);

/// How many violations of one body are reported: the first are enough to find the cause.
const ENOUGH: usize = 20;

/// The request's violations.
pub fn check_request(operation: &Operation, query: &Query, body: &Content) -> Vec<Violation> {
    let mut found = check_query(operation, query);
    let Some(content) = node(operation).get("requestBody").map(resolve) else { return found };
    let schema = |media: &str| content.get("content").and_then(|c| c.get(media)?.get("schema"));
    let (json, form) = (schema("application/json"), schema("application/x-www-form-urlencoded"));
    let required = content.get("required") == Some(&Value::Bool(true));
    let mut say = |text: &str| found.push(violation(&operation.id, Side::Client, "body", text));
    match (body, json, form) {
        (Content::Json(body), Some(schema), _) => {
            found.extend(check_value(&operation.id, Side::Client, "body", schema, body, true));
        }
        // The service reads a form like a flat JSON object (templates:clone_template).
        (Content::Form(form), Some(schema), None) | (Content::Form(form), _, Some(schema)) => {
            let body = Value::Object(form.clone());
            found.extend(check_value(&operation.id, Side::Client, "body", schema, &body, true));
        }
        (Content::Multipart(..), ..) if schema("multipart/form-data").is_some() => {}
        (Content::None, ..) if required => say("a body is required"),
        (Content::None, ..) => {}
        (Content::Malformed, ..) => say("the body cannot be read"),
        _ => say("the document names another kind of body"),
    }
    found
}

/// What every client forgets once: the answer looks as if the token were wrong (platform:headers).
pub fn no_client_header(operation: &str) -> Violation {
    let text = "the header is missing, which the service answers as if the token were wrong or the object not there; send \
                `X-Tallyfy-Client: APIClient`";
    violation(operation, Side::Client, "header/X-Tallyfy-Client", text)
}

/// Where a JSON body has keys that the document does not know, by dotted path as in the service's own errors.
pub fn unknown_keys(operation: &Operation, body: &Content) -> Vec<String> {
    let content = node(operation).get("requestBody").map(resolve);
    let schema = content.and_then(|content| content.pointer("/content/application~1json/schema"));
    let (Some(schema), Content::Json(body)) = (schema, body) else { return Vec::new() };
    let mut unknown = Vec::new();
    for error in validator(schema, true).iter().flat_map(|validator| validator.iter_errors(body)) {
        let cause = deepest(&error);
        if let ValidationErrorKind::AdditionalProperties { unexpected } = cause.kind() {
            let place = cause.instance_path().as_str().trim_start_matches('/').replace('/', ".");
            let dotted = |key: &String| if place.is_empty() { key.clone() } else { format!("{place}.{key}") };
            unknown.extend(unexpected.iter().map(dotted));
        }
    }
    unknown
}

/// The answer's violations.
pub fn check_answer(operation: &Operation, status: StatusCode, body: &Body) -> Vec<Violation> {
    let responses = node(operation).get("responses");
    let exact = responses.and_then(|r| r.get(status.as_str()));
    let range = || responses.and_then(|r| r.get(format!("{}XX", status.as_u16() / 100)));
    let Some(response) = exact.or_else(range).map(resolve) else {
        // Faults of the gateway and of the sandbox's own limits belong to no operation.
        return match status.as_u16() {
            400 | 401 | 413 | 429 | 500.. => Vec::new(),
            code => {
                let text = format!("the document does not name {code}");
                vec![violation(&operation.id, Side::Sandbox, "status", &text)]
            }
        };
    };
    let Some(media) = response.pointer("/content/application~1json/schema") else {
        return match body {
            Body::Json(_) if response.get("content").is_none() => {
                vec![violation(&operation.id, Side::Sandbox, "body", "the document promises no content")]
            }
            _ => Vec::new(),
        };
    };
    match body {
        Body::Json(value) => check_value(&operation.id, Side::Sandbox, "body", media, value, false),
        Body::Empty => vec![violation(&operation.id, Side::Sandbox, "body", "the document promises JSON")],
        // HTML errors are an oddity on purpose.
        Body::Bytes(..) => Vec::new(),
    }
}

/// The violations of a body that the sandbox posts to a webhook; it has nothing that the component does not name.
pub fn check_payload(component: &str, body: &Value) -> Vec<Violation> {
    let Some(schema) = DOCUMENT.pointer(&format!("/components/schemas/{component}")) else {
        return Vec::new();
    };
    check_value(component, Side::Sandbox, "body", schema, body, true)
}

/// Whether a value may stand in a property of a component of the document.
pub fn fits(component: &str, property: &str, value: &Value) -> bool {
    let schema = DOCUMENT.pointer(&format!("/components/schemas/{component}/properties/{property}"));
    let validator = schema.and_then(|schema| validator(schema, false));
    validator.is_some_and(|validator| validator.is_valid(value)) && !has_round_float(value)
}

/// `1.0` or `1e9` somewhere: an integer to the JSON Schema of today, but not to that of OpenAPI 3.0.
fn has_round_float(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            number.is_f64() && number.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
        Value::Array(list) => list.iter().any(has_round_float),
        Value::Object(map) => map.values().any(has_round_float),
        _ => false,
    }
}

fn violation(operation: &str, side: Side, pointer: &str, message: &str) -> Violation {
    Violation {
        side,
        operation: operation.to_owned(),
        pointer: pointer.to_owned(),
        message: message.chars().take(400).collect(),
    }
}

/// The operation's node in the document.
fn node(operation: &Operation) -> &'static Value {
    DOCUMENT.get("paths").map_or(&Value::Null, |paths| &paths[&operation.path][&operation.method])
}

/// Follows one `$ref` into the components.
fn resolve(value: &'static Value) -> &'static Value {
    let target = value.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix('#'));
    target.and_then(|pointer| DOCUMENT.pointer(pointer)).unwrap_or(value)
}

fn check_value(
    operation: &str,
    side: Side,
    place: &str,
    schema: &Value,
    value: &Value,
    closed: bool,
) -> Vec<Violation> {
    let Some(validator) = validator(schema, closed) else {
        return vec![violation(operation, Side::Sandbox, place, "the schema does not compile")];
    };
    let mut found = Vec::new();
    for error in validator.iter_errors(value).take(ENOUGH) {
        let cause = deepest(&error);
        let pointer = format!("{place}{}", cause.instance_path());
        found.push(violation(operation, side, &pointer, &cause.to_string()));
    }
    found
}

/// Where a choice of schemas fails, the branch that came furthest tells why.
fn deepest<'a, 'i>(error: &'a ValidationError<'i>) -> &'a ValidationError<'i> {
    let context = match error.kind() {
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => context,
        _ => return error,
    };
    let causes = context.iter().flatten().map(deepest);
    causes.max_by_key(|cause| cause.instance_path().as_str().matches('/').count()).unwrap_or(error)
}

fn validator(schema: &Value, closed: bool) -> Option<Arc<Validator>> {
    let key = format!("{closed}{schema}");
    let mut known = VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner);
    known.entry(key).or_insert_with(|| compile(schema, closed)).clone()
}

fn compile(schema: &Value, closed: bool) -> Option<Arc<Validator>> {
    let converted = schema::convert(schema, closed);
    let mut options = jsonschema::options();
    options = options.with_draft(jsonschema::Draft::Draft202012).with_registry(&REGISTRY);
    options.build(&converted).ok().map(Arc::new)
}

fn check_query(operation: &Operation, query: &Query) -> Vec<Violation> {
    let path = DOCUMENT.pointer("/paths").map_or(&Value::Null, |paths| &paths[&operation.path]);
    let lists = [path.get("parameters"), node(operation).get("parameters")];
    let known: Map<String, Value> = lists
        .into_iter()
        .flatten()
        .filter_map(Value::as_array)
        .flatten()
        .map(resolve)
        .filter(|parameter| parameter.get("in").and_then(Value::as_str) == Some("query"))
        .filter_map(|p| Some((p.get("name")?.as_str()?.to_owned(), p.clone())))
        .collect();
    let mut found = Vec::new();
    for (key, text) in query.pairs() {
        let place = format!("query/{key}");
        let deep = key.split('[').next().and_then(|head| known.get(head));
        match (known.get(key), deep) {
            (Some(parameter), _) => found.extend(check_parameter(operation, &place, parameter, text)),
            (None, Some(deep)) if deep.get("style").and_then(Value::as_str) == Some("deepObject") => {}
            _ => found.push(violation(
                &operation.id,
                Side::Client,
                &place,
                "the document does not name this key",
            )),
        }
    }
    for (name, parameter) in known.iter().filter(|(_, one)| one.get("style") == Some(&"deepObject".into())) {
        if let (Some(tree), Some(schema)) = (query.nested(name), parameter.get("schema")) {
            let place = format!("query/{name}");
            found.extend(check_value(&operation.id, Side::Client, &place, schema, &with_lists(tree), false));
        }
    }
    for (name, parameter) in &known {
        let required = parameter.get("required") == Some(&Value::Bool(true));
        if required && query.get(name).is_none() && parameter.get("style").is_none() {
            let place = format!("query/{name}");
            found.push(violation(&operation.id, Side::Client, &place, "the document requires this key"));
        }
    }
    found
}

/// Maps whose keys count up from 0 as the lists that they stand for.
fn with_lists(tree: Value) -> Value {
    let Value::Object(map) = tree else { return tree };
    let counted = map.keys().enumerate().all(|(at, key)| *key == at.to_string());
    if counted {
        map.into_iter().map(|(_, entry)| with_lists(entry)).collect()
    } else {
        Value::Object(map.into_iter().map(|(key, entry)| (key, with_lists(entry))).collect())
    }
}

fn check_parameter(operation: &Operation, place: &str, parameter: &Value, text: &str) -> Vec<Violation> {
    let Some(schema) = parameter.get("schema") else { return Vec::new() };
    let value = typed(schema, text);
    check_value(&operation.id, Side::Client, place, schema, &value, false)
}

/// The text of a parameter as the type its schema asks for; text that does not fit stays text, and fails.
fn typed(schema: &Value, text: &str) -> Value {
    let resolved =
        schema.get("$ref").and_then(Value::as_str).and_then(|r| DOCUMENT.pointer(r.strip_prefix('#')?));
    let schema = resolved.unwrap_or(schema);
    match schema.get("type").and_then(Value::as_str) {
        Some("integer" | "number") => text.parse::<i64>().map_or_else(|_| text.into(), Value::from),
        Some("boolean") => match text {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => text.into(),
        },
        Some("array") => {
            let items = schema.get("items").unwrap_or(&Value::Null);
            Value::Array(text.split(',').map(|part| typed(items, part)).collect())
        }
        _ => text.into(),
    }
}
