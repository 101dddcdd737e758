//! What is repeated, how often, after what wait, and what the error then says of delivery. The outcomes are written by
//! hand, from the delivery table in ARCHITECTURE.md and the repeat classes of the document.

use std::time::Duration;

use serde_json::json;
use tallyfy_sandbox::{Fault, FaultBody, Sandbox, seed};
use tallyfy_sdk::{Client, Delivery, Error, RetryPolicy, request::LaunchProcess};
use tokio::time::Instant;

/// One operation of each kind of repeat.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// `get_run`, safe.
    Read,
    /// `archive_run`, a DELETE that is safe.
    Archive,
    /// `complete_run_task`, unsafe.
    Complete,
    /// `create_run`, reconcile.
    Launch,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Read, Self::Archive, Self::Complete, Self::Launch];

    fn operation(self) -> &'static str {
        match self {
            Self::Read => "get_run",
            Self::Archive => "archive_run",
            Self::Complete => "complete_run_task",
            Self::Launch => "create_run",
        }
    }
}

async fn call(client: &Client, kind: Kind) -> Result<u32, Error> {
    let organization = client.organization(seed::ORGANIZATION);
    let processes = organization.processes();
    Ok(match kind {
        Kind::Read => processes.get(seed::PROCESS).with_meta().await?.meta.attempts,
        Kind::Archive => processes.archive(seed::PROCESS).with_meta().await?.meta.attempts,
        Kind::Complete => {
            let tasks = organization.process(seed::PROCESS).tasks();
            tasks.complete(seed::PROCESS_TASKS[0]).with_meta().await?.meta.attempts
        }
        Kind::Launch => {
            let launch = LaunchProcess::new(seed::SMALL_TEMPLATE).name("Weekly check");
            processes.launch(launch).with_meta().await?.meta.attempts
        }
    })
}

async fn start() -> (Sandbox, Client) {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let client = Client::builder()
        .base_url(sandbox.base_url())
        .token(sandbox.token())
        .timeout(Duration::from_secs(5))
        .build()
        .expect("a client");
    (sandbox, client)
}

/// What a fault that does not go away leads to.
struct Row {
    name: &'static str,
    fault: fn() -> Fault,
    /// Attempts of (read, archive, complete, launch).
    attempts: [u32; 4],
    delivery: Delivery,
}

const TABLE: [Row; 17] = [
    row("400", || Fault::status(400, json!({"message": "no"})), [1, 1, 1, 1], Delivery::Refused),
    row(
        "401",
        || Fault::status(401, json!({"message": "Unauthenticated."})),
        [1, 1, 1, 1],
        Delivery::Refused,
    ),
    row("403", || Fault::status(403, json!({"message": "no"})), [1, 1, 1, 1], Delivery::Refused),
    row(
        "404",
        || Fault::status(404, json!({"error": true, "message": "no"})),
        [1, 1, 1, 1],
        Delivery::Refused,
    ),
    row(
        "409",
        || Fault::status(409, json!({"error": {"code": "SEAT_POOL_EXHAUSTED"}})),
        [1, 1, 1, 1],
        Delivery::Refused,
    ),
    row("422", || Fault::status(422, json!({"errors": {"name": ["bad"]}})), [1, 1, 1, 1], Delivery::Refused),
    row("302", || Fault::status(302, json!({})), [1, 1, 1, 1], Delivery::Refused),
    row("429", || Fault::rate_limited(7), [4, 4, 4, 4], Delivery::Refused),
    row("500", || Fault::status(500, json!({"message": "oops"})), [4, 4, 1, 1], Delivery::Unknown),
    row("502 HTML", || Fault::Html(502), [4, 4, 1, 1], Delivery::Unknown),
    row("503", || Fault::Html(503), [4, 4, 1, 1], Delivery::Unknown),
    row("504", || Fault::Html(504), [4, 4, 1, 1], Delivery::Unknown),
    row("reset before", || Fault::ResetBefore, [4, 4, 1, 1], Delivery::Unknown),
    row("reset after", || Fault::ResetAfterApply, [4, 4, 1, 1], Delivery::Unknown),
    row("too slow", || Fault::Delay(Duration::from_secs(60)), [4, 4, 1, 1], Delivery::Unknown),
    row("reset in the body", || Fault::ResetMidBody, [4, 4, 1, 1], Delivery::Applied),
    row("truncated JSON", || Fault::Truncated, [1, 1, 1, 1], Delivery::Applied),
];

const fn row(name: &'static str, fault: fn() -> Fault, attempts: [u32; 4], delivery: Delivery) -> Row {
    Row { name, fault, attempts, delivery }
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_stays_is_repeated_by_the_repeat_class_and_told_with_its_delivery() {
    for row in TABLE {
        for (kind, attempts) in Kind::ALL.into_iter().zip(row.attempts) {
            let (sandbox, client) = start().await;
            for _ in 0..10 {
                sandbox.fault(kind.operation(), (row.fault)());
            }
            let place = format!("{} on {kind:?}", row.name);
            let error = call(&client, kind).await.expect_err(&place);
            assert_eq!(error.attempts(), attempts, "{place}: {error}");
            assert_eq!(sandbox.requests().len(), attempts as usize, "{place}: on the wire");
            assert_eq!(error.delivery(), row.delivery, "{place}: {error}");
            assert_eq!(error.operation(), Some(kind.operation()), "{place}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_passes_is_got_over_where_a_repeat_is_allowed() {
    let passing: [fn() -> Fault; 4] =
        [|| Fault::Html(502), || Fault::ResetBefore, || Fault::ResetMidBody, || Fault::rate_limited(1)];
    for fault in passing {
        let (sandbox, client) = start().await;
        sandbox.fault("get_run", fault());
        assert_eq!(call(&client, Kind::Read).await.expect("got over"), 2, "{:?}", fault());
    }
    let (sandbox, client) = start().await;
    sandbox.fault("create_run", Fault::rate_limited(1));
    assert_eq!(call(&client, Kind::Launch).await.expect("a 429 is repeated in every class"), 2);
}

#[tokio::test(start_paused = true)]
async fn nobody_listening_is_repeated_in_every_class_and_surely_not_sent() {
    let client =
        Client::builder().base_url("http://127.0.0.1:9/api").token("token").build().expect("a client");
    for kind in Kind::ALL {
        let error = call(&client, kind).await.expect_err("nobody listens on port 9");
        assert_eq!((error.attempts(), error.delivery()), (4, Delivery::NotSent), "{kind:?}: {error}");
        assert!(error.is_connect(), "{kind:?}: {error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_the_server_asks_for_is_kept_in_full() {
    let (sandbox, client) = start().await;
    sandbox.fault("get_run", Fault::rate_limited(45));
    let start = Instant::now();
    assert_eq!(call(&client, Kind::Read).await.expect("an answer"), 2);
    let waited = start.elapsed();
    assert!((Duration::from_secs(45)..Duration::from_secs(46)).contains(&waited), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_deadline_ends_the_call_at_once_and_is_told() {
    let (sandbox, client) = start().await;
    sandbox.fault("create_run", Fault::rate_limited(600));
    let start = Instant::now();
    let error = call(&client, Kind::Launch).await.expect_err("ten minutes are over the deadline of two");
    assert!(error.is_rate_limited(), "{error}");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(600)));
    assert_eq!((error.attempts(), error.delivery()), (1, Delivery::Refused));
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    assert!(error.to_string().contains("600"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_wait_given_as_a_date_counts_from_the_servers_clock() {
    let (sandbox, client) = start().await;
    sandbox.fault(
        "get_run",
        Fault::Status {
            status: 429,
            headers: vec![
                ("Date".into(), "Tue, 01 Sep 2026 08:00:00 GMT".into()),
                ("Retry-After".into(), "Tue, 01 Sep 2026 08:00:30 GMT".into()),
            ],
            body: FaultBody::Text("Too Many Attempts.".into()),
        },
    );
    let start = Instant::now();
    assert_eq!(call(&client, Kind::Read).await.expect("an answer"), 2);
    assert!((30..31).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn an_archive_whose_answer_was_lost_may_find_nothing_left_to_archive() {
    let (sandbox, client) = start().await;
    sandbox.fault("archive_run", Fault::ResetAfterApply);
    sandbox.fault("archive_run", Fault::status(404, json!({"error": true, "code": "RESOURCE_NOT_FOUND"})));
    let processes = client.organization(seed::ORGANIZATION).processes();
    let done = processes.archive(seed::PROCESS).with_meta().await.expect("done by the first attempt");
    assert_eq!((done.value, done.meta.attempts), (None, 2), "it cannot be shown any more");
}

#[tokio::test(start_paused = true)]
async fn an_archive_that_is_confirmed_with_an_empty_body_is_done() {
    let (sandbox, client) = start().await;
    sandbox.fault("archive_run", Fault::EmptyBody);
    let processes = client.organization(seed::ORGANIZATION).processes();
    assert_eq!(processes.archive(seed::PROCESS).await.expect("done"), None);
    let shown = processes.archive(seed::PROCESS).await.expect("done");
    assert_eq!(shown.map(|process| process.id).as_deref(), Some(seed::PROCESS));
}

#[tokio::test(start_paused = true)]
async fn options_of_a_call_go_before_those_of_the_client() {
    let (sandbox, client) = start().await;
    let processes = client.organization(seed::ORGANIZATION).processes();
    for _ in 0..10 {
        sandbox.fault("get_run", Fault::Html(502));
    }
    let error = processes.get(seed::PROCESS).no_retry().await.expect_err("502");
    assert_eq!(error.attempts(), 1);
    let error =
        processes.get(seed::PROCESS).retry(RetryPolicy::default().max_attempts(2)).await.expect_err("502");
    assert_eq!(error.attempts(), 2);
    let patient = processes.get(seed::PROCESS).retry(RetryPolicy::default().max_attempts(100));
    let error = patient.deadline(Duration::from_secs(3)).await.expect_err("502");
    assert!(error.elapsed() <= Duration::from_secs(3), "{:?}", error.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_stops_and_leaves_the_client_usable() {
    let (sandbox, client) = start().await;
    sandbox.fault("get_run", Fault::Delay(Duration::from_secs(4)));
    let organization = client.organization(seed::ORGANIZATION);
    let cut = tokio::time::timeout(
        Duration::from_secs(1),
        organization.processes().get(seed::PROCESS).into_future(),
    );
    assert!(cut.await.is_err(), "cut off in the middle");
    assert_eq!(call(&client, Kind::Read).await.expect("the next call"), 1);
}
