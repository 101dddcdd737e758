//! Which checkout a command acts on, when two share a target folder.

use std::path::PathBuf;

use super::{empty_folder, write};

/// A checkout with what its folder is known by.
fn checkout(name: &str) -> PathBuf {
    let root = empty_folder(&format!("checkout_{name}"));
    write(&root, "openapi/root.yaml", "openapi: 3.0.3\n");
    write(&root, "xtask/Cargo.toml", "");
    write(&root, "tests/it/main.rs", "");
    root
}

#[test]
fn commands_act_on_the_checkout_they_are_run_in_not_on_the_one_that_built_them() {
    let (mine, other) = (checkout("mine"), checkout("other"));
    let built = other.join("xtask");
    for (running, expected) in [
        (Some(mine.join("xtask")), &mine),
        (Some(mine.join("tests")), &mine),
        (Some(mine.join("tests/it")), &mine),
        (Some(mine.clone()), &mine),
        (Some(mine.join("gone")), &other),
        (None, &other),
    ] {
        assert_eq!(xtask::root_of(running.clone(), &built), *expected, "{running:?}");
    }
}

#[test]
fn a_program_is_told_its_checkout_when_it_is_run() {
    let running = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).expect("cargo says it");
    assert_eq!(xtask::root(), running.parent().expect("the workspace"));
}
