//! The index of processes.
//!
//! Not here: the words of the status filter (`routes::processes`).

use std::sync::Arc;

use super::ages::Ages;
use super::facets::Facets;
use super::horizon::Horizon;
use super::text::TextIndex;
use crate::state::organization::Organization;
use crate::state::process::Process;
use crate::state::task::Task;

/// What processes are found by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ProcessFacet {
    /// Every process.
    Any,
    /// Its status: `active`, `complete`, `problem`, `issue` or `archived`.
    Status(&'static str),
    /// Soft-deleted.
    Archived,
    /// Starred.
    Starred,
    /// A member owns it or is assigned in it.
    Owner(i64),
    /// A group is assigned in it.
    Group(Arc<str>),
    /// Its template.
    Template(Arc<str>),
    /// The type of its template.
    Kind(Arc<str>),
    /// Somebody has suggested something better on one of its tasks.
    Improvement,
}

/// Where processes are found.
#[derive(Clone, Debug, Default)]
pub struct ProcessIndex {
    /// By facet.
    pub facets: Facets<ProcessFacet>,
    /// By name.
    pub names: TextIndex,
    /// By descriptive text.
    pub summaries: TextIndex,
    /// By the earliest deadline of an open task.
    pub due: Horizon,
    /// By age.
    pub ages: Ages,
    known: Vec<Option<String>>,
}

impl ProcessIndex {
    /// The name of a process when it was last looked at.
    pub fn name(&self, slot: usize) -> Option<&str> {
        self.known.get(slot)?.as_deref()
    }

    /// Looks at a process again.
    pub fn look_at(&mut self, organization: &Organization, slot: usize) {
        let process = organization.processes.at(slot);
        let tasks = process.map(|process| organization.tasks_of(process)).unwrap_or_default();
        self.facets
            .set(slot, process.map(|process| facets(organization, process, &tasks)).unwrap_or_default());
        self.names.set(slot, process.map(|process| process.name.as_str()));
        self.summaries.set(slot, process.and_then(|process| process.summary.as_deref()));
        let open = tasks.iter().filter(|task| task.is_open());
        self.due.set(slot, process.and_then(|_| open.filter_map(|task| task.deadline).min()));
        if self.known.len() <= slot {
            self.known.resize(slot + 1, None);
        }
        self.known[slot] = process.map(|process| process.name.clone());
        self.ages.set(slot, process.map(|process| (process.created_at, process.increment_id)));
    }
}

fn facets(organization: &Organization, process: &Process, tasks: &[&Task]) -> Vec<ProcessFacet> {
    // The time plays no part in the status.
    let summary = process.summarize(organization, process.last_updated);
    let mut facets = vec![ProcessFacet::Any, ProcessFacet::Status(summary.status)];
    facets.extend(process.archived_at.map(|_| ProcessFacet::Archived));
    facets.extend(process.starred.then_some(ProcessFacet::Starred));
    let mut threads =
        tasks.iter().flat_map(|task| &task.threads).filter_map(|id| organization.threads.get(id));
    facets.extend(threads.any(|t| t.label == "improvement").then_some(ProcessFacet::Improvement));
    let mut owners: Vec<i64> = tasks.iter().flat_map(|task| task.owners.users.iter().copied()).collect();
    owners.push(process.owner_id);
    owners.sort_unstable();
    owners.dedup();
    facets.extend(owners.into_iter().map(ProcessFacet::Owner));
    let mut groups: Vec<&String> = tasks.iter().flat_map(|task| &task.owners.groups).collect();
    groups.sort_unstable();
    groups.dedup();
    facets.extend(groups.into_iter().map(|group| ProcessFacet::Group(group.as_str().into())));
    if let Some(template) = &process.template {
        facets.push(ProcessFacet::Template(template.id.as_str().into()));
        facets.push(ProcessFacet::Kind(template.kind.as_str().into()));
    }
    facets
}
