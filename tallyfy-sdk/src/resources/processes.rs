//! Processes: list, launch, change, archive. Their tasks are in `tasks.rs`.

use super::{call, field_keys, list};
use crate::{
    Call, Error, Lister, Organization,
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
    /// `GET /organizations/{org}/runs`, 10 a page unless told otherwise.
    ///
    /// # Errors
    /// [`is_permission`](Error::is_permission) when the token's owner is no member. Reading changes nothing.
    pub fn list(&self, query: ListProcesses) -> Lister<Process> {
        let org = &self.organization.id;
        list!(&self.organization.client, list_runs(org), query)
    }

    /// One process, with its kick-off answers.
    ///
    /// `GET /organizations/{org}/runs/{run}`.
    ///
    /// # Errors
    /// [`is_not_found`](Error::is_not_found) for an unknown process.
    pub fn get(&self, id: impl Into<ProcessId>) -> Call<Process> {
        self.get_with(id, GetProcess::new())
    }

    /// One process with includes, its tasks say.
    ///
    /// `GET /organizations/{org}/runs/{run}`.
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
    /// `POST /organizations/{org}/runs`. Answers are keyed by field id: a label or alias is refused here, since the
    /// service would drop it silently. A `tasks` map must name **every** step of the template: steps it does not name
    /// get no task.
    ///
    /// # Errors
    /// [`is_validation`](Error::is_validation) when a required kick-off field has no answer; nothing was launched. After
    /// an error whose [`delivery`](Error::delivery) is `Unknown` or `Applied`, the process may exist: look for it before
    /// launching again. The SDK does not repeat a launch of which the outcome is unknown.
    pub fn launch(&self, body: LaunchProcess) -> Call<Process> {
        let org = &self.organization.id;
        let keys = field_keys("prerun", body.prerun.as_ref());
        call!(item, &self.organization.client, create_run(org), body).checked(keys)
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
    /// `PUT /organizations/{org}/runs/{run}`. The service detaches every member and group that an update does not name
    /// (mcp:update_process, measured), so an update without both lists is refused here; `keeping` carries them over.
    ///
    /// # Errors
    /// [`is_input`](Error::is_input) when a list is missing; nothing was sent.
    pub fn update(&self, id: impl Into<ProcessId>, body: UpdateProcess) -> Call<Process> {
        let (org, run) = (&self.organization.id, id.into());
        let complete = field_keys("prerun", body.prerun.as_ref()).and_then(|()| names_everybody(&body));
        call!(item, &self.organization.client, update_run(org, run), body).checked(complete)
    }

    /// Archives a process with its tasks, comments and files; [`activate`](Self::activate) brings it back.
    ///
    /// `DELETE /organizations/{org}/runs/{run}`.
    ///
    /// # Errors
    /// [`is_not_found`](Error::is_not_found) for an unknown process.
    pub fn archive(&self, id: impl Into<ProcessId>) -> Call<Process> {
        let (org, run) = (&self.organization.id, id.into());
        call!(item, &self.organization.client, archive_run(org, run))
    }

    /// Brings an archived process back, in the state it had.
    ///
    /// `PUT /organizations/{org}/runs/{run}/activate`.
    ///
    /// # Errors
    /// [`is_not_found`](Error::is_not_found) for an unknown process.
    pub fn activate(&self, id: impl Into<ProcessId>) -> Call<Process> {
        let (org, run) = (&self.organization.id, id.into());
        call!(item, &self.organization.client, activate_run(org, run))
    }
}

fn names_everybody(body: &UpdateProcess) -> Result<(), Error> {
    if body.users.is_some() && body.groups.is_some() {
        return Ok(());
    }
    Err(Error::input(
        "an update of a process must name its `users` and its `groups`, or Tallyfy detaches everybody; begin with \
         UpdateProcess::keeping(&process), or set both lists",
    ))
}
