//! `cargo xtask doctor` and `cargo xtask record`: arguments, the environment, and the sandbox in place of the service. What
//! is read and how it is judged is in the library (`doctor`).
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool speaks on its output")]

use std::{
    fs::File,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;
use tallyfy_sandbox::Sandbox;
use tallyfy_sdk::{Client, ClientBuilder};
use tallyfy_tests::doctor::{Settings, examine, store_file};

/// Reads everything that can be read of an organization, and says where document, types and service part ways.
///
/// Token and organization come from the environment: TALLYFY_API_TOKEN, TALLYFY_ORG_ID (else the first of the caller's),
/// TALLYFY_BASE_URL. Nothing is written there. Exit code: 0 clean, 1 not, 2 it could not begin.
#[derive(Parser)]
#[command(name = "cargo xtask doctor", bin_name = "cargo xtask doctor")]
struct Arguments {
    /// Writes each exchange to a file, scrubbed, one JSON object a line: for `cargo xtask verify`.
    #[arg(long)]
    record: Option<PathBuf>,
    /// Records alone: no report, and exit code 0 whatever was found.
    #[arg(long, requires = "record")]
    only_record: bool,
    /// An embedded sandbox in place of the service.
    #[arg(long)]
    sandbox: bool,
    /// An id that no list shows, as `file=9a0b..`; may be given several times.
    #[arg(long, value_parser = known)]
    id: Vec<(String, String)>,
    /// Operations of low confidence too.
    #[arg(long)]
    low: bool,
    /// How many things of a kind are read, in each thing that holds them.
    #[arg(long, default_value_t = 2)]
    samples: usize,
    /// The report as JSON.
    #[arg(long)]
    json: bool,
}

fn known(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, id)) if !name.is_empty() && !id.is_empty() => Ok((name.into(), id.into())),
        _ => Err("write NAME=ID, as in file=9a0b".into()),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: Arguments) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut settings = Settings {
        organization: None,
        known: arguments.id,
        low: arguments.low,
        samples: arguments.samples.max(1),
    };
    let sandbox = if arguments.sandbox { Some(Sandbox::start().await?) } else { None };
    let builder = match &sandbox {
        Some(sandbox) => {
            settings.organization = Some(sandbox.organization().to_owned());
            settings.known.push(("file".to_owned(), store_file(sandbox).await?));
            Client::builder().base_url(sandbox.base_url()).token(sandbox.token())
        }
        None => ClientBuilder::from_env()?,
    };
    let cannot_write = |path: &Path, error: io::Error| format!("cannot write {}: {error}", path.display());
    let mut file = match &arguments.record {
        Some(path) => Some(File::create(path).map_err(|error| cannot_write(path, error))?),
        None => None,
    };
    let mut written = Ok(());
    let mut keep = |lines: &str| {
        if let (Some(file), true) = (&mut file, written.is_ok()) {
            written = file.write_all(lines.as_bytes());
        }
    };
    let examination = examine(builder, settings, &mut keep).await?;
    if let (Some(path), Err(error)) = (&arguments.record, written) {
        return Err(cannot_write(path, error).into());
    }
    if arguments.only_record {
        let calls: u32 = examination.seen.values().flat_map(|seen| seen.answers.values()).sum();
        println!("{calls} exchanges of {} operations", examination.seen.len());
        return Ok(ExitCode::SUCCESS);
    }
    if arguments.json {
        println!("{}", examination.json());
    } else {
        print!("{examination}");
    }
    Ok(if examination.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
