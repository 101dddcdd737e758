//! Where a document to compare comes from: a file, a git revision, standard input, an address. Not here: the spec's
//! own fragments (`spec.rs`), and what is done with a document.

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

/// The committed document, as git knows it.
pub const BUNDLE: &str = "openapi/tallyfy.json";

/// A version of our own document: a file, or a git revision (`HEAD~1`, `v0.1.0`, `main:openapi/tallyfy.json`).
pub fn version(root: &Path, name: &str) -> Result<Value> {
    for path in [PathBuf::from(name), root.join(name)] {
        if path.exists() {
            return file(&path);
        }
    }
    let object = if name.contains(':') { name.to_owned() } else { format!("{name}:{BUNDLE}") };
    let output = Command::new("git")
        .args(["show", "--end-of-options", &object])
        .current_dir(root)
        .stdin(Stdio::null())
        .output()
        .context("cannot start git")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.lines().next().unwrap_or_default();
        bail!("`{name}` is no file, and git knows no {object}: {said}");
    }
    parse(&object, &String::from_utf8_lossy(&output.stdout))
}

/// A foreign document: a file, `-` for standard input, or an address, which curl fetches.
pub fn foreign(name: &str) -> Result<Value> {
    if name == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("standard input is no text")?;
        return parse("standard input", &text);
    }
    if name.starts_with("http://") || name.starts_with("https://") {
        return parse(name, &fetch(name)?);
    }
    file(Path::new(name))
}

fn file(path: &Path) -> Result<Value> {
    let name = path.display().to_string();
    if path.is_dir() {
        bail!("{name}: is a folder; name the document in it");
    }
    parse(&name, &fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?)
}

/// The workshop has no HTTP client of its own: it is built often, and fetches a document once in a year.
fn fetch(url: &str) -> Result<String> {
    let arguments = ["--silent", "--show-error", "--fail", "--location", "--max-time", "60", "--", url];
    let output = Command::new("curl").args(arguments).stdin(Stdio::null()).output();
    let output =
        output.with_context(|| format!("cannot start curl; fetch {url} by hand and name the file"))?;
    if !output.status.success() {
        bail!("{url}: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// JSON or YAML text as an OpenAPI or Swagger document.
pub fn parse(name: &str, text: &str) -> Result<Value> {
    // Some servers put a byte order mark first.
    let text = text.trim_start_matches('\u{feff}');
    let head = text.trim_start();
    if head.is_empty() {
        bail!("{name}: is empty");
    }
    if head.starts_with('<') {
        let first: String = head.chars().take(60).collect();
        bail!("{name}: is HTML, no document: {}", first.replace('\n', " "));
    }
    let document: Value = if head.starts_with('{') {
        serde_json::from_str(text).with_context(|| format!("{name}: is no JSON"))?
    } else {
        let yaml: serde_norway::Value =
            serde_norway::from_str(text).with_context(|| format!("{name}: is no YAML"))?;
        serde_json::to_value(yaml).with_context(|| format!("{name}: has a key that is no text"))?
    };
    if document["paths"].is_object() {
        Ok(document)
    } else {
        bail!("{name}: has no `paths`; it is no OpenAPI document")
    }
}
