//! What calls of one client have in common: pacing, the budget of repeats; and what one call may set for itself.

use std::time::Duration;

use tallyfy_gen::types::CreateGuest;

use super::{RUN, assert_failed, create_run, get_run, hasty};
use crate::call::Call;
use crate::scripted::{Scripted, json, with_headers};
use crate::{Client, Delivery, Error, Pacing, RetryBudget, RetryPolicy};

fn create_guest(client: &Client) -> Call<()> {
    Call::item(client, "create_guest", &[], |api| async move {
        api.create_guest("o1", &CreateGuest::new("a@example.com")).await
    })
    .map(drop)
}

#[tokio::test(start_paused = true)]
async fn after_a_429_the_calls_of_all_clones_wait() {
    let wait = || with_headers(429, "retry-after: 20\r\n", "{}");
    let server = Scripted::start(vec![wait(), json(200, RUN), json(200, RUN)]).await;
    let client = server.client();
    let error = create_run(&client).no_retry().await.expect_err("too fast");
    assert_failed(&error, Delivery::Refused, 1, Some(429));
    let clone = client.clone();
    let first = tokio::spawn(async move { get_run(&clone).with_meta().await });
    tokio::task::yield_now().await;
    let second = get_run(&client).with_meta().await.expect("a process");
    let first = first.await.expect("no panic").expect("a process");
    assert_eq!((first.meta.attempts, first.meta.elapsed.as_secs()), (1, 20));
    assert_eq!(
        second.meta.elapsed.as_secs(),
        21,
        "spaced, a little less than two seconds since one was let through"
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_without_a_turn_in_time_is_not_sent() {
    let wait = with_headers(429, "retry-after: 50\r\n", "{}");
    let server = Scripted::start(vec![wait, json(200, RUN)]).await;
    let client = server.client();
    create_run(&client).no_retry().await.expect_err("too fast");
    let error = get_run(&client).deadline(Duration::from_secs(30)).await.expect_err("held");
    assert!(error.is_rate_limited());
    assert_failed(&error, Delivery::NotSent, 0, None);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(50)));
    assert_eq!(error.elapsed(), Duration::ZERO);
    assert_eq!(
        error.to_string(),
        "get_run: there is no turn for it within its deadline: the calls of this client are spaced, as the \
         service asked or as it was set. Nothing was sent. Wait 50 s before the next call"
    );
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_repeat_without_a_turn_in_time_ends_with_the_answer_it_had() {
    let server = Scripted::start(vec![json(503, r#"{"message":"later"}"#), json(200, RUN)]).await;
    let client = server
        .builder()
        .jitter(|| 0.0)
        .pacing(Pacing::default().rate(1, Duration::from_secs(60)))
        .build()
        .expect("a client");
    let error = get_run(&client).deadline(Duration::from_secs(30)).await.expect_err("no second turn");
    assert_failed(&error, Delivery::Unknown, 1, Some(503));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(60)));
}

#[tokio::test(start_paused = true)]
async fn what_the_service_says_is_left_is_heeded() {
    let left = |left: u32| with_headers(200, &format!("x-ratelimit-remaining: {left}\r\n"), RUN);
    let server = Scripted::start(vec![left(1), left(0), left(500), left(499)]).await;
    let client = server.client();
    let mut waits = Vec::new();
    for _ in 0..4 {
        waits.push(get_run(&client).with_meta().await.expect("a process").meta.elapsed.as_secs());
    }
    assert_eq!(waits, [0, 30, 30, 0]);
}

#[tokio::test(start_paused = true)]
async fn an_hourly_cap_is_told_before_the_service_has_to() {
    let server = Scripted::start(vec![json(201, r#"{"data":{"email":"a@example.com"}}"#)]).await;
    let pacing = Pacing::default().guest_invitations_per_hour(1);
    let client = server.builder().pacing(pacing).build().expect("a client");
    create_guest(&client).await.expect("a guest");
    let error = create_guest(&client).await.expect_err("one an hour");
    assert!(error.is_rate_limited());
    assert_failed(&error, Delivery::NotSent, 0, None);
    let text = error.to_string();
    assert!(
        text.contains("the hourly cap of 1 guest invitations for this organization is used up"),
        "{text}"
    );
    let wait = error.retry_after().expect("known").as_secs();
    assert!((3590..=3600).contains(&wait), "{wait}");
}

#[tokio::test]
async fn the_budget_of_repeats_is_shared_and_its_end_is_told() {
    let replies = (0..20).map(|_| json(503, "{}")).collect();
    let server = Scripted::start(replies).await;
    let client = server
        .builder()
        .retry(RetryPolicy::default().base(Duration::ZERO))
        .retry_budget(RetryBudget::default().burst(4).per_second(0.0))
        .build()
        .expect("a client");
    let attempts = |error: &Error| (error.attempts(), error.is_held_back());
    let first = get_run(&client).await.expect_err("503");
    assert_eq!(attempts(&first), (4, false));
    let second = get_run(&client.clone()).await.expect_err("503");
    assert_eq!(attempts(&second), (2, true));
    let third = get_run(&client).await.expect_err("503");
    assert_eq!(attempts(&third), (1, true));
    assert_eq!(
        third.to_string(),
        "get_run: the server answered 503 Service Unavailable. The call only reads, so it can be repeated. \
         It was not repeated, because too many calls of this client fail"
    );
    assert_eq!(server.requests().len(), 7);
}

#[tokio::test]
async fn a_429_takes_nothing_from_the_budget() {
    let server = Scripted::start(vec![json(429, "{}"), json(201, RUN)]).await;
    let client = server
        .builder()
        .retry(RetryPolicy::default().base(Duration::ZERO))
        .retry_budget(RetryBudget::default().burst(0))
        .build()
        .expect("a client");
    assert_eq!(create_run(&client).with_meta().await.expect("a process").meta.attempts, 2);
}

#[tokio::test]
async fn the_caller_may_know_better_whether_a_repeat_does_harm() {
    let server = Scripted::start(vec![json(503, "{}"), json(201, RUN)]).await;
    let run = create_run(&hasty(&server)).idempotent(true).with_meta().await.expect("a process");
    assert_eq!(run.meta.attempts, 2);
    let server = Scripted::start(vec![json(503, "{}"), json(200, RUN)]).await;
    let error = get_run(&hasty(&server)).idempotent(false).await.expect_err("503");
    assert_failed(&error, Delivery::Unknown, 1, Some(503));
}

#[tokio::test]
async fn a_call_has_a_limit_of_its_own() {
    let server = Scripted::start(vec![json(200, RUN), json(200, RUN)]).await;
    let client = server.builder().max_response_bytes(10).build().expect("a client");
    let error = get_run(&client).await.expect_err("too large");
    assert!(error.is_too_large());
    get_run(&client).max_response_bytes(1000).await.expect("a process");
    let error = get_run(&client).max_response_bytes(0).await.expect_err("no room");
    assert!(error.is_input());
}

#[tokio::test(start_paused = true)]
async fn chance_and_dates_can_be_given() {
    let dated = with_headers(429, "retry-after: Sun, 06 Nov 1994 08:50:37 GMT\r\n", "{}");
    let server = Scripted::start(vec![json(503, "{}"), dated, json(200, RUN)]).await;
    let client = server
        .builder()
        .jitter(|| 0.5)
        .date(|| std::time::UNIX_EPOCH + Duration::from_secs(784_111_777))
        .build()
        .expect("a client");
    let run = get_run(&client).with_meta().await.expect("a process");
    // Half of the first bound, then the minute up to the date that was given.
    assert_eq!(run.meta.elapsed.as_millis(), 250 + 60_000);
}

#[tokio::test]
async fn a_token_of_a_source_may_be_wrong_in_other_ways() {
    let server = Scripted::start(vec![json(401, "{}"), json(401, "{}")]).await;
    let client = server.builder().token_source(super::renewing()).build().expect("a client");
    let error = get_run(&client).await.expect_err("not accepted");
    assert!(error.is_token_invalid() && error.is_auth());
    assert!(error.to_string().contains("client-credentials token"), "{error}");
    let error = get_run(&client).await.expect_err("nobody answers any more");
    assert!(!error.is_token_invalid());
}
