//! [`Date`], a day without a time. Not here: instants and the reader of written forms (`timestamp`).

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::read::{Parsed, Read, Scalar, required_or_empty};
use super::timestamp::{NotADate, date_text, parse};

/// A calendar day, or a text in its place that is no date.
///
/// Reads `YYYY-MM-DD`, and the day of any date-time that [`Timestamp`](super::Timestamp) reads, as it is
/// written there and not moved to UTC. Writes `YYYY-MM-DD`, the form of date filters
/// (docs:api-clients/postman), and text as it came. Texts sort after days.
///
/// ```
/// use tallyfy_gen::wire::Date;
///
/// let day: Date = serde_json::from_str("\"2026-05-15T23:30:00-05:00\"")?;
/// assert_eq!(day.to_string(), "2026-05-15");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(Inner);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Inner {
    Day(NaiveDate),
    Text(String),
}

impl Date {
    /// The day; `None` when the server sent something that is no date.
    pub fn to_naive(&self) -> Option<NaiveDate> {
        match &self.0 {
            Inner::Day(day) => Some(*day),
            Inner::Text(_) => None,
        }
    }

    /// The text that is no date; `None` for a day.
    pub fn as_text(&self) -> Option<&str> {
        match &self.0 {
            Inner::Day(_) => None,
            Inner::Text(text) => Some(text),
        }
    }

    pub(crate) fn from_text(text: &str) -> Self {
        match parse(text) {
            Some(written) => Self(Inner::Day(written.day)),
            None => Self(Inner::Text(text.to_owned())),
        }
    }
}

impl From<NaiveDate> for Date {
    fn from(day: NaiveDate) -> Self {
        Self(Inner::Day(day))
    }
}

/// Strict: a text that is no date is an error here, and kept only when it comes from the server.
impl FromStr for Date {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        match parse(text) {
            Some(written) => Ok(Self(Inner::Day(written.day))),
            None => Err(NotADate { text: text.to_owned() }),
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Inner::Day(day) => write!(f, "{:04}-{:02}-{:02}", day.year(), day.month(), day.day()),
            Inner::Text(text) => f.write_str(text),
        }
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        required_or_empty::<Self, D>(d, Self::from_text)
    }
}

impl Read<'_> for Date {
    type Value = Self;
    const EXPECTED: &'static str = "a date";

    fn scalar(scalar: Scalar<'_>) -> Parsed<Self> {
        date_text(scalar, Self::EXPECTED).map(|text| Self::from_text(&text))
    }
}
