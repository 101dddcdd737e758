#![doc = include_str!("../README.md")]

pub mod check;
pub mod content;
mod keep;
#[rustfmt::skip]
pub mod operations;
pub mod transport;
#[rustfmt::skip]
pub mod vocabulary;
pub mod wire;
mod words;

#[rustfmt::skip]
mod generated;

#[cfg(feature = "decode")]
#[rustfmt::skip]
pub mod decoders;
#[cfg(feature = "drive")]
#[rustfmt::skip]
pub mod driver;
#[cfg(feature = "schemars")]
#[rustfmt::skip]
pub mod schemas;

/// Strings of which the document knows the values.
#[rustfmt::skip]
pub mod enums;

#[rustfmt::skip]
mod names;

pub use generated::{Client, types};
pub use names::{api, model, request};
pub use progenitor_client::{ByteStream, ClientInfo, Error, ResponseValue};
#[cfg(feature = "schemars")]
#[doc(no_inline)]
pub use schemars;
