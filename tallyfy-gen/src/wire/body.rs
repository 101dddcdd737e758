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
/// cut in the middle of a character, are read as U+FFFD: one odd text does not cost the whole answer.
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
    let text = String::from_utf8_lossy(bytes);
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

/// The text with U+FFFD in the place of every half of a surrogate pair; `None` when there is none.
fn mend(text: &str) -> Option<String> {
    let mut mended = Cow::Borrowed("");
    let (mut copied, mut at) = (0, 0);
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('\\')) {
        at += found;
        at = match unit(text, at) {
            None => after_escape(text, at),
            Some(0xD800..=0xDBFF) if matches!(unit(text, at + 6), Some(0xDC00..=0xDFFF)) => at + 12,
            Some(0xD800..=0xDFFF) => {
                let mended = mended.to_mut();
                mended.push_str(&text[copied..at]);
                mended.push_str("\\ufffd");
                copied = at + 6;
                copied
            }
            Some(_) => at + 6,
        };
    }
    match mended {
        Cow::Borrowed(_) => None,
        Cow::Owned(mended) => Some(mended + &text[copied..]),
    }
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
/// As [`from_bytes`].
pub fn list_from_bytes<T: DeserializeOwned>(bytes: &[u8]) -> serde_json::Result<List<T>> {
    from_bytes::<List<Value>>(bytes).map(List::typed)
}
