//! The rule engine: which automations of a process hold, and what they do to its tasks.
//!
//! Not here: reading a rule (`rule`), what a condition looks at (`conditions`), single actions (`actions`),
//! writing rules (`routes::automations`).
//!
//! The rules are those of the version that the process was launched from. Conditions are joined from left
//! to right, without precedence (templates:create_automation). Visibility and deadlines are worked out
//! again at each look, and fall back when a condition no longer holds; reopening, assignment and webhooks
//! happen once in a process (processes_tasks:complete_kickoff_form).

mod actions;
mod conditions;
mod rule;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::launch::Context;
use super::organization::Organization;
use super::process::Process;
use super::task::{Task, TaskState};
use super::{completion, schedule};
use conditions::Facts;
use rule::{Rule, Verb};

/// What a process remembers of its rules.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// Since when a rule holds, by its id.
    since: BTreeMap<String, DateTime<Utc>>,
    /// Actions that have happened and happen once only, by id.
    done: BTreeSet<String>,
}

/// What the rules changed in one look, in the order of the changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes(Vec<(String, Vec<&'static str>)>);

impl Changes {
    /// Tasks and the kinds of action that changed them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[&'static str])> {
        self.0.iter().map(|(task, kinds)| (task.as_str(), kinds.as_slice()))
    }

    fn add(&mut self, task: &str, kind: &'static str) {
        match self.0.iter_mut().find(|(known, _)| known == task) {
            Some((_, kinds)) if kinds.contains(&kind) => {}
            Some((_, kinds)) => kinds.push(kind),
            None => self.0.push((task.to_owned(), vec![kind])),
        }
    }
}

/// A rule in one look at a process.
struct Judged<'a> {
    rule: &'a Rule,
    /// Whether each condition is met.
    met: Vec<bool>,
    holds: bool,
    /// It did not hold when last looked at.
    is_new: bool,
    /// Where its deadlines are counted from.
    anchor: DateTime<Utc>,
}

/// Looks at the rules of a process, does what they say, and settles deadlines and the process itself. To be
/// called after every change on which a condition may hang.
pub fn run(organization: &mut Organization, context: &mut Context<'_>, process: &str) -> Changes {
    let mut changes = Changes::default();
    let rules = rules_of(organization, process);
    // What one rule does may be what another waits for; a rule acts once, so this comes to an end.
    for _ in 0..=rules.len() {
        if !look(organization, context, process, &rules, &mut changes) {
            break;
        }
    }
    schedule::settle(organization, context.quirks, process);
    completion::settle_process(organization, context, process);
    changes
}

fn rules_of(organization: &Organization, process: &str) -> Vec<Rule> {
    let process = organization.processes.get(process);
    let template = process.and_then(|process| process.template.as_ref());
    let rows = template.map_or(&[][..], |template| &template.automations);
    let mut rules: Vec<Rule> = rows.iter().filter_map(Rule::read).collect();
    rules.sort_by_key(|rule| rule.position);
    rules
}

/// One look. Tells whether anything has changed.
fn look(
    organization: &mut Organization,
    context: &mut Context<'_>,
    id: &str,
    rules: &[Rule],
    changes: &mut Changes,
) -> bool {
    let Some(process) = organization.processes.get(id) else { return false };
    let judged = judge(organization, process, rules, context.now);
    let mut changed = false;
    for one in judged.iter().filter(|one| one.is_new) {
        let done = once(organization, context, id, one, changes);
        note(organization, context, id, one);
        changed |= done;
    }
    changed |= show_and_hide(organization, context, id, &judged, changes);
    changed |= set_deadlines(organization, id, &judged, changes);
    if let Some(process) = organization.processes.get_mut(id) {
        process.rules.since =
            judged.iter().filter(|one| one.holds).map(|one| (one.rule.id.clone(), one.anchor)).collect();
    }
    changed
}

impl Judged<'_> {
    /// The actions of some verbs, with the step each aims at.
    fn actions(&self, verbs: &'static [Verb]) -> impl Iterator<Item = &rule::Action> {
        self.rule.actions.iter().filter(move |action| verbs.contains(&action.verb))
    }
}

fn judge<'a>(
    organization: &Organization,
    process: &Process,
    rules: &'a [Rule],
    now: DateTime<Utc>,
) -> Vec<Judged<'a>> {
    let facts = Facts { process, tasks: organization.tasks_of(process) };
    let judge = |rule: &'a Rule| {
        let met: Vec<bool> = rule.conditions.iter().map(|condition| facts.meet(condition)).collect();
        let joined = rule.conditions.iter().zip(&met).map(|(condition, met)| (condition.or, *met));
        let holds = joined.reduce(|(_, left), (or, met)| (or, if or { left || met } else { left && met }));
        let holds = holds.is_some_and(|(_, holds)| holds);
        let before = process.rules.since.get(&rule.id).copied();
        Judged { rule, met, holds, is_new: holds && before.is_none(), anchor: before.unwrap_or(now) }
    };
    rules.iter().map(judge).collect()
}

/// Actions that happen once in a process.
fn once(
    organization: &mut Organization,
    context: &mut Context<'_>,
    id: &str,
    judged: &Judged<'_>,
    changes: &mut Changes,
) -> bool {
    let mut changed = false;
    for action in judged.actions(&Verb::ONCE) {
        let Some(process) = organization.processes.get_mut(id) else { return changed };
        if !process.rules.done.insert(action.id.clone()) {
            continue;
        }
        let Some(task) = task_of_step(organization, id, &action.step) else { continue };
        if actions::happen(organization, context, id, &task, action) {
            changes.add(&task, action.verb.kind());
            changed = true;
        }
    }
    changed
}

/// A step that some rule shows is hidden until that rule holds (docs: visibility actions); the last rule
/// that holds decides. Completed tasks stay as they are.
fn show_and_hide(
    organization: &mut Organization,
    context: &mut Context<'_>,
    id: &str,
    judged: &[Judged<'_>],
    changes: &mut Changes,
) -> bool {
    let mut visible: BTreeMap<&str, bool> = BTreeMap::new();
    for action in judged.iter().flat_map(|one| one.actions(&Verb::VISIBILITY)) {
        let shown_by_none = visible.get(action.step.as_str()).copied().unwrap_or(true);
        visible.insert(&action.step, shown_by_none && action.verb != Verb::Show);
    }
    for one in judged.iter().filter(|one| one.holds) {
        visible.extend(one.actions(&Verb::VISIBILITY).map(|a| (a.step.as_str(), a.verb == Verb::Show)));
    }
    let mut changed = false;
    for (step, visible) in visible {
        let Some(task_id) = task_of_step(organization, id, step) else { continue };
        let Some(task) = organization.tasks.get(&task_id) else { continue };
        let state = match (visible, task.state) {
            (true, TaskState::AutoSkipped) => TaskState::NotStarted,
            (false, TaskState::NotStarted | TaskState::InProgress) => TaskState::AutoSkipped,
            _ => continue,
        };
        if let Some(task) = organization.tasks.get_mut(&task_id) {
            task.state = state;
            task.last_updated = context.now;
        }
        changes.add(&task_id, "visibility");
        changed = true;
    }
    changed
}

/// The last rule that holds decides; without one the deadline falls back to that of the step. A deadline
/// set by hand is left alone (docs:open-api/code-samples/tasks/reset-task-deadline).
fn set_deadlines(
    organization: &mut Organization,
    id: &str,
    judged: &[Judged<'_>],
    changes: &mut Changes,
) -> bool {
    let mut wanted: BTreeMap<&str, Option<DateTime<Utc>>> = BTreeMap::new();
    for action in judged.iter().flat_map(|one| one.actions(&Verb::DEADLINE)) {
        wanted.insert(&action.step, None);
    }
    let Some(process) = organization.processes.get(id) else { return false };
    let facts = Facts { process, tasks: organization.tasks_of(process) };
    for one in judged.iter().filter(|one| one.holds) {
        let anchor = facts.date(one.rule, &one.met).unwrap_or(one.anchor);
        let set = one.actions(&Verb::DEADLINE).filter_map(|action| {
            Some((action.step.as_str(), action.deadline.as_ref().map(|deadline| deadline.apply(anchor))?))
        });
        wanted.extend(set.map(|(step, at)| (step, Some(at))).collect::<Vec<_>>());
    }
    let mut changed = false;
    for (step, at) in wanted {
        let Some(task_id) = task_of_step(organization, id, step) else { continue };
        let Some(task) = organization.tasks.get(&task_id) else { continue };
        if task.rule_deadline == at || task.state == TaskState::Completed {
            continue;
        }
        // One set by hand does not move, but knows where it would go back to.
        let moves = !task.deadline_set_by_hand;
        if let Some(task) = organization.tasks.get_mut(&task_id) {
            task.rule_deadline = at;
        }
        if moves {
            changes.add(&task_id, "deadline");
        }
        changed = true;
    }
    changed
}

/// The task that was made from a step.
fn task_of_step(organization: &Organization, process: &str, step: &str) -> Option<String> {
    let process = organization.processes.get(process)?;
    let mut tasks = process.tasks.iter().filter_map(|id| organization.tasks.get(id));
    tasks.find(|task| task.step_id.as_deref() == Some(step)).map(|task| task.id.clone())
}

/// Leaves a row of type execution in the activity feed (mcp:explain_step_visibility).
fn note(organization: &Organization, context: &mut Context<'_>, id: &str, judged: &Judged<'_>) {
    let Some(process) = organization.processes.get(id) else { return };
    let facts = Facts { process, tasks: organization.tasks_of(process) };
    let rules = judged.rule.conditions.iter().zip(&judged.met);
    let rules: Vec<Value> = rules.map(|(condition, met)| facts.describe(condition, *met)).collect();
    let mut actions = serde_json::Map::new();
    for action in &judged.rule.actions {
        let of_step = |task: &&&Task| task.step_id.as_deref() == Some(action.step.as_str());
        let Some(task) = facts.tasks.iter().find(of_step) else { continue };
        let entry =
            actions.entry(task.id.clone()).or_insert_with(|| json!({ "title": task.title, "actions": [] }));
        if let Some(Value::Array(words)) = entry.get_mut("actions") {
            words.push(json!(action.verb.word()));
        }
    }
    let check = json!({
        "automation_id": judged.rule.id, "alias": judged.rule.alias, "rules": rules, "actions": actions,
    });
    context.effect_of("automation.executed", id, Some(check));
}
