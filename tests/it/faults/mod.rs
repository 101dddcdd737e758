//! Every operation of the client, through its generated method, against every fault: attempts, waits, delivery and what the
//! error says. A new operation joins by itself. `expected` is the table, `subject` the operations, `world` what they meet.

mod expected;
mod server;
mod subject;
mod world;

use expected::{Row, TABLE};
use serde_json::Value;
use server::Act;
use subject::Subject;
use tallyfy_sdk::Client;
use tallyfy_tests::verify::document::Document;
use world::{Course, World};

/// Tries one way of going wrong on every operation and fault.
#[track_caller]
fn check(then: fn(&Subject) -> Option<Act>, expected: fn(&Row, &Subject) -> Course) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    let mut wrong = Vec::new();
    let mut tried = 0;
    runtime.expect("a runtime").block_on(async {
        let world = World::start().await;
        for subject in &subject::all() {
            for row in &TABLE {
                let seen = world.call(subject.id, (row.fault)(), then(subject)).await;
                let expected = expected(row, subject);
                tried += 1;
                if seen != expected {
                    let (id, class, name) = (subject.id, subject.class, row.name);
                    wrong.push(format!(
                        "{id} ({class:?}), {name}:\n  expected {expected:?}\n  seen     {seen:?}"
                    ));
                }
            }
        }
    });
    let shown: Vec<&str> = wrong.iter().take(10).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} of {tried} are wrong, among them\n{}", wrong.len(), shown.join("\n"));
}

#[test]
fn a_fault_that_stays_is_repeated_by_the_repeat_class_and_told_with_its_delivery() {
    check(|_| None, Row::stays);
}

#[test]
fn a_fault_that_passes_is_got_over_where_a_repeat_is_allowed_and_the_answer_is_read() {
    check(|subject| Some(Act::json(200, &subject.answer)), Row::passes);
}

#[test]
fn an_object_that_is_gone_at_the_repeat_of_its_removal_was_removed() {
    const GONE: &str = r#"{"error": true, "message": "Resource not found", "code": "RESOURCE_NOT_FOUND"}"#;
    check(|_| Some(Act::json(404, GONE)), Row::passes_and_nothing_is_there);
}

#[tokio::test]
async fn what_is_sent_and_answered_here_is_what_the_document_allows() {
    let document = Document::bundled();
    let client = Client::builder().token("token").build().expect("a client");
    let mut wrong = Vec::new();
    let mut compare = |id: &str, schema: &Option<Value>, body: Option<Value>| match (schema, body) {
        (Some(schema), Some(body)) => {
            let violations = document.violations(schema, &body);
            wrong.extend(violations.iter().map(|(at, why)| format!("{id}: {why} at {at:?} of {body}")));
        }
        (None, None) => {}
        (schema, body) => wrong.push(format!("{id}: the document says {schema:?}, here is {body:?}")),
    };
    for subject in subject::all() {
        let preview = client.drive(subject.id).preview().await.expect(subject.id);
        compare(subject.id, &subject.takes, preview.json());
        compare(subject.id, &subject.answers, serde_json::from_str(&subject.answer).ok());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
