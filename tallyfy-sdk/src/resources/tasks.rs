//! Tasks: those of a process, one-off tasks, and the lists over both. Comments on them are in `comments.rs`.
//!
//! A task of a process is completed through its process, a one-off task through the organization; the service keeps
//! the two apart (docs:open-api/code-samples/tasks/complete-task).

use tallyfy_gen::types::{CompleteProcessTask, CompleteTask};

use super::{call, list};
use crate::{
    Call, Error, Lister, Organization,
    id::TaskId,
    model::{Process, Task, TaskStatus},
    page::{self, Expected},
    request::{
        GetProcessTask, GetTask, ListMyTasks, ListProcessTasks, ListTasks, TaskStatusFilter,
        UpdateProcessTask, UpdateTask,
    },
    resources::processes::OfProcess,
};

impl Organization {
    /// All tasks of the organization, and its one-off tasks.
    pub fn tasks(&self) -> Tasks {
        Tasks { organization: self.clone() }
    }

    /// What belongs to one task.
    pub fn task(&self, id: impl Into<TaskId>) -> OfTask {
        OfTask { organization: self.clone(), id: id.into() }
    }
}

impl OfProcess {
    /// The tasks of the process.
    pub fn tasks(&self) -> ProcessTasks {
        ProcessTasks { process: self.clone() }
    }
}

/// What belongs to one task; see [`Organization::task`].
#[derive(Clone, Debug)]
pub struct OfTask {
    pub(crate) organization: Organization,
    pub(crate) id: TaskId,
}

/// The tasks of an organization, and its one-off tasks; see [`Organization::tasks`].
///
/// ```no_run
/// # async fn run(organization: tallyfy_sdk::Organization) -> Result<(), tallyfy_sdk::Error> {
/// use futures::TryStreamExt;
/// use tallyfy_sdk::request::{ListTasks, TaskStatusFilter};
///
/// let query = ListTasks::new().status([TaskStatusFilter::Overdue]).per_page(100);
/// let mut late = organization.tasks().list(query).items();
/// while let Some(task) = late.try_next().await? {
///     println!("{}", task.title.unwrap_or_default());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Tasks {
    organization: Organization,
}

impl Tasks {
    /// Tasks of all processes and one-off tasks.
    ///
    /// `GET /organizations/{org}/tasks`, repeatable; 10 a page unless told otherwise.
    ///
    /// # Errors
    /// [`is_permission`](crate::Error::is_permission) when the token's owner is no member. Reading changes nothing.
    pub fn list(&self, query: ListTasks) -> Lister<Task> {
        let org = &self.organization.id;
        list!(&self.organization.client, list_tasks(org), query)
    }

    /// Tasks of the token's owner, completed ones too.
    ///
    /// `GET /organizations/{org}/me/tasks`, repeatable. Without a status the service leaves completed tasks out
    /// (mcp:get_my_tasks, measured), so `all` is sent unless the query names one.
    ///
    /// # Errors
    /// As [`list`](Self::list).
    pub fn mine(&self, mut query: ListMyTasks) -> Lister<Task> {
        let org = &self.organization.id;
        query.status.get_or_insert_with(|| [TaskStatusFilter::All].into());
        list!(&self.organization.client, list_my_tasks(org), query)
    }

    /// One task, of a process or not. `process_id` tells its process.
    ///
    /// `GET /organizations/{org}/tasks/{task}`, repeatable.
    ///
    /// # Errors
    /// [`is_not_found`](crate::Error::is_not_found) for an unknown task.
    pub fn get(&self, id: impl Into<TaskId>) -> Call<Task> {
        self.get_with(id, GetTask::new())
    }

    /// One task with includes: its form fields, its comments (`threads`).
    ///
    /// `GET /organizations/{org}/tasks/{task}`, repeatable.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn get_with(&self, id: impl Into<TaskId>, query: GetTask) -> Call<Task> {
        let (org, task) = (&self.organization.id, id.into());
        call!(item, &self.organization.client, get_task(org, task), query)
    }

    /// Changes a one-off task. Title, deadline and assignees go with every change: begin with `UpdateTask::keeping`.
    ///
    /// ```no_run
    /// # async fn run(organization: tallyfy_sdk::Organization) -> Result<(), tallyfy_sdk::Error> {
    /// use tallyfy_sdk::request::UpdateTask;
    ///
    /// let task = organization.tasks().get("5d20c9e8731b4fa6945ce0d7ab18f36c").await?;
    /// let change = UpdateTask::keeping(&task)?.summary("With the new price list");
    /// organization.tasks().update(task.id, change).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// `PUT /organizations/{org}/tasks/{task}`, repeatable.
    ///
    /// # Errors
    /// [`is_validation`](crate::Error::is_validation) for a completed task: reopen it first. Nothing was changed then.
    pub fn update(&self, id: impl Into<TaskId>, body: UpdateTask) -> Call<Task> {
        let (org, task) = (&self.organization.id, id.into());
        call!(item, &self.organization.client, update_task(org, task), body)
    }

    /// Completes a one-off task.
    ///
    /// `POST /organizations/{org}/completed-tasks`, **not** repeatable: a second completion fires webhooks and mails
    /// again (mcp:complete_task), so the SDK does not repeat it when the outcome is unknown.
    ///
    /// # Errors
    /// [`is_validation`](crate::Error::is_validation) when required form fields are empty or an issue is open. When
    /// [`delivery`](crate::Error::delivery) is `Unknown` or `Applied`, read the task before trying again.
    pub fn complete(&self, id: impl Into<TaskId>) -> Call<Task> {
        self.decide(id.into(), None)
    }

    /// Completes a one-off approval task with a yes.
    ///
    /// `POST /organizations/{org}/completed-tasks`, **not** repeatable.
    ///
    /// # Errors
    /// As [`complete`](Self::complete).
    pub fn approve(&self, id: impl Into<TaskId>) -> Call<Task> {
        self.decide(id.into(), Some(true))
    }

    /// Completes a one-off approval task with a no. On a task that expires it would record "expired".
    ///
    /// `POST /organizations/{org}/completed-tasks`, **not** repeatable.
    ///
    /// # Errors
    /// As [`complete`](Self::complete).
    pub fn reject(&self, id: impl Into<TaskId>) -> Call<Task> {
        self.decide(id.into(), Some(false))
    }

    fn decide(&self, task: TaskId, is_approved: Option<bool>) -> Call<Task> {
        let org = &self.organization.id;
        let mut body = CompleteTask::new(task.as_str());
        body.is_approved = is_approved;
        let id = crate::id::check(&[&task]);
        call!(item, &self.organization.client, complete_task(org), body).checked(id)
    }

    /// Reopens a completed one-off task.
    ///
    /// `DELETE /organizations/{org}/completed-tasks/{task}`, repeatable.
    ///
    /// # Errors
    /// [`is_not_found`](crate::Error::is_not_found) for an unknown task.
    pub fn reopen(&self, id: impl Into<TaskId>) -> Call<Task> {
        let (org, task) = (&self.organization.id, id.into());
        call!(item, &self.organization.client, reopen_task(org, task))
    }
}

/// The tasks of a process; see [`OfProcess::tasks`].
///
/// ```no_run
/// # async fn run(organization: tallyfy_sdk::Organization) -> Result<(), tallyfy_sdk::Error> {
/// use tallyfy_sdk::model::TaskType;
///
/// let tasks = organization.process("91be47f0c3d64a1582e7d9055fa6c3b8").tasks();
/// for task in tasks.list(Default::default()).all().await? {
///     match task.task_type {
///         // A task that is completed again mails people again.
///         _ if !task.is_open() => continue,
///         Some(TaskType::Approval) => tasks.approve(task.id).await?,
///         _ => tasks.complete(task.id).await?,
///     };
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ProcessTasks {
    process: OfProcess,
}

impl ProcessTasks {
    /// The tasks, hidden ones (status `auto-skipped`) and completed ones too.
    ///
    /// Right after a launch the list may lag and show fewer, or none: [`Lister::fresh`] holds it against the number of
    /// tasks that the process has.
    ///
    /// ```no_run
    /// # async fn run(organization: tallyfy_sdk::Organization) -> Result<(), tallyfy_sdk::Error> {
    /// use tallyfy_sdk::request::LaunchProcess;
    ///
    /// let launch = LaunchProcess::new("2fc8d1570ea94b36b6d83a4917c05e9d").name("Cellar audit");
    /// let process = organization.processes().launch(launch).await?;
    /// let tasks = organization.process(&process.id).tasks().list(Default::default()).fresh().all().await?;
    /// println!("{} tasks", tasks.len());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// `GET /organizations/{org}/runs/{run}/tasks`, repeatable; 10 a page unless told otherwise.
    ///
    /// # Errors
    /// [`is_not_found`](crate::Error::is_not_found) for an unknown process. Reading changes nothing.
    pub fn list(&self, query: ListProcessTasks) -> Lister<Task> {
        let (org, run) = (&self.process.organization.id, &self.process.id);
        let process = self.process.clone();
        list!(&self.process.organization.client, list_run_tasks(org, run), query).counted(page::count(
            move || {
                let get = process.organization.processes().get(&process.id);
                async move { expected_tasks(&get.await?) }
            },
        ))
    }

    /// One task.
    ///
    /// `GET /organizations/{org}/runs/{run}/tasks/{task}`, repeatable.
    ///
    /// # Errors
    /// [`is_not_found`](crate::Error::is_not_found) for a task that is not in this process.
    pub fn get(&self, id: impl Into<TaskId>) -> Call<Task> {
        self.get_with(id, GetProcessTask::new())
    }

    /// One task with includes: its form fields, its comments (`threads`).
    ///
    /// `GET /organizations/{org}/runs/{run}/tasks/{task}`, repeatable.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn get_with(&self, id: impl Into<TaskId>, query: GetProcessTask) -> Call<Task> {
        let (org, run, task) = (&self.process.organization.id, &self.process.id, id.into());
        call!(item, &self.process.organization.client, get_run_task(org, run, task), query)
    }

    /// Changes a task: text, dates, assignees, form answers.
    ///
    /// ```no_run
    /// # async fn run(organization: tallyfy_sdk::Organization) -> Result<(), tallyfy_sdk::Error> {
    /// use tallyfy_sdk::request::UpdateProcessTask;
    ///
    /// let tasks = organization.process("91be47f0c3d64a1582e7d9055fa6c3b8").tasks();
    /// let answers = UpdateProcessTask::new().form_values([("e46a0b7d15c94f8e83d2b6f09a7c51e3", "Night shift")]);
    /// tasks.update("5d20c9e8731b4fa6945ce0d7ab18f36c", answers).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// `PUT /organizations/{org}/runs/{run}/tasks/{task}`, repeatable. What is not set stays; assignees, once set, replace
    /// all three lists. Answers are keyed by field id: a label or alias is refused here. The service moves a deadline
    /// into working time: read it back.
    ///
    /// # Errors
    /// [`is_validation`](crate::Error::is_validation) for a completed task: reopen it first. Nothing was changed then.
    pub fn update(&self, id: impl Into<TaskId>, body: UpdateProcessTask) -> Call<Task> {
        let (org, run, task) = (&self.process.organization.id, &self.process.id, id.into());
        call!(item, &self.process.organization.client, update_run_task(org, run, task), body)
    }

    /// Completes a task.
    ///
    /// `POST /organizations/{org}/runs/{run}/completed-tasks`, **not** repeatable: a second completion fires webhooks
    /// and mails again (mcp:complete_task), so the SDK does not repeat it when the outcome is unknown. Form answers
    /// are written before, by [`update`](Self::update).
    ///
    /// # Errors
    /// [`is_validation`](crate::Error::is_validation) when required form fields are empty, an issue is open, or the task
    /// wants [`approve`](Self::approve) or [`reject`](Self::reject). When [`delivery`](crate::Error::delivery) is
    /// `Unknown` or `Applied`, read the task before trying again.
    pub fn complete(&self, id: impl Into<TaskId>) -> Call<Task> {
        self.decide(id.into(), None)
    }

    /// Completes an approval task with a yes.
    ///
    /// `POST /organizations/{org}/runs/{run}/completed-tasks`, **not** repeatable.
    ///
    /// # Errors
    /// As [`complete`](Self::complete).
    pub fn approve(&self, id: impl Into<TaskId>) -> Call<Task> {
        self.decide(id.into(), Some(true))
    }

    /// Completes an approval task with a no. On a task that expires it would record "expired".
    ///
    /// `POST /organizations/{org}/runs/{run}/completed-tasks`, **not** repeatable.
    ///
    /// # Errors
    /// As [`complete`](Self::complete).
    pub fn reject(&self, id: impl Into<TaskId>) -> Call<Task> {
        self.decide(id.into(), Some(false))
    }

    fn decide(&self, task: TaskId, is_approved: Option<bool>) -> Call<Task> {
        let (org, run) = (&self.process.organization.id, &self.process.id);
        let mut body = CompleteProcessTask::new(task.as_str());
        body.is_approved = is_approved;
        let id = crate::id::check(&[&task]);
        call!(item, &self.process.organization.client, complete_run_task(org, run), body).checked(id)
    }

    /// Reopens a completed task.
    ///
    /// `DELETE /organizations/{org}/runs/{run}/completed-tasks/{task}`, repeatable.
    ///
    /// # Errors
    /// [`is_not_found`](crate::Error::is_not_found) for a task that is not in this process.
    pub fn reopen(&self, id: impl Into<TaskId>) -> Call<Task> {
        let (org, run, task) = (&self.process.organization.id, &self.process.id, id.into());
        call!(item, &self.process.organization.client, reopen_run_task(org, run, task))
    }
}

/// How many tasks the list of a process should show, by what the process says of itself: reading one process goes past the
/// replica that lists are read from (processes_tasks:list_process_tasks.quirks). `whole_progress` counts hidden tasks too,
/// as the list does (processes_tasks:Process); without it, those that are not hidden count.
fn expected_tasks(process: &Process) -> Result<Expected<Task>, Error> {
    let total = |progress: Option<i64>| progress.and_then(|total| u64::try_from(total).ok());
    let whole = total(process.whole_progress.as_ref().and_then(|progress| progress.total));
    let visible = total(process.progress.as_ref().and_then(|progress| progress.total));
    match (whole, visible) {
        (Some(whole), visible) => Ok(Expected::rows(whole.max(visible.unwrap_or(0)))),
        (None, Some(visible)) => {
            Ok(Expected::of(visible, |task: &Task| task.status != Some(TaskStatus::AutoSkipped)))
        }
        (None, None) => Err(Error::incomplete(
            "the process does not say how many tasks it has, so nothing tells whether the list shows them all; say what to \
             wait for by expect_at_least(n) or until(..)",
        )),
    }
}
