//! Carrying a plan out: every row comes into being by the operation that a client would call, so that it
//! obeys the same rules.
//!
//! Not here: reading the file (`plan`), its keys, names and short forms (`keys`, `names`, `defaults`), the seed that is
//! always there (`people`, `templates`, `processes`).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::names::Names;
use super::plan::{Plan, PlanError};
use super::{ADMIN, ORGANIZATION, defaults, keys, refusals};
use crate::answer::{Answer, Body};
use crate::dates;
use crate::gate::Caller;
use crate::query::Query;
use crate::routes::{self, Content, Request};
use crate::state::auth::Application;
use crate::state::organization::{Member, Organization};
use crate::state::owners::member_id;
use crate::state::{Token, World};

type Row = Map<String, Value>;
type Done<T = ()> = Result<T, PlanError>;

/// Adds the rows of a plan to the organization of a world.
pub fn apply(world: &mut World, plan: Plan) -> Done {
    Work::new(world, ORGANIZATION, ADMIN).carry_out(plan)
}

/// Rows being added to one organization, by its administrator.
pub struct Work<'a> {
    pub world: &'a mut World,
    organization: &'static str,
    admin: i64,
    /// Where in the plan, for errors.
    place: String,
    /// Names of the template at hand, for refusals.
    names: Names,
}

impl<'a> Work<'a> {
    pub fn new(world: &'a mut World, organization: &'static str, admin: i64) -> Self {
        Self { world, organization, admin, place: String::new(), names: Names::default() }
    }

    pub fn carry_out(&mut self, plan: Plan) -> Done {
        let before = self.world.fixed_now;
        self.world.fixed_now = plan.now.or(before);
        self.organization(plan.organization)?;
        self.each("members", plan.members, Work::member)?;
        self.each("applications", plan.applications, Work::application)?;
        self.each("guests", plan.guests, |work, row| work.create("create_guest", row).map(drop))?;
        self.each("groups", plan.groups, |work, mut row| {
            defaults::group(&mut row);
            work.create("create_group", row).map(drop)
        })?;
        self.each("tags", plan.tags, |work, row| work.create("create_tag", row).map(drop))?;
        self.each("folders", plan.folders, |work, row| work.create("create_folder", row).map(drop))?;
        self.each("custom_field_keys", plan.custom_field_keys, |work, row| {
            work.create("create_custom_field_key", row).map(drop)
        })?;
        self.each("watchers", plan.watchers, Work::watcher)?;
        self.each("templates", plan.templates, Work::template)?;
        self.each("processes", plan.processes, Work::processes)?;
        self.each("tasks", plan.tasks, Work::tasks)?;
        self.world.fixed_now = plan.now.or(before);
        self.world.effects.clear();
        Ok(())
    }

    fn each(&mut self, kind: &str, rows: Vec<Row>, mut add: impl FnMut(&mut Self, Row) -> Done) -> Done {
        for (at, row) in rows.into_iter().enumerate() {
            self.place = format!("{kind}[{at}]");
            add(self, row)?;
        }
        Ok(())
    }

    fn wrong<T>(&self, text: impl std::fmt::Display) -> Done<T> {
        Err(PlanError(format!("seed, {}: {text}", self.place)))
    }

    /// Calls an operation as the administrator. `params` are those of the path besides the organization.
    pub fn call(&mut self, operation: &str, params: &[(&str, &str)], body: Row) -> Done<Value> {
        let token = Token { member: self.admin, organization: self.organization.to_owned() };
        let params = params.iter().copied().chain([("org", self.organization)]);
        let params: BTreeMap<String, String> =
            params.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        let query = Query::default();
        let content = Content::Json(Value::Object(body));
        let request = Request { path: "", params: &params, query: &query, content: &content };
        let answer = routes::run(self.world, operation, &Caller::Member(token), &request);
        self.world.ids.forget_plan();
        let Answer { status, body, .. } = answer;
        let body = if let Body::Json(body) = body { body } else { Value::Null };
        if status.is_success() {
            Ok(body["data"].clone())
        } else {
            let told = refusals::told(operation, &body, &self.names);
            Err(PlanError(format!("seed, {}{told}", self.place)))
        }
    }

    /// Keys as the document has them, and names that there are.
    fn resolved(&self, operation: &str, row: Row, own: &[&str], names: &Names) -> Done<Row> {
        self.right(keys::check_body(operation, &row, own))?;
        self.right(names.resolve(row))
    }

    fn right<T>(&self, result: Result<T, String>) -> Done<T> {
        result.or_else(|text| self.wrong(text))
    }

    fn create(&mut self, operation: &str, mut row: Row) -> Done<Value> {
        let id = self.take_id(&mut row)?;
        let row = self.resolved(operation, row, &["id"], &self.names())?;
        self.world.ids.plan_some([id]);
        self.call(operation, &[], row)
    }

    fn watcher(&mut self, row: Row) -> Done {
        let admin = self.admin.to_string();
        let usual = [
            ("object_type", "organization"),
            ("object_id", self.organization),
            ("notification_type", "webhook"),
            ("frequency", "electric"),
        ];
        let mut body: Row = usual.map(|(key, value)| (key.to_owned(), json!(value))).into_iter().collect();
        body.extend(row);
        let body = self.resolved("create_watcher", body, &[], &self.names())?;
        self.call("create_watcher", &[("user", &admin)], body).map(drop)
    }

    fn names(&self) -> Names {
        self.world.organizations.get(self.organization).map(Names::of).unwrap_or_default()
    }

    /// Names, with those of the steps and fields of a template.
    fn names_of(&self, template: &str) -> Names {
        let mut names = self.names();
        let organization = self.world.organizations.get(self.organization);
        let id = names.template(template).unwrap_or_default();
        if let Some(template) = organization.and_then(|o| o.templates.get(&id)) {
            names.look_into(template);
        }
        names
    }

    fn organization(&mut self, mut row: Row) -> Done {
        "organization".clone_into(&mut self.place);
        self.right(keys::check_component("Organization", &row, &[]))?;
        let Some(organization) = self.world.organizations.get_mut(self.organization) else { return Ok(()) };
        if let Some(Value::String(name)) = row.shift_remove("name") {
            organization.name = name;
        }
        organization.profile.extend(row);
        Ok(())
    }

    fn member(&mut self, mut row: Row) -> Done {
        self.right(keys::check_component("User", &row, &["token", "password"]))?;
        let mut text = |key: &str| self.take_text(&mut row, key);
        let (token, password) = (text("token")?, text("password")?);
        let (email, first, last) = (text("email")?, text("first_name")?, text("last_name")?);
        let (role, status) = (text("role")?, text("status")?);
        let id = self.take_number(&mut row, "id")?;
        let Some(email) = email.map(|email| email.to_lowercase()) else {
            return self.wrong("a member needs an email");
        };
        let role = role.unwrap_or_else(|| "standard".to_owned());
        if !["admin", "standard", "light"].contains(&role.as_str()) {
            return self.wrong(format!("there is no role {role}; there are admin, standard, light"));
        }
        if let Some(status) = status.as_deref().filter(|one| !["active", "invited", "disabled"].contains(one))
        {
            return self.wrong(format!("there is no status {status}; there are active, invited, disabled"));
        }
        let id = id.unwrap_or_else(|| self.world.ids.number());
        let now = self.world.now();
        let Some(organization) = self.world.organizations.get_mut(self.organization) else { return Ok(()) };
        if organization.members.get(&id).is_some() || organization.member_by_email(&email).is_some() {
            return self.wrong(format!("there is a member {id} or {email} already"));
        }
        organization.members.put(Member {
            id,
            email: email.clone(),
            first_name: first.unwrap_or_else(|| "New".to_owned()),
            last_name: last.unwrap_or_else(|| "Member".to_owned()),
            role,
            status: status.unwrap_or_else(|| "active".to_owned()),
            created_at: now,
            last_updated: now,
            invited_by: Some(self.admin),
            disabled: None,
            reactivated: None,
            is_default_admin: false,
            profile: row,
        });
        if let Some(token) = token {
            let organization = self.organization.to_owned();
            self.world.auth.add(&token, Token { member: id, organization });
        }
        self.world.auth.passwords.extend(password.map(|password| (email, password)));
        Ok(())
    }

    fn application(&mut self, row: Row) -> Done {
        self.right(keys::check_known(&row, &["client_id", "client_secret"]))?;
        let text = |key: &str| match row.get(key) {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        let (Some(id), Some(secret)) = (text("client_id"), text("client_secret")) else {
            return self.wrong("an application needs client_id and client_secret");
        };
        let organization = self.organization.to_owned();
        self.world.auth.applications.insert(id.clone(), Application { id, secret, organization });
        Ok(())
    }

    fn template(&mut self, mut row: Row) -> Done {
        let (steps, rules) =
            (self.take_rows(&mut row, "steps")?, self.take_rows(&mut row, "automated_actions")?);
        row.entry("type").or_insert_with(|| json!("procedure"));
        let mut ids = vec![self.take_id(&mut row)?];
        let kickoff = row.get_mut("prerun").and_then(Value::as_array_mut);
        for field in kickoff.into_iter().flatten().filter_map(Value::as_object_mut) {
            ids.push(self.take_id(field)?);
            defaults::field(field);
        }
        let own = ["id", "steps", "automated_actions"];
        let row = self.resolved("create_checklist", row, &own, &self.names())?;
        self.world.ids.plan_some(ids);
        let created = self.call("create_checklist", &[], row)?;
        let id = created["id"].as_str().unwrap_or_default().to_owned();
        let top = self.place.clone();
        for (at, step) in steps.into_iter().enumerate() {
            self.place = format!("{top}.steps[{at}]");
            self.step(&id, step)?;
        }
        for (at, mut rule) in rules.into_iter().enumerate() {
            self.place = format!("{top}.automated_actions[{at}]");
            defaults::rule(&mut rule);
            let own = self.take_id(&mut rule)?;
            let rule = self.resolved("create_automated_action", rule, &["id"], &self.names_of(&id))?;
            self.world.ids.plan_some([own]);
            self.call("create_automated_action", &[("checklist", &id)], rule)?;
        }
        Ok(())
    }

    fn step(&mut self, template: &str, mut row: Row) -> Done {
        let captures = self.take_rows(&mut row, "captures")?;
        defaults::step(&mut row);
        let id = self.take_id(&mut row)?;
        let row = self.resolved("create_step", row, &["id", "captures"], &self.names_of(template))?;
        self.world.ids.plan_some([id]);
        let step = self.call("create_step", &[("checklist", template)], row)?;
        let step = step["id"].as_str().unwrap_or_default().to_owned();
        let top = self.place.clone();
        for (at, mut field) in captures.into_iter().enumerate() {
            self.place = format!("{top}.captures[{at}]");
            defaults::field(&mut field);
            let id = self.take_id(&mut field)?;
            let field = self.resolved("create_capture", field, &["id"], &Names::default())?;
            self.world.ids.plan_some([id]);
            self.call("create_capture", &[("checklist", template), ("step", &step)], field)?;
        }
        Ok(())
    }

    /// As many as `count` says, launched at `at`, with `{n}` for the number of each.
    fn processes(&mut self, mut row: Row) -> Done {
        let count = self.take_number(&mut row, "count")?.unwrap_or(1);
        let at = self.take_time(&mut row)?;
        let Some(name) = self.take_text(&mut row, "template")? else {
            let hint = if row.contains_key("checklist_id") { "; it is named by `template` here" } else { "" };
            return self.wrong(format!("a process needs a template{hint}"));
        };
        self.names = self.names_of(&name);
        let template = self.right(self.names.template(&name).map_err(|text| format!("template: {text}")))?;
        row.insert("checklist_id".to_owned(), json!(template));
        let answers = self.take_answers(&mut row)?;
        let complete = self.take_steps(row.shift_remove("complete").unwrap_or_default())?;
        let archived = self.take_flag(&mut row, "archived")?;
        let id = self.take_id(&mut row)?;
        let own = ["id", "template", "count", "at", "taskdata", "complete", "archived"];
        let row = self.resolved("create_run", row, &own, &self.names)?;
        for number in 1..=count {
            let now = self.world.fixed_now;
            self.world.fixed_now = at.or(now);
            self.world.ids.plan_some([id.clone().filter(|_| number == 1)]);
            let process = self.call("create_run", &[], numbered(&row, number))?;
            let run = process["id"].as_str().unwrap_or_default().to_owned();
            self.answer_tasks(&run, &answers)?;
            self.complete_tasks(&run, complete.as_deref())?;
            if archived {
                self.call("archive_run", &[("run", &run)], Row::new())?;
            }
            self.world.fixed_now = now;
            // A hundred thousand effects of a seed are nobody's business.
            self.world.effects.clear();
        }
        self.names = Names::default();
        Ok(())
    }

    /// `taskdata: {Step: {Field: value}}`, by ids.
    fn take_answers(&self, row: &mut Row) -> Done<Vec<(String, Row)>> {
        let answers = match row.shift_remove("taskdata") {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Object(map)) => map,
            Some(_) => return self.wrong("`taskdata` is written {Step: {Field: value}}"),
        };
        let of_step = |(name, values): (String, Value)| {
            let step = self.names.step(&name).map_err(|text| format!("taskdata: {text}"))?;
            let Value::Object(values) = values else {
                return Err(format!("taskdata.{name} is written {{Field: value}}"));
            };
            let values =
                self.names.answers(&step, values).map_err(|text| format!("taskdata.{name}: {text}"))?;
            Ok((step, values))
        };
        self.right(answers.into_iter().map(of_step).collect())
    }

    /// `complete: [Step, ...]`, or `all`, which is none here.
    fn take_steps(&self, complete: Value) -> Done<Option<Vec<String>>> {
        match complete {
            Value::String(word) if word == "all" => Ok(None),
            Value::Null => Ok(Some(Vec::new())),
            Value::Array(steps) if steps.iter().all(Value::is_string) => {
                let names = steps.iter().filter_map(Value::as_str);
                let ids: Result<_, String> = names.map(|name| self.names.step(name)).collect();
                self.right(ids.map(Some).map_err(|text| format!("complete: {text}")))
            }
            _ => self.wrong("`complete` is a list of steps, or `all`"),
        }
    }

    /// The tasks of a process by the id of their step, in order.
    fn tasks_of(&self, run: &str) -> Vec<(String, String)> {
        let Some(organization) = self.world.organizations.get(self.organization) else { return Vec::new() };
        let Some(process) = organization.processes.get(run) else { return Vec::new() };
        let tasks = organization.tasks_of(process).into_iter();
        tasks.filter_map(|task| Some((task.step_id.clone()?, task.id.clone()))).collect()
    }

    fn answer_tasks(&mut self, run: &str, answers: &[(String, Row)]) -> Done {
        for (step, values) in answers {
            let Some((_, task)) = self.tasks_of(run).into_iter().find(|(own, _)| own == step) else {
                return self.wrong(format!("taskdata: the process has no task of the step {step}"));
            };
            let body = Row::from_iter([("taskdata".to_owned(), Value::Object(values.clone()))]);
            self.call("update_run_task", &[("run", run), ("task", &task)], body)?;
        }
        Ok(())
    }

    /// The tasks of these steps, or all; approvals are given, hidden tasks are passed over.
    fn complete_tasks(&mut self, run: &str, complete: Option<&[String]>) -> Done {
        let tasks = self.tasks_of(run);
        let every: Vec<String> = tasks.iter().map(|(step, _)| step.clone()).collect();
        for step in complete.unwrap_or(&every) {
            let Some((_, task)) = tasks.iter().find(|(own, _)| own == step) else {
                return self.wrong(format!("complete: the process has no task of the step {step}"));
            };
            let organization = self.world.organizations.get(self.organization);
            let hidden = organization.and_then(|o| o.tasks.get(task)).is_some_and(|task| !task.is_open());
            if !hidden {
                let body = json!({ "task_id": task, "is_approved": true });
                self.call("complete_run_task", &[("run", run)], object(body))?;
            }
        }
        Ok(())
    }

    fn tasks(&mut self, mut row: Row) -> Done {
        let count = self.take_number(&mut row, "count")?.unwrap_or(1);
        let at = self.take_time(&mut row)?;
        let complete = self.take_flag(&mut row, "complete")?;
        let comments = match row.shift_remove("comments").unwrap_or_default() {
            Value::Null => Vec::new(),
            Value::Array(list) if list.iter().all(Value::is_string) => list,
            _ => return self.wrong("`comments` is a list of texts"),
        };
        defaults::task(&mut row, self.admin, at.unwrap_or_else(|| self.world.now()));
        let id = self.take_id(&mut row)?;
        let own = ["id", "count", "at", "complete", "comments"];
        let row = self.resolved("create_task", row, &own, &self.names())?;
        for number in 1..=count {
            let now = self.world.fixed_now;
            self.world.fixed_now = at.or(now);
            self.world.ids.plan_some([id.clone().filter(|_| number == 1)]);
            let task = self.call("create_task", &[], numbered(&row, number))?;
            let task = task["id"].as_str().unwrap_or_default().to_owned();
            for content in &comments {
                let body = object(json!({ "content": content }));
                self.call("create_task_comment", &[("task", &task)], body)?;
            }
            if complete {
                let body = json!({ "task_id": task, "is_approved": true });
                self.call("complete_task", &[], object(body))?;
            }
            self.world.fixed_now = now;
            self.world.effects.clear();
        }
        Ok(())
    }

    /// `id` of a row other than a member.
    fn take_id(&self, row: &mut Row) -> Done<Option<String>> {
        match row.shift_remove("id") {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(id)) => Ok(Some(id)),
            Some(other) => {
                self.wrong(format!("`id` is a text, in quotes where it is of digits alone, not {other}"))
            }
        }
    }

    fn take_text(&self, row: &mut Row, key: &str) -> Done<Option<String>> {
        match row.shift_remove(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => self.wrong(format!("`{key}` is a text, not {other}")),
        }
    }

    fn take_number(&self, row: &mut Row, key: &str) -> Done<Option<i64>> {
        match row.shift_remove(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match member_id(&value) {
                Some(number) => Ok(Some(number)),
                None => self.wrong(format!("`{key}` is a number, not {value}")),
            },
        }
    }

    fn take_flag(&self, row: &mut Row, key: &str) -> Done<bool> {
        match row.shift_remove(key) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(other) => self.wrong(format!("`{key}` is true or false, not {other}")),
        }
    }

    fn take_rows(&self, row: &mut Row, key: &str) -> Done<Vec<Row>> {
        match row.shift_remove(key) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(list)) if list.iter().all(Value::is_object) => {
                Ok(list.into_iter().map(object).collect())
            }
            Some(_) => self.wrong(format!("`{key}` is a list of maps")),
        }
    }

    fn take_time(&self, row: &mut Row) -> Done<Option<DateTime<Utc>>> {
        match row.shift_remove("at") {
            None => Ok(None),
            Some(at) => match at.as_str().and_then(dates::read) {
                Some(at) => Ok(Some(at)),
                None => self.wrong(format!("`at` is no date: {at}")),
            },
        }
    }
}

fn object(value: Value) -> Row {
    super::people::object(value)
}

/// Puts the number of a copy where a text says `{n}`.
fn numbered(row: &Row, number: i64) -> Row {
    fn fill(value: &Value, number: &str) -> Value {
        match value {
            Value::String(text) => Value::String(text.replace("{n}", number)),
            Value::Array(list) => list.iter().map(|entry| fill(entry, number)).collect(),
            Value::Object(map) => {
                Value::Object(map.iter().map(|(key, entry)| (key.clone(), fill(entry, number))).collect())
            }
            other => other.clone(),
        }
    }
    let number = number.to_string();
    row.iter().map(|(key, value)| (key.clone(), fill(value, &number))).collect()
}

/// Takes everything out of a new world but its administrator.
pub fn empty(world: &mut World) {
    let Some(organization) = world.organizations.get_mut(ORGANIZATION) else { return };
    let full = super::people::organization();
    let mut bare =
        Organization { id: full.id, name: full.name, profile: full.profile, ..Organization::default() };
    if let Some(admin) = full.members.get(&ADMIN) {
        bare.members.put(admin.clone());
    }
    *organization = bare;
}
