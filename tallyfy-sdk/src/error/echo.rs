//! What the server repeats of what it was sent: a person's words, in the message that refuses them. They stay in
//! `Error::message`, and are not shown. Here is which texts those are.

use percent_encoding::percent_decode_str;
use reqwest::Url;
use reqwest::header::HeaderMap;
use serde_json::Value;
use tallyfy_gen::vocabulary::WORDS;

use crate::mask;

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
}

/// What was sent and comes back in `texts`, the longest first: values of headers, of the query and of a JSON body, and
/// parts of the path that are neither ids nor words.
pub(super) fn echoed(Sent { url, headers, body }: Sent<'_>, texts: &[&str]) -> Vec<String> {
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
    if let Some(body) = body.and_then(|body| serde_json::from_slice::<Value>(body).ok()) {
        leaves(&body, 0, &mut keep);
    }
    found.sort_by_key(|text| std::cmp::Reverse(text.len()));
    found
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
