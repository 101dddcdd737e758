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

/// Where the packages are that no registry has.
const GEN: &str = "patch.crates-io.tallyfy-gen.path='tallyfy-gen'";
const SANDBOX: &str = "patch.crates-io.tallyfy-sandbox.path='tallyfy-sandbox'";

/// All steps. Tests come first: they say most.
pub const STEPS: &[Step] = &[
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
    // As another crate of a program may have turned them on.
    step(
        "arbitrary-precision",
        &["test", "--quiet", "-p", "tallyfy-gen", "--features", "__arbitrary_precision", "--lib"],
    ),
    // Optimized code has larger frames than one would think.
    step("small-stack", &["test", "--quiet", "--release", "-p", "tallyfy-gen", "--lib", "small_stack"]),
    // What only such a build has: https is refused by name, http works.
    step(
        "without-tls",
        &["test", "--quiet", "-p", "tallyfy-sdk", "--no-default-features", "--lib", "https_without_tls"],
    ),
    // The other TLS providers need a C library or build for minutes; they are features of reqwest alone.
    step(
        "features",
        &[
            "test",
            "--quiet",
            "-p",
            "tallyfy-sdk",
            "--features",
            "http2,blocking,system-proxy",
            "--lib",
            "--",
            "http2::",
            "blocking::",
        ],
    ),
    step(
        "blocking",
        &[
            "run",
            "--quiet",
            "-p",
            "tallyfy-sdk",
            "--features",
            "http2,blocking,system-proxy",
            "--example",
            "blocking",
        ],
    ),
    step("own-reqwest", &["run", "--quiet", "-p", "tallyfy-sdk", "--example", "own_reqwest"]),
    // What a registry would be sent, built from nothing but that. With patches and one by one, since cargo takes several
    // that need each other from 1.90 on alone.
    step("package-gen", &["package", "--quiet", "--allow-dirty", "-p", "tallyfy-gen"]),
    step("package-sandbox", &["package", "--quiet", "--allow-dirty", "-p", "tallyfy-sandbox"]),
    step(
        "package-sdk",
        &["package", "--quiet", "--allow-dirty", "-p", "tallyfy-sdk", "--config", GEN, "--config", SANDBOX],
    ),
    // `cargo package` builds no examples.
    step(
        "packaged-examples",
        &[
            "check",
            "--quiet",
            "--examples",
            "--features",
            "blocking,schemars",
            "--manifest-path",
            // With the version of the workspace.
            "target/package/tallyfy-sdk-0.1.0/Cargo.toml",
            "--target-dir",
            "target",
            "--config",
            GEN,
            "--config",
            SANDBOX,
        ],
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
