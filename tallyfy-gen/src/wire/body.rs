//! From the bytes of an answer to typed values: what stands around or in the JSON and is not JSON is mended here, once.
//! Not here: what the values mean (`read`, `record`, `envelope`).
//!
//! A clean answer pays for one look at its UTF-8 and is read in place. Only when that, or the reading, fails does the text
//! get a second look ([`mend`]).

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::List;
use super::unreadable::{Scope, Unreadable};

/// Before JSON that a PHP file with a byte order mark printed; RFC 8259, section 8.1 lets a reader ignore it.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Reads an answer.
///
/// A byte order mark is ignored. Bytes that are no UTF-8, and halves of surrogate pairs, which are left when a text was
/// cut in the middle of a character, are read as U+FFFD; control characters in texts are read as they are, and a number that
/// no float can hold as its text: one odd value does not cost the whole answer.
///
/// ```
/// use tallyfy_gen::types::Task;
/// use tallyfy_gen::wire::{self, List};
///
/// let page: List<Task> = wire::from_bytes(br#"{"data": [{"id": "a1", "title": "cut \ud83d"}]}"#)?;
/// assert_eq!(page.data[0].title.as_deref(), Some("cut \u{fffd}"));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
/// When it is no JSON, or does not fit the type.
pub fn from_bytes<T: DeserializeOwned>(bytes: &[u8]) -> serde_json::Result<T> {
    decode(bytes).map(|decoded| decoded.value)
}

/// What an answer holds, and what of it could not be read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Decoded<T> {
    /// The answer.
    pub value: T,
    /// The places that could not be read, at most a thousand.
    pub unreadable: Vec<Unreadable>,
}

/// As [`from_bytes`], and says what could not be read.
///
/// # Errors
/// As [`from_bytes`].
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> serde_json::Result<Decoded<T>> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    // `from_utf8_lossy` alone looks at every byte by itself, and costs a fifth of the reading.
    let text = match str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    };
    match noting(&text) {
        Err(error) => match mend(&text) {
            Some(mended) => noting(&mended),
            None => Err(error),
        },
        result => result,
    }
}

fn noting<T: DeserializeOwned>(text: &str) -> serde_json::Result<Decoded<T>> {
    let scope = Scope::open();
    let value = serde_json::from_str(text)?;
    Ok(Decoded { value, unreadable: scope.notes() })
}

/// The text as JSON that can be read: U+FFFD in the place of every half of a surrogate pair, control characters in texts
/// escaped, and numbers that no float can hold as texts; `None` when there is nothing of that.
fn mend(text: &str) -> Option<String> {
    let mut mended = String::new();
    let (mut copied, mut at, mut in_text) = (0, 0, false);
    while let Some(&byte) = text.as_bytes().get(at) {
        let (end, put) = match byte {
            b'"' => {
                in_text = !in_text;
                (at + 1, None)
            }
            b'\\' if in_text => escape(text, at),
            0..=0x1F if in_text => (at + 1, Some(format!("\\u{byte:04x}"))),
            b'-' | b'0'..=b'9' if !in_text => number(text, at),
            _ => (at + 1, None),
        };
        if let Some(put) = put {
            mended.push_str(&text[copied..at]);
            mended.push_str(&put);
            copied = end;
        }
        at = end;
    }
    (copied > 0).then(|| mended + &text[copied..])
}

/// Where an escape ends, and what stands in its place if it is half of a pair.
fn escape(text: &str, at: usize) -> (usize, Option<String>) {
    match unit(text, at) {
        None => (after_escape(text, at), None),
        Some(0xD800..=0xDBFF) if matches!(unit(text, at + 6), Some(0xDC00..=0xDFFF)) => (at + 12, None),
        Some(0xD800..=0xDFFF) => (at + 6, Some("\\ufffd".to_owned())),
        Some(_) => (at + 6, None),
    }
}

/// Where a number ends, and its text if no float can hold it (1e999).
fn number(text: &str, at: usize) -> (usize, Option<String>) {
    let part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
    let end = at + text.as_bytes()[at..].iter().take_while(|byte| part(byte)).count();
    let number = &text[at..end];
    let too_large = number.parse().is_ok_and(f64::is_infinite);
    (end, too_large.then(|| format!("\"{number}\"")))
}

/// Behind a backslash and the character it escapes.
fn after_escape(text: &str, at: usize) -> usize {
    at + 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8)
}

/// The UTF-16 unit that `\uXXXX` at this place writes.
fn unit(text: &str, at: usize) -> Option<u32> {
    let digits = text.get(at..)?.strip_prefix("\\u")?.get(..4)?;
    // `from_str_radix` would take a sign.
    if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        u32::from_str_radix(digits, 16).ok()
    } else {
        None
    }
}

/// Reads an answer of one thing into a type that a program brings: `{"data": T}`, a bare `T`, a list of one.
///
/// # Errors
/// As [`from_bytes`].
pub fn item_from_bytes<T: DeserializeOwned>(bytes: &[u8]) -> serde_json::Result<T> {
    let data = match from_bytes(bytes)? {
        Value::Object(mut object) if object.contains_key("data") => object.remove("data").unwrap_or_default(),
        bare => bare,
    };
    if let [element @ Value::Object(_)] = data.as_array().map_or(&[][..], Vec::as_slice)
        && let Ok(value) = T::deserialize(element)
    {
        return Ok(value);
    }
    T::deserialize(data)
}

/// Reads a list answer into a type that a program brings. Rows that do not fit are kept raw, as everywhere.
///
/// # Errors
/// As [`from_bytes`], and when no row fits the type.
pub fn list_from_bytes<T: DeserializeOwned>(bytes: &[u8]) -> serde_json::Result<List<T>> {
    from_bytes::<List<Value>>(bytes)?.typed()
}
