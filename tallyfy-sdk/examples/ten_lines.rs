//! The ten lines of the README. A test holds the two together, and runs them against the sandbox.

use futures::TryStreamExt;
use tallyfy_sdk::{Client, Error, Organization, model::TaskType, request::LaunchProcess};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let organization = Client::from_env()?.default_organization()?;
    audit(&organization, "2fc8d1570ea94b36b6d83a4917c05e9d").await
}

pub async fn audit(organization: &Organization, template: &str) -> Result<(), Error> {
    let launch = LaunchProcess::new(template).name("Cellar audit");
    let process = organization.processes().launch(launch).await?;
    let tasks = organization.process(&process.id).tasks();
    // A list can lag behind a launch; a fresh one shows every task of the process, or fails.
    let mut all = tasks.list(Default::default()).fresh().items();
    while let Some(task) = all.try_next().await? {
        match task.task_type {
            _ if !task.is_open() => continue, // completing a task again mails people again
            Some(TaskType::Approval) => tasks.approve(task.id).await?,
            _ => tasks.complete(task.id).await?,
        };
    }
    Ok(())
}
