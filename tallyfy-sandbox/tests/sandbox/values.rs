//! Answers written one at a time, and tasks changed in bulk.

use serde_json::json;
use tallyfy_sandbox::seed::{self, *};

use crate::Desk;

#[tokio::test]
async fn a_stored_answer_is_overwritten_by_the_id_of_its_row() {
    let desk = Desk::new().await;
    let rows = desk.sandbox.dump()["values"].clone();
    assert_eq!(rows.as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&rows[0]["field_id"], &rows[0]["value"]),
        (&json!(FIELD_TAX_NUMBER), &json!("NO 912 345 678"))
    );
    let body = |id: String| json!({ "id": id, "form_value": "NO 1" });
    desk.put("/form-field/value", body(rows[0]["id"].to_string())).await.is(200);
    assert_eq!(desk.sandbox.dump()["values"][0]["value"], "NO 1");
    let failed = desk.put("/form-field/value", body(FIELD_TAX_NUMBER.to_owned())).await.is(500);
    assert_eq!(failed["message"], "Attempt to read property \"capture\" on null");
    let wrong = json!({ "id": rows[0]["id"].to_string(), "form_value": { "a": 1 } });
    desk.put("/form-field/value", wrong).await.is(422);
    desk.put("/form-field/value", json!({ "id": "1" })).await.is(422);
    desk.is_faithful();
}

#[tokio::test]
async fn a_guest_answers_a_field_of_an_assigned_task() {
    let desk = Desk::new().await;
    let path = |guest: &str| format!("/guests/{guest}/form-field/value");
    let body = json!({ "id": FIELD_RADIO, "form_value": "Part-time" });
    desk.post(&path(GUEST), body.clone()).await.is(200);
    let task = desk.get(&format!("/tasks/{}", PROCESS_TASKS[2])).await.is(200)["data"].clone();
    assert_eq!(task["taskdata"][FIELD_RADIO], "Part-time");
    // The other guest has no such task.
    desk.post(&path(OTHER_GUEST), body.clone()).await.is(422);
    desk.post(&path("nobody@x.test"), body).await.is(404);
    desk.is_faithful();
}

#[tokio::test]
async fn the_disputed_route_fills_a_field() {
    let desk = Desk::new().await;
    let path = format!("/tasks/{}/captures", PROCESS_TASKS[3]);
    desk.post(&path, json!({ "id": FIELD_TEXTAREA, "value": "Two pallets" })).await.is(200);
    let task = desk.get(&format!("/tasks/{}", PROCESS_TASKS[3])).await.is(200)["data"].clone();
    assert_eq!(task["taskdata"][FIELD_TEXTAREA], "Two pallets");
    desk.post(&path, json!({ "id": "77", "value": "x" })).await.is(422);
    desk.is_faithful();
}

#[tokio::test]
async fn several_tasks_get_new_deadlines_at_once() {
    let desk = Desk::new().await;
    let path = format!("/runs/{}/update-tasks", seed::PROCESS);
    let due = json!({ "deadline": "2026-12-01 10:00:00" });
    let body = json!({ "tasks": { PROCESS_TASKS[1]: due, PROCESS_TASKS[3]: due } });
    desk.put(&path, body).await.is(200);
    for at in [1, 3] {
        let task = desk.get(&format!("/tasks/{}", PROCESS_TASKS[at])).await.is(200)["data"].clone();
        assert_eq!(task["deadline"], "2026-12-01T10:00:00.000Z");
        assert_eq!(task["deadline_set_by_hand"], true);
    }
    let list = json!({ "tasks": [{ "id": PROCESS_TASKS[4], "title": "Greet" }] });
    desk.put(&path, list).await.is(200);
    assert_eq!(desk.get(&format!("/tasks/{}", PROCESS_TASKS[4])).await.is(200)["data"]["title"], "Greet");
    desk.put(&path, json!({ "tasks": { ONE_OFF_TASK: due } })).await.is(422);
    desk.put(&path, json!({})).await.is(422);
    desk.is_faithful();
}
