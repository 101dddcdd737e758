//! Comments and issues.

use serde_json::json;
use tallyfy_sandbox::seed;

use crate::Desk;

#[tokio::test]
async fn a_comment_is_written_changed_and_deleted() {
    let mut desk = Desk::new().await;
    let path = format!("/tasks/{}/comment", seed::PROCESS_TASKS[1]);
    let body = json!({ "content": "Please look, @[1002]" });
    let comment = desk.post(&path, body).await.is(200)["data"].clone();
    assert_eq!((&comment["state"], &comment["label"]), (&json!("hide-for-guests"), &json!("comment")));
    assert_eq!(comment["sent_to"], json!([1002]));
    assert_eq!(comment["content"], "Please look, @Ben Okoro");
    let own = format!("{path}/{}", comment["id"].as_str().expect("an id"));
    let changed = desk.put(&own, json!({ "content": "Done", "state": "open" })).await.is(200)["data"].clone();
    assert_eq!((&changed["state"], &changed["label"]), (&json!("open"), &json!("comment")));
    desk.put(&own, json!({ "state": "open" })).await.is(422);
    desk.token = seed::LIGHT_TOKEN;
    desk.delete(&own).await.is(403);
    desk.token = seed::ADMIN_TOKEN;
    desk.delete(&own).await.is(200);
    desk.delete(&own).await.is(404);
    desk.post(&path, json!({ "content": " " })).await.is(422);
    desk.post(&path, json!({ "content": "x", "label": "praise" })).await.is(422);
    desk.is_faithful();
}

#[tokio::test]
async fn an_open_issue_blocks_completion_until_it_is_resolved() {
    let desk = Desk::new().await;
    let task = seed::SMALL_PROCESS_TASKS[0];
    let run = format!("/runs/{}", seed::SMALL_PROCESS);
    let issue =
        desk.post(&format!("/tasks/{task}/problem"), json!({ "content": "Door is shut" })).await.is(200);
    let issue = issue["data"]["id"].as_str().expect("an id").to_owned();
    assert_eq!(desk.get(&run).await.is(200)["data"]["status"], "problem");
    let completed = format!("{run}/completed-tasks");
    desk.post(&completed, json!({ "task_id": task })).await.is(422);
    let resolved = format!("/tasks/{task}/resolved-threads");
    desk.post(&resolved, json!({ "thread_id": seed::COMMENT, "content": "x" })).await.is(422);
    let answer = desk.post(&resolved, json!({ "thread_id": issue, "content": "Open now" })).await.is(200);
    assert_eq!(answer["data"]["label"], "resolve");
    let row = desk.get(&format!("/tasks/{task}?with=threads")).await.is(200)["data"].clone();
    assert_eq!(row["threads"]["data"][0]["resolve_id"], answer["data"]["id"]);
    assert_eq!(desk.get(&run).await.is(200)["data"]["status"], "active");
    desk.post(&completed, json!({ "task_id": task })).await.is(200);
    // An issue reopens a completed task.
    desk.post(&format!("/tasks/{task}/problem"), json!({ "content": "Again" })).await.is(200);
    assert_eq!(desk.get(&format!("/tasks/{task}")).await.is(200)["data"]["status"], "in-progress");
    desk.is_faithful();
}

#[tokio::test]
async fn a_template_shows_its_own_comments() {
    let desk = Desk::new().await;
    let path = format!("/checklists/{}", seed::TEMPLATE);
    let issue = desk.post(&format!("{path}/problem"), json!({ "content": "Too long" })).await.is(200);
    let body = json!({ "thread_id": issue["data"]["id"], "content": "Shorter now" });
    let other = format!("/checklists/{}/resolved-threads", seed::SMALL_TEMPLATE);
    desk.post(&other, body.clone()).await.is(422);
    desk.post(&format!("{path}/resolved-threads"), body).await.is(200);
    let threads = desk.get(&format!("{path}?with=threads")).await.is(200)["data"]["threads"].clone();
    assert_eq!(crate::column(&threads, "content"), ["Too long", "Shorter now"]);
    let small = desk.get(&format!("/checklists/{}?with=threads", seed::SMALL_TEMPLATE)).await.is(200);
    assert_eq!(small["data"]["threads"]["data"], json!([]));
    desk.is_faithful();
}

#[tokio::test]
async fn an_issue_on_the_process_freezes_its_tasks() {
    let desk = Desk::new().await;
    let run = format!("/runs/{}", seed::SMALL_PROCESS);
    let issue = desk.post(&format!("{run}/problem"), json!({ "content": "Stop" })).await.is(200);
    let process = desk.get(&run).await.is(200)["data"].clone();
    assert_eq!((&process["status"], &process["has_open_issue"]), (&json!("issue"), &json!(true)));
    let task = format!("{run}/tasks/{}", seed::SMALL_PROCESS_TASKS[0]);
    desk.put(&task, json!({ "title": "x" })).await.is(422);
    let body = json!({ "thread_id": issue["data"]["id"], "content": "Go on" });
    desk.post(&format!("{run}/resolved-threads"), body).await.is(200);
    desk.put(&task, json!({ "title": "x" })).await.is(200);
    desk.is_faithful();
}
