//! What the query of a list asks for, as far as pages are concerned. Not here: what the answers say
//! (`page/numbers.rs`).

use serde::Serialize;
use serde_json::Value;
use tallyfy_gen::operations;

use super::numbers::FURTHEST;
use crate::error::Error;

/// Keys of a query that choose how rows are shown, not which.
const SHOWING: [&str; 7] =
    ["page", "per_page", "sort", "sort_by", "with", "without_pagination", "pagination"];

/// The part of a query that is about pages.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    pub(super) page: Option<i64>,
    pub(super) per_page: Option<i64>,
    /// All rows in one answer: the route has no pages, or the query switches them off
    /// (platform:pagination.params).
    pub(super) whole: bool,
    /// The first key that leaves rows out.
    pub(super) narrowed_by: Option<String>,
}

impl Asked {
    /// Of the query as it is written.
    pub(crate) fn of(operation: &str, query: &impl Serialize) -> Self {
        let query = serde_json::to_value(query).unwrap_or_default();
        let is_paged = operations::find(operation).is_none_or(|operation| operation.is_paged);
        let is_off =
            query["without_pagination"] == Value::Bool(true) || query["pagination"] == Value::Bool(false);
        let mut keys = query.as_object().into_iter().flat_map(serde_json::Map::keys);
        Self {
            page: query["page"].as_i64(),
            per_page: query["per_page"].as_i64(),
            whole: !is_paged || is_off,
            narrowed_by: keys.find(|key| !SHOWING.contains(&key.as_str())).cloned(),
        }
    }

    /// A page that no list has is refused here: the service would take it for page 1, or compute an offset that wraps.
    pub(super) fn check(&self) -> Result<(), Error> {
        match self.page {
            Some(page) if !(1..=FURTHEST).contains(&page) => {
                Err(Error::input(format!("there is no page {page}: pages count from 1 to {FURTHEST}")))
            }
            _ => Ok(()),
        }
    }
}
