//! Filters and orders of task lists.
//!
//! Not here: whose tasks are listed (`read`).

use std::cmp::Reverse;

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::super::view::View;
use crate::dates;
use crate::query::Query;
use crate::state::task::{Task, TaskState};

/// How near a deadline is for `due-soon`. No source tells; a day is the sandbox's own choice.
const SOON: Duration = Duration::days(1);
/// How long nothing has happened for `stalled`. No source tells; a week is the sandbox's own choice.
const STALLED: Duration = Duration::days(7);

/// Codes of the `status` filter that filter something (processes_tasks:list_process_tasks.status).
const CODES: [&str; 13] = [
    "active",
    "active-visible",
    "not-started",
    "in-progress",
    "complete",
    "overdue",
    "stalled",
    "due-soon",
    "on-time",
    "has-problem",
    "has-improvement",
    "auto-skipped",
    "all",
];

/// A list's query with what it needs to be read.
pub struct Scope<'a> {
    /// Rows.
    pub view: View<'a>,
    /// Query.
    pub query: &'a Query,
    /// What counts when `status` is not sent.
    pub default_status: Option<&'static str>,
}

/// `archived=true` adds archived tasks, `archived=only` shows them alone.
pub fn is_archive_wanted(task: &Task, query: &Query) -> bool {
    match query.get("archived") {
        Some("only") => task.archived_at.is_some(),
        Some("true" | "1") => true,
        _ => task.archived_at.is_none(),
    }
}

impl Scope<'_> {
    /// Whether the task passes every filter.
    pub fn wants(&self, task: &Task) -> bool {
        self.has_status(task)
            && self.is_assigned(task)
            && self.is_due(task)
            && self.is_named(task)
            && self.query.flag("is_oneoff").is_none_or(|oneoff| task.is_oneoff == oneoff)
            && self.is_created(task)
            && self.is_marked(task)
            && self.has_custom_field(task)
    }

    /// The parts of `status` are ORed. Unknown ones are ignored; when nothing is left, so is the filter,
    /// and every task is returned (mcp:_TASK_STATUS_FILTERS, measured 2026-09-28).
    fn has_status(&self, task: &Task) -> bool {
        let mut codes = self.query.list("status");
        if codes.is_empty() {
            codes.extend(self.default_status);
        }
        let sent = !codes.is_empty();
        codes.retain(|code| CODES.contains(code));
        if codes.len() > 1 {
            codes.retain(|code| *code != "all");
        }
        if codes.is_empty() {
            return !sent || self.view.quirks.unknown_task_status_returns_all;
        }
        codes.into_iter().any(|code| self.has_code(task, code))
    }

    fn has_code(&self, task: &Task, code: &str) -> bool {
        let now = self.view.now;
        match code {
            "active" | "active-visible" => task.is_open(),
            "not-started" => task.state == TaskState::NotStarted,
            "in-progress" => task.state == TaskState::InProgress,
            "complete" => task.state == TaskState::Completed,
            "overdue" => task.is_late(now),
            "due-soon" => task.is_due_within(now, SOON),
            "on-time" => task.is_open() && !task.is_late(now),
            "stalled" => task.is_open() && now - task.last_updated > STALLED,
            "has-problem" => self.view.organization.has_open_issue(task),
            "has-improvement" => self.has_label(task, "improvement"),
            // Inverted on the server: everything except hidden tasks (mcp, measured).
            "auto-skipped" => task.state != TaskState::AutoSkipped,
            _ => true,
        }
    }

    fn has_label(&self, task: &Task, label: &str) -> bool {
        let threads = task.threads.iter().filter_map(|id| self.view.organization.threads.get(id));
        threads.into_iter().any(|thread| thread.label == label)
    }

    fn is_assigned(&self, task: &Task) -> bool {
        let owners: Vec<i64> = self.query.list("owners").iter().filter_map(|id| id.parse().ok()).collect();
        let (guests, groups) = (self.query.list("guests"), self.query.list("groups"));
        let has =
            |list: &[String], wanted: &[&str]| list.iter().any(|entry| wanted.contains(&entry.as_str()));
        (self.query.get("owners").is_none() || task.owners.users.iter().any(|user| owners.contains(user)))
            && (guests.is_empty() || has(&task.owners.guests, &guests))
            && (groups.is_empty() || has(&task.owners.groups, &groups))
            && self.query.flag("unassigned").is_none_or(|wanted| task.owners.is_empty() == wanted)
    }

    /// `deadline_on` wins over the others; `before` and `after` are exclusive
    /// (processes_tasks:list_process_tasks).
    fn is_due(&self, task: &Task) -> bool {
        let day = |key: &str| self.query.get(key).and_then(dates::read_day);
        let due = task.deadline.map(|at| at.date_naive());
        let holds = |limit: Option<NaiveDate>, check: fn(NaiveDate, NaiveDate) -> bool| {
            limit.is_none_or(|limit| due.is_some_and(|due| check(due, limit)))
        };
        if let Some(on) = day("deadline_on") {
            return due == Some(on);
        }
        holds(day("deadline_start_range"), |due, limit| due >= limit)
            && holds(day("deadline_end_range"), |due, limit| due <= limit)
            && holds(day("deadline_before"), |due, limit| due < limit)
            && holds(day("deadline_after"), |due, limit| due > limit)
    }

    /// `q` looks at the process name and the task title (processes_tasks:list_tasks).
    fn is_named(&self, task: &Task) -> bool {
        let Some(wanted) = self.query.get("q").map(str::to_lowercase) else { return true };
        let process = task.run_id.as_ref().and_then(|id| self.view.organization.processes.get(id));
        task.title.to_lowercase().contains(&wanted)
            || process.is_some_and(|process| process.name.to_lowercase().contains(&wanted))
    }

    /// `created`: a day, or two days with a colon.
    fn is_created(&self, task: &Task) -> bool {
        let Some(span) = self.query.get("created") else { return true };
        let (from, to) = span.split_once(':').unwrap_or((span, span));
        let created = task.created_at.date_naive();
        dates::read_day(from).is_none_or(|from| created >= from)
            && dates::read_day(to).is_none_or(|to| created <= to)
    }

    /// Both keys together, or neither (docs:open-api/custom-fields).
    fn has_custom_field(&self, task: &Task) -> bool {
        let Some(key) = self.query.get("custom_field_key") else { return true };
        let values = self.view.organization.custom_fields.get(&format!("task:{}", task.id));
        let value = values.and_then(|values| values.get(key));
        let wanted = self.query.get("custom_field_value").unwrap_or_default();
        value.is_some_and(|value| match value.as_str() {
            Some(text) => text == wanted,
            None => serde_json::from_str::<serde_json::Value>(wanted).is_ok_and(|wanted| wanted == *value),
        })
    }

    /// Tag (by name, docs:open-api/code-samples/tasks/list-org-tasks) and folder.
    fn is_marked(&self, task: &Task) -> bool {
        let organization = self.view.organization;
        let tagged = |name: &str| {
            let mut taggings = organization.taggings.iter();
            taggings.any(|tagging| {
                let tag = organization.tags.get(&tagging.tag_id);
                tagging.subject_id == task.id && tag.is_some_and(|tag| tag.title == name)
            })
        };
        let filed = |folder: &str| {
            let mut filings = organization.filings.iter();
            filings.any(|filing| filing.folder_id == folder && filing.subject_id == task.id)
        };
        self.query.get("tag").is_none_or(tagged) && self.query.get("folder").is_none_or(filed)
    }
}

/// Orders a list; tasks of a process stand by position when nothing is asked for.
pub fn sort(view: View<'_>, tasks: &mut [&Task], query: &Query) {
    let far = DateTime::<Utc>::MAX_UTC;
    match query.any(&["sort", "sort_by"]).unwrap_or_default() {
        "position" => tasks.sort_by_key(|task| task.position),
        "-position" => tasks.sort_by_key(|task| Reverse(task.position)),
        "deadline" => tasks.sort_by_key(|task| task.deadline.unwrap_or(far)),
        "-deadline" => tasks.sort_by_key(|task| Reverse(task.deadline)),
        "newest" => tasks.sort_by_key(|task| Reverse((task.created_at, task.increment_id))),
        "problems" => tasks.sort_by_key(|task| !view.organization.has_open_issue(task)),
        "completed_newest" => tasks.sort_by_key(|task| Reverse(task.completed_at)),
        _ => {}
    }
}
