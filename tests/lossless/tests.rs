//! What the comparison forgives, and what it must report, with the place.

use serde_json::{Value, json};

use super::differences;

#[track_caller]
fn same(cases: &[(Value, Value)]) {
    for (read, written) in cases {
        let found = differences(read, written);
        assert!(found.is_empty(), "{read} and {written}: {found:?}");
    }
}

/// Each pair must differ in these places and no other: `pointer: what happened`.
#[track_caller]
fn differ(cases: &[(Value, Value, &[&str])]) {
    for (read, written, expected) in cases {
        let found: Vec<_> = differences(read, written).iter().map(ToString::to_string).collect();
        assert_eq!(&found, expected, "{read} and {written}");
    }
}

#[test]
fn absent_is_null_and_phps_nothing() {
    same(&[
        (json!({"a": null}), json!({})),
        (json!({}), json!({"a": null})),
        (json!({"a": [], "b": {}, "c": ""}), json!({})),
        (json!({"a": {"data": null}, "b": {"data": []}}), json!({})),
        (json!({"a": [], "b": {}}), json!({"a": {}, "b": []})),
        (json!([null]), json!([null])),
        (json!({"data": null}), json!({})),
    ]);
    differ(&[
        (json!({"a": 0}), json!({}), &["/a: lost 0"]),
        (json!({"a": false}), json!({}), &["/a: lost false"]),
        (json!({"a": " "}), json!({}), &["/a: lost \" \""]),
        (json!({"a": {"data": ""}}), json!({}), &["/a: lost {\"data\":\"\"}"]),
        (json!([null]), json!([]), &["/0: lost null"]),
        (json!({"a": ""}), json!({"a": 0}), &["/a: \"\" became 0"]),
        (json!({"a": null}), json!({"a": []}), &["/a: null became []"]),
    ]);
}

#[test]
fn a_lost_field_is_reported() {
    differ(&[
        (
            json!({"data": [{"id": "a", "run": {"data": {"id": "r", "name": "Ship"}}}]}),
            json!({"data": [{"id": "a", "run": {"id": "r"}}]}),
            &["/data/0/run/data/name: lost \"Ship\""],
        ),
        (
            json!({"run": {"data": {"id": "r"}, "meta": {"total": 1}}}),
            json!({"run": {"id": "r"}}),
            &[
                "/run/data: lost {\"id\":\"r\"}",
                "/run/meta: lost {\"total\":1}",
                "/run/id: appeared as \"r\"",
            ],
        ),
        (json!({"a/b": {"c~d": 1}}), json!({"a/b": {}}), &["/a~1b/c~0d: lost 1"]),
        (json!({"data": {"id": 1}}), json!({}), &["/data/id: lost 1"]),
    ]);
}

#[test]
fn a_changed_value_is_reported() {
    differ(&[
        (
            json!({"data": {"status": "x"}}),
            json!({"data": {"status": "y"}}),
            &["/data/status: \"x\" became \"y\""],
        ),
        (json!({"a": "Ship"}), json!({"a": "ship"}), &["/a: \"Ship\" became \"ship\""]),
        (json!({"a": 1}), json!({"a": 2}), &["/a: 1 became 2"]),
        (json!({"a": {"b": 1}}), json!({"a": [1]}), &["/a: {\"b\":1} became [1]"]),
        (json!(1), json!(2), &["(the whole answer): 1 became 2"]),
    ]);
}

#[test]
fn a_list_keeps_its_elements_and_their_order() {
    differ(&[
        (json!({"tags": [1, 2, 3]}), json!({"tags": [1, 2]}), &["/tags/2: lost 3"]),
        (
            json!({"tags": {"data": [{"id": "a"}, {"id": "b"}]}}),
            json!({"tags": [{"id": "a"}]}),
            &["/tags/data/1: lost {\"id\":\"b\"}"],
        ),
        (json!([1, 2]), json!([2, 1]), &["/0: 1 became 2", "/1: 2 became 1"]),
        (json!([]), json!([1]), &["/0: appeared as 1"]),
    ]);
}

#[test]
fn what_was_made_up_is_reported() {
    differ(&[
        (json!({}), json!({"a": false}), &["/a: appeared as false"]),
        (json!({"a": {}}), json!({"a": {"b": []}}), &["/a/b: appeared as []"]),
    ]);
}

#[test]
fn a_lone_data_is_a_frame() {
    same(&[
        (json!({"run": {"data": {"id": 1}}}), json!({"run": {"id": 1}})),
        (json!({"tags": {"data": [1]}}), json!({"tags": [1]})),
        (json!({"count": {"data": 3}}), json!({"count": 3})),
        (json!({"data": {"id": 1}}), json!({"data": {"id": 1}})),
        (json!({"id": 1}), json!({"data": {"id": 1}})),
        (json!([1]), json!({"data": [1]})),
    ]);
    differ(&[
        (
            json!({"run": {"id": 1}}),
            json!({"run": {"data": {"id": 1}}}),
            &["/run/id: lost 1", "/run/data: appeared as {\"id\":1}"],
        ),
        (json!({"a": {"data": {"data": 1}}}), json!({"a": 1}), &["/a: {\"data\":{\"data\":1}} became 1"]),
        (
            json!({"a": {"data": {"data": {"b": 1}}}}),
            json!({"a": {"b": 1}}),
            &["/a/data: lost {\"data\":{\"b\":1}}", "/a/b: appeared as 1"],
        ),
    ]);
}

#[test]
fn instants_are_the_same_to_the_second() {
    const NOON: &str = "2026-05-15 12:00:00";
    for read in [
        "2026-05-15T12:00:00Z",
        "2026-05-15T12:00:00.000Z",
        "2026-05-15T12:00:00.999999Z",
        "2026-05-15T14:00:00+02:00",
        "2026-05-15T07:00:00.5-0500",
        "2026-05-15T12:00:00",
        NOON,
    ] {
        same(&[(json!(read), json!(NOON))]);
    }
    same(&[
        (json!("2026-05-15"), json!("2026-05-15 00:00:00")),
        (json!("next Friday"), json!("next Friday")),
    ]);
    for read in
        ["2026-05-15T12:00:01Z", "2026-05-15T12:00:00+02:00", "2026-05-15", "2026-5-15 12:00:00", "noon"]
    {
        differ(&[(
            json!(read),
            json!(NOON),
            &[&format!("(the whole answer): \"{read}\" became \"{NOON}\"")],
        )]);
    }
    differ(&[(
        json!("2026-05-15T12:00:00Z"),
        json!("2026-05-15T12:00:00.000Z"),
        &["(the whole answer): \"2026-05-15T12:00:00Z\" became \"2026-05-15T12:00:00.000Z\""],
    )]);
}

#[test]
fn numbers_are_the_same_by_value_and_as_text() {
    same(&[
        (json!(25), json!(25.0)),
        (json!("7"), json!(7)),
        (json!(7), json!("7")),
        (json!("22.5"), json!(22.5)),
        (json!("-3"), json!(-3)),
        (json!(9_007_199_254_740_993_i64), json!("9007199254740993")),
    ]);
    differ(&[
        (json!("007"), json!(7), &["(the whole answer): \"007\" became 7"]),
        (json!(" 7"), json!(7), &["(the whole answer): \" 7\" became 7"]),
        (json!("1e3"), json!(1000), &["(the whole answer): \"1e3\" became 1000"]),
        (json!("seven"), json!(7), &["(the whole answer): \"seven\" became 7"]),
        (json!(7.5), json!(7), &["(the whole answer): 7.5 became 7"]),
        (
            json!(9_007_199_254_740_993_i64),
            json!(9_007_199_254_740_992.0),
            &["(the whole answer): 9007199254740993 became 9007199254740992.0"],
        ),
    ]);
}

#[test]
fn flags_are_the_same_as_0_and_1() {
    same(&[
        (json!(0), json!(false)),
        (json!(1), json!(true)),
        (json!("0"), json!(false)),
        (json!("true"), json!(true)),
        (json!(true), json!(1)),
        (json!(false), json!("false")),
    ]);
    differ(&[
        (json!(1), json!(false), &["(the whole answer): 1 became false"]),
        (json!(2), json!(true), &["(the whole answer): 2 became true"]),
        (json!("yes"), json!(true), &["(the whole answer): \"yes\" became true"]),
        (json!(null), json!(false), &["(the whole answer): null became false"]),
    ]);
}

#[test]
fn phps_lists_and_maps_change_places() {
    same(&[
        (json!({"10": "c", "0": "a", "2": "b"}), json!(["a", "b", "c"])),
        (json!({"data": {"3": "a"}}), json!({"data": ["a"]})),
        (json!([{"id": "x", "v": 1}, {"id": 7}]), json!({"x": {"id": "x", "v": 1}, "7": {"id": 7}})),
    ]);
    differ(&[
        (json!({"0": "a", "2": "b"}), json!(["a"]), &["/2: lost \"b\""]),
        (
            json!({"0": "a", "b": 1}),
            json!(["a"]),
            &["(the whole answer): {\"0\":\"a\",\"b\":1} became [\"a\"]"],
        ),
        (json!([{"id": "x", "v": 1}]), json!({"x": {"id": "x"}}), &["/0/v: lost 1"]),
        (json!([{"id": "x"}, {"id": "y"}]), json!({"x": {"id": "x"}}), &["/1: lost {\"id\":\"y\"}"]),
        (
            json!([{"v": 1}]),
            json!({"0": {"v": 1}}),
            &["(the whole answer): [{\"v\":1}] became {\"0\":{\"v\":1}}"],
        ),
    ]);
}

#[test]
fn a_long_value_is_shortened_in_the_message() {
    let found = differences(&json!({"text": "x".repeat(200)}), &json!({}));
    assert_eq!(found[0].what, format!("lost \"{}…", "x".repeat(79)));
}
