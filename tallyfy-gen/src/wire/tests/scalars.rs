//! Integers, numbers, flags, texts and ids in every form in which they come.

use super::{reader, reads, refuses, writes};
use crate::wire::Id;

#[test]
fn an_integer_reads_from_every_form_that_holds_one() {
    reads(
        reader!(super::strict::integer),
        &[
            ("7", Some(7)),
            ("-7", Some(-7)),
            ("7.0", Some(7)),
            ("\"7\"", Some(7)),
            ("\" 7 \"", Some(7)),
            ("\"7.0\"", Some(7)),
            ("9007199254740991.0", Some(9_007_199_254_740_991)),
            ("9007199254740993", Some(9_007_199_254_740_993)),
            ("\"-12\"", Some(-12)),
            ("9223372036854775807", Some(i64::MAX)),
            ("\"9223372036854775807\"", Some(i64::MAX)),
            ("true", Some(1)),
            ("false", Some(0)),
            ("\"\"", None),
            ("null", None),
            ("[]", None),
            ("{}", None),
        ],
    );
}

#[test]
fn what_is_no_integer_is_refused_with_words() {
    refuses(
        reader!(super::strict::integer),
        &[
            ("\"seven\"", "expected an integer"),
            ("7.5", "expected an integer"),
            ("\"7.5\"", "expected an integer"),
            ("\"inf\"", "expected an integer"),
            ("\"nan\"", "expected an integer"),
            ("9223372036854775808", "expected an integer"),
            ("1e300", "expected an integer"),
            ("9007199254740993.0", "expected an integer"),
            ("9007199254740992.0", "expected an integer"),
            ("-9007199254740992.0", "expected an integer"),
            ("\"9007199254740993.0\"", "expected an integer"),
            ("\"  \"", "expected an integer"),
            ("[7]", "expected an integer"),
            ("{\"id\": 7}", "expected an integer"),
        ],
    );
}

#[test]
fn a_number_reads_from_every_form_that_holds_one() {
    reads(
        reader!(super::strict::number),
        &[
            ("22.2", Some(22.2)),
            ("25", Some(25.0)),
            ("-1", Some(-1.0)),
            ("18446744073709551615", Some(18_446_744_073_709_551_615.0)),
            ("\"22.2\"", Some(22.2)),
            ("\" 0 \"", Some(0.0)),
            ("true", Some(1.0)),
            ("\"\"", None),
            ("null", None),
            ("[]", None),
            ("{}", None),
        ],
    );
    refuses(
        reader!(super::strict::number),
        &[("\"much\"", "a number"), ("\"nan\"", "a number"), ("\"inf\"", "a number"), ("[1]", "a number")],
    );
}

#[test]
fn a_flag_reads_from_bools_digits_and_texts() {
    reads(
        reader!(super::strict::flag),
        &[
            ("true", Some(true)),
            ("false", Some(false)),
            ("1", Some(true)),
            ("0", Some(false)),
            ("1.0", Some(true)),
            ("\"1\"", Some(true)),
            ("\"0\"", Some(false)),
            ("\"true\"", Some(true)),
            ("\"false\"", Some(false)),
            ("\"True\"", Some(true)),
            ("\"\"", None),
            ("null", None),
            ("[]", None),
            ("{}", None),
        ],
    );
    refuses(
        reader!(super::strict::flag),
        &[("2", "a bool"), ("-1", "a bool"), ("0.5", "a bool"), ("\"yes\"", "a bool"), ("[true]", "a bool")],
    );
}

#[test]
fn a_text_keeps_strings_and_spells_out_other_scalars() {
    let some = |text: &str| Some(text.to_owned());
    reads(
        reader!(super::strict::text),
        &[
            ("\"Approve\"", some("Approve")),
            ("\" a \"", some(" a ")),
            ("\"\"", some("")),
            ("7", some("7")),
            ("-7", some("-7")),
            ("18446744073709551615", some("18446744073709551615")),
            ("1.5", some("1.5")),
            ("true", some("true")),
            ("null", None),
            ("[]", None),
            ("{}", None),
        ],
    );
    refuses(reader!(super::strict::text), &[("[\"a\"]", "a text"), ("{\"a\": 1}", "a text")]);
}

#[test]
fn a_required_id_is_text_or_number_but_never_missing() {
    reads(
        reader!(super::strict::id_text),
        &[("\"0d95\"", "0d95".to_owned()), ("7", "7".to_owned()), ("7.0", "7".to_owned())],
    );
    refuses(
        reader!(super::strict::id_text),
        &[
            ("null", "expected an id"),
            ("[]", "expected an id"),
            ("{\"a\":1}", "an id"),
            ("true", "an id"),
            ("9007199254740993.0", "an id"),
            ("1e300", "an id"),
        ],
    );
    reads(reader!(super::strict::id_integer), &[("7", 7), ("\"7\"", 7), ("7.0", 7)]);
    refuses(
        reader!(super::strict::id_integer),
        &[
            ("null", "expected an integer"),
            ("true", "expected an integer"),
            ("9007199254740993.0", "expected an integer"),
            ("\"\"", "expected an integer"),
            ("\"0d95\"", "expected an integer"),
        ],
    );
}

#[test]
fn lists_of_scalars_are_tolerant_in_each_element() {
    reads(
        reader!(super::strict::integers),
        &[
            ("[1001, \"1002\"]", Some(vec![1001, 1002])),
            ("{\"data\": [1001]}", Some(vec![1001])),
            ("[]", Some(vec![])),
            ("null", None),
        ],
    );
    refuses(
        reader!(super::strict::integers),
        &[("[1001, null]", "found nothing"), ("[\"kim\"]", "an integer")],
    );
    reads(reader!(super::strict::texts), &[("[\"a\", 7]", Some(vec!["a".to_owned(), "7".to_owned()]))]);
    refuses(reader!(super::strict::texts), &[("[null]", "found nothing")]);
}

#[test]
fn a_value_is_kept_whole_and_null_is_absent() {
    reads(
        reader!(super::strict::value),
        &[
            ("null", None),
            ("[]", Some(serde_json::json!([]))),
            ("{\"next\": null}", Some(serde_json::json!({"next": null}))),
            ("\"x\"", Some(serde_json::json!("x"))),
        ],
    );
}

#[test]
fn an_id_is_written_as_a_string() {
    writes::<Id>(&[("7", "7"), ("\"48d6a1\"", "\"48d6a1\""), ("\"007\"", "\"007\"")]);
    assert_eq!(Id::from(7), Id::from("7"));
    assert_eq!(Id::from("48d6").to_string(), "48d6");
    assert!(serde_json::from_str::<Id>("null").is_err());
}
