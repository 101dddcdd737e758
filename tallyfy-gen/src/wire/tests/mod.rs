//! Tests of the wire types: one file for each family, and one of properties. Expected values are written
//! by hand. Not here: tests of whole generated types, which need fixtures.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

mod body;
mod dates;
mod enums;
mod envelopes;
mod nullable;
mod properties;
mod references;
mod scalars;
mod shapes;

/// Turns a field reader into a function from JSON text.
macro_rules! reader {
    ($read:expr) => {
        |json: &str| {
            let mut input = serde_json::Deserializer::from_str(json);
            let value = $read(&mut input)?;
            input.end()?;
            Ok(value)
        }
    };
}
use reader;

/// Each reader of a field by itself: what does not fit is an error, with the words that a note has.
mod strict {
    use std::collections::BTreeMap;

    use serde::Deserializer;
    use serde_json::Value;

    use crate::wire::read::{Read, optional, required};
    use crate::wire::readers as r;
    use crate::wire::{Date, Timestamp};

    macro_rules! strict {
        ($($name:ident $reader:ty => $value:ty;)+) => {$(
            pub(super) fn $name<'de, D: Deserializer<'de>>(d: D) -> Result<Option<$value>, D::Error> {
                optional::<$reader, D>(d)
            }
        )+};
    }

    strict! {
        integer r::Integer => i64;
        number r::Float => f64;
        flag r::Flag => bool;
        text r::Text => String;
        timestamp Timestamp => Timestamp;
        date Date => Date;
        integers r::ListOf<r::Integer> => Vec<i64>;
        texts r::ListOf<r::Text> => Vec<String>;
        value r::Anything => Value;
    }

    pub(super) fn id_text<'de, D: Deserializer<'de>>(d: D) -> Result<String, D::Error> {
        required::<r::IdText, D>(d)
    }

    pub(super) fn id_integer<'de, D: Deserializer<'de>>(d: D) -> Result<i64, D::Error> {
        required::<r::IdInteger, D>(d)
    }

    pub(super) fn list<'de, R: Read<'de, Value = R> + serde::Serialize, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Option<Vec<R>>, D::Error> {
        optional::<r::ListOf<R>, D>(d)
    }

    pub(super) fn object<'de, R: Read<'de, Value = R>, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Option<R>, D::Error> {
        optional::<r::Object<R>, D>(d)
    }

    pub(super) fn boxed<'de, R: Read<'de, Value = R>, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Option<Box<R>>, D::Error> {
        optional::<r::Boxed<R>, D>(d)
    }

    pub(super) fn map<'de, R: Read<'de, Value = R>, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Option<BTreeMap<String, R>>, D::Error> {
        optional::<r::MapOf<R>, D>(d)
    }

    pub(super) fn open_enum<'de, T, D>(d: D) -> Result<Option<T>, D::Error>
    where
        D: Deserializer<'de>,
        T: for<'a> From<&'a str> + serde::Serialize,
    {
        optional::<r::Word<T>, D>(d)
    }
}

type Reader<T> = fn(&str) -> serde_json::Result<T>;

/// Each JSON text must read as the value beside it.
#[track_caller]
fn reads<T: Debug + PartialEq>(reader: Reader<T>, cases: &[(&str, T)]) {
    for (json, expected) in cases {
        match reader(json) {
            Ok(value) => assert_eq!(&value, expected, "{json}"),
            Err(error) => panic!("{json} was refused: {error}"),
        }
    }
}

/// Each JSON text must be refused, with these words in the message.
#[track_caller]
fn refuses<T: Debug>(reader: Reader<T>, cases: &[(&str, &str)]) {
    for (json, words) in cases {
        match reader(json) {
            Ok(value) => panic!("{json} was read as {value:?}"),
            Err(error) => assert!(error.to_string().contains(words), "{json}: {error}"),
        }
    }
}

/// Each JSON text, read as `T` and written again, must be the text beside it.
#[track_caller]
fn writes<T: DeserializeOwned + Serialize>(cases: &[(&str, &str)]) {
    for (json, expected) in cases {
        let value: T =
            serde_json::from_str(json).unwrap_or_else(|error| panic!("{json} was refused: {error}"));
        assert_eq!(serde_json::to_string(&value).expect("writes"), *expected, "{json}");
    }
}
