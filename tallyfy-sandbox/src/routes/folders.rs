//! Folders of templates and of processes, and what lies in them.
//!
//! Not here: moving a template into a folder (`templates::write`).

use serde_json::{Value, json};

use super::input::Input;
use super::view::View;
use super::{Call, Inside};
use crate::answer::Answer;
use crate::dates::{self, Form};
use crate::query::Query;
use crate::state::Refused;
use crate::state::organization::{Filing, Folder};

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "list_folders" => Some(list_folders),
        "get_folder" => Some(get_folder),
        "create_folder" => Some(create_folder),
        "update_folder" => Some(update_folder),
        "delete_folder" => Some(delete_folder),
        "create_folder_object" => Some(create_folder_object),
        "delete_folder_object" => Some(delete_folder_object),
        _ => None,
    }
}

fn list_folders(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let query = call.query();
    let wanted = query.get("q").map(str::to_lowercase);
    let nested = query.with("children");
    let matches = |folder: &&Folder| {
        query.get("folder_type").is_none_or(|kind| folder.folder_type == kind)
            && wanted.as_ref().is_none_or(|wanted| folder.name.to_lowercase().contains(wanted))
            && (!nested || folder.parent_id.is_none())
    };
    let mut folders: Vec<&Folder> = call.organization.folders.iter().filter(matches).collect();
    folders.sort_by_key(|folder| folder.position);
    let view = call.view();
    let paging = call.paging().always().in_one_piece(query.flag("pagination") == Some(false));
    Ok(paging.answer(&folders, &call.request.origin(), |folder| view.folder(folder, query)))
}

fn get_folder(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let folder = call.organization.folders.get(call.param("folder")).ok_or(Refused::Missing)?;
    Ok(Answer::item(call.view().folder(folder, call.query())))
}

/// Any `folder_type` but the literal `run` makes a folder of templates (platform:create_folder).
fn create_folder(call: &mut Call<'_>) -> Result<Answer, Refused> {
    may_manage(call)?;
    let body = call.body()?;
    let mut input = Input::new(&body);
    input.require("name");
    let (name, parent_id) = (input.text("name", 32), input.text("parent_id", 255));
    let run = input.value("folder_type").and_then(Value::as_str) == Some("run");
    let folder_type = if run { "run" } else { "checklist" };
    check_parent(call, &mut input, parent_id.as_deref(), folder_type);
    input.finish()?;
    let folder = Folder {
        id: call.context.ids.hex(),
        name: name.unwrap_or_default(),
        parent_id,
        folder_type: folder_type.to_owned(),
        position: i64::try_from(call.organization.folders.len()).unwrap_or(i64::MAX) + 1,
        created_at: call.context.now,
    };
    let row = call.view().folder(&folder, call.query());
    call.organization.folders.put(folder);
    Ok(Answer::created(row))
}

/// The name is due in every call, also when only moving (platform:update_folder).
fn update_folder(call: &mut Call<'_>) -> Result<Answer, Refused> {
    may_manage(call)?;
    let id = call.param("folder");
    let folder_type = call.organization.folders.get(id).ok_or(Refused::Missing)?.folder_type.clone();
    let body = call.body()?;
    let mut input = Input::new(&body);
    input.require("name");
    let (name, parent_id) = (input.text("name", 32), input.text("parent_id", 255));
    check_parent(call, &mut input, parent_id.as_deref(), &folder_type);
    if parent_id.as_deref() == Some(id) {
        input.wrong("parent_id", "A folder cannot lie in itself.");
    }
    let moves = input.has("parent_id");
    input.finish()?;
    let folder = call.organization.folders.get_mut(id).ok_or(Refused::Missing)?;
    folder.name = name.unwrap_or_default();
    if moves {
        folder.parent_id = parent_id;
    }
    get_folder(call)
}

/// What is inside stays (platform:delete_folder).
fn delete_folder(call: &mut Call<'_>) -> Result<Answer, Refused> {
    may_manage(call)?;
    let id = call.param("folder");
    let folder = call.organization.folders.remove(id).ok_or(Refused::Missing)?;
    for child in call.organization.folders.iter_mut().filter(|child| child.parent_id.as_deref() == Some(id)) {
        child.parent_id.clone_from(&folder.parent_id);
    }
    for template in call.organization.templates.iter_mut() {
        template.folder_id.take_if(|folder| folder == id);
    }
    let filings: Vec<i64> =
        call.organization.filings.iter().filter(|f| f.folder_id == id).map(|filing| filing.id).collect();
    for filing in filings {
        call.organization.filings.remove(&filing);
    }
    Ok(Answer::empty())
}

/// A template is refused here, and so is a second time (platform:add_object_to_folder).
fn create_folder_object(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let body = call.body()?;
    let mut input = Input::new(&body);
    for key in ["folder_id", "subject_id", "subject_type"] {
        input.require(key);
    }
    let subject_type = input.word("subject_type", &["Run", "Task"]).unwrap_or_default();
    let subject_id = input.text("subject_id", 255).unwrap_or_default();
    let folder_id = input.text("folder_id", 255).unwrap_or_default();
    if call.organization.folders.get(&folder_id).is_none_or(|folder| folder.folder_type != "run") {
        input.wrong("folder_id", "No such a folder exists in Processes.");
    }
    let known = match subject_type.as_str() {
        "Run" => call.organization.processes.get(&subject_id).is_some(),
        _ => call.organization.tasks.get(&subject_id).is_some(),
    };
    if !known {
        input.wrong("subject_id", "Subject not found");
    }
    let mut filings = call.organization.filings.iter();
    if filings.any(|filing| filing.folder_id == folder_id && filing.subject_id == subject_id) {
        input.wrong("subject_id", "The object is already in this folder.");
    }
    input.finish()?;
    let id = call.context.ids.number();
    let filing = Filing { id, folder_id, subject_type, subject_id };
    let row = filing_row(&filing);
    call.organization.filings.put(filing);
    Ok(Answer::created(row))
}

/// An object in a folder.
pub fn filing_row(filing: &Filing) -> Value {
    json!({
        "id": filing.id, "folder_id": filing.folder_id,
        "subject_id": filing.subject_id, "subject_type": filing.subject_type,
    })
}

/// Text that is no number becomes 0: a success without effect (platform:remove_object_from_folder).
fn delete_folder_object(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let removed = match call.param("folder_object").parse::<i64>() {
        Ok(id) => call.organization.filings.remove(&id).is_some(),
        Err(_) => call.context.quirks.textual_relation_ids_do_nothing,
    };
    if removed { Ok(Answer::empty()) } else { Err(Refused::Missing) }
}

/// Light members may not (platform:create_folder).
fn may_manage(call: &Call<'_>) -> Result<(), Refused> {
    let light = call.organization.members.get(&call.context.caller).is_some_and(|m| m.role == "light");
    if light { Err(Refused::Forbidden("You may not manage folders.".to_owned())) } else { Ok(()) }
}

fn check_parent(call: &Call<'_>, input: &mut Input<'_>, parent: Option<&str>, folder_type: &str) {
    let Some(parent) = parent else { return };
    if call.organization.folders.get(parent).is_none_or(|parent| parent.folder_type != folder_type) {
        input.wrong("parent_id", "The selected parent id is invalid.");
    }
}

impl View<'_> {
    /// A folder. A loop of parents cannot be made by hand, but is not followed either.
    pub fn folder(&self, folder: &Folder, query: &Query) -> Value {
        let mut row = self.bare_folder(folder);
        if query.with("children") {
            row["children"] = self.children(&folder.id, 0);
        }
        row
    }

    fn children(&self, parent: &str, depth: usize) -> Value {
        let folders = self.organization.folders.iter();
        let own = folders.filter(|folder| depth < 20 && folder.parent_id.as_deref() == Some(parent));
        let rows = own.map(|folder| {
            let mut row = self.bare_folder(folder);
            row["children"] = self.children(&folder.id, depth + 1);
            row
        });
        self.rows(rows)
    }

    fn bare_folder(&self, folder: &Folder) -> Value {
        let filings = self.organization.filings.iter().filter(|filing| filing.folder_id == folder.id);
        let templates = self.organization.templates.iter();
        let templates = templates.filter(|template| template.folder_id.as_ref() == Some(&folder.id));
        let parent = folder.parent_id.as_ref().and_then(|id| self.organization.folders.get(id));
        json!({
            "id": folder.id,
            "name": folder.name,
            "parent_id": folder.parent_id,
            "parent": parent.map(|parent| &parent.name),
            "total": filings.count() + templates.count(),
            "position": folder.position,
            "folder_type": folder.folder_type,
            "created_at": dates::write(folder.created_at, Form::Plain),
            "custom_fields": self.custom_fields("folder", &folder.id),
        })
    }
}
