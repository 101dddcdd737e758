//! Faults by count, by chance, and by kind of call.
//!
//! Not here: what each fault does to an answer (`faults`).

use reqwest::Method;
use tallyfy_sandbox::{Fault, Sandbox, Script, seed};

use crate::{Desk, http};

fn teapot() -> Fault {
    Fault::status(418, serde_json::json!({ "message": "tea" }))
}

/// Which of so many calls of `get_me` are struck, counted from 1.
async fn struck(script: Script, calls: usize) -> Vec<usize> {
    let sandbox = Sandbox::builder().script(script).start().await.expect("a free port");
    let desk = Desk { sandbox, http: http(), token: seed::ADMIN_TOKEN };
    for _ in 0..calls {
        desk.get("~/me").await;
    }
    numbers(&desk, 418)
}

/// The numbers of the calls that were answered so.
fn numbers(desk: &Desk, status: u16) -> Vec<usize> {
    let seen = desk.sandbox.requests().into_iter().enumerate();
    seen.filter(|(_, seen)| seen.status == Some(status)).map(|(at, _)| at + 1).collect()
}

#[tokio::test]
async fn scripts_count_the_calls() {
    let me = || Script::on("get_me", teapot());
    let cases: [(&str, Script, &[usize]); 8] = [
        ("the first three", me().times(3), &[1, 2, 3]),
        ("three after two", me().skip(2).times(3), &[3, 4, 5]),
        ("all after eight", me().skip(8), &[9, 10]),
        ("every fourth", me().every(4), &[4, 8]),
        ("every fourth after one", me().skip(1).every(4), &[5, 9]),
        ("one of every third", me().every(3).times(1), &[3]),
        ("never", me().times(0), &[]),
        ("by a chance of none", me().chance(0.0), &[]),
    ];
    for (name, script, expected) in cases {
        assert_eq!(struck(script, 10).await, expected, "{name}");
    }
}

#[tokio::test]
async fn scripts_go_by_operation_and_by_kind() {
    let cases = [
        (Script::on("create_tag", teapot()), [false, false, true]),
        (Script::reads(teapot()), [true, true, false]),
        (Script::writes(teapot()), [false, false, true]),
        (Script::any(teapot()), [true, true, true]),
    ];
    for (script, expected) in cases {
        let desk = Desk::new().await;
        desk.sandbox.script(script.clone());
        let (me, tags) = (desk.get("~/me").await, desk.get("/tags").await);
        let tag = desk.post("/tags", serde_json::json!({ "title": "Blue", "color": "#0000ff" })).await;
        assert_eq!([me, tags, tag].map(|reply| reply.status == 418), expected, "{script:?}");
        desk.sandbox.clear_faults();
        desk.get("~/me").await.is(200);
    }
}

#[tokio::test]
async fn single_faults_come_first_and_scripts_count_on() {
    let desk = Desk::new().await;
    desk.sandbox.script(Script::any(Fault::Html(503)).every(2));
    desk.sandbox.script(Script::on("get_me", teapot()).every(3).times(2));
    desk.sandbox.fault("get_me", Fault::rate_limited(1));
    for _ in 0..12 {
        desk.get("~/me").await;
    }
    assert_eq!(numbers(&desk, 429), [1]);
    assert_eq!(numbers(&desk, 503), [2, 4, 6, 8, 10, 12]);
    // Of 3, 6, 9 and 12 the even ones belong to the first script, and are no strikes of this one.
    assert_eq!(numbers(&desk, 418), [3, 9]);
}

/// The statuses of 300 calls, a mix of faults at one in five.
async fn rolled(seed: u64) -> Vec<Option<u16>> {
    let mix = [(3, Fault::Html(502)), (1, teapot()), (0, Fault::Html(504))];
    let script = Script::any(Fault::ResetBefore).mix(mix).chance(0.2);
    let sandbox = Sandbox::builder().script(script).fault_seed(seed).start().await.expect("a free port");
    let desk = Desk { sandbox, http: http(), token: seed::ADMIN_TOKEN };
    for _ in 0..300 {
        desk.get("~/me").await;
    }
    desk.sandbox.requests().iter().map(|seen| seen.status).collect()
}

#[tokio::test]
async fn the_same_seed_makes_the_same_faults() {
    let (first, again, other) = (rolled(7).await, rolled(7).await, rolled(8).await);
    assert_eq!(first, again);
    assert_ne!(first, other);
    let count = |status| first.iter().filter(|seen| **seen == Some(status)).count();
    let (often, rarely) = (count(502), count(418));
    assert_eq!(often + rarely + count(200), 300);
    assert!((35..=90).contains(&(often + rarely)), "{often} and {rarely}");
    assert!(often > rarely && rarely > 0, "{often} and {rarely}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_tasks_meet_a_tenth() {
    let mix = [
        (2, Fault::Html(502)),
        (1, Fault::ResetBefore),
        (1, Fault::ResetAfterApply),
        (1, Fault::ResetMidBody),
    ];
    let script = Script::writes(Fault::Truncated).mix(mix).chance(0.1);
    let sandbox = Sandbox::builder().script(script).fault_seed(1).start().await.expect("a free port");
    let desk = std::sync::Arc::new(Desk { sandbox, http: http(), token: seed::ADMIN_TOKEN });
    let tasks = (0..64).map(|task| {
        let desk = std::sync::Arc::clone(&desk);
        tokio::spawn(async move {
            for call in 0..10 {
                let body = serde_json::json!({ "title": format!("{task}-{call}"), "color": "#0000ff" });
                let _ = desk.request(Method::POST, "/tags").json(&body).send().await;
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.expect("no panic");
    }
    let seen = desk.sandbox.requests();
    let struck = seen.iter().filter(|seen| seen.fault.is_some()).count();
    assert_eq!(seen.len(), 640);
    assert!((30..=110).contains(&struck), "{struck}");
    // What the log calls changed is what is there; two tags are the seed's.
    let changed = seen.iter().filter(|seen| seen.changed).count();
    assert_eq!(desk.sandbox.dump()["tags"].as_array().map(Vec::len), Some(2 + changed));
    let unanswered = seen.iter().filter(|seen| seen.changed && seen.status.is_none()).count();
    let lost = seen.iter().filter(|seen| seen.fault == Some(Fault::ResetAfterApply)).count();
    assert_eq!(unanswered, lost);
    assert!(lost > 0);
}

#[tokio::test]
async fn a_misspelt_script_ends_the_start() {
    let started = Sandbox::builder().script(Script::on("launch", teapot())).start().await;
    let error = started.expect_err("no such operation").to_string();
    assert_eq!(error, "the document has no operation launch; did you mean create_run?");
}
