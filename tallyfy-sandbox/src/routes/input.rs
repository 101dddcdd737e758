//! Reading properties of a body, with the texts of the service when they are wrong.
//!
//! Not here: rules that need the state (`state`).

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::dates;
use crate::state::Refused;
use crate::state::owners::member_id;

/// A body under inspection: every property is read once, and all that is wrong is told together.
pub struct Input<'a> {
    map: &'a Map<String, Value>,
    errors: Vec<(String, Value)>,
}

impl<'a> Input<'a> {
    /// Starts the inspection.
    pub fn new(map: &'a Map<String, Value>) -> Self {
        Self { map, errors: Vec::new() }
    }

    /// The value, null counting as absent.
    pub fn value(&self, key: &str) -> Option<&'a Value> {
        self.map.get(key).filter(|value| !value.is_null())
    }

    /// Whether the key was sent, null included.
    pub fn has(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    /// Notes a mistake.
    pub fn wrong(&mut self, key: &str, text: impl Into<String>) {
        self.errors.push((key.to_owned(), Value::String(text.into())));
    }

    /// Demands a value that is not blank text.
    pub fn require(&mut self, key: &str) {
        let blank = match self.value(key) {
            None => true,
            Some(Value::String(text)) => text.trim().is_empty(),
            Some(_) => false,
        };
        if blank {
            self.wrong(key, format!("The {} field is required.", spaced(key)));
        }
    }

    /// A text of at most `max` characters. Numbers are taken as text, as PHP would.
    pub fn text(&mut self, key: &str, max: usize) -> Option<String> {
        let text = match self.value(key)? {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => {
                self.wrong(key, format!("The {} must be a string.", spaced(key)));
                return None;
            }
        };
        if text.chars().count() > max {
            self.wrong(key, format!("The {} may not be greater than {max} characters.", spaced(key)));
            return None;
        }
        Some(text)
    }

    /// One of the words.
    pub fn word(&mut self, key: &str, words: &[&str]) -> Option<String> {
        let text = self.text(key, usize::MAX)?;
        if words.contains(&text.as_str()) {
            return Some(text);
        }
        self.wrong(key, format!("The selected {} is invalid.", spaced(key)));
        None
    }

    /// A boolean in one of Laravel's spellings.
    pub fn flag(&mut self, key: &str) -> Option<bool> {
        let flag = match self.value(key)? {
            Value::Bool(flag) => Some(*flag),
            Value::Number(number) if number.as_i64() == Some(1) => Some(true),
            Value::Number(number) if number.as_i64() == Some(0) => Some(false),
            Value::String(text) if text == "1" || text == "true" => Some(true),
            Value::String(text) if text == "0" || text == "false" => Some(false),
            _ => None,
        };
        if flag.is_none() {
            self.wrong(key, format!("The {} field must be true or false.", spaced(key)));
        }
        flag
    }

    /// An integer, also as a numeric string.
    pub fn integer(&mut self, key: &str) -> Option<i64> {
        let number = member_id(self.value(key)?);
        if number.is_none() {
            self.wrong(key, format!("The {} must be an integer.", spaced(key)));
        }
        number
    }

    /// A date.
    pub fn date(&mut self, key: &str) -> Option<DateTime<Utc>> {
        let date = self.value(key)?.as_str().and_then(dates::read);
        if date.is_none() {
            self.wrong(key, format!("The {} is not a valid date.", spaced(key)));
        }
        date
    }

    /// A list of texts.
    pub fn texts(&mut self, key: &str) -> Option<Vec<String>> {
        let list = self.value(key)?.as_array();
        let texts: Option<Vec<String>> =
            list.and_then(|list| list.iter().map(|entry| entry.as_str().map(str::to_owned)).collect());
        if texts.is_none() {
            self.wrong(key, format!("The {} must be an array.", spaced(key)));
        }
        texts
    }

    /// Ends the inspection.
    pub fn finish(self) -> Result<(), Refused> {
        if self.errors.is_empty() { Ok(()) } else { Err(Refused::Invalid(self.errors)) }
    }
}

/// Laravel writes attribute names with spaces ("The is approved field is required").
fn spaced(key: &str) -> String {
    key.replace('_', " ")
}
