//! `cargo xtask doctor` against the sandbox: it reads everything, finds nothing wrong where nothing is, tells oddities
//! apart, and keeps nothing of people.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use serde_json::{Value, json};
use tallyfy_sandbox::{Fault, Quirks, Sandbox, seed};
use tallyfy_sdk::{Client, ClientBuilder, RetryPolicy};
use tallyfy_tests::{
    doctor::{Examination, Settings, Sight, examine, store_file},
    verify::{Kind, Verifier},
};
use xtask::source;

fn client(sandbox: &Sandbox) -> ClientBuilder {
    Client::builder().base_url(sandbox.base_url()).token(sandbox.token())
}

/// Examines a sandbox; with the report, the recording.
async fn examined(sandbox: &Sandbox) -> (Examination, String) {
    let file = store_file(sandbox).await.unwrap();
    let settings = Settings {
        organization: Some(sandbox.organization().to_owned()),
        known: vec![("file".to_owned(), file)],
        samples: 1,
        ..Settings::default()
    };
    let mut kept = String::new();
    let examination = examine(client(sandbox), settings, &mut |lines| kept += lines).await.unwrap();
    (examination, kept)
}

/// What can be read, by the document alone: every GET of high or medium confidence.
fn reads_of_the_document() -> BTreeSet<String> {
    let document = source::version(&xtask::root(), source::BUNDLE).unwrap();
    let items = document["paths"].as_object().unwrap().values();
    let reads = items.map(|item| &item["get"]).filter(|read| read["operationId"].is_string());
    let sure = reads.filter(|read| matches!(read["x-tallyfy-confidence"].as_str(), Some("high" | "medium")));
    sure.map(|read| read["operationId"].as_str().unwrap().to_owned()).collect()
}

fn sights(examination: &Examination) -> Vec<Sight> {
    examination.oddities.iter().map(|oddity| oddity.sight).collect()
}

#[tokio::test]
async fn every_read_of_high_and_medium_confidence_is_read_and_ends_clean() {
    let sandbox = Sandbox::start().await.unwrap();
    let (examination, recording) = examined(&sandbox).await;
    let wanted = reads_of_the_document();
    assert!(wanted.len() > 40, "{}", wanted.len());
    let seen: BTreeSet<String> = examination.seen.keys().map(ToString::to_string).collect();
    assert_eq!(seen, wanted, "{:?}", examination.skipped);
    let requests = sandbox.requests();
    let answered = requests.iter().filter(|one| one.status.is_some_and(|status| status < 400));
    let reads = answered.filter(|one| one.method == "GET");
    assert_eq!(reads.filter_map(|one| one.operation.clone()).collect::<BTreeSet<_>>(), wanted);
    // The file was stored before the round began.
    let writes = requests.iter().filter(|one| one.method != "GET").filter_map(|one| one.operation.clone());
    assert_eq!(writes.collect::<Vec<_>>(), ["upload_file"]);
    assert!(examination.is_clean(), "{examination}");
    assert_eq!(sights(&examination), [Sight::Seen; 3]);

    let verifier = Verifier::default();
    let failed: Vec<String> = recording
        .lines()
        .map(|line| verifier.line(line))
        .filter(|outcome| !outcome.passed())
        .map(|outcome| format!("{outcome:?}"))
        .collect();
    assert_eq!(failed, [""; 0]);
    let report = format!("{examination}{recording}");
    let people = [
        "Ann",
        "Berg",
        "kim@supplier",
        seed::ORGANIZATION,
        seed::TEMPLATE,
        seed::GUEST_CODE,
        seed::ADMIN_TOKEN,
    ];
    for private in people {
        assert!(!report.contains(private), "{private}");
    }
}

#[tokio::test]
async fn oddities_that_are_gone_are_told_so() {
    let mut quirks = Quirks::default();
    quirks.empty_maps_are_lists = false;
    quirks.guest_tasks_ignore_per_page = false;
    quirks.unknown_task_status_returns_all = false;
    let sandbox = Sandbox::builder().quirks(quirks).start().await.unwrap();
    let (examination, _) = examined(&sandbox).await;
    assert_eq!(sights(&examination), [Sight::Gone; 3]);
    let report = examination.to_string();
    assert!(
        report.contains("- an empty map arrives as [] (processes_tasks:conventions): not seen\n"),
        "{report}"
    );
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_reported_with_its_place() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.fault("get_me", Fault::status(200, json!({"data": {"email": "kim@lund.test", "id": {"of": 1}}})));
    sandbox.fault("list_tags", Fault::status(404, json!({"error": true, "message": "Resource not found"})));
    sandbox.fault("list_tags", Fault::status(404, json!({"error": true, "message": "Resource not found"})));
    let (examination, _) = examined(&sandbox).await;
    assert!(!examination.is_clean());
    let found = &examination.seen["get_me"].findings[0];
    assert_eq!((found.kind, found.pointer.as_str()), (Kind::Undecodable, "/data/id"));
    assert_eq!(examination.seen["list_tags"].answers.keys().collect::<Vec<_>>(), [&404]);
    assert_eq!(examination.skipped["get_tag"], "the organization shows no tag");
    let report = examination.to_string();
    assert!(report.contains("\n- get_me: error undecodable: /data/id: "), "{report}");
    assert!(report.ends_with("\nNot clean.\n"), "{report}");
    assert_eq!(examination.json()["clean"], false);
}

#[tokio::test]
async fn a_refused_token_ends_the_round_at_once() {
    let sandbox = Sandbox::start().await.unwrap();
    let builder = Client::builder().base_url(sandbox.base_url()).token("wrong").retry(RetryPolicy::default());
    let settings = Settings { organization: Some(sandbox.organization().to_owned()), ..Settings::default() };
    let error = examine(builder, settings, &mut |_| ()).await.unwrap_err();
    assert!(error.is_auth(), "{error}");
    assert_eq!(sandbox.requests().len(), 1);
}

/// The program, told by the environment where to go.
async fn doctor(sandbox: &Sandbox, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doctor"));
    command
        .args(arguments)
        .env("TALLYFY_BASE_URL", sandbox.base_url())
        .env("TALLYFY_API_TOKEN", sandbox.token())
        .env("TALLYFY_ORG_ID", sandbox.organization());
    // The sandbox answers on this runtime, so that the wait must be elsewhere.
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[tokio::test]
async fn the_program_takes_the_organization_from_the_environment_and_leaves_a_recording() {
    let sandbox = Sandbox::start().await.unwrap();
    let file = store_file(&sandbox).await.unwrap();
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("doctor-{}.jsonl", std::process::id()));
    let kept = path.to_str().unwrap();
    let (code, report) =
        doctor(&sandbox, &["--json", "--samples", "1", "--record", kept, "--id", &format!("file={file}")])
            .await;
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!((code, &report["clean"], &report["skipped"]), (Some(0), &json!(true), &json!([])));
    let lines = fs::read_to_string(&path).unwrap().lines().count();
    let answers =
        report["operations"].as_array().unwrap().iter().flat_map(|one| one["answers"].as_array().unwrap());
    assert_eq!(answers.map(|answer| answer["count"].as_u64().unwrap()).sum::<u64>(), lines as u64);

    let (code, said) =
        doctor(&sandbox, &["--sandbox", "--samples", "1", "--record", kept, "--only-record"]).await;
    assert_eq!(code, Some(0));
    assert!(said.contains(" exchanges of ") && said.lines().count() == 1, "{said}");
    fs::remove_file(path).unwrap();
    for full in ["/nowhere/at/all/it.jsonl", "/dev/full"] {
        let (code, report) = doctor(&sandbox, &["--samples", "1", "--record", full]).await;
        assert_eq!((code, report.as_str()), (Some(2), ""), "{full}");
    }
}
