//! Members: lists, one member, and their rendering.
//!
//! Not here: changes (`write`), a member's tasks (`tasks`).

mod write;

pub use write::change_profile;

use serde_json::{Value, json};

use super::view::View;
use super::{Call, Inside};
use crate::answer::Answer;
use crate::dates::{self, Form};
use crate::query::Query;
use crate::state::Refused;
use crate::state::organization::Member;

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "list_users" => Some(list_users),
        "list_users_minimal" => Some(list_users_minimal),
        "get_user" => Some(get_user),
        _ => write::inside(operation),
    }
}

/// Every status, practically all on one page (platform:list_members).
fn list_users(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let query = call.query();
    let wanted = query.get("q").map(str::to_lowercase);
    let matches = |member: &&Member| {
        let texts = [&member.first_name, &member.last_name, &member.email];
        wanted.as_ref().is_none_or(|wanted| texts.iter().any(|text| text.to_lowercase().contains(wanted)))
    };
    let mut members: Vec<&Member> = call.organization.members.iter().filter(matches).collect();
    let sort = query.get("sort").unwrap_or_default();
    match sort.trim_start_matches('-') {
        "created_at" => members.sort_by_key(|member| member.created_at),
        "first_name" => members.sort_by_key(|member| member.first_name.to_lowercase()),
        "last_name" => members.sort_by_key(|member| member.last_name.to_lowercase()),
        "email" => members.sort_by_key(|member| member.email.clone()),
        _ => {}
    }
    if sort.starts_with('-') {
        members.reverse();
    }
    let view = call.view();
    let paging = call.paging_of(9999, 9999).always();
    Ok(paging.answer(&members, &call.request.origin(), |member| view.member(member, query)))
}

/// No `meta.pagination` (platform:list_members_minimal).
fn list_users_minimal(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let rows = call.organization.members.iter().map(|member| {
        json!({
            "id": member.id,
            "email": member.email,
            "first_name": member.first_name,
            "last_name": member.last_name,
            "full_name": full_name(member),
            "profile_pic": null,
        })
    });
    Ok(Answer::whole(rows.collect()))
}

/// Administrators alone (docs:open-api/code-samples/members/get-member).
fn get_user(call: &mut Call<'_>) -> Result<Answer, Refused> {
    call.must_be_admin()?;
    let id: i64 = call.param("user").parse().map_err(|_| Refused::Missing)?;
    let member = call.organization.members.get(&id).ok_or(Refused::Missing)?;
    Ok(Answer::item(call.view().member(member, call.query())))
}

fn full_name(member: &Member) -> String {
    format!("{} {}", member.first_name, member.last_name)
}

impl View<'_> {
    /// A member (User).
    pub fn member(&self, member: &Member, query: &Query) -> Value {
        let profile = |key: &str| member.profile.get(key).cloned().unwrap_or(Value::Null);
        let active = member.status == "active";
        let invited = member.status == "invited";
        let username = member.email.split('@').next().filter(|_| !invited);
        // Who has never been here has no such dates (platform:invite_member).
        let seen = |at| self.date_or_null((!invited).then_some(at), Form::Offset);
        let mut row = json!({
            "id": member.id,
            "email": member.email,
            "username": username,
            "first_name": member.first_name,
            "last_name": member.last_name,
            "full_name": full_name(member),
            "profile_pic": null,
            "locale": "en",
            "active": active,
            "is_active": active,
            "complete": active,
            "is_suspended": false,
            "support_user": false,
            "created_at": dates::write(member.created_at, Form::Plain),
            "last_updated": dates::write(member.last_updated, Form::Plain),
            "updated_at": dates::write(member.last_updated, Form::Plain),
            "last_login_at": seen(member.last_updated),
            "activated_at": seen(member.created_at),
            "last_accessed_at": seen(member.last_updated),
            "approved_at": dates::write(member.created_at, Form::Plain),
            "invited_by": member.invited_by,
            "disabled_at": dates::optional(member.disabled.map(|(at, _)| at), Form::Plain),
            "disabled_by": member.disabled.map(|(_, by)| by),
            "reactivated_at": dates::optional(member.reactivated.map(|(at, _)| at), Form::Plain),
            "reactivated_by": member.reactivated.map(|(_, by)| by),
            "status": member.status,
            "role": member.role,
            "type": "standard",
            "is_default_admin": member.is_default_admin,
            "last_known_ip": null,
            "last_known_country": null,
            "country": null,
            "step_preferences": false,
        });
        for key in PROFILE {
            row[key] = profile(key);
        }
        self.member_includes(member, query, &mut row);
        row
    }

    fn member_includes(&self, member: &Member, query: &Query, row: &mut Value) {
        if query.with("groups") {
            let groups = self.organization.groups_of(member.id).map(|group| {
                json!({
                    "id": group.id, "name": group.name, "logo": null,
                    "members": group.members, "guests": group.guests,
                })
            });
            row["groups"] = self.rows(groups);
        }
        if query.with("stats") {
            let tasks = self.organization.tasks.iter();
            let launched = self.organization.processes.iter().filter(|p| p.started_by == member.id);
            row["stats"] = self.include(json!({
                "steps_created": 0,
                "tasks_completed": tasks.filter(|task| task.completer_id == Some(member.id)).count(),
                "processes_launched": launched.count(),
                "checklists_created":
                    self.organization.templates.iter().filter(|t| t.created_by == member.id).count(),
                "last_step_created_at": null,
            }));
        }
        for include in ["organizations", "preferences", "assets", "member_watchers", "guest_watchers"] {
            if query.with(include) {
                row[include] = self.rows(std::iter::empty());
            }
        }
    }
}

/// Profile keys that are stored as they are.
pub const PROFILE: [&str; 8] =
    ["phone", "job_title", "job_description", "team", "timezone", "UTC_offset", "date_format", "country_id"];
