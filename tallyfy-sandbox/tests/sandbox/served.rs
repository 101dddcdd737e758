//! Which operations are served: each is driven once, and shows or changes seeded state. The table in the
//! README is made of this.

pub(crate) mod cases;
mod custom_fields;

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};
use tallyfy_sandbox::seed;

use crate::{Desk, Reply, readme};

/// How an operation is driven, and what proves that it is served.
pub(crate) struct Case {
    pub(crate) operation: &'static str,
    pub(crate) params: Vec<(&'static str, &'static str)>,
    query: &'static str,
    pub(crate) body: Body,
    pub(crate) before: Vec<Case>,
    proof: Proof,
}

pub(crate) enum Body {
    None,
    Json(Value),
    Form(Value),
    File(&'static str),
}

/// What proves that an operation is served.
#[derive(Clone, Copy, PartialEq)]
enum Proof {
    /// The answer holds this text of the seed, or of what was done before.
    Shows(&'static str),
    /// The rows are others than before.
    Changes,
    /// The token in the answer lets its holder in.
    Opens,
    /// It answers, and there is no state behind it.
    Answers,
}

fn case(operation: &'static str, body: Body, proof: Proof) -> Case {
    Case { operation, params: Vec::new(), query: "", body, before: Vec::new(), proof }
}

fn shows(operation: &'static str, text: &'static str) -> Case {
    case(operation, Body::None, Proof::Shows(text))
}

fn changes(operation: &'static str, body: Value) -> Case {
    let body = if body.is_null() { Body::None } else { Body::Json(body) };
    case(operation, body, Proof::Changes)
}

impl Case {
    /// The bare operation, at the usual place.
    pub(crate) fn plain(operation: &'static str) -> Self {
        case(operation, Body::None, Proof::Answers)
    }

    /// A path parameter other than the usual one; `$last` is the id of the last answer.
    fn at(mut self, name: &'static str, value: &'static str) -> Self {
        self.params.push((name, value));
        self
    }

    fn query(mut self, query: &'static str) -> Self {
        self.query = query;
        self
    }

    fn after(mut self, before: Self) -> Self {
        self.before.push(before);
        self
    }
}

/// What stands for a path parameter when a case does not say otherwise.
pub(crate) const PARAMS: [(&str, &str); 19] = [
    ("org", seed::ORGANIZATION),
    ("checklist", seed::TEMPLATE),
    ("step", seed::STEP_COLLECT),
    ("capture", seed::FIELD_TAX_NUMBER),
    ("prerun", seed::KICKOFF_EMAIL),
    ("automated_action", "c0ffee12d3a94b5c8e7f60718293a4b5"),
    ("run", seed::PROCESS),
    ("task", seed::PROCESS_TASKS[1]),
    ("user", "1002"),
    ("guest", seed::GUEST),
    ("group", seed::GROUP),
    ("tag", seed::TAG),
    ("folder", seed::PROCESS_FOLDER),
    ("thread", seed::COMMENT),
    ("tag_association", "5517"),
    ("folder_object", "9031"),
    ("key", "mark"),
    ("email", "ben@northwind.test"),
    ("file", "$last"),
];

pub(crate) fn document() -> Value {
    serde_json::from_str(include_str!("../../openapi.json")).expect("the bundled document")
}

/// Every operation of the document: id, method, path, confidence, resource.
pub(crate) fn operations() -> Vec<[String; 5]> {
    let document = document();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut rows = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("methods") {
            if method != "parameters" {
                let [id, confidence, tag] = [
                    text(&operation["operationId"]),
                    text(&operation["x-tallyfy-confidence"]),
                    text(&operation["tags"][0]),
                ];
                rows.push([id, method.to_uppercase(), path.clone(), confidence, tag]);
            }
        }
    }
    rows.sort_by(|one, other| (&one[4], &one[2], &one[1]).cmp(&(&other[4], &other[2], &other[1])));
    rows
}

/// Method and path of every operation.
pub(crate) type Places = BTreeMap<String, (String, String)>;

pub(crate) fn places() -> Places {
    operations().into_iter().map(|[id, method, path, ..]| (id, (method, path))).collect()
}

/// A drive through the sandbox: what the last answer named, and who calls.
pub(crate) struct Drive<'a> {
    pub(crate) desk: &'a Desk,
    pub(crate) places: &'a Places,
    pub(crate) last: String,
    pub(crate) token: Option<String>,
}

impl Drive<'_> {
    /// Where a case goes: method, path and query.
    pub(crate) fn place(&self, case: &Case) -> (Method, String) {
        let (method, path) = self.places.get(case.operation).unwrap_or_else(|| panic!("{}", case.operation));
        let mut url = path.clone();
        for (name, value) in case.params.iter().chain(&PARAMS) {
            let value = if *value == "$last" { self.last.as_str() } else { value };
            url = url.replace(&format!("{{{name}}}"), value);
        }
        (Method::from_bytes(method.as_bytes()).expect("a method"), format!("{url}{}", case.query))
    }

    /// What a case sends: media type and text.
    pub(crate) fn content(&self, case: &Case) -> Option<(&'static str, String)> {
        match &case.body {
            Body::None => None,
            Body::Json(body) => {
                let value = self.desk.sandbox.dump()["values"][0]["id"].to_string();
                let text = body.to_string().replace("$last", &self.last).replace("$value", &value);
                Some(("application/json", text))
            }
            Body::Form(form) => {
                let pairs = form.as_object().expect("pairs").iter();
                let pairs: Vec<String> = pairs
                    .map(|(key, value)| {
                        format!("{key}={}", value.as_str().unwrap_or_default().replace('@', "%40"))
                    })
                    .collect();
                Some(("application/x-www-form-urlencoded", pairs.join("&")))
            }
            Body::File(kind) => Some(("multipart/form-data; boundary=b0", file(kind))),
        }
    }

    pub(crate) async fn ask(
        &self,
        (method, path): (Method, String),
        content: Option<(&str, String)>,
    ) -> Reply {
        let url = format!("{}{path}", self.desk.sandbox.base_url());
        let token = self.token.as_deref().unwrap_or(self.desk.token);
        let request = self.desk.http.request(method, url).header("Authorization", format!("Bearer {token}"));
        let mut request =
            request.header("Accept", "application/json").header("X-Tallyfy-Client", "APIClient");
        if let Some((media, text)) = content {
            request = request.header("Content-Type", media).body(text);
        }
        self.desk.send(request).await
    }

    pub(crate) async fn send(&mut self, case: &Case) -> Reply {
        let reply = self.ask(self.place(case), self.content(case)).await;
        assert!(reply.status.is_success(), "{} {}", case.operation, reply.text);
        let seen = self.desk.sandbox.requests().pop().expect("the request");
        assert_eq!(seen.operation.as_deref(), Some(case.operation));
        assert_eq!(seen.violations, [], "{}", case.operation);
        let data = &reply.json["data"];
        let id = if data.is_array() { &data[0]["id"] } else { &data["id"] };
        self.last = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
        reply
    }

    /// What has to come before a case; a token that is asked for there is the one to go on with.
    pub(crate) async fn prepare(&mut self, case: &Case) {
        for before in &case.before {
            let reply = self.send(before).await;
            if before.operation == "create_token" {
                self.token = reply.json["access_token"].as_str().map(str::to_owned);
            }
        }
    }
}

/// A small file, uploaded to a process or a task.
fn file(kind: &str) -> String {
    let id = if kind == "Run" { seed::PROCESS } else { seed::ONE_OFF_TASK };
    let fields = [("uploaded_from", seed::FIELD_REGISTRATION), ("subject_type", kind), ("subject_id", id)];
    let mut body: String = fields
        .iter()
        .map(|(key, value)| {
            format!("--b0\r\nContent-Disposition: form-data; name=\"{key}\"\r\n\r\n{value}\r\n")
        })
        .collect();
    body += "--b0\r\nContent-Disposition: form-data; name=\"name\"; filename=\"papers.txt\"\r\n\r\n";
    body + "Bill of lading\r\n--b0--\r\n"
}

async fn drive(case: &Case, places: &Places) {
    let desk = Desk::new().await;
    let mut drive = Drive { desk: &desk, places, last: String::new(), token: None };
    drive.prepare(case).await;
    let before = desk.sandbox.dump();
    let reply = drive.send(case).await;
    let name = case.operation;
    match case.proof {
        Proof::Shows(text) => assert!(reply.text.contains(text), "{name} {}", reply.text),
        Proof::Changes => assert_ne!(desk.sandbox.dump(), before, "{name}"),
        Proof::Opens => {
            drive.token = reply.json["access_token"].as_str().map(str::to_owned);
            let me = drive.send(&shows("get_me", "")).await;
            assert_eq!(me.json["data"]["email"], "ben@northwind.test", "{name}");
        }
        Proof::Answers => {}
    }
    desk.is_faithful();
}

fn table(proofs: &BTreeMap<&str, Proof>) -> String {
    let mut table =
        "\n| resource | operation | route | confidence | served |\n|---|---|---|---|---|\n".to_owned();
    for [id, method, path, confidence, tag] in operations() {
        let served = match proofs.get(id.as_str()) {
            Some(Proof::Answers) => "answers, without state",
            Some(_) => "yes",
            None => "no",
        };
        table += &format!("| {tag} | `{id}` | `{method} {path}` | {confidence} | {served} |\n");
    }
    table + "\n"
}

#[tokio::test]
async fn every_operation_is_served_and_the_readme_says_so() {
    let places = places();
    let mut proofs = BTreeMap::new();
    for case in cases::all() {
        drive(&case, &places).await;
        assert!(proofs.insert(case.operation, case.proof).is_none(), "{} is there twice", case.operation);
    }
    for [id, _, _, confidence, _] in operations() {
        let served = proofs.get(id.as_str()).is_some_and(|proof| *proof != Proof::Answers);
        assert!(served || confidence == "low", "{id} is of {confidence} confidence, and not served");
    }
    readme::holds("operations: made by the test `served`", "operations", &table(&proofs));
}

/// An approval to come: what several cases need first.
fn deadline_by_hand() -> Case {
    changes("update_run_task", json!({ "deadline": "2026-12-01 10:00:00" }))
}
