//! What is posted: the shapes WebhookProcessPayload and WebhookTaskPayload of the document
//! (docs:webhooks/webhook-payload-structure).
//!
//! Not here: when and to whom (`calls`). They are no rows of the API: ids of people are mostly text, progress is a
//! number, maps are keyed by alias (processes_tasks:disagreements).

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::answer::php_map;
use crate::dates::{self, Form};
use crate::state::organization::{Member, Organization};
use crate::state::process::Process;
use crate::state::task::{Task, TaskState};
use crate::state::template::Field;

/// Makes payloads of what an organization holds now.
pub struct Payload<'a> {
    pub organization: &'a Organization,
    pub now: DateTime<Utc>,
    pub empty_maps_are_lists: bool,
    pub member_ids_are_text: bool,
}

impl Payload<'_> {
    /// A process that was launched or completed; `completed_at` tells which.
    pub fn process(&self, process: &Process) -> Value {
        let summary = process.summarize(self.organization, self.now);
        let tasks = self.organization.tasks_of(process);
        let stamp = |at| dates::write(at, Form::Plain);
        let maybe = |at| dates::optional(at, Form::Plain);
        json!({
            "id": process.id,
            "increment_id": process.increment_id,
            "checklist_id": process.checklist_id(),
            "checklist_title": process.template.as_ref().map(|template| &template.title),
            "name": process.name,
            "summary": process.summary,
            "status": status(summary.status),
            "progress": whole(summary.progress.percent()),
            "whole_progress": whole(summary.whole_progress.percent()),
            "started_by": self.id(process.started_by),
            "owner_id": self.id(process.owner_id),
            "prerun": self.map(&process.prerun),
            "prerun_status": process.prerun_completed.map(|_| "completed"),
            "prerun_completed_at": maybe(process.prerun_completed.map(|(at, _)| at)),
            "prerun_completed_by": process.prerun_completed.map(|(_, by)| self.id(by)),
            "prerun_length": process.kickoff().len(),
            "created_at": stamp(process.created_at),
            "started_at": stamp(process.created_at),
            "last_updated": stamp(process.last_updated),
            "completed_at": maybe(process.completed_at),
            "collaborators": summary.collaborators.iter().map(|id| self.id(*id)).collect::<Vec<_>>(),
            "late_tasks": summary.late_tasks,
            "due_soon": summary.due_soon,
            "due_date": maybe(summary.last_deadline),
            "users": self.users(&process.users),
            "groups": self.groups(&process.groups),
            "process-tasks": self.task_ids(&tasks),
            "ko-form-fields": self.by_alias(process.kickoff(), &process.prerun),
            "guest-links": self.guest_links(&tasks),
            "launcher": self.person(Some(process.started_by)),
        })
    }

    /// A task that was completed, with its process. A one-off task has neither template nor process
    /// (platform:WebhookTaskPayload.variants).
    pub fn task(&self, task: &Task) -> Value {
        let process = task.run_id.as_ref().and_then(|id| self.organization.processes.get(id));
        let tasks = process.map_or_else(|| vec![task], |process| self.organization.tasks_of(process));
        let mut body = json!({
            "this_task": self.this_task(task),
            "launcher": self.person(process.map(|process| process.started_by)),
            "completer": self.person(task.completer_id),
            "process-tasks": self.task_ids(&tasks),
            "form-fields": self.answers(&tasks),
        });
        if let Some(process) = process {
            let template = process.template.as_ref();
            body["template"] = json!(template.map(|template| json!({
                "id": template.id, "title": template.title,
                "alias": template.alias, "summary": template.summary,
            })));
            body["process"] = self.process_of_task(process, &tasks);
        }
        body["guest-links"] = self.guest_links(&tasks);
        // The first visible open task by position; at the end [] (platform:webhooks.classic.next_task).
        let next = tasks.iter().find(|other| other.is_open() && other.id != task.id);
        body["next_task"] = next.map_or_else(|| json!([]), |next| self.plain_task(next));
        body
    }

    fn this_task(&self, task: &Task) -> Value {
        let mut row = self.plain_task(task);
        row["completed_at"] = dates::optional(task.completed_at, Form::Plain);
        row["completed_by"] = self.person(task.completer_id);
        row["assets"] = self.assets(task);
        row
    }

    /// What `this_task` and `next_task` have in common.
    fn plain_task(&self, task: &Task) -> Value {
        json!({
            "id": task.id,
            "title": task.title,
            "alias": task.alias,
            "status": task.state.word(),
            "summary": task.summary,
            "deadline": dates::optional(task.deadline, Form::Plain),
            "position": task.position,
            "captures": self.captures(task),
            "owners": {
                "users": task.owners.users.iter().map(|id| self.person(Some(*id))).collect::<Vec<_>>(),
                "guests": task.owners.guests,
            },
        })
    }

    fn process_of_task(&self, process: &Process, tasks: &[&Task]) -> Value {
        let summary = process.summarize(self.organization, self.now);
        json!({
            "id": process.id,
            "organization_id": self.organization.id,
            "name": process.name,
            "summary": process.summary,
            "status": status(summary.status),
            "progress": whole(summary.progress.percent()),
            "created_at": dates::write(process.created_at, Form::Plain),
            "ClientURL": format!("https://go.tallyfy.com/tracker/{}", process.id),
            "prerun": self.map(&process.prerun),
            "process_forms": self.forms(tasks),
            "tags": self.tags(&process.id),
        })
    }

    fn map(&self, map: &Map<String, Value>) -> Value {
        php_map(map, self.empty_maps_are_lists)
    }

    /// Form fields by field id, with null where there is no answer.
    fn captures(&self, task: &Task) -> Value {
        let row = |field: &Field| {
            let value = task.taskdata.get(&field.id);
            (field.id.clone(), json!({ "alias": field.alias, "label": field.label, "value": value }))
        };
        self.map(&task.fields.iter().map(row).collect())
    }

    fn forms(&self, tasks: &[&Task]) -> Value {
        let with_fields = tasks.iter().filter(|task| !task.fields.is_empty());
        let forms = with_fields.filter_map(|task| Some((task.step_id.clone()?, self.captures(task))));
        self.map(&forms.collect())
    }

    fn by_alias(&self, fields: &[Field], values: &Map<String, Value>) -> Value {
        self.map(&aliased(fields, values).collect())
    }

    fn answers(&self, tasks: &[&Task]) -> Value {
        self.map(&tasks.iter().flat_map(|task| aliased(&task.fields, &task.taskdata)).collect())
    }

    fn task_ids(&self, tasks: &[&Task]) -> Value {
        let visible = tasks.iter().filter(|task| task.state != TaskState::AutoSkipped);
        self.map(&visible.map(|task| (task.alias.clone(), json!(task.id))).collect())
    }

    fn guest_links(&self, tasks: &[&Task]) -> Value {
        let mut links = Map::new();
        for address in tasks.iter().flat_map(|task| &task.owners.guests) {
            if let Some(guest) = self.organization.guests.get(address) {
                let organization = &self.organization.id;
                let link = format!("https://go.tallyfy.com/guest-all-task/{organization}/{}", guest.code);
                links.insert(address.clone(), json!({ "link_for_guest": link }));
            }
        }
        self.map(&links)
    }

    /// Of a member.
    fn id(&self, id: i64) -> Value {
        if self.member_ids_are_text { id.to_string().into() } else { id.into() }
    }

    fn person(&self, id: Option<i64>) -> Value {
        let member = id.and_then(|id| self.organization.members.get(&id));
        member.map_or(Value::Null, |member| {
            json!({ "id": self.id(member.id), "email": member.email, "full_name": full_name(member) })
        })
    }

    fn users(&self, ids: &[i64]) -> Vec<Value> {
        let members = ids.iter().filter_map(|id| self.organization.members.get(id));
        members
            .map(|member| json!({ "user_id": self.id(member.id), "full_name": full_name(member) }))
            .collect()
    }

    fn groups(&self, ids: &[String]) -> Vec<Value> {
        let groups = ids.iter().filter_map(|id| self.organization.groups.get(id));
        groups.map(|group| json!({ "group_id": group.id, "name": group.name })).collect()
    }

    fn tags(&self, process: &str) -> Vec<Value> {
        let taggings = self.organization.taggings.iter();
        let own = taggings.filter(|row| row.subject_type == "Run" && row.subject_id == process);
        let tags = own.filter_map(|row| self.organization.tags.get(&row.tag_id));
        tags.map(|tag| json!({ "id": tag.id, "name": tag.title, "color": tag.color })).collect()
    }

    /// Files of the task, and those of its process that were uploaded at its step.
    fn assets(&self, task: &Task) -> Value {
        let organization = &self.organization.id;
        let own = self.organization.assets.iter().filter(|asset| {
            let of_step = asset.step_id.is_some() && asset.step_id == task.step_id;
            asset.subject_id == task.id || (of_step && Some(&asset.subject_id) == task.run_id.as_ref())
        });
        own.map(|asset| {
            let link = format!("https://api.tallyfy.com/organizations/{organization}/file/{}/dl", asset.id);
            json!({ "id": asset.id, "filename": asset.filename, "version": "1", "public_link": link })
        })
        .collect()
    }
}

fn full_name(member: &Member) -> String {
    format!("{} {}", member.first_name, member.last_name)
}

/// Answers by alias.
fn aliased<'a>(
    fields: &'a [Field],
    values: &'a Map<String, Value>,
) -> impl Iterator<Item = (String, Value)> + 'a {
    fields.iter().filter_map(|field| Some((field.alias.clone(), values.get(&field.id)?.clone())))
}

/// A running process is `in-progress` here, where answers say `active`.
fn status(word: &str) -> &str {
    if word == "active" { "in-progress" } else { word }
}

fn whole(percent: f64) -> Value {
    json!(percent.round() as i64)
}
