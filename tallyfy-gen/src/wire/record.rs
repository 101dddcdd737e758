//! How a generated answer reads itself: one `match` over its keys, in place of serde's derive. What a field takes is
//! `read.rs`; here is the loop around it, and a seed for each reader.
//!
//! serde's derive makes a type of its own for every field that has a reader, more than a thousand in all: half of the
//! crate's build time. It also buffers what it flattens, which the loop need not do.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::peek::Key;
use super::{Date, Timestamp, read};

/// A generated answer.
pub(crate) trait Record: Sized {
    /// Its name, for messages.
    const NAME: &'static str;
    /// The key that must be there.
    const REQUIRED: Option<&'static str>;

    /// Nothing read yet.
    fn empty() -> Self;

    /// Reads the value of a key; `false` when the document does not know the key, and then nothing is read.
    fn read<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error>;

    /// Where values of unknown keys go.
    fn extra(&mut self) -> &mut Map<String, Value>;
}

/// Reads a record from an object.
pub(crate) fn deserialize<'de, D: Deserializer<'de>, T: Record>(d: D) -> Result<T, D::Error> {
    d.deserialize_map(RecordVisitor(PhantomData))
}

struct RecordVisitor<T>(PhantomData<T>);

impl<'de, T: Record> Visitor<'de> for RecordVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object ({})", T::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut record = T::empty();
        let mut missing = T::REQUIRED;
        while let Some(Key(key)) = map.next_key()? {
            if missing == Some(&*key) {
                missing = None;
            }
            if !record.read(&key, &mut map)? {
                let value = map.next_value()?;
                record.extra().insert(key.into_owned(), value);
            }
        }
        match missing {
            Some(field) => Err(A::Error::missing_field(field)),
            None => Ok(record),
        }
    }
}

/// A seed for each reader of `read.rs`, by the same name.
#[allow(dead_code, reason = "the document need not have a field of every kind")]
pub(crate) mod seed {
    use super::*;

    macro_rules! seeds {
        ($($seed:ident: $reader:ident $(<$of:ident: $bound:path>)? -> $value:ty;)+) => {$(
            pub(crate) struct $seed $(<$of>(PhantomData<$of>))?;

            pub(crate) fn $reader $(<$of>)? () -> $seed $(<$of>)? {
                $seed $((PhantomData::<$of>))?
            }

            impl<'de $(, $of: $bound)?> DeserializeSeed<'de> for $seed $(<$of>)? {
                type Value = $value;

                fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<$value, D::Error> {
                    read::$reader(d)
                }
            }
        )+};
    }

    seeds! {
        Integer: integer -> Option<i64>;
        Number: number -> Option<f64>;
        Flag: flag -> Option<bool>;
        Text: text -> Option<String>;
        Moment: timestamp -> Option<Timestamp>;
        Day: date -> Option<Date>;
        Integers: integers -> Option<Vec<i64>>;
        Texts: texts -> Option<Vec<String>>;
        Anything: value -> Option<Value>;
        IdText: id_text -> String;
        IdInteger: id_integer -> i64;
        List: list<T: Deserialize<'de>> -> Option<Vec<T>>;
        Object: object<T: Deserialize<'de>> -> Option<T>;
        Boxed: boxed<T: Deserialize<'de>> -> Option<Box<T>>;
        Keyed: map<T: Deserialize<'de>> -> Option<BTreeMap<String, T>>;
        OpenEnum: open_enum<T: FromText> -> Option<T>;
    }

    /// Made from text, as every open enum is.
    pub(crate) trait FromText: for<'a> From<&'a str> {}
    impl<T: for<'a> From<&'a str>> FromText for T {}
}
