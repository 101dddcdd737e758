//! Tokens: the endpoint that gives them, and what they open.

use serde_json::{Value, json};
use tallyfy_sandbox::seed;

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
async fn call(desk: &Desk, access: &Value, method: reqwest::Method, path: &str, body: Value) -> Reply {
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
    let get = reqwest::Method::GET;
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
    desk.sandbox.set_now(seed::today() + chrono::Duration::hours(1));
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
        (CLIENT.to_vec(), 400, "invalid_request"),
        (grant("password", &[ben]), 400, "invalid_request"),
        (grant("password", &[ben, ("password", "x")]), 401, "invalid_grant"),
        (
            grant("password", &[("username", "dora@northwind.test"), ("password", seed::PASSWORD)]),
            401,
            "invalid_grant",
        ),
        (grant("refresh_token", &[]), 400, "invalid_request"),
        (grant("refresh_token", &[("refresh_token", "x")]), 401, "invalid_grant"),
        (grant("authorization_code", &[("code", "x")]), 400, "invalid_grant"),
    ] {
        let refused = token(&desk, &pairs).await.is(status);
        assert_eq!(refused["error"], word, "{pairs:?}");
    }
    // JSON is not understood here.
    let url = format!("{}/oauth/token", desk.sandbox.base_url());
    let request = desk.http.post(url).header("Accept", "application/json");
    let refused = desk.send(request.json(&json!({ "grant_type": "password" }))).await.is(400);
    assert_eq!(refused["error"], "invalid_request");
    desk.is_faithful();
}

#[tokio::test]
async fn an_application_makes_a_member_and_acts_as_one() {
    let desk = Desk::new().await;
    let application = token(&desk, &grant("client_credentials", &[])).await.is(200);
    assert_eq!(application["expires_in"], 604_800);
    assert_eq!(application.get("refresh_token"), None);
    let access = &application["access_token"];
    let (get, post) = (reqwest::Method::GET, reqwest::Method::POST);
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
    call(&desk, access, post, &foreign, json!({})).await.is(403);
    desk.is_faithful();
}
