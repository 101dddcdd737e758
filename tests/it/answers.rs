//! Any bytes as an answer, through the whole client against a real socket: no panic, an end within the deadline, and the token
//! in nothing that is shown. Not here: what the readers make of single values (`tallyfy-gen`), and well-meant answers in other
//! forms (`tolerance`).

use std::error::Error as _;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;
use tallyfy_sdk::reqwest::Method;
use tallyfy_sdk::{
    Client, Error,
    request::{LaunchProcess, ListTasks},
};
use tokio::time::Instant;

use crate::plain_server::{Ending, PlainServer};

const TOKEN: &str = "tok4f1e9d-Very-Secret-77";
/// Of a whole call, and what looking for a lost object may add.
const DEADLINE: Duration = Duration::from_secs(60);

/// Bytes that are no HTTP, or begin like it.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let start = prop_oneof![
        Just(Vec::new()),
        Just(b"HTTP/1.1 200 OK\r\n".to_vec()),
        Just(b"HTTP/1.1 ".to_vec()),
        Just(b"HTTP/1.0 204\r\n\r\n".to_vec()),
        Just(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec()),
    ];
    (start, vec(any::<u8>(), 0..300)).prop_map(|(mut start, rest)| {
        start.extend(rest);
        start
    })
}

fn header() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just(TOKEN.to_owned()),
        Just("18446744073709551616".to_owned()),
        Just("-1".to_owned()),
        Just("Thu, 01 Jan 1970 00:00:00 GMT".to_owned()),
        Just("Fri, 31 Dec 9999 23:59:59 GMT".to_owned()),
        Just("application/json".to_owned()),
        Just("text/html".to_owned()),
        Just("chunked".to_owned()),
        "[ -~]{0,40}",
        "[0-9]{1,12}",
    ];
    let name = prop_oneof![
        Just("Retry-After"),
        Just("Date"),
        Just("X-RateLimit-Remaining"),
        Just("X-Request-Id"),
        Just("Content-Type"),
        Just("Content-Encoding"),
        Just("Content-Length"),
        Just("Transfer-Encoding"),
        Just("Location"),
        Just("Set-Cookie"),
        Just("Connection"),
        Just("X-Other"),
    ];
    (name, value).prop_map(|(name, value)| format!("{name}: {value}\r\n"))
}

/// Bodies: any bytes, any JSON with the names that errors and pages have, deep nests, halves.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(Value::from(TOKEN)),
        Just(Value::from(format!("\"{TOKEN}\", expected `{TOKEN}`"))),
        ".{0,20}".prop_map(Value::from),
    ];
    let key = prop_oneof![
        Just("data"),
        Just("id"),
        Just("meta"),
        Just("pagination"),
        Just("total"),
        Just("total_pages"),
        Just("per_page"),
        Just("current_page"),
        Just("errors"),
        Just("error"),
        Just("message"),
        Just("code"),
        Just("details"),
        Just("pool_type"),
        Just("field"),
        Just("tasks"),
        Just("owners"),
        Just(TOKEN),
    ];
    let json = leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            vec((key.clone(), inner), 0..6)
                .prop_map(|pairs| pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    });
    let text = json.prop_map(|value| value.to_string().into_bytes());
    prop_oneof![
        4 => text.clone(),
        1 => (text, any::<prop::sample::Index>()).prop_map(|(mut text, at)| {
            text.truncate(at.index(text.len() + 1));
            text
        }),
        1 => vec(any::<u8>(), 0..400),
        1 => (1..4000_usize).prop_map(|depth| "[{\"data\":".repeat(depth).into_bytes()),
        1 => Just(format!("<html><title>{TOKEN}</title>").into_bytes()),
    ]
}

/// A status line, headers, and a body with a length that fits or not.
fn answer() -> impl Strategy<Value = Vec<u8>> {
    let status =
        prop_oneof![Just(200_u16), Just(201), Just(401), Just(404), Just(422), Just(429), 100..600_u16];
    let length = prop_oneof![4 => Just(0_i64), 1 => -20..20_i64];
    (status, vec(header(), 0..5), proptest::option::weighted(0.8, length), body()).prop_map(
        |(status, headers, length, body)| {
            let mut head = format!("HTTP/1.1 {status} {TOKEN}\r\n{}", headers.concat());
            if let Some(off) = length {
                let length = i64::try_from(body.len()).expect("short").saturating_add(off).max(0);
                head.push_str(&format!("Content-Length: {length}\r\n"));
            }
            head.push_str("\r\n");
            [head.into_bytes(), body].concat()
        },
    )
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Read,
    Walk,
    Complete,
    Launch,
    Raw,
}

async fn call(client: &Client, kind: Kind) -> Result<(), Error> {
    let organization = client.organization("o1");
    match kind {
        Kind::Read => client.me().await.map(drop),
        Kind::Walk => {
            organization.tasks().list(ListTasks::new()).max_pages(3).prefetch(2).all().await.map(drop)
        }
        Kind::Complete => organization.process("r").tasks().complete("t").await.map(drop),
        Kind::Launch => {
            let launch = LaunchProcess::new("c").name("n");
            let once =
                organization.processes().reconcile_by_name(&launch).grace(Duration::from_secs(10)).repeats(1);
            organization.processes().launch(launch).reconcile(once).await.map(drop)
        }
        Kind::Raw => client.raw(Method::GET, "anything").await.map(drop),
    }
}

fn check(error: &Error) -> Result<(), TestCaseError> {
    let mut shown = format!("{error} {error:?} {error:#?} {:?} {:?}", error.headers(), error.field_errors());
    shown.push_str(&format!("{:?} {:?}", error.message(), error.body().map(String::from_utf8_lossy)));
    let mut cause = error.source();
    while let Some(inner) = cause {
        shown.push_str(&format!("{inner} {inner:?}"));
        cause = inner.source();
    }
    prop_assert!(!shown.contains(TOKEN), "{shown}");
    prop_assert!(error.operation().is_some(), "{error}");
    Ok(())
}

/// One answer, given to a call of each kind.
async fn answered(bytes: Vec<u8>, ending: Ending, kind: Kind) -> Result<(), TestCaseError> {
    let server = PlainServer::start().await;
    server.answers(bytes, ending);
    let client = Client::builder()
        .base_url(&*server.base_url)
        .token(TOKEN)
        .timeout(Duration::from_secs(5))
        .deadline(DEADLINE)
        .max_response_bytes(100_000)
        .build()
        .expect("a client");
    let began = Instant::now();
    // Nothing here waits in real time: an hour on the paused clock is a hang.
    let result = tokio::time::timeout(Duration::from_secs(3600), call(&client, kind)).await;
    let Ok(result) = result else { return Err(TestCaseError::fail(format!("{kind:?} hangs"))) };
    // A launch is sent twice and looked for twice, a walk has three pages.
    prop_assert!(began.elapsed() <= DEADLINE * 10, "{kind:?} took {:?}", began.elapsed());
    result.as_ref().err().map_or(Ok(()), check)
}

#[test]
fn no_bytes_as_an_answer_panic_hang_or_leak() {
    let kind = prop_oneof![
        Just(Kind::Read),
        Just(Kind::Walk),
        Just(Kind::Complete),
        Just(Kind::Launch),
        Just(Kind::Raw)
    ];
    let ending = prop_oneof![4 => Just(Ending::Closed), 1 => Just(Ending::Silence)];
    let bytes = prop_oneof![3 => answer(), 1 => noise()];
    let config = Config { cases: 400, failure_persistence: None, ..Config::default() };
    let run = TestRunner::new(config).run(&(bytes, ending, kind), |(bytes, ending, kind)| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
        runtime.expect("a runtime").block_on(answered(bytes, ending, kind))
    });
    if let Err(failure) = run {
        panic!("{failure}");
    }
}
