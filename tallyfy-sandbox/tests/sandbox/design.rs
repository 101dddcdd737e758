//! Writing templates, steps, form fields and automations.

use reqwest::Method;
use serde_json::{Value, json};
use tallyfy_sandbox::seed::{self, STEP_COLLECT, STEP_CONFIRM, STEP_RECORD, TEMPLATE};

use crate::{Desk, column};

fn step(id: &str) -> String {
    format!("/checklists/{TEMPLATE}/steps/{id}")
}

#[tokio::test]
async fn a_template_is_created_with_its_kickoff_form() {
    let desk = Desk::new().await;
    let with_options = |kind: &str, options: Value| {
        let field = json!({ "label": "Region", "field_type": kind, "required": true, "options": options });
        json!([field])
    };
    let one = json!([{ "id": 1, "text": "North" }]);
    let slug = json!([{ "id": "one", "text": "North" }]);
    let body = |prerun: Value| json!({ "title": "Audit", "type": "procedure", "prerun": prerun });
    for (prerun, place) in [
        (with_options("radio", one), "prerun.0.options"),
        (json!([{ "label": "x", "field_type": "number", "required": true }]), "prerun.0.field_type"),
        (json!([{ "label": "x", "field_type": "text" }]), "prerun.0.required"),
        (with_options("dropdown", slug), "prerun.0.options.0.id"),
    ] {
        let refused = desk.post("/checklists", body(prerun)).await.is(422);
        assert!(refused["errors"][place].is_array(), "{refused}");
    }
    desk.post("/checklists", json!({ "title": "Audit" })).await.is(422);
    let fine = json!([{ "label": "Region", "field_type": "text", "required": true }]);
    let template = desk.post("/checklists", body(fine)).await.is(201)["data"].clone();
    let id = template["id"].as_str().expect("an id");
    let step = json!({ "title": "Look", "summary": "<p>well</p>", "position": 1 });
    let step = desk.post(&format!("/checklists/{id}/steps"), step).await.is(201)["data"].clone();
    assert_eq!((&step["position"], &step["assign_run_starter"]), (&json!(1), &json!(true)));
    let answers = json!({ template["prerun"][0]["id"].as_str().expect("an id"): "North" });
    let launch = json!({ "checklist_id": id, "prerun": answers });
    let process = desk.post("/runs?with=tasks", launch).await.is(201)["data"].clone();
    assert_eq!(process["tasks"]["data"][0]["owners"]["users"], json!([1001]));
    assert_eq!(desk.get(&format!("/checklists/{id}")).await.is(200)["data"]["started_processes"], 1);
    desk.is_faithful();
}

#[tokio::test]
async fn an_update_wipes_what_it_does_not_name() {
    let desk = Desk::new().await;
    let path = format!("/checklists/{TEMPLATE}");
    desk.put(&path, json!({ "starred": true })).await.is(422);
    let before = desk.get(&path).await.is(200)["data"]["prerun"].clone();
    let prerun = json!([before[1], { "label": "New", "field_type": "text", "required": false }]);
    let body = json!({ "title": "Vendors", "starred": true, "kickoff_title": "T", "prerun": prerun });
    let after = desk.put(&path, body).await.is(200)["data"].clone();
    assert_eq!((&after["users"], &after["groups"]), (&json!([]), &json!([])));
    assert_eq!((&after["starred"], &after["kickoff_title"]), (&json!(true), &json!("T")));
    let ids: Vec<&Value> =
        after["prerun"].as_array().into_iter().flatten().map(|field| &field["id"]).collect();
    assert_eq!(ids.len(), 2);
    assert!(ids.contains(&&json!(seed::KICKOFF_TEXTAREA)));
    // A running process keeps its version.
    let run = desk.get(&format!("/runs/{}?with=checklist", seed::PROCESS)).await.is(200);
    assert_eq!(run["data"]["checklist"]["data"]["title"], "Vendor onboarding");
    desk.put(&path, json!({ "title": "x", "folder_id": seed::PROCESS_FOLDER })).await.is(422);
    desk.is_faithful();
}

#[tokio::test]
async fn a_template_is_archived_restored_copied_and_deleted() {
    let mut desk = Desk::new().await;
    let path = format!("/checklists/{TEMPLATE}");
    desk.delete(&format!("{path}/delete")).await.is(422);
    let removed = desk.delete(&path).await.is(200);
    assert_eq!(removed, json!({ "message": "Template deleted", "deleted_references": [] }));
    desk.delete(&path).await.is(404);
    let restored = desk.put(&format!("{path}/restore"), json!({})).await.is(200);
    assert_eq!(restored["meta"]["restored_references"], json!([]));
    let clone = desk.request(reqwest::Method::POST, &format!("{path}/clone"));
    let form = clone.header("Content-Type", "application/x-www-form-urlencoded");
    let copy = desk.send(form.body(format!("tenant={}", seed::ORGANIZATION))).await.is(200)["data"].clone();
    assert_eq!((&copy["title"], &copy["steps_count"]), (&json!("COPY OF - Vendor onboarding"), &json!(5)));
    assert_ne!(copy["prerun"][0]["id"], seed::KICKOFF_TEXT);
    desk.post(&format!("{path}/clone"), json!({})).await.is(422);
    let published = desk.put(&format!("{path}/publish"), json!({})).await.is(200);
    assert_eq!(published["data"]["is_published_state"], true);
    desk.delete(&path).await.is(200);
    desk.token = seed::STANDARD_TOKEN;
    desk.delete(&format!("{path}/delete")).await.is(403);
    desk.token = seed::ADMIN_TOKEN;
    desk.delete(&format!("{path}/delete")).await.is(200);
    desk.delete(&format!("{path}/delete")).await.is(404);
    desk.is_faithful();
}

#[tokio::test]
async fn a_step_update_detaches_whom_it_does_not_name() {
    let desk = Desk::new().await;
    desk.put(&step(STEP_COLLECT), json!({ "assignees": [1001] })).await.is(422);
    let row = desk.put(&step(STEP_COLLECT), json!({ "title": "Collect" })).await.is(200)["data"].clone();
    assert_eq!((&row["assignees"], &row["captures"].as_array().map(Vec::len)), (&json!([]), &Some(2)));
    let deadline = json!({ "value": 2, "unit": "weeks", "option": "from" });
    desk.put(&step(STEP_COLLECT), json!({ "title": "x", "deadline": deadline })).await.is(422);
    let body = json!({
        "title": "x", "assignees": [1002, "1003"], "guests": ["a@b.test"], "groups": [seed::GROUP],
        "deadline": { "value": 2, "unit": "weeks", "option": "from", "step": "start_run" },
        "top_secret": true,
    });
    let row = desk.put(&step(STEP_COLLECT), body).await.is(200)["data"].clone();
    assert_eq!(row["assignees"], json!([1002, 1003]));
    assert_eq!((&row["deadline"]["unit"], &row["top_secret"]), (&json!("weeks"), &json!(true)));
    desk.is_faithful();
}

#[tokio::test]
async fn steps_are_reordered_copied_and_deleted() {
    let desk = Desk::new().await;
    let echoed =
        desk.put(&format!("{}/reorder", step(STEP_COLLECT)), json!({ "position": 50 })).await.is(200);
    assert_eq!(echoed["data"]["position"], 50);
    assert_eq!(desk.get(&step(STEP_COLLECT)).await.is(200)["data"]["position"], 5);
    desk.put(&format!("{}/reorder", step(STEP_COLLECT)), json!({ "position": 0 })).await.is(422);
    let copy = desk.post(&format!("{}/clone", step(STEP_COLLECT)), json!({})).await.is(201)["data"].clone();
    assert_eq!((&copy["position"], &copy["title"]), (&json!(6), &json!("Collect documents")));
    // The approval is named by a rule.
    assert_eq!(
        desk.delete(&step(seed::STEP_APPROVE)).await.is(403)["message"],
        "It is used by the automation \"Hurry for express vendors\"."
    );
    desk.delete(&step(STEP_COLLECT)).await.is(200);
    desk.delete(&step(STEP_COLLECT)).await.is(404);
    desk.is_faithful();
}

#[tokio::test]
async fn form_fields_are_written_moved_and_deleted() {
    let desk = Desk::new().await;
    let captures = format!("{}/captures", step(STEP_RECORD));
    desk.post(&captures, json!({ "label": "Size", "field_type": "table", "required": false })).await.is(422);
    let body =
        json!({ "label": "Size", "field_type": "text", "required": false, "prefix": "#", "position": 1 });
    let field = desk.post(&captures, body).await.is(201)["data"].clone();
    assert_eq!((&field["position"], &field["prefix"]), (&json!(1), &json!("#")));
    let path = format!("{captures}/{}", field["id"].as_str().expect("an id"));
    desk.put(&path, json!({ "label": "Width" })).await.is(422);
    let whole = json!({ "label": "Width", "field_type": "text", "required": true });
    let changed = desk.put(&path, whole).await.is(200)["data"].clone();
    assert_eq!((&changed["alias"], &changed["prefix"]), (&field["alias"], &json!("#")));
    let order = json!({ "capture_id": field["id"], "position": 3 });
    let row = desk.put(&captures, order).await.is(200)["data"].clone();
    assert_eq!(row["captures"][2]["label"], "Width");
    let target = json!({ "target_step_id": STEP_CONFIRM, "position": 1 });
    let moved = desk.put(&format!("{path}/move-out"), target.clone()).await.is(200)["data"].clone();
    assert_eq!(moved["step_id"], STEP_CONFIRM);
    desk.put(&format!("{path}/move-out"), target).await.is(404);
    let other = format!("{}/captures/{}", step(STEP_CONFIRM), field["id"].as_str().expect("an id"));
    desk.delete(&other).await.is(200);
    desk.delete(&other).await.is(404);
    let kickoff = |id: &str| format!("/checklists/{TEMPLATE}/preruns/{id}");
    desk.delete(&kickoff(seed::KICKOFF_DROPDOWN)).await.is(403);
    desk.delete(&kickoff(seed::KICKOFF_DATE)).await.is(200);
    desk.delete(&kickoff(seed::KICKOFF_DATE)).await.is(404);
    let run = format!("/runs/{}/tasks/{}/captures", seed::PROCESS, seed::PROCESS_TASKS[3]);
    let body = json!({ "label": "Extra", "field_type": "text", "required": false });
    desk.post(&run, body.clone()).await.is(201);
    desk.post(&format!("/tasks/{}/form-fields", seed::ONE_OFF_TASK), body).await.is(201);
    let value = json!({ "id": field["id"], "form_value": "x" });
    let failed = desk.put("/form-field/value", value).await.is(500);
    assert_eq!(failed["message"], "Attempt to read property \"capture\" on null");
    desk.is_faithful();
}

#[tokio::test]
async fn automations_are_checked_and_replaced() {
    let desk = Desk::new().await;
    let path = format!("/checklists/{TEMPLATE}/automated-actions");
    let condition = json!({
        "conditionable_id": STEP_COLLECT, "conditionable_type": "Step",
        "operation": "completed", "statement": "any_time",
    });
    let action = json!({ "action_type": "visibility", "action_verb": "show", "target_step_id": STEP_RECORD });
    let rule = |condition: &Value, action: &Value| {
        let (conditions, actions) = (json!([condition]), json!([action]));
        json!({ "automated_alias": "Show", "conditions": conditions, "then_actions": actions })
    };
    let partial = json!({
        "action_type": "deadline", "action_verb": "deadline",
        "target_step_id": STEP_RECORD, "deadline": { "value": 1 },
    });
    let changed = |row: &Value, key: &str, value: Value| {
        let mut row = row.clone();
        row[key] = value;
        row
    };
    for (body, place) in [
        (
            rule(&changed(&condition, "conditionable_type", json!("step")), &action),
            "conditions.0.conditionable_type",
        ),
        (rule(&changed(&condition, "operation", json!("equals")), &action), "conditions.0.operation"),
        (rule(&condition, &changed(&action, "action_verb", json!("reopen"))), "then_actions.0.action_verb"),
        (rule(&condition, &changed(&action, "target_step_id", json!(null))), "then_actions.0.target_step_id"),
        (rule(&condition, &partial), "then_actions.0.deadline.unit"),
    ] {
        let refused = desk.post(&path, body).await.is(422);
        assert!(refused["errors"][place].is_array(), "{refused}");
    }
    let row = desk.post(&path, rule(&condition, &action)).await.is(201)["data"].clone();
    let own = format!("{path}/{}", row["id"].as_str().expect("an id"));
    let kept = changed(&condition, "id", row["conditions"][0]["id"].clone());
    let after = desk.put(&own, rule(&kept, &action)).await.is(200)["data"].clone();
    assert_eq!(after["conditions"][0]["id"], row["conditions"][0]["id"]);
    assert_ne!(after["then_actions"][0]["id"], row["then_actions"][0]["id"]);
    let template = desk.get(&format!("/checklists/{TEMPLATE}")).await.is(200)["data"].clone();
    assert_eq!(template["automated_actions"].as_array().map(Vec::len), Some(3));
    desk.delete(&own).await.is(200);
    desk.delete(&own).await.is(404);
    desk.is_faithful();
}

#[tokio::test]
async fn the_connectors_gateway_answers() {
    let desk = Desk::new().await;
    let base = format!("~/processes/micro-functions/organizations/{}", seed::ORGANIZATION);
    let owners = json!({ "users": [1002] });
    let body = json!({
        "name": "Call", "task_type": "task", "deadline": "2026-09-09 10:00:00", "owners": owners,
    });
    let task = desk.post(&format!("{base}/tasks"), body).await.is(200)["data"].clone();
    let path = format!("{base}/tasks/{}", task["id"].as_str().expect("an id"));
    desk.put(&format!("{path}/edit-deadline"), json!({ "Deadline": "2026-09-10 10:00:00" })).await.is(200);
    desk.put(&format!("{path}/remove-assignee/1002"), json!({})).await.is(200);
    desk.put(&format!("{path}/remove-guest/{}", seed::GUEST), json!({})).await.is(200);
    let row =
        desk.get(&format!("/tasks/{}", task["id"].as_str().expect("an id"))).await.is(200)["data"].clone();
    assert_eq!((&row["deadline"], &row["owners"]["users"]), (&json!("2026-09-10T10:00:00.000Z"), &json!([])));
    let kind = format!("{base}/blueprints/{TEMPLATE}/steps/{STEP_COLLECT}/edit-step-type");
    desk.put(&kind, json!({ "stepType": "all" })).await.is(200);
    assert_eq!(desk.get(&step(STEP_COLLECT)).await.is(200)["data"]["everyone_must_complete"], true);
    let steps = desk.get(&format!("/checklists/{TEMPLATE}/steps?per_page=100")).await.is(200);
    assert_eq!(column(&steps, "id").len(), 5);
    desk.is_faithful();
}

/// A body that is refused, and the property that is blamed.
async fn check_refused(desk: &Desk, method: Method, path: &str, body: Value, blamed: &str) {
    let reply = desk.send(desk.request(method, path).json(&body)).await.is(422);
    let keys: Vec<&String> = reply["errors"].as_object().expect("errors by property").keys().collect();
    assert_eq!(keys, [blamed], "{path}: {body}");
}

#[tokio::test]
async fn what_is_stored_as_it_comes_has_the_right_type() {
    let desk = Desk::new().await;
    let captures = format!("/checklists/{}/steps/{}/captures", seed::TEMPLATE, seed::STEP_COLLECT);
    let rules = format!("/checklists/{}/automated-actions", seed::TEMPLATE);
    let person = format!("/users/{}", seed::STANDARD);
    for (key, value) in [
        ("guidance", json!(7)),
        ("collect_time", json!("yes")),
        ("settings", json!("mask")),
        ("prefix", json!(["a"])),
        ("columns", json!([null])),
        ("columns", json!([{ "id": 1e9, "label": "One" }])),
        ("options", json!([{ "id": {}, "text": "One" }])),
    ] {
        let body = json!({ "label": "Weight", "field_type": "text", "required": false, key: value });
        check_refused(&desk, Method::POST, &captures, body, key).await;
    }
    for (key, value) in [("alias_name", json!({})), ("assignees", json!([7])), ("actionable_id", json!(0))] {
        let mut action = json!({ "action_type": "visibility", "action_verb": "hide",
            "target_step_id": seed::STEP_WELCOME });
        action[key] = value;
        let condition = json!({ "conditionable_id": seed::STEP_COLLECT, "conditionable_type": "Step",
            "operation": "completed", "statement": null });
        let body = json!({ "automated_alias": "Rule", "conditions": [condition], "then_actions": [action] });
        check_refused(&desk, Method::POST, &rules, body, &format!("then_actions.0.{key}")).await;
    }
    for (key, value) in [("team", json!(7)), ("job_title", json!([])), ("date_format", json!({}))] {
        let mut body = json!({ "first_name": "Ben", "last_name": "Okoro", "timezone": "UTC" });
        body[key] = value;
        check_refused(&desk, Method::PUT, &person, body, key).await;
    }
    let body = json!({ "label": "Weight", "field_type": "text", "required": false, "settings": null, "prefix": null });
    desk.post(&captures, body).await.is(201);
    desk.is_faithful();
}
