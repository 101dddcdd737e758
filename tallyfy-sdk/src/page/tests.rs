//! Walking lists, with all that servers say and do not say about pages. What happens when a list changes meanwhile is
//! in `tests/drift.rs`, when rows cannot be read in `tests/odd_rows.rs`, what a long walk costs in `tests/cost.rs`.

mod cost;
mod drift;
mod numbers;
mod odd_rows;
mod servers;

use tallyfy_gen::types::{ListTags, Tag};

use super::{Asked, Lister, RowId};
use crate::scripted::{Reply, Scripted, json};
use crate::{Client, RetryPolicy, ids::OrganizationId};

fn tags(client: &Client, query: ListTags) -> Lister<Tag> {
    let org = OrganizationId::from("o1");
    let asked = Asked::of("list_tags", &query);
    Lister::new(client, "list_tags", &[&org.clone()], asked, move |api, page| {
        let (org, mut query) = (org.clone(), query.clone());
        query.page = page.or(query.page);
        async move { api.list_tags(org.as_str(), &query).await }
    })
}

/// Tags that are known by their ids, as those of every list method are.
fn known(client: &Client, query: ListTags) -> Lister<Tag> {
    tags(client, query).identified(|tag| RowId::key(&tag.id))
}

/// A page of tags; `pagination` is the inside of `meta.pagination`, none if empty.
fn page(ids: &[&str], pagination: &str) -> Reply {
    let rows: Vec<_> = ids.iter().map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
    let meta = if pagination.is_empty() {
        String::new()
    } else {
        format!(
            r#","meta":{{"pagination":{{{pagination},"links":{{"previous":"https://other.example/?page=9"}}}}}}"#
        )
    };
    json(200, &format!(r#"{{"data":[{}]{meta}}}"#, rows.join(",")))
}

fn ids(tags: &[Tag]) -> Vec<&str> {
    tags.iter().map(|tag| tag.id.as_str()).collect()
}

/// What a walk gives, and the queries it sends.
async fn walked(replies: Vec<Reply>, query: ListTags) -> (Result<Vec<Tag>, crate::Error>, Vec<String>) {
    let server = Scripted::start(replies).await;
    let client = server.builder().retry(RetryPolicy::none()).build().expect("a client");
    let all = tags(&client, query).all().await;
    let queries =
        server.lines().iter().map(|line| line.replace("GET /api/organizations/o1/tags", "")).collect();
    (all, queries)
}

#[tokio::test]
async fn all_pages_are_walked_to_the_last_as_it_stands_by_then() {
    let replies = vec![
        page(&["a", "b"], r#""total":3,"current_page":1,"total_pages":2"#),
        page(&["c", "d"], r#""total":5,"current_page":2,"total_pages":3"#),
        page(&["e"], r#""total":5,"current_page":3,"total_pages":3"#),
    ];
    let (all, queries) = walked(replies, ListTags::new().per_page(2)).await;
    assert_eq!(ids(&all.expect("three pages")), ["a", "b", "c", "d", "e"]);
    assert_eq!(queries, ["?page=1&per_page=2", "?page=2&per_page=2", "?page=3&per_page=2"]);
}

#[tokio::test]
async fn a_walk_starts_at_the_page_the_query_names() {
    let replies = vec![
        page(&["c"], r#""current_page":2,"total_pages":3"#),
        page(&["d"], r#""current_page":3,"total_pages":3"#),
    ];
    let (all, queries) = walked(replies, ListTags::new().page(2)).await;
    assert_eq!(ids(&all.expect("two pages")), ["c", "d"]);
    assert_eq!(queries, ["?page=2", "?page=3"]);
}

#[tokio::test]
async fn without_a_last_page_a_full_page_is_followed_by_another() {
    let replies = vec![page(&["a", "b"], r#""per_page":2"#), page(&["c"], r#""per_page":2"#)];
    let (all, queries) = walked(replies, ListTags::new()).await;
    assert_eq!(ids(&all.expect("two pages")), ["a", "b", "c"]);
    assert_eq!(queries, ["?page=1", "?page=2"]);

    let replies = vec![page(&["a"], r#""per_page":0"#), page(&[], r#""per_page":0"#)];
    let (all, _) = walked(replies, ListTags::new()).await;
    assert_eq!(ids(&all.expect("one page")), ["a"]);
}

#[tokio::test]
async fn a_list_that_says_nothing_of_pages_is_asked_once_more() {
    let replies = vec![page(&["a", "b"], ""), page(&[], "")];
    let (all, queries) = walked(replies, ListTags::new()).await;
    assert_eq!(ids(&all.expect("one page")), ["a", "b"]);
    assert_eq!(queries, ["?page=1", "?page=2"]);
}

#[tokio::test]
async fn a_list_without_pages_is_asked_once() {
    let replies = || vec![json(200, r#"{"data":[{"id":"a"},{"id":"b"}]}"#)];
    let server = Scripted::start(replies()).await;
    let org = OrganizationId::from("o1");
    // The document gives it no `page`.
    let asked = Asked::of("list_users_minimal", &());
    let list: Lister<Tag> = Lister::new(&server.client(), "list_users_minimal", &[], asked, move |api, _| {
        let (org, query) = (org.clone(), ListTags::new());
        async move { api.list_tags(org.as_str(), &query).await }
    });
    assert_eq!(ids(&list.all().await.expect("all")), ["a", "b"]);
    assert_eq!(server.lines().len(), 1);

    // The query switches pages off.
    let server = Scripted::start(vec![json(200, r#"{"data":[{"id":"t1"},{"id":"t2"}]}"#)]).await;
    let tasks = server.client().organization("o1").tasks();
    let all = tasks.list(crate::request::ListTasks::new().without_pagination(true)).all().await.expect("all");
    assert_eq!((all.len(), server.lines().len()), (2, 1));
}

#[tokio::test]
async fn an_empty_page_in_the_middle_does_not_end_the_walk() {
    let replies = vec![
        page(&["a"], r#""current_page":1,"total_pages":3"#),
        page(&[], r#""current_page":2,"total_pages":3"#),
        page(&["b"], r#""current_page":3,"total_pages":3"#),
    ];
    let (all, _) = walked(replies, ListTags::new()).await;
    assert_eq!(ids(&all.expect("three pages")), ["a", "b"]);
}

#[tokio::test]
async fn a_server_that_repeats_itself_is_found_out() {
    let same = || page(&["a"], r#""current_page":1,"total_pages":3"#);
    let (all, queries) = walked(vec![same(), same(), same()], ListTags::new()).await;
    let error = all.expect_err("the same page twice");
    assert!(error.is_decode());
    assert!(error.to_string().contains("sent page 1 when page 2 was asked for"), "{error}");
    assert_eq!(queries.len(), 2);
}

#[tokio::test]
async fn an_endless_list_ends_at_the_limit_with_an_error() {
    let full = || page(&["a"], r#""per_page":1"#);
    let server = Scripted::start(vec![full(), full(), full()]).await;
    let error = tags(&server.client(), ListTags::new()).max_pages(2).all().await.expect_err("endless");
    assert!(error.is_too_large());
    assert!(error.to_string().starts_with("list_tags: the list goes on after 2 pages"), "{error}");
    assert_eq!(server.lines().len(), 2);
}

#[tokio::test]
async fn a_page_without_rows_is_an_error_and_not_an_end() {
    for body in [r#"{"meta":{}}"#, "{}", r#"{"data":null}"#, r#"{"data":{"a":1}}"#] {
        let (all, _) = walked(vec![json(200, body)], ListTags::new()).await;
        assert!(all.expect_err(body).is_decode(), "{body}");
    }
}

#[tokio::test]
async fn a_stream_gives_what_it_has_before_its_error_and_then_ends() {
    let replies = vec![page(&["a", "b"], r#""current_page":1,"total_pages":2"#), json(500, "{}")];
    let server = Scripted::start(replies).await;
    let mut items = tags(&server.client(), ListTags::new()).no_retry().items();
    assert!(server.lines().is_empty(), "nothing is read before it is asked for");
    assert_eq!(items.next().await.expect("an item").expect("a tag").id, "a");
    assert_eq!(server.lines().len(), 1, "the next page waits until it is needed");
    assert_eq!(items.next().await.expect("an item").expect("a tag").id, "b");
    assert!(items.next().await.expect("an error").expect_err("page 2").is_server());
    assert!(items.next().await.is_none());
    assert!(items.next().await.is_none());
}

#[tokio::test]
async fn a_list_awaited_is_one_page() {
    let server =
        Scripted::start(vec![page(&["a", "b"], r#""total":5,"current_page":1,"total_pages":3"#)]).await;
    let page = tags(&server.client(), ListTags::new()).await.expect("a page");
    assert_eq!(
        (page.total(), page.current(), page.last(), page.has_next()),
        (Some(5), Some(1), Some(3), true)
    );
    assert_eq!(page.into_iter().map(|tag| tag.id).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(server.lines(), ["GET /api/organizations/o1/tags"]);
}

#[tokio::test]
async fn options_hold_for_every_page_and_ids_are_checked_first() {
    let replies = vec![
        page(&["a"], r#""current_page":1,"total_pages":2"#),
        page(&["b"], r#""current_page":2,"total_pages":2"#),
    ];
    let server = Scripted::start(replies).await;
    tags(&server.client(), ListTags::new()).header("X-Trace", "t7").all().await.expect("two pages");
    for request in server.requests() {
        assert!(request.contains("x-trace: t7"), "{request}");
    }
    let client = server.client();
    let bad = || tags(&client, ListTags::new()).checked(Err(crate::Error::input("malformed")));
    assert!(bad().await.expect_err("malformed").is_input());
    assert!(bad().all().await.expect_err("malformed").is_input());
    assert_eq!(server.lines().len(), 2);
}
