//! What the server repeats of what it was sent: a person's words, in the message that refuses them. They stay in
//! `Error::message`, and are not shown. Here is which texts those are.

use percent_encoding::percent_decode_str;
use reqwest::Url;
use reqwest::header::HeaderMap;
use serde_json::Value;
use tallyfy_gen::vocabulary::WORDS;

use crate::mask;
use crate::raw::parts;

/// Deeper bodies are nobody's.
const DEEPEST: usize = 32;
/// Numbers with fewer digits are counts and sizes.
const SHORTEST_NUMBER: usize = 5;

/// A request, as far as people wrote it.
pub(crate) struct Sent<'a> {
    pub(crate) url: &'a Url,
    /// Those of the call.
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: Option<&'a [u8]>,
    /// The media type of the body.
    pub(crate) content_type: &'a str,
}

/// What was sent and comes back in `texts`, the longest first: values of headers, of the query and of the body, and
/// parts of the path that are neither ids nor words.
pub(super) fn echoed(Sent { url, headers, body, content_type }: Sent<'_>, texts: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let mut keep = |text: &str| {
        let text = text.trim();
        let again = |said: &&str| mask::word_at(said, text, 0).is_some();
        if is_a_persons(text) && texts.iter().any(again) && !found.iter().any(|known| known == text) {
            found.push(text.to_owned());
        }
    };
    for part in url.path_segments().into_iter().flatten().filter(|part| !is_route(part)) {
        keep(&percent_decode_str(part).decode_utf8_lossy());
    }
    url.query_pairs().for_each(|(_, value)| keep(&value));
    headers.values().for_each(|value| keep(&String::from_utf8_lossy(value.as_bytes())));
    if let Some(body) = body {
        texts_of(body, content_type, &mut keep);
    }
    found.sort_by_key(|text| std::cmp::Reverse(text.len()));
    found
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
    text.chars().count() > 1 && !is_id && WORDS.binary_search(&text).is_err()
}

fn is_route(part: &str) -> bool {
    part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'_' | b'-'))
}
