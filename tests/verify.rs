//! Recorded traffic held against the document and against our types, one line at a time. Here: what a line is, and the
//! way it takes. Parts have rooms of their own: the document and its lookup (`document`), JSON Schema (`schema`), what
//! the document does not know (`walk`), where decoding fails (`blame`), what to do about it (`advice`), and the
//! reports (`report`). Not here: files and arguments (`bin/verify.rs`), and sending anything.

use std::fmt;

use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use tallyfy_gen::decoders::decode;

use crate::lossless::differences;

mod advice;
mod blame;
pub mod document;
pub mod input;
pub mod report;
mod schema;
mod walk;

use document::{Document, Found, Operation};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The line could not be read, or the client would fail or lose something.
    Error,
    /// The client copes; the document is wrong or behind.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// What kind of thing was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The line is no exchange that could be checked.
    BadInput,
    /// The document has no such operation.
    UnknownOperation,
    /// The generated type refuses the value.
    Undecodable,
    /// The generated type drops, changes or makes up a value.
    Lost,
    /// The published schema refuses the value.
    Schema,
    /// The published schema does not name the field.
    UnknownField,
    /// The published list of known values lacks the value.
    UnknownValue,
    /// An include or an envelope arrives in the rarer of its forms.
    Form,
    /// A map without entries arrives as a list.
    EmptyMap,
    /// The document does not describe such an answer.
    Undocumented,
}

impl Kind {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::BadInput => "bad-input",
            Self::UnknownOperation => "unknown-operation",
            Self::Undecodable => "undecodable",
            Self::Lost => "lost",
            Self::Schema => "schema",
            Self::UnknownField => "unknown-field",
            Self::UnknownValue => "unknown-value",
            Self::Form => "form",
            Self::EmptyMap => "empty-map",
            Self::Undocumented => "undocumented",
        }
    }

    /// How bad it is.
    pub fn severity(self) -> Severity {
        match self {
            Self::BadInput | Self::UnknownOperation | Self::Undecodable | Self::Lost => Severity::Error,
            Self::Schema | Self::UnknownField | Self::UnknownValue => Severity::Warning,
            Self::Form | Self::EmptyMap | Self::Undocumented => Severity::Note,
        }
    }
}

/// One place where traffic, document and types part ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind of thing it is.
    pub kind: Kind,
    /// JSON pointer into the body; empty for the whole.
    pub pointer: String,
    /// What was found.
    pub what: String,
    /// Which fragment to change, and how; empty when there is nothing to change.
    pub advice: String,
}

impl Finding {
    fn new(kind: Kind, pointer: impl Into<String>, what: impl Into<String>) -> Self {
        Self { kind, pointer: pointer.into(), what: what.into(), advice: String::new() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = if self.pointer.is_empty() { String::new() } else { format!("{}: ", self.pointer) };
        write!(f, "{} {}: {at}{}", self.kind.severity().word(), self.kind.word(), self.what)
    }
}

/// What came out of one line.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The operation's id, when the document has it.
    pub operation: Option<String>,
    /// Everything that was found, in the order of the checks.
    pub findings: Vec<Finding>,
}

impl Outcome {
    /// Whether nothing stands against it but warnings and notes.
    pub fn passed(&self) -> bool {
        self.findings.iter().all(|finding| finding.kind.severity() != Severity::Error)
    }

    fn bad(what: impl Into<String>) -> Self {
        Self { operation: None, findings: vec![Finding::new(Kind::BadInput, "", what)] }
    }
}

/// One exchange, as it stands in a line.
#[derive(Deserialize)]
struct Record {
    method: String,
    path: String,
    status: u16,
    body: Option<Box<RawValue>>,
}

/// Holds exchanges against document and types.
pub struct Verifier {
    document: Document,
}

impl Default for Verifier {
    fn default() -> Self {
        Self { document: Document::bundled() }
    }
}

impl Verifier {
    /// Checks one line.
    ///
    /// ```
    /// use tallyfy_tests::verify::Verifier;
    ///
    /// let line = r#"{"method": "GET", "path": "/api/me?with=asset", "status": 200, "body": {"data": {"id": 7}}}"#;
    /// let outcome = Verifier::default().line(line);
    /// assert_eq!(outcome.operation.as_deref(), Some("get_me"));
    /// assert!(outcome.passed());
    /// ```
    pub fn line(&self, line: &str) -> Outcome {
        let record: Record = match serde_json::from_str(line.trim_end()) {
            Ok(record) => record,
            Err(error) if error.is_eof() => {
                return Outcome::bad(format!("the line ends in the middle, at column {}", error.column()));
            }
            Err(error) => return Outcome::bad(format!("no exchange: {error}")),
        };
        let method = record.method.to_ascii_lowercase();
        if !document::METHODS.contains(&method.as_str()) {
            return Outcome::bad(format!("unknown method {:?}", record.method));
        }
        if !(100..600).contains(&record.status) {
            return Outcome::bad(format!("{} is no HTTP status", record.status));
        }
        match self.document.find(&method, &record.path) {
            Found::Operation(operation) => self.exchange(operation, &record),
            Found::Otherwise(known) => self.unknown(&method, &record.path, &known),
        }
    }

    /// Queries worth trying with a read: what it requires, and all of its includes at once.
    pub(crate) fn queries(&self, operation: &str) -> Vec<Vec<(String, String)>> {
        self.document.queries(operation)
    }

    fn unknown(&self, method: &str, path: &str, known: &[String]) -> Outcome {
        let place = format!("{} {}", method.to_uppercase(), document::without_ids(path));
        let what = if known.is_empty() {
            format!("the document has no {place}")
        } else {
            format!("the document has no {place}, only {}", known.join(", "))
        };
        let mut finding = Finding::new(Kind::UnknownOperation, "", what);
        finding.advice = advice::operation(&self.document, method, path);
        Outcome { operation: None, findings: vec![finding] }
    }

    fn exchange(&self, operation: &Operation, record: &Record) -> Outcome {
        let mut outcome = Outcome { operation: Some(operation.id.clone()), findings: Vec::new() };
        let answer = self.document.answer(operation, record.status);
        let file = |answer: &document::Answer<'_>| answer.content.is_some() && answer.schema.is_none();
        if answer.as_ref().is_some_and(file) {
            return outcome;
        }
        let body = match Body::of(record) {
            Ok(body) => body,
            Err(what) if record.status < 300 => {
                outcome.findings.push(Finding::new(Kind::Undecodable, "", what));
                return outcome;
            }
            // The client takes any error page for what it is.
            Err(what) => {
                outcome.findings.push(Finding::new(Kind::Form, "", what));
                return outcome;
            }
        };
        let mut findings = Vec::new();
        if (200..300).contains(&record.status) {
            decoding(operation, body.as_ref(), &mut findings);
        }
        self.document_side(operation, record.status, body.as_ref(), &mut findings);
        for finding in &mut findings {
            finding.advice =
                advice::finding(&self.document, operation, record.status, body.as_ref(), finding);
        }
        outcome.findings = findings;
        outcome
    }

    /// What the published document says of the body.
    fn document_side(&self, operation: &Operation, status: u16, body: Option<&Body>, out: &mut Vec<Finding>) {
        let Some(answer) = self.document.answer(operation, status) else {
            // A gateway may answer anything to any operation.
            if !matches!(status, 400 | 401 | 413 | 429 | 500..) {
                out.push(Finding::new(Kind::Undocumented, "", format!("status {status}")));
            }
            return;
        };
        let (Some(schema), Some(body)) = (answer.schema, body) else {
            if answer.content.is_none() && body.is_some_and(|body| !body.is_nothing()) {
                out.push(Finding::new(Kind::Undocumented, "", "a body where the document promises none"));
            }
            return;
        };
        let inner = self.document.unframed(schema, &body.value);
        if inner.is_some() {
            let what = "is missing, which the document requires: the answer came without its frame";
            out.push(Finding::new(Kind::Schema, "/data", what));
        }
        let schema = inner.unwrap_or(schema);
        for (pointer, what) in self.document.violations(schema, &body.value) {
            if !out.iter().any(|known| known.kind == Kind::Undecodable && known.pointer == pointer) {
                out.push(Finding::new(Kind::Schema, pointer, what));
            }
        }
        walk::walk(&self.document, schema, &body.value, out);
    }
}

/// The answer's body: as it stood in the line, since readers see the order of keys, and as a value.
struct Body {
    text: String,
    value: Value,
}

impl Body {
    /// A body in a string is JSON text, or none at all.
    fn of(record: &Record) -> Result<Option<Self>, String> {
        let Some(raw) = record.body.as_ref().filter(|raw| raw.get() != "null") else { return Ok(None) };
        let value: Value = serde_json::from_str(raw.get()).map_err(|error| error.to_string())?;
        let Value::String(text) = value else {
            return Ok(Some(Self { text: raw.get().to_owned(), value }));
        };
        match serde_json::from_str(&text) {
            Ok(value) => Ok(Some(Self { text, value })),
            Err(_) if text.trim().is_empty() => Ok(None),
            Err(error) => {
                let page = text.trim_start().starts_with('<');
                let start: String = text.chars().take(40).collect();
                Err(format!("the body is {}: {start:?} ({error})", if page { "HTML" } else { "no JSON" }))
            }
        }
    }

    fn is_nothing(&self) -> bool {
        match &self.value {
            Value::Object(object) => object.is_empty(),
            Value::Array(list) => list.is_empty(),
            _ => false,
        }
    }
}

/// What the generated type makes of the body.
fn decoding(operation: &Operation, body: Option<&Body>, out: &mut Vec<Finding>) {
    let Some(body) = body else {
        // An empty body decodes as nothing; operations that promise nothing have no decoder.
        if let Some(Err(error)) = decode(&operation.id, b"") {
            out.push(Finding::new(Kind::Undecodable, "", format!("the answer is empty: {error}")));
        }
        return;
    };
    match decode(&operation.id, body.text.as_bytes()) {
        None => {}
        Some(Ok(read)) => {
            out.extend(read.unreadable.iter().map(blame::of_a_value));
            let lost = differences(&body.value, &read.value);
            out.extend(lost.into_iter().map(|one| Finding::new(Kind::Lost, one.pointer, one.what)));
        }
        Some(Err(error)) => out.push(blame::of_an_answer(&error.to_string())),
    }
}
