//! Answers with something odd in them, through the whole client: one odd value costs that value, not the answer. Not here:
//! every value of every answer (`tolerance`), and bytes that nobody can read (`answers`).

use tallyfy_sdk::{Client, ListTasks, Organization};

use crate::plain_server::{Ending, PlainServer};

async fn serving(body: impl AsRef<[u8]>) -> (PlainServer, Client) {
    let server = PlainServer::start().await;
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.as_ref().len()
    );
    server.answers([head.as_bytes(), body.as_ref()].concat(), Ending::Closed);
    let client = Client::builder().base_url(&*server.base_url).token("t").build().expect("a client");
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
