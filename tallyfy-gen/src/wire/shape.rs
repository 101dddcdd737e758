//! The visitors behind the readers of lists, objects and maps, which arrive bare, wrapped in
//! `{"data": ..}`, or as PHP's empty array. Not here: scalars (`scalar`), whole answers (`envelope`).
//!
//! Nothing is buffered: the first key of an object is read, and put back in front of the rest (`peek`).

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::peek::{Key, Peeked, scalars_to_inner};

/// Reads past whatever else stands beside `data`.
fn drain<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

/// PHP writes an array with gaps as an object with its positions as keys.
pub(crate) fn is_position(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|b| b.is_ascii_digit())
}

/// Collects a sequence, trusting its size hint only so far.
pub(crate) fn collect<'de, T, A>(mut seq: A) -> Result<Vec<T>, A::Error>
where
    T: Deserialize<'de>,
    A: SeqAccess<'de>,
{
    let mut items = Vec::with_capacity(seq.size_hint().unwrap_or(0).min(1024));
    while let Some(item) = seq.next_element()? {
        items.push(item);
    }
    Ok(items)
}

/// Object or nothing; `unwrap` says whether a `{"data": ..}` wrapper is looked for.
pub(crate) struct ObjectVisitor<T> {
    unwrap: bool,
    of: PhantomData<T>,
}

impl<T> ObjectVisitor<T> {
    pub(crate) fn new(unwrap: bool) -> Self {
        Self { unwrap, of: PhantomData }
    }
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for ObjectVisitor<T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Option<T>, D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object, bare or as {\"data\": ..}, or null")
    }

    scalars_to_inner!(Some);

    fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_none<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, d: D) -> Result<Option<T>, D::Error> {
        d.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Option<T>, A::Error> {
        match seq.next_element::<IgnoredAny>()? {
            None => Ok(None),
            Some(_) => Err(A::Error::invalid_type(Unexpected::Seq, &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<T>, A::Error> {
        let Some(Key(first)) = map.next_key()? else {
            return Ok(T::deserialize(Peeked::new(None, map)).ok());
        };
        if self.unwrap && first == "data" {
            let inner = map.next_value_seed(Self::new(false))?;
            drain(&mut map)?;
            return Ok(inner);
        }
        T::deserialize(Peeked::new(Some(first), map)).map(Some)
    }
}

/// List or nothing; `unwrap` says whether a `{"data": ..}` wrapper is looked for.
pub(crate) struct ListVisitor<T> {
    unwrap: bool,
    of: PhantomData<T>,
}

impl<T> ListVisitor<T> {
    pub(crate) fn new(unwrap: bool) -> Self {
        Self { unwrap, of: PhantomData }
    }
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for ListVisitor<T> {
    type Value = Option<Vec<T>>;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = Option<Vec<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list, bare or as {\"data\": [..]}, or null")
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

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        collect(seq).map(Some)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        let mut stranger = None;
        while let Some(Key(key)) = map.next_key()? {
            if is_position(&key) && stranger.is_none() {
                items.push(map.next_value()?);
            } else if self.unwrap && key == "data" && items.is_empty() {
                let inner = map.next_value_seed(Self::new(false))?;
                drain(&mut map)?;
                return Ok(inner);
            } else {
                // `meta` may stand before `data`, so a strange key is an error only at the end.
                map.next_value::<IgnoredAny>()?;
                stranger.get_or_insert(key);
            }
        }
        match stranger {
            None => Ok(Some(items)),
            Some(key) => {
                Err(A::Error::custom(format_args!("expected a list, found an object with the key {key:?}")))
            }
        }
    }
}

/// Map or nothing; PHP's `[]` is an empty map.
pub(crate) struct MapVisitor<T>(PhantomData<T>);

impl<T> MapVisitor<T> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for MapVisitor<T> {
    type Value = Option<BTreeMap<String, T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map, [] when it is empty, or null")
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

    // Old servers send the kick-off values of a process as a list of objects, each with its field's id
    // (pp:PrerunData). The whole element is kept under that id.
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut entries = BTreeMap::new();
        while let Some(value) = seq.next_element::<Value>()? {
            let Some(id) = value.as_object().and_then(element_id) else {
                return Err(A::Error::custom("expected a map, found a list whose elements have no id"));
            };
            let entry = T::deserialize(value).map_err(A::Error::custom)?;
            if let Some(_double) = entries.insert(id, entry) {
                return Err(A::Error::custom("expected a map, found a list with one id twice"));
            }
        }
        Ok(Some(entries))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = BTreeMap::new();
        while let Some((key, value)) = map.next_entry()? {
            entries.insert(key, value);
        }
        Ok(Some(entries))
    }
}

fn element_id(element: &Map<String, Value>) -> Option<String> {
    match element.get("id")? {
        Value::String(id) => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}
