//! What an answer says of its place in a list, wherever it says it. Not here: what follows from it for a walk
//! (`page/course.rs`).
//!
//! Tallyfy puts it under `meta.pagination` (go:Pagination, py:models.PaginationMeta, pp:Pagination). It is written in
//! Laravel, whose resource collections put it under `meta` and `links`, and whose paginators put it beside `data`
//! (laravel:eloquent-resources#pagination, laravel:pagination#converting-results-to-json); n8n:tallyfy.node reads
//! `has_more_pages`. A proxy or a later version may choose any of these, so all of them are read. Where two contradict
//! each other the one counts that says that there is more: to ask for a page too many costs a request, to ask for one too
//! few loses rows.

use serde_json::{Map, Value};
use tallyfy_gen::wire::{self, ListMeta, Pagination};

/// Pages and rows beyond this are no places in a list: PHP counts its offsets in 64 bits, and so do we.
pub(super) const FURTHEST: i64 = i32::MAX as i64;

/// How deep objects in objects are looked through.
const DEPTH: u32 = 3;

/// What one page says of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PageNumbers {
    /// Rows on all pages.
    pub(super) total: Option<i64>,
    /// Rows a page may hold.
    pub(super) size: Option<i64>,
    /// This page, from 1.
    pub(super) current: Option<i64>,
    /// The last page.
    pub(super) last: Option<i64>,
    /// Whether a next page is promised, by a link, a cursor or a flag.
    pub(super) next: Option<bool>,
}

impl PageNumbers {
    /// Of an answer with so many rows: from its `meta`, and from what stands beside `data`.
    pub(crate) fn of(meta: Option<&ListMeta>, beside: &Map<String, Value>, rows: usize) -> Self {
        let mut found = Self::default();
        if let Some(meta) = meta {
            if let Some(pagination) = &meta.pagination {
                found.typed(pagination);
                found.scan(&pagination.extra, rows, DEPTH);
            }
            found.count(meta.count, rows);
            found.scan(&meta.extra, rows, DEPTH);
        }
        found.scan(beside, rows, DEPTH);
        found
    }

    /// Whether nothing was said at all.
    pub(super) fn is_silent(&self) -> bool {
        *self == Self::default()
    }

    fn typed(&mut self, pagination: &Pagination) {
        self.total(pagination.total);
        self.size(pagination.per_page);
        self.current(pagination.current_page);
        self.last(pagination.total_pages);
        if let Some(links) = &pagination.links {
            self.links(links, 0, DEPTH);
        }
    }

    fn scan(&mut self, map: &Map<String, Value>, rows: usize, depth: u32) {
        for (key, value) in map {
            // `per_page`, `perPage` and `per-page` are one.
            let mut word = key.to_ascii_lowercase();
            word.retain(|letter| letter.is_ascii_alphanumeric());
            let number = || wire::integer(value);
            match &*word {
                "total" | "totalcount" | "totalitems" => self.total(number()),
                "count" => self.count(number(), rows),
                "perpage" | "pagesize" => self.size(number()),
                "currentpage" | "page" => self.current(number()),
                "lastpage" | "totalpages" | "pagecount" => self.last(number()),
                "next" | "nextpage" | "nextpageurl" | "nextcursor" | "hasmore" | "hasmorepages"
                | "hasnext" | "hasnextpage" => self.next(leads_on(value)),
                "links" | "pagination" | "paging" | "cursor" | "cursors" => self.links(value, rows, depth),
                _ => {}
            }
        }
    }

    /// An object of links and numbers, or Laravel's list of links, each with an address and a label.
    fn links(&mut self, value: &Value, rows: usize, depth: u32) {
        match value {
            Value::Object(inside) if depth > 0 => self.scan(inside, rows, depth - 1),
            Value::Array(links) => {
                let label =
                    |link: &&Value| link["label"].as_str().is_some_and(|label| label.contains("Next"));
                if let Some(next) = links.iter().find(label) {
                    self.next(leads_on(&next["url"]));
                }
            }
            _ => {}
        }
    }

    fn total(&mut self, total: Option<i64>) {
        self.total = self.total.max(total.filter(|total| *total >= 0));
    }

    /// Mostly the rows of this page; some lists count all of theirs so (platform:pagination.missing).
    fn count(&mut self, count: Option<i64>, rows: usize) {
        self.total(count.filter(|count| usize::try_from(*count).is_ok_and(|count| count > rows)));
    }

    fn size(&mut self, size: Option<i64>) {
        self.size = self.size.or(size.filter(|size| (1..=FURTHEST).contains(size)));
    }

    fn current(&mut self, current: Option<i64>) {
        self.current = self.current.or(current.filter(|current| (1..=FURTHEST).contains(current)));
    }

    fn last(&mut self, last: Option<i64>) {
        self.last = self.last.max(last.filter(|last| *last >= 1));
    }

    fn next(&mut self, next: bool) {
        self.next = self.next.max(Some(next));
    }
}

/// Whether a link, a cursor, a page number or a flag leads to a next page.
fn leads_on(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !matches!(text.trim(), "" | "0" | "false" | "null"),
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::Array(list) => !list.is_empty(),
        Value::Object(link) => link.get("href").or(link.get("url")).map_or(!link.is_empty(), leads_on),
        Value::Bool(true) => true,
    }
}
