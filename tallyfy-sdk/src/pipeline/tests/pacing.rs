//! What limits and deadlines do to calls: over the wire, on the paused clock. The schedule alone is tested in
//! `pace/tests.rs` and `pace/tests/recovery.rs`.

use std::future::IntoFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tallyfy_gen::types::{AddComment, Comment, CreateGuest};
use tokio::time::Instant;

use super::{RUN, assert_failed, create_run, get_run};
use crate::call::Call;
use crate::scripted::{Reply, Scripted, json, with_headers};
use crate::{Client, Delivery, Pacing, RetryPolicy};

const GUEST: &str = r#"{"data":{"email":"a@example.com"}}"#;
const COMMENT: &str = r#"{"data":{"id":7}}"#;

fn create_guest(client: &Client) -> Call<()> {
    Call::item(client, "create_guest", &[], |api| async move {
        api.create_guest("o1", &CreateGuest::new("a@example.com")).await
    })
    .map(drop)
}

fn add_comment(client: &Client) -> Call<Comment> {
    Call::item(client, "create_task_comment", &[], |api| async move {
        api.create_task_comment("o1", "t1", &AddComment::new("Hello")).await
    })
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A service that turns everything away until `outage` is over, and counts what it lets through.
async fn recovering(outage: Duration, headers: &'static str) -> (Scripted, Arc<AtomicU32>) {
    let (start, served) = (Instant::now(), Arc::new(AtomicU32::new(0)));
    let counted = Arc::clone(&served);
    let server = Scripted::serving(move |_| {
        if start.elapsed() < outage {
            return (ms(50), with_headers(429, headers, "{}"));
        }
        counted.fetch_add(1, Ordering::SeqCst);
        (ms(50), json(200, RUN))
    });
    (server.await, served)
}

#[tokio::test(start_paused = true)]
async fn after_an_outage_of_429_the_normal_rate_is_back_within_minutes() {
    for headers in ["retry-after: 5\r\n", "", "retry-after: soon\r\n"] {
        let (server, served) = recovering(seconds(600), headers).await;
        let (client, start) = (server.client(), Instant::now());
        while start.elapsed() < seconds(1200) {
            let _ = get_run(&client).await;
            tokio::time::sleep(ms(200)).await;
        }
        served.store(0, Ordering::SeqCst);
        while start.elapsed() < seconds(1260) {
            get_run(&client).await.expect("a process");
            tokio::time::sleep(ms(200)).await;
        }
        let served = served.load(Ordering::SeqCst);
        assert!(served >= 216, "{served} in a minute where 240 fit, after {headers:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_early_429_costs_little() {
    let first = AtomicU32::new(0);
    let server = Scripted::serving(move |_| match first.fetch_add(1, Ordering::SeqCst) {
        8 => (ms(62), with_headers(429, "retry-after: 1\r\n", "{}")),
        _ => (ms(62), json(200, RUN)),
    });
    let (client, start) = (server.await.client(), Instant::now());
    for _ in 0..150 {
        get_run(&client).await.expect("a process");
    }
    assert!(start.elapsed() < seconds(60), "{:?}", start.elapsed());
}

/// So many workers call for so long; each rests a moment after a failure. How many were answered, and how many left
/// it open whether they were carried out.
async fn workers(client: &Client, count: usize, time: Duration) -> (u32, u32) {
    let done = Instant::now() + time;
    let workers: Vec<_> = (0..count)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move {
                let (mut answered, mut unknown) = (0, 0);
                while Instant::now() < done {
                    match create_run(&client).await {
                        Ok(_) => answered += 1,
                        Err(error) => {
                            unknown += u32::from(error.delivery() == Delivery::Unknown);
                            tokio::time::sleep(ms(70)).await;
                        }
                    }
                }
                (answered, unknown)
            })
        })
        .collect();
    let mut sum = (0, 0);
    for worker in workers {
        let (answered, unknown) = worker.await.expect("no panic");
        sum = (sum.0 + answered, sum.1 + unknown);
    }
    sum
}

#[tokio::test(start_paused = true)]
async fn no_write_is_sent_too_late_to_be_answered() {
    for (rate, deadline, answer, count, least) in [
        (10, 2000, 150, 40, 180),
        (10, 2000, 900, 40, 180),
        (10, 2000, 1200, 40, 150),
        (10, 2000, 1600, 40, 60),
        (10, 2000, 1950, 40, 10),
        (4, 5000, 700, 40, 70),
        (50, 1000, 400, 40, 800),
        (1, 1500, 600, 8, 15),
        (2, 10_000, 100, 3, 38),
    ] {
        let server = Scripted::serving(move |_| (ms(answer), json(201, RUN))).await;
        let pacing = Pacing::default().rate(rate, seconds(1));
        let client = server.builder().deadline(ms(deadline)).pacing(pacing).build().expect("a client");
        let (answered, unknown) = workers(&client, count, seconds(20)).await;
        let row = format!("{rate}/s, {deadline} ms, answers in {answer} ms, {count} workers");
        assert_eq!(unknown, 0, "{row}; {answered} were answered");
        assert!(answered >= least, "{row}: only {answered} were answered");
    }
}

#[tokio::test(start_paused = true)]
async fn turns_as_far_apart_as_the_deadline_are_used() {
    let server = Scripted::serving(|_| (ms(150), json(201, RUN))).await;
    let pacing = Pacing::default().rate(1, seconds(60));
    let client = server.builder().deadline(seconds(120)).pacing(pacing).build().expect("a client");
    assert_eq!(workers(&client, 4, seconds(3600)).await.1, 0);
    let (answered, unknown) = workers(&client, 4, seconds(3600)).await;
    assert_eq!(unknown, 0);
    assert!((54..=62).contains(&answered), "{answered} in an hour");
}

#[tokio::test(start_paused = true)]
async fn a_refused_write_is_not_repeated_when_no_time_is_left_for_the_answer() {
    let count = AtomicU32::new(0);
    let server = Scripted::serving(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => (ms(10), with_headers(429, "retry-after: 2\r\n", "{}")),
        _ => (ms(150), json(201, RUN)),
    });
    let client = server.await.builder().jitter(|| 0.0).build().expect("a client");
    let error = create_run(&client).deadline(ms(2050)).await.expect_err("40 ms are too few");
    assert_failed(&error, Delivery::Refused, 1, Some(429));
    assert_eq!(error.retry_after(), Some(seconds(2)));
    assert!(error.elapsed() < ms(100), "told at once: {:?}", error.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_short_deadline_alone_keeps_no_call_back() {
    let server = Scripted::serving(|_| (ms(20), json(201, RUN))).await;
    create_run(&server.client()).deadline(ms(50)).await.expect("it had all the time there was");
}

#[tokio::test(start_paused = true)]
async fn a_cap_counts_only_what_the_service_may_have_counted() {
    let pacing = || Pacing::default().guest_invitations_per_hour(2);
    // Nobody listens, then somebody does.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let client = Client::builder().token("s3cret").base_url(format!("http://{address}/api"));
    let client = client.pacing(pacing()).build().expect("a client");
    for _ in 0..3 {
        let error = create_guest(&client).await.expect_err("nobody listens");
        assert_failed(&error, Delivery::NotSent, 4, None);
    }
    let listener = tokio::net::TcpListener::bind(address).await.expect("the same port");
    Scripted::serving_at(listener, |_| (ms(5), json(201, GUEST)));
    for _ in 0..2 {
        create_guest(&client).await.expect("a guest");
    }
    assert!(create_guest(&client).await.expect_err("the third").is_rate_limited());

    for (first, is_counted) in [
        (json(422, "{}"), false),
        (json(403, "{}"), false),
        (json(302, ""), false),
        (json(500, "{}"), true),
        (json(201, "<html>"), true),
        (Reply::Hangup, true),
    ] {
        let server = Scripted::start(vec![first, json(201, GUEST), json(201, GUEST)]).await;
        let client = server.builder().pacing(pacing()).build().expect("a client");
        create_guest(&client).await.expect_err("as scripted");
        create_guest(&client).await.expect("a guest");
        assert_eq!(create_guest(&client).await.is_err(), is_counted);
    }
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_counts_only_if_it_may_have_been_sent() {
    let server = Scripted::start(vec![Reply::Silence, json(201, GUEST)]).await;
    let pacing = || Pacing::default().guest_invitations_per_hour(1);
    let client = server.builder().pacing(pacing()).build().expect("a client");
    tokio::time::timeout(seconds(5), create_guest(&client)).await.expect_err("silence");
    let error = create_guest(&client).await.expect_err("the first may have been carried out");
    assert_failed(&error, Delivery::NotSent, 0, None);

    // Looking up the name never ends: not a byte was asked for.
    let client = Client::builder()
        .token("s3cret")
        .base_url("https://tallyfy.invalid/api")
        .configure_http(|http| http.dns_resolver(Arc::new(super::Lookup { fails: false })))
        .retry(RetryPolicy::none())
        .pacing(pacing())
        .build()
        .expect("a client");
    for _ in 0..3 {
        tokio::time::timeout(seconds(2), create_guest(&client)).await.expect_err("no name");
    }
    let error = create_guest(&client).await.expect_err("no connection");
    assert!(error.is_connect(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn what_one_limit_says_holds_back_no_other() {
    let limit = |text: &str, body| with_headers(200, &format!("x-ratelimit-limit: {text}\r\n"), body);
    let server = Scripted::start(vec![
        limit("600\r\nx-ratelimit-remaining: 580", RUN),
        limit("120\r\nx-ratelimit-remaining: 0", COMMENT),
        limit("600\r\nx-ratelimit-remaining: 578", RUN),
        // Another limit than the common one, of an operation without a cap that is known here.
        limit("30\r\nx-ratelimit-remaining: 0", RUN),
        limit("600\r\nx-ratelimit-remaining: 577", RUN),
    ])
    .await;
    let (client, start) = (server.client(), Instant::now());
    get_run(&client).await.expect("a process");
    add_comment(&client).await.expect("a comment");
    get_run(&client).await.expect("a process");
    create_run(&client).await.expect("a process");
    get_run(&client).await.expect("a process");
    assert_eq!(start.elapsed().as_secs(), 0);
    let error = add_comment(&client).deadline(seconds(30)).await.expect_err("none is left");
    assert!(error.is_rate_limited() && error.retry_after().is_some(), "{error}");
    let error = create_run(&client).deadline(seconds(30)).await.expect_err("none is left");
    assert!(error.is_rate_limited() && error.retry_after().is_some(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_window_is_believed_and_nothing_is_for_ever() {
    // 1994-11-06 08:49:37 UTC
    let (now, date) = (784_111_777_u64, "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
    for (reset, expected) in [
        ("2".to_owned(), 2),
        ("1.5".to_owned(), 2),
        ((now + 2).to_string(), 2),
        ((now - 500).to_string(), 0),
        ("0".to_owned(), 0),
        ("3600".to_owned(), 60),
        ((now + 86_400).to_string(), 60),
        ("99999999999999999999999".to_owned(), 60),
        ("-5".to_owned(), 60),
        ("tomorrow".to_owned(), 60),
        (String::new(), 60),
    ] {
        let headers = format!("{date}x-ratelimit-remaining: 0\r\nx-ratelimit-reset: {reset}\r\n");
        let server = Scripted::start(vec![with_headers(200, &headers, RUN), json(200, RUN)]).await;
        let client = server.client();
        get_run(&client).await.expect("a process");
        let waited = get_run(&client).with_meta().await.expect("a process").meta.elapsed;
        assert_eq!(waited.as_secs(), expected, "{reset:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_left_is_read_as_it_may_be_written() {
    for (left, expected) in [("0", 60), (" 0 ", 60), ("-3", 60), ("500", 0), ("", 0), ("none", 0)] {
        let headers = format!("x-ratelimit-remaining: {left}\r\n");
        let server = Scripted::start(vec![with_headers(200, &headers, RUN), json(200, RUN)]).await;
        let client = server.client();
        get_run(&client).await.expect("a process");
        let waited = get_run(&client).with_meta().await.expect("a process").meta.elapsed;
        assert_eq!(waited.as_secs(), expected, "{left:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_deadline_is_told_at_once_and_nobody_goes_before() {
    for (header, expected) in [
        ("retry-after: 30.5", ms(30_500)),
        ("retry-after:   31  ", seconds(31)),
        ("retry-after: 30.0000000001", Duration::new(30, 1)),
        ("retry-after: 1\r\nretry-after: 40", seconds(40)),
        ("retry-after: 1, 40", seconds(40)),
        ("date: Sun, 06 Nov 1994 08:49:37 GMT\r\nretry-after: Sun, 06 Nov 1994 08:50:07 GMT", seconds(30)),
        ("date: Sun, 06 Nov 1994 08:49:37 GMT\r\nretry-after: Sunday, 06-Nov-94 08:50:07 GMT", seconds(30)),
        ("date: Sun, 06 Nov 1994 08:49:37 GMT\r\nretry-after: Sun Nov  6 08:50:07 1994", seconds(30)),
    ] {
        let headers = format!("{header}\r\n");
        let server = Scripted::start(vec![with_headers(429, &headers, "{}"), json(201, RUN)]).await;
        let client = server.builder().deadline(seconds(5)).jitter(|| 0.0).build().expect("a client");
        let error = create_run(&client).await.expect_err("too long");
        assert_failed(&error, Delivery::Refused, 1, Some(429));
        assert_eq!(error.retry_after(), Some(expected), "{header:?}");
        assert!(error.elapsed() < ms(100), "{header:?}");
        for _ in 0..20 {
            let error = get_run(&client).await.expect_err("held back");
            assert_failed(&error, Delivery::NotSent, 0, None);
        }
        assert_eq!(server.requests().len(), 1, "{header:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_cannot_be_read_is_a_long_one_and_is_told() {
    for text in ["soon", "", "-1", "1e3", "NaN", "inf", "0x10", "30s", "\u{a0}5"] {
        let wait = with_headers(429, &format!("retry-after: {text}\r\n"), "{}");
        let server = Scripted::start(vec![wait, json(201, RUN)]).await;
        let client = server.builder().deadline(seconds(5)).jitter(|| 0.0).build().expect("a client");
        let error = create_run(&client).await.expect_err("nobody knows how long");
        assert_failed(&error, Delivery::Refused, 1, Some(429));
        assert_eq!(error.retry_after(), Some(seconds(30)), "{text:?}");
        assert!(
            error.to_string().ends_with(
                "Wait 30 s before the next call; the wait that the answer names cannot be read, so this is a guess"
            ),
            "{error}"
        );
        for _ in 0..20 {
            get_run(&client).await.expect_err("held back");
        }
        assert_eq!(server.requests().len(), 1, "{text:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_429_without_a_time_is_never_followed_at_once() {
    let server = Scripted::start(vec![json(429, "{}"), json(200, RUN), json(200, RUN)]).await;
    let client = server.builder().jitter(|| 0.0).build().expect("a client");
    let run = get_run(&client).with_meta().await.expect("a process");
    assert!(run.meta.elapsed >= ms(250), "{:?}", run.meta.elapsed);
}

#[tokio::test(start_paused = true)]
async fn a_429_may_name_the_end_of_its_window_instead() {
    let date = "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    for (header, expected) in [
        ("x-ratelimit-reset: 7", 7),
        ("x-ratelimit-reset: 784111784", 7),
        ("retry-after: 9\r\nx-ratelimit-reset: 7", 9),
        ("x-ratelimit-reset: 99999999999999999999999", 30),
    ] {
        let wait = with_headers(429, &format!("{date}{header}\r\n"), "{}");
        let server = Scripted::start(vec![wait, json(201, RUN)]).await;
        let run = create_run(&server.client()).with_meta().await.expect("a process");
        assert_eq!(run.meta.elapsed.as_secs(), expected, "{header:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_date_without_the_servers_clock_beside_it_goes_by_the_clock_it_showed_before() {
    // The server is ten minutes ahead of this machine.
    let showing = with_headers(200, "date: Sun, 06 Nov 1994 08:59:37 GMT\r\n", RUN);
    let dated = with_headers(429, "retry-after: Sun, 06 Nov 1994 09:00:07 GMT\r\n", "{}");
    let server = Scripted::start(vec![showing, dated, json(200, RUN)]).await;
    let here = || std::time::UNIX_EPOCH + Duration::from_secs(784_111_777);
    let client = server.builder().date(here).build().expect("a client");
    get_run(&client).await.expect("a process");
    let run = get_run(&client).with_meta().await.expect("a process");
    assert_eq!(run.meta.elapsed.as_secs(), 30);
}

#[tokio::test(start_paused = true)]
async fn a_slow_token_leaves_a_write_unsent_and_its_permit_to_others() {
    let server = Scripted::serving(|_| (ms(500), json(201, RUN))).await;
    let count = AtomicU32::new(0);
    let source = crate::RenewingToken::new(move || {
        let slow = count.fetch_add(1, Ordering::SeqCst) == 0;
        async move {
            tokio::time::sleep(if slow { ms(900) } else { ms(0) }).await;
            Ok(crate::FreshToken::new(crate::Token::new("t1")?))
        }
    });
    let pacing = Pacing::default().rate(1, seconds(10));
    let client = server.builder().token_source(source).pacing(pacing).build().expect("a client");
    let error = create_run(&client).deadline(seconds(1)).await.expect_err("100 ms are left");
    assert!(error.is_timeout());
    assert_failed(&error, Delivery::NotSent, 0, None);
    let run = create_run(&client).with_meta().await.expect("a process");
    assert_eq!(run.meta.elapsed.as_millis() / 100, 5, "at once");
}

#[tokio::test(start_paused = true)]
async fn an_absurd_wait_ends_its_call_and_holds_no_other() {
    for text in ["18446744073709551616", "99999999999", "31536000"] {
        let wait = with_headers(429, &format!("retry-after: {text}\r\n"), "{}");
        let server = Scripted::start(vec![wait, json(200, RUN), json(201, RUN)]).await;
        let client = server.client();
        let error = create_run(&client).await.expect_err("years");
        assert_failed(&error, Delivery::Refused, 1, Some(429));
        assert!(error.retry_after() >= Some(seconds(31_536_000)), "{text:?}");
        get_run(&client).await.expect("another operation");
        create_run(&client).await.expect_err("held back");
        tokio::time::advance(seconds(86_400)).await;
        create_run(&client).await.expect("nobody is held for more than a day");
    }
}

#[tokio::test(start_paused = true)]
async fn a_503_that_names_a_time_is_waited_for_or_told() {
    let busy = |text: &str| with_headers(503, &format!("retry-after: {text}\r\n"), "{}");
    let server = Scripted::start(vec![busy("20.5"), json(200, RUN)]).await;
    let run = get_run(&server.client()).with_meta().await.expect("a process");
    assert_eq!(run.meta.elapsed.as_secs(), 20);
    for (text, expected) in [("20.5", ms(20_500)), ("later", seconds(30))] {
        let server = Scripted::start(vec![busy(text), json(200, RUN)]).await;
        let error = get_run(&server.client()).deadline(seconds(10)).await.expect_err("too long");
        assert_failed(&error, Delivery::Unknown, 1, Some(503));
        assert_eq!(error.retry_after(), Some(expected));
    }
}

#[tokio::test(start_paused = true)]
async fn the_services_own_code_says_throttled_under_any_status() {
    let body = r#"{"message":"limit reached","code":"RATE_LIMIT_EXCEEDED"}"#;
    for status in [400, 401, 403, 404, 408, 409, 422] {
        let wait = || with_headers(status, "retry-after: 1\r\n", body);
        let server = Scripted::start(vec![wait(), json(201, RUN)]).await;
        let run = create_run(&server.client()).with_meta().await.expect("repeated like a 429");
        assert_eq!((run.meta.attempts, run.meta.elapsed.as_secs()), (2, 1), "{status}");

        let server = Scripted::start(vec![json(status, body), json(201, RUN)]).await;
        create_run(&server.client()).await.expect("with no time named too");

        let server = Scripted::start(vec![wait()]).await;
        let error = create_run(&server.client()).no_retry().await.expect_err("turned away");
        assert!(error.is_rate_limited(), "{status}");
        let other = [error.is_permission(), error.is_auth(), error.is_not_found(), error.is_validation()];
        assert_eq!(other, [false; 4], "{status}");
        assert_failed(&error, Delivery::Refused, 1, Some(status));
    }
    for (status, body) in [
        (403, r#"{"message":"RATE_LIMIT_EXCEEDED","code":"FORBIDDEN"}"#),
        (500, r#"{"message":"limit reached","code":"RATE_LIMIT_EXCEEDED"}"#),
        (403, "<html>RATE_LIMIT_EXCEEDED</html>"),
    ] {
        let server = Scripted::start(vec![json(status, body), json(201, RUN)]).await;
        let error = create_run(&server.client()).await.expect_err("not throttled");
        assert!(!error.is_rate_limited(), "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_429_after_a_token_was_renewed_is_waited_for() {
    let wait = with_headers(429, "retry-after: 3\r\n", "{}");
    let server = Scripted::start(vec![json(401, "{}"), wait, json(201, RUN)]).await;
    let client = server.builder().token_source(super::renewing()).build().expect("a client");
    let run = create_run(&client).with_meta().await.expect("a process");
    assert_eq!((run.meta.attempts, run.meta.elapsed.as_secs()), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn a_repeat_that_gets_no_turn_costs_the_budget_nothing() {
    let replies = vec![json(503, "{}"), json(503, "{}"), json(200, RUN)];
    let server = Scripted::start(replies).await;
    let client = server
        .builder()
        .jitter(|| 0.5)
        .retry_budget(crate::RetryBudget::default().burst(1).per_second(0.0).per_success(0.0))
        .pacing(Pacing::default().rate(1, seconds(60)))
        .build()
        .expect("a client");
    let error = get_run(&client).deadline(seconds(30)).await.expect_err("no second turn");
    assert_failed(&error, Delivery::Unknown, 1, Some(503));
    assert!(!error.is_held_back());
    tokio::time::advance(seconds(60)).await;
    get_run(&client).deadline(seconds(100)).await.expect("the repeat was not paid for before");
}

#[tokio::test(start_paused = true)]
async fn a_repeat_that_is_dropped_before_it_is_sent_costs_the_budget_nothing() {
    let replies = vec![json(503, "{}"), json(503, "{}"), json(200, RUN)];
    let server = Scripted::start(replies).await;
    let budget = crate::RetryBudget::default().burst(1).per_second(0.0).per_success(0.0);
    let client = server.builder().jitter(|| 0.9).retry_budget(budget).build().expect("a client");
    let dropped = tokio::time::timeout(ms(300), get_run(&client).into_future()).await;
    assert!(dropped.is_err(), "it waits for its repeat");
    let run = get_run(&client).with_meta().await.expect("the repeat was not paid for before");
    assert_eq!(run.meta.attempts, 2);
}

#[test]
fn settings_that_cannot_work_are_refused_with_what_to_do() {
    let builder = || Client::builder().token("s3cret");
    let policy = RetryPolicy::default;
    for (builder, expected) in [
        (builder().pacing(Pacing::default().rate(1, Duration::MAX)), "Pacing::rate"),
        (builder().pacing(Pacing::default().rate(0, seconds(1))), "Pacing::rate"),
        (builder().pacing(Pacing::default().rate(5, Duration::ZERO)), "Pacing::rate"),
        (builder().pacing(Pacing::default().comments_per_hour(0)), "comments_per_hour"),
        (builder().pacing(Pacing::default().guest_invitations_per_hour(0)), "guest_invitations_per_hour"),
        (builder().jitter(|| f64::NAN), "jitter"),
        (builder().jitter(|| -0.5), "jitter"),
        (builder().jitter(|| 1.5), "jitter"),
        (builder().jitter(|| f64::INFINITY), "jitter"),
        (builder().retry(policy().base(Duration::MAX)), "RetryPolicy::base"),
        (builder().retry(policy().cap(Duration::MAX)), "RetryPolicy::cap"),
        (builder().deadline(Duration::MAX), "deadline"),
        (builder().timeout(Duration::MAX), "timeout"),
        (builder().connect_timeout(Duration::MAX), "connect_timeout"),
        (builder().retry_budget(crate::RetryBudget::default().per_success(f64::NAN)), "RetryBudget"),
        (builder().retry_budget(crate::RetryBudget::default().per_second(-1.0)), "RetryBudget"),
    ] {
        let error = builder.build().expect_err(expected);
        assert!(error.is_input(), "{error}");
        let text = error.to_string();
        assert!(text.contains(expected) && text.contains("; "), "{text}");
    }
    let widest = seconds(365 * 24 * 3600);
    let builder = builder().deadline(widest).timeout(widest).jitter(|| 1.0);
    builder.retry(policy().base(widest).cap(widest)).build().expect("a year is a time");
}

#[tokio::test(start_paused = true)]
async fn settings_of_one_call_that_cannot_work_are_refused_before_it_is_sent() {
    let server = Scripted::start(vec![json(200, RUN)]).await;
    let client = server.client();
    for call in [
        get_run(&client).deadline(Duration::MAX),
        get_run(&client).timeout(Duration::MAX),
        get_run(&client).retry(RetryPolicy::default().cap(Duration::MAX)),
    ] {
        let error = call.await.expect_err("no such time");
        assert!(error.is_input(), "{error}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn chance_that_goes_wrong_later_ends_in_the_longest_wait() {
    let count = AtomicU32::new(0);
    let server = Scripted::start(vec![json(503, "{}"), json(200, RUN)]).await;
    let jitter = move || if count.fetch_add(1, Ordering::SeqCst) == 0 { 0.5 } else { f64::NAN };
    let client = server.builder().jitter(jitter).build().expect("a client");
    let run = get_run(&client).with_meta().await.expect("a process");
    assert_eq!(run.meta.elapsed.as_millis(), 500);
}
