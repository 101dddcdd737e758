//! "Lossless": whether an answer survives the way through a typed value and back to JSON.
//!
//! [`differences`] knows neither types nor field names; it compares two JSON documents, what was read and
//! what was written again, and forgives only what the readers of `tallyfy-gen/src/wire/read.rs` do on
//! purpose:
//!
//! - absent and null are the same; so is what PHP sends for nothing, `[]` and `{}`, and `""` in place of a
//!   date, number, flag or enum, when nothing is written;
//! - `[]` and `{}` are the same;
//! - instants are the same to the second, whatever their form; a text that is no date is kept as it is;
//! - `{"data": X}` is `X` where `data` stands alone, and a whole answer may gain the frame;
//! - numbers are the same by value (25 and 25.0), and the same as their text (7 and "7");
//! - false and true are the same as 0 and 1, and as the texts of these;
//! - a PHP list with gaps (`{"0": .., "2": ..}`) is the list of its values, and an old list of objects is
//!   the map of these by their `id`.
//!
//! Nothing else. Not here: reading typed values, and files.

use std::fmt;

use chrono::{DateTime, NaiveDate, NaiveDateTime, SubsecRound, Utc};
use serde_json::{Map, Number, Value};

/// One place where the written document is not what was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The place as a JSON pointer into what was read; for what appeared, where it would stand there.
    pub pointer: String,
    /// What happened to it.
    pub what: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = if self.pointer.is_empty() { "(the whole answer)" } else { &self.pointer };
        write!(f, "{whole}: {}", self.what)
    }
}

/// Everything that `written` lost, changed or made up, in the order of what was read; empty when nothing.
///
/// ```
/// use serde_json::json;
/// use tallyfy_tests::lossless::differences;
///
/// let read = json!({"data": {"id": "7", "deadline": "2026-09-10T15:00:00.000Z", "tags": {"data": []}}});
/// let same = json!({"data": {"id": 7, "deadline": "2026-09-10 15:00:00", "tags": []}});
/// assert!(differences(&read, &same).is_empty());
///
/// let lost = differences(&read, &json!({"data": {"id": 7, "tags": []}}));
/// assert_eq!(lost[0].pointer, "/data/deadline");
/// ```
pub fn differences(read: &Value, written: &Value) -> Vec<Difference> {
    let mut comparison = Comparison { pointer: String::new(), found: Vec::new() };
    // The readers of whole answers take a bare thing too and write it framed (py:user_management).
    match (lone_data(read), lone_data(written)) {
        (None, Some(inner)) if read.get("data").is_none() => comparison.value(read, inner),
        _ => comparison.value(read, written),
    }
    comparison.found
}

struct Comparison {
    pointer: String,
    found: Vec<Difference>,
}

impl Comparison {
    fn value(&mut self, read: &Value, written: &Value) {
        match (read, written) {
            (Value::Object(from), Value::Object(to)) => match lone_data(read) {
                Some(inner) if !to.contains_key("data") => self.at("data", |it| it.value(inner, written)),
                _ => self.object(from, to),
            },
            (Value::Array(from), Value::Array(to)) => self.list(from.iter().enumerate(), to),
            (Value::Object(from), Value::Array(to)) => match lone_data(read) {
                Some(inner) => self.at("data", |it| it.value(inner, written)),
                None if from.keys().all(|key| is_position(key)) => self.list(from.iter(), to),
                None => self.changed(read, written),
            },
            (Value::Array(from), Value::Object(to)) => match by_id(from) {
                Some(entries) => self.list_as_map(from, &entries, to),
                None => self.changed(read, written),
            },
            (Value::Object(_), _) if lone_data(read).is_some_and(|inner| !is_frame(inner)) => {
                self.at("data", |it| it.value(&read["data"], written));
            }
            _ if same_scalar(read, written) => {}
            _ => self.changed(read, written),
        }
    }

    fn object(&mut self, read: &Map<String, Value>, written: &Map<String, Value>) {
        for (key, from) in read {
            match written.get(key) {
                Some(to) => self.at(key, |it| it.value(from, to)),
                None if is_nothing(from) => {}
                None => self.at(key, |it| it.report(format!("lost {}", brief(from)))),
            }
        }
        for (key, to) in written.iter().filter(|(key, to)| !read.contains_key(*key) && !to.is_null()) {
            self.at(key, |it| it.report(format!("appeared as {}", brief(to))));
        }
    }

    fn list<'a, K: fmt::Display>(
        &mut self,
        read: impl ExactSizeIterator<Item = (K, &'a Value)>,
        written: &[Value],
    ) {
        let mut rest = written.iter();
        for (position, from) in read {
            self.at(&position.to_string(), |it| match rest.next() {
                Some(to) => it.value(from, to),
                None => it.report(format!("lost {}", brief(from))),
            });
        }
        for to in rest {
            self.report(format!("gained the element {}", brief(to)));
        }
    }

    fn list_as_map(&mut self, read: &[Value], ids: &[String], written: &Map<String, Value>) {
        for (position, (from, id)) in read.iter().zip(ids).enumerate() {
            self.at(&position.to_string(), |it| match written.get(id) {
                Some(to) => it.value(from, to),
                None => it.report(format!("lost {}", brief(from))),
            });
        }
        for (id, to) in written.iter().filter(|(id, _)| !ids.contains(id)) {
            self.report(format!("gained the entry {id:?} with {}", brief(to)));
        }
    }

    fn at(&mut self, key: &str, then: impl FnOnce(&mut Self)) {
        let parent = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
        then(self);
        self.pointer.truncate(parent);
    }

    fn changed(&mut self, read: &Value, written: &Value) {
        self.report(format!("{} became {}", brief(read), brief(written)));
    }

    fn report(&mut self, what: String) {
        self.found.push(Difference { pointer: self.pointer.clone(), what });
    }
}

/// What stands under `data`, when nothing stands beside it.
fn lone_data(value: &Value) -> Option<&Value> {
    let object = value.as_object()?;
    if object.len() == 1 { object.get("data") } else { None }
}

fn is_frame(value: &Value) -> bool {
    lone_data(value).is_some()
}

/// What may be left out of the written document.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(elements) => elements.is_empty(),
        Value::Object(entries) => match lone_data(value) {
            Some(inner) => !is_frame(inner) && !inner.is_string() && is_nothing(inner),
            None => entries.is_empty(),
        },
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn is_position(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit())
}

/// The ids of a list of objects, when all have one and no two have the same.
fn by_id(list: &[Value]) -> Option<Vec<String>> {
    let mut ids = Vec::with_capacity(list.len());
    for element in list {
        let id = match element.get("id")? {
            Value::String(id) => id.clone(),
            Value::Number(id) => id.to_string(),
            _ => return None,
        };
        if ids.contains(&id) {
            return None;
        }
        ids.push(id);
    }
    Some(ids)
}

fn same_scalar(read: &Value, written: &Value) -> bool {
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
    let day = text.get(..10)?;
    if !day.bytes().enumerate().all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() }) {
        return None;
    }
    if text.len() == 10 {
        return Some(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0)?.and_utc());
    }
    let zoned = ["%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z"];
    if let Some(at) = zoned.iter().find_map(|form| DateTime::parse_from_str(text, form).ok()) {
        return Some(at.to_utc());
    }
    let local = ["%Y-%m-%dT%H:%M:%S%.fZ", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.fZ", "%Y-%m-%d %H:%M:%S%.f"];
    local.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok()).map(|at| at.and_utc())
}

/// A value in a message: short enough for a line.
fn brief(value: &Value) -> String {
    const LONGEST: usize = 80;
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
#[path = "lossless_tests.rs"]
mod tests;
