//! Tokens: the endpoint that gives them, and what they open.

use chrono::Duration;
use reqwest::Method;
use serde_json::{Value, json};
use tallyfy_sandbox::{Tokens, seed};

use crate::{Desk, Reply};

async fn token(desk: &Desk, pairs: &[(&str, &str)]) -> Reply {
    let url = format!("{}/oauth/token", desk.sandbox.base_url());
    let body: Vec<String> =
        pairs.iter().map(|(key, value)| format!("{key}={}", value.replace('@', "%40"))).collect();
    let request = desk.http.post(url).header("Accept", "application/json");
    let request = request.header("Content-Type", "application/x-www-form-urlencoded");
    desk.send(request.body(body.join("&"))).await
}

/// Calls with a token that was just issued.
async fn call(desk: &Desk, access: &Value, method: Method, path: &str, body: Value) -> Reply {
    let access = access.as_str().expect("a token");
    let request = desk.http.request(method, format!("{}{path}", desk.sandbox.base_url()));
    let request = request.header("Authorization", format!("Bearer {access}"));
    let request = request.header("Accept", "application/json").header("X-Tallyfy-Client", "x");
    desk.send(request.json(&body)).await
}

const CLIENT: [(&str, &str); 2] = [("client_id", seed::CLIENT_ID), ("client_secret", seed::CLIENT_SECRET)];

fn grant<'a>(word: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut pairs = vec![("grant_type", word)];
    pairs.extend(CLIENT);
    pairs.extend(more);
    pairs
}

#[tokio::test]
async fn a_member_logs_in_and_refreshes() {
    let desk = Desk::new().await;
    let ben = [("username", "ben@northwind.test"), ("password", seed::PASSWORD)];
    let pair = token(&desk, &grant("password", &ben)).await.is(200);
    assert_eq!((&pair["token_type"], &pair["expires_in"]), (&json!("Bearer"), &json!(3600)));
    let get = Method::GET;
    let me = call(&desk, &pair["access_token"], get.clone(), "/me", json!(null)).await.is(200);
    assert_eq!(me["data"]["id"], 1002);
    let refresh = [("refresh_token", pair["refresh_token"].as_str().expect("a refresh token"))];
    let next = token(&desk, &grant("refresh_token", &refresh)).await.is(200);
    assert_ne!(next["access_token"], pair["access_token"]);
    call(&desk, &next["access_token"], get.clone(), "/me", json!(null)).await.is(200);
    // The old pair is dead.
    call(&desk, &pair["access_token"], get.clone(), "/me", json!(null)).await.is(401);
    let again = token(&desk, &grant("refresh_token", &refresh)).await.is(401);
    assert_eq!(again["error"], "invalid_grant");
    desk.sandbox.set_now(seed::today() + Duration::hours(1));
    call(&desk, &next["access_token"], get, "/me", json!(null)).await.is(401);
    desk.is_faithful();
}

#[tokio::test]
async fn what_the_token_endpoint_refuses() {
    let desk = Desk::new().await;
    let ben = ("username", "ben@northwind.test");
    let wrong = [("grant_type", "password"), ("client_id", seed::CLIENT_ID), ("client_secret", "x")];
    for (pairs, status, word) in [
        (wrong.to_vec(), 401, "invalid_client"),
        (vec![("grant_type", "password")], 401, "invalid_client"),
        (grant("implicit", &[]), 400, "unsupported_grant_type"),
        (grant("password", &[ben, ("password", "x")]), 401, "invalid_grant"),
        (
            grant("password", &[("username", "dora@northwind.test"), ("password", seed::PASSWORD)]),
            401,
            "invalid_grant",
        ),
        (grant("refresh_token", &[("refresh_token", "x")]), 401, "invalid_grant"),
        (grant("authorization_code", &[("code", "x")]), 400, "invalid_grant"),
    ] {
        let refused = token(&desk, &pairs).await.is(status);
        assert_eq!(refused["error"], word, "{pairs:?}");
    }
    // What is missing is told as everywhere else (mcp-newer:server/routes/oauth.py).
    for (pairs, fields) in [
        (CLIENT.to_vec(), ["grant_type"].as_slice()),
        (grant("password", &[ben]), &["password"]),
        (grant("password", &[]), &["username", "password"]),
        (grant("refresh_token", &[]), &["refresh_token"]),
    ] {
        let refused = token(&desk, &pairs).await.is(422);
        let told: Vec<&str> =
            refused["errors"].as_object().expect("errors").keys().map(String::as_str).collect();
        assert_eq!((told.as_slice(), &refused["error"]), (fields, &json!(true)));
    }
    desk.is_faithful();
}

#[tokio::test]
async fn a_token_is_given_to_a_json_body_as_to_a_form() {
    let desk = Desk::new().await;
    let url = format!("{}/oauth/token", desk.sandbox.base_url());
    let secret = seed::CLIENT_SECRET;
    for body in [
        json!({ "grant_type": "client_credentials", "client_id": "31", "client_secret": secret }),
        json!({ "grant_type": "client_credentials", "client_id": 31, "client_secret": secret }),
        json!({
            "grant_type": "password", "client_id": "31", "client_secret": secret,
            "username": seed::ADMIN_EMAIL, "password": seed::PASSWORD,
        }),
    ] {
        let request = desk.http.post(&url).header("Accept", "application/json").json(&body);
        let granted = desk.send(request).await.is(200);
        assert_eq!(granted["token_type"], "Bearer", "{body}");
    }
    for body in ["[]", "31", "{"] {
        let request = desk.http.post(&url).header("Accept", "application/json");
        let refused = desk.send(request.header("Content-Type", "application/json").body(body)).await.is(400);
        assert_eq!(refused["error"], "invalid_request");
    }
    desk.is_faithful();
}

#[tokio::test]
async fn an_application_makes_a_member_and_acts_as_one() {
    let desk = Desk::new().await;
    let application = token(&desk, &grant("client_credentials", &[])).await.is(200);
    assert_eq!(application["expires_in"], 604_800);
    assert_eq!(application.get("refresh_token"), None);
    let access = &application["access_token"];
    let (get, post) = (Method::GET, Method::POST);
    // For its own routes alone; and these for it alone.
    call(&desk, access, get.clone(), "/me", json!(null)).await.is(401);
    let users = format!("/applications/{}/users", seed::ORGANIZATION);
    let body = json!({ "first_name": "Li", "last_name": "Berg", "email": "li@northwind.test" });
    assert_eq!(desk.post(&format!("~{users}"), body.clone()).await.status.as_u16(), 401);
    let member = call(&desk, access, post.clone(), &users, body.clone()).await.is(200)["data"].clone();
    assert_eq!((&member["email"], &member["role"]), (&json!("li@northwind.test"), &json!("light")));
    call(&desk, access, post.clone(), &users, body).await.is(422);
    let of = |email: &str| format!("{users}/{email}/token");
    let issued = call(&desk, access, post.clone(), &of("li%40northwind.test"), json!(null)).await.is(200);
    assert_eq!(issued["expires_in"], 7_776_000);
    let me = call(&desk, &issued["access_token"], get, "/me", json!(null)).await.is(200);
    assert_eq!(me["data"]["id"], member["id"]);
    call(&desk, access, post.clone(), &of("nobody%40northwind.test"), json!(null)).await.is(404);
    call(&desk, access, post.clone(), &of(seed::FOREIGN_MEMBER), json!(null)).await.is(422);
    let foreign = format!("/applications/{}/users", seed::FOREIGN_ORGANIZATION);
    let refused = call(&desk, access, post, &foreign, json!({})).await.is(403);
    assert_eq!(refused["message"], "You don't have application's permissions for this organization!");
    desk.is_faithful();
}

/// The status that a token gets for a question about its own organization.
async fn knocks(desk: &Desk, access: &Value) -> u16 {
    let path = format!("/organizations/{}/tags", seed::ORGANIZATION);
    call(desk, access, Method::GET, &path, json!(null)).await.status.as_u16()
}

async fn log_in(desk: &Desk, password: &str) -> Reply {
    token(desk, &grant("password", &[("username", "ben@northwind.test"), ("password", password)])).await
}

async fn refresh(desk: &Desk, pair: &Value) -> Reply {
    let refresh = pair["refresh_token"].as_str().expect("a refresh token");
    token(desk, &grant("refresh_token", &[("refresh_token", refresh)])).await
}

#[tokio::test]
async fn personal_tokens_die_by_logging_out() {
    let desk = Desk::new().await;
    let pair = log_in(&desk, seed::PASSWORD).await.is(200);
    let second = json!(desk.sandbox.personal_token(seed::STANDARD));
    assert_eq!(knocks(&desk, &second).await, 200);
    assert_eq!(desk.sandbox.log_out(seed::STANDARD), 2);
    for dead in [json!(seed::STANDARD_TOKEN), second] {
        assert_eq!(knocks(&desk, &dead).await, 401);
    }
    // Others stay in, and so does what was granted to a client.
    assert_eq!(knocks(&desk, &json!(seed::ADMIN_TOKEN)).await, 200);
    assert_eq!(knocks(&desk, &pair["access_token"]).await, 200);
    assert_eq!(knocks(&desk, &json!(desk.sandbox.personal_token(seed::STANDARD))).await, 200);
    assert_eq!(desk.sandbox.log_out(seed::DISABLED), 0);
}

#[tokio::test]
async fn a_new_password_ends_personal_tokens() {
    let desk = Desk::new().await;
    desk.sandbox.reset_password(seed::STANDARD, "better");
    assert_eq!(knocks(&desk, &json!(seed::STANDARD_TOKEN)).await, 401);
    assert_eq!(log_in(&desk, seed::PASSWORD).await.is(401)["error"], "invalid_grant");
    let pair = log_in(&desk, "better").await.is(200);
    assert_eq!(knocks(&desk, &pair["access_token"]).await, 200);
}

#[tokio::test]
async fn without_rotation_a_refresh_token_stays() {
    let desk = Desk::new().await;
    let mut tokens = Tokens::default();
    tokens.rotation = false;
    desk.sandbox.set_tokens(tokens);
    let pair = log_in(&desk, seed::PASSWORD).await.is(200);
    let mut before = pair["access_token"].clone();
    for _ in 0..3 {
        let next = refresh(&desk, &pair).await.is(200);
        assert_eq!(next.get("refresh_token"), None);
        assert_eq!(knocks(&desk, &before).await, 401);
        assert_eq!(knocks(&desk, &next["access_token"]).await, 200);
        before = next["access_token"].clone();
    }
    desk.is_faithful();
}

#[tokio::test]
async fn a_refresh_token_is_its_clients_alone() {
    let desk = Desk::new().await;
    let pair = log_in(&desk, seed::PASSWORD).await.is(200);
    let stolen = [
        ("grant_type", "refresh_token"),
        ("client_id", seed::FOREIGN_CLIENT_ID),
        ("client_secret", seed::CLIENT_SECRET),
        ("refresh_token", pair["refresh_token"].as_str().expect("a refresh token")),
    ];
    assert_eq!(token(&desk, &stolen).await.is(401)["error"], "invalid_grant");
    // The theft has not used it up.
    refresh(&desk, &pair).await.is(200);
}

#[tokio::test]
async fn every_token_lives_its_time_by_the_sandboxs_clock() {
    let desk = Desk::new().await;
    let mut tokens = Tokens::default();
    tokens.personal_seconds = Some(182 * 86_400);
    desk.sandbox.set_tokens(tokens);
    let member = log_in(&desk, seed::PASSWORD).await.is(200)["access_token"].clone();
    let application = token(&desk, &grant("client_credentials", &[])).await.is(200)["access_token"].clone();
    let path = format!("/applications/{}/users/ben%40northwind.test/token", seed::ORGANIZATION);
    let acting = call(&desk, &application, Method::POST, &path, json!(null)).await.is(200);
    assert_eq!(acting.get("refresh_token"), None);
    let personal = json!(desk.sandbox.personal_token(seed::STANDARD));
    let second = Duration::seconds(1);
    for (access, life) in [
        (&member, Duration::hours(1)),
        (&acting["access_token"], Duration::days(90)),
        (&personal, Duration::days(182)),
    ] {
        desk.sandbox.set_now(seed::today() + life - second);
        assert_eq!(knocks(&desk, access).await, 200, "{life}");
        desk.sandbox.set_now(seed::today() + life);
        assert_eq!(knocks(&desk, access).await, 401, "{life}");
    }
    for (age, status) in [(Duration::days(7) - second, 200), (Duration::days(7), 401)] {
        desk.sandbox.set_now(seed::today() + age);
        call(&desk, &application, Method::POST, &path, json!(null)).await.is(status);
    }
}

#[tokio::test]
async fn a_refresh_token_outlives_its_access_token() {
    let desk = Desk::new().await;
    let pair = log_in(&desk, seed::PASSWORD).await.is(200);
    desk.sandbox.set_now(seed::today() + Duration::days(364));
    assert_eq!(knocks(&desk, &pair["access_token"]).await, 401);
    let next = refresh(&desk, &pair).await.is(200);
    assert_eq!(knocks(&desk, &next["access_token"]).await, 200);
    desk.sandbox.set_now(seed::today() + Duration::days(364 + 365));
    assert_eq!(refresh(&desk, &next).await.is(401)["error"], "invalid_grant");
    desk.is_faithful();
}
