//! The readers of scalars: what counts as an integer, a number, a flag, a text, an id. Not here: lists, objects and maps
//! (`shape`), dates (`timestamp`, `date`).

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess};
use serde::{Deserializer, Serialize};
use serde_json::Value;

use super::read::{Nothing, Parsed, Read, Scalar, Seed, raw_list, raw_object};

/// Number, integral float, numeric string, bool as 0 or 1; "" is nothing.
pub(crate) struct Integer;

impl Read<'_> for Integer {
    type Value = i64;
    const EXPECTED: &'static str = "an integer, or a string that holds one";

    fn scalar(scalar: Scalar<'_>) -> Parsed<i64> {
        match scalar {
            Scalar::Null => return Parsed::nothing(Nothing::Null),
            Scalar::Text("") => return Parsed::nothing(Nothing::Text),
            Scalar::Bool(v) => Some(i64::from(v)),
            scalar => integer(scalar),
        }
        .map_or_else(|| Parsed::unfit(scalar.to_value(), Self::EXPECTED), Parsed::whole)
    }
}

/// The integer that a number or a text names.
fn integer(scalar: Scalar<'_>) -> Option<i64> {
    match scalar {
        Scalar::Integer(v) => Some(v),
        Scalar::Float(v) => integral(v),
        Scalar::Text(v) => {
            let v = v.trim();
            v.parse().ok().or_else(|| integral(v.parse().ok()?))
        }
        _ => None,
    }
}

/// Below 2^53 a float names exactly one integer. 2^53 itself is also what becomes of 2^53 + 1: a guess.
fn integral(v: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (v.fract() == 0.0 && v.abs() < EXACT).then_some(v as i64)
}

/// Number, numeric string, bool as 0 or 1; "" is nothing.
pub(crate) struct Float;

impl Read<'_> for Float {
    type Value = f64;
    const EXPECTED: &'static str = "a number, or a string that holds one";

    fn scalar(scalar: Scalar<'_>) -> Parsed<f64> {
        let number = match scalar {
            Scalar::Null => return Parsed::nothing(Nothing::Null),
            Scalar::Text("") => return Parsed::nothing(Nothing::Text),
            Scalar::Bool(v) => Some(f64::from(u8::from(v))),
            Scalar::Integer(v) => Some(v as f64),
            Scalar::Big(v) => Some(v as f64),
            Scalar::Float(v) => Some(v),
            Scalar::Text(v) => v.trim().parse().ok(),
        };
        // "nan" and "inf" parse in Rust, but JSON could not carry them back.
        match number.filter(|number| number.is_finite()) {
            Some(number) => Parsed::whole(number),
            None => Parsed::unfit(scalar.to_value(), Self::EXPECTED),
        }
    }
}

/// true/false, 0/1, and the same as text; "" is nothing.
pub(crate) struct Flag;

impl Read<'_> for Flag {
    type Value = bool;
    const EXPECTED: &'static str = "a bool, 0 or 1, or a string that holds one of these";

    fn scalar(scalar: Scalar<'_>) -> Parsed<bool> {
        let flag = match scalar {
            Scalar::Null => return Parsed::nothing(Nothing::Null),
            Scalar::Text("") => return Parsed::nothing(Nothing::Text),
            Scalar::Bool(v) => Some(v),
            Scalar::Integer(0) => Some(false),
            Scalar::Integer(1) => Some(true),
            Scalar::Float(v) if v == 0.0 || v == 1.0 => Some(v == 1.0),
            Scalar::Text(v) => match v.trim() {
                "1" => Some(true),
                "0" => Some(false),
                v if v.eq_ignore_ascii_case("true") => Some(true),
                v if v.eq_ignore_ascii_case("false") => Some(false),
                _ => None,
            },
            _ => None,
        };
        flag.map_or_else(|| Parsed::unfit(scalar.to_value(), Self::EXPECTED), Parsed::whole)
    }
}

/// A string as it is ("" stays ""), a number or a bool as text.
pub(crate) struct Text;

impl Read<'_> for Text {
    type Value = String;
    const EXPECTED: &'static str = "a text";

    fn scalar(scalar: Scalar<'_>) -> Parsed<String> {
        match scalar.to_text() {
            Some(text) => Parsed::whole(text.into_owned()),
            None if matches!(scalar, Scalar::Null) => Parsed::nothing(Nothing::Null),
            None => Parsed::unfit(scalar.to_value(), Self::EXPECTED),
        }
    }
}

/// A string, or any other scalar as text, made into one of the open enums; "" is nothing.
pub(crate) struct Word<T>(PhantomData<T>);

impl<T: for<'a> From<&'a str> + Serialize> Read<'_> for Word<T> {
    type Value = T;
    const EXPECTED: &'static str = "a text";

    fn scalar(scalar: Scalar<'_>) -> Parsed<T> {
        match scalar.to_text() {
            Some(text) if text.is_empty() => Parsed::nothing(Nothing::Text),
            Some(text) => Parsed::whole(T::from(&text)),
            None => Text::scalar(scalar).map(|text| T::from(&text)),
        }
    }
}

/// An id that is text: a string, or a number that names exactly one integer.
pub(crate) struct IdText;

impl Read<'_> for IdText {
    type Value = String;
    const EXPECTED: &'static str = "an id, string or number";

    fn scalar(scalar: Scalar<'_>) -> Parsed<String> {
        match scalar {
            Scalar::Null => Parsed::nothing(Nothing::Null),
            Scalar::Text(v) => Parsed::whole(v.to_owned()),
            Scalar::Big(v) => Parsed::whole(v.to_string()),
            scalar => match integer(scalar) {
                Some(id) => Parsed::whole(id.to_string()),
                None => Parsed::unfit(scalar.to_value(), Self::EXPECTED),
            },
        }
    }
}

/// An id that is an integer: a number or a numeric string.
pub(crate) struct IdInteger;

impl Read<'_> for IdInteger {
    type Value = i64;
    const EXPECTED: &'static str = "an integer id, or a string that holds one";

    fn scalar(scalar: Scalar<'_>) -> Parsed<i64> {
        match integer(scalar) {
            Some(id) => Parsed::whole(id),
            None if matches!(scalar, Scalar::Null) => Parsed::nothing(Nothing::Null),
            None => Parsed::unfit(scalar.to_value(), Self::EXPECTED),
        }
    }
}

/// Anything at all; null is nothing.
pub(crate) struct Anything;

/// Anything at all, as an element: null is a value like others.
impl<'de> Read<'de> for Value {
    type Value = Self;
    const EXPECTED: &'static str = "anything";

    fn scalar(scalar: Scalar<'_>) -> Parsed<Self> {
        Parsed::whole(scalar.to_value())
    }

    fn seq<A: SeqAccess<'de>>(seq: A) -> Result<Parsed<Self>, A::Error> {
        raw_list(seq).map(Self::Array).map(Parsed::whole)
    }

    fn map<A: MapAccess<'de>>(first: Option<Cow<'de, str>>, map: A) -> Result<Parsed<Self>, A::Error> {
        raw_object(first, map).map(Self::Object).map(Parsed::whole)
    }

    fn raw(value: Self) -> Parsed<Self> {
        Parsed::whole(value)
    }

    fn precise(_: Scalar<'_>, number: Self) -> Parsed<Self> {
        Parsed::whole(number)
    }
}

impl<'de> Read<'de> for Anything {
    type Value = Value;
    const EXPECTED: &'static str = Value::EXPECTED;

    fn scalar(scalar: Scalar<'_>) -> Parsed<Value> {
        match scalar {
            Scalar::Null => Parsed::nothing(Nothing::Null),
            scalar => Parsed::whole(scalar.to_value()),
        }
    }

    fn seq<A: SeqAccess<'de>>(seq: A) -> Result<Parsed<Value>, A::Error> {
        Value::seq(seq)
    }

    fn map<A: MapAccess<'de>>(first: Option<Cow<'de, str>>, map: A) -> Result<Parsed<Value>, A::Error> {
        Value::map(first, map)
    }

    fn raw(value: Value) -> Parsed<Value> {
        Parsed::whole(value)
    }

    fn precise(_: Scalar<'_>, number: Value) -> Parsed<Value> {
        Parsed::whole(number)
    }
}

/// A type that has one reader.
macro_rules! reads_as {
    ($($type:ty: $reader:ty;)+) => {$(
        impl Read<'_> for $type {
            type Value = Self;
            const EXPECTED: &'static str = <$reader as Read<'_>>::EXPECTED;

            fn scalar(scalar: Scalar<'_>) -> Parsed<Self> {
                <$reader as Read<'_>>::scalar(scalar)
            }
        }
    )+};
}

reads_as! {
    String: Text;
    i64: Integer;
}

/// Reads a text that must be there, or a number or bool as text, and hands it to `make`.
pub(crate) fn required_text<'de, D: Deserializer<'de>, T>(
    d: D,
    expected: &'static str,
    make: impl FnOnce(&str) -> T,
) -> Result<T, D::Error> {
    match Seed::<Text>::new().deserialize(d)? {
        Parsed { value: Some(text), .. } => Ok(make(&text)),
        Parsed { unfit: Some(unfit), .. } => {
            Err(D::Error::custom(format_args!("expected {expected}, found {}", unfit.found())))
        }
        _ => Err(D::Error::custom(format_args!("expected {expected}, found nothing"))),
    }
}

/// The integer that a value of an answer names: a number, or a text that holds one.
///
/// ```
/// assert_eq!(tallyfy_gen::wire::integer(&"7".into()), Some(7));
/// assert_eq!(tallyfy_gen::wire::integer(&7.5.into()), None);
/// ```
pub fn integer_of(value: &Value) -> Option<i64> {
    Integer::scalar(Scalar::of(value)?).value
}
