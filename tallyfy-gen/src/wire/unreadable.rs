//! [`Unreadable`], and how the places of unreadable values are collected while an answer is read. Not here: what is
//! unreadable (`read`), and where its raw value stays (`record`, `envelope`).
//!
//! A reader knows the place of a value below itself only, so each puts its own key before the places that were noted
//! below it. Reading is synchronous, so the notes of an answer lie in a thread local; a clean answer pays a look at a
//! counter for each value that can hold others.

use std::cell::{Cell, RefCell};
use std::fmt;

/// A value of an answer that the client could not read. It costs itself alone: the rest of the answer is read, and the
/// value stays as it came, in the `extra` of the object that holds it, under its key, or with the page, if it is a whole
/// row.
///
/// Values are not repeated here, nor are keys that people made: the text can be logged.
///
/// ```
/// use tallyfy_gen::types::Task;
/// use tallyfy_gen::wire::{self, List};
///
/// let page: List<Task> = wire::from_bytes(br#"{"data": [{"id": "a1", "is_approved": 2}]}"#)?;
/// assert_eq!(page.unreadable[0].pointer(), "/data/0/is_approved");
/// assert_eq!(page.data[0].extra["is_approved"], 2);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    pointer: String,
    expected: &'static str,
    found: &'static str,
    missing: Option<&'static str>,
}

impl Unreadable {
    /// The place in the answer, as a JSON pointer. A key that people made is `*`, unless it is an id.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Of a row that does not fit a type which a program brings.
    pub(super) fn row(position: usize, found: &'static str) -> Self {
        let pointer = format!("/data/{position}");
        Self { pointer, expected: "what the program's type takes", found, missing: None }
    }

    /// What should stand there.
    pub fn expected(&self) -> &'static str {
        self.expected
    }

    /// The kind of what stands there.
    pub fn found(&self) -> &'static str {
        self.found
    }

    /// The field that the object there lacks, or has in a form that is no id.
    pub fn missing(&self) -> Option<&'static str> {
        self.missing
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.missing {
            Some(field) => write!(f, "{}: missing field `{field}`", self.pointer),
            None => write!(f, "{}: expected {}, found {}", self.pointer, self.expected, self.found),
        }
    }
}

/// Places that are kept of one answer: a hostile one could hold millions.
const MOST: usize = 1000;

thread_local! {
    static OPEN: Cell<u32> = const { Cell::new(0) };
    static COUNT: Cell<usize> = const { Cell::new(0) };
    static NOTES: RefCell<Vec<Unreadable>> = const { RefCell::new(Vec::new()) };
}

/// While one lives, notes are kept; the outermost one clears them away.
pub(super) struct Scope {
    start: usize,
}

impl Scope {
    pub(super) fn open() -> Self {
        OPEN.set(OPEN.get() + 1);
        Self { start: COUNT.get() }
    }

    /// What was noted since.
    pub(super) fn notes(&self) -> Vec<Unreadable> {
        if COUNT.get() == self.start {
            return Vec::new();
        }
        NOTES.with_borrow(|notes| notes[self.start..].to_vec())
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        OPEN.set(OPEN.get() - 1);
        if OPEN.get() == 0 && COUNT.get() > 0 {
            COUNT.set(0);
            // What one hostile answer needed is not kept for the life of the thread.
            NOTES.take();
        }
    }
}

/// How many notes there are: what is noted later stands behind.
#[inline]
pub(super) fn mark() -> usize {
    COUNT.get()
}

/// Notes a value under this key.
#[cold]
pub(super) fn note(key: &str, expected: &'static str, found: &'static str, missing: Option<&'static str>) {
    if OPEN.get() == 0 || COUNT.get() == MOST {
        return;
    }
    NOTES.with_borrow_mut(|notes| {
        notes.push(Unreadable { pointer: format!("/{}", escaped(key)), expected, found, missing });
        COUNT.set(notes.len());
    });
}

/// Puts a key before the places that were noted since.
#[inline]
pub(super) fn below(since: usize, key: impl FnOnce() -> String) {
    if COUNT.get() != since {
        prefix(since, &key());
    }
}

#[cold]
fn prefix(since: usize, key: &str) {
    let key = escaped(key);
    NOTES.with_borrow_mut(|notes| {
        for note in &mut notes[since..] {
            note.pointer = format!("/{key}{}", note.pointer);
        }
    });
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// The key of a map that people may have made, for a pointer: ids alone are shown.
pub(super) fn key_of_people(key: &str) -> String {
    let digits = !key.is_empty() && key.len() <= 20 && key.bytes().all(|byte| byte.is_ascii_digit());
    let hex = key.len() == 32 && key.bytes().all(|byte| byte.is_ascii_hexdigit());
    if digits || hex { key.to_owned() } else { "*".to_owned() }
}
