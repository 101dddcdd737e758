//! Pacing: when an attempt may leave. One [`Pacer`] is shared by all clones of a client. Here are its settings and
//! the turns it gives; who waits in which order stands in `pace/lane.rs`, how the allowed rate is learned in
//! `pace/rate.rs`, the hourly caps in `pace/caps.rs`. Whether to send again is `retry.rs`.

mod caps;
mod lane;
mod rate;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use self::caps::Caps;
use self::lane::Lane;
use self::rate::{Rate, WINDOW};

/// Lanes of operations and organizations that are kept before idle ones are thrown out.
const MOST_LANES: usize = 256;
/// Beyond this a wait is for ever, and clocks overflow.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

/// How a client holds back its calls so that the service need not turn them away.
///
/// By default nothing is held back until the service signals: when `X-RateLimit-Remaining` comes near zero the
/// rest is spread over the window, and after a 429 calls wait as long as it asks and are then spaced a little
/// wider than what was accepted before it. A quiet time, or a long one without a 429, undoes it step by step.
/// Comments and guest invitations are also counted by the hour, as Tallyfy caps them for each organization.
///
/// Calls wait in the order in which they came. A call whose turn would come after its deadline fails at
/// once: [`is_rate_limited`](crate::Error::is_rate_limited), nothing was sent, and
/// [`retry_after`](crate::Error::retry_after) says how long it would have waited. A call that is dropped
/// while it waits leaves the line and uses nothing up.
///
/// ```
/// use std::time::Duration;
/// use tallyfy_sdk::{Client, Pacing};
///
/// let steady = Pacing::default().rate(90, Duration::from_secs(60)).comments_per_hour(60);
/// let client = Client::builder().token("your-token").pacing(steady).build()?;
/// # let _ = client;
/// # Ok::<(), tallyfy_sdk::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pacing {
    enabled: bool,
    spacing: Duration,
    caps: [Option<u32>; caps::CAPS.len()],
}

impl Pacing {
    /// Holds nothing back; a call still waits after its own 429, as long as the service asks.
    pub fn none() -> Self {
        Self { enabled: false, spacing: Duration::ZERO, caps: [None; caps::CAPS.len()] }
    }

    /// At most so many attempts in so much time, evenly spaced, whatever the service signals.
    #[must_use]
    pub fn rate(mut self, attempts: u32, time: Duration) -> Self {
        self.enabled = true;
        self.spacing = time / attempts.max(1);
        self
    }

    /// New comments and issues in one hour and organization (default 120); `None` counts none.
    #[must_use]
    pub fn comments_per_hour(self, comments: impl Into<Option<u32>>) -> Self {
        self.cap(caps::COMMENTS, comments.into())
    }

    /// New guests in one hour and organization (default 30); `None` counts none.
    #[must_use]
    pub fn guest_invitations_per_hour(self, guests: impl Into<Option<u32>>) -> Self {
        self.cap(caps::GUESTS, guests.into())
    }

    fn cap(mut self, which: usize, limit: Option<u32>) -> Self {
        self.enabled |= limit.is_some();
        self.caps[which] = limit.map(|limit| limit.max(1));
        self
    }
}

impl Default for Pacing {
    fn default() -> Self {
        Self {
            enabled: true,
            spacing: Duration::ZERO,
            caps: caps::CAPS.each_ref().map(|cap| Some(cap.per_hour)),
        }
    }
}

/// What is to be sent, as far as pacing is concerned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Errand<'a> {
    pub(crate) operation: &'static str,
    /// The path of the request; names the organization.
    pub(crate) path: &'a str,
}

/// Why there is no turn within the deadline.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) wait: Duration,
    pub(crate) why: String,
}

/// By name of the cap or operation, and organization (or path).
type Lanes = HashMap<(&'static str, String), Arc<Lane<Caps>>>;

/// Gives the turns. Everything in it is for one client and its clones.
#[derive(Debug)]
pub(crate) struct Pacer {
    pacing: Pacing,
    main: Lane<Rate>,
    lanes: Mutex<Lanes>,
}

impl Pacer {
    pub(crate) fn new(pacing: Pacing) -> Self {
        let main = Lane::new(Rate::new(pacing.spacing));
        Self { pacing, main, lanes: Mutex::default() }
    }

    /// Waits for the turn of an attempt, which comes until `latest` or not at all.
    pub(crate) async fn turn<'a>(&'a self, errand: Errand<'a>, latest: Instant) -> Result<Turn<'a>, Held> {
        if !self.pacing.enabled {
            return Ok(Turn { pacer: None, errand, granted: Instant::now(), counted: None });
        }
        let counted = match self.own_lane(errand) {
            None => None,
            Some((lane, why)) => {
                let at = lane.turn(latest).await.map_err(|wait| Held { wait, why })?;
                Some(Counted { lane, at, was_sent: false })
            }
        };
        let granted = self.main.turn(latest).await.map_err(|wait| Held { wait, why: PACED.to_owned() })?;
        Ok(Turn { pacer: Some(self), errand, granted, counted })
    }

    /// The line in which such errands wait before the common one, and what a person is told of it.
    fn own_lane(&self, errand: Errand<'_>) -> Option<(Arc<Lane<Caps>>, String)> {
        let cap = caps::of(errand.operation).and_then(|cap| Some((cap, self.pacing.caps[cap]?)));
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if cap.is_none() && lanes.is_empty() {
            return None;
        }
        let lane = match cap {
            None => lanes.get(&self.key(errand))?,
            Some((_, limit)) => {
                make_room(&mut lanes);
                lanes.entry(self.key(errand)).or_insert_with(|| Arc::new(Lane::new(Caps::new(Some(limit)))))
            }
        };
        let why = match cap {
            None => format!("the service asked to wait before the next {}", errand.operation),
            Some((cap, limit)) => {
                let what = caps::CAPS[cap].what;
                format!("the hourly cap of {limit} {what} for this organization is used up")
            }
        };
        Some((Arc::clone(lane), why))
    }

    /// Blocks one operation, or all under the same cap, in one organization.
    fn block(&self, errand: Errand<'_>, until: Instant) {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut lanes);
        let lane = lanes.entry(self.key(errand)).or_insert_with(|| Arc::new(Lane::new(Caps::new(None))));
        lane.change(|caps| caps.block(until));
    }

    fn key(&self, errand: Errand<'_>) -> (&'static str, String) {
        let name = caps::of(errand.operation).map_or(errand.operation, |cap| caps::CAPS[cap].what);
        // Routes that the API description does not know share a name, and nothing else.
        let is_known = tallyfy_gen::operations::find(errand.operation).is_some();
        (name, if is_known { organization(errand.path) } else { errand.path }.to_owned())
    }
}

const PACED: &str = "the calls of this client are spaced, as the service asked or as it was set";

/// Lanes that hold nobody back are as good as new ones.
fn make_room(lanes: &mut Lanes) {
    if lanes.len() >= MOST_LANES {
        let now = Instant::now();
        lanes.retain(|_, lane| Arc::strong_count(lane) > 1 || lane.change(|caps| !caps.is_idle(now)));
    }
}

/// The segment behind `organizations`; empty on routes that have none.
fn organization(path: &str) -> &str {
    let mut segments = path.split('/');
    segments.find(|segment| *segment == "organizations");
    segments.next().unwrap_or_default()
}

/// The right to send one attempt. Dropped unused, it gives back what was counted.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    /// `None` when nothing is paced.
    pacer: Option<&'a Pacer>,
    errand: Errand<'a>,
    granted: Instant,
    counted: Option<Counted>,
}

impl Turn<'_> {
    /// The attempt is about to leave: it counts from here on, whatever becomes of it.
    pub(crate) fn sending(&mut self) {
        if let Some(counted) = &mut self.counted {
            counted.was_sent = true;
        }
    }

    /// An answer other than 429 came, with what it says in `X-RateLimit-Remaining`.
    pub(crate) fn answered(&self, remaining: Option<u64>) {
        if let Some(pacer) = self.pacer {
            let now = Instant::now();
            pacer.main.change(|rate| rate.accepted(now, self.granted, remaining));
        }
    }

    /// A 429 came: nobody goes for `wait`. `false` when nothing is paced, so that the caller has to wait itself.
    ///
    /// The limits by user or address are of a minute or less (docs:open-api/api-clients/postman/troubleshooting,
    /// docs:miscellaneous/troubleshooting). Who has to wait longer met a cap of this one operation, such as those by
    /// the hour or day, and others need not wait with it.
    pub(crate) fn throttled(&self, wait: Duration) -> bool {
        let Some(pacer) = self.pacer else { return false };
        let (now, wait) = (Instant::now(), wait.min(LONGEST));
        if self.counted.is_some() || wait > WINDOW {
            pacer.block(self.errand, now + wait);
        }
        if wait <= WINDOW {
            pacer.main.change(|rate| rate.throttled(now, self.granted, wait));
        }
        true
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(pacer) = self.pacer {
            pacer.main.change(Rate::finished);
        }
    }
}

/// One call in an hourly count.
#[derive(Debug)]
struct Counted {
    lane: Arc<Lane<Caps>>,
    at: Instant,
    was_sent: bool,
}

impl Drop for Counted {
    fn drop(&mut self) {
        if !self.was_sent {
            self.lane.change(|caps| caps.take_back(self.at));
        }
    }
}

#[cfg(test)]
mod tests;
