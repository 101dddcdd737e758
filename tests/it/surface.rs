//! What a user of the SDK can see: every type that a public signature leads to has a public path there, and public names
//! speak the app's words. What the methods do is tested elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::Visit;
use syn::{Fields, ImplItem, Item, UseTree, Visibility};
use xtask::words::{noun_of, pascal_words, snake_words};

/// Types of other crates, and what every program has. A type of ours here would be one without a path.
const FOREIGN: &[&str] = &[
    // the language and its library
    "Arc",
    "AsRef",
    "BTreeMap",
    "Box",
    "Clone",
    "Context",
    "Copy",
    "Debug",
    "Default",
    "Display",
    "Duration",
    "Error",
    "Fn",
    "FnMut",
    "FnOnce",
    "Formatter",
    "From",
    "FromStr",
    "Future",
    "Hash",
    "Hasher",
    "HashMap",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "Item",
    "Iterator",
    "Option",
    "Ord",
    "Ordering",
    "Output",
    "PartialEq",
    "Path",
    "PathBuf",
    "Pin",
    "Poll",
    "Result",
    "Self",
    "Send",
    "String",
    "Sync",
    "SystemTime",
    "ToString",
    "Unpin",
    "Vec",
    "bool",
    "char",
    "f64",
    "i64",
    "str",
    "u16",
    "u32",
    "u64",
    "u8",
    "usize",
    "Write",
    "Stream",
    "IntoIter",
    "Iter",
    "Cow",
    "Read",
    "AsyncRead",
    // of the crates that the SDK's public functions are stated in
    "Body",
    "Bytes",
    "ClientBuilder",
    "DateTime",
    "DeserializeOwned",
    "Deserialize",
    "Deserializer",
    "HeaderMap",
    "HeaderName",
    "HeaderValue",
    "JsonSchema",
    "Map",
    "Method",
    "NaiveDate",
    "NaiveDateTime",
    "Response",
    "Schema",
    "SchemaGenerator",
    "Serialize",
    "Serializer",
    "StatusCode",
    "TimeZone",
    "Tz",
    "Url",
    "Utc",
    "Value",
    "FixedOffset",
    "Offset",
];

/// Public names that hold an API noun all the same, with the reason. At most ten.
const NOUNS_ALLOWED: &[(&str, &str)] = &[];

fn read(path: &Path) -> syn::File {
    syn::parse_file(&fs::read_to_string(path).expect("a source")).expect("Rust")
}

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if entry.is_dir() && name != "tests" {
            sources(&entry, into);
        } else if name.ends_with(".rs") && name != "tests.rs" && name != "scripted.rs" {
            into.push(entry);
        }
    }
}

fn sdk() -> Vec<syn::File> {
    let mut files = Vec::new();
    sources(&xtask::root().join("tallyfy-sdk/src"), &mut files);
    files.sort();
    files.iter().map(|path| read(path)).collect()
}

/// Names behind `pub use`, of this file and the modules written in it.
fn exported(items: &[Item], into: &mut BTreeSet<String>) {
    for item in items {
        match item {
            Item::Use(node) if matches!(node.vis, Visibility::Public(_)) => leaves(&node.tree, into),
            Item::Mod(node) if matches!(node.vis, Visibility::Public(_)) => {
                exported(node.content.as_ref().map_or(&[][..], |(_, items)| items), into);
            }
            _ => {}
        }
    }
}

fn leaves(tree: &UseTree, into: &mut BTreeSet<String>) {
    match tree {
        UseTree::Path(path) => leaves(&path.tree, into),
        UseTree::Name(name) => drop(into.insert(name.ident.to_string())),
        UseTree::Rename(name) => drop(into.insert(name.rename.to_string())),
        UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, into)),
        UseTree::Glob(_) => {}
    }
}

/// Every name that has a path: in the root, in a public module of the SDK, or in the generated modules it shows.
fn with_path() -> BTreeSet<String> {
    let root = xtask::root();
    let mut names = BTreeSet::new();
    exported(&read(&root.join("tallyfy-sdk/src/lib.rs")).items, &mut names);
    exported(&read(&root.join("tallyfy-gen/src/names.rs")).items, &mut names);
    let mut files = Vec::new();
    sources(&root.join("tallyfy-sdk/src/resources"), &mut files);
    for file in files {
        names.extend(public_items(&read(&file).items));
    }
    names
}

fn public_items(items: &[Item]) -> Vec<String> {
    let mut names = Vec::new();
    for item in items {
        let (vis, ident) = match item {
            Item::Struct(node) => (&node.vis, &node.ident),
            Item::Enum(node) => (&node.vis, &node.ident),
            Item::Trait(node) => (&node.vis, &node.ident),
            Item::Type(node) => (&node.vis, &node.ident),
            _ => continue,
        };
        if matches!(vis, Visibility::Public(_)) {
            names.push(ident.to_string());
        }
    }
    names
}

/// The names of types in a signature or field, generic parameters left out.
#[derive(Default)]
struct Types {
    found: BTreeSet<String>,
    generics: BTreeSet<String>,
}

impl Visit<'_> for Types {
    fn visit_type_path(&mut self, node: &syn::TypePath) {
        self.last(&node.path);
        syn::visit::visit_type_path(self, node);
    }

    fn visit_trait_bound(&mut self, node: &syn::TraitBound) {
        self.last(&node.path);
        syn::visit::visit_trait_bound(self, node);
    }

    fn visit_type_param(&mut self, node: &syn::TypeParam) {
        self.generics.insert(node.ident.to_string());
        syn::visit::visit_type_param(self, node);
    }
}

impl Types {
    fn last(&mut self, path: &syn::Path) {
        if let Some(last) = path.segments.last() {
            self.found.insert(last.ident.to_string());
        }
    }

    fn named(self) -> impl Iterator<Item = String> {
        let Self { found, generics } = self;
        found.into_iter().filter(move |name| !generics.contains(name))
    }
}

/// Public methods of the SDK: `Type::method` and the types in its signature.
fn signatures() -> BTreeMap<String, BTreeSet<String>> {
    let shown = with_path();
    let mut all = BTreeMap::new();
    for item in sdk().into_iter().flat_map(|file| file.items) {
        let Item::Impl(block) = item else { continue };
        let syn::Type::Path(owner) = &*block.self_ty else { continue };
        let owner = owner.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        if block.trait_.is_some() || !shown.contains(&owner) {
            continue;
        }
        for item in &block.items {
            let ImplItem::Fn(method) = item else { continue };
            if !matches!(method.vis, Visibility::Public(_)) {
                continue;
            }
            let mut types = Types::default();
            types.visit_generics(&block.generics);
            types.visit_signature(&method.sig);
            all.insert(format!("{owner}::{}", method.sig.ident), types.named().collect());
        }
    }
    all
}

/// Fields of the generated types: the type, its field, and the types in it.
fn generated() -> Vec<(String, String, BTreeSet<String>)> {
    let mut all = Vec::new();
    for item in read(&xtask::root().join("tallyfy-gen/src/generated.rs")).items {
        let Item::Mod(module) = item else { continue };
        if module.ident != "types" {
            continue;
        }
        for item in module.content.into_iter().flat_map(|(_, items)| items) {
            let Item::Struct(node) = item else { continue };
            let Fields::Named(fields) = &node.fields else { continue };
            for field in &fields.named {
                let mut types = Types::default();
                types.visit_type(&field.ty);
                let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
                all.push((node.ident.to_string(), name, types.named().collect()));
            }
        }
    }
    all
}

#[test]
fn every_type_that_a_public_signature_leads_to_has_a_public_path() {
    let shown = with_path();
    let is_known = |name: &String| shown.contains(name) || FOREIGN.contains(&name.as_str());
    let signatures = signatures();
    assert!(signatures.len() > 150, "only {} public methods were found", signatures.len());
    let mut missing = BTreeSet::new();
    for (method, types) in &signatures {
        missing.extend(types.iter().filter(|name| !is_known(name)).map(|name| format!("{method}: {name}")));
    }
    let fields = generated();
    assert!(fields.len() > 1_000, "only {} fields were found", fields.len());
    for (owner, field, types) in &fields {
        missing.extend(
            types.iter().filter(|name| !is_known(name)).map(|name| format!("{owner}.{field}: {name}")),
        );
    }
    assert_eq!(missing.into_iter().collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn public_names_speak_the_apps_words() {
    let mut wrong = BTreeSet::new();
    let mut look = |shown: String, words: &[String]| {
        if let Some(noun) = noun_of(words)
            && !NOUNS_ALLOWED.iter().any(|(name, _)| *name == shown)
        {
            wrong.insert(format!("{shown}: {noun}"));
        }
    };
    for name in with_path() {
        look(name.clone(), &pascal_words(&name));
    }
    for method in signatures().into_keys() {
        let name = method.rsplit("::").next().unwrap_or_default().to_owned();
        look(method, &snake_words(&name));
    }
    for (owner, field, _) in generated() {
        look(format!("{owner}.{field}"), &snake_words(&field));
    }
    assert_eq!(wrong.into_iter().collect::<Vec<_>>(), [""; 0]);
    assert!(NOUNS_ALLOWED.len() <= 10 && NOUNS_ALLOWED.iter().all(|(_, reason)| !reason.is_empty()));
}

#[test]
fn a_type_goes_by_the_apps_name_and_by_the_apis() {
    use tallyfy_sdk::{api, model, request};

    let template: model::Template =
        serde_json::from_str(r#"{"id": "t1", "title": "Audit"}"#).expect("a template");
    let checklist: api::Checklist = template;
    let again: model::Template = checklist;
    assert_eq!(again.title.as_deref(), Some("Audit"));
    let launch: api::CreateRunInput = request::LaunchProcess::new("t1");
    assert_eq!(serde_json::to_value(&launch).expect("JSON"), serde_json::json!({"checklist_id": "t1"}));
    assert_eq!(api::RunStatus::Active, model::ProcessStatus::Active);
    // What the compiler and `Debug` call it is the app's name.
    assert!(format!("{launch:?}").starts_with("LaunchProcess {"));
}
