//! Names in the place of ids: a seed file may say `Delivery` where a request needs 32 hex digits. A name that nothing
//! has is a mistake, also where the service would drop it without a word.
//!
//! Not here: what is done with the bodies (`apply`), misspelt keys (`keys`).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::state::organization::Organization;
use crate::state::template::{Field, Template};
use crate::suggest::did_you_mean;

/// Names of things of one kind, and their ids, which may be used too.
#[derive(Default)]
struct Kind {
    what: &'static str,
    ids: BTreeMap<String, String>,
}

impl Kind {
    fn new<'a>(what: &'static str, rows: impl Iterator<Item = (&'a String, &'a String)>) -> Self {
        Self { what, ids: rows.map(|(name, id)| (name.clone(), id.clone())).collect() }
    }

    fn find(&self, name: &str) -> Result<String, String> {
        let known = |id: &&String| *id == name;
        let found = self.ids.get(name).or_else(|| self.ids.values().find(known));
        found.cloned().ok_or_else(|| self.unknown(name))
    }

    fn unknown(&self, name: &str) -> String {
        let names: Vec<&str> = self.ids.keys().map(String::as_str).collect();
        let hint = match did_you_mean(name, names.iter().copied()) {
            hint if hint.is_empty() && names.is_empty() => format!(", as there is no {} at all", self.what),
            hint if hint.is_empty() && names.len() <= 12 => format!("; there are {}", names.join(", ")),
            hint => hint,
        };
        format!("there is no {} `{name}`{hint}", self.what)
    }
}

/// What names stand for, in one organization and, for steps and fields, in one template.
#[derive(Default)]
pub struct Names {
    members: BTreeMap<String, i64>,
    groups: Kind,
    tags: Kind,
    folders: Kind,
    templates: Kind,
    steps: Kind,
    kickoff: Kind,
    /// Form fields by the id of their step.
    fields: BTreeMap<String, Kind>,
    /// Fields by id, of the kick-off form and of all steps.
    all: BTreeMap<String, Field>,
}

type Named<T> = Result<T, String>;

impl Names {
    /// The names of an organization's rows as they are now.
    pub fn of(organization: &Organization) -> Self {
        Self {
            members: organization.members.iter().map(|member| (member.email.clone(), member.id)).collect(),
            groups: Kind::new("group", organization.groups.iter().map(|one| (&one.name, &one.id))),
            tags: Kind::new("tag", organization.tags.iter().map(|one| (&one.title, &one.id))),
            folders: Kind::new("folder", organization.folders.iter().map(|one| (&one.name, &one.id))),
            templates: Kind::new("template", organization.templates.iter().map(|one| (&one.title, &one.id))),
            ..Self::default()
        }
    }

    /// Adds the steps and fields of a template, in the place of another's.
    pub fn look_into(&mut self, template: &Template) {
        let fields = |what, fields: &[Field]| Kind::new(what, fields.iter().map(|one| (&one.label, &one.id)));
        self.steps = Kind::new("step", template.steps.iter().map(|step| (&step.title, &step.id)));
        self.kickoff = fields("kick-off field", &template.kickoff);
        let of_steps = template.steps.iter();
        self.fields = of_steps.map(|step| (step.id.clone(), fields("form field", &step.captures))).collect();
        let all = template.steps.iter().flat_map(|step| &step.captures).chain(&template.kickoff);
        self.all = all.map(|field| (field.id.clone(), field.clone())).collect();
    }

    /// The id of a template.
    pub fn template(&self, name: &str) -> Named<String> {
        self.templates.find(name)
    }

    /// The id of a step.
    pub fn step(&self, name: &str) -> Named<String> {
        self.steps.find(name)
    }

    /// Answers to the form fields of a step, by field id.
    pub fn answers(&self, step: &str, answers: Map<String, Value>) -> Named<Map<String, Value>> {
        let nothing = Kind { what: "form field", ids: BTreeMap::new() };
        self.answered(self.fields.get(step).unwrap_or(&nothing), answers)
    }

    /// The label of the field that a place in a refusal is about.
    pub fn label(&self, id: &str) -> Option<&str> {
        self.all.get(id).map(|field| field.label.as_str())
    }

    /// Puts ids in the place of names, wherever a body may hold one; fails with the key and the name that is unknown.
    pub fn resolve(&self, body: Map<String, Value>) -> Named<Map<String, Value>> {
        let entry = |(key, value): (String, Value)| {
            let value = self.entry(&key, value).map_err(|text| under(&key, text))?;
            Ok((key, value))
        };
        body.into_iter().map(entry).collect()
    }

    fn entry(&self, key: &str, value: Value) -> Named<Value> {
        match (key, value) {
            ("users" | "members" | "assignees", Value::Array(list)) => {
                list.into_iter().map(|entry| self.member(entry)).collect()
            }
            ("owner_id" | "user_id" | "override_user", value) => self.member(value),
            ("groups", Value::Array(list)) => each(&self.groups, list),
            ("tags", Value::Array(list)) => each(&self.tags, list),
            ("folders", Value::Array(list)) => each(&self.folders, list),
            ("folder_id" | "parent_id", value) => text(&self.folders, value),
            ("step", Value::String(word)) if ["start_run", "start_process", ""].contains(&word.as_str()) => {
                Ok(word.into())
            }
            ("target_step_id" | "step", value) => text(&self.steps, value),
            ("conditionable_id" | "actionable_id", Value::String(name)) => self.step_or_field(&name),
            ("prerun", Value::Object(map)) => self.answered(&self.kickoff, map).map(Value::Object),
            ("tasks", Value::Object(map)) => self.resolve(renamed(&self.steps, map)?).map(Value::Object),
            (_, Value::Object(map)) => self.resolve(map).map(Value::Object),
            (_, Value::Array(list)) => {
                let entries = list.into_iter().enumerate();
                let entry =
                    |(at, entry)| self.entry("", entry).map_err(|text| under(&format!("[{at}]"), text));
                entries.map(entry).collect()
            }
            (_, value) => Ok(value),
        }
    }

    /// Answers by field id, with choices that were named by their texts.
    fn answered(&self, kind: &Kind, answers: Map<String, Value>) -> Named<Map<String, Value>> {
        let answer = |(name, value): (String, Value)| {
            let id = kind.find(&name)?;
            let value = self.answer(&id, value).map_err(|text| under(&name, text))?;
            Ok((id, value))
        };
        answers.into_iter().map(answer).collect()
    }

    fn answer(&self, id: &str, value: Value) -> Named<Value> {
        let Some(field) = self.all.get(id) else { return Ok(value) };
        match (field.field_type.as_str(), value) {
            ("dropdown", Value::String(text)) if !text.is_empty() => choice(field, &text),
            ("multiselect", Value::Array(list)) => {
                let entries = list.into_iter().map(|entry| match entry {
                    Value::String(text) => {
                        let mut chosen = choice(field, &text)?;
                        chosen["selected"] = Value::Bool(true);
                        Ok(chosen)
                    }
                    other => Ok(other),
                });
                entries.collect()
            }
            ("assignees_form", Value::Object(map)) => self.resolve(map).map(Value::Object),
            (_, value) => Ok(value),
        }
    }

    /// A rule looks at steps and at fields.
    fn step_or_field(&self, name: &str) -> Named<Value> {
        let fields = [&self.kickoff].into_iter().chain(self.fields.values());
        let found = [&self.steps].into_iter().chain(fields).find_map(|kind| kind.find(name).ok());
        found.map(Value::String).ok_or_else(|| {
            let labels = self.all.values().map(|field| &field.label);
            let known = self.steps.ids.keys().chain(labels).map(String::as_str);
            format!("there is no step or form field `{name}`{}", did_you_mean(name, known))
        })
    }

    /// By mail address, or by number.
    fn member(&self, value: Value) -> Named<Value> {
        let id = match &value {
            Value::Null => return Ok(value),
            Value::String(text) => {
                self.members.get(&text.to_lowercase()).copied().or_else(|| text.parse().ok())
            }
            other => other.as_i64(),
        };
        let known = id.filter(|id| self.members.values().any(|one| one == id));
        known.map(Value::from).ok_or_else(|| {
            let name = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let hint = did_you_mean(&name, self.members.keys().map(String::as_str));
            format!("there is no member `{name}`{hint}")
        })
    }
}

/// What is wrong below a key: `owners.users: ..`.
fn under(key: &str, text: String) -> String {
    match text.split_once(": ") {
        Some((path, rest)) if !path.contains(' ') => {
            let dot = if path.starts_with('[') { "" } else { "." };
            format!("{key}{dot}{path}: {rest}")
        }
        _ => format!("{key}: {text}"),
    }
}

/// The option with this text, as it is sent.
fn choice(field: &Field, text: &str) -> Named<Value> {
    match field.options.iter().find(|option| option["text"] == text) {
        Some(option) => Ok(json!({ "id": option["id"], "text": text })),
        None => {
            let all: Vec<&str> = field.options.iter().filter_map(|option| option["text"].as_str()).collect();
            Err(format!("there is no choice `{text}`; there are {}", all.join(", ")))
        }
    }
}

fn each(kind: &Kind, list: Vec<Value>) -> Named<Value> {
    list.into_iter().map(|entry| text(kind, entry)).collect()
}

fn text(kind: &Kind, value: Value) -> Named<Value> {
    match value {
        Value::String(name) => kind.find(&name).map(Value::String),
        other => Ok(other),
    }
}

fn renamed(kind: &Kind, map: Map<String, Value>) -> Named<Map<String, Value>> {
    map.into_iter().map(|(name, value)| Ok((kind.find(&name)?, value))).collect()
}
