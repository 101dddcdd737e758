//! Permits: who gets one when. A service with a limit is played by [`Service`]; waits are tokio's, paused.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

mod recovery;

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn key(operation: &'static str) -> RateKey<'static> {
    RateKey { operation, path: "/api/organizations/o1/things" }
}

/// A call that begins now, with so much time.
fn within(deadline: Duration) -> CallTimes {
    CallTimes { started: Instant::now(), deadline, timeout: seconds(30) }
}

fn remaining(remaining: u64) -> Option<QuotaSignal> {
    Some(QuotaSignal { remaining: Some(remaining), ..QuotaSignal::default() })
}

/// A permit that comes within an hour and a half, used.
async fn permit<'a>(pacer: &'a Pacer, operation: &'static str) -> Permit<'a> {
    let mut permit = pacer.acquire(key(operation), within(seconds(5400))).await.expect("a permit");
    permit.sending(Instant::now(), None);
    permit
}

/// After how many milliseconds since `start` it came.
async fn permit_at(pacer: &Pacer, operation: &'static str, start: Instant) -> u128 {
    drop(permit(pacer, operation).await);
    start.elapsed().as_millis()
}

#[tokio::test(start_paused = true)]
async fn nothing_is_held_back_before_the_service_signals() {
    let (pacer, start) = (Pacer::new(Pacing::default()), Instant::now());
    for _ in 0..10_000 {
        permit(&pacer, "get_task").await.answered(true, None);
    }
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_fixed_rate_is_kept_in_order_of_arrival() {
    let pacer = Arc::new(Pacer::new(Pacing::default().rate(4, seconds(2))));
    let start = Instant::now();
    let waiting: Vec<_> = (0..6)
        .map(|_| {
            let pacer = Arc::clone(&pacer);
            tokio::spawn(async move { permit_at(&pacer, "get_task", start).await })
        })
        .collect();
    let mut times = Vec::new();
    for waiting in waiting {
        times.push(waiting.await.expect("no panic"));
    }
    assert_eq!(times, [0, 500, 1000, 1500, 2000, 2500]);
}

#[tokio::test(start_paused = true)]
async fn who_leaves_the_queue_uses_nothing_up() {
    let pacer = Arc::new(Pacer::new(Pacing::default().rate(1, seconds(10))));
    let start = Instant::now();
    drop(permit(&pacer, "get_task").await);
    let leaving: Vec<_> = (0..5)
        .map(|_| {
            let pacer = Arc::clone(&pacer);
            tokio::spawn(async move { permit_at(&pacer, "get_task", start).await })
        })
        .collect();
    tokio::time::sleep(seconds(1)).await;
    let last = tokio::spawn({
        let pacer = Arc::clone(&pacer);
        async move { permit_at(&pacer, "get_task", start).await }
    });
    tokio::time::sleep(seconds(1)).await;
    leaving.iter().for_each(|waiting| waiting.abort());
    assert_eq!(last.await.expect("no panic"), 10_000);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_come_in_time_is_told_at_once() {
    let (pacer, start) = (Pacer::new(Pacing::default().rate(1, seconds(60))), Instant::now());
    drop(permit(&pacer, "get_task").await);
    let held = pacer.acquire(key("get_task"), within(seconds(30))).await.expect_err("a minute is too long");
    assert_eq!((held.wait, start.elapsed()), (seconds(60), Duration::ZERO));
    drop(pacer.acquire(key("get_task"), within(Duration::from_millis(60_300))).await.expect("just in time"));
}

#[tokio::test(start_paused = true)]
async fn those_ahead_in_the_line_are_reckoned_with() {
    let pacer = Arc::new(Pacer::new(Pacing::default().rate(1, seconds(10))));
    let start = Instant::now();
    drop(permit(&pacer, "get_task").await);
    for _ in 0..3 {
        let pacer = Arc::clone(&pacer);
        tokio::spawn(async move { drop(permit(&pacer, "get_task").await) });
    }
    tokio::task::yield_now().await;
    let held = pacer.acquire(key("get_task"), within(seconds(25))).await.expect_err("three are ahead");
    assert_eq!((held.wait, start.elapsed()), (seconds(40), Duration::ZERO));
    drop(
        pacer
            .acquire(key("get_task"), within(Duration::from_millis(40_300)))
            .await
            .expect("behind the three"),
    );
    assert_eq!(start.elapsed(), seconds(40));
}

#[tokio::test(start_paused = true)]
async fn the_last_calls_of_a_window_are_spread_over_its_rest() {
    let (pacer, start) = (Pacer::new(Pacing::default()), Instant::now());
    permit(&pacer, "get_task").await.answered(true, remaining(100));
    tokio::time::sleep(seconds(30)).await;
    permit(&pacer, "get_task").await.answered(true, remaining(2));
    let mut times = Vec::new();
    for left in [1, 0] {
        let permit = permit(&pacer, "get_task").await;
        times.push(start.elapsed().as_secs());
        permit.answered(true, remaining(left));
    }
    // Half a window is left for two more calls; the next one comes with the next window.
    assert_eq!(times, [40, 50]);
    permit(&pacer, "get_task").await.answered(true, remaining(99));
    assert_eq!(start.elapsed().as_secs(), 60);
    drop(permit(&pacer, "get_task").await);
    assert_eq!(start.elapsed().as_secs(), 60, "a new window is free again");
}

#[tokio::test(start_paused = true)]
async fn calls_under_way_count_as_gone() {
    let (pacer, start) = (Pacer::new(Pacing::default()), Instant::now());
    let mut under_way = Vec::new();
    for _ in 0..20 {
        under_way.push(permit(&pacer, "get_task").await);
    }
    // 22 are left as far as the service has counted, but 19 of ours may not be counted yet.
    under_way.pop().expect("one").answered(true, remaining(22));
    drop(permit(&pacer, "get_task").await);
    assert_eq!(start.elapsed().as_secs(), 15, "3 are left for the minute");
}

/// Waits for a permit and uses it; when that was, in milliseconds.
fn waiting(pacer: &Arc<Pacer>, start: Instant) -> tokio::task::JoinHandle<u128> {
    let pacer = Arc::clone(pacer);
    tokio::spawn(async move { permit_at(&pacer, "get_task", start).await })
}

#[tokio::test(start_paused = true)]
async fn a_permit_given_back_is_at_once_that_of_the_next_in_line() {
    let pacer = Arc::new(Pacer::new(Pacing::default().rate(1, seconds(10))));
    let start = Instant::now();
    drop(permit(&pacer, "get_task").await);
    let unused = pacer.acquire(key("get_task"), within(seconds(100))).await.expect("a permit");
    assert_eq!(start.elapsed(), seconds(10));
    let in_line: Vec<_> = (0..3).map(|_| waiting(&pacer, start)).collect();
    tokio::time::sleep(seconds(4)).await;
    drop(unused);
    let mut times = Vec::new();
    for waiting in in_line {
        times.push(waiting.await.expect("no panic"));
    }
    assert_eq!(times, [14_000, 24_000, 34_000]);
}

#[tokio::test(start_paused = true)]
async fn who_leaves_at_the_head_lets_the_next_one_up() {
    let pacer = Arc::new(Pacer::new(Pacing::default().rate(1, seconds(10))));
    let start = Instant::now();
    drop(permit(&pacer, "get_task").await);
    let mut in_line: VecDeque<_> = (0..4).map(|_| waiting(&pacer, start)).collect();
    tokio::time::sleep(seconds(9)).await;
    in_line.pop_front().expect("the head").abort();
    let mut times = Vec::new();
    for waiting in in_line {
        times.push(waiting.await.expect("no panic"));
    }
    assert_eq!(times, [10_000, 20_000, 30_000]);
}

#[tokio::test(start_paused = true)]
async fn permits_that_are_never_used_leave_no_burst_behind() {
    let pacer = Pacer::new(Pacing::default().rate(1, seconds(10)));
    let start = Instant::now();
    drop(permit(&pacer, "get_task").await);
    for _ in 0..50 {
        drop(pacer.acquire(key("get_task"), within(seconds(100))).await.expect("a permit, not used"));
    }
    let mut times = Vec::new();
    for _ in 0..3 {
        times.push(permit_at(&pacer, "get_task", start).await);
    }
    assert_eq!(times, [10_000, 20_000, 30_000]);
}

#[tokio::test(start_paused = true)]
async fn a_place_under_a_cap_that_is_given_back_is_that_of_the_next_in_line() {
    let pacer = Arc::new(Pacer::new(Pacing::default().guest_invitations_per_hour(1)));
    let start = Instant::now();
    let mut refused = pacer.acquire(key("create_guest"), within(seconds(100))).await.expect("a permit");
    refused.sending(Instant::now(), None);
    let next = tokio::spawn({
        let pacer = Arc::clone(&pacer);
        async move { permit_at(&pacer, "create_guest", start).await }
    });
    tokio::time::sleep(seconds(3)).await;
    refused.settle(Delivery::Refused);
    drop(refused);
    assert_eq!(next.await.expect("no panic"), 3000);
}

#[tokio::test(start_paused = true)]
async fn the_common_limit_is_the_largest_of_the_last_minute() {
    let says = |limit, left| Some(QuotaSignal { limit: Some(limit), remaining: Some(left), reset: None });
    let (pacer, start) = (Pacer::new(Pacing::default()), Instant::now());
    permit(&pacer, "get_task").await.answered(true, says(600, 100));
    permit(&pacer, "list_tasks").await.answered(true, says(30, 0));
    assert_eq!(permit_at(&pacer, "get_run", start).await, 0);
    pacer.acquire(key("list_tasks"), within(seconds(20))).await.expect_err("its own limit");
    // The service lowers its limit: what was said before does not count any more.
    tokio::time::sleep(seconds(61)).await;
    permit(&pacer, "get_task").await.answered(true, says(100, 0));
    pacer.acquire(key("get_run"), within(seconds(20))).await.expect_err("the common limit");
}

#[tokio::test(start_paused = true)]
async fn a_429_of_a_capped_operation_holds_back_that_operation() {
    let (pacer, start) = (Pacer::new(Pacing::default()), Instant::now());
    permit(&pacer, "create_task_comment").await.throttled(seconds(30), None);
    permit(&pacer, "list_tasks")
        .await
        .answered(true, Some(QuotaSignal { limit: Some(600), remaining: Some(500), reset: None }));
    permit(&pacer, "get_run").await.throttled(seconds(20), Some(30));
    assert_eq!(permit_at(&pacer, "list_tasks", start).await, 0);
    assert_eq!(permit_at(&pacer, "get_run", start).await, 20_000);
    assert_eq!(permit_at(&pacer, "create_task_comment", start).await, 30_000);
}

/// So many calls in a minute, which begins with the first call.
struct Service {
    limit: u32,
    window: std::sync::Mutex<(Instant, u32)>,
    refused: AtomicU32,
}

impl Service {
    fn new(limit: u32) -> Self {
        let window = std::sync::Mutex::new((Instant::now(), 0));
        Self { limit, window, refused: AtomicU32::new(0) }
    }

    /// How long to wait, if it is too much.
    fn call(&self) -> Result<(), Duration> {
        let mut window = self.window.lock().expect("no panic");
        if window.0.elapsed() >= seconds(60) {
            *window = (Instant::now(), 0);
        }
        if window.1 == self.limit {
            self.refused.fetch_add(1, Ordering::SeqCst);
            return Err(seconds(60).saturating_sub(window.0.elapsed()));
        }
        window.1 += 1;
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_429_calls_are_spaced_so_that_hardly_another_comes() {
    let (pacer, service) = (Arc::new(Pacer::new(Pacing::default())), Arc::new(Service::new(100)));
    let start = Instant::now();
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (pacer, service) = (Arc::clone(&pacer), Arc::clone(&service));
            tokio::spawn(async move {
                let mut done = 0;
                while done < 50 {
                    let permit = permit(&pacer, "get_task").await;
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    match service.call() {
                        Ok(()) => {
                            permit.answered(true, None);
                            done += 1;
                        }
                        Err(wait) => assert!(permit.throttled(wait, None)),
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no panic");
    }
    // Those that were under way together met the limit together, once; later, one tried whether there is more.
    let refused = service.refused.load(Ordering::SeqCst);
    assert!((1..=10).contains(&refused), "{refused} were turned away");
    // The other 300 calls, at nine tenths of 100 a minute.
    let minutes = start.elapsed().as_secs_f64() / 60.0;
    assert!((3.5..6.0).contains(&minutes), "{minutes} minutes");
}

#[tokio::test(start_paused = true)]
async fn a_429_of_others_making_spaces_a_little_and_is_forgotten() {
    let (pacer, start) = (Pacer::new(Pacing::default()), Instant::now());
    permit(&pacer, "get_task").await.throttled(seconds(7), None);
    assert_eq!(permit_at(&pacer, "get_task", start).await, 7000);
    assert_eq!(permit_at(&pacer, "get_task", start).await, 9000);
    permit(&pacer, "get_task").await.throttled(seconds(1), None);
    assert_eq!(permit_at(&pacer, "get_task", start).await, 12_000, "one in a row only says that it is early");
    assert_eq!(permit_at(&pacer, "get_task", start).await, 14_000);
    tokio::time::sleep(seconds(600)).await;
    let start = Instant::now();
    for _ in 0..10 {
        assert_eq!(permit_at(&pacer, "get_task", start).await, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn hourly_caps_are_counted_for_each_organization() {
    let (pacer, start) = (Pacer::new(Pacing::default()), Instant::now());
    for _ in 0..30 {
        assert_eq!(permit_at(&pacer, "create_guest", start).await, 0);
    }
    let held = pacer.acquire(key("create_guest"), within(seconds(120))).await.expect_err("the 31st");
    assert_eq!(held.wait, seconds(3600));
    assert_eq!(held.why, "the hourly cap of 30 guest invitations for this organization is used up");
    let elsewhere = RateKey { path: "/organizations/o2/guests", ..key("create_guest") };
    drop(pacer.acquire(elsewhere, within(seconds(5))).await.expect("another organization"));
    assert_eq!(permit_at(&pacer, "create_task_comment", start).await, 0, "another cap");
    assert_eq!(permit_at(&pacer, "create_guest", start).await, 3_600_000);
}

#[tokio::test(start_paused = true)]
async fn a_permit_that_was_not_used_is_not_counted() {
    let pacer = Pacer::new(Pacing::default().guest_invitations_per_hour(1));
    let start = Instant::now();
    for _ in 0..3 {
        drop(pacer.acquire(key("create_guest"), within(seconds(5))).await.expect("a permit, not used"));
    }
    assert_eq!(permit_at(&pacer, "create_guest", start).await, 0);
    pacer.acquire(key("create_guest"), within(seconds(5))).await.expect_err("used up");
    let free = Pacer::new(Pacing::default().guest_invitations_per_hour(None));
    for _ in 0..100 {
        assert_eq!(permit_at(&free, "create_guest", start).await, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_long_wait_holds_only_what_it_was_asked_of() {
    let (pacer, start) = (Pacer::new(Pacing::default()), Instant::now());
    permit(&pacer, "invite_user").await.throttled(seconds(3000), None);
    assert_eq!(permit_at(&pacer, "get_task", start).await, 0);
    let held = pacer.acquire(key("invite_user"), within(seconds(120))).await.expect_err("blocked");
    assert_eq!(held.wait, seconds(3000));
    assert_eq!(held.why, "the service asked to wait before the next invite_user");
    permit(&pacer, "create_task_comment").await.throttled(seconds(4000), None);
    assert_eq!(permit_at(&pacer, "create_guest", start).await, 0);
    assert_eq!(permit_at(&pacer, "invite_user", start).await, 3_000_000);
    assert_eq!(permit_at(&pacer, "create_run_comment", start).await, 4_000_000);
    let raw = |path| RateKey { operation: "raw", path };
    let blocked = pacer.acquire(raw("/organizations/o1/x"), within(seconds(5))).await;
    blocked.expect("a permit").throttled(seconds(9000), None);
    drop(pacer.acquire(raw("/organizations/o1/y"), within(seconds(5))).await.expect("another route"));
    pacer.acquire(raw("/organizations/o1/x"), within(seconds(5))).await.expect_err("blocked");
    permit(&pacer, "get_task").await.throttled(Duration::MAX, None);
    assert_eq!(permit_at(&pacer, "get_run", Instant::now()).await, 0);
}

#[tokio::test(start_paused = true)]
async fn without_pacing_nobody_waits_and_the_caller_is_told_so() {
    let (pacer, start) = (Pacer::new(Pacing::none()), Instant::now());
    for _ in 0..200 {
        let permit = permit(&pacer, "create_guest").await;
        permit.answered(true, remaining(0));
        assert!(!permit.throttled(seconds(60), None));
    }
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn queues_do_not_pile_up() {
    let pacer = Pacer::new(Pacing::default());
    for number in 0..2000 {
        let path = format!("/organizations/o{number}/guests");
        let key = RateKey { operation: "create_guest", path: &path };
        let mut permit = pacer.acquire(key, within(seconds(5))).await.expect("a permit");
        permit.sending(Instant::now(), None);
        drop(permit);
        tokio::time::advance(seconds(60)).await;
    }
    let queues = pacer.own.lock().expect("no panic").len();
    assert!(queues <= MOST_QUEUES, "{queues}");
}
