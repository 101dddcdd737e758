//! The test package: see `it/`.
