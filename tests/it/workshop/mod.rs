//! The workshop that makes the raw client out of the spec. Here: the mini spec (a small valid document that
//! its tests bend), temporary folders, and where snapshots lie. What the client does on the wire is tested
//! elsewhere.

use std::{
    fs,
    path::{Path, PathBuf},
};

use insta::Settings;
use serde_json::Value;
use xtask::spec::Spec;

mod checkout;
mod codegen;
mod examples;
mod lint;
mod mutants;
mod polish;
mod signature;
mod table;
mod tidy;
mod untyped;
mod view;
mod words;

/// The mini spec as (file name, YAML text), the root first.
fn mini() -> Vec<(String, String)> {
    vec![
        ("openapi/root.yaml".into(), include_str!("../../fixtures/spec/root.yaml").into()),
        ("openapi/things.yaml".into(), include_str!("../../fixtures/spec/things.yaml").into()),
    ]
}

/// The mini spec with places of its text replaced. Nothing to find means: one more fragment, `more.yaml`.
#[track_caller]
fn mini_with(edits: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut fragments = mini();
    for (find, put) in edits {
        if find.is_empty() {
            fragments.push(("openapi/more.yaml".into(), (*put).into()));
            continue;
        }
        let places: usize = fragments.iter().map(|(_, text)| text.matches(find).count()).sum();
        assert_eq!(places, 1, "`{find}` is to stand in one place of the mini spec");
        for (_, text) in &mut fragments {
            *text = text.replace(find, put);
        }
    }
    fragments
}

/// A folder with the mini spec as its fragments.
fn mini_root(name: &str) -> PathBuf {
    let root = empty_folder(name);
    mini().iter().for_each(|(file, text)| write(&root, file, text));
    root
}

/// The mini spec, merged.
#[track_caller]
fn mini_spec() -> Spec {
    Spec::merge(&mini()).expect("the mini spec is valid")
}

/// The spec of this workspace, merged.
#[track_caller]
fn real_spec() -> Spec {
    Spec::load(&xtask::root().join("openapi")).expect("the spec merges")
}

/// Every schema component of a document.
fn schemas(document: &Value) -> impl Iterator<Item = (&String, &Value)> {
    document["components"]["schemas"].as_object().into_iter().flatten()
}

/// An empty folder of its own for a test, below the build folder.
fn empty_folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("workshop").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("an old folder can be removed");
    }
    fs::create_dir_all(&folder).expect("a folder can be made");
    folder
}

/// Writes a file, with the folders above it.
fn write(root: &Path, name: &str, text: &str) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder can be made");
    fs::write(path, text).expect("a file can be written");
}

/// Snapshots of these tests lie beside the others; `part` tells apart those that one assertion writes.
fn snapshot(part: Option<&str>, assert: impl FnOnce()) {
    let mut settings = Settings::clone_current();
    settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    if let Some(part) = part {
        settings.set_snapshot_suffix(part);
    }
    settings.bind(assert);
}
