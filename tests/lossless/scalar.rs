//! When two scalars of JSON are the same value. Not here: what stands around them.

use chrono::{DateTime, NaiveDate, NaiveDateTime, SubsecRound, Utc};
use serde_json::{Number, Value};

/// Whether `written` is `read`, in another form at most.
pub(super) fn same_scalar(read: &Value, written: &Value) -> bool {
    match (read, written) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::String(a), Value::String(b)) => a == b || same_instant(a, b),
        (Value::Number(a), Value::Number(b)) => same_number(a, b),
        (Value::Number(number), Value::String(text)) | (Value::String(text), Value::Number(number)) => {
            number_in(text).is_some_and(|other| same_number(number, &other))
        }
        (Value::Bool(flag), other) | (other, Value::Bool(flag)) => flag_in(other) == Some(*flag),
        _ => false,
    }
}

fn same_number(a: &Number, b: &Number) -> bool {
    if let (Some(a), Some(b)) = (a.as_i128(), b.as_i128()) {
        return a == b;
    }
    match (a.as_f64(), b.as_f64()) {
        // An integer that no float can hold is not the same as the float next to it.
        (Some(a_float), Some(b_float)) => a_float == b_float && exact(a) && exact(b),
        _ => false,
    }
}

fn exact(number: &Number) -> bool {
    const LARGEST: i128 = 1 << 53;
    number.as_i128().is_none_or(|integer| integer.abs() <= LARGEST)
}

/// The number that a text writes as JSON would: no blanks, no plus sign, no leading zero.
fn number_in(text: &str) -> Option<Number> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.'));
    if plain { serde_json::from_str(text).ok() } else { None }
}

fn flag_in(value: &Value) -> Option<bool> {
    match value {
        Value::Number(number) => match number.as_f64() {
            Some(0.0) => Some(false),
            Some(1.0) => Some(true),
            _ => None,
        },
        Value::String(text) => match text.as_str() {
            "0" | "false" => Some(false),
            "1" | "true" => Some(true),
            _ => None,
        },
        _ => None,
    }
}

/// Whether `written` is the request form, `YYYY-MM-DD HH:MM:SS` in UTC, of the instant in `read`.
fn same_instant(read: &str, written: &str) -> bool {
    const WRITTEN: &str = "%Y-%m-%d %H:%M:%S";
    match (instant(read), NaiveDateTime::parse_from_str(written, WRITTEN)) {
        (Some(read), Ok(at)) => {
            at.format(WRITTEN).to_string() == written && read.trunc_subsecs(0) == at.and_utc()
        }
        _ => false,
    }
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    // chrono would also take a month or day of one digit, which no source sends.
    let of_a_day =
        |(at, byte): (usize, u8)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    if !text.get(..10)?.bytes().enumerate().all(of_a_day) {
        return None;
    }
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Some(day.and_hms_opt(0, 0, 0)?.and_utc());
    }
    let text = text.replacen(' ', "T", 1);
    if let Ok(at) = DateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f%#z") {
        return Some(at.to_utc());
    }
    let local = text.strip_suffix('Z').unwrap_or(&text);
    Some(NaiveDateTime::parse_from_str(local, "%Y-%m-%dT%H:%M:%S%.f").ok()?.and_utc())
}
