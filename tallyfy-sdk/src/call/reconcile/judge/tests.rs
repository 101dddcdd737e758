//! Looks of the call that launches "Order 10" (or holds the marker `order-10`), while other calls of the client are open or
//! ended; what each look comes to, written by hand.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::json;

use super::*;
use crate::Client;
use crate::client::Core;

const TEMPLATE: &str = "c1";

fn core() -> Arc<Core> {
    let client = Client::builder().token("s3cret").build().expect("a client");
    Arc::clone(client.core())
}

/// A call whose request went out.
fn sent(core: &Arc<Core>, name: &str, marker: Option<&str>) -> CreationTicket {
    let body = json!({"checklist_id": TEMPLATE, "name": name, "summary": marker.unwrap_or_default()});
    let path = "/api/organizations/o1/runs";
    let ticket = CreationTicket::new(core, "create_run", path, &body, marker.map(Sought::marker));
    let ticket = ticket.expect("a creation");
    ticket.sending();
    ticket
}

fn answer(id: &str) -> Bytes {
    json!({"data": {"id": id, "name": "n"}}).to_string().into()
}

fn new(id: &str, name: &str) -> (Candidate, Age) {
    (Candidate::new(id).name(Some(name)), Age::New)
}

fn unclear(id: &str, name: &str) -> (Candidate, Age) {
    (Candidate::new(id).name(Some(name)), Age::Unclear)
}

fn old(id: &str, name: &str) -> (Candidate, Age) {
    (Candidate::new(id).name(Some(name)), Age::Old)
}

#[test]
fn a_look_is_judged_by_names_ages_and_what_other_calls_made() {
    type Row = (&'static str, Vec<(Candidate, Age)>, Verdict);
    let rows: Vec<Row> = vec![
        ("nothing", vec![], Verdict::Absent),
        ("old alone", vec![old("1", "Order 10"), old("2", "x")], Verdict::Absent),
        ("it", vec![new("1", "Order 10")], Verdict::Found(0)),
        ("it, on two pages", vec![new("1", "Order 10"), new("1", "Order 10")], Verdict::Found(0)),
        ("it, and a stranger's", vec![new("1", "x"), new("2", "Order 10")], Verdict::Found(1)),
        ("it, and an old one", vec![old("1", "Order 10"), new("2", "Order 10")], Verdict::Found(1)),
        (
            "two of the name",
            vec![new("1", "Order 10"), new("2", "Order 10")],
            Verdict::CannotTell(vec![0, 1]),
        ),
        (
            "one that may be old",
            vec![unclear("1", "Order 10"), new("2", "Order 10")],
            Verdict::CannotTell(vec![0, 1]),
        ),
        ("it, perhaps old", vec![unclear("1", "Order 10")], Verdict::CannotTell(vec![0])),
        ("a stranger's", vec![new("1", "x")], Verdict::CannotTell(vec![0])),
        (
            "one alike is named first",
            vec![new("1", "x"), new("2", "Order 10 b")],
            Verdict::CannotTell(vec![1, 0]),
        ),
        ("without a name", vec![(Candidate::new(1), Age::New)], Verdict::CannotTell(vec![0])),
        ("of an answered call", vec![new("answered", "x")], Verdict::Absent),
        ("of an answered call, of the name", vec![new("answered", "Order 10")], Verdict::Absent),
        ("of an open call", vec![new("1", "Lost")], Verdict::Absent),
        (
            "of an open call, by marker",
            vec![(Candidate::new(1).text(Some("for order-12")), Age::New)],
            Verdict::Absent,
        ),
        (
            "more than the open call can have made",
            vec![new("1", "Lost"), new("2", "Lost")],
            Verdict::CannotTell(vec![1]),
        ),
        ("of a call that was refused", vec![new("1", "Refused")], Verdict::CannotTell(vec![0])),
        ("of an open call of another template", vec![new("1", "Elsewhere")], Verdict::CannotTell(vec![0])),
        // Its own, cut, is what another call has whole.
        ("cut to the name of another", vec![new("1", "Order 1")], Verdict::CannotTell(vec![0])),
        (
            "of another template",
            vec![(Candidate::new(1).name(Some("x")).elsewhere(true), Age::New)],
            Verdict::Absent,
        ),
        (
            "of another template, of the name",
            vec![(Candidate::new(1).name(Some("Order 10")).elsewhere(true), Age::New)],
            Verdict::CannotTell(vec![0]),
        ),
    ];
    for (what, met, expected) in rows {
        let core = core();
        let answered = sent(&core, "Order 9", None);
        answered.answered(&answer("answered"));
        let _open =
            [sent(&core, "Lost", None), sent(&core, "Order 1", None), sent(&core, "b", Some("order-12"))];
        // Ended without an answer.
        drop(sent(&core, "Order 8", None));
        let refused = sent(&core, "Refused", None);
        refused.created_nothing();
        let body = json!({"checklist_id": "c2", "name": "Elsewhere"});
        let elsewhere = CreationTicket::new(&core, "create_run", "/api/organizations/o1/runs", &body, None);
        elsewhere.as_ref().expect("a creation").sending();
        let own = sent(&core, "Order 10", None);
        assert_eq!(judge(&met, &Sought::name("Order 10"), &own), expected, "{what}");
    }
}

#[test]
fn an_object_goes_to_one_call_alone() {
    let core = core();
    let (one, other) = (sent(&core, "Order 10", None), sent(&core, "Order 10", None));
    let (it, sought) = ([new("1", "Order 10")], Sought::name("Order 10"));
    // Either may have made it.
    assert_eq!(judge(&it, &sought, &one), Verdict::CannotTell(vec![0]));
    assert_eq!(judge(&it, &sought, &other), Verdict::CannotTell(vec![0]));
    other.answered(&answer("2"));
    assert_eq!(judge(&it, &sought, &one), Verdict::Found(0));
    assert_eq!(judge(&it, &sought, &other), Verdict::Absent);
    // What an answer named is the call's own, under whatever name.
    assert_eq!(judge(&[new("2", "x")], &sought, &other), Verdict::Found(0));
}

#[test]
fn a_call_that_ended_without_an_answer_may_still_have_made_what_is_there() {
    let core = core();
    drop(sent(&core, "Order 10", None));
    let own = sent(&core, "Order 10", None);
    let sought = Sought::name("Order 10");
    assert_eq!(judge(&[new("1", "Order 10")], &sought, &own), Verdict::CannotTell(vec![0]));
    assert_eq!(judge(&[], &sought, &own), Verdict::Absent);
}

#[tokio::test(start_paused = true)]
async fn what_was_lost_long_ago_accounts_for_its_name_and_disputes_nothing() {
    let core = core();
    drop(sent(&core, "Order 10", None));
    drop(sent(&core, "Order 11", None));
    tokio::time::advance(std::time::Duration::from_secs(601)).await;
    let own = sent(&core, "Order 10", None);
    assert_eq!(judge(&[new("1", "Order 11")], &Sought::name("Order 10"), &own), Verdict::Absent);
    assert_eq!(judge(&[new("2", "Order 10")], &Sought::name("Order 10"), &own), Verdict::Found(0));
}

#[test]
fn markers_tell_calls_of_one_name_apart() {
    let core = core();
    let _other = sent(&core, "Onboarding", Some("order-12"));
    let own = sent(&core, "Onboarding", Some("order-10"));
    let sought = Sought::marker("order-10");
    let row =
        |id: u32, marker: &str| (Candidate::new(id).name(Some("Onboarding")).text(Some(marker)), Age::New);
    for (what, met, expected) in [
        ("both", vec![row(1, "order-12"), row(2, "for order-10.")], Verdict::Found(1)),
        ("the other's", vec![row(1, "order-12")], Verdict::Absent),
        ("a part of a marker", vec![row(1, "order-100")], Verdict::CannotTell(vec![0])),
    ] {
        let met: Vec<_> = met.into_iter().map(|(row, age)| (row.whole(true), age)).collect();
        assert_eq!(judge(&met, &sought, &own), expected, "{what}");
    }
}

#[test]
fn what_is_remembered_of_calls_and_objects_is_bounded() {
    let core = core();
    for number in 0..30_000 {
        let call = sent(&core, &format!("Order {number}"), None);
        if number % 2 == 0 {
            call.answered(&answer(&number.to_string()));
        }
    }
    let (objects, intents) = core.creations.lock().sizes();
    assert!(objects <= 20_000 && intents <= 2_001, "{objects}, {intents}");
    let own = sent(&core, "x", None);
    let sought = Sought::name("x");
    // The newest are remembered; what was forgotten cannot be told.
    assert_eq!(judge(&[new("29998", "y"), new("2", "Order 29999")], &sought, &own), Verdict::Absent);
    assert_eq!(judge(&[new("1", "Order 1")], &sought, &own), Verdict::CannotTell(vec![0]));
}
