//! A property: whatever a server does with pages, a walk gives every row that stood there all the time exactly once, or
//! ends in an error. Servers are made from a seed; a failure names it.
//!
//! Two things no client can see are left out: rows that are removed from a list of which the server counts nothing, and a
//! server without a word of pages that ignores `page` where the page is not full.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex};

use fastrand::Rng;
use serde_json::{Map, Value, json};
use tallyfy_gen::types::ListTags;

use super::known;
use crate::RetryPolicy;
use crate::scripted::{Scripted, json as reply};

const SERVERS: u64 = 400;

/// Where the numbers of a page stand.
const PLACES: [&str; 6] = ["meta.pagination", "meta", "flat", "pagination", "links", "nothing"];

/// A list that changes while it is read, and how its server speaks of it.
struct Server {
    rng: Rng,
    rows: Vec<u32>,
    next_id: u32,
    /// Rows that stood there from the first request to the last.
    stood: BTreeSet<u32>,
    size: usize,
    honours_size: bool,
    ignores_page: bool,
    /// Rows that each page repeats of the one before.
    overlap: usize,
    place: &'static str,
    /// The numbers that are left out, by name.
    silent: Vec<&'static str>,
    as_text: bool,
    changes: bool,
    clamps: bool,
    empty_page: Option<usize>,
    /// One row in so many cannot be read; 0: none.
    odd: u32,
}

impl Server {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let count = rng.u32(0..40);
        let rows: Vec<u32> = (0..count).collect();
        let mut silent = Vec::new();
        for name in ["total", "per_page", "current_page", "last", "next"] {
            if rng.u8(0..3) == 0 {
                silent.push(name);
            }
        }
        let place = PLACES[rng.usize(0..PLACES.len())];
        let counts = !matches!(place, "links" | "nothing") && !silent.contains(&"total");
        let (ignores_page, overlap) = match rng.u8(0..10) {
            0 => (counts, 0),
            1 => (false, usize::from(counts)),
            _ => (false, 0),
        };
        Self {
            stood: rows.iter().copied().collect(),
            next_id: count,
            size: rng.usize(1..12),
            honours_size: rng.bool(),
            ignores_page,
            overlap,
            place,
            silent,
            as_text: rng.bool(),
            changes: rng.bool() && !ignores_page && overlap == 0,
            clamps: rng.u8(0..8) == 0,
            empty_page: (rng.u8(0..10) == 0 && counts).then(|| rng.usize(1..4)),
            odd: 0,
            rows,
            rng,
        }
    }

    /// Some rows cannot be read.
    fn with_odd_rows(mut self) -> Self {
        self.odd = self.rng.u32(2..8);
        let odd = self.odd;
        self.stood.retain(|id| id % odd > 0);
        self
    }

    /// It gives a page again as it was, and each row on one page: who goes on knows nothing of the pages before.
    fn steady(self) -> Self {
        Self { changes: false, ignores_page: false, clamps: false, overlap: 0, empty_page: None, ..self }
    }

    fn counts(&self) -> bool {
        !matches!(self.place, "links" | "nothing") && !self.silent.contains(&"total")
    }

    /// One change between two answers: a row comes, anywhere, or goes, where the server counts them.
    fn change(&mut self) {
        if !self.changes || self.rng.u8(0..3) > 0 {
            return;
        }
        if self.rng.bool() || !self.counts() {
            let at = self.rng.usize(0..=self.rows.len());
            self.rows.insert(at, self.next_id);
            self.next_id += 1;
        } else if !self.rows.is_empty() {
            let at = self.rng.usize(0..self.rows.len());
            let gone = self.rows.remove(at);
            self.stood.remove(&gone);
        }
    }

    fn answer(&mut self, page: usize, asked: Option<usize>) -> Value {
        self.change();
        let size = asked.filter(|_| self.honours_size).unwrap_or(self.size);
        let step = size.saturating_sub(self.overlap).max(1);
        let last = self.rows.len().div_ceil(size).max(1);
        let mut page = if self.ignores_page { 1 } else { page };
        if self.clamps && self.counts() {
            page = page.min(last);
        }
        let mut rows: Vec<_> = self.rows.iter().skip((page - 1) * step).take(size).copied().collect();
        if self.empty_page == Some(page) {
            rows.clear();
        }
        let row = |id: &u32| match id.checked_rem(self.odd) {
            Some(0) => json!({"title": id}),
            _ => json!({"id": format!("t{id}")}),
        };
        let data: Vec<_> = rows.iter().map(row).collect();
        self.envelope(&data, page, last, size)
    }

    fn envelope(&self, data: &[Value], page: usize, last: usize, size: usize) -> Value {
        let mut said = Map::new();
        let mut say = |name: &'static str, key: &str, number: usize| {
            if !self.silent.contains(&name) {
                let value = if self.as_text { json!(number.to_string()) } else { json!(number) };
                said.insert(key.to_owned(), value);
            }
        };
        say("total", "total", self.rows.len());
        say("per_page", "per_page", size);
        say("current_page", "current_page", page);
        say("last", if self.place == "meta.pagination" { "total_pages" } else { "last_page" }, last);
        let next = (page < last).then(|| json!("https://other.example/?page=9"));
        let has_next = !self.silent.contains(&"next");
        match self.place {
            "meta.pagination" => {
                if has_next {
                    said.insert("links".to_owned(), json!({"next": next}));
                }
                json!({"data": data, "meta": {"pagination": said}})
            }
            "meta" if has_next => json!({"data": data, "meta": said, "links": {"next": next}}),
            "meta" => json!({"data": data, "meta": said}),
            "flat" => {
                if has_next {
                    said.insert("next_page_url".to_owned(), json!(next));
                }
                said.insert("data".to_owned(), json!(data));
                Value::Object(said)
            }
            "pagination" => json!({"data": data, "pagination": said}),
            "links" => json!({"data": data, "links": {"next": next}}),
            _ => json!({"data": data}),
        }
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            size,
            honours_size,
            ignores_page,
            overlap,
            place,
            silent,
            changes,
            clamps,
            empty_page,
            odd,
            ..
        } = self;
        write!(
            f,
            "{} rows by {size} (asked for: {honours_size}), numbers in {place} but {silent:?}, ignores page {ignores_page}, \
             overlap {overlap}, changes {changes}, clamps {clamps}, empty {empty_page:?}, odd {odd}",
            self.rows.len(),
        )
    }
}

fn number(request: &str, key: &str) -> Option<usize> {
    let query = request.split(' ').nth(1)?.split_once('?')?.1;
    query.split('&').find_map(|pair| pair.strip_prefix(key)?.strip_prefix('=')?.parse().ok())
}

/// What is wrong with the walk through this server; one that breaks off somewhere goes on at the place that it told.
async fn fault(seed: u64, server: Server, breaks_off: bool) -> (Option<String>, bool) {
    let state = Arc::new(Mutex::new(server));
    let server = Arc::clone(&state);
    let scripted = Scripted::answering(move |request| {
        let page = number(request, "page").unwrap_or(1);
        let body = server.lock().expect("no panic").answer(page, number(request, "per_page"));
        reply(200, &body.to_string())
    })
    .await;
    let client = scripted.builder().retry(RetryPolicy::none()).build().expect("a client");
    let mut rng = Rng::with_seed(!seed);
    let mut query = ListTags::new();
    query.per_page = rng.bool().then(|| rng.i64(1..12));
    let prefetch = if rng.bool() { 1 } else { 3 };
    let list = || known(&client, query.clone()).prefetch(prefetch).max_pages(200).skip_odd_rows();
    let (mut items, mut given, mut error) = (list().items(), Vec::new(), None);
    let mut break_off = breaks_off.then(|| rng.usize(0..40));
    while let Some(item) = items.next().await {
        match item {
            Ok(tag) => given.push(tag.id.trim_start_matches('t').parse::<u32>().expect("an id")),
            Err(failure) => error = Some(failure),
        }
        if break_off.take_if(|at| *at < given.len()).is_some() {
            items = list().resume(&items.resume_token().to_string().parse().expect("a token")).items();
        }
    }
    let state = state.lock().expect("no panic");
    let different: BTreeSet<_> = given.iter().copied().collect();
    let what = if different.len() < given.len() {
        Some("a row was given twice".to_owned())
    } else if error.is_none() && !different.is_superset(&state.stood) {
        let lost: Vec<_> = state.stood.difference(&different).collect();
        Some(format!("ended as good without {lost:?}"))
    } else {
        None
    };
    let lines = scripted.lines().len();
    (what.map(|what| format!("seed {seed}, {lines} requests, {state}: {what}")), error.is_none())
}

async fn try_all(server: impl Fn(u64) -> Server, breaks_off: bool) {
    let (mut faults, mut good) = (Vec::new(), 0);
    for seed in 0..SERVERS {
        let (fault, is_good) = fault(seed, server(seed), breaks_off).await;
        faults.extend(fault);
        good += u64::from(is_good);
    }
    assert!(faults.is_empty(), "{} of {SERVERS}:\n{}", faults.len(), faults.join("\n"));
    assert!(good > SERVERS / 2, "only {good} of {SERVERS} walks came to a good end: errors prove nothing");
}

#[tokio::test]
async fn a_walk_gives_every_row_once_or_ends_in_an_error() {
    try_all(Server::new, false).await;
}

#[tokio::test]
async fn a_walk_past_odd_rows_gives_every_other_row_once_or_ends_in_an_error() {
    try_all(|seed| Server::new(seed).with_odd_rows(), false).await;
}

#[tokio::test]
async fn a_walk_that_goes_on_where_another_broke_off_gives_every_row_once_or_ends_in_an_error() {
    try_all(|seed| Server::new(seed).steady(), true).await;
    try_all(|seed| Server::new(seed).steady().with_odd_rows(), true).await;
}
