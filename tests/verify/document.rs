//! The published document: which operation a request is, which schema an answer has, which fragment holds a place.
//! Not here: turning schemas into JSON Schema (`schema`), walking through them (`walk`).

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use serde_json::Value;

use super::schema::Validators;

/// Methods that an exchange may have.
pub const METHODS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

/// One operation of the document.
#[derive(Debug)]
pub struct Operation {
    /// `operationId`.
    pub id: String,
    /// Lower case, as in the document.
    pub method: String,
    /// The path template.
    pub path: String,
}

/// What a request is.
pub enum Found<'a> {
    /// An operation.
    Operation(&'a Operation),
    /// None; with the methods that the path has.
    Otherwise(Vec<String>),
}

/// What the document says of one answer.
pub struct Answer<'a> {
    /// Bodies by media type.
    pub content: Option<&'a Value>,
    /// The schema of the JSON one.
    pub schema: Option<&'a Value>,
}

/// The document with its indexes.
pub struct Document {
    /// The whole document.
    pub root: Value,
    operations: Vec<Operation>,
    validators: Validators,
    origins: OnceLock<BTreeMap<String, String>>,
}

impl Document {
    /// The document of this repository.
    pub fn bundled() -> Self {
        let text = include_str!("../../openapi/tallyfy.json");
        Self::new(serde_json::from_str(text).expect("codegen writes the document as JSON"))
    }

    fn new(root: Value) -> Self {
        let mut operations = Vec::new();
        for (path, item) in root["paths"].as_object().into_iter().flatten() {
            for (method, node) in item.as_object().into_iter().flatten() {
                if let Some(id) = node["operationId"].as_str() {
                    operations.push(Operation { id: id.into(), method: method.clone(), path: path.clone() });
                }
            }
        }
        let validators = Validators::new(&root);
        Self { root, operations, validators, origins: OnceLock::new() }
    }

    /// Finds the operation of a request. The path may be concrete or a template, with or without host, `/api` and query.
    pub fn find(&self, method: &str, path: &str) -> Found<'_> {
        let wanted = parts(bare(path));
        let mut fitting: Vec<(Vec<bool>, &Operation)> = Vec::new();
        for operation in &self.operations {
            let template = parts(&operation.path);
            let fits = |(have, want): (&&str, &&str)| have.starts_with('{') || have == want;
            if template.len() == wanted.len() && template.iter().zip(&wanted).all(fits) {
                fitting.push((template.iter().map(|part| part.starts_with('{')).collect(), operation));
            }
        }
        // Where `/users/role` and `/users/{user}` both fit, the literal is meant.
        fitting.sort_by(|a, b| a.0.cmp(&b.0));
        let best = fitting.first().map(|(shape, _)| shape.clone());
        fitting.retain(|(shape, _)| Some(shape) == best.as_ref());
        match fitting.iter().find(|(_, operation)| operation.method == method) {
            Some((_, operation)) => Found::Operation(operation),
            None => Found::Otherwise(fitting.iter().map(|(_, one)| one.method.to_uppercase()).collect()),
        }
    }

    /// What the document says of an answer with this status: by its code, else by its range.
    pub fn answer(&self, operation: &Operation, status: u16) -> Option<Answer<'_>> {
        let answers = &self.root["paths"][&operation.path][&operation.method]["responses"];
        let range = format!("{}XX", status / 100);
        let found = answers.get(status.to_string()).or_else(|| answers.get(&range))?;
        let content = self.resolve(found).get("content");
        let schema = content.and_then(|content| content.get("application/json")?.get("schema"));
        Some(Answer { content, schema })
    }

    /// Queries worth trying with a read: what it requires, and all of its includes at once.
    pub fn queries(&self, id: &str) -> Vec<Vec<(String, String)>> {
        let Some(operation) = self.operations.iter().find(|operation| operation.id == id) else {
            return Vec::new();
        };
        let node = &self.root["paths"][&operation.path][&operation.method];
        let parameters: Vec<&Value> =
            node["parameters"].as_array().into_iter().flatten().map(|one| self.resolve(one)).collect();
        let words = |parameter: &Value| {
            let schema = self.resolve(&parameter["schema"]);
            let items = if schema["items"].is_object() { self.resolve(&schema["items"]) } else { schema };
            let values = items["enum"].as_array().or_else(|| items["x-extensible-enum"].as_array());
            let words: Vec<&str> = values.into_iter().flatten().filter_map(Value::as_str).collect();
            words.join(",")
        };
        let named = |parameter: &Value| parameter["name"].as_str().unwrap_or_default().to_owned();
        let required: Vec<(String, String)> = parameters
            .iter()
            .filter(|one| one["in"] == "query" && one["required"] == true)
            // A letter is found in most texts.
            .map(|one| {
                (named(one), Some(words(one)).filter(|words| !words.is_empty()).unwrap_or_else(|| "a".into()))
            })
            .collect();
        let mut queries = vec![required.clone()];
        if let Some(with) = parameters.iter().find(|one| one["name"] == "with" && one["in"] == "query") {
            let includes = words(with);
            if !includes.is_empty() {
                queries.push(required.into_iter().chain([("with".into(), includes)]).collect());
            }
        }
        queries
    }

    /// Follows references.
    pub fn resolve<'a>(&'a self, mut node: &'a Value) -> &'a Value {
        // The lint has no dangling references; a circle of bare ones would be no schema.
        for _ in 0..20 {
            let target = node["$ref"].as_str().and_then(|to| self.root.pointer(to.strip_prefix('#')?));
            match target {
                Some(next) => node = next,
                None => break,
            }
        }
        node
    }

    /// The schema of what is in the frame, when an answer came without its frame. The client reads both.
    pub fn unframed<'a>(&'a self, schema: &'a Value, body: &Value) -> Option<&'a Value> {
        let node = self.resolve(schema);
        let bare = match node["x-tallyfy-envelope"].as_str()? {
            "list" => body.is_array(),
            _ => body.is_object() && body.get("data").is_none(),
        };
        bare.then(|| &node["properties"]["data"])
    }

    /// Where the published schema refuses a value, and why.
    pub fn violations(&self, schema: &Value, value: &Value) -> Vec<(String, String)> {
        self.validators.violations(schema, value)
    }

    /// The fragment that holds an operation (by id) or a schema component (by name).
    pub fn fragment(&self, name: &str) -> String {
        let origins = self.origins.get_or_init(origins);
        origins.get(name).cloned().unwrap_or_else(|| "openapi/".into())
    }

    /// The fragment of the operation whose path is most like this one.
    pub fn nearest(&self, path: &str) -> String {
        let wanted = parts(bare(path));
        let shared = |operation: &&Operation| {
            let template = parts(&operation.path);
            template.iter().zip(&wanted).take_while(|(a, b)| a.starts_with('{') || a == b).count()
        };
        let nearest = self.operations.iter().max_by_key(shared);
        nearest.map_or_else(|| "openapi/".into(), |operation| self.fragment(&operation.id))
    }
}

/// The path alone: no host, no query, no `/api`, which is part of one of the two base addresses.
pub fn bare(path: &str) -> &str {
    let rest = path.split_once("://").map_or(path, |(_, rest)| &rest[rest.find('/').unwrap_or(rest.len())..]);
    let end = rest.find(['?', '#']).unwrap_or(rest.len());
    let rest = &rest[..end];
    rest.strip_prefix("/api").filter(|rest| rest.starts_with('/')).unwrap_or(rest)
}

/// The path with `{}` in place of what looks like an id, so that a report does not carry any.
pub fn without_ids(path: &str) -> String {
    let shown = |part: &&str| {
        let digits = part.bytes().filter(u8::is_ascii_digit).count();
        let id = part.contains('@') || part.contains('%') || (digits > 0 && digits * 4 >= part.len());
        if id || part.len() >= 24 { "{}".to_owned() } else { (*part).to_owned() }
    };
    format!("/{}", parts(bare(path)).iter().map(shown).collect::<Vec<_>>().join("/"))
}

fn parts(path: &str) -> Vec<&str> {
    path.split('/').filter(|part| !part.is_empty()).collect()
}

/// Operation ids and component names, each with its fragment. Read when something was found, and not before.
fn origins() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    // Of the checkout in which cargo runs this: the one that built it may be another, with the same target folder.
    let running = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).filter(|folder| folder.is_dir());
    let package = running.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf());
    let folder = package.join("../openapi");
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = format!("openapi/{}", entry.file_name().to_string_lossy());
        let text = fs::read_to_string(entry.path()).unwrap_or_default();
        let fragment: Value = match serde_norway::from_str(&text) {
            Ok(fragment) if name.ends_with(".yaml") => fragment,
            _ => continue,
        };
        for item in fragment["paths"].as_object().into_iter().flatten().map(|(_, item)| item) {
            let operations = item.as_object().into_iter().flatten();
            let ids = operations.filter_map(|(_, node)| node["operationId"].as_str());
            found.extend(ids.map(|id| (id.to_owned(), name.clone())));
        }
        let components = fragment["components"]["schemas"].as_object().into_iter().flatten();
        found.extend(components.map(|(component, _)| (component.clone(), name.clone())));
    }
    found
}
