//! Schemas without a type: each says why, and their number is known, so that one more is a decision.

use serde_json::Value;
use xtask::spec::Spec;

const UNTYPED: usize = 40;

#[test]
fn every_untyped_schema_says_why_and_their_number_is_known() {
    let spec = Spec::load(&xtask::root().join("openapi")).expect("the spec");
    let mut reasons = Vec::new();
    collect(&spec.document, &mut reasons);
    for reason in &reasons {
        let cited = reason.contains(':') || reason.contains("evidence of the operation");
        assert!(cited, "`{reason}` names no source");
    }
    assert_eq!(reasons.len(), UNTYPED, "type the schema, or count it here: {reasons:#?}");
}

fn collect(node: &Value, reasons: &mut Vec<String>) {
    match node {
        Value::Object(object) => {
            if let Some(reason) = object.get("x-tallyfy-any") {
                reasons.push(reason.as_str().unwrap_or_default().to_owned());
            }
            object.values().for_each(|child| collect(child, reasons));
        }
        Value::Array(items) => items.iter().for_each(|child| collect(child, reasons)),
        _ => {}
    }
}
