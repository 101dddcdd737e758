//! Templates (checklists): lists, one template, form fields, and their rendering.
//!
//! Not here: changes (`write`), steps (`steps`), launching (`processes`).

mod write;

use serde_json::{Value, json};

use super::view::View;
use super::{Call, Inside};
use crate::answer::Answer;
use crate::dates::{self, Form};
use crate::query::Query;
use crate::state::Refused;
use crate::state::template::Template;

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "list_checklists" => Some(list_checklists),
        "get_checklist" => Some(get_checklist),
        "get_checklist_form_fields" => Some(get_checklist_form_fields),
        _ => write::inside(operation),
    }
}

/// A template that may be read: an archived one is a 404 (templates:get_template.quirks).
pub fn live<'a>(call: &'a Call<'_>) -> Result<&'a Template, Refused> {
    let template = call.organization.templates.get(call.param("checklist")).ok_or(Refused::Missing)?;
    let hidden = template.archived_at.is_some() && call.context.quirks.archived_templates_answer_404;
    if hidden { Err(Refused::Missing) } else { Ok(template) }
}

fn list_checklists(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let query = call.query();
    let mut templates: Vec<&Template> =
        call.organization.templates.iter().filter(|template| is_wanted(call, template, query)).collect();
    sort(&mut templates, query.any(&["sort_by"]).unwrap_or("updated"));
    let view = call.view();
    let paging = call.paging().always();
    Ok(paging.answer(&templates, &call.request.origin(), |template| view.template(template, query)))
}

fn is_wanted(call: &Call<'_>, template: &Template, query: &Query) -> bool {
    let archived = match query.get("archived") {
        Some("only") => template.archived_at.is_some(),
        Some("false" | "0") | None => template.archived_at.is_none(),
        Some(_) => true,
    };
    let folders = query.list("folder");
    let tagged = |tag: &str| {
        let mut taggings = call.organization.taggings.iter();
        taggings.any(|t| t.tag_id == tag && t.subject_type == "Checklist" && t.subject_id == template.id)
    };
    archived
        && query.get("q").is_none_or(|q| template.title.to_lowercase().contains(&q.to_lowercase()))
        && query.get("type").is_none_or(|kind| template.kind == kind)
        && query.flag("starred").is_none_or(|starred| template.starred == starred)
        && query.get("owner_id").is_none_or(|owner| template.owner_id.to_string() == owner)
        && (folders.is_empty() || template.folder_id.as_deref().is_some_and(|id| folders.contains(&id)))
        && query.get("tag").is_none_or(tagged)
}

/// Pinned ones first, whatever the order (templates:list_templates).
fn sort(templates: &mut [&Template], by: &str) {
    match by.trim_start_matches('-') {
        "title" | "name" => templates.sort_by_key(|template| template.title.to_lowercase()),
        "created" | "created_at" => templates.sort_by_key(|template| template.created_at),
        _ => templates.sort_by_key(|template| std::cmp::Reverse(template.last_updated)),
    }
    if by.starts_with('-') {
        templates.reverse();
    }
    templates.sort_by_key(|template| !template.is_pinned);
}

fn get_checklist(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let template = live(call)?;
    let mut row = call.view().template(template, call.query());
    if call.query().get("entire_folder_tree") == Some("1") {
        let folder = template.folder_id.as_ref().and_then(|id| call.organization.folders.get(id));
        let path: Vec<Value> = folder.map(|f| json!({ "id": f.id, "name": f.name })).into_iter().collect();
        row["folders"] = json!(path);
    }
    Ok(Answer::item(row))
}

/// `data` is one object (templates:get_template_form_fields).
fn get_checklist_form_fields(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let template = live(call)?;
    let view = call.view();
    let captures = template
        .steps_in_order()
        .into_iter()
        .flat_map(|step| step.captures.iter().map(move |field| view.capture(field, &step.id)));
    let kickoff = template.kickoff.iter().map(|field| view.kickoff_field(field, &template.id));
    Ok(Answer::item(json!({
        "id": template.id,
        "title": template.title,
        "form_fields": captures.collect::<Vec<_>>(),
        "ko_form_fields": kickoff.collect::<Vec<_>>(),
    })))
}

impl View<'_> {
    /// A template (Checklist). Kick-off fields and automations are always inline.
    pub fn template(&self, template: &Template, query: &Query) -> Value {
        let rest = |key: &str| template.rest.get(key).cloned().unwrap_or(Value::Null);
        let flag = |key: &str| template.rest.get(key).cloned().unwrap_or(Value::Bool(false));
        let kickoff = template.kickoff.iter().map(|field| self.kickoff_field(field, &template.id));
        let mut row = json!({
            "id": template.id,
            "increment_id": template.increment_id,
            "title": template.title,
            "summary": template.summary,
            "starred": template.starred,
            "alias": template.alias,
            "folder_id": template.folder_id,
            "prerun": kickoff.collect::<Vec<_>>(),
            "created_by": template.created_by,
            "owner_id": template.owner_id,
            "started_processes": self.organization.launches.get(&template.id).copied().unwrap_or_default(),
            "created_at": dates::write(template.created_at, Form::Plain),
            "last_updated": dates::write(template.last_updated, Form::Plain),
            "archived_at": dates::optional(template.archived_at, Form::Plain),
            "automated_actions": template.automations,
            "topic_tags": [],
            "industry_tags": [],
            "type": template.kind,
            "steps_count": template.steps.len(),
            "last_updated_by": template.last_updated_by,
            "users": template.users,
            "groups": template.groups,
            "folders": null,
            "is_pinned": template.is_pinned,
            "can_add_oot": template.can_add_oot,
            "custom_fields": self.custom_fields("checklist", &template.id),
        });
        for key in TEXTS {
            row[key] = rest(key);
        }
        for key in FLAGS {
            row[key] = flag(key);
        }
        self.template_includes(template, query, &mut row);
        row
    }

    fn template_includes(&self, template: &Template, query: &Query, row: &mut Value) {
        if query.with("steps") {
            let steps = template.steps_in_order();
            row["steps"] = self.rows(steps.into_iter().map(|step| self.step(step, &template.id)));
        }
        if query.with("tags") {
            row["tags"] = self.tags("Checklist", &template.id);
        }
        if query.with("folder") {
            let folder = template.folder_id.as_ref().and_then(|id| self.organization.folders.get(id));
            // platform:pagination.includes: a null inside data stands for "none".
            row["folder"] = self.include(folder.map(|f| json!({ "id": f.id, "name": f.name })));
        }
        if query.with("assets") {
            row["assets"] = self.assets("Checklist", &template.id);
        }
        if query.with("threads") {
            let threads = self.organization.threads.iter();
            let own = threads.filter(|thread| thread.checklist_id.as_ref() == Some(&template.id));
            row["threads"] = self.rows(own.map(|thread| self.thread(thread)));
        }
        for include in ["linked_tasks", "stages", "member_watchers", "guest_watchers"] {
            if query.with(include) {
                row[include] = self.rows(std::iter::empty());
            }
        }
        if query.with("permissions") {
            row["permissions"] = Value::Null;
        }
    }
}

/// Nullable properties that are stored as they are.
pub const TEXTS: [&str; 13] = [
    "webhook",
    "guidance",
    "kickoff_title",
    "kickoff_description",
    "public_cover",
    "icon",
    "default_process_name_format",
    "status",
    "explanation_video",
    "ko_form_blueprint_id",
    "default_folder",
    "kickoff_sharing_user_id",
    "replace_state_conditionally",
];

/// Flags that are stored as they are; absent ones are false.
pub const FLAGS: [&str; 10] = [
    "is_public",
    "is_public_kickoff",
    "dual_version_enabled",
    "is_published_state",
    "is_featured",
    "auto_naming",
    "folderize_process",
    "tag_process",
    "allow_launcher_change_name",
    "folder_changeable_by_launcher",
];
