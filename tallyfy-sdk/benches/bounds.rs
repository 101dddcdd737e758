//! What the SDK may cost beside the same errands by hand: counts instructions with callgrind, which a busy machine does
//! not change, and ends with 1 when a bound is broken. What pages ahead gain is only shown: `src/page/tests/cost.rs` holds
//! it on the paused clock. Other times are in `speed.rs`.
//!
//! The errands run in a process of their own, and the service in this one, so that its work is not counted. What a
//! process needs to begin with is taken off: it is counted once more with fewer repetitions.
#![allow(clippy::print_stdout, reason = "prints its table")]

mod common;

use std::env;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use common::{Bare, Sdk, runtime, serve};

/// The first argument of the process that is counted.
const CHILD: &str = "run";

/// An errand by two ways.
struct Bound {
    what: &'static str,
    sdk: &'static str,
    bare: &'static str,
    /// Repetitions that are counted.
    times: u32,
    /// How many times the instructions the SDK may take.
    allowed: f64,
}

const BOUNDS: [Bound; 2] = [
    Bound { what: "one GET", sdk: "sdk task", bare: "bare task", times: 500, allowed: 1.25 },
    Bound { what: "100 pages of 100 tasks", sdk: "sdk tasks", bare: "bare tasks", times: 1, allowed: 1.25 },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [_, CHILD, errand, base_url, times] => run(errand, base_url, times.parse().expect("a number")),
        [program, .., "--bench"] => return measure(Path::new(program)),
        // Without `--bench` cargo asks for a test, and this is none.
        _ => {}
    }
    ExitCode::SUCCESS
}

/// Runs an errand so many times.
fn run(errand: &str, base_url: &str, times: u32) {
    let runtime = runtime();
    let (sdk, bare) = (Sdk::new(base_url), Bare::new(base_url));
    for _ in 0..times {
        runtime.block_on(async {
            match errand {
                "sdk task" => drop(sdk.task().await),
                "bare task" => drop(bare.task().await),
                "sdk tasks" => drop(sdk.tasks(1).await),
                "bare tasks" => drop(bare.tasks().await),
                _ => panic!("no errand is called {errand}"),
            }
        });
    }
}

fn measure(program: &Path) -> ExitCode {
    show_gain();
    let mut kept = true;
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("NOT COUNTED: instructions are counted by valgrind, which is not installed");
    } else {
        for bound in &BOUNDS {
            kept &= bound.is_kept(program);
        }
    }
    if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Shows how much sooner a slow service is read with pages ahead.
fn show_gain() {
    let (runtime, sdk) = (runtime(), Sdk::new(&serve(Duration::from_millis(50))));
    let time = |prefetch| {
        let start = Instant::now();
        runtime.block_on(sdk.tasks(prefetch));
        start.elapsed().as_secs_f64()
    };
    let (alone, ahead) = (time(1), time(8));
    let gain = alone / ahead;
    println!("100 pages at 50 ms: one by one {alone:.2} s, 8 ahead {ahead:.2} s: {gain:.1} times faster");
}

impl Bound {
    /// Counts both ways, prints the ratio, and says whether it is allowed.
    fn is_kept(&self, program: &Path) -> bool {
        let base_url = serve(Duration::ZERO);
        let count = |errand| {
            let of = |times| instructions(program, errand, &base_url, times);
            (of(self.times + 1) - of(1)) / u64::from(self.times)
        };
        let (sdk, bare) = (count(self.sdk), count(self.bare));
        let ratio = sdk as f64 / bare as f64;
        let (what, allowed) = (self.what, self.allowed);
        println!("{what}: {sdk} instructions, by hand {bare}: SDK / bare = {ratio:.3}, allowed {allowed}");
        ratio <= allowed
    }
}

/// The instructions of a process that runs an errand so many times.
fn instructions(program: &Path, errand: &str, base_url: &str, times: u32) -> u64 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args([CHILD, errand, base_url, &times.to_string()])
        .output()
        .expect("valgrind runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let count = said.lines().find_map(|line| line.split_once("Collected : "));
    count.and_then(|(_, count)| count.trim().parse().ok()).unwrap_or_else(|| panic!("no count in {said}"))
}
