//! What the benches share: a service on threads of its own that knows nothing but its answers, and the errands, each
//! through the SDK and by hand. What is measured, and how, stands in the files beside this folder.

use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tallyfy_gen::wire::{Item, List};
use tallyfy_sdk::{Client, Organization, model::Task, request::ListTasks};

const PAGES: usize = 100;
const ROWS: usize = 100;
const ORGANIZATION: &str = "d83c7e1b40f5492ab6e1c97d05fa3826";
const TASK: &str = "5d20c9e8731b4fa6945ce0d7ab18f36c";
const TOKEN: &str = "token";

/// Starts a service that waits so long before each answer, and returns its base URL.
pub fn serve(latency: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let base_url = format!("http://{}/api", listener.local_addr().expect("an address"));
    let answers = Arc::new(Answers::new());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answers = Arc::clone(&answers);
            thread::spawn(move || answers.serve(stream, latency));
        }
    });
    base_url
}

/// Whole answers, head and all: one task, and the pages of a list.
struct Answers {
    task: Vec<u8>,
    pages: Vec<Vec<u8>>,
}

impl Answers {
    fn new() -> Self {
        let one = fixture(include_str!("../../../tests/fixtures/tasks/get_task.json"));
        let list = fixture(include_str!("../../../tests/fixtures/tasks/list_tasks.json"));
        let rows = list["data"].as_array().expect("rows");
        let page = |number: usize| {
            let data: Vec<Value> = (0..ROWS)
                .map(|row| {
                    let mut task = rows[row % rows.len()].clone();
                    task["id"] = format!("{:032x}", number * ROWS + row).into();
                    task
                })
                .collect();
            let pagination = json!({
                "total": PAGES * ROWS, "count": ROWS, "per_page": ROWS, "current_page": number,
                "total_pages": PAGES,
            });
            answer(&json!({ "data": data, "meta": { "pagination": pagination } }))
        };
        Self { task: answer(&one), pages: (1..=PAGES).map(page).collect() }
    }

    /// Answers the requests of one connection, none of which has a body.
    fn serve(&self, mut stream: TcpStream, latency: Duration) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut lines = BufReader::new(stream.try_clone()?).lines();
        while let Some(request) = lines.next().transpose()? {
            while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
            thread::sleep(latency);
            stream.write_all(self.to(&request))?;
        }
        Ok(())
    }

    fn to(&self, request: &str) -> &[u8] {
        let Some((_, query)) = request.split_once("?page=") else { return &self.task };
        let number: usize =
            query.split(['&', ' ']).next().and_then(|text| text.parse().ok()).expect("a page");
        &self.pages[number - 1]
    }
}

fn fixture(text: &str) -> Value {
    serde_json::from_str::<Value>(text).expect("a fixture")["body"].take()
}

fn answer(body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let mut answer = String::new();
    let length = body.len();
    write!(
        answer,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-ratelimit-remaining: 90\r\n\
         date: Wed, 02 Sep 2026 12:00:00 GMT\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .expect("text grows");
    answer.into_bytes()
}

/// The errands through the SDK, as its settings are by default.
pub struct Sdk(Organization);

impl Sdk {
    pub fn new(base_url: &str) -> Self {
        let client = Client::builder().base_url(base_url).token(TOKEN).build().expect("a client");
        Self(client.organization(ORGANIZATION))
    }

    pub async fn task(&self) -> Task {
        self.0.tasks().get(TASK).await.expect("a task")
    }

    pub async fn tasks(&self, prefetch: usize) -> Vec<Task> {
        let list = self.0.tasks().list(ListTasks::new().per_page(100)).prefetch(prefetch);
        counted(list.all().await.expect("all tasks"))
    }
}

/// The errands by hand: reqwest for the transport, serde_json for the same types, and nothing that could be left out.
pub struct Bare {
    http: reqwest::Client,
    base_url: String,
}

impl Bare {
    pub fn new(base_url: &str) -> Self {
        // An error says that there is a provider already, which will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { http, base_url: format!("{base_url}/organizations/{ORGANIZATION}") }
    }

    pub async fn task(&self) -> Task {
        self.get::<Item<Task>>(format!("{}/tasks/{TASK}", self.base_url)).await.data
    }

    pub async fn tasks(&self) -> Vec<Task> {
        let mut all = Vec::new();
        for page in 1..=PAGES {
            let url = format!("{}/tasks?page={page}&per_page={ROWS}", self.base_url);
            all.append(&mut self.get::<List<Task>>(url).await.data);
        }
        counted(all)
    }

    async fn get<T: DeserializeOwned>(&self, url: String) -> T {
        let request = self.http.get(url).bearer_auth(TOKEN);
        let request = request.header("accept", "application/json").header("x-tallyfy-client", "APIClient");
        let answer = request.send().await.and_then(reqwest::Response::error_for_status).expect("a success");
        let body = answer.bytes().await.expect("a body");
        serde_json::from_slice(&body).expect("the promised types")
    }
}

fn counted(tasks: Vec<Task>) -> Vec<Task> {
    assert_eq!(tasks.len(), PAGES * ROWS);
    tasks
}

/// One thread for the client, none of which is the service's.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}
