//! How a generated answer reads and writes itself: a table of its fields ([`record!`]), in place of serde's derives. Not
//! here: what a field takes (`read` and the readers it names).
//!
//! serde's derive makes a type of its own for every field that has a reader, more than a thousand in all: half of the
//! crate's build time. It also buffers what it flattens, which the loop need not do.
//!
//! What a field cannot hold whole stands in `extra`, under the key of the field, as it came; writing prefers it. So an odd
//! value costs itself alone, and survives the way through the type.

use std::borrow::Cow;
use std::cell::Cell;

use serde::de::MapAccess;
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserializer, Serialize};
use serde_json::{Map, Value};

use super::Id;
use super::peek::Key;
use super::read::{self, Nothing, Parsed, Read, Scalar, Seed, Unfit, raw_object};
use super::unreadable::{below, mark, note};

/// An object of an answer.
pub(crate) trait Record: Sized {
    /// What should stand in its place, in words.
    const EXPECTED: &'static str;
    /// The key that must be there.
    const REQUIRED: Option<&'static str>;

    /// Nothing read yet.
    fn empty() -> Self;

    /// Reads the value of a key.
    fn read<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<Known, A::Error>;

    /// Writes the fields, without `extra`.
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error>;

    /// Where values go that have no field.
    fn extra(&self) -> &Map<String, Value>;

    /// The same, to be added to.
    fn extra_mut(&mut self) -> &mut Map<String, Value>;
}

/// What a key turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// No field; its value was not read.
    No,
    Yes,
    /// The required field, which was read.
    Required,
}

/// The fields of an answer: its words, then `optional` or `required`, the field, its key, its reader.
macro_rules! record {
    ($name:ident $expected:literal [$($required:literal)?] { $($kind:ident $field:ident $key:literal $reader:ty;)* }) => {
        impl $crate::wire::record::Record for $name {
            const EXPECTED: &'static str = $expected;
            const REQUIRED: Option<&'static str> = $crate::wire::record::record!(@first $($required)?);

            fn empty() -> Self {
                Self {
                    $($field: $crate::wire::record::Slot::empty(),)*
                    extra: ::serde_json::Map::new(),
                }
            }

            fn read<'de, A: ::serde::de::MapAccess<'de>>(
                &mut self,
                key: &str,
                map: &mut A,
            ) -> Result<$crate::wire::record::Known, A::Error> {
                #[allow(unused_imports, reason = "no answer needs all of them")]
                use $crate::wire::readers::*;
                match key {
                    $($key => $crate::wire::record::$kind::<$reader, A>(
                        &mut self.$field, &mut self.extra, $key, map,
                    ),)*
                    _ => Ok($crate::wire::record::Known::No),
                }
            }

            fn write<M: ::serde::ser::SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                $($crate::wire::record::entry(map, &self.extra, $key, &self.$field)?;)*
                Ok(())
            }

            fn extra(&self) -> &::serde_json::Map<String, ::serde_json::Value> {
                &self.extra
            }

            fn extra_mut(&mut self) -> &mut ::serde_json::Map<String, ::serde_json::Value> {
                &mut self.extra
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::wire::record::serialize(self, serializer)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::wire::record::deserialize(deserializer)
            }
        }
    };
    (@first) => { None };
    (@first $key:literal) => { Some($key) };
}
pub(crate) use record;

/// What a field can be: optional, or an id.
pub(crate) trait Slot {
    fn empty() -> Self;

    fn is_empty(&self) -> bool {
        false
    }
}

impl<T> Slot for Option<T> {
    fn empty() -> Self {
        None
    }

    fn is_empty(&self) -> bool {
        self.is_none()
    }
}

impl Slot for String {
    fn empty() -> Self {
        Self::new()
    }
}

impl Slot for i64 {
    fn empty() -> Self {
        0
    }
}

impl Slot for Id {
    fn empty() -> Self {
        Self::from("")
    }
}

/// Reads a field that may be missing.
// Never inlined: what a field weighs while it is read must not add up in one frame, as records nest.
#[inline(never)]
pub(crate) fn optional<'de, R: Read<'de>, A: MapAccess<'de>>(
    slot: &mut Option<R::Value>,
    extra: &mut Map<String, Value>,
    key: &'static str,
    map: &mut A,
) -> Result<Known, A::Error> {
    let before = mark();
    let parsed = map.next_value_seed(Seed::<R>::new())?;
    *slot = parsed.value;
    if parsed.unfit.is_some() || !extra.is_empty() || mark() != before {
        settle(extra, key, parsed.unfit, before);
    }
    Ok(Known::Yes)
}

/// Reads the field that must be there.
pub(crate) fn required<'de, R: Read<'de>, A: MapAccess<'de>>(
    slot: &mut R::Value,
    extra: &mut Map<String, Value>,
    key: &'static str,
    map: &mut A,
) -> Result<Known, A::Error> {
    let Parsed { value, unfit, nothing } = map.next_value_seed(Seed::<R>::new())?;
    match value {
        Some(value) => {
            *slot = value;
            extra.remove(key);
            Ok(Known::Required)
        }
        None => {
            extra.insert(key.to_owned(), unfit.map_or_else(|| nothing.to_value(), |unfit| unfit.raw));
            Ok(Known::Yes)
        }
    }
}

/// What did not fit into a field goes to `extra`; of a key that comes twice the last value counts.
#[cold]
fn settle(extra: &mut Map<String, Value>, key: &str, unfit: Option<Box<Unfit>>, before: usize) {
    below(before, || key.to_owned());
    match unfit {
        Some(unfit) => {
            if !unfit.in_part {
                note(key, unfit.expected, unfit.found(), unfit.missing);
            }
            extra.insert(key.to_owned(), unfit.raw);
        }
        None => drop(extra.remove(key)),
    }
}

/// Writes a field, unless it is empty or stands whole in `extra`.
pub(crate) fn entry<T: Slot + Serialize, M: SerializeMap>(
    map: &mut M,
    extra: &Map<String, Value>,
    key: &'static str,
    value: &T,
) -> Result<(), M::Error> {
    if value.is_empty() || (!extra.is_empty() && extra.contains_key(key)) {
        return Ok(());
    }
    map.serialize_entry(key, value)
}

/// Writes a record as an object.
pub(crate) fn serialize<T: Record, S: Serializer>(record: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    record.write(&mut map)?;
    for (key, value) in record.extra() {
        map.serialize_entry(key, value)?;
    }
    map.end()
}

/// Reads a record that must be there.
pub(crate) fn deserialize<'de, D: Deserializer<'de>, T: Record + Serialize>(d: D) -> Result<T, D::Error> {
    read::required::<T, D>(d)
}

/// Records inside each other that are read; deeper ones stay raw. Answers have about five, and each takes some thirty
/// kilobytes of stack, twice that in builds for development.
pub(crate) const DEEPEST: u32 = 10;

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

struct Level;

impl Level {
    fn enter() -> Option<Self> {
        let depth = DEPTH.get();
        (depth < DEEPEST).then(|| {
            DEPTH.set(depth + 1);
            Self
        })
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}

impl<'de, T: Record + Serialize> Read<'de> for T {
    type Value = T;
    const EXPECTED: &'static str = <T as Record>::EXPECTED;

    fn scalar(scalar: Scalar<'_>) -> Parsed<T> {
        match scalar {
            Scalar::Null => Parsed::nothing(Nothing::Null),
            scalar => Parsed::unfit(scalar.to_value(), <T as Record>::EXPECTED),
        }
    }

    fn map<A: MapAccess<'de>>(first: Option<Cow<'de, str>>, mut map: A) -> Result<Parsed<T>, A::Error> {
        let Some(_level) = Level::enter() else {
            let raw = Value::Object(raw_object(first, map)?);
            return Ok(Parsed::unfit(raw, "fewer objects inside each other"));
        };
        let mut record = T::empty();
        let mut complete = T::REQUIRED.is_none();
        let mut next = first;
        while let Some(key) = next {
            match record.read(&key, &mut map)? {
                Known::Yes => {}
                Known::Required => complete = true,
                Known::No => {
                    let value = map.next_value()?;
                    record.extra_mut().insert(key.into_owned(), value);
                }
            }
            next = map.next_key()?.map(|Key(key)| key);
        }
        Ok(if complete { Parsed::whole(record) } else { incomplete(&record) })
    }
}

/// An object without its id is no record; what was read goes back.
#[cold]
fn incomplete<T: Record + Serialize>(record: &T) -> Parsed<T> {
    let mut raw = super::shape::written(record);
    if let (Some(required), Some(raw)) = (T::REQUIRED, raw.as_object_mut())
        && !record.extra().contains_key(required)
    {
        raw.remove(required);
    }
    Parsed::of(Unfit {
        raw,
        expected: <T as Record>::EXPECTED,
        missing: T::REQUIRED,
        found: None,
        in_part: false,
        at: String::new(),
    })
}
