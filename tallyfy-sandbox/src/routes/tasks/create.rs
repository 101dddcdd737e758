//! Creating one-off tasks, ad-hoc tasks of a process, and projects without a template.
//!
//! Not here: what a task's other properties mean (`write::Change`).

use serde_json::{Map, Value};

use super::super::input::Input;
use super::super::{Call, Inside, fields};
use super::write::Change;
use crate::answer::Answer;
use crate::state::Refused;
use crate::state::automation::Memory;
use crate::state::organization::Tagging;
use crate::state::owners::{self, Owners};
use crate::state::process::Process;
use crate::state::task::Task;
use crate::state::template::Field;

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "create_task" => Some(create_task),
        _ => None,
    }
}

/// Three uses: a plain one-off task, an ad-hoc task of a process, one task per assignee in a new process
/// (processes_tasks:create_one_off_task). Of several tasks the first comes back.
fn create_task(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let body = call.body()?;
    let mut change = Change::read(&body, &["title", "task_type", "deadline", "owners"])?;
    change.deadline = call.to_working_time(change.deadline);
    let mut input = Input::new(&body);
    let separate = input.flag("separate_task_for_each_assignee").unwrap_or(false);
    let run = input.text("run_id", 255);
    input.texts("tags");
    input.finish()?;
    let sent = body.get("owners").unwrap_or(&Value::Null);
    let owners = owners::read(call.organization, sent, Owners::default())?;
    if owners.is_empty() {
        return Err(Refused::invalid("owners", "At least one assignee is required."));
    }
    let fields = read_fields(call, &body)?;
    let run = match run {
        Some(id) => Some(joinable(call, &id)?),
        None if separate => Some(new_project(call, &change)),
        None => None,
    };
    owners::create_guests(call.organization, call.context.ids, call.context.now, &owners.guests);
    let shares = if separate { one_each(call, &owners) } else { vec![owners] };
    let ids: Vec<String> =
        shares.into_iter().map(|owners| add(call, &change, run.as_deref(), owners, &fields)).collect();
    let first = ids.first().cloned().unwrap_or_default();
    tag(call, &first, &body);
    Ok(Answer { status: http::StatusCode::CREATED, ..super::show(call, &first)? })
}

fn add(call: &mut Call<'_>, change: &Change, run: Option<&str>, owners: Owners, fields: &[Field]) -> String {
    let (id, number) = (call.context.ids.hex(), call.context.ids.number());
    let title = change.title.clone().unwrap_or_default();
    let mut task = Task::new(id.clone(), number, &title, call.context.caller, call.context.now);
    task.is_oneoff = true;
    task.run_id = run.map(str::to_owned);
    task.owners = owners;
    task.fields = fields.to_vec();
    change.clone().apply(&mut task, call.context.now);
    if let Some(process) = run.and_then(|run| call.organization.processes.get_mut(run)) {
        process.tasks.push(id.clone());
        // A finished process has something to do again.
        process.completed_at = None;
    }
    call.organization.tasks.put(task);
    call.context.effect("task.created", &id);
    id
}

/// A process may refuse ad-hoc tasks (`can_add_oot` false).
fn joinable(call: &Call<'_>, id: &str) -> Result<String, Refused> {
    let process = call.organization.processes.get(id);
    let process = process.filter(|process| process.archived_at.is_none());
    let process = process.ok_or_else(|| Refused::invalid("run_id", "The selected run id is invalid."))?;
    if process.template.as_ref().is_some_and(|template| !template.can_add_oot) {
        return Err(Refused::Forbidden("This process does not allow one-off tasks.".to_owned()));
    }
    Ok(process.id.clone())
}

fn new_project(call: &mut Call<'_>, change: &Change) -> String {
    let (id, now, caller) = (call.context.ids.hex(), call.context.now, call.context.caller);
    call.organization.processes.put(Process {
        id: id.clone(),
        increment_id: call.context.ids.number(),
        template: None,
        name: change.title.clone().unwrap_or_default(),
        summary: None,
        started_by: caller,
        owner_id: caller,
        prerun: Map::new(),
        prerun_completed: None,
        starred: false,
        is_public: false,
        publicly_hidden_fields: Vec::new(),
        users: Vec::new(),
        groups: Vec::new(),
        parent_id: None,
        tasks: Vec::new(),
        threads: Vec::new(),
        rules: Memory::default(),
        created_at: now,
        last_updated: now,
        completed_at: None,
        archived_at: None,
    });
    call.context.effect("process.launched", &id);
    id
}

/// One share per assignee; groups count by their members (processes_tasks:create_one_off_task).
fn one_each(call: &Call<'_>, owners: &Owners) -> Vec<Owners> {
    let groups = owners.groups.iter().filter_map(|id| call.organization.groups.get(id));
    let mut users = owners.users.clone();
    users.extend(groups.flat_map(|group| group.members.iter().copied()));
    let mut seen = std::collections::BTreeSet::new();
    users.retain(|user| seen.insert(*user));
    let users = users.into_iter().map(|user| Owners { users: vec![user], ..Owners::default() });
    let guests = owners.guests.iter();
    let guests = guests.map(|guest| Owners { guests: vec![guest.clone()], ..Owners::default() });
    users.chain(guests).collect()
}

/// `options` are not enforced here, although they are on template fields: such a dropdown can never be
/// answered (processes_tasks:create_one_off_task.quirks).
fn read_fields(call: &mut Call<'_>, body: &Map<String, Value>) -> Result<Vec<Field>, Refused> {
    let list = match body.get("form_fields") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(Refused::invalid("form_fields", "The form fields must be an array.")),
    };
    let mut read = Vec::with_capacity(list.len());
    for (at, entry) in list.iter().enumerate() {
        let place = format!("form_fields.{at}.");
        let maker = (&mut *call.context.ids, call.context.now);
        let mut field = fields::read(entry, None, &place, false, maker)?;
        if field.position == 0 {
            field.position = i64::try_from(at).unwrap_or(i64::MAX).saturating_add(1);
        }
        read.push(field);
    }
    Ok(read)
}

fn tag(call: &mut Call<'_>, id: &str, body: &Map<String, Value>) {
    let tags = body.get("tags").and_then(Value::as_array).into_iter().flatten();
    for tag_id in tags.filter_map(Value::as_str).filter(|id| call.organization.tags.get(*id).is_some()) {
        let number = call.context.ids.number();
        let (subject_type, subject_id) = ("Task".to_owned(), id.to_owned());
        let tag_id = tag_id.to_owned();
        call.organization.taggings.put(Tagging { id: number, tag_id, subject_type, subject_id });
    }
}
