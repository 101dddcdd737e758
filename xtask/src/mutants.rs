//! `cargo xtask mutants`: plants mistakes in a copy of the workspace, one at a time, and expects the fault table
//! (`tests/it/faults/`) to notice each. In a copy, so that nothing of a mutant is ever in the crates themselves.
#![allow(clippy::print_stdout, reason = "prints a line for each mutant")]

use std::{
    env, fs,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context as _, Result, bail};

/// A mistake: a place in the source, and what stands there instead.
pub struct Mutant {
    /// What it does.
    pub name: &'static str,
    /// Relative to the workspace.
    pub file: &'static str,
    /// The text at the place; it is there once.
    pub from: &'static str,
    /// The text of the mutant.
    pub to: &'static str,
}

/// The tests that must notice.
const TABLE: [&str; 7] = ["test", "--quiet", "-p", "tallyfy-tests", "--test", "it", "faults::"];

/// The mistakes that other clients make, and that this one must not make unseen.
pub const MUTANTS: [Mutant; 4] = [
    Mutant {
        name: "repeats an unsafe call on 502",
        file: "tallyfy-sdk/src/retry.rs",
        from: "Outcome::NotSent => true,\n",
        to: "Outcome::NotSent | Outcome::Answer { status: 502, .. } => true,\n",
    },
    Mutant {
        name: "cuts Retry-After to the longest wait of its own choice",
        file: "tallyfy-sdk/src/retry.rs",
        from: "let wait = asked.max(",
        to: "let wait = asked.min(now.policy.cap).max(",
    },
    Mutant {
        name: "counts a refused connection as an unknown outcome",
        file: "tallyfy-sdk/src/pipeline/attempt.rs",
        from: "untouched || error.is_connect() || error.is_builder()",
        to: "untouched || error.is_builder()",
    },
    Mutant {
        name: "counts a refused call as an unknown outcome",
        file: "tallyfy-sdk/src/retry.rs",
        from: "Self::Answer { .. } => Delivery::Refused,",
        to: "Self::Answer { .. } => Delivery::Unknown,",
    },
];

impl Mutant {
    /// The file's text with the mistake in it.
    pub fn plant(&self, text: &str) -> Result<String> {
        match text.matches(self.from).count() {
            1 => Ok(text.replacen(self.from, self.to, 1)),
            found => bail!("{}: {:?} stands {found} times in {}, not once", self.name, self.from, self.file),
        }
    }
}

/// Runs the table without a mistake and with each; fails when one goes unnoticed.
pub fn run(root: &Path) -> Result<()> {
    let copy = root.join("target/mutants/workspace");
    let _ = fs::remove_dir_all(&copy);
    copy_tree(root, &copy)?;
    println!("building the copy in {}", copy.display());
    build(&copy).context("the copy does not build")?;
    if !passes(&copy)? {
        bail!("the table is red without any mutant; see: cargo {}", TABLE.join(" "));
    }
    println!("{:<60} green", "no mutant");
    let mut unnoticed = Vec::new();
    for mutant in &MUTANTS {
        let file = copy.join(mutant.file);
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        fs::write(&file, mutant.plant(&text)?)?;
        build(&copy).with_context(|| format!("a mutant does not compile: {}", mutant.name))?;
        let start = Instant::now();
        let green = passes(&copy)?;
        println!(
            "{:<60} {} in {} s",
            mutant.name,
            if green { "GREEN" } else { "red" },
            start.elapsed().as_secs()
        );
        if green {
            unnoticed.push(mutant.name);
        }
        fs::write(&file, text)?;
    }
    if unnoticed.is_empty() { Ok(()) } else { bail!("not noticed by the table: {}", unnoticed.join("; ")) }
}

/// Building is apart from testing, so that a mutant which does not compile is not taken for one that was noticed.
fn build(copy: &Path) -> Result<()> {
    let mut command = cargo(copy);
    command.args(&TABLE[..6]).arg("--no-run");
    if command.status().context("cannot start cargo")?.success() { Ok(()) } else { bail!("cargo failed") }
}

fn passes(copy: &Path) -> Result<bool> {
    let mut command = cargo(copy);
    command.args(TABLE).stdout(Stdio::null()).stderr(Stdio::null());
    Ok(command.status().context("cannot start cargo")?.success())
}

fn cargo(copy: &Path) -> Command {
    let built = copy.ancestors().nth(2).unwrap_or(copy);
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(copy);
    // What is built of foreign crates is shared; the programs are not, or a mutant could be taken for the real one.
    command.env("CARGO_TARGET_DIR", copy.with_file_name("programs")).env("CARGO_BUILD_BUILD_DIR", built);
    command
}

/// Everything but what is built and what git keeps.
fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if name == "target" || name == ".git" {
            continue;
        }
        let (from, to) = (entry.path(), to.join(&name));
        if entry.file_type()?.is_dir() {
            copy_tree(&from, &to)?;
        } else {
            fs::copy(&from, &to).with_context(|| format!("cannot copy {}", from.display()))?;
        }
    }
    Ok(())
}
