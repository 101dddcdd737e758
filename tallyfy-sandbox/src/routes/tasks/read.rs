//! Lists of tasks, and one task.
//!
//! Not here: the filters themselves (`filters`), rendering (`view`).

use super::super::{Call, Inside};
use super::filters::{self, Scope};
use crate::answer::{Answer, Paging};
use crate::state::Refused;
use crate::state::task::Task;

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "list_run_tasks" => Some(list_run_tasks),
        "list_tasks" => Some(list_tasks),
        "list_my_tasks" => Some(list_my_tasks),
        "list_user_tasks" => Some(list_user_tasks),
        "list_guest_tasks" => Some(list_guest_tasks),
        "get_run_task" => Some(get_run_task),
        "get_task" => Some(get_task),
        _ => None,
    }
}

/// Filters, sorts, pages and renders.
fn answer(
    call: &Call<'_>,
    tasks: Vec<&Task>,
    default_status: Option<&'static str>,
    paging: Paging,
) -> Answer {
    let query = call.query();
    let scope = Scope { view: call.view(), query, default_status };
    let mut tasks: Vec<&Task> = tasks.into_iter().filter(|task| scope.wants(task)).collect();
    filters::sort(scope.view, &mut tasks, query);
    paging.answer(&tasks, &call.request.origin(), |task| scope.view.task(task, query))
}

/// Hidden tasks are among them (processes_tasks:list_process_tasks.quirks). An archived process shows
/// its tasks, as they were archived with it.
fn list_run_tasks(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let process = super::super::processes::of_path(call)?;
    let archived = process.archived_at.is_some();
    let mut tasks = call.organization.tasks_of(process);
    tasks.retain(|task| archived || task.archived_at.is_none());
    Ok(answer(call, tasks, None, Paging::usual(call.query())))
}

fn list_tasks(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let tasks = call.organization.tasks.iter();
    let tasks = tasks.filter(|task| filters::is_archive_wanted(task, call.query()));
    Ok(answer(call, tasks.collect(), None, Paging::usual(call.query())))
}

/// Without `status` the active ones alone (mcp:get_my_tasks, measured).
fn list_my_tasks(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let default = call.context.quirks.my_tasks_default_to_active.then_some("active");
    let tasks = tasks_of_member(call, call.context.caller);
    Ok(answer(call, tasks, default, Paging::usual(call.query())))
}

fn list_user_tasks(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let id: i64 = call.param("user").parse().map_err(|_| Refused::Missing)?;
    call.organization.members.get(&id).ok_or(Refused::Missing)?;
    let tasks = tasks_of_member(call, id);
    Ok(answer(call, tasks, None, Paging::usual(call.query())))
}

fn tasks_of_member<'a>(call: &'a Call<'_>, member: i64) -> Vec<&'a Task> {
    let tasks = call.organization.tasks.iter().filter(|task| task.archived_at.is_none());
    tasks.filter(|task| task.owners.include(call.organization, member)).collect()
}

/// By the code of the guest link; a numeric id is a 404 (mcp:get_guest_tasks, measured 2026-09-01).
fn list_guest_tasks(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let code = call.param("guest");
    let guest = call.organization.guests.iter().find(|guest| guest.code == code).ok_or(Refused::Missing)?;
    let tasks = call.organization.tasks.iter().filter(|task| task.archived_at.is_none());
    let tasks = tasks.filter(|task| task.owners.guests.contains(&guest.email)).collect();
    let cap = if call.context.quirks.guest_tasks_ignore_per_page { 10 } else { 100 };
    Ok(answer(call, tasks, None, Paging::read(call.query(), 10, cap).fixed(cap == 10)))
}

fn get_run_task(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let id = super::of_process(call)?;
    super::show(call, &id)
}

/// Answers for process tasks too and names their process (mcp:search_for_tasks).
fn get_task(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let id = super::of_path(call)?.id.clone();
    super::show(call, &id)
}
