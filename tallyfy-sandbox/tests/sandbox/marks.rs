//! Tags, folders, custom fields, files, search and watchers.

use serde_json::json;
use tallyfy_sandbox::seed;

use crate::{Desk, column};

#[tokio::test]
async fn tags_are_unique_and_hung_on_objects() {
    let desk = Desk::new().await;
    let list = desk.get("/tags?with=statistics").await.is(200);
    assert_eq!(column(&list, "title"), ["Urgent", "Finance"]);
    assert_eq!(list["data"][0]["statistics"]["data"]["active_process"], 1);
    desk.post("/tags", json!({ "title": "Urgent" })).await.is(422);
    desk.post("/tags", json!({ "title": "Red", "color": "red" })).await.is(422);
    let tag = desk.post("/tags", json!({ "title": "Red", "color": "#ff0000" })).await.is(201)["data"].clone();
    let path = format!("/tags/{}", tag["id"].as_str().expect("an id"));
    desk.put(&path, json!({ "color": "#fe0000" })).await.is(422);
    assert_eq!(desk.put(&path, json!({ "title": "Reddish" })).await.is(200)["data"]["color"], "#ff0000");
    let hang = |kind: &str| {
        json!({
            "subject_id": seed::SMALL_PROCESS, "subject_type": "Run",
            "tag_id": tag["id"], "tag_type": kind,
        })
    };
    let refused = desk.post("/checklists/tags", hang("public")).await.is(422);
    assert_eq!(refused["errors"], json!({ "tag_id": ["The selected tag id is invalid."] }));
    let hung = desk.post("/checklists/tags", hang("private")).await.is(201)["data"].clone();
    // A repeat adds no row, but fires again.
    assert_eq!(desk.post("/checklists/tags", hang("private")).await.is(201)["data"]["id"], hung["id"]);
    assert_eq!(desk.sandbox.effects().iter().filter(|effect| effect.kind == "tag.attached").count(), 2);
    let with_tags = format!("/runs/{}?with=tags", seed::SMALL_PROCESS);
    assert_eq!(column(&desk.get(&with_tags).await.is(200)["data"]["tags"], "title"), ["Reddish"]);
    // A tag's own id is no number: success, and nothing happens.
    desk.delete(&format!("/checklists/tags/{}", seed::TAG)).await.is(200);
    assert_eq!(desk.get(&with_tags).await.is(200)["data"]["tags"]["data"].as_array().map(Vec::len), Some(1));
    desk.delete(&format!("/checklists/tags/{}", hung["id"])).await.is(200);
    desk.delete(&format!("/checklists/tags/{}", hung["id"])).await.is(404);
    desk.delete(&path).await.is(204);
    desk.delete(&path).await.is(204);
    desk.is_faithful();
}

#[tokio::test]
async fn folders_hold_processes_and_tasks() {
    let mut desk = Desk::new().await;
    assert_eq!(column(&desk.get("/folders?folder_type=run").await.is(200), "name"), ["This year"]);
    assert_eq!(desk.get("/folders?pagination=false").await.is(200).get("meta"), None);
    desk.post("/folders", json!({ "name": "n".repeat(33) })).await.is(422);
    let parent = json!({ "name": "Next", "folder_type": "checklist", "parent_id": seed::PROCESS_FOLDER });
    desk.post("/folders", parent).await.is(422);
    let body = json!({ "name": "Autumn", "folder_type": "run", "parent_id": seed::PROCESS_FOLDER });
    let folder = desk.post("/folders", body).await.is(201)["data"].clone();
    assert_eq!(folder["parent"], "This year");
    let nested = desk.get("/folders?with=children&folder_type=run").await.is(200);
    assert_eq!(nested["data"][0]["children"]["data"][0]["id"], folder["id"]);
    let path = format!("/folders/{}", folder["id"].as_str().expect("an id"));
    desk.put(&path, json!({ "parent_id": null })).await.is(422);
    assert_eq!(
        desk.put(&path, json!({ "name": "Fall", "parent_id": null })).await.is(200)["data"]["parent_id"],
        json!(null)
    );
    let put = json!({ "folder_id": folder["id"], "subject_id": seed::SMALL_PROCESS, "subject_type": "Run" });
    let filed = desk.post("/folders/add-object", put.clone()).await.is(201)["data"].clone();
    desk.post("/folders/add-object", put).await.is(422);
    let wrong =
        json!({ "folder_id": seed::TEMPLATE_FOLDER, "subject_id": seed::PROCESS, "subject_type": "Run" });
    let refused = desk.post("/folders/add-object", wrong).await.is(422);
    assert_eq!(refused["errors"]["folder_id"], json!(["No such a folder exists in Processes."]));
    assert_eq!(desk.get(&path).await.is(200)["data"]["total"], 1);
    desk.delete(&format!("/folders-objects/{}", filed["id"])).await.is(200);
    desk.delete(&format!("/folders-objects/{}", filed["id"])).await.is(404);
    desk.delete(&format!("/folders-objects/{}", seed::PROCESS)).await.is(200);
    desk.token = seed::LIGHT_TOKEN;
    desk.delete(&path).await.is(403);
    desk.token = seed::ADMIN_TOKEN;
    desk.delete(&path).await.is(200);
    desk.get(&path).await.is(404);
    desk.is_faithful();
}

#[tokio::test]
async fn custom_fields_are_replaced_set_and_cleared() {
    let desk = Desk::new().await;
    let path = format!("/runs/{}/custom-fields", seed::PROCESS);
    assert_eq!(desk.get(&path).await.is(200)["data"]["custom_fields"], json!({ "cost_center": "C-77" }));
    desk.put(&path, json!({ "custom_fields": { "unknown": 1 } })).await.is(422);
    desk.put(&path, json!({})).await.is(422);
    let key = json!({ "key": "risk", "applies_to": "process", "field_type": "text", "is_required": true });
    desk.post("/custom-field-keys", key.clone()).await.is(201);
    desk.post("/custom-field-keys", key).await.is(422);
    let keys = desk.get("/custom-field-keys?is_required=true").await.is(200);
    assert_eq!(column(&keys, "key"), ["risk"]);
    desk.put(&path, json!({ "custom_fields": {} })).await.is(422);
    let values = desk.put(&path, json!({ "custom_fields": { "risk": "B" } })).await.is(200);
    assert_eq!(values["data"]["custom_fields"], json!({ "risk": "B" }));
    let set =
        desk.request(reqwest::Method::PATCH, &format!("{path}/cost_center")).json(&json!({ "value": "C-1" }));
    assert_eq!(desk.send(set).await.is(200)["data"]["custom_fields"]["cost_center"], "C-1");
    let run = desk.get(&format!("/runs/{}", seed::PROCESS)).await.is(200);
    assert_eq!(run["data"]["custom_fields"], json!({ "risk": "B", "cost_center": "C-1" }));
    desk.delete(&format!("{path}/cost_center")).await.is(200);
    desk.delete(&format!("{path}/cost_center")).await.is(404);
    // Guests by code, form fields below their step.
    let guest = desk.get(&format!("/guests/{}/custom-fields", seed::GUEST_CODE)).await.is(200);
    assert_eq!(guest["data"]["custom_fields"], json!([]));
    desk.get(&format!("/guests/{}/custom-fields", seed::GUEST)).await.is(404);
    let capture = format!(
        "/checklists/{}/steps/{}/captures/{}/custom-fields",
        seed::TEMPLATE,
        seed::STEP_COLLECT,
        seed::FIELD_TAX_NUMBER
    );
    desk.get(&capture).await.is(200);
    desk.get(&format!("/tasks/{}/custom-fields", seed::ONE_OFF_TASK)).await.is(404);
    desk.is_faithful();
}

#[tokio::test]
async fn a_file_is_uploaded_read_and_deleted() {
    let desk = Desk::new().await;
    let bytes = vec![0_u8, 13, 10, 45, 45, 255];
    let form = |kind: &str, name: &str| {
        let mut body = Vec::new();
        for (key, value) in [
            ("uploaded_from", seed::FIELD_REGISTRATION),
            ("subject_type", kind),
            ("subject_id", seed::PROCESS),
        ] {
            let part = format!("--b0\r\nContent-Disposition: form-data; name=\"{key}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let head =
            format!("--b0\r\nContent-Disposition: form-data; name=\"name\"; filename=\"{name}\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(&bytes);
        body.extend_from_slice(b"\r\n--b0--\r\n");
        body
    };
    let post = |body: Vec<u8>| {
        let request = desk.request(reqwest::Method::POST, "/file");
        request.header("Content-Type", "multipart/form-data; boundary=b0").body(body)
    };
    desk.send(post(form("run", "a.pdf"))).await.is(422);
    desk.send(post(form("Run", "a.exe"))).await.is(422);
    // Larger than any other body may be.
    let mut large = form("Run", "a.pdf");
    let at = large.windows(6).position(|window| window == bytes).expect("the file");
    large.splice(at..at, vec![7_u8; 17 * 1024 * 1024]);
    desk.send(post(large)).await.is(200);
    desk.post("/assets", json!({ "name": "x" })).await.is(422);
    let file = desk.send(post(form("Run", "a.pdf"))).await.is(200)["data"].clone();
    assert_eq!(
        (&file["filename"], &file["uploaded_at"]),
        (&json!("a.pdf"), &json!("2026-09-01T08:00:00.000Z"))
    );
    assert_eq!(file["subject"], json!({ "id": seed::PROCESS, "type": "Run" }));
    let id = file["id"].as_str().expect("an id");
    let answer =
        desk.request(reqwest::Method::GET, &format!("/file/{id}/dl")).send().await.expect("an answer");
    assert_eq!(answer.headers()["content-disposition"], "attachment; filename=\"a.pdf\"");
    assert_eq!(answer.headers()["content-type"], "application/octet-stream");
    assert_eq!(answer.bytes().await.expect("bytes"), bytes);
    desk.get(&format!("/file/{id}")).await.is(404);
    assert_eq!(desk.get(&format!("/assets/{id}")).await.is(200)["data"]["version"], 1);
    let run = desk.get(&format!("/runs/{}?with=assets", seed::PROCESS)).await.is(200)["data"].clone();
    assert_eq!(run["assets"]["data"][1], file);
    let value = json!({ "taskdata": { seed::FIELD_REGISTRATION: [file] } });
    let task = format!("/tasks/{}", seed::PROCESS_TASKS[0]);
    desk.delete(&format!("/runs/{}/completed-tasks/{}", seed::PROCESS, seed::PROCESS_TASKS[0])).await.is(200);
    desk.put(&format!("/runs/{}{task}", seed::PROCESS), value).await.is(200);
    desk.delete(&format!("/file/{id}")).await.is(200);
    desk.delete(&format!("/file/{id}")).await.is(404);
    desk.is_faithful();
}

#[tokio::test]
async fn search_answers_one_key_per_kind() {
    let desk = Desk::new().await;
    let found =
        desk.get("/search?search=VENDOR&on=blueprint,process,task,step,capture,snippet").await.is(200);
    assert_eq!(found.get("data"), None);
    assert_eq!(column(&found["blueprint"], "id"), [seed::TEMPLATE]);
    assert_eq!(column(&found["process"], "name"), ["Vendor onboarding - Blue Fjord"]);
    assert_eq!(column(&found["task"], "title"), ["Approve the vendor", "Create the vendor record"]);
    assert_eq!(found["task"]["data"][0].get("run_id"), None);
    assert_eq!(found["snippet"]["data"], json!([]));
    let path = "/search?search=a&on=process&filter[type]=field&filter[field]=title&filter[operation]=%3C%3E";
    let other = desk.get(&format!("{path}&filter[value]=weekly%20check%2036")).await.is(200);
    assert_eq!(column(&other["process"], "name"), ["Vendor onboarding - Blue Fjord"]);
    for query in ["search=x", "on=process", "search=x&on=runs", "search=x&on=task&filter[field]=date"] {
        desk.get(&format!("/search?{query}")).await.is(422);
    }
    desk.is_faithful();
}

#[tokio::test]
async fn search_is_narrowed_by_conditions_and_groups_of_them() {
    let desk = Desk::new().await;
    let group = |join: &str| format!("filter[0][type]=boolean&filter[0][value]={join}");
    let title = |place: &str, operation: &str, value: &str| {
        format!(
            "{place}[type]=field&{place}[field]=title&{place}[operation]={operation}&{place}[value]={value}"
        )
    };
    let (vendor, weekly) = ("vendor%20onboarding%20-%20blue%20fjord", "weekly%20check%2036");
    let both = ["Vendor onboarding - Blue Fjord", "Weekly check 36"];
    let nested = format!(
        "{}&filter[2][0][type]=boolean&filter[2][0][value]=AND&{}&{}",
        title("filter[1]", "=", weekly),
        title("filter[2][1]", "=", vendor),
        "filter[2][2][type]=field&filter[2][2][field]=starter&filter[2][2][value]=",
    );
    let pair = format!("{}&{}", title("filter[1]", "=", vendor), title("filter[2]", "=", weekly));
    let cases: [(String, &[&str]); 8] = [
        (format!("{}&{pair}", group("OR")), &both),
        (format!("{}&{pair}", group("AND")), &[]),
        (format!("{}&{nested}1001", group("OR")), &both),
        (format!("{}&{nested}9", group("OR")), &both[1..]),
        (format!("{}&{nested}9", group("AND")), &[]),
        (title("filter", "%21%3D", weekly), &both[..1]),
        (
            "filter[type]=field&filter[field]=date&filter[operation]=%3E%3D&filter[value]=2099-01-01".into(),
            &[],
        ),
        ("filter[type]=field&filter[field]=starter&filter[operation]=%3E&filter[value]=999".into(), &both),
    ];
    for (filter, expected) in cases {
        let found = desk.get(&format!("/search?search=e&on=process&{filter}")).await.is(200);
        let mut names = column(&found["process"], "name");
        names.sort();
        assert_eq!(names, expected, "{filter}");
    }
    assert_eq!(desk.sandbox.violations(), []);
    for (filter, text) in [
        ("filter=title", "The filter must be an array."),
        ("filter[0][type]=boolean&filter[0][value]=XOR&filter[1][field]=title&filter[1][value]=x", "AND, OR"),
        ("filter[0][type]=boolean&filter[0][value]=OR", "no conditions"),
        ("filter[type]=field&filter[field]=colour&filter[value]=x", "starter, date, title, description"),
        (
            "filter[type]=field&filter[field]=title&filter[operation]=like&filter[value]=x",
            "= <> != < > <= >=",
        ),
        ("filter[type]=field&filter[field]=title", "value is required"),
        ("filter[type]=field&filter[value]=x", "field is required"),
        ("filter[type]=regex&filter[field]=title&filter[value]=x", "field, boolean"),
        ("filter[type]=boolean&filter[value]=AND", "field, boolean"),
        ("filter[0][type]=boolean&filter[0][value]=OR&filter[1]=title", "malformed"),
    ] {
        let refused = desk.get(&format!("/search?search=e&on=process&{filter}")).await.is(422);
        let said = refused["errors"]["filter"][0].as_str().unwrap_or_default();
        assert!(said.contains(text), "{filter}: {refused}");
    }
    desk.is_faithful();
}

#[tokio::test]
async fn watchers_are_kept() {
    let mut desk = Desk::new().await;
    let body = json!({
        "object_type": "organization", "object_id": seed::ORGANIZATION, "notification_type": "webhook",
        "frequency": "electric", "webhook": "https://hooks.test/a",
    });
    let watcher = desk.post("/users/1001/add-watcher", body.clone()).await.is(200)["data"].clone();
    assert_eq!(desk.get("/watchers?notification=webhook").await.is(200)["data"], json!([watcher]));
    desk.token = seed::STANDARD_TOKEN;
    desk.post("/users/1002/add-watcher", body).await.is(403);
    desk.delete(&format!("/remove-watcher/{}", watcher["id"])).await.is(200);
    desk.delete(&format!("/remove-watcher/{}", watcher["id"])).await.is(404);
    desk.is_faithful();
}
