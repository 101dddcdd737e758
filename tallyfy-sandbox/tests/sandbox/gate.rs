//! Who may come in, and how a refusal looks.

use reqwest::Method;
use serde_json::json;
use tallyfy_sandbox::{Quirks, Side, seed};

use crate::Desk;

#[tokio::test]
async fn token_and_client_header_are_demanded() {
    let mut desk = Desk::new().await;
    desk.token = "somebody-else";
    let refused = desk.get("~/me").await.is(401);
    assert_eq!(refused, json!({ "message": "Unauthenticated." }));
    let base = desk.sandbox.base_url();
    let bare = desk.http.get(format!("{base}/me")).header("Accept", "application/json");
    desk.send(bare.try_clone().expect("no body").bearer_auth(seed::ADMIN_TOKEN)).await.is(401);
    desk.send(bare.try_clone().expect("no body").header("X-Tallyfy-Client", "x")).await.is(401);
    let double = bare.header("Authorization", format!("Bearer  {}", seed::ADMIN_TOKEN));
    desk.send(double.header("X-Tallyfy-Client", "x")).await.is(401);
    let seen = desk.sandbox.requests();
    assert_eq!(seen.len(), 4);
    assert_eq!((seen[0].operation.as_deref(), seen[0].status), (Some("get_me"), Some(401)));
    assert_eq!(seen[0].header("authorization"), Some("Bearer somebody-else"));
}

#[tokio::test]
async fn a_missing_client_header_is_told_to_whoever_looks() {
    let desk = Desk::new().await;
    let bare = desk.http.get(format!("{}/me", desk.sandbox.base_url())).bearer_auth(seed::ADMIN_TOKEN);
    desk.send(bare.header("Accept", "application/json")).await.is(401);
    let told = desk.sandbox.violations();
    let places: Vec<(Side, &str)> = told.iter().map(|one| (one.side, one.pointer.as_str())).collect();
    assert_eq!(places, [(Side::Client, "header/X-Tallyfy-Client")]);
    assert!(told[0].message.contains("send `X-Tallyfy-Client: APIClient`"), "{}", told[0].message);
    // The token endpoint and the health check ask for none.
    desk.send(desk.http.get(format!("{}/health", desk.sandbox.base_url()))).await;
    assert_eq!(desk.sandbox.violations().len(), 1);
}

#[tokio::test]
async fn both_bases_lead_to_the_same_routes() {
    let desk = Desk::new().await;
    let root = desk.sandbox.base_url();
    let root = root.strip_suffix("/api").expect("a prefix");
    let request = desk.http.get(format!("{root}/me")).bearer_auth(seed::ADMIN_TOKEN);
    let request = request.header("Accept", "application/json").header("X-Tallyfy-Client", "x");
    assert_eq!(desk.send(request).await.is(200)["data"]["id"], 1001);
}

#[tokio::test]
async fn other_organizations_are_closed() {
    let desk = Desk::new().await;
    desk.get(&format!("~/organizations/{}/runs", seed::FOREIGN_ORGANIZATION)).await.is(403);
    let unknown = desk.get(&format!("~/organizations/{}/runs", "0".repeat(32))).await.is(404);
    assert_eq!(unknown["code"], "RESOURCE_NOT_FOUND");
    assert_eq!(desk.get("~/nowhere").await.is(404)["code"], "ENDPOINT_NOT_FOUND");
    desk.send(desk.request(Method::PATCH, "/runs")).await.is(405);
}

#[tokio::test]
async fn without_accept_errors_are_pages() {
    let desk = Desk::new().await;
    let url = format!("{}/organizations/{}/runs/none", desk.sandbox.base_url(), seed::ORGANIZATION);
    let request = || desk.http.get(&url).bearer_auth(seed::ADMIN_TOKEN).header("X-Tallyfy-Client", "x");
    let reply = desk.send(request()).await;
    assert_eq!(reply.status.as_u16(), 404);
    assert_eq!(reply.headers["content-type"], "text/html; charset=UTF-8");
    assert!(reply.text.starts_with("<!DOCTYPE html>"));
    let mut quirks = Quirks::default();
    quirks.errors_are_html_without_accept = false;
    desk.sandbox.set_quirks(quirks);
    assert_eq!(desk.send(request()).await.is(404)["code"], "RESOURCE_NOT_FOUND");
}

#[tokio::test]
async fn a_light_member_reads_no_profiles() {
    let mut desk = Desk::new().await;
    desk.token = seed::LIGHT_TOKEN;
    desk.get("/users/1001").await.is(403);
    desk.get("/users").await.is(200);
    desk.is_faithful();
}

#[tokio::test]
async fn the_service_itself_asks_for_no_token() {
    let desk = Desk::new().await;
    let base = desk.sandbox.base_url();
    for path in ["/utils/config", "/health"] {
        assert_eq!(desk.send(desk.http.get(format!("{base}{path}"))).await.status.as_u16(), 200, "{path}");
    }
    desk.is_faithful();
}
