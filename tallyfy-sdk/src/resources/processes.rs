//! Processes: list, launch, change, archive, and how to find one that was launched. Their tasks are in `tasks.rs`.

use serde_json::Value;
use tallyfy_gen::enums::RunSort;

use super::{call, list};
use crate::{
    Call, Error, Lister, Organization, Reconcile, Window,
    alias::{GetProcess, LaunchProcess, ListProcesses, Process, UpdateProcess},
    id::ProcessId,
};

impl Organization {
    /// The processes of the organization.
    #[doc(alias = "runs")]
    pub fn processes(&self) -> Processes {
        Processes { organization: self.clone() }
    }

    /// What belongs to one process.
    #[doc(alias = "run")]
    pub fn process(&self, id: impl Into<ProcessId>) -> OfProcess {
        OfProcess { organization: self.clone(), id: id.into() }
    }
}

/// What belongs to one process; see [`Organization::process`].
#[derive(Clone, Debug)]
pub struct OfProcess {
    pub(crate) organization: Organization,
    pub(crate) id: ProcessId,
}

/// The processes of an organization; see [`Organization::processes`].
///
/// ```no_run
/// # async fn run(organization: tallyfy_sdk::Organization) -> Result<(), tallyfy_sdk::Error> {
/// use futures::TryStreamExt;
/// use tallyfy_sdk::{ListProcesses, ProcessStatusFilter};
///
/// let query = ListProcesses::new().status(ProcessStatusFilter::Active).per_page(100);
/// let mut processes = organization.processes().list(query).items();
/// while let Some(process) = processes.try_next().await? {
///     println!("{}", process.name.unwrap_or_default());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Processes {
    organization: Organization,
}

impl Processes {
    /// Processes. Archived ones are left out unless `archived` is set.
    ///
    /// `GET /organizations/{org}/runs`, repeatable; 10 a page unless told otherwise.
    ///
    /// # Errors
    /// [`is_permission`](Error::is_permission) when the token's owner is no member. Reading changes nothing.
    pub fn list(&self, query: ListProcesses) -> Lister<Process> {
        let org = &self.organization.id;
        list!(&self.organization.client, list_runs(org), query)
    }

    /// One process, with its kick-off answers.
    ///
    /// `GET /organizations/{org}/runs/{run}`, repeatable.
    ///
    /// # Errors
    /// [`is_not_found`](Error::is_not_found) for an unknown process.
    pub fn get(&self, id: impl Into<ProcessId>) -> Call<Process> {
        self.get_with(id, GetProcess::new())
    }

    /// One process with includes, its tasks say.
    ///
    /// `GET /organizations/{org}/runs/{run}`, repeatable.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn get_with(&self, id: impl Into<ProcessId>, query: GetProcess) -> Call<Process> {
        let (org, run) = (&self.organization.id, id.into());
        call!(item, &self.organization.client, get_run(org, run), query)
    }

    /// Launches a process from a template.
    ///
    /// ```no_run
    /// # async fn run(organization: tallyfy_sdk::Organization) -> Result<(), tallyfy_sdk::Error> {
    /// use tallyfy_sdk::LaunchProcess;
    ///
    /// let launch = LaunchProcess::new("2fc8d1570ea94b36b6d83a4917c05e9d")
    ///     .name("Cellar audit")
    ///     .prerun([("7a03e5b9d2164c8f90b1d7e6c4f82a35", "Blue Fjord AS")]);
    /// let process = organization.processes().launch(launch).await?;
    /// println!("{}", process.id);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// `POST /organizations/{org}/runs`, **not** repeatable unless it may [look](Call::reconcile). Answers are keyed by
    /// field id: a label or alias is refused here, since the service would drop it silently. A `tasks` map must name
    /// **every** step of the template: steps it does not name get no task.
    ///
    /// # Errors
    /// [`is_validation`](Error::is_validation) when a required kick-off field has no answer; nothing was launched. After
    /// an error whose [`delivery`](Error::delivery) is `Unknown` or `Applied`, the process may exist: look for it before
    /// launching again. The SDK does not repeat a launch of which the outcome is unknown, unless it may look:
    /// [`Call::reconcile`] with [`launched`](Self::launched) or [`marked`](Self::marked).
    pub fn launch(&self, body: LaunchProcess) -> Call<Process> {
        let org = &self.organization.id;
        call!(item, &self.organization.client, create_run(org), body)
    }

    /// How to find the process of a launch whose answer was lost, for [`Call::reconcile`]: by the template, the exact
    /// name, and the time. The launch must have a name that no other launch of these minutes has.
    pub fn launched(&self, launch: &LaunchProcess) -> Reconcile<Process> {
        let (processes, template, name) = (self.clone(), launch.checklist_id.clone(), launch.name.clone());
        Reconcile::new(move |window| {
            let (processes, template, name) = (processes.clone(), template.clone(), name.clone());
            async move {
                let name =
                    name.ok_or_else(|| Error::input("a launch without a name cannot be recognized"))?;
                let mut found =
                    processes.new_ones(ListProcesses::new().checklist_id(&template), &window).await?;
                found.retain(|process| {
                    process.name.as_deref().map(str::trim) == Some(name.trim())
                        && process.checklist_id.as_ref().is_none_or(|id| *id == template)
                });
                Ok(found)
            }
        })
    }

    /// How to find the process of a launch whose answer was lost, for [`Call::reconcile`]: by a marker that the launch
    /// writes into the name, the summary or a kick-off field, and the time. The marker must be unique, such as the id of
    /// the order that the process is about.
    pub fn marked(&self, marker: impl Into<String>) -> Reconcile<Process> {
        let (processes, marker) = (self.clone(), marker.into());
        Reconcile::new(move |window| {
            let (processes, marker) = (processes.clone(), marker.clone());
            async move {
                let mut found = Vec::new();
                for mut process in processes.new_ones(ListProcesses::new(), &window).await? {
                    // Rows of a list need not hold the kick-off answers.
                    let has_answers = process.prerun.as_ref().is_some_and(|answers| !answers.is_empty());
                    if !has_answers && !is_marked(&process, &marker) {
                        process = processes.get(&process.id).await?;
                    }
                    if is_marked(&process, &marker) {
                        found.push(process);
                    }
                }
                Ok(found)
            }
        })
    }

    /// The processes that may have come into being since a call began.
    async fn new_ones(&self, query: ListProcesses, window: &Window) -> Result<Vec<Process>, Error> {
        let mut pages = self.list(query.sort(RunSort::CreatedAtDesc).per_page(100)).pages();
        let mut new = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page?;
            let is_last = goes_back_before(&page.items, window);
            new.extend(page.items.into_iter().filter(|process| window.holds(process.created_at.as_ref())));
            if is_last {
                break;
            }
        }
        Ok(new)
    }

    /// Changes a process.
    ///
    /// ```no_run
    /// # async fn run(organization: tallyfy_sdk::Organization) -> Result<(), tallyfy_sdk::Error> {
    /// use tallyfy_sdk::UpdateProcess;
    ///
    /// let process = organization.processes().get("91be47f0c3d64a1582e7d9055fa6c3b8").await?;
    /// let change = UpdateProcess::keeping(&process)?.name("Cellar audit, second try");
    /// organization.processes().update(process.id, change).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// `PUT /organizations/{org}/runs/{run}`, repeatable. The service detaches every member and group that an update does
    /// not name (mcp:update_process, measured), so an update without both lists is refused here; `keeping` carries them
    /// over.
    ///
    /// # Errors
    /// [`is_input`](Error::is_input) when a list is missing; nothing was sent.
    pub fn update(&self, id: impl Into<ProcessId>, body: UpdateProcess) -> Call<Process> {
        let (org, run) = (&self.organization.id, id.into());
        call!(item, &self.organization.client, update_run(org, run), body)
    }

    /// Archives a process with its tasks, comments and files; [`activate`](Self::activate) brings it back.
    ///
    /// `DELETE /organizations/{org}/runs/{run}`, repeatable. `None` when it is done and the service does not show the
    /// process: its answer was empty, or a repeat after a lost answer found nothing left to archive.
    ///
    /// # Errors
    /// [`is_not_found`](Error::is_not_found) for an unknown process.
    pub fn archive(&self, id: impl Into<ProcessId>) -> Call<Option<Process>> {
        let (org, run) = (&self.organization.id, id.into());
        // processes_tasks:archive_process: an empty answer is a success too.
        call!(shown, &self.organization.client, archive_run(org, run))
    }

    /// Brings an archived process back, in the state it had.
    ///
    /// `PUT /organizations/{org}/runs/{run}/activate`, repeatable.
    ///
    /// # Errors
    /// [`is_not_found`](Error::is_not_found) for an unknown process.
    pub fn activate(&self, id: impl Into<ProcessId>) -> Call<Process> {
        let (org, run) = (&self.organization.id, id.into());
        call!(item, &self.organization.client, activate_run(org, run))
    }
}

/// Whether nothing new can follow: the page is sorted as asked, newest first, and reaches back before the window. Of a
/// server that sorts otherwise, all pages are read.
fn goes_back_before(page: &[Process], window: &Window) -> bool {
    let dates: Option<Vec<_>> = page.iter().map(|process| process.created_at.as_ref()?.to_utc()).collect();
    let dates = dates.unwrap_or_default();
    let is_sorted = dates.is_sorted_by(|newer, older| newer >= older) && dates.first() > dates.last();
    is_sorted && page.last().is_some_and(|oldest| !window.holds(oldest.created_at.as_ref()))
}

fn is_marked(process: &Process, marker: &str) -> bool {
    let mut texts = [&process.name, &process.summary].into_iter().flatten();
    let mut answers = process.prerun.iter().flat_map(|answers| answers.values());
    !marker.is_empty()
        && (texts.any(|text| text.contains(marker)) || answers.any(|answer| says(answer, marker)))
}

/// Whether a value, or one inside it, is a text with the marker.
fn says(value: &Value, marker: &str) -> bool {
    match value {
        Value::String(text) => text.contains(marker),
        Value::Array(values) => values.iter().any(|value| says(value, marker)),
        Value::Object(values) => values.values().any(|value| says(value, marker)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
