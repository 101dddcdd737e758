//! Renders where people find the types: `tallyfy-gen/src/names.rs` (modules `model`, `request` and, under the API's words,
//! `api`) and the page `tallyfy-sdk/src/words.md`. Not here: which name is whose (`words.rs`).

use std::{collections::BTreeSet, fmt::Write as _};

use serde_json::Value;

use crate::{
    preamble::{COMMAND, header},
    view::View,
    words::Words,
};

/// A type that people see.
struct Named<'a> {
    component: &'a str,
    rust: &'a str,
    /// `crate::types::Task`.
    path: String,
}

/// All structs and enums of the view, by their Rust name.
fn named(view: &View) -> Vec<Named<'_>> {
    let structs = view.document["components"]["schemas"].as_object().into_iter().flatten();
    let structs =
        structs.map(|(rust, _)| rust.as_str()).filter(|rust| !view.replacements.contains_key(*rust));
    let structs = structs.map(|rust| Named {
        component: view.component(rust),
        rust,
        path: format!("crate::types::{rust}"),
    });
    let enums = view.replacements.iter().filter_map(|(component, path)| {
        let rust = path.strip_prefix("crate::enums::")?;
        Some(Named { component, rust, path: path.clone() })
    });
    let mut all: Vec<Named<'_>> = structs.chain(enums).collect();
    all.sort_by_key(|one| one.rust);
    all
}

/// The modules of the raw client.
pub fn render(view: &View) -> String {
    let mut text = header("where each type is found");
    let (sent, read) = view.directions();
    // A struct stands in the document under its Rust name, an enum under its component's.
    let is_in = |names: &BTreeSet<String>, one: &Named<'_>| {
        names.contains(one.component) || names.contains(one.rust) || is_listed(view, names, &one.path)
    };
    let all = named(view);
    for (module, docs, names) in [
        ("model", "What the service answers with, and the known values in it.", &read),
        ("request", "What is sent: inputs, queries, and the values they take.", &sent),
    ] {
        let _ = writeln!(text, "/// {docs}\npub mod {module} {{");
        for one in all.iter().filter(|one| is_in(names, one)) {
            let _ = writeln!(text, "    pub use {};", one.path);
        }
        text.push_str("}\n\n");
    }
    text.push_str(API);
    for one in all.iter().filter(|one| one.rust != one.component) {
        let _ = writeln!(
            text,
            "    /// [`{0}`]({1}).\n    pub type {2} = {1};",
            one.rust, one.path, one.component
        );
    }
    text.push_str("}\n");
    text
}

/// Whether an enum is the item of a list that travels as one text, which the document calls a string.
fn is_listed(view: &View, names: &BTreeSet<String>, path: &str) -> bool {
    let lists = names.iter().filter_map(|name| view.replacements.get(name));
    lists.into_iter().any(|list| list.contains(&format!("<{path}>")))
}

/// The page of words in the SDK's documentation.
pub fn page(published: &Value, view: &View, words: &Words) -> String {
    let mut text = format!("<!-- Written by `{COMMAND}` from `openapi/words.yaml`. -->\n\n");
    text.push_str(PAGE);
    text.push_str("| the API's type | here |\n| --- | --- |\n");
    for one in named(view).iter().filter(|one| one.rust != one.component) {
        let _ = writeln!(text, "| `{}` | `{}` |", one.component, one.rust);
    }
    text.push_str("\n## Fields\n\nKeys of JSON objects stay the API's.\n\n| here | the API's key | field |\n| --- | --- | --- |\n");
    for one in named(view) {
        let properties = view.document["components"]["schemas"][one.rust]["properties"].as_object();
        for key in properties.into_iter().flatten().map(|(key, _)| key) {
            if let Some(field) = words.field(one.component, key) {
                let _ = writeln!(text, "| `{}` | `{key}` | `{field}` |", one.rust);
            }
        }
    }
    text.push_str("\n## Values\n\n| here | the API's value | variant |\n| --- | --- | --- |\n");
    for one in named(view) {
        let schema = &published["components"]["schemas"][one.component];
        let values = schema["enum"].as_array().or(schema["x-extensible-enum"].as_array());
        for value in values.into_iter().flatten().filter_map(Value::as_str) {
            let (plain, variant) = (crate::names::variant(value), words.variant(one.component, value));
            if plain != variant {
                let _ = writeln!(text, "| `{}` | `{value}` | `{variant}` |", one.rust);
            }
        }
    }
    text
}

/// Type aliases: of two names of one type, the compiler's messages would show the one that comes first in the alphabet.
const API: &str = "/// The same types under the API's own names, for those who come from its documentation.\npub mod api {\n";

const PAGE: &str = "The API has old names for what the Tallyfy app shows. This crate speaks the app's words, in types, fields \
and values; the search of these pages finds the API's too, and [`api`](crate::api) has the types under them.

| the API | the app, and here |
| --- | --- |
| checklist, blueprint | template |
| run | process |
| capture | form field |
| prerun, ko form field | kick-off field; its answers are kick-off values |
| taskdata | form values |
| thread | comment |
| user | member |
| automated action | automation |
| asset | file |

## Types

";
