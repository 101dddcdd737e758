//! The last rule of the codegen view: components get the app's names, and the references to them too. Keys of JSON objects
//! stay the API's. Which name is whose: `words.rs`.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::{Map, Value};

use super::View;
use crate::words::Words;

impl View {
    /// Gives every component its name in the app's words.
    ///
    /// # Errors
    /// When two components get one name, or a name still holds an API noun.
    pub fn app_words(&mut self, words: &Words) -> Result<()> {
        let enums = self.replacements.iter().filter(|(_, rust)| is_enum(rust)).map(|(name, _)| name);
        let structs = self.document["components"]["schemas"].as_object().into_iter().flat_map(Map::keys);
        let structs = structs.filter(|name| !self.replacements.contains_key(*name));
        let mut components: Vec<&str> = structs.chain(enums).map(String::as_str).collect();
        components.sort_unstable();
        self.names = words.types(components.iter().copied())?;
        self.replacements.values_mut().for_each(|rust| *rust = in_path(rust, &self.names));
        self.queries.values_mut().for_each(|name| *name = renamed(&self.names, name).clone());
        for places in [&mut self.boxed, &mut self.nullable] {
            let moved = places.iter().map(|(name, key)| (renamed(&self.names, name).clone(), key.clone()));
            *places = moved.collect();
        }
        refer(&mut self.document, &self.names, &self.replacements);
        let schemas = std::mem::take(self.schemas());
        // Components that a Rust path stands for keep their name: nobody sees it.
        let named = |name: String| match self.replacements.contains_key(&name) {
            true => name,
            false => self.rust_name(&name).to_owned(),
        };
        let schemas = schemas.into_iter().map(|(component, schema)| (named(component), schema)).collect();
        *self.schemas() = schemas;
        Ok(())
    }

    /// The document's name of a Rust type.
    pub fn component<'a>(&'a self, rust: &'a str) -> &'a str {
        self.names.iter().find_map(|(name, app)| (app == rust).then_some(name.as_str())).unwrap_or(rust)
    }

    /// The Rust type of a component.
    pub fn rust_name<'a>(&'a self, component: &'a str) -> &'a str {
        self.names.get(component).map_or(component, String::as_str)
    }
}

fn is_enum(rust: &str) -> bool {
    rust.starts_with("crate::enums::")
}

fn renamed<'a>(names: &'a BTreeMap<String, String>, name: &'a String) -> &'a String {
    names.get(name).unwrap_or(name)
}

/// `crate::wire::List<crate::types::Run>` -> `crate::wire::List<crate::types::Process>`.
fn in_path(rust: &str, names: &BTreeMap<String, String>) -> String {
    let mut text = String::new();
    let mut word = String::new();
    for letter in rust.chars().chain(['\0']) {
        if letter.is_ascii_alphanumeric() {
            word.push(letter);
            continue;
        }
        let is_own = text.ends_with("crate::types::") || text.ends_with("crate::enums::");
        text.push_str(match names.get(&word) {
            Some(name) if is_own => name,
            _ => &word,
        });
        word.clear();
        if letter != '\0' {
            text.push(letter);
        }
    }
    text
}

fn refer(node: &mut Value, names: &BTreeMap<String, String>, replaced: &BTreeMap<String, String>) {
    match node {
        Value::Object(object) => {
            if let Some(Value::String(reference)) = object.get_mut("$ref")
                && let Some(component) = reference.strip_prefix("#/components/schemas/")
                && !replaced.contains_key(component)
                && let Some(name) = names.get(component)
            {
                *reference = format!("#/components/schemas/{name}");
                return;
            }
            object.values_mut().for_each(|child| refer(child, names, replaced));
        }
        Value::Array(items) => items.iter_mut().for_each(|child| refer(child, names, replaced)),
        _ => {}
    }
}
