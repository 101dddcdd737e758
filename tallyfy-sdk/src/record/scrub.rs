//! Scrubbing: what is people's becomes noise of the same shape, what is the service's stays. Not here: what is recorded.
//!
//! Kept are null, flags, small numbers, dates, words of the service (`tallyfy_gen::vocabulary`), new ones too where a field
//! holds nothing else, and names of fields, new ones too where they stand beside one that is known. All other letters and
//! digits are exchanged for others of their kind, by a key that is drawn anew for each recorder: the same text becomes the
//! same noise, so that ids still tell things apart, and nobody can compute the way back.

use std::hash::{BuildHasher as _, RandomState};

use serde_json::{Map, Number, Value};
use tallyfy_gen::vocabulary::{FIELDS, MAPS, NAMES, WORDS};

use super::path::{self, Part};

/// A page in place of JSON is recognised by its beginning.
const PAGE: usize = 200;
/// Words of the service are shorter.
const LONGEST_WORD: usize = 40;
/// Numbers below are positions, counts and percentages.
const SMALL: f64 = 1000.0;
/// The longest of them; what has more digits may be a coordinate, which tells where people live.
const SHORT: usize = 6;

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

    /// A path that the document does not have. The document's words stay, and so does the first strange one, which may be the
    /// name of an endpoint; what comes after that may be anything.
    pub(super) fn path(&self, path: &str) -> String {
        let mut strange = 0;
        let mut shown = String::new();
        for part in path::parts(path) {
            strange += usize::from(matches!(part, Part::Strange(_)));
            shown.push('/');
            match part {
                Part::Word(word) => shown.push_str(word),
                Part::Strange(word) if strange == 1 && is_word(word) => shown.push_str(word),
                Part::Id(text) | Part::Strange(text) => shown.push_str(&self.noise(text)),
            }
        }
        shown
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
        let described = object.keys().any(|name| is_known(name));
        let keeps = |name: &str| match made_by_people {
            true => WORDS.binary_search(&name).is_ok(),
            false => is_known(name) || is_position(name) || (described && is_name(name)),
        };
        let rows = object.into_iter().map(|(name, value)| {
            let value = self.under(if framed { key } else { &name }, value);
            (if keeps(&name) { name } else { self.noise(&name) }, value)
        });
        Value::Object(rows.collect())
    }

    fn number(&self, number: Number) -> Value {
        let text = number.to_string();
        if text.len() <= SHORT && number.as_f64().is_some_and(|number| number.abs() < SMALL) {
            return number.into();
        }
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
    // A PHP class names a kind of thing: `App\Models\Capture`.
    let word = text.len() <= LONGEST_WORD && (is_word(text) || text.starts_with("App\\"));
    (word && FIELDS.binary_search(&key).is_ok()) || is_date(text)
}

/// Written as the service writes its words.
fn is_word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'-'))
}

/// A day, alone or with a time of it.
fn is_date(text: &str) -> bool {
    let digits = |text: &str, form: &str| {
        let same =
            |(byte, wanted): (u8, u8)| if wanted == b'0' { byte.is_ascii_digit() } else { byte == wanted };
        text.len() == form.len() && text.bytes().zip(form.bytes()).all(same)
    };
    let Some((day, time)) = text.split_at_checked(10) else { return false };
    let end = |byte: u8| byte.is_ascii_digit() || matches!(byte, b' ' | b'Z' | b':' | b'.' | b'+' | b'-');
    let is_time = time.starts_with([' ', 'T'])
        && time.len() <= 25
        && time.get(1..6).is_some_and(|start| digits(start, "00:00"))
        && time.bytes().skip(6).all(end);
    digits(day, "0000-00-00") && (time.is_empty() || is_time)
}

fn is_known(key: &str) -> bool {
    NAMES.binary_search(&key).is_ok()
}

/// Names of fields are the service's; ids, addresses and aliases in the place of names are not.
fn is_name(key: &str) -> bool {
    let named = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    // `ko-form-fields`; aliases of fields end in a number.
    let dashed = key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let digits = key.bytes().filter(u8::is_ascii_digit).count();
    (named || dashed) && key.len() <= LONGEST_WORD && digits <= 3 && digits < key.len()
}

/// A PHP list with gaps has its positions for keys.
fn is_position(key: &str) -> bool {
    key.len() <= 3 && key.bytes().all(|byte| byte.is_ascii_digit())
}
