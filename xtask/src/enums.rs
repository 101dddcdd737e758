//! Renders `tallyfy-gen/src/enums.rs`: one macro call for each enum component of the spec.

use std::{collections::BTreeMap, fmt::Write as _};

use anyhow::{Result, bail};
use serde_json::Value;

use crate::{
    preamble::header,
    view::View,
    words::{self, Words},
};

/// The text of the enums file: every enum that the view uses.
pub fn render(published: &Value, view: &View, words: &Words) -> Result<String> {
    let mut text = header("known values of strings; open ones keep what they do not know");
    for (name, rust) in &view.replacements {
        if !rust.starts_with("crate::enums::") {
            continue;
        }
        let schema = &published["components"]["schemas"][name];
        let (form, values) = match schema["enum"].as_array() {
            Some(values) => ("closed_enum", values),
            None => (
                "open_enum",
                schema["x-extensible-enum"].as_array().expect("the view checked that it is one"),
            ),
        };
        let mut variants = BTreeMap::new();
        let _ = writeln!(text, "crate::wire::{form}! {{");
        for line in schema["description"].as_str().unwrap_or("Known values.").lines() {
            let _ = writeln!(text, "    /// {}", line.trim());
        }
        let rust = view.rust_name(name);
        if rust != name {
            let _ = writeln!(text, "    #[doc(alias = {name:?})]");
        }
        let _ = writeln!(text, "    pub enum {rust} {{");
        for value in values.iter().filter_map(Value::as_str) {
            let variant = words.variant(name, value);
            if let Some(noun) = words::noun_of(&words::pascal_words(&variant)) {
                bail!(
                    "{}: values.{name}.{value}: `{variant}` holds the API noun {noun}; add a row",
                    words::FILE
                );
            }
            if let Some(first) = variants.insert(variant.clone(), value) {
                bail!(
                    "{name}: values `{first}` and `{value}` get one name `{variant}`; give one of them a row in \
                     `values` of openapi/words.yaml"
                );
            }
            let _ = writeln!(text, "        {variant} = {value:?},");
        }
        let _ = writeln!(text, "    }}\n}}\n");
    }
    Ok(text.trim_end().to_owned() + "\n")
}
