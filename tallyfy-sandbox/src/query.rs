//! The query string, as the service reads it.
//!
//! Not here: paging (`answer`), what a parameter means (`routes`).

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// Decoded pairs in the order sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a raw query string. A `+` stays a plus sign: the service does not read it as a space
    /// (py:tests/test_search_filter_encoding).
    pub fn parse(raw: &str) -> Self {
        let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let pair = |part: &str| {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            (decode(key), decode(value))
        };
        Self(raw.split('&').filter(|part| !part.is_empty()).map(pair).collect())
    }

    /// All pairs.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// The last value of a key, as PHP keeps it; empty text counts as absent.
    pub fn get(&self, key: &str) -> Option<&str> {
        let found = self.0.iter().rev().find(|(name, _)| name == key);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// What stands under a key in brackets, as PHP reads `filter[1][field]=title`: maps, in the order of arrival.
    pub fn nested(&self, key: &str) -> Option<Value> {
        let mut tree = Value::Null;
        for (name, value) in &self.0 {
            let inner = name.strip_prefix(key).and_then(|rest| rest.strip_prefix('[')?.strip_suffix(']'));
            let path: Vec<&str> = inner.map(|inner| inner.split("][").collect()).unwrap_or_default();
            if !path.is_empty() && path.len() <= DEEPEST {
                *path.iter().fold(&mut tree, |node, part| member(node, part)) = Value::from(value.as_str());
            }
        }
        (!tree.is_null()).then_some(tree)
    }

    /// The first of several keys that is there: a name and its aliases.
    pub fn any(&self, keys: &[&str]) -> Option<&str> {
        keys.iter().find_map(|key| self.get(key))
    }

    /// A boolean. Lowercase `true`/`false` or `1`/`0`; other words, also Python's `True`, are not
    /// understood (platform:list_tags).
    pub fn flag(&self, key: &str) -> Option<bool> {
        match self.get(key)? {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        }
    }

    /// A comma-separated list without empty entries; empty when the key is absent.
    pub fn list(&self, key: &str) -> Vec<&str> {
        let parts = self.get(key).into_iter().flat_map(|value| value.split(','));
        parts.map(str::trim).filter(|part| !part.is_empty()).collect()
    }

    /// Whether `with` names this include, itself or as the head of a nested one.
    pub fn with(&self, include: &str) -> bool {
        self.list("with").into_iter().any(|name| {
            name == include || name.strip_prefix(include).is_some_and(|rest| rest.starts_with('.'))
        })
    }

    /// The includes below one: `with=tasks.threads` gives `threads` below `tasks`.
    pub fn below(&self, include: &str) -> Self {
        let names = self.list("with");
        let nested = names.iter().filter_map(|name| name.strip_prefix(include)?.strip_prefix('.'));
        let nested: Vec<&str> = nested.collect();
        Self(vec![("with".to_owned(), nested.join(","))])
    }

    /// A query with these includes, to render a row inside another answer.
    pub fn including(names: &str) -> Self {
        Self(vec![("with".to_owned(), names.to_owned())])
    }
}

/// PHP drops what is nested deeper (`max_input_nesting_level`).
const DEEPEST: usize = 64;

/// The entry of a map, which takes the place of what is no map.
fn member<'a>(node: &'a mut Value, part: &str) -> &'a mut Value {
    if !node.is_object() {
        *node = Value::Object(Map::new());
    }
    &mut node[part]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Query;

    #[test]
    fn values_are_decoded_and_a_plus_stays_a_plus() {
        let query = Query::parse("q=a%20b+c&status=&page=1&page=2&flag=True");
        assert_eq!(query.get("q"), Some("a b+c"));
        assert_eq!(query.get("status"), None);
        assert_eq!(query.get("page"), Some("2"));
        assert_eq!(query.flag("flag"), None);
    }

    #[test]
    fn brackets_are_maps_in_the_order_sent() {
        let query = Query::parse("f[1][a]=x&f[0]=y&f%5B1%5D%5Bb%5D=z&g[0]=no&f=no&f[1][a][c]=deep");
        let expected = json!({ "1": { "a": { "c": "deep" }, "b": "z" }, "0": "y" });
        assert_eq!(query.nested("f").map(|tree| tree.to_string()), Some(expected.to_string()));
        assert_eq!(query.nested("h"), None);
        let deep = format!("f{}=x", "[0]".repeat(20_000));
        assert_eq!(Query::parse(&deep).nested("f"), None);
    }

    #[test]
    fn nested_includes_name_their_parents() {
        let query = Query::parse("with=tags,tasks.threads,tasks.form_fields");
        assert!(query.with("tags") && query.with("tasks") && query.with("tasks.threads"));
        assert!(!query.with("task"));
        assert_eq!(query.below("tasks").list("with"), ["threads", "form_fields"]);
    }
}
