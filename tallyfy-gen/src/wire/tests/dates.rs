//! Every written form of dates and date-times, and the forms that only look like one.

use std::collections::BTreeSet;

use chrono::{DateTime, FixedOffset, NaiveDate, TimeZone, Utc};

use super::{reader, reads, refuses, writes};
use crate::wire::{Date, Timestamp};

fn at(year: i32, month: u32, day: u32, hour: u32, minute: u32, second: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(year, month, day, hour, minute, second).single().expect("a valid date")
}

/// Nanoseconds are given apart: `chrono` has no constructor for all of it.
#[track_caller]
fn instant(text: &str, expected: DateTime<Utc>, nanos: u32) {
    let stamp: Timestamp = serde_json::from_str(&format!("{text:?}")).expect("reads");
    let expected = expected + chrono::TimeDelta::nanoseconds(i64::from(nanos));
    assert_eq!(stamp.to_utc(), Some(expected), "{text}");
    assert_eq!(stamp.as_text(), None, "{text}");
}

#[test]
fn every_form_of_the_answers_is_an_instant() {
    let half_past_two = at(2026, 5, 15, 14, 30, 0);
    instant("2026-05-15T14:30:00Z", half_past_two, 0);
    instant("2026-05-15T14:30:00.000Z", half_past_two, 0);
    instant("2026-05-15T14:30:00.25Z", half_past_two, 250_000_000);
    instant("2026-05-15T14:30:00.123456Z", half_past_two, 123_456_000);
    instant("2026-05-15T14:30:00.1234567899Z", half_past_two, 123_456_789);
    instant("2026-05-15T14:30:00+00:00", half_past_two, 0);
    instant("2026-05-15T16:30:00+02:00", half_past_two, 0);
    instant("2026-05-15T16:30:00.5+0200", half_past_two, 500_000_000);
    instant("2026-05-15T04:00:00-10:30", half_past_two, 0);
    instant("2026-05-15T16:30:00+02", half_past_two, 0);
    instant("2026-05-15 14:30:00", half_past_two, 0);
    instant("2026-05-15 14:30:00.5", half_past_two, 500_000_000);
    instant("2026-05-15T14:30:00", half_past_two, 0);
    instant(" 2026-05-15t14:30:00z ", half_past_two, 0);
    instant("2026-01-01", at(2026, 1, 1, 0, 0, 0), 0);
    instant("2024-02-29T23:59:59Z", at(2024, 2, 29, 23, 59, 59), 0);
    instant("2026-01-01T00:30:00+01:00", at(2025, 12, 31, 23, 30, 0), 0);
}

#[test]
fn what_is_no_date_is_kept_as_text() {
    for text in [
        "soon",
        "2026-02-29",
        "2026-13-01",
        "0000-00-00 00:00:00",
        "2026-5-1",
        "2026-05-15T",
        "2026-05-15T14:30",
        "2026-05-15T24:00:00Z",
        "2026-05-15T14:30:61Z",
        "2026-05-15T14:30:00.Z",
        "2026-05-15T14:30:00 +02:00",
        "2026-05-15T14:30:00+24:00",
        "2026-05-15T14:30:00+02:60",
        "2026-05-15T14:30:00 UTC",
        "2026-05-15X14:30:00",
        "+026-05-15",
        "15/05/2026 02:30 PM CET",
        "2026-05-15:2026-06-15",
        "0000-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "２026-05-15",
    ] {
        let json = format!("{text:?}");
        let stamp: Timestamp = serde_json::from_str(&json).expect("kept");
        assert_eq!((stamp.as_text(), stamp.to_utc()), (Some(text), None));
        assert_eq!(serde_json::to_string(&stamp).expect("writes"), json);
        assert_eq!(text.parse::<Timestamp>().expect_err("strict").text(), text);
        assert_eq!(DateTime::<Utc>::try_from(stamp).expect_err("no date").text(), text);
        let date: Date = serde_json::from_str(&json).expect("kept");
        assert_eq!((date.as_text(), date.to_naive()), (Some(text), None));
        assert_eq!(text.parse::<Date>().expect_err("strict").text(), text);
    }
}

#[test]
fn an_instant_of_an_answer_is_written_as_it_came() {
    for text in [
        "2026-05-15T14:30:00Z",
        "2026-05-15T14:30:59.999Z",
        "2026-05-15T14:30:00.000000Z",
        "2026-05-15T14:30:00.123456789",
        "2026-05-15t14:30:00z",
        "2026-05-15T01:00:00+02:00",
        "2026-05-15T01:00:00.5-0930",
        "2026-05-15 01:00:00-00",
        "2026-05-15 01:00:00",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59.9-00:30",
        "2026-01-01",
    ] {
        let json = format!("{text:?}");
        if text != "9999-12-31T23:59:59.9-00:30" {
            assert!(serde_json::from_str::<Timestamp>(&json).expect("reads").to_utc().is_some(), "{text}");
        }
        writes::<Timestamp>(&[(&json, &json)]);
    }
    writes::<Timestamp>(&[
        ("\" 2026-05-15T14:30:00Z \"", "\"2026-05-15T14:30:00Z\""),
        ("\"2026-05-15T14:30:00.1234567891Z\"", "\"2026-05-15T14:30:00.123456789Z\""),
        ("1747319400", "\"1747319400\""),
    ]);
}

#[test]
fn an_instant_of_our_own_is_written_in_utc_to_the_second() {
    let parsed: Timestamp = "2026-05-15T16:30:00.750+02:00".parse().expect("a date");
    assert_eq!(serde_json::to_string(&parsed).expect("writes"), "\"2026-05-15 14:30:00\"");
    let read: Timestamp = serde_json::from_str("\"2026-05-15T16:30:00.750+02:00\"").expect("reads");
    assert_eq!((read.to_string().as_str(), &read), ("2026-05-15 14:30:00", &parsed));
    let berlin =
        FixedOffset::east_opt(7200).expect("two hours").with_ymd_and_hms(2026, 5, 15, 16, 30, 0).unwrap();
    assert_eq!(Timestamp::from(berlin).to_string(), "2026-05-15 14:30:00");
    assert_eq!(Timestamp::from(berlin), Timestamp::from(at(2026, 5, 15, 14, 30, 0)));
    assert_eq!(DateTime::try_from(Timestamp::from(berlin)), Ok(at(2026, 5, 15, 14, 30, 0)));
}

/// PHP's objects, each with what it comes to; written, they are what they were.
#[test]
fn a_date_object_of_php_is_an_instant_where_its_zone_needs_no_database() {
    for (date, kind, zone, expected) in [
        ("2026-05-15 16:30:00.000000", "3", "UTC", Some(at(2026, 5, 15, 16, 30, 0))),
        ("2026-05-15 16:30:00.000000", "1", "+02:00", Some(at(2026, 5, 15, 14, 30, 0))),
        ("2026-05-15 16:30:00.000000", "1", "-05:30", Some(at(2026, 5, 15, 22, 0, 0))),
        ("2026-05-15 16:30:00", "1", "+00:00", Some(at(2026, 5, 15, 16, 30, 0))),
        ("2026-05-15 16:30:00.000000", "2", "Z", Some(at(2026, 5, 15, 16, 30, 0))),
        ("2026-05-15 16:30:00.000000", "2", "GMT", Some(at(2026, 5, 15, 16, 30, 0))),
        ("2026-05-15 16:30:00.000000", "2", "EST", Some(at(2026, 5, 15, 21, 30, 0))),
        ("2026-05-15 16:30:00.000000", "2", "CEST", Some(at(2026, 5, 15, 14, 30, 0))),
        ("2026-05-15 16:30:00.000000", "3", "Etc/GMT+5", Some(at(2026, 5, 15, 21, 30, 0))),
        ("2026-05-15 16:30:00.000000", "3", "Etc/GMT-14", Some(at(2026, 5, 15, 2, 30, 0))),
        ("2026-05-15 16:30:00.000000", "\"3\"", "Etc/UTC", Some(at(2026, 5, 15, 16, 30, 0))),
        ("2026-05-15 16:30:00.000000", "3", "Europe/Berlin", None),
        ("2026-05-15 16:30:00.000000", "2", "BST", None),
        ("2026-05-15 16:30:00.000000", "3", "Etc/GMT-15", None),
        ("2026-05-15 16:30:00.000000", "4", "UTC", None),
        ("-0001-11-30 00:00:00.000000", "3", "UTC", None),
    ] {
        let json = format!(r#"{{"date":"{date}","timezone_type":{kind},"timezone":"{zone}"}}"#);
        let stamp: Timestamp = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{json}: {error}"));
        assert_eq!(stamp.to_utc(), expected, "{json}");
        let text = format!("{date} {zone}");
        assert_eq!(stamp.as_text(), expected.is_none().then_some(&*text), "{json}");
        assert_eq!(
            serde_json::to_value(&stamp).expect("writes"),
            serde_json::from_str::<serde_json::Value>(&json).expect("JSON")
        );
    }
}

#[test]
fn instants_sort_by_time_and_texts_come_last() {
    let sorted: BTreeSet<Timestamp> = ["soon", "2026-05-15T10:00:00-10:00", "2026-05-15T12:00:00Z", "later"]
        .into_iter()
        .map(Timestamp::from_text)
        .collect();
    let written: Vec<String> = sorted.iter().map(ToString::to_string).collect();
    assert_eq!(written, ["2026-05-15 12:00:00", "2026-05-15 20:00:00", "later", "soon"]);
}

#[test]
fn a_date_field_is_absent_when_null_empty_or_phps_nothing() {
    let stamp = |text: &str| Some(text.parse::<Timestamp>().expect("a date"));
    reads(
        reader!(super::strict::timestamp),
        &[
            ("null", None),
            ("\"\"", None),
            ("[]", None),
            ("{}", None),
            ("\"2026-05-15 14:30:00\"", stamp("2026-05-15T14:30:00Z")),
        ],
    );
    refuses(reader!(super::strict::timestamp), &[("[1]", "a date-time"), ("{\"date\": 1}", "a date-time")]);
    reads(
        reader!(super::strict::date),
        &[("null", None), ("\"\"", None), ("\"2026-05-15\"", "2026-05-15".parse().ok())],
    );
    refuses(reader!(super::strict::date), &[("{\"date\": 1}", "a date")]);
    assert!(serde_json::from_str::<Timestamp>("null").is_err());
}

#[test]
fn a_date_is_the_day_as_it_was_written() {
    writes::<Date>(&[
        ("\"2026-05-15\"", "\"2026-05-15\""),
        ("\"2026-05-15T23:30:00-05:00\"", "\"2026-05-15\""),
        ("\"2026-05-15 00:10:00\"", "\"2026-05-15\""),
        ("\"next week\"", "\"next week\""),
    ]);
    let day = NaiveDate::from_ymd_opt(2026, 5, 15).expect("a day");
    assert_eq!(Date::from(day).to_string(), "2026-05-15");
    assert_eq!("2026-05-15".parse(), Ok(Date::from(day)));
    assert_eq!(Date::from(day).to_naive(), Some(day));
}
