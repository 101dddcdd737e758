//! [`Id`], an id that comes as a string or as a number. Not here: checks of ids before a request.

use std::cmp::Ordering;
use std::convert::Infallible;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::read::{Parsed, Read, Scalar, required};
use super::scalar::IdText;

/// An id that is a string in some answers and a number in others, as a comment's is (mcp and go: 32 hex
/// digits; py:tests and pp:Thread: integers). Written as it came: choices are told by number ids, and a value that
/// names one must name the number (go:TestEncodeKickoffOptionIDStaysNumeric). Compared as text.
///
/// ```
/// use tallyfy_gen::wire::Id;
///
/// let number: Id = serde_json::from_str("7")?;
/// let string: Id = serde_json::from_str("\"7\"")?;
/// assert_eq!(number, string);
/// assert_eq!(number, "7");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Id {
    text: String,
    number: bool,
}

impl Id {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl From<&str> for Id {
    fn from(id: &str) -> Self {
        Self { text: id.to_owned(), number: false }
    }
}

impl From<String> for Id {
    fn from(id: String) -> Self {
        Self { text: id, number: false }
    }
}

impl From<i64> for Id {
    fn from(id: i64) -> Self {
        Self { text: id.to_string(), number: true }
    }
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        id.text
    }
}

impl FromStr for Id {
    type Err = Infallible;

    fn from_str(id: &str) -> Result<Self, Infallible> {
        Ok(Self::from(id))
    }
}

impl AsRef<str> for Id {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl PartialEq<str> for Id {
    fn eq(&self, other: &str) -> bool {
        self.text == other
    }
}

impl PartialEq<&str> for Id {
    fn eq(&self, other: &&str) -> bool {
        self.text == *other
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for Id {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Id {}

impl PartialOrd for Id {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Id {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl Hash for Id {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self.text.parse::<i64>() {
            Ok(number) if self.number => s.serialize_i64(number),
            _ => s.serialize_str(&self.text),
        }
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        required::<Self, D>(d)
    }
}

impl Read<'_> for Id {
    type Value = Self;
    const EXPECTED: &'static str = IdText::EXPECTED;

    fn scalar(scalar: Scalar<'_>) -> Parsed<Self> {
        let number = !matches!(scalar, Scalar::Text(_) | Scalar::Big(_));
        IdText::scalar(scalar).map(|text| Self { text, number })
    }
}
