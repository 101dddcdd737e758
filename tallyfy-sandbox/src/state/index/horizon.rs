//! Rows whose time has come: overdue tasks, without looking at every deadline.
//!
//! Not here: which time of a row counts (`tasks`, `processes`).

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::state::bits::Bits;

/// Rows in the order of a time, with a set of those that lie before a moment. The moment moves with the
/// questions, so that a question costs what has happened since the last one.
#[derive(Clone, Debug)]
pub struct Horizon {
    times: BTreeSet<(DateTime<Utc>, usize)>,
    of: Vec<Option<DateTime<Utc>>>,
    before: Bits,
    moment: DateTime<Utc>,
}

impl Default for Horizon {
    fn default() -> Self {
        let moment = DateTime::<Utc>::MIN_UTC;
        Self { times: BTreeSet::new(), of: Vec::new(), before: Bits::default(), moment }
    }
}

impl Horizon {
    /// Sets the time of a row, or takes it out.
    pub fn set(&mut self, slot: usize, time: Option<DateTime<Utc>>) {
        if self.of.len() <= slot {
            self.of.resize(slot + 1, None);
        }
        if let Some(old) = std::mem::replace(&mut self.of[slot], time) {
            self.times.remove(&(old, slot));
            self.before.remove(slot);
        }
        if let Some(time) = time {
            self.times.insert((time, slot));
            if time < self.moment {
                self.before.insert(slot);
            }
        }
    }

    /// The rows whose time lies before a moment.
    pub fn before(&mut self, moment: DateTime<Utc>) -> &Bits {
        let (from, to) = (self.moment.min(moment), self.moment.max(moment));
        let forward = moment > self.moment;
        for (_, slot) in self.times.range((from, 0)..(to, 0)) {
            if forward {
                self.before.insert(*slot);
            } else {
                self.before.remove(*slot);
            }
        }
        self.moment = moment;
        &self.before
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::Horizon;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap_or_default()
    }

    #[test]
    fn the_moment_moves_both_ways_and_rows_change_their_time() {
        let mut horizon = Horizon::default();
        for (slot, second) in [(0, 10), (1, 20), (2, 30)] {
            horizon.set(slot, Some(at(second)));
        }
        let before = |horizon: &mut Horizon, second| horizon.before(at(second)).iter().collect::<Vec<_>>();
        assert_eq!(before(&mut horizon, 20), [0]);
        assert_eq!(before(&mut horizon, 31), [0, 1, 2]);
        horizon.set(0, Some(at(40)));
        horizon.set(1, None);
        assert_eq!(before(&mut horizon, 31), [2]);
        assert_eq!(before(&mut horizon, 5), [] as [usize; 0]);
        assert_eq!(before(&mut horizon, 41), [0, 2]);
    }
}
