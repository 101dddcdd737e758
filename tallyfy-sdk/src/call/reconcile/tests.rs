//! Launches whose answer is lost, against the sandbox: how many processes there are in the end.

use tallyfy_sandbox::{Fault, Sandbox, seed};

use super::*;
use crate::resources::processes::Processes;
use crate::scripted::{Reply, Scripted, json};
use crate::{
    Client, Delivery,
    model::Process,
    request::{LaunchProcess, ListProcesses},
};

const NAME: &str = "Order 4711";

async fn start() -> (Sandbox, Processes) {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let processes = stranger(&sandbox);
    (sandbox, processes)
}

/// Through a client of its own.
fn stranger(sandbox: &Sandbox) -> Processes {
    let client = Client::builder()
        .base_url(sandbox.base_url())
        .token(sandbox.token())
        .timeout(Duration::from_secs(5))
        .build()
        .expect("a client");
    client.organization(sandbox.organization()).processes()
}

fn launch() -> LaunchProcess {
    LaunchProcess::new(seed::SMALL_TEMPLATE).name(NAME)
}

async fn count(processes: &Processes) -> usize {
    let all = processes.list(ListProcesses::new().per_page(100)).all().await.expect("processes");
    all.iter().filter(|process| process.name.as_deref() == Some(NAME)).count()
}

/// The answer of a launch that may look, the launches and lists that were sent, and the processes there are.
async fn launched(faults: Vec<Fault>, once: fn(&Processes) -> Reconcile<Process>) -> Outcome {
    let (sandbox, processes) = start().await;
    for fault in faults {
        sandbox.fault("create_run", fault);
    }
    let result = processes.launch(launch()).reconcile(once(&processes)).with_meta().await;
    let sent = sandbox.requests().iter().filter(|seen| seen.method == "POST").count();
    let there = count(&processes).await;
    (result, sent, there)
}

type Outcome = (Result<crate::WithMeta<Process>, Error>, usize, usize);

fn by_name(processes: &Processes) -> Reconcile<Process> {
    processes.reconcile_by_name(&launch())
}

#[tokio::test(start_paused = true)]
async fn a_launch_that_happened_is_found_and_not_repeated() {
    let lost: [fn() -> Fault; 4] = [
        || Fault::ResetAfterApply,
        || Fault::ResetMidBody,
        || Fault::EmptyBody,
        || Fault::DelayAfterApply(Duration::from_secs(60)),
    ];
    for fault in lost {
        let (result, sent, there) = launched(vec![fault()], by_name).await;
        let found = result.expect("found");
        assert_eq!((found.value.name.as_deref(), sent, there), (Some(NAME), 1, 1), "{:?}", fault());
        assert!(found.meta.found);
        assert_eq!(found.meta.attempts, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_launch_that_did_not_happen_is_repeated_after_the_grace_period() {
    let (result, sent, there) = launched(vec![Fault::ResetBefore, Fault::Html(502)], by_name).await;
    let made = result.expect("the third was answered");
    assert_eq!((sent, there, made.meta.attempts), (3, 1, 3));
    assert!(!made.meta.found);
    assert!((120..122).contains(&made.meta.elapsed.as_secs()), "two grace periods: {:?}", made.meta.elapsed);
}

#[tokio::test(start_paused = true)]
async fn a_repeat_may_be_lost_as_well() {
    let (result, sent, there) = launched(vec![Fault::ResetBefore, Fault::ResetAfterApply], by_name).await;
    let found = result.expect("found");
    assert_eq!((sent, there, found.meta.attempts, found.meta.found), (2, 1, 2, true));
}

#[tokio::test(start_paused = true)]
async fn what_stays_absent_stays_unknown() {
    let faults = || vec![Fault::ResetBefore, Fault::ResetBefore, Fault::ResetBefore, Fault::ResetBefore];
    let (result, sent, there) = launched(faults(), by_name).await;
    let error = result.expect_err("never there");
    assert_eq!((error.delivery(), error.attempts(), sent, there), (Delivery::Unknown, 3, 3, 0));
    assert!(error.to_string().contains("did not appear within 60s"), "{error}");
    let (result, sent, _) =
        launched(faults(), |processes| by_name(processes).repeats(0).grace(Duration::from_secs(9))).await;
    let error = result.expect_err("only looked");
    assert_eq!((error.delivery(), sent, error.elapsed().as_secs()), (Delivery::Unknown, 1, 9));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_after_an_unknown_outcome_does_not_make_it_certain() {
    let refused = Fault::status(403, serde_json::json!({"message": "no"}));
    let once = |processes: &Processes| by_name(processes).repeats(1);
    let (result, sent, there) = launched(vec![Fault::ResetBefore, refused], once).await;
    let error = result.expect_err("refused");
    assert!(error.is_permission());
    assert_eq!((error.delivery(), error.attempts(), sent, there), (Delivery::Unknown, 2, 2, 0));
}

#[tokio::test(start_paused = true)]
async fn a_clear_answer_needs_no_looking() {
    let (sandbox, processes) = start().await;
    sandbox.fault("create_run", Fault::status(422, serde_json::json!({"errors": {"name": ["bad"]}})));
    let call = processes.launch(launch()).reconcile(by_name(&processes));
    assert_eq!(call.await.expect_err("bad").delivery(), Delivery::Refused);
    assert_eq!(sandbox.requests().len(), 1);
    let made = processes.launch(launch()).reconcile(by_name(&processes)).with_meta().await.expect("made");
    assert!(!made.meta.found);
    assert_eq!(sandbox.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_says_it_was_done_is_not_repeated_even_if_nothing_appears() {
    let page = Fault::Html(200);
    let (result, sent, there) = launched(vec![page], by_name).await;
    let error = result.expect_err("a web page");
    assert_eq!((error.delivery(), sent, there), (Delivery::Unknown, 1, 0));
    assert!(error.to_string().contains("did not appear"), "{error}");

    let cut = Reply::Raw("HTTP/1.1 201 Created\r\ncontent-length: 99\r\n\r\n{\"data\":".to_owned());
    let server = Scripted::start(vec![cut, json(201, r#"{"data":{"id":"r1"}}"#)]).await;
    let processes = server.client().organization("o1").processes();
    let nothing = Reconcile::by_name(NAME, |_| async { Ok(Vec::new()) });
    let call = processes.launch(launch()).reconcile(nothing);
    assert_eq!(call.await.expect_err("cut off").delivery(), Delivery::Applied);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn several_that_may_be_it_decide_nothing() {
    let (sandbox, processes) = start().await;
    // By another client, so that this one cannot account for it.
    stranger(&sandbox).launch(launch()).await.expect("one of the same name");
    sandbox.fault("create_run", Fault::ResetAfterApply);
    let call = processes.launch(launch()).reconcile(by_name(&processes));
    let error = call.await.expect_err("two of the name");
    assert_eq!((error.delivery(), error.attempts(), error.candidates().len()), (Delivery::Unknown, 1, 2));
    assert!(error.to_string().contains("it cannot be told whether it was created: "), "{error}");
}

#[tokio::test(start_paused = true)]
async fn who_cannot_look_does_not_repeat() {
    let (sandbox, processes) = start().await;
    sandbox.fault("create_run", Fault::ResetBefore);
    for _ in 0..100 {
        sandbox.fault("list_runs", Fault::status(403, serde_json::json!({"message": "no"})));
    }
    let error = processes.launch(launch()).reconcile(by_name(&processes)).await.expect_err("unknown");
    assert_eq!((error.delivery(), error.attempts()), (Delivery::Unknown, 1));
    assert!(error.to_string().contains("It could not be looked for (list_runs: "), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_failed_look_at_the_end_decides_nothing() {
    let (sandbox, processes) = start().await;
    sandbox.fault("create_run", Fault::ResetBefore);
    // Reads are not repeated after an answer that cannot be read; with no grace period each look is a last one.
    for _ in 0..3 {
        sandbox.fault("list_runs", Fault::Truncated);
    }
    let once = by_name(&processes).grace(Duration::ZERO);
    let made = processes
        .launch(launch())
        .reconcile(once)
        .with_meta()
        .await
        .expect("seen to be absent, and sent again");
    assert_eq!((made.meta.attempts, made.meta.found, count(&processes).await), (2, false, 1));
}

#[tokio::test(start_paused = true)]
async fn reads_may_lag_behind() {
    let (sandbox, processes) = start().await;
    sandbox.fault("create_run", Fault::ResetAfterApply);
    let nothing = serde_json::json!({"data": [], "meta": {"pagination": {"total": 0, "total_pages": 1}}});
    for _ in 0..3 {
        sandbox.fault("list_runs", Fault::status(200, nothing.clone()));
    }
    let found = processes.launch(launch()).reconcile(by_name(&processes)).with_meta().await.expect("found");
    assert!(found.meta.found);
    // Pauses of 0.5, 1 and 2 seconds.
    assert_eq!(found.meta.elapsed.as_millis() / 100, 35);
    assert_eq!(count(&processes).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_marker_is_found_in_a_kickoff_answer() {
    let (sandbox, processes) = start().await;
    let launch = LaunchProcess::new(seed::TEMPLATE)
        .name("Vendor")
        .kickoff_value(seed::KICKOFF_TEXT, "\"Fjord\" 4711")
        .kickoff_value(seed::KICKOFF_DROPDOWN, serde_json::json!({"id": 2, "text": "Express"}));
    sandbox.fault("create_run", Fault::ResetAfterApply);
    let call = processes.launch(launch.clone()).reconcile(processes.reconcile_by_marker("\"Fjord\" 4711"));
    let found = call.with_meta().await.expect("found");
    assert!(found.meta.found);
    assert_eq!(found.value.name.as_deref(), Some("Vendor"));
}

#[tokio::test(start_paused = true)]
async fn objects_from_before_the_call_are_not_it() {
    let (sandbox, processes) = start().await;
    let hour = chrono::TimeDelta::hours(1);
    sandbox.set_now(chrono::Utc::now() - hour);
    processes.launch(launch()).await.expect("an older one of the same name");
    sandbox.set_now(chrono::Utc::now());
    sandbox.fault("create_run", Fault::ResetAfterApply);
    let found = processes.launch(launch()).reconcile(by_name(&processes)).with_meta().await.expect("found");
    assert!(found.meta.found);
    let created = found.value.created_at.and_then(|created| created.to_utc()).expect("a date");
    assert!(created > chrono::Utc::now() - hour / 2, "{created}");
    assert_eq!(count(&processes).await, 2);
}

#[tokio::test]
async fn only_creations_can_be_looked_for() {
    let (sandbox, processes) = start().await;
    let look = || Reconcile::by_name(NAME, |_| async { Ok(Vec::new()) });
    for call in [processes.get(seed::PROCESS), processes.activate(seed::PROCESS)] {
        assert!(call.reconcile(look()).await.expect_err("no creation").is_input());
    }
    assert!(sandbox.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn any_list_will_do() {
    let (sandbox, processes) = start().await;
    sandbox.fault("create_run", Fault::ResetAfterApply);
    let all = processes.clone();
    let once = Reconcile::by_name_in_list(
        NAME,
        move || all.list(ListProcesses::new()),
        |process: &Process| {
            Candidate::new(&process.id).name(process.name.as_deref()).created_at(process.created_at.as_ref())
        },
    );
    let found = processes.launch(launch()).reconcile(once).with_meta().await.expect("found");
    assert!(found.meta.found);
}

#[tokio::test(start_paused = true)]
async fn what_one_look_met_counts_though_a_later_one_misses_it() {
    let (sandbox, processes) = start().await;
    sandbox.fault("create_run", Fault::ResetBefore);
    let looks = std::sync::atomic::AtomicUsize::new(0);
    let once = Reconcile::by_name(NAME, move |_| {
        let is_second = looks.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 1;
        let process: Process = serde_json::from_str(r#"{"id": "7"}"#).expect("a process");
        let met = is_second.then(|| (Candidate::new(&process.id).name(Some("Another")), Some(process)));
        async move { Ok(met.into_iter().collect()) }
    });
    let error = processes.launch(launch()).reconcile(once).await.expect_err("in doubt");
    assert_eq!((error.delivery(), error.attempts()), (Delivery::Unknown, 1));
    assert_eq!(error.candidates(), ["7"]);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_cut_is_not_looked_through() {
    let (sandbox, processes) = start().await;
    let lists: [fn(&Processes) -> Lister<Process>; 4] = [
        |all| all.list(ListProcesses::new().page(2)),
        |all| all.list(ListProcesses::new()).limit(100),
        |all| all.list(ListProcesses::new()).unchecked(),
        |all| all.list(ListProcesses::new()).resume(&"1:list_runs:2:0:10".parse().expect("a token")),
    ];
    for list in lists {
        let all = processes.clone();
        let once = Reconcile::by_name_in_list(
            NAME,
            move || list(&all),
            |process: &Process| Candidate::new(&process.id),
        );
        let error = processes.launch(launch()).reconcile(once).await.expect_err("cut");
        assert!(error.is_input() && error.to_string().contains("walked to its end"), "{error}");
    }
    assert!(sandbox.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_preview_is_refused_as_its_call_would_be() {
    let (sandbox, processes) = start().await;
    let call = processes.launch(launch()).reconcile(processes.reconcile_by_marker(""));
    assert!(call.preview().await.expect_err("no marker").is_input());
    let call = processes.launch(launch()).reconcile(by_name(&processes));
    assert_eq!(call.preview().await.expect("a preview").method, "POST");
    assert!(sandbox.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn who_looks_is_not_repeated_without_a_look_even_if_called_idempotent() {
    let (sandbox, processes) = start().await;
    sandbox.fault("create_run", Fault::ResetAfterApply);
    let call = processes.launch(launch()).reconcile(by_name(&processes)).idempotent(true);
    assert!(call.with_meta().await.expect("found").meta.found);
    assert_eq!(count(&processes).await, 1);
}
