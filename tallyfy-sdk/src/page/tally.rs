//! The bookkeeping of a walk: which rows came before, how the server's totals moved, and whether all came that was
//! said to be there. Nothing here reads pages.

use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use tallyfy_gen::wire::Id;

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

/// The last rows, up to a number: as hashes, so that memory stays flat whatever their ids are.
#[derive(Debug)]
pub(super) struct Seen {
    most: usize,
    order: VecDeque<u64>,
    known: HashSet<u64>,
}

impl Seen {
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

    pub(super) fn holds(&self, rows: usize) -> bool {
        rows <= self.most
    }
}

/// What the server said about the whole list, and what came of it.
#[derive(Debug, Default)]
pub(super) struct Tally {
    first_total: Option<u64>,
    total: Option<u64>,
    /// Rows before the place where the walk began; `None` where nobody can tell.
    before: Option<u64>,
    /// Rows that came, those left out as repeated not counted.
    rows: u64,
    /// Removals after which the rows before were read again, so that none slipped through.
    mended: u64,
    drift: Drift,
    /// The first page after which rows may be missing.
    suspect: Option<i64>,
}

impl Tally {
    /// A walk that begins behind so many rows.
    pub(super) fn begin(&mut self, before: Option<u64>) {
        self.before = before;
    }

    /// Takes in the total that came with page `number`; returns by how much it fell.
    pub(super) fn total(&mut self, number: i64, total: Option<u64>) -> u64 {
        let Some(now) = total else { return 0 };
        let before = *self.total.get_or_insert(now);
        self.first_total.get_or_insert(now);
        self.total = Some(now);
        self.drift.added += now.saturating_sub(before);
        let fallen = before.saturating_sub(now);
        self.drift.removed += fallen;
        if fallen > 0 {
            self.suspect.get_or_insert((number - 1).max(1));
        }
        fallen
    }

    pub(super) fn mend(&mut self, fallen: u64) {
        self.mended += fallen;
        self.suspect = None;
    }

    pub(super) fn row(&mut self) {
        self.rows += 1;
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

    /// The rows that came and should have come, if they fall short.
    pub(super) fn missing(&self) -> Option<(u64, u64)> {
        let came = self.rows + self.before?;
        let expected = self.first_total?.saturating_sub(self.mended);
        (came < expected).then_some((came, expected))
    }
}
