//! Tags, and hanging them on templates and processes.
//!
//! Not here: the include that shows them (`view`).

use serde_json::{Value, json};

use super::input::Input;
use super::view::View;
use super::{Call, Inside};
use crate::answer::Answer;
use crate::dates::{self, Form};
use crate::query::Query;
use crate::state::Refused;
use crate::state::organization::{Tag, Tagging};

pub fn inside(operation: &str) -> Option<Inside> {
    match operation {
        "list_tags" => Some(list_tags),
        "get_tag" => Some(get_tag),
        "create_tag" => Some(create_tag),
        "update_tag" => Some(update_tag),
        "delete_tag" => Some(delete_tag),
        "create_tag_association" => Some(create_tag_association),
        "delete_tag_association" => Some(delete_tag_association),
        _ => None,
    }
}

/// Without `all=true` the service's own tags are left out, so `auto_generated=true` alone finds nothing
/// (platform:list_tags). Unknown words of `status` filter nothing.
fn list_tags(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let query = call.query();
    let wanted = query.get("q").map(str::to_lowercase);
    let all = query.get("all") == Some("true");
    let matches = |tag: &&Tag| {
        (all || !tag.auto_generated)
            && query.flag("auto_generated").is_none_or(|auto| tag.auto_generated == auto)
            && wanted.as_ref().is_none_or(|wanted| tag.title.to_lowercase().contains(wanted))
    };
    let tags: Vec<&Tag> = call.organization.tags.iter().filter(matches).collect();
    let view = call.view();
    Ok(call.paging().always().answer(&tags, &call.request.origin(), |tag| view.tag(tag, query)))
}

fn get_tag(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let tag = call.organization.tags.get(call.param("tag")).ok_or(Refused::Missing)?;
    Ok(Answer::item(call.view().tag(tag, call.query())))
}

fn create_tag(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let (title, color) = read(call, None)?;
    let tag =
        Tag { id: call.context.ids.hex(), title, color, auto_generated: false, created_at: call.context.now };
    let row = call.view().tag(&tag, call.query());
    call.organization.tags.put(tag);
    Ok(Answer::created(row))
}

fn update_tag(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let id = call.param("tag");
    call.organization.tags.get(id).ok_or(Refused::Missing)?;
    let (title, color) = read(call, Some(id))?;
    let tag = call.organization.tags.get_mut(id).ok_or(Refused::Missing)?;
    tag.title = title;
    tag.color = color.or_else(|| tag.color.take());
    get_tag(call)
}

/// At most 30 characters, unique; the colour has exactly seven (platform:create_tag).
fn read(call: &Call<'_>, own: Option<&str>) -> Result<(String, Option<String>), Refused> {
    let body = call.body()?;
    let mut input = Input::new(&body);
    input.require("title");
    let (title, color) = (input.text("title", 30), input.text("color", usize::MAX));
    let is_color = |text: &str| {
        text.len() == 7 && text.starts_with('#') && text.chars().skip(1).all(|c| c.is_ascii_hexdigit())
    };
    if color.as_deref().is_some_and(|color| !is_color(color)) {
        input.wrong("color", "The color format is invalid.");
    }
    let mut others = call.organization.tags.iter().filter(|tag| Some(tag.id.as_str()) != own);
    if others.any(|tag| Some(&tag.title) == title.as_ref()) {
        input.wrong("title", "The title has already been taken.");
    }
    input.finish()?;
    Ok((title.unwrap_or_default(), color))
}

/// 204 for an unknown tag too (platform:delete_tag).
fn delete_tag(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let id = call.param("tag");
    if call.organization.tags.remove(id).is_none() && !call.context.quirks.deleting_unknown_tag_succeeds {
        return Err(Refused::Missing);
    }
    let hung: Vec<i64> =
        call.organization.taggings.iter().filter(|t| t.tag_id == id).map(|tagging| tagging.id).collect();
    for tagging in hung {
        call.organization.taggings.remove(&tagging);
    }
    Ok(Answer::no_content())
}

/// A missing or wrong `tag_type` is blamed on `tag_id`; a repeat adds no row, but fires again
/// (platform:tag_object).
fn create_tag_association(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let body = call.body()?;
    let mut input = Input::new(&body);
    for key in ["subject_id", "subject_type", "tag_id"] {
        input.require(key);
    }
    let subject_type = input.word("subject_type", &["Checklist", "Run"]).unwrap_or_default();
    let subject_id = input.text("subject_id", 255).unwrap_or_default();
    let tag_id = input.text("tag_id", 255).unwrap_or_default();
    let private = input.value("tag_type").and_then(Value::as_str) == Some("private");
    if !private || call.organization.tags.get(&tag_id).is_none() {
        input.wrong("tag_id", "The selected tag id is invalid.");
    }
    let live = match subject_type.as_str() {
        "Checklist" => call.organization.templates.get(&subject_id).is_some_and(|t| t.archived_at.is_none()),
        _ => call.organization.processes.get(&subject_id).is_some_and(|p| p.archived_at.is_none()),
    };
    if !live {
        input.wrong("subject_id", "Subject not found");
    }
    input.finish()?;
    let mut taggings = call.organization.taggings.iter();
    let known = taggings.find(|t| t.tag_id == tag_id && t.subject_id == subject_id).map(|tagging| tagging.id);
    let id = known.unwrap_or_else(|| call.context.ids.number());
    call.context.effect("tag.attached", &subject_id);
    call.organization.taggings.put(Tagging { id, tag_id, subject_type, subject_id });
    let tagging = call.organization.taggings.get(&id).ok_or(Refused::Missing)?;
    Ok(Answer::created(call.view().tagging(tagging)))
}

/// Text that is no number becomes 0: a success without effect (platform:untag_object).
fn delete_tag_association(call: &mut Call<'_>) -> Result<Answer, Refused> {
    let removed = match call.param("tag_association").parse::<i64>() {
        Ok(id) => call.organization.taggings.remove(&id).is_some(),
        Err(_) => call.context.quirks.textual_relation_ids_do_nothing,
    };
    if removed { Ok(Answer::empty()) } else { Err(Refused::Missing) }
}

impl View<'_> {
    /// A tag.
    pub fn tag(&self, tag: &Tag, query: &Query) -> Value {
        let mut row = json!({
            "id": tag.id,
            "title": tag.title,
            "color": tag.color,
            "auto_generated": tag.auto_generated,
            "created_at": dates::write(tag.created_at, Form::Plain),
            "deleted_at": null,
            "custom_fields": self.custom_fields("tag", &tag.id),
        });
        if query.with("statistics") {
            let count = |subject_type: &str, archived: bool| {
                let own = self.organization.taggings.iter().filter(|t| t.tag_id == tag.id);
                own.filter(|t| t.subject_type == subject_type && self.is_archived(t) == Some(archived))
                    .count()
            };
            row["statistics"] = self.include(json!({
                "active_template": count("Checklist", false),
                "archived_template": count("Checklist", true),
                "active_process": count("Run", false),
                "archived_process": count("Run", true),
            }));
        }
        row
    }

    fn is_archived(&self, tagging: &Tagging) -> Option<bool> {
        let id = &tagging.subject_id;
        match tagging.subject_type.as_str() {
            "Checklist" => self.organization.templates.get(id).map(|template| template.archived_at.is_some()),
            _ => self.organization.processes.get(id).map(|process| process.archived_at.is_some()),
        }
    }
}
