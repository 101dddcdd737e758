//! How fast the sandbox starts and reads: one task over and over, and lists among few rows and many.
//!
//! Not here: writes. `cargo bench -p tallyfy-sandbox`; the README has figures.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::mpsc;
use std::thread;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use serde_json::json;
use tallyfy_sandbox::seed::{self, Plan};
use tallyfy_sandbox::{Builder, Sandbox};

/// Requests on their way at once: the server shall never wait for the client.
const PIPELINE: usize = 50;

/// Starts a sandbox on a thread of its own, as a program of its own would.
fn serve(builder: Builder) -> Wire {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let sandbox = builder.start().await.expect("a sandbox");
            tell.send(sandbox.base_url()).expect("the bench waits");
            std::future::pending::<()>().await;
        });
    });
    let base = told.recv().expect("a base URL");
    let host = base.strip_prefix("http://").and_then(|rest| rest.strip_suffix("/api")).expect("a host");
    let stream = TcpStream::connect(host).expect("a connection");
    stream.set_nodelay(true).expect("no delay");
    Wire { stream, rest: Vec::new() }
}

/// One connection, kept alive. A client of its own, so that the sandbox is measured and not the client.
struct Wire {
    stream: TcpStream,
    rest: Vec<u8>,
}

impl Wire {
    /// Sends a request so many times at once, and reads all answers.
    fn get(&mut self, path: &str, times: usize) {
        let mut text = String::new();
        for _ in 0..times {
            write!(
                text,
                "GET /api/organizations/{}{path} HTTP/1.1\r\nHost: sandbox\r\nAccept: application/json\r\n\
                 X-Tallyfy-Client: APIClient\r\nAuthorization: Bearer {}\r\n\r\n",
                seed::ORGANIZATION,
                seed::ADMIN_TOKEN
            )
            .expect("text grows");
        }
        self.stream.write_all(text.as_bytes()).expect("the sandbox reads");
        for _ in 0..times {
            self.answer();
        }
    }

    fn answer(&mut self) {
        let mut chunk = [0_u8; 65536];
        loop {
            if let Some(end) = self.rest.windows(4).position(|window| window == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&self.rest[..end]).to_lowercase();
                assert!(head.starts_with("http/1.1 200"), "{head}");
                let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
                let length: usize = length.and_then(|text| text.trim().parse().ok()).expect("a length");
                let whole = end + 4 + length;
                if self.rest.len() >= whole {
                    self.rest.drain(..whole);
                    return;
                }
            }
            let read = self.stream.read(&mut chunk).expect("an answer");
            assert!(read > 0, "the sandbox hung up");
            self.rest.extend_from_slice(&chunk[..read]);
        }
    }
}

/// An organization with so many tasks: processes of five, half of them half done, two of them alike in
/// every size.
fn filled(tasks: usize) -> Builder {
    let step = |title: &str, who: i64| json!({ "title": title, "assignees": [who] });
    let template = json!({
        "id": "0123456789abcdef0123456789abcdef", "title": "Order",
        "steps": [
            step("Pick", seed::STANDARD), step("Pack", seed::LIGHT), step("Weigh", seed::STANDARD),
            step("Send", seed::ADMIN), step("Bill", seed::ADMIN),
        ],
    });
    let half = tasks / 10 - 1;
    let plan = json!({
        "now": "2026-09-02T12:00:00Z",
        "base": "empty",
        "members": [
            { "id": seed::STANDARD, "email": "ben@northwind.test" },
            { "id": seed::LIGHT, "email": "cleo@northwind.test" },
        ],
        "templates": [template],
        "processes": [
            { "template": "Order", "name": "Needle {n}", "count": 2, "at": "2026-09-01 08:00:00" },
            { "template": "Order", "name": "Parcel {n}", "count": half, "at": "2026-09-01 08:00:00" },
            {
                "template": "Order", "name": "Pallet {n}", "count": half, "at": "2026-09-02 08:00:00",
                "complete": ["Pick", "Pack"],
            },
        ],
    });
    Sandbox::builder().seed(Plan::from_json(plan).expect("a plan"))
}

fn start(criterion: &mut Criterion) {
    criterion.bench_function("start", |bencher| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        bencher.iter(|| runtime.block_on(Sandbox::start()).expect("a sandbox"));
    });
}

fn one_task(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("one task");
    group.throughput(Throughput::Elements(PIPELINE as u64));
    let path = format!("/runs/{}/tasks/{}", seed::PROCESS, seed::PROCESS_TASKS[2]);
    for (name, validate) in [("held against the document", true), ("not validated", false)] {
        let mut wire = serve(Sandbox::builder().validate(validate).keep_requests(0));
        group.bench_function(name, |bencher| bencher.iter(|| wire.get(&path, PIPELINE)));
    }
    group.finish();
}

fn lists(criterion: &mut Criterion) {
    let lists = [
        ("tasks by status", "/tasks?status=active"),
        ("tasks by time", "/tasks?status=overdue"),
        ("tasks by owner", "/tasks?owners=1003"),
        ("tasks by rare text", "/tasks?q=needle"),
        ("tasks by common text", "/tasks?q=pa"),
        ("my tasks", "/me/tasks?status=all"),
        ("processes by status", "/runs?status=active"),
        ("processes by template", "/runs?checklist_id=0123456789abcdef0123456789abcdef"),
        ("processes by owner", "/runs?owners=1003"),
        ("processes by rare text", "/runs?q=needle"),
        ("processes by common text", "/runs?q=parcel"),
        (
            "all filters",
            "/runs?status=active&owners=1003&q=pallet&checklist_id=0123456789abcdef0123456789abcdef",
        ),
    ];
    // Requests are not kept, as by the program.
    let mut wires = [1_000, 100_000].map(|tasks| (tasks, serve(filled(tasks).keep_requests(0))));
    for (name, path) in lists {
        let mut group = criterion.benchmark_group(name);
        group.sample_size(30);
        for (tasks, wire) in &mut wires {
            group.bench_with_input(BenchmarkId::from_parameter(*tasks), path, |bencher, path| {
                bencher.iter(|| wire.get(path, 1));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, start, one_task, lists);
criterion_main!(benches);
