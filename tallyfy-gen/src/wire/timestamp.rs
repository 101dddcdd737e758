//! [`Timestamp`], the one date-time type, and the reader of every written form. Not here: calendar
//! dates ([`Date`](super::Date)), PHP's objects (`php_date`).

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};
use serde::de::MapAccess;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::nullable::Nullable;
use super::php_date::PhpDate;
use super::read::{Nothing, Parsed, Read, Scalar, raw_object, required_or_empty};

/// A point in time, or a text in its place that is no date.
///
/// Reads ISO 8601 with `Z` or an offset and any number of decimals, `YYYY-MM-DD HH:MM:SS` and
/// `YYYY-MM-DDTHH:MM:SS` without a zone as UTC, and a bare date as midnight UTC: answers mix these forms
/// (docs:groups/update-group, docs:members, docs:guests/create-guest, go:e2e); and PHP's own objects of date, kind of zone
/// and zone. Anything else is kept as text, so that an odd date does not cost the whole answer.
///
/// One that came in an answer is serialized as it came, fraction of a second included, so that an answer which was kept as
/// JSON equals the next one. Requests, and [`Display`](fmt::Display), write `YYYY-MM-DD HH:MM:SS` in UTC
/// (docs:how-to-integrate-with-tallyfy-using-api). Two are equal when the instant is the same, whatever their forms.
/// Texts sort after instants.
///
/// ```
/// use tallyfy_gen::wire::Timestamp;
///
/// let due: Timestamp = serde_json::from_str("\"2026-05-15T16:30:00.250+02:00\"")?;
/// assert_eq!(due.to_string(), "2026-05-15 14:30:00");
/// assert_eq!(serde_json::to_string(&due)?, "\"2026-05-15T16:30:00.250+02:00\"");
///
/// let odd: Timestamp = serde_json::from_str("\"next Friday\"")?;
/// assert_eq!(odd.as_text(), Some("next Friday"));
/// assert_eq!(odd.to_utc(), None);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Timestamp {
    moment: Moment,
    form: Form,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Moment {
    Instant(DateTime<Utc>),
    Text(String),
}

/// How it was written.
#[derive(Clone, Debug)]
enum Form {
    /// By us, for a request.
    Request {
        is_exact: bool,
    },
    Text(TextForm),
    /// PHP's object.
    Object(Box<Map<String, Value>>),
}

impl Timestamp {
    /// The instant; `None` when the server sent something that is no date.
    pub fn to_utc(&self) -> Option<DateTime<Utc>> {
        match &self.moment {
            Moment::Instant(instant) => Some(*instant),
            Moment::Text(_) => None,
        }
    }

    /// The text that is no date; `None` for an instant.
    pub fn as_text(&self) -> Option<&str> {
        match &self.moment {
            Moment::Instant(_) => None,
            Moment::Text(text) => Some(text),
        }
    }

    /// Whether it names a time and a zone. Without a zone it is read as UTC, without a time as midnight, which may be hours
    /// away from what was meant.
    pub fn is_exact(&self) -> bool {
        match (&self.moment, &self.form) {
            (Moment::Text(_), _) => false,
            (_, Form::Request { is_exact }) => *is_exact,
            (_, Form::Text(form)) => form.is_exact(),
            (_, Form::Object(_)) => true,
        }
    }

    pub(crate) fn from_text(text: &str) -> Self {
        match parse(text) {
            Some(written) => Self { moment: Moment::Instant(written.utc), form: Form::Text(written.form) },
            None => Self { moment: Moment::Text(text.to_owned()), form: Form::Request { is_exact: false } },
        }
    }

    /// `None` for an object that is no date of PHP's.
    fn from_object(object: Map<String, Value>) -> Option<Self> {
        let date = PhpDate::of(&object)?;
        let moment = match date.to_utc() {
            Some(utc) => Moment::Instant(utc),
            None => Moment::Text(date.to_string()),
        };
        Some(Self { moment, form: Form::Object(Box::new(object)) })
    }
}

impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        self.moment == other.moment
    }
}

impl Eq for Timestamp {}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timestamp {
    fn cmp(&self, other: &Self) -> Ordering {
        self.moment.cmp(&other.moment)
    }
}

impl Hash for Timestamp {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.moment.hash(state);
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(instant: DateTime<Utc>) -> Self {
        Self { moment: Moment::Instant(instant), form: Form::Request { is_exact: true } }
    }
}

impl From<DateTime<FixedOffset>> for Timestamp {
    fn from(instant: DateTime<FixedOffset>) -> Self {
        Self::from(instant.to_utc())
    }
}

impl TryFrom<Timestamp> for DateTime<Utc> {
    type Error = NotADate;

    fn try_from(stamp: Timestamp) -> Result<Self, NotADate> {
        match stamp.moment {
            Moment::Instant(instant) => Ok(instant),
            Moment::Text(text) => Err(NotADate { text }),
        }
    }
}

/// Strict: a text that is no date is an error here, and kept only when it comes from the server.
impl FromStr for Timestamp {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        match parse(text) {
            Some(written) => {
                let form = Form::Request { is_exact: written.form.is_exact() };
                Ok(Self { moment: Moment::Instant(written.utc), form })
            }
            None => Err(NotADate { text: text.to_owned() }),
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.moment {
            Moment::Text(text) => f.write_str(text),
            Moment::Instant(at) => f.write_str(&second(&at.naive_utc(), ' ')),
        }
    }
}

/// `YYYY-MM-DD HH:MM:SS`
fn second(at: &NaiveDateTime, separator: char) -> String {
    let (year, month, day) = (at.year(), at.month(), at.day());
    let (hour, minute, second) = (at.hour(), at.minute(), at.second());
    format!("{year:04}-{month:02}-{day:02}{separator}{hour:02}:{minute:02}:{second:02}")
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match (&self.moment, &self.form) {
            (_, Form::Object(object)) => object.serialize(s),
            (Moment::Instant(at), Form::Text(form)) => s.serialize_str(&form.write(*at)),
            _ => s.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        required_or_empty::<Self, D>(d, Self::from_text)
    }
}

impl<'de> Read<'de> for Timestamp {
    type Value = Self;
    const EXPECTED: &'static str = "a date-time";

    fn scalar(scalar: Scalar<'_>) -> Parsed<Self> {
        date_text(scalar, Self::EXPECTED).map(|text| Self::from_text(&text))
    }

    fn map<A: MapAccess<'de>>(first: Option<Cow<'de, str>>, map: A) -> Result<Parsed<Self>, A::Error> {
        let object = raw_object(first, map)?;
        if object.is_empty() {
            return Ok(Parsed::nothing(Nothing::Object));
        }
        Ok(match Self::from_object(object.clone()) {
            Some(stamp) => Parsed::whole(stamp),
            None => Self::raw(Value::Object(object)),
        })
    }
}

/// The text in the place of a date; "" is nothing.
pub(super) fn date_text<'a>(scalar: Scalar<'a>, expected: &'static str) -> Parsed<Cow<'a, str>> {
    match scalar.to_text() {
        Some(text) if text.is_empty() => Parsed::nothing(Nothing::Text),
        Some(text) => Parsed::whole(text),
        None if matches!(scalar, Scalar::Null) => Parsed::nothing(Nothing::Null),
        None => Parsed::unfit(scalar.to_value(), expected),
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

/// A date as it was written: its day in the writer's zone, the instant, and the form.
pub(super) struct Written {
    pub(super) day: NaiveDate,
    pub(super) utc: DateTime<Utc>,
    form: TextForm,
}

/// What a text has beside its instant, so that it can be written again. Decimals beyond nine are lost.
#[derive(Clone, Copy, Debug)]
struct TextForm {
    /// Between day and time; `None` for a bare day.
    separator: Option<u8>,
    decimals: u8,
    zone: Zone,
}

#[derive(Clone, Copy, Debug)]
enum Zone {
    Unnamed,
    /// `Z` or `z`
    Zulu(u8),
    Offset {
        minutes: i16,
        west: bool,
        style: OffsetStyle,
    },
}

#[derive(Clone, Copy, Debug)]
enum OffsetStyle {
    Colon,
    Digits,
    Hours,
}

impl Zone {
    fn offset(self) -> TimeDelta {
        match self {
            Self::Unnamed | Self::Zulu(_) => TimeDelta::zero(),
            Self::Offset { minutes, west, .. } => {
                TimeDelta::minutes(i64::from(if west { -minutes } else { minutes }))
            }
        }
    }
}

impl TextForm {
    fn is_exact(self) -> bool {
        !matches!(self.zone, Zone::Unnamed)
    }

    fn write(self, at: DateTime<Utc>) -> String {
        let local = at.naive_utc().checked_add_signed(self.zone.offset()).unwrap_or(at.naive_utc());
        let Some(separator) = self.separator else { return second(&local, ' ')[..10].to_owned() };
        let mut text = second(&local, char::from(separator));
        if self.decimals > 0 {
            let nanos = format!(".{:09}", local.nanosecond());
            text.push_str(&nanos[..=usize::from(self.decimals)]);
        }
        match self.zone {
            Zone::Unnamed => {}
            Zone::Zulu(letter) => text.push(char::from(letter)),
            Zone::Offset { minutes, west, style } => {
                let (sign, hours, minutes) = (if west { '-' } else { '+' }, minutes / 60, minutes % 60);
                text.push_str(&match style {
                    OffsetStyle::Colon => format!("{sign}{hours:02}:{minutes:02}"),
                    OffsetStyle::Digits => format!("{sign}{hours:02}{minutes:02}"),
                    OffsetStyle::Hours => format!("{sign}{hours:02}"),
                });
            }
        }
        text
    }
}

/// Reads every form of the answers; `None` for anything else, including days that do not exist.
///
/// By hand, because chrono's patterns also take `2026-1-1`, signs and blanks between the parts, which
/// would then be written back as something the server did not send.
pub(super) fn parse(text: &str) -> Option<Written> {
    let bytes = text.trim().as_bytes();
    let day = day(bytes.get(..10)?)?;
    let Some((&separator, rest)) = bytes[10..].split_first() else {
        let form = TextForm { separator: None, decimals: 0, zone: Zone::Unnamed };
        return Some(Written { day, utc: day.and_hms_opt(0, 0, 0)?.and_utc(), form });
    };
    if !matches!(separator, b'T' | b't' | b' ') {
        return None;
    }
    let (local, decimals, rest) = clock(day, rest)?;
    let zone = zone(rest)?;
    let utc = local.checked_sub_signed(zone.offset())?;
    let form = TextForm { separator: Some(separator), decimals, zone };
    // An offset may push the first or last day out of four-digit years, which have no written form.
    (0..=9999).contains(&utc.year()).then(|| Written { day, utc: utc.and_utc(), form })
}

fn day(bytes: &[u8]) -> Option<NaiveDate> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *bytes else {
        return None;
    };
    let year = digits(&[y1, y2, y3, y4])?;
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, digits(&[m1, m2])?, digits(&[d1, d2])?)
}

/// `HH:MM:SS` with any decimals, how many of them are kept, and what is left for the zone.
fn clock(day: NaiveDate, bytes: &[u8]) -> Option<(NaiveDateTime, u8, &[u8])> {
    let ([h1, h2, b':', m1, m2, b':', s1, s2], mut rest) = bytes.split_first_chunk::<8>()? else {
        return None;
    };
    let (mut nanos, mut kept) = (0, 0);
    if let Some(decimals) = rest.strip_prefix(b".") {
        let count = decimals.iter().take_while(|b| b.is_ascii_digit()).count();
        if count == 0 {
            return None;
        }
        kept = u8::try_from(count.min(9)).ok()?;
        nanos = digits(&decimals[..usize::from(kept)])? * 10_u32.pow(9 - u32::from(kept));
        rest = &decimals[count..];
    }
    let (hour, minute, second) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?, digits(&[*s1, *s2])?);
    Some((day.and_hms_nano_opt(hour, minute, second, nanos)?, kept, rest))
}

/// Nothing and `Z` are UTC; else `+HH:MM`, `+HHMM` or `+HH`.
fn zone(bytes: &[u8]) -> Option<Zone> {
    let (sign, hours, minutes, style) = match *bytes {
        [] => return Some(Zone::Unnamed),
        [letter @ (b'Z' | b'z')] => return Some(Zone::Zulu(letter)),
        [sign, h1, h2, b':', m1, m2] => (sign, digits(&[h1, h2])?, digits(&[m1, m2])?, OffsetStyle::Colon),
        [sign, h1, h2, m1, m2] => (sign, digits(&[h1, h2])?, digits(&[m1, m2])?, OffsetStyle::Digits),
        [sign, h1, h2] => (sign, digits(&[h1, h2])?, 0, OffsetStyle::Hours),
        _ => return None,
    };
    if hours > 23 || minutes > 59 || !matches!(sign, b'+' | b'-') {
        return None;
    }
    let minutes = i16::try_from(hours * 60 + minutes).ok()?;
    Some(Zone::Offset { minutes, west: sign == b'-', style })
}

/// At most nine digits, so the sum fits.
fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0, |sum, b| b.is_ascii_digit().then(|| sum * 10 + u32::from(b - b'0')))
}

/// Writes an instant in the form that requests take, wherever it came from.
pub(crate) fn for_request<T: RequestForm, S: Serializer>(value: &T, s: S) -> Result<S::Ok, S::Error> {
    value.write(s)
}

/// A field of a request that holds an instant.
pub(crate) trait RequestForm {
    fn write<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error>;
}

impl RequestForm for Timestamp {
    fn write<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl RequestForm for Option<Timestamp> {
    fn write<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Some(stamp) => stamp.write(s),
            None => s.serialize_none(),
        }
    }
}

impl RequestForm for Nullable<Timestamp> {
    fn write<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Nullable::Set(stamp) => stamp.write(s),
            Nullable::Keep | Nullable::Clear => s.serialize_none(),
        }
    }
}
