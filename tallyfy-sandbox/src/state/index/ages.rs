//! Rows by age, page by page.
//!
//! Not here: other orders, for which the rows are sorted.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::state::bits::Bits;

/// Up to so many rows are sorted rather than looked for in the order of all.
const FEW: usize = 500;

/// When a row was created, and its number.
pub type Age = (DateTime<Utc>, i64);

/// Rows in the order of their creation, which is that of their slots unless the clock went back.
#[derive(Clone, Debug, Default)]
pub struct Ages {
    of: Vec<Option<Age>>,
    order: BTreeSet<(Age, usize)>,
    /// The clock once went back: slots and ages are in different orders since.
    mixed: bool,
    youngest: Option<Age>,
}

impl Ages {
    /// Sets the age of a row, or takes it out.
    pub fn set(&mut self, slot: usize, age: Option<Age>) {
        if self.of.len() <= slot {
            self.of.resize(slot + 1, None);
        }
        let before = std::mem::replace(&mut self.of[slot], age);
        if before == age {
            return;
        }
        if let Some(age) = before {
            self.order.remove(&(age, slot));
        }
        if let Some(age) = age {
            self.order.insert((age, slot));
            self.mixed |= Some(age) < self.youngest || slot + 1 < self.of.len();
            self.youngest = self.youngest.max(Some(age));
        }
    }

    /// Some of these rows, the youngest first unless told otherwise.
    pub fn page(&self, wanted: &Bits, oldest_first: bool, skip: usize, count: usize) -> Vec<usize> {
        if !self.mixed {
            return if oldest_first { wanted.range(skip, count) } else { wanted.range_back(skip, count) };
        }
        if wanted.len() <= FEW {
            let mut slots: Vec<usize> = wanted.iter().collect();
            slots.sort_by_key(|slot| (self.of.get(*slot).copied().flatten(), *slot));
            if !oldest_first {
                slots.reverse();
            }
            return slots.into_iter().skip(skip).take(count).collect();
        }
        // Among many rows the next wanted one is near.
        let wanted = |(_, slot): &(Age, usize)| wanted.contains(*slot).then_some(*slot);
        if oldest_first {
            self.order.iter().filter_map(wanted).skip(skip).take(count).collect()
        } else {
            self.order.iter().rev().filter_map(wanted).skip(skip).take(count).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::Ages;
    use crate::state::bits::Bits;

    #[test]
    fn few_and_many_rows_come_in_the_same_order() {
        let mut ages = Ages::default();
        // Every second row is older than all the others.
        let at = |slot: usize| if slot.is_multiple_of(2) { 1000 + slot } else { slot };
        for slot in 0..2000 {
            let at = i64::try_from(at(slot)).unwrap_or(0);
            ages.set(slot, Some((DateTime::<Utc>::from_timestamp(at * 1000, 0).unwrap_or_default(), 1)));
        }
        assert!(ages.mixed);
        let all: Bits = (0..2000).collect();
        let few: Bits = [0, 1, 2, 3].into_iter().collect();
        assert_eq!(ages.page(&few, true, 0, 10), [1, 3, 0, 2]);
        assert_eq!(ages.page(&few, false, 1, 2), [0, 3]);
        assert_eq!(ages.page(&all, true, 0, 3), [1, 3, 5]);
        assert_eq!(ages.page(&all, false, 0, 3), [1998, 1996, 1994]);
        ages.set(1, None);
        ages.set(1, Some((DateTime::<Utc>::MAX_UTC, 1)));
        assert_eq!(ages.page(&all, false, 0, 2), [1, 1998]);
    }

    #[test]
    fn while_the_clock_goes_forward_slots_are_in_order() {
        let mut ages = Ages::default();
        for slot in 0..10 {
            ages.set(slot, Some((DateTime::<Utc>::MIN_UTC, i64::try_from(slot).unwrap_or(0))));
        }
        let even: Bits = [0, 2, 4, 6, 8].into_iter().collect();
        assert!(!ages.mixed);
        assert_eq!(ages.page(&even, false, 1, 3), [6, 4, 2]);
        assert_eq!(ages.page(&even, true, 3, 9), [6, 8]);
    }
}
