//! Filters, orders and pages.

use serde_json::json;
use tallyfy_sandbox::{Quirks, seed};

use crate::{Desk, column};

#[tokio::test]
async fn pages_link_to_the_service_and_not_to_the_sandbox() {
    let desk = Desk::new().await;
    let path = format!("/runs/{}/tasks", seed::PROCESS);
    let page = desk.get(&format!("{path}?per_page=2&page=2&sort=position")).await.is(200);
    let organization = seed::ORGANIZATION;
    let base = format!("https://go.tallyfy.com/api/organizations/{organization}{path}");
    assert_eq!(
        page["meta"]["pagination"],
        json!({
            "total": 5, "count": 2, "per_page": 2, "current_page": 2, "total_pages": 3,
            "links": {
                "previous": format!("{base}?per_page=2&sort=position&page=1"),
                "next": format!("{base}?per_page=2&sort=position&page=3"),
            },
        })
    );
    assert_eq!(column(&page, "id"), [seed::PROCESS_TASKS[2], seed::PROCESS_TASKS[3]]);
    let whole = desk.get(&path).await.is(200);
    assert_eq!(whole["meta"]["pagination"]["links"], json!([]));
    let beyond = desk.get(&format!("{path}?page=9")).await.is(200);
    assert_eq!(beyond["data"], json!([]));
    let unpaged = desk.get(&format!("{path}?without_pagination=true&per_page=1")).await.is(200);
    assert_eq!(unpaged["data"].as_array().map(Vec::len), Some(5));
    let capped = desk.get(&format!("{path}?per_page=1000")).await.is(200);
    assert_eq!(capped["meta"]["pagination"]["per_page"], 100);
    desk.is_faithful();
}

#[tokio::test]
async fn processes_are_filtered() {
    let desk = Desk::new().await;
    for (query, expected) in [
        ("", vec!["Weekly check 36", "Vendor onboarding - Blue Fjord"]),
        ("?sort=name", vec!["Vendor onboarding - Blue Fjord", "Weekly check 36"]),
        ("?q=weekly", vec!["Weekly check 36"]),
        ("?archived=only", vec!["Weekly check 35"]),
        ("?archived=true&q=weekly", vec!["Weekly check 35", "Weekly check 36"]),
        ("?status=archived", vec!["Weekly check 35"]),
        ("?status=complete", vec![]),
        ("?status=active&sort=-name", vec!["Weekly check 36", "Vendor onboarding - Blue Fjord"]),
        ("?groups=6b1d0e94c7a2583f9e40d1b7c6a58230", vec!["Vendor onboarding - Blue Fjord"]),
        ("?owners=1003", vec![]),
        ("?owners=1002&sort=name", vec!["Vendor onboarding - Blue Fjord", "Weekly check 36"]),
        ("?checklist_id=0f3c9a1e5b7d4826a1c4e7f90b2d6835", vec!["Weekly check 36"]),
        ("?tag=77a0c3d1e5b24f6890d1c2b3a4f5e6d7", vec!["Vendor onboarding - Blue Fjord"]),
        ("?untagged=true", vec!["Weekly check 36"]),
        ("?folder=a1b2c3d4e5f60718293a4b5c6d7e8f90", vec!["Vendor onboarding - Blue Fjord"]),
        ("?starred=true", vec![]),
        ("?task_status=completed", vec!["Vendor onboarding - Blue Fjord"]),
        ("?task_status=in-progress&q=weekly", vec!["Weekly check 36"]),
        ("?type=form", vec![]),
    ] {
        let mut found = column(&desk.get(&format!("/runs{query}")).await.is(200), "name");
        if query.starts_with("?archived=true") {
            found.sort();
        }
        assert_eq!(found, expected, "{query}");
    }
    desk.is_faithful();
}

#[tokio::test]
async fn tasks_are_filtered_by_status_code() {
    let desk = Desk::new().await;
    let titles = |query: &'static str| {
        let path = format!("/runs/{}/tasks?sort=position&{query}", seed::PROCESS);
        let desk = &desk;
        async move { column(&desk.get(&path).await.is(200), "title") }
    };
    let all = [
        "Collect documents",
        "Approve the vendor",
        "Confirm the terms",
        "Create the vendor record",
        "Say welcome",
    ];
    assert_eq!(titles("status=complete").await, all[..1]);
    assert_eq!(titles("status=active").await, all[1..]);
    assert_eq!(titles("status=not-started,complete").await, all);
    assert_eq!(titles("status=complete,all").await, all[..1]);
    assert_eq!(titles("status=in-progress").await, all[..0]);
    // Unknown words are ignored: `completed` returns everything.
    assert_eq!(titles("status=completed").await, all);
    assert_eq!(titles("status=completed,complete").await, all[..1]);
    assert_eq!(titles("status=overdue").await, all[..0]);
    assert_eq!(titles("unassigned=true").await, all[..0]);
    assert_eq!(titles("owners=1001,1003").await, [all[1], all[4]]);
    assert_eq!(titles("guests=kim@supplier.test").await, [all[2]]);
    assert_eq!(titles("groups=6b1d0e94c7a2583f9e40d1b7c6a58230").await, [all[3]]);
    assert_eq!(titles("deadline_on=2026-09-06&deadline_before=2026-09-01").await, all[2..]);
    assert_eq!(titles("deadline_before=2026-09-03").await, all[..1]);
    assert_eq!(titles("deadline_after=2026-09-03").await, all[2..]);
    assert_eq!(titles("deadline_start_range=2026-09-03&deadline_end_range=2026-09-03").await, [all[1]]);
    desk.sandbox.set_now(seed::today() + chrono::Duration::days(3));
    assert_eq!(titles("status=overdue").await, [all[1]]);
    desk.sandbox.set_now(seed::today() + chrono::Duration::days(5));
    assert_eq!(titles("status=due-soon").await, all[2..]);
    desk.is_faithful();
}

#[tokio::test]
async fn without_the_oddity_unknown_status_words_find_nothing() {
    let desk = Desk::new().await;
    let mut quirks = Quirks::default();
    quirks.unknown_task_status_returns_all = false;
    desk.sandbox.set_quirks(quirks);
    let path = format!("/runs/{}/tasks?status=completed", seed::PROCESS);
    assert_eq!(desk.get(&path).await.is(200)["data"], json!([]));
}

#[tokio::test]
async fn tasks_of_people_are_found() {
    let mut desk = Desk::new().await;
    let mine = desk.get("/me/tasks?sort=deadline").await.is(200);
    let expected = ["Approve the vendor", "Write down what is missing", "Order new labels", "Say welcome"];
    let mut found = column(&mine, "title");
    found.sort();
    let mut sorted = expected;
    sorted.sort_unstable();
    assert_eq!(found, sorted);
    let theirs = desk.get("/users/1002/tasks?status=complete").await.is(200);
    assert_eq!(column(&theirs, "title"), ["Collect documents"]);
    // Through the group, too.
    let light = desk.get("/users/1003/tasks").await.is(200);
    assert_eq!(column(&light, "title"), ["Create the vendor record"]);
    let guest = desk.get(&format!("/guests/{}/tasks?per_page=1", seed::GUEST_CODE)).await.is(200);
    assert_eq!(guest["meta"]["pagination"]["per_page"], 10);
    assert_eq!(column(&guest, "title"), ["Confirm the terms", "Approve the trade fair"]);
    desk.get("/guests/8120/tasks").await.is(404);
    desk.get("/users/77/tasks").await.is(404);
    desk.token = seed::STANDARD_TOKEN;
    // Completed tasks are hidden unless asked for.
    let mine = desk.get("/me/tasks?q=vendor%20onboarding").await.is(200);
    assert_eq!(column(&mine, "title"), ["Create the vendor record"]);
    let mine = desk.get("/me/tasks?q=vendor%20onboarding&status=all").await.is(200);
    assert_eq!(column(&mine, "title"), ["Collect documents", "Create the vendor record"]);
    desk.is_faithful();
}

#[tokio::test]
async fn tasks_of_the_organization_are_found() {
    let desk = Desk::new().await;
    let oneoff = desk.get("/tasks?is_oneoff=true").await.is(200);
    assert_eq!(column(&oneoff, "id"), [seed::ONE_OFF_TASK, seed::ONE_OFF_APPROVAL]);
    let issue = desk.get("/tasks?status=has-problem").await.is(200);
    assert_eq!(column(&issue, "id"), [seed::ONE_OFF_APPROVAL]);
    let all = desk.get("/tasks").await.is(200);
    assert_eq!(all["meta"]["pagination"]["total"], 9);
    let mine = desk.get("/tasks?assignee=me&is_oneoff=true").await.is(200);
    assert_eq!(column(&mine, "id"), [seed::ONE_OFF_TASK]);
    assert_eq!(desk.get("/tasks?archived=only").await.is(200)["meta"]["pagination"]["total"], 2);
    assert_eq!(desk.get("/tasks?created=2026-09-02:2026-09-03").await.is(200)["data"], json!([]));
    desk.is_faithful();
}

#[tokio::test]
async fn limit_is_taken_by_every_list_and_changes_nothing() {
    let desk = Desk::new().await;
    let lists = [
        "/runs",
        "/tasks",
        "/checklists",
        "/users",
        "/guests",
        "/groups",
        "/tags",
        "/folders",
        "/activity-feeds",
        "/me/tasks",
        "/custom-field-keys",
        "~/me/organizations",
        "/users-list",
        "/guests-list",
        "/watchers",
    ];
    for path in lists {
        let plain = desk.get(path).await.is(200);
        assert_eq!(desk.get(&format!("{path}?limit=1")).await.is(200)["data"], plain["data"], "{path}");
    }
    assert_eq!(desk.sandbox.violations(), []);
}
