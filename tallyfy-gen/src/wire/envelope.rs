//! The frames of whole answers: [`Item`] for one thing, [`List`] for a page. Not here: `{"data": ..}`
//! inside an answer (`read::object`, `read::list`), page numbers
//! (`list_meta`).
//!
//! A page of 100 rows is the hot path: as long as `data` comes first, rows are decoded straight from the
//! stream.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::ListMeta;
use super::peek::{Key, Peeked, scalars_to_inner};
use super::shape::{ObjectVisitor, collect, is_position};

/// The answer that holds one thing.
///
/// Reads `{"data": T}`, a bare `T`, and `{"data": [T]}` with one element (py:user_management tolerates
/// these for the own profile). A bare `T` must not have a key `data` of its own. Written as
/// `{"data": T}`.
///
/// ```
/// use tallyfy_gen::wire::Item;
///
/// let framed: Item<Vec<i64>> = serde_json::from_str(r#"{"data": [1, 2], "meta": {"took": 3}}"#)?;
/// assert_eq!(framed.data, [1, 2]);
/// assert_eq!(framed.meta.unwrap()["took"], 3);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Item<T> {
    /// The thing itself.
    pub data: T,
    /// What stood beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<Map<String, Value>>,
    /// Keys beside `data` and `meta`.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl<T> From<T> for Item<T> {
    fn from(data: T) -> Self {
        Self { data, meta: None, extra: Map::new() }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Item<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(ItemVisitor(PhantomData))
    }
}

struct ItemVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ItemVisitor<T> {
    type Value = Item<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer with `data`")
    }

    scalars_to_inner!(Item::from);

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Item<T>, A::Error> {
        match map.next_key()? {
            Some(Key(key)) if key == "data" => {
                let data = map.next_value_seed(ItemData(PhantomData))?;
                let (mut meta, mut extra) = (None, Map::new());
                while let Some(Key(key)) = map.next_key()? {
                    if key == "meta" {
                        meta = map.next_value_seed(ObjectVisitor::new(false))?;
                    } else {
                        extra.insert(key.into_owned(), map.next_value()?);
                    }
                }
                Ok(Item { data, meta, extra })
            }
            // A bare thing, or `data` in another place: only reading on tells, so this is buffered.
            Some(Key(key)) => {
                let mut whole = Map::new();
                whole.insert(key.into_owned(), map.next_value()?);
                while let Some((key, value)) = map.next_entry()? {
                    whole.insert(key, value);
                }
                late_data(whole).map_err(A::Error::custom)
            }
            None => T::deserialize(Peeked::new(None, map)).map(Item::from),
        }
    }
}

fn late_data<'de, T: Deserialize<'de>>(mut whole: Map<String, Value>) -> serde_json::Result<Item<T>> {
    let Some(data) = whole.remove("data") else {
        return T::deserialize(Value::Object(whole)).map(Item::from);
    };
    let data = ItemData(PhantomData).deserialize(data)?;
    let meta = match whole.remove("meta") {
        Some(meta) => ObjectVisitor::new(false).deserialize(meta)?,
        None => None,
    };
    Ok(Item { data, meta, extra: whole })
}

/// What stands under `data` of an [`Item`].
struct ItemData<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for ItemData<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<T, D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for ItemData<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`data` with one object")
    }

    scalars_to_inner!(|data| data);

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        T::deserialize(serde::de::IntoDeserializer::<E>::into_deserializer(()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(Peeked::new(None, map))
    }

    // The element is tried before the list, because a derived struct would take a list for its fields
    // in order.
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<T, A::Error> {
        let elements: Vec<Value> = collect(seq)?;
        if let [element @ Value::Object(_)] = elements.as_slice()
            && let Ok(data) = T::deserialize(element.clone())
        {
            return Ok(data);
        }
        T::deserialize(Value::Array(elements)).map_err(A::Error::custom)
    }
}

/// The answer that holds many things, mostly one page of them.
///
/// Reads `{"data": [..], "meta": ..}` and a bare `[..]`. An object without a `data` list is an error, never
/// an empty page: py:pagination and go:Pagination stop there too. A `data` object with positions as keys is
/// PHP's list with gaps (py:user_management, users-list).
///
/// ```
/// use tallyfy_gen::wire::List;
///
/// let page: List<i64> = serde_json::from_str(
///     r#"{"data": [7, 8], "meta": {"pagination": {"total": "21", "links": []}}}"#,
/// )?;
/// assert_eq!(page.data, [7, 8]);
/// assert_eq!(page.meta.unwrap().pagination.unwrap().total, Some(21));
/// assert!(serde_json::from_str::<List<i64>>(r#"{"error": true}"#).is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct List<T> {
    /// The things themselves.
    pub data: Vec<T>,
    /// Page numbers and counts; some lists have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<ListMeta>,
    /// Keys beside `data` and `meta`, such as a `count`.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl<T> From<Vec<T>> for List<T> {
    fn from(data: Vec<T>) -> Self {
        Self { data, meta: None, extra: Map::new() }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(AnswerVisitor(PhantomData))
    }
}

struct AnswerVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for AnswerVisitor<T> {
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer with a `data` list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<List<T>, A::Error> {
        collect(seq).map(List::from)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<List<T>, A::Error> {
        let (mut data, mut meta, mut extra) = (None, None, Map::new());
        while let Some(Key(key)) = map.next_key()? {
            match &*key {
                "data" => data = Some(map.next_value_seed(Rows(PhantomData))?),
                "meta" => meta = map.next_value_seed(ObjectVisitor::new(false))?,
                _ => {
                    extra.insert(key.into_owned(), map.next_value()?);
                }
            }
        }
        match data {
            Some(data) => Ok(List { data, meta, extra }),
            None => Err(A::Error::custom("expected a list answer, found an object without `data`")),
        }
    }
}

/// What stands under `data` of a [`List`].
struct Rows<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Rows<T> {
    type Value = Vec<T>;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Vec<T>, D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Rows<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`data` with a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Vec<T>, A::Error> {
        collect(seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<T>, A::Error> {
        let mut rows = Vec::new();
        while let Some(Key(key)) = map.next_key()? {
            if !is_position(&key) {
                return Err(A::Error::invalid_type(Unexpected::Map, &self));
            }
            rows.push(map.next_value()?);
        }
        if rows.is_empty() { Err(A::Error::invalid_type(Unexpected::Map, &self)) } else { Ok(rows) }
    }
}
