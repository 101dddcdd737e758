//! Sets of rows by what they have in common: a state, an assignee, a template.
//!
//! Not here: which facets there are (`tasks`, `processes`).

use std::collections::HashMap;
use std::hash::Hash;

use crate::state::bits::Bits;

/// Rows by facet.
#[derive(Clone, Debug)]
pub struct Facets<K> {
    rows: HashMap<K, Bits>,
    of: Vec<Vec<K>>,
    none: Bits,
}

impl<K> Default for Facets<K> {
    fn default() -> Self {
        Self { rows: HashMap::new(), of: Vec::new(), none: Bits::default() }
    }
}

impl<K: Clone + Eq + Hash> Facets<K> {
    /// Sets the facets of a row in the place of those that it had.
    pub fn set(&mut self, slot: usize, keys: Vec<K>) {
        if self.of.len() <= slot {
            self.of.resize(slot + 1, Vec::new());
        }
        let before = std::mem::replace(&mut self.of[slot], keys);
        for key in before.iter().filter(|key| !self.of[slot].contains(key)) {
            if let Some(rows) = self.rows.get_mut(key) {
                rows.remove(slot);
            }
        }
        for key in self.of[slot].iter().filter(|key| !before.contains(key)) {
            match self.rows.get_mut(key) {
                Some(rows) => rows.insert(slot),
                None => drop(self.rows.insert(key.clone(), Bits::from_iter([slot]))),
            }
        }
    }

    /// The rows with a facet.
    pub fn get(&self, key: &K) -> &Bits {
        self.rows.get(key).unwrap_or(&self.none)
    }

    /// The rows with any of these facets.
    pub fn any(&self, keys: impl IntoIterator<Item = K>) -> Bits {
        keys.into_iter().fold(Bits::default(), |found, key| found.or(self.get(&key)))
    }
}

#[cfg(test)]
mod tests {
    use super::Facets;

    #[test]
    fn a_row_leaves_the_facets_that_it_lost() {
        let mut facets = Facets::default();
        facets.set(0, vec!['a', 'b']);
        facets.set(70, vec!['b']);
        facets.set(0, vec!['b', 'c']);
        let rows = |key: char| facets.get(&key).iter().collect::<Vec<_>>();
        assert_eq!((rows('a'), rows('b'), rows('c')), (vec![], vec![0, 70], vec![0]));
        assert_eq!(facets.any(['a', 'c', 'x']).iter().collect::<Vec<_>>(), [0]);
    }
}
