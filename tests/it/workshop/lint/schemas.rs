//! Planted mistakes in schemas: types, keywords, enums, markers.

use super::{Case, check};

#[test]
fn mistakes_of_types_are_named() {
    TYPES.iter().for_each(check);
}

#[test]
fn mistakes_of_enums_are_named() {
    ENUMS.iter().for_each(check);
}

#[test]
fn mistakes_of_markers_are_named() {
    MARKERS.iter().for_each(check);
}

const TYPES: &[Case] = &[
    (
        "keys beside a reference",
        &[(
            "parts: {$ref: '#/components/schemas/IncludedThings'}",
            "parts: {$ref: '#/components/schemas/IncludedThings', nullable: true}",
        )],
        &["openapi/things.yaml: schemas/Thing.parts: has keys beside $ref, which tools drop; use `allOf: \
             [$ref]` or \
           move them"],
    ),
    (
        "a property called extra",
        &[("ratio: {type: number}", "extra: {type: number}")],
        &["openapi/things.yaml: schemas/Thing.extra: is called `extra`, the name under which unknown \
             fields are \
           kept; rename it"],
    ),
    (
        "a default",
        &[("starred: {type: boolean}", "starred: {type: boolean, default: false}")],
        &["openapi/things.yaml: schemas/Thing.starred: has a `default`, which clients would always send; \
             say it in \
           the description"],
    ),
    (
        "a description that ends at its comma",
        &[("starred: {type: boolean}", "starred: {type: boolean, description: Marked, by me.}")],
        &["openapi/things.yaml: schemas/Thing.starred: has nothing at `by me.`; text with a comma goes in \
             quotes"],
    ),
    (
        "a description that ends at its comma, in a list of a component",
        &[(
            "owners: {type: array, items: {type: integer}}",
            "owners: {type: array, items: {type: integer, description: Ids, of members.}}",
        )],
        &["openapi/things.yaml: schemas/CreateThingInput.owners: has nothing at `of members.`; text with a \
             comma goes in quotes"],
    ),
    (
        "a key without value",
        &[("starred: {type: boolean}", "starred: {type: boolean, description: }")],
        &[
            "openapi/things.yaml: schemas/Thing.starred: has nothing at `description`; text with a comma goes \
             in quotes",
        ],
    ),
    (
        "a property without schema",
        &[("starred: {type: boolean}", "starred:")],
        &[
            "openapi/things.yaml: schemas/Thing.starred: is empty; write its schema, or put the text before it \
             in quotes",
        ],
    ),
    (
        "null as an example",
        &[("starred: {type: boolean}", "starred: {type: boolean, nullable: true, example: null}")],
        &[],
    ),
    ("a property called default", &[("starred: {type: boolean}", "default: {type: boolean}")], &[]),
    (
        "a property without type",
        &[("starred: {type: boolean}", "starred: {description: A star.}")],
        &["openapi/things.yaml: schemas/Thing.starred: is untyped; say why and who says so in \
             `x-tallyfy-any`"],
    ),
    (
        "a property of which nothing is said",
        &[("starred: {type: boolean}", "starred: {}")],
        &["openapi/things.yaml: schemas/Thing.starred: is untyped; say why and who says so in \
             `x-tallyfy-any`"],
    ),
    (
        "an object of which nothing is said",
        &[("starred: {type: boolean}", "starred: {type: object}")],
        &["openapi/things.yaml: schemas/Thing.starred: is untyped; say why and who says so in \
             `x-tallyfy-any`"],
    ),
    (
        "rich text that is no text",
        &[("starred: {type: boolean}", "starred: {type: boolean, x-tallyfy-rich-text: true}")],
        &[
            "openapi/things.yaml: schemas/Thing.starred: `x-tallyfy-rich-text` marks a text; write `true`, on \
             `type: string`",
        ],
    ),
    (
        "an object of which nothing is said, with the reason",
        &[("starred: {type: boolean}", "starred: {type: object, x-tallyfy-any: 'keys unknown (go:thing)'}")],
        &[],
    ),
    (
        "a component without type",
        &[("x-tallyfy-any: 'no source shows a shape (go:export)'", "description: Anything.")],
        &["openapi/things.yaml: schemas/Unspecified: is untyped; say why and who says so in `x-tallyfy-any`"],
    ),
    (
        "a reason that says nothing",
        &[("x-tallyfy-any: 'no source shows a shape (go:export)'", "x-tallyfy-any: true")],
        &["openapi/things.yaml: schemas/Unspecified: `x-tallyfy-any` gives no reason; say why and who \
             says so"],
    ),
    (
        "a list of nothing",
        &[("starred: {type: boolean}", "starred: {type: array}")],
        &["openapi/things.yaml: schemas/Thing.starred: is a list of nothing; say what it holds in `items`"],
    ),
    (
        "a list of untyped things",
        &[("starred: {type: boolean}", "starred: {type: array, items: {}}")],
        &["openapi/things.yaml: schemas/Thing.starred: is untyped; say why and who says so in \
             `x-tallyfy-any`"],
    ),
    (
        "a map of anything",
        &[("starred: {type: boolean}", "starred: {type: object, additionalProperties: true}")],
        &["openapi/things.yaml: schemas/Thing.starred: `additionalProperties` is no schema; give it one \
             or leave it \
           out"],
    ),
    (
        "an inline object",
        &[("starred: {type: boolean}", "starred: {type: object, properties: {by: {type: string}}}")],
        &["openapi/things.yaml: schemas/Thing.starred: is or holds an inline object; make it a named \
             component"],
    ),
    (
        "a list of inline objects",
        &[(
            "starred: {type: boolean}",
            "starred: {type: array, items: {type: object, properties: {by: {type: string}}}}",
        )],
        &["openapi/things.yaml: schemas/Thing.starred: is or holds an inline object; make it a named \
             component"],
    ),
    (
        "a map of inline objects",
        &[(
            "starred: {type: boolean}",
            "starred: {type: object, additionalProperties: {type: object, properties: {by: {type: string}}}}",
        )],
        &["openapi/things.yaml: schemas/Thing.starred: is or holds an inline object; make it a named \
             component"],
    ),
    (
        "a mistake in a list of a map",
        &[(
            "starred: {type: boolean}",
            "starred: {type: object, additionalProperties: {type: array, items: {type: string, default: a}}}",
        )],
        &["openapi/things.yaml: schemas/Thing.starred: has a `default`, which clients would always send; \
             say it in \
           the description"],
    ),
    (
        "a required property that is not there",
        &[("required: [title, owners, label]", "required: [title, owner]")],
        &["openapi/things.yaml: schemas/CreateThingInput: requires `owner`, which is no property; mend \
             the name"],
    ),
    (
        "a date of answers in a request",
        &[("format: tallyfy-date-time", "format: date-time")],
        &["openapi/things.yaml: schemas/CreateThingInput.deadline: is `date-time` in a request; write \
           `tallyfy-date-time`, as it is sent"],
    ),
    (
        "a date of several forms in a request",
        &[("format: tallyfy-date-time", "format: tallyfy-any-date-time")],
        &[
            "openapi/things.yaml: schemas/CreateThingInput.deadline: is `tallyfy-any-date-time` in a request; \
           write `tallyfy-date-time`, as it is sent",
        ],
    ),
    (
        "a date of requests in an answer",
        &[("format: date-time, description", "format: tallyfy-date-time, description")],
        &["openapi/things.yaml: schemas/Thing.created_at: is `tallyfy-date-time` in an answer; write \
             `date-time`"],
    ),
    (
        "a format that nobody knows",
        &[("count: {type: integer, nullable: true", "count: {type: integer, format: int64, nullable: true")],
        &["openapi/things.yaml: schemas/Thing.count: format `int64` is not known; choose one of binary, \
             date, \
           date-time, email, tallyfy-any-date-time, tallyfy-date-time, uri"],
    ),
];

const ENUMS: &[Case] = &[
    (
        "an inline enum in a request",
        &[(
            "status: {type: string, x-tallyfy-ignored",
            "status: {type: string, enum: [active], x-tallyfy-ignored",
        )],
        &["openapi/things.yaml: schemas/CreateThingInput.status: has an inline enum; make it a named \
             component"],
    ),
    (
        "an inline open enum in an answer",
        &[("message: {type: string}", "message: {type: string, x-extensible-enum: [no]}")],
        &["openapi/things.yaml: schemas/ErrorResponse.message: has an inline enum; make it a named \
             component"],
    ),
    (
        "an enum that is open and closed",
        &[("enum: [active, in-progress]}", "enum: [active], x-extensible-enum: [active, in-progress]}")],
        &["openapi/things.yaml: schemas/ThingStatusFilter: has `enum` and `x-extensible-enum`; keep the \
             one that is \
           right"],
    ),
    (
        "an enum without type",
        &[("{type: string, description: States", "{description: States")],
        &[
            "openapi/things.yaml: schemas/ThingStatusFilter: is an enum but no `type: string`; write the \
             type",
            "openapi/things.yaml: schemas/ThingStatusFilter: is untyped; say why and who says so in \
             `x-tallyfy-any`",
        ],
    ),
    (
        "an enum of numbers",
        &[("{type: string, description: States", "{type: integer, description: States")],
        &["openapi/things.yaml: schemas/ThingStatusFilter: is an enum but no `type: string`; write the type"],
    ),
    (
        "a value without quotes",
        &[("enum: [active, in-progress]}", "enum: [active, 1, yes, true]}")],
        &[
            "openapi/things.yaml: schemas/ThingStatusFilter: value 1 is no text; put it in quotes",
            "openapi/things.yaml: schemas/ThingStatusFilter: value true is no text; put it in quotes",
        ],
    ),
    (
        "an enum without values",
        &[("enum: [active, in-progress]}", "enum: []}")],
        &["openapi/things.yaml: schemas/ThingStatusFilter: is an enum without values; list those that the \
             sources \
           name"],
    ),
    (
        "closed values that get one name",
        &[("enum: [active, in-progress]}", "enum: [active, ACTIVE]}")],
        &["openapi/things.yaml: schemas/ThingStatusFilter: values `active` and `ACTIVE` get one name \
             `Active`; \
           rename one in xtask enums.rs"],
    ),
    (
        "open values that get one name",
        &[(
            "x-extensible-enum: [active, in-progress, -odd]",
            "x-extensible-enum: [in-progress, in_progress]",
        )],
        &["openapi/things.yaml: schemas/ThingStatus: values `in-progress` and `in_progress` get one name \
           `InProgress`; rename one in xtask enums.rs"],
    ),
    (
        "a value twice",
        &[("enum: [active, in-progress]}", "enum: [active, active]}")],
        &["openapi/things.yaml: schemas/ThingStatusFilter: values `active` and `active` get one name \
             `Active`; \
           rename one in xtask enums.rs"],
    ),
    (
        "a variant called Unknown",
        &[("x-extensible-enum: [active, in-progress, -odd]", "x-extensible-enum: [active, UNKNOWN]")],
        &["openapi/things.yaml: schemas/ThingStatus: value `UNKNOWN` would be the variant `Unknown`; \
             leave it out, \
           it is kept all the same"],
    ),
];

const MARKERS: &[Case] = &[
    (
        "keys of something that is no map",
        &[(
            "tags: {type: array, items: {type: string}}\n        values",
            "tags: {type: array, items: {type: string}, \
           x-tallyfy-keys: form_field}\n        values",
        )],
        &[
            "openapi/things.yaml: schemas/CreateThingInput.tags: `x-tallyfy-keys` does not fit; it is `form_field`, on a map in a request",
        ],
    ),
    (
        "keys of an unknown kind",
        &[(
            "values: {type: object, additionalProperties: {$ref: '#/components/schemas/Unspecified'}}",
            "values: {type: object, additionalProperties: {$ref: '#/components/schemas/Unspecified'}, \
             x-tallyfy-keys: label}",
        )],
        &[
            "openapi/things.yaml: schemas/CreateThingInput.values: `x-tallyfy-keys` does not fit; it is `form_field`, on a map in a request",
        ],
    ),
    (
        "keys of a map in an answer",
        &[(
            "starred: {type: boolean}",
            "starred: {type: object, additionalProperties: {type: string}, \
           x-tallyfy-keys: form_field}",
        )],
        &[
            "openapi/things.yaml: schemas/Thing.starred: `x-tallyfy-keys` does not fit; it is `form_field`, on a map in a request",
        ],
    ),
    (
        "a property that must be kept and is not there",
        &[("description: A thing to make.", "description: A thing to make.\n      x-tallyfy-keep: [users]")],
        &[
            "openapi/things.yaml: schemas/CreateThingInput: `x-tallyfy-keep` does not fit; it lists optional properties of this request, which the service wipes when they are \
           absent",
        ],
    ),
    (
        "a property that must be kept although it is required",
        &[("description: A thing to make.", "description: A thing to make.\n      x-tallyfy-keep: [owners]")],
        &[
            "openapi/things.yaml: schemas/CreateThingInput: `x-tallyfy-keep` does not fit; it lists optional properties of this request, which the service wipes when they are \
           absent",
        ],
    ),
    (
        "a mark of keeping in an answer",
        &[("What every thing has.\n", "What every thing has.\n      x-tallyfy-keep: [title]\n")],
        &[
            "openapi/things.yaml: schemas/ThingBase: `x-tallyfy-keep` does not fit; it lists optional properties of this request, which the service wipes when they are \
           absent",
        ],
    ),
    (
        "an envelope of a third kind",
        &[("ThingItem: {x-tallyfy-envelope: item", "ThingItem: {x-tallyfy-envelope: pair")],
        &["openapi/things.yaml: schemas/ThingItem: `x-tallyfy-envelope` does not fit; it is `item` with \
             one thing in \
           `data`, or `list` with an array"],
    ),
    (
        "a list marked as an item",
        &[("x-tallyfy-envelope: list", "x-tallyfy-envelope: item")],
        &["openapi/things.yaml: schemas/ThingList: `x-tallyfy-envelope` does not fit; it is `item` with \
             one thing in \
           `data`, or `list` with an array"],
    ),
    (
        "an item marked as a list",
        &[("ThingItem: {x-tallyfy-envelope: item", "ThingItem: {x-tallyfy-envelope: list")],
        &["openapi/things.yaml: schemas/ThingItem: `x-tallyfy-envelope` does not fit; it is `item` with \
             one thing in \
           `data`, or `list` with an array"],
    ),
    (
        "an envelope around nothing",
        &[(
            "ThingItem: {x-tallyfy-envelope: item, type: object, required: [data], properties: {data:",
            "ThingItem: {x-tallyfy-envelope: item, type: object, properties: {thing:",
        )],
        &["openapi/things.yaml: schemas/ThingItem: `x-tallyfy-envelope` does not fit; it is `item` with \
             one thing in \
           `data`, or `list` with an array"],
    ),
    (
        "an include of many marked as one",
        &[("x-tallyfy-include: many", "x-tallyfy-include: one")],
        &["openapi/things.yaml: schemas/IncludedThings: `x-tallyfy-include` does not fit; it is `one` or \
             `many`, \
           with the bare form as the first branch of `anyOf`"],
    ),
    (
        "an include of one marked as many",
        &[("x-tallyfy-include: one", "x-tallyfy-include: many")],
        &["openapi/things.yaml: schemas/IncludedThing: `x-tallyfy-include` does not fit; it is `one` or \
             `many`, \
           with the bare form as the first branch of `anyOf`"],
    ),
    (
        "a map without values",
        &[(
            "        - {type: object, additionalProperties: {$ref: '#/components/schemas/Unspecified'}}\n",
            "",
        )],
        &["openapi/things.yaml: schemas/ValueMap: `x-tallyfy-map` does not fit; it is `true`, with the \
             map as the \
           first branch of `anyOf`"],
    ),
    (
        "a map that is none",
        &[("x-tallyfy-map: true", "x-tallyfy-map: false")],
        &["openapi/things.yaml: schemas/ValueMap: `x-tallyfy-map` does not fit; it is `true`, with the \
             map as the \
           first branch of `anyOf`"],
    ),
];
