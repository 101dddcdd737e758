//! That the full rate comes back, whatever a service did before: outages of many patterns, drawn from one seed, on the
//! paused clock. The service and its callers are played; headers are read as those of real answers are.

use std::collections::VecDeque;
use std::sync::Mutex;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use reqwest::header::{HeaderMap, RETRY_AFTER};

use super::*;
use crate::retry::AskedWait;

const SEED: [u8; 32] = *b"outages of up to two hours each!";
const CASES: u32 = 24;

/// What a 429 of the service says, in outages. That of its limit tells the truth, or nothing.
#[derive(Clone, Copy, Debug)]
enum Says {
    Nothing,
    /// As long as it takes, up to so many seconds.
    Truth(u64),
    /// Always the same.
    Text(&'static str),
}

#[derive(Clone, Debug)]
struct Pattern {
    /// Seconds of health, then seconds of 429.
    outages: Vec<(u64, u64)>,
    says: Says,
    workers: u32,
    /// Calls a minute that the workers could make together.
    demand: u32,
    /// Calls that the service lets through in any minute.
    limit: Option<u32>,
    /// Whether its minutes follow each other, or slide.
    slides: bool,
    /// Whether a 429 of that limit says how long it takes.
    tells: bool,
    /// Seconds a call has.
    deadline: u64,
}

/// The service. Its answers take as long as the demand of the workers lets them.
struct Outages {
    pattern: Pattern,
    start: Instant,
    /// Calls let through in this minute, or the last 60 seconds.
    window: Mutex<VecDeque<Instant>>,
    served: AtomicU32,
}

impl Outages {
    fn answer_time(&self) -> Duration {
        Duration::from_secs(60) * self.pattern.workers / self.pattern.demand
    }

    /// When the outage of this moment ends.
    fn ends(&self, now: Instant) -> Option<Instant> {
        let mut at = self.start;
        for (health, outage) in &self.pattern.outages {
            at += seconds(*health);
            let end = at + seconds(*outage);
            if (at..end).contains(&now) {
                return Some(end);
            }
            at = end;
        }
        None
    }

    fn over(&self) -> Instant {
        let all: u64 = self.pattern.outages.iter().map(|(health, outage)| health + outage).sum();
        self.start + seconds(all)
    }

    /// Until when it lets nothing through, and what it says of that.
    fn call(&self, now: Instant) -> Result<(), (Instant, Says)> {
        if let Some(end) = self.ends(now) {
            return Err((end, self.pattern.says));
        }
        let Some(limit) = self.pattern.limit else {
            self.served.fetch_add(1, Ordering::SeqCst);
            return Ok(());
        };
        let mut window = self.window.lock().expect("no panic");
        match self.pattern.slides {
            true => {
                while window.front().is_some_and(|at| *at + seconds(60) <= now) {
                    window.pop_front();
                }
            }
            false => {
                if window.front().is_some_and(|at| *at + seconds(60) <= now) {
                    window.clear();
                }
            }
        }
        if window.len() >= limit as usize {
            let says = if self.pattern.tells { Says::Truth(60) } else { Says::Nothing };
            return Err((window[0] + seconds(60), says));
        }
        window.push_back(now);
        self.served.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

impl Says {
    fn headers(self, wait: Duration) -> HeaderMap {
        let text = match self {
            Says::Nothing => return HeaderMap::new(),
            Says::Truth(most) => (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).min(most).to_string(),
            Says::Text(text) => text.to_owned(),
        };
        HeaderMap::from_iter([(RETRY_AFTER, text.parse().expect("a header"))])
    }
}

/// Calls one after the other; a call has four attempts.
async fn worker(pacer: Arc<Pacer>, service: Arc<Outages>) {
    loop {
        let times = within(seconds(service.pattern.deadline));
        for _ in 0..4 {
            let mut permit = match pacer.acquire(key("get_task"), times).await {
                Ok(permit) => permit,
                Err(throttled) => {
                    tokio::time::sleep(throttled.wait.min(seconds(20))).await;
                    break;
                }
            };
            permit.sending(Instant::now(), None);
            tokio::time::sleep(service.answer_time()).await;
            let now = Instant::now();
            match service.call(now) {
                Ok(()) => {
                    permit.answered(true, None);
                    break;
                }
                Err((end, says)) => {
                    let headers = says.headers(end - now);
                    let asked = AskedWait::read(&headers, std::time::SystemTime::now);
                    permit.throttled(asked.map_or(Duration::from_millis(300), |asked| asked.wait), None);
                }
            }
        }
    }
}

/// How many calls a minute are let through, from ten minutes after the last outage on; and how many can be.
fn recovered(pattern: &Pattern) -> (f64, f64) {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("one");
    runtime.block_on(async {
        let pacer = Arc::new(Pacer::new(Pacing::default()));
        let service = Arc::new(Outages {
            pattern: pattern.clone(),
            start: Instant::now(),
            window: Mutex::default(),
            served: AtomicU32::new(0),
        });
        for _ in 0..pattern.workers {
            tokio::spawn(worker(Arc::clone(&pacer), Arc::clone(&service)));
        }
        tokio::time::sleep_until(service.over() + seconds(600)).await;
        service.served.store(0, Ordering::SeqCst);
        tokio::time::sleep(seconds(300)).await;
        let served = f64::from(service.served.load(Ordering::SeqCst)) / 5.0;
        (served, f64::from(pattern.limit.unwrap_or(u32::MAX).min(pattern.demand)))
    })
}

#[track_caller]
fn assert_recovered(pattern: &Pattern) {
    let (served, possible) = recovered(pattern);
    assert!(served >= 0.9 * possible, "{served} of {possible} a minute after {pattern:?}");
}

fn patterns() -> impl Strategy<Value = Pattern> {
    let outages = prop::collection::vec((1_u64..1200, 1_u64..3600), 1..6)
        .prop_filter("two hours in all", |outages| {
            outages.iter().map(|(_, outage)| outage).sum::<u64>() <= 7200
        });
    let says = prop_oneof![
        Just(Says::Nothing),
        (1_u64..=60).prop_map(Says::Truth),
        prop::sample::select(vec![
            "",
            "soon",
            "-1",
            "0",
            "1",
            "30.5",
            "60",
            "5,5",
            "Sun, 06 Nov 1994 08:49:37 GMT"
        ])
        .prop_map(Says::Text),
    ];
    let limit = prop::option::of(60_u32..900);
    (outages, says, 1_u32..=40, 60_u32..1800, limit, any::<bool>(), any::<bool>(), 5_u64..=120).prop_map(
        |(outages, says, workers, demand, limit, slides, tells, deadline)| Pattern {
            outages,
            says,
            workers,
            demand,
            limit,
            slides,
            tells,
            deadline,
        },
    )
}

#[test]
fn after_any_outage_a_healthy_service_is_used_at_its_rate_within_ten_minutes() {
    let config =
        Config { cases: CASES, failure_persistence: None, max_shrink_iters: 64, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &SEED);
    TestRunner::new_with_rng(config, rng)
        .run(&patterns(), |pattern| {
            let (served, possible) = recovered(&pattern);
            prop_assert!(served >= 0.9 * possible, "{served} of {possible} a minute");
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn one_429_in_the_first_second_is_forgotten_within_ten_minutes() {
    for (workers, demand) in [(1, 960), (8, 2400), (40, 6000)] {
        let outages = vec![(1, 1)];
        let says = Says::Text("1");
        assert_recovered(&Pattern {
            outages,
            says,
            workers,
            demand,
            limit: None,
            slides: true,
            tells: true,
            deadline: 120,
        });
    }
}

#[test]
fn an_outage_of_two_hours_is_forgotten_within_ten_minutes() {
    for says in [Says::Nothing, Says::Text("5"), Says::Text("soon"), Says::Truth(60)] {
        for (workers, limit) in [(1, None), (4, Some(600)), (40, Some(100))] {
            let outages = vec![(30, 7200)];
            assert_recovered(&Pattern {
                outages,
                says,
                workers,
                demand: 900,
                limit,
                slides: true,
                tells: true,
                deadline: 120,
            });
        }
    }
}
