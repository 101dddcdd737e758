//! Changing, archiving and deleting processes; the kick-off form.

use serde_json::json;
use tallyfy_sandbox::{Quirks, seed};

use crate::Desk;

#[tokio::test]
async fn an_update_without_access_lists_empties_them() {
    let desk = Desk::new().await;
    let path = format!("/runs/{}", seed::PROCESS);
    let process = desk.put(&path, json!({ "name": "New name" })).await.is(200)["data"].clone();
    assert_eq!(process["name"], "New name");
    assert_eq!((&process["users"], &process["groups"]), (&json!([]), &json!([])));
    let body = json!({ "users": [1003], "groups": [seed::GROUP], "starred": true });
    let process = desk.put(&path, body).await.is(200)["data"].clone();
    assert_eq!(process["users"], json!([1003]));
    assert_eq!((&process["name"], &process["starred"]), (&json!("New name"), &json!(true)));
    desk.put(&path, json!({ "users": [77] })).await.is(422);
    desk.put("/runs/unknown", json!({})).await.is(404);
    desk.is_faithful();
}

#[tokio::test]
async fn without_the_oddity_access_lists_stay() {
    let desk = Desk::new().await;
    let mut quirks = Quirks::default();
    quirks.absent_access_lists_wipe = false;
    desk.sandbox.set_quirks(quirks);
    let path = format!("/runs/{}", seed::PROCESS);
    let process = desk.put(&path, json!({ "name": "New name" })).await.is(200)["data"].clone();
    assert_eq!(process["users"], json!([1002]));
}

#[tokio::test]
async fn kickoff_answers_are_changed_by_reopening_updating_and_completing() {
    let desk = Desk::new().await;
    let path = format!("/runs/{}", seed::PROCESS);
    let form = format!("{path}/complete-prerun");
    let again = desk.post(&form, json!({})).await.is(200)["data"].clone();
    assert_eq!(again["rules_evaluated"], false);
    let open = desk.delete(&form).await.is(200)["data"].clone();
    assert_eq!(open["prerun_completed_at"], json!(null));
    let body = json!({ "prerun": { seed::KICKOFF_TEXT: "" }, "users": [1002], "groups": [seed::GROUP] });
    desk.put(&path, body).await.is(200);
    let refused = desk.post(&form, json!({})).await.is(422);
    assert_eq!(refused["errors"]["prerun"], json!(["Vendor name is required"]));
    let body = json!({ "prerun": { seed::KICKOFF_TEXT: "Green Fjord" } });
    let changed = desk.put(&path, body).await.is(200)["data"].clone();
    assert_eq!(changed["prerun"][seed::KICKOFF_DROPDOWN]["text"], "Express");
    let done = desk.post(&form, json!({})).await.is(200)["data"].clone();
    assert_eq!(done["rules_evaluated"], true);
    assert_eq!(done["tasks_changed_by_rules"], json!([]));
    assert_eq!(done["prerun_completed_by"], 1001);
    desk.is_faithful();
}

#[tokio::test]
async fn deleting_takes_two_steps_and_an_administrator() {
    let mut desk = Desk::new().await;
    let path = format!("/runs/{}", seed::SMALL_PROCESS);
    desk.delete(&format!("{path}/delete")).await.is(422);
    let archived = desk.delete(&path).await.is(200)["data"].clone();
    assert_eq!(
        (&archived["status"], &archived["archived_at"]),
        (&json!("archived"), &json!("2026-09-01T08:00:00Z"))
    );
    desk.delete(&path).await.is(200);
    let task = json!({ "task_id": seed::SMALL_PROCESS_TASKS[0] });
    desk.post(&format!("{path}/completed-tasks"), task).await.is(404);
    let back = desk.put(&format!("{path}/activate"), json!({})).await.is(200)["data"].clone();
    assert_eq!(back["status"], "active");
    desk.delete(&path).await.is(200);
    desk.token = seed::STANDARD_TOKEN;
    desk.delete(&format!("{path}/delete")).await.is(403);
    desk.token = seed::ADMIN_TOKEN;
    desk.delete(&format!("{path}/delete")).await.is(200);
    desk.delete(&format!("{path}/delete")).await.is(404);
    desk.get(&format!("/tasks/{}", seed::SMALL_PROCESS_TASKS[0])).await.is(404);
    desk.is_faithful();
}

#[tokio::test]
async fn completing_the_last_task_completes_the_process_and_reopening_undoes_it() {
    let desk = Desk::new().await;
    let path = format!("/runs/{}", seed::SMALL_PROCESS);
    for (task, percent) in [(seed::SMALL_PROCESS_TASKS[0], 50), (seed::SMALL_PROCESS_TASKS[1], 100)] {
        desk.post(&format!("{path}/completed-tasks"), json!({ "task_id": task })).await.is(200);
        let process = desk.get(&path).await.is(200);
        assert_eq!(process["data"]["progress"]["percent"], percent);
    }
    let process = desk.get(&path).await.is(200)["data"].clone();
    assert_eq!(
        (&process["status"], &process["completed_at"]),
        (&json!("complete"), &json!("2026-09-01T08:00:00Z"))
    );
    let task = desk.delete(&format!("{path}/completed-tasks/{}", seed::SMALL_PROCESS_TASKS[1])).await.is(200);
    assert_eq!(task["data"]["status"], "in-progress");
    assert_eq!(task["data"]["completer_id"], json!(null));
    let process = desk.get(&path).await.is(200)["data"].clone();
    assert_eq!((&process["status"], &process["completed_at"]), (&json!("active"), &json!(null)));
    desk.is_faithful();
}
