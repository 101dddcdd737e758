//! `cargo xtask ci`: what a change must pass, in order. The workflow and `.ci/run` call this and add nothing.
#![allow(clippy::print_stdout, reason = "prints a headline for each step")]

use std::{env, path::Path, process::Command, time::Instant};

use anyhow::{Context as _, Result, bail};

/// A step: its name, and the cargo command it runs.
pub struct Step {
    /// Name for `--skip`.
    pub name: &'static str,
    cargo: &'static [&'static str],
    variables: &'static [(&'static str, &'static str)],
}

const fn step(name: &'static str, cargo: &'static [&'static str]) -> Step {
    Step { name, cargo, variables: &[] }
}

/// All steps. Tests come first: they say most.
pub const STEPS: [Step; 14] = [
    Step { name: "test", cargo: &["test", "--workspace", "--quiet"], variables: &[("INSTA_UPDATE", "no")] },
    step("format", &["fmt", "--all", "--check"]),
    step("codegen", &["xtask", "codegen", "--check"]),
    step("tidy", &["xtask", "tidy"]),
    step("lint", &["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]),
    Step {
        name: "doc",
        cargo: &["doc", "--workspace", "--no-deps", "--quiet"],
        variables: &[("RUSTDOCFLAGS", "-D warnings")],
    },
    step("quickstart", &["run", "--quiet", "-p", "tallyfy-sdk", "--example", "quickstart"]),
    step(
        "schemars",
        &[
            "test",
            "--quiet",
            "-p",
            "tallyfy-tests",
            "--features",
            "schemars",
            "--test",
            "it",
            "tools::schemars",
        ],
    ),
    step(
        "llm-tool",
        &["run", "--quiet", "-p", "tallyfy-sdk", "--features", "schemars", "--example", "llm_tool"],
    ),
    step("without-tls", &["check", "--quiet", "-p", "tallyfy-sdk", "--no-default-features"]),
    // The other TLS providers need a C library or build for minutes; they are features of reqwest alone.
    step("features", &["check", "--quiet", "-p", "tallyfy-sdk", "--features", "http2,system-proxy"]),
    step(
        "package-gen",
        &["package", "--quiet", "-p", "tallyfy-gen", "--no-verify", "--list", "--allow-dirty"],
    ),
    step(
        "package-sdk",
        &["package", "--quiet", "-p", "tallyfy-sdk", "--no-verify", "--list", "--allow-dirty"],
    ),
    step(
        "package-sandbox",
        &["package", "--quiet", "-p", "tallyfy-sandbox", "--no-verify", "--list", "--allow-dirty"],
    ),
];

/// Runs every step that is not skipped; stops at the first that fails.
pub fn run(root: &Path, skip: &[String]) -> Result<()> {
    if let Some(unknown) = skip.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        let names: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        bail!("no step is called `{unknown}`; there are {}", names.join(", "));
    }
    for step in STEPS.iter().filter(|step| !skip.iter().any(|name| name == step.name)) {
        println!("== {}: cargo {}", step.name, step.cargo.join(" "));
        let start = Instant::now();
        let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(step.cargo)
            .envs(step.variables.iter().copied())
            .current_dir(root)
            .status()
            .with_context(|| format!("cannot start cargo for step {}", step.name))?;
        if !status.success() {
            bail!("step {} failed; run it alone with: cargo {}", step.name, step.cargo.join(" "));
        }
        println!("   {} s", start.elapsed().as_secs());
    }
    Ok(())
}
