//! The walk: one page call after the other, or several at once, and what is kept and checked on the way. The
//! streams over it stand in `page/stream.rs`, the bookkeeping in `page/tally.rs`.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Instant;

use super::fresh::GRACE;
use super::resume::ResumeToken;
use super::tally::{Drift, OddRows, RecentIds, Tally, content};
use super::{Course, Follows, Lister, Page, Seen, settle};
use crate::call::{Meta, WithMeta};
use crate::error::Error;

/// Pages that one walk reads at most; py:pagination stops at 1000 with pages of 100.
const MAX_PAGES: u32 = 10_000;
/// Rows by which repeated ones are recognized.
const REMEMBERED: usize = 10_000;
/// Pages that have arrived are read when they are due, while the next are under way; but at least this often, before
/// their time runs out.
const LONGEST_UNREAD: Duration = Duration::from_secs(1);
/// Rows of a page where a query does not say (platform:pagination.defaults: most lists).
const DEFAULT_SIZE: i64 = 10;
/// Pages in a row of the same rows, after which a list that says nothing of pages has come whole. One can be the work of
/// rows that were added meanwhile.
const REPEATED_PAGES: u32 = 2;
/// Steps back from one place, after which a list changes too fast to be read.
const STEPS_BACK: u32 = 5;

/// How a list is walked.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) max_pages: u32,
    pub(super) prefetch: usize,
    pub(super) limit: Option<u64>,
    pub(super) remember: usize,
    pub(super) unique: bool,
    pub(super) unchecked: bool,
    pub(super) skip_odd_rows: bool,
    pub(super) resume: Option<ResumeToken>,
    pub(super) grace: Duration,
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
            skip_odd_rows: false,
            resume: None,
            grace: GRACE,
        }
    }
}

type Arrived<T> = Result<WithMeta<Page<T>>, Error>;

/// A page on its way, or arrived before its turn.
#[expect(clippy::large_enum_variant, reason = "there are few, and all of them arrive")]
enum Slot<T> {
    Pending(Pin<Box<dyn Future<Output = Arrived<T>> + Send>>),
    Arrived(Arrived<T>),
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

/// What of a page is to be given, and what else was seen of it.
#[derive(Default)]
struct Kept {
    /// The row at which the limit cuts it.
    cut: Option<u64>,
    /// Rows that came before.
    repeated: u64,
    /// Rows that could not be read, up to there.
    odd: u64,
}

pub(super) struct Walk<T> {
    /// `None` when the walk has ended.
    list: Option<Lister<T>>,
    operation: &'static str,
    first: i64,
    /// The page to give next, and the rows of it that are not to be given.
    due: i64,
    skip: u64,
    /// The rows that were skipped on the first page.
    skipped: u64,
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
    recent: RecentIds,
    tally: Tally,
    /// Whether rows came that could not be recognized if they came again.
    anonymous: bool,
    /// Steps back since the walk last got further.
    steps_back: u32,
    /// Pages in a row of nothing but what came before.
    repeated_pages: u32,
    /// Rows of those that the list is held against.
    shown: u64,
    /// Rows that could not be read; and which, where only items are given; otherwise they stand on their pages.
    odd: u64,
    odd_rows: Option<OddRows>,
    /// Items given, and on which page and rows those of the last page stood.
    given: u64,
    page: i64,
    rows: Vec<u64>,
    /// The answer that the last page came in.
    answer: Option<Meta>,
    /// What is to be told after the last page.
    failure: Option<Error>,
}

impl<T: Send + 'static> Walk<T> {
    /// For who sees items alone: rows that could not be read are told at the end.
    pub(super) fn by_items(list: Lister<T>) -> Self {
        let odd_rows = (!list.settings.skip_odd_rows).then(OddRows::default);
        Self { odd_rows, ..Self::new(list) }
    }

    pub(super) fn new(list: Lister<T>) -> Self {
        // A page that no list has is refused before anything is sent; until then it must not be counted with.
        let first = list.first.unwrap_or(1).clamp(1, super::numbers::FURTHEST);
        let resume = list.settings.resume.as_ref();
        let skip = resume.map_or(0, |token| token.rows);
        Self {
            operation: list.operation,
            first,
            due: first,
            skip,
            skipped: skip,
            ask: first,
            asked: 0,
            furthest: first - 1,
            last: None,
            size: resume.and_then(|token| token.size),
            under_way: VecDeque::new(),
            looked_at: Instant::now(),
            recent: RecentIds::new(if list.identify.is_some() { list.settings.remember } else { 0 }),
            tally: Tally::default(),
            anonymous: list.identify.is_none() || list.settings.remember == 0,
            steps_back: 0,
            repeated_pages: 0,
            shown: 0,
            odd: 0,
            odd_rows: None,
            given: 0,
            page: first,
            rows: Vec::new(),
            answer: None,
            failure: None,
            list: Some(list),
        }
    }

    pub(super) fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Page<T>, Error>>> {
        if self.is_full() {
            self.end_at_limit();
        }
        if let Some(error) = self.failure.take() {
            return Poll::Ready(Some(Err(self.fail(error))));
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
                return Err(of_read(error, list.operation, self.answer.as_ref()));
            }
            let call = match list.freshness.clone().filter(|_| self.asked == 0) {
                Some(freshness) => Box::pin(settle(list.starting_at(self.ask), freshness)),
                None => sent(list, self.ask),
            };
            let mut slot = Slot::Pending(call);
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
    fn take(&mut self, answered: WithMeta<Page<T>>) -> Result<Page<T>, Error> {
        let WithMeta { value: mut page, meta } = answered;
        self.answer = Some(meta);
        let number = self.due;
        self.check(number, &page)?;
        let (came, is_new, widest_before) = (page.rows(), number > self.furthest, self.tally.widest());
        let total = page.total().and_then(|total| u64::try_from(total).ok());
        let (risen, fallen) = self.tally.total(number, total);
        self.tally.page(came, is_new);
        self.last = page.last();
        let readable = u64::try_from(page.items.len()).unwrap_or(u64::MAX);
        let kept = self.keep(number, &mut page);
        if is_new {
            (self.furthest, self.steps_back) = (number, 0);
        }
        let is_repeated = readable > 0 && kept.repeated == readable;
        self.count_odd(&kept, is_new && !is_repeated);
        if is_new {
            self.repeated_pages = if is_repeated { self.repeated_pages + 1 } else { 0 };
        }
        let ends_here = is_new && is_repeated && self.ends_in_repeats(number, &page, came, risen)?;
        self.page = number;
        self.given += u64::try_from(page.items.len()).unwrap_or(u64::MAX);
        if let Some(row) = kept.cut {
            (self.due, self.skip) = (number, row);
            self.end_at_limit();
            return Ok(page);
        }
        (self.due, self.skip) = (number + 1, 0);
        let course = self.course(number, &page, came, widest_before);
        let follows = if ends_here { Follows::Nothing } else { course.follows() };
        let is_short = |size: i64| i64::try_from(came).is_ok_and(|came| came < size);
        if follows == Follows::Page && self.size.is_some_and(is_short) {
            self.tally.short(number);
        }
        if fallen > 0 && self.step_back(number, fallen) {
            return Ok(page);
        }
        if follows != Follows::Page {
            self.end(follows);
        }
        Ok(page)
    }

    fn course(&self, number: i64, page: &Page<T>, came: u64, widest_before: u64) -> Course {
        let before = self.rows_before().unwrap_or(self.skipped);
        let stood = (before - self.skipped).saturating_add(self.tally.stood());
        // A list that repeats rows by nature counts them as often as they come.
        let repeats = self.list.as_ref().is_some_and(|list| list.settings.unchecked);
        Course {
            numbers: page.numbers,
            number,
            came,
            widest_before,
            counted: if repeats { stood } else { before.saturating_add(self.tally.counted()) },
            stood,
            empty: self.tally.empty(),
            moved: self.tally.moved(),
            whole: page.whole,
        }
    }

    /// Whether this is the page that was asked for, in the size that a resume token counts in.
    fn check(&mut self, number: i64, page: &Page<T>) -> Result<(), Error> {
        if let Some(current) = page.current().filter(|current| *current != number && page.rows() > 0) {
            let what = format!("the server sent page {current} when page {number} was asked for");
            return Err(self.refuse(Error::decode(&what)));
        }
        let size = page.numbers.size;
        let resumed = self.asked_by_token() && self.furthest < self.first;
        if let Some((before, now)) = self.size.zip(size).filter(|(before, now)| resumed && before != now) {
            return Err(self.refuse(Error::incomplete(format!(
                "the resume token counts in pages of {before} rows, the list has pages of {now}"
            ))));
        }
        self.size = size.or(self.size);
        Ok(())
    }

    fn asked_by_token(&self) -> bool {
        self.list.as_ref().is_some_and(|list| list.settings.resume.is_some())
    }

    /// The rows before the place where the walk began. Sizes are what was asked for where the server names none, and what
    /// came where several pages show that neither is kept to.
    fn rows_before(&self) -> Option<u64> {
        if self.first == 1 {
            return Some(self.skipped);
        }
        let asked = self.list.as_ref().and_then(|list| list.asked.per_page);
        let said = self.size.or(asked).and_then(|size| u64::try_from(size).ok())?;
        let size = if self.tally.pages() > 1 { said.min(self.tally.widest()) } else { said };
        u64::try_from(self.first - 1).ok()?.checked_mul(size)?.checked_add(self.skipped)
    }

    /// Rows that could not be read stood in the list too. They have no ids, so a page with some cannot be told from itself
    /// when it is read again; those of one whose other rows came before did so too.
    fn count_odd(&mut self, kept: &Kept, is_new: bool) {
        self.anonymous |= kept.odd > 0;
        if is_new {
            self.tally.rows(kept.odd);
            self.odd += kept.odd;
        }
    }

    /// Leaves out of a page what was given before. Rows count once, however often they come.
    fn keep(&mut self, number: i64, page: &mut Page<T>) -> Kept {
        let Some(list) = &self.list else { return Kept::default() };
        let is_new = number > self.furthest;
        let settings = &list.settings;
        let drop_repeated =
            !settings.unchecked || settings.unique || self.tally.moved() || !self.tally.has_total();
        let room = settings.limit.map_or(u64::MAX, |limit| limit.saturating_sub(self.given));
        let expected = list.freshness.as_ref().and_then(|freshness| freshness.expected());
        let (mut given, mut kept) = (Vec::with_capacity(page.items.len()), Kept::default());
        self.rows.clear();
        let (items, odd) = (std::mem::take(&mut page.items), odd_places(page));
        let places = (0..).filter(|row| odd.binary_search(row).is_err());
        for (row, item) in places.zip(items) {
            if row >= self.skip && u64::try_from(given.len()).unwrap_or(u64::MAX) >= room {
                kept.cut = Some(row);
                break;
            }
            let key = list.identify.as_ref().and_then(|identify| identify(&item));
            self.anonymous |= key.is_none();
            let again = key.is_some_and(|key| self.recent.again(key));
            if row < self.skip {
                continue;
            }
            if again && is_new {
                kept.repeated += 1;
                self.tally.repeated();
            }
            if !again {
                self.tally.rows(1);
                self.shown += u64::from(expected.is_some_and(|expected| expected.counts(&item)));
            }
            if !(again && drop_repeated) {
                given.push(item);
                self.rows.push(row);
            }
        }
        if u64::try_from(given.len()).unwrap_or(u64::MAX) >= room && kept.cut.is_none() {
            let behind = self.rows.last().map_or(self.skip, |row| row + 1);
            kept.cut = odd.iter().copied().find(|row| *row >= behind);
        }
        let passed = self.skip..kept.cut.unwrap_or(u64::MAX);
        for (row, odd) in odd.into_iter().zip(page.odd_rows()) {
            if content(&odd.value).is_some_and(|key| self.recent.again(key)) || !passed.contains(&row) {
                continue;
            }
            kept.odd += 1;
            if let Some(told) = &mut self.odd_rows {
                told.add(number, row, page.unreadable());
            }
        }
        page.items = given;
        kept
    }

    /// A page of nothing but what came before: whether the list ends with it. Rows that were added push others back by
    /// whole pages; a list that came whole, without a word of pages, comes whole each time. Anything else hides rows.
    fn ends_in_repeats(&self, number: i64, page: &Page<T>, came: u64, risen: u64) -> Result<bool, Error> {
        let Some(list) = &self.list else { return Ok(true) };
        let says_nothing = page.numbers.is_silent();
        let before = self.rows_before().unwrap_or(0);
        let counted = before.saturating_add(self.tally.counted());
        let total = page.total().and_then(|total| u64::try_from(total).ok());
        if list.settings.unchecked {
            let stood = before.saturating_add(self.tally.stood());
            return Ok(page.last().is_none() && total.is_none_or(|total| stood >= total));
        }
        if risen >= came {
            return Ok(false);
        }
        if total == Some(counted) && !self.tally.moved() {
            return Ok(true);
        }
        let full = list.asked.per_page.unwrap_or(DEFAULT_SIZE);
        if says_nothing && i64::try_from(came).is_ok_and(|came| came < full) {
            let is_whole = self.repeated_pages >= REPEATED_PAGES && came == counted;
            if is_whole || self.repeated_pages < REPEATED_PAGES {
                return Ok(is_whole);
            }
        }
        Err(self.refuse(Error::incomplete(format!(
            "page {number} holds nothing but what came before: something on the way ignores `page`; take the list as it is \
             by unchecked() where it repeats rows by nature"
        ))))
    }

    /// Rows were removed, which may have moved others to pages that were read already: reads those again, or remembers that
    /// it could not.
    fn step_back(&mut self, number: i64, fallen: u64) -> bool {
        // On the first page there is nothing before it.
        if number == 1 {
            self.tally.repaired(fallen);
            return false;
        }
        let size = self.tally.widest().max(1);
        let pages = i64::try_from(fallen.div_ceil(size)).unwrap_or(i64::MAX).min(number - 1);
        let again = size.saturating_mul(u64::try_from(pages + 1).unwrap_or(u64::MAX));
        let is_before = number - pages < self.first;
        if is_before || self.anonymous || !self.recent.holds(again) || self.steps_back >= STEPS_BACK {
            self.tally.unrepaired(fallen);
            return false;
        }
        self.steps_back += 1;
        self.tally.repaired(fallen);
        self.under_way.clear();
        (self.due, self.ask) = (number - pages, number - pages);
        true
    }

    /// The last page was given: holds what came against what should have come.
    fn end(&mut self, follows: Follows) {
        let before = self.rows_before();
        let Some(list) = self.list.take() else { return };
        self.under_way.clear();
        let broken = || match follows {
            Follows::Promises if !self.tally.has_total() => {
                Some("the last pages were empty, although the server says that more follow".to_owned())
            }
            _ => None,
        };
        let unmet = || {
            let expected = list.freshness.as_ref()?.expected()?;
            let all = before.unwrap_or(self.skipped).saturating_add(self.tally.counted());
            expected.unmet(Seen { shown: self.shown, all, odd: self.odd })
        };
        let shortfall =
            if list.settings.unchecked { None } else { self.tally.shortfall(before).or_else(broken) };
        if let Some(what) = shortfall.or_else(unmet) {
            self.failure = Some(self.refuse(Error::incomplete(what)));
            // Back to where the first of them may be missing.
            (self.due, self.skip) = (self.tally.suspect().unwrap_or(self.furthest).max(self.first), 0);
            return;
        }
        self.tell_odd_rows();
    }

    /// As many items as were wanted came.
    fn end_at_limit(&mut self) {
        self.list = None;
        self.under_way.clear();
        self.tell_odd_rows();
    }

    /// Who goes on behind the error goes past those rows.
    fn tell_odd_rows(&mut self) {
        let told = self.odd_rows.as_ref().and_then(OddRows::told);
        self.failure = told.map(|what| self.refuse(Error::incomplete(what)));
    }

    fn is_full(&self) -> bool {
        let limit = self.list.as_ref().and_then(|list| list.settings.limit);
        limit.is_some_and(|limit| self.given >= limit)
    }

    /// An error about a page that was read.
    fn refuse(&self, error: Error) -> Error {
        of_read(error, self.operation, self.answer.as_ref())
    }

    fn fail(&mut self, error: Error) -> Error {
        self.list = None;
        self.under_way.clear();
        error.with_walk(self.given, self.token(0))
    }
}

/// Where on the page rows stand that could not be read, in order.
fn odd_places<T>(page: &Page<T>) -> Vec<u64> {
    page.odd_rows().iter().filter_map(|row| u64::try_from(row.position).ok()).collect()
}

fn sent<T: Send + 'static>(
    list: &Lister<T>,
    number: i64,
) -> Pin<Box<dyn Future<Output = Arrived<T>> + Send>> {
    Box::pin(list.page_of(Some(number)).with_meta())
}

fn of_read(error: Error, operation: &'static str, answer: Option<&Meta>) -> Error {
    match answer {
        Some(answer) => error.of_read(operation, answer),
        None => error.with_operation(operation),
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
