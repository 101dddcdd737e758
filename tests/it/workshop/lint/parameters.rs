//! Planted mistakes in parameters of paths and queries.

use super::{Case, check};

#[test]
fn mistakes_of_parameters_are_named() {
    PARAMETERS.iter().for_each(check);
}

const PARAMETERS: &[Case] = &[
    (
        "another spelling of a path parameter",
        &[
            (
                "things/{key}:\n    parameters: [{$ref: '#/components/parameters/org'}, {$ref: \
                 '#/components/parameters/key'}]",
                "things/{thing_id}:\n    parameters: [{$ref: '#/components/parameters/org'}, {$ref: \
                 '#/components/parameters/thing_id'}]",
            ),
            (
                "things/{key}/export:\n    parameters: [{$ref: '#/components/parameters/org'}, {$ref: \
                 '#/components/parameters/key'}]",
                "things/{thing_id}/export:\n    parameters: [{$ref: '#/components/parameters/org'}, {$ref: \
                 '#/components/parameters/thing_id'}]",
            ),
            ("    key: {name: key,", "    thing_id: {name: thing_id,"),
        ],
        &[
            "openapi/things.yaml: export_things: path parameter {thing_id} is no spelling we use; choose \
             one of org, checklist, step, capture, prerun, automated_action, run, task, user, guest, group, \
             tag, folder, file, thread, activity, watcher, tag_association, folder_object, custom_field_key, \
             key, email",
            "openapi/things.yaml: get_thing: path parameter {thing_id} is no spelling we use; choose \
             one of org, checklist, step, capture, prerun, automated_action, run, task, user, guest, group, \
             tag, folder, file, thread, activity, watcher, tag_association, folder_object, custom_field_key, \
             key, email",
        ],
    ),
    (
        "a path parameter that is not given",
        &[(
            "things/{key}:\n    parameters: [{$ref: '#/components/parameters/org'}, {$ref: \
             '#/components/parameters/key'}]",
            "things/{key}:\n    parameters: [{$ref: '#/components/parameters/org'}]",
        )],
        &["openapi/things.yaml: get_thing: {key} is in the path but not in `parameters`; add a $ref to it"],
    ),
    (
        "a path parameter that is not in the path",
        &[(
            "/file:\n    parameters: [{$ref: '#/components/parameters/org'}]",
            "/file:\n    parameters: [{$ref: '#/components/parameters/org'}, {$ref: \
             '#/components/parameters/key'}]",
        )],
        &["openapi/things.yaml: upload_file: path parameter `key` is given but not in the path; remove it"],
    ),
    (
        "a path parameter written out",
        &[(
            "/file:\n    parameters: [{$ref: '#/components/parameters/org'}]",
            "/file:\n    parameters: [{name: org, in: path, required: true, schema: {type: string}}]",
        )],
        &["openapi/things.yaml: upload_file.org: is written out; refer to `#/components/parameters/org` \
             at the path"],
    ),
    (
        "an optional path parameter",
        &[("key: {name: key, in: path, required: true,", "key: {name: key, in: path,")],
        &["openapi/things.yaml: parameters/key: needs `required: true`, as all in paths"],
    ),
    (
        "a parameter twice",
        &[("{name: on, in: query, schema", "{name: q, in: query, schema")],
        &["openapi/things.yaml: list_things: parameter \"q\" in \"query\" is given twice; keep one"],
    ),
    (
        "two spellings of one parameter",
        &[(
            "x-tallyfy-ui-name: Export\n",
            "x-tallyfy-ui-name: Export\n      parameters: [{name: filterType, in: query, schema: {type: \
             string}}]\n",
        )],
        &["openapi/things.yaml: export_things: parameter `filterType` is spelled `filter[type]` in \
             list_things; use \
           one spelling"],
    ),
    (
        "a header parameter",
        &[("{name: on, in: query, schema", "{name: X-Day, in: header, schema")],
        &["openapi/things.yaml: list_things.X-Day: goes in `header`; only path and query are read, the \
             pipeline sets \
           headers"],
    ),
    (
        "a parameter without schema",
        &[("{name: on, in: query, schema: {type: string, format: date}}", "{name: on, in: query}")],
        &["openapi/things.yaml: list_things.on: has no schema; give it one"],
    ),
    (
        "a list that would be sent as several pairs",
        &[("{name: owners, in: query, style: form, explode: false,", "{name: owners, in: query,")],
        &["openapi/things.yaml: list_things.owners: is a list; write `style: form, explode: false`, lists \
             are sent \
           with commas"],
    ),
    (
        "a parameter of a confidence of our own",
        &[("in: query, x-tallyfy-confidence: low", "in: query, x-tallyfy-confidence: none")],
        &["openapi/things.yaml: list_things.limit: `x-tallyfy-confidence` must be one of high, medium, low"],
    ),
    (
        "an enum in a parameter",
        &[(
            "{name: on, in: query, schema: {type: string, format: date}}",
            "{name: on, in: query, schema: {type: string, enum: [today]}}",
        )],
        &["openapi/things.yaml: list_things.on: has an inline enum; make it a named component"],
    ),
    (
        "an enum in the list of a parameter",
        &[(
            "schema: {type: array, items: {type: integer}}",
            "schema: {type: array, items: {type: string, enum: [me]}}",
        )],
        &["openapi/things.yaml: list_things.owners: has an inline enum; make it a named component"],
    ),
    (
        "a default in a parameter",
        &[(
            "in: query, x-tallyfy-confidence: low, schema: {type: integer}",
            "in: query, x-tallyfy-confidence: low, schema: {type: integer, default: 10}",
        )],
        &["openapi/things.yaml: list_things.limit: has a `default`, which clients would always send; say \
             it in the \
           description"],
    ),
    (
        "an answer's date format in a query",
        &[("{type: string, format: date}", "{type: string, format: date-time}")],
        &["openapi/things.yaml: list_things.on: is `date-time` in a request; write `tallyfy-date-time`, \
             as it is sent"],
    ),
    (
        "keys beside the reference to a parameter",
        &[(
            "/file:\n    parameters: [{$ref: '#/components/parameters/org'}]",
            "/file:\n    parameters: [{$ref: '#/components/parameters/org', description: Whose.}]",
        )],
        &["openapi/things.yaml: upload_file: has keys beside $ref, which tools drop; use `allOf: [$ref]` \
             or move them"],
    ),
];
