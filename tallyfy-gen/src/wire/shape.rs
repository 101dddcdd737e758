//! The readers of lists, objects and maps, which arrive bare, wrapped in `{"data": ..}`, or as PHP's empty array. Not here:
//! scalars (`scalar`), whole answers (`envelope`).
//!
//! Nothing is buffered until something does not fit. Then what was read is written again, so that the whole is there as it
//! came, up to what `wire` says that values may lose.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess};
use serde_json::{Map, Value};

use super::peek::Key;
use super::read::{Nothing, Parsed, Read, Scalar, Seed, Unfit, UnfitPart, from_value, raw_list, raw_object};
use super::unreadable::{below, key_of_people, mark, note};

/// PHP writes an array with gaps as an object with its positions as keys.
pub(crate) fn is_position(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|b| b.is_ascii_digit())
}

/// A value as JSON; what was read can be written.
pub(crate) fn written<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// The elements of a list as far as they were read, and all of them once one did not fit.
pub(crate) struct Elements<T> {
    pub(crate) read: Vec<T>,
    pub(crate) raw: Option<Vec<Value>>,
    first: Option<UnfitPart>,
}

impl<T: Serialize> Elements<T> {
    /// Trusts a size hint only so far.
    pub(crate) fn new(hint: Option<usize>) -> Self {
        Self { read: Vec::with_capacity(hint.unwrap_or(0).min(1024)), raw: None, first: None }
    }

    /// Adds an element; `before` is the mark from before it was read.
    pub(crate) fn add(&mut self, parsed: Parsed<T>, expected: &'static str, before: usize, key: &str) {
        below(before, || key.to_owned());
        match parsed {
            Parsed { value: Some(value), unfit: None, .. } => {
                if let Some(raw) = &mut self.raw {
                    raw.push(written(&value));
                }
                self.read.push(value);
            }
            parsed => self.add_unfit(parsed, expected, key),
        }
    }

    #[cold]
    fn add_unfit(&mut self, parsed: Parsed<T>, expected: &'static str, key: &str) {
        let raw = self.raw.get_or_insert_with(|| self.read.iter().map(written).collect());
        let (value, part) = unfit_element(parsed.unfit, parsed.nothing, expected, key);
        raw.push(value);
        self.first.get_or_insert(part);
        self.read.extend(parsed.value);
    }

    fn into_parsed(self) -> Parsed<Vec<T>> {
        match self.raw.zip(self.first) {
            None => Parsed::whole(self.read),
            Some((raw, first)) => Parsed::in_part(self.read, Value::Array(raw), first),
        }
    }
}

/// Notes an element that does not fit, and gives its raw value. Nothing is no element.
pub(crate) fn unfit_element(
    unfit: Option<Box<Unfit>>,
    nothing: Nothing,
    expected: &'static str,
    key: &str,
) -> (Value, UnfitPart) {
    let part = |expected, found, below: &str| UnfitPart { at: format!("/{key}{below}"), expected, found };
    match unfit {
        Some(unfit) => {
            let found = unfit.found();
            if !unfit.in_part {
                note(key, unfit.expected, found, unfit.missing);
            }
            (unfit.raw, part(unfit.expected, found, &unfit.at))
        }
        None => {
            note(key, expected, "nothing", None);
            (nothing.to_value(), part(expected, "nothing", ""))
        }
    }
}

/// Adds an element as it stands in a list.
pub(crate) fn add_all<'de, R: Read<'de>, A: SeqAccess<'de>>(
    elements: &mut Elements<R::Value>,
    mut seq: A,
) -> Result<(), A::Error> {
    for position in 0_usize.. {
        let before = mark();
        let Some(parsed) = seq.next_element_seed(Seed::<R>::new())? else { break };
        // A clean element needs no name.
        if parsed.value.is_some() && parsed.unfit.is_none() && mark() == before && elements.raw.is_none() {
            elements.read.extend(parsed.value);
        } else {
            elements.add(parsed, R::EXPECTED, before, &position.to_string());
        }
    }
    Ok(())
}

/// A list: bare, `{"data": [..]}` where `UNWRAP` says so, or an object with positions as keys; `{}` is an empty list. What
/// stands beside `data` is dropped.
pub(crate) struct ListOf<R, const UNWRAP: bool = true>(PhantomData<R>);

impl<'de, R: Read<'de>, const UNWRAP: bool> Read<'de> for ListOf<R, UNWRAP> {
    type Value = Vec<R::Value>;
    const EXPECTED: &'static str = "a list";

    fn scalar(scalar: Scalar<'_>) -> Parsed<Self::Value> {
        match scalar {
            Scalar::Null => Parsed::nothing(Nothing::Null),
            scalar => Parsed::unfit(scalar.to_value(), Self::EXPECTED),
        }
    }

    fn seq<A: SeqAccess<'de>>(seq: A) -> Result<Parsed<Self::Value>, A::Error> {
        let mut elements = Elements::new(seq.size_hint());
        add_all::<R, A>(&mut elements, seq)?;
        Ok(elements.into_parsed())
    }

    fn map<A: MapAccess<'de>>(
        first: Option<Cow<'de, str>>,
        mut map: A,
    ) -> Result<Parsed<Self::Value>, A::Error> {
        let mut elements = Elements::new(None);
        // `meta` may stand before `data`, so a strange key says something only at the end.
        let (mut strange, mut positions) = (Map::new(), Vec::new());
        let mut next = first;
        while let Some(key) = next {
            let before = mark();
            if is_position(&key) && strange.is_empty() {
                let parsed = map.next_value_seed(Seed::<R>::new())?;
                elements.add(parsed, R::EXPECTED, before, &key);
                positions.push(key.into_owned());
            } else if UNWRAP && key == "data" && elements.read.is_empty() && elements.raw.is_none() {
                let inner = map.next_value_seed(Seed::<ListOf<R, false>>::new())?;
                below(before, || "data".to_owned());
                return unwrapped(inner, strange, map);
            } else {
                strange.insert(key.into_owned(), map.next_value()?);
            }
            next = map.next_key()?.map(|Key(key)| key);
        }
        if strange.is_empty() {
            return Ok(elements.into_parsed());
        }
        // It was no list, so nothing in it was unreadable by itself; what was read goes back.
        let elements = elements.raw.unwrap_or_else(|| elements.read.iter().map(written).collect());
        strange.extend(positions.into_iter().zip(elements));
        Ok(Parsed::unfit(Value::Object(strange), Self::EXPECTED))
    }
}

/// What stood under `data`; where it does not fit, the wrapper is kept with it.
fn unwrapped<'de, T, A: MapAccess<'de>>(
    mut inner: Parsed<T>,
    mut beside: Map<String, Value>,
    mut map: A,
) -> Result<Parsed<T>, A::Error> {
    match &mut inner.unfit {
        None => while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {},
        Some(unfit) => {
            beside.insert("data".to_owned(), std::mem::take(&mut unfit.raw));
            while let Some((key, value)) = map.next_entry()? {
                beside.insert(key, value);
            }
            unfit.raw = Value::Object(beside);
        }
    }
    Ok(inner)
}

/// An object: bare or, when `data` is its first key and `UNWRAP` says so, `{"data": {..}}`, and then what stands beside
/// `data` is dropped. `[]` is nothing, and so is `{}` where an object needs more. A scalar goes on as it is.
pub(crate) struct Object<R, const UNWRAP: bool = true>(PhantomData<R>);

impl<'de, R: Read<'de>, const UNWRAP: bool> Read<'de> for Object<R, UNWRAP> {
    type Value = R::Value;
    const EXPECTED: &'static str = R::EXPECTED;

    fn scalar(scalar: Scalar<'_>) -> Parsed<Self::Value> {
        R::scalar(scalar)
    }

    fn map<A: MapAccess<'de>>(
        first: Option<Cow<'de, str>>,
        mut map: A,
    ) -> Result<Parsed<Self::Value>, A::Error> {
        match first {
            None => match R::map(None, map)? {
                Parsed { value: None, .. } => Ok(Parsed::nothing(Nothing::Object)),
                parsed => Ok(parsed),
            },
            Some(key) if UNWRAP && key == "data" => {
                let before = mark();
                let inner = map.next_value_seed(Seed::<Object<R, false>>::new())?;
                below(before, || "data".to_owned());
                unwrapped(inner, Map::new(), map)
            }
            first => R::map(first, map),
        }
    }
}

/// As [`Object`], for a field that is boxed because its type holds itself.
pub(crate) struct Boxed<R>(PhantomData<R>);

impl<'de, R: Read<'de>> Read<'de> for Boxed<R> {
    type Value = Box<R::Value>;
    const EXPECTED: &'static str = R::EXPECTED;

    fn scalar(scalar: Scalar<'_>) -> Parsed<Self::Value> {
        R::scalar(scalar).map(Box::new)
    }

    fn map<A: MapAccess<'de>>(first: Option<Cow<'de, str>>, map: A) -> Result<Parsed<Self::Value>, A::Error> {
        Ok(Object::<R>::map(first, map)?.map(Box::new))
    }
}

/// An object with whatever keys.
pub(crate) type FreeForm = Map<String, Value>;

impl<'de> Read<'de> for FreeForm {
    type Value = Self;
    const EXPECTED: &'static str = "an object";

    fn scalar(scalar: Scalar<'_>) -> Parsed<Self> {
        match scalar {
            Scalar::Null => Parsed::nothing(Nothing::Null),
            scalar => Parsed::unfit(scalar.to_value(), Self::EXPECTED),
        }
    }

    fn map<A: MapAccess<'de>>(first: Option<Cow<'de, str>>, map: A) -> Result<Parsed<Self>, A::Error> {
        raw_object(first, map).map(Parsed::whole)
    }
}

/// A bare list.
impl<'de, R: Read<'de, Value = R> + Serialize> Read<'de> for Vec<R> {
    type Value = Self;
    const EXPECTED: &'static str = "a list";

    fn scalar(scalar: Scalar<'_>) -> Parsed<Self> {
        ListOf::<R, false>::scalar(scalar)
    }

    fn seq<A: SeqAccess<'de>>(seq: A) -> Result<Parsed<Self>, A::Error> {
        ListOf::<R, false>::seq(seq)
    }

    fn map<A: MapAccess<'de>>(first: Option<Cow<'de, str>>, map: A) -> Result<Parsed<Self>, A::Error> {
        ListOf::<R, false>::map(first, map)
    }
}

/// A map: an object, `[]` for an empty one, or an old server's list of objects, kept by their `id`.
pub(crate) struct MapOf<R>(PhantomData<R>);

impl<'de, R: Read<'de>> Read<'de> for MapOf<R> {
    type Value = BTreeMap<String, R::Value>;
    const EXPECTED: &'static str = "a map";

    fn scalar(scalar: Scalar<'_>) -> Parsed<Self::Value> {
        match scalar {
            Scalar::Null => Parsed::nothing(Nothing::Null),
            scalar => Parsed::unfit(scalar.to_value(), Self::EXPECTED),
        }
    }

    // Old servers send the kick-off values of a process as a list of objects, each with its field's id
    // (pp:PrerunData). The whole element is kept under that id.
    fn seq<A: SeqAccess<'de>>(seq: A) -> Result<Parsed<Self::Value>, A::Error> {
        let all = raw_list(seq)?;
        let mut by_id = Map::new();
        for element in &all {
            let id = element.as_object().and_then(element_id);
            let Some(id) = id.filter(|id| !by_id.contains_key(id)) else {
                return Ok(Parsed::unfit(Value::Array(all), Self::EXPECTED));
            };
            by_id.insert(id, element.clone());
        }
        let mut entries = Entries::default();
        for (key, value) in by_id {
            let before = mark();
            let parsed = from_value::<R>(value).map_err(A::Error::custom)?;
            entries.add(key, parsed, R::EXPECTED, before);
        }
        let mut parsed = entries.into_parsed();
        if let Some(unfit) = &mut parsed.unfit {
            unfit.raw = Value::Array(all);
        }
        Ok(parsed)
    }

    fn map<A: MapAccess<'de>>(
        first: Option<Cow<'de, str>>,
        mut map: A,
    ) -> Result<Parsed<Self::Value>, A::Error> {
        let mut entries = Entries::default();
        let mut next = first.map(Cow::into_owned);
        while let Some(key) = next {
            let before = mark();
            let parsed = map.next_value_seed(Seed::<R>::new())?;
            entries.add(key, parsed, R::EXPECTED, before);
            next = map.next_key()?;
        }
        Ok(entries.into_parsed())
    }
}

/// As [`Elements`], of a map.
struct Entries<T> {
    read: BTreeMap<String, T>,
    raw: Option<Map<String, Value>>,
    first: Option<UnfitPart>,
}

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self { read: BTreeMap::new(), raw: None, first: None }
    }
}

impl<T: Serialize> Entries<T> {
    fn add(&mut self, key: String, parsed: Parsed<T>, expected: &'static str, before: usize) {
        below(before, || key_of_people(&key));
        match parsed {
            Parsed { value: Some(value), unfit: None, .. } => {
                if let Some(raw) = &mut self.raw {
                    raw.insert(key.clone(), written(&value));
                }
                self.read.insert(key, value);
            }
            parsed => {
                let read = self.read.iter().map(|(key, value)| (key.clone(), written(value)));
                let raw = self.raw.get_or_insert_with(|| read.collect());
                let (value, part) =
                    unfit_element(parsed.unfit, parsed.nothing, expected, &key_of_people(&key));
                self.first.get_or_insert(part);
                raw.insert(key.clone(), value);
                match parsed.value {
                    Some(value) => drop(self.read.insert(key, value)),
                    None => drop(self.read.remove(&key)),
                }
            }
        }
    }

    fn into_parsed(self) -> Parsed<BTreeMap<String, T>> {
        match self.raw.zip(self.first) {
            None => Parsed::whole(self.read),
            Some((raw, first)) => Parsed::in_part(self.read, Value::Object(raw), first),
        }
    }
}

fn element_id(element: &Map<String, Value>) -> Option<String> {
    match element.get("id")? {
        Value::String(id) => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}
