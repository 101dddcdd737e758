//! Sets of slots: as small as a few rows, as fast as whole words where they are many.
//!
//! Not here: what the slots mean (`table`, `index`).

/// Slots in a block.
const BLOCK: usize = 4096;
const WORDS: usize = BLOCK / 64;

/// A set of slots. Empty blocks take no room, so that a set of one row of a hundred thousand is small.
#[derive(Clone, Debug, Default)]
pub struct Bits {
    blocks: Vec<Option<Box<Block>>>,
    len: usize,
}

#[derive(Clone, Debug)]
struct Block {
    words: [u64; WORDS],
    len: usize,
}

impl Block {
    fn of(words: [u64; WORDS]) -> Option<Box<Self>> {
        let len = words.iter().map(|word| word.count_ones() as usize).sum();
        (len > 0).then(|| Box::new(Self { words, len }))
    }
}

impl Bits {
    /// How many slots there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// None at all.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether a slot is there.
    pub fn contains(&self, slot: usize) -> bool {
        let block = self.blocks.get(slot / BLOCK).and_then(Option::as_ref);
        block.is_some_and(|block| block.words[slot % BLOCK / 64] & (1 << (slot % 64)) != 0)
    }

    /// Adds a slot.
    pub fn insert(&mut self, slot: usize) {
        if self.blocks.len() <= slot / BLOCK {
            self.blocks.resize(slot / BLOCK + 1, None);
        }
        let empty = || Box::new(Block { words: [0; WORDS], len: 0 });
        let block = self.blocks[slot / BLOCK].get_or_insert_with(empty);
        let (word, bit) = (&mut block.words[slot % BLOCK / 64], 1 << (slot % 64));
        if *word & bit == 0 {
            *word |= bit;
            block.len += 1;
            self.len += 1;
        }
    }

    /// Takes a slot out.
    pub fn remove(&mut self, slot: usize) {
        if !self.contains(slot) {
            return;
        }
        if let Some(place) = self.blocks.get_mut(slot / BLOCK)
            && let Some(block) = place
        {
            block.words[slot % BLOCK / 64] &= !(1 << (slot % 64));
            block.len -= 1;
            self.len -= 1;
            if block.len == 0 {
                *place = None;
            }
        }
    }

    /// Slots of both sets.
    pub fn and(&self, other: &Self) -> Self {
        self.joined(other, |one, other| one & other)
    }

    /// Slots of either set.
    pub fn or(&self, other: &Self) -> Self {
        self.joined(other, |one, other| one | other)
    }

    /// Slots of this set that are not in the other.
    pub fn without(&self, other: &Self) -> Self {
        self.joined(other, |one, other| one & !other)
    }

    fn joined(&self, other: &Self, join: impl Fn(u64, u64) -> u64) -> Self {
        let words = |bits: &Self, at: usize| -> [u64; WORDS] {
            let block = bits.blocks.get(at).and_then(Option::as_ref);
            block.map_or([0; WORDS], |block| block.words)
        };
        let mut blocks = Vec::with_capacity(self.blocks.len().max(other.blocks.len()));
        for at in 0..self.blocks.len().max(other.blocks.len()) {
            let (mut joined, others) = (words(self, at), words(other, at));
            for (word, other) in joined.iter_mut().zip(others) {
                *word = join(*word, other);
            }
            blocks.push(Block::of(joined));
        }
        let len = blocks.iter().flatten().map(|block| block.len).sum();
        Self { blocks, len }
    }

    /// All slots, lowest first.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.range(0, self.len).into_iter()
    }

    /// Some slots in descending order: `count` of them after leaving out `skip`.
    pub fn range_back(&self, skip: usize, count: usize) -> Vec<usize> {
        let end = self.len.saturating_sub(skip);
        let start = end.saturating_sub(count);
        let mut found = self.range(start, end - start);
        found.reverse();
        found
    }

    /// Some slots in ascending order: `count` of them after leaving out `skip`.
    pub fn range(&self, mut skip: usize, count: usize) -> Vec<usize> {
        let mut found = Vec::with_capacity(count.min(self.len));
        for (at, block) in self.blocks.iter().enumerate() {
            let Some(block) = block else { continue };
            if skip >= block.len {
                skip -= block.len;
                continue;
            }
            for slot in block.slots().skip(skip).take(count - found.len()) {
                found.push(at * BLOCK + slot);
            }
            skip = 0;
            if found.len() >= count {
                break;
            }
        }
        found
    }
}

impl Block {
    fn slots(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros() as usize;
                    rest &= rest - 1;
                    at * 64 + bit
                })
            })
        })
    }
}

impl Extend<usize> for Bits {
    fn extend<I: IntoIterator<Item = usize>>(&mut self, slots: I) {
        slots.into_iter().for_each(|slot| self.insert(slot));
    }
}

impl FromIterator<usize> for Bits {
    fn from_iter<I: IntoIterator<Item = usize>>(slots: I) -> Self {
        let mut bits = Self::default();
        bits.extend(slots);
        bits
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::Bits;

    fn slots() -> impl Strategy<Value = BTreeSet<usize>> {
        prop::collection::btree_set(prop_oneof![0_usize..200, 4000_usize..4200, 90_000_usize..90_100], 0..60)
    }

    proptest! {
        #[test]
        fn sets_agree_with_plain_ones(
            one in slots(),
            other in slots(),
            skip in 0_usize..70,
            count in 0_usize..70,
        ) {
            let bits = |set: &BTreeSet<usize>| set.iter().copied().collect::<Bits>();
            let list = |bits: Bits| {
                assert_eq!(bits.len(), bits.iter().count());
                bits.iter().collect::<Vec<_>>()
            };
            let plain = |set: BTreeSet<usize>| set.into_iter().collect::<Vec<_>>();
            prop_assert_eq!(list(bits(&one).and(&bits(&other))), plain(&one & &other));
            prop_assert_eq!(list(bits(&one).or(&bits(&other))), plain(&one | &other));
            prop_assert_eq!(list(bits(&one).without(&bits(&other))), plain(&one - &other));
            let page: Vec<usize> = one.iter().copied().skip(skip).take(count).collect();
            prop_assert_eq!(bits(&one).range(skip, count), page);
            let back: Vec<usize> = one.iter().rev().copied().skip(skip).take(count).collect();
            prop_assert_eq!(bits(&one).range_back(skip, count), back);
            let mut left = bits(&one);
            other.iter().for_each(|slot| left.remove(*slot));
            prop_assert_eq!(list(left), plain(&one - &other));
            prop_assert!(one.iter().all(|slot| bits(&one).contains(*slot)));
        }
    }
}
