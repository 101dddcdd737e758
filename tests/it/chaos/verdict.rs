//! The judgement of one call: what the client said, held against the sandbox's log. The table of deliveries is written down
//! here once more, by hand.

use tallyfy_sandbox::{Fault, Seen};
use tallyfy_sdk::{Delivery, Error};

use super::{Came, Errand, SEED};

/// What an attempt was, by what struck it (design: the delivery table) and by what a person would ask the error.
fn attempt(seen: &Seen) -> (Delivery, fn(&Error) -> bool) {
    match &seen.fault {
        Some(Fault::ResetBefore | Fault::ResetAfterApply) => (Delivery::Unknown, is_lost),
        Some(Fault::Delay(_) | Fault::DelayAfterApply(_)) => (Delivery::Unknown, Error::is_timeout),
        Some(Fault::ResetMidBody | Fault::EmptyBody | Fault::Truncated) if is_success(seen) => {
            (Delivery::Applied, Error::is_decode)
        }
        _ => match seen.status {
            Some(429) => (Delivery::Refused, Error::is_rate_limited),
            Some(409) => (Delivery::Refused, Error::is_conflict),
            Some(408) => (Delivery::Unknown, Error::is_timeout),
            Some(500..) => (Delivery::Unknown, Error::is_server),
            Some(400..) => (Delivery::Refused, |error| error.status().is_some_and(|it| it.is_client_error())),
            _ => (Delivery::Applied, Error::is_decode),
        },
    }
}

fn is_lost(error: &Error) -> bool {
    error.status().is_none() && !error.is_timeout() && !error.is_connect()
}

/// The log tells what would have been answered, also where the rest of it was cut.
fn is_success(seen: &Seen) -> bool {
    seen.status.is_some_and(|status| (200..300).contains(&status))
}

/// All that was judged.
#[derive(Default)]
pub(super) struct Tally {
    wrong: Vec<String>,
    attempts: usize,
    struck: usize,
    failures: usize,
    launched_once: usize,
    /// Launches that nobody answered, and that were found, or were sent again as they stayed absent.
    found: usize,
    sent_again: usize,
    applied_unanswered: usize,
}

impl Tally {
    pub(super) fn judge(&mut self, call: &Came, attempts: &[Seen], objects: usize) {
        self.attempts += attempts.len();
        self.struck += attempts.iter().filter(|seen| seen.fault.is_some()).count();
        self.applied_unanswered +=
            attempts.iter().filter(|seen| seen.changed && seen.status.is_none()).count();
        let deeds = attempts.iter().filter(|seen| seen.changed).count();
        let verdict = match &call.result {
            Ok(meta) => {
                self.found += usize::from(meta.found);
                self.sent_again += usize::from(call.errand == Errand::LaunchOnce && attempts.len() > 1);
                succeeded(call.errand, attempts, deeds)
                    .and_then(|()| same("attempts", meta.attempts, attempts.len()))
            }
            Err(error) => {
                self.failures += 1;
                failed(call.errand, error, attempts, deeds)
            }
        };
        let verdict = verdict.and_then(|()| self.objects(call, deeds, objects));
        if let Err(what) = verdict {
            let said = call.result.as_ref().map_or_else(ToString::to_string, |meta| format!("{meta:?}"));
            let sent: Vec<_> = attempts.iter().map(|it| (&it.fault, it.status, it.changed)).collect();
            self.wrong
                .push(format!("{} {:?}: {what}\n  said: {said}\n  sent: {sent:?}", call.number, call.errand));
        }
    }

    /// Nothing is there twice, and what shall be there once is.
    fn objects(&mut self, call: &Came, deeds: usize, objects: usize) -> Result<(), String> {
        match call.errand {
            Errand::LaunchOnce => {
                self.launched_once += 1;
                same("processes of this launch", 1, objects)?;
                call.result.as_ref().map(drop).map_err(|_| "a launch with reconcile failed".to_owned())
            }
            Errand::Launch | Errand::Comment | Errand::NobodyHome => same("objects", deeds, objects),
            _ => Ok(()),
        }
    }

    #[track_caller]
    #[expect(clippy::print_stdout, reason = "the seed and the figures, for whoever asks with --nocapture")]
    pub(super) fn finish(self) {
        let Self { attempts, struck, failures, launched_once, found, sent_again, applied_unanswered, .. } =
            self;
        println!(
            "seed {SEED:#x}: {attempts} attempts, {struck} struck, {failures} failures, {launched_once} launched once \
             ({found} found, {sent_again} sent again), {applied_unanswered} applied but unanswered"
        );
        let first: Vec<_> = self.wrong.iter().take(20).map(String::as_str).collect();
        assert!(
            first.is_empty(),
            "seed {SEED:#x}: {} wrong, such as\n{}",
            self.wrong.len(),
            first.join("\n")
        );
        // It was what it claims to be.
        let share = struck * 100 / attempts;
        assert!((8..=12).contains(&share), "{share} % struck");
        assert!(failures > 500 && launched_once > 200, "too few");
        assert!(found > 5 && sent_again > 5 && applied_unanswered > 100, "too little happened");
    }
}

fn same<T: TryInto<usize>>(what: &str, expected: T, found: usize) -> Result<(), String> {
    let expected = expected.try_into().unwrap_or(usize::MAX);
    if expected == found { Ok(()) } else { Err(format!("{what}: {expected} expected, {found} found")) }
}

fn ensure(holds: bool, what: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}

fn succeeded(errand: Errand, attempts: &[Seen], deeds: usize) -> Result<(), String> {
    let last = attempts.last().ok_or("a success without an attempt")?;
    match errand {
        _ if errand.reads() => same("deeds of a read", 0, deeds),
        // Found, perhaps, after an attempt without an answer.
        Errand::LaunchOnce => same("deeds", 1, deeds),
        _ if errand.counts() => {
            same("deeds", 1, deeds)?;
            ensure(is_success(last), "a success that the last attempt does not bear out")
        }
        _ => ensure(deeds > 0, "a success without a deed"),
    }
}

fn failed(errand: Errand, error: &Error, attempts: &[Seen], deeds: usize) -> Result<(), String> {
    ensure(error.operation().is_some(), "a failure without its operation")?;
    ensure(!errand.counts() || deeds <= 1, "done twice")?;
    if matches!(errand, Errand::Malformed | Errand::NobodyHome) {
        let kind = if errand == Errand::Malformed { error.is_input() } else { error.is_connect() };
        ensure(kind, "of the wrong kind")?;
        ensure(error.delivery() == Delivery::NotSent && attempts.is_empty(), "something was sent")?;
        return Ok(());
    }
    same("attempts", error.attempts(), attempts.len())?;
    let worst = attempts.iter().map(|seen| attempt(seen).0).max().ok_or("a failure without an attempt")?;
    ensure(error.delivery() == worst, &format!("delivery {worst:?} expected"))?;
    ensure(
        attempts.last().is_some_and(|seen| attempt(seen).1(error)),
        "not of the kind of its last attempt",
    )?;
    match error.delivery() {
        Delivery::NotSent | Delivery::Refused => same("deeds", 0, deeds),
        Delivery::Applied => ensure(deeds > 0 || errand.reads(), "nothing was applied"),
        _ => Ok(()),
    }
}
