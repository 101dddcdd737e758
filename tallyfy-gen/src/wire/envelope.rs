//! The frames of whole answers: [`Item`] for one thing, [`List`] for a page. Not here: `{"data": ..}`
//! inside an answer (`shape`), page numbers (`list_meta`).
//!
//! A page of 100 rows is the hot path: as long as `data` comes first, rows are decoded straight from the
//! stream.

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, Error, MapAccess, SeqAccess};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::ListMeta;
use super::peek::Key;
use super::read::{
    Nothing, Parsed, Read, Scalar, Seed, Unfit, from_value, kind, raw_list, raw_object, required,
};
use super::record::{self, optional};
use super::shape::{FreeForm, Object, is_position, unfit_element, written};
use super::unreadable::{Scope, Unreadable, below, mark, note};

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

impl<'de, T: Read<'de, Value = T> + Serialize> Deserialize<'de> for Item<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        required::<Self, D>(d)
    }
}

impl<'de, T: Read<'de, Value = T> + Serialize> Read<'de> for Item<T> {
    type Value = Self;
    const EXPECTED: &'static str = "an answer with `data`";

    fn scalar(scalar: Scalar<'_>) -> Parsed<Self> {
        match scalar {
            Scalar::Null => Parsed::unfit(Value::Null, Self::EXPECTED),
            scalar => T::scalar(scalar).map(Self::from),
        }
    }

    fn seq<A: SeqAccess<'de>>(seq: A) -> Result<Parsed<Self>, A::Error> {
        raw_list(seq).map(Value::Array).map(Self::raw)
    }

    fn map<A: MapAccess<'de>>(first: Option<Cow<'de, str>>, mut map: A) -> Result<Parsed<Self>, A::Error> {
        if first.as_deref() == Some("data") {
            let before = mark();
            let data = map.next_value_seed(Seed::<ItemData<T>>::new())?;
            below(before, || "data".to_owned());
            let (mut meta, mut extra) = (None, Map::new());
            while let Some(Key(key)) = map.next_key()? {
                match &*key {
                    "meta" => {
                        optional::<Object<FreeForm, false>, A>(&mut meta, &mut extra, "meta", &mut map)?;
                    }
                    _ => drop(extra.insert(key.into_owned(), map.next_value()?)),
                }
            }
            return Ok(framed(data).map(|data| Self { data, meta, extra }));
        }
        // A bare thing, or `data` in another place: only reading on tells, so this is buffered.
        let whole = raw_object(first, map)?;
        late_data(whole).map_err(A::Error::custom)
    }
}

/// What stood under `data` must be there.
fn framed<T>(mut data: Parsed<T>) -> Parsed<T> {
    if data.value.is_none() && data.unfit.is_none() {
        data = Parsed::unfit(data.nothing.to_value(), "one object");
    }
    if let Some(unfit) = &mut data.unfit {
        unfit.at.insert_str(0, "/data");
    }
    data
}

fn late_data<'de, T: Read<'de, Value = T> + Serialize>(
    mut whole: Map<String, Value>,
) -> serde_json::Result<Parsed<Item<T>>> {
    let Some(data) = whole.remove("data") else {
        return Ok(from_value::<T>(Value::Object(whole))?.map(Item::from));
    };
    let before = mark();
    let data = framed(from_value::<ItemData<T>>(data)?);
    below(before, || "data".to_owned());
    let meta = match whole.remove("meta") {
        Some(Value::Object(meta)) => Some(meta),
        Some(Value::Array(empty)) if empty.is_empty() => None,
        Some(Value::Null) | None => None,
        Some(odd) => {
            note("meta", "an object", kind(&odd), None);
            whole.insert("meta".to_owned(), odd);
            None
        }
    };
    Ok(data.map(|data| Item { data, meta, extra: whole }))
}

/// What stands under `data` of an [`Item`].
struct ItemData<T>(PhantomData<T>);

impl<'de, T: Read<'de, Value = T> + Serialize> Read<'de> for ItemData<T> {
    type Value = T;
    const EXPECTED: &'static str = T::EXPECTED;

    fn scalar(scalar: Scalar<'_>) -> Parsed<T> {
        T::scalar(scalar)
    }

    // The element is tried before the list, as a list of one object stands for the object.
    fn seq<A: SeqAccess<'de>>(seq: A) -> Result<Parsed<T>, A::Error> {
        let elements = raw_list(seq)?;
        if let [element @ Value::Object(_)] = elements.as_slice() {
            let before = mark();
            let parsed = from_value::<T>(element.clone()).map_err(A::Error::custom)?;
            below(before, || "0".to_owned());
            if parsed.value.is_some() {
                return Ok(parsed);
            }
        }
        from_value::<T>(Value::Array(elements)).map_err(A::Error::custom)
    }

    fn map<A: MapAccess<'de>>(first: Option<Cow<'de, str>>, map: A) -> Result<Parsed<T>, A::Error> {
        T::map(first, map)
    }

    fn raw(value: Value) -> Parsed<T> {
        T::raw(value)
    }
}

/// The answer that holds many things, mostly one page of them.
///
/// Reads `{"data": [..], "meta": ..}` and a bare `[..]`. An object without a `data` list is an error, never
/// an empty page: py:pagination and go:Pagination stop there too. A `data` object with positions as keys is
/// PHP's list with gaps (py:user_management, users-list), and `{}` its empty list.
///
/// A row that cannot be read stands in `odd_rows`, raw; it counts as a row of the page. Written, it stands in its place.
///
/// ```
/// use tallyfy_gen::wire::List;
///
/// let page: List<String> = serde_json::from_str(
///     r#"{"data": ["a", [1]], "meta": {"pagination": {"total": "21", "links": []}}}"#,
/// )?;
/// assert_eq!(page.data, ["a"]);
/// assert_eq!(page.odd_rows[0].value, serde_json::json!([1]));
/// assert_eq!(page.unreadable[0].to_string(), "/data/1: expected a text, found a list");
/// assert_eq!(page.meta.unwrap().pagination.unwrap().total, Some(21));
/// assert!(serde_json::from_str::<List<String>>(r#"{"error": true}"#).is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct List<T> {
    /// The things themselves.
    pub data: Vec<T>,
    /// Page numbers and counts; some lists have none.
    pub meta: Option<ListMeta>,
    /// Keys beside `data` and `meta`, such as a `count`.
    pub extra: Map<String, Value>,
    /// Rows that could not be read.
    pub odd_rows: Vec<OddRow>,
    /// What could not be read in this list: rows, and values of rows, at most a thousand.
    pub unreadable: Vec<Unreadable>,
}

/// A row that could not be read, as it came.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OddRow {
    /// Its place among all rows of the page, from 0.
    pub position: usize,
    /// What stood there.
    pub value: Value,
}

impl<T> From<Vec<T>> for List<T> {
    fn from(data: Vec<T>) -> Self {
        Self { data, meta: None, extra: Map::new(), odd_rows: Vec::new(), unreadable: Vec::new() }
    }
}

impl<T: Serialize> Serialize for List<T> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(None)?;
        match self.odd_rows.is_empty() {
            true => map.serialize_entry("data", &self.data)?,
            false => map.serialize_entry("data", &self.rows())?,
        }
        record::entry(&mut map, &self.extra, "meta", &self.meta)?;
        for (key, value) in &self.extra {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<T: Serialize> List<T> {
    /// All rows, the odd ones in their places.
    fn rows(&self) -> Vec<Value> {
        let mut rows: Vec<Value> = self.data.iter().map(written).collect();
        for row in &self.odd_rows {
            rows.insert(row.position.min(rows.len()), row.value.clone());
        }
        rows
    }
}

impl<'de, T: Read<'de, Value = T> + Serialize> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        required::<Self, D>(d)
    }
}

impl<'de, T: Read<'de, Value = T> + Serialize> Read<'de> for List<T> {
    type Value = Self;
    const EXPECTED: &'static str = "an answer with a `data` list";

    fn scalar(scalar: Scalar<'_>) -> Parsed<Self> {
        match scalar {
            Scalar::Null => Parsed::nothing(Nothing::Null),
            scalar => Parsed::unfit(scalar.to_value(), Self::EXPECTED),
        }
    }

    fn seq<A: SeqAccess<'de>>(seq: A) -> Result<Parsed<Self>, A::Error> {
        let scope = Scope::open();
        let rows = Rows::<T>::seq(seq)?;
        Ok(rows.map(|rows| Self { unreadable: scope.notes(), ..rows }))
    }

    fn map<A: MapAccess<'de>>(first: Option<Cow<'de, str>>, mut map: A) -> Result<Parsed<Self>, A::Error> {
        let scope = Scope::open();
        let (mut data, mut meta, mut extra) = (None, None, Map::new());
        let mut next = first;
        while let Some(key) = next {
            match &*key {
                "data" => {
                    let before = mark();
                    data = Some(map.next_value_seed(Seed::<Rows<T>>::new())?);
                    below(before, || "data".to_owned());
                }
                "meta" => {
                    optional::<Object<ListMeta, false>, A>(&mut meta, &mut extra, "meta", &mut map)?;
                }
                _ => drop(extra.insert(key.into_owned(), map.next_value()?)),
            }
            next = map.next_key()?.map(|Key(key)| key);
        }
        match data {
            Some(Parsed { value: Some(rows), .. }) => {
                Ok(Parsed::whole(Self { meta, extra, unreadable: scope.notes(), ..rows }))
            }
            data => Ok(no_list(data, meta, extra)),
        }
    }
}

/// An object without a list of rows, as it came.
#[cold]
fn no_list<T>(
    data: Option<Parsed<List<T>>>,
    meta: Option<ListMeta>,
    mut raw: Map<String, Value>,
) -> Parsed<List<T>> {
    raw.extend(meta.map(|meta| ("meta".to_owned(), written(&meta))));
    let unfit = match data {
        // The error tells of what stood there; what stood beside it is kept too.
        Some(data) => {
            let found = data.unfit.map_or_else(|| data.nothing.to_value(), |unfit| unfit.raw);
            let kind = kind(&found);
            raw.insert("data".to_owned(), found);
            Unfit {
                raw: Value::Object(raw),
                expected: "a list",
                missing: None,
                found: Some(kind),
                in_part: false,
                at: "/data".to_owned(),
            }
        }
        None => Unfit {
            raw: Value::Object(raw),
            expected: List::<Value>::EXPECTED,
            missing: Some("data"),
            found: None,
            in_part: false,
            at: String::new(),
        },
    };
    Parsed::of(unfit)
}

/// What stands under `data` of a [`List`].
struct Rows<T>(PhantomData<T>);

impl<'de, T: Read<'de, Value = T> + Serialize> Read<'de> for Rows<T> {
    type Value = List<T>;
    const EXPECTED: &'static str = "a list";

    fn scalar(scalar: Scalar<'_>) -> Parsed<List<T>> {
        Parsed::unfit(scalar.to_value(), Self::EXPECTED)
    }

    fn seq<A: SeqAccess<'de>>(mut seq: A) -> Result<Parsed<List<T>>, A::Error> {
        let mut list = List::from(Vec::with_capacity(seq.size_hint().unwrap_or(0).min(1024)));
        for position in 0.. {
            let before = mark();
            let Some(row) = seq.next_element_seed(Seed::<T>::new())? else { break };
            below(before, || position.to_string());
            list.add(row, T::EXPECTED, position, || position.to_string());
        }
        Ok(Parsed::whole(list))
    }

    fn map<A: MapAccess<'de>>(first: Option<Cow<'de, str>>, mut map: A) -> Result<Parsed<List<T>>, A::Error> {
        let mut list = List::from(Vec::new());
        let mut next = first;
        for position in 0.. {
            let Some(key) = next else { break };
            if !is_position(&key) {
                let mut raw = raw_object(Some(key), map)?;
                raw.extend(list.rows().into_iter().enumerate().map(|(at, row)| (at.to_string(), row)));
                return Ok(Parsed::unfit(Value::Object(raw), Self::EXPECTED));
            }
            let before = mark();
            let row = map.next_value_seed(Seed::<T>::new())?;
            below(before, || key.to_string());
            list.add(row, T::EXPECTED, position, || key.to_string());
            next = map.next_key()?.map(|Key(key)| key);
        }
        Ok(Parsed::whole(list))
    }
}

impl<T> List<T> {
    /// A row that cannot be read is kept raw: the rest of the page is read. The key is where it stood, in a list with gaps.
    fn add(&mut self, row: Parsed<T>, expected: &'static str, position: usize, key: impl FnOnce() -> String) {
        match row {
            Parsed { value: Some(row), unfit: None, .. } => self.data.push(row),
            Parsed { unfit, nothing, .. } => {
                let (value, _) = unfit_element(unfit, nothing, expected, &key());
                self.odd_rows.push(OddRow { position, value });
            }
        }
    }
}

impl List<Value> {
    /// The same with its rows in another type. That type is wrong where no row fits it: the error is that of the first.
    pub(super) fn typed<T: DeserializeOwned>(self) -> serde_json::Result<List<T>> {
        let Self { data, meta, extra, mut unreadable, .. } = self;
        let (mut rows, mut odd_rows) = (Vec::with_capacity(data.len()), Vec::new());
        let mut first = None;
        for (position, value) in data.into_iter().enumerate() {
            match T::deserialize(&value) {
                Ok(row) => rows.push(row),
                Err(error) => {
                    first.get_or_insert(error);
                    unreadable.push(Unreadable::row(position, kind(&value)));
                    odd_rows.push(OddRow { position, value });
                }
            }
        }
        match first {
            Some(error) if rows.is_empty() => Err(error),
            _ => Ok(List { data: rows, meta, extra, odd_rows, unreadable }),
        }
    }
}
