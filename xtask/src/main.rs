//! `cargo xtask`: the commands of the workshop. What they do is in the library.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool speaks on its output")]

use std::{ffi::OsString, path::Path, process::ExitCode};

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
    /// Plants mistakes in a copy of the workspace, and expects the fault table to notice each.
    Mutants,
    /// Build time, crates and size of a program that uses the SDK, beside one without.
    Footprint,
    /// The document beside another one.
    Spec {
        #[command(subcommand)]
        task: SpecTask,
    },
    /// Recorded traffic, one JSON object a line, beside document and types (arguments: see its `--help`).
    #[command(disable_help_flag = true)]
    Verify {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Reads everything that can be read of an organization, and reports (arguments: see its `--help`).
    #[command(disable_help_flag = true)]
    Doctor {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Makes a recording of everything that can be read of an organization, for `verify`; scrubbed.
    Record {
        /// The recording to write.
        file: OsString,
        /// Further arguments, as of `doctor`: `--sandbox`, `--low`, `--samples 5`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
}

#[derive(Subcommand)]
enum SpecTask {
    /// What changed between two versions of our document, for callers; exit code 1 when something breaks.
    Diff {
        /// A file, or a git revision of openapi/tallyfy.json.
        old: String,
        /// A file or a revision too; the working copy when it is left out.
        #[arg(default_value = xtask::source::BUNDLE)]
        new: String,
        /// For machines.
        #[arg(long)]
        json: bool,
    },
    /// Our document beside a foreign OpenAPI 3 or Swagger 2.0 one; exit code 1 when they differ.
    Upstream {
        /// A file, an address, or - for standard input.
        document: String,
        /// For machines.
        #[arg(long)]
        json: bool,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().task, &xtask::root()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task, root: &Path) -> Result<ExitCode> {
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
        Task::Mutants => xtask::mutants::run(root)?,
        Task::Footprint => xtask::footprint::run(root)?,
        Task::Spec { task } => return spec(task, root),
        Task::Verify { arguments } => return xtask::tools::run("verify", root, &arguments),
        Task::Doctor { arguments } => return xtask::tools::run("doctor", root, &arguments),
        Task::Record { file, arguments } => {
            let own = [OsString::from("--only-record"), "--record".into(), file];
            let all: Vec<OsString> = own.into_iter().chain(arguments).collect();
            return xtask::tools::run("doctor", root, &all);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn spec(task: SpecTask, root: &Path) -> Result<ExitCode> {
    let (report, clean) = match task {
        SpecTask::Diff { old, new, json } => xtask::tools::diff(root, &old, &new, json)?,
        SpecTask::Upstream { document, json } => xtask::tools::upstream(root, &document, json)?,
    };
    print!("{report}");
    Ok(if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
