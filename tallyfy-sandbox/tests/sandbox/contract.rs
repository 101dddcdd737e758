//! Requests and answers against the document.

use reqwest::Method;
use serde_json::json;
use tallyfy_sandbox::{Side, seed};

use crate::Desk;

#[tokio::test]
async fn a_clients_mistakes_are_named_by_pointer() {
    let desk = Desk::new().await;
    let body = json!({
        "checklist_id": seed::SMALL_TEMPLATE, "template_id": "x",
        "tasks": { seed::SMALL_STEP: { "owners": { "users": ["1001"], "guests": [], "groups": [] } } },
    });
    desk.post("/runs?per_page=many&wiht=tasks", body).await.is(201);
    desk.get("/runs?with=tags,checklist&per_page=5&starred=true").await.is(200);
    let seen = desk.sandbox.requests();
    let pointers: Vec<&str> = seen[0].violations.iter().map(|v| v.pointer.as_str()).collect();
    let user = format!("body/tasks/{}/owners/users/0", seed::SMALL_STEP);
    assert_eq!(pointers, ["query/per_page", "query/wiht", user.as_str(), "body"]);
    assert!(seen[0].violations.iter().all(|v| v.side == Side::Client && v.operation == "create_run"));
    assert_eq!(seen[1].violations, []);
    assert_eq!(desk.sandbox.violations().len(), 4);
    desk.sandbox.clear_requests();
    assert!(desk.sandbox.requests().is_empty() && desk.sandbox.violations().is_empty());
}

#[tokio::test]
async fn what_was_sent_is_kept() {
    let desk = Desk::new().await;
    let body = json!({ "content": "Look" });
    desk.post(&format!("/tasks/{}/comment?a=b%20c", seed::ONE_OFF_TASK), body.clone()).await.is(200);
    let seen = desk.sandbox.requests().remove(0);
    assert_eq!((seen.method.as_str(), seen.operation.as_deref()), ("POST", Some("create_task_comment")));
    assert_eq!(
        seen.path,
        format!("/api/organizations/{}/tasks/{}/comment", seed::ORGANIZATION, seed::ONE_OFF_TASK)
    );
    assert_eq!((seen.raw_query.as_str(), seen.query_value("a")), ("a=b%20c", Some("b c")));
    assert_eq!(seen.json, Some(body));
    assert_eq!(seen.header("X-Tallyfy-Client"), Some("APIClient"));
}

/// Every operation that the sandbox answers is called once with what the path alone needs: whatever
/// comes back must be an answer that the document knows.
#[tokio::test]
async fn every_answer_fits_the_document() {
    let ids = [
        ("{org}", seed::ORGANIZATION),
        ("{checklist}", seed::TEMPLATE),
        ("{step}", seed::STEP_COLLECT),
        ("{capture}", seed::FIELD_TAX_NUMBER),
        ("{prerun}", seed::KICKOFF_EMAIL),
        ("{automated_action}", "c0ffee12d3a94b5c8e7f60718293a4b5"),
        ("{run}", seed::PROCESS),
        ("{task}", seed::PROCESS_TASKS[1]),
        ("{user}", "1002"),
        ("{guest}", seed::GUEST),
        ("{group}", seed::GROUP),
        ("{tag}", seed::TAG),
        ("{folder}", seed::PROCESS_FOLDER),
        ("{thread}", seed::COMMENT),
        ("{tag_association}", "5517"),
        ("{folder_object}", "9031"),
        ("{key}", "cost_center"),
        ("{email}", "ben@northwind.test"),
        ("{activity}", "70001"),
    ];
    let document: serde_json::Value =
        serde_json::from_str(include_str!("../../openapi.json")).expect("the bundled document");
    let known = tallyfy_sandbox::Sandbox::operations();
    let mut called = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("methods") {
            let Some(id) = operation["operationId"].as_str().filter(|id| known.contains(id)) else {
                continue;
            };
            let path = ids.iter().fold(path.clone(), |path, (name, value)| path.replace(name, value));
            let desk = Desk::new().await;
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
            let reply = desk.send(desk.request(method, &format!("~{path}"))).await;
            assert!(reply.status.as_u16() < 500, "{id} {}", reply.text);
            desk.is_faithful();
            called += 1;
        }
    }
    assert_eq!(called, known.len());
}
