//! The app's words for the API's, from `openapi/words.yaml`: which Rust name a component, a property and an enum's value
//! get. Not here: putting the names into the view (`view/app_words.rs`) and into the generated code (`polish.rs`).

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use crate::names::variant;

/// The file, relative to the workspace.
pub const FILE: &str = "openapi/words.yaml";

/// API nouns that no Rust name may hold. (`Ko` and `Bp` are their short forms.)
const NOUNS: &[&str] = &[
    "Blueprint",
    "Blueprints",
    "Bp",
    "Capture",
    "Captures",
    "Checklist",
    "Checklists",
    "Ko",
    "Prerun",
    "Preruns",
    "Run",
    "Runs",
    "Taskdata",
    "Thread",
    "Threads",
];

type Rows = BTreeMap<String, String>;

/// The rows of the file, and which of them were used.
#[derive(Debug, Default)]
pub struct Words {
    rows: Tables,
    used: RefCell<BTreeSet<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Tables {
    words: Rows,
    types: Rows,
    fields: Rows,
    values: Rows,
}

impl Words {
    /// Reads the file of a workspace; without one every name stays as it is.
    pub fn load(root: &Path) -> Result<Self> {
        let path = root.join(FILE);
        if !path.exists() {
            return Ok(Self::default());
        }
        Self::parse(&fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?)
    }

    /// Reads the text of the file.
    pub fn parse(text: &str) -> Result<Self> {
        // By way of a value, which refuses a key that stands there twice.
        let value: serde_norway::Value =
            serde_norway::from_str(text).with_context(|| format!("{FILE}: is not valid YAML"))?;
        let rows: Tables =
            serde_norway::from_value(value).with_context(|| format!("{FILE}: cannot be read"))?;
        for (map, names) in [("words", &rows.words), ("types", &rows.types), ("values", &rows.values)] {
            if let Some((row, name)) = names.iter().find(|(_, name)| !is_pascal(name)) {
                bail!("{FILE}: {map}.{row}: `{name}` is not a name in PascalCase; write one");
            }
        }
        if let Some((row, name)) = rows.fields.iter().find(|(_, name)| !is_snake(name)) {
            bail!("{FILE}: fields.{row}: `{name}` is not a name in snake_case; write one");
        }
        Ok(Self { rows, used: RefCell::default() })
    }

    fn row<'a>(&self, map: &str, rows: &'a Rows, key: &str) -> Option<&'a String> {
        let found = rows.get(key)?;
        self.used.borrow_mut().insert(format!("{map}.{key}"));
        Some(found)
    }

    /// The Rust names of components.
    pub fn types<'a>(
        &self,
        components: impl Iterator<Item = &'a str> + Clone,
    ) -> Result<BTreeMap<String, String>> {
        // What an input is called when `Input` is dropped; it stays where something else has that name.
        let taken: BTreeSet<String> = components
            .clone()
            .filter(|name| !name.ends_with("Input"))
            .map(|name| self.type_name(name))
            .collect();
        let mut names = BTreeMap::new();
        let mut owners: BTreeMap<String, &str> = BTreeMap::new();
        let mut problems = Vec::new();
        for component in components {
            let mut name = self.type_name(component);
            if taken.contains(&name) && component.ends_with("Input") {
                name.push_str("Input");
            }
            if let Some(noun) = noun_of(&pascal_words(&name)) {
                problems.push(format!(
                    "{FILE}: types.{component}: `{name}` holds the API noun {noun}; add a row to `words` or `types`"
                ));
            }
            if let Some(first) = owners.insert(name.clone(), component) {
                problems.push(format!(
                    "{FILE}: types.{component}: `{name}` is the name of {first} too; give one of them a row in `types`"
                ));
            }
            names.insert(component.to_owned(), name);
        }
        finish(problems)?;
        Ok(names)
    }

    fn type_name(&self, component: &str) -> String {
        if let Some(name) = self.row("types", &self.rows.types, component) {
            return name.clone();
        }
        let name = self.in_app_words(component);
        if let Some(bare) = name.strip_suffix("Query") {
            return bare.to_owned();
        }
        if let Some(bare) = name.strip_suffix("With") {
            return format!("{bare}Include");
        }
        name.strip_suffix("Input").unwrap_or(&name).to_owned()
    }

    /// `ListChecklists` -> `ListTemplates`.
    fn in_app_words(&self, name: &str) -> String {
        let words = pascal_words(name);
        let mut text = String::new();
        let mut at = 0;
        while at < words.len() {
            let row = (at + 1..=words.len()).rev().find_map(|end| {
                let found = self.row("words", &self.rows.words, &words[at..end].concat())?;
                Some((found, end))
            });
            let (word, end) = row.map_or((words[at].as_str(), at + 1), |(found, end)| (found.as_str(), end));
            text.push_str(word);
            at = end;
        }
        text
    }

    /// The Rust name of a property, where it is not its key.
    pub fn field(&self, component: &str, key: &str) -> Option<&str> {
        let own = self.row("fields", &self.rows.fields, &format!("{component}.{key}"));
        own.or_else(|| self.row("fields", &self.rows.fields, key)).map(String::as_str)
    }

    /// The variant of an enum's value.
    pub fn variant(&self, component: &str, value: &str) -> String {
        let own = self.row("values", &self.rows.values, &format!("{component}.{value}"));
        let row = own.or_else(|| self.row("values", &self.rows.values, value));
        row.cloned().unwrap_or_else(|| self.in_app_words(&variant(value)))
    }

    /// Rows that no name came from.
    pub fn unused(&self) -> Result<()> {
        let used = self.used.borrow();
        let maps = [
            ("words", &self.rows.words),
            ("types", &self.rows.types),
            ("fields", &self.rows.fields),
            ("values", &self.rows.values),
        ];
        let rows = maps.iter().flat_map(|(map, rows)| rows.keys().map(move |key| format!("{map}.{key}")));
        finish(
            rows.filter(|row| !used.contains(row))
                .map(|row| {
                    format!("{FILE}: {row}: names nothing in the document; remove the row, or fix its name")
                })
                .collect(),
        )
    }
}

fn finish(problems: Vec<String>) -> Result<()> {
    if problems.is_empty() {
        return Ok(());
    }
    bail!("{}\n{} problems with words; nothing was written", problems.join("\n"), problems.len())
}

/// The API noun among the words of a Rust name, if one is left.
pub fn noun_of(words: &[String]) -> Option<&'static str> {
    NOUNS.iter().copied().find(|noun| words.iter().any(|word| word == noun))
}

/// The words of a field's name, as those of a type's name are written.
pub fn snake_words(name: &str) -> Vec<String> {
    name.split('_')
        .filter(|word| !word.is_empty())
        .map(|word| word[..1].to_uppercase() + &word[1..])
        .collect()
}

/// `ListRunTasks` -> `List`, `Run`, `Tasks`.
pub fn pascal_words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for letter in name.chars() {
        match words.last_mut() {
            Some(word) if !letter.is_ascii_uppercase() => word.push(letter),
            _ => words.push(letter.into()),
        }
    }
    words
}

fn is_pascal(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(|c| c.is_ascii_alphanumeric())
}

fn is_snake(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}
