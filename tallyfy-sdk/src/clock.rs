//! What a client takes from outside besides tokio's clock, by which it waits: the machine's date, chance, and
//! what the server's clock says. All can be injected, so that runs can be repeated exactly.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

/// Gives numbers in `0.0..1.0`.
pub(crate) type Jitter = Box<dyn Fn() -> f64 + Send + Sync>;
/// Gives the machine's date.
pub(crate) type Here = Box<dyn Fn() -> SystemTime + Send + Sync>;

/// Nothing was heard of the server's clock.
const UNHEARD: i64 = i64::MIN;

pub(crate) struct Clock {
    jitter: Jitter,
    here: Here,
    /// By how many milliseconds the server's clock goes before this machine's.
    ahead: AtomicI64,
}

impl Clock {
    pub(crate) fn new(jitter: Option<Jitter>, here: Option<Here>) -> Self {
        Self {
            jitter: jitter.unwrap_or_else(|| Box::new(fastrand::f64)),
            here: here.unwrap_or_else(|| Box::new(SystemTime::now)),
            ahead: AtomicI64::new(UNHEARD),
        }
    }

    pub(crate) fn jitter(&self) -> f64 {
        (self.jitter)()
    }

    pub(crate) fn here(&self) -> SystemTime {
        (self.here)()
    }

    /// An answer showed the server's date.
    pub(crate) fn heard(&self, date: SystemTime) {
        let here = self.here();
        let ahead = match date.duration_since(here) {
            Ok(ahead) => millis(ahead),
            Err(behind) => -millis(behind.duration()),
        };
        self.ahead.store(ahead, Ordering::Relaxed);
    }

    /// The server's date, or this machine's as long as the server has shown none.
    pub(crate) fn there(&self) -> SystemTime {
        let here = self.here();
        let ahead = self.ahead.load(Ordering::Relaxed);
        let difference = Duration::from_millis(ahead.unsigned_abs());
        let there = match ahead {
            UNHEARD => None,
            0.. => here.checked_add(difference),
            _ => here.checked_sub(difference),
        };
        there.unwrap_or(here)
    }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
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

    #[test]
    fn the_server_has_the_say_once_it_was_heard() {
        let clock = Clock::new(None, Some(Box::new(|| at(1000))));
        assert_eq!(clock.there(), at(1000));
        clock.heard(at(1600));
        assert_eq!(clock.there(), at(1600));
        clock.heard(at(400));
        assert_eq!(clock.there(), at(400));
        assert_eq!(clock.here(), at(1000));
    }
}
