//! [`OneOrMany`]: one value in some answers, a list in others. Not here: includes (`shape`).

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::de::{MapAccess, SeqAccess};
use serde::{Deserialize, Deserializer, Serialize};

use super::read::{Parsed, Read, Scalar, required};
use super::shape::ListOf;

/// One value, or a list of them; written in the form in which it came, and `{}` is an empty list. Rows of the activity feed hold
/// lists of one for `verb`, `source` and `type` (docs, mcp-newer), which older servers may send bare.
///
/// ```
/// use tallyfy_gen::wire::OneOrMany;
///
/// let one: OneOrMany<String> = serde_json::from_str("\"created\"")?;
/// let many: OneOrMany<String> = serde_json::from_str(r#"["created", "updated"]"#)?;
/// assert_eq!(one.first(), many.first());
/// assert_eq!(many.iter().count(), 2);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum OneOrMany<T> {
    /// A bare value came.
    One(T),
    /// A list came.
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    /// The values as a slice, whichever form they came in.
    pub fn as_slice(&self) -> &[T] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }

    /// Every value.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.as_slice().iter()
    }

    /// The first value; `None` for an empty list.
    pub fn first(&self) -> Option<&T> {
        self.as_slice().first()
    }
}

impl<'a, T> IntoIterator for &'a OneOrMany<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T> From<T> for OneOrMany<T> {
    fn from(value: T) -> Self {
        Self::One(value)
    }
}

impl<T> From<Vec<T>> for OneOrMany<T> {
    fn from(values: Vec<T>) -> Self {
        Self::Many(values)
    }
}

impl<'de, T: Read<'de, Value = T> + Serialize> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        required::<Many<T>, D>(d)
    }
}

/// Reads one value, or a list of them, each by `R`.
pub(crate) struct Many<R>(PhantomData<R>);

impl<'de, R: Read<'de>> Read<'de> for Many<R> {
    type Value = OneOrMany<R::Value>;
    const EXPECTED: &'static str = "one value, or a list";

    fn scalar(scalar: Scalar<'_>) -> Parsed<Self::Value> {
        R::scalar(scalar).map(OneOrMany::One)
    }

    fn seq<A: SeqAccess<'de>>(seq: A) -> Result<Parsed<Self::Value>, A::Error> {
        Ok(ListOf::<R, false>::seq(seq)?.map(OneOrMany::Many))
    }

    // Rules of a form field, and the embeds of a template, come as {} when there are none
    // (py:tests/test_models_from_dict, docs:open-api/code-samples/templates/delete-archive-template).
    fn map<A: MapAccess<'de>>(first: Option<Cow<'de, str>>, map: A) -> Result<Parsed<Self::Value>, A::Error> {
        match first {
            None => Ok(Parsed::whole(OneOrMany::Many(Vec::new()))),
            first => Ok(R::map(first, map)?.map(OneOrMany::One)),
        }
    }
}
