//! The integration tests, one binary: each module is a topic. Fixtures and snapshots lie beside this folder.

mod alias;
mod docs;
mod errors;
mod faults;
mod fixtures;
mod pages;
mod retry;
mod secrets;
mod tolerance;
mod tools;
mod wire;
mod workshop;
