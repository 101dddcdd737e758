//! The integration tests, one binary: each module is a topic. Fixtures and snapshots lie beside this folder.

mod wire;
mod pages;
mod retry;
mod alias;
mod errors;
mod secrets;
