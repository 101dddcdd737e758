//! Seeding from a file, and the strict mode.

use serde_json::{Value, json};
use tallyfy_sandbox::seed::{self, Plan};
use tallyfy_sandbox::{Sandbox, Side};

use crate::{Desk, column};

const FILE: &str = r"
base: empty
now: 2027-03-01T09:00:00Z
organization: {name: Harbour, city: Bergen}
members:
  - {id: 2001, email: Eva@harbour.test, first_name: Eva, last_name: Ray, token: eva-token, job_title: Pilot}
applications:
  - {client_id: 77, client_secret: s3cret}
guests:
  - {email: jo@lorry.test, first_name: Jo}
groups:
  - {name: Drivers, description: Who drives, members: [eva@harbour.test], guests: [jo@lorry.test]}
tags:
  - {title: Urgent, color: '#c0392b'}
folders:
  - {name: This year, folder_type: run}
templates:
  - id: 0123456789abcdef0123456789abcdef
    title: Delivery
    prerun:
      - {label: Customer, field_type: text, required: true}
      - {label: Kind, field_type: radio, required: false, options: [{id: 1, text: Cold}, {id: 2, text: Dry}]}
    steps:
      - id: 1123456789abcdef0123456789abcdef
        title: Load
        assignees: [eva@harbour.test]
        captures:
          - {label: Crates, field_type: text, required: true}
      - {title: Drive, groups: [Drivers], deadline: {value: 2, unit: days, option: from, step: Load}}
      - {title: Cool, step_type: approval}
    automated_actions:
      - automated_alias: Only cold goods are cooled
        conditions:
          - {conditionable_id: Kind, conditionable_type: Prerun, operation: equals, statement: Cold}
        then_actions:
          - {action_type: visibility, action_verb: show, target_step_id: Cool}
processes:
  - template: Delivery
    name: Delivery {n}
    count: 3
    at: 2027-02-01 08:00:00
    prerun: {Customer: 'Customer {n}'}
    tags: [Urgent]
    folders: [This year]
    taskdata: {Load: {Crates: '12'}}
    complete: [Load]
  - template: Delivery
    name: All done
    prerun: {Customer: Last, Kind: Cold}
    taskdata: {Load: {Crates: '1'}}
    complete: all
    archived: true
tasks:
  - title: Wash the lorry
    deadline: 2027-03-02 08:00:00
    owners: {users: [eva@harbour.test]}
    comments: [Soon]
  - title: Check tyre {n}
    count: 4
    deadline: 2027-03-02 08:00:00
    owners: {groups: [Drivers]}
    complete: true
";

async fn desk(plan: Plan) -> Desk {
    let sandbox = Sandbox::builder().seed(plan).start().await.expect("a seed without mistakes");
    Desk { sandbox, http: crate::http(), token: seed::ADMIN_TOKEN }
}

#[tokio::test]
async fn a_file_makes_people_templates_processes_and_tasks() {
    let mut desk = desk(Plan::from_yaml(FILE).expect("a plan")).await;
    let dump = desk.sandbox.dump();
    let count = |kind: &str| dump[kind].as_array().map(Vec::len);
    assert_eq!(
        (count("members"), count("templates"), count("processes"), count("tasks")),
        (Some(2), Some(1), Some(4), Some(17))
    );
    assert_eq!(
        (&dump["organization"]["name"], &dump["organization"]["city"]),
        (&json!("Harbour"), &json!("Bergen"))
    );
    let runs = desk.get("/runs?sort=name&with=tags,folders,tasks").await.is(200);
    assert_eq!(column(&runs, "name"), ["Delivery 1", "Delivery 2", "Delivery 3"]);
    let second = &runs["data"][1];
    assert_eq!(second["prerun"].as_object().and_then(|map| map.values().next()), Some(&json!("Customer 2")));
    assert_eq!(
        (&second["created_at"], &second["tags"]["data"][0]["title"]),
        (&json!("2027-02-01T08:00:00Z"), &json!("Urgent"))
    );
    assert_eq!(second["folders"]["data"][0]["name"], "This year");
    let tasks = second["tasks"]["data"].as_array().expect("tasks");
    let statuses: Vec<&Value> = tasks.iter().map(|task| &task["status"]).collect();
    assert_eq!(statuses, ["completed", "not-started", "auto-skipped"]);
    assert_eq!(
        (&tasks[0]["step_id"], &tasks[0]["owners"]["users"]),
        (&json!("1123456789abcdef0123456789abcdef"), &json!([2001]))
    );
    assert_eq!(tasks[1]["deadline"], "2027-02-04T08:00:00.000Z");
    let done = desk.get("/runs?archived=only").await.is(200);
    assert_eq!(done["data"][0]["progress"]["percent"], 100);
    assert_eq!(
        desk.get("/tasks?is_oneoff=true&status=complete").await.is(200)["meta"]["pagination"]["total"],
        4
    );
    desk.token = "eva-token";
    let me = desk.get("/me").await.is(200);
    assert_eq!((&me["data"]["id"], &me["data"]["job_title"]), (&json!(2001), &json!("Pilot")));
    // Nothing has happened yet, and it is March.
    assert_eq!(desk.sandbox.effects(), []);
    let late = desk.get("/tasks?status=overdue").await.is(200);
    assert_eq!(late["meta"]["pagination"]["total"], 3);
    desk.is_faithful();
}

#[tokio::test]
async fn the_seed_in_the_readme_works() {
    let readme = include_str!("../../README.md");
    let file = readme.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a seed");
    let desk = desk(Plan::from_yaml(file).expect("a plan")).await;
    let runs = desk.get("/runs?q=delivery&sort=created_at").await.is(200);
    let total = &runs["meta"]["pagination"]["total"];
    assert_eq!((total, &runs["data"][9]["name"]), (&json!(20), &json!("Delivery 10")));
    desk.is_faithful();
}

#[tokio::test]
async fn a_seed_by_code_adds_to_the_usual_organization() {
    let plan = json!({
        "processes": [{ "template": "Weekly check", "name": "Weekly check 37", "complete": "all" }],
        "tasks": [{
            "title": "Call", "deadline": "2026-09-09 09:00:00", "owners": { "users": ["ben@northwind.test"] },
        }],
    });
    let desk = desk(Plan::from_json(plan).expect("a plan")).await;
    let runs = desk.get("/runs?q=weekly&sort=name").await.is(200);
    assert_eq!(column(&runs, "name"), ["Weekly check 36", "Weekly check 37"]);
    assert_eq!(column(&runs, "status"), ["active", "complete"]);
    let tasks = desk.get("/tasks?q=call&owners=1002").await.is(200);
    assert_eq!(column(&tasks, "title"), ["Call"]);
}

#[tokio::test]
async fn mistakes_of_a_seed_name_their_place() {
    for (plan, place) in [
        (json!({ "processes": [{ "template": "Nothing" }] }), "seed, processes[0]: create_run: "),
        (json!({ "processes": [{ "name": "x" }] }), "seed, processes[0]: a process needs a template"),
        (json!({ "tags": [{ "title": "A" }, { "title": "A" }] }), "seed, tags[1]: create_tag: "),
        (
            json!({ "templates": [{ "title": "A", "steps": [{ "title": "B" }, {}] }] }),
            "seed, templates[0].steps[1]: create_step: ",
        ),
        (json!({ "members": [{ "email": "ann@northwind.test" }] }), "seed, members[0]: there is a member"),
        (
            json!({ "processes": [{ "template": "Weekly check", "complete": ["Fly"] }] }),
            "seed, processes[0]: there is no step Fly",
        ),
        (json!({ "tasks": [{ "title": "x", "at": "noon" }] }), "seed, tasks[0]: `at` is no date"),
    ] {
        let plan = Plan::from_json(plan).expect("a plan");
        let error = Sandbox::builder().seed(plan).start().await.expect_err("a mistake");
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
        assert!(error.to_string().starts_with(place), "{error}");
    }
    let unknown = Plan::from_yaml("proceses: []").expect_err("a misspelt key");
    assert!(unknown.to_string().contains("proceses"), "{unknown}");
    let missing = Plan::from_file("no/such/file.yaml").expect_err("no file");
    assert!(missing.to_string().starts_with("no/such/file.yaml: "), "{missing}");
}

#[tokio::test]
async fn the_strict_mode_refuses_what_breaks_the_document() {
    let sandbox = Sandbox::builder().strict(true).start().await.expect("a free port");
    let desk = Desk { sandbox, http: crate::http(), token: seed::ADMIN_TOKEN };
    let body = json!({ "checklist_id": seed::SMALL_TEMPLATE, "template_id": "x" });
    let refused = desk.post("/runs?per_page=many", body).await.is(400);
    assert_eq!(refused["code"], "CONTRACT_VIOLATION");
    let places: Vec<&String> = refused["errors"].as_object().expect("errors").keys().collect();
    assert_eq!(places, ["query/per_page", "body"]);
    // Nothing was launched.
    assert_eq!(desk.get("/runs?archived=true").await.is(200)["meta"]["pagination"]["total"], 3);
    desk.post("/runs", json!({ "checklist_id": seed::SMALL_TEMPLATE })).await.is(201);
    // Who may not come in is told so first.
    let stranger = desk.http.get(format!("{}/me?x=1", desk.sandbox.base_url()));
    desk.send(stranger.header("Accept", "application/json")).await.is(401);
    desk.is_faithful();
}

#[tokio::test]
async fn violations_are_told_as_they_come_and_not_looked_for_when_switched_off() {
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let ear = std::sync::Arc::clone(&told);
    let report = move |violation: &tallyfy_sandbox::Violation| {
        ear.lock().expect("no panic").push((violation.side, violation.pointer.clone()));
    };
    let sandbox = Sandbox::builder().report(report).start().await.expect("a free port");
    let desk = Desk { sandbox, http: crate::http(), token: seed::ADMIN_TOKEN };
    desk.get("/runs?wiht=tasks").await.is(200);
    assert_eq!(*told.lock().expect("no panic"), [(Side::Client, "query/wiht".to_owned())]);
    let sandbox = Sandbox::builder().validate(false).start().await.expect("a free port");
    let desk = Desk { sandbox, ..desk };
    desk.get("/runs?wiht=tasks").await.is(200);
    assert_eq!(desk.sandbox.violations(), []);
}
