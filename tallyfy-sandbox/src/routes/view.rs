//! What rendering needs, and the small rows that others contain.
//!
//! Not here: the large rows, which stand beside their handlers.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::answer::php_map;
use crate::dates::{self, Form};
use crate::quirks::Quirks;
use crate::state::organization::{Organization, Tagging};
use crate::state::template::Field;
use crate::state::thread::Thread;

/// The state as rows of answers.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// Whose rows.
    pub organization: &'a Organization,
    /// The time.
    pub now: DateTime<Utc>,
    /// Which oddities are on.
    pub quirks: &'a Quirks,
}

impl View<'_> {
    /// A map, or `[]` when it is empty and the oddity is on.
    pub fn map(&self, map: &Map<String, Value>) -> Value {
        php_map(map, self.quirks.empty_maps_are_lists)
    }

    /// What `with` asks for, wrapped once more when the oddity is on.
    pub fn include(&self, inner: impl Into<Value>) -> Value {
        let inner = inner.into();
        if self.quirks.includes_are_wrapped { json!({ "data": inner }) } else { inner }
    }

    /// Several rows that `with` asks for.
    pub fn rows(&self, rows: impl Iterator<Item = Value>) -> Value {
        self.include(rows.collect::<Value>())
    }

    /// Writes a date in the form of its place, or in the plain one when the oddity is off.
    pub fn date(&self, at: DateTime<Utc>, form: Form) -> Value {
        dates::write(at, self.quirks.form(form))
    }

    /// Writes a date, or null.
    pub fn date_or_null(&self, at: Option<DateTime<Utc>>, form: Form) -> Value {
        dates::optional(at, self.quirks.form(form))
    }

    /// Custom field values of a record.
    pub fn custom_fields(&self, kind: &str, id: &str) -> Value {
        let known = self.organization.custom_fields.get(&format!("{kind}:{id}"));
        known.map_or_else(|| self.map(&Map::new()), |map| self.map(map))
    }

    /// Tags of an object, as association rows (platform:TagAssociation).
    pub fn tags(&self, subject_type: &str, subject_id: &str) -> Value {
        let taggings = self.organization.taggings.iter();
        let own = taggings.filter(|t| t.subject_type == subject_type && t.subject_id == subject_id);
        self.rows(own.map(|tagging| self.tagging(tagging)))
    }

    /// One association row.
    pub fn tagging(&self, tagging: &Tagging) -> Value {
        let tag = self.organization.tags.get(&tagging.tag_id);
        json!({
            "id": tagging.id,
            "tag_id": tagging.tag_id,
            "title": tag.map(|tag| &tag.title),
            "color": tag.and_then(|tag| tag.color.as_ref()),
            "subject_id": tagging.subject_id,
            "subject_type": tagging.subject_type,
        })
    }

    /// Folders in which an object lies.
    pub fn folders_of(&self, subject_type: &str, subject_id: &str) -> Value {
        let filings = self.organization.filings.iter();
        let own = filings.filter(|f| f.subject_type == subject_type && f.subject_id == subject_id);
        let folders = own.filter_map(|filing| self.organization.folders.get(&filing.folder_id));
        self.rows(folders.map(|folder| json!({ "id": folder.id, "name": folder.name })))
    }

    /// Files of an object.
    pub fn assets(&self, subject_type: &str, subject_id: &str) -> Value {
        let assets = self.organization.assets.iter();
        let own = assets.filter(|asset| asset.subject_type == subject_type && asset.subject_id == subject_id);
        self.rows(own.map(|asset| self.asset(asset)))
    }

    /// The keys that all four kinds of form field have in common.
    pub fn field(&self, field: &Field) -> Map<String, Value> {
        let mut row = Map::new();
        let rest = |key: &str| field.rest.get(key).cloned().unwrap_or(Value::Null);
        let flag = |key: &str| field.rest.get(key).cloned().unwrap_or(Value::Bool(false));
        // The sheets know `[]` here too, which the document does not allow for free objects.
        let settings = field.rest.get("settings").cloned().unwrap_or_else(|| json!({}));
        let entries = [
            ("id", json!(field.id)),
            ("alias", json!(field.alias)),
            ("label", json!(field.label)),
            ("field_type", json!(field.field_type)),
            ("guidance", rest("guidance")),
            ("position", json!(field.position)),
            ("required", json!(field.required)),
            ("use_wysiwyg_editor", flag("use_wysiwyg_editor")),
            ("collect_time", flag("collect_time")),
            ("options", json!(field.options)),
            ("columns", json!(field.columns)),
            ("field_validation", json!(field.validation)),
            ("default_value", rest("default_value")),
            ("default_value_enabled", flag("default_value_enabled")),
            ("prefix", rest("prefix")),
            ("suffix", rest("suffix")),
            ("settings", settings),
            ("list", rest("list")),
            ("created_at", dates::write(field.created_at, Form::Plain)),
            ("last_updated", dates::write(field.last_updated, Form::Plain)),
        ];
        row.extend(entries.map(|(key, value)| (key.to_owned(), value)));
        row
    }

    /// A form field of a step (Capture).
    pub fn capture(&self, field: &Field, step_id: &str) -> Value {
        let mut row = self.field(field);
        row.insert("increment_id".to_owned(), json!(field.increment_id));
        row.insert("step_id".to_owned(), json!(step_id));
        row.insert("custom_fields".to_owned(), self.custom_fields("capture", &field.id));
        Value::Object(row)
    }

    /// A kick-off field (Prerun).
    pub fn kickoff_field(&self, field: &Field, checklist_id: &str) -> Value {
        let mut row = self.field(field);
        row.insert("checklist_id".to_owned(), json!(checklist_id));
        row.insert("custom_fields".to_owned(), self.custom_fields("prerun", &field.id));
        Value::Object(row)
    }

    /// A form field of a task with its answer. Sources disagree on the answer's key, so both are there
    /// (processes_tasks:disagreements, answer key inside task form_fields include).
    pub fn task_field(&self, field: &Field, step_id: Option<&str>, values: &Map<String, Value>) -> Value {
        let mut row = self.field(field);
        let answer = values.get(&field.id).cloned().unwrap_or(Value::Null);
        row.insert("increment_id".to_owned(), json!(field.increment_id));
        row.insert("step_id".to_owned(), json!(step_id));
        row.insert("field_value".to_owned(), answer.clone());
        row.insert("value".to_owned(), answer);
        Value::Object(row)
    }

    /// A field in `runs/{id}/form-fields`: `unique_id` is always null (mig:shared/form_field_values).
    pub fn run_field(&self, field: &Field, task_id: Option<&str>, value: Option<&Value>) -> Value {
        let mut row = self.field(field);
        row.insert("increment_id".to_owned(), json!(field.increment_id));
        if let Some(task_id) = task_id {
            row.insert("task_id".to_owned(), json!(task_id));
        }
        row.insert("unique_id".to_owned(), Value::Null);
        if let Some(value) = value {
            row.insert("field_value".to_owned(), value.clone());
        }
        Value::Object(row)
    }

    /// A comment or issue.
    pub fn thread(&self, thread: &Thread) -> Value {
        json!({
            "id": thread.id,
            "task_id": thread.task_id,
            "step_id": thread.step_id,
            "content": self.with_names(&thread.content),
            "label": thread.label,
            "state": thread.state,
            "author_id": thread.author_id,
            "author_type": "user",
            "guest": null,
            "sent_to": thread.sent_to,
            "resolve_id": thread.resolve_id,
            "resolved_by": thread.resolved_by,
            "parent_comment_id": null,
            "editable": true,
            "created_at": self.date(thread.created_at, Form::Millis),
            "updated_at": self.date(thread.updated_at, Form::Millis),
            "archived_at": null,
        })
    }

    /// Mentions are read as names (processes_tasks:Comment.content).
    fn with_names(&self, content: &str) -> String {
        let mut text = content.to_owned();
        for id in crate::state::thread::mentions(content) {
            if let Some(member) = self.organization.members.get(&id) {
                let name = format!("{} {}", member.first_name, member.last_name);
                text = text.replace(&format!("@[{id}]"), &format!("@{name}"));
            }
        }
        text
    }
}
