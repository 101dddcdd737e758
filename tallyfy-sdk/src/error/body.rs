//! Reads what an error body says. Its shapes differ by age and layer of the service, and a proxy may answer in HTML;
//! nothing in here fails, a body nobody understands just says nothing. Whose words they are is `error/origin.rs`.

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use serde_json::{Map, Value};
use tallyfy_gen::wire::from_bytes;

use crate::mask::Secret;

/// What PHP files that were saved with it put before everything (RFC 8259 lets readers skip it).
const MARK: &[u8] = b"\xef\xbb\xbf";
/// Where markup begins, if it begins at all.
const HEAD: usize = 1024;
/// Longest message kept, in characters.
const LONGEST: usize = 8 * 1024;
/// Bodies above this are not searched for a message.
const LARGEST: usize = 1024 * 1024;
const MOST_FIELDS: usize = 200;
const DEEPEST: usize = 8;

/// The service's code of a call that came too fast (docs:open-api/index).
const RATE_LIMITED: &str = "RATE_LIMIT_EXCEEDED";

/// Whether an answer turns a call away for coming too fast: a 429, or the service's own code under another 4xx.
pub(super) fn is_throttled(status: StatusCode, code: Option<&str>) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS || (status.is_client_error() && code == Some(RATE_LIMITED))
}

/// The same of a whole answer.
pub(crate) fn is_throttled_answer(status: StatusCode, headers: &HeaderMap, body: &Bytes) -> bool {
    // Few bodies speak of it; only those are read.
    let mentions = || body.windows(RATE_LIMITED.len()).any(|window| window == RATE_LIMITED.as_bytes());
    let code = (status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS && mentions())
        .then(|| ServerMessage::read(headers, body, &Secret::new("")).code)
        .flatten();
    is_throttled(status, code.as_deref())
}

/// One field the server found fault with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldError {
    /// The field, nested names joined by dots (`prerun.4a3f`); empty when the server names none.
    pub field: String,
    /// What is wrong with it, in the server's words.
    pub message: String,
}

/// What an error body says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ServerMessage {
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
    pub(super) fields: Vec<FieldError>,
    /// The kind of seats that ran out, for the hint (n8n:seatPoolExhaustedMessage).
    pub(super) seat_pool: Option<String>,
}

impl ServerMessage {
    /// A secret goes before anything is cut, or the cut would leave half of it.
    pub(super) fn read(headers: &HeaderMap, body: &Bytes, secret: &Secret<'_>) -> Self {
        if body.len() > LARGEST {
            return Self::default();
        }
        let mut said = match from_bytes(body) {
            Ok(Value::Object(object)) => Self::from_object(&object),
            Ok(Value::String(text)) => Self { message: worth(&text), ..Self::default() },
            Ok(_) => Self::default(),
            Err(_) => Self { message: from_text(headers, body), ..Self::default() },
        };
        for text in said.texts() {
            secret.out_of(text);
            if let Some((end, _)) = text.char_indices().nth(LONGEST) {
                text.truncate(end);
            }
        }
        said
    }

    /// Order of reading as in the evidence: `errors`, then an `error` object, `message`, an `error` text; and all of that
    /// below `data`, if nothing stands beside it.
    fn from_object(object: &Map<String, Value>) -> Self {
        let mut said = Self::default();
        if let Some(errors) = object.get("errors") {
            flatten("", errors, 0, &mut said.fields);
        }
        if let Some(Value::Object(nested)) = object.get("error") {
            said.code = nested.get("code").and_then(scalar);
            said.message = nested.get("message").and_then(text_of);
            said.seat_pool =
                nested.get("details").and_then(|details| details.get("pool_type")).and_then(scalar);
        }
        said.code = said.code.or_else(|| object.get("code").and_then(scalar));
        said.message = said.message.or_else(|| object.get("message").and_then(text_of));
        if let Some(error) = object.get("error").and_then(Value::as_str) {
            said.read_error_text(error, object);
        }
        match object.get("data") {
            Some(Value::Object(inner)) if said == Self::default() => Self::from_object(inner),
            _ => said,
        }
    }

    /// OAuth servers send `{"error": "invalid_client", "error_description": ..}`; others put a sentence
    /// into `error`.
    fn read_error_text(&mut self, error: &str, object: &Map<String, Value>) {
        let is_code = !error.is_empty() && !error.contains(char::is_whitespace);
        if is_code && self.code.is_none() {
            self.code = worth(error);
        }
        if self.message.is_none() {
            let described = ["error_description", "hint"].iter().find_map(|key| object.get(*key));
            self.message = described.and_then(text_of).or_else(|| worth(error));
        }
    }

    /// Everything that was said.
    fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        let fields = self.fields.iter_mut().flat_map(|field| [&mut field.field, &mut field.message]);
        fields.chain(&mut self.message).chain(&mut self.code).chain(&mut self.seat_pool)
    }
}

/// Values under `errors` are a text, a list of texts, or lists and maps nested in each other.
fn flatten(field: &str, value: &Value, depth: usize, found: &mut Vec<FieldError>) {
    if depth > DEEPEST || found.len() >= MOST_FIELDS {
        return;
    }
    match value {
        Value::Object(map) => match named_error(map) {
            Some((name, message)) => found.push(FieldError { field: join(field, &name), message }),
            None => map.iter().for_each(|(key, value)| flatten(&join(field, key), value, depth + 1, found)),
        },
        Value::Array(list) => list.iter().for_each(|value| flatten(field, value, depth + 1, found)),
        other => {
            if let Some(message) = scalar(other) {
                found.push(FieldError { field: field.to_owned(), message });
            }
        }
    }
}

/// `{"field": .., "message": ..}` is an error that carries its name inside.
fn named_error(map: &Map<String, Value>) -> Option<(String, String)> {
    let name = map.get("field").or_else(|| map.get("name"))?.as_str()?;
    Some((name.to_owned(), worth(map.get("message")?.as_str()?)?))
}

fn join(outer: &str, inner: &str) -> String {
    if outer.is_empty() { inner.to_owned() } else { format!("{outer}.{inner}") }
}

/// A message is a text; where it is a list or map, its texts are joined.
fn text_of(value: &Value) -> Option<String> {
    let mut parts = Vec::new();
    flatten("", value, 0, &mut parts);
    match &parts[..] {
        [part] => worth(&part.message),
        parts => {
            let bare: Vec<_> = parts.iter().map(|part| part.message.trim_end_matches(['.', ';'])).collect();
            worth(&bare.join("; "))
        }
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => worth(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(_) | Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Trimmed; an empty text says nothing.
fn worth(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn from_text(headers: &HeaderMap, body: &[u8]) -> Option<String> {
    // What is left of JSON that was cut, or is packed: a body, and no message.
    let is_half = body.trim_ascii_start().first().is_some_and(|first| matches!(first, b'{' | b'[' | b'"'));
    if is_half || packed(headers, body).is_some() || body.contains(&0) {
        return None;
    }
    let text = String::from_utf8_lossy(without_mark(body));
    if is_markup(body) { html_title(&text) } else { worth(&text) }
}

/// The title is all that is worth reading in an error page.
fn html_title(text: &str) -> Option<String> {
    let start = find_ignoring_case(text, "<title")?;
    let rest = &text[start..];
    let inner = &rest[rest.find('>')? + 1..];
    let title = &inner[..find_ignoring_case(inner, "</title")?];
    worth(&title.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn find_ignoring_case(text: &str, wanted: &str) -> Option<usize> {
    let wanted = wanted.as_bytes();
    text.as_bytes().windows(wanted.len()).position(|window| window.eq_ignore_ascii_case(wanted))
}

/// Whether a body is markup, whatever its headers say: they are wrong both ways, as PHP calls everything HTML that nobody
/// named.
pub(super) fn is_markup(body: &[u8]) -> bool {
    let body = without_mark(body).trim_ascii_start();
    let holds = |tag: &[u8]| {
        body[..body.len().min(HEAD)].windows(tag.len()).any(|window| window.eq_ignore_ascii_case(tag))
    };
    match body.first() {
        Some(b'<') => true,
        None | Some(b'{' | b'[' | b'"') => false,
        Some(_) => holds(b"<html") || holds(b"<!doctype"),
    }
}

/// Whether JSON can be expected of a body, at one look: it is asked of every answer.
pub(crate) fn begins_as_data(body: &[u8]) -> bool {
    body.starts_with(br#"{"data":{""#) || body.starts_with(br#"{"data":[{"#)
}

/// Without a byte order mark.
pub(crate) fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(MARK).unwrap_or(body)
}

/// The name of the compression that a body is still in. What can be unpacked was unpacked by `pipeline/unpack.rs`.
pub(super) fn packed(headers: &HeaderMap, body: &[u8]) -> Option<String> {
    let declared = headers.get(CONTENT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let declared: String =
        declared.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | ',')).take(32).collect();
    match body {
        [] => None,
        // A header may claim what is not so: a charset, or what a proxy has unpacked.
        _ if begins_as_text(body) => None,
        _ if !declared.is_empty() && !declared.eq_ignore_ascii_case("identity") => Some(declared),
        [0x1f, 0x8b, ..] => Some("gzip".to_owned()),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some("zstd".to_owned()),
        _ => None,
    }
}

fn begins_as_text(body: &[u8]) -> bool {
    let begins = matches!(without_mark(body).trim_ascii_start().first(), Some(b'{' | b'[' | b'<'));
    begins && std::str::from_utf8(body).is_ok_and(|text| !text.contains('\0'))
}

/// What a 2xx body is when it is not JSON at all; `None` when it looks like JSON.
pub(super) fn describe_foreign(body: &[u8]) -> Option<&'static str> {
    match without_mark(body).trim_ascii_start().first() {
        None => Some("an empty body"),
        Some(b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => None,
        Some(_) => Some("plain text"),
    }
}
