//! Reading what the seed holds.

use serde_json::json;
use tallyfy_sandbox::seed;

use crate::{Desk, column};

#[tokio::test]
async fn the_token_owner_is_the_administrator() {
    let desk = Desk::new().await;
    let me = desk.get("~/me").await.is(200);
    assert_eq!(me["data"]["id"], 1001);
    assert_eq!(me["data"].get("role"), None);
    let member = desk.get("/me").await.is(200);
    assert_eq!(member["data"]["role"], "admin");
    let organizations = desk.get("~/me/organizations").await.is(200);
    assert_eq!(column(&organizations, "user_role"), ["admin"]);
    let organization = desk.get("").await.is(200);
    assert_eq!(organization["data"]["name"], "Northwind");
    assert_eq!(organization["data"]["users_count"], 3);
    desk.is_faithful();
}

#[tokio::test]
async fn members_are_listed_in_every_status() {
    let desk = Desk::new().await;
    let members = desk.get("/users?with=groups,stats").await.is(200);
    assert_eq!(column(&members, "status"), ["active", "active", "active", "disabled"]);
    assert_eq!(members["meta"]["pagination"]["per_page"], 9999);
    assert_eq!(members["data"][1]["groups"]["data"][0]["id"], seed::GROUP);
    assert_eq!(members["data"][1]["stats"]["data"]["tasks_completed"], 1);
    let found = desk.get("/users?q=lindt&sort=-created_at").await.is(200);
    assert_eq!(column(&found, "email"), ["cleo@northwind.test"]);
    assert_eq!(desk.get("/users/1004").await.is(200)["data"]["disabled_by"], 1001);
    desk.get("/users/77").await.is(404);
    desk.get("/users/ann").await.is(404);
    let short = desk.get("/users-list").await.is(200);
    assert_eq!(short.get("meta"), None);
    desk.is_faithful();
}

#[tokio::test]
async fn a_template_has_its_kickoff_form_and_automations_inline() {
    let desk = Desk::new().await;
    let path = format!("/checklists/{}", seed::TEMPLATE);
    let template = desk.get(&path).await.is(200)["data"].clone();
    let kinds: Vec<&str> = template["prerun"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|f| f["field_type"].as_str())
        .collect();
    let ten = [
        "text",
        "textarea",
        "radio",
        "dropdown",
        "multiselect",
        "date",
        "email",
        "file",
        "table",
        "assignees_form",
    ];
    assert_eq!(kinds, ten);
    assert_eq!(template["automated_actions"][0]["automated_alias"], "Hurry for express vendors");
    assert_eq!(template["custom_fields"], json!([]));
    assert_eq!(template.get("steps"), None);
    let template = desk.get(&format!("{path}?with=steps,tags,folder")).await.is(200)["data"].clone();
    assert_eq!(template["steps"]["data"][0]["captures"][0]["id"], seed::FIELD_TAX_NUMBER);
    assert_eq!(template["tags"]["data"][0]["tag_id"], seed::TAG);
    assert_eq!(template["tags"]["data"][0]["id"], 5517);
    assert_eq!(template["folder"]["data"]["name"], "Vendors");
    let fields = desk.get(&format!("{path}/form-fields")).await.is(200)["data"].clone();
    assert_eq!(fields["ko_form_fields"].as_array().map(Vec::len), Some(10));
    assert_eq!(fields["form_fields"].as_array().map(Vec::len), Some(10));
    desk.is_faithful();
}

#[tokio::test]
async fn an_archived_template_is_only_in_the_list_that_asks_for_it() {
    let desk = Desk::new().await;
    desk.get(&format!("/checklists/{}", seed::ARCHIVED_TEMPLATE)).await.is(404);
    let live = desk.get("/checklists").await.is(200);
    assert_eq!(column(&live, "title"), ["Vendor onboarding", "Weekly check"]);
    let archived = desk.get("/checklists?archived=only").await.is(200);
    assert_eq!(column(&archived, "title"), ["Old audit"]);
    let found = desk.get("/checklists?q=VENDOR&sort_by=title").await.is(200);
    assert_eq!(column(&found, "id"), [seed::TEMPLATE]);
    desk.is_faithful();
}

#[tokio::test]
async fn steps_come_in_no_order_and_with_their_fields() {
    let desk = Desk::new().await;
    let path = format!("/checklists/{}/steps", seed::TEMPLATE);
    let page = desk.get(&format!("{path}?per_page=2&page=3")).await.is(200);
    assert_eq!(page["meta"]["pagination"]["total"], 5);
    assert_eq!(page["data"].as_array().map(Vec::len), Some(1));
    let step = desk.get(&format!("{path}/{}", seed::STEP_CONFIRM)).await.is(200)["data"].clone();
    assert_eq!(step["guests"], json!([seed::GUEST]));
    assert_eq!(step["deadline"]["step"], seed::STEP_APPROVE);
    assert_eq!(step["captures"].as_array().map(Vec::len), Some(4));
    desk.get(&format!("{path}/{}", seed::SMALL_STEP)).await.is(404);
    desk.is_faithful();
}

#[tokio::test]
async fn a_process_shows_progress_answers_and_includes() {
    let desk = Desk::new().await;
    let with =
        "checklist.steps,tasks.threads,tags,folders,next_task,ko_form_fields,form_fields,assets,stages";
    let process = desk.get(&format!("/runs/{}?with={with}", seed::PROCESS)).await.is(200)["data"].clone();
    assert_eq!(process["status"], "active");
    assert_eq!(process["progress"], json!({"complete": 1, "total": 5, "percent": 20}));
    assert_eq!(process["prerun"][seed::KICKOFF_TEXT], "Blue Fjord AS");
    assert_eq!(process["checklist"]["data"]["steps"]["data"].as_array().map(Vec::len), Some(5));
    assert_eq!(process["tasks"]["data"][0]["threads"]["data"][0]["id"], seed::COMMENT);
    assert_eq!(process["next_task"]["data"][0]["id"], seed::PROCESS_TASKS[1]);
    assert_eq!(process["tags"]["data"][0]["title"], "Urgent");
    assert_eq!(process["folders"]["data"][0]["id"], seed::PROCESS_FOLDER);
    assert_eq!(process["custom_fields"], json!({"cost_center": "C-77"}));
    let fields = desk.get(&format!("/runs/{}/form-fields", seed::PROCESS)).await.is(200)["data"].clone();
    assert_eq!(fields["form_fields"][0]["task_id"], seed::PROCESS_TASKS[0]);
    assert_eq!(fields["ko_form_fields"][0]["id"], seed::KICKOFF_TEXT);
    let small = desk.get(&format!("/runs/{}", seed::SMALL_PROCESS)).await.is(200)["data"].clone();
    assert_eq!(small["prerun"], json!([]));
    desk.is_faithful();
}

#[tokio::test]
async fn a_task_is_read_with_and_without_its_process() {
    let desk = Desk::new().await;
    let task = seed::PROCESS_TASKS[2];
    let with =
        "run.checklist,step,form_fields,threads,threads_count,comments,issues,tags,ko-form-fields,roles";
    let path = format!("/runs/{}/tasks/{task}?with={with}", seed::PROCESS);
    let row = desk.get(&path).await.is(200)["data"].clone();
    assert_eq!(row["owners"]["guests"], json!([seed::GUEST]));
    assert_eq!(row["owners"]["taskUrls"][0], format!("https://go.tallyfy.com/guest/k1m5g2u7e9st/{task}"));
    assert_eq!(row["deadline"], "2026-09-06T22:00:00.000Z");
    assert_eq!(row["form_fields"]["data"][0]["id"], seed::FIELD_RADIO);
    assert_eq!(row["run"]["data"]["id"], seed::PROCESS);
    assert_eq!(row["step"]["data"]["id"], seed::STEP_CONFIRM);
    let same = desk.get(&format!("/tasks/{task}")).await.is(200)["data"].clone();
    assert_eq!(same["run_id"], seed::PROCESS);
    assert_eq!(same["summary"], serde_json::Value::Null);
    desk.get(&format!("/runs/{}/tasks/{task}", seed::SMALL_PROCESS)).await.is(404);
    desk.get(&format!("/runs/{task}/tasks/{task}")).await.is(404);
    desk.is_faithful();
}
