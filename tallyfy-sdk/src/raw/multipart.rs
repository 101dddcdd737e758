//! Multipart bodies, written whole: so they can be previewed and sent again, which the form of the HTTP client, a stream,
//! cannot. Not here: reading one (`parts.rs`).

use std::fmt;

use bytes::Bytes;
use reqwest::header::HeaderValue;

use crate::error::Error;

/// A body of several parts, for uploads: texts and files, in the order in which they were added.
///
/// All of it is held in memory, so it can be shown by a preview and sent again where a repeat is safe.
///
/// ```
/// use tallyfy_sdk::Multipart;
///
/// let upload = Multipart::new()
///     .file("name", "report.pdf", "application/pdf", "%PDF-1.7 ..")
///     .text("uploaded_from", "ko_field")
///     .text("subject_type", "Checklist")
///     .text("subject_id", "2fc8d1570ea94b36b6d83a4917c05e9d");
/// # drop(upload);
/// ```
#[derive(Clone, Default)]
pub struct Multipart(Vec<Part>);

#[derive(Clone)]
struct Part {
    name: String,
    /// Its name and media type.
    file: Option<(String, String)>,
    content: Bytes,
}

impl Multipart {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A part with a text.
    #[must_use]
    pub fn text(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.0.push(Part { name: name.into(), file: None, content: text.into().into() });
        self
    }

    /// A part with a file: the name of the part, the name of the file, its media type, its bytes.
    #[must_use]
    pub fn file(
        mut self,
        name: impl Into<String>,
        file_name: impl Into<String>,
        media_type: impl Into<String>,
        content: impl Into<Bytes>,
    ) -> Self {
        let file = Some((file_name.into(), media_type.into()));
        self.0.push(Part { name: name.into(), file, content: content.into() });
        self
    }

    /// The value of `Content-Type`, and the body.
    pub(super) fn written(&self) -> Result<(HeaderValue, Bytes), Error> {
        let media_types = self.0.iter().filter_map(|part| part.file.as_ref());
        for (_, media_type) in media_types {
            super::media_type(media_type)?;
        }
        let boundary = self.boundary();
        let mut body = Vec::with_capacity(self.0.iter().map(|part| part.content.len() + 256).sum());
        for Part { name, file, content } in &self.0 {
            let mut head =
                format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", quoted(name));
            if let Some((file_name, media_type)) = file {
                head += &format!("; filename=\"{}\"\r\nContent-Type: {media_type}", quoted(file_name));
            }
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(b"\r\n\r\n");
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        let written = HeaderValue::from_str(&format!("multipart/form-data; boundary={boundary}"));
        let content_type = written.map_err(|_| Error::input("the multipart body has no usable boundary"))?;
        Ok((content_type, body.into()))
    }

    /// A line that stands in none of the parts.
    fn boundary(&self) -> String {
        loop {
            let boundary = format!("tallyfy-{:032x}", fastrand::u128(..));
            let inside = |part: &Part| {
                part.content.windows(boundary.len()).any(|window| window == boundary.as_bytes())
            };
            if !self.0.iter().any(inside) {
                return boundary;
            }
        }
    }
}

/// As browsers write it, which is what PHP reads: UTF-8 as it is, and what would end the name or the line in percents.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

impl fmt::Debug for Multipart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|part| &part.name)).finish()
    }
}
