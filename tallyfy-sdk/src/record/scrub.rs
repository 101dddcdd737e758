//! Scrubbing: what is people's becomes noise of the same shape, what is the service's stays. Not here: what is recorded.
//!
//! Kept are field names, null, flags, small numbers, dates, and words of the service (`tallyfy_gen::vocabulary`), new ones
//! too where a field holds nothing else. All other letters and digits are exchanged for others of their kind, by a key
//! that is drawn anew for each recorder: the same text becomes the same noise, so that ids still tell things apart, and
//! nobody can compute the way back.

use std::hash::{BuildHasher as _, RandomState};

use serde_json::{Map, Number, Value};
use tallyfy_gen::vocabulary::{FIELDS, MAPS, WORDS};

/// A page in place of JSON is recognised by its beginning.
const PAGE: usize = 200;
/// Words of the service are shorter.
const LONGEST_WORD: usize = 40;
/// Numbers below are positions, counts and percentages.
const SMALL: f64 = 1000.0;

/// A way of scrubbing, with a key of its own.
pub(super) struct Scrub(RandomState);

impl Scrub {
    pub(super) fn new() -> Self {
        Self(RandomState::new())
    }

    /// A whole body.
    pub(super) fn value(&self, value: Value) -> Value {
        self.under("", value)
    }

    /// A text that is no JSON.
    pub(super) fn page(&self, text: &str) -> Value {
        let start: String = text.chars().take(PAGE).collect();
        // Tags stay, or nobody would see that it was HTML.
        let kind = if start.trim_start().starts_with('<') { "<html>" } else { "" };
        format!("{kind}{}", self.noise(&start)).into()
    }

    /// A path that the document does not know: plain words stay.
    pub(super) fn path(&self, path: &str) -> String {
        let plain =
            |part: &str| part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte == b'_');
        let parts = path.split('/').map(|part| if plain(part) { part.to_owned() } else { self.noise(part) });
        parts.collect::<Vec<_>>().join("/")
    }

    fn under(&self, key: &str, value: Value) -> Value {
        match value {
            Value::Object(object) => self.object(key, object),
            Value::Array(list) => list
                .into_iter()
                .map(|one| match one {
                    // A field is a map in one answer and a list of things in another.
                    Value::Object(thing) => self.object("", thing),
                    other => self.under(key, other),
                })
                .collect(),
            Value::String(text) if is_the_services(key, &text) => text.into(),
            Value::String(text) => self.noise(&text).into(),
            Value::Number(number) => self.number(number),
            flag_or_null => flag_or_null,
        }
    }

    fn object(&self, key: &str, object: Map<String, Value>) -> Value {
        let framed = object.len() == 1 && object.contains_key("data");
        let made_by_people = MAPS.binary_search(&key).is_ok() && !framed;
        let rows = object.into_iter().map(|(name, value)| {
            let value = self.under(if framed { key } else { &name }, value);
            let kept = if made_by_people { WORDS.binary_search(&&*name).is_ok() } else { is_name(&name) };
            (if kept { name } else { self.noise(&name) }, value)
        });
        Value::Object(rows.collect())
    }

    fn number(&self, number: Number) -> Value {
        if number.as_f64().is_some_and(|number| number.abs() < SMALL) {
            return number.into();
        }
        let text = number.to_string();
        // An exponent could become one that no number has.
        if text.contains(['e', 'E']) {
            return SMALL.into();
        }
        serde_json::from_str(&self.noise(&text)).map_or(Value::Null, Value::Number)
    }

    /// Letters and digits exchanged, everything else kept: length, case, blanks, marks, the scheme of an address.
    fn noise(&self, text: &str) -> String {
        let scheme =
            ["https://", "http://"].into_iter().find(|scheme| text.starts_with(scheme)).unwrap_or("");
        let rest = &text[scheme.len()..];
        let hex =
            rest.len() >= 16 && rest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-'));
        let letters = if hex { 6 } else { 26 };
        let mut state = self.0.hash_one(text) | 1;
        let mut draw = move |of: u8| {
            // xorshift64
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % u64::from(of)) as u8
        };
        let mut first = true;
        let exchange = |c: char| {
            let drawn = match c {
                // A number must not begin with a zero, nor become shorter.
                '0'..='9' if first => char::from(b'1' + draw(9)),
                '0'..='9' => char::from(b'0' + draw(10)),
                'a'..='z' => char::from(b'a' + draw(letters)),
                'A'..='Z' => char::from(b'A' + draw(26)),
                c if c.is_alphanumeric() => 'ø',
                c => c,
            };
            first &= !c.is_ascii_digit();
            drawn
        };
        scheme.chars().chain(rest.chars().map(exchange)).collect()
    }
}

/// Whether a text is a word of the service, a date, or PHP's way of writing a flag or nothing.
fn is_the_services(key: &str, text: &str) -> bool {
    if matches!(text, "" | "0" | "1" | "true" | "false") || WORDS.binary_search(&text).is_ok() {
        return true;
    }
    let wordlike = |byte: u8| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'-');
    // A PHP class names a kind of thing: `App\Models\Capture`.
    let word = text.len() <= LONGEST_WORD && (text.bytes().all(wordlike) || text.starts_with("App\\"));
    (word && FIELDS.binary_search(&key).is_ok()) || is_date(text)
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let day = bytes.len() >= 10
        && bytes.iter().take(10).enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let rest =
        |byte: &u8| byte.is_ascii_digit() || matches!(byte, b' ' | b'T' | b'Z' | b':' | b'.' | b'+' | b'-');
    day && bytes.len() <= 35 && bytes.iter().skip(10).all(rest)
}

/// Names of fields are the service's; ids, addresses and aliases in the place of names are not.
fn is_name(key: &str) -> bool {
    let named = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    // `ko-form-fields`; aliases of fields end in a number.
    let dashed = key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let digits = key.bytes().filter(u8::is_ascii_digit).count();
    (named || dashed) && key.len() <= LONGEST_WORD && (digits <= 3 && digits < key.len() || is_position(key))
}

/// A PHP list with gaps has its positions for keys.
fn is_position(key: &str) -> bool {
    key.len() <= 3 && key.bytes().all(|byte| byte.is_ascii_digit())
}
