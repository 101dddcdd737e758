//! How long answers take, and so until when an attempt may start: one that cannot end before its deadline leaves behind
//! a write of which nobody knows whether it was done. Nothing here waits.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// The least time that an attempt must have.
const LEAST: Duration = Duration::from_millis(300);
/// What a call may need before its first attempt, on a busy machine; a part of long deadlines.
const START: Duration = Duration::from_millis(10);
/// With every success the estimate comes nearer to it by this part.
const DECAY: u64 = 8;
/// Answers may take a little longer than they did: by this part.
const MARGIN: u64 = 4;

/// What the last answers took: the longest, forgotten little by little.
#[derive(Debug, Default)]
pub(super) struct AnswerTime {
    /// In microseconds; zero before the first answer.
    micros: AtomicU64,
}

impl AnswerTime {
    /// An answer came after `time`. One that is no success may have come sooner than the work would have taken.
    pub(super) fn observe(&self, time: Duration, is_success: bool) {
        let sample = u64::try_from(time.as_micros()).unwrap_or(u64::MAX).max(1);
        let known = self.micros.load(Ordering::Relaxed);
        let next = match known {
            _ if sample > known => sample,
            _ if is_success => known - (known - sample).div_ceil(DECAY),
            _ => return,
        };
        if next != known {
            self.micros.store(next, Ordering::Relaxed);
        }
    }

    /// What an attempt must have before it, as far as is known.
    fn floor(&self) -> Duration {
        let known = self.micros.load(Ordering::Relaxed);
        Duration::from_micros(known.saturating_add(known / MARGIN)).max(LEAST)
    }

    fn is_known(&self) -> bool {
        self.micros.load(Ordering::Relaxed) > 0
    }
}

/// The times of one call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallTimes {
    pub(crate) started: Instant,
    /// For the whole call.
    pub(crate) deadline: Duration,
    /// For one attempt.
    pub(crate) timeout: Duration,
}

impl CallTimes {
    /// The time an attempt must have: no more than it may take, and no more than the call had when it began, so that
    /// who asks for a short time gets it.
    pub(super) fn floor(&self, answers: &AnswerTime) -> Duration {
        answers.floor().min(self.longest())
    }

    fn longest(&self) -> Duration {
        self.timeout.min(self.deadline.saturating_sub(START.max(self.deadline / 64)))
    }
}

/// Until when an attempt may start.
#[derive(Debug)]
pub(super) struct StartBy<'a> {
    pub(super) times: CallTimes,
    pub(super) answers: &'a AnswerTime,
}

impl StartBy<'_> {
    /// The last moment, as far as is known now.
    pub(super) fn latest(&self) -> Instant {
        self.times.started + (self.times.deadline - self.times.floor(self.answers))
    }

    /// Whether an attempt that starts now has enough time for an answer of which nothing is known yet.
    pub(super) fn has_ample_time(&self, now: Instant) -> bool {
        self.answers.is_known() || now + self.times.longest() <= self.times.started + self.times.deadline
    }
}

#[cfg(test)]
mod tests {
    //! The estimate, and what follows for calls with little time.

    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn the_longest_answer_counts_and_fades_with_the_successes_after_it() {
        let answers = AnswerTime::default();
        assert_eq!((answers.floor(), answers.is_known()), (ms(300), false));
        answers.observe(ms(2000), false);
        assert_eq!((answers.floor(), answers.is_known()), (ms(2500), true));
        answers.observe(ms(400), false);
        assert_eq!(answers.floor(), ms(2500), "a refusal comes quickly");
        answers.observe(ms(400), true);
        assert_eq!(answers.floor(), ms(2250));
        (0..100).for_each(|_| answers.observe(ms(400), true));
        assert_eq!(answers.floor(), ms(500));
        answers.observe(Duration::MAX, true);
        assert!(answers.floor() > Duration::from_secs(1_000_000));
        answers.observe(Duration::ZERO, true);
    }

    #[tokio::test(start_paused = true)]
    async fn an_attempt_must_have_no_more_than_it_may_take_or_the_call_had() {
        let (answers, started) = (AnswerTime::default(), Instant::now());
        answers.observe(ms(8000), true);
        for (deadline, timeout, floor) in [
            (120_000, 30_000, 10_000),
            (120_000, 4000, 4000),
            (6400, 30_000, 6300),
            (64, 30_000, 54),
            (5, 30_000, 0),
        ] {
            let times = CallTimes { started, deadline: ms(deadline), timeout: ms(timeout) };
            assert_eq!(times.floor(&answers), ms(floor));
            let start_by = StartBy { times, answers: &answers };
            assert_eq!(start_by.latest(), started + ms(deadline - floor));
        }
    }
}
