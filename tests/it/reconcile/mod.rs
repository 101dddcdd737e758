//! Launches whose answer is lost, before a service that writes names and dates its own way: never a second process, and
//! never a call that nobody can tell about. Many launches at once are in `together`; looking without such oddities is tested
//! beside the code.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};
use tallyfy_sandbox::{Fault, Sandbox, seed};
use tallyfy_sdk::{
    Candidate, Client, Delivery, Error, Meta, Reconcile, WithMeta,
    model::Process,
    request::{LaunchProcess, ListProcesses},
    resources::processes::Processes,
};

mod relay;
mod together;

use relay::{Changes, Relay};

const CANNOT_TELL: &str = "cannot be told";

fn processes(base_url: &str) -> Processes {
    processes_at(base_url, TimeDelta::zero())
}

/// Of a machine whose clock goes before the time by so much.
fn processes_at(base_url: &str, ahead: TimeDelta) -> Processes {
    let client = Client::builder()
        .base_url(base_url)
        .token(seed::ADMIN_TOKEN)
        .timeout(Duration::from_secs(5))
        .date(move || (chrono::Utc::now() + ahead).into())
        .build()
        .expect("a client");
    client.organization(seed::ORGANIZATION).processes()
}

fn named(name: &str) -> LaunchProcess {
    LaunchProcess::new(seed::SMALL_TEMPLATE).name(name)
}

/// What came of one launch: the answer, the launches sent, and the processes there are beyond those of the seed.
struct Outcome {
    result: Result<WithMeta<Process>, Error>,
    sent: usize,
    there: usize,
}

impl Outcome {
    fn error(&self) -> String {
        self.result.as_ref().err().map(ToString::to_string).unwrap_or_default()
    }
}

fn count(sandbox: &Sandbox) -> usize {
    sandbox.dump()["processes"].as_array().map_or(0, Vec::len)
}

fn launches(sandbox: &Sandbox) -> usize {
    sandbox.requests().iter().filter(|seen| seen.method == "POST").count()
}

async fn launch(changes: Changes, faults: &[Fault], name: &str) -> Outcome {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let before = count(&sandbox);
    let relay = Relay::start(&sandbox.base_url(), changes).await;
    let processes = processes(&relay.base_url);
    faults.iter().for_each(|fault| sandbox.fault("create_run", fault.clone()));
    let once = processes.reconcile_by_name(&named(name)).grace(Duration::from_secs(5));
    let result = processes.launch(named(name)).reconcile(once).with_meta().await;
    Outcome { result, sent: launches(&sandbox), there: count(&sandbox) - before }
}

#[tokio::test(start_paused = true)]
async fn a_name_that_the_service_stores_otherwise_is_found_or_told_and_never_launched_again() {
    type Rewrite = fn(&str) -> String;
    let rows: &[(&str, &str, Rewrite, bool)] = &[
        ("as sent", "Order 4711", str::to_owned, true),
        ("blanks folded", "Order 4711  (Blue Fjord)", |name| name.replace("  ", " "), true),
        ("blanks at the ends", "  Order 4711 ", |name| name.trim().to_owned(), true),
        ("a blank that does not break", "Order 4711", |name| name.replace(' ', "\u{a0}"), true),
        ("a byte order mark between parts", "Order 4711", |name| name.replace(' ', "\u{feff} "), true),
        ("entities", "Fjord & Søn's", |name| name.replace('&', "&amp;").replace('\'', "&#039;"), true),
        ("entities twice", "Fjord & Søn", |name| name.replace('&', "&amp;amp;"), true),
        ("tags stripped", "Order <b>4711</b>", |name| name.replace("<b>", "").replace("</b>", ""), true),
        ("cut", "Order 4711 of the Blue Fjord", |name| name.chars().take(16).collect(), false),
        ("suffix", "Order 4711", |name| format!("{name} - 2026-11-27"), false),
        ("prefix", "Order 4711", |name| format!("Weekly check: {name}"), false),
        ("upper case", "Order 4711", str::to_uppercase, false),
        ("of its own", "Order 4711", |_| "Weekly check - 2026-11-27".to_owned(), false),
        ("empty", "Order 4711", |_| String::new(), false),
    ];
    for (what, name, rewrite, is_found) in rows {
        // The names of the seed stay, as they are old.
        let changes = Changes { name: *rewrite, ..Changes::default() };
        let outcome = launch(changes, &[Fault::ResetAfterApply], name).await;
        assert_eq!((outcome.sent, outcome.there), (1, 1), "{what}: {}", outcome.error());
        match &outcome.result {
            Ok(WithMeta { meta: Meta { found, .. }, .. }) => assert!(*is_found && *found, "{what}"),
            Err(error) => {
                assert!(!is_found && error.delivery() == Delivery::Unknown, "{what}: {error}");
                assert!(error.to_string().contains(CANNOT_TELL), "{what}: {error}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_launch_that_could_not_be_recognized_is_refused_before_it_is_sent() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let processes = processes(&sandbox.base_url());
    let nameless = || LaunchProcess::new(seed::SMALL_TEMPLATE);
    let by_name = |launch: LaunchProcess| (processes.reconcile_by_name(&launch), launch);
    let by_marker = |marker: &str| processes.reconcile_by_marker(marker);
    let rows: Vec<(&str, (Reconcile<Process>, LaunchProcess))> = vec![
        ("no name", by_name(nameless())),
        ("an empty name", by_name(named(""))),
        ("a blank name", by_name(named(" \t\u{a0}\u{feff}"))),
        ("the name of another launch", (processes.reconcile_by_name(&named("Order 1")), named("Order 2"))),
        (
            "another template",
            (
                processes.reconcile_by_name(&LaunchProcess::new(seed::TEMPLATE).name("Order 1")),
                named("Order 1"),
            ),
        ),
        ("an empty marker", (by_marker(""), named("Order 1"))),
        ("a blank marker", (by_marker(" \u{feff}\n"), named("Order 1"))),
        ("a marker without a letter or digit", (by_marker("---"), named("Order --- 1"))),
        ("a marker that is in many texts", (by_marker("1"), named("Order 1"))),
        ("a marker that the launch does not hold", (by_marker("4711"), named("Order 4712"))),
        ("a marker that is a part of a number", (by_marker("471"), named("Order 4711"))),
        (
            "a marker that the launch has in its template alone",
            (by_marker(seed::SMALL_TEMPLATE), named("Order")),
        ),
    ];
    for (what, (once, launch)) in rows {
        let error = processes.launch(launch).reconcile(once).await.expect_err(what);
        assert!(error.is_input() && error.delivery() == Delivery::NotSent, "{what}: {error}");
    }
    assert!(sandbox.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_disagrees_with_the_dates_of_rows_decides_nothing() {
    let week = TimeDelta::days(7);
    let (right, ahead, behind) = (TimeDelta::zero(), TimeDelta::hours(1), TimeDelta::days(-8));
    for (what, date, machine, fault) in [
        ("ten minutes ahead", Some(TimeDelta::minutes(10)), right, Fault::ResetAfterApply),
        ("two minutes ahead", Some(TimeDelta::minutes(2)), right, Fault::ResetAfterApply),
        ("ten minutes behind", Some(TimeDelta::minutes(-10)), right, Fault::ResetAfterApply),
        ("a year behind", Some(TimeDelta::days(-365)), right, Fault::ResetBefore),
        ("this machine ahead", Some(right), ahead, Fault::ResetAfterApply),
        ("this machine behind", Some(right), behind, Fault::ResetAfterApply),
        ("this machine ahead, and no other clock", None, ahead, Fault::ResetAfterApply),
        ("this machine behind, and no other clock", None, behind, Fault::ResetBefore),
    ] {
        let sandbox = Sandbox::start().await.expect("a sandbox");
        let processes = {
            sandbox.set_now(chrono::Utc::now() - week);
            processes(&sandbox.base_url()).launch(named("Order 4711")).await.expect("one of last week");
            sandbox.set_now(chrono::Utc::now());
            sandbox.clear_requests();
            sandbox.fault("create_run", fault);
            let relay = Relay::start(&sandbox.base_url(), Changes { date, ..Changes::default() }).await;
            (processes_at(&relay.base_url, machine), relay)
        };
        let once = processes.0.reconcile_by_name(&named("Order 4711")).grace(Duration::from_secs(5));
        let result = processes.0.launch(named("Order 4711")).reconcile(once).await;
        assert_eq!(launches(&sandbox), 1, "{what}: {:?}", result.as_ref().err());
        match result {
            Ok(process) => {
                let created = process.created_at.and_then(|created| created.to_utc()).expect("a date");
                assert!(created > chrono::Utc::now() - week / 2, "{what}: last week's process");
            }
            Err(error) => assert!(error.to_string().contains(CANNOT_TELL), "{what}: {error}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_date_that_says_little_never_makes_a_row_old() {
    type Dated = fn(&Value) -> Value;
    let rows: &[(&str, Dated)] = &[
        ("missing", |_| Value::Null),
        ("unreadable", |_| json!("just now")),
        ("local time without a zone", |_| {
            let local = chrono::Utc::now() - TimeDelta::hours(8);
            json!(local.format("%Y-%m-%d %H:%M:%S").to_string())
        }),
        ("a day", |_| json!((chrono::Utc::now() - TimeDelta::hours(12)).format("%Y-%m-%d").to_string())),
        ("in the future", |_| json!("2099-01-01T00:00:00Z")),
    ];
    for (what, created) in rows {
        let changes = Changes { created: *created, ..Changes::default() };
        let outcome = launch(changes, &[Fault::ResetAfterApply], "Order 4711").await;
        assert_eq!((outcome.sent, outcome.there), (1, 1), "{what}: {}", outcome.error());
        assert!(outcome.error().contains(CANNOT_TELL), "{what}: {}", outcome.error());
    }
}

#[tokio::test(start_paused = true)]
async fn a_look_that_brings_no_list_is_never_absence() {
    for list in
        ["", "<!DOCTYPE html><html><body>Sign in</body></html>", "{\"data\":[{\"id\":", "{}", "null", "[]x"]
    {
        let changes = Changes { list: Some(list), ..Changes::default() };
        let outcome = launch(changes, &[Fault::ResetBefore], "Order 4711").await;
        assert_eq!((outcome.sent, outcome.there), (1, 0), "{list:?}");
        assert!(outcome.error().contains("could not be looked for"), "{list:?}: {}", outcome.error());
    }
    let incomplete = r#"{"data":[],"meta":{"pagination":{"total":3,"count":0,"per_page":100,"current_page":1,"total_pages":1}}}"#;
    let outcome =
        launch(Changes { list: Some(incomplete), ..Changes::default() }, &[Fault::ResetBefore], "Order 1")
            .await;
    assert_eq!((outcome.sent, outcome.there), (1, 0), "{}", outcome.error());
}

#[tokio::test(start_paused = true)]
async fn a_process_that_the_list_shows_late_is_waited_for() {
    let changes = Changes { lag: Duration::from_secs(4), ..Changes::default() };
    let outcome = launch(changes, &[Fault::ResetAfterApply], "Order 4711").await;
    assert_eq!((outcome.sent, outcome.there), (1, 1), "{}", outcome.error());
    assert!(outcome.result.is_ok_and(|found| found.meta.found));
}

/// A row of a list with this in the place of its id.
fn with_id(mut row: Value, id: Value) -> Value {
    row["id"] = id;
    row
}

fn is_ours(row: &Value) -> bool {
    row["name"].as_str().is_some_and(|name| name.contains("4711"))
}

#[tokio::test(start_paused = true)]
async fn a_row_that_cannot_be_read_is_never_taken_for_absent() {
    type Row = fn(Value) -> Value;
    let rows: &[(&str, Row)] = &[
        ("no id", |row| if is_ours(&row) { with_id(row, Value::Null) } else { row }),
        ("an id that is none", |row| if is_ours(&row) { with_id(row, json!([7])) } else { row }),
        ("nothing", |row| if is_ours(&row) { Value::Null } else { row }),
        ("a text", |row| if is_ours(&row) { json!("Order 4711") } else { row }),
        ("no id and no date", |row| if is_ours(&row) { json!({"name": row["name"]}) } else { row }),
        ("no id and another name", |row| {
            if is_ours(&row) { json!({"name": "x", "created_at": row["created_at"]}) } else { row }
        }),
        ("every row", |row| with_id(row, Value::Null)),
    ];
    for (what, row) in rows {
        let changes = Changes { row: *row, ..Changes::default() };
        let outcome = launch(changes, &[Fault::ResetAfterApply], "Order 4711").await;
        assert_eq!((outcome.sent, outcome.there), (1, 1), "{what}: {}", outcome.error());
        assert!(outcome.error().contains(CANNOT_TELL), "{what}: {}", outcome.error());
        assert!(outcome.error().contains("a row that could not be read"), "{what}: {}", outcome.error());
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_of_ones_own_with_a_row_that_cannot_be_read_is_never_taken_for_absent() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let before = count(&sandbox);
    let row: fn(Value) -> Value = |row| if is_ours(&row) { with_id(row, Value::Null) } else { row };
    let relay = Relay::start(&sandbox.base_url(), Changes { row, ..Changes::default() }).await;
    let processes = processes(&relay.base_url);
    sandbox.fault("create_run", Fault::ResetAfterApply);
    let all = processes.clone();
    let once = Reconcile::by_name_in_list(
        "Order 4711",
        move || all.list(ListProcesses::new().per_page(100)),
        |process: &Process| {
            Candidate::new(&process.id).name(process.name.as_deref()).created_at(process.created_at.as_ref())
        },
    );
    let call = processes.launch(named("Order 4711")).reconcile(once.grace(Duration::from_secs(5)));
    let error = call.await.expect_err("in doubt").to_string();
    assert!(error.contains(CANNOT_TELL), "{error}");
    assert_eq!((launches(&sandbox), count(&sandbox) - before), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn an_old_row_that_cannot_be_read_is_in_nobodys_way() {
    let row: fn(Value) -> Value = |row| if is_ours(&row) { row } else { with_id(row, Value::Null) };
    for (fault, sent, is_found) in [(Fault::ResetBefore, 2, false), (Fault::ResetAfterApply, 1, true)] {
        let changes = Changes { row, ..Changes::default() };
        let outcome = launch(changes, &[fault], "Order 4711").await;
        assert_eq!((outcome.sent, outcome.there), (sent, 1), "{}", outcome.error());
        assert_eq!(outcome.result.expect("one of the two").meta.found, is_found);
    }
}
