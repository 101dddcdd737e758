//! The two macros that make the enums of the API: open ones for what the server may extend, closed ones
//! for what it accepts. Not here: the enums themselves, which are generated from the spec.

use std::fmt;

/// Makes an enum that keeps a value it does not know as `Unknown(text)`: a new status on the server is
/// data, not an error. A known text never becomes `Unknown`.
///
/// ```text
/// open_enum! {
///     /// Where a task stands.
///     pub enum TaskStatus { NotStarted = "not-started", Completed = "completed" }
/// }
/// ```
macro_rules! open_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident {
        $($(#[$variant_meta:meta])* $variant:ident = $text:literal),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        $vis enum $name {
            $(
                #[doc = concat!("`", $text, "`")]
                $(#[$variant_meta])*
                $variant,
            )+
            /// A value that this version does not know.
            Unknown(String),
        }

        impl $name {
            /// The values that this version knows, as they are written.
            pub const KNOWN: &'static [&'static str] = &[$($text),+];

            /// The value as it is written.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Unknown(text) => text,
                }
            }

            /// Whether it is this value, whatever the case: sources write `Admin` and `admin` (docs:open-api/code-samples/members/*).
            pub fn is(&self, value: &Self) -> bool {
                self.as_str().eq_ignore_ascii_case(value.as_str())
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)+
                    other => Self::Unknown(other.to_owned()),
                }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                match text.as_str() {
                    $($text => Self::$variant,)+
                    _ => Self::Unknown(text),
                }
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(text))
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                $crate::wire::required_text(d, concat!("a ", stringify!($name)), |text| Self::from(text))
            }
        }

        #[cfg(feature = "schemars")]
        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                // Other values are let through, so the known ones are no `enum`; `examples` tells them to those
                // who do not know our word for it.
                ::schemars::json_schema!({
                    "type": "string",
                    "examples": Self::KNOWN,
                    "x-extensible-enum": Self::KNOWN,
                })
            }
        }
    };
}

/// Makes an enum of the values that the server accepts, and no others. Reading another value is an error
/// that lists them.
///
/// ```text
/// closed_enum! {
///     /// Which tasks to list.
///     pub enum TaskStatusFilter { All = "all", Overdue = "overdue" }
/// }
/// ```
macro_rules! closed_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident {
        $($(#[$variant_meta:meta])* $variant:ident = $text:literal),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        $vis enum $name {
            $(
                #[doc = concat!("`", $text, "`")]
                $(#[$variant_meta])*
                $variant,
            )+
        }

        impl $name {
            /// The values that the server accepts, as they are written.
            pub const KNOWN: &'static [&'static str] = &[$($text),+];

            /// The value as it is written.
            pub fn as_str(&self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::wire::NotAllowed;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    other => Err($crate::wire::NotAllowed::new(other, Self::KNOWN)),
                }
            }
        }

        impl TryFrom<&str> for $name {
            type Error = $crate::wire::NotAllowed;

            fn try_from(text: &str) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let parsed =
                    $crate::wire::required_text(d, concat!("a ", stringify!($name)), |text| text.parse())?;
                parsed.map_err(<D::Error as ::serde::de::Error>::custom)
            }
        }

        #[cfg(feature = "schemars")]
        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                ::schemars::json_schema!({"type": "string", "enum": Self::KNOWN})
            }
        }
    };
}

pub(crate) use {closed_enum, open_enum};

/// Longer texts are no words of the service, and not repeated.
const LONGEST: usize = 40;

/// A value outside a closed set; its message lists the set, and shows the value if it is one word.
///
/// ```
/// use tallyfy_gen::wire::NotAllowed;
///
/// let refused = NotAllowed::new("late", &["all", "overdue"]);
/// assert_eq!(refused.to_string(), "\"late\" is not allowed here; allowed: all, overdue");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAllowed {
    given: String,
    allowed: &'static [&'static str],
}

impl NotAllowed {
    /// Says that `given` is none of `allowed`.
    pub fn new(given: &str, allowed: &'static [&'static str]) -> Self {
        Self { given: given.to_owned(), allowed }
    }
}

impl fmt::Display for NotAllowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wordlike = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-');
        match self.given.len() <= LONGEST && self.given.bytes().all(wordlike) {
            true => write!(f, "{:?}", self.given)?,
            false => f.write_str("this")?,
        }
        write!(f, " is not allowed here; allowed: {}", self.allowed.join(", "))
    }
}

impl std::error::Error for NotAllowed {}
