//! The workshop: merges and lints the spec, derives the codegen view, generates the raw client, keeps the house in
//! order. It uses no tallyfy crate, so that it works when they do not compile.

use std::path::{Path, PathBuf};

pub mod checks;
pub mod ci;
pub mod codegen;
pub mod decoders;
pub mod diff;
pub mod driver;
pub mod enums;
pub mod footprint;
pub mod lint;
pub mod methods;
pub mod mutants;
pub mod operations;
pub mod polish;
pub mod records;
pub mod sample;
pub mod schemas;
pub mod source;
pub mod spec;
pub mod tidy;
pub mod tools;
pub mod upstream;
pub mod view;
pub mod vocabulary;

/// The workspace's folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(PathBuf::new, Path::to_path_buf)
}
