//! What a long walk costs: time, on the paused clock, and memory. What it costs in instructions is counted by
//! `benches/bounds.rs`.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::json;
use tallyfy_gen::types::ListTags;
use tallyfy_sandbox::{Fault, Sandbox, seed};
use tokio::time::Instant;

use super::{page, tags};
use crate::page::RowId;
use crate::scripted::Scripted;
use crate::{
    Client,
    request::{ListProcesses, ListTasks},
};

const PAGES: usize = 100;

#[tokio::test(start_paused = true)]
async fn eight_pages_ahead_take_a_seventh_of_the_time() {
    let processes = json!([{ "template": seed::SMALL_TEMPLATE, "name": "Parcel {n}", "count": PAGES }]);
    let plan = seed::Plan::from_json(json!({ "processes": processes })).expect("a plan");
    let sandbox = Sandbox::builder().seed(plan).start().await.expect("a sandbox");
    let client =
        Client::builder().base_url(sandbox.base_url()).token(sandbox.token()).build().expect("a client");
    let processes = client.organization(sandbox.organization()).processes();
    let mut times = Vec::new();
    for prefetch in [1, 8] {
        for _ in 0..PAGES {
            sandbox.fault("list_runs", Fault::Delay(Duration::from_millis(50)));
        }
        let start = Instant::now();
        let list = processes.list(ListProcesses::new().q("Parcel").per_page(1)).prefetch(prefetch);
        assert_eq!(list.all().await.expect("all").len(), PAGES);
        assert_eq!(sandbox.faults_left(), 0, "not every page took its time");
        times.push(start.elapsed().as_millis());
    }
    // The first page alone, then 99 by eights.
    assert_eq!(times, [100 * 50, (1 + 13) * 50]);
}

#[tokio::test(start_paused = true)]
async fn pages_ahead_do_not_run_out_of_time_while_the_caller_is_busy() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let client =
        Client::builder().base_url(sandbox.base_url()).token(sandbox.token()).build().expect("a client");
    let tasks = client.organization(sandbox.organization()).tasks();
    let mut pages = tasks.list(ListTasks::new().per_page(1)).prefetch(4).pages();
    let mut count = 0;
    while let Some(page) = pages.next().await {
        page.expect("a page");
        count += 1;
        // An attempt may take 30 seconds; the last of four pages ahead is due after 36.
        tokio::time::sleep(Duration::from_secs(9)).await;
    }
    assert!(count > 5, "too few pages to prove anything");
    assert_eq!(sandbox.requests().len(), count, "some pages were asked for twice");
}

/// Serves so many pages of a hundred tags on a thread of its own, whose memory is not that of the walk.
fn serve(pages: usize) -> String {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let one = |number: usize| {
            let ids: Vec<_> = (0..100).map(|row| format!("{:032x}", number * 100 + row)).collect();
            let ids: Vec<_> = ids.iter().map(String::as_str).collect();
            let total = pages * 100;
            page(
                &ids,
                &format!(r#""total":{total},"per_page":100,"current_page":{number},"total_pages":{pages}"#),
            )
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let server = Scripted::start((1..=pages).map(one).collect()).await;
            tell.send(server.base_url.clone()).expect("the test waits");
            std::future::pending::<()>().await;
        });
    });
    told.recv().expect("a base URL")
}

/// The most bytes that a walk through a list of so many pages holds at once, 8 of them under way.
fn held(pages: usize) -> u64 {
    let base_url = serve(pages);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let client = Client::builder().token("t").base_url(base_url).build().expect("a client");
    let walk = async {
        let list = tags(&client, ListTags::new()).identified(|tag| RowId::key(&tag.id));
        let mut items = list.prefetch(8).items();
        let mut count = 0;
        while let Some(item) = items.next().await {
            item.expect("a tag");
            count += 1;
        }
        assert_eq!(count, pages * 100);
    };
    allocation_counter::measure(|| runtime.block_on(walk)).bytes_max
}

#[test]
fn memory_stays_flat_over_a_hundred_thousand_items() {
    // Both are longer than what a walk remembers of the rows it gave. Twice: its table may grow once more on the way.
    let (short, long) = (held(200), held(1000));
    assert!(long < 2 * short, "{short} bytes for 20000 items, {long} for 100000");
    assert!(long < 1_500_000, "{long} bytes for 100000 items");
}
