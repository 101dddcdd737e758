//! What the generator would panic on or silently bend, planted in the mini spec and found in its codegen
//! view.

use xtask::{spec::Spec, view::View};

use super::super::{mini_spec, mini_with, real_spec};

#[test]
fn the_views_of_both_specs_have_no_problem() {
    assert_eq!(View::of(&mini_spec().document).problems(), [""; 0]);
    assert_eq!(View::of(&real_spec().document).problems(), [""; 0]);
}

#[track_caller]
fn check(find: &str, put: &str, problem: &str) {
    let spec = Spec::merge(&mini_with(&[(find, put)])).expect("the change merges");
    assert_eq!(View::of(&spec.document).problems(), [problem], "{put}");
}

#[test]
fn what_the_generator_cannot_take_is_named() {
    let flag = "starred: {type: boolean}";
    check(
        flag,
        "starred: {anyOf: [{type: string}, {type: integer}]}",
        "Thing.starred: `anyOf` is left in the view; mark the schema (see view rules)",
    );
    check(
        flag,
        "starred: {type: array, items: {oneOf: [{type: string}, {type: integer}]}}",
        "Thing.starred: `oneOf` is left in the view; mark the schema (see view rules)",
    );
    check(
        flag,
        "starred: {type: object, additionalProperties: {not: {type: string}}}",
        "Thing.starred: `not` is left in the view; mark the schema (see view rules)",
    );
    check(
        "status: {$ref: '#/components/schemas/ThingStatus'}",
        "status: {allOf: [{$ref: '#/components/schemas/ThingStatus'}, {type: string}]}",
        "Thing.status: `allOf` is left in the view; mark the schema (see view rules)",
    );
    check(
        flag,
        "starred: {type: string, enum: [a, b]}",
        "Thing.starred: `enum` is left in the view; mark the schema (see view rules)",
    );
    check(
        "x-tallyfy-wire: UserRef, anyOf",
        "anyOf",
        "UserRef: `anyOf` is left in the view; mark the schema (see view rules)",
    );
    check(
        flag,
        "starred: {type: object, properties: {by: {type: string}}}",
        "Thing.starred: inline object; make it a named component",
    );
}

#[test]
fn an_answer_without_name_is_named() {
    check(
        "'2XX': {description: Things., content: {application/json: {schema: {$ref: \
         '#/components/schemas/ThingList'}}}}",
        "'2XX': {description: Things., content: {application/json: {schema: {type: array, items: {type: \
         string}}}}}",
        "list_things: answer is no named component; make it one",
    );
}

#[test]
fn two_properties_that_would_be_one_field_are_named() {
    check(
        "starred: {type: boolean}",
        "is_open: {type: boolean}\n            isOpen: {type: boolean}",
        "Thing: `is_open` and `isOpen` would be one Rust field; leave one out",
    );
    check(
        "{name: q, in: query,",
        "{name: filter_type, in: query,",
        "ListThingsQuery: `filter_type` and `filter[type]` would be one Rust field; leave one out",
    );
}

/// Before any rule everything is still there: the rules, not the mini spec, make the view plain.
#[test]
fn a_document_to_which_no_rule_was_applied_is_full_of_problems() {
    let problems = View::start(&mini_spec().document).problems();
    for expected in [
        "CreateThingInput.deadline: `pattern` is left in the view; mark the schema (see view rules)",
        "CreateThingInput.deadline: `format` is left in the view; mark the schema (see view rules)",
        "IncludedThing: `anyOf` is left in the view; mark the schema (see view rules)",
        "Thing: `allOf` is left in the view; mark the schema (see view rules)",
        "ThingStatusFilter: `enum` is left in the view; mark the schema (see view rules)",
    ] {
        assert!(problems.iter().any(|problem| problem == expected), "{expected} is not among {problems:#?}");
    }
}
