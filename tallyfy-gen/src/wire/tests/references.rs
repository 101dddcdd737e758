//! Members and groups as ids or objects, progress as object or number, one value or many.

use serde_json::json;

use super::{Reader, reader, reads, refuses, writes};
use crate::wire::{CountryRef, GroupRef, GuestRef, Id, MemberRef, OneOrMany, Progress};

#[test]
fn a_member_reads_as_id_or_object_and_is_written_as_it_came() {
    writes::<MemberRef>(&[
        ("1001", "1001"),
        ("\"1001\"", "1001"),
        ("{\"full_name\":\"Kim\",\"id\":1001}", "{\"full_name\":\"Kim\",\"id\":1001}"),
        ("{\"full_name\":\"Kim\",\"user_id\":\"1001\"}", "{\"full_name\":\"Kim\",\"user_id\":\"1001\"}"),
        ("{\"id\":1001,\"user_id\":5}", "{\"id\":1001,\"user_id\":5}"),
    ]);
    let ids = |json: &str| serde_json::from_str::<MemberRef>(json).expect("reads").id;
    assert_eq!(ids("\"1001\""), 1001);
    assert_eq!(ids("{\"id\": \"1001\"}"), 1001);
    assert_eq!(ids("{\"user_id\": 1001}"), 1001);
    assert_eq!(ids("{\"user_id\": 5, \"id\": 1001}"), 1001);
    refuses::<MemberRef>(
        reader!(serde::Deserialize::deserialize),
        &[
            ("\"kim\"", "expected a member"),
            ("{\"full_name\": \"Kim\"}", "expected a member"),
            ("null", "a member"),
        ],
    );
    assert_eq!(serde_json::to_value(MemberRef::from(7)).expect("writes"), json!(7));
}

#[test]
fn a_group_reads_as_id_or_object_and_is_written_as_it_came() {
    writes::<GroupRef>(&[
        ("\"6b1d\"", "\"6b1d\""),
        ("12", "\"12\""),
        ("{\"group_id\":\"6b1d\",\"name\":\"Buyers\"}", "{\"group_id\":\"6b1d\",\"name\":\"Buyers\"}"),
        ("{\"id\":\"6b1d\",\"logo\":null}", "{\"id\":\"6b1d\",\"logo\":null}"),
    ]);
    let group: GroupRef = serde_json::from_str("{\"group_id\": 12, \"name\": \"Buyers\"}").expect("reads");
    assert_eq!((group.id.as_str(), group.text("name"), group.text("logo")), ("12", Some("Buyers"), None));
    refuses::<GroupRef>(
        reader!(serde::Deserialize::deserialize),
        &[
            ("{\"name\": \"Buyers\"}", "expected a group"),
            ("null", "expected a group"),
            ("[]", "expected a group"),
        ],
    );
}

#[test]
fn a_guest_reads_as_email_or_object_and_is_written_as_it_came() {
    writes::<GuestRef>(&[
        ("\"kim@lund.test\"", "\"kim@lund.test\""),
        (
            "{\"email\":\"kim@lund.test\",\"last_name\":null}",
            "{\"email\":\"kim@lund.test\",\"last_name\":null}",
        ),
    ]);
    let guest: GuestRef =
        serde_json::from_str("{\"email\": \"kim@lund.test\", \"first_name\": \"Kim\"}").expect("reads");
    assert_eq!((guest.email.as_str(), guest.text("first_name")), ("kim@lund.test", Some("Kim")));
    assert_eq!(
        serde_json::to_value(GuestRef::from("kim@lund.test")).expect("writes"),
        json!("kim@lund.test")
    );
    refuses::<GuestRef>(
        reader!(serde::Deserialize::deserialize),
        &[("{\"id\": 7}", "expected a guest"), ("null", "expected a guest"), ("7", "expected a guest")],
    );
}

#[test]
fn a_country_reads_as_text_or_object_and_is_written_as_it_came() {
    writes::<CountryRef>(&[
        ("\"Germany\"", "\"Germany\""),
        ("{\"id\":82,\"name\":\"Germany\"}", "{\"id\":82,\"name\":\"Germany\"}"),
        ("{\"id\":82}", "{\"id\":82}"),
    ]);
    let read: Reader<Option<CountryRef>> = reader!(super::strict::object);
    let wrapped = read("{\"data\": {\"name\": \"Germany\", \"iso2\": \"DE\"}}").expect("reads");
    let wrapped = wrapped.expect("a country");
    assert_eq!((wrapped.name.as_deref(), wrapped.text("iso2")), (Some("Germany"), Some("DE")));
    let text = read("\"Germany\"").expect("reads").expect("a country");
    assert_eq!((text.name.as_deref(), text.text("iso2")), (Some("Germany"), None));
    reads(reader!(super::strict::object), &[("[]", None::<CountryRef>), ("{}", None), ("null", None)]);
    refuses::<CountryRef>(
        reader!(serde::Deserialize::deserialize),
        &[("82", "expected a country"), ("{}", "expected a country"), ("null", "expected a country")],
    );
}

#[test]
fn mixed_lists_of_assignees_read() {
    let read: Reader<Option<Vec<MemberRef>>> = reader!(super::strict::list);
    let users = read("[1001, \"1002\", {\"id\": 1003, \"email\": \"kim@example.com\"}]").expect("reads");
    let users = users.expect("a list");
    assert_eq!(users.iter().map(|user| user.id).collect::<Vec<_>>(), [1001, 1002, 1003]);
    assert_eq!(users[2].text("email"), Some("kim@example.com"));
}

#[test]
fn progress_reads_as_object_or_number_and_is_written_as_it_came() {
    writes::<Progress>(&[
        ("{\"complete\":2,\"total\":8,\"percent\":22.5}", "{\"complete\":2,\"total\":8,\"percent\":22.5}"),
        ("{\"complete\":\"2\",\"late\":1}", "{\"complete\":2,\"late\":1}"),
        ("22.5", "22.5"),
        ("\"22.5\"", "22.5"),
        ("{}", "{}"),
    ]);
    let plain: Progress = serde_json::from_str("25").expect("reads");
    assert_eq!((plain.complete, plain.total, plain.percent), (None, None, Some(25.0)));
    let whole: Progress =
        serde_json::from_str("{\"complete\": 2, \"total\": 8, \"percent\": 25, \"late\": 1}").expect("reads");
    assert_eq!((whole.complete, whole.total, whole.percent), (Some(2), Some(8), Some(25.0)));
    assert_eq!(whole.extra["late"], 1);
    reads(
        reader!(super::strict::object),
        &[("[]", None), ("null", None), ("25", Some(plain)), ("{}", Some(Progress::default()))],
    );
    refuses::<Progress>(
        reader!(serde::Deserialize::deserialize),
        &[("\"half\"", "progress"), ("true", "progress"), ("\"inf\"", "progress"), ("null", "progress")],
    );
}

#[test]
fn one_or_many_is_written_as_it_came() {
    writes::<OneOrMany<String>>(&[("\"a\"", "\"a\""), ("[\"a\"]", "[\"a\"]"), ("[]", "[]"), ("{}", "[]")]);
    writes::<OneOrMany<Id>>(&[("7", "7"), ("[7,\"8\"]", "[7,\"8\"]")]);
    writes::<OneOrMany<MemberRef>>(&[("{\"id\":7}", "{\"id\":7}"), ("7", "7")]);
    let none: OneOrMany<i64> = serde_json::from_str("[]").expect("reads");
    assert_eq!(none.first(), None);
    let many: OneOrMany<i64> = serde_json::from_str("[7, 8]").expect("reads");
    assert_eq!((many.first(), many.iter().sum::<i64>()), (Some(&7), 15));
    refuses::<OneOrMany<i64>>(
        reader!(serde::Deserialize::deserialize),
        &[("null", "one value"), ("\"x\"", "an integer"), ("{\"a\": 1}", "an integer"), ("[1, []]", "at /1")],
    );
}
