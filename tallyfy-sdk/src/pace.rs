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

use self::caps::{Cap, Caps};
use self::lane::Lane;
use self::rate::{Rate, WINDOW};

/// Lanes of operations and organizations that are kept before idle ones are thrown out.
const MOST_LANES: usize = 256;

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

/// Gives the turns. Everything in it is for one client and its clones.
#[derive(Debug)]
pub(crate) struct Pacer {
    pacing: Pacing,
    main: Lane<Rate>,
    /// By name of the cap or operation, and organization.
    lanes: Mutex<HashMap<(&'static str, String), Arc<Lane<Caps>>>>,
}

impl Pacer {
    pub(crate) fn new(pacing: Pacing) -> Self {
        let main = Lane::new(Rate::new(pacing.spacing));
        Self { pacing, main, lanes: Mutex::default() }
    }

    /// Waits for the turn of an attempt, which comes at `latest` or not at all; not before `earliest`.
    pub(crate) async fn turn(
        &self,
        errand: Errand<'_>,
        earliest: Instant,
        latest: Instant,
    ) -> Result<Turn<'_>, Held> {
        if !self.pacing.enabled {
            tokio::time::sleep_until(earliest).await;
            return Ok(Turn { pacer: None, granted: Instant::now(), lane: None, sent: false });
        }
        let lane = self.own_lane(errand);
        let mut turn = Turn { pacer: None, granted: earliest, lane: None, sent: false };
        if let Some((lane, why)) = lane {
            let granted = lane.turn(latest).await;
            turn.granted = granted.map_err(|wait| Held { wait, why })?;
            turn.lane = Some(lane);
        }
        let granted = self.main.turn(latest).await;
        let granted = granted.map_err(|wait| Held { wait, why: "calls of this client are paced".to_owned() });
        // The cap is counted from its own turn: keep that time for taking it back.
        let at = granted?;
        Ok(Turn { pacer: Some(self), granted: turn.lane.as_ref().map_or(at, |_| turn.granted), ..turn.disarm() })
    }

    /// The line in which such errands wait before the common one, and what a person is told of it.
    fn own_lane(&self, errand: Errand<'_>) -> Option<(Arc<Lane<Caps>>, String)> {
        let cap = caps::of(errand.operation);
        let limit = cap.and_then(|cap| self.pacing.caps[cap]);
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if limit.is_none() && lanes.is_empty() {
            return None;
        }
        let key = key(errand);
        let lane = match limit {
            None => lanes.get(&key)?,
            Some(limit) => {
                make_room(&mut lanes);
                lanes.entry(key).or_insert_with(|| Arc::new(Lane::new(Caps::new(Some(limit)))))
            }
        };
        let why = match cap.zip(limit) {
            Some((cap, limit)) => {
                let Cap { what, .. } = &caps::CAPS[cap];
                format!("{limit} {what} were sent for this organization within the hour, which is its cap")
            }
            None => format!("the service asked to wait before the next {}", errand.operation),
        };
        Some((Arc::clone(lane), why))
    }

    /// Blocks one operation in one organization.
    fn block(&self, errand: Errand<'_>, until: Instant) {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut lanes);
        let lane = lanes.entry(key(errand)).or_insert_with(|| Arc::new(Lane::new(Caps::new(None))));
        lane.change(|caps| caps.block(until));
    }
}
