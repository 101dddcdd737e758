//! Every rule of the spec, each with a planted mistake: one change to the valid mini spec, and the exact lines that
//! name what is wrong, where, and what to do. Here: merging, and rules for the whole document.

use xtask::{lint, spec};

use super::{mini_with, real_spec};

mod operations;
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
fn mistakes_of_the_document_are_named() {
    DOCUMENT.iter().for_each(check);
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
    (
        "text that is no YAML",
        &[("", "paths: [")],
        &["openapi/more.yaml: is not valid YAML"],
    ),
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
        &["openapi/more.yaml: /oauth/token: path is defined in openapi/things.yaml too; keep all methods of a \
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
        &["openapi/more.yaml: /things: operationId `create_token` is used in openapi/things.yaml too; give one \
           of them another name"],
    ),
];

const DOCUMENT: &[Case] = &[
    (
        "a tag without description",
        &[("description: Things., x-tallyfy-ui-name", "x-tallyfy-ui-name")],
        &["openapi/root.yaml: tags/things: has no `description`; every tag carries one"],
    ),
    (
        "a tag without UI name",
        &[("description: Things., x-tallyfy-ui-name: Things", "description: Things.")],
        &["openapi/root.yaml: tags/things: has no `x-tallyfy-ui-name`; every tag carries one"],
    ),
    (
        "a tag that no operation carries",
        &[("tags: [{name: things,", "tags: [{name: spares, description: S., x-tallyfy-ui-name: S}, {name: things,")],
        &["openapi/root.yaml: tags/spares: is used by no operation; remove it"],
    ),
    (
        "a misspelled method",
        &[("    get:\n      operationId: get_thing", "    gett:\n      operationId: get_thing")],
        &[
            "openapi/things.yaml: /organizations/{org}/things/{key}: `gett` is no method that we read; choose one \
             of get, post, put, patch, delete",
            "openapi/things.yaml: /organizations/{org}/things/{key}: has no operation; write one, or remove the \
             path",
        ],
    ),
    (
        "a path without operations",
        &[("", "paths: {'/health': {}}")],
        &["openapi/more.yaml: /health: has no operation; write one, or remove the path"],
    ),
    (
        "two names for one path parameter",
        &[
            (
                "/{key}/export:\n    parameters: [{$ref: '#/components/parameters/org'}, \
                 {$ref: '#/components/parameters/key'}]",
                "/{tag}/export:\n    parameters: [{$ref: '#/components/parameters/org'}, \
                 {$ref: '#/components/parameters/tag'}]",
            ),
            ("", "components: {parameters: {tag: {name: tag, in: path, required: true, schema: {type: string}}}}"),
        ],
        &["openapi/things.yaml: /organizations/{org}/things/{tag}/export: calls {tag} what \
           /organizations/{org}/things/{key} calls {key}; use one of the two"],
    ),
    (
        "a reference to nothing, in a component",
        &[("status: {$ref: '#/components/schemas/ThingStatus'}", "status: {$ref: '#/components/schemas/State'}")],
        &[
            "openapi/things.yaml: schemas/Thing: $ref #/components/schemas/State points to nothing; define it or \
             mend the name",
            "openapi/things.yaml: schemas/ThingStatus: is used nowhere; remove it",
        ],
    ),
    (
        "a reference to nothing, in a path",
        &[("'422': {$ref: '#/components/responses/Unauthorized'}", "'422': {$ref: '#/components/responses/Invalid'}")],
        &[
            "openapi/things.yaml: /organizations/{org}/things: $ref #/components/responses/Invalid points to \
             nothing; define it or mend the name",
            "openapi/things.yaml: create_thing.422: has no `description`; a valid document needs one",
        ],
    ),
    (
        "a reference into a component",
        &[(
            "status: {$ref: '#/components/schemas/ThingStatus'}",
            "status: {$ref: '#/components/schemas/ThingStatus'}, \
             name: {$ref: '#/components/schemas/ThingBase/properties/title'}",
        )],
        &["openapi/things.yaml: schemas/Thing: $ref #/components/schemas/ThingBase/properties/title points to \
           nothing; define it or mend the name"],
    ),
    (
        "a reference to another file",
        &[("status: {$ref: '#/components/schemas/ThingStatus'}", "status: {$ref: 'shared.yaml#/ThingStatus'}")],
        &[
            "openapi/things.yaml: schemas/Thing: $ref shared.yaml#/ThingStatus points to nothing; define it or \
             mend the name",
            "openapi/things.yaml: schemas/ThingStatus: is used nowhere; remove it",
        ],
    ),
    (
        "a component that nothing uses",
        &[("", "components: {schemas: {Spare: {type: string}}}")],
        &["openapi/more.yaml: schemas/Spare: is used nowhere; remove it"],
    ),
    (
        "components that use each other only",
        &[(
            "",
            "components: {schemas: {Egg: {type: array, items: {$ref: '#/components/schemas/Hen'}}, \
             Hen: {type: array, items: {$ref: '#/components/schemas/Egg'}}}}",
        )],
        &[
            "openapi/more.yaml: schemas/Egg: is used nowhere; remove it",
            "openapi/more.yaml: schemas/Hen: is used nowhere; remove it",
        ],
    ),
    (
        "a component that nothing uses, on purpose",
        &[("", "components: {schemas: {Spare: {type: string, x-tallyfy-unreferenced: sent by webhooks}}}")],
        &[],
    ),
    (
        "a response that nothing uses",
        &[("", "components: {responses: {Gone: {description: Gone.}}}")],
        &["openapi/more.yaml: responses/Gone: is used nowhere; remove it"],
    ),
    (
        "a misspelled extension of an operation",
        &[("      x-tallyfy-secret: true", "      x-tallyfy-secrets: true")],
        &["openapi/things.yaml: /oauth/token: `x-tallyfy-secrets` is no extension of ours; mend the name or remove it"],
    ),
    (
        "a misspelled extension of a property",
        &[("x-tallyfy-ignored: true", "x-ignored: true")],
        &["openapi/things.yaml: schemas/CreateThingInput: `x-ignored` is no extension of ours; mend the name or \
           remove it"],
    ),
    (
        "a property whose name looks like an extension",
        &[("starred: {type: boolean}", "x-starred: {type: boolean}")],
        &[],
    ),
    (
        "one schema both ways",
        &[("content: {application/json: {schema: {$ref: '#/components/schemas/CreateThingInput'}}}",
           "content: {application/json: {schema: {$ref: '#/components/schemas/UserDetails'}}}"),
          ("    CreateThingInput:\n", "    CreateThingInput:\n      x-tallyfy-unreferenced: kept for the test\n")],
        &["openapi/things.yaml: schemas/UserDetails: is used in requests and in answers; make a second component \
           (`...Input`) for requests"],
    ),
    (
        "a merged schema both ways",
        &[("values: {type: object, additionalProperties: {$ref: '#/components/schemas/Unspecified'}}\n        \
            status: {type: string, x-tallyfy-ignored",
           "values: {type: object, additionalProperties: {$ref: '#/components/schemas/Thing'}}\n        \
            status: {type: string, x-tallyfy-ignored")],
        &[
            "openapi/things.yaml: schemas/Thing.created_at: is `date-time` in a request; write \
             `tallyfy-date-time`, as it is sent",
            "openapi/things.yaml: schemas/Thing: is used in requests and in answers; make a second component \
             (`...Input`) for requests",
            "openapi/things.yaml: schemas/ThingBase: is used in requests and in answers; make a second component \
             (`...Input`) for requests",
            "openapi/things.yaml: schemas/UserDetails: is used in requests and in answers; make a second component \
             (`...Input`) for requests",
        ],
    ),
    (
        "a closed enum in an answer",
        &[("x-extensible-enum: [active, in-progress, -odd]", "enum: [active, in-progress, -odd]")],
        &["openapi/things.yaml: schemas/ThingStatus: is a closed enum in an answer, where a new value would break \
           reading; use `x-extensible-enum`"],
    ),
];
