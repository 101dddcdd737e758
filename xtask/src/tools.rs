//! The commands that hold the spec against other documents and against reality. Those that need our types are binaries
//! of the test package, which are started here: the workshop uses no tallyfy crate.

use std::{
    env,
    ffi::OsString,
    path::Path,
    process::{Command, ExitCode},
};

use anyhow::{Context as _, Result};

use crate::{diff, source, upstream};

/// `spec diff`: the report, and whether nothing breaks.
pub fn diff(root: &Path, old: &str, new: &str, json: bool) -> Result<(String, bool)> {
    let changes = diff::compare(&source::version(root, old)?, &source::version(root, new)?);
    let report = if json { diff::json(&changes) } else { diff::text(&changes) };
    Ok((report, diff::counts(&changes)[0] == 0))
}

/// `spec upstream`: the report, and whether the documents agree.
pub fn upstream(root: &Path, document: &str, json: bool) -> Result<(String, bool)> {
    let ours = source::version(root, source::BUNDLE)?;
    let found = upstream::compare(&ours, &source::foreign(document)?)?;
    let report = if json { upstream::json(&found) } else { upstream::text(&found) };
    Ok((report, found.is_empty()))
}

/// Runs a binary of the test package; its exit code is ours.
pub fn run(binary: &str, root: &Path, arguments: &[OsString]) -> Result<ExitCode> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["run", "--quiet", "--package", "tallyfy-tests", "--bin", binary, "--manifest-path"])
        .arg(root.join("Cargo.toml"))
        .arg("--")
        .args(arguments)
        .status()
        .with_context(|| format!("cannot start cargo for {binary}"))?;
    // A process that a signal ended has no code.
    let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
    Ok(ExitCode::from(code))
}
