//! [`ListMeta`] and [`Pagination`]: what stands beside the rows of a list answer. Not here: the rows
//! (`envelope`), page numbers that other services put elsewhere, and walking from page to page.
//!
//! A value that is no number costs that value, not the page: it stays in `extra` as it came.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::read;

/// What a list answer says about itself (go:Meta, pp:TasksListMeta, py:models).
///
/// ```
/// use tallyfy_gen::wire::ListMeta;
///
/// let meta: ListMeta = serde_json::from_str(r#"{"overdue_tasks": 2, "seen": true}"#)?;
/// assert_eq!(meta.overdue_tasks, Some(2));
/// assert_eq!(meta.extra["seen"], true);
///
/// let odd: ListMeta = serde_json::from_str(r#"{"overdue_tasks": "many"}"#)?;
/// assert_eq!((odd.overdue_tasks, &odd.extra["overdue_tasks"]), (None, &"many".into()));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ListMeta {
    /// Where this page stands; missing on lists that come whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pagination: Option<Pagination>,
    /// Rows, on lists that come whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    /// Task lists: how many are late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overdue_tasks: Option<i64>,
    /// Task lists: how many are due soon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tasks_due_soon: Option<i64>,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Page numbers (go:Pagination, py:models.PaginationMeta, pp:Pagination). Numbers may come as text.
///
/// ```
/// use tallyfy_gen::wire::Pagination;
///
/// let last: Pagination = serde_json::from_str(r#"{"current_page": "3", "total_pages": 3}"#)?;
/// assert_eq!(last.current_page, last.total_pages);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Pagination {
    /// Rows on all pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
    /// Rows on this page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    /// Rows a page may hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_page: Option<i64>,
    /// This page, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_page: Option<i64>,
    /// Pages in all; may be missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_pages: Option<i64>,
    /// An object with `next` and `previous` or `prev`, `{}`, or a list. Not to be followed: it names the
    /// app's host, not the API's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub links: Option<Value>,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl<'de> Deserialize<'de> for ListMeta {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let mut extra = Map::deserialize(d)?;
        Ok(Self {
            pagination: take_object(&mut extra, "pagination"),
            count: take_integer(&mut extra, "count"),
            overdue_tasks: take_integer(&mut extra, "overdue_tasks"),
            tasks_due_soon: take_integer(&mut extra, "tasks_due_soon"),
            extra,
        })
    }
}

impl<'de> Deserialize<'de> for Pagination {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Map::deserialize(d).map(Self::of)
    }
}

impl Pagination {
    fn of(mut extra: Map<String, Value>) -> Self {
        Self {
            total: take_integer(&mut extra, "total"),
            count: take_integer(&mut extra, "count"),
            per_page: take_integer(&mut extra, "per_page"),
            current_page: take_integer(&mut extra, "current_page"),
            total_pages: take_integer(&mut extra, "total_pages"),
            links: extra.remove("links").filter(|links| !links.is_null()),
            extra,
        }
    }
}

/// Takes a number out of an object; what is none stays there.
fn take_integer(from: &mut Map<String, Value>, key: &str) -> Option<i64> {
    let read = read::integer(from.get(key)?).ok()?;
    from.remove(key);
    read
}

/// Takes page numbers out of an object; what is no object stays there. PHP's empty list is an empty object.
fn take_object(from: &mut Map<String, Value>, key: &str) -> Option<Pagination> {
    match from.remove(key)? {
        Value::Object(inside) => Some(Pagination::of(inside)),
        Value::Null => None,
        Value::Array(list) if list.is_empty() => None,
        odd => {
            from.insert(key.to_owned(), odd);
            None
        }
    }
}
