//! [`CommaList`], several values in one query parameter. Not here: repeated parameters.

use std::fmt;
use std::str::FromStr;

use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::scalar::required_text;

/// Values that travel as one string with commas between them, as in `?with=groups,stats`
/// (docs:open-api/code-samples/members/list-members).
///
/// A value that is empty or holds a comma has no written form. Serialising such a list fails, so that a
/// request with another meaning is never sent; `Display` shows it all the same.
///
/// ```
/// use tallyfy_gen::wire::CommaList;
///
/// let owners = CommaList::from([1001, 1002]);
/// assert_eq!(serde_json::to_string(&owners)?, "\"1001,1002\"");
/// assert!(serde_json::to_string(&CommaList::from(["a,b"])).is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CommaList<T>(Vec<T>);

impl<T> CommaList<T> {
    /// The values in their order.
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }

    /// The values themselves.
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
}

impl<T> Default for CommaList<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> From<Vec<T>> for CommaList<T> {
    fn from(values: Vec<T>) -> Self {
        Self(values)
    }
}

impl<T, const N: usize> From<[T; N]> for CommaList<T> {
    fn from(values: [T; N]) -> Self {
        Self(values.into())
    }
}

impl<T> FromIterator<T> for CommaList<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

impl<T> IntoIterator for CommaList<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<T: fmt::Display> fmt::Display for CommaList<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, value) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str(",")?;
            }
            value.fmt(f)?;
        }
        Ok(())
    }
}

impl<T: FromStr> FromStr for CommaList<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        text.split(',').map(str::parse).collect()
    }
}

impl<T: fmt::Display> Serialize for CommaList<T> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut written = String::new();
        for (position, value) in self.0.iter().enumerate() {
            let value = value.to_string();
            if value.is_empty() || value.contains(',') {
                return Err(S::Error::custom("a comma list cannot hold an empty value, or one with a comma"));
            }
            if position > 0 {
                written.push(',');
            }
            written.push_str(&value);
        }
        s.serialize_str(&written)
    }
}

impl<'de, T> Deserialize<'de> for CommaList<T>
where
    T: FromStr,
    T::Err: fmt::Display,
{
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        required_text(d, "values with commas between them", |text| text.parse())?.map_err(de::Error::custom)
    }
}
