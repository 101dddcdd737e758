//! A relay in front of a sandbox that changes what the service says of processes: names, dates, the `Date` header, and how
//! late a list shows them. What is created, and which answers are lost, is the sandbox's matter.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;
use tokio::time::Instant;

use crate::plain_server::read_request;

/// What the relay changes.
#[derive(Clone, Copy)]
pub(super) struct Changes {
    pub(super) name: fn(&str) -> String,
    /// What stands in the place of a row's `created_at`.
    pub(super) created: fn(&Value) -> Value,
    /// By how much the `Date` header goes before the clock; `None` leaves it out.
    pub(super) date: Option<TimeDelta>,
    /// How long a list misses a process.
    pub(super) lag: Duration,
    /// In place of each list.
    pub(super) list: Option<&'static str>,
    /// What becomes of a row of a list, the newest first.
    pub(super) row: fn(Value) -> Value,
}

impl fmt::Debug for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, created) = ((self.name)("Order 4711"), (self.created)(&"2026-11-27T00:00:00Z".into()));
        write!(f, "name {name:?}, created_at {created}, date {:?}, lag {:?}", self.date, self.lag)
    }
}

impl Default for Changes {
    fn default() -> Self {
        Self {
            name: str::to_owned,
            created: Value::clone,
            date: Some(TimeDelta::zero()),
            lag: Duration::ZERO,
            list: None,
            row: |row| row,
        }
    }
}

/// Dropping it stops it.
pub(super) struct Relay {
    pub(super) base_url: String,
    task: AbortHandle,
}

impl Relay {
    pub(super) async fn start(service: &str, changes: Changes) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base_url = format!("http://{}/api", listener.local_addr().expect("an address"));
        let service = service.trim_start_matches("http://").trim_end_matches("/api").to_owned();
        let first_seen = Arc::new(Mutex::new(HashMap::new()));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (service, first_seen) = (service.clone(), Arc::clone(&first_seen));
                // An answer that the service loses is lost here too: the connection ends.
                tokio::spawn(async move { relay(stream, &service, changes, &first_seen).await.ok() });
            }
        });
        Self { base_url, task: task.abort_handle() }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

type FirstSeen = Mutex<HashMap<String, Instant>>;

async fn relay(
    mut stream: TcpStream,
    service: &str,
    changes: Changes,
    first_seen: &FirstSeen,
) -> io::Result<()> {
    let request = String::from_utf8_lossy(&read_request(&mut stream).await?).into_owned();
    let (line, rest) = request.split_once("\r\n").ok_or(io::ErrorKind::InvalidData)?;
    let mut onward = TcpStream::connect(service).await?;
    onward.write_all(format!("{line}\r\nconnection: close\r\n{rest}").as_bytes()).await?;
    let mut answer = Vec::new();
    let mut more = [0; 1];
    tokio::select! {
        read = onward.read_to_end(&mut answer) => drop(read?),
        // The client gave up, and so the service hears.
        _ = stream.read(&mut more) => return Ok(()),
    }
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    let status = head.split(' ').nth(1).ok_or(io::ErrorKind::InvalidData)?;
    let is_list = line.starts_with("GET ") && line.contains("/runs?");
    let body = match changes.list.filter(|_| is_list) {
        Some(list) => list.to_owned(),
        None => changed(body, changes, first_seen),
    };
    let date = changes.date.map(|ahead| (Utc::now() + ahead).format("date: %a, %d %b %Y %H:%M:%S GMT\r\n"));
    let date = date.map(|line| line.to_string()).unwrap_or_default();
    let head = format!(
        "HTTP/1.1 {status} Text\r\ncontent-type: application/json\r\n{date}connection: close\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).await?;
    stream.shutdown().await
}

fn changed(body: &str, changes: Changes, first_seen: &FirstSeen) -> String {
    let Ok(mut answer) = serde_json::from_str::<Value>(body) else { return body.to_owned() };
    match &mut answer["data"] {
        Value::Array(rows) => {
            let before = rows.len();
            rows.retain(|row| {
                let id = row["id"].as_str().unwrap_or_default().to_owned();
                let seen = *first_seen.lock().expect("no panic").entry(id).or_insert_with(Instant::now);
                seen.elapsed() >= changes.lag
            });
            let hidden = before - rows.len();
            rows.iter_mut().for_each(|row| change(row, changes));
            rows.iter_mut().for_each(|row| *row = (changes.row)(row.take()));
            let total = &mut answer["meta"]["pagination"]["total"];
            *total = total.as_u64().map(|total| total - hidden as u64).into();
        }
        Value::Object(_) => change(&mut answer["data"], changes),
        _ => {}
    }
    answer.to_string()
}

fn change(row: &mut Value, changes: Changes) {
    if let Some(name) = row["name"].as_str() {
        row["name"] = (changes.name)(name).into();
    }
    row["created_at"] = (changes.created)(&row["created_at"]);
}
