//! Every public type that can be shown, in its `Debug`: the list is held against the sources, so that a new type joins. Handles
//! of resources are looked at by what they hold.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::{Path, PathBuf};

use tallyfy_sdk::reqwest::Method;
use tallyfy_sdk::{
    Candidate, Client, Delivery, FreshToken, Multipart, Pacing, RenewingToken, ResumeToken, RetryBudget,
    RetryPolicy, Token,
    request::{LaunchProcess, ListTasks},
};

use super::{PASSWORD, TOKEN, builder, without_secrets};
use crate::plain_server::{Ending, PlainServer};

/// What was shown so far, by the names of the types.
#[derive(Default)]
struct Shown(BTreeSet<String>);

impl Shown {
    #[track_caller]
    fn show<T: Debug>(&mut self, value: &T) {
        let name = std::any::type_name::<T>();
        let name = name.split('<').next().and_then(|path| path.rsplit("::").next()).expect("a name");
        without_secrets(name, &format!("{value:?} {value:#?}"));
        self.0.insert(name.to_owned());
    }
}

#[tokio::test(start_paused = true)]
async fn no_public_type_shows_a_secret() {
    let server = PlainServer::start().await;
    let mut shown = Shown::default();
    let builder = builder(&server.base_url).organization("o1");
    shown.show(&builder);
    let client = builder.build().expect("a client");
    credentials(&mut shown, &client);
    calls(&mut shown, &client);
    answers(&mut shown, &client, &server).await;
    settings(&mut shown);
    // Ids show what they are; a wrong one is not repeated in an error (`foreign`).
    assert_eq!(shown.0, public_names(), "shown, and public in tallyfy-sdk/src");
}

fn credentials(shown: &mut Shown, client: &Client) {
    let token = Token::new(TOKEN).expect("a token");
    shown.show(&token);
    shown.show(&FreshToken::new(token.clone()));
    let source = RenewingToken::new(move || std::future::ready(Ok(FreshToken::new(token.clone()))));
    shown.show(&source);
    shown.show(client);
    shown.show(&client.organization("o1"));
}

fn calls(shown: &mut Shown, client: &Client) {
    let tasks = client.organization("o1").tasks();
    shown.show(&tasks.get("t1").header("X-Api-Key", PASSWORD));
    let list = || tasks.list(ListTasks::new().q(PASSWORD)).header("X-Api-Key", PASSWORD);
    shown.show(&list());
    shown.show(&list().items());
    shown.show(&list().pages());
    shown.show(&client.raw(Method::POST, "login").query([("password", PASSWORD)]).json(&PASSWORD));
    shown.show(&Multipart::new().text("password", PASSWORD).file("key", PASSWORD, "text/plain", TOKEN));
    let launch = LaunchProcess::new("c1").name(PASSWORD);
    shown.show(&client.organization("o1").processes().reconcile_by_name(&launch));
    shown.show(&Candidate::new(TOKEN).name(Some(PASSWORD)).text(Some(PASSWORD)));
}

async fn answers(shown: &mut Shown, client: &Client, server: &PlainServer) {
    let tasks = client.organization("o1").tasks();
    shown.show(&tasks.get("t1").header("X-Api-Key", PASSWORD).preview().await.expect("a preview"));
    let body = r#"{"data": [{"id": "t1"}], "meta": {"pagination": {"total": 1}}}"#;
    let head = format!("X-Echo: Bearer {TOKEN}\r\nSet-Cookie: {PASSWORD}\r\nConnection: close");
    let answer = |status: &str, body: &str| {
        format!("HTTP/1.1 {status}\r\n{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
    };
    server.answers(answer("200 OK", body), Ending::Closed);
    let page = tasks.list(ListTasks::new()).with_meta().await.expect("a page");
    shown.show(&page);
    shown.show(&page.meta);
    shown.show(&page.value);
    let mut items = tasks.list(ListTasks::new()).items();
    items.next().await.expect("an item").expect("an item");
    shown.show(&items.drift());
    server.answers(answer("422 No", &format!(r#"{{"errors": {{"a": "{TOKEN}"}}}}"#)), Ending::Closed);
    let error = tasks.get("t1").await.expect_err("refused");
    shown.show(&error);
    shown.show(&error.field_errors()[0]);
}

fn settings(shown: &mut Shown) {
    shown.show(&RetryPolicy::default());
    shown.show(&RetryBudget::default());
    shown.show(&Pacing::default());
    shown.show(&Delivery::Unknown);
    shown.show(&"1:list_tasks:7:30:100".parse::<ResumeToken>().expect("a token of a list"));
}

/// Public structs and enums of the client, ids apart, which a macro makes; with the folder each stands in.
fn public_types() -> Vec<(PathBuf, syn::Item)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../tallyfy-sdk/src")];
    while let Some(folder) = folders.pop() {
        for entry in
            std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path())
        {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&entry).expect("a file");
                let items = syn::parse_file(&text).expect("Rust").items.into_iter();
                found.extend(items.filter(is_public_type).map(|item| (folder.clone(), item)));
            }
        }
    }
    found
}

fn is_public_type(item: &syn::Item) -> bool {
    let visibility = match item {
        syn::Item::Struct(item) => &item.vis,
        syn::Item::Enum(item) => &item.vis,
        _ => return false,
    };
    matches!(visibility, syn::Visibility::Public(_))
}

/// The names outside `resources/`.
fn public_names() -> BTreeSet<String> {
    let types = public_types().into_iter().filter(|(folder, _)| !folder.ends_with("resources"));
    let name = |item| match item {
        syn::Item::Struct(item) => item.ident.to_string(),
        syn::Item::Enum(item) => item.ident.to_string(),
        _ => unreachable!("neither struct nor enum"),
    };
    types.map(|(_, item)| name(item)).collect()
}

#[test]
fn handles_hold_nothing_but_clients_and_ids() {
    let types = public_types().into_iter().filter(|(folder, _)| folder.ends_with("resources"));
    let mut count = 0;
    for (_, item) in types {
        let syn::Item::Struct(handle) = item else { continue };
        for field in &handle.fields {
            let text = quote::quote!(#field).to_string();
            let holds = text.rsplit(' ').next().expect("a type");
            let harmless = holds == "Organization" || holds.starts_with("Of") || holds.ends_with("Id");
            assert!(harmless, "{} holds {text}: show it in {}", handle.ident, file!());
            count += 1;
        }
    }
    assert!(count > 10, "{count} fields");
}
