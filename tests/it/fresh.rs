//! Lists read right after a write, on a service whose lists lag.

use std::time::Duration;

use serde_json::json;
use tallyfy_sandbox::{Fault, Sandbox, Script, seed};
use tallyfy_sdk::{
    Client, Organization,
    ids::ProcessId,
    model::Task,
    request::{LaunchProcess, ListProcessTasks, ListProcesses, ListTasks, TaskStatusFilter},
};
use tokio::time::Instant;

/// A sandbox whose clock stands still, so that its list of tasks lags for ever unless it is told otherwise.
async fn lagging(lag: u64) -> (Sandbox, Organization) {
    let builder = Sandbox::builder().replica_lag(Duration::from_secs(lag)).now(seed::today());
    let sandbox = builder.start().await.expect("a sandbox");
    let client =
        Client::builder().base_url(sandbox.base_url()).token(sandbox.token()).build().expect("a client");
    let organization = client.organization(sandbox.organization());
    (sandbox, organization)
}

async fn launched(organization: &Organization) -> ProcessId {
    let launch = LaunchProcess::new(seed::SMALL_TEMPLATE).name("Batch");
    organization.processes().launch(launch).await.expect("a process").id.into()
}

fn reads(sandbox: &Sandbox) -> Vec<String> {
    let operations = sandbox.requests().into_iter().filter_map(|seen| seen.operation);
    operations.filter(|operation| operation.starts_with("get") || operation.starts_with("list")).collect()
}

#[tokio::test(start_paused = true)]
async fn a_fresh_list_costs_one_read_more_when_nothing_lags() {
    let (sandbox, organization) = lagging(0).await;
    let process = launched(&organization).await;
    let tasks = organization.process(process).tasks();
    let all = tasks.list(ListProcessTasks::new()).fresh().all().await.expect("all");
    assert_eq!((all.len(), reads(&sandbox)), (2, vec!["get_run".to_owned(), "list_run_tasks".to_owned()]));
    assert_eq!(tasks.list(ListProcessTasks::new()).fresh().await.expect("a page").items.len(), 2);
    let small = ListProcessTasks::new().per_page(1);
    assert_eq!(tasks.list(small).fresh().prefetch(2).all().await.expect("all").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_fresh_list_that_stays_behind_is_an_error_and_not_less() {
    let (sandbox, organization) = lagging(60).await;
    let tasks = organization.process(launched(&organization).await).tasks();
    for grace in [0, 10, 30] {
        sandbox.clear_requests();
        let begin = Instant::now();
        let list = || tasks.list(ListProcessTasks::new()).fresh().grace(Duration::from_secs(grace));
        let error = list().all().await.expect_err("the list lags");
        assert!(error.is_incomplete(), "{error}");
        assert!(error.to_string().contains("shows 0 of at least 2 rows"), "{error}");
        assert_eq!((error.items_given(), error.status().map(|it| it.as_u16())), (Some(0), Some(200)));
        assert_eq!(begin.elapsed().as_secs(), grace);
        // 0, 0.25, 0.75, 1.75, 3.75, 7.75, 12.75 s ..
        let looks = [(0, 1), (10, 7), (30, 11)];
        let expected = looks.iter().find(|(of, _)| *of == grace).expect("a row").1;
        assert_eq!(
            reads(&sandbox).iter().filter(|it| **it == "list_run_tasks").count(),
            expected,
            "{grace} s"
        );
        assert!(list().await.expect_err("the list lags").is_incomplete());
    }
}

#[tokio::test]
async fn what_cannot_be_told_is_refused_before_anything_is_sent() {
    let (sandbox, organization) = lagging(0).await;
    let tasks = organization.process("91be47f0c3d64a1582e7d9055fa6c3b8").tasks();
    let open = ListProcessTasks::new().status([TaskStatusFilter::Active]);
    let error = tasks.list(open).fresh().all().await.expect_err("a narrowed list");
    assert!(error.is_input() && error.to_string().contains("`status`"), "{error}");
    let error = organization.tasks().list(ListTasks::new()).fresh().await.expect_err("no second source");
    assert!(error.is_input() && error.to_string().contains("expect_at_least"), "{error}");
    let error = tasks.list(ListProcessTasks::new()).fresh().page().await.expect_err("one read does not do");
    assert!(error.is_input() && error.to_string().contains("page()"), "{error}");
    assert!(sandbox.requests().is_empty());
}

#[tokio::test]
async fn a_process_that_does_not_count_its_tasks_is_no_measure() {
    let (sandbox, organization) = lagging(0).await;
    let process = seed::SMALL_PROCESS;
    let tasks = organization.process(process).tasks();
    let says = |progress| Fault::status(200, json!({"data": {"id": process, "progress": progress}}));
    sandbox.fault("get_run", says(json!(50)));
    let error = tasks.list(ListProcessTasks::new()).fresh().all().await.expect_err("no number");
    assert!(error.is_incomplete() && error.to_string().contains("how many tasks it has"), "{error}");
    // Without the tasks that are hidden, those that are not are counted.
    sandbox.fault("get_run", says(json!({"complete": 0, "total": 2, "percent": 0})));
    assert_eq!(tasks.list(ListProcessTasks::new()).fresh().all().await.expect("two").len(), 2);
    sandbox.fault("get_run", says(json!({"complete": 0, "total": 3, "percent": 0})));
    let list = tasks.list(ListProcessTasks::new()).fresh().grace(Duration::ZERO);
    assert!(list.all().await.expect_err("a third is missing").is_incomplete());
}

#[tokio::test(start_paused = true)]
async fn any_list_can_be_held_against_what_the_caller_knows() {
    let (sandbox, organization) = lagging(0).await;
    let page = |ids: &[&str]| {
        let rows: Vec<_> = ids.iter().map(|id| json!({"id": id})).collect();
        Fault::status(
            200,
            json!({"data": rows, "meta": {"pagination": {"total": ids.len(), "total_pages": 1}}}),
        )
    };
    let list = || organization.tasks().list(ListTasks::new());
    let ids = |tasks: Vec<Task>| tasks.into_iter().map(|task| task.id).collect::<String>();

    sandbox.script(Script::on("list_tasks", page(&["a"])).times(2));
    sandbox.script(Script::on("list_tasks", page(&["a", "b"])));
    assert_eq!(ids(list().expect_at_least(2).all().await.expect("both")), "ab");
    assert_eq!(sandbox.requests().len(), 3);
    assert_eq!(ids(list().until(|task| task.id == "b").all().await.expect("both")), "ab");
    let error = list().until(|task| task.id == "c").all().await.expect_err("never comes");
    assert!(error.is_incomplete() && error.to_string().contains("0 of at least 1"), "{error}");
}

/// The look and the walk may meet two replicas: what the walk gives is held against it as well.
#[tokio::test(start_paused = true)]
async fn a_walk_that_meets_an_older_replica_after_the_look_is_an_error() {
    let (sandbox, organization) = lagging(0).await;
    let page = |ids: &[&str], current: usize, total: usize| {
        let rows: Vec<_> = ids.iter().map(|id| json!({"id": id})).collect();
        let pagination =
            json!({"total": total, "per_page": 1, "current_page": current, "total_pages": total});
        Fault::status(200, json!({"data": rows, "meta": {"pagination": pagination}}))
    };
    sandbox.fault("list_tasks", page(&["a"], 1, 2));
    sandbox.fault("list_tasks", page(&[], 2, 1));
    sandbox.fault("list_tasks", page(&["a"], 1, 1));
    let error =
        organization.tasks().list(ListTasks::new()).expect_at_least(2).all().await.expect_err("one of two");
    assert!(error.is_incomplete(), "{error}");
}

#[tokio::test]
async fn processes_are_waited_for_by_their_id() {
    let (_sandbox, organization) = lagging(0).await;
    let launch = LaunchProcess::new(seed::SMALL_TEMPLATE).name("Batch");
    let id = organization.processes().launch(launch).await.expect("a process").id;
    let list = organization.processes().list(ListProcesses::new().q("Batch"));
    assert_eq!(list.until(move |process| process.id == id).all().await.expect("it").len(), 1);
}
