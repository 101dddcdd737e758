//! What a client takes from outside besides tokio's clock, by which it waits: the machine's date, chance, and
//! what the server's clock says. All can be injected, so that runs can be repeated exactly.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

use crate::error::Error;

/// Gives numbers in `0.0..1.0`.
pub(crate) type Jitter = Box<dyn Fn() -> f64 + Send + Sync>;
/// Gives the machine's date.
pub(crate) type Here = Box<dyn Fn() -> SystemTime + Send + Sync>;

/// How many spans of time are told apart, and how long each is: enough for the longest calls.
const SPANS: usize = 120;
const SPAN: Duration = Duration::from_secs(10);

pub(crate) struct Clock {
    jitter: Jitter,
    here: Here,
    server: Mutex<VecDeque<Span>>,
}

/// By how much the server's clock went before this machine's in answers of one span of time.
#[derive(Clone, Copy)]
struct Span {
    began: Instant,
    ended: Instant,
    least: TimeDelta,
    most: TimeDelta,
}

impl Clock {
    pub(crate) fn new(jitter: Option<Jitter>, here: Option<Here>) -> Self {
        Self {
            jitter: jitter.unwrap_or_else(|| Box::new(fastrand::f64)),
            here: here.unwrap_or_else(|| Box::new(SystemTime::now)),
            server: Mutex::new(VecDeque::new()),
        }
    }

    /// What is no part of one stands for all of it: the longest wait.
    pub(crate) fn jitter(&self) -> f64 {
        let part = (self.jitter)();
        if is_part(part) { part } else { 1.0 }
    }

    /// Tries the given source of chance once.
    pub(crate) fn validate(&self) -> Result<(), Error> {
        let part = (self.jitter)();
        if is_part(part) {
            return Ok(());
        }
        Err(Error::input(format!(
            "the jitter gave {part}; let it give numbers from 0.0 to 1.0, or leave it out"
        )))
    }

    /// This machine's date.
    pub(crate) fn local_now(&self) -> SystemTime {
        (self.here)()
    }

    /// The server's date by its last answers, or this machine's as long as it showed none. Where they differ, the
    /// earlier: what is to be waited for comes no sooner.
    pub(crate) fn server_now(&self) -> SystemTime {
        let spans = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        let (local, last) = (DateTime::<Utc>::from(self.local_now()), spans.back());
        last.and_then(|last| local.checked_add_signed(last.least)).unwrap_or(local).into()
    }

    /// An answer showed the server's date.
    pub(crate) fn observe(&self, date: SystemTime) {
        let (date, local): (DateTime<Utc>, DateTime<Utc>) = (date.into(), self.local_now().into());
        let (ahead, now) = (date - local, Instant::now());
        let mut spans = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        match spans.back_mut().filter(|last| now.saturating_duration_since(last.began) < SPAN) {
            Some(last) => {
                (last.least, last.most) = (last.least.min(ahead), last.most.max(ahead));
                last.ended = now;
            }
            None => {
                if spans.len() >= SPANS {
                    spans.pop_front();
                }
                spans.push_back(Span { began: now, ended: now, least: ahead, most: ahead });
            }
        }
    }

    /// By how much the server's clock went before this machine's since then, at least and at most; `None` if no answer
    /// showed it. Any one answer may be wrong, so none of them has the last word.
    pub(crate) fn ahead_since(&self, since: Instant) -> Option<(TimeDelta, TimeDelta)> {
        let spans = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = spans.iter().rev().take_while(|span| span.ended >= since);
        recent.map(|span| (span.least, span.most)).reduce(|(l, m), (least, most)| (l.min(least), m.max(most)))
    }
}

fn is_part(part: f64) -> bool {
    (0.0..=1.0).contains(&part)
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    //! The server's clock, seen from here.

    use std::time::UNIX_EPOCH;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[tokio::test(start_paused = true)]
    async fn the_server_s_clock_is_what_answers_since_then_say_from_least_to_most() {
        let clock = Clock::new(None, Some(Box::new(|| at(1000))));
        let range = |least, most| Some((TimeDelta::seconds(least), TimeDelta::seconds(most)));
        let began = Instant::now();
        assert_eq!(clock.ahead_since(began), None);
        clock.observe(at(1600));
        assert_eq!(clock.ahead_since(began), range(600, 600));
        clock.observe(at(400));
        assert_eq!(clock.ahead_since(began), range(-600, 600));
        tokio::time::advance(Duration::from_secs(11)).await;
        let later = Instant::now();
        assert_eq!(clock.ahead_since(later), None);
        clock.observe(at(1001));
        assert_eq!(clock.ahead_since(later), range(1, 1));
        assert_eq!(clock.ahead_since(began), range(-600, 600));
        assert_eq!(clock.local_now(), at(1000));
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_observed_long_ago_is_forgotten() {
        let clock = Clock::new(None, Some(Box::new(|| at(1000))));
        for _ in 0..1000 {
            clock.observe(at(1000));
            tokio::time::advance(SPAN).await;
        }
        assert_eq!(clock.server.lock().expect("no panic").len(), SPANS);
    }
}
