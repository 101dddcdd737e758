//! The field readers: what generated structs name in `#[serde(deserialize_with = "..")]`.
//!
//! Every reader answers null and, where the type allows, PHP's empty `[]` and `{}` with `None`. A value
//! of the wrong kind is an error with words, never a silent `None`: that would lose data. Not here:
//! whole answers ([`Item`](super::Item), [`List`](super::List)).
//!
//! ```
//! use serde::Deserialize;
//! use tallyfy_gen::wire::read;
//!
//! #[derive(Deserialize)]
//! struct Step {
//!     #[serde(default, deserialize_with = "read::integer")]
//!     position: Option<i64>,
//!     #[serde(default, deserialize_with = "read::list")]
//!     captures: Option<Vec<String>>,
//! }
//!
//! let step: Step = serde_json::from_str(r#"{"position": "7", "captures": {"data": ["a"]}}"#)?;
//! assert_eq!(step.position, Some(7));
//! assert_eq!(step.captures, Some(vec!["a".to_owned()]));
//! # Ok::<(), serde_json::Error>(())
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use super::scalar::{AsText, Flag, Float, Integer, Reading, optional, required};
use super::shape::{ListVisitor, MapVisitor, ObjectVisitor};
use super::{Date, Timestamp};

/// Integer: a number, an integral float, a numeric string, a bool as 0 or 1. "" is `None`.
pub fn integer<'de, D: Deserializer<'de>>(d: D) -> Result<Option<i64>, D::Error> {
    optional(d, Integer)
}

/// Number: a number, a numeric string, a bool as 0 or 1. "" is `None`.
pub fn number<'de, D: Deserializer<'de>>(d: D) -> Result<Option<f64>, D::Error> {
    optional(d, Float)
}

/// Flag: true and false, 0 and 1, and the same as strings. "" is `None`.
pub fn flag<'de, D: Deserializer<'de>>(d: D) -> Result<Option<bool>, D::Error> {
    optional(d, Flag)
}

/// Text: a string as it is ("" stays ""), a number or a bool as text.
pub fn text<'de, D: Deserializer<'de>>(d: D) -> Result<Option<String>, D::Error> {
    optional(d, any_text("a text"))
}

/// Date-time in any form. "" is `None`; what is no date is kept as text.
pub fn timestamp<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Timestamp>, D::Error> {
    optional(
        d,
        AsText { expected: "a date-time", make: |text: &str| unless_empty(text, Timestamp::from_text) },
    )
}

/// Calendar date in any form. "" is `None`; what is no date is kept as text.
pub fn date<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Date>, D::Error> {
    optional(d, AsText { expected: "a date", make: |text: &str| unless_empty(text, Date::from_text) })
}

/// One of the crate's open enums, or anything else made from text. "" is `None`.
pub fn open_enum<'de, D, T>(d: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: for<'a> From<&'a str>,
{
    optional(d, AsText { expected: "a text", make: |text: &str| unless_empty(text, |text| T::from(text)) })
}

/// List: bare, `{"data": [..]}`, or an object with positions as keys; `{}` is an empty list. What stands
/// beside `data` is dropped.
pub fn list<'de, D, T>(d: D) -> Result<Option<Vec<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    d.deserialize_any(ListVisitor::new(true))
}

/// List of integers, each read like [`integer`].
pub fn integers<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Vec<i64>>, D::Error> {
    struct Element(i64);
    impl<'de> Deserialize<'de> for Element {
        fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
            required(d, Integer).map(Self)
        }
    }
    let elements: Option<Vec<Element>> = list(d)?;
    Ok(elements.map(|elements| elements.into_iter().map(|element| element.0).collect()))
}

/// List of texts, each read like [`text`].
pub fn texts<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Vec<String>>, D::Error> {
    struct Element(String);
    impl<'de> Deserialize<'de> for Element {
        fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
            required(d, any_text("a text")).map(Self)
        }
    }
    let elements: Option<Vec<Element>> = list(d)?;
    Ok(elements.map(|elements| elements.into_iter().map(|element| element.0).collect()))
}

/// Object: bare or, when `data` is its first key, `{"data": {..}}`, and then what stands beside `data` is
/// dropped. `{}` is an empty `T` where `T` allows it, else `None`. A scalar goes to `T` as it is.
pub fn object<'de, D, T>(d: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    d.deserialize_any(ObjectVisitor::new(true))
}

/// Like [`object`], for a field that is boxed because its type holds itself.
pub fn boxed<'de, D, T>(d: D) -> Result<Option<Box<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(object(d)?.map(Box::new))
}

/// Map: an object, `[]` for an empty one, or an old server's list of objects, kept by their `id`.
pub fn map<'de, D, T>(d: D) -> Result<Option<BTreeMap<String, T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    d.deserialize_any(MapVisitor::new())
}

/// Anything at all; null is `None`.
pub fn value<'de, D: Deserializer<'de>>(d: D) -> Result<Option<serde_json::Value>, D::Error> {
    Option::deserialize(d)
}

/// A required id that is text: a string or a number.
pub fn id_text<'de, D: Deserializer<'de>>(d: D) -> Result<String, D::Error> {
    required(d, any_text("an id, string or number"))
}

/// A required id that is an integer: a number or a numeric string.
pub fn id_integer<'de, D: Deserializer<'de>>(d: D) -> Result<i64, D::Error> {
    required(d, Integer)
}

fn any_text(expected: &'static str) -> AsText<impl FnOnce(&str) -> Reading<String>> {
    AsText { expected, make: |text: &str| Reading::Value(text.to_owned()) }
}

fn unless_empty<T>(text: &str, make: impl FnOnce(&str) -> T) -> Reading<T> {
    if text.trim().is_empty() { Reading::Absent } else { Reading::Value(make(text)) }
}
