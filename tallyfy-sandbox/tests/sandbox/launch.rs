//! Launching processes.

use serde_json::{Value, json};
use tallyfy_sandbox::seed::*;

use crate::Desk;

/// Answers to the required kick-off fields, and more.
fn answers(more: Value) -> Value {
    let mut answers = json!({
        KICKOFF_TEXT: "Red Harbour",
        KICKOFF_DROPDOWN: { "id": 1, "text": "Standard" },
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        answers[key] = value.clone();
    }
    answers
}

#[tokio::test]
async fn a_launch_makes_one_task_per_step_with_its_assignees() {
    let desk = Desk::new().await;
    let body = json!({ "checklist_id": TEMPLATE, "name": "Red Harbour", "prerun": answers(json!({})) });
    let process = desk.post("/runs?with=tasks", body).await.is(201)["data"].clone();
    assert_eq!(process["name"], "Red Harbour");
    assert_eq!(process["users"], json!([1002]));
    assert_eq!(process["groups"], json!([GROUP]));
    let owners: Vec<&Value> =
        process["tasks"]["data"].as_array().into_iter().flatten().map(|task| &task["owners"]).collect();
    assert_eq!(owners.len(), 5);
    assert_eq!(owners[0]["users"], json!([1002]));
    assert_eq!(owners[2]["guests"], json!([GUEST]));
    assert_eq!(owners[3]["groups"], json!([GROUP]));
    // Nobody stands in the step, and it assigns the launcher.
    assert_eq!(owners[4]["users"], json!([1001]));
    let id = process["id"].as_str().expect("an id");
    let read = desk.get(&format!("/runs/{id}")).await.is(200)["data"].clone();
    assert_eq!(read["prerun"][KICKOFF_DROPDOWN], json!({ "id": 1, "text": "Standard" }));
    assert_eq!(desk.sandbox.effects().last().map(|e| e.kind), Some("process.launched"));
    desk.is_faithful();
}

#[tokio::test]
async fn a_launch_without_a_name_is_named_after_template_and_day() {
    let desk = Desk::new().await;
    let process = desk.post("/runs", json!({ "checklist_id": SMALL_TEMPLATE })).await.is(201);
    // U+FEFF stands between the parts (mcp-newer:server/tools/automation_history.py).
    assert_eq!(process["data"]["name"], "Weekly check\u{feff} - \u{feff}2026-09-01");
}

#[tokio::test]
async fn overrides_replace_assignees_and_a_partial_map_truncates() {
    let desk = Desk::new().await;
    let body = json!({
        "checklist_id": TEMPLATE,
        "prerun": answers(json!({})),
        "tasks": {
            STEP_COLLECT: { "deadline": "2026-10-01T12:00:00+05:00" },
            STEP_WELCOME: { "owners": { "users": [], "guests": ["new@harbour.test"], "groups": [] } },
        },
    });
    let process = desk.post("/runs?with=tasks", body).await.is(201)["data"].clone();
    let tasks = process["tasks"]["data"].as_array().expect("tasks").clone();
    assert_eq!(tasks.len(), 2);
    // The digits count as UTC, the offset is dropped.
    assert_eq!(tasks[0]["deadline"], "2026-10-01T12:00:00.000Z");
    // An override with a guest alone drops the launcher, and an unknown address makes a guest.
    assert_eq!(tasks[1]["owners"]["users"], json!([]));
    assert_eq!(tasks[1]["owners"]["guests"], json!(["new@harbour.test"]));
    assert_eq!(tasks[1]["owners"]["taskUrls"].as_array().map(Vec::len), Some(1));
    desk.is_faithful();
}

#[tokio::test]
async fn what_a_launch_refuses() {
    let desk = Desk::new().await;
    let template = |prerun: Value| json!({ "checklist_id": TEMPLATE, "name": "x", "prerun": prerun });
    let with_tasks =
        |tasks: Value| json!({ "checklist_id": TEMPLATE, "prerun": answers(json!({})), "tasks": tasks });
    let wrong = |id: &str, text: &str| json!({ "prerun": [{ id: [text] }] });
    let not_a_map = json!({ "prerun": ["The prerun must be an object keyed by field id."] });
    for (body, status, errors) in [
        (json!({}), 422, json!({ "checklist_id": ["The checklist id field is required."] })),
        (json!({ "checklist_id": "0".repeat(32) }), 404, Value::Null),
        (
            json!({ "checklist_id": ARCHIVED_TEMPLATE }),
            422,
            json!({ "checklist_id": ["The selected checklist id is invalid."] }),
        ),
        (
            json!({ "checklist_id": SMALL_TEMPLATE, "name": "n".repeat(551) }),
            422,
            json!({ "name": ["The name may not be greater than 550 characters."] }),
        ),
        (
            json!({ "checklist_id": TEMPLATE }),
            422,
            json!({ "prerun": ["Vendor name is required", "Priority is required"] }),
        ),
        (template(json!([])), 422, json!({ "prerun": ["Vendor name is required", "Priority is required"] })),
        (template(json!([{ "id": KICKOFF_TEXT, "value": "x" }])), 422, not_a_map),
        (
            template(answers(json!({ KICKOFF_TEXT: "" }))),
            422,
            json!({ "prerun": ["Vendor name is required"] }),
        ),
        (
            template(answers(json!({ KICKOFF_DROPDOWN: { "id": 1, "text": "standard" } }))),
            422,
            wrong(KICKOFF_DROPDOWN, "Invalid dropdown choice selected"),
        ),
        (
            template(answers(json!({ KICKOFF_TABLE: ["one"] }))),
            422,
            wrong(KICKOFF_TABLE, "Number of columns does not match required columns"),
        ),
        (template(answers(json!({ KICKOFF_TABLE: "" }))), 422, wrong(KICKOFF_TABLE, "Invalid table field")),
        (
            with_tasks(json!({ SMALL_STEP: {} })),
            422,
            json!({ format!("tasks.{SMALL_STEP}"): ["The selected step is invalid."] }),
        ),
        (
            with_tasks(json!({ STEP_COLLECT: { "owners": { "guests": ["ben@northwind.test"] } } })),
            422,
            json!({ "owners.guests": ["ben@northwind.test is a member of this organization."] }),
        ),
    ] {
        let reply = desk.post("/runs", body.clone()).await;
        assert_eq!(reply.status.as_u16(), status, "{body} {}", reply.text);
        assert_eq!(reply.json["errors"], errors, "{body}");
    }
    assert_eq!(desk.get("/runs?archived=true").await.is(200)["meta"]["pagination"]["total"], 3);
    desk.is_faithful();
}

#[tokio::test]
async fn values_are_checked_by_the_type_of_their_field() {
    let desk = Desk::new().await;
    let file = json!([{ "filename": "a.pdf", "source": "url", "url": "https://x.test/a.pdf" }]);
    for (field, value, accepted) in [
        (KICKOFF_TEXT, json!(12), true),
        (KICKOFF_TEXT, json!({ "value": "wrapped" }), false),
        (KICKOFF_TEXTAREA, json!("line\nline"), true),
        (KICKOFF_TEXTAREA, json!(7), false),
        (KICKOFF_RADIO, json!("Open"), true),
        (KICKOFF_RADIO, json!("open"), false),
        (KICKOFF_RADIO, json!("0"), true),
        (KICKOFF_RADIO, json!(1), false),
        (KICKOFF_DROPDOWN, json!({ "id": "2", "text": "Express", "value": null }), true),
        (KICKOFF_DROPDOWN, json!({ "id": 2, "text": "Standard" }), false),
        (KICKOFF_DROPDOWN, json!([{ "id": 2, "text": "Express" }]), false),
        (KICKOFF_MULTISELECT, json!([{ "id": 3, "text": "Cold chain", "selected": true }]), true),
        (KICKOFF_MULTISELECT, json!([{ "id": 3, "text": "Cold" }]), false),
        (KICKOFF_MULTISELECT, json!("Cold chain"), false),
        (KICKOFF_DATE, json!("2026-11-04T08:30:00.000Z"), true),
        (KICKOFF_DATE, json!("2026-11-04"), true),
        (KICKOFF_DATE, json!(1_788_249_600), false),
        (KICKOFF_EMAIL, json!({ "value": "stored as sent" }), true),
        (KICKOFF_FILE, file, true),
        (KICKOFF_FILE, json!({ "id": "x" }), false),
        (KICKOFF_FILE, json!([{ "name": "a.pdf" }]), false),
        (KICKOFF_TABLE, json!(["Oak crate", "12"]), true),
        (KICKOFF_TABLE, json!([]), false),
        (KICKOFF_TABLE, Value::Null, false),
        (KICKOFF_ASSIGNEES, json!({ "users": ["1002"], "guests": [GUEST] }), true),
        (KICKOFF_ASSIGNEES, json!({ "users": ["ben"] }), false),
        (KICKOFF_ASSIGNEES, json!([1002]), false),
    ] {
        let prerun = answers(json!({ field: value }));
        let reply = desk.post("/runs", json!({ "checklist_id": TEMPLATE, "prerun": prerun })).await;
        assert_eq!(reply.status.as_u16(), if accepted { 201 } else { 422 }, "{value} {}", reply.text);
        if accepted {
            assert_eq!(reply.json["data"]["prerun"][field], value);
        }
    }
    desk.is_faithful();
}

#[tokio::test]
async fn unknown_answers_vanish_in_silence() {
    let desk = Desk::new().await;
    let prerun = answers(json!({ "vendor-name-9001": "by alias", "Vendor name": "by label" }));
    let process = desk.post("/runs", json!({ "checklist_id": TEMPLATE, "prerun": prerun })).await.is(201);
    assert_eq!(process["data"]["prerun"].as_object().map(serde_json::Map::len), Some(2));
}
