//! The activity feed.

use serde_json::{Value, json};
use tallyfy_sandbox::seed;

use crate::Desk;

/// Verb, type and subject of every row.
fn rows(list: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows = list["data"].as_array().expect("a list").iter();
    rows.map(|row| (text(&row["verb"][0]), text(&row["type"][0]), text(&row["auditable_id"]))).collect()
}

fn row(verb: &str, kind: &str, id: &str) -> (String, String, String) {
    (verb.to_owned(), kind.to_owned(), id.to_owned())
}

#[tokio::test]
async fn what_the_seed_did_is_told_newest_first() {
    let desk = Desk::new().await;
    let path = format!("/activity-feeds?entity_type=run&entity_id={}", seed::PROCESS);
    let feed = desk.get(&path).await.is(200);
    assert_eq!(
        rows(&feed),
        [row("completed", "Task", seed::PROCESS_TASKS[0]), row("created", "Process", seed::PROCESS)]
    );
    let entry = feed["data"][0].clone();
    assert_eq!((&entry["actor"][0]["full_name"], &entry["source"]), (&json!("Ann Berg"), &json!(["Member"])));
    assert_eq!(
        (&entry["auditable_type"], &entry["parentable_type"], &entry["parentable_id"]),
        (&json!("App\\Models\\Task"), &json!("App\\Models\\Run"), &json!(seed::PROCESS))
    );
    assert_eq!(entry["audit"]["data"]["title"], "Collect documents");
    let task = desk.get(&format!("/tasks/{}?with=activities", seed::PROCESS_TASKS[0])).await.is(200);
    assert_eq!(task["data"]["activities"]["data"], json!([entry]));
    assert_eq!(feed["meta"]["pagination"]["per_page"], 20);
    desk.is_faithful();
}

#[tokio::test]
async fn rows_are_filtered() {
    let desk = Desk::new().await;
    let comment = format!("/tasks/{}/comment", seed::ONE_OFF_TASK);
    desk.post(&comment, json!({ "content": "Look" })).await.is(200);
    desk.post(&format!("/tasks/{}/problem", seed::ONE_OFF_TASK), json!({ "content": "Stuck" })).await.is(200);
    desk.post("/groups", json!({ "name": "Drivers", "description": "Who drives" })).await.is(201);
    desk.put(&format!("/runs/{}", seed::SMALL_PROCESS), json!({ "name": "Renamed" })).await.is(200);
    let verbs = |query: &'static str| {
        let desk = &desk;
        async move {
            let list = desk.get(&format!("/activity-feeds?{query}")).await.is(200);
            rows(&list).into_iter().map(|(verb, kind, _)| format!("{verb} {kind}")).collect::<Vec<_>>()
        }
    };
    assert_eq!(verbs("type=Comment").await, ["issue-reported Comment", "commented Comment"]);
    assert_eq!(verbs("verb=created&type=Group").await, ["created Group"]);
    assert_eq!(verbs("verb=updated&type=Process").await, ["updated Process"]);
    assert_eq!(verbs("type=execution").await, [] as [&str; 0]);
    assert_eq!(verbs("actor_id=1002").await, [] as [&str; 0]);
    assert_eq!(verbs("actor_email=ann@northwind.test&type=Group").await, ["created Group"]);
    assert_eq!(verbs("search=RENAMED&sort=created_at").await, ["created Process", "updated Process"]);
    assert_eq!(verbs("source=Webhook").await, [] as [&str; 0]);
    assert_eq!(verbs("created_after=2026-09-02").await, [] as [&str; 0]);
    assert_eq!(verbs("created_before=2026-09-01&type=Group").await, ["created Group"]);
    let of_task = format!("/activity-feeds?entity_type=task&entity_id={}", seed::ONE_OFF_TASK);
    assert_eq!(rows(&desk.get(&of_task).await.is(200)).len(), 2);
    let page = desk.get("/activity-feeds?per_page=2&page=2").await.is(200);
    assert_eq!(page["data"].as_array().map(Vec::len), Some(2));
    desk.is_faithful();
}

#[tokio::test]
async fn automations_leave_a_row_with_what_was_checked() {
    let desk = Desk::new().await;
    let prerun = json!({
        seed::KICKOFF_TEXT: "Red Harbour",
        seed::KICKOFF_DROPDOWN: { "id": 2, "text": "Express" },
        seed::KICKOFF_RADIO: "Open",
    });
    let body = json!({ "checklist_id": seed::TEMPLATE, "prerun": prerun });
    let process = desk.post("/runs?with=tasks", body).await.is(201)["data"].clone();
    let run = process["id"].as_str().expect("an id");
    let feed = desk.get(&format!("/activity-feeds?entity_type=run&entity_id={run}")).await.is(200);
    let entry = feed["data"][0].clone();
    assert_eq!((&entry["verb"], &entry["type"]), (&json!(["executed"]), &json!(["execution"])));
    let approve = process["tasks"]["data"][1]["id"].as_str().expect("an id");
    let check = &entry["audit_state"];
    assert_eq!(check["alias"], "Hurry for express vendors");
    assert_eq!(check["rules"][0]["field_label"], "Priority");
    assert_eq!(
        (&check["rules"][1]["statement"], &check["rules"][1]["isMet"]),
        (&json!("Open"), &json!(true))
    );
    assert_eq!(check["actions"][approve], json!({ "title": "Approve the vendor", "actions": ["deadline"] }));
    desk.is_faithful();
}

#[tokio::test]
async fn a_changed_deadline_is_undone_once() {
    let desk = Desk::new().await;
    let task = format!("/runs/{}/tasks/{}", seed::PROCESS, seed::PROCESS_TASKS[1]);
    desk.put(&task, json!({ "deadline": "2026-12-01 10:00:00" })).await.is(200);
    let feed = desk.get("/activity-feeds?field=deadline").await.is(200);
    let entry = feed["data"][0].clone();
    assert_eq!((&entry["undoable"], &entry["field"]), (&json!(true), &json!(["deadline"])));
    let undo = format!("/activity-feed/{}/undo", entry["id"]);
    desk.put(&undo, json!({})).await.is(200);
    let row = desk.get(&task).await.is(200)["data"].clone();
    assert_eq!(
        (&row["deadline"], &row["deadline_set_by_hand"]),
        (&json!("2026-09-03T08:00:00.000Z"), &json!(false))
    );
    desk.put(&undo, json!({})).await.is(422);
    let last = desk.get("/activity-feeds").await.is(200)["data"][0]["id"].clone();
    desk.put("/activity-feed/1/undo", json!({})).await.is(404);
    desk.put("/activity-feed/x/undo", json!({})).await.is(404);
    assert!(last.is_i64());
    desk.is_faithful();
}

#[tokio::test]
async fn whoever_has_no_part_in_a_process_sees_nothing_of_it() {
    let mut desk = Desk::new().await;
    desk.token = seed::LIGHT_TOKEN;
    let of = |run: &str| format!("/activity-feeds?entity_type=run&entity_id={run}");
    desk.get("/activity-feeds").await.is(403);
    desk.get(&of(seed::SMALL_PROCESS)).await.is(403);
    // Through the group she is assigned in the other one.
    desk.get(&of(seed::PROCESS)).await.is(200);
    desk.is_faithful();
}
