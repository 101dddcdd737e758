//! Where services put their page numbers, and what a walk makes of numbers that are missing, odd or contradict each other.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tallyfy_gen::types::{ListTags, Tag};

use super::known;
use crate::scripted::{Scripted, json as reply};
use crate::{Error, Lister, RetryPolicy};

/// Rows on the server, and rows of a page.
const ROWS: usize = 25;
const SIZE: usize = 10;

/// What a server answers for page `number`, given the rows that stand there.
type Dialect = fn(number: usize, rows: Vec<Value>) -> Value;

fn row(number: usize) -> Value {
    json!({"id": format!("t{number}")})
}

/// The rows of a page of a list of 25, in pages of 10.
fn rows(page: usize) -> Vec<Value> {
    (1..=ROWS).skip((page - 1) * SIZE).take(SIZE).map(row).collect()
}

fn page_of(request: &str) -> usize {
    let query =
        request.split(' ').nth(1).and_then(|target| target.split_once('?')).map_or("", |(_, query)| query);
    let page = query.split('&').find_map(|pair| pair.strip_prefix("page="));
    page.map_or(1, |page| page.parse().expect("a number"))
}

struct Walked {
    items: Vec<Tag>,
    error: Option<Error>,
    requests: usize,
}

async fn walk_of(
    answer: impl Fn(usize) -> Value + Send + 'static,
    query: ListTags,
    change: impl FnOnce(Lister<Tag>) -> Lister<Tag>,
) -> Walked {
    let server = Scripted::answering(move |request| reply(200, &answer(page_of(request)).to_string())).await;
    let client = server.builder().retry(RetryPolicy::none()).build().expect("a client");
    let mut stream = change(known(&client, query)).max_pages(50).items();
    let (mut items, mut error) = (Vec::new(), None);
    while let Some(item) = stream.next().await {
        match item {
            Ok(item) => items.push(item),
            Err(failure) => error = Some(failure),
        }
    }
    Walked { items, error, requests: server.lines().len() }
}

async fn walk(dialect: Dialect, query: ListTags) -> Walked {
    walk_of(move |number| dialect(number, rows(number)), query, |list| list).await
}

fn last_of(rows: usize) -> usize {
    rows.div_ceil(SIZE)
}

/// How a list of 25 rows in pages of 10 speaks of its pages, and how many requests reading it takes: three are needed, a
/// fourth is made where nothing tells that the third was the last.
const DIALECTS: &[(&str, usize, Dialect)] = &[
    ("Tallyfy's own", 3, |page, rows| {
        json!({"data": rows, "meta": {"pagination": {
            "total": ROWS, "count": rows.len(), "per_page": SIZE, "current_page": page, "total_pages": last_of(ROWS),
        }}})
    }),
    ("a resource collection of Laravel", 3, |page, rows| {
        let next = (page < 3).then(|| format!("https://other.example/?page={}", page + 1));
        json!({"data": rows, "links": {"first": "?page=1", "next": next},
            "meta": {"current_page": page, "last_page": 3, "per_page": SIZE, "total": ROWS}})
    }),
    ("Laravel's flat paginator", 3, |page, rows| {
        let next = (page < 3).then(|| format!("https://other.example/?page={}", page + 1));
        json!({"current_page": page, "data": rows, "last_page": 3, "next_page_url": next, "per_page": SIZE, "total": ROWS})
    }),
    ("Laravel's simple paginator", 3, |page, rows| {
        let next = (page < 3).then(|| format!("https://other.example/?page={}", page + 1));
        json!({"current_page": page, "data": rows, "next_page_url": next, "per_page": SIZE})
    }),
    ("the flat paginator with rows of links", 3, |page, rows| {
        let next = (page < 3).then(|| format!("https://other.example/?page={}", page + 1));
        json!({"data": rows, "links": [{"url": null, "label": "&laquo; Previous"}, {"url": next, "label": "Next &raquo;"}]})
    }),
    (
        "pagination beside data",
        3,
        |page, rows| json!({"data": rows, "pagination": {"currentPage": page, "totalPages": 3}}),
    ),
    (
        "numbers as text",
        3,
        |page, rows| json!({"data": rows, "meta": {"current_page": page.to_string(), "last_page": "3", "per_page": "10", "total": "25"}}),
    ),
    ("only a total", 3, |_, rows| json!({"data": rows, "meta": {"total": ROWS}})),
    ("only a count of all", 3, |_, rows| json!({"data": rows, "count": ROWS})),
    ("only the last page", 3, |_, rows| json!({"data": rows, "meta": {"last_page": 3}})),
    ("only links", 3, |page, rows| json!({"data": rows, "links": {"next": (page < 3).then_some("/next")}})),
    (
        "a cursor",
        3,
        |page, rows| json!({"data": rows, "meta": {"next_cursor": (page < 3).then_some("eyJpZCI6MTB9")}}),
    ),
    ("a flag", 3, |page, rows| json!({"data": rows, "meta": {"pagination": {"has_more_pages": page < 3}}})),
    (
        "only the size of a page",
        3,
        |_, rows| json!({"data": rows, "meta": {"pagination": {"per_page": SIZE}}}),
    ),
    ("nothing at all", 3, |_, rows| json!({"data": rows})),
    ("nothing at all, not even data", 3, |_, rows| json!(rows)),
    (
        "a last page of one beside a total of 25",
        3,
        |page, rows| json!({"data": rows, "meta": {"pagination": {"current_page": page, "total": ROWS, "per_page": SIZE, "total_pages": 1}}}),
    ),
    ("two sets that contradict each other", 3, |page, rows| {
        json!({"data": rows, "meta": {"pagination": {"current_page": page, "total": 10, "per_page": 10, "total_pages": 1},
            "total": ROWS, "last_page": 3}})
    }),
    ("no last page, and a link to the next", 3, |page, rows| {
        json!({"data": rows, "meta": {"pagination": {"current_page": page, "total_pages": 1,
            "links": {"next": (page < 3).then_some("/next")}}}})
    }),
    ("a total of nothing", 3, |_, rows| json!({"data": rows, "meta": {"total": 0}})),
    ("a total below zero", 3, |_, rows| json!({"data": rows, "meta": {"total": -1}})),
    (
        "a total that is no number",
        3,
        |_, rows| json!({"data": rows, "meta": {"pagination": {"total": "many"}}}),
    ),
    ("a total of less than came", 3, |_, rows| json!({"data": rows, "meta": {"total": 7}})),
    (
        "no pages in all",
        3,
        |_, rows| json!({"data": rows, "meta": {"pagination": {"total_pages": 0, "per_page": 0}}}),
    ),
    ("pagination that is no object", 3, |_, rows| json!({"data": rows, "meta": {"pagination": true}})),
    (
        "pages counted from the size of the query, which is ignored",
        3,
        |page, rows| json!({"data": rows, "meta": {"pagination": {"current_page": page, "total": ROWS, "per_page": 100, "total_pages": 1}}}),
    ),
    ("a last page that says it is not", 5, |_, rows| json!({"data": rows, "links": {"next": "/next"}})),
];

#[tokio::test]
async fn every_row_comes_wherever_the_page_numbers_stand() {
    let mut wrong = Vec::new();
    for (name, requests, dialect) in DIALECTS {
        for size in [None, Some(10), Some(100)] {
            let mut query = ListTags::new();
            query.per_page = size;
            let walked = walk(*dialect, query).await;
            let ids: std::collections::BTreeSet<_> = walked.items.iter().map(|tag| &tag.id).collect();
            let came = (walked.items.len(), ids.len(), walked.error.map(|error| error.to_string()));
            if came != (ROWS, ROWS, None) || walked.requests != *requests {
                wrong.push(format!("{name}, per_page {size:?}: {came:?} by {} requests", walked.requests));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Lists that the walk must not call whole: what each says, and a word of the error.
#[tokio::test]
async fn what_cannot_be_told_from_a_loss_is_an_error() {
    let pagination =
        |page: usize| json!({"current_page": page, "total": ROWS, "per_page": SIZE, "total_pages": 3});
    type Answer = Box<dyn Fn(usize) -> Value + Send>;
    let cases: Vec<(&str, Answer, &str)> = vec![
        (
            "ties: half of each page repeats the one before",
            Box::new(move |page| {
                let rows: Vec<_> = (1..=ROWS).skip((page - 1) * 5).take(SIZE).map(row).collect();
                json!({"data": rows, "meta": {"pagination": pagination(page)}})
            }),
            "unchecked()",
        ),
        (
            "the page is ignored, the numbers are right",
            Box::new(move |page| json!({"data": rows(1), "meta": {"pagination": pagination(page)}})),
            "unchecked()",
        ),
        (
            "the page is ignored, nothing is said, the page is full",
            Box::new(|_| json!({"data": rows(1)})),
            "unchecked()",
        ),
        (
            "the page is ignored, a next one is promised",
            Box::new(|_| json!({"data": rows(1), "links": {"next": "/next"}})),
            "unchecked()",
        ),
        (
            "the first page is sent again, and says so",
            Box::new(move |_| json!({"data": rows(1), "meta": {"pagination": pagination(1)}})),
            "sent page 1 when page 2 was asked for",
        ),
        (
            "page numbers that run backwards",
            Box::new(move |page| json!({"data": rows(page), "meta": {"pagination": pagination(4 - page)}})),
            "sent page 3 when page 1 was asked for",
        ),
        (
            "nothing comes of what is counted",
            Box::new(|_| json!({"data": [], "meta": {"total": 3}})),
            "0 different rows of the 3",
        ),
        (
            "pages without end, all empty",
            Box::new(
                |page| json!({"data": rows(page.min(4)), "meta": {"pagination": {"total_pages": 1_000_000}}}),
            ),
            "empty",
        ),
        (
            "a total without measure",
            Box::new(|page| json!({"data": rows(page.min(4)), "meta": {"total": i64::MAX}})),
            "25 different rows of the 9223372036854775807",
        ),
    ];
    for (name, answer, word) in cases {
        let walked = walk_of(answer, ListTags::new().per_page(10), |list| list).await;
        let error =
            walked.error.unwrap_or_else(|| panic!("{name}: ended as good after {}", walked.items.len()));
        assert!(error.is_incomplete() || error.is_decode(), "{name}: {error}");
        assert!(error.to_string().contains(word), "{name}: {error}");
        assert!(walked.requests <= 8, "{name}: {} requests", walked.requests);
    }
}

#[tokio::test]
async fn lists_that_repeat_by_nature_are_accepted_unchecked() {
    let ties = |page: usize| {
        let rows: Vec<_> = (1..=ROWS).skip((page - 1) * 5).take(SIZE).map(row).collect();
        json!({"data": rows, "meta": {"pagination": {
            "current_page": page, "total": ROWS, "per_page": SIZE, "total_pages": 3,
        }}})
    };
    let walked = walk_of(ties, ListTags::new(), Lister::unchecked).await;
    assert_eq!((walked.items.len(), walked.error.is_none()), (30, true));

    // Three pages of the same rows: what the server counts is given, where it counts nothing each row comes once.
    let cases: [(&str, Dialect, usize, usize); 6] = [
        (
            "a total and a last page",
            |page, _| json!({"data": rows(1), "meta": {"pagination": {"current_page": page, "total": 30, "total_pages": 3}}}),
            30,
            3,
        ),
        ("a total", |_, _| json!({"data": rows(1), "meta": {"total": 30}}), 30, 3),
        ("a total of less", |_, _| json!({"data": rows(1), "meta": {"total": 7}}), 20, 2),
        ("the size", |_, _| json!({"data": rows(1), "meta": {"per_page": 10}}), 10, 2),
        ("a link", |_, _| json!({"data": rows(1), "links": {"next": "/next"}}), 10, 2),
        ("nothing", |_, _| json!({"data": rows(1)}), 10, 2),
    ];
    for (name, dialect, items, requests) in cases {
        let walked = walk_of(move |page| dialect(page, Vec::new()), ListTags::new(), Lister::unchecked).await;
        let came = (walked.items.len(), walked.requests, walked.error.map(|error| error.to_string()));
        assert_eq!(came, (items, requests, None), "{name}");
    }
}

#[tokio::test]
async fn a_wrong_total_that_is_not_checked_does_not_end_a_list() {
    let walked =
        walk_of(|page| json!({"data": rows(page), "meta": {"total": 7}}), ListTags::new(), Lister::unchecked);
    assert_eq!(walked.await.items.len(), ROWS);
}

#[tokio::test]
async fn an_empty_page_in_the_middle_is_gone_past_where_more_is_promised() {
    type Answer = Box<dyn Fn(usize) -> Value + Send>;
    let gap = |page: usize| match page {
        2 => Vec::new(),
        3.. => rows(page - 1),
        _ => rows(page),
    };
    let dialects: Vec<Answer> = vec![
        Box::new(move |page| json!({"data": gap(page), "meta": {"last_page": 4}})),
        Box::new(move |page| json!({"data": gap(page), "meta": {"total": ROWS}})),
        Box::new(move |page| json!({"data": gap(page), "links": {"next": (page < 4).then_some("/next")}})),
    ];
    for (at, answer) in dialects.into_iter().enumerate() {
        let walked = walk_of(answer, ListTags::new(), |list| list).await;
        assert_eq!((walked.items.len(), walked.error.map(|error| error.to_string())), (ROWS, None), "{at}");
    }
}

/// The size of a page that the server keeps to, whatever the query says.
#[tokio::test]
async fn a_server_with_a_size_of_its_own_is_walked_to_its_end() {
    let sizes = [(1, 10), (7, 10), (10, 5), (25, 10), (40, 10), (10, 100)];
    for (own, asked) in sizes {
        let of = move |page: usize| -> Vec<Value> {
            (1..=ROWS).skip((page - 1) * own).take(own).map(row).collect()
        };
        type Answer = Box<dyn Fn(usize) -> Value + Send>;
        let dialects: Vec<Answer> = vec![
            Box::new(move |page| json!({"data": of(page)})),
            Box::new(move |page| json!({"data": of(page), "meta": {"per_page": asked}})),
            Box::new(move |page| {
                json!({"data": of(page), "meta": {"pagination": {"current_page": page, "total": ROWS,
                    "per_page": asked, "total_pages": ROWS.div_ceil(usize::try_from(asked).expect("small"))}}})
            }),
        ];
        for (at, answer) in dialects.into_iter().enumerate() {
            let walked = walk_of(answer, ListTags::new().per_page(asked), |list| list).await;
            let came = (walked.items.len(), walked.error.map(|error| error.to_string()));
            assert_eq!(came, (ROWS, None), "{own} rows a page where {asked} were asked for, dialect {at}");
        }
    }
}

#[tokio::test]
async fn a_list_that_comes_whole_without_a_word_costs_two_requests_more() {
    let asked = std::sync::Arc::new(AtomicUsize::new(0));
    let count = std::sync::Arc::clone(&asked);
    let whole = move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        json!({"data": [row(1), row(2), row(3)]})
    };
    let walked = walk_of(whole, ListTags::new(), |list| list).await;
    assert_eq!((walked.items.len(), walked.error.is_none(), walked.requests), (3, true, 3));
}
