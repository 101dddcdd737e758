//! What the service says is left: reading `X-RateLimit-Remaining`, `-Limit` and `-Reset`, and spreading the last calls of
//! a window over its rest. Nothing here waits.
//!
//! `Remaining` is documented (docs:open-api/api-clients/postman/troubleshooting). `Limit` and `Reset` are what the
//! service's framework sends beside it (Laravel's throttle middleware, `Reset` in seconds since 1970; others send the
//! seconds to go): nothing depends on their being there.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::header::{HeaderMap, HeaderName};
use tokio::time::Instant;

use super::rate::WINDOW;

const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Calls left in the window from which on they are spread over the rest of it.
const SCARCE: u64 = 5;
/// Seconds from which on a number is a date since 1970: more than three years from now, or 1973.
const DATES_FROM: u64 = 100_000_000;

/// What an answer says of the limit it was counted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct QuotaSignal {
    /// Calls in a window; tells one limit from another.
    pub(crate) limit: Option<u64>,
    pub(crate) remaining: Option<u64>,
    /// Time to the end of the window.
    pub(crate) reset: Option<Duration>,
}

impl QuotaSignal {
    /// Of an answer that was let through. `now` is the server's clock.
    pub(crate) fn of_accepted(headers: &HeaderMap, now: impl FnOnce() -> SystemTime) -> Option<Self> {
        // Most answers say nothing: one look.
        headers.get(&REMAINING)?;
        Some(Self::read(headers, now))
    }

    pub(crate) fn read(headers: &HeaderMap, now: impl FnOnce() -> SystemTime) -> Self {
        let reset = number(headers, &RESET);
        let reset = reset.map(|seconds| match seconds {
            DATES_FROM.. => match UNIX_EPOCH.checked_add(Duration::from_secs(seconds)) {
                Some(at) => at.duration_since(now()).unwrap_or_default(),
                None => Duration::MAX,
            },
            _ => Duration::from_secs(seconds),
        });
        Self { limit: number(headers, &LIMIT), remaining: number(headers, &REMAINING), reset }
    }
}

/// A whole number; less than nothing left is nothing. What cannot be read says nothing.
fn number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    let text = headers.get(name)?.to_str().ok()?.trim();
    let (digits, fraction) = text.split_once('.').unwrap_or((text, ""));
    if *name == REMAINING && digits.strip_prefix('-').is_some_and(is_digits) {
        return Some(0);
    }
    if !is_digits(digits) || !(fraction.is_empty() || is_digits(fraction)) {
        return None;
    }
    let whole = digits.parse::<u64>().unwrap_or(u64::MAX);
    // A part of a second more to wait is a second; a part of a call left is none.
    let up = *name == RESET && fraction.bytes().any(|digit| digit != b'0');
    Some(whole.saturating_add(u64::from(up)))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A window of the service, as its answers show it.
#[derive(Debug)]
pub(super) struct QuotaWindow {
    /// As the last answer had it.
    said: u64,
    /// The same, less the calls that have gone since or may not have been counted.
    calls: u64,
    /// No later than this the service's window ends.
    until: Instant,
    /// From when on `calls` are to be spread, and what that was before the last call.
    from: Instant,
    from_before: Instant,
}

impl QuotaWindow {
    /// What follows from an answer; `others` may be under way uncounted.
    pub(super) fn after(
        before: Option<&Self>,
        remaining: u64,
        reset: Option<Duration>,
        others: u64,
        now: Instant,
    ) -> Self {
        let until = match (reset, before) {
            (Some(reset), _) => now + reset.min(WINDOW),
            (None, Some(before)) if remaining <= before.said.saturating_add(others) => before.until,
            // More is left than before: a window began since.
            _ => now + WINDOW,
        };
        let calls = remaining.saturating_sub(others);
        Self { said: remaining, calls, until, from: now, from_before: now }
    }

    pub(super) fn is_over(&self, now: Instant) -> bool {
        self.until <= now
    }

    /// The earliest time for the next call, if they are scarce.
    pub(super) fn slot(&self) -> Option<Instant> {
        let parts = u32::try_from(self.calls).ok().filter(|_| self.calls <= SCARCE)?.saturating_add(1);
        Some(self.from + self.until.saturating_duration_since(self.from) / parts)
    }

    pub(super) fn take(&mut self, now: Instant) {
        self.calls = self.calls.saturating_sub(1);
        self.from_before = std::mem::replace(&mut self.from, now);
    }

    /// The last call was not made.
    pub(super) fn give_back(&mut self) {
        self.calls = self.calls.saturating_add(1);
        self.from = self.from_before;
    }
}
