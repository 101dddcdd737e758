//! Three states of a request field. Which fields have them is tested where the document is at hand.

use serde_json::json;

use crate::check;
use crate::types::{FieldOptionInput, UpdateFolder};
use crate::wire::Nullable;

#[test]
fn keep_clear_and_set_are_three_things() {
    let states = [Nullable::Keep, Nullable::Clear, Nullable::Set(7)];
    assert_eq!(
        states.map(|state| (state.is_keep(), state.is_clear())),
        [(true, false), (false, true), (false, false)]
    );
    assert_eq!(states.map(|state| state.as_ref().copied()), [None, None, Some(7)]);
    assert_eq!(states.map(Nullable::into_option), [None, None, Some(7)]);
    assert_eq!(states.map(|state| state.map(|n| n + 1)), [Nullable::Keep, Nullable::Clear, Nullable::Set(8)]);
    assert_eq!(Nullable::<i64>::default(), Nullable::Keep);
    assert_eq!(Nullable::from(7), Nullable::Set(7));
    assert_eq!(
        (Nullable::set_or_keep(None::<i64>), Nullable::set_or_keep(Some(7))),
        (Nullable::Keep, Nullable::Set(7))
    );
    assert_eq!(
        (Nullable::set_or_clear(None::<i64>), Nullable::set_or_clear(Some(7))),
        (Nullable::Clear, Nullable::Set(7))
    );
    let mut set = Nullable::Set(7);
    *set.as_mut().expect("a value") = 9;
    assert_eq!(set, Nullable::Set(9));
}

#[test]
fn each_state_is_written_as_itself() {
    let folder = UpdateFolder::new("Buying");
    assert_eq!(json!(folder.clone()), json!({"name": "Buying"}));
    assert_eq!(json!(folder.clone().clear_parent_id()), json!({"name": "Buying", "parent_id": null}));
    assert_eq!(json!(folder.clone().clear_parent_id().parent_id("f7"))["parent_id"], "f7");
    // Any JSON has a null of its own, which is the same request.
    let option = FieldOptionInput::new(2, "Express");
    assert_eq!(json!(option.clone().value(serde_json::Value::Null)), json!(option.clear_value()));
}

#[test]
fn limits_hold_for_values_alone() {
    let text = |state: Nullable<&str>| check::characters("t", &state.map(str::to_owned), Some(2), Some(3));
    assert!(
        text(Nullable::Keep).is_ok() && text(Nullable::Clear).is_ok() && text(Nullable::Set("ab")).is_ok()
    );
    assert!(text(Nullable::Set("a")).is_err() && text(Nullable::Set("abcd")).is_err());
    let number = |state: Nullable<i64>| check::range("n", &state, Some(1), None);
    assert!(
        number(Nullable::Keep).is_ok() && number(Nullable::Clear).is_ok() && number(Nullable::Set(1)).is_ok()
    );
    assert!(number(Nullable::Set(0)).is_err());
}
