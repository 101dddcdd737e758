//! Many launches of one template at once, of which some answers are lost: however names, dates and lists go wrong, no launch
//! happens twice, no two calls return the same process, and a call that cannot tell says so.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::TimeDelta;
use futures::future::join_all;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tallyfy_sandbox::{Fault, Sandbox};
use tallyfy_sdk::{Delivery, Error, model::Process, request::LaunchProcess, resources::processes::Processes};

use super::relay::{Changes, Relay};
use super::{CANNOT_TELL, count, named, processes};

const LAUNCHES: usize = 50;

#[derive(Clone, Copy, Debug)]
enum By {
    Name,
    Marker,
    /// Without looking.
    Nothing,
}

async fn launch(
    processes: &Processes,
    launch: LaunchProcess,
    by: By,
    marker: &str,
) -> Result<Process, Error> {
    match by {
        By::Name => {
            let once = processes.reconcile_by_name(&launch);
            processes.launch(launch).reconcile(once).await
        }
        By::Marker => {
            let once = processes.reconcile_by_marker(marker);
            processes.launch(launch.summary(format!("for {marker}"))).reconcile(once).await
        }
        By::Nothing => processes.launch(launch).await,
    }
}

/// How many processes there are, and how many calls could not tell.
struct Outcome {
    there: usize,
    untold: usize,
}

/// Launches all at once; the first of them to arrive are struck by the faults. What holds whatever goes wrong is checked here.
async fn together(changes: Changes, faults: Vec<Fault>, launches: Vec<(String, By)>) -> Outcome {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let before = count(&sandbox);
    let relay = Relay::start(&sandbox.base_url(), changes).await;
    let processes = processes(&relay.base_url);
    faults.into_iter().for_each(|fault| sandbox.fault("create_run", fault));
    let calls = launches.iter().enumerate().map(|(number, (name, by))| {
        let (processes, marker) = (processes.clone(), format!("order-{number}"));
        async move { launch(&processes, named(name), *by, &marker).await }
    });
    let results = join_all(calls).await;
    let rows = sandbox.dump()["processes"].as_array().cloned().expect("rows");
    let existing: BTreeSet<_> = rows.iter().filter_map(|row| row["id"].as_str()).collect();
    let there = existing.len() - before;
    assert!(there <= launches.len(), "{there} processes of {} launches", launches.len());
    let returned: BTreeSet<_> = results.iter().flatten().map(|process| process.id.as_str()).collect();
    assert_eq!(returned.len(), results.iter().flatten().count(), "a process was returned twice");
    assert!(returned.is_subset(&existing));
    let errors =
        results.iter().zip(&launches).filter_map(|(result, launch)| Some((result.as_ref().err()?, launch.1)));
    let mut untold = 0;
    for (error, by) in errors {
        let shown = error.to_string();
        let is_told = shown.contains(CANNOT_TELL) && !error.candidates().is_empty();
        // It was answered, or sent for the last time, and nothing new is there.
        let is_absent = shown.contains("did not appear");
        let is_unsure = error.delivery() > Delivery::Refused;
        assert!(is_told || is_absent || !is_unsure || matches!(by, By::Nothing), "{error}");
        untold += 1;
    }
    Outcome { there, untold }
}

/// One in five is reset before it is applied, one in five after.
fn two_in_five() -> Vec<Fault> {
    (0..LAUNCHES / 5).flat_map(|_| [Fault::ResetBefore, Fault::ResetAfterApply]).collect()
}

fn unlike(by: By) -> Vec<(String, By)> {
    (0..LAUNCHES).map(|number| (format!("Order {number} & more"), by)).collect()
}

#[tokio::test(start_paused = true)]
async fn fifty_launches_are_fifty_processes_though_answers_are_lost_names_rewritten_and_lists_late() {
    let entities: fn(&str) -> String = |name| format!("\u{feff}{} ", name.replace('&', "&amp;"));
    let plain = Changes::default();
    for (what, changes, by, untold) in [
        ("as sent", plain, By::Name, 0),
        ("by marker", plain, By::Marker, 0),
        ("names rewritten", Changes { name: entities, ..plain }, By::Name, 0),
        ("lists late", Changes { lag: Duration::from_secs(20), ..plain }, By::Name, 0),
        ("clock behind", Changes { date: Some(TimeDelta::minutes(-10)), ..plain }, By::Name, 0),
        // Whose answer was lost finds its process, and cannot know that it is not from before.
        ("clock ahead", Changes { date: Some(TimeDelta::minutes(10)), ..plain }, By::Name, LAUNCHES / 5),
    ] {
        let outcome = together(changes, two_in_five(), unlike(by)).await;
        assert_eq!((outcome.there, outcome.untold), (LAUNCHES, untold), "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn launches_whose_names_say_nothing_are_told_and_not_repeated() {
    let own: fn(&str) -> String = |_| "Weekly check - 2026-11-27".to_owned();
    let longer: fn(&str) -> String = |name| format!("{name} - 2026-11-27");
    for (what, name) in [("a name of its own", own), ("a suffix", longer)] {
        let changes = Changes { name, ..Changes::default() };
        let outcome = together(changes, two_in_five(), unlike(By::Name)).await;
        // Those that were reset before they were applied are not there, and nobody can tell.
        assert_eq!((outcome.there, outcome.untold), (LAUNCHES * 4 / 5, LAUNCHES * 2 / 5), "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn of_two_launches_of_one_name_neither_takes_the_other_s_process() {
    let pairs = || (0..LAUNCHES).map(|number| (format!("Order {}", number / 2), By::Name)).collect();
    let outcome = together(Changes::default(), two_in_five(), pairs()).await;
    assert!(outcome.there + outcome.untold >= LAUNCHES, "{} there", outcome.there);
    // Markers tell them apart.
    let same = vec![("Onboarding".to_owned(), By::Marker); LAUNCHES];
    let outcome = together(Changes::default(), two_in_five(), same).await;
    assert_eq!((outcome.there, outcome.untold), (LAUNCHES, 0));
}

fn fault() -> impl Strategy<Value = Option<Fault>> {
    let long = Duration::from_secs(45);
    prop_oneof![
        4 => Just(None),
        2 => Just(Some(Fault::ResetBefore)),
        2 => Just(Some(Fault::ResetAfterApply)),
        1 => Just(Some(Fault::ResetMidBody)),
        1 => Just(Some(Fault::EmptyBody)),
        1 => Just(Some(Fault::Truncated)),
        1 => Just(Some(Fault::Html(502))),
        1 => Just(Some(Fault::Html(200))),
        1 => Just(Some(Fault::rate_limited(1))),
        1 => Just(Some(Fault::Delay(long))),
        1 => Just(Some(Fault::DelayAfterApply(long))),
    ]
}

fn changes() -> impl Strategy<Value = Changes> {
    let names: [fn(&str) -> String; 5] = [
        str::to_owned,
        |name| name.replace(' ', "&nbsp;"),
        |name| format!("{name} (2)"),
        |name| name.chars().take(7).collect(),
        |_| "Weekly check".to_owned(),
    ];
    let dates = [Some(0), Some(0), Some(-10), Some(10), Some(1), Some(525_600), Some(-525_600), None];
    let created: [fn(&serde_json::Value) -> serde_json::Value; 3] =
        [Clone::clone, Clone::clone, |_| serde_json::Value::Null];
    (0..names.len(), 0..dates.len(), 0..created.len(), 0..30_u64).prop_map(move |(name, date, row, lag)| {
        Changes {
            name: names[name],
            date: dates[date].map(TimeDelta::minutes),
            created: created[row],
            lag: Duration::from_secs(lag),
            ..Changes::default()
        }
    })
}

#[test]
fn however_answers_names_and_dates_go_wrong_there_are_no_more_processes_than_calls() {
    let by = prop_oneof![3 => Just(By::Name), 2 => Just(By::Marker), 1 => Just(By::Nothing)];
    let launches = prop::collection::vec((0..6_usize, by), 2..10);
    let faults = prop::collection::vec(fault(), 0..16);
    let config = Config { cases: 60, failure_persistence: None, ..Config::default() };
    let run = TestRunner::new(config).run(&(changes(), faults, launches), |(changes, faults, launches)| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
        let launches = launches.into_iter().map(|(number, by)| (format!("Order {number}"), by)).collect();
        // `None` lets a call pass: later calls are struck too.
        let faults = faults.into_iter().map(|fault| fault.unwrap_or(Fault::Delay(Duration::ZERO))).collect();
        runtime.expect("a runtime").block_on(together(changes, faults, launches));
        Ok(())
    });
    if let Err(failure) = run {
        panic!("{failure}");
    }
}
