//! Derives the codegen view from the published spec: what the generator can take, by a short list of named rules.
//! The rules alone make the difference; how the generator is driven is in `codegen.rs`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::{
    spec::reach::reach,
    spec::{METHODS, operations, resolve, schema_name},
};

mod app_words;
mod rules;

/// The view, and what the syntax-tree pass over the generated file must know.
#[derive(Debug, Clone)]
pub struct View {
    /// An OpenAPI document that the generator takes.
    pub document: Value,
    /// Component -> Rust path that stands for it.
    pub replacements: BTreeMap<String, String>,
    /// (component, property) of includes of one object: boxed, or answers grow by the kilobyte.
    pub boxed: BTreeSet<(String, String)>,
    /// (component, property) of requests that may be null: left out, null and a value are three things.
    pub nullable: BTreeSet<(String, String)>,
    /// Operations that the SDK writes by hand, and why.
    pub left_out: BTreeMap<String, &'static str>,
    /// Operation -> name of its folded query type.
    pub queries: BTreeMap<String, String>,
    /// Component -> Rust type, once the app's words are in place.
    pub names: BTreeMap<String, String>,
}

/// A rule: its name, one line that says what it does, and the function that does it.
pub struct Rule {
    /// Snake case; also the name of its snapshot.
    pub name: &'static str,
    /// What changes, and why.
    pub why: &'static str,
    apply: fn(&mut View),
}

/// All rules, in the order in which they are applied.
pub const RULES: [Rule; 13] = [
    Rule {
        name: "leave_out",
        why: "multipart bodies and operations that carry secrets are written by hand in the SDK",
        apply: rules::leave_out,
    },
    Rule {
        name: "strip_errors",
        why: "every non-2xx arrives whole: a typed error that meets HTML loses its status and headers",
        apply: rules::strip_errors,
    },
    Rule {
        name: "drop_ignored",
        why: "keys that the service drops silently, and low-confidence query parameters, cannot be sent",
        apply: rules::drop_ignored,
    },
    Rule {
        name: "useless_answers",
        why: "an answer of which no source shows a shape is not decoded",
        apply: rules::useless_answers,
    },
    Rule {
        name: "flatten_all_of",
        why: "an open side in a merged allOf silently undoes conversions, so it is merged before opening",
        apply: rules::flatten_all_of,
    },
    Rule {
        name: "keep_clear_set",
        why: "a request field that may be null is left out, null or a value; an option has room for two of the three",
        apply: rules::keep_clear_set,
    },
    Rule {
        name: "bare_includes",
        why: "an include arrives wrapped or bare; people see the bare form, readers unwrap",
        apply: rules::bare_includes,
    },
    Rule {
        name: "envelopes",
        why: "one generic type unwraps every `data` envelope",
        apply: rules::envelopes,
    },
    Rule {
        name: "wire_types",
        why: "enums, dates, tolerant values and untyped values become hand-written types",
        apply: rules::wire_types,
    },
    Rule {
        name: "strip_constraints",
        why: "defaults, lengths and patterns make newtypes that also reject answers; the SDK validates requests",
        apply: rules::strip_constraints,
    },
    Rule {
        name: "open_answers",
        why: "answers require ids alone, take null anywhere, and keep unknown fields",
        apply: rules::open_answers,
    },
    Rule {
        name: "clearable_lists",
        why: "an optional list of a request can be sent empty only when it is an Option",
        apply: rules::clearable_lists,
    },
    Rule {
        name: "fold_queries",
        why: "one object instead of 25 positional options that can be swapped without an error",
        apply: rules::fold_queries,
    },
];

impl View {
    /// The view of a published document.
    pub fn of(published: &Value) -> Self {
        let mut view = Self::start(published);
        for rule in &RULES {
            view.apply(rule);
        }
        view.drop_unused();
        view
    }

    /// The published document itself, before any rule.
    pub fn start(published: &Value) -> Self {
        Self {
            document: published.clone(),
            replacements: BTreeMap::new(),
            boxed: BTreeSet::new(),
            nullable: BTreeSet::new(),
            left_out: BTreeMap::new(),
            queries: BTreeMap::new(),
            names: BTreeMap::new(),
        }
    }

    /// Applies one rule.
    pub fn apply(&mut self, rule: &Rule) {
        (rule.apply)(self);
    }

    /// Takes away components that nothing reaches any more.
    fn drop_unused(&mut self) {
        let mut used = BTreeSet::new();
        reach(&self.document, &self.document["paths"], &mut used);
        self.schemas().retain(|name, _| used.contains(name));
        // An enum may be used inside a comma list alone, which is one text to the generator.
        let lists: Vec<&String> = used.iter().filter_map(|name| self.replacements.get(name)).collect();
        let listed = |rust: &str| lists.iter().any(|list| list.contains(&format!("<{rust}>")));
        let mut kept = self.replacements.clone();
        kept.retain(|name, rust| used.contains(name) || listed(rust));
        self.replacements = kept;
        let document = &mut self.document;
        for kind in ["responses", "requestBodies", "securitySchemes"] {
            if let Some(components) = document["components"].as_object_mut() {
                components.shift_remove(kind);
            }
        }
        if let Some(root) = document.as_object_mut() {
            root.shift_remove("security");
        }
    }

    fn schemas(&mut self) -> &mut Map<String, Value> {
        let components = &mut self.document["components"];
        if !components["schemas"].is_object() {
            components["schemas"] = json!({});
        }
        components["schemas"].as_object_mut().expect("made an object above")
    }

    fn schema(&self, name: &str) -> &Value {
        &self.document["components"]["schemas"][name]
    }

    /// Applies a function to every operation object.
    fn each_operation(&mut self, mut change: impl FnMut(&mut Value)) {
        let items = self.document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
        for item in items {
            for method in METHODS {
                if let Some(operation) = item.get_mut(method) {
                    change(operation);
                }
            }
        }
    }

    /// Components reachable from request bodies and query types, and from answers.
    pub fn directions(&self) -> (BTreeSet<String>, BTreeSet<String>) {
        crate::spec::reach::directions(&self.document)
    }

    /// What the generator would panic on or silently bend; empty when all is well.
    pub fn problems(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (name, schema) in self.document["components"]["schemas"].as_object().into_iter().flatten() {
            if !self.replacements.contains_key(name) {
                self.inspect(name, schema, &mut found);
            }
        }
        for operation in operations(&self.document) {
            let content = resolve(&self.document, &operation.node["responses"]["2XX"])["content"].as_object();
            for (media, body) in content.into_iter().flatten() {
                let named = schema_name(&body["schema"]).is_some();
                if media == "application/json" && !named {
                    found.push(format!("{}: answer is no named component; make it one", operation.id()));
                }
            }
        }
        found
    }

    fn inspect(&self, place: &str, node: &Value, found: &mut Vec<String>) {
        let Some(object) = node.as_object().filter(|object| !object.contains_key("$ref")) else {
            return;
        };
        for key in ["anyOf", "oneOf", "allOf", "enum", "not", "default", "pattern", "format"] {
            if object.get(key).is_some_and(|value| value != "binary") {
                found.push(format!("{place}: `{key}` is left in the view; mark the schema (see view rules)"));
            }
        }
        let mut rust = BTreeMap::new();
        for (name, property) in node["properties"].as_object().into_iter().flatten() {
            let bare: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
            if let Some(first) = rust.insert(bare.to_ascii_lowercase(), name) {
                found.push(format!("{place}: `{first}` and `{name}` would be one Rust field; leave one out"));
            }
            self.inspect(&format!("{place}.{name}"), property, found);
            if property["properties"].is_object() {
                found.push(format!("{place}.{name}: inline object; make it a named component"));
            }
        }
        self.inspect(place, &node["items"], found);
        self.inspect(place, &node["additionalProperties"], found);
    }
}
