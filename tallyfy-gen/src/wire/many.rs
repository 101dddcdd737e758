//! [`OneOrMany`]: one value in some answers, a list in others. Not here: includes (`read::list`).

use std::fmt;
use std::marker::PhantomData;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::peek::{Key, Peeked, scalars_to_inner};
use super::shape::collect;

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

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(OneOrManyVisitor(PhantomData))
    }
}

struct OneOrManyVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrManyVisitor<T> {
    type Value = OneOrMany<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one value, or a list")
    }

    scalars_to_inner!(OneOrMany::One);

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        collect(seq).map(OneOrMany::Many)
    }

    // Rules of a form field, and the embeds of a template, come as {} when there are none
    // (py:tests/test_models_from_dict, docs:open-api/code-samples/templates/delete-archive-template).
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        match map.next_key()? {
            None => Ok(OneOrMany::Many(Vec::new())),
            Some(Key(first)) => T::deserialize(Peeked::new(Some(first), map)).map(OneOrMany::One),
        }
    }
}
