//! [`ListMeta`] and [`Pagination`]: what stands beside the rows of a list answer. Not here: the rows
//! (`envelope`), page numbers that other services put elsewhere, and walking from page to page.
//!
//! A value that is no number costs that value, not the page: it stays in `extra` as it came.

use serde_json::{Map, Value};

use super::record::record;

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
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ListMeta {
    /// Where this page stands; missing on lists that come whole.
    pub pagination: Option<Pagination>,
    /// Rows, on lists that come whole.
    pub count: Option<i64>,
    /// Task lists: how many are late.
    pub overdue_tasks: Option<i64>,
    /// Task lists: how many are due soon.
    pub tasks_due_soon: Option<i64>,
    /// Keys that this version does not know.
    #[cfg_attr(feature = "schemars", serde(flatten))]
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
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Pagination {
    /// Rows on all pages.
    pub total: Option<i64>,
    /// Rows on this page.
    pub count: Option<i64>,
    /// Rows a page may hold.
    pub per_page: Option<i64>,
    /// This page, from 1.
    pub current_page: Option<i64>,
    /// Pages in all; may be missing.
    pub total_pages: Option<i64>,
    /// An object with `next` and `previous` or `prev`, `{}`, or a list. Not to be followed: it names the
    /// app's host, not the API's.
    pub links: Option<Value>,
    /// Keys that this version does not know.
    #[cfg_attr(feature = "schemars", serde(flatten))]
    pub extra: Map<String, Value>,
}

record! { ListMeta "an object with what a list says of itself" [] {
    optional pagination "pagination" Object<Pagination>;
    optional count "count" Integer;
    optional overdue_tasks "overdue_tasks" Integer;
    optional tasks_due_soon "tasks_due_soon" Integer;
}}

record! { Pagination "an object with page numbers" [] {
    optional total "total" Integer;
    optional count "count" Integer;
    optional per_page "per_page" Integer;
    optional current_page "current_page" Integer;
    optional total_pages "total_pages" Integer;
    optional links "links" Anything;
}}
