//! Completing, changing and creating tasks.

use serde_json::json;
use tallyfy_sandbox::{Quirks, seed};

use crate::Desk;

fn completed() -> String {
    format!("/runs/{}/completed-tasks", seed::PROCESS)
}

fn task(at: usize) -> String {
    format!("/runs/{}/tasks/{}", seed::PROCESS, seed::PROCESS_TASKS[at])
}

#[tokio::test]
async fn an_approval_needs_a_decision() {
    let desk = Desk::new().await;
    let body = json!({ "task_id": seed::PROCESS_TASKS[1] });
    let refused = desk.post(&completed(), body).await.is(422);
    assert_eq!(refused["errors"]["is_approved"], json!(["The is approved field is required."]));
    let body = json!({ "task_id": seed::PROCESS_TASKS[1], "is_approved": false });
    let done = desk.post(&completed(), body).await.is(200)["data"].clone();
    assert_eq!(done["status_label"], "rejected");
    assert_eq!(done["is_approved"], false);
    assert_eq!(done["tasks_changed_by_rules"], json!([]));
    desk.is_faithful();
}

#[tokio::test]
async fn required_fields_and_choices_stand_in_the_way() {
    let desk = Desk::new().await;
    let body = json!({ "task_id": seed::PROCESS_TASKS[2] });
    let refused = desk.post(&completed(), body.clone()).await.is(422);
    let expected = ["Shift kind is required", "House rules: every required choice must be ticked"];
    assert_eq!(refused["errors"]["taskdata"], json!(expected));
    let answers = json!({ "taskdata": {
        seed::FIELD_RADIO: "Night shift",
        seed::FIELD_MULTISELECT: [{ "id": 1, "text": "Safety", "selected": true }],
    }});
    let updated = desk.put(&task(2), answers).await.is(200)["data"].clone();
    assert_eq!(updated["taskdata"][seed::FIELD_RADIO], "Night shift");
    let with_fields = desk.get(&format!("{}?with=form_fields", task(2))).await.is(200);
    assert_eq!(with_fields["data"]["form_fields"]["data"][0]["field_value"], "Night shift");
    let done = desk.post(&completed(), body).await.is(200)["data"].clone();
    assert_eq!((&done["status_label"], &done["is_approved"]), (&json!("acknowledged"), &json!(true)));
    desk.is_faithful();
}

#[tokio::test]
async fn completing_twice_is_accepted_and_fires_again() {
    let desk = Desk::new().await;
    let body = json!({ "task_id": seed::PROCESS_TASKS[4] });
    let fired = || desk.sandbox.effects().iter().filter(|effect| effect.kind == "task.completed").count();
    desk.post(&completed(), body.clone()).await.is(200);
    assert_eq!(fired(), 1);
    desk.post(&completed(), body.clone()).await.is(200);
    assert_eq!(fired(), 2);
    let mut quirks = Quirks::default();
    quirks.repeated_completion_is_accepted = false;
    desk.sandbox.set_quirks(quirks);
    desk.post(&completed(), body).await.is(422);
    assert_eq!(fired(), 2);
    desk.is_faithful();
}

#[tokio::test]
async fn only_assignees_complete_a_restricted_task() {
    let mut desk = Desk::new().await;
    let body = json!({ "task_id": seed::PROCESS_TASKS[1], "is_approved": true });
    desk.token = seed::LIGHT_TOKEN;
    desk.post(&completed(), body.clone()).await.is(403);
    desk.token = seed::ADMIN_TOKEN;
    let body = json!({ "task_id": seed::PROCESS_TASKS[1], "is_approved": true, "override_user": 1002 });
    let done = desk.post(&completed(), body).await.is(200);
    assert_eq!(done["data"]["completer_id"], 1002);
    desk.is_faithful();
}

#[tokio::test]
async fn a_task_is_reopened_once() {
    let desk = Desk::new().await;
    let path = format!("{}/{}", completed(), seed::PROCESS_TASKS[0]);
    let open = desk.delete(&path).await.is(200)["data"].clone();
    assert_eq!((&open["status"], &open["completed_at"]), (&json!("in-progress"), &json!(null)));
    desk.delete(&path).await.is(422);
    desk.delete(&format!("/completed-tasks/{}", seed::PROCESS_TASKS[0])).await.is(404);
    desk.is_faithful();
}

#[tokio::test]
async fn one_off_tasks_are_completed_on_their_own_route() {
    let desk = Desk::new().await;
    let done = desk.post("/completed-tasks", json!({ "task_id": seed::ONE_OFF_TASK })).await.is(200);
    assert_eq!(done["data"]["status"], "completed");
    assert_eq!(done["data"].get("tasks_changed_by_rules"), None);
    desk.post("/completed-tasks", json!({ "task_id": seed::PROCESS_TASKS[4] })).await.is(404);
    let open = desk.delete(&format!("/completed-tasks/{}", seed::ONE_OFF_TASK)).await.is(200);
    assert_eq!(open["data"]["status"], "in-progress");
    desk.is_faithful();
}

#[tokio::test]
async fn an_update_replaces_owners_and_drops_status() {
    let desk = Desk::new().await;
    let body = json!({ "owners": { "users": [1003] }, "status": "completed", "title": "Ask the guest" });
    let row = desk.put(&task(2), body).await.is(200)["data"].clone();
    assert_eq!(row["owners"]["users"], json!([1003]));
    // The bucket that was not named is empty now.
    assert_eq!(row["owners"]["guests"], json!([]));
    assert_eq!((&row["status"], &row["title"]), (&json!("not-started"), &json!("Ask the guest")));
    let row = desk.put(&task(2), json!({ "summary": "<p>x</p>" })).await.is(200)["data"].clone();
    assert_eq!(row["owners"]["users"], json!([1003]));
    assert_eq!(row["deadline_set_by_hand"], false);
    let row = desk.put(&task(2), json!({ "deadline": "2026-09-21 10:00:00" })).await.is(200)["data"].clone();
    assert_eq!(
        (&row["deadline"], &row["deadline_set_by_hand"]),
        (&json!("2026-09-21T10:00:00.000Z"), &json!(true))
    );
    desk.put(&task(2), json!({ "title": "t".repeat(601) })).await.is(422);
    desk.put(&task(2), json!({ "owners": { "users": [77] } })).await.is(422);
    desk.put(&task(2), json!({ "taskdata": { seed::FIELD_DROPDOWN: "Partner" } })).await.is(422);
    // A completed task is not changed.
    desk.put(&task(0), json!({ "title": "x" })).await.is(422);
    desk.is_faithful();
}

#[tokio::test]
async fn a_deadline_set_by_hand_is_reset() {
    let desk = Desk::new().await;
    desk.put(&task(2), json!({ "deadline": "2026-09-20 10:00:00" })).await.is(200);
    let automatic = desk.get(&format!("{}/automatic-deadline", task(2))).await.is(200)["data"].clone();
    assert_eq!((&automatic["date"], &automatic["source"]), (&json!("2026-09-06T22:00:00Z"), &json!("step")));
    let reset = desk.post(&format!("{}/reset-deadline", task(2)), json!({})).await.is(200);
    assert_eq!(reset["meta"]["deadline_reset"], true);
    assert_eq!(reset["data"]["deadline"], "2026-09-06T22:00:00.000Z");
    let again = desk.post(&format!("{}/reset-deadline", task(2)), json!({})).await.is(200);
    assert_eq!(again["meta"]["deadline_reset"], false);
    desk.get(&format!("{}/automatic-deadline", task(0))).await.is(422);
    desk.is_faithful();
}

#[tokio::test]
async fn a_one_off_task_demands_title_deadline_and_owners_each_time() {
    let desk = Desk::new().await;
    let path = format!("/tasks/{}", seed::ONE_OFF_TASK);
    let refused = desk.put(&path, json!({ "summary": "x" })).await.is(422);
    let fields: Vec<&String> = refused["errors"].as_object().expect("errors").keys().collect();
    assert_eq!(fields, ["title", "deadline", "owners"]);
    let body = json!({
        "title": "Order labels", "deadline": "2026-09-09 09:00:00",
        "owners": { "users": [1001], "guests": [], "groups": [] },
    });
    let row = desk.put(&path, body).await.is(200)["data"].clone();
    assert_eq!(row["title"], "Order labels");
    desk.is_faithful();
}

#[tokio::test]
async fn a_one_off_task_is_created_archived_restored_and_deleted() {
    let desk = Desk::new().await;
    let body = json!({
        "title": "Count crates", "task_type": "task", "deadline": "2026-09-09 09:00:00",
        "owners": { "users": [1002], "guests": ["sam@harbour.test"], "groups": [] },
        "summary": "<p>all of them</p>", "tags": [seed::TAG],
        "form_fields": [{ "label": "Crates counted", "field_type": "text", "required": true }],
    });
    let row = desk.post("/tasks?with=form_fields,tags", body).await.is(201)["data"].clone();
    assert_eq!((&row["run_id"], &row["is_oneoff_task"]), (&json!(null), &json!(true)));
    assert_eq!(row["form_fields"]["data"][0]["label"], "Crates counted");
    assert_eq!(row["tags"]["data"][0]["tag_id"], seed::TAG);
    let id = row["id"].as_str().expect("an id");
    let refused = desk.post("/completed-tasks", json!({ "task_id": id })).await.is(422);
    assert_eq!(refused["errors"]["taskdata"], json!(["Crates counted is required"]));
    desk.delete(&format!("/tasks/{id}")).await.is(204);
    desk.post("/completed-tasks", json!({ "task_id": id })).await.is(404);
    desk.put(&format!("/tasks/{id}/restore"), json!({})).await.is(200);
    desk.delete(&format!("/tasks/{id}/delete")).await.is(204);
    desk.delete(&format!("/tasks/{id}/delete")).await.is(404);
    desk.delete(&format!("/tasks/{}", seed::PROCESS_TASKS[0])).await.is(422);
    let refused = desk.post("/tasks", json!({ "title": "x" })).await.is(422);
    assert_eq!(refused["errors"]["task_type"], json!(["The task type field is required."]));
    desk.is_faithful();
}

#[tokio::test]
async fn a_project_has_one_task_per_assignee() {
    let desk = Desk::new().await;
    let body = json!({
        "title": "Read the handbook", "task_type": "task", "deadline": "2026-09-09 09:00:00",
        "owners": { "users": [1001], "guests": [seed::GUEST], "groups": [seed::GROUP] },
        "separate_task_for_each_assignee": true,
    });
    let first = desk.post("/tasks", body).await.is(201)["data"].clone();
    let run = first["run_id"].as_str().expect("a process");
    let tasks = desk.get(&format!("/runs/{run}/tasks")).await.is(200);
    assert_eq!(tasks["meta"]["pagination"]["total"], 4);
    assert_eq!(first["owners"]["users"], json!([1001]));
    desk.get(&format!("/runs/{run}")).await.is(200);
    let body = json!({
        "title": "One more", "task_type": "task", "deadline": "2026-09-09 09:00:00", "run_id": run,
        "owners": { "users": [1001], "guests": [], "groups": [] },
    });
    assert_eq!(desk.post("/tasks", body).await.is(201)["data"]["run_id"], run);
    let copy = desk.post(&format!("/tasks/{}/clone", seed::ONE_OFF_TASK), json!({})).await.is(200);
    assert_eq!(copy["data"]["title"], "Order new labels");
    desk.is_faithful();
}
