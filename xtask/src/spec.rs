//! Reads the spec fragments and merges them into one document. Rules about its content live in `lint.rs`.

use std::{
    collections::BTreeMap,
    fmt, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value, json};

use crate::words;

pub mod reach;

/// The HTTP methods of a path item, in the order the document lists them.
pub const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
/// The kinds of components that fragments define.
pub const KINDS: [&str; 5] = ["parameters", "schemas", "responses", "requestBodies", "securitySchemes"];

/// The merged document, and which fragment each operation, path and component comes from.
pub struct Spec {
    /// A complete OpenAPI document.
    pub document: Value,
    /// `operationId`, path or `kind/Name` -> fragment file.
    pub origins: BTreeMap<String, String>,
}

/// Something wrong in a fragment: where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The fragment, relative to the workspace.
    pub file: String,
    /// Operation, path or component.
    pub place: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.file, self.place, self.message)
    }
}

/// One operation of the document, with what its path item adds.
pub struct Operation<'a> {
    /// `get`, `post`, ...
    pub method: &'static str,
    /// The path template.
    pub path: &'a str,
    /// The path item's own parameters.
    pub shared: &'a [Value],
    /// The operation object.
    pub node: &'a Value,
}

impl<'a> Operation<'a> {
    /// Its `operationId`, or method and path where that is missing.
    pub fn id(&self) -> String {
        self.node["operationId"]
            .as_str()
            .map_or_else(|| format!("{} {}", self.method.to_uppercase(), self.path), str::to_owned)
    }

    /// Path item parameters and its own, references resolved where possible.
    pub fn parameters(&self, document: &'a Value) -> impl Iterator<Item = &'a Value> {
        let own = self.node["parameters"].as_array().map_or(&[][..], Vec::as_slice);
        self.shared.iter().chain(own).map(move |parameter| resolve(document, parameter))
    }
}

impl Spec {
    /// Reads all fragments of a folder, `root.yaml` first, the rest by name.
    pub fn load(folder: &Path) -> Result<Self> {
        let mut files: Vec<PathBuf> = fs::read_dir(folder)
            .with_context(|| format!("cannot read {}", folder.display()))?
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.extension().is_some_and(|ext| ext == "yaml"))
            // The app's words, a table of its own (`words.rs`).
            .filter(|path| !Path::new(words::FILE).ends_with(path.file_name().unwrap_or_default()))
            .collect();
        files.sort_by_key(|path| (path.file_stem().is_none_or(|stem| stem != "root"), path.clone()));
        let mut fragments = Vec::new();
        for path in files {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let text =
                fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            fragments.push((format!("openapi/{name}"), text));
        }
        Self::merge(&fragments)
    }

    /// Merges fragments given as (file name, YAML text); the first one is the root.
    pub fn merge(fragments: &[(String, String)]) -> Result<Self> {
        let mut spec = Self { document: json!({}), origins: BTreeMap::new() };
        let mut problems = Vec::new();
        let mut paths = Map::new();
        let mut components: BTreeMap<&str, BTreeMap<String, Value>> = BTreeMap::new();
        for (file, text) in fragments {
            let Value::Object(fragment) = parse(file, text)? else {
                bail!("{file}: is no YAML mapping; a fragment has `paths` and `components`");
            };
            for (key, value) in fragment {
                match key.as_str() {
                    "paths" | "components" if !value.is_object() => problems.push(Problem {
                        file: file.clone(),
                        place: key,
                        message: "is no mapping; write each name as a key, or leave it out".into(),
                    }),
                    "paths" => spec.add_paths(file, value, &mut paths, &mut problems),
                    "components" => spec.add_components(file, value, &mut components, &mut problems),
                    _ if file.ends_with("root.yaml") => spec.document[key] = value,
                    _ => problems.push(Problem {
                        file: file.clone(),
                        place: key,
                        message: "belongs in root.yaml; a fragment has `paths` and `components` only".into(),
                    }),
                }
            }
        }
        if !problems.is_empty() {
            bail!("{}", lines(&problems));
        }
        spec.document["paths"] = Value::Object(paths);
        spec.document["components"] = json!(components);
        Ok(spec)
    }

    fn add_paths(
        &mut self,
        file: &str,
        value: Value,
        paths: &mut Map<String, Value>,
        out: &mut Vec<Problem>,
    ) {
        let Value::Object(items) = value else { return };
        for (path, item) in items {
            let mut wrong =
                |message: String| out.push(Problem { file: file.into(), place: path.clone(), message });
            if let Some(first) = self.origins.get(&path) {
                wrong(format!("path is defined in {first} too; keep all methods of a path in one fragment"));
            }
            for id in METHODS.iter().filter_map(|method| item[*method]["operationId"].as_str()) {
                if let Some(first) = self.origins.insert(id.into(), file.into()) {
                    wrong(format!(
                        "operationId `{id}` is used in {first} too; give one of them another name"
                    ));
                }
            }
            self.origins.insert(path.clone(), file.into());
            paths.insert(path, item);
        }
    }

    fn add_components(
        &mut self,
        file: &str,
        value: Value,
        components: &mut BTreeMap<&str, BTreeMap<String, Value>>,
        out: &mut Vec<Problem>,
    ) {
        let Value::Object(kinds) = value else { return };
        for (kind, items) in kinds {
            let Some(known) = KINDS.iter().find(|known| **known == kind) else {
                let message = format!("is no kind of component we use; choose one of {}", KINDS.join(", "));
                out.push(Problem { file: file.into(), place: format!("components/{kind}"), message });
                continue;
            };
            let Value::Object(items) = items else {
                let message = "is no mapping; write each name as a key, or leave it out".into();
                out.push(Problem { file: file.into(), place: format!("components/{kind}"), message });
                continue;
            };
            for (name, item) in items {
                let place = format!("{kind}/{name}");
                if let Some(first) = self.origins.insert(place.clone(), file.into()) {
                    let message = format!("is defined in {first} too; keep one, or give it another name");
                    out.push(Problem { file: file.into(), place, message });
                }
                components.entry(known).or_default().insert(name, item);
            }
        }
    }

    /// Every operation, in document order.
    pub fn operations(&self) -> Vec<Operation<'_>> {
        operations(&self.document)
    }

    /// The fragment that an operation, path or `kind/Name` comes from.
    pub fn origin(&self, place: &str) -> String {
        self.origins.get(place).cloned().unwrap_or_else(|| "openapi/root.yaml".into())
    }

    /// The bundle as committed: pretty JSON with a final newline.
    pub fn to_json(&self) -> String {
        pretty(&self.document)
    }
}

/// Every operation of a document.
pub fn operations(document: &Value) -> Vec<Operation<'_>> {
    let Some(paths) = document["paths"].as_object() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (path, item) in paths {
        let shared = item["parameters"].as_array().map_or(&[][..], Vec::as_slice);
        for method in METHODS {
            if let Some(node) = item.get(method) {
                found.push(Operation { method, path, shared, node });
            }
        }
    }
    found
}

/// Follows `$ref`s inside the document; a dangling one yields the reference itself.
pub fn resolve<'a>(document: &'a Value, mut node: &'a Value) -> &'a Value {
    for _ in 0..20 {
        let Some(target) = node["$ref"].as_str() else {
            return node;
        };
        match target.strip_prefix('#').and_then(|pointer| document.pointer(pointer)) {
            Some(next) => node = next,
            None => return node,
        }
    }
    node
}

/// The component name of a `#/components/schemas/Name` reference.
pub fn schema_name(node: &Value) -> Option<&str> {
    node["$ref"].as_str()?.strip_prefix("#/components/schemas/")
}

/// Pretty JSON with a final newline.
pub fn pretty(value: &Value) -> String {
    // A `Value` always serialises.
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

/// One problem a line.
pub fn lines(problems: &[Problem]) -> String {
    let mut sorted = problems.to_vec();
    sorted.sort();
    sorted.dedup();
    sorted.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n")
}

/// YAML to JSON. Goes through the YAML value, which refuses duplicate keys.
fn parse(file: &str, text: &str) -> Result<Value> {
    let yaml: serde_norway::Value =
        serde_norway::from_str(text).with_context(|| format!("{file}: is not valid YAML"))?;
    serde_json::to_value(yaml).with_context(|| {
        format!("{file}: has a key that is no text; put response codes and the like in quotes")
    })
}
