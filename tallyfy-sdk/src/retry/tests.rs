//! The delivery table and the decision, row by row.

use std::time::Duration;

use tallyfy_gen::operations::Repeat;

use super::{Decision, Delivery, Outcome, RetryPolicy, Situation, decide};

const fn answer(status: u16) -> Outcome {
    Outcome::Answer { status, is_throttled: status == 429, retry_after: None }
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn at_attempt(attempt: u32, class: Repeat, policy: &RetryPolicy) -> Situation<'_> {
    Situation { attempt, class, policy, elapsed: ms(0), deadline: ms(120_000), floor: ms(300), jitter: 1.0 }
}

#[track_caller]
fn check(outcome: Outcome, delivery: Delivery, [safe, other]: [bool; 2]) {
    assert_eq!(outcome.delivery(), delivery, "{outcome:?}");
    let policy = RetryPolicy::default();
    for (class, repeats) in [(Repeat::Safe, safe), (Repeat::Unsafe, other), (Repeat::Reconcile, other)] {
        let again = decide(outcome, at_attempt(1, class, &policy)) != Decision::Stop;
        assert_eq!(again, repeats, "{outcome:?} in class {class:?}");
    }
}

#[test]
fn delivery_and_repeats_follow_the_table() {
    const ALWAYS: [bool; 2] = [true, true];
    const IF_SAFE: [bool; 2] = [true, false];
    const NEVER: [bool; 2] = [false, false];
    check(Outcome::NotSent, Delivery::NotSent, ALWAYS);
    check(Outcome::Lost, Delivery::Unknown, IF_SAFE);
    check(Outcome::Broken, Delivery::Applied, IF_SAFE);
    check(answer(429), Delivery::Refused, ALWAYS);
    for status in [301, 302, 307, 400, 401, 403, 404, 405, 409, 410, 413, 415, 422] {
        check(answer(status), Delivery::Refused, NEVER);
    }
    for status in [408, 500, 502, 503, 504, 520, 524] {
        check(answer(status), Delivery::Unknown, IF_SAFE);
    }
    for status in [501, 505] {
        check(answer(status), Delivery::Unknown, NEVER);
        // RFC 9110, 15.4.4: what was asked for is done, and its result stands elsewhere.
        check(answer(303), Delivery::Unknown, NEVER);
    }
}

#[test]
fn attempts_end_at_the_policy() {
    let policy = RetryPolicy::default();
    assert_eq!(decide(answer(503), at_attempt(3, Repeat::Safe, &policy)), Decision::After(ms(2000)));
    assert_eq!(decide(answer(503), at_attempt(4, Repeat::Safe, &policy)), Decision::Stop);
    assert_eq!(decide(answer(429), at_attempt(1, Repeat::Safe, &RetryPolicy::none())), Decision::Stop);
    let zero = RetryPolicy::default().max_attempts(0);
    assert_eq!(decide(Outcome::NotSent, at_attempt(1, Repeat::Safe, &zero)), Decision::Stop);
}

#[test]
fn waits_double_up_to_the_cap_and_are_scaled_by_the_jitter() {
    let policy = RetryPolicy::default().max_attempts(99).base(ms(100)).cap(ms(1000));
    let wait = |attempt, jitter| {
        let now = Situation { jitter, ..at_attempt(attempt, Repeat::Safe, &policy) };
        decide(Outcome::Lost, now)
    };
    for (attempt, expected) in [(1, 100), (2, 200), (3, 400), (4, 800), (5, 1000), (40, 1000), (98, 1000)] {
        assert_eq!(wait(attempt, 1.0), Decision::After(ms(expected)), "attempt {attempt}");
    }
    assert_eq!(wait(3, 0.0), Decision::After(ms(0)));
    assert_eq!(wait(3, 0.25), Decision::After(ms(100)));
}

#[test]
fn what_the_server_asks_for_is_waited_in_full_or_not_at_all() {
    let policy = RetryPolicy::default();
    let asked = |seconds, elapsed_ms| {
        let retry_after = Some(Duration::from_secs(seconds));
        let outcome = Outcome::Answer { status: 429, is_throttled: true, retry_after };
        decide(outcome, Situation { elapsed: ms(elapsed_ms), ..at_attempt(1, Repeat::Unsafe, &policy) })
    };
    assert_eq!(asked(90, 0), Decision::After(Duration::from_secs(90)), "more than the cap");
    assert_eq!(asked(90, 29_000), Decision::After(Duration::from_secs(90)));
    assert_eq!(asked(90, 29_700), Decision::After(Duration::from_secs(90)), "just in time for an answer");
    assert_eq!(asked(90, 29_701), Decision::Stop, "no time would be left for an answer");
    assert_eq!(asked(121, 0), Decision::Stop);
    assert_eq!(asked(0, 0), Decision::After(ms(500)), "never sooner than this crate would");
    assert_eq!(asked(u64::MAX, 0), Decision::Stop);
}

#[test]
fn chance_never_takes_all_of_the_wait_of_a_throttled_call() {
    let policy = RetryPolicy::default();
    let wait = |outcome| decide(outcome, Situation { jitter: 0.0, ..at_attempt(2, Repeat::Safe, &policy) });
    assert_eq!(wait(answer(429)), Decision::After(ms(500)));
    assert_eq!(wait(answer(503)), Decision::After(ms(0)));
}

#[test]
fn a_throttled_call_was_refused_whatever_its_status() {
    for status in [401, 403, 408, 422, 429] {
        let outcome = Outcome::Answer { status, is_throttled: true, retry_after: None };
        check(outcome, Delivery::Refused, [true, true]);
    }
}

#[test]
fn the_longest_waits_that_can_be_set_are_only_long() {
    let year = Duration::from_secs(365 * 24 * 3600);
    let policy = RetryPolicy::default().max_attempts(9).base(Duration::MAX).cap(Duration::MAX);
    assert!(policy.validate().is_err());
    let now = Situation { deadline: year * 2, ..at_attempt(8, Repeat::Safe, &policy) };
    assert_eq!(decide(answer(503), now), Decision::After(year));
}
