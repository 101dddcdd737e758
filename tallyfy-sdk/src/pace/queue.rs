//! A queue of calls: first come, first served, in which waiting can be given up at any time. When the one at its head
//! may go is asked of a [`Schedule`], until when of a [`StartBy`].

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::answer_time::StartBy;

/// Says when the next one may go. Implementations wait for nothing and read no clock.
pub(super) trait Schedule {
    /// The earliest time for the next permit; `now` or earlier: at once.
    fn slot(&mut self, now: Instant) -> Instant;

    /// About when somebody comes up who has so many before them.
    fn expected(&self, now: Instant, ahead: u32) -> Instant;

    /// Somebody goes.
    fn grant(&mut self, now: Instant);

    /// Whether somebody is on the way, whose answer will show how long answers take.
    fn has_calls_under_way(&self) -> bool {
        false
    }
}

/// Why nobody can go now.
enum Blocked {
    Until(Instant),
    /// Little time is left, and how long answers take will be known soon.
    UntilAnAnswer,
    /// An answer could not come in time any more.
    TooLate,
}

#[derive(Debug)]
pub(super) struct FifoQueue<S> {
    /// Who holds it stands at the head. tokio's lock serves in order of arrival and forgets who leaves.
    head: tokio::sync::Mutex<()>,
    /// How many wait, the head included.
    waiting: AtomicU32,
    /// The schedule has changed while somebody sleeps by it.
    changed: Notify,
    schedule: Mutex<S>,
}

impl<S: Schedule> FifoQueue<S> {
    pub(super) fn new(schedule: S) -> Self {
        Self {
            head: tokio::sync::Mutex::new(()),
            waiting: AtomicU32::new(0),
            changed: Notify::new(),
            schedule: Mutex::new(schedule),
        }
    }

    /// Looks at the schedule, or tells it something.
    pub(super) fn change<R>(&self, change: impl FnOnce(&mut S) -> R) -> R {
        let result = change(&mut self.lock_schedule());
        if self.waiting.load(Ordering::Relaxed) > 0 {
            self.changed.notify_one();
        }
        result
    }

    /// Waits for a permit and returns when it came. If it cannot come in time, fails as soon as that is known, with
    /// the time it would take; zero where only the time for the answer is missing.
    pub(super) async fn acquire(&self, start_by: &StartBy<'_>) -> Result<Instant, Duration> {
        // Nobody is before us: no need to wait.
        if let Ok(_head) = self.head.try_lock()
            && let Ok(granted) = self.try_acquire(start_by)
        {
            return Ok(granted);
        }
        let waiter = Waiter::at_the_end(&self.waiting);
        let (now, latest) = (Instant::now(), start_by.latest());
        let expected = self.lock_schedule().expected(now, waiter.ahead);
        if expected > latest {
            return Err(expected - now);
        }
        let granted = tokio::time::timeout_at(latest, self.wait_in_line(start_by)).await;
        granted.unwrap_or_else(|_| {
            let now = Instant::now();
            Err(self.lock_schedule().expected(now, 0).saturating_duration_since(now))
        })
    }

    async fn wait_in_line(&self, start_by: &StartBy<'_>) -> Result<Instant, Duration> {
        let _head = self.head.lock().await;
        loop {
            match self.try_acquire(start_by) {
                Ok(granted) => return Ok(granted),
                Err(Blocked::TooLate) => return Err(Duration::ZERO),
                Err(Blocked::Until(slot)) if slot > start_by.latest() => {
                    return Err(slot.saturating_duration_since(Instant::now()));
                }
                // Woken early, the schedule is asked again.
                Err(Blocked::Until(slot)) => {
                    drop(tokio::time::timeout_at(slot, self.changed.notified()).await)
                }
                Err(Blocked::UntilAnAnswer) => self.changed.notified().await,
            }
        }
    }

    /// Goes, if it is time.
    fn try_acquire(&self, start_by: &StartBy<'_>) -> Result<Instant, Blocked> {
        let now = Instant::now();
        let mut schedule = self.lock_schedule();
        let slot = schedule.slot(now);
        if slot > now {
            return Err(Blocked::Until(slot));
        }
        if now > start_by.latest() {
            return Err(Blocked::TooLate);
        }
        if schedule.has_calls_under_way() && !start_by.has_ample_time(now) {
            return Err(Blocked::UntilAnAnswer);
        }
        schedule.grant(now);
        Ok(now)
    }

    fn lock_schedule(&self) -> MutexGuard<'_, S> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the queue, left when it is dropped.
struct Waiter<'a> {
    waiting: &'a AtomicU32,
    ahead: u32,
}

impl<'a> Waiter<'a> {
    fn at_the_end(waiting: &'a AtomicU32) -> Self {
        Self { waiting, ahead: waiting.fetch_add(1, Ordering::Relaxed) }
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}
