//! What goes over the wire, and what becomes of each way a call can end. What calls have in common is in
//! `tests/together.rs`, what limits and deadlines do to them in `tests/pacing.rs`.

mod pacing;
mod together;

use std::time::Duration;

use tallyfy_gen::types::{ListProcesses, Process};

use crate::call::Call;
use crate::scripted::{Reply, Scripted, json, with_headers};
use crate::{
    Client, Delivery, Error, FreshToken, Page, RenewingToken, RetryPolicy, Token,
    ids::{OrganizationId, ProcessId},
};

const RUN: &str = r#"{"data":{"id":"r1","name":"One"}}"#;

fn get_run(client: &Client) -> Call<Process> {
    let (org, id) = (OrganizationId::from("o1"), ProcessId::from("r1"));
    Call::item(client, "get_run", &[&org.clone(), &id.clone()], |api| async move {
        api.get_run(org.as_str(), id.as_str(), &Default::default()).await
    })
}

fn create_run(client: &Client) -> Call<Process> {
    Call::item(client, "create_run", &[], |api| async move {
        api.create_run("o1", &tallyfy_gen::types::LaunchProcess::new("t1")).await
    })
}

fn delete_run(client: &Client) -> Call<()> {
    Call::new(client, "delete_run", &[], |api| async move { api.delete_run("o1", "r1").await })
}

fn archive_run(client: &Client) -> Call<Process> {
    Call::item(client, "archive_run", &[], |api| async move { api.archive_run("o1", "r1").await })
}

fn search(client: &Client, words: &str) -> Call<Page<Process>> {
    let query = ListProcesses::new().q(words);
    Call::new(client, "list_runs", &[], |api| async move { api.list_runs("o1", &query).await })
        .map(Page::from)
}

/// A client that does not wait between attempts.
fn hasty(server: &Scripted) -> Client {
    server.builder().retry(RetryPolicy::default().base(Duration::ZERO)).build().expect("a client")
}

fn not_found() -> Reply {
    json(404, r#"{"error":true,"message":"Resource not found","code":"RESOURCE_NOT_FOUND"}"#)
}

#[tokio::test]
async fn the_request_carries_what_the_service_needs_and_nothing_else() {
    let server = Scripted::start(vec![json(200, r#"{"data":[]}"#)]).await;
    let client = server.builder().user_agent("errand/1").build().expect("a client");
    search(&client, "a b+c&d/é").header("X-Trace", "t7").await.expect("a page");
    let request = &server.requests()[0];
    let (head, body) = request.split_once("\r\n\r\n").expect("a head");
    let mut lines = head.lines();
    assert_eq!(lines.next(), Some("GET /api/organizations/o1/runs?q=a%20b%2Bc%26d%2F%C3%A9 HTTP/1.1"));
    let host = server.base_url.replace("http://", "").replace("/api", "");
    let mut headers: Vec<_> = lines.collect();
    headers.sort_unstable();
    let agent = format!("user-agent: errand/1 tallyfy-sdk-rust/{}", env!("CARGO_PKG_VERSION"));
    assert_eq!(
        headers,
        [
            "accept: application/json",
            "authorization: Bearer s3cret",
            &format!("host: {host}"),
            &agent,
            "x-tallyfy-client: APIClient",
            "x-trace: t7",
        ]
    );
    assert_eq!(body, "");
}

#[tokio::test]
async fn bodies_have_their_length_and_arrive_whole_on_each_attempt() {
    let server = Scripted::start(vec![json(429, "{}"), json(201, RUN)]).await;
    let run = create_run(&hasty(&server)).with_meta().await.expect("a process");
    assert_eq!((run.value.id.as_str(), run.meta.attempts), ("r1", 2));
    assert_eq!(run.meta.status, 201);
    for request in server.requests() {
        let (head, body) = request.split_once("\r\n\r\n").expect("a head");
        assert!(head.contains("content-length: 21"), "{head}");
        assert!(head.contains("content-type: application/json"), "{head}");
        assert_eq!(body, r#"{"checklist_id":"t1"}"#);
    }
}

#[tokio::test]
async fn an_answer_comes_with_its_meta() {
    let server = Scripted::start(vec![with_headers(200, "x-request-id: q1\r\n", RUN)]).await;
    let run = get_run(&server.client()).with_meta().await.expect("a process");
    assert_eq!(run.value.name.as_deref(), Some("One"));
    assert_eq!((run.meta.status.as_u16(), run.meta.attempts), (200, 1));
    assert_eq!(run.meta.request_id(), Some("q1"));
}

#[tokio::test]
async fn reads_are_repeated_after_every_passing_failure() {
    let cut = Reply::Raw("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"data\":".to_owned());
    let server = Scripted::start(vec![Reply::Hangup, json(503, "{}"), cut, json(200, RUN)]).await;
    let run = get_run(&hasty(&server)).with_meta().await.expect("a process");
    assert_eq!(run.meta.attempts, 4);
}

#[track_caller]
fn assert_failed(error: &Error, delivery: Delivery, attempts: u32, status: Option<u16>) {
    assert_eq!(error.delivery(), delivery, "{error}");
    assert_eq!(error.attempts(), attempts, "{error}");
    assert_eq!(error.status().map(|status| status.as_u16()), status, "{error}");
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
}

#[tokio::test]
async fn writes_are_not_repeated_when_the_server_may_have_acted() {
    for (reply, delivery, status) in [
        (Reply::Hangup, Delivery::Unknown, None),
        (json(500, "{}"), Delivery::Unknown, Some(500)),
        (json(408, "{}"), Delivery::Unknown, Some(408)),
        (json(422, "{}"), Delivery::Refused, Some(422)),
        (json(302, ""), Delivery::Refused, Some(302)),
        (json(200, "<html>"), Delivery::Unknown, Some(200)),
        (json(200, ""), Delivery::Applied, Some(200)),
        (json(200, r#"{"data":{"name":1"#), Delivery::Applied, Some(200)),
    ] {
        let server = Scripted::start(vec![reply, json(201, RUN)]).await;
        let error = create_run(&hasty(&server)).await.expect_err("no process");
        assert_failed(&error, delivery, 1, status);
        assert_eq!(error.operation(), Some("create_run"));
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_kept() {
    let page = "<html><title>Login</title>s3cret</html>";
    let server = Scripted::start(vec![with_headers(200, "x-request-id: q9\r\n", page)]).await;
    let error = create_run(&server.client()).await.expect_err("no JSON");
    assert!(error.is_decode());
    let kept = page.replace("s3cret", "***");
    assert_eq!(error.body(), Some(kept.as_bytes()), "as it came, but for the token");
    assert_eq!(
        error.to_string(),
        "create_run: the answer could not be read: an HTML page instead of JSON; check the base URL, and whether a proxy \
         or a login page is in the way (status 200 OK). \
         The server may have acted: look before doing it again [request id q9]"
    );
}

#[tokio::test]
async fn a_web_page_is_no_success_even_where_nothing_is_promised() {
    let server =
        Scripted::start(vec![json(200, "\n<!doctype html>"), json(200, "done"), json(204, "")]).await;
    let client = server.client();
    let error = delete_run(&client).await.expect_err("a web page");
    assert!(error.is_decode());
    assert_failed(&error, Delivery::Unknown, 1, Some(200));
    delete_run(&client).await.expect("plain text is fine where nothing is promised");
    delete_run(&client).await.expect("and so is nothing");
}

#[tokio::test]
async fn a_refused_connection_sends_nothing_and_is_tried_again() {
    let server = Scripted::start(Vec::new()).await;
    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let client = server
        .builder()
        .base_url(format!("http://{port}"))
        .retry(RetryPolicy::default().base(Duration::ZERO))
        .build()
        .expect("a client");
    let error = create_run(&client).await.expect_err("nobody listens");
    assert_failed(&error, Delivery::NotSent, 4, None);
    assert!(error.is_connect());
    let text = error.to_string();
    assert!(text.starts_with("create_run: no connection to the server: "), "{text}");
    assert!(text.contains("efused"), "{text}");
    assert!(text.contains(". Nothing was sent. Check the base URL"), "{text}");
}

/// Looks up no name: fails, or never ends.
struct Lookup {
    fails: bool,
}

impl reqwest::dns::Resolve for Lookup {
    fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
        if self.fails {
            return Box::pin(async { Err("no such name".into()) });
        }
        Box::pin(std::future::pending())
    }
}

fn unreachable(fails: bool) -> Client {
    unreachable_within(Duration::from_secs(30), fails)
}

fn unreachable_within(timeout: Duration, fails: bool) -> Client {
    Client::builder()
        .timeout(timeout)
        .token("s3cret")
        .base_url("https://tallyfy.invalid/api")
        .configure_http(move |http| http.dns_resolver(std::sync::Arc::new(Lookup { fails })))
        .retry(RetryPolicy::none())
        .build()
        .expect("a client")
}

#[tokio::test(start_paused = true)]
async fn before_a_connection_stands_nothing_was_sent() {
    let error = delete_run(&unreachable(true)).await.expect_err("no such name");
    assert!(error.is_connect() && !error.is_timeout());
    assert_failed(&error, Delivery::NotSent, 1, None);

    let error = delete_run(&unreachable(false)).await.expect_err("no answer about the name");
    assert!(error.is_connect() && error.is_timeout());
    assert_failed(&error, Delivery::NotSent, 1, None);
    assert_eq!(error.elapsed().as_secs(), 10);

    let error = delete_run(&unreachable_within(Duration::from_secs(5), false)).await.expect_err("no answer");
    assert_failed(&error, Delivery::NotSent, 1, None);
    assert_eq!(error.elapsed().as_millis() / 100, 45);

    // Less time than for connecting: a body that nobody asked for proves that nothing was sent.
    let short = Duration::from_secs(2);
    let error = create_run(&unreachable(false)).timeout(short).await.expect_err("too short");
    assert!(error.is_connect() && error.is_timeout());
    assert_failed(&error, Delivery::NotSent, 1, None);
    let error = delete_run(&unreachable(false)).timeout(short).await.expect_err("too short");
    assert!(error.is_timeout());
    assert_failed(&error, Delivery::Unknown, 1, None);
}

#[tokio::test]
async fn a_failed_handshake_sends_nothing() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 200 OK\r\n\r\n").await.expect("written");
        std::future::pending::<()>().await;
    });
    let client = Client::builder().token("s3cret").base_url(format!("https://{address}"));
    let client = client.retry(RetryPolicy::none()).build().expect("a client");
    let error = delete_run(&client).await.expect_err("no TLS");
    assert!(error.is_connect());
    assert_failed(&error, Delivery::NotSent, 1, None);
}

#[tokio::test]
async fn the_worst_attempt_decides_what_was_left_behind() {
    let server = Scripted::start(vec![json(502, "{}"), json(403, r#"{"message":"no"}"#)]).await;
    let error = delete_run(&hasty(&server)).await.expect_err("forbidden");
    assert_failed(&error, Delivery::Unknown, 2, Some(403));
    assert!(error.is_permission());
}

#[tokio::test]
async fn a_repeated_delete_that_finds_nothing_is_done() {
    let server = Scripted::start(vec![Reply::Hangup, not_found()]).await;
    let done = delete_run(&hasty(&server)).with_meta().await.expect("it is gone");
    assert_eq!((done.meta.status.as_u16(), done.meta.attempts), (404, 2));

    let server = Scripted::start(vec![json(504, "{}"), not_found()]).await;
    let error = archive_run(&hasty(&server)).await.expect_err("the process cannot be shown");
    assert!(error.is_already_done() && !error.is_not_found());
    assert_failed(&error, Delivery::Applied, 2, Some(404));
}

#[tokio::test]
async fn a_delete_that_removes_nothing_is_not_done_by_a_404() {
    let server = Scripted::start(vec![Reply::Hangup, not_found()]).await;
    let reopen: Call<tallyfy_gen::types::Task> = Call::item(
        &hasty(&server),
        "reopen_task",
        &[],
        |api| async move { api.reopen_task("o1", "t1").await },
    );
    let error = reopen.await.expect_err("no such task");
    assert!(error.is_not_found() && !error.is_already_done());
    assert_failed(&error, Delivery::Unknown, 2, Some(404));
    assert_eq!(server.lines()[1], "DELETE /api/organizations/o1/completed-tasks/t1");
}

#[tokio::test]
async fn a_404_is_a_404_unless_the_delete_may_have_worked() {
    let proxy = || with_headers(404, "content-type: text/html\r\n", "<html>nothing here</html>");
    let path = || json(404, r#"{"error":true,"code":"ENDPOINT_NOT_FOUND","message":"x"}"#);
    for (replies, delivery, is_not_found) in [
        (vec![not_found()], Delivery::Refused, true),
        (vec![json(429, "{}"), not_found()], Delivery::Refused, true),
        (vec![Reply::Hangup, proxy()], Delivery::Unknown, false),
        (vec![Reply::Hangup, path()], Delivery::Unknown, false),
    ] {
        let attempts = u32::try_from(replies.len()).expect("few");
        let server = Scripted::start(replies).await;
        let error = delete_run(&hasty(&server)).await.expect_err("not found");
        assert_eq!(error.is_not_found(), is_not_found);
        assert_failed(&error, delivery, attempts, Some(404));
    }
}

#[tokio::test(start_paused = true)]
async fn silence_ends_with_the_time_of_an_attempt() {
    let server = Scripted::start(vec![Reply::Silence]).await;
    let error = create_run(&server.client()).timeout(Duration::from_secs(5)).await.expect_err("silence");
    assert!(error.is_timeout() && !error.is_connect());
    assert_failed(&error, Delivery::Unknown, 1, None);
    assert_eq!(error.elapsed().as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_stalls_is_told_by_its_status_line() {
    let stalled = |status: &str| Reply::Stall(format!("HTTP/1.1 {status}\r\ncontent-length: 99\r\n\r\n{{"));
    let server = Scripted::start(vec![stalled("201 Created"), stalled("422 No")]).await;
    let error = create_run(&server.client()).timeout(Duration::from_secs(3)).await.expect_err("a part");
    assert!(error.is_decode() && error.is_timeout());
    assert_failed(&error, Delivery::Applied, 1, Some(201));
    let error = create_run(&server.client()).timeout(Duration::from_secs(3)).await.expect_err("a part");
    assert!(error.is_validation() && !error.is_timeout());
    assert_failed(&error, Delivery::Refused, 1, Some(422));
}

#[tokio::test(start_paused = true)]
async fn the_deadline_ends_attempts_and_repeats() {
    let server = Scripted::start(vec![Reply::Silence, Reply::Silence, Reply::Silence]).await;
    let call = get_run(&hasty(&server)).timeout(Duration::from_secs(4)).deadline(Duration::from_secs(10));
    let error = call.await.expect_err("silence");
    assert!(error.is_timeout());
    assert_failed(&error, Delivery::Unknown, 3, None);
    assert_eq!(error.elapsed().as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn the_server_sets_the_pace_and_an_impossible_one_is_told() {
    let wait = |text: &str| with_headers(429, &format!("retry-after: {text}\r\n"), "{}");
    let server = Scripted::start(vec![wait("40"), json(201, RUN)]).await;
    let run = create_run(&server.client()).with_meta().await.expect("after a while");
    assert_eq!(run.meta.elapsed.as_secs(), 40);

    let dated = "Sun, 06 Nov 1994 08:50:37 GMT\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT";
    let server = Scripted::start(vec![wait(dated), json(201, RUN)]).await;
    let run = create_run(&server.client()).with_meta().await.expect("after a while");
    assert_eq!(run.meta.elapsed.as_secs(), 60);

    let server = Scripted::start(vec![wait("3600"), json(201, RUN)]).await;
    let error = create_run(&server.client()).await.expect_err("too long");
    assert!(error.is_rate_limited());
    assert_failed(&error, Delivery::Refused, 1, Some(429));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    assert!(error.to_string().ends_with("Wait 3600 s before the next call"), "{error}");
}

#[tokio::test]
async fn a_personal_token_that_is_turned_away_is_not_tried_again() {
    let server =
        Scripted::start(vec![json(401, r#"{"message":"Unauthenticated: s3cret"}"#), json(200, RUN)]).await;
    let error = get_run(&hasty(&server)).await.expect_err("not accepted");
    assert!(error.is_auth());
    assert_failed(&error, Delivery::Refused, 1, Some(401));
    let text = error.to_string();
    assert!(text.contains("401 Unauthorized: Unauthenticated: ***. "), "{text}");
    assert!(text.contains("logs out of Tallyfy"), "{text}");
}

/// Tokens `t1`, `t2`, ..
fn renewing() -> RenewingToken {
    let count = std::sync::atomic::AtomicU32::new(0);
    RenewingToken::new(move || {
        let number = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1;
        async move { Ok(FreshToken::new(Token::new(format!("t{number}"))?)) }
    })
}

#[tokio::test]
async fn a_renewable_token_is_replaced_once() {
    let server = Scripted::start(vec![json(401, "{}"), json(201, RUN)]).await;
    let client = server.builder().token_source(renewing()).build().expect("a client");
    create_run(&client).no_retry().await.expect("the second token is accepted");
    let sent: Vec<_> = server.requests().iter().map(|request| request.contains("Bearer t2")).collect();
    assert_eq!(sent, [false, true]);

    let server = Scripted::start(vec![json(401, "{}"), json(401, "{}"), json(201, RUN)]).await;
    let client = server.builder().token_source(renewing()).build().expect("a client");
    let error = create_run(&client).await.expect_err("no token is accepted");
    assert!(error.is_auth());
    assert_failed(&error, Delivery::Refused, 2, Some(401));
}

#[tokio::test]
async fn without_a_token_nothing_is_sent() {
    let server = Scripted::start(vec![json(200, RUN)]).await;
    let source = RenewingToken::new(|| async { Err("the vault is shut".into()) });
    let client = server.builder().token_source(source).build().expect("a client");
    let error = get_run(&client).await.expect_err("no token");
    assert!(error.is_auth());
    assert_failed(&error, Delivery::NotSent, 0, None);
    let expected = "get_run: no token could be obtained: the vault is shut. Nothing was sent";
    assert_eq!(error.to_string(), expected);
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn answers_above_the_limit_are_refused_while_reading() {
    let big = format!(r#"{{"data":{{"id":"r1","name":"{}"}}}}"#, "x".repeat(5000));
    let chunked = format!(
        "HTTP/1.1 200 OK\r\nconnection: close\r\n\
         transfer-encoding: chunked\r\n\r\n{:x}\r\n{big}\r\n0\r\n\r\n",
        big.len()
    );
    for reply in [json(200, &big), Reply::Raw(chunked)] {
        let server = Scripted::start(vec![reply]).await;
        let client = server.builder().max_response_bytes(5000).build().expect("a client");
        let error = get_run(&client).await.expect_err("too large");
        assert!(error.is_too_large());
        assert_failed(&error, Delivery::Applied, 1, Some(200));
        assert!(error.to_string().contains("larger than the 5000 bytes"), "{error}");
    }
}

#[tokio::test]
async fn other_hosts_never_get_the_token() {
    let server = Scripted::start(vec![json(200, RUN)]).await;
    let elsewhere =
        Client::builder().token("s3cret").base_url("https://example.com").build().expect("a client");
    let request = reqwest::Request::new(reqwest::Method::GET, server.base_url.parse().expect("a URL"));
    let limits = super::Limits {
        timeout: Duration::from_secs(1),
        deadline: Duration::from_secs(1),
        retry: RetryPolicy::none(),
        headers: Default::default(),
        max_response_bytes: 1000,
        idempotent: None,
    };
    let target = super::Target::of("get_run", None);
    let result = super::run(elsewhere.core(), target, request, &limits).await;
    let error = result.expect_err("another host");
    assert!(error.is_input());
    assert_failed(&error, Delivery::NotSent, 0, None);
    assert!(server.requests().is_empty());
}
