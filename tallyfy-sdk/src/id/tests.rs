//! Which identifiers pass, and what the refusal of the others says.

use super::{Checked, GuestId, MemberId, OrganizationId, ProcessId, TagAssociationId, check};

#[track_caller]
fn refused(text: &str, expected: &str) {
    let error = ProcessId::from(text).check().expect_err(text);
    assert!(error.is_input());
    assert_eq!(error.to_string(), format!("{expected}. Nothing was sent"));
}

#[test]
fn ordinary_ids_pass() {
    for text in ["0123456789abcdef0123456789abcdef", "42", "a-b_c", "p1", "proc", "deadbeef", "Q3-2026"] {
        ProcessId::from(text).check().unwrap_or_else(|error| panic!("{text}: {error}"));
    }
    for text in ["ann+x@example.com", "ü", "a.b", "...", "guest code", "Onboarding"] {
        GuestId::from(text).check().unwrap_or_else(|error| panic!("{text}: {error}"));
    }
    MemberId::from(1001).check().expect("numbers are fine");
    assert_eq!(MemberId::from(1001).as_str(), "1001");
}

#[test]
fn ids_that_would_change_the_route_are_refused_by_name() {
    let tail = "pass the id alone, as Tallyfy shows it";
    refused("", &format!("the process id is empty; {tail}"));
    refused(".", &format!("the process id is a relative path; {tail}"));
    refused("..", &format!("the process id is a relative path; {tail}"));
    refused(" a", &format!("the process id begins or ends with a space; {tail}"));
    refused("a\n", &format!("the process id contains a control character or line break; {tail}"));
    refused("a\u{7f}b", &format!("the process id contains a control character or line break; {tail}"));
    for text in ["a/b", "a\\b", "a?b", "a#b", "%2e%2e", "a%"] {
        refused(text, &format!("the process id contains one of / \\ ? # %; {tail}"));
    }
    refused(&"x".repeat(256), &format!("the process id is longer than 255 bytes; {tail}"));
}

#[test]
fn a_title_or_name_in_the_place_of_an_id_is_refused() {
    let tail = "pass the id alone, as Tallyfy shows it";
    for text in ["Vendor onboarding", "Northwind", "onboarding", "Blåfjord", "ann@lund.test", "Q3: audit"] {
        refused(
            text,
            &format!(
                "the process id looks like a title or name, and ids of this kind have 32 hex digits; {tail}"
            ),
        );
    }
    for text in ["Ann Lund", "ann@lund.test", "0123456789abcdef0123456789abcdef", "-1", "1.5"] {
        let error = TagAssociationId::from(text).check().expect_err(text);
        assert!(error.to_string().contains("tag association id is not a number"), "{error}");
        MemberId::from(text).check().expect_err(text);
    }
}

#[test]
fn the_first_malformed_id_of_a_call_is_named() {
    let (organization, process) = (OrganizationId::from("a/b"), ProcessId::from(""));
    let error = check(&[&organization, &process]).expect_err("both are malformed");
    assert!(error.to_string().starts_with("the organization id contains"), "{error}");
    check(&[&OrganizationId::from("a"), &ProcessId::from("b")]).expect("both are fine");
}
