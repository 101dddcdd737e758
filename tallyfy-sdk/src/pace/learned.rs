//! The rate that a 429 taught: how fast calls may go after it, how that grows with every call that is let through, and
//! when it is forgotten. Nothing here waits.
//!
//! It grows by a step for every accepted call, so by a part of itself in a time; the step doubles with every window
//! without a 429. After a limit that is known by what was accepted before, it grows little at first: the next 429 is
//! minutes away. After an outage, or few calls, it grows fast: nothing is known, and one more 429 costs little.
//!
//! A 429 right after another says nothing of the rate, but that it is too early: those in a row double the time to the
//! next attempt, up to a window, and the first call that is let through ends that.

use std::time::Duration;

use tokio::time::Instant;

use super::rate::WINDOW;

/// After a 429, this part of what was accepted in the window before it is used.
const PART: f64 = 0.9;
/// Calls in a window below which they teach little.
const FEW: u32 = 20;
/// Calls in a window that a first 429 leaves at least: others may share the limit, and few calls teach little.
const LEAST_AT_FIRST: f64 = 30.0;
/// The slowest rate, in calls a window: the spacing reaches the window.
const SLOWEST: f64 = 1.0;
/// From here on, in calls a window, the spacing is shorter than any timer.
const FASTEST: f64 = 60_000.0;
/// What an accepted call adds to the rate, where the limit is known and where it is not.
const CAREFUL: f64 = 0.02;
const BOLD: f64 = 8.0;
/// The time to the next attempt after the second 429 in a row.
const FIRST_PROBE: Duration = Duration::from_millis(500);
/// How long it is kept when nobody calls.
const HOLD: Duration = Duration::from_secs(300);

#[derive(Debug)]
pub(super) struct LearnedRate {
    /// In calls a window, from [`SLOWEST`] to [`FASTEST`].
    rate: f64,
    /// What the next accepted call adds to it.
    step: f64,
    throttled_at: Instant,
    /// When the step doubled.
    doubled_at: Instant,
    /// When it last held a call back.
    held_at: Instant,
    /// When the 429s began after which no call was let through; `None` once one was.
    refused_since: Option<Instant>,
    /// The time to the next attempt while none is let through.
    probe: Duration,
}

impl LearnedRate {
    /// After the first 429, with so many calls accepted in the window before.
    pub(super) fn first(accepted: u32, now: Instant) -> Self {
        let rate = (PART * f64::from(accepted)).max(LEAST_AT_FIRST);
        let step = if accepted < FEW { BOLD } else { CAREFUL };
        Self {
            rate: rate.min(FASTEST),
            step,
            throttled_at: now,
            doubled_at: now,
            held_at: now,
            refused_since: Some(now),
            probe: Duration::ZERO,
        }
    }

    /// Another 429, of a call that had its permit at `granted`. Says whether anything was learned from it.
    pub(super) fn throttled(&mut self, accepted: u32, granted: Instant, now: Instant) -> bool {
        // It left before the spacing began: nothing new.
        if granted <= self.throttled_at {
            return false;
        }
        match self.refused_since {
            Some(since) => {
                self.probe = (self.probe * 2).clamp(FIRST_PROBE, WINDOW);
                if since + WINDOW <= now {
                    // No limit lasts that long: what was known of one is of no use.
                    (self.rate, self.step) = (self.rate.min(LEAST_AT_FIRST), BOLD);
                }
            }
            None => {
                let known = PART * self.rate.min(f64::from(accepted));
                (self.rate, self.step) = match accepted {
                    0..FEW => (known.max(self.rate / 2.0), BOLD),
                    FEW.. => (known, CAREFUL),
                };
                self.rate = self.rate.max(SLOWEST);
                self.refused_since = Some(now);
            }
        }
        (self.throttled_at, self.doubled_at) = (now, now);
        true
    }

    /// A call that had its permit at `granted` was let through.
    pub(super) fn accepted(&mut self, granted: Instant, now: Instant) {
        if granted <= self.throttled_at {
            // It belongs to those that were accepted before the 429, and only its answer came later.
            self.rate += PART;
            return;
        }
        (self.refused_since, self.probe) = (None, Duration::ZERO);
        if self.doubled_at + WINDOW <= now {
            self.step *= 2.0;
            self.doubled_at = now;
        }
        self.rate += self.step.min(self.rate);
    }

    /// The time between two calls.
    pub(super) fn spacing(&self) -> Duration {
        let spacing = WINDOW.as_secs_f64() / self.rate.clamp(SLOWEST, FASTEST);
        Duration::from_secs_f64(spacing).max(self.probe)
    }

    /// The time from the last 429 to the next attempt, beside what the service asked for.
    pub(super) fn probe(&self) -> Duration {
        self.probe
    }

    /// It held a call back.
    pub(super) fn held(&mut self, now: Instant) {
        self.held_at = now;
    }

    /// Whether it says nothing any more: a window has passed without a 429 and without a call it held back.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        let keep = if self.refused_since.is_none() { WINDOW } else { HOLD };
        self.rate >= FASTEST || self.throttled_at.max(self.held_at) + keep <= now
    }
}
