//! What goes over the wire for every method of the SDK: a snapshot each, equal to the call's preview, and within the
//! document (the sandbox holds every request against it).

use std::{collections::BTreeSet, fmt::Write as _, future::Future, path::Path, pin::Pin};

use insta::assert_snapshot;
use serde_json::{Value, json};
use tallyfy_sandbox::{Sandbox, Seen, seed};
use tallyfy_sdk::{
    Client, Error, Organization, Preview,
    model::{Date, Timestamp},
    request::{
        AddComment, Assign, GetProcess, GetProcessTask, GetTask, GetTemplate, LaunchProcess, ListMembers,
        ListMyTasks, ListOrganizations, ListProcessTasks, ListProcesses, ListSteps, ListTasks, ListTemplates,
        ProcessInclude, ProcessStatusFilter, TaskInclude, TaskOverride, TaskStatusFilter, TemplateInclude,
        UpdateProcess, UpdateProcessTask, UpdateTask,
    },
};
use xtask::root;

type Boxed<T> = Pin<Box<dyn Future<Output = Result<T, Error>>>>;

/// A method of the SDK, called twice: once to look at, once to send.
struct Case {
    name: &'static str,
    preview: Boxed<Preview>,
    send: Boxed<()>,
}

macro_rules! cases {
    ($($name:literal: $call:expr,)+) => {
        vec![$({
            let (looked_at, sent) = ($call, $call);
            Case {
                name: $name,
                preview: Box::pin(async { looked_at.preview().await }),
                send: Box::pin(async { sent.await.map(drop) }),
            }
        }),+]
    };
}

fn deadline() -> Timestamp {
    "2026-09-10T15:00:00+02:00".parse().expect("a date")
}

/// Every public method of the SDK that makes a call, with arguments that fill its request.
fn every_method(client: &Client, org: &Organization) -> Vec<Case> {
    let launch = || {
        LaunchProcess::new(seed::TEMPLATE)
            .name("Cellar audit & more")
            .owner_id(seed::STANDARD)
            .members([seed::LIGHT])
            .groups([seed::GROUP])
            .kickoff_value(seed::KICKOFF_TEXT, "Blue Fjord AS")
            .kickoff_value(seed::KICKOFF_DROPDOWN, json!({"id": 2, "text": "Express"}))
            .task(seed::STEP_COLLECT, TaskOverride::new().deadline(deadline()))
    };
    let filled = || {
        UpdateProcessTask::new()
            .title("Collect the papers")
            .deadline(deadline())
            .owners(Assign::nobody().members([seed::ADMIN]).guests([seed::GUEST]))
            .form_value(seed::FIELD_TAX_NUMBER, "NO 912 345 678")
    };
    let one_off = || {
        UpdateTask::new(deadline(), Assign::nobody().members([seed::ADMIN]), "Call the bank").summary("Today")
    };
    let processes = || {
        ListProcesses::new()
            .q("Blue Fjord")
            .status(ProcessStatusFilter::Active)
            .owners([seed::ADMIN, seed::STANDARD])
            .starred(false)
            .with([ProcessInclude::Tags, ProcessInclude::NextTask])
            .per_page(5)
    };
    let tasks = || {
        ListTasks::new()
            .status([TaskStatusFilter::Overdue, TaskStatusFilter::InProgress])
            .deadline_on("2026-09-10".parse::<Date>().expect("a date"))
            .guests([seed::GUEST])
    };
    let process = || org.process(seed::PROCESS).tasks();
    cases! {
        "Client::me": client.me(),
        "Client::organizations": client.organizations(ListOrganizations::new().page(1).per_page(50)),
        "Organization::me": org.me(),
        "Organization::details": org.details(),
        "Members::list": org.members().list(ListMembers::new().q("ann berg")),
        "Members::get": org.members().get(seed::STANDARD),
        "Templates::list": org.templates().list(ListTemplates::new().q("vendor").per_page(100)),
        "Templates::get": org.templates().get(seed::TEMPLATE),
        "Templates::get_with": org.templates().get_with(seed::TEMPLATE, GetTemplate::new().with([TemplateInclude::Steps])),
        "Steps::list": org.template(seed::TEMPLATE).steps().list(ListSteps::new().per_page(50)),
        "Steps::get": org.template(seed::TEMPLATE).steps().get(seed::STEP_APPROVE),
        "Processes::list": org.processes().list(processes()),
        "Processes::get": org.processes().get(seed::PROCESS),
        "Processes::get_with":
            org.processes().get_with(seed::PROCESS, GetProcess::new().with([ProcessInclude::Tasks]).form_fields_values(true)),
        "Processes::launch": org.processes().launch(launch()),
        "Processes::update":
            org.processes().update(seed::PROCESS, UpdateProcess::new().members([seed::LIGHT]).groups([] as [&str; 0]).name("Other")),
        "ProcessTasks::list": process().list(ListProcessTasks::new().unassigned(false).per_page(100)),
        "ProcessTasks::get": process().get(seed::PROCESS_TASKS[1]),
        "ProcessTasks::get_with": process().get_with(seed::PROCESS_TASKS[1], GetProcessTask::new().with([TaskInclude::FormFields])),
        "ProcessTasks::update": process().update(seed::PROCESS_TASKS[1], filled()),
        "ProcessTasks::approve": process().approve(seed::PROCESS_TASKS[1]),
        "ProcessTasks::reopen": process().reopen(seed::PROCESS_TASKS[1]),
        "ProcessTasks::reject": process().reject(seed::PROCESS_TASKS[1]),
        "ProcessTasks::complete": process().complete(seed::PROCESS_TASKS[0]),
        "Tasks::list": org.tasks().list(tasks()),
        "Tasks::mine": org.tasks().mine(ListMyTasks::new()),
        "Tasks::get": org.tasks().get(seed::ONE_OFF_TASK),
        "Tasks::get_with": org.tasks().get_with(seed::ONE_OFF_TASK, GetTask::new().with([TaskInclude::Discussion, TaskInclude::Process])),
        "Tasks::update": org.tasks().update(seed::ONE_OFF_TASK, one_off()),
        "Tasks::complete": org.tasks().complete(seed::ONE_OFF_TASK),
        "Tasks::reopen": org.tasks().reopen(seed::ONE_OFF_TASK),
        "Tasks::approve": org.tasks().approve(seed::ONE_OFF_TASK),
        "Tasks::reject": org.tasks().reject(seed::ONE_OFF_TASK),
        "Comments::add": org.task(seed::ONE_OFF_TASK).comments().add(AddComment::new("Seen, @[1002].")),
        "Processes::archive": org.processes().archive(seed::PROCESS),
        "Processes::activate": org.processes().activate(seed::PROCESS),
    }
}

#[tokio::test]
async fn every_method_sends_what_its_preview_shows_and_what_the_document_allows() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let client =
        Client::builder().base_url(sandbox.base_url()).token(sandbox.token()).build().expect("a client");
    let organization = client.organization(sandbox.organization());
    for case in every_method(&client, &organization) {
        let preview = case.preview.await.unwrap_or_else(|error| panic!("{}: preview: {error}", case.name));
        assert_eq!(sandbox.requests().len(), 0, "{}: a preview must send nothing", case.name);
        // A refusal is an answer too; what counts here is what was asked.
        if let Err(error) = case.send.await {
            assert_eq!(error.delivery(), tallyfy_sdk::Delivery::Refused, "{}: {error}", case.name);
        }
        let seen = sandbox.requests();
        assert_eq!(seen.len(), 1, "{}: one call is one request", case.name);
        assert_eq!(seen[0].violations, [], "{}: outside the document", case.name);
        same(case.name, &preview, &seen[0], &sandbox);
        insta::with_settings!({snapshot_path => "../snapshots", prepend_module_to_snapshot => false, snapshot_suffix => case.name.replace("::", "_")}, {
            assert_snapshot!("wire", written(&seen[0], &sandbox));
        });
        sandbox.clear_requests();
    }
    assert_eq!(sandbox.violations(), [], "the sandbox's own answers are within the document");
}

/// Panics when the preview shows another request than the one that arrived.
#[track_caller]
fn same(name: &str, preview: &Preview, seen: &Seen, sandbox: &Sandbox) {
    let url = sandbox.base_url().replace("/api", "") + &seen.path;
    let url = if seen.raw_query.is_empty() { url } else { format!("{url}?{}", seen.raw_query) };
    assert_eq!(preview.method.as_str(), seen.method, "{name}");
    assert_eq!(preview.url.as_str(), url, "{name}");
    assert_eq!(preview.json(), seen.json, "{name}");
    for (key, value) in &preview.headers {
        let arrived = seen.header(key.as_str());
        if key == "authorization" {
            assert_eq!(value, "Bearer ***", "{name}: the token is masked");
            assert_eq!(arrived, Some(format!("Bearer {}", sandbox.token()).as_str()), "{name}");
        } else {
            assert_eq!(Some(value.to_str().expect("text")), arrived, "{name}: {key}");
        }
    }
}

/// The request as text, without what changes from run to run.
fn written(seen: &Seen, sandbox: &Sandbox) -> String {
    let mut text = format!("{} {}\n", seen.method, seen.path);
    for pair in seen.raw_query.split('&').filter(|pair| !pair.is_empty()) {
        let _ = writeln!(text, "  ? {pair}");
    }
    let mut headers: Vec<_> =
        seen.headers.iter().filter(|(key, _)| key != "host" && key != "content-length").collect();
    headers.sort();
    for (key, value) in headers {
        let mut value = value.replace(sandbox.token(), "[token]");
        if key == "user-agent" {
            value = value.split('/').next().unwrap_or_default().to_owned() + "/[version]";
        }
        let _ = writeln!(text, "{key}: {value}");
    }
    if let Some(json) = &seen.json {
        let _ = writeln!(text, "\n{}", serde_json::to_string_pretty(&sorted(json)).expect("JSON"));
    }
    text
}

/// Keys in order: the wire's order is of no meaning.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut pairs: Vec<_> = map.iter().collect();
            pairs.sort_by_key(|(key, _)| (*key).clone());
            pairs.into_iter().map(|(key, value)| (key.clone(), sorted(value))).collect()
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

#[tokio::test]
async fn the_walk_covers_every_public_method_that_makes_a_call() {
    let client =
        Client::builder().base_url("http://127.0.0.1:9/api").token("token").build().expect("a client");
    let organization = client.organization(seed::ORGANIZATION);
    let walked: BTreeSet<String> =
        every_method(&client, &organization).iter().map(|case| case.name.to_owned()).collect();
    let declared = declared_methods(&root().join("tallyfy-sdk/src/resources"));
    assert!(declared.len() > 30, "found only {declared:?}");
    assert_eq!(walked, declared, "add new methods to `every_method`");
}

/// `Handle::method` of every public method that returns a call or a list.
fn declared_methods(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).expect("resources") {
        let text = std::fs::read_to_string(entry.expect("entry").path()).expect("source");
        for item in syn::parse_file(&text).expect("Rust").items {
            let syn::Item::Impl(block) = item else { continue };
            let syn::Type::Path(handle) = block.self_ty.as_ref() else { continue };
            for item in &block.items {
                let syn::ImplItem::Fn(method) = item else { continue };
                let public = matches!(method.vis, syn::Visibility::Public(_));
                let syn::ReturnType::Type(_, returned) = &method.sig.output else { continue };
                let syn::Type::Path(returned) = returned.as_ref() else { continue };
                let last = returned.path.segments.last().expect("a type").ident.to_string();
                if public && (last == "Call" || last == "Lister") {
                    let handle = &handle.path.segments.last().expect("a type").ident;
                    found.insert(format!("{handle}::{}", method.sig.ident));
                }
            }
        }
    }
    found
}
