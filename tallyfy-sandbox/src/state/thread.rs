//! Comments and issues (threads) on tasks and processes.
//!
//! Not here: what an open issue does to a process (`process`) or to a completion (`completion`).

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::owners::is_address;
use super::table::Row;

/// A comment, an issue, or the answer that resolves one.
#[derive(Clone, Debug)]
pub struct Thread {
    /// 32 hex digits.
    pub id: String,
    /// The task, or `None` on a process or template.
    pub task_id: Option<String>,
    /// The process, of a thread on a process itself.
    pub run_id: Option<String>,
    /// The template, of a thread on a template.
    pub checklist_id: Option<String>,
    /// The step of the task.
    pub step_id: Option<String>,
    /// HTML.
    pub content: String,
    /// `comment`, `problem`, `resolve`, `improvement` or `advice`.
    pub label: String,
    /// `open`, `hide-for-guests` or `collapsed`.
    pub state: String,
    /// The member who wrote it.
    pub author_id: i64,
    /// Members named in the text.
    pub sent_to: Vec<i64>,
    /// The thread that resolved this issue.
    pub resolve_id: Option<String>,
    /// Who resolved it.
    pub resolved_by: Option<i64>,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Last change.
    pub updated_at: DateTime<Utc>,
}

impl Row for Thread {
    type Key = String;
    fn key(&self) -> String {
        self.id.clone()
    }
}

impl Thread {
    /// An issue that nobody has resolved yet.
    pub fn is_open_issue(&self) -> bool {
        self.label == "problem" && self.resolve_id.is_none()
    }
}

/// Members named as `@[<id>]` in a text (processes_tasks:rich_text).
pub fn mentions(content: &str) -> Vec<i64> {
    content
        .split("@[")
        .skip(1)
        .filter_map(|rest| rest.split_once(']'))
        .filter_map(|(id, _)| id.parse().ok())
        .collect()
}

/// Guests named as `+<address>` in a text (processes_tasks:rich_text). One that is unknown is invited.
pub fn invited(content: &str) -> BTreeSet<String> {
    let ends = |c: char| c.is_whitespace() || "<>,;&\"'()".contains(c);
    let marked = content.split(ends).filter_map(|word| word.strip_prefix('+'));
    let addresses = marked.map(|word| word.trim_end_matches(['.', ':', '!', '?']));
    addresses.filter(|word| is_address(word)).map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::{invited, mentions};

    #[test]
    fn mentions_are_read_from_the_text() {
        assert_eq!(mentions("<p>@[1001] please ask @[1002]</p>"), [1001, 1002]);
        assert_eq!(mentions("@[group] @[12 no end"), Vec::<i64>::new());
    }

    #[test]
    fn guests_are_read_from_the_text() {
        let text = "<p>+Ana@port.test, please ask +bo@port.test. 1+1 +47 and no@port.test</p>";
        assert_eq!(invited(text).into_iter().collect::<Vec<_>>(), ["ana@port.test", "bo@port.test"]);
    }
}
