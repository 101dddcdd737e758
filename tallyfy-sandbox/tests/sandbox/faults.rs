//! Faults on order.

mod scripts;
mod words;

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tallyfy_sandbox::{Fault, FaultBody, Seen, seed};

use crate::Desk;

fn launch() -> serde_json::Value {
    json!({ "checklist_id": seed::SMALL_TEMPLATE, "name": "Fault" })
}

async fn launched(desk: &Desk) -> u64 {
    desk.get("/runs?q=Fault").await.is(200)["meta"]["pagination"]["total"].as_u64().expect("a total")
}

#[tokio::test]
async fn a_status_comes_once_and_changes_nothing() {
    let desk = Desk::new().await;
    desk.sandbox.fault("create_run", Fault::rate_limited(7));
    desk.sandbox.fault("*", Fault::Html(503));
    desk.sandbox.fault(
        "create_run",
        Fault::Status { status: 500, headers: Vec::new(), body: FaultBody::Text("boom".to_owned()) },
    );
    let reply = desk.post("/runs", launch()).await;
    assert_eq!((reply.status.as_u16(), &reply.headers["retry-after"]), (429, &"7".parse().expect("a value")));
    assert_eq!(reply.json["code"], "RATE_LIMIT_EXCEEDED");
    assert!(desk.get("~/me").await.text.contains("<h1>503</h1>"));
    assert_eq!(desk.post("/runs", launch()).await.text, "boom");
    assert_eq!(desk.sandbox.faults_left(), 0);
    assert_eq!(launched(&desk).await, 0);
}

#[tokio::test]
async fn a_reset_before_the_answer_changes_nothing() {
    let desk = Desk::new().await;
    desk.sandbox.fault("create_run", Fault::ResetBefore);
    let error = desk.request(Method::POST, "/runs").json(&launch()).send().await;
    assert!(error.expect_err("no answer").is_request());
    assert_eq!(desk.sandbox.requests()[0].status, None);
    assert_eq!(launched(&desk).await, 0);
}

#[tokio::test]
async fn a_reset_after_the_change_leaves_it_done() {
    let desk = Desk::new().await;
    desk.sandbox.fault("create_run", Fault::ResetAfterApply);
    let error = desk.request(Method::POST, "/runs").json(&launch()).send().await;
    assert!(error.expect_err("no answer").is_request());
    assert_eq!(launched(&desk).await, 1);
}

#[tokio::test]
async fn a_reset_in_mid_body_comes_after_the_head() {
    let desk = Desk::new().await;
    desk.sandbox.fault("create_run", Fault::ResetMidBody);
    let response = desk.request(Method::POST, "/runs").json(&launch()).send().await.expect("a head");
    assert_eq!(response.status().as_u16(), 201);
    assert!(response.bytes().await.is_err());
    assert_eq!(launched(&desk).await, 1);
}

#[tokio::test]
async fn bodies_are_emptied_and_truncated() {
    let desk = Desk::new().await;
    desk.sandbox.fault("create_run", Fault::EmptyBody);
    desk.sandbox.fault("create_run", Fault::Truncated);
    let empty = desk.post("/runs", launch()).await;
    assert_eq!((empty.status.as_u16(), empty.text.as_str()), (201, ""));
    let half = desk.post("/runs", launch()).await;
    assert_eq!(half.status.as_u16(), 201);
    assert!(half.text.starts_with("{\"data\":{\"id\":") && half.json.is_null());
    assert_eq!(launched(&desk).await, 2);
}

#[tokio::test(start_paused = true)]
async fn delays_run_on_the_paused_clock() {
    let desk = Desk::new().await;
    desk.sandbox.fault("create_run", Fault::Delay(Duration::from_secs(60)));
    desk.sandbox.fault("create_run", Fault::DelayAfterApply(Duration::from_secs(60)));
    let begun = tokio::time::Instant::now();
    desk.post("/runs", launch()).await.is(201);
    assert!(begun.elapsed() >= Duration::from_secs(60));
    let request = desk.request(Method::POST, "/runs").json(&launch());
    let error = request.timeout(Duration::from_secs(5)).send().await.expect_err("a timeout");
    assert!(error.is_timeout());
    assert_eq!(launched(&desk).await, 2);
}

#[tokio::test(start_paused = true)]
async fn a_slow_body_comes_whole_in_its_own_time() {
    let desk = Desk::new().await;
    let slow = Fault::SlowBody { pieces: 4, pause: Duration::from_secs(10) };
    desk.sandbox.fault("create_run", slow.clone());
    desk.sandbox.fault("create_run", slow);
    let begun = tokio::time::Instant::now();
    let request = desk.request(Method::POST, "/runs").json(&launch());
    let response = request.try_clone().expect("a plain body").send().await.expect("a head");
    assert!(begun.elapsed() < Duration::from_secs(10));
    let run: serde_json::Value = response.json().await.expect("the whole body");
    assert_eq!(run["data"]["name"], "Fault");
    assert_eq!(begun.elapsed().as_secs(), 40);
    // Whoever gives up between two pieces has changed the state.
    let response = request.timeout(Duration::from_secs(25)).send().await.expect("a head");
    assert!(response.bytes().await.expect_err("a timeout").is_timeout());
    assert_eq!(launched(&desk).await, 2);
}

#[tokio::test(start_paused = true)]
async fn the_log_tells_what_struck_and_what_was_changed() {
    let desk = Desk::new().await;
    let minute = Duration::from_secs(60);
    let orders = [
        (Fault::rate_limited(7), Some(429), false),
        (Fault::ResetBefore, None, false),
        (Fault::ResetAfterApply, None, true),
        (Fault::ResetMidBody, Some(201), true),
        (Fault::EmptyBody, Some(201), true),
        (Fault::Delay(minute), None, false),
        (Fault::DelayAfterApply(minute), None, true),
    ];
    for (fault, status, changed) in orders {
        desk.sandbox.fault("create_run", fault.clone());
        let request = desk.request(Method::POST, "/runs").json(&launch());
        if let Ok(response) = request.timeout(Duration::from_secs(5)).send().await {
            let _ = response.bytes().await;
        }
        let Seen { fault: struck, status: told, changed: done, .. } = desk.sandbox.requests().remove(0);
        assert_eq!((told, done), (status, changed), "{fault:?}");
        assert_eq!(struck, Some(fault));
        desk.sandbox.clear_requests();
    }
    // Neither reads nor refusals change anything.
    desk.get("/runs").await.is(200);
    desk.post("/runs", json!({ "name": "No template" })).await.is(422);
    desk.post("/runs", launch()).await.is(201);
    let seen = desk.sandbox.requests();
    assert_eq!(seen.iter().map(|seen| seen.changed).collect::<Vec<_>>(), [false, false, true]);
    assert!(seen.iter().all(|seen| seen.fault.is_none()));
}

#[tokio::test]
#[should_panic(expected = "the document has no operation launch")]
async fn a_misspelt_fault_is_refused() {
    Desk::new().await.sandbox.fault("launch", Fault::ResetBefore);
}

#[tokio::test]
async fn refusals_that_hang_on_plans_seats_and_the_edge_come_on_order() {
    let desk = crate::Desk::new().await;
    for (fault, status, place, text) in [
        (Fault::plan_limit(), 402, "/code", "TRIAL_LIMIT_REACHED_100_U"),
        (Fault::no_free_seat(), 409, "/error/code", "SEAT_POOL_EXHAUSTED"),
        (Fault::process_blocked(), 423, "/code", "RUN_STATUS_ISSUE"),
        (Fault::business_refusal(), 401, "/message", "Unauthorized action"),
        (Fault::edge_denied(), 401, "/message", "Permission denied. Error Code: apsh213."),
        (Fault::edge_not_found(), 404, "/message", "Not found. Error Code: apsh546."),
    ] {
        desk.sandbox.fault("list_tags", fault);
        let refused = desk.get("/tags").await.is(status);
        assert_eq!(refused.pointer(place), Some(&text.into()), "{refused}");
    }
    // Each is written by its name.
    for word in
        ["plan_limit", "no_free_seat", "process_blocked", "business_refusal", "edge_denied", "edge_not_found"]
    {
        assert!(format!("any:{word}").parse::<tallyfy_sandbox::Script>().is_ok(), "{word}");
    }
}

#[tokio::test]
#[should_panic(expected = "the document has no operation launch_process; did you mean create_run?")]
async fn a_fault_for_an_operation_in_the_words_of_the_app_names_the_operation() {
    crate::Desk::new().await.sandbox.fault("launch_process", Fault::ResetBefore);
}
