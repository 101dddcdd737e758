//! How any JSON value is read as something the document promises, and what becomes of one that does not fit: it is handed
//! back raw, so that it costs itself alone. Here: the trait of all readers, and the one visitor behind them. Not here: what
//! scalars mean (`scalar`), lists, objects and maps (`shape`), generated answers (`record`), whole answers (`envelope`).

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Number, Value};

use super::peek::{Key, Peeked};

/// What came of reading one value. Both are there for a list of which an element does not fit.
#[derive(Debug)]
pub struct Parsed<T> {
    pub(crate) value: Option<T>,
    /// The value as it came, if it does not fit, in whole or in part.
    pub(crate) unfit: Option<Box<Unfit>>,
    /// What stood there, if it stands for nothing.
    pub(crate) nothing: Nothing,
}

/// A value that does not fit.
#[derive(Debug)]
pub struct Unfit {
    pub(crate) raw: Value,
    pub(crate) expected: &'static str,
    /// The field that a whole object lacks.
    pub(crate) missing: Option<&'static str>,
    /// The kind of what does not fit, where that is a part of `raw`.
    pub(crate) found: Option<&'static str>,
    /// Its parts are noted already, and the rest was read.
    pub(crate) in_part: bool,
    /// Where in an answer it stood.
    pub(crate) at: String,
}

/// The forms of nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Nothing {
    Null,
    Text,
    List,
    Object,
}

impl Nothing {
    pub(crate) fn to_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Text => Value::String(String::new()),
            Self::List => Value::Array(Vec::new()),
            Self::Object => Value::Object(Map::new()),
        }
    }
}

impl<T> Parsed<T> {
    pub(crate) fn whole(value: T) -> Self {
        Self { value: Some(value), unfit: None, nothing: Nothing::Null }
    }

    pub(crate) fn nothing(nothing: Nothing) -> Self {
        Self { value: None, unfit: None, nothing }
    }

    #[cold]
    pub(crate) fn unfit(raw: Value, expected: &'static str) -> Self {
        Self::of(Unfit { raw, expected, missing: None, found: None, in_part: false, at: String::new() })
    }

    #[cold]
    pub(crate) fn of(unfit: Unfit) -> Self {
        Self { value: None, unfit: Some(Box::new(unfit)), nothing: Nothing::Null }
    }

    #[cold]
    pub(crate) fn in_part(value: T, raw: Value, first: UnfitPart) -> Self {
        let UnfitPart { at, expected, found } = first;
        let unfit = Unfit { raw, expected, missing: None, found: Some(found), in_part: true, at };
        Self { value: Some(value), unfit: Some(Box::new(unfit)), nothing: Nothing::Null }
    }

    /// Says otherwise what should stand there.
    pub(crate) fn expecting(mut self, expected: &'static str) -> Self {
        if let Some(unfit) = &mut self.unfit {
            unfit.expected = expected;
        }
        self
    }

    pub(crate) fn map<U>(self, make: impl FnOnce(T) -> U) -> Parsed<U> {
        Parsed { value: self.value.map(make), unfit: self.unfit, nothing: self.nothing }
    }
}

impl Unfit {
    /// The kind of what was found.
    pub(crate) fn found(&self) -> &'static str {
        self.found.unwrap_or_else(|| kind(&self.raw))
    }
}

/// The first part of a list or map that does not fit.
#[derive(Debug)]
pub(crate) struct UnfitPart {
    pub(crate) at: String,
    pub(crate) expected: &'static str,
    pub(crate) found: &'static str,
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.missing {
            Some(field) => write!(f, "missing field `{field}`")?,
            None => write!(f, "expected {}, found {}", self.expected, self.found())?,
        }
        if self.at.is_empty() { Ok(()) } else { write!(f, " at {}", self.at) }
    }
}

/// The kind of a value, in words.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a bool",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A scalar of JSON.
#[derive(Clone, Copy, Debug)]
pub enum Scalar<'a> {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// An integer of 64 bits.
    Integer(i64),
    /// An integer beyond that.
    Big(u64),
    /// Any other number.
    Float(f64),
    /// A string.
    Text(&'a str),
}

impl<'a> Scalar<'a> {
    pub(crate) fn to_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(v) => Value::from(v),
            Self::Integer(v) => Value::from(v),
            Self::Big(v) => Value::from(v),
            Self::Float(v) => Value::from(v),
            Self::Text(v) => Value::from(v),
        }
    }

    /// The scalar as text; `None` for null.
    pub(crate) fn to_text(self) -> Option<Cow<'a, str>> {
        Some(match self {
            Self::Null => return None,
            Self::Bool(v) => Cow::Borrowed(if v { "true" } else { "false" }),
            Self::Integer(v) => Cow::Owned(v.to_string()),
            Self::Big(v) => Cow::Owned(v.to_string()),
            // As JSON would write it: 1.5, 2.0, 1e300.
            Self::Float(v) => Cow::Owned(Number::from_f64(v)?.to_string()),
            Self::Text(v) => Cow::Borrowed(v),
        })
    }

    /// Of a number, with whichever features `serde_json` was built.
    fn of_number(number: &Number) -> Option<Self> {
        number
            .as_i64()
            .map(Self::Integer)
            .or_else(|| number.as_u64().map(Self::Big))
            .or_else(|| number.as_f64().filter(|float| float.is_finite()).map(Self::Float))
    }

    /// What a scalar of a document is; `None` for lists and objects.
    pub(crate) fn of(value: &'a Value) -> Option<Self> {
        match value {
            Value::Null => Some(Self::Null),
            Value::Bool(v) => Some(Self::Bool(*v)),
            Value::Number(number) => Self::of_number(number),
            Value::String(v) => Some(Self::Text(v)),
            Value::Array(_) | Value::Object(_) => None,
        }
    }
}

/// Reads values of one kind; takes any JSON.
pub trait Read<'de> {
    /// What is made of it.
    type Value: Serialize;

    /// What should stand there, in words.
    const EXPECTED: &'static str;

    /// Reads a scalar.
    fn scalar(scalar: Scalar<'_>) -> Parsed<Self::Value>;

    /// Reads a list. PHP has one kind of array, so nothing at all may come as [] or {} (docs:webhooks: `next_task` at the
    /// end of a process is [] on one page and {} on another).
    fn seq<A: SeqAccess<'de>>(seq: A) -> Result<Parsed<Self::Value>, A::Error> {
        let all = raw_list(seq)?;
        Ok(if all.is_empty() { Parsed::nothing(Nothing::List) } else { Self::raw(Value::Array(all)) })
    }

    /// Reads an object whose first key was read; without one it is empty.
    fn map<A: MapAccess<'de>>(first: Option<Cow<'de, str>>, map: A) -> Result<Parsed<Self::Value>, A::Error> {
        if first.is_none() {
            return Ok(Parsed::nothing(Nothing::Object));
        }
        raw_object(first, map).map(Value::Object).map(Self::raw)
    }

    /// Takes a list or an object that is of no use.
    fn raw(value: Value) -> Parsed<Self::Value> {
        Parsed::unfit(value, Self::EXPECTED)
    }

    /// Reads a number of which the text is known too.
    fn precise(scalar: Scalar<'_>, number: Value) -> Parsed<Self::Value> {
        let mut parsed = Self::scalar(scalar);
        if let Some(unfit) = &mut parsed.unfit {
            unfit.raw = number;
        }
        parsed
    }
}

/// A list as it came.
pub(crate) fn raw_list<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<Vec<Value>, A::Error> {
    let mut all = Vec::new();
    while let Some(element) = seq.next_element()? {
        all.push(element);
    }
    Ok(all)
}

/// An object as it came, of which the first key was read.
pub(crate) fn raw_object<'de, A: MapAccess<'de>>(
    first: Option<Cow<'de, str>>,
    mut map: A,
) -> Result<Map<String, Value>, A::Error> {
    let mut all = Map::new();
    if let Some(first) = first {
        all.insert(first.into_owned(), map.next_value()?);
        while let Some((key, value)) = map.next_entry()? {
            all.insert(key, value);
        }
    }
    Ok(all)
}

/// The key under which `serde_json` hands a number over, as an object with its text, when another crate of the program
/// has turned its feature `arbitrary_precision` on.
const NUMBER: &str = "$serde_json::private::Number";

/// The visitor behind every reader.
pub(crate) struct Seed<R>(PhantomData<R>);

impl<R> Seed<R> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, R: Read<'de>> DeserializeSeed<'de> for Seed<R> {
    type Value = Parsed<R::Value>;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de, R: Read<'de>> Visitor<'de> for Seed<R> {
    type Value = Parsed<R::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(R::EXPECTED)
    }

    fn visit_bool<E: Error>(self, v: bool) -> Result<Self::Value, E> {
        Ok(R::scalar(Scalar::Bool(v)))
    }

    fn visit_i64<E: Error>(self, v: i64) -> Result<Self::Value, E> {
        Ok(R::scalar(Scalar::Integer(v)))
    }

    fn visit_u64<E: Error>(self, v: u64) -> Result<Self::Value, E> {
        Ok(R::scalar(i64::try_from(v).map_or(Scalar::Big(v), Scalar::Integer)))
    }

    fn visit_f64<E: Error>(self, v: f64) -> Result<Self::Value, E> {
        Ok(R::scalar(Scalar::Float(v)))
    }

    fn visit_str<E: Error>(self, v: &str) -> Result<Self::Value, E> {
        Ok(R::scalar(Scalar::Text(v)))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(R::scalar(Scalar::Null))
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(R::scalar(Scalar::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
        d.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        R::seq(seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        match map.next_key()? {
            Some(Key(key)) if key == NUMBER => precise::<R, A>(key, map),
            first => R::map(first.map(|Key(key)| key), map),
        }
    }
}

/// A number that was handed over as an object. Where the feature is off it is an object that somebody made.
#[cold]
fn precise<'de, R: Read<'de>, A: MapAccess<'de>>(
    key: Cow<'de, str>,
    map: A,
) -> Result<Parsed<R::Value>, A::Error> {
    let value = Value::deserialize(Peeked::new(Some(key), map))?;
    let Value::Number(number) = &value else { return Ok(R::raw(value)) };
    match Scalar::of_number(number) {
        Some(scalar) => Ok(R::precise(scalar, value)),
        None => Ok(R::raw(value)),
    }
}

/// Reads a value of a document that was read before.
pub(crate) fn from_value<'de, R: Read<'de>>(value: Value) -> serde_json::Result<Parsed<R::Value>> {
    Seed::<R>::new().deserialize(value)
}

/// Reads a value that may be nothing, and fails where it does not fit: for those who read a type by itself.
pub(crate) fn optional<'de, R: Read<'de>, D: Deserializer<'de>>(d: D) -> Result<Option<R::Value>, D::Error> {
    match Seed::<R>::new().deserialize(d)? {
        Parsed { unfit: Some(unfit), .. } => Err(D::Error::custom(unfit)),
        Parsed { value, .. } => Ok(value),
    }
}

/// Reads a value that must be there.
pub(crate) fn required<'de, R: Read<'de>, D: Deserializer<'de>>(d: D) -> Result<R::Value, D::Error> {
    optional::<R, D>(d)?
        .ok_or_else(|| D::Error::custom(format_args!("expected {}, found nothing", R::EXPECTED)))
}

/// As [`required`], where an empty text is a value too.
pub(crate) fn required_or_empty<'de, R: Read<'de>, D: Deserializer<'de>>(
    d: D,
    of_empty: impl FnOnce(&str) -> R::Value,
) -> Result<R::Value, D::Error> {
    match Seed::<R>::new().deserialize(d)? {
        Parsed { value: Some(value), .. } => Ok(value),
        Parsed { unfit: Some(unfit), .. } => Err(D::Error::custom(unfit)),
        Parsed { nothing: Nothing::Text, .. } => Ok(of_empty("")),
        _ => Err(D::Error::custom(format_args!("expected {}, found nothing", R::EXPECTED))),
    }
}
