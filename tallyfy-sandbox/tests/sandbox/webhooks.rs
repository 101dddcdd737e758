//! Webhooks out: what is posted to whom, and on order what goes wrong with it.

mod faults;
mod receiver;
mod shapes;

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use tallyfy_sandbox::seed::{self, Plan};
use tallyfy_sandbox::{Quirks, Sandbox, Sent};

use crate::{Desk, http};
use receiver::{Got, Manner, Receiver};

/// Ids of the template that `desk` adds.
const TEMPLATE: &str = "0123456789abcdef0123456789abcdef";
const LOAD: &str = "1123456789abcdef0123456789abcdef";
const DRIVE: &str = "2123456789abcdef0123456789abcdef";

/// A sandbox with a template of two steps that may call an address, and with webhooks of the organization.
async fn desk(template: Option<&str>, step: Option<&str>, organization: &[&str]) -> Desk {
    let plan = json!({
        "watchers": organization.iter().map(|url| json!({ "webhook": url })).collect::<Vec<_>>(),
        "templates": [{
            "id": TEMPLATE, "title": "Delivery", "webhook": template, "summary": "By lorry",
            "prerun": [{ "label": "Customer", "field_type": "text", "required": true }],
            "steps": [
                { "id": LOAD, "title": "Load", "assignees": [1002], "webhook": step,
                  "captures": [{ "label": "Crates", "field_type": "text", "required": false }] },
                { "id": DRIVE, "title": "Drive", "guests": [seed::GUEST] },
            ],
        }],
    });
    let plan = Plan::from_json(plan).expect("a plan");
    // In the middle of a working day: deadlines of a day later are, too.
    let now = seed::today() + TimeDelta::hours(2);
    let sandbox = Sandbox::builder().now(now).seed(plan).start().await.expect("a start");
    Desk { sandbox, http: http(), token: seed::ADMIN_TOKEN }
}

/// Launches the template, and gives the process with its tasks.
async fn launch(desk: &Desk) -> Value {
    let template = desk.get(&format!("/checklists/{TEMPLATE}")).await.is(200);
    let customer = template["data"]["prerun"][0]["id"].as_str().expect("a kick-off field");
    let body = json!({ "checklist_id": TEMPLATE, "name": "Friday", "prerun": { customer: "Blue Fjord" } });
    let process = desk.post("/runs", body).await.is(201)["data"]["id"].as_str().expect("an id").to_owned();
    desk.get(&format!("/runs/{process}?with=tasks")).await.is(200)["data"].clone()
}

fn task(process: &Value, at: usize) -> String {
    process["tasks"]["data"][at]["id"].as_str().expect("a task").to_owned()
}

async fn complete(desk: &Desk, process: &Value, at: usize) -> u16 {
    let path = format!("/runs/{}/completed-tasks", process["id"].as_str().expect("an id"));
    let reply = desk.post(&path, json!({ "task_id": task(process, at) })).await;
    reply.status.as_u16()
}

/// Each call by its shape (platform:webhooks.classic.events), or by its event.
fn kinds(calls: &[Got]) -> Vec<&str> {
    let kind = |got: &'_ Got| match (&got.json["event"], &got.json["this_task"], &got.json["completed_at"]) {
        (Value::String(_), ..) => "event",
        (_, Value::Object(_), _) => "task completed",
        (_, _, Value::Null) => "process launched",
        _ => "process completed",
    };
    calls.iter().map(kind).collect()
}

/// The events of organization webhooks that arrived, with the id of the subject.
fn events(calls: &[Got]) -> Vec<(String, String)> {
    let subject = |json: &Value| {
        let id = json.pointer("/task/id").or_else(|| json.pointer("/process/id"));
        id.and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let read = |got: &Got| (got.json["event"].as_str().unwrap_or_default().to_owned(), subject(&got.json));
    calls.iter().map(read).collect()
}

#[tokio::test]
async fn a_template_is_told_of_launch_tasks_and_end() {
    let receiver = Receiver::start(Manner::Answer(200)).await;
    let desk = desk(Some(&receiver.url("/hook?key=1")), None, &[]).await;
    let process = launch(&desk).await;
    assert_eq!(complete(&desk, &process, 0).await, 200);
    assert_eq!(complete(&desk, &process, 1).await, 200);
    desk.sandbox.delivered().await;
    let got = receiver.got();
    assert_eq!(kinds(&got), ["process launched", "task completed", "task completed", "process completed"]);
    for call in &got {
        assert_eq!((call.method.as_str(), call.path.as_str()), ("POST", "/hook?key=1"));
        assert_eq!(call.content_type, "application/json");
        assert_eq!(call.organization, seed::ORGANIZATION);
    }
    let deliveries = desk.sandbox.deliveries();
    assert!(deliveries.iter().all(|one| one.sent == Sent::Answered(200)));
    assert!(deliveries.iter().map(|one| &one.body).eq(got.iter().map(|call| &call.json)));
    let told: Vec<&str> = deliveries.iter().map(|one| one.event).collect();
    assert_eq!(told, ["process.launched", "task.completed", "task.completed", "process.completed"]);
    desk.is_faithful();
}

#[tokio::test]
async fn a_step_stands_in_for_its_template() {
    let (of_template, of_step) =
        (Receiver::start(Manner::Answer(204)).await, Receiver::start(Manner::Answer(204)).await);
    let desk = desk(Some(&of_template.url("/")), Some(&of_step.url("/")), &[]).await;
    let process = launch(&desk).await;
    complete(&desk, &process, 0).await;
    complete(&desk, &process, 1).await;
    desk.sandbox.delivered().await;
    assert_eq!(kinds(&of_step.got()), ["task completed"]);
    assert_eq!(of_step.got()[0].json["this_task"]["id"], task(&process, 0));
    assert_eq!(kinds(&of_template.got()), ["process launched", "task completed", "process completed"]);
    assert_eq!(of_template.got()[1].json["this_task"]["id"], task(&process, 1));
}

#[tokio::test]
async fn a_process_keeps_the_address_of_its_version() {
    let (first, second) =
        (Receiver::start(Manner::Answer(200)).await, Receiver::start(Manner::Answer(200)).await);
    let desk = desk(Some(&first.url("/")), None, &[]).await;
    let process = launch(&desk).await;
    let body = json!({ "title": "Delivery", "webhook": second.url("/"), "users": [], "groups": [] });
    desk.put(&format!("/checklists/{TEMPLATE}"), body).await.is(200);
    complete(&desk, &process, 0).await;
    launch(&desk).await;
    desk.sandbox.delivered().await;
    assert_eq!(kinds(&first.got()), ["process launched", "task completed"]);
    assert_eq!(kinds(&second.got()), ["process launched"]);
}

#[tokio::test]
async fn a_task_done_twice_is_told_twice() {
    let receiver = Receiver::start(Manner::Answer(200)).await;
    let desk = desk(Some(&receiver.url("/")), None, &[]).await;
    let process = launch(&desk).await;
    assert_eq!(complete(&desk, &process, 0).await, 200);
    assert_eq!(complete(&desk, &process, 0).await, 200);
    let run = process["id"].as_str().expect("an id");
    desk.delete(&format!("/runs/{run}/completed-tasks/{}", task(&process, 0))).await.is(200);
    assert_eq!(complete(&desk, &process, 0).await, 200);
    desk.sandbox.set_quirks({
        let mut quirks = Quirks::default();
        quirks.repeated_completion_is_accepted = false;
        quirks
    });
    assert_eq!(complete(&desk, &process, 0).await, 422);
    desk.sandbox.delivered().await;
    let done = ["task completed"; 3];
    assert_eq!(kinds(&receiver.got()[1..]), done);
}

#[tokio::test]
async fn a_task_of_several_is_told_when_all_have_done_it() {
    let receiver = Receiver::start(Manner::Answer(200)).await;
    let mut desk = Desk::new().await;
    let body = json!({
        "title": "Sign", "deadline": "2026-09-10 12:00:00", "task_type": "task", "everyone_must_complete": true,
        "owners": { "users": [1001, 1002], "guests": [], "groups": [] }, "webhook": receiver.url("/sign"),
    });
    let id = desk.post("/tasks", body).await.is(201)["data"]["id"].clone();
    desk.post("/completed-tasks", json!({ "task_id": id })).await.is(200);
    desk.sandbox.delivered().await;
    assert_eq!(kinds(&receiver.got()), Vec::<&str>::new());
    desk.token = seed::STANDARD_TOKEN;
    desk.post("/completed-tasks", json!({ "task_id": id })).await.is(200);
    desk.sandbox.delivered().await;
    assert_eq!(kinds(&receiver.got()), ["task completed"]);
    desk.is_faithful();
}

#[tokio::test]
async fn an_organization_is_told_its_seven_events() {
    let receiver = Receiver::start(Manner::Answer(200)).await;
    let desk = desk(Some("https://example.com/elsewhere"), None, &[&receiver.url("/all")]).await;
    let process = launch(&desk).await;
    let run = process["id"].as_str().expect("an id").to_owned();
    let first = task(&process, 0);
    let owners = json!({ "users": [1001], "guests": [], "groups": [] });
    let change = json!({ "title": "Load", "deadline": "2026-09-10 12:00:00", "owners": owners });
    desk.put(&format!("/runs/{run}/tasks/{first}"), change).await.is(200);
    desk.post(&format!("/tasks/{first}/comment"), json!({ "content": "Look" })).await.is(200);
    let issue = desk.post(&format!("/tasks/{first}/problem"), json!({ "content": "Leaks" })).await.is(200);
    let issue = issue["data"]["id"].clone();
    let resolved = json!({ "content": "Dry", "thread_id": issue });
    desk.post(&format!("/tasks/{first}/resolved-threads"), resolved).await.is(200);
    complete(&desk, &process, 0).await;
    complete(&desk, &process, 1).await;
    desk.sandbox.delivered().await;
    let expected = [
        ("process.launched", run.as_str()),
        ("task.assigned", &first),
        ("task.comment_added", &first),
        ("task.issue_raised", &first),
        ("task.issue_resolved", &first),
        ("task.completed", &first),
        ("task.completed", &task(&process, 1)),
        ("process.completed", &run),
    ];
    let got = receiver.got();
    assert_eq!(events(&got), expected.map(|(event, id)| (event.to_owned(), id.to_owned())));
    assert_eq!(got[1].json, json!({ "event": "task.assigned", "task": { "id": first } }));
    assert_eq!(got[7].json, json!({ "event": "process.completed", "process": { "id": run } }));
    assert!(got.iter().all(|call| call.organization == seed::ORGANIZATION));
    desk.is_faithful();
}

#[tokio::test]
async fn a_subscription_ends_with_its_removal_and_a_slow_one_is_not_sent() {
    let receiver = Receiver::start(Manner::Answer(200)).await;
    let desk = desk(None, None, &[]).await;
    let mut body = json!({
        "object_type": "organization", "object_id": seed::ORGANIZATION, "notification_type": "webhook",
        "frequency": "electric", "webhook": receiver.url("/"),
    });
    let path = format!("/users/{}/add-watcher", seed::ADMIN);
    let id = desk.post(&path, body.clone()).await.is(200)["data"]["id"].clone();
    launch(&desk).await;
    desk.delete(&format!("/remove-watcher/{id}")).await.is(200);
    launch(&desk).await;
    body["frequency"] = json!("chilled");
    desk.post(&path, body).await.is(200);
    launch(&desk).await;
    desk.sandbox.delivered().await;
    assert_eq!(receiver.got().len(), 1);
    let sent: Vec<Sent> = desk.sandbox.deliveries().into_iter().map(|one| one.sent).collect();
    let refused = Sent::Refused("the subscription is not for every single event".to_owned());
    assert_eq!(sent, [Sent::Answered(200), refused]);
}

/// What the service posts for a webhook action is not documented: it stays an effect.
#[tokio::test]
async fn the_action_of_an_automation_is_not_sent() {
    let receiver = Receiver::start(Manner::Answer(200)).await;
    let desk = desk(None, None, &[]).await;
    let rule = json!({
        "automated_alias": "Tell the yard",
        "conditions": [{ "conditionable_id": LOAD, "conditionable_type": "Step", "operation": "completed",
            "statement": null }],
        "then_actions": [{ "action_type": "webhook", "action_verb": "emit_webhook", "target_step_id": DRIVE,
            "webhook_url": receiver.url("/"), "alias_name": "yard" }],
    });
    desk.post(&format!("/checklists/{TEMPLATE}/automated-actions"), rule).await.is(201);
    let process = launch(&desk).await;
    complete(&desk, &process, 0).await;
    desk.sandbox.delivered().await;
    let effects = desk.sandbox.effects();
    let emitted = effects.iter().find(|effect| effect.kind == "webhook.emitted").expect("an effect");
    assert_eq!(emitted.detail, Some(json!(receiver.url("/"))));
    assert_eq!((receiver.connections(), desk.sandbox.deliveries().len()), (0, 0));
}

#[tokio::test]
async fn what_a_seed_does_is_told_to_nobody() {
    let receiver = Receiver::start(Manner::Answer(200)).await;
    let plan = json!({
        "watchers": [{ "webhook": receiver.url("/") }],
        "webhook_faults": { "duplicate": 1 },
        "templates": [{ "title": "Delivery", "webhook": receiver.url("/"), "steps": [{ "title": "Load" }] }],
        "processes": [{ "template": "Delivery", "name": "Old", "complete": "all" }],
    });
    let plan = Plan::from_json(plan).expect("a plan");
    let sandbox = Sandbox::builder().seed(plan).start().await.expect("a start");
    let desk = Desk { sandbox, http: http(), token: seed::ADMIN_TOKEN };
    desk.sandbox.delivered().await;
    assert_eq!(receiver.connections(), 0);
    let watchers = desk.request(Method::GET, "/watchers?notification=webhook");
    assert_eq!(desk.send(watchers).await.is(200)["data"][0]["webhook"], receiver.url("/"));
    desk.post("/runs", json!({ "checklist_id": seed::SMALL_TEMPLATE, "name": "New" })).await.is(201);
    desk.sandbox.delivered().await;
    assert_eq!(kinds(&receiver.got()), ["event", "event"]);
}
