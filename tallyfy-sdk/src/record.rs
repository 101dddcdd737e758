//! Recording: each exchange as a line of JSON, for tools that hold traffic against the API description. What is scrubbed
//! stands in `record/scrub.rs`; where exchanges come from, in `pipeline.rs`.

use std::fmt;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tallyfy_gen::{content, operations, vocabulary};

mod path;
mod scrub;

use self::scrub::Scrub;
use crate::client::ClientBuilder;

/// Where exchanges are written, and what is kept of them.
pub(crate) struct Recorder {
    /// `None` once it has failed: half a recording is no recording.
    out: Mutex<Option<Box<dyn Write + Send>>>,
    scrub: Option<Scrub>,
}

impl Recorder {
    /// Names, addresses, ids and free text are scrubbed.
    pub(crate) fn scrubbing(out: impl Write + Send + 'static) -> Self {
        Self { out: Mutex::new(Some(Box::new(out))), scrub: Some(Scrub::new()) }
    }

    /// Everything is kept.
    pub(crate) fn keeping(out: impl Write + Send + 'static) -> Self {
        Self { out: Mutex::new(Some(Box::new(out))), scrub: None }
    }

    /// Writes one exchange. Headers, queries and request bodies are never part of it.
    pub(crate) fn exchange(
        &self,
        operation: &str,
        method: &Method,
        path: &str,
        status: StatusCode,
        body: &[u8],
    ) {
        let known = operations::find(operation);
        let path = match (known, &self.scrub) {
            (Some(known), _) => known.path.to_owned(),
            (None, Some(scrub)) => scrub.path(path),
            (None, None) => path.to_owned(),
        };
        let line = json!({
            "operation": known.map(|known| known.id),
            "method": method.as_str(),
            "path": path,
            "status": status.as_u16(),
            "body": self.body(known.map(|known| known.id), status, body),
        });
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(writer) = out.as_mut() else { return };
        let mut text = line.to_string();
        text.push('\n');
        if writer.write_all(text.as_bytes()).and_then(|()| writer.flush()).is_err() {
            *out = None;
        }
    }

    /// JSON as JSON; other text as a text that says what it was; bytes of files not at all.
    fn body(&self, operation: Option<&str>, status: StatusCode, body: &[u8]) -> Value {
        if body.is_empty() {
            return Value::Null;
        }
        match (serde_json::from_slice::<Value>(body), &self.scrub) {
            (Ok(value), Some(scrub)) => {
                let content = match (status.is_success(), operation) {
                    (true, Some(operation)) => content::answer(operation),
                    (true, None) => &content::Content::Anything,
                    (false, _) => vocabulary::REFUSAL,
                };
                scrub.value(content, value)
            }
            (Ok(value), None) => value,
            (Err(_), scrub) => match std::str::from_utf8(body) {
                Ok(text) => match scrub {
                    Some(scrub) => scrub.page(text),
                    None => text.into(),
                },
                Err(_) => Value::Null,
            },
        }
    }
}

impl ClientBuilder {
    /// Writes each exchange as a line of JSON: method, path template, status, body. For `cargo xtask verify` of this
    /// crate's repository, which tells where the API description and the service part ways.
    ///
    /// What is people's is scrubbed: it becomes noise of the same shape, with a key that nobody keeps. The API description
    /// says where that is: texts, addresses, ids and numbers from 1000 up; everything, keys too, in answers to forms and in
    /// custom fields; whatever has no described shape; and the values of fields that it does not know. Names of fields stay,
    /// and where they belong dates, flags and the service's own words. Headers, queries and request bodies are never
    /// written. Look through a recording before you hand it on all the same.
    ///
    /// The writer is called while the call waits, once for each answer, so it should be quick. One that has failed is not
    /// called again, and the calls go on.
    ///
    /// ```no_run
    /// # fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let file = std::fs::File::create("traffic.jsonl")?;
    /// let client = tallyfy_sdk::Client::builder().token("your-token").record(file).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn record(mut self, writer: impl Write + Send + 'static) -> Self {
        self.recorder = Some(Recorder::scrubbing(writer));
        self
    }

    /// As [`record`](Self::record), with every body as it came: names, answers, links that open a task to whoever has
    /// them. For organizations made for tests alone.
    pub fn record_unscrubbed(mut self, writer: impl Write + Send + 'static) -> Self {
        self.recorder = Some(Recorder::keeping(writer));
        self
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("scrubs", &self.scrub.is_some()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
