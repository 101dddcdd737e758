//! How fast a client may call: what was set, what the service says is left, and what a 429 taught. Nothing here waits.
//!
//! No figure of the service is built in, as its own sources differ (600 a minute, 140 in 10 seconds, 100 a minute);
//! only that a window lasts no longer than a minute.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::lane::Schedule;

/// The longest window of a limit by user or address (docs:open-api/api-clients/postman/troubleshooting).
pub(super) const WINDOW: Duration = Duration::from_secs(60);
/// Calls left in the window from which on they are spread over the rest of it.
const SCARCE: u64 = 5;
/// After a 429, this part of what was accepted in the window before it is used.
const PART: f64 = 0.9;
/// The widest spacing that is learned from one 429: others may share the limit, and few calls teach little.
const WIDEST_AT_FIRST: f64 = 2.0;
/// How long a learned spacing is kept before it is tried a little narrower, or dropped if nobody called.
const HOLD: Duration = Duration::from_secs(300);

#[derive(Debug)]
pub(super) struct Rate {
    /// Spacing that was set; zero for none.
    spacing: Duration,
    last: Option<Instant>,
    blocked_until: Option<Instant>,
    in_flight: u64,
    left: Option<Left>,
    learned: Option<Learned>,
    accepted: VecDeque<(Instant, u32)>,
}

/// What the service says is left in its window.
#[derive(Debug)]
struct Left {
    /// As the last answer had it.
    said: u64,
    /// The same, less the calls that have gone since or may not have been counted.
    calls: u64,
    /// No later than this the service's window ends.
    until: Instant,
    /// From when on `calls` are to be spread.
    from: Instant,
}

/// What a 429 taught.
#[derive(Debug)]
struct Learned {
    /// Calls accepted in the window before.
    accepted: u32,
    /// Wider than that by so much.
    factor: f64,
    since: Instant,
    /// The last turn since.
    last: Option<Instant>,
}

impl Learned {
    fn spacing(&self) -> Duration {
        let fair = WINDOW.as_secs_f64() / (PART * f64::from(self.accepted.max(1)));
        Duration::from_secs_f64((fair.min(WIDEST_AT_FIRST) * self.factor).min(WINDOW.as_secs_f64()))
    }
}

impl Rate {
    pub(super) fn new(spacing: Duration) -> Self {
        Self {
            spacing,
            last: None,
            blocked_until: None,
            in_flight: 0,
            left: None,
            learned: None,
            accepted: VecDeque::new(),
        }
    }

    /// A call that had its turn at `granted` was answered, and not with a 429.
    pub(super) fn accepted(&mut self, now: Instant, granted: Instant, remaining: Option<u64>) {
        self.count(now);
        if let Some(learned) = self.learned.as_mut().filter(|learned| granted <= learned.since) {
            learned.accepted += 1;
        }
        let Some(said) = remaining else { return };
        // Some of those under way may not be counted in what this answer says.
        let others = self.in_flight.saturating_sub(1);
        let until = match &self.left {
            Some(before) if said <= before.said.saturating_add(others) => before.until,
            // More is left than before: a window began since.
            _ => now + WINDOW,
        };
        self.left = Some(Left { said, calls: said.saturating_sub(others), until, from: now });
    }

    /// A call that had its turn at `granted` was turned away; the next one may try after `wait`.
    pub(super) fn throttled(&mut self, now: Instant, granted: Instant, wait: Duration) {
        self.blocked_until = self.blocked_until.max(Some(now + wait));
        self.left = None;
        let accepted = self.accepted_lately(now);
        match &mut self.learned {
            // It left before the spacing began: nothing new.
            Some(learned) if granted <= learned.since => {}
            Some(learned) => {
                learned.factor *= 2.0;
                learned.since = now;
                learned.last = None;
            }
            None => self.learned = Some(Learned { accepted, factor: 1.0, since: now, last: None }),
        }
    }

    /// A call that had its turn is over, one way or another.
    pub(super) fn finished(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    fn count(&mut self, now: Instant) {
        while self.accepted.front().is_some_and(|(at, _)| *at + WINDOW <= now) {
            self.accepted.pop_front();
        }
        match self.accepted.back_mut() {
            Some((at, count)) if now < *at + Duration::from_secs(1) => *count += 1,
            _ => self.accepted.push_back((now, 1)),
        }
    }

    fn accepted_lately(&self, now: Instant) -> u32 {
        self.accepted.iter().filter(|(at, _)| *at + WINDOW > now).map(|(_, count)| count).sum()
    }

    /// Drops what no longer holds.
    fn forget(&mut self, now: Instant) {
        if self.left.as_ref().is_some_and(|left| left.until <= now) {
            self.left = None;
        }
        if let Some(learned) = &mut self.learned {
            let idle = self.last.is_none_or(|last| last + HOLD <= now);
            if learned.since + HOLD <= now {
                learned.factor *= PART;
                learned.since = now;
                if idle {
                    self.learned = None;
                }
            }
        }
    }
}

impl Schedule for Rate {
    fn slot(&mut self, now: Instant) -> Instant {
        self.forget(now);
        self.expected(now, 0)
    }

    fn expected(&self, now: Instant, ahead: u32) -> Instant {
        let mut slot = self.blocked_until.map_or(now, |until| until.max(now));
        let mut spacing = self.spacing;
        if let Some(last) = self.last.filter(|_| !self.spacing.is_zero()) {
            slot = slot.max(last + self.spacing);
        }
        if let Some(learned) = &self.learned {
            spacing = spacing.max(learned.spacing());
            slot = learned.last.map_or(slot, |last| slot.max(last + learned.spacing()));
        }
        if let Some(left) = self.left.as_ref().filter(|left| left.calls <= SCARCE) {
            let parts = u32::try_from(left.calls).unwrap_or(u32::MAX).saturating_add(1);
            slot = slot.max(left.from + left.until.saturating_duration_since(left.from) / parts);
        }
        slot + spacing * ahead
    }

    fn grant(&mut self, now: Instant) {
        self.in_flight += 1;
        self.last = Some(now);
        if let Some(learned) = &mut self.learned {
            learned.last = Some(now);
        }
        if let Some(left) = &mut self.left {
            left.calls = left.calls.saturating_sub(1);
            left.from = now;
        }
    }
}
