//! The integration tests, one binary: each module is a topic. Fixtures and snapshots lie beside this folder.

mod answers;
mod chaos;
mod docs;
mod errors;
mod faults;
mod fixtures;
mod fresh;
mod leaks;
mod nullable;
mod odd_values;
mod origins;
mod pages;
mod plain_server;
mod raw;
mod readme;
mod reconcile;
mod retry;
mod search;
mod secrets;
mod surface;
mod surroundings;
mod tolerance;
mod tools;
mod wire;
mod workshop;
