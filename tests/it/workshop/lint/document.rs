//! Planted mistakes that concern the whole document: tags, paths, references, directions, extensions.

use super::{Case, check};

#[test]
fn mistakes_of_the_document_are_named() {
    DOCUMENT.iter().for_each(check);
}

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
        &[(
            "tags: [{name: things,",
            "tags: [{name: spares, description: S., x-tallyfy-ui-name: S}, {name: things,",
        )],
        &["openapi/root.yaml: tags/spares: is used by no operation; remove it"],
    ),
    (
        "a misspelled method",
        &[("    get:\n      operationId: get_thing", "    gett:\n      operationId: get_thing")],
        &[
            "openapi/things.yaml: /organizations/{org}/things/{key}: `gett` is no method that we read; \
             choose one \
             of get, post, put, patch, delete",
            "openapi/things.yaml: /organizations/{org}/things/{key}: has no operation; write one, or remove \
             the \
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
            (
                "",
                "components: {parameters: {tag: {name: tag, in: path, required: true, schema: {type: \
                 string}}}}",
            ),
        ],
        &["openapi/things.yaml: /organizations/{org}/things/{tag}/export: calls {tag} what \
           /organizations/{org}/things/{key} calls {key}; use one of the two"],
    ),
    (
        "a reference to nothing, in a component",
        &[(
            "status: {$ref: '#/components/schemas/ThingStatus'}",
            "status: {$ref: '#/components/schemas/State'}",
        )],
        &[
            "openapi/things.yaml: schemas/Thing: $ref #/components/schemas/State points to nothing; define \
             it or \
             mend the name",
            "openapi/things.yaml: schemas/ThingStatus: is used nowhere; remove it",
        ],
    ),
    (
        "a reference to nothing, in a path",
        &[(
            "'422': {$ref: '#/components/responses/Unauthorized'}",
            "'422': {$ref: '#/components/responses/Invalid'}",
        )],
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
            "status: {$ref: '#/components/schemas/ThingStatus'}\n            name: {$ref: \
             '#/components/schemas/ThingBase/properties/title'}",
        )],
        &["openapi/things.yaml: schemas/Thing: $ref #/components/schemas/ThingBase/properties/title \
             points to \
           nothing; define it or mend the name"],
    ),
    (
        "a reference to another file",
        &[(
            "status: {$ref: '#/components/schemas/ThingStatus'}",
            "status: {$ref: 'shared.yaml#/ThingStatus'}",
        )],
        &[
            "openapi/things.yaml: schemas/Thing: $ref shared.yaml#/ThingStatus points to nothing; define it \
             or \
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
        &["openapi/things.yaml: /oauth/token: `x-tallyfy-secrets` is no extension of ours; mend the name \
             or remove it"],
    ),
    (
        "a misspelled extension of a property",
        &[("x-tallyfy-ignored: true", "x-ignored: true")],
        &["openapi/things.yaml: schemas/CreateThingInput: `x-ignored` is no extension of ours; mend the \
             name or \
           remove it"],
    ),
    (
        "a property whose name looks like an extension",
        &[("starred: {type: boolean}", "x-starred: {type: boolean}")],
        &[],
    ),
    (
        "one schema both ways",
        &[
            (
                "content: {application/json: {schema: {$ref: '#/components/schemas/CreateThingInput'}}}",
                "content: {application/json: {schema: {$ref: '#/components/schemas/UserDetails'}}}",
            ),
            (
                "    CreateThingInput:\n",
                "    CreateThingInput:\n      x-tallyfy-unreferenced: kept for the test\n",
            ),
        ],
        &["openapi/things.yaml: schemas/UserDetails: is used in requests and in answers; make a second \
             component \
           (`...Input`) for requests"],
    ),
    (
        "a merged schema both ways",
        &[(
            "values: {type: object, additionalProperties: {$ref: \
             '#/components/schemas/Unspecified'}}\n        \
            status: {type: string, x-tallyfy-ignored",
            "values: {type: object, additionalProperties: {$ref: '#/components/schemas/Thing'}}\n        \
            status: {type: string, x-tallyfy-ignored",
        )],
        &[
            "openapi/things.yaml: schemas/Note: is used in requests and in answers; make a second component \
             (`...Input`) for requests",
            "openapi/things.yaml: schemas/Thing: is used in requests and in answers; make a second component \
             (`...Input`) for requests",
            "openapi/things.yaml: schemas/Thing.created_at: is `date-time` in a request; write \
             `tallyfy-date-time`, as it is sent",
            "openapi/things.yaml: schemas/ThingBase: is used in requests and in answers; make a second \
             component \
             (`...Input`) for requests",
            "openapi/things.yaml: schemas/UserDetails: is used in requests and in answers; make a second \
             component \
             (`...Input`) for requests",
        ],
    ),
    (
        "a closed enum in an answer",
        &[("x-extensible-enum: [active, in-progress, -odd]", "enum: [active, in-progress, -odd]")],
        &["openapi/things.yaml: schemas/ThingStatus: is a closed enum in an answer, where a new value \
             would break \
           reading; use `x-extensible-enum`"],
    ),
];
