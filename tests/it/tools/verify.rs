//! `cargo xtask verify`: traffic that fits passes, each planted drift is named with its place and severity, and bad input
//! does not stop the rest. Most is asked of the library; files, standard input and exit codes of the binary.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::LazyLock,
};

use serde_json::{Value, json};
use tallyfy_gen::operations;
use tallyfy_tests::verify::{Severity, Verifier};

use super::diff::plant;

/// Its validators are made once.
static VERIFIER: LazyLock<Verifier> = LazyLock::new(Verifier::default);

/// Every fixture as a line of a recording, with its name.
fn recording() -> Vec<(String, String)> {
    let mut lines = Vec::new();
    let folders = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")).unwrap();
    for folder in folders.map(|entry| entry.unwrap().path()) {
        for file in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if file.extension().is_some_and(|ending| ending == "json") {
                lines.push((file.display().to_string(), line(&fixture(&file))));
            }
        }
    }
    assert!(lines.len() > 100, "{} fixtures", lines.len());
    lines
}

fn fixture(file: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

fn line(fixture: &Value) -> String {
    let operation = operations::find(fixture["operation"].as_str().unwrap()).unwrap();
    json!({
        "method": operation.method, "path": operation.path, "status": fixture["status"], "body": fixture["body"],
    })
    .to_string()
}

#[test]
fn every_fixture_decodes_and_loses_nothing() {
    let mut failed = Vec::new();
    for (file, line) in recording() {
        let outcome = VERIFIER.line(&line);
        let errors = outcome.findings.iter().filter(|finding| finding.kind.severity() == Severity::Error);
        failed.extend(errors.map(|finding| format!("{file}: {finding}")));
    }
    assert_eq!(failed, [""; 0]);
}

/// A process with its tasks, wrapped, as the service answers `get_run`; nothing in it is strange.
fn run() -> Value {
    json!({"operation": "get_run", "status": 200, "body": {"data": {
        "id": "71bec6df8c794364eac5d3c65e5916b9",
        "increment_id": 310,
        "name": "Oven 3",
        "status": "active",
        "tasks": {"data": [{"id": "b7af957f23e53a9d4dc742e1c8e97822", "title": "Inspect", "status": "not-started"}]},
    }}})
}

#[track_caller]
fn check(planted: &[(&str, Value)], expected: &[&str]) {
    let mut fixture = run();
    for (pointer, value) in planted {
        plant(&mut fixture, &format!("/body/data{pointer}"), value.clone());
    }
    let outcome = VERIFIER.line(&line(&fixture));
    let mut lines = Vec::new();
    for finding in &outcome.findings {
        lines.push(finding.to_string());
        if !finding.advice.is_empty() {
            lines.push(format!("-> {}", finding.advice));
        }
    }
    assert_eq!(lines, expected, "{planted:?}");
}

#[test]
fn traffic_as_documented_is_silent() {
    check(&[], &[]);
}

#[test]
fn a_renamed_field_is_named_with_what_it_may_have_been() {
    check(
        &[
            ("/tasks/data/0/original_title", json!("Inspect")),
            ("/increment_id", Value::Null),
            ("/increment_no", json!(310)),
        ],
        &[
            "warning unknown-field: /data/increment_no: is not in the document; not there is `increment_id`: renamed?",
            "-> openapi/processes.yaml: schemas/Run: add under `properties`: `increment_no: {type: integer, nullable: true}`",
        ],
    );
}

#[test]
fn a_new_enum_value_is_named_with_its_list() {
    check(
        &[("/tasks/data/0/status", json!("escalated"))],
        &[
            "warning unknown-value: /data/tasks/data/0/status: \"escalated\" is no known value",
            "-> openapi/tasks.yaml: schemas/TaskStatus: add `escalated` to `x-extensible-enum`",
        ],
    );
}

#[test]
fn a_number_for_a_text_is_the_documents_matter_alone() {
    check(
        &[("/name", json!(3))],
        &[
            "warning schema: /data/name: 3 is not of type \"string\"",
            "-> openapi/processes.yaml: schemas/Run.name: the client reads it all the same; let the document say that it may \
         be an integer",
        ],
    );
}

#[test]
fn an_unwrapped_include_is_a_note() {
    let bare = json!([{"id": "b7af957f23e53a9d4dc742e1c8e97822", "title": "Inspect"}]);
    check(
        &[("/tasks", bare)],
        &["note form: /data/tasks: the include arrives bare, without `data` around it"],
    );
}

#[test]
fn a_new_field_is_named_with_its_component() {
    check(
        &[("/tasks/data/0/estimate", json!({"hours": 2}))],
        &[
            "warning unknown-field: /data/tasks/data/0/estimate: is not in the document",
            "-> openapi/tasks.yaml: schemas/Task: add under `properties`: `estimate: {$ref: a component for it}`",
        ],
    );
    check(
        &[("/sealed_at", json!("2026-05-15T12:00:00Z"))],
        &[
            "warning unknown-field: /data/sealed_at: is not in the document",
            "-> openapi/processes.yaml: schemas/Run: add under `properties`: `sealed_at: {type: string, format: date-time, \
         nullable: true}`",
        ],
    );
}

#[test]
fn a_missing_id_fails_where_it_should_stand() {
    check(
        &[("/tasks/data/0/id", Value::Null)],
        &[
            "error undecodable: /data/tasks/data/0/id: missing field `id`",
            "-> openapi/tasks.yaml: schemas/Task.id: without it the type cannot be read; take it out of `required`, and out \
         of the rule open_answers",
        ],
    );
}

#[test]
fn what_the_type_drops_is_an_error() {
    check(
        &[("/tasks", json!({"data": [{"id": "a"}], "more": true}))],
        &[
            "error lost: /data/tasks: {\"data\":[{\"id\":\"a\"}],\"more\":true} became [{\"id\":\"a\"}]",
            "-> openapi/processes.yaml: schemas/Run.tasks: the reader in tallyfy-gen/src/wire/ drops it; please report it as a \
             bug",
        ],
    );
}

#[test]
fn every_place_that_cannot_be_read_is_named_not_the_first_alone() {
    let outcome = {
        let mut fixture = run();
        plant(&mut fixture, "/body/data/increment_id", json!("three"));
        plant(&mut fixture, "/body/data/tasks/data/0/position", json!({"x": 1}));
        plant(&mut fixture, "/body/data/tasks/data/-", json!({"title": "no id"}));
        VERIFIER.line(&line(&fixture))
    };
    let errors = outcome.findings.iter().filter(|finding| finding.kind.severity() == Severity::Error);
    let errors: Vec<_> = errors.map(|finding| finding.pointer.as_str()).collect();
    assert_eq!(errors, ["/data/increment_id", "/data/tasks/data/0/position", "/data/tasks/data/1/id"]);
    assert!(!outcome.passed());
}

#[test]
fn an_answer_without_its_frame_is_looked_through() {
    let mut fixture = run();
    fixture["body"] = fixture["body"]["data"].clone();
    plant(&mut fixture, "/body/stranger", json!(1));
    let outcome = VERIFIER.line(&line(&fixture));
    let lines: Vec<_> = outcome.findings.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "warning schema: /data: is missing, which the document requires: the answer came without its frame",
            "warning unknown-field: /stranger: is not in the document",
        ]
    );
    assert!(outcome.passed());
}

#[test]
fn an_operation_is_found_by_path_in_every_way_of_writing_it() {
    let operation = |method: &str, path: &str| {
        let line = json!({"method": method, "path": path, "status": 404, "body": null}).to_string();
        VERIFIER.line(&line).operation.unwrap_or_default()
    };
    for path in [
        "/organizations/{org}/runs/{run}",
        "/organizations/{org}/runs/{anything}",
        "/api/organizations/0a1b/runs/71be?with=tasks,tags",
        "https://go.tallyfy.com/api/organizations/0a1b/runs/71be/",
        "https://api.tallyfy.com/organizations/0a1b/runs/71be#top",
    ] {
        assert_eq!(operation("GET", path), "get_run", "{path}");
    }
    assert_eq!(operation("put", "/organizations/0a1b/runs/71be"), "update_run");
    assert_eq!(operation("GET", "/organizations/0a1b/me/tasks"), "list_my_tasks");
}

#[test]
fn an_unknown_operation_is_told_without_its_ids() {
    let line = |method: &str, path: &str| {
        let line = json!({"method": method, "path": path, "status": 200, "body": {}}).to_string();
        let outcome = VERIFIER.line(&line);
        assert!(!outcome.passed());
        outcome.findings.iter().map(|finding| format!("{finding} -> {}", finding.advice)).collect::<Vec<_>>()
    };
    assert_eq!(
        line("GET", "/api/organizations/98df2dec4b1f4e5ab9c1d2e3f4a5b6c7/checklists/17/ratings"),
        ["error unknown-operation: the document has no GET /organizations/{}/checklists/{}/ratings -> \
         openapi/templates.yaml: add GET /organizations/{}/checklists/{}/ratings with its evidence, or leave it out of \
         the recording",]
    );
    assert_eq!(
        line("DELETE", "/api/me")[0].split(" -> ").next(),
        Some("error unknown-operation: the document has no DELETE /me, only GET",)
    );
}

#[test]
fn answers_that_are_no_json_are_told_apart() {
    let findings = |status: u16, body: Value| {
        let line = json!({"method": "GET", "path": "/me", "status": status, "body": body}).to_string();
        let outcome = VERIFIER.line(&line);
        outcome.findings.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(
        findings(200, json!("<html>Sign in</html>")),
        ["error undecodable: the body is HTML: \"<html>Sign in</html>\" (expected value at line 1 column 1)",]
    );
    assert_eq!(
        findings(200, json!("{\"data\": {\"id\"")),
        [
            "error undecodable: the body is no JSON: \"{\\\"data\\\": {\\\"id\\\"\" (EOF while parsing an object at line 1 column 14)",
        ]
    );
    assert_eq!(
        findings(200, json!(null)),
        ["error undecodable: the answer is empty: EOF while parsing a value at line 1 column 0",]
    );
    assert_eq!(
        findings(502, json!("<html>Bad gateway</html>")),
        ["note form: the body is HTML: \"<html>Bad gateway</html>\" (expected value at line 1 column 1)",]
    );
    assert_eq!(findings(200, json!("{\"data\": {\"id\": 7}}")), [""; 0]);
    assert_eq!(findings(418, json!({})), ["note undocumented: status 418"]);
}

struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

fn verify(arguments: &[&str], input: &[u8]) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_verify"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may refuse its arguments and go before it has read anything.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

fn file(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()));
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn a_recording_that_fits_ends_well() {
    let lines: Vec<String> = recording().into_iter().map(|(_, line)| line).collect();
    let path = file("fits.jsonl", &lines.join("\n"));
    let ran = verify(&[path.to_str().unwrap()], b"");
    fs::remove_file(path).unwrap();
    assert_eq!(
        (ran.code, ran.out.lines().last()),
        (Some(0), Some(&*format!("{} passed, 0 failed", lines.len())))
    );
    assert!(ran.out.contains("\noperation "), "{}", ran.out);
}

#[test]
fn bad_lines_are_told_by_number_and_the_rest_is_checked() {
    let good = r#"{"method": "GET", "path": "/me", "status": 200, "body": {"data": {"id": 7}}}"#;
    let input = [
        &good[..40],
        "",
        good,
        r#"{"method": "FETCH", "path": "/me", "status": 200, "body": {}}"#,
        r#"{"method": "GET", "path": "/me", "status": 99, "body": {}}"#,
        r#"{"method": "GET", "status": 200, "body": {}}"#,
        "<html>",
        good,
    ]
    .join("\n");
    let ran = verify(&["--stdin"], input.as_bytes());
    assert_eq!(ran.code, Some(1));
    assert_eq!(
        ran.out.lines().collect::<Vec<_>>(),
        [
            "line 1: (unknown): error bad-input: the line ends in the middle, at column 40",
            "line 4: (unknown): error bad-input: unknown method \"FETCH\"",
            "line 5: (unknown): error bad-input: 99 is no HTTP status",
            "line 6: (unknown): error bad-input: no exchange: missing field `path` at line 1 column 44",
            "line 7: (unknown): error bad-input: no exchange: expected value at line 1 column 1",
            "operation     lines   failed   errors warnings    notes",
            "(unknown)         5        5        5        0        0",
            "get_me            2        0        0        0        0",
            "2 passed, 5 failed",
        ]
    );
}

#[test]
fn machines_get_one_object_a_line() {
    let input = format!(
        "{}\nnonsense\n",
        r#"{"method": "GET", "path": "/me", "status": 200, "body": {"data": {"id": 7, "moon": 1}}}"#
    );
    let ran = verify(&["--stdin", "--json"], input.as_bytes());
    let lines: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        lines[0],
        json!({
            "line": 1, "operation": "get_me", "severity": "warning", "kind": "unknown-field", "pointer": "/data/moon",
            "what": "is not in the document",
            "advice": "openapi/members.yaml: schemas/User: add under `properties`: `moon: {type: integer, nullable: true}`",
        })
    );
    assert_eq!([&lines[1]["line"], &lines[1]["kind"]], [&json!(2), &json!("bad-input")]);
    assert_eq!([&lines[2]["passed"], &lines[2]["failed"]], [&json!(1), &json!(1)]);
    assert_eq!((ran.code, lines.len()), (Some(1), 3));
}

#[test]
fn a_line_without_end_is_skipped_and_not_kept() {
    let mut input = vec![b'a'; 65 * 1024 * 1024];
    input.extend(
        b"\n{\"method\": \"GET\", \"path\": \"/me\", \"status\": 200, \"body\": {\"data\": {\"id\": 7}}}\n",
    );
    let ran = verify(&["--stdin"], &input);
    assert_eq!(ran.code, Some(1));
    assert_eq!(
        ran.out.lines().next(),
        Some("line 1: (unknown): error bad-input: the line is longer than 67108864 bytes")
    );
    assert_eq!(ran.out.lines().last(), Some("1 passed, 1 failed"));
}

#[test]
fn what_is_no_recording_is_refused() {
    let folder = env!("CARGO_MANIFEST_DIR");
    let ran = verify(&[folder], b"");
    let expected = format!("error: {folder}: is a folder; name a recording, one JSON object a line\n");
    assert_eq!((ran.code, ran.err), (Some(2), expected));
    let ran = verify(&["/nowhere/at/all.jsonl"], b"");
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.starts_with("error: /nowhere/at/all.jsonl: "), "{}", ran.err);
    let ran = verify(&[], b"");
    assert_eq!(ran.code, Some(2));
    let ran = verify(&["--stdin"], b"\n\n");
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), "there was no line to check\n0 passed, 0 failed\n"));
}
