//! Quirks from outside: the program's flags, and the seed file.

use serde_json::{Value, json};
use tallyfy_sandbox::seed::{self, Plan};
use tallyfy_sandbox::{Quirks, Sandbox};

use crate::program::{Running, program};

#[tokio::test]
async fn flags_switch_quirks_whatever_the_seed_says() {
    let file = std::env::temp_dir().join(format!("tallyfy-sandbox-quirks-{}.yaml", std::process::id()));
    std::fs::write(&file, "quirks: {client_header_is_required: true, empty_maps_are_lists: true}\n")
        .expect("a file");
    let seed = file.to_str().expect("a name");
    let running = Running::start(&["--quirk", "client_header_is_required=off", "--seed", seed]);
    std::fs::remove_file(&file).expect("the file");
    let url = format!("{}/organizations/{}/runs/{}", running.1, seed::ORGANIZATION, seed::SMALL_PROCESS);
    let answer = crate::http().get(url).bearer_auth(seed::ADMIN_TOKEN).send().await.expect("an answer");
    let answer: Value = serde_json::from_str(&answer.text().await.expect("a body")).expect("JSON");
    assert_eq!(answer["data"]["prerun"], json!([]));
}

#[test]
fn flags_name_the_quirks_that_there_are() {
    for (flag, expected) in [
        ("wraps=off", "there is no quirk wraps; there are absent_access_lists_wipe, "),
        ("includes_are_wrapped=no", "expected on or off, not no"),
        ("includes_are_wrapped", "expected NAME=on or NAME=off"),
    ] {
        let output = program().args(["--quirk", flag]).output().expect("the program");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(expected), "{flag}: {said}");
    }
}

async fn planned(plan: Value) -> std::io::Result<Sandbox> {
    Sandbox::builder().seed(Plan::from_json(plan).expect("a plan")).start().await
}

#[tokio::test]
async fn a_seed_switches_quirks() {
    let sandbox = planned(json!({ "quirks": { "tasks_map_truncates": false } })).await.expect("a seed");
    let mut expected = Quirks::all();
    expected.tasks_map_truncates = false;
    assert_eq!(sandbox.quirks(), expected);
    let wrong = planned(json!({ "quirks": { "wraps": false } })).await.expect_err("no such name").to_string();
    assert!(wrong.starts_with("seed, quirks: there is no quirk wraps; there are "), "{wrong}");
}

#[tokio::test]
async fn a_seed_orders_the_lag_of_the_replica() {
    let plan = json!({
        "now": "2026-09-01T09:00:00Z", "replica_lag": 60,
        "tasks": [super::cases::one_off(seed::SMALL_PROCESS)],
    });
    let desk = crate::Desk {
        sandbox: planned(plan).await.expect("a seed"),
        http: crate::http(),
        token: seed::ADMIN_TOKEN,
    };
    let list = desk.get(&format!("/runs/{}/tasks", seed::SMALL_PROCESS)).await.is(200);
    assert_eq!(list["meta"]["pagination"]["total"], 2);
}
