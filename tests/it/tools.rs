//! The tools that hold the document against other documents and against reality.

mod diff;
#[cfg(feature = "schemars")]
mod schemars;
mod upstream;
mod verify;
