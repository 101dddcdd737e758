//! Hand-written wire types and tolerant readers that the generated structs use.
//!
//! Here: dates, open and closed enums, ids, comma lists, references, envelopes, and the readers of fields. Not here: the
//! generated structs themselves, words of the app, anything that talks to the network.
//!
//! One odd value costs that value, not the answer: what does not fit its field stays raw in `extra`, under the field's key,
//! a row that cannot be read stays with its page, and both are noted as [`Unreadable`]. An answer fails as a whole when it is
//! no JSON, or when a required id of the one thing in it cannot be read.
//!
//! What a value may lose on the way through these types, and nothing else: absent and null become the
//! same, `{"data": X}` becomes `X`, `[]` and `{}` are the
//! same empty map, a numeric string and its number are the same id or integer, 0/1 and false/true are
//! the same flag.

mod body;
mod comma;
mod date;
mod enums;
mod envelope;
mod id;
mod list_meta;
mod many;
mod nullable;
mod peek;
mod php_date;
mod progress;
pub(crate) mod read;
pub(crate) mod record;
mod refs;
pub(crate) mod scalar;
#[cfg(feature = "schemars")]
mod schemas;
mod search_filter;
pub(crate) mod shape;
mod timestamp;
mod unreadable;

#[cfg(test)]
mod tests;

pub use body::{Decoded, decode, from_bytes, item_from_bytes, list_from_bytes};
pub use comma::CommaList;
pub use date::Date;
pub use enums::NotAllowed;
pub use envelope::{Item, List, OddRow};
pub use id::Id;
pub use list_meta::{ListMeta, Pagination};
pub use many::OneOrMany;
pub use nullable::Nullable;
pub use progress::Progress;
pub use refs::{CountryRef, GroupRef, GuestRef, MemberRef};
pub use scalar::integer_of as integer;
pub use search_filter::{SearchFilter, SearchOperation};
pub use timestamp::{NotADate, Timestamp};
pub use unreadable::Unreadable;

pub(crate) use enums::{closed_enum, open_enum};
pub(crate) use nullable::clear_setters;
pub(crate) use scalar::required_text;
pub(crate) use timestamp::for_request;

/// The readers that the tables of generated answers name.
pub(crate) mod readers {
    pub(crate) use super::many::Many;
    pub(crate) use super::scalar::{Anything, Flag, Float, IdInteger, IdText, Integer, Text, Word};
    pub(crate) use super::shape::{Boxed, FreeForm, ListOf, MapOf, Object};
}
