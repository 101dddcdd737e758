//! The ten lines of the README, run as they stand there. That the other examples compile is the business of rustdoc.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tallyfy_sandbox::{Sandbox, seed};
use tallyfy_sdk::{Client, Organization, request::ListProcesses};
use tokio::time::Instant;

#[allow(dead_code, reason = "main is for the program")]
#[path = "../../tallyfy-sdk/examples/ten_lines.rs"]
mod ten_lines;

fn read(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn both_readmes_show_the_example_that_is_run() {
    let example = read("tallyfy-sdk/examples/ten_lines.rs");
    let (_, code) = example.split_once("\n\n").expect("a head");
    for file in ["README.md", "tallyfy-sdk/README.md"] {
        let block = format!("```rust,no_run\n{code}```\n");
        assert!(read(file).contains(&block), "{file} shows other lines than examples/ten_lines.rs");
    }
}

/// A sandbox whose lists lag by a second, with a template of 12 steps, some of them approvals.
async fn lagging() -> (Arc<Sandbox>, Organization, String) {
    let step = |number: usize| {
        let kind = if number.is_multiple_of(4) { "approval" } else { "task" };
        json!({"title": format!("Step {number}"), "step_type": kind})
    };
    let steps: Vec<_> = (1..=12).map(step).collect();
    let plan =
        seed::Plan::from_json(json!({"templates": [{"title": "Cellar", "steps": steps}]})).expect("a plan");
    let sandbox =
        Sandbox::builder().seed(plan).replica_lag(Duration::from_secs(1)).start().await.expect("a sandbox");
    let sandbox = Arc::new(sandbox);
    let client =
        Client::builder().base_url(sandbox.base_url()).token(sandbox.token()).build().expect("a client");
    let organization = client.organization(sandbox.organization());
    let dump = sandbox.dump();
    let templates = dump["templates"].as_array().expect("templates").iter();
    let cellar = templates.filter(|it| it["title"] == "Cellar").find_map(|it| it["id"].as_str());
    let cellar = cellar.expect("the template").to_owned();
    // The sandbox's clock goes with tokio's, which is paused.
    let (begin, moving) = (Instant::now(), Arc::clone(&sandbox));
    moving.set_now(seed::today());
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let passed = chrono::Duration::from_std(begin.elapsed()).expect("a short time");
            moving.set_now(seed::today() + passed);
        }
    });
    (sandbox, organization, cellar)
}

#[tokio::test(start_paused = true)]
async fn the_ten_lines_complete_every_task_once_though_lists_lag() {
    let (sandbox, organization, cellar) = lagging().await;
    for (template, count) in [(seed::SMALL_TEMPLATE, 2), (cellar.as_str(), 12)] {
        let before = sandbox.effects().len();
        ten_lines::audit(&organization, template).await.expect("all completed");
        let mut completed = BTreeMap::new();
        for effect in
            sandbox.effects().into_iter().skip(before).filter(|effect| effect.kind == "task.completed")
        {
            *completed.entry(effect.subject).or_insert(0) += 1;
        }
        assert_eq!(completed.len(), count, "{template}");
        assert!(completed.values().all(|times| *times == 1), "completed again: {completed:?}");
    }
    let dump = sandbox.dump();
    let tasks = dump["tasks"].as_array().expect("tasks").iter();
    let approved =
        tasks.filter(|task| task["task_type"] == "approval" && task["is_approved"] == true).count();
    assert_eq!(approved, 3, "approvals want a yes");
    let list = ListProcesses::new().q("Cellar audit").per_page(100);
    let processes = organization.processes().list(list).all().await.expect("processes");
    let states: BTreeSet<_> =
        processes.iter().map(|it| it.status.as_ref().map_or("", |it| it.as_str())).collect();
    assert_eq!((processes.len(), states), (2, BTreeSet::from(["complete"])));
    assert!(sandbox.violations().is_empty(), "{:?}", sandbox.violations());
}

/// What a list that is believed as it comes would do.
#[tokio::test(start_paused = true)]
async fn a_list_that_is_not_fresh_lags_here() {
    let (_sandbox, organization, cellar) = lagging().await;
    let launch = tallyfy_sdk::request::LaunchProcess::new(cellar).name("Cellar audit");
    let process = organization.processes().launch(launch).await.expect("a process");
    let tasks = organization.process(&process.id).tasks();
    assert_eq!(tasks.list(Default::default()).all().await.expect("a list").len(), 0);
}
