//! Deadlines of the tasks of a process: what step rules and automations make of them.
//!
//! Not here: setting one by hand (`routes::tasks::write`), the rules that move one (`automation`).

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use super::organization::Organization;
use super::process::Process;
use super::task::{Task, TaskState};
use super::template::Template;
use super::working_time::WorkingTime;
use crate::quirks::Quirks;

/// The deadline of each step: counted from the launch, or from the deadline of another step.
pub fn plan(
    template: &Template,
    launched: DateTime<Utc>,
    working: WorkingTime,
) -> BTreeMap<&str, DateTime<Utc>> {
    let mut known: BTreeMap<&str, DateTime<Utc>> = BTreeMap::new();
    // An anchor may come later in the list, or run in a circle: as many rounds as steps are enough.
    for _ in 0..template.steps.len() {
        for step in &template.steps {
            let Some(deadline) = step.deadline.as_ref().filter(|deadline| deadline.works()) else { continue };
            let anchor = if is_launch(&deadline.step) {
                Some(launched)
            } else {
                known.get(deadline.step.as_str()).copied()
            };
            if let Some(anchor) = anchor {
                known.insert(&step.id, working.next(deadline.apply(anchor)));
            }
        }
    }
    known
}

/// The deadline that a task would have if nobody had set it by hand, and where it comes from; the first
/// that applies of automation, step and launch (processes_tasks:AutomaticDeadline). That of an automation is
/// not moved to working time (processes_tasks:get_task_automatic_deadline).
pub fn automatic(
    organization: &Organization,
    process: &Process,
    task: &Task,
    working: WorkingTime,
) -> (DateTime<Utc>, &'static str) {
    if let Some(at) = task.rule_deadline {
        return (at, "automation");
    }
    match &task.step_deadline {
        Some(deadline) => {
            let mut tasks = organization.tasks_of(process).into_iter();
            let anchor = tasks.find(|other| other.step_id.as_deref() == Some(&deadline.step));
            let anchor = anchor.and_then(|other| other.deadline).unwrap_or(process.created_at);
            (working.next(deadline.apply(anchor)), "step")
        }
        None => (working.next(process.created_at + Duration::days(3)), "launch"),
    }
}

/// Brings deadlines in line with automations, and those counted from another step with that step's.
/// Deadlines set by hand or given at launch, and those of completed tasks, stay.
pub fn settle(organization: &mut Organization, quirks: &Quirks, process: &str) {
    let working = WorkingTime::of(organization, quirks);
    let Some(process) = organization.processes.get(process) else { return };
    let (ids, launched) = (process.tasks.clone(), process.created_at);
    let mut due: BTreeMap<String, DateTime<Utc>> = BTreeMap::new();
    for task in ids.iter().filter_map(|id| organization.tasks.get(id)) {
        due.extend(task.step_id.clone().zip(task.deadline));
    }
    for _ in 0..ids.len() {
        let mut moved = false;
        for id in &ids {
            let Some(task) = organization.tasks.get(id).filter(|task| is_automatic(task)) else { continue };
            let Some(at) = wanted(task, &due, launched, working).filter(|at| task.deadline != Some(*at))
            else {
                continue;
            };
            due.extend(task.step_id.clone().map(|step| (step, at)));
            if let Some(task) = organization.tasks.get_mut(id) {
                task.deadline = Some(at);
            }
            moved = true;
        }
        if !moved {
            break;
        }
    }
}

fn is_automatic(task: &Task) -> bool {
    task.step_id.is_some() && !task.deadline_set_by_hand && task.state != TaskState::Completed
}

fn wanted(
    task: &Task,
    due: &BTreeMap<String, DateTime<Utc>>,
    launched: DateTime<Utc>,
    working: WorkingTime,
) -> Option<DateTime<Utc>> {
    if let Some(at) = task.rule_deadline.or(task.launch_deadline) {
        return Some(at);
    }
    let deadline = task.step_deadline.as_ref()?;
    if is_launch(&deadline.step) {
        return Some(working.next(deadline.apply(launched)));
    }
    due.get(&deadline.step).map(|anchor| working.next(deadline.apply(*anchor)))
}

fn is_launch(step: &str) -> bool {
    matches!(step, "start_run" | "start_process" | "")
}
