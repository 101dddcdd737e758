//! `cargo xtask footprint`: what the SDK costs a program that uses it, beside bare reqwest, tokio, serde and chrono.
#![allow(clippy::print_stdout, reason = "prints its table")]

use std::{env, fs, path::Path, process::Command, time::Instant};

use anyhow::{Context as _, Result, bail};

const BARE: &str = r#"
reqwest = { version = "0.13.5", default-features = false, features = ["json", "query", "stream", "rustls-no-provider"] }
rustls = { version = "0.23", default-features = false, features = ["std", "tls12", "ring"] }
serde = { version = "1", features = ["derive"] }
serde_json = "1"
chrono = { version = "0.4", default-features = false, features = ["clock", "serde", "std"] }
"#;
const TOKIO: &str = r#"tokio = { version = "1", features = ["macros", "rt-multi-thread", "time"] }"#;
const BARE_MAIN: &str = r#"
#[tokio::main]
async fn main() {
    let client = reqwest::Client::builder().build().expect("client");
    let now = chrono::Utc::now().to_rfc3339();
    let body = client.get("http://127.0.0.1:9/").query(&[("now", now)]).send().await;
    println!("{:?}", body.map(|answer| answer.status()).map_err(|error| error.is_connect()));
}
"#;
const SDK_MAIN: &str = r#"
#[tokio::main]
async fn main() -> Result<(), tallyfy_sdk::Error> {
    let client = tallyfy_sdk::Client::builder().token("token").base_url("http://127.0.0.1:9/api").build()?;
    let me = client.me().no_retry().await;
    println!("{:?}", me.map(|me| me.id).map_err(|error| error.is_connect()));
    Ok(())
}
"#;

struct Program {
    name: &'static str,
    dependencies: String,
    main: &'static str,
}

/// Builds both programs from nothing and prints the table.
pub fn run(root: &Path) -> Result<()> {
    let sdk = format!("tallyfy-sdk = {{ path = {:?} }}", root.join("tallyfy-sdk"));
    let programs = [
        Program { name: "bare", dependencies: format!("{BARE}{TOKIO}"), main: BARE_MAIN },
        Program { name: "tallyfy-sdk", dependencies: format!("{sdk}\n{TOKIO}"), main: SDK_MAIN },
    ];
    println!("{:<12} {:>16} {:>8} {:>16}", "program", "clean dev build", "crates", "release binary");
    for program in &programs {
        let folder = env::temp_dir().join(format!("tallyfy-footprint-{}", program.name));
        let _ = fs::remove_dir_all(&folder);
        let line = measure(root, &folder, program);
        fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
        println!("{}", line?);
    }
    Ok(())
}

fn measure(root: &Path, folder: &Path, program: &Program) -> Result<String> {
    fs::create_dir_all(folder.join("src"))?;
    let manifest = format!(
        "[package]\nname = \"footprint\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n{}\n",
        program.dependencies
    );
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::write(folder.join("src/main.rs"), program.main)?;
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    cargo(folder, &["fetch", "--quiet"])?;
    let start = Instant::now();
    cargo(folder, &["build", "--quiet"])?;
    let seconds = start.elapsed().as_secs_f64();
    cargo(folder, &["build", "--quiet", "--release"])?;
    let size = fs::metadata(folder.join("target/release/footprint"))?.len();
    let tree = cargo(folder, &["tree", "--prefix", "none", "--edges", "normal,build", "--format", "{p}"])?;
    let mut crates: Vec<&str> = tree.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    crates.sort_unstable();
    crates.dedup();
    let size = size as f64 / 1e6;
    Ok(format!("{:<12} {seconds:>14.1} s {:>8} {size:>13.2} MB", program.name, crates.len()))
}

fn cargo(folder: &Path, arguments: &[&str]) -> Result<String> {
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(arguments)
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("RUSTFLAGS")
        .current_dir(folder)
        .output()
        .context("cannot start cargo")?;
    if !output.status.success() {
        bail!("cargo {} failed:\n{}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
