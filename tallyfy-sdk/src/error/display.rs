//! What a person sees of an error: one paragraph, with neither secrets nor bodies in it, nor what is a person's. What it
//! advises stands in `error/hint.rs`.

use std::fmt;
use std::time::Duration;

use super::internals::{Internals, internals};
use super::{Error, FieldError, Kind};
use crate::mask;
use crate::retry::Delivery;

/// Longest server text shown, in characters.
const LONGEST: usize = 300;
/// What of a server text is looked at: what is hidden in it makes it shorter.
const CONSIDERED: usize = 2048;
const MOST_FIELDS: usize = 3;
/// Longest name of a request shown.
const LONGEST_NAME: usize = 64;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.what();
        text.push_str(&self.fields());
        let hint = self.hint();
        let sentences = [self.aftermath(), self.0.looked.as_deref(), self.restraint(), hint.as_deref()];
        for sentence in sentences.into_iter().flatten() {
            let ended = text.ends_with(['!', '?', '…', '.']);
            text.push_str(if ended { " " } else { ". " });
            text.push_str(sentence);
        }
        if let Some(operation) = self.0.operation {
            write!(f, "{operation}: ")?;
        }
        f.write_str(&text)?;
        self.trail(f)
    }
}

impl Error {
    fn what(&self) -> String {
        let message = mask::without_addresses(&self.0.message);
        let own = message.trim_end_matches('.');
        let Some(status) = self.status() else { return own.to_owned() };
        match self.0.kind {
            Kind::Status => {}
            // The pages were answered as they should be; their status is not what is wrong.
            Kind::Incomplete => return own.to_owned(),
            _ => return format!("{own} (status {status})"),
        }
        let mut text = format!("the server answered {status}");
        if !own.is_empty() {
            text.push_str(&format!(", {own}"));
        }
        let said = self.said_for_the_caller(status.canonical_reason());
        if let Some(code) = self.code().filter(|code| !self.is_told_by_message(code)) {
            text.push_str(&format!(" [{}]", self.shown(code)));
        }
        if let Some(said) = said {
            text.push_str(&format!(": {said}"));
        }
        text
    }

    /// Whether the message says all that a code does. Most codes are the beginning of their message in capitals
    /// (mcp-newer:server/utils/fastmcp_errors.py), and so hold what the message repeats of the caller's words.
    fn is_told_by_message(&self, code: &str) -> bool {
        let Some(message) = self.message() else { return false };
        let capitals: String = message
            .chars()
            .filter(|c| c.is_alphanumeric() || c.is_whitespace() || *c == '_')
            .map(|c| if c.is_whitespace() { '_' } else { c.to_ascii_uppercase() })
            .collect();
        let is_cut = capitals.starts_with(code.trim_end_matches('_'));
        message == code || (is_cut && self.shown(message).contains(mask::MASK))
    }

    /// The message, unless it repeats what else is shown.
    fn said_for_the_caller(&self, reason: Option<&str>) -> Option<String> {
        let message = self.message()?;
        let bare = message.trim().trim_end_matches('.');
        let status = self.status().map(|status| status.as_str().to_owned()).unwrap_or_default();
        let words = bare.strip_prefix(&*status).unwrap_or(bare).trim();
        let is_reason = reason.is_some_and(|reason| words.eq_ignore_ascii_case(reason));
        let in_fields = |field: &&FieldError| field.message == message;
        if is_reason || self.shown_fields().any(|field| in_fields(&field)) {
            return None;
        }
        Some(self.worded(message)).filter(|text| !text.is_empty())
    }

    /// A text of the server's, told as what it is.
    fn worded(&self, text: &str) -> String {
        match self.internals_in(text) {
            None => self.shown(text),
            Some(Internals::Complaint) => {
                format!("its program failed with \"{}\"", self.shown(text).replace('"', "'"))
            }
            Some(Internals::Private) => "its program failed, with words that are not for showing".to_owned(),
        }
    }

    /// As [`internals`], of what the caller did not write: a title may read like anything.
    fn internals_in(&self, text: &str) -> Option<Internals> {
        internals(text)?;
        internals(&self.0.echoes.out_of(text)?)
    }

    /// Whether the server's own program is at fault, by its words.
    pub(super) fn has_internals(&self) -> bool {
        let fields = self.shown_fields().map(|field| &*field.message);
        self.message().into_iter().chain(fields).any(|text| self.internals_in(text).is_some())
    }

    /// A text of the server's, without what is a person's.
    pub(super) fn shown(&self, text: &str) -> String {
        let considered = considered(text);
        // Without tags and line breaks it may read as it was sent.
        let clean = self.0.echoes.out_of(considered).and_then(|text| self.0.echoes.out_of(&plain(&text)));
        let Some(clean) = clean else { return mask::MASK.to_owned() };
        let clean = mask::without_addresses(&clean);
        // Half of something may stand where the text ends that was looked at.
        let is_cut = considered.len() < text.len() && clean.chars().nth(LONGEST).is_none();
        match clean.rfind(mask::MASK).filter(|_| is_cut) {
            Some(last) => shown(&clean[..last + mask::MASK.len()]) + "…",
            None => shown(&clean),
        }
    }

    /// The server's texts that are shown, as far as they are looked at.
    pub(super) fn shown_texts(&self) -> Vec<&str> {
        let fields = self.shown_fields().flat_map(|field| [&*field.field, &*field.message]);
        let pool = self.said().and_then(|said| said.seat_pool.as_deref());
        let named = [self.message(), self.code(), pool, self.request_id()];
        fields.chain(named.into_iter().flatten()).map(considered).collect()
    }

    fn shown_fields(&self) -> impl Iterator<Item = &FieldError> {
        let fields = if self.0.kind == Kind::Status { self.field_errors() } else { &[] };
        fields.iter().take(MOST_FIELDS)
    }

    fn fields(&self) -> String {
        let mut text = String::new();
        for (index, error) in self.shown_fields().enumerate() {
            text.push_str(if index == 0 { " (" } else { "; " });
            if !error.field.is_empty() {
                text.push_str(&format!("{}: ", self.shown(&error.field)));
            }
            text.push_str(&self.worded(&error.message));
        }
        match self.field_errors().len() {
            _ if text.is_empty() => {}
            0..=MOST_FIELDS => text.push(')'),
            more => text.push_str(&format!("; and {} more)", more - MOST_FIELDS)),
        }
        text
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

fn considered(text: &str) -> &str {
    text.char_indices().nth(CONSIDERED).map_or(text, |(end, _)| &text[..end])
}

/// On one line, without tags.
pub(super) fn plain(text: &str) -> String {
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
    words.join(" ")
}

/// As [`plain`], of bearable length, and without the marks that end it.
pub(super) fn shown(text: &str) -> String {
    let mut line = plain(text);
    if let Some((at, _)) = line.char_indices().nth(LONGEST) {
        line.truncate(at);
        line.push('…');
    }
    line.trim_end_matches(['.', ';', ',', ':', ' ']).to_owned()
}

/// Requests have short names of one word; a sentence in their place is not for showing.
fn is_name(id: &str) -> bool {
    let belongs = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
    id.len() <= LONGEST_NAME && id.bytes().all(belongs)
}

pub(super) fn seconds(time: Duration) -> String {
    let millis = time.as_millis();
    match millis {
        0..=999 => format!("{millis} ms"),
        _ if millis.is_multiple_of(1000) => format!("{} s", millis / 1000),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}
