//! When an object must have been created to be that of a call. Two clocks judge, the machine's and the service's, as either
//! may be wrong: what only one of them takes for new is unclear.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};
use tallyfy_gen::wire::Timestamp;
use tokio::time::Instant;

use crate::client::Client;

/// Dates of rows and of answers are cut to seconds.
const CUT: Duration = Duration::from_secs(2);
/// How far a date without a zone, or without a time, can be from the instant it means.
const INEXACT: TimeDelta = TimeDelta::hours(36);

/// Whether an object can be that of a call, by when it was created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Age {
    /// Created before the call, by both clocks.
    Old,
    /// Created since the call began.
    New,
    /// The clocks disagree, or the date says too little.
    Unclear,
}

/// The time in which the object of a call was created.
#[derive(Clone)]
pub(crate) struct CreationWindow {
    client: Client,
    began: Instant,
    began_local: SystemTime,
    margin: Duration,
}

impl CreationWindow {
    /// It opens now.
    pub(super) fn new(client: &Client, margin: Duration) -> Self {
        let began_local = client.core().clock.local_now();
        Self { client: client.clone(), began: Instant::now(), began_local, margin }
    }

    /// Whether an object of this date may be that of the call.
    pub(crate) fn contains(&self, created: Option<&Timestamp>) -> bool {
        self.age(created) != Age::Old
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    pub(super) fn age(&self, created: Option<&Timestamp>) -> Age {
        let clock = &self.client.core().clock;
        let Some((created, is_exact)) = created.and_then(|at| Some((at.to_utc()?, at.is_exact()))) else {
            return Age::Unclear;
        };
        let local_now = clock.local_now();
        // A machine that slept, or whose clock was set meanwhile, has begun at the earlier of the two.
        let by_elapsed = local_now.checked_sub(self.began.elapsed()).unwrap_or(SystemTime::UNIX_EPOCH);
        let times = Times {
            created,
            earliest: by_elapsed.min(self.began_local).into(),
            began: self.began_local.into(),
            now: local_now.into(),
            margin: TimeDelta::from_std(self.margin).unwrap_or(TimeDelta::MAX),
            server: clock.ahead_since(self.began),
        };
        // One clock alone may be wrong by hours.
        if is_exact && times.server.is_some() { times.age() } else { times.inexact_age() }
    }
}

/// What is known of one object's date.
struct Times {
    created: DateTime<Utc>,
    /// When the call began by the machine's clock, at the earliest.
    earliest: DateTime<Utc>,
    began: DateTime<Utc>,
    now: DateTime<Utc>,
    margin: TimeDelta,
    /// By how much the service's clock went before the machine's while the call ran, at least and at most.
    server: Option<(TimeDelta, TimeDelta)>,
}

impl Times {
    fn age(&self) -> Age {
        if self.is_old(TimeDelta::zero()) {
            return Age::Old;
        }
        let (_, most) = self.server.unwrap_or_default();
        let later =
            |at: DateTime<Utc>, by: TimeDelta| at.checked_add_signed(by).unwrap_or(DateTime::<Utc>::MAX_UTC);
        let since = later(self.began, most) - CUT;
        let latest = later(later(self.now, most.max(TimeDelta::zero())), self.margin);
        let is_new = self.created >= since
            && self.created >= earlier(self.earliest, self.margin)
            && self.created <= latest;
        if is_new { Age::New } else { Age::Unclear }
    }

    /// Where the date or the only clock may be off by hours: surely old, or unclear.
    fn inexact_age(&self) -> Age {
        if self.is_old(INEXACT) { Age::Old } else { Age::Unclear }
    }

    /// By both clocks, even if the date is too early by so much.
    fn is_old(&self, slack: TimeDelta) -> bool {
        let (least, _) = self.server.unwrap_or_default();
        let start = earlier(earlier(self.earliest, self.margin), slack);
        self.created < start && self.created < start.checked_add_signed(least).unwrap_or(start)
    }
}

fn earlier(at: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    at.checked_sub_signed(by).unwrap_or(DateTime::<Utc>::MIN_UTC)
}

#[cfg(test)]
mod tests {
    //! Seconds from the start of a call to the creation of an object, as two clocks see it; a minute of margin.

    use super::*;

    fn age(created: i64, server: Option<(i64, i64)>, is_exact: bool) -> Age {
        let began = DateTime::<Utc>::from_timestamp(1_800_000_000, 0).expect("a date");
        let times = Times {
            created: began + TimeDelta::seconds(created),
            earliest: began,
            began,
            now: began + TimeDelta::seconds(30),
            margin: TimeDelta::seconds(60),
            server: server.map(|(least, most)| (TimeDelta::seconds(least), TimeDelta::seconds(most))),
        };
        if is_exact && server.is_some() { times.age() } else { times.inexact_age() }
    }

    #[test]
    fn what_one_clock_alone_takes_for_new_is_unclear() {
        const HOUR: i64 = 3600;
        for (created, server, expected) in [
            // One clock, or two that agree.
            (5, None, Age::Unclear),
            (-HOUR, None, Age::Unclear),
            (-37 * HOUR, None, Age::Old),
            (5, Some((0, 0)), Age::New),
            (-1, Some((0, 0)), Age::New),
            (-30, Some((0, 0)), Age::Unclear),
            (-61, Some((0, 0)), Age::Old),
            (-HOUR, Some((0, 0)), Age::Old),
            (HOUR, Some((0, 0)), Age::Unclear),
            // The service goes before this machine, or says so.
            (600, Some((600, 601)), Age::New),
            (5, Some((600, 601)), Age::Unclear),
            (-61, Some((600, 601)), Age::Old),
            // The service goes behind.
            (-595, Some((-600, -599)), Age::Unclear),
            (5, Some((-600, -599)), Age::New),
            (-700, Some((-600, -599)), Age::Old),
            (-7 * 24 * HOUR, Some((-365 * 24 * HOUR, -365 * 24 * HOUR)), Age::Unclear),
            // Its machines disagree.
            (5, Some((-600, 600)), Age::Unclear),
        ] {
            assert_eq!(age(created, server, true), expected, "{created}, {server:?}");
        }
    }

    #[test]
    fn a_date_without_a_zone_is_old_after_days_and_never_new() {
        for (created, expected) in [
            (5, Age::Unclear),
            (-14 * 3600, Age::Unclear),
            (-35 * 3600, Age::Unclear),
            (-37 * 3600, Age::Old),
        ] {
            assert_eq!(age(created, Some((0, 0)), false), expected, "{created}");
        }
    }
}
