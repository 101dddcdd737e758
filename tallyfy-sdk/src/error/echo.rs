//! What the server repeats of what it was sent: a person's words, in the message that refuses them. They stay in
//! `Error::message`, and are not shown. Here is which texts those are; the search for them is `error/echo/index.rs`.
//!
//! Only what `Display` shows is searched, and the work is bounded: a server that answers with much, to a request that holds
//! much, shall not hold up the program. Beyond the bounds nothing of the server's words is shown.

mod index;

use std::collections::HashSet;

use percent_encoding::percent_decode_str;
use reqwest::Url;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, USER_AGENT};
use serde_json::Value;
use tallyfy_gen::vocabulary::WORDS;

use self::index::Index;
use crate::mask;
use crate::raw::parts;

/// Deeper bodies are nobody's.
const DEEPEST: usize = 32;
/// Numbers with fewer digits are counts and sizes.
const SHORTEST_NUMBER: usize = 5;
/// Larger bodies are not read again; nothing that was said to them is shown.
const LARGEST_BODY: usize = 8 * 1024 * 1024;
/// More texts that come back are no sentence any more.
const MOST: usize = 256;
/// From this length the beginning of a text is recognized where the server has cut the rest off.
const SHORTEST_START: usize = 24;
/// Headers that this crate writes itself.
const OWN: [reqwest::header::HeaderName; 5] = [
    ACCEPT,
    AUTHORIZATION,
    CONTENT_TYPE,
    USER_AGENT,
    reqwest::header::HeaderName::from_static("x-tallyfy-client"),
];

/// A request, as far as people wrote it.
pub(crate) struct Sent<'a> {
    pub(crate) url: &'a Url,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: Option<&'a [u8]>,
    /// The media type of the body.
    pub(crate) content_type: &'a str,
}

/// What comes back.
#[derive(Debug, Default)]
pub(super) struct Echoes {
    /// Texts that stand as words of their own, the longest first.
    words: Vec<String>,
    /// Beginnings of texts that the server cut.
    starts: Vec<String>,
    /// Too much to tell: all that the server said.
    all: bool,
}

impl Echoes {
    /// A text of the server's without what comes back in it; `None` when nothing of it can be shown.
    pub(super) fn out_of(&self, text: &str) -> Option<String> {
        if self.all {
            return None;
        }
        let text = mask::without_words(text, &self.words);
        let text = self.starts.iter().fold(text, |text, start| match text.contains(&**start) {
            true => text.replace(&**start, mask::MASK).into(),
            false => text,
        });
        Some(text.into_owned())
    }
}

/// What was sent and comes back in `texts`: values of headers, of the query and of the body, and parts of the path that
/// are neither ids nor words.
pub(super) fn echoes(sent: &Sent<'_>, texts: &[&str]) -> Echoes {
    if sent.body.is_some_and(|body| body.len() > LARGEST_BODY) {
        return Echoes { all: true, ..Echoes::default() };
    }
    let mut search =
        Search { texts, index: Index::of(texts), seen: HashSet::new(), found: Echoes::default() };
    let has_escapes = texts.iter().any(|text| text.contains(['%', '+']));
    each_text(sent, &mut |text| {
        search.look_for(text);
        // As it is shown, and as services trim it.
        if text.contains("  ") || text.contains(|c: char| c != ' ' && (c.is_whitespace() || c.is_control())) {
            search.look_for(&text.split_whitespace().collect::<Vec<_>>().join(" "));
        }
        // As an address has it.
        if has_escapes && !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            mask::in_address(text.trim()).iter().for_each(|text| search.look_for(text));
        }
        // As a page has it.
        if text.contains(['&', '<', '>', '"', '\'']) {
            search.look_for(&mask::in_page(text));
        }
    });
    let mut found = search.found;
    for list in [&mut found.words, &mut found.starts] {
        list.sort_by_key(|text| std::cmp::Reverse(text.len()));
    }
    found
}

struct Search<'a> {
    texts: &'a [&'a str],
    index: Index,
    /// Candidates, so that what is sent often is looked for once.
    seen: HashSet<String>,
    found: Echoes,
}

impl Search<'_> {
    fn look_for(&mut self, text: &str) {
        let text = text.trim();
        if self.found.all || !is_a_persons(text) {
            return;
        }
        let length = self.index.longest_start(text);
        if length < text.len() && length < SHORTEST_START || self.seen.contains(&text[..length]) {
            return;
        }
        self.seen.insert(text[..length].to_owned());
        self.found.all = self.seen.len() > MOST;
        let again = |said: &&str| mask::word_at(said, text, 0).is_some();
        match length < text.len() {
            true => self.found.starts.push(text[..length].to_owned()),
            false if self.texts.iter().any(again) => self.found.words.push(text.to_owned()),
            false => {}
        }
    }
}

fn each_text(Sent { url, headers, body, content_type }: &Sent<'_>, keep: &mut impl FnMut(&str)) {
    for part in url.path_segments().into_iter().flatten().filter(|part| !is_route(part)) {
        keep(&percent_decode_str(part).decode_utf8_lossy());
        keep(part);
    }
    let written = url.query().into_iter().flat_map(|query| query.split('&'));
    written.filter_map(|pair| pair.split_once('=')).for_each(|(_, value)| keep(value));
    url.query_pairs().for_each(|(_, value)| keep(&value));
    for (_, value) in headers.iter().filter(|(name, _)| !OWN.contains(name)) {
        keep(&String::from_utf8_lossy(value.as_bytes()));
    }
    if let Some(body) = body {
        texts_of(body, content_type, keep);
    }
}

/// What people wrote in a body, whatever its form.
fn texts_of(body: &[u8], content_type: &str, keep: &mut impl FnMut(&str)) {
    if let Some(boundary) = parts::boundary(content_type) {
        parts::parts(body, boundary).iter().filter_map(parts::Part::text).for_each(keep);
    } else if let Ok(value) = serde_json::from_slice::<Value>(body) {
        leaves(&value, 0, keep);
    } else if let Ok(text) = std::str::from_utf8(body) {
        match parts::is_form(content_type) {
            true => parts::pairs(text).for_each(|(_, value)| keep(&value)),
            false => text.lines().for_each(keep),
        }
    }
}

fn leaves(value: &Value, depth: usize, keep: &mut impl FnMut(&str)) {
    match value {
        _ if depth > DEEPEST => {}
        Value::Object(map) => map.values().for_each(|value| leaves(value, depth + 1, keep)),
        Value::Array(list) => list.iter().for_each(|value| leaves(value, depth + 1, keep)),
        Value::String(text) => keep(text),
        Value::Number(number) => Some(number.to_string())
            .filter(|text| text.len() >= SHORTEST_NUMBER)
            .iter()
            .for_each(|text| keep(text)),
        Value::Null | Value::Bool(_) => {}
    }
}

/// Words and ids of the service are worth reading.
fn is_a_persons(text: &str) -> bool {
    let is_id = text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    text.chars().nth(1).is_some() && !is_id && WORDS.binary_search(&text).is_err()
}

fn is_route(part: &str) -> bool {
    part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'_' | b'-'))
}

#[cfg(test)]
mod tests;
