//! The organization that every sandbox starts with, and the names of its rows.
//!
//! Not here: rules; processes and tasks are made by launching and completing like any others.

mod apply;
mod defaults;
pub mod elsewhere;
mod keys;
mod names;
mod people;
mod plan;
mod processes;
mod refusals;
mod templates;

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, TimeZone, Utc};

pub use plan::{Plan, PlanError};

use crate::quirks::Quirks;
use crate::state::auth::Application;
use crate::state::ids::Ids;
use crate::state::{Auth, Token, World, activity};

/// The organization.
pub const ORGANIZATION: &str = "d83c7e1b40f5492ab6e1c97d05fa3826";
/// An organization in which nobody of the first is a member; its rows are in [`elsewhere`].
pub const FOREIGN_ORGANIZATION: &str = "4e91b7c60d2f48a3b5c8e1f7a09d6324";

/// Token of the administrator.
pub const ADMIN_TOKEN: &str = "sandbox-token-admin";
/// Token of the standard member.
pub const STANDARD_TOKEN: &str = "sandbox-token-standard";
/// Token of the light member.
pub const LIGHT_TOKEN: &str = "sandbox-token-light";

/// Mail address of [`ADMIN`], the user name of the grant password.
pub const ADMIN_EMAIL: &str = "ann@northwind.test";
/// Mail address of [`STANDARD`].
pub const STANDARD_EMAIL: &str = "ben@northwind.test";
/// Mail address of [`LIGHT`].
pub const LIGHT_EMAIL: &str = "cleo@northwind.test";
/// Mail address of [`DISABLED`].
pub const DISABLED_EMAIL: &str = "dora@northwind.test";
/// The password of every member, for the grant password.
pub const PASSWORD: &str = "sandbox-password";
/// `client_id` of the organization's application.
pub const CLIENT_ID: &str = "31";
/// `client_secret` of both applications.
pub const CLIENT_SECRET: &str = "sandbox-client-secret";
/// `client_id` of an application of [`FOREIGN_ORGANIZATION`].
pub const FOREIGN_CLIENT_ID: &str = "32";
/// The administrator of [`FOREIGN_ORGANIZATION`], a member there alone.
pub const FOREIGN_MEMBER: &str = "otto@elsewhere.test";

/// Ann Berg, administrator, owner of the first token.
pub const ADMIN: i64 = 1001;
/// Ben Okoro, standard member.
pub const STANDARD: i64 = 1002;
/// Cleo Lindt, light member.
pub const LIGHT: i64 = 1003;
/// Dora Vance, disabled.
pub const DISABLED: i64 = 1004;

/// A guest, assigned to a step.
pub const GUEST: &str = "kim@supplier.test";
/// The code in that guest's link.
pub const GUEST_CODE: &str = "k1m5g2u7e9st";
/// A guest of the group.
pub const OTHER_GUEST: &str = "lee@supplier.test";
/// A group of the standard and the light member.
pub const GROUP: &str = "6b1d0e94c7a2583f9e40d1b7c6a58230";
/// A tag, on the large template and on the first process.
pub const TAG: &str = "77a0c3d1e5b24f6890d1c2b3a4f5e6d7";
/// A tag on nothing.
pub const UNUSED_TAG: &str = "3e97c05ad1b84f62a7c9f1085db3e642";
/// A folder of templates.
pub const TEMPLATE_FOLDER: &str = "c4d5e6f70819203a4b5c6d7e8f901a2b";
/// A folder of processes, with the first process in it.
pub const PROCESS_FOLDER: &str = "a1b2c3d4e5f60718293a4b5c6d7e8f90";

/// A large template: kick-off fields of all ten types, five steps.
pub const TEMPLATE: &str = "2fc8d1570ea94b36b6d83a4917c05e9d";
/// A small template: two steps, no kick-off form.
pub const SMALL_TEMPLATE: &str = "0f3c9a1e5b7d4826a1c4e7f90b2d6835";
/// An archived template.
pub const ARCHIVED_TEMPLATE: &str = "a7c1e3f5092b4d6886ace0f2143657b9";

/// Kick-off field `Vendor name`, text, required.
pub const KICKOFF_TEXT: &str = "7a03e5b9d2164c8f90b1d7e6c4f82a35";
/// Kick-off field `Background`, textarea.
pub const KICKOFF_TEXTAREA: &str = "10c47d5e92a84b6fb3e1058d7f26ca94";
/// Kick-off field `Contract kind`, radio: `Fixed`, `Open`.
pub const KICKOFF_RADIO: &str = "21d58e6fa3b95c70c4f2169e8037db05";
/// Kick-off field `Priority`, dropdown, required: 1 `Standard`, 2 `Express`.
pub const KICKOFF_DROPDOWN: &str = "c81f64d09b7e4a23a5f0e2d91c7b3864";
/// Kick-off field `Services`, multiselect: 1 `Night delivery`, 2 `Returns`, 3 `Cold chain`.
pub const KICKOFF_MULTISELECT: &str = "32e69f70b4ca6d81d5032a7f9148ec16";
/// Kick-off field `Start date`, date.
pub const KICKOFF_DATE: &str = "43f7a081c5db7e92e6143b80a259fd27";
/// Kick-off field `Contact mail`, email.
pub const KICKOFF_EMAIL: &str = "5408b192d6ec8fa3f7254c91b36a0e38";
/// Kick-off field `Papers`, file.
pub const KICKOFF_FILE: &str = "6519c2a3e7fd90b408365da2c47b1f49";
/// Kick-off field `Price list`, table with two columns.
pub const KICKOFF_TABLE: &str = "762ad3b4f80ea1c519476eb3d58c205a";
/// Kick-off field `Who decides`, assignees_form.
pub const KICKOFF_ASSIGNEES: &str = "873be4c5091fb2d62a587fc4e69d316b";

/// Step 1, `Collect documents`, a task of the standard member with two form fields.
pub const STEP_COLLECT: &str = "0d95b3f6e82c47a1b7e40c6d1f38a927";
/// Step 2, `Approve the vendor`, an approval of the administrator.
pub const STEP_APPROVE: &str = "1ea6c407f93d58b2c8f51d7e2049ba38";
/// Step 3, `Confirm the terms`, expiring, of a guest, with choice fields.
pub const STEP_CONFIRM: &str = "2fb7d5180a4e69c3d9062e8f315acb49";
/// Step 4, `Create the vendor record`, of the group, with the other fields.
pub const STEP_RECORD: &str = "30c8e6291b5f7ad4ea173f90426bdc5a";
/// Step 5, `Say welcome`, for the launcher.
pub const STEP_WELCOME: &str = "41d9f73a2c608be5fb2840a1537ced6b";
/// Step 1 of the small template.
pub const SMALL_STEP: &str = "4d2e8f6a1b3c5079e7d9c2b4a6f81035";
/// Step 2 of the small template.
pub const SMALL_STEP_LAST: &str = "5e3f907b2c4d618af8ead3c5b7092146";

/// Field `Tax number` of step 1, text, required.
pub const FIELD_TAX_NUMBER: &str = "e46a0b7d15c94f8e83d2b6f09a7c51e3";
/// Field `Registration` of step 1, file.
pub const FIELD_REGISTRATION: &str = "f57b1c8e26da509f94e3c70a0b8d62f4";
/// Field `Shift kind` of step 3, radio, required: `Night shift`, `Part-time`.
pub const FIELD_RADIO: &str = "068c2d9f37eb61a0a5f4d81b1c9e7305";
/// Field `Carrier` of step 3, dropdown: 1 `Own fleet`, 2 `Partner`.
pub const FIELD_DROPDOWN: &str = "179d3ea048fc72b1b605e92c2daf8416";
/// Field `House rules` of step 3, multiselect: 1 `Safety` must be ticked, 2 `Parking`.
pub const FIELD_MULTISELECT: &str = "28ae4fb1590d83c2c716fa3d3eb09527";
/// Field `Signed on` of step 3, date.
pub const FIELD_DATE: &str = "39bf50c26a1e94d3d8270b4e4fc1a638";
/// Field `Notes` of step 4, textarea.
pub const FIELD_TEXTAREA: &str = "4ac061d37b2fa5e4e9381c5f50d2b749";
/// Field `Crates` of step 4, table with two columns.
pub const FIELD_TABLE: &str = "5bd172e48c30b6f5fa492d6061e3c85a";
/// Field `Caretaker` of step 4, assignees_form.
pub const FIELD_ASSIGNEES: &str = "6ce283f59d41c7060b5a3e7172f4d96b";
/// Field `Invoice mail` of step 4, email.
pub const FIELD_EMAIL: &str = "7df394a6ae52d8171c6b4f828305ea7c";

/// A running process of the large template; its first task is completed.
pub const PROCESS: &str = "91be47f0c3d64a1582e7d9055fa6c3b8";
/// Its tasks, in the order of the steps.
pub const PROCESS_TASKS: [&str; 5] = [
    "5d20c9e8731b4fa6945ce0d7ab18f36c",
    "6e31daf9842c50b7a56df1e8bc2907ed",
    "7f42eb0a953d61c8b67e02f9cd3a18fe",
    "8053fc1ba64e72d9c78f130ade4b290f",
    "91640d2cb75f83ead890241bef5c3a10",
];
/// A running process of the small template.
pub const SMALL_PROCESS: &str = "a2cf58e1d4075b2693f8ea166ab7d4c9";
/// Its tasks.
pub const SMALL_PROCESS_TASKS: [&str; 2] =
    ["a2751e3dc86094fbe9a1352c006d4b21", "b3862f4ed971a50cfab2463d117e5c32"];
/// An archived process of the small template.
pub const ARCHIVED_PROCESS: &str = "b3d069f2e5186c37a409fb277bc8e5da";
/// A plain one-off task of the administrator.
pub const ONE_OFF_TASK: &str = "c497305fea82b61d0bc3574e228f6d43";
/// A one-off task of the standard member and a guest, an approval.
pub const ONE_OFF_APPROVAL: &str = "d5a84160fb93c72e1cd4685f33907e54";
/// A comment on the first task of [`PROCESS`].
pub const COMMENT: &str = "48d6a1f09c3b4e7592b0e8d7c615fa34";
/// An open issue on [`ONE_OFF_APPROVAL`].
pub const OPEN_ISSUE: &str = "59e7b201ad4c5f86a3c1f9e8d72601b5";

/// The moment at which the seed's story happens: 2026-09-01 08:00 UTC. Later dates of the seed follow it
/// within ten days.
pub fn today() -> DateTime<Utc> {
    Utc.timestamp_opt(1_788_249_600, 0).single().unwrap_or_default()
}

/// The world of a new sandbox, with the rows of a plan.
pub(crate) fn planned(
    mut quirks: Quirks,
    now: Option<DateTime<Utc>>,
    plan: Plan,
) -> Result<World, PlanError> {
    for (name, on) in &plan.quirks {
        quirks.set(name, *on).map_err(|error| PlanError(format!("seed, quirks: {error}")))?;
    }
    let mut world = world(quirks);
    world.fixed_now = now;
    if plan.base == plan::Base::Empty {
        apply::empty(&mut world);
    }
    let lag = plan.replica_lag;
    apply::apply(&mut world, plan)?;
    world.replica_lag = Duration::seconds(lag.unwrap_or_default().into());
    Ok(world)
}

fn world(quirks: Quirks) -> World {
    let mut world = bare(quirks, Ids::new());
    world.auth = auth();
    let mut organization = people::organization();
    templates::fill(&mut organization);
    processes::fill(&mut organization, &mut world);
    activity::record(&mut organization, &world.effects, ADMIN);
    world.effects.clear();
    world.organizations.insert(ORGANIZATION.to_owned(), organization);
    world.organizations.insert(FOREIGN_ORGANIZATION.to_owned(), elsewhere::organization());
    world
}

/// A world with nothing in it.
fn bare(quirks: Quirks, ids: Ids) -> World {
    World {
        organizations: BTreeMap::new(),
        auth: Auth::default(),
        ids,
        effects: Vec::new(),
        quirks,
        replica_lag: Duration::zero(),
        fixed_now: None,
    }
}

fn auth() -> Auth {
    let mut auth = Auth::default();
    for (text, member) in [(ADMIN_TOKEN, ADMIN), (STANDARD_TOKEN, STANDARD), (LIGHT_TOKEN, LIGHT)] {
        auth.add(text, Token { member, organization: ORGANIZATION.to_owned() });
    }
    let organization = FOREIGN_ORGANIZATION.to_owned();
    auth.add(elsewhere::TOKEN, Token { member: elsewhere::ADMIN, organization });
    let ours = [ADMIN_EMAIL, STANDARD_EMAIL, LIGHT_EMAIL, DISABLED_EMAIL].map(str::to_owned);
    let theirs = ["otto", "nora", "lars", "dina"].map(|name| format!("{name}@elsewhere.test"));
    auth.passwords.extend(ours.into_iter().chain(theirs).map(|address| (address, PASSWORD.to_owned())));
    for (id, organization) in [(CLIENT_ID, ORGANIZATION), (FOREIGN_CLIENT_ID, FOREIGN_ORGANIZATION)] {
        let (id, organization) = (id.to_owned(), organization.to_owned());
        let secret = CLIENT_SECRET.to_owned();
        auth.applications.insert(id.clone(), Application { id, secret, organization });
    }
    auth
}
