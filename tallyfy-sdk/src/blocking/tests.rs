//! Waiting for calls: outside of runtimes, inside of one, and beside one.

use std::future::IntoFuture;

use tallyfy_sandbox::{Sandbox, seed};

use crate::{Client, request::ListTemplates};

/// A sandbox on a thread of its own, as a service is; ended with the test.
fn sandbox() -> (tokio::runtime::Runtime, Sandbox) {
    let service = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let service = service.expect("a runtime");
    let sandbox = service.block_on(Sandbox::start()).expect("a sandbox");
    (service, sandbox)
}

fn client(sandbox: &Sandbox) -> Client {
    Client::builder().base_url(sandbox.base_url()).token(sandbox.token()).build().expect("a client")
}

#[test]
fn a_program_without_a_runtime_waits_for_calls_pages_and_lists() {
    let (_service, sandbox) = sandbox();
    let client = client(&sandbox);
    let templates = client.organization(seed::ORGANIZATION).templates();
    assert!(client.me().wait().is_ok());
    let page = templates.list(ListTemplates::new().per_page(1)).wait().expect("a page");
    let all = templates.list(ListTemplates::new().per_page(1)).wait_all().expect("all");
    assert_eq!(page.items.len(), 1);
    assert!(all.len() > 1, "{}", all.len());
    let threads: Vec<_> =
        (0..4).map(|_| client.clone()).map(|client| std::thread::spawn(move || client.me().wait())).collect();
    for thread in threads {
        assert!(thread.join().expect("no panic").is_ok());
    }
}

#[tokio::test]
async fn waiting_inside_a_runtime_is_an_error_that_says_to_await() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let client = client(&sandbox);
    let list = || client.organization(seed::ORGANIZATION).templates().list(ListTemplates::new());
    let errors = [
        client.me().wait().map(drop).expect_err("me"),
        list().wait().map(drop).expect_err("a page"),
        list().wait_all().map(drop).expect_err("a list"),
    ];
    for error in errors {
        assert!(error.is_input() && error.to_string().contains("await the call instead"), "{error}");
    }
    assert_eq!(sandbox.requests().len(), 0);
}

#[test]
fn a_client_that_waits_also_works_in_a_runtime_of_the_program() {
    let (_service, sandbox) = sandbox();
    let client = client(&sandbox);
    assert!(client.me().wait().is_ok());
    let own = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    assert!(own.block_on(client.me().into_future()).is_ok());
    // The connection of that runtime is not driven now.
    assert!(client.me().timeout(std::time::Duration::from_secs(5)).no_retry().wait().is_ok());
}
