//! Which identifiers pass, and what the refusal of the others says.

use super::{Checked, MemberId, OrganizationId, ProcessId, check};

#[track_caller]
fn refused(text: &str, expected: &str) {
    let error = ProcessId::from(text).check().expect_err(text);
    assert!(error.is_input());
    assert_eq!(error.to_string(), format!("{expected}. Nothing was sent"));
}

#[test]
fn ordinary_ids_pass() {
    for text in ["0123456789abcdef0123456789abcdef", "42", "a-b_c", "ann+x@example.com", "ü", "a.b", "..."] {
        ProcessId::from(text).check().unwrap_or_else(|error| panic!("{text}: {error}"));
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
fn the_first_malformed_id_of_a_call_is_named() {
    let (organization, process) = (OrganizationId::from("a/b"), ProcessId::from(""));
    let error = check(&[&organization, &process]).expect_err("both are malformed");
    assert!(error.to_string().starts_with("the organization id contains"), "{error}");
    check(&[&OrganizationId::from("a"), &ProcessId::from("b")]).expect("both are fine");
}
