//! Recorded shapes of answers, `fixtures/<resource>/<case>.json`: each is read with the generated type of
//! its operation and compared with what that type writes again. Not here: single fields in all their
//! forms (`tolerance`), and what the SDK makes of a refusal.
//!
//! A fixture holds `operation`, `citation`, `status` and `body`; a body that is a string is no JSON but
//! the text itself. The folder is walked, so a new file takes part by itself.

use std::collections::BTreeSet;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tallyfy_gen::operations::OPERATIONS;
use tallyfy_gen::{enums, types, wire};
use tallyfy_tests::lossless::differences;
use xtask::view::View;

/// Reads the text of a fixture, or of a bare `{"body": ..}`, and writes its body again.
type Decoder = fn(&str) -> serde_json::Result<Value>;

#[derive(Deserialize)]
struct Answer<T> {
    body: T,
}

/// The text is read, not a tree of it: the order of the keys matters to the readers.
fn decode<T: DeserializeOwned + Serialize>(text: &str) -> serde_json::Result<Value> {
    let answer: Answer<T> = serde_json::from_str(text)?;
    serde_json::to_value(answer.body)
}

macro_rules! decoders {
    ($($($operation:literal)|+ => $answer:ty,)+) => {
        &[$($(($operation, stringify!($answer), decode::<$answer> as Decoder),)+)+]
    };
}

/// Which type reads which answer. One row for each operation that answers JSON.
#[rustfmt::skip]
const DECODERS: &[(&str, &str, Decoder)] = decoders! {
    "create_application_user" => wire::Item<types::ApplicationUser>,
    "get_file" | "upload_asset" | "upload_file" => wire::Item<types::File>,
    "create_automated_action" | "update_automated_action" => wire::Item<types::Automation>,
    "get_run_task_automatic_deadline" => wire::Item<types::AutomaticDeadline>,
    "create_capture" | "move_capture" | "update_capture" => wire::Item<types::FormField>,
    "clone_checklist" | "create_checklist" | "get_checklist" | "publish_checklist" | "update_checklist"
        => wire::Item<types::Template>,
    "get_checklist_form_fields" => wire::Item<types::TemplateFormFields>,
    "create_connector_task" => wire::Item<types::ConnectorTask>,
    "create_custom_field_key" => wire::Item<types::CustomFieldKey>,
    "get_capture_custom_fields" | "get_checklist_custom_fields" | "get_folder_custom_fields"
        | "get_guest_custom_fields" | "get_prerun_custom_fields" | "get_run_custom_fields"
        | "get_step_custom_fields" | "get_tag_custom_fields" | "get_task_custom_fields"
        | "get_user_custom_fields" | "replace_capture_custom_fields" | "replace_checklist_custom_fields"
        | "replace_folder_custom_fields" | "replace_guest_custom_fields" | "replace_prerun_custom_fields"
        | "replace_run_custom_fields" | "replace_step_custom_fields" | "replace_tag_custom_fields"
        | "replace_task_custom_fields" | "replace_user_custom_fields" | "update_folder_custom_field"
        | "update_guest_custom_field" | "update_run_custom_field" | "update_tag_custom_field"
        | "update_task_custom_field" | "update_user_custom_field" => wire::Item<types::CustomFieldValues>,
    "create_folder" | "get_folder" | "update_folder" => wire::Item<types::Folder>,
    "create_folder_object" => wire::Item<types::FolderObject>,
    "create_group" | "get_group" | "update_group" => wire::Item<types::Group>,
    "convert_user_to_guest" | "create_guest" | "delete_guest" | "disable_guest" | "enable_guest"
        | "get_guest" | "remove_guest" | "update_guest" => wire::Item<types::Guest>,
    "get_organization" | "update_organization" => wire::Item<types::OrganizationDetails>,
    "activate_run" | "archive_run" | "complete_run_prerun" | "create_run" | "get_run" | "reopen_run_prerun"
        | "update_run" => wire::Item<types::Process>,
    "get_run_form_fields" => wire::Item<types::ProcessFormFields>,
    "clone_step" | "create_step" | "get_step" | "reorder_capture" | "reorder_step" | "update_step"
        => wire::Item<types::Step>,
    "create_tag" | "get_tag" | "update_tag" => wire::Item<types::Tag>,
    "create_tag_association" => wire::Item<types::TagAssociation>,
    "clone_task" | "complete_run_task" | "complete_task" | "create_task" | "get_run_task" | "get_task"
        | "reopen_run_task" | "reopen_task" | "restore_task" | "update_run_task" | "update_task"
        => wire::Item<types::Task>,
    "create_run_task_capture" | "create_task_form_field" => wire::Item<types::TaskFormField>,
    "create_checklist_comment" | "create_checklist_problem" | "create_run_comment" | "create_run_problem"
        | "create_task_bot_comment" | "create_task_comment" | "create_task_problem"
        | "resolve_checklist_problem" | "resolve_run_problem" | "resolve_task_problem"
        | "update_task_comment" => wire::Item<types::Comment>,
    "approve_user" | "convert_guest_to_user" | "delete_user" | "disable_user" | "enable_user"
        | "get_current_user" | "get_me" | "get_user" | "invite_user" | "remove_user"
        | "update_current_user" | "update_user" | "update_user_role" => wire::Item<types::Member>,
    "create_watcher" => wire::Item<types::Watcher>,
    "list_activity" => wire::List<types::ActivityEntry>,
    "list_captures" => wire::List<types::FormField>,
    "list_checklists" => wire::List<types::Template>,
    "list_custom_field_keys" => wire::List<types::CustomFieldKey>,
    "list_folders" => wire::List<types::Folder>,
    "list_groups" => wire::List<types::Group>,
    "list_guests" | "list_guests_minimal" => wire::List<types::Guest>,
    "list_my_organizations" => wire::List<types::OrganizationDetails>,
    "list_runs" => wire::List<types::Process>,
    "list_steps" => wire::List<types::Step>,
    "list_tags" => wire::List<types::Tag>,
    "list_guest_tasks" | "list_my_tasks" | "list_run_tasks" | "list_tasks" | "list_user_tasks"
        => wire::List<types::Task>,
    "list_users" => wire::List<types::Member>,
    "list_users_minimal" => wire::List<types::MemberMinimal>,
    "list_watchers" => wire::List<types::Watcher>,
    "archive_checklist" | "delete_checklist" => types::TemplateRemovalResult,
    "restore_checklist" => types::TemplateRestored,
    "search" => types::SearchResponse,
    "reset_run_task_deadline" => types::TaskDeadlineReset,
};

fn decoder(operation: &str) -> Option<Decoder> {
    DECODERS.iter().find(|(id, _, _)| *id == operation).map(|(_, _, decoder)| *decoder)
}

struct Fixture {
    /// `<resource>/<case>.json`.
    name: String,
    text: String,
    fields: Value,
}

impl Fixture {
    fn resource(&self) -> &str {
        self.name.split_once('/').map_or("", |(resource, _)| resource)
    }

    fn operation(&self) -> &str {
        self.fields["operation"].as_str().unwrap_or_default()
    }

    fn succeeded(&self) -> bool {
        matches!(self.fields["status"].as_u64(), Some(200..=299))
    }

    fn decode(&self) -> Result<Value, String> {
        let operation = self.operation();
        let Some(decoder) = decoder(operation) else {
            return Err(format!("add a row for {operation:?} to DECODERS in tests/it/fixtures.rs"));
        };
        decoder(&self.text).map_err(|error| format!("does not decode: {error}"))
    }
}

/// Every fixture below `fixtures/`; the folder `spec` belongs to the tests of the spec tools.
fn fixtures() -> Vec<Fixture> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut names = BTreeSet::new();
    for folder in std::fs::read_dir(&root).expect("the folder of the fixtures") {
        let folder = folder.expect("a folder of fixtures").path();
        if folder.ends_with("spec") {
            continue;
        }
        for file in std::fs::read_dir(&folder).expect("a folder of fixtures") {
            let file = file.expect("a fixture").path();
            names.insert(file.strip_prefix(&root).expect("below the root").to_path_buf());
        }
    }
    let fixtures = names.into_iter().map(|name| {
        let text = std::fs::read_to_string(root.join(&name)).expect("a fixture is text");
        let name = name.to_string_lossy().replace('\\', "/");
        let fields = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        Fixture { name, text, fields }
    });
    fixtures.collect()
}

/// One fixture, by its name.
#[track_caller]
fn answer<T: DeserializeOwned>(name: &str) -> T {
    let fixtures = fixtures();
    let fixture = fixtures.iter().find(|fixture| fixture.name == name);
    let text = &fixture.unwrap_or_else(|| panic!("there is no fixture {name}")).text;
    match serde_json::from_str::<Answer<T>>(text) {
        Ok(answer) => answer.body,
        Err(error) => panic!("{name}: {error}"),
    }
}

#[track_caller]
fn none_wrong(wrong: &[String]) {
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_answer_is_read_without_loss() {
    let mut wrong = Vec::new();
    for fixture in fixtures().iter().filter(|fixture| fixture.succeeded()) {
        match fixture.decode() {
            Ok(written) => {
                let found = differences(&fixture.fields["body"], &written);
                wrong.extend(found.iter().map(|difference| format!("{}: {difference}", fixture.name)));
            }
            Err(error) => wrong.push(format!("{}: {error}", fixture.name)),
        }
    }
    none_wrong(&wrong);
}

#[test]
fn a_refusal_is_never_taken_for_an_answer() {
    let mut refusals = 0;
    for fixture in fixtures().iter().filter(|fixture| !fixture.succeeded()) {
        // The SDK reads the answers of the token endpoint by hand.
        let Some(decoder) = decoder(fixture.operation()) else { continue };
        refusals += 1;
        let taken = decoder(&fixture.text);
        assert!(taken.is_err(), "{} was taken for an answer: {taken:?}", fixture.name);
    }
    assert!(refusals > 0, "there are no refusals below fixtures/errors");
}

#[test]
fn every_fixture_says_what_it_is_and_where_it_comes_from() {
    const SOURCES: &[&str] =
        &["docs", "seed", "py", "go", "n8n", "mcp", "mcp-newer", "pp", "mig", "api-support", "ps"];
    let tags: BTreeSet<&str> = OPERATIONS.iter().map(|operation| operation.tag).collect();
    let mut wrong = Vec::new();
    for fixture in fixtures() {
        let name = &fixture.name;
        let operation = fixture.operation();
        let resource = fixture.resource();
        if !tags.contains(resource) && resource != "errors" {
            wrong.push(format!("{name}: there is no resource {resource:?}"));
        }
        if (resource == "errors") == fixture.succeeded() {
            wrong.push(format!("{name}: what the status says belongs into another folder"));
        }
        if decoder(operation).is_none() && !OPERATIONS.iter().any(|known| known.id == operation) {
            wrong.push(format!("{name}: there is no operation {operation:?}"));
        }
        let citation = fixture.fields["citation"].as_str().unwrap_or_default();
        let cited = |part: &str| part.split_once(':').is_some_and(|(source, _)| SOURCES.contains(&source));
        if !citation.split(", ").all(cited) {
            wrong.push(format!("{name}: the citation {citation:?} names no known source"));
        }
        if fixture.fields.get("body").is_none() {
            wrong.push(format!("{name}: there is no body; write null for an empty one"));
        }
    }
    none_wrong(&wrong);
}

#[test]
fn every_resource_that_answers_has_a_fixture() {
    let covered: BTreeSet<String> = fixtures().iter().map(|fixture| fixture.resource().to_owned()).collect();
    // Nothing of these is read by a generated type: tokens are the SDK's, the rest has no known shape.
    let without = ["auth", "service"];
    let tags = OPERATIONS.iter().map(|operation| operation.tag).filter(|tag| !without.contains(tag));
    let missing: BTreeSet<&str> = tags.filter(|tag| !covered.contains(*tag)).collect();
    assert_eq!(missing, BTreeSet::new(), "resources without a folder below fixtures");
}

/// What the document promises for an operation's success, in the words of [`DECODERS`].
fn promised(view: &View, document: &Value, operation: &str) -> Option<String> {
    let paths = document["paths"].as_object()?.values();
    let node = paths.flat_map(|path| path.as_object()).flatten().map(|(_, node)| node);
    let node = node.into_iter().find(|node| node["operationId"] == operation)?;
    let name = node["responses"]["2XX"]["content"]["application/json"]["schema"]["$ref"].as_str()?;
    let name = name.rsplit('/').next()?;
    let schema = &document["components"]["schemas"][name];
    let data = &schema["properties"]["data"];
    let inner = |node: &Value| Some(view.rust_name(node["$ref"].as_str()?.rsplit('/').next()?).to_owned());
    match schema["x-tallyfy-envelope"].as_str() {
        Some("item") => Some(format!("wire::Item<types::{}>", inner(data)?)),
        Some("list") => Some(format!("wire::List<types::{}>", inner(&data["items"])?)),
        _ => Some(format!("types::{}", view.rust_name(name))),
    }
}

#[test]
fn every_row_is_the_answer_that_the_document_promises() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi/tallyfy.json");
    let text = std::fs::read_to_string(file).expect("the bundle");
    let document: Value = serde_json::from_str(&text).expect("the bundle is JSON");
    let (_, view, _) = xtask::codegen::view(&xtask::root()).expect("the spec is valid");
    let mut wrong = Vec::new();
    for (operation, answer, _) in DECODERS {
        let answer = answer.replace(' ', "");
        let promised = promised(&view, &document, operation).unwrap_or_else(|| "nothing".to_owned());
        if promised != answer {
            wrong.push(format!("{operation} is read as {answer}, the document promises {promised}"));
        }
    }
    none_wrong(&wrong);
}

#[test]
fn an_unknown_word_is_kept() {
    let run: wire::Item<types::Process> = answer("processes/get_run_newer_server.json");
    assert_eq!(run.data.status, Some(enums::ProcessStatus::Unknown("paused".to_owned())));
    assert_eq!(run.data.kickoff_status, Some(enums::KickoffStatus::Unknown("half-done".to_owned())));
    assert_eq!(run.data.type_, Some(enums::TemplateType::Unknown("playbook".to_owned())));

    let tasks: wire::List<types::Task> = answer("tasks/list_run_tasks.json");
    assert_eq!(tasks.data[2].status, Some(enums::TaskStatus::Unknown("on-hold".to_owned())));
    assert_eq!(tasks.data[2].task_type, Some(enums::TaskType::Unknown("robot".to_owned())));
}

#[test]
fn an_unknown_field_is_visible() {
    let run: wire::Item<types::Process> = answer("processes/get_run_newer_server.json");
    let extra = serde_json::json!({
        "mood": "calm",
        "risk": {"score": 7, "reasons": ["heat"]},
        "next_review_at": "2027-01-01T00:00:00Z",
    });
    assert_eq!(Value::from(run.data.extra), extra);

    let users: wire::List<types::MemberMinimal> = answer("members/list_users_minimal.json");
    assert_eq!(users.data[1].extra["initials"], "TA");
    assert_eq!(users.extra["count"], 2);
}

/// The body of an answer that must be refused, and words of the refusal.
#[track_caller]
fn refused(cases: &[(&str, &str, &str)]) {
    for (operation, body, words) in cases {
        let decoder = decoder(operation).expect("a row of DECODERS");
        match decoder(&format!("{{\"body\": {body}}}")) {
            Ok(taken) => panic!("{operation}: {body} was taken for an answer: {taken}"),
            Err(error) => assert!(error.to_string().contains(words), "{operation}: {body}: {error}"),
        }
    }
}

#[test]
fn a_thing_without_its_id_is_an_error() {
    refused(&[
        ("get_run", r#"{"data": {"name": "Oven service"}}"#, "missing field `id`"),
        ("get_run", r#"{"data": {"id": null}}"#, "missing field `id` at /data"),
        ("get_run", r#"{"data": {}}"#, "missing field `id` at /data"),
        ("get_run", r#"{"name": "Oven service"}"#, "missing field `id`"),
        ("get_me", r#"{"data": {"id": "ines"}}"#, "missing field `id` at /data"),
    ]);
}

#[test]
fn an_answer_without_its_data_is_an_error() {
    refused(&[
        ("get_run", r#"{"data": null}"#, "expected one object, found null at /data"),
        ("get_run", r#"{"data": []}"#, "expected one object, found a list at /data"),
        ("get_run", r#"null"#, "expected an answer with `data`"),
        ("get_run", r#""OK""#, "expected an object (Process)"),
        ("list_runs", r#"{"meta": {"pagination": {"total": 0}}}"#, "missing field `data`"),
        ("list_runs", r#"{"data": null}"#, "expected a list, found null at /data"),
        ("list_runs", r#"{"data": {"id": "r"}}"#, "expected a list, found an object at /data"),
        ("list_runs", r#"{"data": "none"}"#, "expected a list, found a text at /data"),
        ("list_runs", r#""OK""#, "expected an answer with a `data` list"),
    ]);
}

/// Read and written again, nothing is lost.
#[test]
fn a_value_of_another_kind_stays_as_it_came() {
    for (operation, body) in [
        ("get_run", json!({"data": {"id": "r", "late_tasks": "some"}})),
        ("get_run", json!({"data": {"id": "r", "starred": "yes"}})),
        ("get_run", json!({"data": {"id": "r", "users": {"first": 1}}})),
        ("get_run", json!({"data": {"id": "r", "prerun": "none"}})),
        ("get_run", json!({"data": {"id": "r", "checklist": [{"id": "t"}]}})),
        ("get_run", json!({"data": {"id": "r", "name": ["a"]}})),
        ("get_run", json!({"data": {"id": "r", "tasks": {"data": [{"title": "b"}]}}})),
        ("list_tasks", json!({"data": [{"id": "a"}, {"title": "b"}, null]})),
    ] {
        let decoder = decoder(operation).expect("a row of DECODERS");
        let written = decoder(&json!({"body": body}).to_string()).expect("read");
        assert_eq!(written, body, "{operation}");
    }
}
