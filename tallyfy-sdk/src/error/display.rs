//! What a person sees of an error: one paragraph, with neither secrets nor bodies in it, nor what is a person's.

use std::fmt;
use std::time::Duration;

use super::{Error, Kind};
use crate::mask;
use crate::retry::Delivery;

/// Longest server text shown, in characters.
const LONGEST: usize = 300;
const MOST_FIELDS: usize = 3;
/// Longest name of a request shown.
const LONGEST_NAME: usize = 64;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.0.operation {
            write!(f, "{operation}: ")?;
        }
        self.what(f)?;
        self.fields(f)?;
        let hint = self.hint();
        let sentences = [self.aftermath(), self.0.looked.as_deref(), self.restraint(), hint.as_deref()];
        for sentence in sentences.into_iter().flatten() {
            write!(f, ". {sentence}")?;
        }
        self.trail(f)
    }
}

impl Error {
    fn what(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = mask::without_addresses(&self.0.message);
        let Some(status) = self.status() else { return f.write_str(&message) };
        match self.0.kind {
            Kind::Status => write!(f, "the server answered {status}")?,
            // The pages were answered as they should be; their status is not what is wrong.
            Kind::Incomplete => return f.write_str(&message),
            _ => return write!(f, "{message} (status {status})"),
        }
        if let Some(code) = self.code() {
            write!(f, " [{}]", self.shown(code))?;
        }
        match self.message().filter(|message| !is_internal(message)) {
            Some(message) => write!(f, ": {}", self.shown(message)),
            None => Ok(()),
        }
    }

    /// A text of the server's, without what is a person's.
    fn shown(&self, text: &str) -> String {
        shown(&mask::without_words(&mask::without_addresses(text), &self.0.echoed))
    }

    fn fields(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = if self.0.kind == Kind::Status { self.field_errors() } else { &[] };
        for (index, error) in fields.iter().take(MOST_FIELDS).enumerate() {
            f.write_str(if index == 0 { " (" } else { "; " })?;
            if !error.field.is_empty() {
                write!(f, "{}: ", self.shown(&error.field))?;
            }
            f.write_str(&self.shown(&error.message))?;
        }
        match fields.len() {
            0 => Ok(()),
            1..=MOST_FIELDS => f.write_str(")"),
            more => write!(f, "; and {} more)", more - MOST_FIELDS),
        }
    }

    fn aftermath(&self) -> Option<&'static str> {
        match self.0.kind {
            Kind::AlreadyDone => {
                return Some("The work is done; only the object it should have returned is missing");
            }
            Kind::Incomplete => return Some("Nothing was changed; walk again"),
            _ => {}
        }
        match (self.0.delivery, self.0.reads) {
            (Delivery::NotSent, _) => Some("Nothing was sent"),
            (Delivery::Refused, _) => Some("The server refused it and did not act"),
            (_, true) => Some("The call only reads, so it can be repeated"),
            (Delivery::Unknown, false) => Some("The server may have acted: look before doing it again"),
            (Delivery::Applied, false) => Some("The server has acted: do not do it again"),
        }
    }

    fn restraint(&self) -> Option<&'static str> {
        self.0.held_back.then_some("It was not repeated, because too many calls of this client fail")
    }

    fn hint(&self) -> Option<String> {
        if let Some(wait) = self.retry_after() {
            let guess = match self.0.guessed_wait {
                true => "; the wait that the answer names cannot be read, so this is a guess",
                false => "",
            };
            return Some(format!("Wait {} before the next call{guess}", seconds(wait)));
        }
        if self.0.kind == Kind::Connect {
            return Some("Check the base URL, the network and any proxy".to_owned());
        }
        if self.0.kind != Kind::Status || self.is_throttled() {
            return None;
        }
        match self.status()?.as_u16() {
            // docs:open-api/code-samples/authentication/client-credentials-flow, docs:open-api/index: three
            // causes, one answer.
            401 if self.0.token_of_a_source => Some(
                "The token is not accepted: it has ended, or it is a client-credentials token, which the routes \
                 of users refuse, or something on the way drops the header X-Tallyfy-Client"
                    .to_owned(),
            ),
            // docs:open-api/code-samples/authentication/personal-access-token; docs:open-api/index of the header
            401 => Some(
                "The token is not accepted: a personal token cannot be renewed and stops working when its \
                 owner logs out of Tallyfy; make a new one under Settings > Integrations > REST API (if the token is \
                 good, something on the way drops the header X-Tallyfy-Client, which looks the same)"
                    .to_owned(),
            ),
            403 => Some("The token's owner lacks the role or seat for this".to_owned()),
            404 if self.code() == Some("ENDPOINT_NOT_FOUND") => {
                // docs:open-api/api-clients/postman/troubleshooting: a missing header can look like this.
                Some(
                    "The path is unknown to this server: check the base URL, and that nothing on the way drops \
                     the header X-Tallyfy-Client"
                        .to_owned(),
                )
            }
            404 => Some("Check the id and the organization; archived objects can also answer so".to_owned()),
            409 if self.code() == Some("SEAT_POOL_EXHAUSTED") => Some(self.seat_hint()),
            300..=399 => Some("Redirects are not followed: check the base URL".to_owned()),
            _ => None,
        }
    }

    fn seat_hint(&self) -> String {
        let pool = self.said().and_then(|said| said.seat_pool.as_deref());
        let pool = pool.map(|pool| format!(" {}", self.shown(pool))).unwrap_or_default();
        format!("No{pool} seat is free: buy seats, or disable a member, then call again")
    }

    fn trail(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.attempts > 1 {
            write!(f, " [{} attempts in {}]", self.0.attempts, seconds(self.0.elapsed))?;
        }
        match self.request_id().filter(|id| is_name(id)) {
            Some(id) => write!(f, " [request id {}]", self.shown(id)),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("text", &format_args!("{self}"))
            .field("status", &self.status().map(|status| status.as_u16()))
            .field("delivery", &self.0.delivery)
            .field("attempts", &self.0.attempts)
            .field("elapsed", &self.0.elapsed)
            .finish_non_exhaustive()
    }
}

/// On one line, without tags, of bearable length.
pub(super) fn shown(text: &str) -> String {
    let mut clean = String::new();
    let mut inside = false;
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        let opens = |next: &char| next.is_ascii_alphabetic() || matches!(next, '/' | '!');
        match character {
            '<' if rest.peek().is_some_and(opens) => inside = true,
            '>' if inside => inside = false,
            _ if inside => {}
            _ if character.is_whitespace() || character.is_control() => clean.push(' '),
            _ => clean.push(character),
        }
    }
    let words: Vec<_> = clean.split_whitespace().collect();
    let mut line = words.join(" ");
    if let Some((at, _)) = line.char_indices().nth(LONGEST) {
        line.truncate(at);
        line.push('…');
    }
    line.trim_end_matches('.').to_owned()
}

/// Requests have short names of one word; a sentence in their place is not for showing.
fn is_name(id: &str) -> bool {
    let belongs = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
    id.len() <= LONGEST_NAME && id.bytes().all(belongs)
}

/// A 500 may carry database errors and stack traces (mcp:errors); they help nobody who reads this.
fn is_internal(message: &str) -> bool {
    ["SQLSTATE", "Stack trace", "#0 /"].iter().any(|mark| message.contains(mark))
}

fn seconds(time: Duration) -> String {
    let millis = time.as_millis();
    match millis {
        0..=999 => format!("{millis} ms"),
        _ if millis.is_multiple_of(1000) => format!("{} s", millis / 1000),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}
