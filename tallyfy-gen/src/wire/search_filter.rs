//! [`SearchFilter`], the conditions of a search, which travel as one bracketed query parameter each. Not here: which
//! fields a kind of object can be searched by; the service says so when it refuses one.

use std::fmt;

use serde::ser::{Error as _, SerializeMap as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value};

use super::closed_enum;

closed_enum! {
    /// How a field is compared with a value.
    pub enum SearchOperation {
        Equal = "=", NotEqual = "<>", Less = "<", Greater = ">", AtMost = "<=", AtLeast = ">=",
    }
}

/// What a search must also fulfil: one condition, or a group of them, which may hold groups.
///
/// For templates and processes the fields are `starter`, `date`, `title` and `description`, for tasks `starter` and
/// `title` (processes_tasks:search). An empty group has no written form: serialising it fails, and nothing is sent.
///
/// ```
/// use tallyfy_gen::wire::{SearchFilter, SearchOperation};
///
/// let mine = SearchFilter::equal("starter", 1001);
/// let recent = SearchFilter::compare("date", SearchOperation::AtLeast, "2026-09-01");
/// let either = SearchFilter::any([mine, recent]);
/// assert_eq!(either.to_string(), "(starter = 1001 OR date >= 2026-09-01)");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchFilter(Node);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    Condition { field: String, operation: Option<SearchOperation>, value: String },
    Group { join: &'static str, children: Vec<SearchFilter> },
}

impl SearchFilter {
    /// The field equals the value.
    pub fn equal(field: impl Into<String>, value: impl fmt::Display) -> Self {
        Self(Node::Condition { field: field.into(), operation: None, value: value.to_string() })
    }

    /// The field stands to the value as the operation says.
    pub fn compare(field: impl Into<String>, operation: SearchOperation, value: impl fmt::Display) -> Self {
        let operation = Some(operation);
        Self(Node::Condition { field: field.into(), operation, value: value.to_string() })
    }

    /// All of these hold.
    pub fn all(filters: impl IntoIterator<Item = Self>) -> Self {
        Self(Node::Group { join: "AND", children: filters.into_iter().collect() })
    }

    /// At least one of these holds.
    pub fn any(filters: impl IntoIterator<Item = Self>) -> Self {
        Self(Node::Group { join: "OR", children: filters.into_iter().collect() })
    }

    /// Keys and values below a prefix. A list needs the joining entry first: without it the service takes the first
    /// condition alone (py:searches.encode_search_filter).
    fn write(&self, prefix: &str, pairs: &mut Vec<(String, String)>) -> Result<(), &'static str> {
        let mut push = |key: &str, value: &str| pairs.push((format!("{prefix}{key}"), value.to_owned()));
        match &self.0 {
            Node::Condition { field, operation, value } => {
                push("[type]", "field");
                push("[field]", field);
                if let Some(operation) = operation {
                    push("[operation]", operation.as_str());
                }
                push("[value]", value);
            }
            Node::Group { children, .. } if children.is_empty() => {
                return Err("a group of search conditions needs at least one");
            }
            Node::Group { join, children } => {
                push("[0][type]", "boolean");
                push("[0][value]", join);
                for (place, child) in (1..).zip(children) {
                    child.write(&format!("{prefix}[{place}]"), pairs)?;
                }
            }
        }
        Ok(())
    }

    /// Reads the structure that the brackets stand for.
    fn read(value: &Value) -> Result<Self, String> {
        match value {
            Value::Object(map) => Self::read_condition(map),
            Value::Array(list) => {
                let (join, children) = list.split_first().ok_or("a list of search conditions is empty")?;
                if join["type"] != "boolean" {
                    return Err("a list of search conditions begins with {type: boolean, value: AND}".into());
                }
                let children: Vec<Self> = children.iter().map(Self::read).collect::<Result<_, _>>()?;
                match join["value"].as_str() {
                    _ if children.is_empty() => Err("a group of search conditions needs at least one".into()),
                    Some("AND") => Ok(Self::all(children)),
                    Some("OR") => Ok(Self::any(children)),
                    _ => Err("search conditions are joined by AND or OR".into()),
                }
            }
            _ => Err("a search filter is a condition or a list of them, never a text".into()),
        }
    }

    fn read_condition(map: &Map<String, Value>) -> Result<Self, String> {
        if let Some(key) =
            map.keys().find(|key| !["type", "field", "operation", "value"].contains(&key.as_str()))
        {
            return Err(format!("a search condition has no key {key}"));
        }
        if map.get("type").is_some_and(|kind| kind != "field") {
            return Err("a search condition has the type field".into());
        }
        let text = |key: &str| match map.get(key) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(Value::Number(number)) => Ok(number.to_string()),
            _ => Err(format!("a search condition needs a {key}")),
        };
        let (field, value) = (text("field")?, text("value")?);
        Ok(match map.get("operation") {
            None | Some(Value::Null) => Self::equal(field, value),
            Some(Value::String(word)) if word == "!=" => {
                Self::compare(field, SearchOperation::NotEqual, value)
            }
            Some(Value::String(word)) => {
                Self::compare(field, word.parse().map_err(|error| format!("{error}"))?, value)
            }
            Some(_) => return Err("the operation of a search condition is a text".into()),
        })
    }
}

/// For people, with parentheses around groups.
impl fmt::Display for SearchFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Node::Condition { field, operation, value } => {
                write!(f, "{field} {} {value}", operation.unwrap_or(SearchOperation::Equal))
            }
            Node::Group { join, children } => {
                let texts: Vec<String> = children.iter().map(Self::to_string).collect();
                write!(f, "({})", texts.join(&format!(" {join} ")))
            }
        }
    }
}

/// Written flat, as keys of the query: the field that holds it is flattened.
impl Serialize for SearchFilter {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut pairs = Vec::new();
        self.write("filter", &mut pairs).map_err(S::Error::custom)?;
        let mut map = s.serialize_map(Some(pairs.len()))?;
        for (key, value) in &pairs {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

/// Read from `filter`, as a condition or a list, as those write it who know the document alone.
impl<'de> Deserialize<'de> for SearchFilter {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_struct("SearchFilter", &["filter"], Reader)
    }
}

struct Reader;

impl<'de> de::Visitor<'de> for Reader {
    type Value = SearchFilter;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`filter` with a condition or a list of them")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<SearchFilter, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<String>()? {
            let value: Value = map.next_value()?;
            if key == "filter" {
                found = Some(SearchFilter::read(&value).map_err(de::Error::custom)?);
            }
        }
        found.ok_or_else(|| de::Error::missing_field("filter"))
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::{SearchFilter, SearchOperation};

    fn one() -> SearchFilter {
        SearchFilter::compare("title", SearchOperation::NotEqual, "Foo Bar")
    }

    /// As a query holds it.
    #[derive(Serialize)]
    struct Query {
        #[serde(flatten)]
        filter: Option<SearchFilter>,
        search: &'static str,
    }

    #[test]
    fn conditions_and_groups_are_written_in_brackets() {
        let nested = SearchFilter::any([
            SearchFilter::equal("title", "Foo"),
            SearchFilter::all([one(), SearchFilter::equal("starter", 7)]),
        ]);
        let cases = [
            (None, "search=x"),
            (
                Some(SearchFilter::equal("title", "Foo")),
                "filter[type]=field&filter[field]=title&filter[value]=Foo&search=x",
            ),
            (
                Some(one()),
                "filter[type]=field&filter[field]=title&filter[operation]=<>&filter[value]=Foo Bar&search=x",
            ),
            (
                Some(nested),
                "filter[0][type]=boolean&filter[0][value]=OR\
                 &filter[1][type]=field&filter[1][field]=title&filter[1][value]=Foo\
                 &filter[2][0][type]=boolean&filter[2][0][value]=AND\
                 &filter[2][1][type]=field&filter[2][1][field]=title&filter[2][1][operation]=<>&filter[2][1][value]=Foo Bar\
                 &filter[2][2][type]=field&filter[2][2][field]=starter&filter[2][2][value]=7&search=x",
            ),
        ];
        for (filter, expected) in cases {
            let written = serde_json::to_value(Query { filter, search: "x" }).expect("a map");
            let pairs = written.as_object().expect("a map").iter();
            let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            let mut pairs: Vec<String> = pairs.map(|(key, value)| format!("{key}={}", text(value))).collect();
            pairs.sort_unstable();
            let mut expected: Vec<&str> = expected.split('&').collect();
            expected.sort_unstable();
            assert_eq!(pairs, expected);
        }
    }

    #[test]
    fn a_group_without_conditions_is_not_written() {
        for filter in [SearchFilter::all([]), SearchFilter::any([one(), SearchFilter::all([])])] {
            let error = serde_json::to_value(&filter).expect_err("an empty group").to_string();
            assert_eq!(error, "a group of search conditions needs at least one");
        }
    }

    #[test]
    fn a_filter_is_read_as_the_document_draws_it() {
        let drawn = serde_json::json!({ "filter": [
            { "type": "boolean", "value": "OR" },
            { "field": "title", "value": "Foo" },
            [{ "type": "boolean", "value": "AND" }, { "type": "field", "field": "starter", "operation": "!=", "value": 7 }],
        ]});
        let read: SearchFilter = serde_json::from_value(drawn).expect("a filter");
        assert_eq!(read.to_string(), "(title = Foo OR (starter <> 7))");
        for (wrong, words) in [
            (serde_json::json!({ "filter": "title=Foo" }), "never a text"),
            (serde_json::json!({ "filter": [{ "field": "title", "value": "Foo" }] }), "begins with"),
            (serde_json::json!({ "filter": [{ "type": "boolean", "value": "OR" }] }), "at least one"),
            (
                serde_json::json!({ "filter": [{ "type": "boolean", "value": "XOR" }, { "field": "a", "value": 1 }] }),
                "AND or OR",
            ),
            (
                serde_json::json!({ "filter": { "field": "title", "operator": "<", "value": 1 } }),
                "no key operator",
            ),
            (
                serde_json::json!({ "filter": { "field": "title", "operation": "~", "value": 1 } }),
                "allowed: =, <>",
            ),
            (serde_json::json!({ "filter": { "field": "title" } }), "needs a value"),
        ] {
            let error = serde_json::from_value::<SearchFilter>(wrong).expect_err("no filter").to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
