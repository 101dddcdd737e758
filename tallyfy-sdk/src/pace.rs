//! Pacing: when an attempt may leave. One [`Pacer`] is shared by all clones of a client. Here are its settings and
//! the permits it gives; who waits in which order stands in `pace/queue.rs`, how fast all may go in `pace/rate.rs`, the
//! hourly caps in `pace/caps.rs`, until when an attempt may start in `pace/answer_time.rs`. Whether to send again is
//! `retry.rs`.

mod answer_time;
mod caps;
mod learned;
mod queue;
mod quota;
mod rate;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

pub(crate) use self::answer_time::CallTimes;
use self::answer_time::{AnswerTime, StartBy};
use self::caps::Caps;
use self::queue::FifoQueue;
pub(crate) use self::quota::QuotaSignal;
use self::rate::{RateLimiter, WINDOW};
use crate::error::Error;
use crate::retry::Delivery;

/// Queues of operations and organizations that are kept before idle ones are thrown out.
const MOST_QUEUES: usize = 256;
/// Beyond this a time is for ever, and clocks overflow.
pub(crate) const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);
/// The longest wait that one answer can impose on other calls: the longest of the service's own caps are by the day
/// (docs:miscellaneous/troubleshooting).
const LONGEST_BLOCK: Duration = Duration::from_secs(24 * 3600);
/// The longest window of a cap that holds for one kind of call (docs:open-api/index).
const HOUR: Duration = Duration::from_secs(3600);

/// How a client holds back its calls so that the service need not turn them away.
///
/// By default nothing is held back until the service signals: when `X-RateLimit-Remaining` comes near zero the
/// rest is spread over the window, and after a 429 calls wait as long as it asks and are then spaced a little
/// wider than what was accepted before it. Every call that is let through narrows that again, the faster the longer no
/// 429 comes: some minutes after the service is well, it is used at its full rate.
/// Comments and guest invitations are also counted by the hour, as Tallyfy caps them for each organization; calls that
/// were not sent, or refused, do not count.
///
/// Calls wait in the order in which they came. A call that would be sent so late that its answer could not come before
/// its deadline fails at once: [`is_rate_limited`](crate::Error::is_rate_limited), nothing was sent, and
/// [`retry_after`](crate::Error::retry_after) says how long it would have waited. A call that is dropped
/// while it waits leaves the queue and uses nothing up.
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
    rate: Option<(u32, Duration)>,
    caps: [Option<u32>; caps::CAPS.len()],
}

impl Pacing {
    /// Holds nothing back; a call still waits after its own 429, as long as the service asks.
    pub fn none() -> Self {
        Self { enabled: false, rate: None, caps: [None; caps::CAPS.len()] }
    }

    /// At most so many attempts in so much time, evenly spaced, whatever the service signals.
    ///
    /// None, or more than a day between two, makes [`ClientBuilder::build`](crate::ClientBuilder::build) fail.
    #[must_use]
    pub fn rate(mut self, attempts: u32, time: Duration) -> Self {
        self.enabled = true;
        self.rate = Some((attempts, time));
        self
    }

    /// New comments and issues in one hour and organization (default 120, at least 1); `None` counts none.
    #[must_use]
    pub fn comments_per_hour(self, comments: impl Into<Option<u32>>) -> Self {
        self.cap(caps::COMMENTS, comments.into())
    }

    /// New guests in one hour and organization (default 30, at least 1); `None` counts none.
    #[must_use]
    pub fn guest_invitations_per_hour(self, guests: impl Into<Option<u32>>) -> Self {
        self.cap(caps::GUESTS, guests.into())
    }

    fn cap(mut self, which: usize, limit: Option<u32>) -> Self {
        self.enabled |= limit.is_some();
        self.caps[which] = limit;
        self
    }

    /// Whether calls can go at all.
    pub(crate) fn validate(&self) -> Result<(), Error> {
        let wrong = |what: &str, remedy: &str| Err(Error::input(format!("{what}; {remedy}")));
        if let Some((attempts, time)) = self.rate {
            let remedy = "name at least 1 attempt in a time above zero, at most a day apart; \
                          Pacing::default() has no fixed rate";
            if attempts == 0 || time.is_zero() {
                return wrong(&format!("Pacing::rate({attempts}, {time:?}) is no rate"), remedy);
            }
            if time / attempts > LONGEST_BLOCK {
                return wrong("Pacing::rate(..) puts more than a day between two calls", remedy);
            }
        }
        let names = ["comments_per_hour", "guest_invitations_per_hour"];
        match names.iter().zip(&self.caps).find(|(_, cap)| **cap == Some(0)) {
            Some((name, _)) => wrong(
                &format!("Pacing::{name}(0) would let no call go"),
                "name at least 1, or None to count nothing",
            ),
            None => Ok(()),
        }
    }

    fn spacing(&self) -> Duration {
        self.rate.map_or(Duration::ZERO, |(attempts, time)| time / attempts.max(1)).min(LONGEST_BLOCK)
    }
}

impl Default for Pacing {
    fn default() -> Self {
        Self { enabled: true, rate: None, caps: caps::CAPS.each_ref().map(|cap| Some(cap.per_hour)) }
    }
}

/// What is to be sent, as far as pacing is concerned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RateKey<'a> {
    pub(crate) operation: &'static str,
    /// The path of the request; names the organization.
    pub(crate) path: &'a str,
}

/// Why there is no permit in time.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Throttled {
    /// Zero where only the time for the answer is missing.
    pub(crate) wait: Duration,
    pub(crate) why: String,
}

/// By name of the cap or operation, and organization (or path).
type Queues = HashMap<(&'static str, String), Arc<FifoQueue<Caps>>>;

/// Gives the permits. Everything in it is for one client and its clones.
#[derive(Debug)]
pub(crate) struct Pacer {
    pacing: Pacing,
    main: FifoQueue<RateLimiter>,
    /// Those of operations that are held back for themselves.
    own: Mutex<Queues>,
    answers: AnswerTime,
}

impl Pacer {
    pub(crate) fn new(pacing: Pacing) -> Self {
        let main = FifoQueue::new(RateLimiter::new(pacing.spacing()));
        Self { pacing, main, own: Mutex::default(), answers: AnswerTime::default() }
    }

    /// Waits for the permit of an attempt, which comes in time for an answer or not at all.
    pub(crate) async fn acquire<'a>(
        &'a self,
        key: RateKey<'a>,
        times: CallTimes,
    ) -> Result<Permit<'a>, Throttled> {
        let mut permit =
            Permit { pacer: self, key, is_paced: false, granted: times.started, sent: None, counted: None };
        if !self.pacing.enabled {
            permit.granted = Instant::now();
            return Ok(permit);
        }
        let start_by = StartBy { times, answers: &self.answers };
        if let Some(queue) = self.own_queue(key) {
            let at = queue.acquire(&start_by).await.map_err(|wait| self.throttled(key, wait))?;
            permit.counted = Some(Counted { queue, at, is_kept: false });
        }
        let granted = self.main.acquire(&start_by).await;
        permit.granted = granted.map_err(|wait| throttled(wait, PACED.to_owned()))?;
        permit.is_paced = true;
        Ok(permit)
    }

    /// The time that an attempt must have before it.
    pub(crate) fn floor(&self, times: &CallTimes) -> Duration {
        times.floor(&self.answers)
    }

    fn cap_of(&self, key: RateKey<'_>) -> Option<(usize, u32)> {
        caps::of(key.operation).and_then(|cap| Some((cap, self.pacing.caps[cap]?)))
    }

    /// The queue in which such calls wait before the common one.
    fn own_queue(&self, key: RateKey<'_>) -> Option<Arc<FifoQueue<Caps>>> {
        let cap = self.cap_of(key);
        let mut queues = self.lock_own();
        let queue = match cap {
            None if queues.is_empty() => return None,
            None => queues.get(&name(key))?,
            Some((_, limit)) => entry(&mut queues, key, Some(limit)),
        };
        Some(Arc::clone(queue))
    }

    /// What a person is told whom the own queue holds back.
    fn throttled(&self, key: RateKey<'_>, wait: Duration) -> Throttled {
        throttled(
            wait,
            match self.cap_of(key) {
                None => format!("the service asked to wait before the next {}", key.operation),
                Some((cap, limit)) => {
                    let what = caps::CAPS[cap].what;
                    format!("the hourly cap of {limit} {what} for this organization is used up")
                }
            },
        )
    }

    /// Tells the queue of one operation, or of all under the same cap, in one organization.
    fn tell_own(&self, key: RateKey<'_>, tell: impl FnOnce(&mut Caps)) {
        let limit = self.cap_of(key).map(|(_, limit)| limit);
        let queue = Arc::clone(entry(&mut self.lock_own(), key, limit));
        queue.change(tell);
    }

    fn lock_own(&self) -> std::sync::MutexGuard<'_, Queues> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an answer speaks of a limit that is not for all calls: that of an operation with a cap of its own, or one
    /// with another figure than the common limit.
    fn is_own_limit(&self, key: RateKey<'_>, limit: Option<u64>, now: Instant) -> bool {
        caps::of(key.operation).is_some() || !self.main.change(|rate| rate.is_shared(limit, now))
    }
}

const PACED: &str = "the calls of this client are spaced, as the service asked or as it was set";
const TOO_LATE: &str = "what is left of it is less than an answer takes";

fn throttled(wait: Duration, why: String) -> Throttled {
    Throttled { wait, why: if wait.is_zero() { TOO_LATE.to_owned() } else { why } }
}

fn name(key: RateKey<'_>) -> (&'static str, String) {
    let name = caps::of(key.operation).map_or(key.operation, |cap| caps::CAPS[cap].what);
    // Routes that the API description does not know share a name, and nothing else.
    let is_known = tallyfy_gen::operations::find(key.operation).is_some();
    (name, if is_known { organization(key.path) } else { key.path }.to_owned())
}

fn entry<'a>(queues: &'a mut Queues, key: RateKey<'_>, limit: Option<u32>) -> &'a Arc<FifoQueue<Caps>> {
    // Queues that hold nobody back are as good as new ones.
    if queues.len() >= MOST_QUEUES {
        let now = Instant::now();
        queues.retain(|_, queue| Arc::strong_count(queue) > 1 || queue.change(|caps| !caps.is_idle(now)));
    }
    queues.entry(name(key)).or_insert_with(|| Arc::new(FifoQueue::new(Caps::new(limit))))
}

/// The segment behind `organizations`; empty on routes that have none.
fn organization(path: &str) -> &str {
    let mut segments = path.split('/');
    segments.find(|segment| *segment == "organizations");
    segments.next().unwrap_or_default()
}

/// The right to send one attempt. Dropped unused, it is given back, and the next in line may go.
#[derive(Debug)]
pub(crate) struct Permit<'a> {
    pacer: &'a Pacer,
    key: RateKey<'a>,
    /// Whether it came out of the common queue.
    is_paced: bool,
    granted: Instant,
    sent: Option<Sending>,
    counted: Option<Counted>,
}

/// An attempt on its way.
#[derive(Debug)]
struct Sending {
    at: Instant,
    /// Whether the connection has asked for the body, where there is one.
    asked: Option<Arc<AtomicBool>>,
}

impl Permit<'_> {
    /// The attempt leaves now; `asked` turns true when its body does.
    pub(crate) fn sending(&mut self, at: Instant, asked: Option<Arc<AtomicBool>>) {
        self.sent = Some(Sending { at, asked });
        if let Some(counted) = &mut self.counted {
            counted.is_kept = true;
        }
    }

    /// What the attempt left behind: what the service has not done it has not counted.
    pub(crate) fn settle(&mut self, delivery: Delivery) {
        if let Some(counted) = &mut self.counted {
            counted.is_kept = delivery >= Delivery::Unknown;
        }
        if let Some(Sending { asked, .. }) = &mut self.sent {
            *asked = None;
        }
    }

    /// An answer came that was let through, with what it says of the limit it was counted by.
    pub(crate) fn answered(&self, is_success: bool, signal: Option<QuotaSignal>) {
        let (pacer, now) = (self.pacer, Instant::now());
        let sent = self.sent.as_ref().map_or(self.granted, |sent| sent.at);
        pacer.answers.observe(now - sent, is_success);
        if !self.is_paced {
            return;
        }
        let mut shared = QuotaSignal::default();
        if let Some(signal) = signal {
            if pacer.is_own_limit(self.key, signal.limit, now) {
                let exhausted =
                    (signal.remaining == Some(0)).then(|| signal.reset.unwrap_or(WINDOW).min(HOUR));
                // Without a queue of its own there is nothing to take back.
                if exhausted.is_some() || self.counted.is_some() {
                    pacer.tell_own(self.key, |caps| caps.heard(exhausted.map(|wait| now + wait)));
                }
            } else {
                shared = signal;
            }
        }
        pacer.main.change(|rate| rate.accepted(now, self.granted, shared));
    }

    /// The service turned the call away: nobody goes for `wait`. `false` when nothing is paced, so that the caller has to
    /// wait itself.
    ///
    /// The limits by user or address are of a minute or less (docs:open-api/api-clients/postman/troubleshooting,
    /// docs:miscellaneous/troubleshooting). Who has to wait longer met a cap of this one operation, such as those by
    /// the hour or day, and others need not wait with it.
    pub(crate) fn throttled(&self, wait: Duration, limit: Option<u64>) -> bool {
        if !self.is_paced {
            return false;
        }
        let (pacer, now, wait) = (self.pacer, Instant::now(), wait.min(LONGEST_BLOCK));
        if wait > WINDOW || pacer.is_own_limit(self.key, limit, now) {
            pacer.tell_own(self.key, |caps| caps.block(now + wait));
        } else {
            pacer.main.change(|rate| rate.throttled(now, self.granted, wait));
        }
        true
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if let (Some(counted), Some(Sending { asked: Some(asked), .. })) = (&mut self.counted, &self.sent) {
            // Dropped on the way: it counts if a byte of it may have left.
            counted.is_kept = asked.load(Ordering::Acquire);
        }
        if self.is_paced {
            let is_used = self.sent.is_some();
            self.pacer.main.change(|rate| {
                rate.finished();
                if !is_used {
                    rate.give_back();
                }
            });
        }
    }
}

/// One call in an hourly count.
#[derive(Debug)]
struct Counted {
    queue: Arc<FifoQueue<Caps>>,
    at: Instant,
    is_kept: bool,
}

impl Drop for Counted {
    fn drop(&mut self) {
        if !self.is_kept {
            self.queue.change(|caps| caps.take_back(self.at));
        }
    }
}

#[cfg(test)]
mod tests;
