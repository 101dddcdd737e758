//! A program without a runtime, by the feature `blocking`: calls and lists that are waited for. Offline, against an embedded
//! sandbox on a thread of its own.
#![allow(clippy::print_stdout, reason = "an example speaks on its output")]

use std::sync::mpsc;

use tallyfy_sandbox::{Sandbox, seed};
use tallyfy_sdk::{
    Client, Error,
    request::{LaunchProcess, ListProcessTasks},
};

fn main() -> Result<(), Error> {
    let (base_url, token) = service();
    let client = Client::builder().base_url(base_url).token(token).build()?;
    let organization = client.organization(seed::ORGANIZATION);

    let launch = LaunchProcess::new(seed::SMALL_TEMPLATE).name("Cellar audit");
    let process = organization.processes().launch(launch).wait()?;
    let tasks = organization.process(&process.id).tasks();
    for task in tasks.list(ListProcessTasks::new()).wait_all()? {
        println!("{} of {}", task.title.unwrap_or_default(), process.name.as_deref().unwrap_or_default());
    }
    Ok(())
}

/// In place of the real service: its address, and a token.
fn service() -> (String, &'static str) {
    let (started, address) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let sandbox = Sandbox::start().await.expect("a sandbox");
            started.send(sandbox.base_url()).expect("somebody waits");
            std::future::pending::<()>().await;
        });
    });
    (address.recv().expect("a sandbox"), seed::ADMIN_TOKEN)
}
