//! Pages and streams of items, against lists that span several pages.

use futures::TryStreamExt;
use serde_json::json;
use tallyfy_sandbox::{Fault, Sandbox, seed};
use tallyfy_sdk::{
    Client, Organization,
    request::{LaunchProcess, ListProcesses, ListTasks},
};

async fn start() -> (Sandbox, Organization) {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let client =
        Client::builder().base_url(sandbox.base_url()).token(sandbox.token()).build().expect("a client");
    let organization = client.organization(sandbox.organization());
    (sandbox, organization)
}

/// Launches processes named `Batch 0` ...
async fn launch(organization: &Organization, count: usize) {
    for number in 0..count {
        let launch = LaunchProcess::new(seed::SMALL_TEMPLATE).name(format!("Batch {number}"));
        organization.processes().launch(launch).await.expect("a process");
    }
}

#[tokio::test]
async fn a_page_holds_ten_rows_unless_told_otherwise_and_knows_the_total() {
    let (_sandbox, organization) = start().await;
    launch(&organization, 23).await;
    let page = organization.processes().list(ListProcesses::new().q("Batch")).await.expect("a page");
    assert_eq!(
        (page.items.len(), page.total(), page.current(), page.last()),
        (10, Some(23), Some(1), Some(3))
    );
    assert!(page.has_next());
    let last = organization.processes().list(ListProcesses::new().q("Batch").page(3)).await.expect("a page");
    assert_eq!((last.items.len(), last.has_next()), (3, false));
}

#[tokio::test]
async fn a_walk_reads_every_page_and_no_more() {
    let (sandbox, organization) = start().await;
    launch(&organization, 23).await;
    sandbox.clear_requests();
    let query = ListProcesses::new().q("Batch").per_page(10);
    let all = organization.processes().list(query).all().await.expect("all");
    let names: std::collections::BTreeSet<_> =
        all.iter().filter_map(|process| process.name.clone()).collect();
    assert_eq!((all.len(), names.len()), (23, 23));
    let pages: Vec<_> =
        sandbox.requests().iter().map(|seen| seen.query_value("page").map(str::to_owned)).collect();
    assert_eq!(pages, [Some("1".into()), Some("2".into()), Some("3".into())]);
}

#[tokio::test]
async fn a_stream_reads_a_page_only_when_it_is_needed() {
    let (sandbox, organization) = start().await;
    launch(&organization, 12).await;
    sandbox.clear_requests();
    let mut items = organization.processes().list(ListProcesses::new().q("Batch").per_page(5)).items();
    for _ in 0..5 {
        items.try_next().await.expect("an item").expect("some");
    }
    assert_eq!(sandbox.requests().len(), 1);
    items.try_next().await.expect("an item").expect("some");
    assert_eq!(sandbox.requests().len(), 2);
}

#[tokio::test]
async fn a_walk_can_begin_later_and_asks_with_the_same_filters() {
    let (sandbox, organization) = start().await;
    launch(&organization, 12).await;
    sandbox.clear_requests();
    let query = ListProcesses::new().q("Batch").per_page(5).page(2);
    assert_eq!(organization.processes().list(query).all().await.expect("all").len(), 7);
    for seen in sandbox.requests() {
        assert_eq!((seen.query_value("q"), seen.query_value("per_page")), (Some("Batch"), Some("5")));
    }
}

#[tokio::test]
async fn an_error_on_a_later_page_ends_the_walk_and_is_told() {
    let (sandbox, organization) = start().await;
    launch(&organization, 12).await;
    let mut items = organization.processes().list(ListProcesses::new().q("Batch").per_page(5)).items();
    for _ in 0..5 {
        items.try_next().await.expect("an item").expect("some");
    }
    sandbox.fault("list_runs", Fault::status(403, json!({"message": "You may not."})));
    let error = items.try_next().await.expect_err("the second page is refused");
    assert!(error.is_permission(), "{error}");
    assert!(items.try_next().await.expect("ended").is_none());
}

#[tokio::test]
async fn a_page_without_data_is_an_error_and_not_an_end() {
    let (sandbox, organization) = start().await;
    sandbox.fault("list_tasks", Fault::status(200, json!({"message": "ok"})));
    let error = organization.tasks().list(ListTasks::new()).all().await.expect_err("no data");
    assert!(error.is_decode(), "{error}");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
    assert_eq!(error.body(), Some(&br#"{"message":"ok"}"#[..]));
}

#[tokio::test]
async fn a_walk_stops_at_its_page_cap_with_an_error() {
    let (_sandbox, organization) = start().await;
    launch(&organization, 12).await;
    let list = organization.processes().list(ListProcesses::new().q("Batch").per_page(5)).max_pages(2);
    let error = list.all().await.expect_err("there is a third page");
    assert!(error.is_too_large(), "{error}");
}

#[tokio::test]
async fn a_server_that_repeats_page_one_for_ever_does_not_hold_a_walk() {
    let (sandbox, organization) = start().await;
    let page = json!({
        "data": [{"id": seed::ONE_OFF_TASK}],
        "meta": {"pagination": {"total": 99, "count": 1, "per_page": 1, "current_page": 1, "total_pages": 99}},
    });
    for _ in 0..5 {
        sandbox.fault("list_tasks", Fault::status(200, page.clone()));
    }
    let error = organization.tasks().list(ListTasks::new()).all().await.expect_err("page 2 is page 1 again");
    assert!(error.is_decode(), "{error}");
    assert_eq!(sandbox.requests().len(), 2);
}

#[tokio::test]
async fn links_in_answers_are_never_followed() {
    let (sandbox, organization) = start().await;
    let page = |current: i64| {
        json!({
            "data": [{"id": format!("task{current}")}],
            "meta": {"pagination": {
                "total": 2, "count": 1, "per_page": 1, "current_page": current, "total_pages": 2,
                "links": {"next": "http://127.0.0.1:9/stolen"},
            }},
        })
    };
    sandbox.fault("list_tasks", Fault::status(200, page(1)));
    sandbox.fault("list_tasks", Fault::status(200, page(2)));
    assert_eq!(organization.tasks().list(ListTasks::new()).all().await.expect("both pages").len(), 2);
    assert!(sandbox.requests().iter().all(|seen| seen.path.ends_with("/tasks")));
}
