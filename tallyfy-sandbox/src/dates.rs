//! Reading dates of requests and writing dates of answers.
//!
//! Not here: what a date means for a task or a process (`state`).

use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, Utc};
use serde_json::Value;

/// The way a date is written in an answer. The service is not uniform (platform:dates.responses_seen),
/// so neither is the sandbox: each field keeps the form in which a source shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `2026-05-15T14:30:00Z`, most samples of the docs.
    Plain,
    /// `2026-05-15T14:30:00.000Z` (docs:files, seed:integration-guide).
    Millis,
    /// `2026-05-15T14:30:00.000000Z` (docs:groups/update-group).
    Micros,
    /// `2026-05-15T14:30:00+00:00` (docs:members).
    Offset,
    /// `2026-05-15 14:30:00` (docs:guests/create-guest).
    Space,
    /// `2026-05-15` (go:e2e fixture, created_at of an organization).
    Day,
}

/// Writes an instant in the given form.
pub fn write(at: DateTime<Utc>, form: Form) -> Value {
    let text = match form {
        Form::Plain => at.to_rfc3339_opts(SecondsFormat::Secs, true),
        Form::Millis => at.to_rfc3339_opts(SecondsFormat::Millis, true),
        Form::Micros => at.to_rfc3339_opts(SecondsFormat::Micros, true),
        Form::Offset => at.to_rfc3339_opts(SecondsFormat::Secs, false),
        Form::Space => at.format("%Y-%m-%d %H:%M:%S").to_string(),
        Form::Day => at.format("%Y-%m-%d").to_string(),
    };
    Value::String(text)
}

/// Writes an instant, or null.
pub fn optional(at: Option<DateTime<Utc>>, form: Form) -> Value {
    at.map_or(Value::Null, |at| write(at, form))
}

/// Reads a date of a request. The digits count as UTC and an offset is dropped, as the service does
/// (mcp:date_utils, platform:dates.timezone). `None` when the text is no date.
pub fn read(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Some(day.and_hms_opt(0, 0, 0)?.and_utc());
    }
    let (digits, rest) = (text.get(..19)?, text.get(19..)?);
    if !rest.chars().all(|c| c.is_ascii_digit() || ".:+-Zz ".contains(c)) {
        return None;
    }
    let digits = digits.replacen(['T', 't'], " ", 1);
    let at = NaiveDateTime::parse_from_str(&digits, "%Y-%m-%d %H:%M:%S").ok()?;
    Some(at.and_utc())
}

/// Reads a calendar day of a filter (`YYYY-MM-DD`).
pub fn read_day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok()
}

#[cfg(test)]
mod tests {
    use super::{Form, read, write};

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let read = read(text).map(|at| write(at, Form::Plain));
        assert_eq!(read.as_ref().and_then(|value| value.as_str()), expected, "{text}");
    }

    #[test]
    fn offsets_are_dropped_and_digits_read_as_utc() {
        check("2026-09-10 15:00:00", Some("2026-09-10T15:00:00Z"));
        check("2026-09-10T15:00:00Z", Some("2026-09-10T15:00:00Z"));
        check("2026-09-10T15:00:00.250Z", Some("2026-09-10T15:00:00Z"));
        check("2026-09-10T15:00:00+05:30", Some("2026-09-10T15:00:00Z"));
        check("2026-09-10", Some("2026-09-10T00:00:00Z"));
    }

    #[test]
    fn text_that_is_no_date_is_refused() {
        check("", None);
        check("tomorrow", None);
        check("2026-13-40 10:00:00", None);
        check("2026-09-10 15:00:00 or so", None);
        check("ééééééééééééééééééé", None);
    }
}
