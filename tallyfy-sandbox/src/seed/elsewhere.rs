//! The other organization: rows of every kind that nobody of the first may see. All its texts say *Zephyr*, so
//! that they are known wherever they turn up.
//!
//! Not here: the organization that the sandbox is about (`people`, `templates`, `processes`).

use std::sync::LazyLock;

use serde_json::json;

use super::apply::Work;
use super::people::{foreign_admin, object};
use super::plan::{Plan, PlanError};
use super::{FOREIGN_ORGANIZATION, bare, today};
use crate::quirks::Quirks;
use crate::state::ids::Ids;
use crate::state::organization::{Asset, Filing, Organization, Tagging};

/// Token of the administrator.
pub const TOKEN: &str = "sandbox-token-elsewhere";
/// Otto Zephyr, administrator.
pub const ADMIN: i64 = 9_200_001;
/// Nora Zephyr, standard member.
pub const STANDARD: i64 = 9_200_002;
/// Lars Zephyr, light member.
pub const LIGHT: i64 = 9_200_003;
/// Dina Zephyr, disabled.
pub const DISABLED: i64 = 9_200_004;
/// A guest.
pub const GUEST: &str = "zoe@zephyr.test";
/// The code in that guest's link.
pub const GUEST_CODE: &str = "z0e5g2u7e9st";
/// A group.
pub const GROUP: &str = "f1000000000000000000000000000001";
/// A tag, on the process.
pub const TAG: &str = "f1000000000000000000000000000002";
/// Number of that tagging.
pub const TAGGING: i64 = 9_300_001;
/// A folder of processes, with the process in it.
pub const FOLDER: &str = "f1000000000000000000000000000003";
/// Number of that filing.
pub const FILING: i64 = 9_300_002;
/// A template with a kick-off field, two steps and a rule.
pub const TEMPLATE: &str = "f1000000000000000000000000000010";
/// Its kick-off field.
pub const KICKOFF_FIELD: &str = "f1000000000000000000000000000011";
/// Its first step.
pub const STEP: &str = "f1000000000000000000000000000012";
/// A text field of that step.
pub const FIELD: &str = "f1000000000000000000000000000013";
/// Its last step.
pub const LAST_STEP: &str = "f1000000000000000000000000000014";
/// Its rule.
pub const AUTOMATION: &str = "f1000000000000000000000000000015";
/// An archived template.
pub const ARCHIVED_TEMPLATE: &str = "f1000000000000000000000000000016";
/// A running process; the field of its first task is filled.
pub const PROCESS: &str = "f1000000000000000000000000000020";
/// Its tasks.
pub const TASKS: [&str; 2] = ["f1000000000000000000000000000021", "f1000000000000000000000000000022"];
/// An archived process.
pub const ARCHIVED_PROCESS: &str = "f1000000000000000000000000000023";
/// A one-off task.
pub const ONE_OFF_TASK: &str = "f1000000000000000000000000000026";
/// A comment on the first task.
pub const COMMENT: &str = "f1000000000000000000000000000030";
/// An open issue on the one-off task.
pub const ISSUE: &str = "f1000000000000000000000000000031";
/// A file of the process.
pub const FILE: &str = "f1000000000000000000000000000040";
/// Number of a subscription.
pub const WATCHER: i64 = 9_300_003;
/// Number of the first row of the activity feed.
pub const ACTIVITY: i64 = 7_000_001;

const PLAN: &str = "
organization: {city: Zephyr Bay, slug: zephyr}
members:
  - {id: 9200002, email: nora@elsewhere.test, first_name: Nora, last_name: Zephyr, role: standard}
  - {id: 9200003, email: lars@elsewhere.test, first_name: Lars, last_name: Zephyr, role: light}
  - {id: 9200004, email: dina@elsewhere.test, first_name: Dina, last_name: Zephyr, status: disabled}
guests: [{email: zoe@zephyr.test, first_name: Zoe, last_name: Zephyr}]
groups:
  - {id: f1000000000000000000000000000001, name: Zephyr crew, description: Zephyr, members: [9200002]}
tags: [{id: f1000000000000000000000000000002, title: Zephyr tag}]
folders: [{id: f1000000000000000000000000000003, name: Zephyr folder, folder_type: run}]
custom_field_keys: [{key: zephyr_code, applies_to: process, field_type: text}]
templates:
  - id: f1000000000000000000000000000010
    title: Zephyr onboarding
    prerun: [{id: f1000000000000000000000000000011, label: Zephyr contact, field_type: email, required: false}]
    steps:
      - id: f1000000000000000000000000000012
        title: Zephyr first
        assignees: [9200002]
        captures:
          - {id: f1000000000000000000000000000013, label: Zephyr number, field_type: text, required: false}
      - {id: f1000000000000000000000000000014, title: Zephyr last, assignees: [9200001]}
    automated_actions:
      - id: f1000000000000000000000000000015
        automated_alias: Zephyr rule
        conditions:
          - {conditionable_id: Zephyr first, conditionable_type: Step, operation: completed, statement: any_time}
        then_actions: [{action_type: visibility, action_verb: show, target_step_id: Zephyr last}]
  - {id: f1000000000000000000000000000016, title: Zephyr archive}
tasks:
  - id: f1000000000000000000000000000026
    title: Zephyr errand
    deadline: 2026-09-04 08:00:00
    owners: {users: [9200002], guests: [zoe@zephyr.test], groups: []}
";

static READY: LazyLock<Organization> =
    LazyLock::new(|| make().expect("the rows of the other organization are the same each time"));

pub(super) fn organization() -> Organization {
    READY.clone()
}

fn make() -> Result<Organization, PlanError> {
    // Numbers far from those that the first organization counts up to.
    let mut world = bare(Quirks::default(), Ids::after(5_000_000));
    world.fixed_now = Some(today());
    let mut organization = Organization {
        id: FOREIGN_ORGANIZATION.to_owned(),
        name: "Zephyr Traders".to_owned(),
        ..Organization::default()
    };
    organization.members.put(foreign_admin());
    world.organizations.insert(FOREIGN_ORGANIZATION.to_owned(), organization);
    let mut work = Work::new(&mut world, FOREIGN_ORGANIZATION, ADMIN);
    work.carry_out(Plan::from_yaml(PLAN)?)?;
    work_done(&mut work)?;
    let mut organization = world.organizations.remove(FOREIGN_ORGANIZATION).unwrap_or_default();
    add_marks(&mut organization);
    for (id, entry) in (ACTIVITY..).zip(&mut organization.activity) {
        entry.id = id;
    }
    Ok(organization)
}

/// What a plan has no names for.
fn work_done(work: &mut Work<'_>) -> Result<(), PlanError> {
    let launch = |name: &str| object(json!({ "checklist_id": TEMPLATE, "name": name }));
    work.call("archive_checklist", &[("checklist", ARCHIVED_TEMPLATE)], object(json!({})))?;
    work.world.ids.plan(&[PROCESS, TASKS[0], TASKS[1]]);
    work.call("create_run", &[], launch("Zephyr voyage"))?;
    let answer = object(json!({ "taskdata": { FIELD: "Zephyr 77" } }));
    work.call("update_run_task", &[("run", PROCESS), ("task", TASKS[0])], answer)?;
    work.world.ids.plan(&[ARCHIVED_PROCESS]);
    work.call("create_run", &[], launch("Zephyr return"))?;
    work.call("archive_run", &[("run", ARCHIVED_PROCESS)], object(json!({})))?;
    let says = |text: &str| object(json!({ "content": text }));
    work.world.ids.plan(&[COMMENT]);
    work.call("create_task_comment", &[("task", TASKS[0])], says("Zephyr says hello"))?;
    work.world.ids.plan(&[ISSUE]);
    work.call("create_task_problem", &[("task", ONE_OFF_TASK)], says("Zephyr has no wind"))?;
    Ok(())
}

/// Rows whose numbers have names.
fn add_marks(organization: &mut Organization) {
    if let Some(guest) = organization.guests.get_mut(GUEST) {
        guest.code = GUEST_CODE.to_owned();
    }
    let (run, process) = ("Run".to_owned(), PROCESS.to_owned());
    organization.taggings.put(Tagging {
        id: TAGGING,
        tag_id: TAG.to_owned(),
        subject_type: run.clone(),
        subject_id: process.clone(),
    });
    organization.filings.put(Filing {
        id: FILING,
        folder_id: FOLDER.to_owned(),
        subject_type: run.clone(),
        subject_id: process.clone(),
    });
    organization.assets.put(Asset {
        id: FILE.to_owned(),
        filename: "zephyr.txt".to_owned(),
        uploaded_from: FIELD.to_owned(),
        uploaded_at: today(),
        step_id: Some(STEP.to_owned()),
        source: "local".to_owned(),
        system: None,
        subject_type: run,
        subject_id: process,
        bytes: bytes::Bytes::from_static(b"Zephyr cargo"),
    });
    organization.watchers.push(json!({
        "id": WATCHER, "object_type": "organization", "object_id": FOREIGN_ORGANIZATION,
        "notification_type": "webhook", "frequency": "electric", "webhook": "https://hooks.test/zephyr",
    }));
    let values = object(json!({ "zephyr_code": "Zephyr C-1" }));
    organization.custom_fields.insert(format!("run:{PROCESS}"), values);
}
