//! Groups, guests and members.

use serde_json::json;
use tallyfy_sandbox::{Quirks, seed};

use crate::{Desk, column};

#[tokio::test]
async fn a_group_is_made_changed_and_deleted() {
    let mut desk = Desk::new().await;
    let list = desk.get("/groups?with=users,assets").await.is(200);
    assert_eq!(list["meta"]["pagination"]["links"], json!({}));
    assert_eq!(list["data"][0]["users"]["data"][1]["id"], 1003);
    assert_eq!(list["data"][0]["created_at"], "2026-05-24T08:00:00.000000Z");
    let refused = desk.post("/groups", json!({ "name": "Purchasing" })).await.is(422);
    assert_eq!(refused["errors"]["name"], json!(["The name has already been taken."]));
    assert_eq!(refused["errors"]["description"], json!(["The description field is required."]));
    let (members, guests) = (json!([1002]), json!(["jo@lorry.test"]));
    let body = json!({
        "name": "Drivers", "description": "Who drives", "members": members, "guests": guests,
    });
    let group = desk.post("/groups", body).await.is(201)["data"].clone();
    let path = format!("/groups/{}", group["id"].as_str().expect("an id"));
    assert_eq!(desk.get("/guests?q=lorry").await.is(200)["meta"]["pagination"]["total"], 1);
    desk.put(&path, json!({ "description": "" })).await.is(422);
    let changed = desk.put(&path, json!({ "members": [] })).await.is(201)["data"].clone();
    assert_eq!((&changed["members"], &changed["guests"]), (&json!([]), &json!(["jo@lorry.test"])));
    desk.token = seed::LIGHT_TOKEN;
    desk.delete(&path).await.is(403);
    desk.token = seed::ADMIN_TOKEN;
    desk.delete(&path).await.is(204);
    desk.delete(&path).await.is(404);
    desk.is_faithful();
}

#[tokio::test]
async fn a_guest_is_created_with_another_form_of_date() {
    let desk = Desk::new().await;
    let body = json!({ "email": "New@Harbour.test", "first_name": "Nia", "phone_1": "1", "phone": "2" });
    let guest = desk.post("/guests", body.clone()).await.is(201)["data"].clone();
    assert_eq!(guest["created_at"], "2026-09-01 08:00:00");
    assert_eq!(guest["details"]["phone_1"], "1");
    assert_eq!(guest["details"].get("phone"), None);
    let again = desk.post("/guests", body).await.is(201)["data"].clone();
    assert_eq!(again["id"], guest["id"]);
    let read = desk.get("/guests/new%40harbour.test?with=stats").await.is(200)["data"].clone();
    assert_eq!(read["created_at"], "2026-09-01T08:00:00Z");
    assert_eq!(read["stats"]["assigned_tasks"], 0);
    for email in ["no address", "ann@northwind.test", ""] {
        desk.post("/guests", json!({ "email": email })).await.is(422);
    }
    let list = desk.get("/guests").await.is(200);
    assert_eq!(list["meta"]["pagination"]["per_page"], 999);
    assert_eq!(desk.get("/guests-list").await.is(200).get("meta"), None);
    desk.is_faithful();
}

#[tokio::test]
async fn updating_a_guest_forgets_names() {
    let desk = Desk::new().await;
    let path = format!("/guests/{}", seed::GUEST);
    let body = json!({ "first_name": "Kimberly", "associated_members": [1002] });
    let guest = desk.put(&path, body.clone()).await.is(201)["data"].clone();
    assert_eq!(
        (&guest["first_name"], &guest["details"]["associated_members"]),
        (&json!("Kim"), &json!([1002]))
    );
    let mut quirks = Quirks::default();
    quirks.guest_update_ignores_profile = false;
    desk.sandbox.set_quirks(quirks);
    assert_eq!(desk.put(&path, body).await.is(201)["data"]["first_name"], "Kimberly");
}

#[tokio::test]
async fn a_guest_with_open_tasks_is_not_disabled() {
    let desk = Desk::new().await;
    let busy = format!("/guests/{}", seed::GUEST);
    assert_eq!(
        desk.delete(&format!("{busy}/disable")).await.is(403)["message"],
        "This guest still has incomplete tasks."
    );
    let idle = format!("/guests/{}", seed::OTHER_GUEST);
    desk.delete(&format!("{idle}/delete")).await.is(422);
    let disabled = desk.delete(&format!("{idle}/disable")).await.is(200)["data"].clone();
    assert_eq!(disabled["details"]["disabled_by"], 1001);
    let enabled = desk.put(&format!("{idle}/enable"), json!({})).await.is(200)["data"].clone();
    assert_ne!(enabled["link"], disabled["link"]);
    desk.delete(&format!("{idle}/disable")).await.is(200);
    let gone = desk.delete("/guests/8121/delete").await.is(200)["data"].clone();
    assert_eq!(
        (&gone["email"], &gone["last_name"]),
        (&json!("lee@supplier.test.deleted.8121"), &json!("Lund (Deleted)"))
    );
    desk.get(&idle).await.is(404);
    // An unknown address is a 422 when removing.
    desk.delete(&idle).await.is(422);
    let member = desk.post(&format!("{busy}/to/member"), json!({})).await.is(200)["data"].clone();
    assert_eq!(member["role"], "light");
    desk.is_faithful();
}

#[tokio::test]
async fn members_are_invited_changed_and_removed() {
    let desk = Desk::new().await;
    let body = json!({
        "email": "eve@northwind.test", "first_name": "Eve", "last_name": "Ray",
        "role": "light", "message": "Hi",
    });
    let mut silent = body.clone();
    silent.as_object_mut().expect("an object").remove("message");
    // docs:open-api/code-samples/members/invite-member: the message is needed.
    let refused = desk.post("/users/invite", silent).await.is(422);
    assert_eq!(refused["errors"], json!({ "message": ["The message field is required."] }));
    let member = desk.post("/users/invite", body.clone()).await.is(200)["data"].clone();
    assert_eq!(
        (&member["status"], &member["username"], &member["invited_by"]),
        (&json!("invited"), &json!(null), &json!(1001))
    );
    let path = format!("/users/{}", member["id"]);
    assert_eq!(desk.post("/users/invite", body.clone()).await.is(200)["data"]["id"], member["id"]);
    desk.put(&format!("{path}/approve"), json!({})).await.is(200);
    desk.post("/users/invite", body).await.is(422);
    desk.put(&path, json!({ "first_name": "Eva" })).await.is(422);
    let profile = json!({ "first_name": "Eva", "last_name": "Ray", "timezone": "UTC", "job_title": "Buyer" });
    let changed = desk.put(&path, profile).await.is(200)["data"].clone();
    assert_eq!((&changed["full_name"], &changed["job_title"]), (&json!("Eva Ray"), &json!("Buyer")));
    assert_eq!(
        desk.put(&format!("{path}/role"), json!({ "role": "admin" })).await.is(200)["data"]["role"],
        "admin"
    );
    desk.put(&format!("{path}/role"), json!({ "role": "Admin" })).await.is(422);
    desk.delete(&format!("{path}/delete")).await.is(422);
    assert_eq!(desk.delete(&format!("{path}/disable")).await.is(200)["data"]["status"], "disabled");
    assert_eq!(desk.put(&format!("{path}/enable"), json!({})).await.is(200)["data"]["reactivated_by"], 1001);
    desk.put(&format!("{path}/to/guest"), json!({})).await.is(200);
    desk.delete(&format!("{path}/delete")).await.is(200);
    desk.get(&path).await.is(404);
    desk.delete("/users/1001/disable").await.is(422);
    desk.delete("/users/1001").await.is(400);
    desk.is_faithful();
}

#[tokio::test]
async fn open_work_moves_to_whoever_is_named() {
    let desk = Desk::new().await;
    desk.delete("/users/1002?with_reassignment=true").await.is(400);
    let gone = desk.delete("/users/1002?with_reassignment=true&to=1003").await.is(200)["data"].clone();
    assert_eq!(gone["status"], "disabled");
    let task = desk.get(&format!("/tasks/{}", seed::SMALL_PROCESS_TASKS[0])).await.is(200)["data"].clone();
    assert_eq!(task["owners"]["users"], json!([1003]));
    assert_eq!(desk.get(&format!("/groups/{}", seed::GROUP)).await.is(200)["data"]["members"], json!([1003]));
    desk.is_faithful();
}

#[tokio::test]
async fn the_own_profile_and_the_organization_are_changed() {
    let mut desk = Desk::new().await;
    let body = json!({ "name": "Northwind AS", "city": "Bergen" });
    let organization = desk.put("", body.clone()).await.is(200)["data"].clone();
    assert_eq!((&organization["name"], &organization["city"]), (&json!("Northwind AS"), &json!("Bergen")));
    desk.token = seed::STANDARD_TOKEN;
    desk.put("", body).await.is(403);
    let profile = json!({ "first_name": "Benny", "last_name": "Okoro", "timezone": "UTC" });
    assert_eq!(desk.put("/me", profile).await.is(200)["data"]["first_name"], "Benny");
    let members = desk.get("/users?q=benny").await.is(200);
    assert_eq!(column(&members, "timezone"), ["UTC"]);
    desk.is_faithful();
}
