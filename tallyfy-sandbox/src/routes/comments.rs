//! Comments and issues on tasks, processes and templates.
//!
//! Not here: what an open issue blocks (`state::completion`).

use serde_json::{Map, Value};

use super::input::Input;
use super::{Call, Inside, processes, tasks, templates};
use crate::answer::Answer;
use crate::state::task::TaskState;
use crate::state::thread::{Thread, invited, mentions};
use crate::state::{Refused, automation, completion, owners};

/// Labels and states of comments (processes_tasks:add_task_comment).
const LABELS: [&str; 5] = ["comment", "problem", "resolve", "improvement", "advice"];
const STATES: [&str; 3] = ["open", "hide-for-guests", "collapsed"];

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "create_task_comment" => Some(create_task_comment),
        "create_task_bot_comment" => Some(create_task_comment),
        "update_task_comment" => Some(update_task_comment),
        "delete_task_comment" => Some(delete_task_comment),
        "create_task_problem" => Some(create_task_problem),
        "resolve_task_problem" => Some(resolve_task_problem),
        "create_run_comment" => Some(create_run_comment),
        "create_run_problem" => Some(create_run_problem),
        "resolve_run_problem" => Some(resolve_run_problem),
        "create_checklist_comment" => Some(create_checklist_comment),
        "create_checklist_problem" => Some(create_checklist_problem),
        "resolve_checklist_problem" => Some(resolve_checklist_problem),
        _ => None,
    }
}

/// What a thread hangs on.
enum Place {
    Task,
    Process,
    Template,
}

fn create_task_comment(call: &mut Call<'_>) -> Result<Answer, Refused> {
    tasks::of_path(call)?;
    create(call, &Place::Task, None)
}

/// A completed task is reopened by an issue (processes_tasks:report_task_issue).
fn create_task_problem(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let task = tasks::of_path(call)?;
    let (id, done, run) = (task.id.clone(), task.state == TaskState::Completed, task.run_id.clone());
    let answer = create(call, &Place::Task, Some("problem"))?;
    if done && let Some(task) = call.organization.tasks.get_mut(&id) {
        completion::mark_reopened(task, call.context.now);
    }
    if let Some(run) = run {
        automation::run(call.organization, &mut call.context, &run);
    }
    Ok(answer)
}

fn create_run_comment(call: &mut Call<'_>) -> Result<Answer, Refused> {
    processes::of_path(call)?;
    create(call, &Place::Process, None)
}

fn create_run_problem(call: &mut Call<'_>) -> Result<Answer, Refused> {
    processes::of_path(call)?;
    create(call, &Place::Process, Some("problem"))
}

fn create_checklist_comment(call: &mut Call<'_>) -> Result<Answer, Refused> {
    templates::live(call)?;
    create(call, &Place::Template, None)
}

fn create_checklist_problem(call: &mut Call<'_>) -> Result<Answer, Refused> {
    templates::live(call)?;
    create(call, &Place::Template, Some("problem"))
}

/// `sent_to` of a request is ignored: mentions in the text alone count (mcp:add_task_comment). Hidden
/// from guests unless said otherwise.
fn create(call: &mut Call<'_>, place: &Place, label: Option<&str>) -> Result<Answer, Refused> {
    let body = call.body()?;
    let words = Words::read(&body)?;
    let label = label.map_or_else(|| words.label.unwrap_or_else(|| "comment".to_owned()), str::to_owned);
    let id = store(call, place, words.content, words.state, &label);
    answer(call, &id)
}

fn update_task_comment(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let id = own(call)?;
    let body = call.body()?;
    let words = Words::read(&body)?;
    let now = call.context.now;
    invite(call, &words.content);
    let thread = call.organization.threads.get_mut(&id).ok_or(Refused::Missing)?;
    thread.sent_to = mentions(&words.content);
    thread.content = words.content;
    thread.state = words.state.unwrap_or_else(|| std::mem::take(&mut thread.state));
    thread.label = words.label.unwrap_or_else(|| std::mem::take(&mut thread.label));
    thread.updated_at = now;
    answer(call, &id)
}

fn delete_task_comment(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let id = own(call)?;
    call.organization.threads.remove(&id);
    if let Some(task) = call.organization.tasks.get_mut(call.request.param("task")) {
        task.threads.retain(|thread| *thread != id);
    }
    Ok(Answer::empty())
}

fn resolve_task_problem(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let threads = tasks::of_path(call)?.threads.clone();
    resolve(call, &Place::Task, &threads)
}

fn resolve_run_problem(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let threads = processes::of_path(call)?.threads.clone();
    resolve(call, &Place::Process, &threads)
}

fn resolve_checklist_problem(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let id = templates::live(call)?.id.clone();
    let threads = call.organization.threads.iter();
    let own = threads.filter(|thread| thread.checklist_id.as_ref() == Some(&id));
    let own: Vec<String> = own.map(|thread| thread.id.clone()).collect();
    resolve(call, &Place::Template, &own)
}

/// Stores the resolution as a thread of its own and marks the issue with it.
fn resolve(call: &mut Call<'_>, place: &Place, among: &[String]) -> Result<Answer, Refused> {
    let body = call.body()?;
    let mut input = Input::new(&body);
    input.require("thread_id");
    let issue = input.text("thread_id", 255).unwrap_or_default();
    let known = among.contains(&issue);
    let thread = call.organization.threads.get(&issue).filter(|thread| known && thread.label == "problem");
    if thread.is_none() && input.value("thread_id").is_some() {
        input.wrong("thread_id", "The selected thread id is invalid.");
    }
    input.finish()?;
    let words = Words::read(&body)?;
    let id = store(call, place, words.content, words.state, "resolve");
    let caller = call.context.caller;
    if let Some(thread) = call.organization.threads.get_mut(&issue) {
        thread.resolve_id = Some(id.clone());
        thread.resolved_by = Some(caller);
    }
    answer(call, &id)
}

/// What a comment request says.
struct Words {
    content: String,
    state: Option<String>,
    label: Option<String>,
}

impl Words {
    fn read(body: &Map<String, Value>) -> Result<Self, Refused> {
        let mut input = Input::new(body);
        input.require("content");
        let content = input.text("content", usize::MAX).unwrap_or_default();
        let (state, label) = (input.word("state", &STATES), input.word("label", &LABELS));
        input.finish()?;
        Ok(Self { content, state, label })
    }
}

/// A mention of an unknown address makes a guest (processes_tasks:rich_text).
fn invite(call: &mut Call<'_>, content: &str) {
    for email in invited(content) {
        let known = call.organization.guests.get(&email).is_some();
        if !known && call.organization.member_by_email(&email).is_none() {
            let guest = owners::new_guest(call.context.ids, call.context.now, &email);
            call.organization.guests.put(guest);
            call.context.effect("guest.invited", &email);
        }
    }
}

fn store(call: &mut Call<'_>, place: &Place, content: String, state: Option<String>, label: &str) -> String {
    invite(call, &content);
    let (id, now) = (call.context.ids.hex(), call.context.now);
    let task = matches!(place, Place::Task).then(|| call.param("task").to_owned());
    let task = task.and_then(|id| call.organization.tasks.get_mut(&id));
    let (task_id, step_id) = match task {
        Some(task) => {
            task.threads.push(id.clone());
            (Some(task.id.clone()), task.step_id.clone())
        }
        None => (None, None),
    };
    let run = call.request.param("run");
    let process = matches!(place, Place::Process).then(|| call.organization.processes.get_mut(run)).flatten();
    let run_id = process.map(|process| {
        process.threads.push(id.clone());
        process.id.clone()
    });
    call.organization.threads.put(Thread {
        id: id.clone(),
        task_id,
        run_id,
        checklist_id: matches!(place, Place::Template).then(|| call.param("checklist").to_owned()),
        step_id,
        sent_to: mentions(&content),
        content,
        label: label.to_owned(),
        state: state.unwrap_or_else(|| "hide-for-guests".to_owned()),
        author_id: call.context.caller,
        resolve_id: None,
        resolved_by: None,
        created_at: now,
        updated_at: now,
    });
    call.context.effect("comment.created", &id);
    id
}

/// The comment of the path, on the task of the path. Author or administrator (docs:.../manage-comments).
fn own(call: &Call<'_>) -> Result<String, Refused> {
    let task = tasks::of_path(call)?;
    let thread = call.organization.threads.get(call.param("thread")).ok_or(Refused::Missing)?;
    if thread.task_id.as_ref() != Some(&task.id) {
        return Err(Refused::Missing);
    }
    if thread.author_id != call.context.caller {
        call.must_be_admin()?;
    }
    Ok(thread.id.clone())
}

fn answer(call: &Call<'_>, id: &str) -> Result<Answer, Refused> {
    let thread = call.organization.threads.get(id).ok_or(Refused::Missing)?;
    Ok(Answer::item(call.view().thread(thread)))
}
