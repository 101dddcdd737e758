//! Automations at work: conditions, logic, actions, and what is told about them.

use serde_json::{Value, json};
use tallyfy_sandbox::seed::{self, *};

use crate::Desk;

/// Kick-off answers that are due, and more.
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

fn step(id: &str, operation: &str, statement: Value) -> Value {
    json!({
        "conditionable_id": id, "conditionable_type": "Step",
        "operation": operation, "statement": statement,
    })
}

fn kickoff(id: &str, operation: &str, statement: Value) -> Value {
    json!({
        "conditionable_id": id, "conditionable_type": "Prerun",
        "operation": operation, "statement": statement,
    })
}

fn action(kind: &str, verb: &str, step: &str, more: Value) -> Value {
    let mut action = json!({ "action_type": kind, "action_verb": verb, "target_step_id": step });
    for (key, value) in more.as_object().into_iter().flatten() {
        action[key] = value.clone();
    }
    action
}

/// Adds a rule to the large template.
async fn rule(desk: &Desk, conditions: Value, actions: Value) {
    let body = json!({ "automated_alias": "Rule", "conditions": conditions, "then_actions": actions });
    desk.post(&format!("/checklists/{TEMPLATE}/automated-actions"), body).await.is(201);
}

/// Launches the large template; the process and its tasks in the order of the steps.
async fn launch(desk: &Desk, more: Value) -> (String, Vec<Value>) {
    let body = json!({ "checklist_id": TEMPLATE, "prerun": answers(more) });
    let process = desk.post("/runs?with=tasks", body).await.is(201)["data"].clone();
    let id = process["id"].as_str().expect("an id").to_owned();
    (id, process["tasks"]["data"].as_array().expect("tasks").clone())
}

async fn tasks(desk: &Desk, run: &str) -> Vec<Value> {
    let list = desk.get(&format!("/runs/{run}/tasks?sort=position")).await.is(200);
    list["data"].as_array().expect("tasks").clone()
}

async fn complete(desk: &Desk, run: &str, task: &Value, approved: Value) -> Value {
    let body = json!({ "task_id": task["id"], "is_approved": approved });
    desk.post(&format!("/runs/{run}/completed-tasks"), body).await.is(200)["data"].clone()
}

fn statuses(tasks: &[Value]) -> Vec<&str> {
    tasks.iter().filter_map(|task| task["status"].as_str()).collect()
}

/// Launches with one condition, whose rule hides the last step, and looks whether it was met.
#[track_caller]
fn is_hidden(tasks: &[Value], expected: bool, case: &Value) {
    let status = if expected { "auto-skipped" } else { "not-started" };
    assert_eq!(tasks[4]["status"], status, "{case}");
}

#[tokio::test]
async fn conditions_compare_answers_by_the_type_of_their_field() {
    let full = json!({
        KICKOFF_TEXT: "12",
        KICKOFF_RADIO: "Open",
        KICKOFF_MULTISELECT: [
            { "id": 1, "text": "Night delivery", "selected": true },
            { "id": 2, "text": "Returns", "selected": false },
        ],
        KICKOFF_DATE: "2026-10-05",
        KICKOFF_TABLE: ["Oak crate", "40"],
        KICKOFF_ASSIGNEES: { "users": [1002], "guests": [], "groups": [] },
        KICKOFF_FILE: [{ "filename": "price-list.pdf", "source": "url", "url": "https://x.test/a.pdf" }],
    });
    let column = |label: &str, operation: &str, statement: &str| {
        let mut condition = kickoff(KICKOFF_TABLE, operation, json!(statement));
        condition["column_contains_name"] = json!(label);
        condition
    };
    for (condition, met) in [
        (kickoff(KICKOFF_TEXT, "equals", json!("12")), true),
        (kickoff(KICKOFF_TEXT, "equals", json!("1")), false),
        (kickoff(KICKOFF_TEXT, "contains", json!("1")), true),
        (kickoff(KICKOFF_TEXT, "not_contains", json!("1")), false),
        (kickoff(KICKOFF_TEXT, "greater_than", json!("9")), true),
        (kickoff(KICKOFF_TEXT, "less_than", json!(9)), false),
        (kickoff(KICKOFF_RADIO, "not_equals", json!("Open")), false),
        (kickoff(KICKOFF_RADIO, "equals_any", json!(["Fixed", "Open"])), true),
        (kickoff(KICKOFF_RADIO, "equals_any", json!(["Fixed"])), false),
        (kickoff(KICKOFF_DROPDOWN, "equals", json!("Standard")), true),
        (kickoff(KICKOFF_DROPDOWN, "equals", json!("1")), false),
        (kickoff(KICKOFF_MULTISELECT, "contains", json!("Night")), true),
        (kickoff(KICKOFF_MULTISELECT, "contains", json!("Returns")), false),
        (kickoff(KICKOFF_DATE, "greater_than", json!("2026-10-04")), true),
        (kickoff(KICKOFF_DATE, "less_than", json!("2026-10-05")), false),
        (kickoff(KICKOFF_DATE, "less_than", json!("soon")), false),
        (kickoff(KICKOFF_FILE, "contains", json!(".pdf")), true),
        (kickoff(KICKOFF_ASSIGNEES, "contains", json!("1002")), true),
        (column("Item", "equals", "Oak crate"), true),
        (column("Price", "equals", "Oak crate"), false),
        (column("Price", "greater_than", "39"), true),
        (kickoff(KICKOFF_EMAIL, "is_empty", json!(null)), true),
        (kickoff(KICKOFF_EMAIL, "is_not_empty", json!(null)), false),
        (kickoff(KICKOFF_TABLE, "is_not_empty", json!(null)), true),
        (kickoff("0", "is_empty", json!(null)), false),
        (step(STEP_CONFIRM, "not_assigned", json!(null)), false),
    ] {
        let desk = Desk::new().await;
        rule(&desk, json!([condition]), json!([action("visibility", "hide", STEP_WELCOME, json!({}))])).await;
        let (_, tasks) = launch(&desk, full.clone()).await;
        is_hidden(&tasks, met, &condition);
        desk.is_faithful();
    }
}

#[tokio::test]
async fn conditions_are_joined_from_left_to_right() {
    let yes = kickoff(KICKOFF_TEXT, "equals", json!("Red Harbour"));
    let no = kickoff(KICKOFF_TEXT, "equals", json!("Blue"));
    let joined = |condition: &Value, logic: &str| {
        let mut condition = condition.clone();
        condition["logic"] = json!(logic);
        condition
    };
    for (conditions, met) in [
        (json!([yes, joined(&no, "and")]), false),
        (json!([yes, joined(&no, "or")]), true),
        (json!([no, joined(&yes, "or"), joined(&no, "and")]), false),
        // With precedence this would be true: yes OR (no AND no).
        (json!([yes, joined(&no, "or"), joined(&no, "and")]), false),
        (json!([no, joined(&no, "and"), joined(&yes, "or")]), true),
        (json!([]), false),
    ] {
        let desk = Desk::new().await;
        let template = format!("/checklists/{TEMPLATE}/automated-actions");
        let hide = json!([action("visibility", "hide", STEP_WELCOME, json!({}))]);
        let body = json!({ "automated_alias": "Rule", "conditions": conditions, "then_actions": hide });
        desk.post(&template, body).await.is(201);
        let (_, tasks) = launch(&desk, json!({})).await;
        is_hidden(&tasks, met, &conditions);
    }
}

#[tokio::test]
async fn a_step_that_a_rule_shows_is_hidden_until_the_rule_holds() {
    let desk = Desk::new().await;
    let show = json!([action("visibility", "show", STEP_WELCOME, json!({}))]);
    rule(&desk, json!([step(STEP_APPROVE, "approved", json!("any_time"))]), show).await;
    let (run, made) = launch(&desk, json!({})).await;
    let open = "not-started";
    assert_eq!(statuses(&made), [open, open, open, open, "auto-skipped"]);
    let process = desk.get(&format!("/runs/{run}")).await.is(200)["data"].clone();
    assert_eq!((&process["progress"]["total"], &process["whole_progress"]["total"]), (&json!(4), &json!(5)));
    let hidden = json!({ "task_id": made[4]["id"] });
    desk.post(&format!("/runs/{run}/completed-tasks"), hidden).await.is(422);
    let done = complete(&desk, &run, &made[1], json!(true)).await;
    let changed = &done["tasks_changed_by_rules"][made[4]["id"].as_str().expect("an id")];
    assert_eq!(
        *changed,
        json!({
            "id": made[4]["id"], "title": "Say welcome", "status": open, "triggered_actions": ["visibility"],
        })
    );
    // What no longer holds is taken back.
    let path = format!("/runs/{run}/completed-tasks/{}", made[1]["id"].as_str().expect("an id"));
    let reopened = desk.delete(&path).await.is(200)["data"].clone();
    assert_eq!(reopened["tasks_changed_by_rules"].as_object().map(serde_json::Map::len), Some(1));
    assert_eq!(tasks(&desk, &run).await[4]["status"], "auto-skipped");
    // A rejection is no approval.
    let done = complete(&desk, &run, &made[1], json!(false)).await;
    assert_eq!(done["tasks_changed_by_rules"], json!([]));
    desk.is_faithful();
}

#[tokio::test]
async fn answers_to_form_fields_set_rules_off() {
    let desk = Desk::new().await;
    let condition = json!({
        "conditionable_id": FIELD_DROPDOWN, "conditionable_type": "Capture",
        "operation": "equals", "statement": "Partner",
    });
    rule(&desk, json!([condition]), json!([action("visibility", "hide", STEP_RECORD, json!({}))])).await;
    let (run, made) = launch(&desk, json!({})).await;
    let confirm = format!("/runs/{run}/tasks/{}", made[2]["id"].as_str().expect("an id"));
    let taskdata =
        |text: &str, id: i64| json!({ "taskdata": { FIELD_DROPDOWN: { "id": id, "text": text } } });
    desk.put(&confirm, taskdata("Partner", 2)).await.is(200);
    assert_eq!(tasks(&desk, &run).await[3]["status"], "auto-skipped");
    desk.put(&confirm, taskdata("Own fleet", 1)).await.is(200);
    assert_eq!(tasks(&desk, &run).await[3]["status"], "not-started");
    desk.is_faithful();
}

#[tokio::test]
async fn deadlines_count_from_the_moment_the_rule_holds_or_from_its_date() {
    let desk = Desk::new().await;
    let four = |option: &str| json!({ "deadline": { "value": 4, "unit": "days", "option": option } });
    let due = json!([action("deadline", "deadline", STEP_WELCOME, four("from"))]);
    rule(&desk, json!([step(STEP_COLLECT, "reopened", json!("any_time"))]), due).await;
    let before = json!([action("deadline", "deadline", STEP_APPROVE, four("before"))]);
    rule(&desk, json!([kickoff(KICKOFF_DATE, "is_not_empty", json!(null))]), before).await;
    let (run, made) = launch(&desk, json!({ KICKOFF_DATE: "2026-10-07" })).await;
    // A Saturday: what a rule sets is not moved to working time.
    assert_eq!(made[1]["deadline"], "2026-10-03T00:00:00.000Z");
    // The step after it counts from its deadline.
    assert_eq!(made[2]["deadline"], "2026-10-05T00:00:00.000Z");
    // What a step sets is: it was Sunday the sixth.
    assert_eq!(made[4]["deadline"], "2026-09-06T22:00:00.000Z");
    let automatic =
        format!("/runs/{run}/tasks/{}/automatic-deadline", made[1]["id"].as_str().expect("an id"));
    assert_eq!(desk.get(&automatic).await.is(200)["data"]["source"], "automation");
    let collect = format!("/runs/{run}/tasks/{}", made[0]["id"].as_str().expect("an id"));
    desk.put(&collect, json!({ "taskdata": { FIELD_TAX_NUMBER: "NO 1" } })).await.is(200);
    complete(&desk, &run, &made[0], Value::Null).await;
    desk.sandbox.set_now(seed::today() + chrono::Duration::days(10));
    let path = format!("/runs/{run}/completed-tasks/{}", made[0]["id"].as_str().expect("an id"));
    desk.delete(&path).await.is(200);
    assert_eq!(tasks(&desk, &run).await[4]["deadline"], "2026-09-15T08:00:00.000Z");
    complete(&desk, &run, &made[0], Value::Null).await;
    assert_eq!(tasks(&desk, &run).await[4]["deadline"], "2026-09-06T22:00:00.000Z");
    desk.is_faithful();
}

#[tokio::test]
async fn a_deadline_set_by_hand_is_left_alone_until_it_is_reset() {
    let desk = Desk::new().await;
    let due = json!({ "deadline": { "value": 1, "unit": "weeks", "option": "from" } });
    let due = json!([action("deadline", "deadline", STEP_WELCOME, due)]);
    rule(&desk, json!([step(STEP_APPROVE, "completed", json!("any_time"))]), due).await;
    let (run, made) = launch(&desk, json!({})).await;
    let welcome = format!("/runs/{run}/tasks/{}", made[4]["id"].as_str().expect("an id"));
    desk.put(&welcome, json!({ "deadline": "2026-12-01 10:00:00" })).await.is(200);
    let done = complete(&desk, &run, &made[1], json!(true)).await;
    assert_eq!(done["tasks_changed_by_rules"], json!([]));
    assert_eq!(tasks(&desk, &run).await[4]["deadline"], "2026-12-01T10:00:00.000Z");
    let reset = desk.post(&format!("{welcome}/reset-deadline"), json!({})).await.is(200);
    assert_eq!(reset["meta"]["automatic_deadline"]["source"], "automation");
    assert_eq!(reset["data"]["deadline"], "2026-09-08T08:00:00.000Z");
    desk.is_faithful();
}

#[tokio::test]
async fn assignments_happen_once_and_name_people_or_a_field() {
    let desk = Desk::new().await;
    let people = |users: Value| json!({ "assignees": { "users": users, "guests": ["jo@lorry.test"] } });
    let by_field = json!({ "actionable_id": KICKOFF_ASSIGNEES, "actionable_type": "Prerun" });
    let actions = json!([
        action("assignment", "assign", STEP_COLLECT, people(json!([1003]))),
        action("assignment", "assign_only", STEP_APPROVE, by_field),
        action("assignment", "unassign", STEP_CONFIRM, json!({ "assignees": { "guests": [GUEST] } })),
        action("assignment", "clear_assignees", STEP_RECORD, json!({})),
    ]);
    rule(&desk, json!([kickoff(KICKOFF_TEXT, "equals", json!("Red Harbour"))]), actions).await;
    let lead = json!({ KICKOFF_ASSIGNEES: { "users": [1002], "guests": [], "groups": [GROUP] } });
    let (run, made) = launch(&desk, lead).await;
    assert_eq!(made[0]["owners"]["users"], json!([1002, 1003]));
    assert_eq!(made[0]["owners"]["guests"], json!(["jo@lorry.test"]));
    assert_eq!(made[1]["owners"]["users"], json!([1002]));
    assert_eq!(made[1]["owners"]["groups"], json!([GROUP]));
    assert_eq!(made[2]["owners"]["guests"], json!([]));
    assert_eq!(made[3]["owners"]["groups"], json!([]));
    desk.get("/guests/jo%40lorry.test").await.is(200);
    // Taken off by hand, she is not assigned again when the form is submitted once more.
    let collect = format!("/runs/{run}/tasks/{}", made[0]["id"].as_str().expect("an id"));
    desk.put(&collect, json!({ "owners": { "users": [1002], "guests": [], "groups": [] } })).await.is(200);
    desk.delete(&format!("/runs/{run}/complete-prerun")).await.is(200);
    let done = desk.post(&format!("/runs/{run}/complete-prerun"), json!({})).await.is(200)["data"].clone();
    assert_eq!((&done["rules_evaluated"], &done["tasks_changed_by_rules"]), (&json!(true), &json!([])));
    assert_eq!(tasks(&desk, &run).await[0]["owners"]["users"], json!([1002]));
    desk.is_faithful();
}

#[tokio::test]
async fn a_rejection_reopens_an_earlier_task_and_calls_a_webhook() {
    let desk = Desk::new().await;
    let hook = json!({ "webhook_url": "https://hooks.test/a", "alias_name": "Tell them" });
    let actions = json!([
        action("status", "reopen", STEP_COLLECT, json!({})),
        action("webhook", "emit_webhook", STEP_COLLECT, hook),
    ]);
    rule(&desk, json!([step(STEP_APPROVE, "rejected", json!("any_time"))]), actions).await;
    let (run, made) = launch(&desk, json!({})).await;
    let collect = format!("/runs/{run}/tasks/{}", made[0]["id"].as_str().expect("an id"));
    desk.put(&collect, json!({ "taskdata": { FIELD_TAX_NUMBER: "NO 1" } })).await.is(200);
    complete(&desk, &run, &made[0], Value::Null).await;
    let done = complete(&desk, &run, &made[1], json!(false)).await;
    let changed = &done["tasks_changed_by_rules"][made[0]["id"].as_str().expect("an id")];
    assert_eq!(
        (&changed["status"], &changed["triggered_actions"]),
        (&json!("in-progress"), &json!(["status"]))
    );
    let effects = desk.sandbox.effects();
    let hook = effects.iter().find(|effect| effect.kind == "webhook.emitted").expect("an effect");
    assert_eq!(hook.detail, Some(json!("https://hooks.test/a")));
    desk.is_faithful();
}

#[tokio::test]
async fn time_clauses_look_at_the_deadline() {
    for (clause, day, met) in [
        ("any_time", 30, true),
        ("on-time", 1, true),
        ("on-time", 3, false),
        ("early_24", 0, true),
        ("early_24", 2, false),
        ("late_24", 2, false),
        ("late_24", 4, true),
    ] {
        let desk = Desk::new().await;
        let hide = json!([action("visibility", "hide", STEP_WELCOME, json!({}))]);
        rule(&desk, json!([step(STEP_APPROVE, "completed", json!(clause))]), hide).await;
        // Due two days after the launch.
        let (run, made) = launch(&desk, json!({})).await;
        desk.sandbox.set_now(seed::today() + chrono::Duration::days(day));
        complete(&desk, &run, &made[1], json!(true)).await;
        is_hidden(&tasks(&desk, &run).await, met, &json!([clause, day]));
    }
}

#[tokio::test]
async fn changed_kickoff_answers_are_checked_when_the_form_is_submitted_again() {
    let desk = Desk::new().await;
    let hide = json!([action("visibility", "hide", STEP_WELCOME, json!({}))]);
    rule(&desk, json!([kickoff(KICKOFF_RADIO, "equals", json!("Open"))]), hide).await;
    let (run, made) = launch(&desk, json!({ KICKOFF_RADIO: "Open" })).await;
    is_hidden(&made, true, &json!("launch"));
    let form = format!("/runs/{run}/complete-prerun");
    desk.delete(&form).await.is(200);
    let change = json!({ "prerun": { KICKOFF_RADIO: "Fixed" }, "users": [], "groups": [] });
    desk.put(&format!("/runs/{run}"), change).await.is(200);
    // Saving alone checks nothing.
    is_hidden(&tasks(&desk, &run).await, true, &json!("saved"));
    let done = desk.post(&form, json!({})).await.is(200)["data"].clone();
    let changed = &done["tasks_changed_by_rules"][made[4]["id"].as_str().expect("an id")];
    assert_eq!(changed["status"], "not-started");
    is_hidden(&tasks(&desk, &run).await, false, &json!("submitted"));
    desk.is_faithful();
}

#[tokio::test]
async fn a_process_is_complete_when_what_is_left_is_hidden() {
    let desk = Desk::new().await;
    let template = json!({ "title": "Two steps", "type": "procedure" });
    let template = desk.post("/checklists", template).await.is(201)["data"]["id"].clone();
    let path = format!("/checklists/{}", template.as_str().expect("an id"));
    let mut steps = Vec::new();
    for title in ["First", "Second"] {
        let step = desk.post(&format!("{path}/steps"), json!({ "title": title })).await.is(201);
        steps.push(step["data"]["id"].as_str().expect("an id").to_owned());
    }
    let body = json!({
        "automated_alias": "Enough",
        "conditions": [step(&steps[0], "completed", json!("any_time"))],
        "then_actions": [action("visibility", "hide", &steps[1], json!({}))],
    });
    desk.post(&format!("{path}/automated-actions"), body).await.is(201);
    let process =
        desk.post("/runs?with=tasks", json!({ "checklist_id": template })).await.is(201)["data"].clone();
    let run = process["id"].as_str().expect("an id");
    complete(&desk, run, &process["tasks"]["data"][0], Value::Null).await;
    let process = desk.get(&format!("/runs/{run}")).await.is(200)["data"].clone();
    assert_eq!(process["status"], "complete");
    assert_eq!(process["progress"], json!({ "complete": 1, "total": 1, "percent": 100 }));
    assert_eq!(process["whole_progress"], json!({ "complete": 1, "total": 2, "percent": 50.0 }));
    desk.is_faithful();
}

#[tokio::test]
async fn the_rules_of_the_seed_work() {
    let desk = Desk::new().await;
    let hurry = json!({
        KICKOFF_DROPDOWN: { "id": 2, "text": "Express" }, KICKOFF_RADIO: "Open",
        KICKOFF_MULTISELECT: [{ "id": 3, "text": "Cold chain", "selected": true }],
    });
    let (_, made) = launch(&desk, hurry).await;
    assert_eq!(made[1]["deadline"], "2026-09-02T08:00:00.000Z");
    assert_eq!(made[3]["owners"]["users"], json!([1001]));
    let (_, made) = launch(&desk, json!({})).await;
    assert_eq!(made[1]["deadline"], "2026-09-03T08:00:00.000Z");
    assert_eq!(made[3]["owners"]["users"], json!([]));
}

#[tokio::test]
async fn with_every_answer_given_the_tasks_of_the_large_template_are_completed_in_order() {
    let desk = Desk::new().await;
    let all = json!({
        KICKOFF_TEXTAREA: "x", KICKOFF_RADIO: "Fixed", KICKOFF_DATE: "2026-09-15", KICKOFF_EMAIL: "a@b.test",
        KICKOFF_MULTISELECT: [
            { "id": 1, "text": "Night delivery", "selected": true },
            { "id": 2, "text": "Returns", "selected": true },
            { "id": 3, "text": "Cold chain", "selected": true },
        ],
        KICKOFF_TABLE: ["12", "12"], KICKOFF_ASSIGNEES: { "users": [1001], "guests": [], "groups": [] },
    });
    let (run, made) = launch(&desk, all).await;
    let safety = json!([{ "id": 1, "text": "Safety", "selected": true }]);
    let given = [
        json!({ FIELD_TAX_NUMBER: "x" }),
        json!({}),
        json!({ FIELD_RADIO: "Part-time", FIELD_MULTISELECT: safety }),
        json!({ FIELD_TEXTAREA: "x" }),
        json!({}),
    ];
    for (task, answers) in made.iter().zip(given) {
        let path = format!("/runs/{run}/tasks/{}", task["id"].as_str().expect("an id"));
        desk.put(&path, json!({ "taskdata": answers })).await.is(200);
        let done = complete(&desk, &run, task, json!(true)).await;
        assert_eq!(done["status"], "completed");
    }
    let process = desk.get(&format!("/runs/{run}")).await.is(200)["data"].clone();
    assert_eq!((&process["status"], &process["progress"]["percent"]), (&json!("complete"), &json!(100)));
    desk.is_faithful();
}

#[tokio::test]
async fn a_rule_aims_at_a_step_once_and_keeps_its_place() {
    let desk = Desk::new().await;
    let path = format!("/checklists/{TEMPLATE}/automated-actions");
    let twice = json!([
        action("visibility", "hide", STEP_WELCOME, json!({})),
        action("visibility", "show", STEP_WELCOME, json!({})),
    ]);
    let conditions = json!([step(STEP_COLLECT, "completed", json!("any_time"))]);
    let body = json!({ "automated_alias": "x", "conditions": conditions, "then_actions": twice });
    let refused = desk.post(&path, body).await.is(422);
    assert!(refused["errors"]["then_actions.1.target_step_id"].is_array(), "{refused}");
    let one = json!([action("visibility", "hide", STEP_WELCOME, json!({}))]);
    let body = json!({ "automated_alias": "x", "conditions": conditions, "then_actions": one });
    assert_eq!(desk.post(&path, body).await.is(201)["data"]["position"], 3);
    desk.is_faithful();
}
