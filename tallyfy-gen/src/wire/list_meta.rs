//! [`ListMeta`] and [`Pagination`]: what stands beside the rows of a list answer. Not here: the rows
//! (`envelope`), and walking from page to page.

use serde::{Deserialize, Serialize};
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
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ListMeta {
    /// Where this page stands; missing on lists that come whole.
    #[serde(default, deserialize_with = "read::object", skip_serializing_if = "Option::is_none")]
    pub pagination: Option<Pagination>,
    /// Rows, on lists that come whole.
    #[serde(default, deserialize_with = "read::integer", skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    /// Task lists: how many are late.
    #[serde(default, deserialize_with = "read::integer", skip_serializing_if = "Option::is_none")]
    pub overdue_tasks: Option<i64>,
    /// Task lists: how many are due soon.
    #[serde(default, deserialize_with = "read::integer", skip_serializing_if = "Option::is_none")]
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
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Pagination {
    /// Rows on all pages.
    #[serde(default, deserialize_with = "read::integer", skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
    /// Rows on this page.
    #[serde(default, deserialize_with = "read::integer", skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    /// Rows a page may hold.
    #[serde(default, deserialize_with = "read::integer", skip_serializing_if = "Option::is_none")]
    pub per_page: Option<i64>,
    /// This page, from 1.
    #[serde(default, deserialize_with = "read::integer", skip_serializing_if = "Option::is_none")]
    pub current_page: Option<i64>,
    /// Pages in all; may be missing.
    #[serde(default, deserialize_with = "read::integer", skip_serializing_if = "Option::is_none")]
    pub total_pages: Option<i64>,
    /// An object with `next` and `previous` or `prev`, `{}`, or a list. Not to be followed: it names the
    /// app's host, not the API's.
    #[serde(default, deserialize_with = "read::value", skip_serializing_if = "Option::is_none")]
    pub links: Option<Value>,
    /// Keys that this version does not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}
