//! Lists that change while they are walked, walks that are cut short, resumed or read ahead.

use std::time::Duration;

use tallyfy_gen::types::{ListTags, Tag};
use tallyfy_sandbox::{Fault, Sandbox};
use tokio::time::Instant;

use super::{ids, known, page, tags};
use crate::scripted::{Reply, Scripted};
use crate::{Client, Error, Lister, ResumeToken, RetryPolicy};

/// Pages of two tags, each `page:total:ids`.
fn pages(pages: &[(u32, u32, &[&str])]) -> Vec<Reply> {
    let reply = |(number, total, ids): &(u32, u32, &[&str])| {
        let last = total.div_ceil(2).max(1);
        let meta = format!(r#""total":{total},"per_page":2,"current_page":{number},"total_pages":{last}"#);
        page(ids, &meta)
    };
    pages.iter().map(reply).collect()
}

struct Walked {
    ids: Vec<String>,
    error: Option<Error>,
    /// The pages that were asked for.
    asked: Vec<String>,
    drift: crate::Drift,
    token: String,
}

async fn walk(replies: Vec<Reply>, change: impl FnOnce(Lister<Tag>) -> Lister<Tag>) -> Walked {
    let server = Scripted::start(replies).await;
    let client = server.builder().retry(RetryPolicy::none()).build().expect("a client");
    let mut items = change(known(&client, ListTags::new())).items();
    let (mut ids, mut error) = (Vec::new(), None);
    while let Some(item) = items.next().await {
        match item {
            Ok(tag) => ids.push(tag.id),
            Err(failure) => error = Some(failure),
        }
    }
    let number = |line: String| line.split("page=").nth(1).unwrap_or_default().to_owned();
    let asked = server.lines().into_iter().map(number).collect();
    Walked { ids, error, asked, drift: items.drift(), token: items.resume_token().to_string() }
}

#[tokio::test]
async fn rows_added_at_the_front_come_once() {
    let replies = pages(&[(1, 4, &["a", "b"]), (2, 5, &["b", "c"]), (3, 5, &["d"])]);
    let walked = walk(replies, |list| list).await;
    assert_eq!((walked.ids.concat(), walked.error.map(|error| error.to_string())), ("abcd".into(), None));
    assert_eq!((walked.drift.added, walked.drift.removed, walked.drift.repeated), (1, 0, 1));
    assert!(!walked.drift.is_none());
}

#[tokio::test]
async fn rows_that_slip_back_when_others_are_removed_are_read() {
    // `a` is removed after the first page: `c` moves from the second page to the first.
    let replies =
        pages(&[(1, 5, &["a", "b"]), (2, 4, &["d", "e"]), (1, 4, &["b", "c"]), (2, 4, &["d", "e"])]);
    let walked = walk(replies, |list| list).await;
    assert_eq!((walked.ids.concat(), walked.error.is_none()), ("abdec".into(), true));
    assert_eq!(walked.asked, ["1", "2", "1", "2"]);
    assert_eq!((walked.drift.removed, walked.drift.repeated), (1, 0), "what is read again is not drift");
}

#[tokio::test]
async fn a_removal_that_only_the_last_page_shows_is_mended_too() {
    let replies = pages(&[(1, 3, &["a", "b"]), (2, 2, &[]), (1, 2, &["b", "c"])]);
    let walked = walk(replies, |list| list).await;
    assert_eq!((walked.ids.concat(), walked.error.is_none()), ("abc".into(), true));
    assert_eq!(walked.asked, ["1", "2", "1"]);
}

#[tokio::test]
async fn without_ids_a_removal_makes_the_walk_incomplete() {
    let replies = pages(&[(1, 5, &["a", "b"]), (2, 4, &["d", "e"])]);
    let walked = walk(replies, |list| list.remember(0)).await;
    let error = walked.error.expect("one may be missing");
    assert!(error.is_incomplete(), "{error}");
    assert_eq!((walked.ids.concat(), error.items_given()), ("abde".into(), Some(4)));
    assert_eq!(error.resume_token().map(ToString::to_string).as_deref(), Some("1:list_tags:1:0:2"));
    assert_eq!(
        error.to_string(),
        "list_tags: the list ended after 4 different rows of the 5 that the server counts. Nothing was changed; walk again"
    );
}

#[tokio::test]
async fn a_shortfall_is_an_error_that_leads_back_to_where_it_began() {
    let replies = || pages(&[(1, 5, &["a", "b"]), (2, 5, &["c"]), (3, 5, &["e"])]);
    let walked = walk(replies(), |list| list).await;
    let error = walked.error.expect("one is missing");
    assert!(error.is_incomplete() && !error.is_decode());
    assert_eq!((walked.ids.concat(), error.items_given()), ("abce".into(), Some(4)));
    assert_eq!(error.resume_token().map(ToString::to_string).as_deref(), Some("1:list_tags:2:0:2"));
    let walked = walk(replies(), Lister::unchecked).await;
    assert_eq!((walked.ids.concat(), walked.error.is_none()), ("abce".into(), true));
}

#[tokio::test]
async fn repeated_rows_do_not_count_towards_a_total_that_stays() {
    let replies = || pages(&[(1, 4, &["a", "b"]), (2, 4, &["b", "c"])]);
    let walked = walk(replies(), |list| list).await;
    assert_eq!((walked.ids.concat(), walked.drift.repeated), ("abc".into(), 1));
    let error = walked.error.expect("one may be missing");
    assert!(error.is_incomplete(), "{error}");
    assert!(
        error.to_string().contains("3 different rows of the 4 that the server counts, and 1 rows came again")
    );
    assert!(error.to_string().contains("unchecked()"), "{error}");
    let walked = walk(replies(), Lister::unchecked).await;
    assert_eq!((walked.ids.concat(), walked.error.is_none()), ("abbc".into(), true));
    let walked = walk(replies(), |list| list.unchecked().unique()).await;
    assert_eq!((walked.ids.concat(), walked.error.is_none()), ("abc".into(), true));
}

#[tokio::test]
async fn repeated_rows_are_recognized_as_far_back_as_is_remembered() {
    let replies = || pages(&[(1, 6, &["a", "b"]), (2, 6, &["c", "d"]), (3, 6, &["c", "a"])]);
    let walked = walk(replies(), |list| list.remember(3)).await;
    assert_eq!(walked.ids.concat(), "abcda");
    assert_eq!(walk(replies(), Lister::unchecked).await.ids.concat(), "abcdca");
}

#[tokio::test]
async fn a_server_that_ignores_the_page_is_found_out_without_its_help() {
    let same = || page(&["a", "b"], r#""per_page":2"#);
    let walked = walk(vec![same(), same(), same()], |list| list).await;
    let error = walked.error.expect("the same again");
    assert!(error.is_incomplete() && walked.asked.len() == 2, "{error}");
    assert!(error.to_string().contains("page 2 holds nothing but what came before"), "{error}");
}

#[tokio::test]
async fn a_limit_ends_a_walk_and_asks_for_no_more() {
    let replies = || pages(&[(1, 9, &["a", "b"]), (2, 9, &["c", "d"]), (3, 9, &["e", "f"])]);
    for (limit, expected, asked, token) in [
        (0, "", 0, "1:list_tags:1:0:0"),
        (1, "a", 1, "1:list_tags:1:1:2"),
        (2, "ab", 1, "1:list_tags:2:0:2"),
        (3, "abc", 2, "1:list_tags:2:1:2"),
    ] {
        for prefetch in [1, 4] {
            let walked = walk(replies(), |list| list.limit(limit).prefetch(prefetch)).await;
            assert_eq!((&*walked.ids.concat(), walked.error.is_none()), (expected, true), "limit {limit}");
            assert_eq!((walked.asked.len(), &*walked.token), (asked, token), "limit {limit}");
        }
    }
}

#[tokio::test]
async fn a_walk_goes_on_where_another_stood() {
    let all: &[(u32, u32, &[&str])] = &[(1, 5, &["a", "b"]), (2, 5, &["c", "d"]), (3, 5, &["e"])];
    let server = Scripted::start(pages(all)).await;
    let mut items = known(&server.client(), ListTags::new()).items();
    let mut tokens = vec![items.resume_token()];
    while let Some(item) = items.next().await {
        item.expect("a tag");
        tokens.push(items.resume_token());
    }
    let texts: Vec<_> = tokens.iter().map(|token| token.to_string()).collect();
    let expected = ["1:0:0", "1:1:2", "2:0:2", "2:1:2", "3:0:2", "4:0:2"];
    assert_eq!(texts, expected.map(|token| format!("1:list_tags:{token}")));
    for (token, rest) in tokens.iter().take(5).zip(["abcde", "bcde", "cde", "de", "e"]) {
        let token: ResumeToken = token.to_string().parse().expect("a token");
        let from = usize::try_from(token.page).expect("small") - 1;
        let walked = walk(pages(&all[from..]), |list| list.resume(&token)).await;
        assert_eq!((&*walked.ids.concat(), walked.error.is_none()), (rest, true), "{token}");
    }
}

#[tokio::test]
async fn tokens_of_other_lists_and_other_sizes_are_refused() {
    let token = |text: &str| text.parse::<ResumeToken>().expect("a token");
    let of_tasks = token("1:list_tasks:2:0:2");
    let walked = walk(Vec::new(), |list| list.resume(&of_tasks)).await;
    assert!(walked.error.expect("another list").is_input());
    let larger = token("1:list_tags:2:0:100");
    let walked = walk(pages(&[(2, 5, &["c", "d"])]), |list| list.resume(&larger)).await;
    let error = walked.error.expect("another size");
    assert!(error.is_incomplete() && walked.ids.is_empty(), "{error}");
    let malformed =
        ["", "1:list_tags", "2:list_tags:1:0:0", "1:list_tags:0:0:0", "1:l:1:-1:0", "1:l:1:0:0:0"];
    let beyond = [
        "1:list_tags:9223372036854775807:0:10",
        "1:list_tags:-9223372036854775808:0:10",
        "1:list_tags:2147483648:0:10",
        "1:list_tags:2:18446744073709551615:10",
        "1:list_tags:2:0:9223372036854775807",
    ];
    for text in malformed.into_iter().chain(beyond) {
        assert!(text.parse::<ResumeToken>().expect_err(text).is_input());
    }
}

#[tokio::test]
async fn an_error_in_the_middle_knows_how_far_the_walk_came() {
    let mut replies = pages(&[(1, 5, &["a", "b"])]);
    replies.push(crate::scripted::json(403, r#"{"message":"no"}"#));
    let walked = walk(replies, |list| list).await;
    let error = walked.error.expect("forbidden");
    assert!(error.is_permission());
    assert_eq!(error.items_given(), Some(2));
    assert_eq!(error.resume_token().map(ToString::to_string).as_deref(), Some("1:list_tags:2:0:2"));
}

#[tokio::test]
async fn pages_come_with_what_the_server_says_of_them() {
    let server = Scripted::start(pages(&[(1, 4, &["a", "b"]), (2, 5, &["b", "c"]), (3, 5, &["d"])])).await;
    let mut pages = known(&server.client(), ListTags::new()).pages();
    let mut seen = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.expect("a page");
        seen.push((page.current(), page.total(), ids(&page.items).concat()));
    }
    let expected = [(1, 4, "ab"), (2, 5, "c"), (3, 5, "d")];
    assert_eq!(seen, expected.map(|(number, total, ids)| (Some(number), Some(total), ids.to_owned())));
    assert_eq!(pages.drift().added, 1);
}

#[tokio::test(start_paused = true)]
async fn pages_read_ahead_come_in_order_and_at_once() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let client =
        Client::builder().base_url(sandbox.base_url()).token(sandbox.token()).build().expect("a client");
    let organization = client.organization(sandbox.organization());
    let list = || organization.tasks().list(crate::request::ListTasks::new().per_page(1));
    let expected = list().all().await.expect("all");
    assert!(expected.len() >= 4, "too few tasks to prove anything");
    for delay in [0, 4, 1, 3] {
        sandbox.fault("list_tasks", Fault::Delay(Duration::from_secs(delay)));
    }
    let start = Instant::now();
    let ahead = list().prefetch(3).all().await.expect("all");
    let order = |tasks: &[crate::model::Task]| tasks.iter().map(|task| task.id.clone()).collect::<Vec<_>>();
    assert_eq!(order(&ahead), order(&expected));
    assert_eq!(start.elapsed().as_secs(), 4, "8 seconds, if read one by one");
}

#[tokio::test]
async fn no_more_pages_are_under_way_than_allowed() {
    let all: Vec<Vec<String>> = (0..9).map(|page| vec![format!("a{page}"), format!("b{page}")]).collect();
    let replies = all.iter().zip(1..).map(|(ids, number)| {
        let meta = format!(r#""total":18,"per_page":2,"current_page":{number},"total_pages":9"#);
        page(&[&ids[0], &ids[1]], &meta)
    });
    let server = Scripted::start(replies.collect()).await;
    let mut items = known(&server.client(), ListTags::new()).prefetch(3).items();
    for given in 0..18 {
        items.next().await.expect("an item").expect("a tag");
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        let asked = server.lines().len();
        assert!(asked <= 1 + given / 2 + 3, "{asked} pages were asked for at item {given}");
    }
    assert!(items.next().await.is_none());
}

/// Two different changes of one row each: which of them hide a row, the total shows.
#[tokio::test]
async fn a_removal_that_cannot_be_read_back_is_an_error_though_rows_were_added_since() {
    // `a` is removed after the first page, and `f` added after the second: as many rows come as were counted at first.
    let replies = pages(&[(1, 5, &["a", "b"]), (2, 4, &["d", "e"]), (3, 5, &["f"])]);
    let walked = walk(replies, |list| list.remember(0)).await;
    assert!(walked.error.expect("`c` is missing").is_incomplete());
}

#[tokio::test]
async fn a_list_that_never_holds_still_is_given_up() {
    let mut all = vec![(1, 5, &["a", "b"][..])];
    all.extend([(2, 4, &["c", "d"][..]), (1, 5, &["a", "b"][..])].repeat(8));
    let walked = walk(pages(&all), |list| list).await;
    assert!(walked.error.expect("it moves for ever").is_incomplete());
    assert!(walked.asked.len() <= 14, "{} pages", walked.asked.len());
}

#[tokio::test]
async fn pages_that_no_list_has_are_refused_before_anything_is_sent() {
    for page in [i64::MAX, i64::MIN, 0, -1, i64::from(i32::MAX) + 1] {
        let server = Scripted::start(Vec::new()).await;
        let client = server.client();
        let list = || tags(&client, ListTags::new().page(page));
        assert!(list().await.expect_err("no page").is_input(), "{page}");
        assert!(list().all().await.expect_err("no page").is_input(), "{page}");
        let mut items = list().prefetch(4).items();
        assert!(items.next().await.expect("an error").expect_err("no page").is_input(), "{page}");
        assert!(items.next().await.is_none());
        items.resume_token();
        assert!(list().preview().await.expect_err("no page").is_input(), "{page}");
        assert_eq!(server.lines(), [""; 0]);
    }
}

#[tokio::test]
async fn the_furthest_page_is_read_and_numbers_do_not_wrap() {
    let last = i64::from(i32::MAX);
    let said = format!(r#""total":9223372036854775807,"per_page":9223372036854775807,"current_page":{last}"#);
    let server = Scripted::start(vec![page(&["z"], &said)]).await;
    let client = server.builder().retry(RetryPolicy::none()).build().expect("a client");
    let list = known(&client, ListTags::new().page(last)).max_pages(1);
    assert!(list.all().await.expect_err("the total says more").is_too_large());
    assert_eq!(server.lines().len(), 1);
}

/// The faults that a walk finds by itself: the pages were read, so nothing is unknown.
#[tokio::test]
async fn errors_of_a_walk_are_those_of_a_read_that_was_answered() {
    let same = || page(&["a"], r#""current_page":1,"total_pages":3"#);
    let repeated = || page(&["a", "b"], r#""per_page":2"#);
    let shortfall = || pages(&[(1, 5, &["a", "b"]), (2, 5, &["c"]), (3, 5, &["e"])]);
    type Kind = fn(&Error) -> bool;
    let cases: Vec<(Vec<Reply>, u32, Kind)> = vec![
        (vec![same(), same()], 9, Error::is_decode),
        (vec![repeated(), repeated()], 9, Error::is_incomplete),
        (shortfall(), 9, Error::is_incomplete),
        (shortfall(), 2, Error::is_too_large),
    ];
    for (replies, most, kind) in cases {
        let error = walk(replies, |list| list.max_pages(most)).await.error.expect("a fault");
        assert!(kind(&error), "{error}");
        assert_eq!((error.delivery(), error.attempts()), (crate::Delivery::Applied, 1), "{error}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(200), "{error}");
        assert_eq!(
            error.headers().and_then(|all| all.get("content-type")).expect("a header"),
            "application/json"
        );
        assert_eq!((error.operation(), error.body()), (Some("list_tags"), None));
        let text = error.to_string();
        assert!(!text.contains("Nothing was sent") && !text.contains("do not do it again"), "{text}");
        assert!(error.resume_token().is_some() && error.items_given().is_some());
    }
}

#[tokio::test]
async fn the_place_behind_each_item_is_told_on_the_last_page_too() {
    let replies = vec![
        page(&["a", "b"], r#""total":5,"current_page":1,"total_pages":2"#),
        page(&["c", "d", "e"], r#""total":5,"current_page":2,"total_pages":2"#),
    ];
    let server = Scripted::start(replies).await;
    let mut items = known(&server.client(), ListTags::new()).items();
    let mut places = Vec::new();
    while let Some(item) = items.next().await {
        places.push((item.expect("a tag").id, items.resume_token().to_string()));
    }
    let places: Vec<_> = places.iter().map(|(id, place)| (&**id, &**place)).collect();
    let expected = [
        ("a", "1:list_tags:1:1:0"),
        ("b", "1:list_tags:2:0:0"),
        ("c", "1:list_tags:2:1:0"),
        ("d", "1:list_tags:2:2:0"),
        ("e", "1:list_tags:3:0:0"),
    ];
    assert_eq!(places, expected);
}
