//! What is taken out of texts before anybody sees them: tokens, e-mail addresses, what the caller sent, and whatever looks
//! like a secret in the words of foreign code. Which texts pass through here is decided where they are shown (`error/`,
//! `call.rs`, `record.rs`).

use std::borrow::Cow;

use bytes::Bytes;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, SET_COOKIE};

/// What stands in the place of what was taken out.
pub(crate) const MASK: &str = "***";

/// A header whose name contains one of these is not shown by value.
const SECRET_NAMES: [&str; 8] = ["auth", "cookie", "key", "passw", "pwd", "secret", "session", "token"];

/// Text of foreign code is taken for a secret from this length, if it mixes letters and digits.
const SECRET_LENGTH: usize = 16;

/// Shorter texts are no secrets, and would be hidden in every word.
const SHORTEST: usize = 4;
/// The beginning of a secret is hidden from this length: whoever repeats a secret may have cut it.
const SHOWABLE: usize = 12;
/// The same where a text ends, as that is where it was cut.
const SHOWABLE_AT_END: usize = 6;

/// A secret, in every form in which an answer may repeat it.
pub(crate) struct Secret<'a>(Vec<Cow<'a, str>>);

impl<'a> Secret<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let mut forms = Vec::with_capacity(1);
        if text.len() < SHORTEST {
            return Self(forms);
        }
        forms.push(Cow::Borrowed(text));
        // The first part of a JWT is the same for all; who quotes one of the others may leave it out.
        forms.extend(text.split('.').skip(1).filter(|part| part.len() >= SECRET_LENGTH).map(Cow::Borrowed));
        if !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            // As PHP writes slashes in JSON; as part of an address; as part of a page, with short names or with numbers.
            let in_part = utf8_percent_encode(text, IN_ADDRESS).to_string();
            let written = [
                text.replace('/', r"\/"),
                utf8_percent_encode(text, NON_ALPHANUMERIC).to_string(),
                lower_case(&in_part),
                in_part,
                in_page(text),
                in_page_by_numbers(text),
            ];
            for form in written {
                if !forms.iter().any(|known| *known == form) {
                    forms.push(Cow::Owned(form));
                }
            }
        }
        Self(forms)
    }

    pub(crate) fn is_in(&self, text: &str) -> bool {
        self.at(text.as_bytes(), 0).is_some()
    }

    pub(crate) fn out_of(&self, text: &mut String) {
        if let Some(rest) = self.masked(text.as_bytes()) {
            *text = String::from_utf8_lossy(&rest).into_owned();
        }
    }

    pub(crate) fn out_of_bytes(&self, bytes: Bytes) -> Bytes {
        self.masked(&bytes).map_or(bytes, Bytes::from)
    }

    /// Also marks cookies as what they are, so that `Debug` does not show them.
    pub(crate) fn out_of_headers(&self, headers: &mut HeaderMap) {
        for (name, value) in headers.iter_mut() {
            if name == SET_COOKIE {
                value.set_sensitive(true);
            }
            if self.at(value.as_bytes(), 0).is_some() {
                let rest = self.out_of_bytes(Bytes::copy_from_slice(value.as_bytes()));
                *value = HeaderValue::from_maybe_shared(rest).unwrap_or(HeaderValue::from_static(MASK));
            }
        }
    }

    /// The text without the secret, if it is there.
    fn masked(&self, text: &[u8]) -> Option<Vec<u8>> {
        let tail = self.tail(text);
        let mut next = self.at(&text[..tail], 0);
        if next.is_none() && tail == text.len() {
            return None;
        }
        let (mut out, mut from) = (Vec::with_capacity(text.len()), 0);
        while let Some((at, length)) = next {
            out.extend_from_slice(&text[from..at]);
            out.extend_from_slice(MASK.as_bytes());
            from = at + length;
            next = self.at(&text[..tail], from);
        }
        out.extend_from_slice(&text[from..tail]);
        if tail < text.len() {
            out.extend_from_slice(MASK.as_bytes());
        }
        Some(out)
    }

    /// Where the secret, or a long beginning of it, stands at or after a place, and how long it is there. One pass, however
    /// often it stands there.
    fn at(&self, text: &[u8], from: usize) -> Option<(usize, usize)> {
        let begins = |form: &Cow<'_, str>, at: usize| {
            let form = form.as_bytes();
            text[at] == form[0] && text[at..].starts_with(&form[..form.len().min(SHOWABLE)])
        };
        let at = match &self.0[..] {
            [form] => first(text, from, &form.as_bytes()[..form.len().min(SHOWABLE)])?,
            // For one form after the other this would be more than one pass.
            forms => (from..text.len()).find(|at| forms.iter().any(|form| begins(form, *at)))?,
        };
        let length = self.0.iter().map(|form| common(&text[at..], form.as_bytes())).max()?;
        Some((at, length))
    }

    /// Where a beginning of the secret stands that the end of the text cuts off; else the end.
    fn tail(&self, text: &[u8]) -> usize {
        let of = |form: &Cow<'_, str>| {
            let longest = form.len().saturating_sub(1).min(text.len());
            (SHOWABLE_AT_END..=longest).rev().find(|length| text.ends_with(&form.as_bytes()[..*length]))
        };
        text.len() - self.0.iter().filter_map(of).max().unwrap_or(0)
    }
}

/// Where a text that is not empty stands at or after a place. All headers of all answers are searched, so this is quick.
fn first(text: &[u8], from: usize, start: &[u8]) -> Option<usize> {
    let last = text.len().checked_sub(start.len())?;
    let mut at = from;
    while at <= last {
        at += text[at..=last].iter().position(|byte| *byte == start[0])?;
        if text[at..].starts_with(start) {
            return Some(at);
        }
        at += 1;
    }
    None
}

fn common(left: &[u8], right: &[u8]) -> usize {
    left.iter().zip(right).take_while(|(left, right)| left == right).count()
}

/// `%2F` as some write it.
fn lower_case(encoded: &str) -> String {
    let mut left = 0;
    let lower = |c: char| {
        left = if c == '%' { 3 } else { usize::saturating_sub(left, 1) };
        if left > 0 { c.to_ascii_lowercase() } else { c }
    };
    encoded.chars().map(lower).collect()
}

/// As text of a page, as PHP writes it.
pub(crate) fn in_page(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#039;"),
            _ => out.push(c),
        }
    }
    out
}

/// As the templates of JavaScript write it.
fn in_page_by_numbers(text: &str) -> String {
    let escaped = in_page(text).replace("&#039;", "&#39;");
    escaped.replace('/', "&#x2F;").replace('=', "&#x3D;").replace('`', "&#x60;")
}

/// A text as part of an address, in each way of writing it.
pub(crate) fn in_address(text: &str) -> [String; 4] {
    let upper = utf8_percent_encode(text, IN_ADDRESS).to_string();
    let lower = lower_case(&upper);
    [upper.replace("%20", "+"), lower.replace("%20", "+"), upper, lower]
}

/// What form encoding leaves as it is.
const IN_ADDRESS: &percent_encoding::AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'*');

/// Whether a header holds a secret, by its name.
pub(crate) fn is_secret_header(name: &HeaderName) -> bool {
    names_a_secret(name.as_str())
}

/// A field or a parameter whose name ends in one of these holds a credential.
const CREDENTIALS: [&str; 12] = [
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "api_key",
    "private_key",
    "assertion",
    "authorization",
    "code_verifier",
];

/// Whether a field of a body or a parameter of a query holds a credential, by its name. Narrower than for headers: there are
/// keys of forms and authors of comments.
pub(crate) fn names_a_credential(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('-', "_");
    // `user[password]`, `password[]`, `password[0]`
    let name = name.trim_end_matches(|c: char| c == '[' || c == ']' || c.is_ascii_digit());
    CREDENTIALS.iter().any(|credential| name.ends_with(credential))
}

fn names_a_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_NAMES.iter().any(|secret| name.contains(secret))
}

/// A text without its e-mail addresses.
pub(crate) fn without_addresses(text: &str) -> Cow<'_, str> {
    if !text.contains('@') && !text.contains("%40") {
        return Cow::Borrowed(text);
    }
    let ends = |c: char| c.is_whitespace() || c.is_control() || "<>()[]{}\",;:'`=|&?/\\".contains(c);
    let mut out = String::with_capacity(text.len());
    for part in text.split_inclusive(ends) {
        let word = part.trim_end_matches(ends);
        let bare = word.trim_end_matches('.');
        let inner = bare.replace("%40", "@");
        let inner = inner.trim_matches('@');
        out.push_str(if inner.contains('@') { MASK } else { bare });
        out.push_str(&part[bare.len()..]);
    }
    Cow::Owned(out)
}

/// A text without these other texts, where they stand as words of their own.
pub(crate) fn without_words<'a>(text: &'a str, words: &[String]) -> Cow<'a, str> {
    words.iter().fold(Cow::Borrowed(text), |text, word| match word_at(&text, word, 0) {
        None => text,
        Some(_) => Cow::Owned(without_word(&text, word)),
    })
}

fn without_word(text: &str, word: &str) -> String {
    let (mut out, mut from) = (String::with_capacity(text.len()), 0);
    while let Some(at) = word_at(text, word, from) {
        out.push_str(&text[from..at]);
        out.push_str(MASK);
        from = at + word.len();
    }
    out.push_str(&text[from..]);
    out
}

/// Where a text stands as a word of its own, at or after a place.
pub(crate) fn word_at(text: &str, word: &str, from: usize) -> Option<usize> {
    let joins = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    text[from..].match_indices(word).map(|(at, _)| from + at).find(|at| {
        let inside_left = joins(text[..*at].chars().next_back()) && joins(word.chars().next());
        let inside_right = joins(text[at + word.len()..].chars().next()) && joins(word.chars().next_back());
        !inside_left && !inside_right
    })
}

/// The words of foreign code (a name resolver, a token source, TLS): they may quote anything. Whoever is named by an
/// address, what stands before the host or after the path of a URL, and what looks like a secret, is taken out.
pub(crate) fn of_strangers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut named = false;
    for part in text.split_inclusive(char::is_whitespace) {
        let word = part.trim_end();
        let clean = match named && !word.is_empty() {
            true => MASK.to_owned(),
            false => of_a_stranger(word),
        };
        out.push_str(&clean);
        out.push_str(&part[word.len()..]);
        named = introduces_a_secret(word);
    }
    without_addresses(&out).into_owned()
}

/// `Bearer abc`, `password: abc`.
fn introduces_a_secret(word: &str) -> bool {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    ["bearer", "basic"].iter().any(|scheme| bare.eq_ignore_ascii_case(scheme))
        || (word.ends_with([':', '=']) && names_a_secret(word))
}

fn of_a_stranger(word: &str) -> String {
    if let Some((scheme, rest)) = word.split_once("://") {
        let authority = rest.find('/').unwrap_or(rest.len());
        let host = rest[..authority].rfind('@').map_or(0, |at| at + 1);
        let path = &rest[host..];
        let path = path.split(['?', '#']).next().unwrap_or(path);
        return format!("{scheme}://{}", mask_secrets(path));
    }
    if let Some(at) = word.find(['=', ':'])
        && names_a_secret(&word[..at])
        && at + 1 < word.len()
        && !word[at..].starts_with("::")
    {
        return format!("{}{MASK}", &word[..=at]);
    }
    mask_secrets(word)
}

/// Runs of letters, digits and what tokens join them by, long, with letters and digits in them.
fn mask_secrets(word: &str) -> String {
    let belongs = |c: char| c.is_ascii_alphanumeric() || "._~+-=".contains(c);
    let mut out = String::with_capacity(word.len());
    for part in word.split_inclusive(|c| !belongs(c)) {
        let run = part.trim_end_matches(|c| !belongs(c));
        let mixed =
            run.contains(|c: char| c.is_ascii_alphabetic()) && run.contains(|c: char| c.is_ascii_digit());
        out.push_str(if run.len() >= SECRET_LENGTH && mixed { MASK } else { run });
        out.push_str(&part[run.len()..]);
    }
    out
}

#[cfg(test)]
mod tests;
