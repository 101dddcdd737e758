//! Bytes that are almost JSON: marks before it, characters that were cut in two, invalid UTF-8.

use serde_json::{Value, json};

use crate::wire::from_bytes;

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
