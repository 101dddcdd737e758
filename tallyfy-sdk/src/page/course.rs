//! Whether another page follows. Pure; the walk (`page/walk.rs`) gathers what it decides by.
//!
//! What is not understood is never taken for the end. A list ends where the server says so and the rows bear it out, or
//! at a page that shows by itself that nothing is behind it: an empty one, or one shorter than those before. A first page
//! that is merely shorter than was asked for is no such sign, as services keep to sizes of their own
//! (platform:pagination.defaults: guest tasks ignore `per_page`): where nothing at all is said, one request more finds out.

use super::numbers::PageNumbers;

/// Empty pages in a row after which a promise of more is not believed.
const EMPTY_PAGES: u32 = 3;
/// The same where only a link promises more: some are there on every page.
const EMPTY_LINKED_PAGES: u32 = 2;

/// What follows a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Follows {
    Page,
    Nothing,
    /// More is promised, and does not come.
    Promises,
}

/// A page, and what came up to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Course {
    pub(super) numbers: PageNumbers,
    pub(super) number: i64,
    /// Rows on this page.
    pub(super) came: u64,
    /// The most rows on a page before this one.
    pub(super) widest_before: u64,
    /// Different rows up to and with this page.
    pub(super) counted: u64,
    /// Rows up to and with this page, repeated ones too.
    pub(super) stood: u64,
    /// Empty pages in a row, with this one.
    pub(super) empty: u32,
    /// Whether the total was seen to change: rows that were counted may be gone, so that only positions tell.
    pub(super) moved: bool,
    /// All rows were asked for in one answer.
    pub(super) whole: bool,
}

impl Course {
    pub(super) fn follows(&self) -> Follows {
        let total = self.total();
        if self.numbers.last.is_some_and(|last| self.number < last)
            || total.is_some_and(|it| self.is_short_of(it))
        {
            return if self.empty < EMPTY_PAGES { Follows::Page } else { Follows::Promises };
        }
        let more = if total.is_some_and(|total| self.moved || total == self.counted) {
            false
        } else if let Some(next) = self.numbers.next {
            next && self.empty < EMPTY_LINKED_PAGES
        } else if self.numbers.last.is_some() || total.is_some() || self.whole {
            false
        } else {
            self.came > 0 && self.came >= self.widest_before
        };
        if more { Follows::Page } else { Follows::Nothing }
    }

    /// The total, unless more came than it counts.
    fn total(&self) -> Option<u64> {
        let total = u64::try_from(self.numbers.total?).ok()?;
        Some(total).filter(|total| self.moved || *total >= self.counted)
    }

    /// Whether rows are still to come of a total: by position, as rows that are missing on the pages up to here do not come
    /// on later ones; where no last page is named, as long as rows come.
    fn is_short_of(&self, total: u64) -> bool {
        let widest = self.widest_before.max(self.came);
        let room = widest.saturating_mul(u64::try_from(self.number).unwrap_or(0));
        if self.moved {
            return room < total;
        }
        self.counted < total
            && ((room < total && self.stood < total) || (self.numbers.last.is_none() && self.came > 0))
    }
}
