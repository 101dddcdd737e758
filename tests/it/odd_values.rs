//! Answers with something odd in them, through the whole client: one odd value costs that value, not the answer. Not here:
//! every value of every answer (`tolerance`), and bytes that nobody can read (`answers`).

use serde_json::json;
use tallyfy_gen::types::{Assign, Task, UpdateTask};
use tallyfy_gen::wire::Timestamp;
use tallyfy_sdk::{Client, Organization, request::ListTasks};

use crate::plain_server::{Ending, PlainServer};

async fn serving(body: impl AsRef<[u8]>) -> (PlainServer, Client) {
    let server = PlainServer::start().await;
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.as_ref().len()
    );
    server.answers([head.as_bytes(), body.as_ref()].concat(), Ending::Closed);
    let client =
        Client::builder().base_url(&*server.base_url).token("token-4f1e9d").build().expect("a client");
    (server, client)
}

async fn organization(body: impl AsRef<[u8]>) -> (PlainServer, Organization) {
    let (server, client) = serving(body).await;
    (server, client.organization("o1"))
}

#[tokio::test]
async fn a_byte_order_mark_before_an_answer_is_ignored() {
    let (_server, client) = serving(b"\xEF\xBB\xBF{\"data\":{\"id\":7}}").await;
    assert_eq!(client.me().await.expect("read").id, 7);
    let raw: serde_json::Value =
        client.raw(tallyfy_sdk::reqwest::Method::GET, "me").decode().await.expect("read");
    assert_eq!(raw["data"]["id"], 7);
}

#[tokio::test]
async fn a_text_that_was_cut_in_a_character_costs_that_character() {
    let (_server, organization) =
        organization(br#"{"data":[{"id":"a"},{"id":"b","title":"cut \ud83d"},{"id":"c"}]}"#).await;
    let tasks = organization.tasks().list(ListTasks::new()).await.expect("read").items;
    assert_eq!(tasks.iter().map(|task| &*task.id).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(tasks[1].title.as_deref(), Some("cut \u{fffd}"));
}

/// Three tasks, the second with this in it.
async fn second_of_three(odd: &str) -> Vec<Task> {
    let body = format!(r#"{{"data":[{{"id":"a"}},{{"id":"b","title":"whole",{odd}}},{{"id":"c"}}]}}"#);
    let (_server, organization) = organization(body).await;
    let page = organization.tasks().list(ListTasks::new()).await.expect("read");
    assert_eq!(page.items.iter().map(|task| &*task.id).collect::<Vec<_>>(), ["a", "b", "c"], "{odd}");
    assert_eq!(page.items[1].title.as_deref(), Some("whole"), "{odd}");
    page.items
}

#[tokio::test]
async fn a_flag_that_is_no_flag_stays_raw() {
    let tasks = second_of_three(r#""is_approved":2"#).await;
    assert_eq!((tasks[1].is_approved, &tasks[1].extra["is_approved"]), (None, &json!(2)));
}

#[tokio::test]
async fn a_deleted_member_costs_no_other_assignee() {
    let tasks = second_of_three(
        r#""owners":{"users":[{"id":null,"full_name":"[deleted user]"},{"id":1001}],"guests":[],"groups":[]}"#,
    )
    .await;
    let owners = tasks[1].owners.as_ref().expect("owners");
    let ids: Vec<_> = owners.members.iter().flatten().map(|user| user.id).collect();
    assert_eq!(ids, [1001]);
    assert_eq!(owners.extra["users"], json!([{"id": null, "full_name": "[deleted user]"}, {"id": 1001}]));
    // An update with the others would take that entry off.
    let refused = Assign::keeping(owners).expect_err("not all could be read");
    assert!(refused.to_string().contains("could not be read"), "{refused}");
}

#[tokio::test]
async fn a_date_object_of_php_is_an_instant() {
    let date = r#""created_at":{"date":"2026-05-15 16:30:00.000000","timezone_type":3,"timezone":"UTC"}"#;
    let tasks = second_of_three(date).await;
    let instant = tasks[1].created_at.as_ref().and_then(Timestamp::to_utc).expect("an instant");
    assert_eq!(instant.to_rfc3339(), "2026-05-15T16:30:00+00:00");
}

#[tokio::test]
async fn a_page_says_what_it_could_not_read() {
    let (_server, organization) = organization(
        r#"{"data":[{"id":"a","is_approved":2},{"title":"no id"},null,{"id":"d","run":{"name":"x"}}],
            "meta":{"pagination":{"total":4,"count":4,"per_page":10,"current_page":1,"total_pages":1}}}"#,
    )
    .await;
    let page = organization.tasks().list(ListTasks::new()).await.expect("read");
    assert_eq!((page.items.len(), page.odd_rows().len()), (2, 2));
    let noted: Vec<_> = page.unreadable().iter().map(ToString::to_string).collect();
    let expected = [
        "/data/0/is_approved: expected a bool, 0 or 1, or a string that holds one of these, found a number",
        "/data/1: missing field `id`",
        "/data/2: expected an object (Task) with `id`, found nothing",
        "/data/3/run: missing field `id`",
    ];
    assert_eq!(noted, expected);
    let odd: Vec<_> = page.odd_rows().iter().map(|row| (row.position, row.value.clone())).collect();
    assert_eq!(odd, [(1, json!({"title": "no id"})), (2, json!(null))]);
    assert_eq!(page.items[1].extra["run"], json!({"name": "x"}));
}

#[tokio::test]
async fn a_single_answer_says_what_it_could_not_read() {
    let (_server, organization) = organization(r#"{"data":{"id":"a","is_approved":2}}"#).await;
    let read = organization.tasks().get("a").with_meta().await.expect("read");
    assert_eq!(read.meta.unreadable[0].pointer(), "/data/is_approved");
}

#[tokio::test]
async fn an_answer_without_its_id_names_the_place_and_no_value() {
    let (_server, organization) = organization(r#"{"data":{"id":null,"title":"kim@lund.test"}}"#).await;
    let error = organization.tasks().get("a").await.expect_err("no id").to_string();
    assert!(error.contains("missing field `id` at /data") && !error.contains("kim"), "{error}");
}

#[tokio::test]
async fn an_empty_object_in_the_place_of_rows_is_an_empty_page() {
    let (_server, organization) = organization(r#"{"data":{}}"#).await;
    assert_eq!(organization.tasks().list(ListTasks::new()).all().await.expect("read").len(), 0);
}

#[tokio::test]
async fn an_id_that_no_number_names_exactly_is_refused() {
    let (_server, client) = serving(r#"{"data":{"id":9007199254740993.0}}"#).await;
    let error = client.me().await.expect_err("which one?").to_string();
    assert!(error.contains("missing field `id` at /data"), "{error}");
}

#[test]
fn an_answer_that_was_kept_equals_the_next_one() {
    let text = r#"{"id":"t","is_approved":2,"last_updated":"2026-05-15T16:30:01.750Z"}"#;
    let first: Task = serde_json::from_str(text).expect("read");
    let kept = serde_json::to_string(&first).expect("written");
    assert_eq!(serde_json::from_str::<Task>(&kept).expect("read again"), first);
    let values = [text, &kept].map(|text| serde_json::from_str::<serde_json::Value>(text).expect("JSON"));
    assert_eq!(values[0], values[1]);
}

#[test]
fn a_request_takes_an_instant_of_an_answer_to_the_second() {
    let task: Task =
        serde_json::from_str(r#"{"id":"t","deadline":"2026-05-15T16:30:01.750+02:00"}"#).expect("read");
    let deadline = task.deadline.expect("a deadline");
    let update = UpdateTask::new(deadline, Assign::nobody(), "Call");
    let written = serde_json::to_value(update).expect("written");
    assert_eq!(written["deadline"], "2026-05-15 14:30:01");
}
