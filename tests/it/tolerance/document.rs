//! Bodies made from the document: for each answer one that has every field, and the places in it with what stands there.
//! What is done to them is `mutations`.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use serde_json::{Map, Value, json};

/// What the document says of a place.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Text,
    /// A text of which the document knows the values.
    Word,
    Moment,
    Day,
    Integer,
    Number,
    Flag,
    List,
    Object,
    /// `{"data": ..}` around a whole answer, and the list in it.
    Frame,
    Page,
    /// Keys that people made.
    Map,
    /// Related objects that come when asked for, bare or wrapped; each form once.
    Include(Vec<Value>),
    /// Several forms, read by a type made for them; each form once.
    Forms(Vec<Value>),
    /// No type; each form once.
    Anything(Vec<Value>),
}

/// The key of a map that people made.
pub(super) const KEY: &str = "4a3f";

/// One place of a body.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) pointer: Vec<String>,
    pub(super) kind: Kind,
    /// Without it the object is none.
    pub(super) required: bool,
    /// It is an object that needs one of its fields.
    pub(super) needs: bool,
    /// It has no type, or stands in something that has none: it comes back as it is.
    pub(super) untyped: bool,
}

impl Place {
    /// The last key of its pointer.
    pub(super) fn key(&self) -> &str {
        self.pointer.last().map_or("", String::as_str)
    }

    pub(super) fn is_scalar(&self) -> bool {
        use Kind::{Day, Flag, Integer, Moment, Number, Text, Word};
        matches!(self.kind, Text | Word | Moment | Day | Integer | Number | Flag)
    }

    /// Its pointer as a note has it: keys that people made are not shown.
    pub(super) fn noted(&self) -> String {
        noted(&self.pointer)
    }

    /// In a list, or in a map that people made.
    pub(super) fn is_element(&self) -> bool {
        self.pointer.last().is_some_and(|key| key == "0" || key == KEY)
    }
}

fn noted(pointer: &[String]) -> String {
    pointer.iter().map(|key| format!("/{}", if key == KEY { "*" } else { key })).collect()
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pointer.iter().try_for_each(|key| write!(f, "/{key}"))
    }
}

/// An answer: its operation, a body with everything, and the places.
pub(super) struct Answer {
    pub(super) operation: String,
    pub(super) schema: String,
    pub(super) body: Value,
    pub(super) places: Vec<Place>,
}

impl Answer {
    /// The object that needs a place, as a note has it; `None` where that is the answer itself.
    pub(super) fn holder(&self, place: &Place) -> Option<String> {
        let holder = &place.pointer[..place.pointer.len() - 1];
        let is_frame = |place: &Place| place.pointer == holder && place.kind == Kind::Frame;
        let is_answer = holder.is_empty() || holder == ["data"] && self.places.iter().any(is_frame);
        (!is_answer).then(|| noted(holder))
    }
}

/// All operations that answer JSON with a schema.
pub(super) fn answers() -> Vec<Answer> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi/tallyfy.json");
    let document: Value =
        serde_json::from_str(&std::fs::read_to_string(file).expect("the document")).expect("JSON");
    let items = document["paths"].as_object().expect("paths").values();
    let nodes = items.flat_map(|item| item.as_object().expect("an item").values());
    nodes.filter_map(|node| answer(&document, node)).collect()
}

fn answer(document: &Value, node: &Value) -> Option<Answer> {
    let operation = node.get("operationId")?.as_str()?;
    let schema = &node["responses"]["2XX"]["content"]["application/json"]["schema"];
    let name = schema["$ref"].as_str()?.rsplit('/').next()?;
    let mut maker = Maker { document, seen: BTreeSet::new(), pointer: Vec::new(), places: Vec::new() };
    let body = maker.make(schema, true);
    let Maker { places, .. } = maker;
    Some(Answer { operation: operation.to_owned(), schema: name.to_owned(), body, places })
}

struct Maker<'a> {
    document: &'a Value,
    /// Components that were made whole; once is enough.
    seen: BTreeSet<&'a str>,
    pointer: Vec<String>,
    places: Vec<Place>,
}

impl<'a> Maker<'a> {
    fn make(&mut self, schema: &'a Value, required: bool) -> Value {
        let (schema, name) = self.resolve(schema);
        let at = self.places.len();
        let needs = schema["required"].as_array().is_some_and(|fields| !fields.is_empty());
        let place =
            Place { pointer: self.pointer.clone(), kind: Kind::Text, required, needs, untyped: false };
        self.places.push(place);
        let (value, kind) = self.made(schema, name);
        if matches!(kind, Kind::Anything(_)) {
            self.places[at..].iter_mut().for_each(|place| place.untyped = true);
        }
        self.places[at].kind = kind;
        value
    }

    fn made(&mut self, schema: &'a Value, name: Option<&'a str>) -> (Value, Kind) {
        if let Some(branches) = schema.get("anyOf").and_then(Value::as_array) {
            return self.branches(schema, branches);
        }
        let word = schema.get("x-extensible-enum").or(schema.get("enum"));
        if let Some(words) = word {
            return (words[0].clone(), Kind::Word);
        }
        match (schema["type"].as_str(), schema["format"].as_str()) {
            (Some("string"), Some("date-time")) => (json!("2026-05-15T16:30:00.000Z"), Kind::Moment),
            (Some("string"), Some("date")) => (json!("2026-05-15"), Kind::Day),
            (Some("string"), _) => (json!("Blue Fjord AS"), Kind::Text),
            (Some("integer"), _) => (json!(417), Kind::Integer),
            (Some("number"), _) => (json!(2.25), Kind::Number),
            (Some("boolean"), _) => (json!(true), Kind::Flag),
            (Some("array"), _) if schema["maxItems"] == 0 => (json!([]), Kind::List),
            (Some("array"), _) => (self.list(&schema["items"]), Kind::List),
            (Some("object"), _) if schema.get("x-tallyfy-envelope").is_some() => {
                (self.frame(schema), Kind::Frame)
            }
            (Some("object"), _) => match schema.get("properties").and_then(Value::as_object) {
                Some(properties) => (self.object(schema, properties, name), Kind::Object),
                None => (self.map(schema.get("additionalProperties")), Kind::Map),
            },
            _ => (json!({"any": [1, "a", null]}), Kind::Anything(vec![json!("a"), json!(1), json!([1])])),
        }
    }

    /// Whole wherever it stands; the list in it is no field like others.
    fn frame(&mut self, schema: &'a Value) -> Value {
        let properties = schema["properties"].as_object().expect("a frame has properties");
        let at = self.pointer.len();
        let mut object = Map::new();
        for (key, property) in properties {
            object.insert(key.clone(), self.inside(key, |it| it.make(property, false)));
        }
        let data = |place: &&mut Place| place.pointer.len() == at + 1 && place.pointer[at] == "data";
        if let Some(place) = self.places.iter_mut().rfind(data) {
            place.kind = if place.kind == Kind::List { Kind::Page } else { Kind::Frame };
        }
        Value::Object(object)
    }

    fn list(&mut self, items: &'a Value) -> Value {
        json!([self.inside("0", |it| it.make(items, false))])
    }

    fn map(&mut self, of: Option<&'a Value>) -> Value {
        let value = match of {
            Some(schema @ Value::Object(_)) => self.inside(KEY, |it| it.make(schema, false)),
            _ => json!("x"),
        };
        json!({KEY: value})
    }

    fn object(
        &mut self,
        schema: &'a Value,
        properties: &'a Map<String, Value>,
        name: Option<&'a str>,
    ) -> Value {
        let whole = name.is_none_or(|name| self.seen.insert(name));
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let mut object = Map::new();
        for (key, property) in properties {
            let is_required = required.contains(&&**key);
            if whole || is_required {
                object.insert(key.clone(), self.inside(key, |it| it.make(property, is_required)));
            }
        }
        Value::Object(object)
    }

    /// The first form is made with its places; the others are made for themselves.
    fn branches(&mut self, schema: &'a Value, branches: &'a [Value]) -> (Value, Kind) {
        let seen = self.seen.clone();
        let (first, first_name) = self.resolve(&branches[0]);
        let (value, _) = self.made(first, first_name);
        let mut forms = Vec::new();
        for branch in branches {
            let seen = seen.clone();
            let mut apart = Maker { document: self.document, seen, pointer: Vec::new(), places: Vec::new() };
            let form = apart.make(branch, false);
            // Members have numbers for ids, in text too.
            let is_member = schema["x-tallyfy-wire"] == "MemberRef";
            forms.push(if is_member && form.is_string() { json!("417") } else { form });
        }
        let kind = match schema {
            _ if schema.get("x-tallyfy-include").is_some() => Kind::Include(forms),
            _ if schema.get("x-tallyfy-map").is_some() => Kind::Map,
            _ if is_free_form(&forms) => Kind::Map,
            _ if schema.get("x-tallyfy-any").is_some() => Kind::Anything(forms),
            _ => Kind::Forms(forms),
        };
        (value, kind)
    }

    fn inside(&mut self, key: &str, make: impl FnOnce(&mut Self) -> Value) -> Value {
        self.pointer.push(key.to_owned());
        let value = make(self);
        self.pointer.pop();
        value
    }

    /// Follows references; of an `allOf` the first part says what there is.
    fn resolve(&self, mut schema: &'a Value) -> (&'a Value, Option<&'a str>) {
        let mut name = None;
        loop {
            if let Some(reference) = schema["$ref"].as_str() {
                schema = self.document.pointer(&reference[1..]).expect("a component");
                name = reference.rsplit('/').next();
            } else if let Some(part) = schema["allOf"].get(0) {
                schema = part;
            } else {
                return (schema, name);
            }
        }
    }
}

/// An object with whatever keys, or PHP's empty list in its place.
fn is_free_form(forms: &[Value]) -> bool {
    forms.iter().all(|form| form.is_object() || *form == json!([])) && forms.contains(&json!([]))
}
