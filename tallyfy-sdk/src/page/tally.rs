//! The bookkeeping of a walk: which rows came before, how the server's totals moved, and whether all came that was
//! said to be there. Nothing here reads pages.

use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;
use tallyfy_gen::wire::{Id, Unreadable};

/// How a list changed while it was walked; see [`Items::drift`](crate::Items::drift).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drift {
    /// By how much the total rose, all rises together.
    pub added: u64,
    /// By how much it fell, all falls together.
    pub removed: u64,
    /// Items that came a second time, dropped or not.
    pub repeated: u64,
}

impl Drift {
    /// Whether nothing was noticed.
    pub fn is_none(self) -> bool {
        self == Self::default()
    }
}

/// What identifies a row; `None` where it has nothing of that kind.
pub(crate) trait RowId {
    fn key(&self) -> Option<u64>;
}

macro_rules! row_ids {
    ($($id:ty),+) => {$(
        impl RowId for $id {
            fn key(&self) -> Option<u64> {
                let mut hasher = DefaultHasher::new();
                self.hash(&mut hasher);
                Some(hasher.finish())
            }
        }
    )+};
}
row_ids!(String, i64, Id);

impl<R: RowId> RowId for Option<R> {
    fn key(&self) -> Option<u64> {
        self.as_ref()?.key()
    }
}

/// The ids of the last rows, up to a number: as hashes, so that memory stays flat whatever their ids are.
#[derive(Debug)]
pub(super) struct RecentIds {
    most: usize,
    order: VecDeque<u64>,
    known: HashSet<u64>,
}

impl RecentIds {
    pub(super) fn new(most: usize) -> Self {
        Self { most, order: VecDeque::new(), known: HashSet::new() }
    }

    /// Whether it came before, as far back as is remembered.
    pub(super) fn again(&mut self, key: u64) -> bool {
        if self.most == 0 {
            return false;
        }
        if !self.known.insert(key) {
            return true;
        }
        self.order.push_back(key);
        if self.order.len() > self.most
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        false
    }

    pub(super) fn holds(&self, rows: u64) -> bool {
        usize::try_from(rows).is_ok_and(|rows| rows <= self.most)
    }
}

/// Rows that an error names.
const MOST_NAMED: usize = 5;

/// What tells a row without an id from others: all that it holds, if it holds something. Two rows of the same words count
/// as one, so that a list may fall short with an error, rather than end as good with a row missing.
pub(super) fn content(row: &Value) -> Option<u64> {
    let holds_something = match row {
        Value::Object(fields) => !fields.is_empty(),
        Value::Array(values) => !values.is_empty(),
        _ => false,
    };
    holds_something.then(|| row.to_string())?.key()
}

/// Rows that could not be read, by place and reason: no value of theirs is repeated.
#[derive(Debug, Default)]
pub(super) struct OddRows {
    count: u64,
    named: Vec<String>,
}

impl OddRows {
    /// A row of the page, by its place on it.
    pub(super) fn add(&mut self, number: i64, row: u64, unreadable: &[Unreadable]) {
        self.count += 1;
        if self.named.len() < MOST_NAMED {
            let is_it = |pointer: &str| pointer.split('/').nth(2).is_some_and(|at| at == row.to_string());
            let why = unreadable.iter().find(|value| is_it(value.pointer()));
            let why = why.map_or_else(|| format!("row {row}"), ToString::to_string);
            self.named.push(format!("page {number}, {why}"));
        }
    }

    /// What to say of them, if there are any.
    pub(super) fn told(&self) -> Option<String> {
        let more = match self.count.saturating_sub(MOST_NAMED as u64) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let named = self.named.join("; ");
        (self.count > 0).then(|| {
            format!(
                "rows that could not be read are not among the items ({named}{more}); all others were given: see them by \
                 pages() and odd_rows(), or go past them by skip_odd_rows()"
            )
        })
    }
}

/// What the server said about the whole list, and what came of it.
#[derive(Debug, Default)]
pub(super) struct Tally {
    first_total: Option<u64>,
    total: Option<u64>,
    /// Different rows that came.
    rows: u64,
    /// Rows of all pages, repeated ones too; the most on one; how many pages.
    stood: u64,
    widest: u64,
    pages: u64,
    /// Empty pages in a row.
    empty: u32,
    /// The last new page held fewer rows than others; and one did that was not the last.
    is_short: bool,
    gap: bool,
    /// Removals after which the rows before were read again, so that none slipped through.
    repaired: u64,
    /// Removals after which that could not be done.
    unrepaired: u64,
    drift: Drift,
    /// The first page after which rows may be missing.
    suspect: Option<i64>,
}

impl Tally {
    /// Takes in a page with so many rows; one that was read before counts no more.
    pub(super) fn page(&mut self, rows: u64, is_new: bool) {
        self.empty = if rows == 0 { self.empty + 1 } else { 0 };
        self.widest = self.widest.max(rows);
        if is_new {
            self.gap |= self.is_short && rows > 0;
            self.is_short = rows < self.widest;
            self.pages += 1;
            self.stood += rows;
        }
    }

    /// Takes in the total that came with page `number`; returns by how much it rose and fell.
    pub(super) fn total(&mut self, number: i64, total: Option<u64>) -> (u64, u64) {
        let Some(now) = total else { return (0, 0) };
        let before = *self.total.get_or_insert(now);
        self.first_total.get_or_insert(now);
        self.total = Some(now);
        let (risen, fallen) = (now.saturating_sub(before), before.saturating_sub(now));
        self.drift.added = self.drift.added.saturating_add(risen);
        self.drift.removed = self.drift.removed.saturating_add(fallen);
        if fallen > 0 {
            self.suspect.get_or_insert((number - 1).max(1));
        }
        (risen, fallen)
    }

    pub(super) fn repaired(&mut self, fallen: u64) {
        self.repaired = self.repaired.saturating_add(fallen);
        if self.unrepaired == 0 {
            self.suspect = None;
        }
    }

    pub(super) fn unrepaired(&mut self, fallen: u64) {
        self.unrepaired = self.unrepaired.saturating_add(fallen);
    }

    pub(super) fn rows(&mut self, rows: u64) {
        self.rows += rows;
    }

    pub(super) fn repeated(&mut self) {
        self.drift.repeated += 1;
    }

    /// A page that is not the last holds fewer rows than fit.
    pub(super) fn short(&mut self, number: i64) {
        self.suspect.get_or_insert(number);
    }

    pub(super) fn suspect(&self) -> Option<i64> {
        self.suspect
    }

    pub(super) fn drift(&self) -> Drift {
        self.drift
    }

    pub(super) fn has_total(&self) -> bool {
        self.total.is_some()
    }

    /// Whether the list was seen to move, so that its total no longer vouches for repeated rows.
    pub(super) fn moved(&self) -> bool {
        self.drift.added > 0 || self.drift.removed > 0
    }

    pub(super) fn counted(&self) -> u64 {
        self.rows
    }

    pub(super) fn stood(&self) -> u64 {
        self.stood
    }

    pub(super) fn widest(&self) -> u64 {
        self.widest
    }

    pub(super) fn pages(&self) -> u64 {
        self.pages
    }

    pub(super) fn empty(&self) -> u32 {
        self.empty
    }

    /// The rows that came and should have come, if they fall short. `before` are those that the walk began behind; `None`
    /// where nobody can tell.
    pub(super) fn missing(&self, before: Option<u64>) -> Option<(u64, u64)> {
        let came = self.rows.saturating_add(before?);
        let expected = self.first_total?.saturating_sub(self.repaired);
        (came < expected).then_some((came, expected))
    }

    /// What is wrong with a list that was walked to its end, in words.
    pub(super) fn shortfall(&self, before: Option<u64>) -> Option<String> {
        if let Some((came, expected)) = self.missing(before) {
            let repeated = match self.drift.repeated {
                0 => String::new(),
                repeated => format!(
                    ", and {repeated} rows came again: the list has no stable order, or something on the way ignores \
                     `page`; sort it, or take it as it is by unchecked() where it repeats rows by nature"
                ),
            };
            return Some(format!(
                "the list ended after {came} different rows of the {expected} that the server counts{repeated}"
            ));
        }
        if self.unrepaired > 0 {
            return Some(format!(
                "{} rows were removed while the list was walked, and others may have slipped to pages read before",
                self.unrepaired
            ));
        }
        // Rows that were added would make up for those that such a page lacks.
        (self.gap && self.moved()).then(|| {
            "a page in the middle held fewer rows than others, while the list changed: rows may be missing".to_owned()
        })
    }
}
