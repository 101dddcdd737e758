//! The main job from end to end: find a template, launch a process with kick-off answers and a deadline, comment,
//! complete its tasks, read the finished process.
//!
//! Offline against an embedded sandbox, or, with `TALLYFY_API_TOKEN` and `TALLYFY_ORG_ID` set, against the service, and
//! then reading only, unless `--write` is given.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example speaks on its output")]

use std::{env, process::ExitCode};

use chrono::{Days, Utc};
use futures::TryStreamExt;
use serde_json::{Value, json};
use tallyfy_sandbox::Sandbox;
use tallyfy_sdk::{
    Client, Error, Organization,
    model::{FieldType, KickoffField, Process, Task, TaskType, Template, Timestamp},
    request::{
        AddComment, GetProcessTask, GetTemplate, LaunchProcess, ListTemplates, TaskInclude, TaskOverride,
        TemplateInclude, UpdateProcessTask,
    },
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let real = ["TALLYFY_API_TOKEN", "TALLYFY_ORG_ID"].iter().all(|name| env::var_os(name).is_some());
    if real {
        let organization = Client::from_env()?.default_organization()?;
        let write = env::args().any(|argument| argument == "--write");
        return Ok(tour(&organization, write).await?);
    }
    let sandbox = Sandbox::start().await?;
    let client = Client::builder().base_url(sandbox.base_url()).token(sandbox.token()).build()?;
    tour(&client.organization(sandbox.organization()), true).await?;
    Ok(())
}

async fn tour(organization: &Organization, write: bool) -> Result<(), Error> {
    let me = organization.me().await?;
    say("signed in", me.full_name.as_deref().or(me.email.as_deref()).unwrap_or("(no name)"));
    say("service", organization.client().base_url());

    let templates = organization.templates().list(ListTemplates::new().per_page(100)).all().await?;
    for template in &templates {
        let fields = template.kickoff_fields.as_ref().map_or(0, Vec::len);
        say("template", &format!("{} ({fields} kick-off fields)", title(template)));
    }
    let Some(template) =
        templates.iter().max_by_key(|template| template.kickoff_fields.as_ref().map_or(0, Vec::len))
    else {
        say("done", "there is no template to launch");
        return Ok(());
    };
    if !write {
        say("done", "nothing was changed; --write launches a process and completes it");
        return Ok(());
    }
    let process = launch(organization, template, me.id).await?;
    complete(organization, &process, me.id).await?;

    let process = organization.processes().get(&process.id).await?;
    let status = process.status.as_ref().map_or("?", |status| status.as_str());
    let percent = process.progress.as_ref().and_then(|progress| progress.percent).unwrap_or_default();
    say("finished", &format!("{} is {status}, {percent} %", process.name.as_deref().unwrap_or_default()));
    Ok(())
}

/// Launches with an answer to every kick-off field, and a deadline for every task.
async fn launch(organization: &Organization, template: &Template, me: i64) -> Result<Process, Error> {
    let query = GetTemplate::new().with([TemplateInclude::Steps]);
    let template = organization.templates().get_with(&template.id, query).await?;
    let mut launch = LaunchProcess::new(&template.id).name(format!("{} (quickstart)", title(&template)));
    for field in template.kickoff_fields.iter().flatten() {
        if let Some(value) = answer(field, me) {
            launch = launch.kickoff_value(&field.id, value);
        }
    }
    // As soon as one task is named, all must be: the service makes no task for the others.
    let deadline = Timestamp::from(Utc::now() + Days::new(7));
    for step in template.steps.iter().flatten() {
        launch = launch.task(&step.id, TaskOverride::new().deadline(deadline.clone()));
    }
    let process = organization.processes().launch(launch).await?;
    let answers = process.kickoff_values.as_ref().map_or(0, |values| values.len());
    say("launched", &format!("{} with {answers} answers", process.name.as_deref().unwrap_or_default()));
    Ok(process)
}

async fn complete(organization: &Organization, process: &Process, me: i64) -> Result<(), Error> {
    let tasks = organization.process(&process.id).tasks();
    // Right after a launch the list may lag: a fresh one shows every task, or fails.
    let mut all: Vec<Task> = tasks.list(Default::default()).fresh().items().try_collect().await?;
    all.sort_by_key(|task| task.position);
    if let Some(first) = all.first() {
        let comment = AddComment::new("Launched by the quickstart.");
        let comment = organization.task(&first.id).comments().add(comment).await?;
        say("commented", &format!("on {}: {}", name(first), comment.content.unwrap_or_default()));
    }
    for task in &all {
        let query = GetProcessTask::new().with([TaskInclude::FormFields]);
        let task = tasks.get_with(&task.id, query).await?;
        // One that is hidden or done: to complete it again would mail people again.
        if !task.is_open() {
            continue;
        }
        let mut answers = UpdateProcessTask::new();
        for field in task.form_fields.iter().flatten() {
            let columns = field.columns.as_ref().map_or(0, Vec::len);
            let options = field.options.as_deref().unwrap_or_default();
            if let Some(value) = encode(field.field_type.as_ref(), options, columns, me) {
                answers = answers.form_value(&field.id, value);
            }
        }
        if answers.form_values.is_some() {
            tasks.update(&task.id, answers).await?;
        }
        let done = match task.task_type {
            Some(TaskType::Approval) => tasks.approve(&task.id).await?,
            _ => tasks.complete(&task.id).await?,
        };
        let due = task.deadline.as_ref().map(ToString::to_string).unwrap_or_default();
        let status = done.status.as_ref().map_or("?", |status| status.as_str());
        say("task", &format!("{:<28} {status:<12} due {due}", name(&task)));
    }
    Ok(())
}

fn answer(field: &KickoffField, me: i64) -> Option<Value> {
    let columns = field.columns.as_ref().map_or(0, Vec::len);
    encode(field.field_type.as_ref(), field.options.as_deref().unwrap_or_default(), columns, me)
}

/// A value in the shape that the service wants for the type of field.
fn encode(
    kind: Option<&FieldType>,
    options: &[tallyfy_sdk::model::FieldOption],
    columns: usize,
    me: i64,
) -> Option<Value> {
    let first = options.first();
    let choice = || first.map(|option| json!({"id": option.id, "text": option.text}));
    match kind? {
        FieldType::Text | FieldType::Textarea => Some(json!("Blue Fjord AS")),
        FieldType::Date => Some(json!(Utc::now().to_rfc3339())),
        FieldType::Email => Some(json!("ann@example.com")),
        FieldType::Radio => first.and_then(|option| option.text.clone()).map(Value::from),
        FieldType::Dropdown => choice(),
        // Ticks them all: some options may have to be ticked.
        FieldType::Multiselect => Some(
            options
                .iter()
                .map(|option| json!({"id": option.id, "text": option.text, "selected": true}))
                .collect(),
        ),
        FieldType::Table if columns > 0 => Some(json!(vec!["12"; columns])),
        FieldType::File => Some(
            json!([{"filename": "price-list.pdf", "source": "url", "url": "https://example.com/price-list.pdf"}]),
        ),
        FieldType::AssigneesForm => Some(json!({"users": [me], "guests": [], "groups": []})),
        _ => None,
    }
}

fn title(template: &Template) -> &str {
    template.title.as_deref().unwrap_or("(no title)")
}

fn name(task: &Task) -> &str {
    task.title.as_deref().unwrap_or("(no title)")
}

fn say(what: &str, text: &str) {
    println!("{what:>10}  {text}");
}
