//! Processes, one-off tasks and comments, made by the same rules as those of a client.
//!
//! Not here: the rules (`state::launch`, `state::completion`).

use chrono::Duration;
use serde_json::{Value, json};

use super::people::object;
use super::*;
use crate::state::completion::{self, Completion};
use crate::state::launch::{self, Context};
use crate::state::organization::Organization;
use crate::state::owners::Owners;
use crate::state::task::Task;
use crate::state::thread::Thread;
use crate::state::working_time::WorkingTime;

/// Adds processes and tasks.
pub fn fill(organization: &mut Organization, world: &mut World) {
    world.ids.plan(&[PROCESS]);
    world.ids.plan(&PROCESS_TASKS);
    let answers = json!({
        KICKOFF_TEXT: "Blue Fjord AS",
        KICKOFF_DROPDOWN: { "id": 2, "text": "Express" },
        KICKOFF_MULTISELECT: [{ "id": 1, "text": "Night delivery", "selected": true }],
        KICKOFF_DATE: "2026-09-15T00:00:00.000Z",
    });
    let body =
        json!({ "checklist_id": TEMPLATE, "name": "Vendor onboarding - Blue Fjord", "prerun": answers });
    launch(organization, world, body);
    complete_first(organization, world);
    world.ids.plan(&[SMALL_PROCESS]);
    world.ids.plan(&SMALL_PROCESS_TASKS);
    launch(organization, world, json!({ "checklist_id": SMALL_TEMPLATE, "name": "Weekly check 36" }));
    world.ids.plan(&[ARCHIVED_PROCESS]);
    launch(organization, world, json!({ "checklist_id": SMALL_TEMPLATE, "name": "Weekly check 35" }));
    let stamp = Some(today() + Duration::hours(1));
    if let Some(process) = organization.processes.get_mut(ARCHIVED_PROCESS) {
        process.archived_at = stamp;
    }
    for task in organization.tasks.iter_mut().filter(|t| t.run_id.as_deref() == Some(ARCHIVED_PROCESS)) {
        task.archived_at = stamp;
    }
    one_off(organization, world, ONE_OFF_TASK, "Order new labels", "task", &[ADMIN], &[]);
    one_off(
        organization,
        world,
        ONE_OFF_APPROVAL,
        "Approve the trade fair",
        "approval",
        &[STANDARD],
        &[GUEST],
    );
    comment(organization, COMMENT, PROCESS_TASKS[0], "comment", "Papers are in the mail, @[1001].");
    comment(organization, OPEN_ISSUE, ONE_OFF_APPROVAL, "problem", "The budget is missing.");
}

fn context(world: &mut World) -> Context<'_> {
    let World { ids, effects, quirks, .. } = world;
    Context { caller: ADMIN, now: today(), ids, effects, quirks, replica_lag: Duration::zero() }
}

fn launch(organization: &mut Organization, world: &mut World, body: Value) {
    // A refusal here would be a mistake of the seed: the tests look for every row of it.
    let _ = launch::launch(organization, &mut context(world), &object(body));
}

fn complete_first(organization: &mut Organization, world: &mut World) {
    if let Some(task) = organization.tasks.get_mut(PROCESS_TASKS[0]) {
        task.taskdata.insert(FIELD_TAX_NUMBER.to_owned(), json!("NO 912 345 678"));
    }
    let mut context = context(world);
    context.now = today() + Duration::hours(3);
    let completion = Completion { is_approved: None, override_user: Some(STANDARD) };
    let _ = completion::complete(organization, &mut context, PROCESS_TASKS[0], &completion);
}

fn one_off(
    organization: &mut Organization,
    world: &mut World,
    id: &str,
    title: &str,
    task_type: &str,
    users: &[i64],
    guests: &[&str],
) {
    let number = world.ids.number();
    let deadline = WorkingTime::of(organization, &world.quirks).next(today() + Duration::days(4));
    organization.tasks.put(Task {
        is_oneoff: true,
        task_type: task_type.to_owned(),
        summary: Some(format!("<p>{title}</p>")),
        deadline: Some(deadline),
        owners: Owners {
            users: users.to_vec(),
            guests: guests.iter().map(|guest| (*guest).to_owned()).collect(),
            groups: Vec::new(),
        },
        ..Task::new(id.to_owned(), number, title, ADMIN, today())
    });
}

fn comment(organization: &mut Organization, id: &str, task_id: &str, label: &str, content: &str) {
    let Some(task) = organization.tasks.get_mut(task_id) else { return };
    task.threads.push(id.to_owned());
    let step_id = task.step_id.clone();
    organization.threads.put(Thread {
        id: id.to_owned(),
        task_id: Some(task_id.to_owned()),
        run_id: None,
        checklist_id: None,
        step_id,
        content: content.to_owned(),
        label: label.to_owned(),
        state: "hide-for-guests".to_owned(),
        author_id: STANDARD,
        sent_to: crate::state::thread::mentions(content),
        resolve_id: None,
        resolved_by: None,
        created_at: today() + Duration::hours(2),
        updated_at: today() + Duration::hours(2),
    });
}
