//! Limits: requests by the minute, comments and guest invitations by the hour.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use tallyfy_sandbox::{Limits, RetryAfter, Sandbox, seed};

use crate::{Desk, Reply, http};

async fn desk(change: impl FnOnce(&mut Limits)) -> Desk {
    let mut limits = Limits::default();
    change(&mut limits);
    let sandbox = Sandbox::builder().now(seed::today()).limits(limits).start().await.expect("a free port");
    Desk { sandbox, http: http(), token: seed::ADMIN_TOKEN }
}

async fn pass(seconds: u64) {
    tokio::time::advance(Duration::from_secs(seconds)).await;
}

#[track_caller]
fn is_let_through(reply: &Reply, left: &str) {
    assert!(reply.status.is_success(), "{}", reply.text);
    assert_eq!(reply.headers["x-ratelimit-remaining"], left);
}

/// A 429 in the service's words, for so many seconds.
#[track_caller]
fn is_held_back(reply: &Reply, seconds: &str) {
    assert_eq!(reply.status.as_u16(), 429, "{}", reply.text);
    assert_eq!(reply.json, json!({ "message": "limit reached", "code": "RATE_LIMIT_EXCEEDED" }));
    assert_eq!(reply.headers["retry-after"], seconds);
}

#[tokio::test(start_paused = true)]
async fn requests_are_counted_in_a_rolling_minute() {
    let desk = desk(|limits| limits.requests_per_minute = Some(3)).await;
    is_let_through(&desk.get("~/me").await, "2");
    pass(20).await;
    is_let_through(&desk.get("/runs").await, "1");
    is_let_through(&desk.post("/tags", json!({ "title": "Blue" })).await, "0");
    let refused = desk.post("/tags", json!({ "title": "Red" })).await;
    is_held_back(&refused, "40");
    assert_eq!(refused.headers["x-ratelimit-remaining"], "0");
    // What was refused is not done, and not counted.
    pass(39).await;
    is_held_back(&desk.get("~/me").await, "1");
    pass(1).await;
    is_let_through(&desk.get("~/me").await, "0");
    is_held_back(&desk.get("~/me").await, "20");
    pass(20).await;
    assert!(!desk.get("/tags").await.text.contains("Red"));
    desk.is_faithful();
}

#[tokio::test(start_paused = true)]
async fn everybody_has_an_account_of_his_own() {
    let mut desk = desk(|limits| limits.requests_per_minute = Some(1)).await;
    for token in [seed::ADMIN_TOKEN, seed::STANDARD_TOKEN, seed::LIGHT_TOKEN] {
        desk.token = token;
        is_let_through(&desk.get("~/me").await, "0");
        is_held_back(&desk.get("~/me").await, "60");
    }
    // Strangers share that of their address, and the token endpoint is on it too.
    desk.token = "stranger";
    assert_eq!(desk.get("~/me").await.status.as_u16(), 401);
    desk.token = "another";
    is_held_back(&desk.get("~/me").await, "60");
    let url = format!("{}/oauth/token", desk.sandbox.base_url());
    is_held_back(&desk.send(desk.http.post(url).header("Accept", "application/json")).await, "60");
}

#[tokio::test(start_paused = true)]
async fn a_date_says_the_same_as_seconds() {
    let desk = desk(|limits| {
        limits.requests_per_minute = Some(1);
        limits.retry_after = RetryAfter::Date;
    })
    .await;
    desk.get("~/me").await.is(200);
    let before = SystemTime::now();
    let refused = desk.get("~/me").await;
    assert_eq!(refused.status.as_u16(), 429);
    let text = refused.headers["retry-after"].to_str().expect("a text");
    let until = httpdate::parse_http_date(text).expect("an HTTP date");
    let wait = until.duration_since(before).expect("later than now");
    assert!(wait >= Duration::from_secs(60) && wait < Duration::from_secs(120), "{wait:?}");
}

#[tokio::test(start_paused = true)]
async fn a_page_of_html_keeps_the_headers() {
    let desk = desk(|limits| limits.requests_per_minute = Some(1)).await;
    desk.get("~/me").await.is(200);
    let request = desk.http.get(format!("{}/me", desk.sandbox.base_url())).bearer_auth(seed::ADMIN_TOKEN);
    let refused = desk.send(request).await;
    assert_eq!(refused.headers["content-type"], "text/html; charset=UTF-8");
    assert_eq!(refused.headers["retry-after"], "60");
}

#[tokio::test(start_paused = true)]
async fn comments_are_capped_by_the_hour() {
    let mut desk = desk(|limits| limits.comments_per_hour = Some(3)).await;
    let comment = || json!({ "content": "Look" });
    let places = [
        format!("/tasks/{}/comment", seed::ONE_OFF_TASK),
        format!("/runs/{}/problem", seed::PROCESS),
        format!("/checklists/{}/comment", seed::TEMPLATE),
    ];
    for place in &places {
        // What is refused takes nothing.
        desk.post(place, json!({})).await.is(422);
        let reply = desk.post(place, comment()).await;
        assert!(reply.status.is_success(), "{}", reply.text);
        assert!(!reply.headers.contains_key("x-ratelimit-remaining"));
        pass(600).await;
    }
    // The cap is the organization's, and concerns comments alone.
    desk.token = seed::STANDARD_TOKEN;
    is_held_back(&desk.post(&places[0], comment()).await, "1800");
    desk.get("~/me").await.is(200);
    let edit = format!("/tasks/{}/comment/{}", seed::PROCESS_TASKS[0], seed::COMMENT);
    desk.token = seed::ADMIN_TOKEN;
    desk.put(&edit, comment()).await.is(200);
    pass(1800).await;
    assert!(desk.post(&places[0], comment()).await.status.is_success());
    is_held_back(&desk.post(&places[0], comment()).await, "600");
}

#[tokio::test(start_paused = true)]
async fn guest_invitations_are_capped_by_the_hour() {
    let desk = desk(|limits| limits.guest_invitations_per_hour = Some(2)).await;
    let invite = async |email: &str| desk.post("/guests", json!({ "email": email })).await;
    invite("one@port.test").await.is(201);
    // Who is known already is not invited.
    invite("one@port.test").await.is(201);
    let comment = format!("/tasks/{}/comment", seed::ONE_OFF_TASK);
    let mention = |text: &str| json!({ "content": text });
    // Two unknown addresses are one too many; nothing of the comment is done.
    is_held_back(&desk.post(&comment, mention("+two@port.test +three@port.test")).await, "3600");
    assert!(!guests(&desk).contains(&"two@port.test".to_owned()));
    let reply = desk.post(&comment, mention("+two@port.test and +one@port.test")).await;
    assert!(reply.status.is_success(), "{}", reply.text);
    assert!(guests(&desk).contains(&"two@port.test".to_owned()));
    is_held_back(&invite("three@port.test").await, "3600");
    // Comments without invitations go on.
    assert!(desk.post(&comment, mention("+two@port.test")).await.status.is_success());
    pass(3600).await;
    invite("three@port.test").await.is(201);
    desk.is_faithful();
}

fn guests(desk: &Desk) -> Vec<String> {
    let dump = desk.sandbox.dump();
    let guests = dump["guests"].as_array().expect("guests").iter();
    guests.map(|guest| guest["email"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn nothing_is_limited_unless_it_is_ordered() {
    let desk = Desk::new().await;
    for _ in 0..700 {
        let reply = desk.get("~/me").await;
        assert!(!reply.headers.contains_key("x-ratelimit-remaining"));
        reply.is(200);
    }
    desk.sandbox.set_limits(Limits::documented());
    for left in (0..600).rev() {
        is_let_through(&desk.get("~/me").await, &left.to_string());
    }
    is_held_back(&desk.get("~/me").await, "60");
    // Orders may change.
    desk.sandbox.set_limits(Limits::default());
    let me: Value = desk.get("~/me").await.is(200);
    assert_eq!(me["data"]["id"], 1001);
}
