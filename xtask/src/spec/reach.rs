//! Which schema components the requests and the answers of a document reach.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{METHODS, schema_name};

/// Components reachable from requests (parameters and bodies), and from good and bad answers.
pub fn directions(document: &Value) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut sent, mut read) = (BTreeSet::new(), BTreeSet::new());
    for (_, item) in document["paths"].as_object().into_iter().flatten() {
        for method in METHODS {
            let operation = &item[method];
            reach(document, &operation["requestBody"], &mut sent);
            reach(document, &operation["parameters"], &mut sent);
            reach(document, &operation["responses"], &mut read);
        }
    }
    (sent, read)
}

/// Adds every schema component reachable from a node, through responses and request bodies too.
pub fn reach(document: &Value, node: &Value, found: &mut BTreeSet<String>) {
    match node {
        Value::Object(object) => {
            if let Some(reference) = node["$ref"].as_str() {
                let new = schema_name(node).is_none_or(|name| found.insert(name.to_owned()));
                if new && let Some(target) = document.pointer(reference.trim_start_matches('#')) {
                    reach(document, target, found);
                }
                return;
            }
            object.values().for_each(|child| reach(document, child, found));
        }
        Value::Array(items) => items.iter().for_each(|child| reach(document, child, found)),
        _ => {}
    }
}
