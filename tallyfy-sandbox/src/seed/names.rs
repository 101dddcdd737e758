//! Names in the place of ids: a seed file may say `Delivery` where a request needs 32 hex digits.
//!
//! Not here: what is done with the bodies (`apply`).

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::state::organization::Organization;
use crate::state::template::{Field, Template};

/// What names stand for, in one organization and, for steps and fields, in one template.
#[derive(Default)]
pub struct Names {
    members: BTreeMap<String, i64>,
    groups: BTreeMap<String, String>,
    tags: BTreeMap<String, String>,
    folders: BTreeMap<String, String>,
    templates: BTreeMap<String, String>,
    steps: BTreeMap<String, String>,
    fields: BTreeMap<String, String>,
}

impl Names {
    /// The names of an organization's rows as they are now.
    pub fn of(organization: &Organization) -> Self {
        let pairs = |rows: Vec<(&String, &String)>| -> BTreeMap<String, String> {
            rows.into_iter().map(|(name, id)| (name.clone(), id.clone())).collect()
        };
        Self {
            members: organization.members.iter().map(|member| (member.email.clone(), member.id)).collect(),
            groups: pairs(organization.groups.iter().map(|group| (&group.name, &group.id)).collect()),
            tags: pairs(organization.tags.iter().map(|tag| (&tag.title, &tag.id)).collect()),
            folders: pairs(organization.folders.iter().map(|folder| (&folder.name, &folder.id)).collect()),
            templates: pairs(organization.templates.iter().map(|t| (&t.title, &t.id)).collect()),
            ..Self::default()
        }
    }

    /// Adds the steps and fields of a template, in the place of another's.
    pub fn look_into(&mut self, template: &Template) {
        let label = |field: &Field| (field.label.clone(), field.id.clone());
        self.steps = template.steps.iter().map(|step| (step.title.clone(), step.id.clone())).collect();
        self.fields = template.steps.iter().flat_map(|step| &step.captures).map(label).collect();
        self.fields.extend(template.kickoff.iter().map(label));
    }

    /// The id of a template; what is no title counts as an id.
    pub fn template(&self, name: &str) -> String {
        self.templates.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }

    /// The id of a step; what is no title counts as an id.
    pub fn step(&self, name: &str) -> String {
        self.steps.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }

    /// Puts ids in the place of names, wherever a body may hold one. What is no name stays as it is.
    pub fn resolve(&self, body: Map<String, Value>) -> Map<String, Value> {
        body.into_iter().map(|(key, value)| (key.clone(), self.entry(&key, value))).collect()
    }

    fn entry(&self, key: &str, value: Value) -> Value {
        match (key, value) {
            ("users" | "members" | "assignees", Value::Array(list)) => {
                list.into_iter().map(|entry| self.member(entry)).collect()
            }
            ("owner_id" | "user_id" | "override_user", value) => self.member(value),
            ("groups", Value::Array(list)) => list.into_iter().map(|e| text(&self.groups, e)).collect(),
            ("tags", Value::Array(list)) => list.into_iter().map(|e| text(&self.tags, e)).collect(),
            ("folders", Value::Array(list)) => list.into_iter().map(|e| text(&self.folders, e)).collect(),
            ("folder_id" | "parent_id", value) => text(&self.folders, value),
            ("target_step_id" | "step", value) => text(&self.steps, value),
            ("conditionable_id" | "actionable_id", value) => text(&self.fields, text(&self.steps, value)),
            ("prerun" | "taskdata", Value::Object(map)) => Value::Object(renamed(&self.fields, map)),
            ("tasks", Value::Object(map)) => Value::Object(self.resolve(renamed(&self.steps, map))),
            (_, Value::Object(map)) => Value::Object(self.resolve(map)),
            (_, Value::Array(list)) => list.into_iter().map(|entry| self.entry("", entry)).collect(),
            (_, value) => value,
        }
    }

    fn member(&self, value: Value) -> Value {
        let known = value.as_str().and_then(|email| self.members.get(email));
        known.map_or(value, |id| Value::from(*id))
    }
}

fn text(names: &BTreeMap<String, String>, value: Value) -> Value {
    let known = value.as_str().and_then(|name| names.get(name)).cloned();
    known.map_or(value, Value::String)
}

fn renamed(names: &BTreeMap<String, String>, map: Map<String, Value>) -> Map<String, Value> {
    map.into_iter().map(|(key, value)| (names.get(&key).cloned().unwrap_or(key), value)).collect()
}
