//! How many repeats all calls of a client may make together: a bucket of tokens, shared by clones. Whether one
//! call may be repeated at all is decided in `retry.rs`; nothing here waits or reads a clock.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::error::Error;

/// How many repeats a client may make in all, so that a failing service is not stormed.
///
/// Each repeat takes one token, each call that succeeds gives a part of one back, and some come back with
/// time. While the bucket is empty, calls end with the failure of their last attempt, and
/// [`is_held_back`](crate::Error::is_held_back) says so. Repeats after a 429 take none: they wait as long as
/// the service asks, in line.
///
/// ```
/// use tallyfy_sdk::{Client, RetryBudget};
///
/// let careful = RetryBudget::default().burst(20).per_success(0.1);
/// let client = Client::builder().token("your-token").retry_budget(careful).build()?;
/// # let _ = client;
/// # Ok::<(), tallyfy_sdk::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryBudget {
    burst: u32,
    per_success: f64,
    per_second: f64,
    unlimited: bool,
}

impl RetryBudget {
    /// As many repeats as the policies of the calls allow.
    pub fn unlimited() -> Self {
        Self { unlimited: true, ..Self::default() }
    }

    /// Repeats that a rested client may make at once (default 100); also what the bucket holds at most.
    #[must_use]
    pub fn burst(mut self, repeats: u32) -> Self {
        self.burst = repeats;
        self
    }

    /// Repeats that each success earns (default 0.2: in the long run, one call in six is a repeat).
    #[must_use]
    pub fn per_success(mut self, repeats: f64) -> Self {
        self.per_success = repeats;
        self
    }

    /// Repeats that each second earns (default 1), so that a quiet client recovers.
    #[must_use]
    pub fn per_second(mut self, repeats: f64) -> Self {
        self.per_second = repeats;
        self
    }

    /// Whether the figures are amounts.
    pub(crate) fn validate(&self) -> Result<(), Error> {
        let figures = [("per_success", self.per_success), ("per_second", self.per_second)];
        match figures.into_iter().find(|(_, repeats)| !(repeats.is_finite() && *repeats >= 0.0)) {
            Some((name, repeats)) => Err(Error::input(format!(
                "RetryBudget::{name}({repeats}) is no amount; name a number from 0 on, or RetryBudget::unlimited()"
            ))),
            None => Ok(()),
        }
    }
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self { burst: 100, per_success: 0.2, per_second: 1.0, unlimited: false }
    }
}

/// The bucket itself.
#[derive(Debug)]
pub(crate) struct Bucket {
    budget: RetryBudget,
    level: Mutex<Level>,
}

/// A token for one repeat. Dropped before the repeat is sent, it goes back.
#[derive(Debug)]
pub(crate) struct Paid<'a>(&'a Bucket);

impl Paid<'_> {
    /// The repeat leaves now.
    pub(crate) fn spend(self) {
        std::mem::forget(self);
    }
}

impl Drop for Paid<'_> {
    fn drop(&mut self) {
        self.0.refund();
    }
}

#[derive(Debug)]
struct Level {
    tokens: f64,
    /// When time was last paid in; `None` before the first use.
    at: Option<Instant>,
}

impl Bucket {
    pub(crate) fn new(budget: RetryBudget) -> Self {
        let level = Level { tokens: f64::from(budget.burst), at: None };
        Self { budget, level: Mutex::new(level) }
    }

    /// One call succeeded.
    pub(crate) fn deposit(&self) {
        if !self.budget.unlimited {
            self.change(|level| level.tokens += self.budget.per_success);
        }
    }

    /// Takes a token for a repeat that is still to be made; `None` when there is none.
    pub(crate) fn pay(&self, now: Instant) -> Option<Paid<'_>> {
        self.try_withdraw(now).then(|| Paid(self))
    }

    /// A repeat that was paid for was not made.
    fn refund(&self) {
        if !self.budget.unlimited {
            self.change(|level| level.tokens += 1.0);
        }
    }

    /// Takes a token for a repeat; `false` when there is none.
    fn try_withdraw(&self, now: Instant) -> bool {
        self.budget.unlimited
            || self.change(|level| {
                let since =
                    level.at.replace(now).map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
                level.tokens += since.as_secs_f64() * self.budget.per_second;
                level.tokens = level.tokens.min(f64::from(self.budget.burst));
                let enough = level.tokens >= 1.0;
                level.tokens -= if enough { 1.0 } else { 0.0 };
                enough
            })
    }

    fn change<R>(&self, change: impl FnOnce(&mut Level) -> R) -> R {
        let mut level = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        let result = change(&mut level);
        level.tokens = level.tokens.min(f64::from(self.budget.burst));
        result
    }
}

#[cfg(test)]
mod tests {
    //! What is in the bucket after what.

    use super::*;

    fn taken(bucket: &Bucket, now: Instant) -> u32 {
        (0..1000).take_while(|_| bucket.try_withdraw(now)).count().try_into().expect("few")
    }

    #[tokio::test(start_paused = true)]
    async fn repeats_are_earned_by_successes_and_by_time() {
        let bucket = Bucket::new(RetryBudget::default().burst(3).per_success(0.5).per_second(2.0));
        let start = Instant::now();
        assert_eq!(taken(&bucket, start), 3);
        bucket.deposit();
        assert_eq!(taken(&bucket, start), 0, "half a token is none");
        bucket.deposit();
        assert_eq!(taken(&bucket, start), 1);
        assert_eq!(taken(&bucket, start + Duration::from_millis(500)), 1);
        assert_eq!(taken(&bucket, start + Duration::from_secs(3600)), 3, "no more than it holds");
        (0..100).for_each(|_| bucket.deposit());
        assert_eq!(taken(&bucket, start + Duration::from_secs(3600)), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_repeat_that_was_not_made_is_paid_back() {
        let (bucket, now) = (Bucket::new(RetryBudget::default().burst(2)), Instant::now());
        assert!(bucket.try_withdraw(now) && bucket.try_withdraw(now));
        bucket.refund();
        assert_eq!(taken(&bucket, now), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_budget_of_nothing_and_one_without_end() {
        let now = Instant::now();
        assert_eq!(taken(&Bucket::new(RetryBudget::default().burst(0)), now), 0);
        assert_eq!(taken(&Bucket::new(RetryBudget::unlimited()), now), 1000);
        assert_eq!(taken(&Bucket::new(RetryBudget::default()), now), 100);
    }
}
