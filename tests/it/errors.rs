//! What errors say: to people (Display, as a snapshot) and to programs (predicates, fields, delivery).

use insta::assert_snapshot;
use serde_json::json;
use tallyfy_sandbox::{Fault, FaultBody, Sandbox, seed};
use tallyfy_sdk::{
    Client, Delivery, Error, FreshToken, Organization, RenewingToken, Token,
    request::{AddComment, Assign, LaunchProcess, ListTasks, UpdateProcess, UpdateProcessTask, UpdateTask},
};

async fn start() -> (Sandbox, Organization) {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let client =
        Client::builder().base_url(sandbox.base_url()).token(sandbox.token()).build().expect("a client");
    let organization = client.organization(sandbox.organization());
    (sandbox, organization)
}

/// The message without what changes from run to run.
fn shown(error: &Error) -> String {
    let text = error.to_string();
    match text.split_once(" [request id ") {
        Some((head, tail)) => {
            format!("{head} [request id ..]{}", tail.split_once(']').map_or("", |(_, rest)| rest))
        }
        None => text,
    }
}

macro_rules! snapshot {
    ($suffix:literal, $text:expr) => {
        insta::with_settings!({snapshot_path => "../snapshots", prepend_module_to_snapshot => false, snapshot_suffix => $suffix}, {
            assert_snapshot!("error", $text);
        })
    };
}

#[tokio::test]
async fn a_missing_kickoff_answer_is_named_by_its_label() {
    let (_sandbox, organization) = start().await;
    let launch = LaunchProcess::new(seed::TEMPLATE).name("Cellar audit");
    let error = organization.processes().launch(launch).await.expect_err("required fields have no answer");
    assert!(error.is_validation());
    assert_eq!(error.delivery(), Delivery::Refused);
    let messages: Vec<&str> = error.field_errors().iter().map(|field| field.message.as_str()).collect();
    assert_eq!(messages, ["Vendor name is required", "Priority is required"]);
    assert!(error.field_errors().iter().all(|field| field.field == "prerun"));
    snapshot!("validation", shown(&error));
}

#[tokio::test]
async fn an_unknown_or_archived_template_is_not_found() {
    let (_sandbox, organization) = start().await;
    for template in ["ffffffffffffffffffffffffffffffff", seed::ARCHIVED_TEMPLATE] {
        let error = organization.templates().get(template).await.expect_err("not there");
        assert!(error.is_not_found(), "{error}");
        assert_eq!(error.code(), Some("RESOURCE_NOT_FOUND"));
        snapshot!("not_found", shown(&error));
    }
}

#[tokio::test]
async fn a_wrong_token_says_how_tokens_die() {
    let (sandbox, _) = start().await;
    let client =
        Client::builder().base_url(sandbox.base_url()).token("stale-token").build().expect("a client");
    let error = client.me().await.expect_err("wrong token");
    assert!(error.is_auth());
    assert_eq!((error.delivery(), error.attempts()), (Delivery::Refused, 1));
    snapshot!("auth", shown(&error));
}

/// Where the service's own words lead astray, the error says what else it may be.
#[tokio::test]
async fn an_answer_that_misleads_comes_with_a_hint() {
    let (sandbox, _) = start().await;
    let builder = || Client::builder().base_url(sandbox.base_url());
    let personal = builder().token(sandbox.token()).build().expect("a client");
    let token = sandbox.token();
    let source = RenewingToken::new(move || async move { Ok(FreshToken::new(Token::new(token)?)) });
    let renewing = builder().token_source(source).build().expect("a client");
    let unauthenticated = json!({"message": "Unauthenticated."});
    let pool = json!({"error": {"code": "SEAT_POOL_EXHAUSTED", "details": {"pool_type": "full"}}});
    let path = json!({"error": true, "code": "ENDPOINT_NOT_FOUND"});
    for (client, status, body, hints) in [
        (
            &personal,
            401,
            unauthenticated.clone(),
            ["logs out of Tallyfy", "drops the header X-Tallyfy-Client"],
        ),
        (&renewing, 401, unauthenticated, ["client-credentials token", "drops the header X-Tallyfy-Client"]),
        (&personal, 404, path, ["check the base URL", "drops the header X-Tallyfy-Client"]),
        (&personal, 409, pool, ["No full seat is free", "buy seats, or disable a member"]),
    ] {
        // A token of a source is tried a second time.
        sandbox.fault("get_me", Fault::status(status, body.clone()));
        sandbox.fault("get_me", Fault::status(status, body));
        let text = client.me().await.expect_err("refused").to_string();
        for hint in hints {
            assert!(text.contains(hint), "{hint:?} is not in: {text}");
        }
        while sandbox.faults_left() > 0 {
            client.me().await.expect_err("the other one");
        }
    }
    let organization = personal.organization(sandbox.organization());
    let error = organization.templates().get(seed::ARCHIVED_TEMPLATE).await.expect_err("archived");
    assert!(error.to_string().contains("archived objects can also answer so"), "{error}");
}

/// What people mix up most: which call completes what, and whose organization it is.
#[tokio::test]
async fn a_mix_up_is_told_with_the_way_that_works() {
    let (sandbox, organization) = start().await;
    let (tasks, foreign) =
        (organization.tasks(), organization.client().organization(seed::FOREIGN_ORGANIZATION));
    let inside = organization.process(seed::PROCESS).tasks();
    let cases: Vec<(&str, Error, &str)> = vec![
        (
            "an approval is completed",
            tasks.complete(seed::ONE_OFF_APPROVAL).await.expect_err("undecided"),
            "An approval is completed by approve(..) or reject(..)",
        ),
        (
            "a one-off task through a process",
            inside.get(seed::ONE_OFF_TASK).await.expect_err("not in it"),
            "A one-off task has no process, and is reached by organization.tasks()",
        ),
        (
            "a task of a process without it",
            tasks.complete(seed::PROCESS_TASKS[1]).await.expect_err("no one-off task"),
            "A task of a process is reached by organization.process(id).tasks()",
        ),
        (
            "an unknown process",
            organization.processes().get("ffffffffffffffffffffffffffffffff").await.expect_err("unknown"),
            "There is no such process or organization that this token can see",
        ),
        (
            "an organization of others",
            foreign.processes().list(Default::default()).await.expect_err("not a member"),
            "The token's owner is not a member of this organization",
        ),
    ];
    for (name, error, way) in cases {
        assert!(error.to_string().contains(way), "{name}: {error}");
    }
    assert_eq!(sandbox.requests().len(), 5, "each of them was sent once");
}

#[tokio::test]
async fn an_organization_of_others_is_refused() {
    let (sandbox, organization) = start().await;
    let foreign = organization.client().organization(seed::FOREIGN_ORGANIZATION);
    let error = foreign.processes().list(Default::default()).await.expect_err("not a member");
    assert!(error.is_permission() || error.is_not_found(), "{error}");
    assert_eq!(sandbox.requests().len(), 1);
}

#[tokio::test]
async fn every_shape_of_an_error_body_is_understood() {
    let shapes = [
        ("message only", 403, json!({"message": "You may not."}), Some("You may not."), None, vec![]),
        (
            "flag, message, code",
            404,
            json!({"error": true, "message": "Resource not found", "code": "RESOURCE_NOT_FOUND"}),
            Some("Resource not found"),
            Some("RESOURCE_NOT_FOUND"),
            vec![],
        ),
        (
            "nested code",
            409,
            json!({"error": {"code": "SEAT_POOL_EXHAUSTED", "message": "no seat left", "details": {"pool_type": "full"}}}),
            Some("no seat left"),
            Some("SEAT_POOL_EXHAUSTED"),
            vec![],
        ),
        (
            "validation, lists",
            422,
            json!({"message": "The given data was invalid.", "errors": {"email": ["is taken", "is odd"]}}),
            Some("The given data was invalid."),
            None,
            vec![("email", "is taken"), ("email", "is odd")],
        ),
        (
            "validation, one text and a nested map",
            422,
            json!({"error": true, "errors": {"name": "is required", "tasks": {"0d95": {"deadline": ["is no date"]}}}}),
            None,
            None,
            vec![("name", "is required"), ("tasks.0d95.deadline", "is no date")],
        ),
        (
            "oauth",
            400,
            json!({"error": "invalid_client"}),
            Some("invalid_client"),
            Some("invalid_client"),
            vec![],
        ),
    ];
    for (name, status, body, message, code, fields) in shapes {
        let (sandbox, organization) = start().await;
        sandbox.fault("list_tasks", Fault::status(status, body));
        let error = organization.tasks().list(ListTasks::new()).await.expect_err(name);
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status), "{name}");
        assert_eq!(error.message(), message, "{name}");
        assert_eq!(error.code(), code, "{name}");
        let found: Vec<(&str, &str)> =
            error.field_errors().iter().map(|field| (field.field.as_str(), field.message.as_str())).collect();
        assert_eq!(found, fields, "{name}");
    }
}

#[tokio::test]
async fn an_html_page_is_kept_but_not_shown() {
    let (sandbox, organization) = start().await;
    let page = "<html><head><title>502 Bad Gateway</title></head><body>SQLSTATE secret dump</body></html>";
    sandbox.fault(
        "create_run",
        Fault::Status { status: 502, headers: vec![], body: FaultBody::Html(page.into()) },
    );
    let launch = LaunchProcess::new(seed::SMALL_TEMPLATE).name("Weekly check");
    let error = organization.processes().launch(launch).await.expect_err("502");
    assert!(error.is_server());
    assert_eq!(error.delivery(), Delivery::Unknown);
    assert_eq!(error.body(), Some(page.as_bytes()));
    let shown = shown(&error);
    assert!(!shown.contains("SQLSTATE") && !shown.contains("<html"), "{shown}");
    snapshot!("html_on_a_write", shown);
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_kept_whole() {
    let (sandbox, organization) = start().await;
    sandbox.fault("get_run", Fault::status(200, json!({"data": {"name": "no id"}})));
    let error = organization.processes().get(seed::PROCESS).await.expect_err("no id");
    assert!(error.is_decode());
    assert_eq!(error.delivery(), Delivery::Applied);
    assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
    assert!(error.headers().is_some_and(|headers| headers.contains_key("content-type")));
    assert_eq!(error.body(), Some(&br#"{"data":{"name":"no id"}}"#[..]));
}

/// Bad input: refused before anything is sent, with words that name the thing and the remedy.
#[tokio::test]
async fn bad_input_is_refused_before_anything_is_sent() {
    let (sandbox, organization) = start().await;
    let (processes, tasks) = (organization.processes(), organization.tasks());
    let launch = || LaunchProcess::new(seed::SMALL_TEMPLATE);
    let cases: Vec<(&str, Error)> = vec![
        ("empty id", processes.get("").await.expect_err("empty")),
        ("dots", processes.get("..").await.expect_err("dots")),
        ("slash", processes.archive("91be/delete").await.expect_err("slash")),
        ("control", tasks.complete("a\nb").await.expect_err("control")),
        ("percent", tasks.get("a%2Fb").await.expect_err("percent")),
        (
            "title for the template of a launch",
            processes.launch(LaunchProcess::new("Weekly check")).await.expect_err("a title"),
        ),
        (
            "alias as key",
            processes.launch(launch().kickoff_value("partner-name", "x")).await.expect_err("alias"),
        ),
        ("long name", processes.launch(launch().name("x".repeat(551))).await.expect_err("551 characters")),
        (
            "wiping update",
            processes.update(seed::PROCESS, UpdateProcess::new().name("x")).await.expect_err("wipes"),
        ),
        (
            "answer by label",
            organization
                .process(seed::PROCESS)
                .tasks()
                .update(seed::PROCESS_TASKS[1], UpdateProcessTask::new().form_value("Tax number", "x"))
                .await
                .expect_err("label"),
        ),
        (
            "name for an organization",
            organization
                .client()
                .organization("Northwind")
                .processes()
                .get(seed::PROCESS)
                .await
                .expect_err("a name"),
        ),
        ("title for a template", organization.templates().get("Vendor intake").await.expect_err("a title")),
        (
            "address for a member",
            organization.members().get("ann@northwind.test").await.expect_err("an address"),
        ),
        ("page zero", tasks.list(ListTasks::new().page(0)).await.expect_err("page 0")),
        (
            "own header",
            tasks.get(seed::ONE_OFF_TASK).header("Authorization", "Bearer x").await.expect_err("header"),
        ),
        (
            "no time",
            tasks.get(seed::ONE_OFF_TASK).timeout(std::time::Duration::ZERO).await.expect_err("zero"),
        ),
    ];
    let mut text = String::new();
    for (name, error) in &cases {
        assert!(error.is_input(), "{name}: {error}");
        assert_eq!(error.delivery(), Delivery::NotSent, "{name}: {error}");
        text += &format!("{name}: {error}\n");
    }
    assert_eq!(sandbox.requests().len(), 0);
    snapshot!("bad_input", text);
}

#[tokio::test]
async fn updates_that_keep_carry_over_what_was_read() {
    let (sandbox, organization) = start().await;
    let process = organization.processes().get(seed::PROCESS).await.expect("a process");
    let change = UpdateProcess::keeping(&process).expect("both lists were read").name("Other");
    let changed = organization.processes().update(&process.id, change).await.expect("changed");
    assert_eq!(changed.name.as_deref(), Some("Other"));
    let ids = |process: &tallyfy_sdk::model::Process| -> Vec<i64> {
        process.members.iter().flatten().map(|user| user.id).collect()
    };
    assert_eq!(ids(&changed), ids(&process));
    assert!(!ids(&process).is_empty(), "the seed's process has members, or this proves nothing");

    let task = organization.tasks().get(seed::ONE_OFF_APPROVAL).await.expect("a task");
    let change = UpdateTask::keeping(&task).expect("all were read").summary("New words");
    organization.tasks().update(&task.id, change).await.expect("changed");
    let sent = sandbox.requests().pop().expect("the update").json.expect("a body");
    let guests = task.owners.as_ref().and_then(|owners| owners.guests.clone()).expect("guests were read");
    assert_eq!(sent["owners"]["guests"], json!(guests));
    assert!(!guests.is_empty(), "the seed's task has a guest, or this proves nothing");
}

#[test]
fn an_update_cannot_keep_what_was_not_read() {
    let process: tallyfy_sdk::model::Process =
        serde_json::from_value(json!({"id": "x", "users": [1]})).expect("a process");
    let invalid = UpdateProcess::keeping(&process).expect_err("groups are missing");
    assert_eq!(invalid.to_string(), "`groups` is missing in what was read; read the process by its id");
    let nobody = Assign::nobody();
    assert_eq!(
        serde_json::to_value(&nobody).expect("JSON"),
        json!({"users": [], "guests": [], "groups": []})
    );
}

#[tokio::test]
async fn a_comment_that_may_stand_is_told_as_unknown() {
    let (sandbox, organization) = start().await;
    sandbox.fault("create_task_comment", Fault::ResetAfterApply);
    let comments = organization.task(seed::ONE_OFF_TASK).comments();
    let error = comments.add(AddComment::new("Seen.")).await.expect_err("no answer came");
    assert_eq!((error.delivery(), error.attempts()), (Delivery::Unknown, 1));
    snapshot!("unknown", shown(&error));
}
