//! Which tasks and processes a filter finds, without looking at all of them.
//!
//! Not here: what a query asks for (`routes`), the sets themselves (`bits`).
//!
//! Rows are written in many places, and none of them knows the index: the tables note what may have changed,
//! and [`refresh`] looks at those rows again before the next list is read.

pub mod ages;
pub mod facets;
pub mod horizon;
pub mod processes;
pub mod tasks;
pub mod text;

use super::organization::Organization;
use processes::ProcessIndex;
use tasks::TaskIndex;

/// The indexes of an organization.
#[derive(Clone, Debug, Default)]
pub struct Index {
    /// Of its tasks.
    pub tasks: TaskIndex,
    /// Of its processes.
    pub processes: ProcessIndex,
}

/// Brings the indexes in line with the rows.
pub fn refresh(organization: &mut Organization) {
    let Organization { threads, tasks, processes, index, .. } = organization;
    // An issue is part of the state of its task and its process.
    for slot in threads.take_changed().iter() {
        let Some(thread) = threads.at(slot) else { continue };
        thread.task_id.iter().for_each(|id| tasks.touch(id));
        thread.run_id.iter().for_each(|id| processes.touch(id));
    }
    if !tasks.has_changed() && !processes.has_changed() {
        return;
    }
    // Tasks are found by the name of their process, too.
    let renamed = processes.take_changed();
    for process in renamed.iter().filter_map(|slot| Some((slot, processes.at(slot)?))) {
        let (slot, process) = process;
        if index.processes.name(slot) != Some(process.name.as_str()) {
            process.tasks.iter().for_each(|id| tasks.touch(id));
        }
    }
    // What its tasks say about a process is part of its own state.
    let changed = tasks.take_changed();
    let mut runs = renamed;
    for slot in changed.iter() {
        let before = index.tasks.run(slot).and_then(|id| processes.slot(id));
        let now = tasks.at(slot).and_then(|task| processes.slot(task.run_id.as_ref()?));
        runs.extend(before);
        runs.extend(now);
    }
    let mut index = std::mem::take(&mut organization.index);
    for slot in changed.iter() {
        index.tasks.look_at(organization, slot);
    }
    for slot in runs.iter() {
        index.processes.look_at(organization, slot);
    }
    organization.index = index;
}
