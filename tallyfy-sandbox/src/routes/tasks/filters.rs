//! Filters and orders of task lists.
//!
//! Not here: whose tasks are listed (`read`), how rows are found (`state::index`).

use std::cmp::Reverse;

use chrono::{DateTime, Duration, NaiveDate, TimeDelta, Utc};

use super::super::view::View;
use crate::dates;
use crate::query::Query;
use crate::quirks::Quirks;
use crate::state::bits::Bits;
use crate::state::index::tasks::{OPEN, TaskFacet, TaskIndex};
use crate::state::organization::Organization;
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

/// `archived=true` adds archived tasks, `archived=only` shows them alone.
pub fn by_archive(index: &TaskIndex, query: &Query) -> Bits {
    let (any, archived) = (index.facets.get(&TaskFacet::Any), index.facets.get(&TaskFacet::Archived));
    match query.get("archived") {
        Some("only") => archived.clone(),
        Some("true" | "1") => any.clone(),
        _ => any.without(archived),
    }
}

/// The tasks among some that pass every filter of a query. `default_status` counts when `status` is not sent.
pub fn find(
    organization: &mut Organization,
    among: Bits,
    query: &Query,
    default_status: Option<&'static str>,
    (quirks, now): (&Quirks, DateTime<Utc>),
) -> Bits {
    let index = &mut organization.index.tasks;
    let mut found = among;
    if let Some(status) = by_status(index, query, default_status, quirks, now) {
        found = found.and(&status);
    }
    if query.get("owners").is_some() {
        let owners = query.list("owners").into_iter().filter_map(|id| id.parse().ok());
        found = found.and(&index.facets.any(owners.map(TaskFacet::User)));
    }
    for (key, facet) in
        [("guests", TaskFacet::Guest as fn(_) -> _), ("groups", TaskFacet::Group as fn(_) -> _)]
    {
        let wanted = query.list(key);
        if !wanted.is_empty() {
            found = found.and(&index.facets.any(wanted.into_iter().map(|entry| facet(entry.into()))));
        }
    }
    for (key, facet) in [("unassigned", TaskFacet::Unassigned), ("is_oneoff", TaskFacet::OneOff)] {
        found = match query.flag(key) {
            Some(true) => found.and(index.facets.get(&facet)),
            Some(false) => found.without(index.facets.get(&facet)),
            None => found,
        };
    }
    // `q` looks at the process name and the task title (processes_tasks:list_tasks).
    if let Some(text) = query.get("q") {
        found = found.and(&index.texts.find(text));
    }
    let rest = Rest { organization, query };
    if !rest.is_needed() {
        return found;
    }
    found.iter().filter(|slot| organization.tasks.at(*slot).is_some_and(|task| rest.wants(task))).collect()
}

/// The parts of `status` are ORed. Unknown ones are ignored; when nothing is left, so is the filter, and
/// every task is returned (mcp:_TASK_STATUS_FILTERS, measured 2026-09-28).
fn by_status(
    index: &mut TaskIndex,
    query: &Query,
    default_status: Option<&'static str>,
    quirks: &Quirks,
    now: DateTime<Utc>,
) -> Option<Bits> {
    let mut codes = query.list("status");
    if codes.is_empty() {
        codes.extend(default_status);
    }
    let sent = !codes.is_empty();
    codes.retain(|code| CODES.contains(code));
    if codes.len() > 1 {
        codes.retain(|code| *code != "all");
    }
    if codes.is_empty() {
        return (sent && !quirks.unknown_task_status_returns_all).then(Bits::default);
    }
    Some(codes.into_iter().fold(Bits::default(), |found, code| found.or(&by_code(index, code, now))))
}

fn by_code(index: &mut TaskIndex, code: &str, now: DateTime<Utc>) -> Bits {
    let facets = &index.facets;
    let state = |state: TaskState| facets.get(&TaskFacet::State(state)).clone();
    let open = || facets.any(OPEN);
    match code {
        "active" | "active-visible" => open(),
        "not-started" => state(TaskState::NotStarted),
        "in-progress" => state(TaskState::InProgress),
        "complete" => state(TaskState::Completed),
        "overdue" => open().and(index.due.before(now)),
        "due-soon" => {
            // Up to a day from now, that moment included.
            let soon = open().and(index.due.before(now + SOON + TimeDelta::nanoseconds(1)));
            soon.without(index.due.before(now))
        }
        "on-time" => open().without(index.due.before(now)),
        "stalled" => open().and(index.touched.before(now - STALLED)),
        "has-problem" => facets.get(&TaskFacet::Problem).clone(),
        "has-improvement" => facets.get(&TaskFacet::Improvement).clone(),
        // Inverted on the server: everything except hidden tasks (mcp, measured).
        "auto-skipped" => facets.get(&TaskFacet::Any).without(&state(TaskState::AutoSkipped)),
        _ => facets.get(&TaskFacet::Any).clone(),
    }
}

/// Filters for which every task is looked at.
struct Rest<'a> {
    organization: &'a Organization,
    query: &'a Query,
}

impl Rest<'_> {
    const KEYS: [&'static str; 9] = [
        "deadline_on",
        "deadline_start_range",
        "deadline_end_range",
        "deadline_before",
        "deadline_after",
        "created",
        "custom_field_key",
        "tag",
        "folder",
    ];

    fn is_needed(&self) -> bool {
        Self::KEYS.iter().any(|key| self.query.get(key).is_some())
    }

    fn wants(&self, task: &Task) -> bool {
        self.is_due(task) && self.is_created(task) && self.is_marked(task) && self.has_custom_field(task)
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
        let values = self.organization.custom_fields.get(&format!("task:{}", task.id));
        let value = values.and_then(|values| values.get(key));
        let wanted = self.query.get("custom_field_value").unwrap_or_default();
        value.is_some_and(|value| match value.as_str() {
            Some(text) => text == wanted,
            None => serde_json::from_str::<serde_json::Value>(wanted).is_ok_and(|wanted| wanted == *value),
        })
    }

    /// Tag (by name, docs:open-api/code-samples/tasks/list-org-tasks) and folder.
    fn is_marked(&self, task: &Task) -> bool {
        let organization = self.organization;
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

/// Some of the rows found, in the order that the query asks for; in the order of their creation, or of their
/// positions, when it asks for none.
pub fn page<'a>(
    view: View<'a>,
    found: &Bits,
    query: &Query,
    by_position: bool,
    (skip, count): (usize, usize),
) -> Vec<&'a Task> {
    let tasks = |slots: Vec<usize>| -> Vec<&'a Task> {
        slots.into_iter().filter_map(|slot| view.organization.tasks.at(slot)).collect()
    };
    let default = if by_position { "position" } else { "" };
    let sorted = |sort: &dyn Fn(&mut Vec<&'a Task>)| {
        let mut rows = tasks(found.iter().collect());
        sort(&mut rows);
        rows.into_iter().skip(skip).take(count).collect()
    };
    let far = DateTime::<Utc>::MAX_UTC;
    match query.any(&["sort", "sort_by"]).unwrap_or(default) {
        "position" => sorted(&|rows| rows.sort_by_key(|task| task.position)),
        "-position" => sorted(&|rows| rows.sort_by_key(|task| Reverse(task.position))),
        "deadline" => sorted(&|rows| rows.sort_by_key(|task| task.deadline.unwrap_or(far))),
        "-deadline" => sorted(&|rows| rows.sort_by_key(|task| Reverse(task.deadline))),
        "newest" => tasks(view.organization.index.tasks.ages.page(found, false, skip, count)),
        "problems" => sorted(&|rows| rows.sort_by_key(|task| !view.organization.has_open_issue(task))),
        "completed_newest" => sorted(&|rows| rows.sort_by_key(|task| Reverse(task.completed_at))),
        _ => tasks(found.range(skip, count)),
    }
}
