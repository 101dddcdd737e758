//! Tables of the README that tests make.
//!
//! Not here: what stands in them (`served`, `quirks`).

use std::path::Path;

/// The README holds this text between its marks; with `INSTA_UPDATE=always` it is written there.
#[track_caller]
pub fn holds(made: &str, name: &str, wanted: &str) {
    let begin = format!("<!-- {made}; INSTA_UPDATE=always cargo test writes it -->\n");
    let end = format!("<!-- end of {name} -->");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    // One test at a time: each writes the whole file.
    static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _turn = TURN.lock();
    let readme = std::fs::read_to_string(&path).expect("the README");
    let (head, rest) = readme.split_once(&begin).expect("the mark before the table");
    let (found, tail) = rest.split_once(&end).expect("the mark after the table");
    if found != wanted && std::env::var_os("INSTA_UPDATE").is_some_and(|word| word == "always") {
        std::fs::write(&path, format!("{head}{begin}{wanted}{end}{tail}")).expect("the README is written");
        return;
    }
    assert!(
        found == wanted,
        "the table of {name} in the README is old: INSTA_UPDATE=always cargo test -p tallyfy-sandbox"
    );
}
