//! Bytes that are almost JSON: marks before it, characters that were cut in two, invalid UTF-8.

use serde_json::{Value, json};

use crate::types::{Process, Task};
use crate::wire::{Item, List, Unreadable, decode, from_bytes};

#[track_caller]
fn reads(cases: &[(&[u8], Value)]) {
    for (bytes, expected) in cases {
        let shown = bytes.escape_ascii();
        match from_bytes::<Value>(bytes) {
            Ok(value) => assert_eq!(&value, expected, "{shown}"),
            Err(error) => panic!("{shown} was refused: {error}"),
        }
    }
}

#[track_caller]
fn refuses(cases: &[&[u8]]) {
    for bytes in cases {
        if let Ok(value) = from_bytes::<Value>(bytes) {
            panic!("{} was read as {value}", bytes.escape_ascii());
        }
    }
}

#[test]
fn a_byte_order_mark_is_ignored() {
    reads(&[(b"\xEF\xBB\xBF{\"id\":7}", json!({"id": 7})), (b"\xEF\xBB\xBF\r\n [1]", json!([1]))]);
    refuses(&[b"\xEF\xBB\xBF", b"\xEF\xBB\xBF\xEF\xBB\xBF{}"]);
}

#[test]
fn half_a_surrogate_pair_is_a_replacement_character() {
    reads(&[
        (br#"["cut \ud83d"]"#, json!(["cut \u{fffd}"])),
        (br#"["cut \uD83D"]"#, json!(["cut \u{fffd}"])),
        (br#"["\ude00 low first"]"#, json!(["\u{fffd} low first"])),
        (br#"["\uDE00\uD83D"]"#, json!(["\u{fffd}\u{fffd}"])),
        (br#"["\ud83d\ud83d\ude00"]"#, json!(["\u{fffd}\u{1f600}"])),
        (br#"["\ud83d\ud83d"]"#, json!(["\u{fffd}\u{fffd}"])),
        (br#"["\ud83dx", "\ud83d\n", "\ud83d\u0041"]"#, json!(["\u{fffd}x", "\u{fffd}\n", "\u{fffd}A"])),
        (br#"["\\ud83d \\\ud83d"]"#, json!(["\\ud83d \\\u{fffd}"])),
        (br#"{"key \ud83d": 1}"#, json!({"key \u{fffd}": 1})),
        (br#""\ud83d""#, json!("\u{fffd}")),
        (r#"["é\é", "\ud83d"]"#.replace("\\é", "é").as_bytes(), json!(["éé", "\u{fffd}"])),
    ]);
}

#[test]
fn whole_surrogate_pairs_stay_what_they_are() {
    reads(&[(br#"["\ud83d\ude00", "\uD83D\uDE00 \ud83d"]"#, json!(["\u{1f600}", "\u{1f600} \u{fffd}"]))]);
}

#[test]
fn bytes_that_are_no_utf8_are_replacement_characters() {
    reads(&[
        (b"[\"caf\xE9\"]", json!(["caf\u{fffd}"])),
        (b"[\"cut \xF0\x9F\x98\"]", json!(["cut \u{fffd}"])),
        (b"{\"k\xFF\": \"\\ud83d\"}", json!({"k\u{fffd}": "\u{fffd}"})),
    ]);
}

#[test]
fn control_characters_in_a_text_are_read_as_they_are() {
    reads(&[(b"{\"a\tb\":\n\"two\nlines\0\"}", json!({"a\tb": "two\nlines\0"}))]);
    refuses(&[b"[1\0]"]);
}

#[test]
fn a_number_that_no_float_can_hold_is_its_text() {
    // With its text at hand, as `arbitrary_precision` has it, it stays a number.
    let read: Vec<Value> = from_bytes(b"[1e999, -1E+999, 1e99, \"1e999 \\ud83d\"]").expect("read");
    let texts: Vec<_> = read.iter().map(|value| value.to_string().replace('"', "")).collect();
    assert_eq!(texts[3], "1e999 \u{fffd}");
    assert!(
        texts[0].ends_with("999") && texts[1].starts_with("-1") && texts[1].ends_with("999"),
        "{texts:?}"
    );
    let page: List<Task> =
        from_bytes(br#"{"data":[{"id":"a","completion_progress":1e999},{"id":"b"}]}"#).expect("read");
    assert_eq!((page.data.len(), page.data[0].completion_progress), (2, None));
    assert!(page.data[0].extra["completion_progress"].to_string().contains("999"));
}

/// Whatever features of `serde_json` another crate of the program has turned on.
#[test]
fn generated_answers_read_numbers_of_every_form() {
    let text = r#"{"id":7.0,"completion_progress":62.5,"position":3.0,"is_approved":1.0,
        "run":{"id":"r","progress":{"percent":33.3,"total":4.0,"other":1.50}},"unknown":0.25}"#;
    let task: Task = from_bytes(text.as_bytes()).expect("read");
    assert_eq!((&*task.id, task.completion_progress, task.position), ("7", Some(62.5), Some(3)));
    assert_eq!((task.is_approved, task.extra["unknown"].as_f64()), (Some(true), Some(0.25)));
    let progress = task.process.expect("a process").progress.expect("progress");
    assert_eq!((progress.percent, progress.total), (Some(33.3), Some(4)));
    assert_eq!(progress.extra["other"].as_f64(), Some(1.5));
    let process: Process = from_bytes(br#"{"id":"r","progress":33.3}"#).expect("read");
    assert_eq!(process.progress.expect("progress").percent, Some(33.3));
}

/// A task in a process in a task, and so on.
fn nested(levels: usize) -> String {
    let mut text = r#"{"id":"innermost"}"#.to_owned();
    for _ in 0..levels {
        text = format!(r#"{{"id":"t","run":{{"data":{{"id":"r","tasks":{{"data":[{text}]}}}}}}}}"#);
    }
    format!(r#"{{"data":{text}}}"#)
}

/// In a thread as small as people make them: 512 kB, in builds for development 2 MB.
#[test]
fn objects_inside_each_other_fit_a_small_stack() {
    let size = if cfg!(debug_assertions) { 2 << 20 } else { 512 << 10 };
    for (levels, expected) in [(1, true), (12, true), (20, true), (60, false), (3000, false)] {
        let text = nested(levels);
        let read = std::thread::Builder::new().stack_size(size).spawn(move || {
            let read = from_bytes::<Item<Task>>(text.as_bytes());
            read.is_ok_and(|read| {
                let copy = read.clone();
                assert_eq!(read, copy);
                serde_json::to_string(&copy).is_ok_and(|it| it.contains("innermost"))
            })
        });
        // Beyond 128 levels of JSON it is an error; until then nothing is lost.
        assert_eq!(read.expect("a thread").join().expect("no overflow"), expected, "{levels}");
    }
}

#[test]
fn what_is_no_json_stays_refused() {
    refuses(&[
        b"",
        b"{",
        br#"["\ud83d"#,
        br#"["\u12"]"#,
        br#"["\ud83d" "#,
        br#"["\x"]"#,
        b"\xFF\xFE{\0}\0",
        b"<html>",
    ]);
}

#[test]
fn the_place_of_an_odd_value_is_where_it_stands() {
    for text in
        [r#"{"data":[{"id":"a","is_approved":2}]}"#, r#"{"meta":{},"data":[{"id":"a","is_approved":2}]}"#]
    {
        let noted = decode::<Item<Task>>(text.as_bytes()).expect("read").unreadable;
        assert_eq!(
            noted.iter().map(Unreadable::pointer).collect::<Vec<_>>(),
            ["/data/0/is_approved"],
            "{text}"
        );
    }
    let rows = r#"{"data":{"0":{"id":"a"},"5":{"id":"b","is_approved":2},"7":3,"9":null}}"#;
    let noted = decode::<List<Task>>(rows.as_bytes()).expect("read").unreadable;
    let places = noted.iter().map(Unreadable::pointer).collect::<Vec<_>>();
    assert_eq!(places, ["/data/5/is_approved", "/data/7", "/data/9"]);
}
