//! New ids: deterministic, so that two runs of one test see the same ids.
//!
//! Not here: the fixed ids of the seed (`seed`).

use std::collections::VecDeque;

/// Makes ids of both kinds: 32 hex digits and numbers (processes_tasks:conventions).
#[derive(Clone, Debug)]
pub struct Ids {
    next: u64,
    planned: VecDeque<Option<String>>,
}

impl Ids {
    /// Starts counting at 20000, above every number of the seed.
    pub fn new() -> Self {
        Self { next: 20_000, planned: VecDeque::new() }
    }

    /// Starts counting elsewhere.
    pub fn after(number: u64) -> Self {
        Self { next: number, planned: VecDeque::new() }
    }

    /// Sets the next hex ids, so that the seed's rows have names.
    pub fn plan(&mut self, ids: &[&str]) {
        self.planned.extend(ids.iter().map(|id| Some((*id).to_owned())));
    }

    /// Sets the next hex ids where they are given; the others are new.
    pub fn plan_some(&mut self, ids: impl IntoIterator<Item = Option<String>>) {
        self.planned.extend(ids);
    }

    /// Forgets planned ids that nothing has taken.
    pub fn forget_plan(&mut self) {
        self.planned.clear();
    }

    /// The next number: increments, guests, associations.
    pub fn number(&mut self) -> i64 {
        self.next += 1;
        i64::try_from(self.next).unwrap_or(i64::MAX)
    }

    /// The next id of 32 lowercase hex digits.
    pub fn hex(&mut self) -> String {
        if let Some(Some(id)) = self.planned.pop_front() {
            return id;
        }
        self.fresh()
    }

    /// A new id, whatever is planned: for codes that no test names.
    pub fn fresh(&mut self) -> String {
        self.next += 1;
        format!("{:016x}{:016x}", scramble(self.next), scramble(!self.next))
    }
}

/// One step of splitmix64: spreads a counter over all bits, so that ids do not look like neighbours.
fn scramble(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::Ids;

    #[test]
    fn hex_ids_have_the_service_form_and_differ() {
        let mut ids = Ids::new();
        let (one, two) = (ids.hex(), ids.hex());
        assert_ne!(one, two);
        assert_eq!(one.len(), 32);
        assert!(one.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)));
    }
}
