//! Processes: list, launch, change, archive, and how to find one that was launched. Their tasks are in `tasks.rs`.

use tallyfy_gen::enums::{ArchivedFilter, ProcessSort};

use super::{call, list};
use crate::{
    Call, Candidate, Error, Lister, Organization, Reconcile,
    call::{CreationWindow, LookContext, Met, texts},
    id::{ProcessId, TemplateId},
    model::Process,
    request::{GetProcess, LaunchProcess, ListProcesses, UpdateProcess},
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
/// use tallyfy_sdk::request::{ListProcesses, ProcessStatusFilter};
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
    /// use tallyfy_sdk::request::LaunchProcess;
    ///
    /// let launch = LaunchProcess::new("2fc8d1570ea94b36b6d83a4917c05e9d")
    ///     .name("Cellar audit")
    ///     .kickoff_values([("7a03e5b9d2164c8f90b1d7e6c4f82a35", "Blue Fjord AS")]);
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
    /// [`Call::reconcile`] with [`reconcile_by_name`](Self::reconcile_by_name) or [`reconcile_by_marker`](Self::reconcile_by_marker).
    pub fn launch(&self, body: LaunchProcess) -> Call<Process> {
        let org = &self.organization.id;
        let template = crate::id::check(&[&TemplateId::from(&body.template_id)]);
        call!(item, &self.organization.client, create_run(org), body).checked(template)
    }

    /// How to find the process of a launch whose answer was lost, for [`Call::reconcile`]: by the template, the name, and
    /// the time. No other launch of these minutes may have the name; blanks, entities and tags that the service writes
    /// otherwise do not matter.
    ///
    /// It takes up to 60 s more than the launch ([`Reconcile::grace`]). A launch without a name, or with another one than
    /// this, is refused before it is sent.
    pub fn reconcile_by_name(&self, launch: &LaunchProcess) -> Reconcile<Process> {
        let processes = self.clone();
        Reconcile::by_name(launch.name.as_deref().unwrap_or_default(), move |context| {
            processes.clone().new_ones(context)
        })
        .of_template(&launch.template_id)
    }

    /// How to find the process of a launch whose answer was lost, for [`Call::reconcile`]: by a marker that the launch
    /// writes into the name, the summary or a kick-off field, and the time. The marker must be unique, such as the id of
    /// the order that the process is about, and stand there as a word of its own.
    ///
    /// It takes up to 60 s more than the launch ([`Reconcile::grace`]). A marker of less than three letters or digits, or
    /// one that the launch does not hold, is refused before anything is sent.
    pub fn reconcile_by_marker(&self, marker: impl AsRef<str>) -> Reconcile<Process> {
        let processes = self.clone();
        Reconcile::by_marker(marker.as_ref(), move |context| processes.clone().new_ones(context))
    }

    /// The processes that may have come into being since a call began.
    async fn new_ones(self, context: LookContext) -> Result<Met<Process>, Error> {
        let mut query = ListProcesses::new().sort(ProcessSort::CreatedAtDesc).per_page(100);
        // Somebody may archive it while it is looked for.
        query = query.archived(ArchivedFilter::True);
        if let Some(template) = &context.template {
            query = query.template_id(template);
        }
        let mut pages = self.list(query).pages();
        let mut new = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page?;
            let is_last = goes_back_before(&page.items, context.window());
            new.extend(context.odd_rows_of(&page));
            for mut process in page.items {
                let mut candidate = candidate(&process, &context);
                if !context.contains(&candidate) {
                    continue;
                }
                // Rows of a list need not hold the kick-off answers.
                if context.needs_more(&candidate) {
                    process = self.get(&process.id).await?;
                    candidate = self::candidate(&process, &context).whole(true);
                }
                new.push((candidate, Some(process)));
            }
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
    /// use tallyfy_sdk::request::UpdateProcess;
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

/// Rows that are in order by chance are fewer.
const SORTED_ROWS: usize = 10;

/// Whether nothing new can follow: the page is sorted as asked, newest first, and reaches back before the window. Of a
/// server that sorts otherwise, all pages are read.
fn goes_back_before(page: &[Process], window: &CreationWindow) -> bool {
    let dates: Option<Vec<_>> = page.iter().map(|process| process.created_at.as_ref()?.to_utc()).collect();
    let dates = dates.unwrap_or_default();
    let is_sorted = dates.is_sorted_by(|newer, older| newer >= older) && dates.first() > dates.last();
    is_sorted
        && dates.len() >= SORTED_ROWS
        && page.last().is_some_and(|oldest| !window.contains(oldest.created_at.as_ref()))
}

/// What is compared of a process.
fn candidate(process: &Process, context: &LookContext) -> Candidate {
    let mut answers = Vec::new();
    process
        .kickoff_values
        .iter()
        .flat_map(|answers| answers.values())
        .for_each(|value| texts(value, &mut answers));
    let is_elsewhere = context.template.is_some()
        && process.template_id.is_some()
        && process.template_id != context.template;
    let candidate = Candidate::new(&process.id)
        .name(process.name.as_deref())
        .created_at(process.created_at.as_ref())
        .text(process.summary.as_deref())
        .whole(process.kickoff_values.as_ref().is_some_and(|answers| !answers.is_empty()))
        .elsewhere(is_elsewhere);
    answers.into_iter().fold(candidate, |candidate, text| candidate.text(Some(text)))
}
