//! [`Timestamp`], the one date-time type, and the reader of every written form. Not here: calendar
//! dates ([`Date`](super::Date)).

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::scalar::required_text;

/// A point in time, or a text in its place that is no date.
///
/// Reads ISO 8601 with `Z` or an offset and any number of decimals, `YYYY-MM-DD HH:MM:SS` and
/// `YYYY-MM-DDTHH:MM:SS` without a zone as UTC, and a bare date as midnight UTC: answers mix these forms
/// (docs:groups/update-group, docs:members, docs:guests/create-guest, go:e2e). Anything else is kept
/// as text, so that an odd date does not cost the whole answer.
///
/// Writes `YYYY-MM-DD HH:MM:SS` in UTC, the form for requests (docs:how-to-integrate-with-tallyfy-using-api):
/// fractions of a second are dropped on writing. Text is written as it came. Texts sort after instants.
///
/// ```
/// use tallyfy_gen::wire::Timestamp;
///
/// let due: Timestamp = serde_json::from_str("\"2026-05-15T16:30:00.250+02:00\"")?;
/// assert_eq!(due.to_string(), "2026-05-15 14:30:00");
///
/// let odd: Timestamp = serde_json::from_str("\"next Friday\"")?;
/// assert_eq!(odd.as_text(), Some("next Friday"));
/// assert_eq!(odd.to_utc(), None);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(Moment);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Moment {
    Instant(DateTime<Utc>, Exactness),
    Text(String),
}

/// Whether a date named its zone and time, so that its instant is certain. Instants that are equal otherwise are equal.
#[derive(Clone, Copy, Debug)]
struct Exactness(bool);

impl PartialEq for Exactness {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Exactness {}

impl PartialOrd for Exactness {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Exactness {
    fn cmp(&self, _: &Self) -> Ordering {
        Ordering::Equal
    }
}

impl Hash for Exactness {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl Timestamp {
    /// The instant; `None` when the server sent something that is no date.
    pub fn to_utc(&self) -> Option<DateTime<Utc>> {
        match &self.0 {
            Moment::Instant(instant, _) => Some(*instant),
            Moment::Text(_) => None,
        }
    }

    /// The text that is no date; `None` for an instant.
    pub fn as_text(&self) -> Option<&str> {
        match &self.0 {
            Moment::Instant(..) => None,
            Moment::Text(text) => Some(text),
        }
    }

    /// Whether it names a time and a zone. Without a zone it is read as UTC, without a time as midnight, which may be hours
    /// away from what was meant.
    pub fn is_exact(&self) -> bool {
        matches!(self.0, Moment::Instant(_, Exactness(true)))
    }

    pub(crate) fn from_text(text: &str) -> Self {
        match parse(text) {
            Some(written) => Self(Moment::Instant(written.utc, Exactness(written.is_exact))),
            None => Self(Moment::Text(text.to_owned())),
        }
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(instant: DateTime<Utc>) -> Self {
        Self(Moment::Instant(instant, Exactness(true)))
    }
}

impl From<DateTime<FixedOffset>> for Timestamp {
    fn from(instant: DateTime<FixedOffset>) -> Self {
        Self(Moment::Instant(instant.to_utc(), Exactness(true)))
    }
}

impl TryFrom<Timestamp> for DateTime<Utc> {
    type Error = NotADate;

    fn try_from(stamp: Timestamp) -> Result<Self, NotADate> {
        match stamp.0 {
            Moment::Instant(instant, _) => Ok(instant),
            Moment::Text(text) => Err(NotADate { text }),
        }
    }
}

/// Strict: a text that is no date is an error here, and kept only when it comes from the server.
impl FromStr for Timestamp {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        match parse(text) {
            Some(written) => Ok(Self(Moment::Instant(written.utc, Exactness(written.is_exact)))),
            None => Err(NotADate { text: text.to_owned() }),
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Moment::Text(text) => f.write_str(text),
            Moment::Instant(at, _) => {
                let (year, month, day) = (at.year(), at.month(), at.day());
                let (hour, minute, second) = (at.hour(), at.minute(), at.second());
                write!(f, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
            }
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        required_text(d, "a date-time", Self::from_text)
    }
}

/// A text that was expected to be a date and is none. `Display` does not show it, as it may be anything.
///
/// ```
/// use tallyfy_gen::wire::{NotADate, Timestamp};
///
/// let refused: NotADate = "soon".parse::<Timestamp>().unwrap_err();
/// assert_eq!(refused.text(), "soon");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotADate {
    pub(super) text: String,
}

impl NotADate {
    /// What stood in the place of a date.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for NotADate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text is no date; write YYYY-MM-DD or YYYY-MM-DD HH:MM:SS (UTC)")
    }
}

impl std::error::Error for NotADate {}

/// A date as it was written: its day in the writer's zone, and the instant.
pub(super) struct Written {
    pub(super) day: NaiveDate,
    pub(super) utc: DateTime<Utc>,
    /// It names its time and zone.
    pub(super) is_exact: bool,
}

/// Reads every form of the answers; `None` for anything else, including days that do not exist.
///
/// By hand, because chrono's patterns also take `2026-1-1`, signs and blanks between the parts, which
/// would then be written back as something the server did not send.
pub(super) fn parse(text: &str) -> Option<Written> {
    let bytes = text.trim().as_bytes();
    let day = day(bytes.get(..10)?)?;
    let rest = &bytes[10..];
    if rest.is_empty() {
        return Some(Written { day, utc: day.and_hms_opt(0, 0, 0)?.and_utc(), is_exact: false });
    }
    let rest = rest.strip_prefix(b"T").or(rest.strip_prefix(b" ")).or(rest.strip_prefix(b"t"))?;
    let (local, zone) = clock(day, rest)?;
    let utc = local.checked_sub_signed(offset(zone)?)?;
    // An offset may push the first or last day out of four-digit years, which have no written form.
    (0..=9999).contains(&utc.year()).then(|| Written { day, utc: utc.and_utc(), is_exact: !zone.is_empty() })
}

fn day(bytes: &[u8]) -> Option<NaiveDate> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *bytes else {
        return None;
    };
    let year = digits(&[y1, y2, y3, y4])?;
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, digits(&[m1, m2])?, digits(&[d1, d2])?)
}

/// `HH:MM:SS` with any decimals, and what is left for the zone.
fn clock(day: NaiveDate, bytes: &[u8]) -> Option<(NaiveDateTime, &[u8])> {
    let ([h1, h2, b':', m1, m2, b':', s1, s2], mut rest) = bytes.split_first_chunk::<8>()? else {
        return None;
    };
    let mut nanos = 0;
    if let Some(decimals) = rest.strip_prefix(b".") {
        let count = decimals.iter().take_while(|b| b.is_ascii_digit()).count();
        if count == 0 {
            return None;
        }
        let kept = digits(&decimals[..count.min(9)])?;
        nanos = kept * 10_u32.pow(9 - u32::try_from(count.min(9)).ok()?);
        rest = &decimals[count..];
    }
    let (hour, minute, second) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?, digits(&[*s1, *s2])?);
    Some((day.and_hms_nano_opt(hour, minute, second, nanos)?, rest))
}

/// Nothing and `Z` are UTC; else `+HH:MM`, `+HHMM` or `+HH`.
fn offset(bytes: &[u8]) -> Option<TimeDelta> {
    let (sign, hours, minutes) = match *bytes {
        [] | [b'Z' | b'z'] => return Some(TimeDelta::zero()),
        [sign, h1, h2, b':', m1, m2] | [sign, h1, h2, m1, m2] => {
            (sign, digits(&[h1, h2])?, digits(&[m1, m2])?)
        }
        [sign, h1, h2] => (sign, digits(&[h1, h2])?, 0),
        _ => return None,
    };
    if hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = i64::from(hours * 60 + minutes) * 60;
    match sign {
        b'+' => Some(TimeDelta::seconds(seconds)),
        b'-' => Some(TimeDelta::seconds(-seconds)),
        _ => None,
    }
}

/// At most nine digits, so the sum fits.
fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0, |sum, b| b.is_ascii_digit().then(|| sum * 10 + u32::from(b - b'0')))
}
