//! Lists of tasks, and one task.
//!
//! Not here: the filters themselves (`filters`), rendering (`view`).

use chrono::Duration;

use super::super::{Call, Inside};
use super::filters;
use crate::answer::{Answer, Paging};
use crate::state::bits::Bits;
use crate::state::index::tasks::TaskFacet;
use crate::state::{Refused, index};

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

/// What a list shows, besides what its query says.
struct List {
    among: Bits,
    default_status: Option<&'static str>,
    by_position: bool,
    paging: Paging,
}

impl List {
    fn of(call: &Call<'_>, among: Bits) -> Self {
        Self { among, default_status: None, by_position: false, paging: call.paging() }
    }

    /// Filters, sorts, pages and renders.
    fn answer(self, call: &mut Call<'_>) -> Answer {
        let Self { among, default_status, by_position, paging } = self;
        let query = call.query();
        let when = (call.context.quirks, call.context.now);
        let found = filters::find(call.organization, among, query, default_status, when);
        let view = call.view();
        let pick = |skip, count| filters::page(view, &found, query, by_position, (skip, count));
        paging.answer_picked(found.len(), pick, &call.request.origin(), |task| view.task(task, query))
    }
}

/// Hidden tasks are among them (processes_tasks:list_process_tasks.quirks). An archived process shows
/// its tasks, as they were archived with it.
fn list_run_tasks(call: &mut Call<'_>) -> Result<Answer, Refused> {
    super::super::processes::of_path(call)?;
    index::refresh(call.organization);
    let process = super::super::processes::of_path(call)?;
    let slots = process.tasks.iter().filter_map(|id| call.organization.tasks.slot(id));
    let mut among: Bits = slots.collect();
    if process.archived_at.is_none() {
        among = among.without(call.organization.index.tasks.facets.get(&TaskFacet::Archived));
    }
    if call.context.quirks.task_lists_lag_after_a_create {
        among = among.iter().filter(|slot| has_arrived(call, *slot)).collect();
    }
    Ok(List { by_position: true, ..List::of(call, among) }.answer(call))
}

/// Whether a task has reached the replica that lists are read from (processes_tasks:list_process_tasks.quirks).
fn has_arrived(call: &Call<'_>, slot: usize) -> bool {
    let age = call.organization.tasks.at(slot).map(|task| call.context.now - task.created_at);
    // Seeds may hold tasks of a later day than the clock shows; they are not new.
    age.is_none_or(|age| !(Duration::zero()..call.context.replica_lag).contains(&age))
}

fn list_tasks(call: &mut Call<'_>) -> Result<Answer, Refused> {
    index::refresh(call.organization);
    let mut among = filters::by_archive(&call.organization.index.tasks, call.query());
    if call.query().get("assignee") == Some("me") {
        among = among.and(&tasks_of_member(call, call.context.caller));
    }
    Ok(List::of(call, among).answer(call))
}

/// Without `status` the active ones alone (mcp:get_my_tasks, measured).
fn list_my_tasks(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let default_status = call.context.quirks.my_tasks_default_to_active.then_some("active");
    let among = tasks_of_member(call, call.context.caller);
    Ok(List { default_status, ..List::of(call, among) }.answer(call))
}

fn list_user_tasks(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let id: i64 = call.param("user").parse().map_err(|_| Refused::Missing)?;
    call.organization.members.get(&id).ok_or(Refused::Missing)?;
    let among = tasks_of_member(call, id);
    Ok(List::of(call, among).answer(call))
}

/// Those assigned to the member, itself or through a group.
fn tasks_of_member(call: &mut Call<'_>, member: i64) -> Bits {
    index::refresh(call.organization);
    let groups = call.organization.groups_of(member);
    let mut facets: Vec<TaskFacet> = groups.map(|group| TaskFacet::Group(group.id.as_str().into())).collect();
    facets.push(TaskFacet::User(member));
    live(call, facets)
}

fn live(call: &Call<'_>, facets: Vec<TaskFacet>) -> Bits {
    let known = &call.organization.index.tasks.facets;
    known.any(facets).without(known.get(&TaskFacet::Archived))
}

/// By the code of the guest link; a numeric id is a 404 (mcp:get_guest_tasks, measured 2026-09-01).
fn list_guest_tasks(call: &mut Call<'_>) -> Result<Answer, Refused> {
    index::refresh(call.organization);
    let code = call.param("guest");
    let guest = call.organization.guests.iter().find(|guest| guest.code == code).ok_or(Refused::Missing)?;
    let among = live(call, vec![TaskFacet::Guest(guest.email.as_str().into())]);
    let cap = if call.context.quirks.guest_tasks_ignore_per_page { 10 } else { 100 };
    let paging = call.paging_of(10, cap).fixed(cap == 10);
    Ok(List { paging, ..List::of(call, among) }.answer(call))
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
