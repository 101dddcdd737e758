//! What the tests and the binaries of this package share. The tests themselves are in `it/`.

pub mod lossless;
pub mod verify;
