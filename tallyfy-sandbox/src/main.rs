//! The program: a sandbox on a port, until Ctrl-C or the signal by which containers are stopped.
//!
//! Not here: anything the library can do itself, nor the flags that order bad days (`flags`).

mod flags;

use std::future::Future;
use std::io::Write;
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use tallyfy_sandbox::seed::Plan;
use tallyfy_sandbox::{Delivery, Quirks, Sandbox, Sent, Side, Violation};

use flags::{Hostile, Webhooks};

/// A stateful offline Tallyfy. Prints one line of JSON with base_url, token and organization, and the environment
/// variables that say the same.
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
    /// Switch an oddity of the service on or off, whatever the seed says: NAME=on or NAME=off. Can be repeated.
    #[arg(long, value_name = "NAME=on|off", value_parser = switch)]
    quirk: Vec<(String, bool)>,
    /// Switch all oddities off, but for those of --quirk.
    #[arg(long)]
    no_quirks: bool,
    /// YAML or JSON file with rows to start with.
    #[arg(long)]
    seed: Option<PathBuf>,
    #[command(flatten)]
    webhooks: Webhooks,
    #[command(flatten)]
    hostile: Hostile,
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
    builder = builder.report_delivery(tell_delivery);
    if let Some(faults) = arguments.webhooks.faults() {
        builder = builder.webhook_faults(faults);
    }
    let mut plan = match arguments.seed {
        Some(path) => Plan::from_file(path).map_err(std::io::Error::other)?,
        None => Plan::default(),
    };
    arguments.hostile.change(&mut plan);
    builder = builder.seed(plan);
    for script in arguments.hostile.fault {
        builder = builder.script(script);
    }
    // Before anybody is told that it runs: the first process of a container ignores what it does not handle.
    let stopped = stop()?;
    let sandbox = builder.start().await?;
    let mut quirks = if arguments.no_quirks { Quirks::none() } else { sandbox.quirks() };
    for (name, on) in &arguments.quirk {
        quirks.set(name, *on).map_err(std::io::Error::other)?;
    }
    sandbox.set_quirks(quirks);
    let line = serde_json::json!({
        "base_url": sandbox.base_url(),
        "token": sandbox.token(),
        "organization": sandbox.organization(),
        "environment": sandbox.environment().into_iter().collect::<std::collections::BTreeMap<_, _>>(),
    });
    if sandbox.address().ip().is_unspecified() {
        tell_others(&sandbox);
    }
    let mut out = std::io::stdout();
    writeln!(out, "{line}")?;
    out.flush()?;
    stopped.await
}

/// Waits for Ctrl-C or SIGTERM; both are handled from now on.
#[cfg(unix)]
fn stop() -> std::io::Result<impl Future<Output = std::io::Result<()>>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        Ok(())
    })
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
fn stop() -> std::io::Result<impl Future<Output = std::io::Result<()>>> {
    Ok(tokio::signal::ctrl_c())
}

/// How another container finds it. Its name there is not known here.
fn tell_others(sandbox: &Sandbox) {
    let port = sandbox.address().port();
    let _ = writeln!(
        std::io::stderr(),
        "for programs on other machines: TALLYFY_BASE_URL=http://HOST:{port}/api TALLYFY_INSECURE_HTTP=HOST \
         TALLYFY_API_TOKEN={} TALLYFY_ORG_ID={}, where HOST is the name of this one",
        sandbox.token(),
        sandbox.organization()
    );
}

/// Reads `NAME=on` or `NAME=off`, with a name that there is.
fn switch(text: &str) -> Result<(String, bool), String> {
    let (name, word) = text.split_once('=').ok_or("expected NAME=on or NAME=off")?;
    let on = match word {
        "on" => true,
        "off" => false,
        _ => return Err(format!("expected on or off, not {word}")),
    };
    Quirks::all().set(name, on).map_err(|error| error.to_string())?;
    Ok((name.to_owned(), on))
}

/// One line for each call of a webhook address.
fn tell_delivery(delivery: &Delivery) {
    let Delivery { event, subject, url, sent, .. } = delivery;
    let how = match sent {
        Sent::Answered(status) => format!("answered {status}"),
        Sent::Failed(why) => format!("failed: {why}"),
        Sent::Refused(why) => format!("not sent: {why}"),
        Sent::Lost => "lost".to_owned(),
        _ => "waiting".to_owned(),
    };
    let _ = writeln!(std::io::stderr(), "webhook {event} of {subject} to {url}: {how}");
}

/// One line for each violation; a closed stderr is no reason to stop.
fn tell(violation: &Violation) {
    let Violation { side, operation, pointer, message, .. } = violation;
    let whose = if *side == Side::Client { "request" } else { "answer" };
    let _ = writeln!(std::io::stderr(), "{whose} of {operation}: {pointer}: {message}");
}
