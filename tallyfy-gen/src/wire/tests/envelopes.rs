//! Whole answers: framed, bare, late `data`, and what must never pass as an empty page.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{reader, refuses, writes};
use crate::wire::record::record;
use crate::wire::{Item, List, Pagination};

#[derive(Debug, PartialEq)]
struct Plain {
    id: String,
    title: Option<String>,
    extra: Map<String, Value>,
}

record! { Plain "an object (Plain) with `id`" ["id"] {
    required id "id" IdText;
    optional title "title" Text;
}}

#[test]
fn an_item_reads_framed_and_bare() {
    writes::<Item<Plain>>(&[
        (r#"{"data":{"id":"a","title":"x"}}"#, r#"{"data":{"id":"a","title":"x"}}"#),
        (r#"{"id":"a","title":"x"}"#, r#"{"data":{"id":"a","title":"x"}}"#),
        (r#"{"data":[{"id":"a"}]}"#, r#"{"data":{"id":"a"}}"#),
        (
            r#"{"data":{"id":7},"meta":{"deadline_reset":true}}"#,
            r#"{"data":{"id":"7"},"meta":{"deadline_reset":true}}"#,
        ),
        (r#"{"meta":{"took":1},"data":{"id":"a"}}"#, r#"{"data":{"id":"a"},"meta":{"took":1}}"#),
        (r#"{"status":"ok","data":[{"id":"a"}]}"#, r#"{"data":{"id":"a"},"status":"ok"}"#),
        (r#"{"data":{"id":"a"},"meta":[],"message":"done"}"#, r#"{"data":{"id":"a"},"message":"done"}"#),
    ]);
}

#[test]
fn an_item_hands_other_kinds_of_data_on() {
    writes::<Item<Vec<i64>>>(&[
        (r#"{"data":[1,2]}"#, r#"{"data":[1,2]}"#),
        (r#"{"data":[]}"#, r#"{"data":[]}"#),
    ]);
    writes::<Item<Vec<Plain>>>(&[(r#"{"data":[{"id":"a"}]}"#, r#"{"data":[{"id":"a"}]}"#)]);
    writes::<Item<String>>(&[(r#"{"data":"x"}"#, r#"{"data":"x"}"#), (r#""x""#, r#"{"data":"x"}"#)]);
    writes::<Item<Value>>(&[
        (r#"{"data":null}"#, r#"{"data":null}"#),
        (r#"{"data":[1]}"#, r#"{"data":[1]}"#),
    ]);
}

#[test]
fn an_item_without_its_thing_is_refused() {
    refuses::<Item<Plain>>(
        reader!(Deserialize::deserialize),
        &[
            ("{}", "missing field `id`"),
            ("{\"data\": null}", "expected one object, found null at /data"),
            ("{\"data\": {}}", "missing field `id` at /data"),
            ("{\"data\": []}", "expected one object, found a list at /data"),
            ("{\"data\": [{\"id\": \"a\"}, {\"id\": \"b\"}]}", "found a list at /data"),
            ("{\"error\": true, \"message\": \"no\"}", "missing field `id`"),
            ("{\"meta\": {}, \"data\": {\"title\": \"x\"}}", "missing field `id` at /data"),
            ("null", "expected an answer"),
            ("[]", "expected an answer"),
        ],
    );
}

#[test]
fn what_is_odd_beside_the_thing_stays_as_it_came() {
    writes::<Item<Plain>>(&[
        (r#"{"data":{"id":"a"},"meta":[1]}"#, r#"{"data":{"id":"a"},"meta":[1]}"#),
        (r#"{"meta":"x","data":{"id":"a"}}"#, r#"{"data":{"id":"a"},"meta":"x"}"#),
    ]);
    writes::<List<i64>>(&[
        (r#"{"data":[4],"meta":"x"}"#, r#"{"data":[4],"meta":"x"}"#),
        (
            r#"{"data":[4],"meta":{"pagination":{"total":"many"}}}"#,
            r#"{"data":[4],"meta":{"pagination":{"total":"many"}}}"#,
        ),
    ]);
}

#[test]
fn a_row_that_cannot_be_read_is_kept_in_its_place_and_noted() {
    let json = r#"{"data":[{"id":"a"},{"title":"no id"},null,{"id":"b"},[1],7]}"#;
    let page: List<Plain> = serde_json::from_str(json).expect("reads");
    assert_eq!(page.data.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    let odd: Vec<_> = page.odd_rows.iter().map(|row| (row.position, row.value.clone())).collect();
    assert_eq!(odd, [(1, json!({"title": "no id"})), (2, json!(null)), (4, json!([1])), (5, json!(7))]);
    let noted: Vec<_> = page.unreadable.iter().map(ToString::to_string).collect();
    let expected = [
        "/data/1: missing field `id`",
        "/data/2: expected an object (Plain) with `id`, found nothing",
        "/data/4: expected an object (Plain) with `id`, found a list",
        "/data/5: expected an object (Plain) with `id`, found a number",
    ];
    assert_eq!(noted, expected);
    writes::<List<Plain>>(&[(json, json)]);
}

#[test]
fn a_list_reads_framed_bare_and_with_gaps() {
    writes::<List<i64>>(&[
        ("{\"data\":[4,5]}", "{\"data\":[4,5]}"),
        ("[4,5]", "{\"data\":[4,5]}"),
        ("[]", "{\"data\":[]}"),
        ("{\"data\":[]}", "{\"data\":[]}"),
        ("{\"data\":{}}", "{\"data\":[]}"),
        ("{\"data\":{\"0\":4,\"7\":5}}", "{\"data\":[4,5]}"),
        ("{\"data\":[4],\"meta\":[]}", "{\"data\":[4]}"),
        ("{\"data\":[4],\"meta\":null}", "{\"data\":[4]}"),
        ("{\"count\":1,\"data\":[4]}", "{\"data\":[4],\"count\":1}"),
        ("{\"meta\":{\"count\":\"1\"},\"data\":[4]}", "{\"data\":[4],\"meta\":{\"count\":1}}"),
        (
            r#"{"data":[],"meta":{"pagination":{"total":"21","links":{"next":null}},"tasks_due_soon":2}}"#,
            r#"{"data":[],"meta":{"pagination":{"total":21,"links":{"next":null}},"tasks_due_soon":2}}"#,
        ),
    ]);
}

#[test]
fn an_answer_without_a_data_list_is_never_an_empty_page() {
    refuses::<List<i64>>(
        reader!(Deserialize::deserialize),
        &[
            ("{}", "missing field `data`"),
            ("{\"error\": true}", "missing field `data`"),
            ("{\"meta\": {\"pagination\": {\"total\": 0}}}", "missing field `data`"),
            ("{\"data\": null}", "expected a list, found null at /data"),
            ("{\"data\": {\"id\": 4}}", "expected a list, found an object at /data"),
            ("{\"data\": {\"0\": 4, \"id\": 4}}", "expected a list, found an object at /data"),
            ("{\"data\": \"\"}", "expected a list, found a text at /data"),
            ("null", "a `data` list"),
            ("\"<html>\"", "a `data` list"),
        ],
    );
}

#[test]
fn a_page_holds_its_numbers_and_what_it_does_not_know() {
    let page: List<Plain> = serde_json::from_str(
        r#"{"data": [{"id": "a"}, {"id": 7, "title": "x"}], "meta": {
            "pagination": {"total": 21, "count": 10, "per_page": "10", "current_page": 1, "total_pages": 3.0,
                "links": [], "cursor": "z"},
            "overdue_tasks": "4", "tasks_due_soon": null, "shard": 2}, "took": 3}"#,
    )
    .expect("reads");
    assert_eq!(page.data.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["a", "7"]);
    assert_eq!(page.extra["took"], 3);
    let meta = page.meta.expect("meta");
    assert_eq!((meta.count, meta.overdue_tasks, meta.tasks_due_soon), (None, Some(4), None));
    assert_eq!(meta.extra["shard"], 2);
    let Pagination { total, count, per_page, current_page, total_pages, links, extra } =
        meta.pagination.expect("pagination");
    assert_eq!((total, count, per_page), (Some(21), Some(10), Some(10)));
    assert_eq!((current_page, total_pages), (Some(1), Some(3)));
    assert_eq!(links, Some(json!([])));
    assert_eq!(extra["cursor"], "z");
}

#[test]
fn links_are_kept_in_every_form() {
    for (json, expected) in [
        (
            r#"{"links": {"next": "https://x.example/?page=2"}}"#,
            Some(json!({"next": "https://x.example/?page=2"})),
        ),
        (r#"{"links": {}}"#, Some(json!({}))),
        (r#"{"links": []}"#, Some(json!([]))),
        (r#"{"links": ["https://x.example/?page=2"]}"#, Some(json!(["https://x.example/?page=2"]))),
        (r#"{"links": null}"#, None),
        ("{}", None),
    ] {
        let pagination: Pagination = serde_json::from_str(json).expect("reads");
        assert_eq!(pagination.links, expected, "{json}");
    }
}

#[test]
fn frames_are_made_from_what_they_hold() {
    assert_eq!(serde_json::to_value(Item::from(7)).expect("writes"), json!({"data": 7}));
    assert_eq!(serde_json::to_value(List::from(vec![7])).expect("writes"), json!({"data": [7]}));
}
