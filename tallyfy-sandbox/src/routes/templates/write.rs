//! Creating, changing, archiving, restoring, deleting, copying and publishing templates.
//!
//! Not here: steps, form fields and automations, which have their own routes.

use chrono::{DateTime, Utc};
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::super::input::Input;
use super::super::{Call, Inside, fields};
use super::{FLAGS, TEXTS, live};
use crate::answer::Answer;
use crate::query::Query;
use crate::state::template::{Field, Template, slug};
use crate::state::{Refused, owners};

/// Types of templates (templates:create_template).
const TYPES: [&str; 3] = ["procedure", "form", "document"];

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "create_checklist" => Some(create_checklist),
        "update_checklist" => Some(update_checklist),
        "archive_checklist" => Some(archive_checklist),
        "restore_checklist" => Some(restore_checklist),
        "delete_checklist" => Some(delete_checklist),
        "clone_checklist" => Some(clone_checklist),
        "publish_checklist" => Some(publish_checklist),
        "delete_prerun" => Some(delete_prerun),
        _ => None,
    }
}

/// What a request says about a template.
struct Change {
    title: Option<String>,
    kind: Option<String>,
    summary: Option<Option<String>>,
    owner_id: Option<i64>,
    folder_id: Option<Option<String>>,
    starred: Option<bool>,
    is_pinned: Option<bool>,
    can_add_oot: Option<bool>,
    users: Option<Vec<i64>>,
    groups: Option<Vec<String>>,
    rest: Map<String, Value>,
}

fn read(call: &Call<'_>, body: &Map<String, Value>, required: &[&str]) -> Result<Change, Refused> {
    let mut input = Input::new(body);
    for key in required {
        input.require(key);
    }
    for key in ["owner_id", "user_id"] {
        if input.integer(key).is_some_and(|id| call.organization.members.get(&id).is_none()) {
            input.wrong(key, format!("The selected {} is invalid.", key.replace('_', " ")));
        }
    }
    for key in ["webhook", "explanation_video"] {
        if input.text(key, usize::MAX).is_some_and(|url| !url.starts_with("http")) {
            input.wrong(key, format!("The {} format is invalid.", key.replace('_', " ")));
        }
    }
    input.text("default_process_name_format", 550);
    let folder = input.text("folder_id", 255);
    let fits = |id: &str| call.organization.folders.get(id).is_some_and(|f| f.folder_type == "checklist");
    if folder.as_deref().is_some_and(|id| !fits(id)) {
        input.wrong("folder_id", "The selected folder id is invalid.");
    }
    let summary = input.text("summary", 2000);
    let mut rest = Map::new();
    for key in FLAGS {
        if let Some(flag) = input.flag(key) {
            rest.insert(key.to_owned(), Value::Bool(flag));
        }
    }
    for key in TEXTS.into_iter().filter(|key| input.has(key)) {
        rest.insert(key.to_owned(), input.value(key).cloned().unwrap_or(Value::Null));
    }
    let mut change = Change {
        title: input.text("title", 250),
        kind: input.word("type", &TYPES),
        summary: input.has("summary").then_some(summary),
        owner_id: input.integer("owner_id"),
        folder_id: input.has("folder_id").then_some(folder),
        starred: input.flag("starred"),
        is_pinned: input.flag("is_pinned"),
        can_add_oot: input.flag("can_add_oot"),
        users: None,
        groups: None,
        rest,
    };
    let (users, groups) = (input.value("users"), input.value("groups"));
    input.finish()?;
    change.users = users.map(|v| owners::member_ids(call.organization, "users", v)).transpose()?;
    change.groups = groups.map(|v| owners::group_ids(call.organization, "groups", v)).transpose()?;
    Ok(change)
}

impl Change {
    fn apply(self, template: &mut Template, caller: i64, now: DateTime<Utc>) {
        if let Some(title) = self.title {
            template.title = title;
        }
        if let Some(kind) = self.kind {
            template.kind = kind;
        }
        if let Some(summary) = self.summary {
            template.summary = summary;
        }
        if let Some(folder) = self.folder_id {
            template.folder_id = folder;
        }
        template.owner_id = self.owner_id.unwrap_or(template.owner_id);
        template.starred = self.starred.unwrap_or(template.starred);
        template.is_pinned = self.is_pinned.unwrap_or(template.is_pinned);
        template.can_add_oot = self.can_add_oot.unwrap_or(template.can_add_oot);
        template.rest.extend(self.rest);
        template.last_updated = now;
        template.last_updated_by = caller;
    }
}

fn create_checklist(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let body = call.body()?;
    let mut change = read(call, &body, &["title", "type"])?;
    let (caller, now) = (call.context.caller, call.context.now);
    let (id, increment_id) = (call.context.ids.hex(), call.context.ids.number());
    let title = change.title.clone().unwrap_or_default();
    let mut template = Template {
        id: id.clone(),
        increment_id,
        alias: slug(&title, increment_id),
        title,
        summary: None,
        kind: "procedure".to_owned(),
        starred: false,
        is_pinned: false,
        can_add_oot: true,
        folder_id: None,
        owner_id: caller,
        created_by: caller,
        last_updated_by: caller,
        users: change.users.take().unwrap_or_default(),
        groups: change.groups.take().unwrap_or_default(),
        kickoff: read_kickoff(call, &body, &[])?.unwrap_or_default(),
        steps: Vec::new(),
        automations: Vec::new(),
        created_at: now,
        last_updated: now,
        archived_at: None,
        rest: Map::new(),
    };
    change.apply(&mut template, caller, now);
    call.organization.templates.put(template);
    call.context.effect("template.created", &id);
    Ok(Answer { status: StatusCode::CREATED, ..show(call, &id)? })
}

/// The title is due on every call; access lists that are not sent are emptied; the kick-off form is
/// replaced whole, entries without id are new (templates:update_template).
fn update_checklist(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let kickoff = live(call)?.kickoff.clone();
    let body = call.body()?;
    let mut change = read(call, &body, &["title"])?;
    let kickoff = read_kickoff(call, &body, &kickoff)?;
    let (caller, now) = (call.context.caller, call.context.now);
    let wipe = call.context.quirks.absent_access_lists_wipe;
    let id = call.param("checklist");
    let template = call.organization.templates.get_mut(id).ok_or(Refused::Missing)?;
    match change.users.take() {
        Some(users) => template.users = users,
        None if wipe => template.users.clear(),
        None => {}
    }
    match change.groups.take() {
        Some(groups) => template.groups = groups,
        None if wipe => template.groups.clear(),
        None => {}
    }
    template.kickoff = kickoff.unwrap_or_else(|| std::mem::take(&mut template.kickoff));
    change.apply(template, caller, now);
    show(call, id)
}

/// The kick-off form of a request, in the order of its positions.
fn read_kickoff(
    call: &mut Call<'_>,
    body: &Map<String, Value>,
    old: &[Field],
) -> Result<Option<Vec<Field>>, Refused> {
    let list = match body.get("prerun") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(Refused::invalid("prerun", "The prerun must be an array.")),
    };
    let mut kickoff = Vec::with_capacity(list.len());
    for (at, entry) in list.iter().enumerate() {
        let id = entry.get("id").and_then(Value::as_str);
        let known = id.and_then(|id| old.iter().find(|field| field.id == id));
        let place = format!("prerun.{at}.");
        let maker = (&mut *call.context.ids, call.context.now);
        let mut field = fields::read(entry, known, &place, true, maker)?;
        if entry.get("position").and_then(Value::as_i64).is_none() {
            field.position = i64::try_from(at).unwrap_or(i64::MAX) + 1;
        }
        kickoff.push(field);
    }
    kickoff.sort_by_key(|field| field.position);
    Ok(Some(kickoff))
}

/// Not wrapped in `data`; the message says deleted although it only archives (templates:archive_template).
fn archive_checklist(call: &mut Call<'_>) -> Result<Answer, Refused> {
    live(call)?;
    let now = call.context.now;
    let id = call.param("checklist");
    let template = call.organization.templates.get_mut(id).ok_or(Refused::Missing)?;
    template.archived_at = Some(now);
    call.context.effect("template.archived", id);
    Ok(removal())
}

fn removal() -> Answer {
    Answer::json(StatusCode::OK, json!({ "message": "Template deleted", "deleted_references": [] }))
}

fn restore_checklist(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let now = call.context.now;
    let id = call.param("checklist");
    let template = call.organization.templates.get_mut(id).ok_or(Refused::Missing)?;
    template.archived_at = None;
    template.last_updated = now;
    let template = call.organization.templates.get(id).ok_or(Refused::Missing)?;
    let row = call.view().template(template, call.query());
    let meta = json!({ "restored_references": [], "unrestored_references": [] });
    Ok(Answer::json(StatusCode::OK, json!({ "data": row, "meta": meta })))
}

/// Two steps: archive first (templates:delete_template_permanently).
fn delete_checklist(call: &mut Call<'_>) -> Result<Answer, Refused> {
    call.must_be_admin()?;
    let id = call.param("checklist");
    let template = call.organization.templates.get(id).ok_or(Refused::Missing)?;
    if template.archived_at.is_none() {
        return Err(Refused::invalid("checklist", "The template must be archived first."));
    }
    call.organization.templates.remove(id);
    Ok(removal())
}

/// `tenant` is the organization the template is copied from; only the own one is known here
/// (templates:clone_template).
fn clone_checklist(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let body = call.body()?;
    let mut input = Input::new(&body);
    input.require("tenant");
    let (tenant, title) = (input.text("tenant", 255), input.text("title", 250));
    input.finish()?;
    if tenant.as_deref() != Some(call.organization.id.as_str()) {
        return Err(Refused::Missing);
    }
    let original = live(call)?.clone();
    let now = call.context.now;
    let ids = &mut call.context.ids;
    let (id, increment_id) = (ids.hex(), ids.number());
    let title = title.unwrap_or_else(|| format!("COPY OF - {}", original.title));
    let mut copy = Template {
        id: id.clone(),
        increment_id,
        alias: slug(&title, increment_id),
        title,
        created_at: now,
        last_updated: now,
        created_by: call.context.caller,
        ..original
    };
    let renewed = copy.kickoff.iter_mut().chain(copy.steps.iter_mut().flat_map(|step| &mut step.captures));
    for field in renewed {
        (field.id, field.increment_id) = (ids.hex(), ids.number());
    }
    let mut renamed = Map::new();
    for step in &mut copy.steps {
        let id = ids.hex();
        renamed.insert(std::mem::replace(&mut step.id, id.clone()), Value::String(id));
    }
    for deadline in copy.steps.iter_mut().filter_map(|step| step.deadline.as_mut()) {
        if let Some(id) = renamed.get(&deadline.step).and_then(Value::as_str) {
            deadline.step = id.to_owned();
        }
    }
    // Rules name fields and steps of the original.
    copy.automations.clear();
    call.organization.templates.put(copy);
    show(call, &id)
}

fn publish_checklist(call: &mut Call<'_>) -> Result<Answer, Refused> {
    live(call)?;
    let id = call.param("checklist");
    let template = call.organization.templates.get_mut(id).ok_or(Refused::Missing)?;
    template.rest.insert("is_published_state".to_owned(), Value::Bool(true));
    template.rest.insert("status".to_owned(), json!("published"));
    show(call, id)
}

/// A field that a rule names is kept: 403, a business rule (templates:delete_kickoff_field).
fn delete_prerun(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let template = live(call)?;
    let id = call.param("prerun");
    if !template.kickoff.iter().any(|field| field.id == id) {
        return Err(Refused::Missing);
    }
    super::super::automations::is_free(template, id)?;
    if let Some(template) = call.organization.templates.get_mut(call.request.param("checklist")) {
        template.kickoff.retain(|field| field.id != id);
    }
    Ok(Answer::empty())
}

fn show(call: &Call<'_>, id: &str) -> Result<Answer, Refused> {
    let template = call.organization.templates.get(id).ok_or(Refused::Missing)?;
    Ok(Answer::item(call.view().template(template, &Query::default())))
}
