//! The table of words: what it makes of names, and each mistake in it with the line that names it.

use xtask::{codegen, view::View, words::Words};

use super::{mini_root, mini_spec, write};

/// What codegen says of the mini spec with this table.
#[track_caller]
fn said(name: &str, table: &str) -> String {
    let root = mini_root(name);
    write(&root, "openapi/words.yaml", table);
    match codegen::outputs(&root) {
        Ok(_) => String::new(),
        Err(error) => format!("{error:#}"),
    }
}

const MISTAKES: &[(&str, &str, &str)] = &[
    (
        "a row that names nothing",
        "types: {Tree: Forest}",
        "openapi/words.yaml: types.Tree: names nothing in the document; remove the row, or fix its name",
    ),
    (
        "a word that stands in no name",
        "words: {Tree: Forest}",
        "openapi/words.yaml: words.Tree: names nothing in the document; remove the row, or fix its name",
    ),
    (
        "a field that is not there",
        "fields: {Thing.colour: color}",
        "openapi/words.yaml: fields.Thing.colour: names nothing in the document; remove the row, or fix its name",
    ),
    (
        "a value that is not there",
        "values: {lost: Gone}",
        "openapi/words.yaml: values.lost: names nothing in the document; remove the row, or fix its name",
    ),
    (
        "two components with one name",
        "types: {Note: Thing}",
        "openapi/words.yaml: types.Thing: `Thing` is the name of Note too; give one of them a row in `types`",
    ),
    (
        "two fields with one name",
        "fields: {Thing.count: status}",
        "openapi/words.yaml: fields.Thing.status: `status` is the name of another field too; give it a row",
    ),
    (
        "two values with one name",
        "values: {in-progress: Active}",
        "ThingStatus: values `active` and `in-progress` get one name `Active`; give one of them a row in `values` of \
         openapi/words.yaml",
    ),
    (
        "an API noun in a type's name",
        "types: {Note: Checklist}",
        "openapi/words.yaml: types.Note: `Checklist` holds the API noun Checklist; add a row to `words` or `types`",
    ),
    (
        "an API noun in a field's name",
        "fields: {Thing.count: run_count}",
        "openapi/words.yaml: fields.Thing.count: `run_count` holds the API noun Run; add a row to `fields`",
    ),
    (
        "an API noun in a value's name",
        "values: {active: PrerunActive}",
        "openapi/words.yaml: values.ThingStatus.active: `PrerunActive` holds the API noun Prerun; add a row",
    ),
    (
        "a type in small letters",
        "types: {Note: remark}",
        "openapi/words.yaml: types.Note: `remark` is not a name in PascalCase; write one",
    ),
    (
        "a field in capitals",
        "fields: {Thing.count: Number}",
        "openapi/words.yaml: fields.Thing.count: `Number` is not a name in snake_case; write one",
    ),
    (
        "a map that is not known",
        "nouns: {Note: Remark}",
        "openapi/words.yaml: cannot be read: unknown field `nouns`",
    ),
    ("a row given twice", "types: {Note: Remark, Note: Memo}", "openapi/words.yaml: is not valid YAML: "),
];

#[test]
fn mistakes_in_the_table_are_named() {
    for (number, (name, table, line)) in MISTAKES.iter().enumerate() {
        let found = said(&format!("words_{number}"), table);
        assert!(
            found.lines().any(|one| one.trim_start_matches("error: ").starts_with(line)),
            "{name}: {found}"
        );
    }
}

#[test]
fn without_a_table_names_stay() {
    let spec = mini_spec();
    let mut view = View::of(&spec.document);
    let before = view.document.clone();
    view.app_words(&Words::default()).expect("nothing to say");
    // `Input` and `Query` go in any case.
    assert_eq!(view.rust_name("CreateThingInput"), "CreateThing");
    assert_eq!(view.rust_name("ListThingsQuery"), "ListThings");
    assert_eq!(view.rust_name("Thing"), "Thing");
    assert_eq!(view.document["components"]["schemas"]["Thing"], before["components"]["schemas"]["Thing"]);
}

#[test]
fn names_change_and_json_does_not() {
    let root = mini_root("words_names");
    let table = "{words: {Thing: Object, Things: Objects}, types: {Note: Remark}, fields: {Thing.owners: keepers, title: \
                 name}, values: {in-progress: UnderWay}}";
    write(&root, "openapi/words.yaml", table);
    let (outputs, _) = codegen::outputs(&root).expect("the table fits");
    let text =
        |path: &str| outputs.iter().find(|one| one.path.ends_with(path)).expect("an output").text.clone();
    let client = text("generated.rs");
    for expected in [
        "pub struct Object {",
        "pub struct CreateObject {",
        "#[doc(alias = \"CreateThingInput\")]",
        "pub keepers: ::std::option::Option<",
        "serde(rename = \"owners\")",
        "#[doc(alias = \"owners\")]",
        "pub fn name(",
    ] {
        assert!(client.contains(expected), "{expected} is not in the client");
    }
    assert!(text("enums.rs").contains("UnderWay = \"in-progress\","), "{}", text("enums.rs"));
    let names = text("names.rs");
    assert!(names.contains("pub type Thing = crate::types::Object;"), "{names}");
    assert!(!names.contains("pub use crate::types::Thing;"), "{names}");
}
