//! Scrubbing: what is people's becomes noise of the same shape, what is the service's stays. Not here: what is recorded, and
//! whose a place is (`tallyfy_gen::content`, by the document).
//!
//! A body is walked beside what the document says of it. Kept are null, the names of documented objects, and by the kind of
//! the place flags, numbers below 1000, dates, and words of the service, new ones too. Everything else is people's: texts,
//! the keys and values of their maps, values without a documented shape, values of fields that the document does not know
//! (the name of such a field stays, where it is one), and all of an answer that the document does not know. There, letters,
//! digits and flags are exchanged for others of their kind, by a key that is drawn anew for each recorder: the same text
//! becomes the same noise, so that ids still tell things apart, and nobody can compute the way back.

use std::hash::{BuildHasher as _, RandomState};

use serde_json::{Map, Number, Value};
use tallyfy_gen::content::Content;
use tallyfy_gen::vocabulary::NAMES;

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

    /// A whole body, of which the document says what it holds.
    pub(super) fn value(&self, content: &'static Content, value: Value) -> Value {
        self.place(&content.choices(), value)
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

    /// A value in a place that holds one of these.
    fn place(&self, choices: &[&'static Content], value: Value) -> Value {
        if choices.iter().any(|choice| matches!(choice, Content::Anything)) {
            return self.peoples(value);
        }
        match value {
            Value::Object(object) => self.object(choices, object),
            Value::Array(list) => {
                let elements = elements(choices);
                list.into_iter().map(|one| self.place(&elements, one)).collect()
            }
            Value::String(text) if is_the_services(choices, &text) => text.into(),
            Value::String(text) => self.noise(&text).into(),
            Value::Number(number) if is_scalar(choices) => self.number(number),
            Value::Bool(flag) if is_scalar(choices) => flag.into(),
            other => self.peoples(other),
        }
    }

    fn object(&self, choices: &[&'static Content], object: Map<String, Value>) -> Value {
        let Some((fields, others)) = best(choices, &object) else { return self.unfitting(choices, object) };
        let framed = fields.iter().find(|(name, _)| *name == "data").filter(|_| !object.contains_key("data"));
        if let Some((_, inner)) = framed {
            // An answer without its envelope.
            return self.object(&inner.choices(), object);
        }
        let wraps = object.len() == 1 && object.contains_key("data") && field(fields, "data").is_none();
        let described = object.keys().any(|name| field(fields, name).is_some());
        let rows = object.into_iter().map(|(name, value)| match (field(fields, &name), others) {
            // A wrapper that the document does not know holds the same.
            _ if wraps => (name, self.place(choices, value)),
            (Some(content), _) => (name, self.place(&content.choices(), value)),
            (None, Some(content)) => (self.noise(&name), self.place(&content.choices(), value)),
            (None, None) if described && is_name(&name) => (name, self.peoples(value)),
            (None, None) => (self.key(name), self.peoples(value)),
        });
        distinct(rows)
    }

    /// An object where the document has none.
    fn unfitting(&self, choices: &[&'static Content], object: Map<String, Value>) -> Value {
        let wraps = object.len() == 1 && object.contains_key("data");
        let elements = elements(choices);
        if wraps {
            return distinct(object.into_iter().map(|(name, value)| (name, self.place(choices, value))));
        }
        if !choices.iter().any(|choice| matches!(choice, Content::List(_))) {
            return self.peoples(Value::Object(object));
        }
        // A list with gaps, in which PHP has the positions for keys; or one thing in place of a list of them.
        if object.keys().all(|name| is_position(name)) {
            return distinct(object.into_iter().map(|(name, value)| (name, self.place(&elements, value))));
        }
        self.place(&elements, Value::Object(object))
    }

    /// What is people's, whatever its keys. Names of the document's fields say nothing of anybody.
    fn peoples(&self, value: Value) -> Value {
        match value {
            Value::Object(object) => {
                distinct(object.into_iter().map(|(name, value)| (self.key(name), self.peoples(value))))
            }
            Value::Array(list) => list.into_iter().map(|one| self.peoples(one)).collect(),
            Value::String(text) => self.noise(&text).into(),
            Value::Number(number) => self.digits(&number),
            Value::Bool(_) => fastrand::bool().into(),
            Value::Null => Value::Null,
        }
    }

    fn key(&self, name: String) -> String {
        if is_known(&name) { name } else { self.noise(&name) }
    }

    fn number(&self, number: Number) -> Value {
        let text = number.to_string();
        if text.len() <= SHORT && number.as_f64().is_some_and(|number| number.abs() < SMALL) {
            return number.into();
        }
        self.digits(&number)
    }

    fn digits(&self, number: &Number) -> Value {
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

/// Fields of an object, and what stands under other keys.
type Fields = (&'static [(&'static str, &'static Content)], Option<&'static Content>);

/// The object among the choices that knows the most of these keys.
fn best(choices: &[&'static Content], object: &Map<String, Value>) -> Option<Fields> {
    let objects = choices.iter().filter_map(|choice| match choice {
        Content::Object(fields, others) => Some((*fields, *others)),
        _ => None,
    });
    // The first of the best, as the document writes them.
    let known = |(fields, _): &Fields| object.keys().filter(|name| field(fields, name).is_some()).count();
    objects.rev().max_by_key(known)
}

fn field(fields: &[(&str, &'static Content)], name: &str) -> Option<&'static Content> {
    fields.binary_search_by_key(&name, |(known, _)| known).ok().map(|at| fields[at].1)
}

/// What a list in such a place holds: a list of the document, or many where it has one.
fn elements(choices: &[&'static Content]) -> Vec<&'static Content> {
    let lists: Vec<_> = choices
        .iter()
        .filter_map(|choice| match choice {
            Content::List(element) => Some(element.choices()),
            _ => None,
        })
        .flatten()
        .collect();
    // In an envelope, which an answer may come without.
    let framed = choices.iter().filter_map(|choice| match choice {
        Content::Object(fields, _) => field(fields, "data"),
        _ => None,
    });
    let framed: Vec<_> =
        framed.flat_map(Content::choices).filter(|inner| matches!(inner, Content::List(_))).collect();
    match (lists.is_empty(), framed.is_empty()) {
        (false, _) => lists,
        (true, false) => elements(&framed),
        (true, true) => choices.to_vec(),
    }
}

fn is_scalar(choices: &[&Content]) -> bool {
    choices.iter().any(|choice| !matches!(choice, Content::Anything | Content::List(_) | Content::Object(..)))
}

/// Rows of an object. Two short keys may become the same noise; none of them is lost.
fn distinct(rows: impl Iterator<Item = (String, Value)>) -> Value {
    let mut object = Map::new();
    for (mut name, value) in rows {
        while object.contains_key(&name) {
            name.push(fastrand::alphabetic().to_ascii_lowercase());
        }
        object.insert(name, value);
    }
    Value::Object(object)
}

/// Whether a text in such a place is a word of the service, a date, or PHP's way of writing a number, a flag or nothing.
fn is_the_services(choices: &[&Content], text: &str) -> bool {
    let holds = |wanted: fn(&Content) -> bool| choices.iter().any(|choice| wanted(choice));
    // People's texts may stand there too.
    let free = holds(|choice| matches!(choice, Content::Text));
    // A PHP class names a kind of thing: `App\Models\FormField`.
    let new_word = !free && text.len() <= LONGEST_WORD && (is_word(text) || text.starts_with("App\\"));
    text.is_empty()
        || choices.iter().any(|choice| match choice {
            Content::Words(known) => new_word || known.contains(&text),
            Content::Date => is_date(text),
            Content::Flag => matches!(text, "0" | "1" | "true" | "false"),
            Content::Number => {
                !free && text.len() <= SHORT && text.parse().is_ok_and(|number: f64| number.abs() < SMALL)
            }
            _ => false,
        })
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
