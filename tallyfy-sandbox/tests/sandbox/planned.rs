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

/// What a start with this seed says.
async fn refusal(yaml: &str) -> String {
    let plan = match Plan::from_yaml(yaml) {
        Ok(plan) => plan,
        Err(error) => return error.to_string(),
    };
    let error = Sandbox::builder().seed(plan).start().await.expect_err(yaml);
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    error.to_string()
}

#[tokio::test]
async fn a_misspelt_key_of_a_seed_is_an_error_with_a_suggestion() {
    for (yaml, expected) in [
        ("proceses: []", "unknown field `proceses`.*; did you mean `processes`?"),
        (
            "limits: {requests_per_minutes: 3}",
            "unknown field `requests_per_minutes`.*; did you mean `requests_per_minute`?",
        ),
        ("tokens: {rotations: false}", "unknown field `rotations`.*; did you mean `rotation`?"),
        ("webhook_faults: {loose: 1}", "unknown field `loose`.*; did you mean `lose`?"),
        ("base: norhwind", "unknown variant `norhwind`.*; did you mean `northwind`?"),
        (
            "quirks: {includes_are_wraped: false}",
            "seed, quirks: there is no quirk includes_are_wraped; did you mean `includes_are_wrapped`?.*",
        ),
        (
            "faults: ['launch_process:truncated']",
            "seed, faults[0]: the document has no operation launch_process; did you mean create_run?",
        ),
        (
            "faults: [{on: any, fault: truncated, time: 1}]",
            "seed, faults[0]: unknown field `time`.*; did you mean `times`?",
        ),
        ("organization: {nam: Harbour}", "seed, organization: there is no key `nam`; did you mean `name`?"),
        (
            "members: [{email: a@b.test, frist_name: A}]",
            "seed, members[0]: there is no key `frist_name`; did you mean `first_name`?",
        ),
        (
            "applications: [{client_id: '1', secret: x}]",
            "seed, applications[0]: there is no key `secret`; there are client_id, client_secret",
        ),
        ("guests: [{mail: a@b.test}]", "seed, guests[0]: there is no key `mail`; did you mean `email`?"),
        (
            "groups: [{name: A, member: []}]",
            "seed, groups[0]: there is no key `member`; did you mean `members`?",
        ),
        ("tags: [{titel: A}]", "seed, tags[0]: there is no key `titel`; did you mean `title`?"),
        ("folders: [{nmae: A}]", "seed, folders[0]: there is no key `nmae`; did you mean `name`?"),
        (
            "custom_field_keys: [{keyy: a}]",
            "seed, custom_field_keys[0]: there is no key `keyy`; did you mean `key`?",
        ),
        (
            "watchers: [{webhok: 'http://127.0.0.1/'}]",
            "seed, watchers[0]: there is no key `webhok`; did you mean `webhook`?",
        ),
        (
            "templates: [{title: A, step: []}]",
            "seed, templates[0]: there is no key `step`; did you mean `steps`?",
        ),
        (
            "templates: [{title: A, prerun: [{lable: B}]}]",
            "seed, templates[0]: there is no key `prerun[0].lable`; did you mean `label`?",
        ),
        (
            "templates: [{title: A, steps: [{title: B, assignee: []}]}]",
            "seed, templates[0].steps[0]: there is no key `assignee`; did you mean `assignees`?",
        ),
        (
            "templates: [{title: A, steps: [{title: B, position: 2}]}]",
            "seed, templates[0].steps[0]: `position` does nothing: the service drops it",
        ),
        (
            "templates: [{title: A, steps: [{title: B, deadline: {valeu: 2}}]}]",
            "seed, templates[0].steps[0]: there is no key `deadline.valeu`; did you mean `value`?",
        ),
        (
            "templates: [{title: A, steps: [{title: B, captures: [{label: C, requird: true}]}]}]",
            "seed, templates[0].steps[0].captures[0]: there is no key `requird`; did you mean `required`?",
        ),
        (
            "templates: [{title: A, automated_actions: [{automated_aliass: B}]}]",
            "seed, templates[0].automated_actions[0]: there is no key `automated_aliass`; did you mean `automated_alias`?",
        ),
        (
            "processes: [{template: Weekly check, nam: x}]",
            "seed, processes[0]: there is no key `nam`; did you mean `name`?",
        ),
        (
            "processes: [{template: Weekly check, completed: all}]",
            "seed, processes[0]: there is no key `completed`; did you mean `complete`?",
        ),
        (
            "tasks: [{title: A, coment: [B]}]",
            "seed, tasks[0]: there is no key `coment`; did you mean `comments`?",
        ),
        (
            "tasks: [{title: A, owners: {user: [1001]}}]",
            "seed, tasks[0]: there is no key `owners.user`; did you mean `users`?",
        ),
    ] {
        is_like(&refusal(yaml).await, expected);
    }
}

/// `.*` in an expectation stands for any text; a place may precede it.
#[track_caller]
fn is_like(text: &str, expected: &str) {
    let (head, tail) = expected.split_once(".*").unwrap_or((expected, ""));
    let fits = text.contains(head) && text.ends_with(tail) && (expected.contains(".*") || text == expected);
    assert!(fits, "{text}\ninstead of\n{expected}");
}

#[tokio::test]
async fn a_name_that_nothing_has_is_an_error_with_a_suggestion() {
    for (yaml, expected) in [
        (
            "processes: [{template: Weekly chek}]",
            "seed, processes[0]: template: there is no template `Weekly chek`; did you mean `Weekly check`?",
        ),
        (
            "processes: [{template: Vendor onboarding, prerun: {Vendor nam: A}}]",
            "seed, processes[0]: prerun: there is no kick-off field `Vendor nam`; did you mean `Vendor name`?",
        ),
        (
            "processes: [{template: Weekly check, prerun: {D: 1}}]",
            "seed, processes[0]: prerun: there is no kick-off field `D`, as there is no kick-off field at all",
        ),
        (
            "processes: [{template: Vendor onboarding, taskdata: {Colect documents: {}}}]",
            "seed, processes[0]: taskdata: there is no step `Colect documents`; did you mean `Collect documents`?",
        ),
        (
            "processes: [{template: Vendor onboarding, taskdata: {Collect documents: {Tax numbr: '1'}}}]",
            "seed, processes[0]: taskdata.Collect documents: there is no form field `Tax numbr`; did you mean `Tax number`?",
        ),
        (
            "processes: [{template: Weekly check, complete: [Fly]}]",
            "seed, processes[0]: complete: there is no step `Fly`.*",
        ),
        (
            "processes: [{template: Weekly check, tags: [Finanse]}]",
            "seed, processes[0]: tags: there is no tag `Finanse`.*",
        ),
        (
            "processes: [{template: Weekly check, tasks: {Fly: {}}}]",
            "seed, processes[0]: tasks: there is no step `Fly`.*",
        ),
        (
            "tasks: [{title: A, owners: {users: [ben@northwind.tst]}}]",
            "seed, tasks[0]: owners.users: there is no member `ben@northwind.tst`; did you mean `ben@northwind.test`?",
        ),
        (
            "tasks: [{title: A, owners: {users: [77]}}]",
            "seed, tasks[0]: owners.users: there is no member `77`",
        ),
        (
            "templates: [{title: A, users: [nobody]}]",
            "seed, templates[0]: users: there is no member `nobody`",
        ),
        (
            "groups: [{name: A, members: [anna@northwind.test]}]",
            "seed, groups[0]: members: there is no member `anna@northwind.test`; did you mean `ann@northwind.test`?",
        ),
        (
            "templates: [{title: A, steps: [{title: B, deadline: {value: 1, step: Last}}]}]",
            "seed, templates[0].steps[0]: deadline.step: there is no step `Last`, as there is no step at all",
        ),
        (
            "templates: [{title: A, steps: [{title: B, groups: [Crew]}]}]",
            "seed, templates[0].steps[0]: groups: there is no group `Crew`.*",
        ),
        (
            "templates: [{title: A, steps: [{title: Pack}], automated_actions: [{automated_alias: B, conditions: [], \
             then_actions: [{action_type: visibility, action_verb: show, target_step_id: Pak}]}]}]",
            "seed, templates[0].automated_actions[0]: then_actions[0].target_step_id: there is no step `Pak`; did you mean `Pack`?",
        ),
    ] {
        is_like(&refusal(yaml).await, expected);
    }
}

#[tokio::test]
async fn refusals_and_wrong_types_of_a_seed_name_the_key() {
    for (yaml, expected) in [
        ("processes: [{name: x}]", "seed, processes[0]: a process needs a template"),
        (
            "processes: [{checklist_id: x}]",
            "seed, processes[0]: a process needs a template; it is named by `template` here",
        ),
        ("tags: [{title: A}, {title: A}]", "seed, tags[1].title: .*"),
        (
            "templates: [{title: A, steps: [{title: B}, {}]}]",
            "seed, templates[0].steps[1].title: The title field is required.",
        ),
        (
            "templates: [{title: A, prerun: [{label: B}, {}]}]",
            "seed, templates[0].prerun[1].label: The label field is required.",
        ),
        (
            "templates: [{title: A, prerun: [{label: B, field_type: slider}]}]",
            "seed, templates[0].prerun[0].field_type: The selected field type is invalid.",
        ),
        (
            "templates: [{title: A, steps: [{title: B, captures: [{label: C, field_type: radio}]}]}]",
            "seed, templates[0].steps[0].captures[0].options: .*",
        ),
        ("templates: [{title: A, steps: {title: B}}]", "seed, templates[0]: `steps` is a list of maps"),
        (
            "processes: [{template: Vendor onboarding, prerun: {Priority: High}}]",
            "seed, processes[0]: prerun.Priority: there is no choice `High`; there are Standard, Express",
        ),
        ("members: [{email: ann@northwind.test}]", "seed, members[0]: there is a member.*"),
        (
            "members: [{email: a@b.test, role: boss}]",
            "seed, members[0]: there is no role boss; there are admin, standard, light",
        ),
        ("members: [{email: a@b.test, token: 7}]", "seed, members[0]: `token` is a text, not 7"),
        (
            "processes: [{template: Weekly check, count: many}]",
            "seed, processes[0]: `count` is a number, not \"many\"",
        ),
        (
            "processes: [{template: Weekly check, archived: 'yes'}]",
            "seed, processes[0]: `archived` is true or false, not \"yes\"",
        ),
        (
            "processes: [{template: Weekly check, taskdata: [1]}]",
            "seed, processes[0]: `taskdata` is written {Step: {Field: value}}",
        ),
        ("tasks: [{title: A, comments: Soon}]", "seed, tasks[0]: `comments` is a list of texts"),
        ("tasks: [{title: A, complete: 1}]", "seed, tasks[0]: `complete` is true or false, not 1"),
        (
            "tags: [{id: 12345678901234567890, title: A}]",
            "seed, tags[0]: `id` is a text, in quotes where it is of digits alone.*",
        ),
        ("tasks: [{title: x, at: noon}]", "seed, tasks[0]: `at` is no date.*"),
    ] {
        is_like(&refusal(yaml).await, expected);
    }
    let missing = Plan::from_file("no/such/file.yaml").expect_err("no file");
    assert!(missing.to_string().starts_with("no/such/file.yaml: "), "{missing}");
}

#[tokio::test]
async fn choices_and_people_in_the_answers_of_a_seed_are_named() {
    let plan = "
processes:
  - template: Vendor onboarding
    name: Named
    prerun: {Vendor name: A, Priority: Express, Services: [Returns], Who decides: {users: [ben@northwind.test]}}
";
    let desk = desk(Plan::from_yaml(plan).expect("a plan")).await;
    let run = desk.get("/runs?q=named").await.is(200)["data"][0].clone();
    assert_eq!(run["prerun"][seed::KICKOFF_DROPDOWN], json!({ "id": 2, "text": "Express" }));
    let services = json!([{ "id": 2, "text": "Returns", "selected": true }]);
    assert_eq!(run["prerun"][seed::KICKOFF_MULTISELECT], services);
    assert_eq!(run["prerun"][seed::KICKOFF_ASSIGNEES]["users"], json!([1002]));
    desk.is_faithful();
}

#[tokio::test]
async fn a_seed_may_leave_out_what_has_one_sensible_value() {
    let plan = "
groups: [{name: Crew, members: [ben@northwind.test]}]
templates:
  - title: Audit
    prerun: [{label: Cellar}, {label: Colour, field_type: radio, options: [Red, White]}]
    steps: [{title: Count, captures: [{label: Bottles}], deadline: {value: 3}}, {title: Count again, captures: [{label: Bottles}]}]
processes: [{template: Audit, prerun: {Colour: Red}, taskdata: {Count again: {Bottles: '7'}}}]
tasks: [{title: Wash up}]
";
    let desk = desk(Plan::from_yaml(plan).expect("a plan")).await;
    let run = desk.get("/runs?q=audit&with=tasks.form_fields").await.is(200)["data"][0].clone();
    let tasks = &run["tasks"]["data"];
    // The label stands in both steps; the answer went to the one that was named.
    assert_eq!(
        (&tasks[0]["taskdata"], tasks[1]["taskdata"].as_object().map(|map| map.len())),
        (&json!([]), Some(1))
    );
    assert_eq!(run["prerun"].as_object().and_then(|map| map.values().next()), Some(&json!("Red")));
    let task = desk.get("/tasks?q=wash").await.is(200)["data"][0].clone();
    assert_eq!(task["owners"]["users"], json!([seed::ADMIN]));
    desk.is_faithful();
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

#[tokio::test]
async fn a_deadline_with_a_word_that_the_service_does_not_know_does_nothing() {
    let steps = |option: &str| json!([{ "title": "Pack", "deadline": { "value": 9, "unit": "days", "option": option } }]);
    let templates =
        ["from", "after", "whenever"].map(|option| json!({ "title": option, "steps": steps(option) }));
    let names = ["from", "after", "whenever"].map(|option| json!({ "template": option, "name": option }));
    let plan =
        json!({ "base": "empty", "now": "2026-09-01T08:00:00Z", "templates": templates, "processes": names });
    let desk = desk(Plan::from_json(plan).expect("a plan")).await;
    let tasks = desk.get("/tasks?sort=created_at").await.is(200);
    let mut due = column(&tasks, "deadline");
    due.sort();
    // Of the two others there is none.
    assert_eq!(due, ["", "", "2026-09-10T08:00:00.000Z"]);
}
