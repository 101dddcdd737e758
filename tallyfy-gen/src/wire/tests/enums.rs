//! Open and closed enums, and comma lists of them.

use super::{reader, reads, refuses, writes};
use crate::wire::{CommaList, closed_enum, open_enum};

open_enum! {
    /// Where a task stands.
    pub enum Status {
        NotStarted = "not-started",
        /// Done.
        Completed = "completed",
    }
}

closed_enum! {
    /// Which tasks to list.
    pub enum Filter { All = "all", DueSoon = "due-soon" }
}

#[test]
fn an_open_enum_knows_its_values_and_keeps_the_others() {
    assert_eq!(Status::KNOWN, ["not-started", "completed"]);
    assert_eq!(Status::from("not-started"), Status::NotStarted);
    assert_eq!(Status::from("completed".to_owned()), Status::Completed);
    assert_eq!("completed".parse(), Ok(Status::Completed));
    assert_eq!(Status::from("paused"), Status::Unknown("paused".to_owned()));
    assert_eq!(Status::from("paused".to_owned()), Status::Unknown("paused".to_owned()));
    assert!(
        Status::from("Not-Started").is(&Status::NotStarted)
            && !Status::from("paused").is(&Status::NotStarted)
    );
    assert_eq!(Status::from("Completed").as_str(), "Completed");
    assert_eq!(Status::NotStarted.to_string(), "not-started");
    writes::<Status>(&[
        ("\"not-started\"", "\"not-started\""),
        ("\"paused\"", "\"paused\""),
        ("\"\"", "\"\""),
        ("7", "\"7\""),
        ("true", "\"true\""),
    ]);
    refuses::<Status>(
        reader!(serde::Deserialize::deserialize),
        &[("null", "expected a Status"), ("[\"completed\"]", "expected a Status")],
    );
}

#[test]
fn an_open_enum_field_is_absent_when_null_or_empty() {
    reads(
        reader!(super::strict::open_enum),
        &[
            ("null", None),
            ("\"\"", None),
            ("[]", None),
            ("{}", None),
            ("\"completed\"", Some(Status::Completed)),
            ("\"paused\"", Some(Status::Unknown("paused".to_owned()))),
            ("7", Some(Status::Unknown("7".to_owned()))),
        ],
    );
    refuses::<Option<Status>>(
        reader!(super::strict::open_enum),
        &[("[\"completed\"]", "a text"), ("{\"a\":1}", "a text")],
    );
}

#[test]
fn a_closed_enum_refuses_with_the_list_of_its_values() {
    assert_eq!(Filter::KNOWN, ["all", "due-soon"]);
    assert_eq!("due-soon".parse(), Ok(Filter::DueSoon));
    assert_eq!(Filter::try_from("all"), Ok(Filter::All));
    assert_eq!(Filter::DueSoon.as_str(), "due-soon");
    let refused = "due_soon".parse::<Filter>().expect_err("unknown");
    assert_eq!(refused.to_string(), "\"due_soon\" is not allowed here; allowed: all, due-soon");
    writes::<Filter>(&[("\"due-soon\"", "\"due-soon\"")]);
    refuses::<Filter>(
        reader!(serde::Deserialize::deserialize),
        &[
            ("\"due_soon\"", "allowed: all, due-soon"),
            ("\"\"", "allowed: all"),
            ("null", "expected a Filter"),
        ],
    );
}

#[test]
fn a_comma_list_is_one_string() {
    let list = CommaList::from([Filter::All, Filter::DueSoon]);
    assert_eq!(list.to_string(), "all,due-soon");
    assert_eq!(serde_json::to_string(&list).expect("writes"), "\"all,due-soon\"");
    assert_eq!(list.as_slice(), [Filter::All, Filter::DueSoon]);
    assert_eq!(list.into_iter().count(), 2);
    assert_eq!([7, 8].into_iter().collect::<CommaList<i64>>(), CommaList::from(vec![7, 8]));
    writes::<CommaList<i64>>(&[("\"7,8\"", "\"7,8\""), ("7", "\"7\""), ("\"\"", "\"\"")]);
    writes::<CommaList<String>>(&[("\"a, b\"", "\"a, b\"")]);
    assert_eq!(CommaList::<Filter>::default().to_string(), "");
    refuses::<CommaList<i64>>(
        reader!(serde::Deserialize::deserialize),
        &[("\"7,,8\"", "integer"), ("\"7,x\"", "invalid digit"), ("null", "commas")],
    );
}

#[test]
fn a_value_that_a_comma_list_cannot_hold_is_not_written() {
    for values in [vec!["a,b"], vec![""], vec!["a", ""]] {
        let error = serde_json::to_string(&CommaList::from(values)).expect_err("not written");
        assert!(error.to_string().contains("cannot hold an empty value"), "{error}");
    }
}
