//! Renders `tallyfy-gen/src/enums.rs`: one macro call for each enum component of the spec.

use std::{collections::BTreeMap, fmt::Write as _};

use anyhow::{Result, bail};
use serde_json::Value;

use crate::{codegen::header, view::View};

/// The text of the enums file: every enum that the view uses.
pub fn render(published: &Value, view: &View) -> Result<String> {
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
        let _ = writeln!(text, "    pub enum {name} {{");
        for value in values.iter().filter_map(Value::as_str) {
            let variant = variant(value);
            if let Some(first) = variants.insert(variant.clone(), value) {
                bail!(
                    "{name}: values `{first}` and `{value}` get one name `{variant}`; rename one in xtask enums.rs"
                );
            }
            let _ = writeln!(text, "        {variant} = {value:?},");
        }
        let _ = writeln!(text, "    }}\n}}\n");
    }
    Ok(text.trim_end().to_owned() + "\n")
}

/// `in-progress` -> `InProgress`, `-deadline` -> `DeadlineDesc`, `ko-form-fields` -> `KoFormFields`.
pub fn variant(value: &str) -> String {
    let (value, suffix) = match value.strip_prefix('-') {
        Some(rest) => (rest, "Desc"),
        None => (value, ""),
    };
    let mut name = String::new();
    for word in value.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        let (first, rest) = word.split_at(1);
        name.push_str(&first.to_ascii_uppercase());
        // `ALLCAPS` words read better as `Allcaps`; `camelCase` words keep their humps.
        let shout = rest.chars().all(|c| !c.is_ascii_lowercase());
        name.push_str(&if shout { rest.to_ascii_lowercase() } else { rest.to_owned() });
    }
    if name.is_empty() {
        name.push_str(match value {
            "=" => "Equal",
            "<>" => "LessOrGreater",
            "!=" => "NotEqual",
            "<" => "Less",
            ">" => "Greater",
            "<=" => "LessOrEqual",
            ">=" => "GreaterOrEqual",
            _ => "Empty",
        });
    }
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, 'N');
    }
    // `Unknown` is the open enums' own variant.
    if name == "Unknown" || name == "Self" {
        name.push_str("Value");
    }
    name + suffix
}
