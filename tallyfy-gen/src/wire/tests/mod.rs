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
