//! An ordered table with an index by key: rows keep the order of their creation, and the table knows which
//! of them may have changed.
//!
//! Not here: what a row is, lookups by anything but its key (`index`).

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

use super::bits::Bits;

/// Something with a key of its own.
pub trait Row {
    /// The key's type.
    type Key: Clone + Eq + Hash;
    /// The key under which the row is found.
    fn key(&self) -> Self::Key;
}

/// Rows in the order of creation, found by key without a scan. A row keeps its slot, which is its place in
/// that order, until it is taken out; the slots of rows taken out stay empty.
#[derive(Clone, Debug)]
pub struct Table<T: Row> {
    rows: Vec<Option<T>>,
    index: HashMap<T::Key, usize>,
    changed: Bits,
    /// By slot: which change of the table was the last of the row.
    stamps: Vec<u64>,
    stamp: u64,
}

impl<T: Row> Default for Table<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            index: HashMap::new(),
            changed: Bits::default(),
            stamps: Vec::new(),
            stamp: 0,
        }
    }
}

impl<T: Row> Table<T> {
    /// Adds a row, or replaces the one with the same key.
    pub fn put(&mut self, row: T) {
        let at = match self.index.get(&row.key()) {
            Some(&at) => at,
            None => {
                self.index.insert(row.key(), self.rows.len());
                self.rows.push(None);
                self.rows.len() - 1
            }
        };
        self.rows[at] = Some(row);
        self.note(at);
    }

    fn note(&mut self, at: usize) {
        self.changed.insert(at);
        self.stamp += 1;
        if self.stamps.len() <= at {
            self.stamps.resize(at + 1, 0);
        }
        self.stamps[at] = self.stamp;
    }

    /// A number that differs whenever the row may have changed.
    pub fn stamp<Q>(&self, key: &Q) -> Option<u64>
    where
        T::Key: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.stamps.get(*self.index.get(key)?).copied()
    }

    /// The row with this key.
    pub fn get<Q>(&self, key: &Q) -> Option<&T>
    where
        T::Key: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.at(*self.index.get(key)?)
    }

    /// The row with this key, to change it. Its key must stay as it is.
    pub fn get_mut<Q>(&mut self, key: &Q) -> Option<&mut T>
    where
        T::Key: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let at = *self.index.get(key)?;
        self.note(at);
        self.rows[at].as_mut()
    }

    /// Takes a row out; the order of the others stays.
    pub fn remove<Q>(&mut self, key: &Q) -> Option<T>
    where
        T::Key: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let at = self.index.remove(key)?;
        self.note(at);
        self.rows[at].take()
    }

    /// All rows, oldest first.
    pub fn iter(&self) -> std::iter::Flatten<std::slice::Iter<'_, Option<T>>> {
        self.rows.iter().flatten()
    }

    /// All rows, oldest first, to change them. Their keys must stay as they are.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        (0..self.rows.len()).for_each(|at| self.note(at));
        self.rows.iter_mut().flatten()
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// The row in a slot.
    pub fn at(&self, slot: usize) -> Option<&T> {
        self.rows.get(slot)?.as_ref()
    }

    /// The slot of a row.
    pub fn slot<Q>(&self, key: &Q) -> Option<usize>
    where
        T::Key: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.index.get(key).copied()
    }

    /// Counts a row among the changed ones, as something that it shows has changed.
    pub fn touch<Q>(&mut self, key: &Q)
    where
        T::Key: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.changed.extend(self.index.get(key).copied());
    }

    /// The slots of rows that may have changed since the last call.
    pub fn take_changed(&mut self) -> Bits {
        std::mem::take(&mut self.changed)
    }

    /// Whether a row may have changed since the last [`Table::take_changed`].
    pub fn has_changed(&self) -> bool {
        !self.changed.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::{Row, Table};

    impl Row for (u8, char) {
        type Key = u8;
        fn key(&self) -> u8 {
            self.0
        }
    }

    fn table() -> Table<(u8, char)> {
        let mut table = Table::default();
        for row in [(1, 'a'), (2, 'b'), (3, 'c')] {
            table.put(row);
        }
        table
    }

    #[test]
    fn rows_are_still_found_after_an_earlier_one_is_taken_out() {
        let mut table = table();
        assert_eq!(table.remove(&1), Some((1, 'a')));
        assert_eq!(table.get(&1), None);
        assert_eq!(table.get(&3), Some(&(3, 'c')));
        table.put((2, 'z'));
        assert_eq!(table.iter().map(|row| row.1).collect::<String>(), "zc");
        assert_eq!(table.len(), 2);
    }

    #[test]
    fn whatever_may_change_a_row_is_noticed() {
        let mut table = table();
        let changed = |table: &mut Table<(u8, char)>| table.take_changed().iter().collect::<Vec<_>>();
        assert_eq!(changed(&mut table), [0, 1, 2]);
        assert!(!table.has_changed());
        table.get_mut(&2);
        table.remove(&3);
        assert_eq!(changed(&mut table), [1, 2]);
        table.touch(&1);
        table.touch(&9);
        assert_eq!(changed(&mut table), [0]);
        table.iter_mut().for_each(drop);
        assert_eq!(changed(&mut table), [0, 1, 2]);
    }
}
