//! The index of tasks.
//!
//! Not here: the words of the status filter (`routes::tasks::filters`).

use std::sync::Arc;

use super::ages::Ages;
use super::facets::Facets;
use super::horizon::Horizon;
use super::text::TextIndex;
use crate::state::organization::Organization;
use crate::state::task::{Task, TaskState};

/// What tasks are found by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TaskFacet {
    /// Every task.
    Any,
    /// Its state.
    State(TaskState),
    /// Soft-deleted, also with its process.
    Archived,
    /// One-off task.
    OneOff,
    /// Nobody is assigned.
    Unassigned,
    /// A member is assigned.
    User(i64),
    /// A guest is assigned.
    Guest(Arc<str>),
    /// A group is assigned.
    Group(Arc<str>),
    /// An issue is open.
    Problem,
    /// Somebody has suggested something better.
    Improvement,
}

/// Where tasks are found.
#[derive(Clone, Debug, Default)]
pub struct TaskIndex {
    /// By facet.
    pub facets: Facets<TaskFacet>,
    /// By title and name of the process.
    pub texts: TextIndex,
    /// By title alone.
    pub titles: TextIndex,
    /// By deadline.
    pub due: Horizon,
    /// By last change.
    pub touched: Horizon,
    /// By age.
    pub ages: Ages,
    runs: Vec<Option<String>>,
}

impl TaskIndex {
    /// The process that a task belonged to when it was last looked at.
    pub fn run(&self, slot: usize) -> Option<&String> {
        self.runs.get(slot)?.as_ref()
    }

    /// Looks at a task again.
    pub fn look_at(&mut self, organization: &Organization, slot: usize) {
        let task = organization.tasks.at(slot);
        self.facets.set(slot, task.map(|task| facets(organization, task)).unwrap_or_default());
        let process = task.and_then(|task| organization.processes.get(task.run_id.as_ref()?));
        // The bar keeps a question from matching the end of the one and the start of the other.
        let text =
            task.map(|task| format!("{}\u{1f}{}", task.title, process.map_or("", |p| p.name.as_str())));
        self.texts.set(slot, text.as_deref());
        self.titles.set(slot, task.map(|task| task.title.as_str()));
        self.due.set(slot, task.and_then(|task| task.deadline));
        self.touched.set(slot, task.map(|task| task.last_updated));
        self.ages.set(slot, task.map(|task| (task.created_at, task.increment_id)));
        if self.runs.len() <= slot {
            self.runs.resize(slot + 1, None);
        }
        self.runs[slot] = task.and_then(|task| task.run_id.clone());
    }
}

fn facets(organization: &Organization, task: &Task) -> Vec<TaskFacet> {
    let mut facets = vec![TaskFacet::Any, TaskFacet::State(task.state)];
    let mut when = |holds: bool, facet: TaskFacet| facets.extend(holds.then_some(facet));
    when(task.archived_at.is_some(), TaskFacet::Archived);
    when(task.is_oneoff, TaskFacet::OneOff);
    when(task.owners.is_empty(), TaskFacet::Unassigned);
    when(organization.has_open_issue(task), TaskFacet::Problem);
    let mut threads = task.threads.iter().filter_map(|id| organization.threads.get(id));
    when(threads.any(|thread| thread.label == "improvement"), TaskFacet::Improvement);
    facets.extend(task.owners.users.iter().map(|user| TaskFacet::User(*user)));
    facets.extend(task.owners.guests.iter().map(|guest| TaskFacet::Guest(guest.as_str().into())));
    facets.extend(task.owners.groups.iter().map(|group| TaskFacet::Group(group.as_str().into())));
    facets
}

/// The states in which a task is open.
pub const OPEN: [TaskFacet; 2] =
    [TaskFacet::State(TaskState::NotStarted), TaskFacet::State(TaskState::InProgress)];
