//! The program: a sandbox on a port, until Ctrl-C.
//!
//! Not here: anything the library can do itself.

use std::io::Write;
use std::net::IpAddr;

use clap::Parser;
use tallyfy_sandbox::Sandbox;

/// A stateful offline Tallyfy. Prints one line of JSON with base_url, token and organization.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Port to listen on; 0 takes any free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    bind: IpAddr,
    /// Do not hold requests and answers against the OpenAPI document.
    #[arg(long)]
    no_validate: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let arguments = Arguments::parse();
    let builder = Sandbox::builder().port(arguments.port).bind(arguments.bind);
    let sandbox = builder.validate(!arguments.no_validate).start().await?;
    let line = serde_json::json!({
        "base_url": sandbox.base_url(),
        "token": sandbox.token(),
        "organization": sandbox.organization(),
    });
    let mut out = std::io::stdout();
    writeln!(out, "{line}")?;
    out.flush()?;
    tokio::signal::ctrl_c().await
}
