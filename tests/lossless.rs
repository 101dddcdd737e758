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

use serde_json::{Map, Value};

mod scalar;
#[cfg(test)]
mod tests;

use scalar::same_scalar;

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
        if let Some(inner) = framed(read)
            && written.get("data").is_none()
        {
            if !(inner.is_null() && is_empty(written)) {
                self.at("data", |it| it.value(inner, written));
            }
            return;
        }
        match (read, written) {
            (Value::Object(from), Value::Object(to)) => self.object(from, to),
            (Value::Array(from), Value::Array(to)) => self.list(from.iter().enumerate(), to),
            (Value::Object(from), Value::Array(to)) => match by_position(from) {
                Some(elements) => self.list(elements.into_iter(), to),
                None => self.changed(read, written),
            },
            (Value::Array(from), Value::Object(to)) => match by_id(from) {
                Some(ids) => self.list_as_map(from, &ids, to),
                None => self.changed(read, written),
            },
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

    fn list<'a>(&mut self, read: impl Iterator<Item = (usize, &'a Value)>, written: &[Value]) {
        let mut rest = written.iter();
        let mut next = 0;
        for (position, from) in read {
            next = position + 1;
            self.at(&position.to_string(), |it| match rest.next() {
                Some(to) => it.value(from, to),
                None => it.report(format!("lost {}", brief(from))),
            });
        }
        for (position, to) in (next..).zip(rest) {
            self.at(&position.to_string(), |it| it.report(format!("appeared as {}", brief(to))));
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
            self.report(format!("{id:?} appeared as {}", brief(to)));
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

/// What a frame holds. Readers take one frame away, never two.
fn framed(value: &Value) -> Option<&Value> {
    lone_data(value).filter(|inner| lone_data(inner).is_none())
}

/// What may be left out of the written document.
fn is_nothing(value: &Value) -> bool {
    match framed(value) {
        Some(inner) => !inner.is_string() && is_empty(inner),
        None => is_empty(value),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(elements) => elements.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The elements of a PHP list with gaps, in the order of their positions.
fn by_position(entries: &Map<String, Value>) -> Option<Vec<(usize, &Value)>> {
    let mut elements = Vec::with_capacity(entries.len());
    for (key, element) in entries {
        if !key.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        elements.push((key.parse().ok()?, element));
    }
    elements.sort_by_key(|(position, _)| *position);
    Some(elements)
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

/// A value in a message: short enough for a line.
fn brief(value: &Value) -> String {
    const LONGEST: usize = 80;
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
