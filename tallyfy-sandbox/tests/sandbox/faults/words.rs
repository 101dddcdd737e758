//! Fault scripts in words: of flags and of seed files.

use std::time::Duration;

use serde_json::json;
use tallyfy_sandbox::seed::Plan;
use tallyfy_sandbox::{Fault, FaultBody, Sandbox, Script};

#[test]
fn words_say_what_code_says() {
    let second = Duration::from_secs(1);
    let on = |fault| Script::on("create_run", fault);
    let mix = [(3, Fault::Html(502)), (1, Fault::ResetBefore)];
    let empty = Fault::Status { status: 503, headers: Vec::new(), body: FaultBody::Empty };
    for (text, expected) in [
        ("create_run:reset_before", on(Fault::ResetBefore)),
        ("create_run:reset_after_apply:p=0.1", on(Fault::ResetAfterApply).chance(0.1)),
        ("create_run:reset_mid_body:times=2", on(Fault::ResetMidBody).times(2)),
        ("create_run:empty_body:skip=3", on(Fault::EmptyBody).skip(3)),
        ("create_run:truncated:every=4:times=1", on(Fault::Truncated).every(4).times(1)),
        ("create_run:status=503", on(empty)),
        ("create_run:rate_limited=7", on(Fault::rate_limited(7))),
        ("create_run:delay=1s", on(Fault::Delay(second))),
        ("create_run:delay_after_apply=1000ms", on(Fault::DelayAfterApply(second))),
        ("create_run:slow_body=8x1s", on(Fault::SlowBody { pieces: 8, pause: second })),
        ("reads:html=502", Script::reads(Fault::Html(502))),
        ("writes:html=502", Script::writes(Fault::Html(502))),
        ("any:html=502*3+reset_before", Script::any(Fault::ResetBefore).mix(mix)),
        ("*:truncated", Script::any(Fault::Truncated)),
    ] {
        assert_eq!(text.parse(), Ok(expected), "{text}");
    }
}

#[test]
fn mistakes_are_named() {
    for (text, expected) in [
        ("create_run", "expected TARGET:FAULT[:KEY=VALUE]..., not create_run"),
        ("launch:truncated", "the document has no operation launch"),
        ("any:explode", "there is no fault explode; there are status=CODE, "),
        ("any:truncated=1", "there is no fault truncated=1; did you mean `truncated`?"),
        ("any:reset_befor", "there is no fault reset_befor; did you mean `reset_before`?; there are "),
        (
            "launch_process:truncated",
            "the document has no operation launch_process; did you mean create_run?",
        ),
        ("any:truncated:chance=1", "there is no key chance; there are p, every, skip and times"),
        ("any:truncated:p", "expected KEY=VALUE, not p"),
        ("any:truncated:p=1.5", "p is a probability from 0 to 1, not 1.5"),
        ("any:truncated:times=x", "times is a number, not x"),
        ("any:truncated*x", "the weight is a number, not x"),
        ("any:html=99", "99 is no status of an answer"),
        ("any:delay=5", "a time is written like 200ms or 5s, not 5"),
        ("any:slow_body=5s", "slow_body is written like slow_body=8x200ms"),
    ] {
        let error = text.parse::<Script>().expect_err(text);
        assert!(error.starts_with(expected), "{text}: {error}");
    }
}

async fn planned(faults: serde_json::Value) -> std::io::Result<Sandbox> {
    Sandbox::builder().seed(Plan::from_json(json!({ "faults": faults })).expect("a plan")).start().await
}

#[tokio::test]
async fn a_seed_orders_faults() {
    let busy = json!({
        "on": "get_me", "status": 503, "headers": { "Retry-After": "9" }, "body": { "message": "busy" },
        "skip": 1, "times": 1,
    });
    let sandbox = planned(json!([busy, "get_me:html=502:times=1"])).await.expect("a seed");
    let desk = crate::Desk { sandbox, http: crate::http(), token: tallyfy_sandbox::seed::ADMIN_TOKEN };
    desk.get("~/me").await.is(502);
    let second = desk.get("~/me").await;
    assert_eq!(
        (&second.headers["retry-after"], second.json["message"].as_str()),
        (&"9".parse().expect("text"), Some("busy"))
    );
    assert_eq!(second.status.as_u16(), 503);
    desk.get("~/me").await.is(200);
}

#[tokio::test]
async fn a_mistake_of_the_seed_is_told_with_its_place() {
    for (entry, expected) in [
        (json!("any:explode"), "seed, faults[1]: there is no fault explode"),
        (json!({ "on": "any" }), "seed, faults[1]: expected either `fault` or `status`"),
        (
            json!({ "on": "any", "fault": "truncated", "often": true }),
            "seed, faults[1]: unknown field `often`",
        ),
        (json!(7), "seed, faults[1]: invalid type: integer `7`"),
    ] {
        let error = planned(json!(["any:truncated", entry])).await.expect_err("a mistake").to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}
