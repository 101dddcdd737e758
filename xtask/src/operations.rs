//! Renders `tallyfy-gen/src/operations.rs`: the table that retry and tracing read instead of the HTTP verb.

use std::fmt::Write as _;

use serde_json::Value;

use crate::{names::pascal, preamble::header, spec};

/// The text of the operation table: every operation of the published spec, sorted by id.
pub fn render(published: &Value) -> String {
    let mut text = header("every operation, with what the spec says of repeating it");
    text.push_str(PREAMBLE);
    let mut operations = spec::operations(published);
    operations.sort_by_key(spec::Operation::id);
    text.push_str(
        "/// Every operation of the API, sorted by id.\npub static OPERATIONS: &[Operation] = &[\n",
    );
    for operation in &operations {
        let _ = writeln!(text, "    {},", row(operation));
    }
    text.push_str("];\n");
    text
}

/// One line for each operation; what is special about it follows its row.
fn row(operation: &spec::Operation<'_>) -> String {
    let word = |key: &str| operation.node[key].as_str().unwrap_or_default();
    let mut row = format!(
        "row({:?}, {:?}, {:?}, {:?}, Repeat::{}, Confidence::{})",
        operation.id(),
        operation.method.to_uppercase(),
        operation.path,
        operation.node["tags"][0].as_str().unwrap_or_default(),
        pascal(word("x-tallyfy-repeat")),
        pascal(word("x-tallyfy-confidence")),
    );
    if operation.node["x-tallyfy-answer"] == "optional" {
        row.push_str(".may_answer_nothing()");
    }
    if operation.node["x-tallyfy-removes"] == true {
        row.push_str(".removing()");
    }
    let own = operation.node["parameters"].as_array().into_iter().flatten();
    if own.chain(operation.shared).any(|parameter| parameter["name"] == "page" && parameter["in"] == "query")
    {
        row.push_str(".paged()");
    }
    if !word("x-tallyfy-cap").is_empty() {
        let _ = write!(row, ".under(Cap::{})", pascal(word("x-tallyfy-cap")));
    }
    row
}

const PREAMBLE: &str = r#"/// One operation of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// The document's `operationId`.
    pub id: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The path template.
    pub path: &'static str,
    /// The resource it belongs to.
    pub tag: &'static str,
    /// Whether it may be repeated when its outcome is unknown.
    pub repeat: Repeat,
    /// How well the sources attest it.
    pub confidence: Confidence,
    /// Whether a success may come without a body, although there is something to show.
    pub optional_answer: bool,
    /// Whether the object is gone afterwards. The service also reopens and disables by DELETE: there, a missing object
    /// does not mean that the work is done.
    pub removes: bool,
    /// Whether it takes a `page`; a list that does not comes whole.
    pub is_paged: bool,
    /// The hourly cap of the organization that it counts under.
    pub cap: Option<Cap>,
}

/// A cap by the hour that the service keeps for each organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cap {
    /// Comments and problems.
    Comments,
    /// Guests who are new to the organization.
    GuestInvitations,
}

/// Whether an operation may be repeated when its outcome is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Repeat {
    /// A repeat leaves the same state behind.
    Safe,
    /// A repeat may do it twice.
    Unsafe,
    /// A repeat may do it twice, but one can look first whether it was done.
    Reconcile,
}

/// How well the sources attest an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Confidence {
    /// Documented and used by several clients.
    High,
    /// Documented, or used by one client.
    Medium,
    /// Named only, or inferred.
    Low,
}

const fn row(
    id: &'static str,
    method: &'static str,
    path: &'static str,
    tag: &'static str,
    repeat: Repeat,
    confidence: Confidence,
) -> Operation {
    Operation {
        id,
        method,
        path,
        tag,
        repeat,
        confidence,
        optional_answer: false,
        removes: false,
        is_paged: false,
        cap: None,
    }
}

impl Operation {
    const fn may_answer_nothing(mut self) -> Self {
        self.optional_answer = true;
        self
    }

    const fn removing(mut self) -> Self {
        self.removes = true;
        self
    }

    const fn paged(mut self) -> Self {
        self.is_paged = true;
        self
    }

    const fn under(mut self, cap: Cap) -> Self {
        self.cap = Some(cap);
        self
    }
}

/// The operation with this id.
pub fn find(id: &str) -> Option<&'static Operation> {
    let at = OPERATIONS.binary_search_by(|operation| operation.id.cmp(id)).ok()?;
    OPERATIONS.get(at)
}

"#;
