//! Lost, doubled and late calls; receivers that are dead, silent, elsewhere.

use serde_json::json;
use tallyfy_sandbox::{Odds, Sent, WebhookFaults, seed};

use super::receiver::{Manner, Receiver};
use super::{complete, desk, events, kinds, launch, task};
use crate::Desk;

/// Three comments on a task, one request each; what the receiver got of them, as their numbers.
async fn comment_thrice(faults: &WebhookFaults) -> (Desk, Vec<usize>) {
    let receiver = Receiver::start(Manner::Answer(200)).await;
    let desk = desk(None, None, &[&receiver.url("/")]).await;
    desk.sandbox.set_webhook_faults(faults);
    let tasks = [seed::ONE_OFF_TASK, seed::PROCESS_TASKS[1], seed::PROCESS_TASKS[2]];
    for task in tasks {
        desk.post(&format!("/tasks/{task}/comment"), json!({ "content": "Look" })).await.is(200);
    }
    desk.sandbox.delivered().await;
    let number =
        |(_, id): (String, String)| tasks.iter().position(|task| *task == id).expect("a task of ours");
    let got = events(&receiver.got()).into_iter().map(number).collect();
    (desk, got)
}

/// What arrives of three calls.
async fn check(faults: WebhookFaults, expected: &[usize]) {
    let (_, got) = comment_thrice(&faults).await;
    assert_eq!(got, expected, "{faults:?}");
}

#[tokio::test]
async fn calls_are_lost_doubled_and_late_by_count() {
    let none = WebhookFaults::default;
    check(none(), &[0, 1, 2]).await;
    check(WebhookFaults { lose: Odds::Times(2), ..none() }, &[2]).await;
    check(WebhookFaults { duplicate: Odds::Times(1), ..none() }, &[0, 0, 1, 2]).await;
    check(WebhookFaults { reorder: Odds::Times(1), ..none() }, &[1, 0, 2]).await;
    check(WebhookFaults { reorder: Odds::Times(3), ..none() }, &[1, 0, 2]).await;
    check(WebhookFaults { reorder: Odds::Times(1), duplicate: Odds::Times(1), ..none() }, &[1, 0, 0, 2])
        .await;
}

#[tokio::test]
async fn calls_are_lost_doubled_and_late_by_chance() {
    let always = Odds::Chance(1.0);
    let none = WebhookFaults::default;
    check(WebhookFaults { lose: always, ..none() }, &[]).await;
    check(WebhookFaults { lose: Odds::Chance(0.0), ..none() }, &[0, 1, 2]).await;
    check(WebhookFaults { duplicate: always, ..none() }, &[0, 0, 1, 1, 2, 2]).await;
    // The last one has no next one: it waits for `delivered`.
    check(WebhookFaults { reorder: always, ..none() }, &[1, 0, 2]).await;
}

#[tokio::test]
async fn a_lost_call_is_told_of() {
    let (desk, got) =
        comment_thrice(&WebhookFaults { lose: Odds::Times(1), ..WebhookFaults::default() }).await;
    assert_eq!(got, [1, 2]);
    let sent: Vec<Sent> = desk.sandbox.deliveries().into_iter().map(|one| one.sent).collect();
    assert_eq!(sent, [Sent::Lost, Sent::Answered(200), Sent::Answered(200)]);
}

#[tokio::test]
async fn a_dead_receiver_is_tried_once_and_holds_nobody_up() {
    let gone = Receiver::start(Manner::Answer(200)).await;
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let dead = format!("http://{}/", free.local_addr().expect("an address"));
    drop(free);
    let desk = desk(Some(&dead), None, &[&gone.url("/")]).await;
    let process = launch(&desk).await;
    assert_eq!(complete(&desk, &process, 0).await, 200);
    desk.sandbox.delivered().await;
    let of_dead = desk.sandbox.deliveries().into_iter().filter(|one| one.url == dead);
    let sent: Vec<Sent> = of_dead.map(|one| one.sent).collect();
    assert_eq!(sent.len(), 2);
    assert!(sent.iter().all(|sent| matches!(sent, Sent::Failed(why) if why.contains("refused"))), "{sent:?}");
    assert_eq!(kinds(&gone.got()), ["event", "event"]);
}

#[tokio::test(start_paused = true)]
async fn a_silent_receiver_is_given_up_and_holds_up_itself_alone() {
    let (silent, other) = (Receiver::start(Manner::Silent).await, Receiver::start(Manner::Answer(200)).await);
    let desk = desk(Some(&silent.url("/")), None, &[&other.url("/")]).await;
    let process = launch(&desk).await;
    assert_eq!(complete(&desk, &process, 0).await, 200);
    desk.sandbox.delivered().await;
    assert_eq!(kinds(&silent.got()), ["process launched", "task completed"]);
    let given_up = Sent::Failed("no answer within 10 seconds".to_owned());
    let sent: Vec<Sent> = desk.sandbox.deliveries().into_iter().map(|one| one.sent).collect();
    assert_eq!(sent, [given_up.clone(), Sent::Answered(200), given_up, Sent::Answered(200)]);
}

#[tokio::test]
async fn an_error_of_the_receiver_is_an_answer_and_not_repeated() {
    let receiver = Receiver::start(Manner::Answer(503)).await;
    let desk = desk(Some(&receiver.url("/")), None, &[]).await;
    launch(&desk).await;
    desk.sandbox.delivered().await;
    assert_eq!(receiver.connections(), 1);
    assert_eq!(desk.sandbox.deliveries()[0].sent, Sent::Answered(503));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let target = Receiver::start(Manner::Answer(200)).await;
    let receiver = Receiver::start(Manner::Redirect(target.url("/"))).await;
    let desk = desk(Some(&receiver.url("/")), None, &[]).await;
    launch(&desk).await;
    desk.sandbox.delivered().await;
    assert_eq!(desk.sandbox.deliveries()[0].sent, Sent::Answered(307));
    assert_eq!((receiver.connections(), target.connections()), (1, 0));
}

/// An address that is not called, and why.
async fn check_refused(url: &str, why: &str) {
    let desk = desk(Some(url), None, &[]).await;
    let process = launch(&desk).await;
    assert_eq!(complete(&desk, &process, 0).await, 200);
    desk.sandbox.delivered().await;
    let told: Vec<(String, Sent)> =
        desk.sandbox.deliveries().into_iter().map(|one| (one.subject, one.sent)).collect();
    let refused = Sent::Refused(why.to_owned());
    let run = process["id"].as_str().expect("an id").to_owned();
    assert_eq!(told, [(run, refused.clone()), (task(&process, 0), refused)], "{url}");
}

#[tokio::test]
async fn addresses_elsewhere_and_https_are_not_called() {
    let receiver = Receiver::start(Manner::Answer(200)).await;
    let elsewhere = "the sandbox calls addresses of this machine alone";
    check_refused("http://example.com/hook", elsewhere).await;
    check_refused("http://192.0.2.7:8080/hook", elsewhere).await;
    check_refused("http://[2001:db8::1]/hook", elsewhere).await;
    check_refused("http://127.0.0.1.example.com/hook", elsewhere).await;
    check_refused("http://0.0.0.0/hook", elsewhere).await;
    check_refused("https://hooks.example.com/abc", "the sandbox calls by http alone").await;
    let local = format!("https://{}/hook", receiver.address);
    check_refused(&local, "the sandbox calls by http alone").await;
    let named = format!("http://someone@{}/hook", receiver.address);
    check_refused(&named, "the address has a user in it").await;
    assert_eq!(receiver.connections(), 0);
}
