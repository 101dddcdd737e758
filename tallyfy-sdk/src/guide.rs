//! How to do things with this crate, page by page. Each sample compiles; the [README](crate) has the shortest start.
//!
//! - [Start](start): from a token to a completed process.
//! - [Words](words): what the API calls what the app shows.

#[doc = include_str!("guide/start.md")]
pub mod start {}

#[doc = include_str!("guide/words.md")]
pub mod words {}
