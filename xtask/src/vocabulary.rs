//! Renders `tallyfy-gen/src/vocabulary.rs`: what each place of an answer holds, words of the service or what is people's. The
//! recorder of the SDK keeps the first and scrubs the rest. Not here: the enums themselves (`enums.rs`), and the type of
//! the table (`tallyfy-gen/src/content.rs`).

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use serde_json::Value;

use crate::{
    preamble::header,
    spec::{operations, reach::directions, resolve, schema_name},
};

/// Width of a line.
const WIDTH: usize = 118;

/// The text of the lists.
pub fn render(published: &Value) -> String {
    let schemas = &published["components"]["schemas"];
    let mut table = Table { document: published, parts: BTreeMap::new(), names: BTreeSet::from(["data"]) };
    let mut answers = BTreeMap::new();
    for operation in operations(published) {
        let answer = resolve(published, &operation.node["responses"]["2XX"]);
        if let Some(schema) = answer["content"]["application/json"].get("schema") {
            answers.insert(operation.id(), table.content(schema));
        }
    }
    let refusal = table.part("ErrorResponse");
    let (_, read) = directions(published);
    let known = read.iter().filter_map(|name| schemas[name]["x-extensible-enum"].as_array());
    let words: BTreeSet<&str> = known.flatten().filter_map(Value::as_str).collect();

    let mut text = header("what each place of an answer holds");
    text.push_str("use crate::content::Content::{self, Anything, Date, Flag, List, Number, Object, OneOf, Text, Words};\n\n");
    let quoted = |entries: &BTreeSet<&str>| entries.iter().map(|entry| format!("{entry:?}")).collect();
    list(
        &mut text,
        "/// Every field of an answer, sorted.\npub static NAMES: &[&str] = &[",
        quoted(&table.names),
    );
    list(
        &mut text,
        "/// Every known value of an enum of answers, sorted.\npub static WORDS: &[&str] = &[",
        quoted(&words),
    );
    let rows = answers.iter().map(|(id, content)| format!("({id:?}, {content})")).collect();
    list(
        &mut text,
        "/// The successful answer of each operation that has one, by its id, sorted.\npub static ANSWERS: &[(&str, &Content)] = &[",
        rows,
    );
    let _ = writeln!(text, "/// An answer that is no success.\npub static REFUSAL: &Content = {refusal};\n");
    for (name, part) in &table.parts {
        let _ = writeln!(text, "static {}: Content = {part};", screaming(name));
    }
    text
}

fn list(text: &mut String, head: &str, entries: Vec<String>) {
    text.push_str(head);
    text.push_str(&wrapped(&entries, "    "));
    text.push_str("\n];\n\n");
}

/// Entries with commas between them, as many on a line as it has room for.
fn wrapped(entries: &[String], indent: &str) -> String {
    let mut text = String::new();
    let mut width = WIDTH;
    for entry in entries {
        if width + entry.len() + 2 > WIDTH {
            let _ = write!(text, "\n{indent}");
            width = indent.len();
        } else {
            text.push(' ');
        }
        let _ = write!(text, "{entry},");
        width += entry.len() + 2;
    }
    text
}

/// What is known so far.
struct Table<'a> {
    document: &'a Value,
    /// Component -> its content, as Rust.
    parts: BTreeMap<&'a str, String>,
    /// Names of all fields.
    names: BTreeSet<&'a str>,
}

impl<'a> Table<'a> {
    /// A reference to the content of a component.
    fn part(&mut self, name: &'a str) -> String {
        if !self.parts.contains_key(name) {
            // There before it is known: components hold each other.
            self.parts.insert(name, String::new());
            let content = self.content(&self.document["components"]["schemas"][name]);
            let content = content.trim_start_matches('&');
            // One component may be another: a static is not copied from a static.
            let content = match content.bytes().any(|byte| byte.is_ascii_lowercase()) {
                true => content.to_owned(),
                false => format!("OneOf(&[&{content}])"),
            };
            self.parts.insert(name, content);
        }
        format!("&{}", screaming(name))
    }

    /// A reference to the content of a node, as Rust.
    fn content(&mut self, node: &'a Value) -> String {
        if let Some(name) = schema_name(node) {
            return self.part(name);
        }
        let known = node.get("x-extensible-enum").or_else(|| node.get("enum")).and_then(Value::as_array);
        if let Some(known) = known {
            let words: BTreeSet<&str> = known.iter().filter_map(Value::as_str).collect();
            let words: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
            return format!("&Words(&[{}])", wrapped(&words, "    "));
        }
        let is_object = node["properties"].is_object() || node["additionalProperties"].is_object();
        if node.get("x-tallyfy-any").is_some() && !is_object {
            return "&Anything".into();
        }
        let choices = node["anyOf"].as_array().or_else(|| node["oneOf"].as_array());
        if let Some(choices) = choices {
            // PHP writes an empty object as an empty list.
            let choices = choices.iter().filter(|choice| choice["maxItems"] != 0);
            let choices: Vec<String> = choices.map(|choice| self.content(choice)).collect();
            return match choices.as_slice() {
                [only] => only.clone(),
                _ => format!("&OneOf(&[{}])", choices.join(", ")),
            };
        }
        if let Some([only]) = node["allOf"].as_array().map(Vec::as_slice)
            && !is_object
        {
            return self.content(only);
        }
        match (node["type"].as_str(), node["format"].as_str()) {
            _ if is_object || node["allOf"].is_array() => self.object(node),
            (Some("string"), Some("date-time" | "date" | "tallyfy-any-date-time" | "tallyfy-date-time")) => {
                "&Date".into()
            }
            (Some("string"), Some("binary")) => "&Anything".into(),
            (Some("string"), _) => "&Text".into(),
            (Some("integer" | "number"), _) => "&Number".into(),
            (Some("boolean"), _) => "&Flag".into(),
            (Some("array"), _) => format!("&List({})", self.content(&node["items"])),
            _ => "&Anything".into(),
        }
    }

    fn object(&mut self, node: &'a Value) -> String {
        let (mut fields, mut others) = (BTreeMap::new(), None);
        collect(self.document, node, &mut fields, &mut others);
        let mut rows = Vec::new();
        for (name, property) in fields {
            self.names.insert(name);
            rows.push(format!("({name:?}, {})", self.content(property)));
        }
        let others =
            others.map_or_else(|| "None".to_owned(), |values| format!("Some({})", self.content(values)));
        format!("&Object(&[{}], {others})", wrapped(&rows, "    "))
    }
}

/// `RunCapture` -> `RUN_CAPTURE`.
fn screaming(pascal: &str) -> String {
    let mut name = String::new();
    for letter in pascal.chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

/// Fields of an object, through `allOf`, and what stands under other keys.
fn collect<'a>(
    document: &'a Value,
    node: &'a Value,
    fields: &mut BTreeMap<&'a str, &'a Value>,
    others: &mut Option<&'a Value>,
) {
    for part in node["allOf"].as_array().into_iter().flatten() {
        collect(document, resolve(document, part), fields, others);
    }
    let own = node["properties"].as_object().into_iter().flatten();
    fields.extend(own.map(|(name, property)| (name.as_str(), property)));
    if node["additionalProperties"].is_object() {
        *others = Some(&node["additionalProperties"]);
    }
}
