//! How fast a client may call: what was set, what the service says is left (`pace/quota.rs`), and what a 429 taught
//! (`pace/learned.rs`). Nothing here waits.
//!
//! No figure of the service is built in, as its own sources differ (600 a minute, 140 in 10 seconds, 100 a minute);
//! only that a window lasts no longer than a minute.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::learned::LearnedRate;
use super::queue::Schedule;
use super::quota::{QuotaSignal, QuotaWindow};

/// The longest window of a limit by user or address (docs:open-api/api-clients/postman/troubleshooting).
pub(super) const WINDOW: Duration = Duration::from_secs(60);
/// Timers ring late by so much; the next call need not pay for it.
const TICK: Duration = Duration::from_millis(2);

#[derive(Debug)]
pub(super) struct RateLimiter {
    /// Spacing that was set; zero for none.
    spacing: Duration,
    last: Option<Instant>,
    blocked_until: Option<Instant>,
    in_flight: u64,
    /// The limit that most calls are counted by, and when an answer last showed it.
    limit: Option<(u64, Instant)>,
    quota: Option<QuotaWindow>,
    learned: Option<LearnedRate>,
    /// The last call by the learned spacing.
    last_learned: Option<Instant>,
    accepted: VecDeque<(Instant, u32)>,
}

impl RateLimiter {
    pub(super) fn new(spacing: Duration) -> Self {
        Self {
            spacing,
            last: None,
            blocked_until: None,
            in_flight: 0,
            limit: None,
            quota: None,
            learned: None,
            last_learned: None,
            accepted: VecDeque::new(),
        }
    }

    /// Whether an answer that names such a limit speaks of the one that all calls share. That is the largest of those
    /// seen in the last window: a limit of one kind of call is tighter than that of all.
    pub(super) fn is_shared(&mut self, limit: Option<u64>, now: Instant) -> bool {
        let Some(limit) = limit else { return true };
        match self.limit {
            Some((known, seen)) if limit < known && now < seen + WINDOW => return false,
            Some((known, _)) if limit != known => self.quota = None,
            _ => {}
        }
        self.limit = Some((limit, now));
        true
    }

    /// A call that had its permit at `granted` was answered, and not turned away.
    pub(super) fn accepted(&mut self, now: Instant, granted: Instant, signal: QuotaSignal) {
        self.count(now);
        if let Some(learned) = &mut self.learned {
            learned.accepted(granted, now);
        }
        if let Some(remaining) = signal.remaining {
            // Some of those under way may not be counted in what this answer says.
            let others = self.in_flight.saturating_sub(1);
            let quota = QuotaWindow::after(self.quota.as_ref(), remaining, signal.reset, others, now);
            self.quota = Some(quota);
        }
    }

    /// A call that had its permit at `granted` was turned away; the next one may try after `wait`.
    pub(super) fn throttled(&mut self, now: Instant, granted: Instant, wait: Duration) {
        self.blocked_until = self.blocked_until.max(Some(now + wait));
        self.quota = None;
        self.forget(now);
        let accepted = self.accepted_lately(now);
        match &mut self.learned {
            Some(learned) => {
                if learned.throttled(accepted, granted, now) {
                    // The first attempt after a 429 goes as soon as it may, those after more of them ever later.
                    self.last_learned = (now + learned.probe()).checked_sub(learned.spacing());
                }
            }
            None => (self.learned, self.last_learned) = (Some(LearnedRate::first(accepted, now)), None),
        }
    }

    /// A call that had its permit is over, one way or another.
    pub(super) fn finished(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// The call of the last permit, or of one not long before, was not sent: its slot is for the next one.
    pub(super) fn give_back(&mut self) {
        let back = |last: Option<Instant>, spacing| last.and_then(|last: Instant| last.checked_sub(spacing));
        self.last = back(self.last, self.spacing);
        if let Some(learned) = &self.learned {
            self.last_learned = back(self.last_learned, learned.spacing());
        }
        if let Some(quota) = &mut self.quota {
            quota.give_back();
        }
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
        if self.quota.as_ref().is_some_and(|quota| quota.is_over(now)) {
            self.quota = None;
        }
        if self.learned.as_ref().is_some_and(|learned| learned.is_over(now)) {
            (self.learned, self.last_learned) = (None, None);
        }
    }
}

/// When the next call counts as made: as planned, if only the timer was late.
fn planned(last: Option<Instant>, spacing: Duration, now: Instant) -> Instant {
    let planned = last.map(|last| last + spacing).filter(|planned| *planned <= now && now - *planned <= TICK);
    planned.unwrap_or(now)
}

impl Schedule for RateLimiter {
    fn slot(&mut self, now: Instant) -> Instant {
        self.forget(now);
        if let (Some(learned), Some(last)) = (&mut self.learned, self.last_learned)
            && last + learned.spacing() > now
        {
            learned.held(now);
        }
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
            slot = self.last_learned.map_or(slot, |last| slot.max(last + learned.spacing()));
        }
        if let Some(spread) = self.quota.as_ref().and_then(QuotaWindow::slot) {
            slot = slot.max(spread);
        }
        slot + spacing.saturating_mul(ahead).min(super::LONGEST)
    }

    fn grant(&mut self, now: Instant) {
        self.in_flight += 1;
        if !self.spacing.is_zero() {
            self.last = Some(planned(self.last, self.spacing, now));
        }
        if let Some(learned) = &self.learned {
            self.last_learned = Some(planned(self.last_learned, learned.spacing(), now));
        }
        if let Some(quota) = &mut self.quota {
            quota.take(now);
        }
    }

    fn has_calls_under_way(&self) -> bool {
        self.in_flight > 0
    }
}
