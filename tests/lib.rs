//! What the tests and the binaries of this package share. The tests themselves are in `it/`.

pub mod doctor;
pub mod lossless;
pub mod verify;

/// The example of the workspace's README, compiled.
#[doc = include_str!("../README.md")]
#[cfg(doctest)]
mod readme {}
