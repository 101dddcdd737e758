//! Renders `tallyfy-gen/src/operations.rs`: the table that retry and tracing read instead of the HTTP verb.

use std::fmt::Write as _;

use serde_json::Value;

use crate::{codegen::header, spec, view::pascal};

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
        let word = |key: &str| operation.node[key].as_str().unwrap_or_default();
        let _ = writeln!(
            text,
            "    Operation {{\n        id: {:?},\n        method: {:?},\n        path: {:?},\n        tag: {:?},\n        \
             repeat: Repeat::{},\n        confidence: Confidence::{},\n    }},",
            operation.id(),
            operation.method.to_uppercase(),
            operation.path,
            operation.node["tags"][0].as_str().unwrap_or_default(),
            pascal(word("x-tallyfy-repeat")),
            pascal(word("x-tallyfy-confidence")),
        );
    }
    text.push_str("];\n");
    text
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

/// The operation with this id.
pub fn find(id: &str) -> Option<&'static Operation> {
    let at = OPERATIONS.binary_search_by(|operation| operation.id.cmp(id)).ok()?;
    OPERATIONS.get(at)
}

"#;
