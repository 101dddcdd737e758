//! Launching a process from a template: what is checked, which tasks come into being, who gets them.
//!
//! Not here: the tags and folders that a launch names (`routes::processes`).

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use serde_json::{Map, Value};

use super::organization::Organization;
use super::owners::{self, Owners};
use super::process::Process;
use super::task::Task;
use super::template::{Deadline, Step, Template};
use super::working_time::WorkingTime;
use super::{Effect, Refused, automation, form_values, schedule};
use crate::dates;
use crate::quirks::Quirks;
use crate::state::ids::Ids;

/// What a change needs besides the organization.
pub struct Context<'a> {
    /// The member who acts.
    pub caller: i64,
    /// The time.
    pub now: DateTime<Utc>,
    /// Maker of ids.
    pub ids: &'a mut Ids,
    /// Side effects so far.
    pub effects: &'a mut Vec<Effect>,
    /// Which oddities are on.
    pub quirks: &'a Quirks,
    /// How far the replica lags behind.
    pub replica_lag: Duration,
}

impl Context<'_> {
    /// Notes a side effect.
    pub fn effect(&mut self, kind: &'static str, subject: &str) {
        self.effect_of(kind, subject, None);
    }

    /// Notes a side effect with what is to be known about it.
    pub fn effect_of(&mut self, kind: &'static str, subject: &str, detail: Option<Value>) {
        self.effects.push(Effect { kind, subject: subject.to_owned(), at: self.now, detail });
    }
}

/// What a launch request says about the task of one step (processes_tasks:TaskOverride).
#[derive(Default)]
struct Override {
    owners: Option<Owners>,
    deadline: Option<DateTime<Utc>>,
    by_hand: bool,
    max_assignable: Option<i64>,
    position: Option<i64>,
}

/// Starts a process and returns its id.
pub fn launch(
    organization: &mut Organization,
    context: &mut Context<'_>,
    body: &Map<String, Value>,
) -> Result<String, Refused> {
    let template = find_template(organization, body)?;
    let overrides = read_overrides(organization, &template, body)?;
    let no_answers = Map::new();
    let sent = body.get("prerun").unwrap_or(&Value::Null);
    let prerun = form_values::merge(&template.kickoff, &no_answers, sent, "prerun", context.quirks)?;
    let missing = form_values::missing(&template.kickoff, &prerun);
    if !missing.is_empty() {
        let texts =
            missing.iter().map(|field| ("prerun".to_owned(), format!("{} is required", field.label).into()));
        return Err(Refused::Invalid(texts.collect()));
    }
    if let Some(Value::Array(list)) = body.get("roles")
        && !list.is_empty()
    {
        return Err(Refused::invalid("roles", "The roles must be an object keyed by role id."));
    }
    let mut process = new_process(organization, context, body, &template, prerun)?;
    let tasks = make_tasks(organization, context, &process, &template, &overrides);
    for task in &tasks {
        owners::create_guests(organization, context.ids, context.now, &task.owners.guests);
    }
    process.tasks = tasks.iter().map(|task| task.id.clone()).collect();
    for task in tasks {
        organization.tasks.put(task);
    }
    let id = process.id.clone();
    context.effect("process.launched", &id);
    organization.processes.put(process);
    *organization.launches.entry(template.id.clone()).or_default() += 1;
    automation::run(organization, context, &id);
    Ok(id)
}

/// An unknown template is a 404, an archived one a 422 (processes_tasks:launch_process.errors).
fn find_template(
    organization: &mut Organization,
    body: &Map<String, Value>,
) -> Result<Arc<Template>, Refused> {
    let id = match body.get("checklist_id") {
        Some(Value::String(id)) if !id.is_empty() => id,
        Some(Value::Null) | None => {
            return Err(Refused::invalid("checklist_id", "The checklist id field is required."));
        }
        Some(_) => return Err(Refused::invalid("checklist_id", "The checklist id must be a string.")),
    };
    let template = organization.templates.get(id).ok_or(Refused::Missing)?;
    if template.archived_at.is_some() {
        return Err(Refused::invalid("checklist_id", "The selected checklist id is invalid."));
    }
    organization.version(id).ok_or(Refused::Missing)
}

fn new_process(
    organization: &Organization,
    context: &mut Context<'_>,
    body: &Map<String, Value>,
    template: &Arc<Template>,
    prerun: Map<String, Value>,
) -> Result<Process, Refused> {
    let text = |key: &str| body.get(key).and_then(Value::as_str).map(str::to_owned);
    let flag = |key: &str| body.get(key).and_then(Value::as_bool).unwrap_or(false);
    let member = |key: &str| match body.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => owners::member_id(value)
            .filter(|id| organization.members.get(id).is_some())
            .map(Some)
            .ok_or_else(|| Refused::invalid(key, format!("The selected {key} is invalid."))),
    };
    // docs:open-api/code-samples/processes/launch-process: the name is made from title and date.
    let name = text("name").filter(|name| !name.is_empty());
    let mark = if context.quirks.made_names_hold_feff { "\u{feff}" } else { "" };
    let made = || format!("{}{mark} - {mark}{}", template.title, context.now.format("%Y-%m-%d"));
    let name = name.unwrap_or_else(made);
    let users = match body.get("users").filter(|users| !users.is_null()) {
        Some(users) => owners::member_ids(organization, "users", users)?,
        None => template.users.clone(),
    };
    let groups = match body.get("groups").filter(|groups| !groups.is_null()) {
        Some(groups) => owners::group_ids(organization, "groups", groups)?,
        None => template.groups.clone(),
    };
    let started_by = member("user_id")?.unwrap_or(context.caller);
    let hidden = body.get("publicly_hidden_fields").and_then(Value::as_array);
    Ok(Process {
        id: context.ids.hex(),
        increment_id: context.ids.number(),
        template: Some(Arc::clone(template)),
        name,
        summary: text("summary"),
        started_by,
        owner_id: member("owner_id")?.unwrap_or(started_by),
        prerun,
        prerun_completed: Some((context.now, context.caller)),
        starred: flag("starred"),
        is_public: flag("is_public"),
        publicly_hidden_fields: hidden
            .into_iter()
            .flatten()
            .filter_map(|v| v.as_str().map(str::to_owned))
            .collect(),
        users,
        groups,
        parent_id: text("parent_id"),
        tasks: Vec::new(),
        threads: Vec::new(),
        rules: automation::Memory::default(),
        created_at: context.now,
        last_updated: context.now,
        completed_at: None,
        archived_at: None,
    })
}

/// Reads the `tasks` map. A step that is not in the template is a 422 (processes_tasks:launch_process).
fn read_overrides(
    organization: &Organization,
    template: &Template,
    body: &Map<String, Value>,
) -> Result<BTreeMap<String, Override>, Refused> {
    let map = match body.get("tasks") {
        None | Some(Value::Null) => return Ok(BTreeMap::new()),
        Some(Value::Object(map)) => map,
        Some(Value::Array(list)) if list.is_empty() => return Ok(BTreeMap::new()),
        Some(_) => return Err(Refused::invalid("tasks", "The tasks must be an object keyed by step id.")),
    };
    let mut overrides = BTreeMap::new();
    for (step, entry) in map {
        if template.step(step).is_none() {
            return Err(Refused::invalid(&format!("tasks.{step}"), "The selected step is invalid."));
        }
        overrides.insert(step.clone(), read_override(organization, step, entry)?);
    }
    Ok(overrides)
}

fn read_override(organization: &Organization, step: &str, entry: &Value) -> Result<Override, Refused> {
    let number = |key: &str| entry.get(key).and_then(owners::member_id);
    let mut read = Override {
        by_hand: entry.get("deadline_set_by_hand") == Some(&Value::Bool(true)),
        max_assignable: number("max_assignable"),
        position: number("position"),
        ..Override::default()
    };
    if let Some(sent) = entry.get("owners").filter(|owners| !owners.is_null()) {
        read.owners = Some(owners::read(organization, sent, Owners::default())?);
    }
    if let Some(sent) = entry.get("deadline").filter(|deadline| !deadline.is_null()) {
        let at = sent.as_str().and_then(dates::read);
        let wrong =
            || Refused::invalid(&format!("tasks.{step}.deadline"), "The deadline is not a valid date.");
        read.deadline = Some(at.ok_or_else(wrong)?);
    }
    Ok(read)
}

fn make_tasks(
    organization: &Organization,
    context: &mut Context<'_>,
    process: &Process,
    template: &Template,
    overrides: &BTreeMap<String, Override>,
) -> Vec<Task> {
    let nothing = Override::default();
    let working = WorkingTime::of(organization, context.quirks);
    let planned = schedule::plan(template, process.created_at, working);
    // processes_tasks:launch_process.quirks: a map that names some steps launches those steps alone.
    let truncate = context.quirks.tasks_map_truncates && !overrides.is_empty();
    let mut tasks = Vec::new();
    for step in template.steps_in_order() {
        if truncate && !overrides.contains_key(&step.id) {
            continue;
        }
        let entry = overrides.get(&step.id).unwrap_or(&nothing);
        let mut task = task_of(context, process, template, step);
        task.owners = match &entry.owners {
            Some(owners) => owners.clone(),
            None => default_owners(organization, step, process.started_by),
        };
        task.launch_deadline = entry.deadline.map(|at| working.next(at));
        task.deadline = task.launch_deadline.or_else(|| planned.get(step.id.as_str()).copied());
        task.deadline_set_by_hand = entry.by_hand && entry.deadline.is_some();
        task.max_assignable = entry.max_assignable.unwrap_or(task.max_assignable);
        task.position = entry.position.unwrap_or(step.position);
        tasks.push(task);
    }
    tasks
}

fn task_of(context: &mut Context<'_>, process: &Process, template: &Template, step: &Step) -> Task {
    let flag = |key: &str, default: bool| step.rest.get(key).and_then(Value::as_bool).unwrap_or(default);
    let (id, number) = (context.ids.hex(), context.ids.number());
    Task {
        run_id: Some(process.id.clone()),
        checklist_id: Some(template.id.clone()),
        step_id: Some(step.id.clone()),
        summary: step.summary.clone(),
        task_type: step.step_type.clone(),
        step_deadline: step.deadline.clone().filter(Deadline::works),
        everyone_must_complete: step.everyone_must_complete,
        can_complete_only_assignees: step.can_complete_only_assignees,
        max_assignable: step.rest.get("max_assignable").and_then(Value::as_i64).unwrap_or(0),
        top_secret: flag("top_secret", false),
        allow_guest_owners: flag("allow_guest_owners", true),
        prevent_guest_comment: flag("prevent_guest_comment", false),
        is_soft_start_date: flag("is_soft_start_date", true),
        webhook: step.rest.get("webhook").and_then(Value::as_str).map(str::to_owned),
        fields: step.captures.clone(),
        ..Task::new(id, number, &step.title, process.started_by, process.created_at)
    }
}

/// Step assignees, then the launcher when the step says so and nobody else is there
/// (processes_tasks:launch_process.quirks).
fn default_owners(organization: &Organization, step: &Step, launcher: i64) -> Owners {
    let mut owners = step.assignees.clone();
    owners.users.retain(|id| organization.members.get(id).is_some());
    if owners.is_empty() && step.assign_run_starter {
        owners.users.push(launcher);
    }
    owners
}
