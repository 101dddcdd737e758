//! Renders `tallyfy-gen/src/schemas.rs`: the JSON Schemas of all types of the client, behind its feature `schemars`.
//! Not here: the derives themselves (`polish.rs`).

use std::{collections::BTreeSet, fmt::Write as _};

use crate::{preamble::header, view::View};

/// The text of the list: every struct, and every hand-written type that stands for a component.
pub fn render(view: &View) -> String {
    let mut text = header("the JSON Schema of each type");
    text.push_str(HEAD);
    let structs = view.document["components"]["schemas"].as_object().into_iter().flatten();
    let structs = structs.map(|(name, _)| name).filter(|name| !view.replacements.contains_key(*name));
    let mut types: BTreeSet<(String, String)> =
        structs.map(|rust| (view.component(rust).to_owned(), format!("crate::types::{rust}"))).collect();
    types.extend(view.replacements.iter().map(|(name, rust)| (name.clone(), rust.clone())));
    for (name, rust) in &types {
        let _ = writeln!(text, "        ({name:?}, generator.subschema_for::<{rust}>()),");
    }
    text.push_str("    ])\n}\n");
    text
}

const HEAD: &str = "use std::collections::BTreeMap;

use schemars::{Schema, SchemaGenerator};

/// A schema for each component of the document, by the component's name. What they refer to stands in the generator's
/// definitions.
///
/// ```
/// let mut generator = schemars::SchemaGenerator::default();
/// let schemas = tallyfy_gen::schemas::all(&mut generator);
/// assert_eq!(schemas[\"Task\"].as_value()[\"$ref\"], \"#/$defs/Task\");
/// assert_eq!(generator.definitions()[\"Task\"][\"properties\"][\"id\"][\"type\"], \"string\");
/// ```
pub fn all(generator: &mut SchemaGenerator) -> BTreeMap<&'static str, Schema> {
    BTreeMap::from([
";
