//! The codegen view: each rule by what it changes in the mini spec, and nothing changes but by the rules.

use std::collections::BTreeSet;

use insta::assert_snapshot;
use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};
use xtask::{
    spec::Spec,
    view::{RULES, View},
};

use super::{mini_spec, mini_with, real_spec, schemas, snapshot};

/// Everything a view holds, as lines of pretty JSON. Commas go: whether a line is the last one is no change.
fn written(view: &View) -> String {
    let boxed: Vec<String> = view.boxed.iter().map(|(name, property)| format!("{name}.{property}")).collect();
    let nullable: Vec<String> =
        view.nullable.iter().map(|(name, property)| format!("{name}.{property}")).collect();
    let all = json!({
        "document": view.document, "replacements": view.replacements, "boxed": boxed, "nullable": nullable,
        "left_out": view.left_out, "queries": view.queries,
    });
    let text = serde_json::to_string_pretty(&all).expect("a view can be written");
    text.lines().map(|line| format!("{}\n", line.trim_end_matches(','))).collect()
}

#[test]
fn each_rule_does_what_its_snapshot_shows() {
    let mut view = View::start(&mini_spec().document);
    for rule in &RULES {
        let before = written(&view);
        view.apply(rule);
        let changes = changes(&before, &written(&view));
        assert_ne!(changes, "", "{} changes nothing in the mini spec", rule.name);
        snapshot(Some(rule.name), || {
            assert_snapshot!("workshop_view", format!("{}\n\n{changes}", rule.why));
        });
    }
}

/// Changed lines; each group stands below the keys that lead to its first line, and keeps its indentation.
/// Lines of brackets alone say nothing.
fn changes(before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let (mut text, mut depth) = (String::new(), None);
    for change in TextDiff::from_lines(before, after).iter_all_changes() {
        let (sign, lines, at) = match (change.tag(), change.old_index(), change.new_index()) {
            (ChangeTag::Delete, Some(at), _) => ('-', &old, at),
            (ChangeTag::Insert, _, Some(at)) => ('+', &new, at),
            _ => {
                depth = None;
                continue;
            }
        };
        let line = lines[at].trim_start();
        if line.chars().all(|c| "{}[]".contains(c)) {
            continue;
        }
        let indent = lines[at].len() - line.len();
        if depth.is_none_or(|depth| indent < depth) {
            text += &format!("{}\n", keys(lines, at).join(" > "));
            depth = Some(indent);
        }
        text += &format!("  {sign} {:width$}{line}\n", "", width = indent - depth.unwrap_or(indent));
    }
    text
}

/// The keys of the objects around a line of pretty JSON.
fn keys(lines: &[&str], at: usize) -> Vec<String> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut depth = indent(lines[at]);
    let mut found = Vec::new();
    for line in lines[..at].iter().rev() {
        if indent(line) < depth {
            depth = indent(line);
            if let Some((key, _)) = line.trim().split_once("\": ") {
                found.push(key.trim_start_matches('"').to_owned());
            }
        }
    }
    if found.is_empty() {
        found.push("view".into());
    }
    found.reverse();
    found
}

/// The fold of the rules, then components that nothing reaches any more taken away: this and nothing else.
#[test]
fn the_view_of_the_spec_is_the_fold_of_the_rules() {
    let published = real_spec().document;
    let mut folded = View::start(&published);
    RULES.iter().for_each(|rule| folded.apply(rule));
    let view = View::of(&published);

    let mut expected = folded.document.clone();
    expected.as_object_mut().expect("is an object").shift_remove("security");
    let components = expected["components"].as_object_mut().expect("is an object");
    for kind in ["responses", "requestBodies", "securitySchemes"] {
        components.shift_remove(kind);
    }
    let reached = reached(&folded.document);
    let kept = components["schemas"].as_object_mut().expect("is an object");
    kept.retain(|name, _| reached.contains(name));
    assert!(expected == view.document, "something else than the rules made the view");

    assert_eq!(view.left_out, folded.left_out);
    assert_eq!(view.queries, folded.queries);
    assert_eq!(view.boxed, folded.boxed);
    assert_eq!(view.nullable, folded.nullable);
    let in_lists: String = folded
        .replacements
        .iter()
        .filter(|(name, _)| reached.contains(*name))
        .map(|(_, rust)| rust.as_str())
        .collect();
    let dropped = folded.replacements.iter().filter(|(name, _)| !view.replacements.contains_key(*name));
    for (name, rust) in dropped {
        assert!(!reached.contains(name), "{name} is used, but nothing stands for it");
        assert!(!in_lists.contains(&format!("<{rust}>")), "{name} is used in a comma list");
    }
    let enums = view.replacements.iter().filter(|(_, rust)| rust.starts_with("crate::enums::"));
    for (name, rust) in enums {
        assert!(reached.contains(name) || in_lists.contains(&format!("<{rust}>")), "{name} is not used");
    }
    assert!(view.replacements.iter().all(|(name, rust)| folded.replacements.get(name) == Some(rust)));
}

#[test]
fn enums_are_kept_for_operations_of_the_client_alone() {
    let grant = "password: {type: string}, grant: {$ref: '#/components/schemas/GrantInput'}";
    let edits = [
        ("password: {type: string}", grant),
        ("", "components: {schemas: {GrantInput: {type: string, enum: [password]}}}"),
    ];
    let spec = Spec::merge(&mini_with(&edits)).expect("the change merges");
    let view = View::of(&spec.document);
    let enums: Vec<(&str, &str)> = view
        .replacements
        .iter()
        .filter(|(_, rust)| rust.starts_with("crate::enums::"))
        .map(|(name, rust)| (name.as_str(), rust.as_str()))
        .collect();
    // The filter stands in a comma list alone; the grant belongs to an operation that people write by hand.
    let expected = [
        ("ThingStatus", "crate::enums::ThingStatus"),
        ("ThingStatusFilter", "crate::enums::ThingStatusFilter"),
    ];
    assert_eq!(enums, expected);
}

/// Names of schemas that the paths mention, and that those mention in turn: by text, not by the code under
/// test.
fn reached(document: &Value) -> BTreeSet<String> {
    let mentioned = |node: &Value| -> Vec<String> {
        let text = node.to_string();
        let parts = text.split("\"#/components/schemas/").skip(1);
        parts.filter_map(|part| part.split_once('"').map(|(name, _)| name.to_owned())).collect()
    };
    let mut found = BTreeSet::new();
    let mut open = mentioned(&document["paths"]);
    while let Some(name) = open.pop() {
        if found.insert(name.clone()) {
            open.extend(mentioned(&document["components"]["schemas"][&name]));
        }
    }
    found
}

#[test]
fn rules_have_names_and_reasons_of_their_own() {
    let names: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(names.len(), RULES.len(), "a name stands for one rule and one snapshot");
    assert!(RULES.iter().all(|rule| !rule.why.is_empty()));
}

/// The generator is given types of ours by name; a component without one must still be a schema of the view.
#[test]
fn every_name_that_the_view_mentions_is_there() {
    let view = View::of(&real_spec().document);
    let known: BTreeSet<&String> = schemas(&view.document).map(|(name, _)| name).collect();
    let missing: Vec<String> =
        reached(&view.document).into_iter().filter(|name| !known.contains(name)).collect();
    assert_eq!(missing, [""; 0]);
}
