//! JSON Schemas of the hand-written wire types, behind the feature `schemars`: what each of them reads. Not here: enums,
//! whose macros bring their own, and whatever derives it.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{
    CommaList, CountryRef, Date, GroupRef, GuestRef, Id, Item, List, ListMeta, MemberRef, Nullable,
    OneOrMany, Progress, SearchFilter, Timestamp,
};

macro_rules! plain {
    ($($type:ident: $schema:tt)+) => {$(
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )+};
}

plain! {
    Timestamp: {"type": "string", "format": "date-time"}
    Date: {"type": "string", "format": "date"}
    Id: {"anyOf": [{"type": "string"}, {"type": "integer"}]}
    MemberRef: {"anyOf": [
        {"type": "integer"},
        {"type": "string"},
        {
            "type": "object",
            "properties": {
                "id": {"type": "integer"},
                "user_id": {"type": "integer"},
                "full_name": {"type": ["string", "null"]},
                "email": {"type": ["string", "null"]},
                "profile_pic": {"type": ["string", "null"]},
            },
        },
    ]}
    GroupRef: {"anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "properties": {
                "id": {"type": "string"},
                "group_id": {"type": "string"},
                "name": {"type": ["string", "null"]},
            },
        },
    ]}
    GuestRef: {"anyOf": [
        {"type": "string"},
        {"type": "object", "required": ["email"], "properties": {"email": {"type": "string"}}},
    ]}
    CountryRef: {"anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "properties": {
                "id": {"type": "integer"},
                "name": {"type": ["string", "null"]},
                "phone_code": {"type": ["string", "null"]},
                "iso2": {"type": ["string", "null"]},
            },
        },
    ]}
    Progress: {"anyOf": [
        {
            "type": "object",
            "properties": {
                "complete": {"type": ["integer", "null"]},
                "total": {"type": ["integer", "null"]},
                "percent": {"type": ["number", "null"]},
            },
        },
        {"type": "number"},
    ]}
}

/// Flattened into its query, so it is an object with the one key `filter`.
impl JsonSchema for SearchFilter {
    fn schema_name() -> Cow<'static, str> {
        "SearchFilter".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "required": ["filter"],
            "properties": {"filter": {
                "anyOf": [{"type": "object"}, {"type": "array", "minItems": 2}],
                "description": "One condition, as {type: field, field: title, operation: =, value: Foo}, or a list that \
                                begins with {type: boolean, value: AND} (or OR); lists may stand in lists.",
            }},
        })
    }
}

impl<T: JsonSchema> JsonSchema for CommaList<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("CommaListOf{}", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "description": "Values with commas between them."})
    }
}

impl<T: JsonSchema> JsonSchema for OneOrMany<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("OneOrManyOf{}", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({"anyOf": [one, {"type": "array", "items": one}]})
    }
}

/// As an option: who leaves the key out keeps, who says null clears.
impl<T: JsonSchema> JsonSchema for Nullable<T> {
    fn schema_name() -> Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        Option::<T>::schema_id()
    }

    fn inline_schema() -> bool {
        Option::<T>::inline_schema()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Option::<T>::json_schema(generator)
    }
}

impl<T: JsonSchema> JsonSchema for Item<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("ItemOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let data = generator.subschema_for::<T>();
        json_schema!({
            "type": "object",
            "required": ["data"],
            "properties": {"data": data, "meta": {"type": ["object", "null"]}},
            "additionalProperties": true,
        })
    }
}

impl<T: JsonSchema> JsonSchema for List<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("ListOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (row, meta) = (generator.subschema_for::<T>(), generator.subschema_for::<Option<ListMeta>>());
        json_schema!({
            "type": "object",
            "required": ["data"],
            "properties": {"data": {"type": "array", "items": row}, "meta": meta},
            "additionalProperties": true,
        })
    }
}
