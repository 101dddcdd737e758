//! Updates that name everything which the service would wipe if it were not named. Plain constructors are generated.

use serde_json::{Map, Value};

use crate::{
    check::Invalid,
    types::{Assign, Assignees, Process, Task, UpdateProcess, UpdateTask},
};

impl UpdateProcess {
    /// An update that keeps the members and groups of a process as they were read.
    ///
    /// The service empties both lists when an update leaves them out (mcp:update_process, measured).
    ///
    /// # Errors
    /// When the process was read without one of the lists; read it by its id then.
    pub fn keeping(process: &Process) -> Result<Self, Invalid> {
        let missing =
            |field: &str| Invalid::new(field, "is missing in what was read; read the process by its id");
        all_read(&process.extra, ["users", "groups"])?;
        let members = process.members.as_ref().ok_or_else(|| missing("members"))?;
        let groups = process.groups.as_ref().ok_or_else(|| missing("groups"))?;
        Ok(Self::new()
            .members(members.iter().map(|member| member.id))
            .groups(groups.iter().map(|group| group.id.to_string())))
    }
}

impl UpdateTask {
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
        Ok(Self::new(deadline, Assign::keeping(owners)?, title))
    }
}

impl Assign {
    /// Nobody; members, guests and groups are added by the setters.
    pub fn nobody() -> Self {
        Self { groups: Vec::new(), guests: Vec::new(), members: Vec::new() }
    }

    /// The assignees as they were read. A list that is left out of a write is emptied (mcp:update_task).
    ///
    /// # Errors
    /// When one of the three lists is missing in what was read.
    pub fn keeping(owners: &Assignees) -> Result<Self, Invalid> {
        let missing = |field: &str| Invalid::new(field, "is missing in what was read; set it by hand");
        all_read(&owners.extra, ["users", "guests", "groups"])?;
        let members = owners.members.as_ref().ok_or_else(|| missing("owners.members"))?;
        Ok(Self {
            groups: owners.groups.clone().ok_or_else(|| missing("owners.groups"))?,
            guests: owners.guests.clone().ok_or_else(|| missing("owners.guests"))?,
            members: members.iter().map(|member| member.id).collect(),
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
