//! Hand-written wire types and tolerant readers that the generated structs use.
//!
//! Here: dates, open and closed enums, ids, comma lists, references, envelopes, and the field readers
//! of [`read`]. Not here: the generated structs themselves, words of the app, anything that talks to
//! the network.
//!
//! What a value may lose on the way through these types, and nothing else: absent and null become the
//! same, an instant is written to the second in UTC, `{"data": X}` becomes `X`, `[]` and `{}` are the
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
mod progress;
pub mod read;
pub(crate) mod record;
mod refs;
mod scalar;
#[cfg(feature = "schemars")]
mod schemas;
mod search_filter;
mod shape;
mod timestamp;

#[cfg(test)]
mod tests;

pub use body::from_bytes;
pub use comma::CommaList;
pub use date::Date;
pub use enums::NotAllowed;
pub use envelope::{Item, List};
pub use id::Id;
pub use list_meta::{ListMeta, Pagination};
pub use many::OneOrMany;
pub use nullable::Nullable;
pub use progress::RunProgress;
pub use refs::{CountryRef, GroupRef, GuestRef, UserRef};
pub use search_filter::{SearchFilter, SearchOperation};
pub use timestamp::{NotADate, Timestamp};

pub(crate) use enums::{closed_enum, open_enum};
pub(crate) use nullable::clear_setters;
pub(crate) use scalar::required_text;
