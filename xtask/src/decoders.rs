//! Renders `tallyfy-gen/src/decoders.rs`: from an operation's id to the type of its answer, for tools that read answers
//! of any operation. Not here: the types, and what the tools do with them.

use std::fmt::Write as _;

use serde_json::Value;

use crate::{
    preamble::header,
    spec::{self, resolve, schema_name},
    view::View,
};

/// The text of the dispatcher: every operation that promises JSON of a known type, those that people write by hand
/// (uploads) included, as long as the client has the type.
pub fn render(published: &Value, view: &View) -> String {
    let mut rows: Vec<(String, String)> = spec::operations(published)
        .into_iter()
        .filter_map(|operation| {
            let answer = resolve(published, &operation.node["responses"]["2XX"]);
            let schema = &answer["content"]["application/json"]["schema"];
            Some((operation.id(), rust_type(view, schema)?))
        })
        .collect();
    rows.sort();
    let mut text = header("the type of each operation's answer, for tools");
    text.push_str(PREAMBLE);
    text.push_str(HEAD);
    for (id, rust) in &rows {
        let _ = writeln!(text, "        {id:?} => again::<{rust}>(body),");
    }
    text.push_str("        _ => return None,\n    })\n}\n");
    text
}

/// The Rust type of an answer; `None` when the view dropped it because no source shows its shape.
fn rust_type(view: &View, schema: &Value) -> Option<String> {
    let name = schema_name(schema)?;
    if let Some(rust) = view.replacements.get(name) {
        // The client hands such an answer over as it came.
        return (!rust.starts_with("::serde_json::")).then(|| rust.clone());
    }
    let rust = view.rust_name(name);
    let known = view.document["components"]["schemas"].get(rust)?;
    known.is_object().then(|| format!("crate::types::{rust}"))
}

const PREAMBLE: &str = r#"use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Error, Value};

use crate::wire::{self, Decoded};

fn again<T: DeserializeOwned + Serialize>(body: &[u8]) -> Result<Decoded<Value>, Error> {
    let Decoded { value, unreadable } = wire::decode::<T>(body)?;
    Ok(Decoded { value: serde_json::to_value(value)?, unreadable })
}

"#;

const HEAD: &str = "/// Reads an answer with the type of its operation, and writes it again: what the typed client makes of it, and what of it
/// could not be read.
///
/// `None` when there is no such operation, or its answer has no type.
///
/// ```
/// let written = tallyfy_gen::decoders::decode(\"get_me\", br#\"{\"data\": {\"id\": \"7\", \"email\": \"kim@lund.test\"}}\"#);
/// assert_eq!(written.unwrap()?.value[\"data\"][\"id\"], 7);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
/// When the answer does not fit the type; the message says where.
pub fn decode(operation: &str, body: &[u8]) -> Option<Result<Decoded<Value>, Error>> {
    Some(match operation {
";
