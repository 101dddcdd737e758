//! Lint rules for one schema: what it must say of itself, and what generators bend without a word.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Lint;
use crate::names::variant;

/// The formats that the view, the limits or a reader know.
const FORMATS: [&str; 7] =
    ["binary", "date", "date-time", "email", "tallyfy-any-date-time", "tallyfy-date-time", "uri"];

/// Where a schema stands, and which way it travels.
pub(super) struct Place<'a> {
    /// Path or `kind/Name`: decides the file.
    pub owner: &'a str,
    /// As messages show it.
    pub shown: String,
    /// Part of a request.
    pub sent: bool,
    /// Part of an answer.
    pub read: bool,
}

impl<'a> Place<'a> {
    pub(super) fn sent(owner: &'a str, shown: &str) -> Self {
        Self { owner, shown: shown.into(), sent: true, read: false }
    }

    pub(super) fn read(owner: &'a str, shown: &str) -> Self {
        Self { owner, shown: shown.into(), sent: false, read: true }
    }

    fn property(&self, name: &str) -> Self {
        Self { shown: format!("{}.{name}", self.shown), ..*self }
    }
}

impl Lint<'_> {
    pub(super) fn wrong_at(&mut self, place: &Place<'_>, message: impl Into<String>) {
        self.wrong_in(place.owner, &place.shown, message);
    }

    /// A component: here alone enums and markers may stand.
    pub(super) fn named_schema(&mut self, place: &Place<'_>, node: &Value) {
        self.values(place, node);
        self.markers(place, node);
        self.keep(place, node);
        self.body_of_schema(place, node);
    }

    /// A schema inside something else.
    pub(super) fn schema(&mut self, place: &Place<'_>, node: &Value) {
        if node.get("enum").is_some() || node.get("x-extensible-enum").is_some() {
            self.wrong_at(place, "has an inline enum; make it a named component");
        }
        self.body_of_schema(place, node);
    }

    pub(super) fn siblings(&mut self, place: &Place<'_>, node: &Value) {
        if node.as_object().is_some_and(|object| object.contains_key("$ref") && object.len() > 1) {
            self.wrong_at(place, "has keys beside $ref, which tools drop; use `allOf: [$ref]` or move them");
        }
    }

    fn body_of_schema(&mut self, place: &Place<'_>, node: &Value) {
        let Some(object) = node.as_object() else { return };
        for (key, _) in object.iter().filter(|(key, value)| value.is_null() && *key != "example") {
            self.wrong_at(place, format!("has nothing at `{key}`; text with a comma goes in quotes"));
        }
        if node.get("$ref").is_some() {
            return self.siblings(place, node);
        }
        self.typed(place, node);
        self.keywords(place, node);
        for (name, property) in node["properties"].as_object().into_iter().flatten() {
            let here = place.property(name);
            if name == "extra" {
                self.wrong_at(
                    &here,
                    "is called `extra`, the name under which unknown fields are kept; rename it",
                );
            }
            if property.is_null() {
                self.wrong_at(&here, "is empty; write its schema, or put the text before it in quotes");
            }
            self.inline_object(&here, property);
            self.keys(&here, property);
            self.schema(&here, property);
        }
        for key in ["allOf", "anyOf", "oneOf"] {
            for part in node[key].as_array().into_iter().flatten() {
                self.schema(place, part);
            }
        }
        for key in ["items", "additionalProperties"] {
            // An empty list holds nothing that could have a type.
            if node[key].is_object() && node["maxItems"] != 0 {
                self.inline_object(place, &node[key]);
                self.schema(place, &node[key]);
            }
        }
    }

    fn inline_object(&mut self, place: &Place<'_>, node: &Value) {
        if node["properties"].is_object() {
            self.wrong_at(place, "is or holds an inline object; make it a named component");
        }
    }

    /// Everything has a type, or says why not.
    fn typed(&mut self, place: &Place<'_>, node: &Value) {
        let shaped = ["type", "allOf", "anyOf", "oneOf"].iter().any(|key| node.get(key).is_some());
        let bare_object = node["type"] == "object"
            && node.get("properties").is_none()
            && node.get("additionalProperties").is_none();
        match node.get("x-tallyfy-any") {
            Some(reason) if reason.as_str().is_none_or(str::is_empty) => {
                self.wrong_at(place, "`x-tallyfy-any` gives no reason; say why and who says so");
            }
            None if !shaped || bare_object => {
                self.wrong_at(place, "is untyped; say why and who says so in `x-tallyfy-any`");
            }
            _ => {}
        }
        if node["type"] == "array" && node.get("items").is_none() {
            self.wrong_at(place, "is a list of nothing; say what it holds in `items`");
        }
        if node["additionalProperties"].is_boolean() {
            self.wrong_at(place, "`additionalProperties` is no schema; give it one or leave it out");
        }
    }

    fn keywords(&mut self, place: &Place<'_>, node: &Value) {
        if node.get("default").is_some() {
            self.wrong_at(
                place,
                "has a `default`, which clients would always send; say it in the description",
            );
        }
        match node["format"].as_str() {
            Some(format) if !FORMATS.contains(&format) => self.wrong_at(
                place,
                format!("format `{format}` is not known; choose one of {}", FORMATS.join(", ")),
            ),
            Some(format @ ("date-time" | "tallyfy-any-date-time")) if place.sent => {
                let text = format!("is `{format}` in a request; write `tallyfy-date-time`, as it is sent");
                self.wrong_at(place, text);
            }
            Some("tallyfy-date-time") if place.read => {
                self.wrong_at(place, "is `tallyfy-date-time` in an answer; write `date-time`");
            }
            _ => {}
        }
        let rich = &node["x-tallyfy-rich-text"];
        if !rich.is_null() && (*rich != true || node["type"] != "string") {
            self.wrong_at(place, "`x-tallyfy-rich-text` marks a text; write `true`, on `type: string`");
        }
        let properties = node["properties"].as_object();
        for name in node["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            // With `allOf` the property may stand in another part.
            if properties.is_some_and(|all| !all.contains_key(name)) && node.get("allOf").is_none() {
                self.wrong_at(place, format!("requires `{name}`, which is no property; mend the name"));
            }
        }
    }

    /// The values of an enum become variants of a Rust enum.
    fn values(&mut self, place: &Place<'_>, node: &Value) {
        let (closed, open) = (node.get("enum"), node.get("x-extensible-enum"));
        if closed.is_some() && open.is_some() {
            self.wrong_at(place, "has `enum` and `x-extensible-enum`; keep the one that is right");
        }
        let Some(values) = closed.or(open) else { return };
        if node["type"] != "string" {
            self.wrong_at(place, "is an enum but no `type: string`; write the type");
        }
        let values = values.as_array().map_or(&[][..], Vec::as_slice);
        if values.is_empty() {
            self.wrong_at(place, "is an enum without values; list those that the sources name");
        }
        let mut variants = BTreeMap::new();
        for value in values {
            let Some(value) = value.as_str() else {
                self.wrong_at(place, format!("value {value} is no text; put it in quotes"));
                continue;
            };
            let bare: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
            if bare.eq_ignore_ascii_case("unknown") {
                self.wrong_at(
                    place,
                    format!(
                        "value `{value}` would be the variant `Unknown`; leave it out, it is kept all \
                    the same"
                    ),
                );
            }
            let name = variant(value);
            if let Some(first) = variants.insert(name.clone(), value) {
                self.wrong_at(
                    place,
                    format!(
                        "values `{first}` and `{value}` get one name `{name}`; rename one in xtask enums.rs"
                    ),
                );
            }
        }
    }

    /// What keys of a map must be is checked before a request is sent, so elsewhere the mark would do nothing.
    fn keys(&mut self, place: &Place<'_>, node: &Value) {
        if node.get("x-tallyfy-keys").is_some()
            && !(node["x-tallyfy-keys"] == "form_field"
                && node["additionalProperties"].is_object()
                && place.sent)
        {
            self.wrong_at(place, "`x-tallyfy-keys` does not fit; it is `form_field`, on a map in a request");
        }
    }

    /// A list that the service empties when a request leaves it out. Required ones cannot be left out.
    fn keep(&mut self, place: &Place<'_>, node: &Value) {
        let Some(mark) = node.get("x-tallyfy-keep") else { return };
        let is_required = |name: &Value| node["required"].as_array().is_some_and(|all| all.contains(name));
        let fits = mark.as_array().is_some_and(|names| {
            !names.is_empty()
                && names.iter().all(|name| {
                    name.as_str().is_some_and(|text| node["properties"][text].is_object())
                        && !is_required(name)
                })
        });
        if !fits || !place.sent {
            self.wrong_at(
                place,
                "`x-tallyfy-keep` does not fit; it lists optional properties of this request, which the service wipes \
                 when they are absent",
            );
        }
    }

    /// A marker on another shape would bend the client without a word.
    fn markers(&mut self, place: &Place<'_>, node: &Value) {
        let data = &node["properties"]["data"];
        let bare = &node["anyOf"][0];
        let list = |node: &Value| node["type"] == "array";
        let marks = [
            (
                "x-tallyfy-envelope",
                match node["x-tallyfy-envelope"].as_str() {
                    Some("item") => data.is_object() && !list(data),
                    Some("list") => list(data),
                    _ => false,
                },
                "`item` with one thing in `data`, or `list` with an array",
            ),
            (
                "x-tallyfy-include",
                match node["x-tallyfy-include"].as_str() {
                    Some("one") => bare.is_object() && !list(bare),
                    Some("many") => list(bare),
                    _ => false,
                },
                "`one` or `many`, with the bare form as the first branch of `anyOf`",
            ),
            (
                "x-tallyfy-map",
                node["x-tallyfy-map"] == true && bare["additionalProperties"].is_object(),
                "`true`, with the map as the first branch of `anyOf`",
            ),
        ];
        for (key, right, wanted) in marks {
            if node.get(key).is_some() && !right {
                self.wrong_at(place, format!("`{key}` does not fit; it is {wanted}"));
            }
        }
    }
}
