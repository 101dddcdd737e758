//! Every rule of the spec, each with a planted mistake: one change to the valid mini spec, and the exact
//! lines that name what is wrong, where, and what to do. Here: merging.

use xtask::{lint, spec};

use super::{mini_with, real_spec};

mod document;
mod operations;
mod parameters;
mod schemas;
mod view;

/// What is planted: its name, changes to the text of the mini spec, the lines that it shall cause.
type Case = (&'static str, &'static [(&'static str, &'static str)], &'static [&'static str]);

/// What merging and linting say of a document, one problem a line.
fn said(edits: &[(&str, &str)]) -> Vec<String> {
    let lines = match spec::Spec::merge(&mini_with(edits)) {
        Ok(spec) => spec::lines(&lint::check(&spec)),
        Err(error) => error.to_string(),
    };
    lines.lines().map(str::to_owned).collect()
}

#[track_caller]
fn check((name, edits, lines): &Case) {
    assert_eq!(said(edits), *lines, "{name}");
}

#[test]
fn the_mini_spec_has_no_problem() {
    assert_eq!(said(&[]), [""; 0]);
}

#[test]
fn the_spec_has_no_problem() {
    assert_eq!(spec::lines(&lint::check(&real_spec())), "");
}

#[test]
fn mistakes_of_merging_are_named() {
    MERGING.iter().for_each(check);
}

#[test]
fn a_key_given_twice_is_refused() {
    let edits = [("", "components: {schemas: {A: {type: string}, A: {type: integer}}}")];
    let error = spec::Spec::merge(&mini_with(&edits)).err().expect("a key stands there twice");
    let text = format!("{error:#}");
    assert!(text.starts_with("openapi/more.yaml: is not valid YAML: "), "{text}");
    assert!(text.contains("duplicate entry with key \"A\""), "{text}");
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let error = spec::Spec::load("no/such/folder".as_ref()).err().expect("there is no such folder");
    assert_eq!(error.to_string(), "cannot read no/such/folder");
}

const MERGING: &[Case] = &[
    ("text that is no YAML", &[("", "paths: [")], &["openapi/more.yaml: is not valid YAML"]),
    (
        "a list for a fragment",
        &[("", "- paths")],
        &["openapi/more.yaml: is no YAML mapping; a fragment has `paths` and `components`"],
    ),
    (
        "a key that is a list",
        &[("", "components: {? [a] : b}")],
        &["openapi/more.yaml: has a key that is no text; put response codes and the like in quotes"],
    ),
    (
        "the title in a fragment",
        &[("", "info: {title: Mine}")],
        &["openapi/more.yaml: info: belongs in root.yaml; a fragment has `paths` and `components` only"],
    ),
    (
        "paths as a list",
        &[("", "paths: [/things]")],
        &["openapi/more.yaml: paths: is no mapping; write each name as a key, or leave it out"],
    ),
    (
        "schemas as a list",
        &[("", "components: {schemas: [Thing]}")],
        &["openapi/more.yaml: components/schemas: is no mapping; write each name as a key, or leave it out"],
    ),
    (
        "a kind of component that nothing reads",
        &[("", "components: {headers: {}}")],
        &["openapi/more.yaml: components/headers: is no kind of component we use; choose one of \
           parameters, schemas, responses, requestBodies, securitySchemes"],
    ),
    (
        "a component in two fragments",
        &[("", "components: {schemas: {Thing: {type: string}}}")],
        &["openapi/more.yaml: schemas/Thing: is defined in openapi/things.yaml too; keep one, or give it \
           another name"],
    ),
    (
        "a path in two fragments",
        &[("", "paths: {'/oauth/token': {}}")],
        &["openapi/more.yaml: /oauth/token: path is defined in openapi/things.yaml too; keep all methods \
             of a \
           path in one fragment"],
    ),
    (
        "an operationId twice in one path",
        &[("operationId: create_thing", "operationId: list_things")],
        &["openapi/things.yaml: /organizations/{org}/things: operationId `list_things` is used in \
           openapi/things.yaml too; give one of them another name"],
    ),
    (
        "an operationId in two fragments",
        &[("", "paths: {'/things': {get: {operationId: create_token}}}")],
        &["openapi/more.yaml: /things: operationId `create_token` is used in openapi/things.yaml too; \
             give one \
           of them another name"],
    ),
];
