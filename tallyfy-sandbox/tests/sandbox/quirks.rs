//! Every oddity, on and off: each has cases, and a new one without a case fails. The table in the README is made
//! of the same list.
//!
//! Not here: the cases themselves (`cases`), the program's flags (`program`).

mod cases;
mod program;

use std::collections::BTreeSet;
use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tallyfy_sandbox::{Quirks, Sandbox, seed};

use crate::{Desk, readme};

/// How an oddity shows: what is asked, and what is seen in the last answer with and without it.
struct Case {
    quirk: &'static str,
    asks: Vec<Ask>,
    sees: Vec<Sight>,
}

/// A place of what is seen (see [`look`]): there with the oddity on, and with it off.
type Sight = (&'static str, Value, Value);

/// One request, with the usual headers but for one. `$last` is the id that the answer before had, a body that is text
/// a form in parts.
struct Ask {
    method: Method,
    path: String,
    body: Value,
    without: &'static str,
}

fn ask(method: Method, path: impl Into<String>, body: Value) -> Ask {
    Ask { method, path: path.into(), body, without: "" }
}

fn get(path: impl Into<String>) -> Ask {
    ask(Method::GET, path, Value::Null)
}

fn post(path: impl Into<String>, body: Value) -> Ask {
    ask(Method::POST, path, body)
}

fn put(path: impl Into<String>, body: Value) -> Ask {
    ask(Method::PUT, path, body)
}

fn delete(path: impl Into<String>) -> Ask {
    ask(Method::DELETE, path, Value::Null)
}

impl Ask {
    fn without(self, header: &'static str) -> Self {
        Self { without: header, ..self }
    }
}

/// The last answer: `status`, `media`, `body`; `fired`, the side effects so far, and `posted`, what webhooks told.
async fn look(desk: &Desk, asks: &[Ask]) -> Value {
    let mut seen = Value::Null;
    for ask in asks {
        let last = seen["body"]["data"]["id"].as_str().unwrap_or_default();
        let mut request = desk.request(ask.method.clone(), &ask.path.replace("$last", last));
        request = match &ask.body {
            Value::Null => request,
            Value::String(parts) => {
                request.header("Content-Type", "multipart/form-data; boundary=b0").body(parts.clone())
            }
            body => {
                let body = body.to_string().replace("$last", last);
                request.header("Content-Type", "application/json").body(body)
            }
        };
        let mut request = request.build().expect("a request");
        request.headers_mut().remove(ask.without);
        let reply = desk.send(RequestBuilder::from_parts(desk.http.clone(), request)).await;
        let media = reply.headers.get("content-type").and_then(|media| media.to_str().ok());
        let fired: Vec<&str> = desk.sandbox.effects().iter().map(|effect| effect.kind).collect();
        let status = reply.status.as_u16();
        let posted: Vec<Value> = desk.sandbox.deliveries().into_iter().map(|one| one.body).collect();
        seen = json!({
            "status": status, "media": media, "body": reply.json, "fired": fired, "posted": posted,
        });
    }
    seen
}

async fn desk(quirks: Quirks) -> Desk {
    let builder = Sandbox::builder().quirks(quirks).now(seed::today() + chrono::Duration::hours(1));
    let sandbox = builder.replica_lag(Duration::from_secs(60)).start().await.expect("a free port");
    Desk { sandbox, http: crate::http(), token: seed::ADMIN_TOKEN }
}

/// Where a case is not seen as it should be.
async fn misses(case: &Case, quirks: Quirks, pick: fn(&Sight) -> &Value) -> Vec<String> {
    let desk = desk(quirks.clone()).await;
    let seen = look(&desk, &case.asks).await;
    // A service without an oddity may answer what the document does not know, a 404 where it promises success.
    if quirks == Quirks::all() {
        desk.is_faithful();
    }
    let missed = case.sees.iter().filter_map(|sight| {
        let (found, wanted) = (seen.pointer(sight.0).unwrap_or(&Value::Null), pick(sight));
        (found != wanted).then(|| format!("{} {}: {found} instead of {wanted}", case.quirk, sight.0))
    });
    missed.collect()
}

#[tokio::test]
async fn every_quirk_shows_when_on_and_is_gone_when_off() {
    let mut missed = Vec::new();
    for case in cases::all() {
        assert!(case.sees.iter().any(|(_, on, off)| on != off), "{} sees no difference", case.quirk);
        let mut without = Quirks::all();
        without.set(case.quirk, false).expect("a known name");
        missed.extend(misses(&case, Quirks::all(), |(_, on, _)| on).await);
        missed.extend(misses(&case, without, |(.., off)| off).await);
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn every_quirk_has_a_case() {
    let tried: BTreeSet<&str> = cases::all().iter().map(|case| case.quirk).collect();
    let known: BTreeSet<&str> = Quirks::LIST.iter().map(|quirk| quirk.name).collect();
    assert_eq!(tried, known);
}

/// Sections of the notes behind the document that are no operations.
const SECTIONS: [&str; 6] = [
    "platform:dates",
    "platform:headers",
    "platform:pagination",
    "processes_tasks:conventions",
    "processes_tasks:value_encodings",
    "templates:api_conventions",
];

/// The sources of `openapi/EVIDENCE.md`.
const SOURCES: [&str; 11] =
    ["docs", "seed", "py", "go", "n8n", "mcp", "mcp-newer", "pp", "mig", "api-support", "ps"];

#[test]
fn every_quirk_cites_a_source_that_there_is() {
    let document: Value = serde_json::from_str(include_str!("../../openapi.json")).expect("the document");
    let paths = document["paths"].as_object().expect("paths");
    let operations = paths.values().flat_map(|item| item.as_object().expect("methods").values());
    let facts: BTreeSet<&str> = operations.filter_map(|one| one["x-tallyfy-fact"].as_str()).collect();
    for quirk in Quirks::LIST {
        for citation in quirk.citation.split(", ") {
            let (source, place) = citation.split_once(':').unwrap_or_default();
            let attested = SOURCES.contains(&source) && !place.is_empty();
            let noted = facts.contains(citation) || SECTIONS.contains(&citation);
            assert!(attested || noted, "{}: {citation}", quirk.name);
        }
    }
}

#[test]
fn quirks_are_switched_by_name() {
    let mut quirks = Quirks::default();
    assert_eq!(quirks, Quirks::all());
    for quirk in Quirks::LIST {
        quirks.set(quirk.name, false).expect("a known name");
    }
    assert_eq!(quirks, Quirks::none());
    quirks.set("includes_are_wrapped", true).expect("a known name");
    assert!(quirks.includes_are_wrapped);
    let on: Vec<&str> = quirks.iter().filter(|(_, on)| *on).map(|(quirk, _)| quirk.name).collect();
    assert_eq!(on, ["includes_are_wrapped"]);
    let unknown = quirks.set("wraps", true).expect_err("no such name").to_string();
    assert!(
        unknown.starts_with("there is no quirk wraps; there are absent_access_lists_wipe, "),
        "{unknown}"
    );
}

#[test]
fn the_readme_lists_every_quirk() {
    let mut table = "\n| quirk | on | off | citation |\n|---|---|---|---|\n".to_owned();
    for quirk in Quirks::LIST {
        let citation = quirk.citation.replace(", ", "`, `");
        table += &format!("| `{}` | {} | {} | `{citation}` |\n", quirk.name, quirk.on, quirk.off);
    }
    readme::holds("quirks: made by the test `quirks`", "quirks", &(table + "\n"));
}

#[tokio::test]
async fn a_replica_catches_up() {
    let desk = desk(Quirks::all()).await;
    let path = format!("/runs/{}/tasks", seed::SMALL_PROCESS);
    let total = async || desk.get(&path).await.is(200)["meta"]["pagination"]["total"].clone();
    desk.post("/tasks", cases::one_off(seed::SMALL_PROCESS)).await.is(201);
    let begin = seed::today() + chrono::Duration::hours(1);
    for (seconds, expected) in [(0, 2), (59, 2), (60, 3)] {
        desk.sandbox.set_now(begin + chrono::Duration::seconds(seconds));
        assert_eq!(total().await, expected, "after {seconds} s");
    }
}

#[tokio::test]
async fn the_tasks_of_a_fanned_out_task_come_late() {
    let desk = desk(Quirks::all()).await;
    let mut task = cases::one_off("");
    task.as_object_mut().expect("an object").remove("run_id");
    task["separate_task_for_each_assignee"] = json!(true);
    task["owners"]["users"] = json!([1001, 1002, 1003]);
    let first = desk.post("/tasks", task).await.is(201)["data"].clone();
    let path = format!("/runs/{}/tasks", first["run_id"].as_str().expect("a process"));
    let total = async || desk.get(&path).await.is(200)["meta"]["pagination"]["total"].clone();
    assert_eq!(total().await, 0);
    desk.sandbox.set_now(seed::today() + chrono::Duration::hours(2));
    assert_eq!(total().await, 3);
}
