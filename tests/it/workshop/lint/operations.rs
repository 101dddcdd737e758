//! Planted mistakes in operations: names, evidence, bodies, answers. Parameters are in `parameters.rs`.

use super::{Case, check};

#[test]
fn mistakes_of_identity_and_evidence_are_named() {
    IDENTITY.iter().for_each(check);
}

#[test]
fn marks_of_operations_stand_where_they_mean_something() {
    MARKS.iter().for_each(check);
}

#[test]
fn mistakes_of_bodies_and_answers_are_named() {
    CONTENT.iter().for_each(check);
}

const IDENTITY: &[Case] = &[
    (
        "no operationId",
        &[("      operationId: get_thing\n", "")],
        &["openapi/things.yaml: GET /organizations/{org}/things/{key}: needs an operationId in \
             snake_case: verb \
           and API noun, like list_runs"],
    ),
    (
        "an operationId in camelCase",
        &[("operationId: get_thing", "operationId: getThing")],
        &["openapi/things.yaml: getThing: needs an operationId in snake_case: verb and API noun, like \
             list_runs"],
    ),
    (
        "no tag",
        &[("get_thing\n      tags: [things]\n", "get_thing\n")],
        &["openapi/things.yaml: get_thing: needs exactly one tag, the resource's name"],
    ),
    (
        "two tags",
        &[("get_thing\n      tags: [things]", "get_thing\n      tags: [things, things]")],
        &["openapi/things.yaml: get_thing: needs exactly one tag, the resource's name"],
    ),
    (
        "a tag that the root does not know",
        &[("get_thing\n      tags: [things]", "get_thing\n      tags: [objects]")],
        &["openapi/things.yaml: get_thing: tag `objects` is not in root.yaml; add it there or use one \
             that is"],
    ),
    (
        "a fragment that is no resource",
        &[(
            "",
            "paths: {'/health': {get: {operationId: get_health, tags: [things], summary: Health, \
             x-tallyfy-fact: 'mini:health', x-tallyfy-evidence: ['docs:health'], x-tallyfy-confidence: high, \
             x-tallyfy-repeat: safe, x-tallyfy-ui-name: Health, responses: {'2XX': {description: Well.}}}}}",
        )],
        &["openapi/more.yaml: get_health: lies in a fragment that is named after no tag; move it to its \
             resource's"],
    ),
    (
        "no summary",
        &[("      summary: One thing\n", "")],
        &["openapi/things.yaml: get_thing: has no `summary`; every operation carries one"],
    ),
    (
        "no fact",
        &[("      x-tallyfy-fact: 'mini:get_thing'\n", "")],
        &["openapi/things.yaml: get_thing: has no `x-tallyfy-fact`; every operation carries one"],
    ),
    (
        "no UI name",
        &[("      x-tallyfy-ui-name: Export\n", "")],
        &["openapi/things.yaml: export_things: has no `x-tallyfy-ui-name`; every operation carries one"],
    ),
    (
        "an empty UI name",
        &[("x-tallyfy-ui-name: Export", "x-tallyfy-ui-name: ''")],
        &["openapi/things.yaml: export_things: has no `x-tallyfy-ui-name`; every operation carries one"],
    ),
    (
        "no evidence",
        &[("      x-tallyfy-evidence: ['docs:things/get']\n", "")],
        &["openapi/things.yaml: get_thing: has no `x-tallyfy-evidence`; list citations like \"docs:...\", \
             see \
           EVIDENCE.md"],
    ),
    (
        "an empty list of evidence",
        &[("x-tallyfy-evidence: ['docs:things/get']", "x-tallyfy-evidence: []")],
        &["openapi/things.yaml: get_thing: has no `x-tallyfy-evidence`; list citations like \"docs:...\", \
             see \
           EVIDENCE.md"],
    ),
    (
        "hearsay for evidence",
        &[("x-tallyfy-evidence: ['docs:things/get']", "x-tallyfy-evidence: ['somebody said so']")],
        &["openapi/things.yaml: get_thing: has no `x-tallyfy-evidence`; list citations like \"docs:...\", \
             see \
           EVIDENCE.md"],
    ),
    (
        "a source without a place in it",
        &[("x-tallyfy-evidence: ['docs:things/get']", "x-tallyfy-evidence: ['docs: ']")],
        &["openapi/things.yaml: get_thing: has no `x-tallyfy-evidence`; list citations like \"docs:...\", \
             see \
           EVIDENCE.md"],
    ),
    (
        "no confidence",
        &[("      x-tallyfy-confidence: medium\n", "")],
        &["openapi/things.yaml: get_thing: `x-tallyfy-confidence` must be one of high, medium, low"],
    ),
    (
        "a confidence of our own",
        &[("x-tallyfy-confidence: medium", "x-tallyfy-confidence: total")],
        &["openapi/things.yaml: get_thing: `x-tallyfy-confidence` must be one of high, medium, low"],
    ),
    (
        "no repeat class",
        &[("      x-tallyfy-repeat: reconcile\n", "")],
        &["openapi/things.yaml: create_thing: `x-tallyfy-repeat` must be one of safe, unsafe, reconcile"],
    ),
    (
        "a repeat class of our own",
        &[("x-tallyfy-repeat: reconcile", "x-tallyfy-repeat: idempotent")],
        &["openapi/things.yaml: create_thing: `x-tallyfy-repeat` must be one of safe, unsafe, reconcile"],
    ),
];

const MARKS: &[Case] = &[
    (
        "an optional answer of which nothing would be shown",
        &[("x-tallyfy-secret: true", "x-tallyfy-secret: true\n      x-tallyfy-answer: optional")],
        &[
            "openapi/things.yaml: create_token: `x-tallyfy-answer` does not fit; it is `optional`, on an operation whose \
           good answer shows something but may come empty",
        ],
    ),
    (
        "an answer of another kind",
        &[(
            "      x-tallyfy-repeat: reconcile",
            "      x-tallyfy-repeat: reconcile\n      x-tallyfy-answer: maybe",
        )],
        &[
            "openapi/things.yaml: create_thing: `x-tallyfy-answer` does not fit; it is `optional`, on an operation whose \
           good answer shows something but may come empty",
        ],
    ),
    (
        "a removal by POST",
        &[(
            "      x-tallyfy-repeat: reconcile",
            "      x-tallyfy-repeat: reconcile\n      x-tallyfy-removes: true",
        )],
        &[
            "openapi/things.yaml: create_thing: `x-tallyfy-removes` does not fit; it is `true`, on a DELETE after which \
           the object is gone",
        ],
    ),
    (
        "a cap that the service does not keep",
        &[(
            "      x-tallyfy-repeat: reconcile",
            "      x-tallyfy-repeat: reconcile\n      x-tallyfy-cap: things",
        )],
        &[
            "openapi/things.yaml: create_thing: `x-tallyfy-cap` does not fit; it is one of comments, guest_invitations, \
           on an operation that creates",
        ],
    ),
    (
        "a cap on a read",
        &[("x-tallyfy-confidence: medium", "x-tallyfy-confidence: medium\n      x-tallyfy-cap: comments")],
        &[
            "openapi/things.yaml: get_thing: `x-tallyfy-cap` does not fit; it is one of comments, guest_invitations, on \
           an operation that creates",
        ],
    ),
];

const CONTENT: &[Case] = &[
    (
        "two good answers",
        &[(
            "        '2XX': {description: Unknown shape.,",
            "        '204': {description: Empty.}\n        '2XX': {description: Unknown shape.,",
        )],
        &["openapi/things.yaml: export_things: needs exactly one good answer, written '2XX' (the service \
             drifts \
           between 200 and 201)"],
    ),
    (
        "no good answer",
        &[("        '2XX': {description: The token.}", "        '401': {description: The token.}")],
        &["openapi/things.yaml: create_token: needs exactly one good answer, written '2XX' (the service \
             drifts \
           between 200 and 201)"],
    ),
    (
        "a good answer with a single code",
        &[("        '2XX': {description: The token.}", "        '200': {description: The token.}")],
        &["openapi/things.yaml: create_token: needs exactly one good answer, written '2XX' (the service \
             drifts \
           between 200 and 201)"],
    ),
    (
        "an answer for everything else",
        &[("        '422': {$ref", "        default: {$ref")],
        &["openapi/things.yaml: create_thing.default: is no status; name those that the sources name, \
             like '404'"],
    ),
    (
        "a range of errors",
        &[("        '422': {$ref", "        4XX: {$ref")],
        &["openapi/things.yaml: create_thing.4XX: is no status; name those that the sources name, like \
             '404'"],
    ),
    (
        "an answer without description",
        &[("'2XX': {description: The token.}", "'2XX': {}")],
        &["openapi/things.yaml: create_token.2XX: has no `description`; a valid document needs one"],
    ),
    (
        "keys beside the reference to an answer",
        &[(
            "'422': {$ref: '#/components/responses/Unauthorized'}",
            "'422': {$ref: '#/components/responses/Unauthorized', description: Invalid.}",
        )],
        &["openapi/things.yaml: create_thing.422: has keys beside $ref, which tools drop; use `allOf: \
             [$ref]` or \
           move them"],
    ),
    (
        "two media types in an answer",
        &[(
            "'404': {description: No such thing., content: {",
            "'404': {description: No such thing., content: {text/plain: {schema: {type: string}}, ",
        )],
        &["openapi/things.yaml: get_thing.404: has several media types; keep one"],
    ),
    (
        "two media types in a shared answer",
        &[(
            "Unauthorized: {description: Not signed in., content: {",
            "Unauthorized: {description: Not signed in., content: {text/plain: {schema: {type: string}}, ",
        )],
        &["openapi/things.yaml: responses/Unauthorized: has several media types; keep one"],
    ),
    (
        "two media types in a body",
        &[(
            "requestBody: {required: true, content: {multipart/form-data: {",
            "requestBody: {required: true, content: {application/json: {schema: \
            {$ref: '#/components/schemas/UploadInput'}}, multipart/form-data: {",
        )],
        &["openapi/things.yaml: upload_file.body: has several media types; keep one"],
    ),
    (
        "two media types in a body with credentials",
        &[
            (
                "requestBody: {required: true, content: {multipart/form-data: {",
                "requestBody: {required: true, content: {application/json: {schema: \
                {$ref: '#/components/schemas/UploadInput'}}, multipart/form-data: {",
            ),
            ("operationId: upload_file\n", "operationId: upload_file\n      x-tallyfy-secret: true\n"),
        ],
        &[],
    ),
    (
        "two media types in a shared body",
        &[
            (
                "requestBody: {required: true, content: {multipart/form-data: {schema: {$ref: \
                 '#/components/schemas/UploadInput'}}}}",
                "requestBody: {$ref: '#/components/requestBodies/Upload'}",
            ),
            (
                "",
                "components: {requestBodies: {Upload: {content: {application/json: {schema: {$ref: \
                  '#/components/schemas/UploadInput'}}, multipart/form-data: {schema: {$ref: \
                  '#/components/schemas/UploadInput'}}}}}}",
            ),
        ],
        &["openapi/more.yaml: requestBodies/Upload: has several media types; keep one"],
    ),
    (
        "an answer without schema",
        &[(
            "'404': {description: No such thing., content: {application/json: {schema: {$ref: \
             '#/components/schemas/ErrorResponse'}}}}",
            "'404': {description: No such thing., content: {application/json: {}}}",
        )],
        &["openapi/things.yaml: get_thing.404: application/json has no schema; refer to one"],
    ),
    (
        "a body without a name",
        &[(
            "content: {multipart/form-data: {schema: {$ref: '#/components/schemas/UploadInput'}}}",
            "content: {multipart/form-data: {schema: {allOf: [{$ref: '#/components/schemas/UploadInput'}]}}}",
        )],
        &["openapi/things.yaml: upload_file.body: is no named component; make it one, like UploadFileInput"],
    ),
    (
        "an untyped answer",
        &[(
            "'404': {description: No such thing., content: {application/json: {schema: {$ref: \
             '#/components/schemas/ErrorResponse'}}}}",
            "'404': {description: No such thing., content: {application/json: {schema: {description: A \
             text.}}}}",
        )],
        &["openapi/things.yaml: get_thing.404: is untyped; say why and who says so in `x-tallyfy-any`"],
    ),
];
