//! `cargo xtask verify`: files and standard input, line by line. What is checked is in the library (`verify`).

use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser;
use tallyfy_tests::verify::{
    Finding, Kind, Outcome, Verifier,
    input::{Line, Lines},
    report::Report,
};

/// Holds recorded traffic against the document and the generated types.
///
/// One JSON object a line: `method`, `path` (concrete or template, with or without /api and query), `status`, `body`.
/// Exit code: 0 all passed, 1 something failed, 2 the input could not be read.
#[derive(Parser)]
#[command(name = "cargo xtask verify", bin_name = "cargo xtask verify")]
struct Arguments {
    /// The recording.
    #[arg(required_unless_present = "stdin")]
    file: Option<PathBuf>,
    /// Reads standard input instead.
    #[arg(long, conflicts_with = "file")]
    stdin: bool,
    /// One JSON object a line, for machines: every finding, then the summary.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match &arguments.file {
        None => check(io::stdin().lock(), arguments.json),
        Some(path) if path.is_dir() => {
            Err(io::Error::other("is a folder; name a recording, one JSON object a line"))
        }
        Some(path) => File::open(path).and_then(|file| check(BufReader::new(file), arguments.json)),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        // Whoever closed our output has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(2),
        Err(error) => {
            let place =
                arguments.file.map_or_else(|| "standard input".into(), |path| path.display().to_string());
            let _ = writeln!(io::stderr(), "error: {place}: {error}");
            ExitCode::from(2)
        }
    }
}

fn check(input: impl BufRead, json: bool) -> io::Result<bool> {
    let verifier = Verifier::default();
    let mut report = Report::new(BufWriter::new(io::stdout().lock()), json);
    for line in Lines::new(input) {
        let (number, line) = line?;
        let outcome = match line {
            Line::Text(text) => verifier.line(&text),
            Line::Bad(what) => {
                let (kind, pointer, advice) = (Kind::BadInput, String::new(), String::new());
                Outcome { operation: None, findings: vec![Finding { kind, pointer, what, advice }] }
            }
        };
        report.add(number, &outcome)?;
    }
    report.finish()
}
