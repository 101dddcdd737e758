//! What stands in a body that is going out, whatever its form: the names and texts of forms and multipart bodies. For previews,
//! which mask some of them, and for errors, which do not repeat them. Not here: writing such bodies (`multipart.rs`).

use percent_encoding::percent_decode_str;

/// A part of a multipart body.
pub(crate) struct Part<'a> {
    /// Its header lines.
    pub(crate) head: &'a str,
    /// What it holds.
    pub(crate) content: &'a [u8],
    /// Where that begins in the body.
    pub(crate) begins: usize,
}

impl Part<'_> {
    /// The name of the form's field.
    pub(crate) fn name(&self) -> &str {
        // Between marks or not; in ASCII lower case, letters keep their places.
        let lower = self.head.to_ascii_lowercase();
        let starts = lower.match_indices("name=").map(|(at, _)| at);
        let start = starts.into_iter().find(|at| lower[..*at].ends_with([';', ' ', '\t']));
        let Some(rest) = start.map(|at| &self.head[at + "name=".len()..]) else { return "" };
        match rest.strip_prefix('"') {
            Some(rest) => rest.split('"').next().unwrap_or_default(),
            None => rest.split([';', '\r', '\n']).next().unwrap_or_default().trim(),
        }
    }

    /// The text, if it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        std::str::from_utf8(self.content).ok()
    }
}

/// The boundary that a media type names, if it is that of a multipart body.
pub(crate) fn boundary(content_type: &str) -> Option<&str> {
    let (media, parameters) = content_type.split_once(';')?;
    let mut parameters = parameters.split(';').filter_map(|one| one.trim().split_once('='));
    let (_, named) = parameters.find(|(name, _)| name.eq_ignore_ascii_case("boundary"))?;
    media.trim().to_ascii_lowercase().starts_with("multipart/").then(|| named.trim_matches('"'))
}

/// Whether a media type is that of a form.
pub(crate) fn is_form(content_type: &str) -> bool {
    content_type.trim().to_ascii_lowercase().starts_with("application/x-www-form-urlencoded")
}

/// The parts of a multipart body; what does not follow the form is left out.
pub(crate) fn parts<'a>(body: &'a [u8], boundary: &str) -> Vec<Part<'a>> {
    let mark = format!("--{boundary}");
    let mut found = Vec::new();
    let mut rest = body;
    while let Some(at) = find(rest, mark.as_bytes()) {
        let piece = &rest[..at];
        if let Some(end) = find(piece, b"\r\n\r\n")
            && let Ok(head) = std::str::from_utf8(&piece[..end])
        {
            let content = &piece[end + 4..];
            let begins = body.len() - rest.len() + end + 4;
            let content = content.strip_suffix(b"\r\n").unwrap_or(content);
            found.push(Part { head: head.trim(), content, begins });
        }
        rest = &rest[at + mark.len()..];
    }
    found
}

/// The names and values of a form or a query, decoded.
pub(crate) fn pairs(form: &str) -> impl Iterator<Item = (String, String)> {
    form.split('&').map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    })
}

pub(crate) fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
