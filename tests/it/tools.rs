//! The tools that hold the document against other documents and against reality.

mod diff;
mod doctor;
#[cfg(feature = "schemars")]
mod schemars;
mod upstream;
mod verify;
