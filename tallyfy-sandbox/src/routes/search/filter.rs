//! Conditions of a search: one, several that a word joins, groups inside groups (processes_tasks:search).
//!
//! Not here: the rows that are searched (`search`).

use serde_json::{Map, Value};

use super::Candidate;
use crate::query::Query;
use crate::quirks::Quirks;

/// Compares a field with a value.
const OPERATIONS: [&str; 7] = ["=", "<>", "!=", "<", ">", "<=", ">="];

/// What a row must fulfil.
#[derive(Debug, PartialEq)]
pub enum Filter {
    Condition { field: String, operation: String, value: String },
    All(Vec<Filter>),
    Any(Vec<Filter>),
}

impl Filter {
    /// The filter of a query, for rows of these kinds; the text says what the service would refuse.
    pub fn read(query: &Query, kinds: &[&str], quirks: &Quirks) -> Result<Option<Self>, String> {
        // 500 on older servers (processes_tasks:search.errors).
        if query.get("filter").is_some() {
            return Err("The filter must be an array.".to_owned());
        }
        let Some(tree) = query.nested("filter") else { return Ok(None) };
        let reader = Reader { allowed: allowed(kinds), quirks };
        reader.entry(&tree).map(Some)
    }

    /// Whether a row fulfils it.
    pub fn holds(&self, row: &Candidate<'_>) -> bool {
        let (field, operation, value) = match self {
            Self::All(children) => return children.iter().all(|child| child.holds(row)),
            Self::Any(children) => return children.iter().any(|child| child.holds(row)),
            Self::Condition { field, operation, value } => (field, operation, value),
        };
        let actual = match field.as_str() {
            "starter" => row.starter.to_string(),
            "date" => row.created_at.format("%Y-%m-%d").to_string(),
            "title" => row.texts[0].to_lowercase(),
            _ => row.texts[1].to_lowercase(),
        };
        match (operation.as_str(), field == "starter") {
            ("<>" | "!=", _) => actual != *value,
            ("=", _) => actual == *value,
            (operation, true) => {
                let number = |text: &str| text.parse::<i64>().unwrap_or_default();
                compares(operation, &number(&actual), &number(value))
            }
            (operation, false) => compares(operation, &actual, value),
        }
    }
}

fn compares<T: PartialOrd>(operation: &str, actual: &T, value: &T) -> bool {
    match operation {
        "<" => actual < value,
        ">" => actual > value,
        "<=" => actual <= value,
        _ => actual >= value,
    }
}

/// Fields by which all of these kinds can be searched.
fn allowed(kinds: &[&str]) -> &'static [&'static str] {
    if kinds.contains(&"task") { &["starter", "title"] } else { &["starter", "date", "title", "description"] }
}

struct Reader<'a> {
    allowed: &'a [&'a str],
    quirks: &'a Quirks,
}

impl Reader<'_> {
    /// A condition, or a list, whose keys are numbers.
    fn entry(&self, tree: &Value) -> Result<Filter, String> {
        match tree {
            Value::Object(map) if is_list(map) => self.list(map),
            Value::Object(map) => self.condition(map),
            _ => Err("The filter is malformed.".to_owned()),
        }
    }

    /// The first entry joins the others; without it the first condition is all that counts.
    fn list(&self, list: &Map<String, Value>) -> Result<Filter, String> {
        let mut entries = list.values();
        let first = entries.next().ok_or("The filter is malformed.")?;
        if first["type"] != "boolean" {
            return match self.quirks.unjoined_search_conditions_are_forgotten {
                true => self.entry(first),
                false => Err("The first entry of the filter must be a boolean.".to_owned()),
            };
        }
        let children: Vec<Filter> = entries.map(|entry| self.entry(entry)).collect::<Result<_, _>>()?;
        match first["value"].as_str() {
            _ if children.is_empty() => Err("The filter has no conditions.".to_owned()),
            Some("AND") => Ok(Filter::All(children)),
            Some("OR") => Ok(Filter::Any(children)),
            _ => Err("The filter value of a boolean must be one of: AND, OR.".to_owned()),
        }
    }

    fn condition(&self, map: &Map<String, Value>) -> Result<Filter, String> {
        let text = |key: &str| map.get(key).and_then(Value::as_str);
        if text("type").is_some_and(|kind| kind != "field") {
            return Err("The filter type must be one of: field, boolean.".to_owned());
        }
        let field = text("field").ok_or("The filter field is required.")?;
        if !self.allowed.contains(&field) {
            return Err(format!("The filter field must be one of: {}.", self.allowed.join(", ")));
        }
        let operation = text("operation").unwrap_or("=");
        if !OPERATIONS.contains(&operation) {
            return Err(format!("The filter operation must be one of: {}.", OPERATIONS.join(" ")));
        }
        let value = text("value").ok_or("The filter value is required.")?;
        Ok(Filter::Condition {
            field: field.to_owned(),
            operation: operation.to_owned(),
            value: value.to_lowercase(),
        })
    }
}

/// PHP knows arrays alone: one is a list when its keys are numbers.
fn is_list(map: &Map<String, Value>) -> bool {
    map.keys().all(|key| key.bytes().all(|byte| byte.is_ascii_digit()))
}
