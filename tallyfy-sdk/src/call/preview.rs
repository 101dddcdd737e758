//! A request as it would be sent, for people to look at: secrets masked, written like HTTP. Not here: how it comes about
//! (`pipeline/prepare.rs`), and what is taken out of answers and errors (`mask.rs`).

use std::fmt;

use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, Url};
use serde_json::Value;

use crate::auth::Token;
use crate::mask::{self, MASK, Secret};
use crate::pipeline::Prepared;
use crate::raw::parts;

/// Characters of a text in a body that are shown.
const LONGEST: usize = 2000;

/// A request as it would be sent.
///
/// Displayed, it reads like HTTP. The tests of a program may compare its parts.
///
/// ```no_run
/// # async fn run(client: tallyfy_sdk::Client) -> Result<(), tallyfy_sdk::Error> {
/// println!("{}", client.me().preview().await?);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Preview {
    /// The method.
    pub method: Method,
    /// The whole URL; values in the query that are named like a secret are masked.
    pub url: Url,
    /// The headers, secrets masked (those that are named like one too); the connection adds its own (`host`,
    /// `content-length`).
    pub headers: HeaderMap,
    /// The body, if there is one that can be shown. A personal token in it is masked, and in JSON, forms and multipart bodies
    /// values that are named like a password, a secret or a token.
    pub body: Option<Bytes>,
    /// Whether the body is a stream, which is neither shown nor sent again.
    pub streamed: bool,
}

impl Preview {
    /// The body as JSON, if it is that.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(self.body.as_ref()?).ok()
    }

    pub(super) fn of(prepared: Prepared, known: Option<&Token>) -> Self {
        let Prepared { method, mut url, mut headers, body } = prepared;
        let streamed = !body.is_repeatable();
        for (name, value) in &mut headers {
            if mask::is_secret_header(name) {
                *value = HeaderValue::from_static(MASK);
            }
        }
        let content_type = media_type(&headers);
        let mut body = body.bytes().map(|body| without_credentials(body, &content_type));
        if let Some(query) = url.query().and_then(masked_form) {
            url.set_query(Some(&query));
        }
        if let Some(token) = known {
            let secret = Secret::new(token.expose());
            secret.out_of_headers(&mut headers);
            body = body.map(|body| secret.out_of_bytes(body));
            if secret.is_in(url.as_str()) {
                let mut text = url.to_string();
                secret.out_of(&mut text);
                // The host stays, so it is still a URL.
                url = text.parse().unwrap_or(url);
            }
        }
        headers.insert(AUTHORIZATION, HeaderValue::from_static("Bearer ***"));
        Self { method, url, headers, body, streamed }
    }
}

fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

/// A body without the texts that its own names say are credentials. What holds none stays as it is, byte for byte.
fn without_credentials(body: Bytes, content_type: &str) -> Bytes {
    if let Some(boundary) = parts::boundary(content_type) {
        let (mut masked, mut done) = (Vec::with_capacity(body.len()), 0);
        for part in parts::parts(&body, boundary) {
            if mask::names_a_credential(part.name()) && part.text().is_some_and(|text| !text.is_empty()) {
                masked.extend_from_slice(&body[done..part.begins]);
                masked.extend_from_slice(MASK.as_bytes());
                done = part.begins + part.content.len();
            }
        }
        masked.extend_from_slice(&body[done..]);
        return masked.into();
    }
    if parts::is_form(content_type) {
        let masked = std::str::from_utf8(&body).ok().and_then(masked_form);
        return masked.map_or(body, Bytes::from);
    }
    let Ok(mut value) = serde_json::from_slice::<Value>(&body) else { return body };
    if masks_json(&mut value) { value.to_string().into() } else { body }
}

/// A form or a query with its credentials masked, if it has any.
fn masked_form(form: &str) -> Option<String> {
    let mut found = false;
    let pairs = form.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) if !value.is_empty() && mask::names_a_credential(&parts::decoded(name)) => {
            found = true;
            format!("{name}={MASK}")
        }
        _ => pair.to_owned(),
    });
    let masked = pairs.collect::<Vec<_>>().join("&");
    found.then_some(masked)
}

/// Masks the credentials in a value; whether there were any.
fn masks_json(value: &mut Value) -> bool {
    let mut found = false;
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                let is_empty = match &value {
                    Value::Null | Value::Bool(_) => true,
                    Value::String(text) => text.is_empty(),
                    _ => false,
                };
                found |= match mask::names_a_credential(name) && !is_empty {
                    true => {
                        *value = MASK.into();
                        true
                    }
                    false => masks_json(value),
                };
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|one| found |= masks_json(one)),
        _ => {}
    }
    found
}

/// Method and URL, a line for each header, and the body: texts up to 2000 characters, of other bytes their number.
impl fmt::Display for Preview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.url)?;
        let mut headers: Vec<_> = self.headers.iter().collect();
        headers.sort_by_key(|(name, _)| name.as_str());
        for (name, value) in headers {
            write!(f, "\n{name}: {}", value.to_str().unwrap_or("[not text]"))?;
        }
        let Some(body) = &self.body else {
            return if self.streamed { f.write_str("\n\n[a stream, sent once as it comes]") } else { Ok(()) };
        };
        let content_type = media_type(&self.headers);
        let Some(boundary) = parts::boundary(&content_type) else {
            return write!(f, "\n\n{}", Shown(body));
        };
        for part in parts::parts(body, boundary) {
            write!(f, "\n\n--{boundary}\n{}\n\n{}", part.head.replace("\r\n", "\n"), Shown(part.content))?;
        }
        write!(f, "\n\n--{boundary}--")
    }
}

/// Bytes as a person can read them.
struct Shown<'a>(&'a [u8]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let readable =
            |text: &&str| !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
        let Some(text) = std::str::from_utf8(self.0).ok().filter(readable) else {
            return write!(f, "[{} bytes]", self.0.len());
        };
        match text.char_indices().nth(LONGEST) {
            None => f.write_str(text),
            Some((end, _)) => write!(f, "{}\n[{} bytes more]", &text[..end], text.len() - end),
        }
    }
}

#[cfg(test)]
mod tests {
    //! How a preview reads. What it masks on the way of a real call is tested over the wire.

    use super::*;

    fn preview(content_type: &str, body: &[u8]) -> Preview {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, content_type.parse().expect("a header"));
        Preview {
            method: Method::POST,
            url: "https://go.tallyfy.com/api/me".parse().expect("a URL"),
            headers,
            body: Some(without_credentials(Bytes::copy_from_slice(body), content_type)),
            streamed: false,
        }
    }

    #[track_caller]
    fn reads(content_type: &str, body: &[u8], expected: &str) {
        let shown = preview(content_type, body).to_string();
        let head = format!("POST https://go.tallyfy.com/api/me\ncontent-type: {content_type}\n\n");
        assert_eq!(shown.strip_prefix(&head), Some(expected), "{shown}");
    }

    #[test]
    fn a_body_is_shown_as_far_as_it_can_be_read() {
        reads("application/json", br#"{"b":1, "a":2}"#, r#"{"b":1, "a":2}"#);
        reads("text/plain", "Blåfjord\n".as_bytes(), "Blåfjord\n");
        reads("application/pdf", &[0xff, 0xd8, 0, 1], "[4 bytes]");
        reads("text/plain", b"\x1b[31mred", "[8 bytes]");
        let long = "ø".repeat(2003);
        reads("text/plain", long.as_bytes(), &format!("{}\n[6 bytes more]", "ø".repeat(2000)));
    }

    #[test]
    fn texts_that_are_named_like_credentials_are_masked() {
        reads(
            "application/json",
            br#"{"a":[{"api_key":"y"}],"id":7,"password":"x"}"#,
            r#"{"a":[{"api_key":"***"}],"id":7,"password":"***"}"#,
        );
        reads(
            "application/x-www-form-urlencoded",
            b"grant_type=password&client_id=3&client%5Fsecret=a%26b&password=x&username=kim",
            "grant_type=password&client_id=3&client%5Fsecret=***&password=***&username=kim",
        );
        let body = b"--b\r\nContent-Disposition: form-data; name=\"api_token\"\r\n\r\nhush\r\n--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nfree\r\n--b--\r\n";
        reads(
            "multipart/form-data; boundary=b",
            body,
            "--b\nContent-Disposition: form-data; name=\"api_token\"\n\n***\n\n--b\nContent-Disposition: form-data; name=\"note\"\n\nfree\n\n--b--",
        );
        reads(
            "application/json",
            br#"{"id":7,"password":1234,"private_key":{"n":"x"},"token":["x",null],"secret":null}"#,
            r#"{"id":7,"password":"***","private_key":"***","token":"***","secret":null}"#,
        );
        reads(
            "application/x-www-form-urlencoded",
            b"password[]=x&user[password]=x&token%5B0%5D=x",
            "password[]=***&user[password]=***&token%5B0%5D=***",
        );
        for head in [
            "content-disposition: form-data;name=\"password\"",
            "Content-Disposition: form-data; filename=\"a\"; name=password",
            "Content-Disposition: form-data; name=password; filename=\"a\"",
        ] {
            let body = format!("--b\r\n{head}\r\n\r\nhush\r\n--b--\r\n");
            let expected = format!("--b\n{head}\n\n***\n\n--b--");
            reads("multipart/form-data; Boundary=b", body.as_bytes(), &expected);
        }
        for kept in ["author_id", "key", "keyword", "field_key", "passed", "token_type", "tokens_used"] {
            assert!(!mask::names_a_credential(kept), "{kept}");
        }
    }
}
