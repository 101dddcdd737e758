//! [`Nullable`], a field of a request in one of three states. Not here: fields that cannot be null, which are options, and
//! answers, in which null and absence are one.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A field of a request that may be null: left out, null, or a value.
///
/// Read from JSON (feature `schemars`), null clears: a tool call that writes null for what it does not mean must be taken apart
/// first.
///
/// ```
/// use tallyfy_gen::{types::UpdateFolder, wire::Nullable};
///
/// let kept = UpdateFolder::new("Buying");
/// assert_eq!(serde_json::to_string(&kept)?, r#"{"name":"Buying"}"#);
/// let moved = kept.clone().parent_id("f7");
/// assert_eq!(serde_json::to_string(&moved)?, r#"{"name":"Buying","parent_id":"f7"}"#);
/// let cleared = UpdateFolder { parent_id: Nullable::Clear, ..kept };
/// assert_eq!(serde_json::to_string(&cleared)?, r#"{"name":"Buying","parent_id":null}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Nullable<T> {
    /// Left out of the request: an update keeps what is stored, a creation takes the default.
    #[default]
    Keep,
    /// Null.
    Clear,
    /// A value.
    Set(T),
}

impl<T> Nullable<T> {
    /// The value; leaves the field as it is when there is none.
    pub fn set_or_keep(value: Option<T>) -> Self {
        value.map_or(Self::Keep, Self::Set)
    }

    /// The value; clears the field when there is none.
    pub fn set_or_clear(value: Option<T>) -> Self {
        value.map_or(Self::Clear, Self::Set)
    }

    /// Whether the field is left out.
    pub const fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// Whether the field is null.
    pub const fn is_clear(&self) -> bool {
        matches!(self, Self::Clear)
    }

    /// The value, when there is one.
    pub const fn as_ref(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }

    /// The value, when there is one, to change it in place.
    pub const fn as_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }

    /// The value itself, when there is one.
    pub fn into_option(self) -> Option<T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }

    /// The same state with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Nullable<U> {
        match self {
            Self::Keep => Nullable::Keep,
            Self::Clear => Nullable::Clear,
            Self::Set(value) => Nullable::Set(change(value)),
        }
    }
}

/// There is no such conversion from an `Option`: whether `None` keeps or clears must be said.
impl<T> From<T> for Nullable<T> {
    fn from(value: T) -> Self {
        Self::Set(value)
    }
}

/// The field's attribute leaves `Keep` out.
impl<T: Serialize> Serialize for Nullable<T> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        self.as_ref().serialize(s)
    }
}

/// The field's attribute makes an absent key `Keep`.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Nullable<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Option::deserialize(d).map(Self::set_or_clear)
    }
}

/// Methods that clear fields of a request, a row for each; what sets them is generated.
macro_rules! clear_setters {
    ($name:ident { $($field:ident $clear:ident)+ }) => {
        impl $name {$(
            #[doc = concat!("Clears `", stringify!($field), "`: sends null.")]
            #[must_use]
            pub fn $clear(mut self) -> Self {
                self.$field = $crate::wire::Nullable::Clear;
                self
            }
        )+}
    };
}
pub(crate) use clear_setters;
