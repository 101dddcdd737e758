//! Identifiers that people pass in, one type per kind so that they cannot be swapped, and the check that
//! keeps a malformed one from changing the route of a request. Ids in answers are plain fields of the
//! models; they fit here through `From`.

use std::fmt;
use std::sync::Arc;

use crate::error::Error;

/// py:validation caps path ids at 255 characters.
const MAX_LEN: usize = 255;

/// An identifier that becomes one segment of a path.
pub(crate) trait PathId {
    /// What a person calls it, for messages.
    const WORD: &'static str;

    fn text(&self) -> &str;
}

impl<I: PathId> PathId for &I {
    const WORD: &'static str = I::WORD;

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
        match fault(self.text()) {
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
fn fault(text: &str) -> Option<&'static str> {
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
        return None;
    }
    if text.chars().any(char::is_control) {
        return Some("contains a control character or line break");
    }
    if text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace) {
        return Some("begins or ends with a space");
    }
    let is_special = |byte| matches!(byte, b'/' | b'\\' | b'?' | b'#' | b'%');
    text.bytes().any(is_special).then_some("contains one of / \\ ? # %")
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident, $word:literal $(, $number:ty)?;)+) => {$(
        $(#[$doc])*
        ///
        /// Made from any text by `From`; a malformed one makes the call fail before anything is sent.
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
    OrganizationId, "organization id";
    /// A template (API: checklist).
    TemplateId, "template id";
    /// A step of a template.
    StepId, "step id";
    /// A form field of a step (API: capture).
    FormFieldId, "form field id";
    /// A field of a kick-off form (API: prerun).
    KickoffFieldId, "kick-off field id";
    /// An automation of a template (API: automated action).
    AutomationId, "automation id";
    /// A process (API: run).
    ProcessId, "process id";
    /// A task of a process, or a one-off task.
    TaskId, "task id";
    /// A member of an organization (API: user), a number.
    MemberId, "member id", i64;
    /// A guest: the email address, or the guest code where the API asks for it.
    GuestId, "guest id";
    /// A group.
    GroupId, "group id";
    /// A tag.
    TagId, "tag id";
    /// The link between a tag and what it is on, a number.
    TagAssociationId, "tag association id", i64;
    /// A folder.
    FolderId, "folder id";
    /// The link between a folder and what lies in it, a number.
    FolderItemId, "folder item id", i64;
    /// A file (API: asset).
    FileId, "file id";
    /// A comment (API: thread).
    CommentId, "comment id", i64;
    /// An entry of an activity feed.
    ActivityId, "activity id", i64;
    /// A watcher, a number.
    WatcherId, "watcher id", i64;
    /// The key of a custom field.
    CustomFieldKey, "custom field key", i64;
}

#[cfg(test)]
mod tests;
