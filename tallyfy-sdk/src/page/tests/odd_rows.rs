//! Lists with rows that cannot be read: they are there, so they count, and a walk that leaves them out says so. A row `-` has
//! no id.

use std::time::Duration;

use tallyfy_gen::types::{ListTags, Tag};

use super::{ids, known};
use crate::page::Lister;
use crate::scripted::{Reply, Scripted, json};

fn rows(names: &[&str]) -> String {
    let row = |(at, name): (usize, &&str)| match *name {
        "-" => format!(r#"{{"title":"kim@lund.test","position":{at}}}"#),
        name => format!(r#"{{"id":"{name}"}}"#),
    };
    names.iter().enumerate().map(row).collect::<Vec<_>>().join(",")
}

fn page(names: &[&str], pagination: &str) -> Reply {
    json(200, &format!(r#"{{"data":[{}],"meta":{{"pagination":{{{pagination}}}}}}}"#, rows(names)))
}

/// Three pages with an odd row on the second.
fn three() -> Vec<Reply> {
    vec![
        page(&["a", "b"], r#""total":6,"current_page":1,"total_pages":3"#),
        page(&["-", "d"], r#""total":6,"current_page":2,"total_pages":3"#),
        page(&["e", "f"], r#""total":6,"current_page":3,"total_pages":3"#),
    ]
}

/// The items of a walk, the error it ends with, and where it stands then.
async fn walked(
    replies: Vec<Reply>,
    list: impl Fn(Lister<Tag>) -> Lister<Tag>,
) -> (Vec<String>, String, String) {
    let server = Scripted::start(replies).await;
    let mut items = list(known(&server.client(), ListTags::new()).no_retry()).items();
    let (mut given, mut told) = (Vec::new(), String::new());
    while let Some(item) = items.next().await {
        match item {
            Ok(tag) => given.push(tag.id),
            Err(error) => {
                assert!(error.is_incomplete(), "{error}");
                assert_eq!(error.items_given(), Some(given.len() as u64));
                told = error.to_string();
            }
        }
    }
    (given, told, items.resume_token().to_string())
}

#[tokio::test]
async fn a_walk_gives_all_rows_but_the_odd_one_and_then_tells_where_it_stands() {
    for prefetch in [1, 3] {
        let (given, told, at) = walked(three(), |list| list.prefetch(prefetch)).await;
        assert_eq!((given.join(" "), &*at), ("a b d e f".to_owned(), "1:list_tags:4:0:0"));
        assert!(told.contains("(page 2, /data/0: missing field `id`)"), "{told}");
        assert!(told.contains("skip_odd_rows()") && !told.contains("kim"), "{told}");
        let (given, told, _) = walked(three(), |list| list.prefetch(prefetch).skip_odd_rows()).await;
        assert_eq!((given.join(" "), &*told), ("a b d e f".to_owned(), ""));
    }
}

#[tokio::test]
async fn all_items_are_not_all_when_one_could_not_be_read() {
    let server = Scripted::start(three()).await;
    let error = known(&server.client(), ListTags::new()).all().await.expect_err("one is missing");
    assert!(error.is_incomplete() && error.to_string().contains("page 2, /data/0"), "{error}");
    let server = Scripted::start(three()).await;
    let all = known(&server.client(), ListTags::new()).skip_odd_rows().all().await.expect("wanted so");
    assert_eq!(ids(&all), ["a", "b", "d", "e", "f"]);
}

#[tokio::test]
async fn pages_show_their_odd_rows_and_end_without_an_error() {
    let server = Scripted::start(three()).await;
    let mut pages = known(&server.client(), ListTags::new()).pages();
    let mut seen = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.expect("a page");
        seen.push((page.items.len(), page.odd_rows().len()));
    }
    assert_eq!(seen, [(2, 0), (1, 1), (2, 0)]);
}

#[tokio::test]
async fn odd_rows_count_however_little_is_said_of_pages() {
    for pagination in
        [r#""total":5"#, r#""total":5,"per_page":2"#, r#""per_page":2"#, r#""total_pages":3"#, r#""count":2"#]
    {
        for (first, second, third) in [
            (["a", "-"], ["c", "d"], ["e"]),
            (["a", "b"], ["-", "-"], ["e"]),
            (["-", "-"], ["c", "d"], ["e"]),
            (["a", "b"], ["c", "d"], ["-"]),
        ] {
            let replies = [&first[..], &second[..], &third[..]].map(|names| page(names, pagination));
            let (given, told, _) = walked(replies.into(), |list| list).await;
            let names = [&first[..], &second[..], &third[..]].concat();
            let readable: Vec<_> = names.into_iter().filter(|name| *name != "-").collect();
            assert_eq!(given, readable, "{pagination}");
            assert!(told.contains("rows that could not be read"), "{pagination}: {told}");
        }
    }
}

#[tokio::test]
async fn an_odd_row_that_comes_again_does_not_stand_for_one_that_is_missing() {
    // It ignores `page`: a third row is there, and never comes.
    let same = || page(&["a", "-"], r#""total":3"#);
    let (given, told, _) = walked(vec![same(), same(), same()], Lister::skip_odd_rows).await;
    assert_eq!(given, ["a"]);
    assert!(told.contains("ignores `page`"), "{told}");
}

#[tokio::test]
async fn an_odd_row_on_two_pages_does_not_stand_for_one_that_is_missing() {
    let numbers = |page: u8| format!(r#""total":4,"current_page":{page},"total_pages":2"#);
    let replies = vec![
        json(
            200,
            &format!(
                r#"{{"data":[{{"id":"a"}},{{"title":"x"}}],"meta":{{"pagination":{{{}}}}}}}"#,
                numbers(1)
            ),
        ),
        json(
            200,
            &format!(
                r#"{{"data":[{{"title":"x"}},{{"id":"d"}}],"meta":{{"pagination":{{{}}}}}}}"#,
                numbers(2)
            ),
        ),
    ];
    let (given, told, _) = walked(replies, Lister::skip_odd_rows).await;
    assert_eq!(given, ["a", "d"]);
    assert!(told.contains("3 different rows of the 4"), "{told}");
}

#[tokio::test]
async fn a_place_counts_odd_rows_too() {
    let numbers = r#""total":3,"current_page":1,"total_pages":1"#;
    let server = Scripted::start(vec![page(&["-", "a", "b"], numbers)]).await;
    let mut items = known(&server.client(), ListTags::new()).items();
    assert_eq!(items.next().await.expect("an item").expect("a tag").id, "a");
    assert_eq!(items.resume_token().to_string(), "1:list_tags:1:2:0");
    for (what, now, rest) in [
        ("it can be read by now", ["x", "a", "b"], "b"),
        ("another cannot", ["-", "-", "b"], "b"),
        ("the one behind cannot", ["x", "a", "-"], ""),
    ] {
        let token = "1:list_tags:1:2:0".parse().expect("a token");
        let (given, told, _) = walked(vec![page(&now, numbers)], |list| list.resume(&token)).await;
        assert_eq!(given.join(" "), rest, "{what}");
        assert_eq!(told.contains("could not be read"), rest.is_empty(), "{what}: {told}");
    }
}

#[tokio::test]
async fn odd_rows_before_a_place_do_not_stand_for_those_behind_it() {
    let token = "1:list_tags:1:2:0".parse().expect("a token");
    let replies = vec![
        page(&["-", "-"], r#""total":4,"current_page":1,"total_pages":2"#),
        page(&["d"], r#""total":4,"current_page":2,"total_pages":2"#),
    ];
    let (given, told, _) = walked(replies, |list| list.resume(&token).skip_odd_rows()).await;
    assert_eq!(given, ["d"]);
    assert!(told.contains("3 different rows of the 4"), "{told}");
}

#[tokio::test]
async fn a_walk_with_a_limit_tells_of_odd_rows_before_its_end_alone() {
    let numbers = r#""total":3,"current_page":1,"total_pages":1"#;
    for (names, told_of, place) in [
        (["-", "a", "b"], true, "1:list_tags:1:2:0"),
        (["a", "-", "b"], true, "1:list_tags:1:2:0"),
        (["a", "b", "-"], false, "1:list_tags:1:1:0"),
    ] {
        let (given, told, at) = walked(vec![page(&names, numbers)], |list| list.limit(1)).await;
        assert_eq!((given, &*at), (vec!["a".to_owned()], place), "{names:?}");
        assert_eq!(told.contains("page 1, /data/"), told_of, "{names:?}: {told}");
    }
}

#[tokio::test]
async fn a_page_that_cannot_be_read_at_all_is_an_error_with_its_place() {
    for (body, prefetch) in [(r#"{"data":"gone"}"#, 1), (r#"{"data":7}"#, 3), ("<html></html>", 3)] {
        let [first, _, third] = <[Reply; 3]>::try_from(three()).ok().expect("three");
        let server = Scripted::start(vec![first, json(200, body), third]).await;
        let mut items = known(&server.client(), ListTags::new()).prefetch(prefetch).no_retry().items();
        let mut given = 0;
        let error = loop {
            match items.next().await.expect("an error comes first") {
                Ok(_) => given += 1,
                Err(error) => break error,
            }
        };
        assert!(error.is_decode(), "{body}: {error}");
        let place = error.resume_token().map(ToString::to_string);
        assert_eq!((given, place.as_deref()), (2, Some("1:list_tags:2:0:0")), "{body}");
        assert!(items.next().await.is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_waited_for_counts_odd_rows() {
    let (counted, silent) = (r#""total":3,"total_pages":1"#, r#""total_pages":1"#);
    for numbers in [counted, silent] {
        let server = Scripted::answering(move |_| page(&["a", "-", "b"], numbers)).await;
        let list = || known(&server.client(), ListTags::new()).grace(Duration::ZERO);
        let page = list().expect_at_least(3).await.expect("three rows");
        assert_eq!((page.items.len(), page.odd_rows().len()), (2, 1));
        let error = list().until(|tag| tag.id == "c").await.expect_err("it may be the odd one");
        assert!(error.is_incomplete() && error.to_string().contains("1 that could not be read"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_of_several_pages_that_is_waited_for_counts_odd_rows_once() {
    let by_page = |request: &str| match request {
        one if one.contains("page=1") => page(&["a", "-"], r#""total_pages":2"#),
        two if two.contains("page=2") => page(&["-", "d"], r#""total_pages":2"#),
        _ => page(&["a", "-"], r#""total_pages":2"#),
    };
    let server = Scripted::answering(by_page).await;
    let list = || known(&server.client(), ListTags::new()).grace(Duration::ZERO).skip_odd_rows();
    assert_eq!(ids(&list().expect_at_least(4).all().await.expect("four rows")), ["a", "d"]);
    let error = list().expect_at_least(5).all().await.expect_err("four rows");
    assert!(error.to_string().contains("shows 4 of at least 5 rows"), "{error}");
}
