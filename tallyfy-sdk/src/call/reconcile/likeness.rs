//! Whether a text of the service is the name or marker that a call sent. The service may write texts otherwise, so they are
//! compared as a person reads them; what was cut or added to is alike, not the same.

use serde_json::Value;

use super::Candidate;
use crate::error::Error;

/// A marker of fewer letters and digits stands in texts by chance.
const SHORTEST_MARKER: usize = 3;
/// Texts that are shorter are contained in others by chance.
const SHORTEST_PART: usize = 4;
/// How often entities are taken for written twice.
const ENTITY_LAYERS: usize = 3;
/// Where the bodies of creations have the name.
const NAMES: [&str; 3] = ["name", "title", "email"];
/// Keys of bodies that hold ids, not words.
const IDS: [&str; 8] = ["id", "users", "groups", "tags", "folders", "owners", "roles", "members"];

/// How much an object resembles the one that is sought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likeness {
    Same,
    /// Cut, added to, in other case, or a part of a longer word.
    Near,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Name,
    Marker,
}

/// What an object is recognized by. It is a person's text, so nothing shows it.
#[derive(Clone)]
pub(crate) struct Sought {
    by: By,
    /// As the service may write it.
    forms: Vec<String>,
}

impl Sought {
    pub(super) fn name(text: &str) -> Self {
        Self { by: By::Name, forms: forms(text) }
    }

    pub(super) fn marker(text: &str) -> Self {
        Self { by: By::Marker, forms: forms(text) }
    }

    pub(super) fn is_marker(&self) -> bool {
        self.by == By::Marker
    }

    /// Refuses what could recognize nothing, or anything, and what the request does not hold.
    pub(super) fn validate(&self, body: &Value) -> Result<(), Error> {
        let letters = |form: &String| form.chars().filter(|letter| letter.is_alphanumeric()).count();
        match self.by {
            By::Name if self.forms.is_empty() => Err(Error::input(
                "what has no name cannot be looked for: the service makes up a name of its own; give it one, or look for \
                 a marker",
            )),
            By::Marker if self.forms.iter().map(letters).max() < Some(SHORTEST_MARKER) => {
                Err(Error::input(format!(
                    "a marker needs at least {SHORTEST_MARKER} letters or digits to be looked for by; take one that no \
                     other object holds, such as the id of an order with its prefix"
                )))
            }
            By::Name if name_of(body).is_none() => Err(Error::input(
                "the request gives its object no name to look for; look for a marker, or leave out reconcile(..)",
            )),
            By::Name if !name_of(body).is_some_and(|name| self.is_text(&fold(name))) => Err(Error::input(
                "this call creates an object of another name than the one to look for; make `reconcile` from the same \
                 input",
            )),
            By::Marker if !words(body).iter().any(|text| self.is_in(&fold(text))) => Err(Error::input(
                "the request does not hold the marker to look for (as a word of its own); write it into a text of it",
            )),
            _ => Ok(()),
        }
    }

    pub(super) fn likeness(&self, candidate: &Candidate) -> Likeness {
        let name = candidate.name.as_deref();
        match self.by {
            By::Name if name.is_some_and(|name| self.is_text(name)) => Likeness::Same,
            By::Marker if self.is_marked(candidate) => Likeness::Same,
            _ if self.is_near(candidate) => Likeness::Near,
            _ => Likeness::Other,
        }
    }

    /// Whether a text of the candidate holds the marker.
    pub(super) fn is_marked(&self, candidate: &Candidate) -> bool {
        candidate.all_texts().any(|text| self.is_in(text))
    }

    fn is_text(&self, folded: &str) -> bool {
        self.forms.iter().any(|form| form == folded)
    }

    /// Whether it stands in a folded text as a word of its own: order 471 is not order 4711.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.forms.iter().any(|form| {
            let mut places = text.match_indices(form.as_str());
            places.any(|(at, _)| {
                let (before, behind) = (&text[..at], &text[at + form.len()..]);
                !joins(before.chars().next_back(), form.chars().next())
                    && !joins(form.chars().next_back(), behind.chars().next())
            })
        })
    }

    fn is_near(&self, candidate: &Candidate) -> bool {
        let part = |long: &str, short: &str| short.chars().count() >= SHORTEST_PART && long.contains(short);
        candidate.all_texts().any(|text| {
            let text = text.to_lowercase();
            self.forms
                .iter()
                .map(|form| form.to_lowercase())
                .any(|form| part(&text, &form) || (self.by == By::Name && part(&form, &text)))
        })
    }
}

/// The name that a body gives its object.
pub(super) fn name_of(body: &Value) -> Option<&str> {
    NAMES.iter().find_map(|key| body.get(key)?.as_str())
}

/// The texts of a body that people read, ids left out.
pub(super) fn words(body: &Value) -> Vec<&str> {
    let is_id = |key: &str| IDS.contains(&key) || key.ends_with("_id") || key.ends_with("_ids");
    let mut found = Vec::new();
    for (key, value) in body.as_object().into_iter().flatten() {
        if !is_id(key) {
            texts(value, &mut found);
        }
    }
    found
}

/// A text, or all texts inside a value.
pub(crate) fn texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(values) => values.iter().for_each(|value| texts(value, found)),
        Value::Object(values) => values.values().for_each(|value| texts(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// How the service may write a text: whole, or without its tags. Only the text that was sent loses its tags here: of two
/// texts that differ in them, neither is the other.
pub(super) fn forms(text: &str) -> Vec<String> {
    let mut forms = vec![fold(text), fold(&without_tags(text))];
    forms.dedup();
    forms.retain(|form| !form.is_empty());
    forms
}

/// A text as a person reads it: entities resolved, blanks folded, without marks that nobody sees (mcp-newer:server/
/// tools/automation_history.py: U+FEFF stands between the parts of names that the service makes).
pub(super) fn fold(text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..ENTITY_LAYERS {
        let resolved = resolved(&text);
        if resolved == text {
            break;
        }
        text = resolved;
    }
    let is_unseen = |letter: &char| {
        matches!(letter, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}')
            || (letter.is_control() && !letter.is_whitespace())
    };
    let seen: String = text.chars().filter(|letter| !is_unseen(letter)).collect();
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The entities that PHP writes and reads, and all by number.
fn resolved(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        whole.push_str(&rest[..at]);
        rest = &rest[at..];
        let entity =
            rest.find(';').filter(|end| *end <= 9).and_then(|end| Some((entity(&rest[1..end])?, end)));
        let (letter, end) = entity.unwrap_or(('&', 0));
        whole.push(letter);
        rest = &rest[end + 1..];
    }
    whole.push_str(rest);
    whole
}

fn entity(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    })
}

fn without_tags(text: &str) -> String {
    let opens = |next: &char| next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?');
    let (mut kept, mut inside) = (String::new(), false);
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.next() {
        match letter {
            '<' if rest.peek().is_some_and(opens) => inside = true,
            '>' if inside => inside = false,
            _ if inside => {}
            _ => kept.push(letter),
        }
    }
    kept
}

/// Whether two letters side by side are of one word. Scripts without case write words without blanks.
fn joins(left: Option<char>, right: Option<char>) -> bool {
    let is_word = |letter: char| letter.is_numeric() || letter.is_lowercase() || letter.is_uppercase();
    left.is_some_and(is_word) && right.is_some_and(is_word)
}

#[cfg(test)]
mod tests {
    //! Texts as they are sent, and as a service may write them.

    use super::*;

    fn of_name(sent: &str, stored: &str) -> Likeness {
        Sought::name(sent).likeness(&Candidate::new(1).name(Some(stored)))
    }

    fn of_marker(sent: &str, stored: &str) -> Likeness {
        Sought::marker(sent).likeness(&Candidate::new(1).name(Some("x")).text(Some(stored)))
    }

    #[test]
    fn names_are_compared_as_people_read_them() {
        for (sent, stored, expected) in [
            ("Order 1", "Order 1", Likeness::Same),
            (" Order\t 1", "Order 1", Likeness::Same),
            ("Order 1", "\u{feff}Order\u{feff} 1", Likeness::Same),
            ("a & b", "a &amp; b", Likeness::Same),
            ("a & b", "a &amp;amp; b", Likeness::Same),
            ("it's", "it&#039;s", Likeness::Same),
            ("it's", "it&#x27;s", Likeness::Same),
            ("a &b; c", "a &b; c", Likeness::Same),
            ("Order <b>1</b>", "Order 1", Likeness::Same),
            ("Order 1 < 2", "Order 1 &lt; 2", Likeness::Same),
            // Another name, though both lose it where tags are stripped.
            ("Order <x>", "Order <y>", Likeness::Near),
            ("Order 1", "Order 10", Likeness::Near),
            ("Order 1", "ORDER 1", Likeness::Near),
            ("Order 1 of the Fjord", "Order 1 of", Likeness::Near),
            ("Order 1", "Order 2", Likeness::Other),
            ("Order 1", "", Likeness::Other),
            ("", "", Likeness::Other),
        ] {
            assert_eq!(of_name(sent, stored), expected, "{sent:?}, {stored:?}");
        }
        assert_eq!(Sought::name("Order 1").likeness(&Candidate::new(1)), Likeness::Other);
    }

    #[test]
    fn a_marker_is_a_word_of_its_own() {
        for (sent, stored, expected) in [
            ("4711", "Order 4711", Likeness::Same),
            ("4711", "(4711), urgent", Likeness::Same),
            ("\"Fjord\" 4711", "for \"Fjord\"  4711.", Likeness::Same),
            ("a&b", "x a&amp;b y", Likeness::Same),
            ("4711", "订单4711号", Likeness::Same),
            ("4711", "Order 47110", Likeness::Near),
            ("4711", "R4711", Likeness::Near),
            ("id-ab", "ID-AB", Likeness::Near),
            ("4711", "Order 4712", Likeness::Other),
        ] {
            assert_eq!(of_marker(sent, stored), expected, "{sent:?}, {stored:?}");
        }
    }
}
