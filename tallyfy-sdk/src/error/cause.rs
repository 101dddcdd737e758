//! Causes that foreign code gave: the network, a token source, the JSON reader. Their words are theirs, and may hold what
//! must not be shown.

use std::error::Error as StdError;
use std::fmt;

use super::Error;
use super::display::shown;
use crate::mask::{self, Secret};

type Cause = Box<dyn StdError + Send + Sync>;

/// What an error says, where it may be shown.
pub(super) fn in_words(error: &(dyn StdError + 'static)) -> String {
    match error.downcast_ref::<Error>() {
        Some(own) => own.to_string(),
        None => mask::of_strangers(&error.to_string()),
    }
}

/// The innermost cause says most: the outer ones say "error sending request".
pub(super) fn root(error: &dyn StdError) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    shown(&mask::of_strangers(&cause.to_string()))
}

/// The error itself, if nothing in it needs to be hidden; or what may be shown of it.
pub(super) fn harmless(error: Cause) -> Cause {
    match error.is::<Error>() {
        true => error,
        false => rewritten(error, mask::of_strangers),
    }
}

/// As [`harmless`], for a secret that is known.
pub(super) fn without(error: Cause, secret: &Secret<'_>) -> Cause {
    rewritten(error, |text| {
        let mut text = text.to_owned();
        secret.out_of(&mut text);
        text
    })
}

fn rewritten(error: Cause, rewrite: impl Fn(&str) -> String) -> Cause {
    let chain: Vec<&dyn StdError> =
        std::iter::successors(Some(&*error as &dyn StdError), |&error| error.source()).collect();
    let is_clean = |text: String| rewrite(&text) == text;
    if chain.iter().all(|error| is_clean(error.to_string()) && is_clean(format!("{error:?}"))) {
        return error;
    }
    let retold = chain
        .iter()
        .rev()
        .fold(None, |source, error| Some(Box::new(Retold { text: rewrite(&error.to_string()), source })));
    retold.map_or(error, |retold| retold)
}

/// What may be shown of an error.
#[derive(Debug)]
struct Retold {
    text: String,
    source: Option<Box<Retold>>,
}

impl fmt::Display for Retold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl StdError for Retold {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// What the JSON reader says, without the values it met: they come from the body.
///
/// Its own sentences and those of `tallyfy_gen::wire` put values between marks. Other sentences are those of types that a
/// program brings; of these the place alone is told.
pub(super) fn of_json(error: &serde_json::Error) -> String {
    const KNOWN: [&str; 12] = [
        "missing field `",
        "duplicate field `",
        "invalid type: ",
        "invalid value: ",
        "invalid length ",
        "unknown ",
        "expected ",
        "EOF while ",
        "trailing ",
        "key must be ",
        "control character ",
        "recursion limit ",
    ];
    let text = error.to_string();
    let names_a_field = ["missing field `", "duplicate field `"].iter().any(|start| text.starts_with(start));
    if names_a_field {
        return shown(&text);
    }
    if error.is_data() && !KNOWN.iter().any(|start| text.starts_with(start)) {
        return format!("a value does not fit at line {} column {}", error.line(), error.column());
    }
    let detail = without_marked(&text);
    let unexpected = ["invalid type", "invalid value"].iter().find(|start| detail.starts_with(*start));
    shown(&match (unexpected, detail.split_once(", expected ")) {
        (Some(what), Some((_, expected))) => format!("{what}, expected {expected}"),
        (Some(what), None) => (*what).to_owned(),
        (None, _) => detail,
    })
}

/// A sentence without what stands between marks: `".."` with escapes inside, and from the first backtick to the last, as
/// nothing in between is escaped.
fn without_marked(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        out.push(c);
        if c != '"' {
            continue;
        }
        out.pop();
        out.push('…');
        while let Some(inside) = chars.next() {
            match inside {
                '"' => break,
                '\\' => drop(chars.next()),
                _ => {}
            }
        }
    }
    match (out.find('`'), out.rfind('`')) {
        (Some(first), Some(last)) if first < last => format!("{}…{}", &out[..first], &out[last + 1..]),
        _ => out,
    }
}
