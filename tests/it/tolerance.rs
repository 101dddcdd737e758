//! Every form in which the fact sheets say that a field arrives, read by the generated types: one row for
//! each, with the schema of its sheet and who attests it, and what must come out, written by hand. What
//! was read is also written again, and must be the same (`lossless`). Not here: whole answers
//! (`fixtures`), refusals, which the SDK reads.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tallyfy_tests::lossless::differences;

mod document;
mod gaps;
mod mutations;
mod platform;
mod processes_tasks;
mod templates;
mod words;

/// One form of one schema.
struct Case {
    /// `sheet:Schema`.
    schema: &'static str,
    citation: &'static str,
    json: String,
    check: Check,
}

/// Reads the JSON text; an error says what is wrong.
type Check = Box<dyn Fn(&str) -> Result<(), String>>;

/// The JSON text is read as a `T`, `pick` of it is `expected`, and nothing is lost.
fn reads<T, V>(
    schema: &'static str,
    citation: &'static str,
    json: impl Into<String>,
    pick: fn(&T) -> V,
    expected: V,
) -> Case
where
    T: DeserializeOwned + Serialize + 'static,
    V: Debug + PartialEq + 'static,
{
    let check = move |json: &str| {
        let value: T = serde_json::from_str(json).map_err(|error| error.to_string())?;
        same(pick(&value), &expected)?;
        let read: Value = serde_json::from_str(json).map_err(|error| error.to_string())?;
        let written = serde_json::to_value(&value).map_err(|error| error.to_string())?;
        match differences(&read, &written).first() {
            Some(difference) => Err(format!("not written as it was read: {difference}")),
            None => Ok(()),
        }
    };
    Case { schema, citation, json: json.into(), check: Box::new(check) }
}

/// As [`reads`], where the frame of the answer is not kept: a list of one stands for its element.
fn unpacks<T, V>(
    schema: &'static str,
    citation: &'static str,
    json: impl Into<String>,
    pick: fn(&T) -> V,
    expected: V,
) -> Case
where
    T: DeserializeOwned + 'static,
    V: Debug + PartialEq + 'static,
{
    let check = move |json: &str| {
        let value: T = serde_json::from_str(json).map_err(|error| error.to_string())?;
        same(pick(&value), &expected)
    };
    Case { schema, citation, json: json.into(), check: Box::new(check) }
}

fn same<V: Debug + PartialEq>(picked: V, expected: &V) -> Result<(), String> {
    if picked == *expected { Ok(()) } else { Err(format!("read as {picked:?}, expected {expected:?}")) }
}

/// Rows of one schema: citation, JSON text => what is picked of it, what that must be.
macro_rules! rows {
    ($schema:literal, $it:ident: $type:ty; $($citation:expr, $json:literal => $pick:expr, $expected:expr;)+) => {
        vec![$(super::reads($schema, $citation, $json, |$it: &$type| $pick, $expected)),+]
    };
}

#[track_caller]
fn check(cases: Vec<Case>) {
    let wrong = cases.iter().filter_map(|case| {
        let error = (case.check)(&case.json).err()?;
        Some(format!("{} ({}) {}: {error}", case.schema, case.citation, case.json))
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The ids of a list that may be missing.
macro_rules! ids {
    ($list:expr) => {
        $list.as_ref().map(|list| list.iter().map(|each| each.id.to_string()).collect::<Vec<String>>())
    };
}

/// The text of something that may be missing.
macro_rules! text {
    ($field:expr) => {
        $field.as_ref().map(|it| it.to_string())
    };
}

use {ids, rows, text};

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn list(texts: &[&str]) -> Option<Vec<String>> {
    Some(texts.iter().map(|&text| text.to_owned()).collect())
}

#[test]
fn templates_are_read_in_every_form() {
    check(templates::cases());
}

#[test]
fn processes_and_tasks_are_read_in_every_form() {
    check(processes_tasks::cases());
}

#[test]
fn the_rest_of_the_platform_is_read_in_every_form() {
    check(platform::cases());
}

#[test]
fn known_words_are_values_and_others_are_kept() {
    check(words::answers());
}

#[test]
fn words_of_requests_are_values_and_others_are_refused() {
    check(words::requests());
}

#[test]
fn forms_without_a_type_stay_as_they_came() {
    check(gaps::cases());
}
