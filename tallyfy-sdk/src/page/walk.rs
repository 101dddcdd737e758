//! The walk: one page call after the other, or several at once, and what is kept and checked on the way. The
//! streams over it stand in `page/stream.rs`, the bookkeeping in `page/tally.rs`.

use std::collections::VecDeque;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Instant;

use super::resume::ResumeToken;
use super::tally::{Drift, Seen, Tally};
use super::{Lister, Page, page_call};
use crate::error::Error;

/// Pages that one walk reads at most; py:pagination stops at 1000 with pages of 100.
const MAX_PAGES: u32 = 10_000;
/// Rows by which repeated ones are recognized.
const REMEMBERED: usize = 10_000;
/// Pages that have arrived are read when they are due, while the next are under way; but at least this often, before
/// their time runs out.
const LONGEST_UNREAD: Duration = Duration::from_secs(1);

/// How a list is walked.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) max_pages: u32,
    pub(super) prefetch: usize,
    pub(super) limit: Option<u64>,
    pub(super) remember: usize,
    pub(super) unique: bool,
    pub(super) unchecked: bool,
    pub(super) resume: Option<ResumeToken>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_pages: MAX_PAGES,
            prefetch: 1,
            limit: None,
            remember: REMEMBERED,
            unique: false,
            unchecked: false,
            resume: None,
        }
    }
}

/// A page on its way, or arrived before its turn.
#[expect(clippy::large_enum_variant, reason = "there are few, and all of them arrive")]
enum Slot<T> {
    Pending(Pin<Box<dyn Future<Output = Result<Page<T>, Error>> + Send>>),
    Arrived(Result<Page<T>, Error>),
}

impl<T> Slot<T> {
    /// Lets it go on, and says whether it has arrived.
    fn look(&mut self, cx: &mut Context<'_>) -> bool {
        if let Self::Pending(call) = self
            && let Poll::Ready(arrived) = call.as_mut().poll(cx)
        {
            *self = Self::Arrived(arrived);
        }
        matches!(self, Self::Arrived(_))
    }
}

pub(super) struct Walk<T> {
    /// `None` when the walk has ended.
    list: Option<Lister<T>>,
    operation: &'static str,
    first: i64,
    /// The page to give next, and the rows of it that are not to be given.
    due: i64,
    skip: u64,
    /// The page to ask for next.
    ask: i64,
    /// Pages asked for so far.
    asked: u32,
    /// The furthest page that was given.
    furthest: i64,
    /// The last page and the rows of a page, if the server names them.
    last: Option<i64>,
    size: Option<i64>,
    under_way: VecDeque<Slot<T>>,
    /// When all of those were last looked at.
    looked_at: Instant,
    seen: Seen,
    tally: Tally,
    /// Items given, and on which page and rows those of the last page stood.
    given: u64,
    page: i64,
    rows: Vec<u64>,
    /// What is to be told after the last page.
    failure: Option<Error>,
}

impl<T: Send + 'static> Walk<T> {
    pub(super) fn new(list: Lister<T>) -> Self {
        let first = list.first.unwrap_or(1);
        let resume = list.settings.resume.as_ref();
        Self {
            operation: list.operation,
            first,
            due: first,
            skip: resume.map_or(0, |token| token.rows),
            ask: first,
            asked: 0,
            furthest: first - 1,
            last: None,
            size: resume.and_then(|token| token.size),
            under_way: VecDeque::new(),
            looked_at: Instant::now(),
            seen: Seen::new(if list.identify.is_some() { list.settings.remember } else { 0 }),
            tally: Tally::default(),
            given: 0,
            page: first,
            rows: Vec::new(),
            failure: None,
            list: Some(list),
        }
    }

    pub(super) fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Page<T>, Error>>> {
        if let Some(error) = self.failure.take() {
            return Poll::Ready(Some(Err(self.fail(error))));
        }
        if self.is_full() {
            self.list = None;
        }
        if let Err(error) = self.fill(cx) {
            return Poll::Ready(Some(Err(self.fail(error))));
        }
        self.drive(cx);
        if self.list.is_none() {
            return Poll::Ready(None);
        }
        let Some(Slot::Arrived(_)) = self.under_way.front() else { return Poll::Pending };
        let Some(Slot::Arrived(arrived)) = self.under_way.pop_front() else { return Poll::Pending };
        let taken = match arrived.and_then(|page| self.take(page)) {
            Ok(page) => Ok(page),
            Err(error) => Err(self.fail(error)),
        };
        // The next one is sent for while the caller is busy with this one. What is wrong with it can wait until then.
        if self.list.as_ref().is_some_and(|list| list.settings.prefetch > 1) && !self.is_full() {
            self.failure = self.fill(cx).err();
        }
        Poll::Ready(Some(taken))
    }

    /// Asks for as many pages as may be under way.
    fn fill(&mut self, cx: &mut Context<'_>) -> Result<(), Error> {
        let Some(list) = &mut self.list else { return Ok(()) };
        let width = if self.last.is_some() { list.settings.prefetch } else { 1 };
        let size = self.size.and_then(|size| u64::try_from(size).ok()).unwrap_or(1);
        while self.under_way.len() < width {
            let ahead = u64::try_from(self.under_way.len()).unwrap_or(u64::MAX);
            let expected = self.given.saturating_add(ahead.saturating_mul(size));
            let is_enough = self.last.is_some_and(|last| self.ask > last)
                || self.asked >= list.settings.max_pages
                || list.settings.limit.is_some_and(|limit| expected >= limit);
            if ahead > 0 && is_enough {
                break;
            }
            std::mem::replace(&mut list.arguments, Ok(()))
                .map_err(|error| error.with_operation(list.operation))?;
            if self.asked >= list.settings.max_pages {
                let error = Error::too_large(format!(
                    "the list goes on after {} pages; ask for more items per page, or raise max_pages",
                    self.asked
                ));
                return Err(error.with_operation(list.operation));
            }
            let (fetch, number) = (Arc::clone(&list.fetch), self.ask);
            let call =
                page_call(&list.client, list.operation, &list.options, move |api| fetch(api, Some(number)));
            let mut slot = Slot::Pending(call.into_future());
            slot.look(cx);
            self.under_way.push_back(slot);
            self.ask += 1;
            self.asked += 1;
        }
        Ok(())
    }

    /// Looks at the pages under way, first at the one that is due. Has it come, the others wait: reading them takes time
    /// in which the next could be on its way.
    fn drive(&mut self, cx: &mut Context<'_>) {
        let now = Instant::now();
        let must_look = now.saturating_duration_since(self.looked_at) >= LONGEST_UNREAD;
        let mut slots = self.under_way.iter_mut();
        let has_come = slots.next().is_some_and(|due| due.look(cx));
        if !has_come || must_look {
            for slot in slots {
                slot.look(cx);
            }
            self.looked_at = now;
        }
    }

    /// Takes in the page that is due, and says what of it is to be given.
    fn take(&mut self, mut page: Page<T>) -> Result<Page<T>, Error> {
        let number = self.due;
        self.check(number, &page)?;
        let total = page.total().and_then(|total| u64::try_from(total).ok());
        let fallen = self.tally.total(number, total);
        if self.furthest < self.first {
            self.tally.begin(self.rows_before(number));
        }
        let (came, is_followed) = (page.items.len(), page.is_followed(number));
        self.last = page.last();
        let cut = self.keep(number, &mut page)?;
        self.furthest = self.furthest.max(number);
        self.page = number;
        self.given += u64::try_from(page.items.len()).unwrap_or(u64::MAX);
        if let Some(row) = cut {
            (self.due, self.skip) = (number, row);
            self.list = None;
            self.under_way.clear();
            return Ok(page);
        }
        (self.due, self.skip) = (number + 1, 0);
        if is_followed && self.size.is_some_and(|size| i64::try_from(came).is_ok_and(|came| came < size)) {
            self.tally.short(number);
        }
        if fallen > 0 && self.step_back(number, fallen) {
            return Ok(page);
        }
        if !is_followed {
            self.end();
        }
        Ok(page)
    }

    /// Whether this is the page that was asked for, in the size that a resume token counts in.
    fn check(&mut self, number: i64, page: &Page<T>) -> Result<(), Error> {
        if page.current().is_some_and(|current| current != number) && page.has_next() {
            return Err(Error::decode(&format!(
                "the server sent page {} when page {number} was asked for",
                page.current().unwrap_or_default(),
            ))
            .with_operation(self.operation));
        }
        let size = page.meta.pagination.as_ref().and_then(|pagination| pagination.per_page);
        let resumed = self.asked_by_token() && self.furthest < self.first;
        if let Some((before, now)) = self.size.zip(size).filter(|(before, now)| resumed && before != now) {
            return Err(Error::incomplete(format!(
                "the resume token counts in pages of {before} rows, the list has pages of {now}"
            ))
            .with_operation(self.operation));
        }
        self.size = size.filter(|size| *size > 0).or(self.size);
        Ok(())
    }

    fn asked_by_token(&self) -> bool {
        self.list.as_ref().is_some_and(|list| list.settings.resume.is_some())
    }

    fn rows_before(&self, number: i64) -> Option<u64> {
        let pages = number - 1;
        let rows = if pages == 0 { 0 } else { pages.checked_mul(self.size?)? };
        Some(u64::try_from(rows).ok()? + self.skip)
    }

    /// Leaves out of a page what was given before; returns the row at which the limit cuts it.
    ///
    /// A total that stays the same counts repeated rows too, so they are given; once it has moved, or where there
    /// is none, rows that come again are those that were shifted from one page to the next.
    fn keep(&mut self, number: i64, page: &mut Page<T>) -> Result<Option<u64>, Error> {
        let Some(list) = &self.list else { return Ok(None) };
        let moved = self.tally.moved();
        let drop_repeated = list.settings.unique || moved || !self.tally.has_total();
        let room = list.settings.limit.map_or(u64::MAX, |limit| limit.saturating_sub(self.given));
        let (mut kept, mut cut, mut repeated) = (Vec::with_capacity(page.items.len()), None, 0);
        self.rows.clear();
        for (row, item) in (0..).zip(std::mem::take(&mut page.items)) {
            if row >= self.skip && u64::try_from(kept.len()).unwrap_or(u64::MAX) >= room {
                cut = Some(row);
                break;
            }
            let key = list.identify.as_ref().and_then(|identify| identify(&item));
            let again = key.is_some_and(|key| self.seen.again(key));
            if row < self.skip {
                continue;
            }
            if again && number > self.furthest {
                repeated += 1;
                self.tally.repeated();
            }
            if !(again && moved) {
                self.tally.row();
            }
            if !(again && drop_repeated) {
                kept.push(item);
                self.rows.push(row);
            }
        }
        if kept.is_empty() && repeated > 0 && !self.tally.has_total() {
            let error = Error::decode(&format!("page {number} holds nothing but what came before"));
            return Err(error.with_operation(self.operation));
        }
        page.items = kept;
        Ok(cut)
    }

    /// Rows were removed, which may have moved others to pages that were read already: reads those again.
    fn step_back(&mut self, number: i64, fallen: u64) -> bool {
        let Some(size) = self.size.and_then(|size| u64::try_from(size).ok()) else { return false };
        let pages = i64::try_from(fallen.div_ceil(size)).unwrap_or(i64::MAX).min(number - self.first);
        let again = usize::try_from(size).unwrap_or(usize::MAX);
        let again = again.saturating_mul(usize::try_from(pages + 1).unwrap_or(usize::MAX));
        if pages < 1 || !self.seen.holds(again) {
            return false;
        }
        self.tally.mend(fallen);
        self.under_way.clear();
        (self.due, self.ask) = (number - pages, number - pages);
        true
    }

    /// The last page was given: holds what came against what should have come.
    fn end(&mut self) {
        let Some(list) = self.list.take() else { return };
        self.under_way.clear();
        if let Some((came, expected)) = self.tally.missing().filter(|_| !list.settings.unchecked) {
            let error = Error::incomplete(format!(
                "the list ended after {came} rows of the {expected} that the server counts"
            ));
            self.failure = Some(error.with_operation(self.operation));
            // Back to where the first of them may be missing.
            (self.due, self.skip) = (self.tally.suspect().unwrap_or(self.furthest).max(self.first), 0);
        }
    }

    fn is_full(&self) -> bool {
        let limit = self.list.as_ref().and_then(|list| list.settings.limit);
        limit.is_some_and(|limit| self.given >= limit)
    }

    fn fail(&mut self, error: Error) -> Error {
        self.list = None;
        self.under_way.clear();
        error.with_walk(self.given, self.token(0))
    }
}

impl<T> Walk<T> {
    /// The place behind all items that were given but the last few.
    pub(super) fn token(&self, but: usize) -> ResumeToken {
        let (page, rows) = match self.rows.len().checked_sub(but).and_then(|at| self.rows.get(at)) {
            Some(row) => (self.page, *row),
            None => (self.due, self.skip),
        };
        ResumeToken { operation: self.operation.to_owned(), page, rows, size: self.size }
    }

    pub(super) fn drift(&self) -> Drift {
        self.tally.drift()
    }
}
