//! `cargo xtask`: the commands of the workshop. What they do is in the library.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool speaks on its output")]

use std::{path::Path, process::ExitCode};

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Tasks of this workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Merges and lints the spec, and generates the raw client.
    Codegen {
        /// Writes nothing; names stale files and fails when there are any.
        #[arg(long)]
        check: bool,
        /// Prints the codegen view instead of writing anything.
        #[arg(long)]
        view: bool,
    },
    /// House rules: crate edges, file heads and lengths, snapshots, changelog.
    Tidy,
    /// Everything that a change must pass, in order.
    Ci {
        /// Leaves a step out; may be given several times.
        #[arg(long)]
        skip: Vec<String>,
    },
    /// Build time, crates and size of a program that uses the SDK, beside one without.
    Footprint,
}

fn main() -> ExitCode {
    match run(Arguments::parse().task, &xtask::root()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task, root: &Path) -> Result<()> {
    match task {
        Task::Codegen { view: true, .. } => {
            let spec = xtask::spec::Spec::load(&root.join("openapi"))?;
            print!("{}", xtask::spec::pretty(&xtask::view::View::of(&spec.document).document));
        }
        Task::Codegen { check, .. } => {
            for path in xtask::codegen::run(root, check)? {
                println!("wrote {path}");
            }
        }
        Task::Tidy => xtask::tidy::run(root)?,
        Task::Ci { skip } => xtask::ci::run(root, &skip)?,
        Task::Footprint => xtask::footprint::run(root)?,
    }
    Ok(())
}
