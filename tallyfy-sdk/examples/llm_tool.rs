//! A launch as a tool of a language model: its JSON Schema goes to the model, the model's call is validated with it, and
//! what passes is launched. Offline, against the embedded sandbox; the model is played by two fixed calls.
//!
//! `cargo run -p tallyfy-sdk --features schemars --example llm_tool`
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example speaks on its output")]

use std::{error::Error, process::ExitCode};

use serde_json::{Value, json};
use tallyfy_sandbox::Sandbox;
use tallyfy_sdk::{
    Client, Organization,
    model::{Process, Template},
    request::{LaunchProcess, ListTemplates},
    schemars::{Schema, generate::SchemaSettings},
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

async fn run() -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::start().await?;
    let client = Client::builder().base_url(sandbox.base_url()).token(sandbox.token()).build()?;
    let organization = client.organization(sandbox.organization());

    let tool = tool();
    println!("the model sees {}", serde_json::to_string_pretty(&tool)?);

    let templates = organization.templates().list(ListTemplates::new()).all().await?;
    // A real tool would be made for one template, with its kick-off fields in the schema.
    let simple = |template: &&Template| {
        template.kickoff_fields.iter().flatten().all(|field| field.required != Some(true))
    };
    let template = templates.iter().find(simple).ok_or("every template of the sandbox asks something")?;
    let careless = json!({"template_id": template.id, "name": 7});
    match call(&organization, &tool, careless).await {
        Ok(process) => return Err(format!("{} should not have been launched", process.id).into()),
        Err(refused) => println!("a careless call goes back to the model:\n{refused}"),
    }
    let careful = json!({
        "checklist_id": template.id,
        "name": "Launched by a model",
        "tags": [],
        "is_public": false,
    });
    let process = call(&organization, &tool, careful).await?;
    println!("a careful call launched {}", process.name.as_deref().unwrap_or(&process.id));
    Ok(())
}

/// The tool's definition. Models read schemas better without references, so everything is written in place.
fn tool() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let schema: Schema = settings.into_generator().into_root_schema_for::<LaunchProcess>();
    json!({
        "name": "launch_process",
        "description": "Launches a process from a template.",
        "input_schema": schema,
    })
}

/// Validates a call's arguments, reads them as the SDK's own type, and launches. Errors are words for the model.
async fn call(
    organization: &Organization,
    tool: &Value,
    arguments: Value,
) -> Result<Process, Box<dyn Error>> {
    let validator = jsonschema::validator_for(&tool["input_schema"])?;
    let wrong: Vec<String> = validator
        .iter_errors(&arguments)
        .map(|error| format!("- {}{error}", place(error.instance_path().as_str())))
        .collect();
    if !wrong.is_empty() {
        return Err(wrong.join("\n").into());
    }
    let launch: LaunchProcess = serde_json::from_value(arguments)?;
    Ok(organization.processes().launch(launch).await?)
}

fn place(pointer: &str) -> String {
    if pointer.is_empty() { String::new() } else { format!("{pointer}: ") }
}
