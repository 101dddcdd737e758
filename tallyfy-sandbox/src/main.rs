//! The program: a sandbox on a port, until Ctrl-C.
//!
//! Not here: anything the library can do itself.

use std::io::Write;
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use tallyfy_sandbox::seed::Plan;
use tallyfy_sandbox::{RetryAfter, Sandbox, Script, Side, Violation};

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
    /// Refuse requests that break the document with 400, instead of telling of them on stderr alone.
    #[arg(long, conflicts_with = "no_validate")]
    strict: bool,
    /// YAML or JSON file with rows to start with.
    #[arg(long)]
    seed: Option<PathBuf>,
    #[command(flatten)]
    hostile: Hostile,
}

/// Limits, faults and tokens, whatever the seed file says of them.
#[derive(clap::Args)]
struct Hostile {
    /// Requests of one member in any minute; the service allows 600.
    #[arg(long, value_name = "NUMBER")]
    rate_limit: Option<u32>,
    /// Comments of one organization in any hour; the service allows 120.
    #[arg(long, value_name = "NUMBER")]
    comment_limit: Option<u32>,
    /// Guests whom one organization invites in any hour; the service allows 30.
    #[arg(long, value_name = "NUMBER")]
    guest_limit: Option<u32>,
    /// Write Retry-After as an HTTP date instead of seconds.
    #[arg(long)]
    retry_after_date: bool,
    /// Order faults: TARGET:FAULT[:KEY=VALUE]..., for example create_run:reset_after_apply:p=0.1. Can be repeated.
    #[arg(long, value_name = "SCRIPT")]
    fault: Vec<Script>,
    /// Seed of the probabilities of faults.
    #[arg(long, value_name = "NUMBER")]
    fault_seed: Option<u64>,
    /// Seconds that access tokens live.
    #[arg(long, value_name = "NUMBER")]
    token_seconds: Option<u32>,
    /// Keep refresh tokens instead of replacing them at each use.
    #[arg(long)]
    no_rotation: bool,
}

impl Hostile {
    /// Changes a plan as the flags say.
    fn change(&self, plan: &mut Plan) {
        let Plan { limits, tokens, fault_seed, .. } = plan;
        limits.requests_per_minute = self.rate_limit.or(limits.requests_per_minute);
        limits.comments_per_hour = self.comment_limit.or(limits.comments_per_hour);
        limits.guest_invitations_per_hour = self.guest_limit.or(limits.guest_invitations_per_hour);
        if self.retry_after_date {
            limits.retry_after = RetryAfter::Date;
        }
        tokens.access_seconds = self.token_seconds.unwrap_or(tokens.access_seconds);
        tokens.rotation &= !self.no_rotation;
        *fault_seed = self.fault_seed.unwrap_or(*fault_seed);
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match serve(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(arguments: Arguments) -> std::io::Result<()> {
    let builder = Sandbox::builder().port(arguments.port).bind(arguments.bind);
    let mut builder =
        builder.validate(!arguments.no_validate).strict(arguments.strict).report(tell).keep_requests(0);
    let mut plan = match arguments.seed {
        Some(path) => Plan::from_file(path).map_err(std::io::Error::other)?,
        None => Plan::default(),
    };
    arguments.hostile.change(&mut plan);
    builder = builder.seed(plan);
    for script in arguments.hostile.fault {
        builder = builder.script(script);
    }
    let sandbox = builder.start().await?;
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

/// One line for each violation; a closed stderr is no reason to stop.
fn tell(violation: &Violation) {
    let Violation { side, operation, pointer, message, .. } = violation;
    let whose = if *side == Side::Client { "request" } else { "answer" };
    let _ = writeln!(std::io::stderr(), "{whose} of {operation}: {pointer}: {message}");
}
