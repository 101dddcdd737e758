//! A line of calls: first come, first served, in which waiting can be given up at any time. When the one at its head
//! may go is asked of a [`Schedule`].

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// Says when the next one may go. Implementations wait for nothing and read no clock.
pub(super) trait Schedule {
    /// The earliest time for the next turn; `now` or earlier: at once.
    fn slot(&mut self, now: Instant) -> Instant;

    /// About when somebody comes up who has so many before them.
    fn expected(&self, now: Instant, ahead: u32) -> Instant;

    /// Somebody goes.
    fn grant(&mut self, now: Instant);
}

#[derive(Debug)]
pub(super) struct Lane<S> {
    /// Who holds it stands at the head. tokio's lock serves in order of arrival and forgets who leaves.
    head: tokio::sync::Mutex<()>,
    /// How many stand in the line, its head included.
    waiting: AtomicU32,
    /// The schedule has changed while somebody sleeps by it.
    changed: Notify,
    schedule: Mutex<S>,
}

impl<S: Schedule> Lane<S> {
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
        let result = change(&mut self.schedule.lock().unwrap_or_else(PoisonError::into_inner));
        if self.waiting.load(Ordering::Relaxed) > 0 {
            self.changed.notify_one();
        }
        result
    }

    /// Waits for a turn and returns when it came. If it cannot come until `latest`, fails as soon as that is
    /// known, with the time it would take.
    pub(super) async fn turn(&self, latest: Instant) -> Result<Instant, Duration> {
        // Nobody is before us: no need to stand in line.
        if let Ok(_head) = self.head.try_lock()
            && let Ok(granted) = self.step_up()
        {
            return Ok(granted);
        }
        let place = Place::at_the_end(&self.waiting);
        let now = Instant::now();
        let expected = self.lock_schedule().expected(now, place.ahead);
        if expected > latest {
            return Err(expected - now);
        }
        let turn = tokio::time::timeout_at(latest, self.stand_in_line(latest)).await;
        turn.unwrap_or_else(|_| {
            let now = Instant::now();
            Err(self.lock_schedule().expected(now, 0).saturating_duration_since(now))
        })
    }

    async fn stand_in_line(&self, latest: Instant) -> Result<Instant, Duration> {
        let _head = self.head.lock().await;
        loop {
            match self.step_up() {
                Ok(granted) => return Ok(granted),
                Err(slot) if slot > latest => return Err(slot.saturating_duration_since(Instant::now())),
                // Woken early, the schedule is asked again.
                Err(slot) => drop(tokio::time::timeout_at(slot, self.changed.notified()).await),
            }
        }
    }

    /// Goes, if it is time; else says when it will be.
    fn step_up(&self) -> Result<Instant, Instant> {
        let now = Instant::now();
        let mut schedule = self.lock_schedule();
        let slot = schedule.slot(now);
        if slot > now {
            return Err(slot);
        }
        schedule.grant(now);
        Ok(now)
    }

    fn lock_schedule(&self) -> std::sync::MutexGuard<'_, S> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the line, left when it is dropped.
struct Place<'a> {
    waiting: &'a AtomicU32,
    ahead: u32,
}

impl<'a> Place<'a> {
    fn at_the_end(waiting: &'a AtomicU32) -> Self {
        Self { waiting, ahead: waiting.fetch_add(1, Ordering::Relaxed) }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}
