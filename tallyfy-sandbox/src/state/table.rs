//! An ordered table with an index by key: rows keep the order of their creation.
//!
//! Not here: what a row is.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

/// Something with a key of its own.
pub trait Row {
    /// The key's type.
    type Key: Clone + Eq + Hash;
    /// The key under which the row is found.
    fn key(&self) -> Self::Key;
}

/// Rows in the order of creation, found by key without a scan.
#[derive(Clone, Debug)]
pub struct Table<T: Row> {
    rows: Vec<T>,
    index: HashMap<T::Key, usize>,
}

impl<T: Row> Default for Table<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), index: HashMap::new() }
    }
}

impl<T: Row> Table<T> {
    /// Adds a row, or replaces the one with the same key.
    pub fn put(&mut self, row: T) {
        match self.index.get(&row.key()) {
            Some(&at) => self.rows[at] = row,
            None => {
                self.index.insert(row.key(), self.rows.len());
                self.rows.push(row);
            }
        }
    }

    /// The row with this key.
    pub fn get<Q>(&self, key: &Q) -> Option<&T>
    where
        T::Key: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.index.get(key).map(|&at| &self.rows[at])
    }

    /// The row with this key, to change it. Its key must stay as it is.
    pub fn get_mut<Q>(&mut self, key: &Q) -> Option<&mut T>
    where
        T::Key: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.index.get(key).map(|&at| &mut self.rows[at])
    }

    /// Takes a row out; the order of the others stays.
    pub fn remove<Q>(&mut self, key: &Q) -> Option<T>
    where
        T::Key: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let at = self.index.remove(key)?;
        let row = self.rows.remove(at);
        for place in self.index.values_mut().filter(|place| **place > at) {
            *place -= 1;
        }
        Some(row)
    }

    /// All rows, oldest first.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.rows.iter()
    }

    /// All rows, oldest first, to change them. Their keys must stay as they are.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.rows.iter_mut()
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
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

    #[test]
    fn rows_are_still_found_after_an_earlier_one_is_taken_out() {
        let mut table = Table::default();
        for row in [(1, 'a'), (2, 'b'), (3, 'c')] {
            table.put(row);
        }
        assert_eq!(table.remove(&1), Some((1, 'a')));
        assert_eq!(table.get(&1), None);
        assert_eq!(table.get(&3), Some(&(3, 'c')));
        table.put((2, 'z'));
        assert_eq!(table.iter().map(|row| row.1).collect::<String>(), "zc");
        assert_eq!(table.len(), 2);
    }
}
