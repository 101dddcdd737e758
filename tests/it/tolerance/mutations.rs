//! Every place of every answer in every form that a server of another day might send: each answer of the document is
//! made whole, changed in one place, and must still be read and lose nothing (`lossless`). Forms that the service is known
//! to mix are read; any other kind of JSON costs the place where it stands: the rest is read, and the odd value survives.
//! The document alone says which fields an object cannot do without.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use tallyfy_gen::decoders::decode;
use tallyfy_tests::lossless::differences;

use super::document::{Answer, KEY, Kind, Place, answers};

/// What is done to a place; `None` takes it away.
type Mutation = (&'static str, Option<Value>);

/// Every change that fits the kind of a place, by the issue that each stands for: other servers leave fields out, send null,
/// new words, new keys, PHP's arrays, numbers as text, flags as numbers, includes wrapped or bare, dates in every form.
fn mutations(kind: &Kind, value: &Value) -> Vec<Mutation> {
    let mut all: Vec<Mutation> = vec![("dropped", None), ("null", Some(Value::Null))];
    let mut add = |name, value: Value| all.push((name, Some(value)));
    match kind {
        Kind::Text => {
            add("a number", json!(8120));
            add("a long number", json!(18_446_744_073_709_551_615_u64));
            add("empty text", json!(""));
        }
        Kind::Word => {
            add("an unknown word", json!("Never seen, before"));
            add("empty text", json!(""));
            add("a number", json!(7));
        }
        Kind::Moment | Kind::Day => {
            for form in DATES {
                add("a date form", json!(form));
            }
            add("no date", json!("next Friday"));
            add("empty text", json!(""));
        }
        Kind::Integer => {
            add("text", json!("417"));
            add("a whole float", json!(417.0));
            add("empty text", json!(""));
        }
        Kind::Number => {
            add("text", json!("2.25"));
            add("an integer", json!(2));
            add("empty text", json!(""));
        }
        Kind::Flag => {
            for form in [json!(0), json!(1), json!("0"), json!("1"), json!("true"), json!(false), json!("")] {
                add("a flag form", form);
            }
        }
        Kind::List => {
            add("an empty object", json!({}));
            add("an empty list", json!([]));
            add("wrapped", json!({"data": value}));
            add("wrapped, empty", json!({"data": []}));
            add("a list with gaps", json!({"0": value[0], "2": value[0]}));
        }
        // Without its thing or its list an answer is none: `fixtures` has those refusals.
        Kind::Frame => return vec![("a new key", Some(with_a_new_key(value)))],
        Kind::Page => {
            let gaps = json!({"0": value[0], "2": value[0]});
            return vec![("an empty list", Some(json!([]))), ("a list with gaps", Some(gaps))];
        }
        Kind::Object => {
            add("an empty list", json!([]));
            add("wrapped", json!({"data": value}));
            add("a new key", with_a_new_key(value));
        }
        Kind::Map => {
            add("an empty list", json!([]));
            add("an empty object", json!({}));
            let one = value.as_object().and_then(|map| map.values().next()).cloned();
            add("another key", json!({KEY: one, "5b4e": one}));
        }
        Kind::Include(forms) => {
            forms.iter().for_each(|form| add("a form", form.clone()));
            add("an empty list", json!([]));
            add("an empty object", json!({}));
            add("wrapped", json!({"data": value}));
            add("wrapped null", json!({"data": null}));
            add("wrapped, empty", json!({"data": []}));
            add("wrapped with meta", json!({"data": value, "meta": {"total": 1}}));
        }
        Kind::Forms(forms) | Kind::Anything(forms) => {
            forms.iter().for_each(|form| add("a form", form.clone()));
            add("an empty list", json!([]));
            add("an empty object", json!({}));
        }
    }
    all
}

/// docs:groups/update-group, docs:members, docs:guests/create-guest, go:e2e.
const DATES: [&str; 8] = [
    "2026-05-15T16:30:00Z",
    "2026-05-15T16:30:00.000Z",
    "2026-05-15T16:30:00.123456Z",
    "2026-05-15T16:30:00+02:00",
    "2026-05-15T16:30:00+0200",
    "2026-05-15 16:30:00",
    "2026-05-15T16:30:00",
    "2026-05-15",
];

fn with_a_new_key(value: &Value) -> Value {
    let mut object = value.as_object().cloned().unwrap_or_default();
    object.insert("key_of_tomorrow".to_owned(), json!({"deep": [1, "a", null, {"b": false}]}));
    Value::Object(object)
}

/// Nothing is generated for them: two answer with a credential, and `get_config` with whatever keys there are.
const UNTYPED: [&str; 3] = ["create_application_user_token", "create_token", "get_config"];

/// One of each kind of JSON, and some that look like what fits.
fn odd_values() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(2),
        json!(-7.5),
        json!(9_007_199_254_740_992.0),
        json!("odd"),
        json!([]),
        json!(["odd"]),
        json!([[1], null]),
        json!([{"odd": null}]),
        json!({}),
        json!({"odd": 1}),
        json!({"odd": {"id": null}}),
        json!({"data": "odd"}),
        json!({"data": {"odd": [1]}}),
        json!({"0": "odd", "2": {}}),
    ]
}

/// What must come of a change.
#[derive(Debug, PartialEq)]
enum Outcome {
    /// Nothing is lost; these places were noted as unreadable.
    Kept(Vec<String>),
    Lost,
    Refused,
}

/// The forms that are not read without loss, and why.
fn expected(answer: &Answer, place: &Place, name: &str, put: Option<&Value>) -> (Outcome, &'static str) {
    let is_nothing = match put {
        None | Some(Value::Null) => true,
        Some(Value::Array(list)) => list.is_empty() && place.kind != Kind::List,
        Some(Value::Object(object)) => object.is_empty() && matches!(place.kind, Kind::Forms(_)),
        // Of a text it is the text.
        Some(Value::String(text)) => text.is_empty() && place.kind == Kind::Integer,
        _ => false,
    };
    let is_element = place.is_element();
    match name {
        _ if place.untyped => (Outcome::Kept(Vec::new()), ""),
        // `data` with something beside it, as of a restored template, is a field like others.
        _ if place.required && is_nothing && place.pointer != ["data"] => match answer.holder(place) {
            Some(holder) => (Outcome::Kept(vec![holder]), "without its id an object cannot be named"),
            None => (Outcome::Refused, "without its id an answer is none"),
        },
        _ if is_element && is_nothing && put.is_some() => {
            (Outcome::Kept(vec![place.noted()]), "nothing is no element")
        }
        "wrapped" if is_element && place.needs => {
            (Outcome::Kept(vec![place.noted()]), "fields are wrapped, elements are not")
        }
        "wrapped with meta" => (Outcome::Lost, "a related object has no room for what stands beside it"),
        _ => (Outcome::Kept(Vec::new()), ""),
    }
}

/// Says what is wrong with the outcome of an odd value: it may cost its place, or, where it stands for an id or for the rows
/// of a list, the object that cannot do without.
fn judge(answer: &Answer, place: &Place, put: &Value, outcome: &Outcome) -> Result<(), String> {
    let is_frame = matches!(place.kind, Kind::Page | Kind::Frame) && place.key() == "data";
    let is_one_object = put.as_array().is_some_and(|list| matches!(&list[..], [Value::Object(_)]));
    if is_frame && is_one_object && place.kind == Kind::Frame {
        // A list of one stands for its element (py:user_management).
        return Ok(());
    }
    if place.kind == Kind::Frame && put.is_array() && *outcome == Outcome::Lost {
        // A bare list is written with its frame.
        return Ok(());
    }
    let cost = match (place.required || is_frame, answer.holder(place)) {
        (true, None) if *outcome == Outcome::Refused => return Ok(()),
        (true, Some(holder)) => holder,
        _ => place.noted(),
    };
    let Outcome::Kept(noted) = outcome else { return Err(format!("expected it to cost {cost}")) };
    if let Some(other) = noted.iter().find(|noted| **noted != cost && !noted.starts_with(&format!("{cost}/")))
    {
        return Err(format!("expected it to cost {cost}, not {other}"));
    }
    let is_whole = match put {
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => true,
    };
    if place.is_scalar() && !place.untyped && !is_whole && *noted != [cost.as_str()] {
        return Err(format!("expected {cost} to be noted"));
    }
    Ok(())
}

/// The way to a place, and as little beside it as its objects need.
fn spine(body: &Value, pointer: &[String], put: &Option<Value>) -> Value {
    let Some((key, rest)) = pointer.split_first() else { return put.clone().unwrap_or(Value::Null) };
    let inner = |value: &Value| match (rest, put) {
        ([], None) => None,
        _ => Some(spine(value, rest, put)),
    };
    match body {
        Value::Array(elements) => {
            let element = key.parse::<usize>().ok().and_then(|at| inner(&elements[at]));
            Value::Array(element.into_iter().collect())
        }
        Value::Object(object) => {
            let mut kept: Map<String, Value> = object
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), needed(name, value)?)))
                .collect();
            kept.remove(key);
            match inner(&object[key]) {
                Some(value) => drop(kept.insert(key.clone(), value)),
                None if key == KEY => {}
                // An object with nothing in it is another case.
                None => drop(kept.insert("starred".to_owned(), json!(true))),
            }
            Value::Object(kept)
        }
        scalar => scalar.clone(),
    }
}

/// The way to a place, and every scalar beside it, on each level.
fn around(body: &Value, pointer: &[String]) -> Value {
    let Some((key, rest)) = pointer.split_first() else { return body.clone() };
    match body {
        Value::Array(elements) => elements.iter().map(|element| around(element, rest)).collect(),
        Value::Object(object) => {
            let beside = object.iter().filter_map(|(name, value)| match value {
                _ if name == key => Some((name.clone(), around(value, rest))),
                Value::Array(_) | Value::Object(_) => Some((name.clone(), needed(name, value)?)),
                scalar => Some((name.clone(), scalar.clone())),
            });
            Value::Object(beside.collect())
        }
        scalar => scalar.clone(),
    }
}

/// What of a field must be there for the object to be read.
fn needed(name: &str, value: &Value) -> Option<Value> {
    match (name, value) {
        ("id" | "email", _) => Some(value.clone()),
        ("data", Value::Array(_)) => Some(json!([])),
        ("data", Value::Object(object)) => Some(
            object.iter().filter_map(|(name, value)| Some((name.clone(), needed(name, value)?))).collect(),
        ),
        _ => None,
    }
}

/// What came of reading a body.
fn read(operation: &str, body: &Value) -> (Outcome, String) {
    let text = body.to_string();
    match decode(operation, text.as_bytes()).expect("an operation with a type") {
        Err(error) => (Outcome::Refused, error.to_string()),
        Ok(read) => match differences(body, &read.value).first() {
            None => {
                let noted = read.unreadable.iter().map(|noted| noted.pointer().to_owned());
                (Outcome::Kept(noted.collect()), String::new())
            }
            Some(difference) => (Outcome::Lost, difference.to_string()),
        },
    }
}

/// Each answer of the document that is read with a type, and each schema once.
fn typed() -> (Vec<Answer>, Vec<Answer>) {
    let (answers, untyped): (Vec<_>, Vec<_>) =
        answers().into_iter().partition(|answer| decode(&answer.operation, b"").is_some());
    let untyped: Vec<_> = untyped.iter().map(|answer| &*answer.operation).collect();
    assert_eq!(untyped, UNTYPED);
    let mut schemas = BTreeSet::new();
    let (once, again) = answers.into_iter().partition(|answer| schemas.insert(answer.schema.clone()));
    (once, again)
}

#[test]
fn every_answer_of_the_document_is_read_whole_and_in_every_form() {
    let (once, again) = typed();
    let mut wrong: Vec<String> = once.iter().chain(&again).flat_map(whole).collect();
    let mut changes = 0;
    for answer in &once {
        for place in answer.places.iter().filter(|place| !place.pointer.is_empty()) {
            let value = answer.body.pointer(&place.to_string()).expect("a place");
            for (name, put) in mutations(&place.kind, value) {
                changes += 1;
                wrong.extend(changed(answer, place, name, &put));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {changes} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(changes > 10_000, "{changes} changes");
}

#[test]
fn any_json_in_the_place_of_a_value_costs_that_value_alone() {
    let (mut wrong, mut changes) = (Vec::new(), 0);
    for answer in typed().0 {
        for place in answer.places.iter().filter(|place| !place.pointer.is_empty()) {
            let pointer = place.to_string();
            let mut body = around(&answer.body, &place.pointer);
            for odd in odd_values() {
                changes += 1;
                *body.pointer_mut(&pointer).expect("a place") = odd.clone();
                let (outcome, detail) = read(&answer.operation, &body);
                if let Err(why) = judge(&answer, place, &odd, &outcome) {
                    wrong.push(format!("{} {place}, {odd}: {why}: {outcome:?} {detail}", answer.schema));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {changes} wrong:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(50)].join("\n")
    );
    assert!(changes > 30_000, "{changes} changes");
}

/// The body with everything, of each operation, framed and bare.
fn whole(answer: &Answer) -> Option<String> {
    let bare = answer.body.get("data").filter(|_| answer.body.as_object().is_some_and(|it| it.len() == 1));
    let bodies = std::iter::once(&answer.body).chain(bare);
    bodies
        .map(|body| read(&answer.operation, body))
        .find(|(outcome, _)| *outcome != Outcome::Kept(Vec::new()))
        .map(|(outcome, detail)| format!("{}: with everything: {outcome:?}: {detail}", answer.operation))
}

fn changed(answer: &Answer, place: &Place, name: &str, put: &Option<Value>) -> Option<String> {
    let body = spine(&answer.body, &place.pointer, put);
    let (outcome, detail) = read(&answer.operation, &body);
    let (expected, why) = expected(answer, place, name, put.as_ref());
    let schema = &answer.schema;
    (outcome != expected).then(|| {
        format!("{schema} {place}, {name}: {outcome:?}, expected {expected:?} ({why}): {detail}: {body}")
    })
}
