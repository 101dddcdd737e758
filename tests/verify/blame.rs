//! Where an answer does not fit its type. Not here: what to do about it (`advice`).

use tallyfy_gen::wire::Unreadable;

use super::{Finding, Kind};

/// A value that costs itself alone.
pub(super) fn of_a_value(unreadable: &Unreadable) -> Finding {
    let pointer = unreadable.pointer();
    let text = unreadable.to_string();
    let what = text.strip_prefix(pointer).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(&text);
    let pointer = match unreadable.missing() {
        Some(field) => format!("{pointer}/{field}"),
        None => pointer.to_owned(),
    };
    Finding::new(Kind::Undecodable, pointer, what)
}

/// An answer that cannot be read as a whole: the message ends with the place, if it has one.
pub(super) fn of_an_answer(message: &str) -> Finding {
    let what = message.split(" at line ").next().unwrap_or_default();
    let (what, mut pointer) = match what.rsplit_once(" at /") {
        Some((what, place)) => (what, format!("/{place}")),
        None => (what, String::new()),
    };
    let missing = what.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
    if let Some(field) = missing {
        pointer = format!("{pointer}/{field}");
    }
    let what = if pointer.is_empty() { message } else { what };
    Finding::new(Kind::Undecodable, pointer, what)
}
