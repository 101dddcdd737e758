//! Identifiers that people pass in, one type per kind so that they cannot be swapped, and the check that
//! keeps a malformed one from changing the route of a request. Ids in answers are plain fields of the
//! models; they fit here through `From`.

use std::fmt;
use std::sync::Arc;

use crate::error::Error;

/// py:validation caps path ids at 255 characters.
const MAX_LEN: usize = 255;
/// Shorter words may be made-up ids, of tests for example.
const SHORTEST_WORD: usize = 5;

/// An identifier that becomes one segment of a path.
pub(crate) trait PathId {
    /// What a person calls it, for messages.
    const WORD: &'static str;
    const FORM: Form;

    fn text(&self) -> &str;
}

/// How the ids of a kind look, as far as the sources agree (mcp:types, py:validation).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// 32 hex digits. Others were seen, so that only what is surely a title or name is refused.
    Hex,
    /// Digits alone. The service takes what is none for 0, and calls that a success (mcp-newer:tag_management).
    Number,
    /// Any text.
    Free,
}

impl<I: PathId> PathId for &I {
    const WORD: &'static str = I::WORD;
    const FORM: Form = I::FORM;

    fn text(&self) -> &str {
        (**self).text()
    }
}

/// The part of [`PathId`] that can stand in a list of mixed kinds.
pub(crate) trait Checked {
    fn check(&self) -> Result<(), Error>;
}

impl<I: PathId> Checked for I {
    /// The message does not show the text: a guest's id is an address, and whatever stands there by mistake may be a secret.
    fn check(&self) -> Result<(), Error> {
        match fault(self.text(), I::FORM) {
            None => Ok(()),
            Some(fault) => {
                Err(Error::input(format!("the {} {fault}; pass the id alone, as Tallyfy shows it", I::WORD,)))
            }
        }
    }
}

/// Checks all identifiers of a call, before anything is sent.
pub(crate) fn check(ids: &[&dyn Checked]) -> Result<(), Error> {
    ids.iter().try_for_each(|id| id.check())
}

/// Why a text cannot be a path segment. URL parsers resolve dots, split at slashes (also the backward
/// one) and end the path at `?` and `#`; an encoded `%2e` counts as a dot. Any of these would send the
/// call to another route.
fn fault(text: &str, form: Form) -> Option<&'static str> {
    match text {
        "" => return Some("is empty"),
        "." | ".." => return Some("is a relative path"),
        _ => {}
    }
    if text.len() > MAX_LEN {
        return Some("is longer than 255 bytes");
    }
    // Nearly every id: every call pays for this look.
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return unlike(text, form);
    }
    if text.chars().any(char::is_control) {
        return Some("contains a control character or line break");
    }
    if text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace) {
        return Some("begins or ends with a space");
    }
    let is_special = |byte| matches!(byte, b'/' | b'\\' | b'?' | b'#' | b'%');
    text.bytes().any(is_special).then_some("contains one of / \\ ? # %").or_else(|| unlike(text, form))
}

/// What stands where an id belongs: the service would answer that there is no such object, or worse.
fn unlike(text: &str, form: Form) -> Option<&'static str> {
    match form {
        Form::Hex if text.len() != 32 && is_title(text) => {
            Some("looks like a title or name, and ids of this kind have 32 hex digits")
        }
        Form::Number if !text.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some("is not a number, as ids of this kind are")
        }
        Form::Hex | Form::Number | Form::Free => None,
    }
}

/// py:validation takes letters, digits, `_` and `-` in ids; and a word without any digit is none.
fn is_title(text: &str) -> bool {
    let belongs = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let is_word = text.len() >= SHORTEST_WORD && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    !text.bytes().all(belongs) || (is_word && !text.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident, $word:literal, $form:ident $(, $number:ty)?;)+) => {$(
        $(#[$doc])*
        ///
        /// Made from any text by `From`; a malformed one, or a title in its place, makes the call fail before anything is sent.
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl PathId for $name {
            const WORD: &'static str = $word;
            const FORM: Form = Form::$form;

            fn text(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl From<&String> for $name {
            fn from(text: &String) -> Self {
                Self(text.as_str().into())
            }
        }

        impl From<&$name> for $name {
            fn from(id: &$name) -> Self {
                id.clone()
            }
        }

        $(impl From<$number> for $name {
            fn from(number: $number) -> Self {
                Self(number.to_string().into())
            }
        })?

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({:?})", stringify!($name), &*self.0)
            }
        }
    )+};
}

ids! {
    /// An organization: 32 lowercase hex digits.
    OrganizationId, "organization id", Hex;
    /// A template (API: checklist).
    TemplateId, "template id", Hex;
    /// A step of a template.
    StepId, "step id", Hex;
    /// A form field of a step (API: capture).
    FormFieldId, "form field id", Hex;
    /// A field of a kick-off form (API: prerun).
    KickoffFieldId, "kick-off field id", Hex;
    /// An automation of a template (API: automated action).
    AutomationId, "automation id", Free;
    /// A process (API: run).
    ProcessId, "process id", Hex;
    /// A task of a process, or a one-off task.
    TaskId, "task id", Hex;
    /// A member of an organization (API: user), a number.
    MemberId, "member id", Number, i64;
    /// A guest: the email address, or the guest code where the API asks for it.
    GuestId, "guest id", Free;
    /// A group.
    GroupId, "group id", Hex;
    /// A tag.
    TagId, "tag id", Hex;
    /// The link between a tag and what it is on, a number.
    TagAssociationId, "tag association id", Number, i64;
    /// A folder.
    FolderId, "folder id", Hex;
    /// The link between a folder and what lies in it, a number.
    FolderItemId, "folder item id", Number, i64;
    /// A file (API: asset).
    FileId, "file id", Hex;
    /// A comment (API: thread).
    CommentId, "comment id", Hex, i64;
    /// An entry of an activity feed.
    ActivityId, "activity id", Number, i64;
    /// A watcher, a number.
    WatcherId, "watcher id", Free, i64;
    /// The key of a custom field.
    CustomFieldKey, "custom field key", Free, i64;
}

#[cfg(test)]
mod tests;
