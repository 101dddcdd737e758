//! Code of others that quotes what it was given: a name resolver, a token source, a proxy's address, TLS; and settings with
//! secrets where none belong.

use std::fmt;
use std::time::Duration;

use tallyfy_sdk::reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tallyfy_sdk::reqwest::{Method, Proxy};
use tallyfy_sdk::{
    Client, FreshToken, RenewingToken, Token, TokenError, TokenFuture, TokenSource,
    ids::{GuestId, MemberId},
    request::{LaunchProcess, UpdateProcessTask},
};

use super::{
    ADDRESS, FORM, PASSWORD, PERSONAL, SECRETS, TOKEN, builder, check_error, without, without_secrets,
};
use crate::plain_server::{Ending, PlainServer};

/// An error with causes, all of which tell too much.
#[derive(Debug)]
struct Talkative(String, Option<Box<Talkative>>);

impl fmt::Display for Talkative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Talkative {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.1.as_deref().map(|source| source as _)
    }
}

fn talkative() -> TokenError {
    let inner = Talkative(format!("https://{ADDRESS}:{PASSWORD}@vault.test/?t={TOKEN} said no"), None);
    let middle = Talkative(format!("Bearer {TOKEN} was turned away"), Some(Box::new(inner)));
    Box::new(Talkative(format!("client_secret={PASSWORD} of {ADDRESS} is wrong"), Some(Box::new(middle))))
}

struct TalkativeResolver;

impl Resolve for TalkativeResolver {
    fn resolve(&self, _: Name) -> Resolving {
        Box::pin(async { Err::<Addrs, _>(talkative()) })
    }
}

#[tokio::test(start_paused = true)]
async fn a_resolver_that_tells_too_much_is_not_quoted() {
    let client = Client::builder()
        .token(TOKEN)
        .base_url("https://tallyfy.test/api")
        .configure_http(|http| http.dns_resolver(TalkativeResolver))
        .build()
        .expect("a client");
    let error = client.me().await.expect_err("no such host");
    assert!(error.is_connect());
    check_error("a resolver", &error);
    assert!(error.to_string().contains("said no"), "what can be shown is shown: {error}");
}

#[derive(Debug)]
struct TalkativeSource;

impl TokenSource for TalkativeSource {
    fn token(&self) -> TokenFuture<'_, Result<Token, TokenError>> {
        Box::pin(async { Err(talkative()) })
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_source_that_tells_too_much_is_not_quoted() {
    let server = PlainServer::start().await;
    let own = Client::builder().base_url(&*server.base_url).token_source(TalkativeSource);
    let renewing = RenewingToken::new(|| async { Err(talkative()) });
    let renewing = Client::builder().base_url(&*server.base_url).token_source(renewing);
    for client in [own, renewing] {
        let error = client.build().expect("a client").me().await.expect_err("no token");
        assert!(error.is_auth());
        check_error("a token source", &error);
        assert!(error.to_string().contains("is wrong"), "what can be shown is shown: {error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_proxy_keeps_its_password() {
    let server = PlainServer::start().await;
    server.answers(format!("HTTP/1.1 407 No\r\nProxy-Authenticate: {PASSWORD}\r\n\r\n"), Ending::Closed);
    let proxies = [
        server.base_url.replace("http://", &format!("http://kim:{}@", PASSWORD.replace('/', "%2F"))),
        format!("http://kim:{}@127.0.0.1:1", PASSWORD.replace('/', "%2F")),
    ];
    for url in proxies {
        let proxy = Proxy::all(&url).expect("a proxy");
        let client = Client::builder()
            .token(TOKEN)
            .base_url("https://tallyfy.test/api")
            .timeout(Duration::from_secs(5))
            .configure_http(move |http| http.proxy(proxy.clone()))
            .build()
            .expect("a client");
        check_error("a proxy", &client.me().await.expect_err("the proxy refuses"));
    }
}

#[tokio::test]
async fn a_mistaken_setting_is_not_quoted() {
    let with = |url: &str| builder(url).build();
    let urls = [
        format!("https://kim:{PASSWORD}@go.tallyfy.com/api"),
        format!("https://{}@go.tallyfy.com/api", TOKEN.replace('/', "%2F")),
        format!("https://go.tallyfy.com/api?token={TOKEN}"),
        format!("https://go.tallyfy.com/api#{TOKEN}"),
        format!("http://go.tallyfy.com/{TOKEN}"),
        format!("ftp://go.tallyfy.com/{TOKEN}"),
        TOKEN.to_owned(),
    ];
    for url in urls {
        check_error(&url, &with(&url).expect_err("no base URL"));
    }
    let settings = [
        Client::builder().token(format!("Bearer {TOKEN}")).build(),
        Client::builder().token(format!("{TOKEN}\n")).build(),
        Client::builder().token(TOKEN).user_agent(format!("{PASSWORD}\n")).build(),
        Client::builder().token(TOKEN).client_header(format!("{PASSWORD}ü")).build(),
        Client::builder().token(TOKEN).organization(TOKEN).build(),
        Client::builder().token(TOKEN).organization(ADDRESS.replace('@', "/")).build(),
    ];
    for built in settings {
        check_error("a setting", &built.expect_err("refused"));
    }
    for variable in ["TALLYFY_API_TOKEN", "TALLYFY_ORG_ID", "TALLYFY_BASE_URL"] {
        let lookup = |name: &str| match name {
            _ if name == variable => Some(format!("{TOKEN} {PASSWORD}")),
            "TALLYFY_API_TOKEN" => Some(TOKEN.to_owned()),
            _ => None,
        };
        check_error(variable, &Client::from_env_with(lookup).expect_err("refused"));
    }
}

#[tokio::test]
async fn a_mistaken_argument_is_not_quoted() {
    let client = builder("http://127.0.0.1:1").build().expect("a client");
    let organization = client.organization("o1");
    let long = format!("{ADDRESS}{FORM}").repeat(20);
    for text in
        [format!("{ADDRESS} "), format!("{ADDRESS}/x"), format!("{TOKEN}?"), format!("{FORM}\n"), long]
    {
        let calls = [
            organization.tasks().get(text.as_str()).await.map(drop),
            organization.processes().get(text.as_str()).await.map(drop),
            client.organization(text.as_str()).tasks().get("t").await.map(drop),
            client.raw(Method::GET, format!("guests/../{text}")).await.map(drop),
            client.raw(Method::GET, "me").bytes().header(text.as_str(), "x").await.map(drop),
            client.raw(Method::GET, "me").bytes().header("X-Form", format!("{text}\n")).await.map(drop),
        ];
        for call in calls {
            let error = call.expect_err("refused");
            assert!(error.is_input(), "{error}");
            check_error("an argument", &error);
        }
    }
    let launch = LaunchProcess::new("2fc8d1570ea94b36b6d83a4917c05e9d").kickoff_value(ADDRESS, FORM);
    check_error("a key", &organization.processes().launch(launch).await.expect_err("no field id"));
    let update = UpdateProcessTask::new().title(format!("{FORM}{ADDRESS}").repeat(400));
    check_error(
        "a limit",
        &organization.process("r").tasks().update("t", update).await.expect_err("too long"),
    );
    let token: Result<tallyfy_sdk::ResumeToken, _> = format!("1:{TOKEN}:x:y:{ADDRESS}").parse();
    check_error("a resume token", &token.expect_err("no resume token"));
}

#[test]
fn texts_that_are_no_values_are_not_quoted() {
    let date = format!("{FORM} {ADDRESS}").parse::<tallyfy_sdk::model::Timestamp>().expect_err("no date");
    without("a date", &date.to_string(), &[&SECRETS[..], &PERSONAL].concat());
    let word = ADDRESS.parse::<tallyfy_sdk::request::TaskStatusFilter>().expect_err("no filter");
    without("a word", &word.to_string(), &[&SECRETS[..], &PERSONAL].concat());
    let _ = (GuestId::from(ADDRESS), MemberId::from(1));
    let fresh = FreshToken::new(Token::new(TOKEN).expect("a token"));
    without_secrets("a token", &format!("{fresh:?} {:#?}", fresh.token));
}
