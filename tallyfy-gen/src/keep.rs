//! Updates that name everything which the service would wipe if it were not named. Plain constructors are generated.

use serde_json::{Map, Value};

use crate::{
    check::Invalid,
    types::{OwnersInput, Run, Task, TaskOwners, UpdateRunInput, UpdateTaskInput},
};

impl UpdateRunInput {
    /// An update that keeps the members and groups of a process as they were read.
    ///
    /// The service empties both lists when an update leaves them out (mcp:update_process, measured).
    ///
    /// # Errors
    /// When the process was read without one of the lists; read it by its id then.
    pub fn keeping(run: &Run) -> Result<Self, Invalid> {
        let missing =
            |field: &str| Invalid::new(field, "is missing in what was read; read the process by its id");
        all_read(&run.extra, ["users", "groups"])?;
        let users = run.users.as_ref().ok_or_else(|| missing("users"))?;
        let groups = run.groups.as_ref().ok_or_else(|| missing("groups"))?;
        Ok(Self::new()
            .users(users.iter().map(|user| user.id))
            .groups(groups.iter().map(|group| group.id.to_string())))
    }
}

impl UpdateTaskInput {
    /// An update of a one-off task that keeps title, deadline and assignees as they were read.
    ///
    /// All three must be in every update, and an empty list of assignees detaches everybody
    /// (docs:open-api/code-samples/tasks/update-task).
    ///
    /// # Errors
    /// When the task was read without one of them.
    pub fn keeping(task: &Task) -> Result<Self, Invalid> {
        let missing = |field: &str| Invalid::new(field, "is missing in what was read; set it by hand");
        let title = task.title.clone().ok_or_else(|| missing("title"))?;
        let deadline = task.deadline.clone().ok_or_else(|| missing("deadline"))?;
        let owners = task.owners.as_ref().ok_or_else(|| missing("owners"))?;
        Ok(Self::new(deadline, OwnersInput::keeping(owners)?, title))
    }
}

impl OwnersInput {
    /// Nobody; members, guests and groups are added by the setters.
    pub fn nobody() -> Self {
        Self { groups: Vec::new(), guests: Vec::new(), users: Vec::new() }
    }

    /// The assignees as they were read. A list that is left out of a write is emptied (mcp:update_task).
    ///
    /// # Errors
    /// When one of the three lists is missing in what was read.
    pub fn keeping(owners: &TaskOwners) -> Result<Self, Invalid> {
        let missing = |field: &str| Invalid::new(field, "is missing in what was read; set it by hand");
        all_read(&owners.extra, ["users", "guests", "groups"])?;
        let users = owners.users.as_ref().ok_or_else(|| missing("owners.users"))?;
        Ok(Self {
            groups: owners.groups.clone().ok_or_else(|| missing("owners.groups"))?,
            guests: owners.guests.clone().ok_or_else(|| missing("owners.guests"))?,
            users: users.iter().map(|user| user.id).collect(),
        })
    }
}

/// Lists of which an entry could not be read stand in `extra` too: an update with the rest would take that entry away.
fn all_read(
    extra: &Map<String, Value>,
    lists: impl IntoIterator<Item = &'static str>,
) -> Result<(), Invalid> {
    match lists.into_iter().find(|list| extra.contains_key(*list)) {
        Some(list) => Err(Invalid::new(
            list,
            "holds an entry that could not be read, as of a deleted member; set it by hand",
        )),
        None => Ok(()),
    }
}
