//! The two payloads, whole. That they fit the document, the sandbox checks itself (`is_faithful`).

use serde_json::{Value, json};
use tallyfy_sandbox::seed;

use super::receiver::{Manner, Receiver};
use super::{LOAD, TEMPLATE, complete, desk, launch, task};

/// An alias is made of the title and a running number.
#[track_caller]
fn alias(row: &Value) -> String {
    row["alias"].as_str().expect("an alias").to_owned()
}

fn ann() -> Value {
    json!({ "id": "1001", "email": "ann@northwind.test", "full_name": "Ann Berg" })
}

fn guest_links() -> Value {
    let link = format!("https://go.tallyfy.com/guest-all-task/{}/{}", seed::ORGANIZATION, seed::GUEST_CODE);
    json!({ seed::GUEST: { "link_for_guest": link } })
}

#[tokio::test]
async fn the_payload_of_a_process_is_whole() {
    let receiver = Receiver::start(Manner::Answer(200)).await;
    let desk = desk(Some(&receiver.url("/")), None, &[]).await;
    let process = launch(&desk).await;
    complete(&desk, &process, 0).await;
    complete(&desk, &process, 1).await;
    desk.sandbox.delivered().await;
    let template = desk.get(&format!("/checklists/{TEMPLATE}")).await.is(200);
    let customer = &template["data"]["prerun"][0];
    let id = customer["id"].as_str().expect("an id");
    let (load, drive) = (&process["tasks"]["data"][0], &process["tasks"]["data"][1]);
    let mut expected = json!({
        "id": process["id"], "increment_id": process["increment_id"],
        "checklist_id": TEMPLATE, "checklist_title": "Delivery",
        "name": "Friday", "summary": null, "status": "in-progress", "progress": 0, "whole_progress": 0,
        "started_by": "1001", "owner_id": "1001",
        "prerun": { id: "Blue Fjord" }, "prerun_status": "completed",
        "prerun_completed_at": "2026-09-01T10:00:00Z", "prerun_completed_by": "1001", "prerun_length": 1,
        "created_at": "2026-09-01T10:00:00Z", "started_at": "2026-09-01T10:00:00Z",
        "last_updated": "2026-09-01T10:00:00Z", "completed_at": null,
        "collaborators": ["1001", "1002"], "late_tasks": 0, "due_soon": true, "due_date": "2026-09-02T10:00:00Z",
        "users": [], "groups": [],
        "process-tasks": { alias(load): task(&process, 0), alias(drive): task(&process, 1) },
        "ko-form-fields": { alias(customer): "Blue Fjord" },
        "guest-links": guest_links(),
        "launcher": ann(),
    });
    let got = receiver.got();
    assert_eq!(got[0].json, expected);
    expected["status"] = json!("complete");
    expected["progress"] = json!(100);
    expected["whole_progress"] = json!(100);
    expected["completed_at"] = json!("2026-09-01T10:00:00Z");
    expected["due_soon"] = json!(false);
    expected["due_date"] = json!(null);
    assert_eq!(got[3].json, expected);
    desk.is_faithful();
}

#[tokio::test]
async fn the_payload_of_a_task_is_whole() {
    let receiver = Receiver::start(Manner::Answer(200)).await;
    let desk = desk(Some(&receiver.url("/")), None, &[]).await;
    let template = desk.get(&format!("/checklists/{TEMPLATE}?with=steps")).await.is(200)["data"].clone();
    let customer = template["prerun"][0]["id"].as_str().expect("a kick-off field");
    let process = launch(&desk).await;
    let (run, id) = (process["id"].as_str().expect("an id"), task(&process, 0));
    let steps = desk.get(&format!("/checklists/{TEMPLATE}/steps")).await.is(200);
    let crates = &steps["data"][0]["captures"][0];
    let field = crates["id"].as_str().expect("a form field");
    let owners = json!({ "users": [1002], "guests": [], "groups": [] });
    let filled = json!({ "title": "Load", "deadline": "2026-09-02 10:00:00", "owners": owners,
        "taskdata": { field: "12" } });
    desk.put(&format!("/runs/{run}/tasks/{id}"), filled).await.is(200);
    let tagging =
        json!({ "tag_id": seed::TAG, "tag_type": "private", "subject_type": "Run", "subject_id": run });
    desk.post("/checklists/tags", tagging).await.is(201);
    let tag = desk.get(&format!("/tags/{}", seed::TAG)).await.is(200)["data"].clone();
    complete(&desk, &process, 0).await;
    complete(&desk, &process, 1).await;
    desk.sandbox.delivered().await;
    let (load, drive) = (&process["tasks"]["data"][0], &process["tasks"]["data"][1]);
    let captures = json!({ field: { "alias": alias(crates), "label": "Crates", "value": "12" } });
    let ben = json!({ "id": "1002", "email": "ben@northwind.test", "full_name": "Ben Okoro" });
    let next = json!({
        "id": task(&process, 1), "title": "Drive", "alias": alias(drive), "status": "not-started",
        "summary": null, "deadline": "2026-09-02T10:00:00Z", "position": 2, "captures": [],
        "owners": { "users": [], "guests": [seed::GUEST] },
    });
    let expected = json!({
        "this_task": {
            "id": id, "title": "Load", "alias": alias(load), "status": "completed", "summary": null,
            "deadline": "2026-09-02T10:00:00Z", "position": 1, "captures": captures,
            "owners": { "users": [ben], "guests": [] },
            "completed_at": "2026-09-01T10:00:00Z", "completed_by": ann(), "assets": [],
        },
        "launcher": ann(), "completer": ann(),
        "process-tasks": { alias(load): id, alias(drive): task(&process, 1) },
        "form-fields": { alias(crates): "12" },
        "template": { "id": TEMPLATE, "title": "Delivery", "alias": template["alias"], "summary": "By lorry" },
        "process": {
            "id": run, "organization_id": seed::ORGANIZATION, "name": "Friday", "summary": null,
            "status": "in-progress", "progress": 50, "created_at": "2026-09-01T10:00:00Z",
            "ClientURL": format!("https://go.tallyfy.com/tracker/{run}"),
            "prerun": { customer: "Blue Fjord" }, "process_forms": { LOAD: captures },
            "tags": [{ "id": seed::TAG, "name": tag["title"], "color": tag["color"] }],
        },
        "guest-links": guest_links(),
        "next_task": next,
    });
    let got = receiver.got();
    assert_eq!(got[1].json, expected);
    assert_eq!(got[2].json["this_task"]["id"], task(&process, 1));
    assert_eq!(got[2].json["next_task"], json!([]));
    desk.is_faithful();
}

#[tokio::test]
async fn a_one_off_task_has_no_process() {
    let receiver = Receiver::start(Manner::Answer(200)).await;
    let desk = crate::Desk::new().await;
    let body = json!({
        "title": "Wash", "deadline": "2026-09-10 12:00:00", "task_type": "task", "webhook": receiver.url("/wash"),
        "owners": { "users": [1001], "guests": [], "groups": [] },
    });
    let task = desk.post("/tasks", body).await.is(201)["data"].clone();
    desk.post("/completed-tasks", json!({ "task_id": task["id"] })).await.is(200);
    desk.sandbox.delivered().await;
    let expected = json!({
        "this_task": {
            "id": task["id"], "title": "Wash", "alias": task["alias"], "status": "completed", "summary": null,
            "deadline": "2026-09-10T12:00:00Z", "position": 1, "captures": [],
            "owners": { "users": [ann()], "guests": [] },
            "completed_at": "2026-09-01T08:00:00Z", "completed_by": ann(), "assets": [],
        },
        "launcher": null, "completer": ann(),
        "process-tasks": { alias(&task): task["id"] }, "form-fields": [], "guest-links": [], "next_task": [],
    });
    assert_eq!(receiver.got().len(), 1);
    assert_eq!(receiver.got()[0].json, expected);
    desk.is_faithful();
}
