//! The visitor behind the scalar readers: what counts as an integer, a number, a flag, a text.
//! Not here: lists, objects and maps (`shape`), and the public names (`read`).

use std::fmt;

use serde::Deserializer;
use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};

/// What one scalar of the answer turned out to be.
pub(crate) enum Reading<T> {
    Value(T),
    Absent,
    Unfit,
}

/// One way of reading scalars. The visitor below adds null and PHP's empty `[]` and `{}` to it.
pub(crate) trait Scalar: Sized {
    type Value;
    fn expected(&self) -> &'static str;
    fn bool(self, v: bool) -> Reading<Self::Value>;
    fn integer(self, v: i64) -> Reading<Self::Value>;
    fn big(self, v: u64) -> Reading<Self::Value>;
    fn float(self, v: f64) -> Reading<Self::Value>;
    fn text(self, v: &str) -> Reading<Self::Value>;
}

/// Reads an optional scalar.
pub(crate) fn optional<'de, D, S>(d: D, scalar: S) -> Result<Option<S::Value>, D::Error>
where
    D: Deserializer<'de>,
    S: Scalar,
{
    d.deserialize_any(Tolerant(scalar))
}

/// Reads a scalar that must be there.
pub(crate) fn required<'de, D, S>(d: D, scalar: S) -> Result<S::Value, D::Error>
where
    D: Deserializer<'de>,
    S: Scalar,
{
    let expected = scalar.expected();
    optional(d, scalar)?.ok_or_else(|| D::Error::custom(format_args!("expected {expected}, found nothing")))
}

/// Reads a string, or a number or bool as text, and hands it to `make` without an allocation.
pub(crate) fn required_text<'de, D, T>(
    d: D,
    expected: &'static str,
    make: impl FnOnce(&str) -> T,
) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
{
    required(d, AsText { expected, make: |text: &str| Reading::Value(make(text)) })
}

struct Tolerant<S>(S);

impl<'de, S: Scalar> Visitor<'de> for Tolerant<S> {
    type Value = Option<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.expected())
    }

    fn visit_bool<E: Error>(self, v: bool) -> Result<Self::Value, E> {
        let expected = self.0.expected();
        settle(self.0.bool(v), Unexpected::Bool(v), expected)
    }

    fn visit_i64<E: Error>(self, v: i64) -> Result<Self::Value, E> {
        let expected = self.0.expected();
        settle(self.0.integer(v), Unexpected::Signed(v), expected)
    }

    fn visit_u64<E: Error>(self, v: u64) -> Result<Self::Value, E> {
        let expected = self.0.expected();
        let reading = match i64::try_from(v) {
            Ok(small) => self.0.integer(small),
            Err(_) => self.0.big(v),
        };
        settle(reading, Unexpected::Unsigned(v), expected)
    }

    fn visit_f64<E: Error>(self, v: f64) -> Result<Self::Value, E> {
        let expected = self.0.expected();
        settle(self.0.float(v), Unexpected::Float(v), expected)
    }

    fn visit_str<E: Error>(self, v: &str) -> Result<Self::Value, E> {
        let expected = self.0.expected();
        settle(self.0.text(v), Unexpected::Str(v), expected)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
        d.deserialize_any(self)
    }

    // PHP has one kind of array, so nothing at all may come as [] or {} (docs:webhooks: `next_task` at the
    // end of a process is [] on one page and {} on another).
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        match seq.next_element::<IgnoredAny>()? {
            None => Ok(None),
            Some(_) => Err(A::Error::invalid_type(Unexpected::Seq, &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        match map.next_key::<IgnoredAny>()? {
            None => Ok(None),
            Some(_) => Err(A::Error::invalid_type(Unexpected::Map, &self)),
        }
    }
}

fn settle<T, E: Error>(
    reading: Reading<T>,
    found: Unexpected<'_>,
    expected: &'static str,
) -> Result<Option<T>, E> {
    match reading {
        Reading::Value(value) => Ok(Some(value)),
        Reading::Absent => Ok(None),
        Reading::Unfit => Err(E::invalid_value(found, &expected)),
    }
}

/// Number, integral float, numeric string, bool as 0 or 1; "" is absent.
pub(crate) struct Integer;

impl Scalar for Integer {
    type Value = i64;

    fn expected(&self) -> &'static str {
        "an integer, or a string that holds one"
    }

    fn bool(self, v: bool) -> Reading<i64> {
        Reading::Value(i64::from(v))
    }

    fn integer(self, v: i64) -> Reading<i64> {
        Reading::Value(v)
    }

    fn big(self, _: u64) -> Reading<i64> {
        Reading::Unfit
    }

    fn float(self, v: f64) -> Reading<i64> {
        // Up to 2^53 a float names exactly one integer; beyond that it would be a guess.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if v.fract() == 0.0 && v.abs() <= EXACT { Reading::Value(v as i64) } else { Reading::Unfit }
    }

    fn text(self, v: &str) -> Reading<i64> {
        let v = v.trim();
        if v.is_empty() {
            return Reading::Absent;
        }
        match (v.parse(), v.parse::<f64>()) {
            (Ok(integer), _) => Reading::Value(integer),
            (Err(_), Ok(float)) => self.float(float),
            _ => Reading::Unfit,
        }
    }
}

/// Number, numeric string, bool as 0 or 1; "" is absent.
pub(crate) struct Float;

impl Scalar for Float {
    type Value = f64;

    fn expected(&self) -> &'static str {
        "a number, or a string that holds one"
    }

    fn bool(self, v: bool) -> Reading<f64> {
        Reading::Value(f64::from(u8::from(v)))
    }

    fn integer(self, v: i64) -> Reading<f64> {
        Reading::Value(v as f64)
    }

    fn big(self, v: u64) -> Reading<f64> {
        Reading::Value(v as f64)
    }

    fn float(self, v: f64) -> Reading<f64> {
        Reading::Value(v)
    }

    fn text(self, v: &str) -> Reading<f64> {
        let v = v.trim();
        if v.is_empty() {
            return Reading::Absent;
        }
        // "nan" and "inf" parse in Rust, but JSON could not carry them back.
        match v.parse::<f64>() {
            Ok(number) if number.is_finite() => Reading::Value(number),
            _ => Reading::Unfit,
        }
    }
}

/// true/false, 0/1, and the same as text; "" is absent.
pub(crate) struct Flag;

impl Scalar for Flag {
    type Value = bool;

    fn expected(&self) -> &'static str {
        "a bool, 0 or 1, or a string that holds one of these"
    }

    fn bool(self, v: bool) -> Reading<bool> {
        Reading::Value(v)
    }

    fn integer(self, v: i64) -> Reading<bool> {
        match v {
            0 => Reading::Value(false),
            1 => Reading::Value(true),
            _ => Reading::Unfit,
        }
    }

    fn big(self, _: u64) -> Reading<bool> {
        Reading::Unfit
    }

    fn float(self, v: f64) -> Reading<bool> {
        if v == 0.0 || v == 1.0 { Reading::Value(v == 1.0) } else { Reading::Unfit }
    }

    fn text(self, v: &str) -> Reading<bool> {
        let v = v.trim();
        if v.is_empty() {
            Reading::Absent
        } else if v == "1" || v.eq_ignore_ascii_case("true") {
            Reading::Value(true)
        } else if v == "0" || v.eq_ignore_ascii_case("false") {
            Reading::Value(false)
        } else {
            Reading::Unfit
        }
    }
}

/// Any scalar, as text, handed to a function.
pub(crate) struct AsText<F> {
    pub(crate) expected: &'static str,
    pub(crate) make: F,
}

impl<T, F: FnOnce(&str) -> Reading<T>> Scalar for AsText<F> {
    type Value = T;

    fn expected(&self) -> &'static str {
        self.expected
    }

    fn bool(self, v: bool) -> Reading<T> {
        (self.make)(if v { "true" } else { "false" })
    }

    fn integer(self, v: i64) -> Reading<T> {
        (self.make)(&v.to_string())
    }

    fn big(self, v: u64) -> Reading<T> {
        (self.make)(&v.to_string())
    }

    fn float(self, v: f64) -> Reading<T> {
        // As JSON would write it: 1.5, 2.0, 1e300.
        match serde_json::Number::from_f64(v) {
            Some(number) => (self.make)(&number.to_string()),
            None => Reading::Unfit,
        }
    }

    fn text(self, v: &str) -> Reading<T> {
        (self.make)(v)
    }
}
