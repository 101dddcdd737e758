//! An organization, its people and groups, and the tables of everything that belongs to it.
//!
//! Not here: the rows' own rules (`template`, `process`, `task`, ...).

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::activity::Entry;
use super::index::Index;
use super::process::Process;
use super::table::{Row, Table};
use super::task::Task;
use super::template::Template;
use super::thread::Thread;

/// One tenant with all its rows.
#[derive(Clone, Debug, Default)]
pub struct Organization {
    /// 32 hex digits.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Settings that no behaviour of the sandbox reads, as the service would write them.
    pub profile: Map<String, Value>,
    /// Members in every status.
    pub members: Table<Member>,
    /// Guests by email.
    pub guests: Table<Guest>,
    /// Groups.
    pub groups: Table<Group>,
    /// Tags.
    pub tags: Table<Tag>,
    /// Which tag hangs on which object.
    pub taggings: Table<Tagging>,
    /// Folders of templates and of processes.
    pub folders: Table<Folder>,
    /// Which object lies in which folder.
    pub filings: Table<Filing>,
    /// Templates, archived ones too.
    pub templates: Table<Template>,
    /// Processes, archived ones too.
    pub processes: Table<Process>,
    /// Tasks of processes and one-off tasks, archived ones too.
    pub tasks: Table<Task>,
    /// Files.
    pub assets: Table<Asset>,
    /// Subscriptions, as the service would write them.
    pub watchers: Vec<Value>,
    /// Comments and issues.
    pub threads: Table<Thread>,
    /// What has happened, oldest first.
    pub activity: Vec<Entry>,
    /// Processes launched from a template, by its id.
    pub launches: std::collections::BTreeMap<String, i64>,
    /// Templates as the last launch found them: launches of one version share it.
    pub versions: std::collections::BTreeMap<String, (u64, Arc<Template>)>,
    /// Where tasks and processes are found.
    pub index: Index,
    /// Custom field values by record (`kind:id`).
    pub custom_fields: std::collections::BTreeMap<String, Map<String, Value>>,
    /// Definitions of custom fields, as the service would write them.
    pub custom_field_keys: Vec<Map<String, Value>>,
}

/// A person with a seat.
#[derive(Clone, Debug)]
pub struct Member {
    /// Number.
    pub id: i64,
    /// Mail address, the login.
    pub email: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// `admin`, `standard` or `light`.
    pub role: String,
    /// `active`, `invited` or `disabled`.
    pub status: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Last change of the profile.
    pub last_updated: DateTime<Utc>,
    /// Who invited.
    pub invited_by: Option<i64>,
    /// When and by whom it was deactivated.
    pub disabled: Option<(DateTime<Utc>, i64)>,
    /// When and by whom it was brought back.
    pub reactivated: Option<(DateTime<Utc>, i64)>,
    /// The administrator who stands for the organization.
    pub is_default_admin: bool,
    /// Profile entries that no behaviour reads (phone, job_title, timezone ...).
    pub profile: Map<String, Value>,
}

impl Member {
    /// Whether the member may do what only administrators may.
    pub fn is_admin(&self) -> bool {
        self.role == "admin" && self.status == "active"
    }
}

/// A person without a seat.
#[derive(Clone, Debug)]
pub struct Guest {
    /// Number.
    pub id: i64,
    /// Mail address, the key.
    pub email: String,
    /// The code in the guest's permanent link.
    pub code: String,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When it was deactivated, by whom.
    pub disabled: Option<(DateTime<Utc>, i64)>,
    /// When it was brought back, by whom.
    pub reactivated: Option<(DateTime<Utc>, i64)>,
    /// The rest of the profile (`details` in answers).
    pub details: Map<String, Value>,
}

/// A group of members and guests.
#[derive(Clone, Debug)]
pub struct Group {
    /// 32 hex digits.
    pub id: String,
    /// Unique name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Member ids.
    pub members: Vec<i64>,
    /// Guest addresses.
    pub guests: Vec<String>,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub last_updated: DateTime<Utc>,
}

/// A tag.
#[derive(Clone, Debug)]
pub struct Tag {
    /// 32 hex digits.
    pub id: String,
    /// Unique title.
    pub title: String,
    /// `#rrggbb`.
    pub color: Option<String>,
    /// Made by the service itself.
    pub auto_generated: bool,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

/// A tag on an object: what untagging needs (platform:TagAssociation).
#[derive(Clone, Debug)]
pub struct Tagging {
    /// Number of the association.
    pub id: i64,
    /// The tag.
    pub tag_id: String,
    /// `Checklist`, `Run` or `Task`.
    pub subject_type: String,
    /// Id of the object.
    pub subject_id: String,
}

/// A folder.
#[derive(Clone, Debug)]
pub struct Folder {
    /// 32 hex digits.
    pub id: String,
    /// Name.
    pub name: String,
    /// Parent, of the same type.
    pub parent_id: Option<String>,
    /// `checklist` or `run`.
    pub folder_type: String,
    /// Place among its siblings.
    pub position: i64,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

/// An object in a folder (platform:FolderObject).
#[derive(Clone, Debug)]
pub struct Filing {
    /// Number of the relation.
    pub id: i64,
    /// The folder.
    pub folder_id: String,
    /// `Run` or `Task`.
    pub subject_type: String,
    /// Id of the object.
    pub subject_id: String,
}

/// A stored file.
#[derive(Clone, Debug)]
pub struct Asset {
    /// 32 hex digits.
    pub id: String,
    /// Display name.
    pub filename: String,
    /// A form field's id, or `ko_field`.
    pub uploaded_from: String,
    /// When.
    pub uploaded_at: DateTime<Utc>,
    /// The step, for files of processes.
    pub step_id: Option<String>,
    /// `local` or `url`.
    pub source: String,
    /// Name of another store.
    pub system: Option<String>,
    /// `Checklist`, `Run` or `Task`.
    pub subject_type: String,
    /// Id of the object.
    pub subject_id: String,
    /// Content.
    pub bytes: bytes::Bytes,
}

macro_rules! keyed {
    ($($row:ty, $key:ty, $field:ident;)*) => {$(
        impl Row for $row {
            type Key = $key;
            fn key(&self) -> $key {
                self.$field.clone()
            }
        }
    )*};
}
keyed! {
    Member, i64, id;
    Guest, String, email;
    Group, String, id;
    Tag, String, id;
    Tagging, i64, id;
    Folder, String, id;
    Filing, i64, id;
    Asset, String, id;
}

impl Organization {
    /// A template as it is now, shared with the other launches of this version.
    pub fn version(&mut self, id: &str) -> Option<Arc<Template>> {
        let stamp = self.templates.stamp(id)?;
        match self.versions.get(id) {
            Some((known, version)) if *known == stamp => Some(Arc::clone(version)),
            _ => {
                let version = Arc::new(self.templates.get(id)?.clone());
                self.versions.insert(id.to_owned(), (stamp, Arc::clone(&version)));
                Some(version)
            }
        }
    }

    /// The groups a member belongs to.
    pub fn groups_of(&self, member: i64) -> impl Iterator<Item = &Group> {
        self.groups.iter().filter(move |group| group.members.contains(&member))
    }

    /// The member with this mail address, whatever its status.
    pub fn member_by_email(&self, email: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.email.eq_ignore_ascii_case(email))
    }

    /// Whether the member is an active administrator.
    pub fn is_admin(&self, member: i64) -> bool {
        self.members.get(&member).is_some_and(Member::is_admin)
    }

    /// The tasks of a process that are not archived, in order of position.
    pub fn tasks_of<'a>(&'a self, process: &Process) -> Vec<&'a Task> {
        let mut tasks: Vec<&Task> = process.tasks.iter().filter_map(|id| self.tasks.get(id)).collect();
        tasks.sort_by_key(|task| task.position);
        tasks
    }

    /// Whether an open issue stands on the task.
    pub fn has_open_issue(&self, task: &Task) -> bool {
        task.threads.iter().filter_map(|id| self.threads.get(id)).any(Thread::is_open_issue)
    }
}
