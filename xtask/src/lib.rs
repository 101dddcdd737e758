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
pub mod exports;
pub mod footprint;
pub mod layers;
pub mod lint;
pub mod methods;
pub mod mutants;
pub mod names;
pub mod operations;
pub mod polish;
pub mod preamble;
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
pub mod words;

/// The workspace's folder: that of the checkout in which cargo runs this. The folder in which it was built is another one
/// when two checkouts share a target folder, and cargo sees nothing to build anew.
pub fn root() -> PathBuf {
    root_of(std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from), Path::new(env!("CARGO_MANIFEST_DIR")))
}

/// The folder of cargo's package as it runs (as `cargo run` and `cargo test` say it), or else as it was built; then up to
/// the workspace.
pub fn root_of(running: Option<PathBuf>, built: &Path) -> PathBuf {
    let package = running.filter(|folder| folder.is_dir()).unwrap_or_else(|| built.to_path_buf());
    let above = package.ancestors().find(|folder| folder.join("openapi/root.yaml").is_file());
    above.map_or_else(|| package.parent().map_or_else(PathBuf::new, Path::to_path_buf), Path::to_path_buf)
}
