//! What the client makes of the machine it runs on: proxies, test networks, runtimes, a machine without certificates.

use std::future::IntoFuture;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::StreamExt;
use tallyfy_sandbox::{Sandbox, seed};
use tallyfy_sdk::reqwest::{self, Method, Proxy};
use tallyfy_sdk::{Client, ClientBuilder, Error, request::ListTasks};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

const TOKEN: &str = "tok-4f1e9d-very-secret";

/// A proxy that refuses all, and keeps what it is asked first.
struct RefusingProxy {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl RefusingProxy {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut bytes = vec![0; 4096];
                let count = stream.read(&mut bytes).await.unwrap_or(0);
                log.lock().expect("no panic").push(String::from_utf8_lossy(&bytes[..count]).into_owned());
                let _ = stream.write_all(b"HTTP/1.1 502 No\r\ncontent-length: 0\r\n\r\n").await;
            }
        });
        Self { address, asked }
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().expect("no panic"))
    }
}

/// By variables alone; the process's own environment has no part in it.
fn builder(base_url: &str, variables: &[(&str, String)]) -> ClientBuilder {
    ClientBuilder::from_env_with(|name| match name {
        "TALLYFY_API_TOKEN" => Some(TOKEN.to_owned()),
        "TALLYFY_BASE_URL" => Some(base_url.to_owned()),
        _ => Some(variables.iter().find(|(known, _)| *known == name)?.1.clone()),
    })
    .expect("usable variables")
}

/// A name that is nowhere but here, where nobody listens.
fn nobody(http: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    http.resolve("tallyfy.test", (Ipv4Addr::LOCALHOST, 1).into())
}

#[tokio::test(start_paused = true)]
async fn https_goes_through_the_proxy_of_the_environment_in_a_tunnel() {
    let proxy = RefusingProxy::start().await;
    let address = proxy.address;
    for (name, value) in [
        ("HTTPS_PROXY", format!("http://{address}")),
        ("https_proxy", format!("{address}")),
        ("ALL_PROXY", format!("http://{address}/")),
        ("all_proxy", format!("http://kim:p4ss@{address}")),
    ] {
        let client = builder("https://tallyfy.test/api", &[(name, value)]).configure_http(nobody).build();
        let error = client.expect("a client").me().no_retry().await.expect_err("the proxy refuses");
        assert!(error.is_connect(), "{name}: {error}");
        let asked = proxy.asked();
        assert_eq!(asked.len(), 1, "{name}");
        assert!(asked[0].starts_with("CONNECT tallyfy.test:443 HTTP/1.1"), "{name}: {}", asked[0]);
        assert!(!asked[0].contains(TOKEN), "{name}: the proxy sees the token");
        let authorization = asked[0].contains("Proxy-Authorization: Basic a2ltOnA0c3M=");
        assert_eq!(authorization, name == "all_proxy", "{name}: {}", asked[0]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_proxy_of_the_scheme_goes_before_the_one_for_all() {
    let (https, all) = (RefusingProxy::start().await, RefusingProxy::start().await);
    let of = |proxy: &RefusingProxy| format!("http://{}", proxy.address);
    let variables = [("HTTPS_PROXY", of(&https)), ("all_proxy", of(&all)), ("HTTP_PROXY", of(&all))];
    let client = builder("https://tallyfy.test/api", &variables).configure_http(nobody).build();
    let _ = client.expect("a client").me().no_retry().await;
    assert_eq!((https.asked().len(), all.asked().len()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_socks_proxy_of_the_environment_is_spoken_to_as_one() {
    let proxy = RefusingProxy::start().await;
    let variables = [("ALL_PROXY", format!("socks5h://{}", proxy.address))];
    let client = builder("https://tallyfy.test/api", &variables).build().expect("a client");
    let error = client.me().no_retry().await.expect_err("that is no answer of SOCKS");
    assert!(error.is_connect(), "{error}");
    assert!(proxy.asked()[0].starts_with('\u{5}'));
}

#[tokio::test(start_paused = true)]
async fn exceptions_and_settings_go_around_the_proxy_of_the_environment() {
    type Change = fn(ClientBuilder) -> ClientBuilder;
    let proxy = RefusingProxy::start().await;
    let unchanged: Change = |builder| builder.configure_http(nobody);
    let cases: [(&str, &str, Change, usize); 12] = [
        ("NO_PROXY", "tallyfy.test", unchanged, 0),
        ("no_proxy", "example.com, .tallyfy.test", unchanged, 0),
        ("no_proxy", "example.com tallyfy.test", unchanged, 0),
        ("NO_PROXY", "*", unchanged, 0),
        ("NO_PROXY", "*.test", unchanged, 0),
        ("NO_PROXY", "tallyfy.test:443", unchanged, 0),
        ("NO_PROXY", "tallyfy.test:8443", unchanged, 1),
        ("NO_PROXY", "fy.test", unchanged, 1),
        ("NO_PROXY", "", unchanged, 1),
        ("NO_PROXY", "", |builder| builder.configure_http(nobody).no_proxy(), 0),
        ("NO_PROXY", "", |builder| builder.configure_http(|http| nobody(http).no_proxy()), 0),
        (
            "NO_PROXY",
            "",
            |builder| {
                builder.configure_http(|http| http.proxy(Proxy::all("http://127.0.0.1:1").expect("one")))
            },
            0,
        ),
    ];
    for (name, value, change, expected) in cases {
        let variables = [("HTTPS_PROXY", format!("http://{}", proxy.address)), (name, value.to_owned())];
        let client = change(builder("https://tallyfy.test/api", &variables)).build().expect("a client");
        let error = client.me().no_retry().await.expect_err("nobody listens");
        assert!(error.is_connect(), "{name} {value}: {error}");
        assert_eq!(proxy.asked().len(), expected, "{name} {value}");
    }
}

#[tokio::test(start_paused = true)]
async fn plain_http_is_never_sent_through_a_proxy_which_could_read_the_token() {
    let (proxy, sandbox) = (RefusingProxy::start().await, Sandbox::start().await.expect("a sandbox"));
    let port = sandbox.address().port();
    let variables = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"]
        .map(|name| (name, format!("http://{}", proxy.address)));
    for url in ["http://127.0.0.1", "http://localhost", "http://sandbox.localhost", "http://sandbox"] {
        let client = builder(&format!("http://127.0.0.1:{port}/api"), &variables)
            .base_url(format!("{url}:{port}/api"))
            .insecure_http("sandbox")
            .token(sandbox.token())
            .configure_http(|http| http.resolve("sandbox", (Ipv4Addr::LOCALHOST, 0).into()));
        let me = client.build().expect("a client").me().no_retry().await;
        assert!(me.is_ok(), "{url}: {:?}", me.err());
    }
    assert_eq!(proxy.asked(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn names_below_localhost_lead_to_this_machine_whatever_names_resolve_to() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let url = format!("http://sandbox.localhost:{}/api", sandbox.address().port());
    let client = Client::builder()
        .base_url(url)
        .token(sandbox.token())
        .configure_http(|http| http.resolve("sandbox.localhost", (Ipv4Addr::new(192, 0, 2, 1), 0).into()))
        .build()
        .expect("a client");
    assert!(client.me().no_retry().await.is_ok());
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// A sandbox that runs on a thread of its own until the tests end, as a service does.
fn service() -> Sandbox {
    let (started, sandbox) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        runtime().block_on(async move {
            let _ = started.send(Sandbox::start().await.expect("a sandbox"));
            std::future::pending::<()>().await;
        });
    });
    sandbox.recv().expect("a sandbox")
}

fn client(sandbox: &Sandbox) -> Client {
    Client::builder().base_url(sandbox.base_url()).token(sandbox.token()).build().expect("a client")
}

/// Every way to send something.
async fn ends(client: &Client) -> Vec<(&'static str, Option<Error>)> {
    let organization = client.organization(seed::ORGANIZATION);
    let list = || organization.tasks().list(ListTasks::new());
    vec![
        ("await", client.me().await.err()),
        ("with_meta", client.me().with_meta().await.err()),
        ("page", list().await.err()),
        ("page with_meta", list().with_meta().await.err()),
        ("all", list().all().await.err()),
        ("items", list().items().next().await.and_then(Result::err)),
        ("items, several under way", list().prefetch(4).items().next().await.and_then(Result::err)),
        ("pages", list().pages().next().await.and_then(Result::err)),
        ("stream", StreamExt::next(&mut list().items()).await.and_then(Result::err)),
        ("raw", client.raw(Method::GET, "me").await.err()),
        ("raw bytes", client.raw(Method::GET, "me").bytes().await.err()),
    ]
}

#[track_caller]
fn check_refused(errors: Vec<(&'static str, Option<Error>)>, remedy: &str) {
    assert_eq!(errors.len(), 11);
    for (how, error) in errors {
        let error = error.unwrap_or_else(|| panic!("{how} works"));
        assert!(error.is_input(), "{how}: {error}");
        assert!(error.to_string().contains(remedy), "{how}: {error}");
    }
}

#[test]
fn outside_a_runtime_every_call_is_an_error_that_says_what_to_do() {
    let sandbox = service();
    let client = client(&sandbox);
    check_refused(futures::executor::block_on(ends(&client)), "#[tokio::main]");
    let preview = futures::executor::block_on(client.me().preview());
    assert!(preview.is_ok(), "a preview sends nothing, so it needs no runtime");
    assert_eq!(sandbox.requests().len(), 0);
}

#[test]
fn a_runtime_without_timers_or_network_is_an_error_that_says_what_to_do() {
    let sandbox = service();
    let build = |builder: &mut Builder| builder.build().expect("a runtime");
    for (runtime, what) in [
        (build(Builder::new_current_thread().enable_io()), "no timers: build it with enable_all()"),
        (build(Builder::new_current_thread().enable_time()), "no network: build it with enable_all()"),
    ] {
        check_refused(runtime.block_on(ends(&client(&sandbox))), what);
    }
    assert_eq!(sandbox.requests().len(), 0);
}

#[test]
fn a_client_works_in_a_second_runtime_while_the_first_is_not_driven() {
    let sandbox = service();
    let client = client(&sandbox);
    let call = || client.me().timeout(Duration::from_secs(4)).no_retry().into_future();
    let (first, second) = (runtime(), runtime());
    first.block_on(call()).expect("the first runtime");
    let started = Instant::now();
    second.block_on(call()).expect("the second runtime");
    first.block_on(call()).expect("the first runtime again");
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
}

#[test]
fn a_client_outlives_many_runtimes() {
    let sandbox = service();
    let client = client(&sandbox);
    for round in 0..40 {
        let me = runtime().block_on(client.me().no_retry().into_future());
        assert!(me.is_ok(), "{round}: {:?}", me.err());
    }
}

/// `doctor` reads the environment of its process, as programs do.
async fn program(variables: Vec<(&'static str, String)>) -> Output {
    let run = move || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_doctor"));
        command.env_clear().env("TALLYFY_API_TOKEN", TOKEN).envs(variables).output().expect("the program")
    };
    tokio::task::spawn_blocking(run).await.expect("no panic")
}

#[tokio::test]
async fn without_certificates_http_on_this_machine_works_and_https_says_what_to_install() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let bare = |url: String| {
        let nowhere = |name| (name, "/nonexistent".to_owned());
        program(vec![nowhere("SSL_CERT_FILE"), nowhere("SSL_CERT_DIR"), ("TALLYFY_BASE_URL", url)])
    };
    let http = bare(sandbox.base_url()).await;
    let said = String::from_utf8_lossy(&http.stderr).into_owned();
    assert!(said.contains("401 Unauthorized"), "{said}");
    let https = bare("https://go.tallyfy.test/api".to_owned()).await;
    let said = String::from_utf8_lossy(&https.stderr).into_owned();
    for part in ["No CA certificates", "install the package ca-certificates", "SSL_CERT_FILE"] {
        assert!(said.contains(part), "{said}");
    }
}

#[tokio::test]
async fn a_program_uses_the_proxy_of_its_process() {
    let proxy = RefusingProxy::start().await;
    let url = ("TALLYFY_BASE_URL", "https://tallyfy.test/api".to_owned());
    let ended = program(vec![url, ("HTTPS_PROXY", format!("http://{}", proxy.address))]).await;
    assert!(!ended.status.success());
    let asked = proxy.asked();
    assert!(asked.first().is_some_and(|first| first.starts_with("CONNECT tallyfy.test:443")), "{asked:?}");
}
