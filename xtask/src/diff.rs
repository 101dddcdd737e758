//! `cargo xtask spec diff`: what a change of the document means for those who call the service through it. Here: what
//! a change is, how it is classed and shown. How operations are compared is in `diff/operations.rs`, how schemas are in
//! `diff/schemas.rs`; where documents come from is in `source.rs`, foreign documents are `upstream.rs`'s business.

use std::{collections::BTreeSet, fmt};

use serde_json::{Value, json};

use crate::{
    spec::reach::reach,
    spec::{self, operations},
};

mod operations;
mod schemas;
pub mod shape;

pub use operations::path_shape;

/// What a change does to a caller that was written against the old document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// It may stop compiling, be refused, or be unable to read the answer.
    Breaking,
    /// It goes on as before, and may do more.
    Additive,
    /// Nothing that a call carries has changed.
    Note,
}

impl Class {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Additive => "additive",
            Self::Note => "note",
        }
    }
}

/// Which way a value travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// From the caller to the service.
    Request,
    /// From the service to the caller.
    Answer,
}

impl Direction {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Answer => "answer",
        }
    }
}

/// What happened to the set of values that a schema lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    Tighter,
    Looser,
    Other,
}

impl Turn {
    /// Who sends is hurt when less is let through; who reads, when more is.
    pub(crate) fn class(self, direction: Direction) -> Class {
        match (self, direction) {
            (Self::Tighter, Direction::Answer) | (Self::Looser, Direction::Request) => Class::Additive,
            _ => Class::Breaking,
        }
    }
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// What it does to a caller.
    pub class: Class,
    /// Operation with the part of it, or `schemas/Name.property`.
    pub place: String,
    /// Which way the value travels; `None` where that is no question.
    pub direction: Option<Direction>,
    /// What happened.
    pub what: String,
    /// The operations that it touches, by id.
    pub operations: Vec<String>,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<8}  {}", self.class.word(), self.place)?;
        if let Some(direction) = self.direction {
            write!(f, " ({})", direction.word())?;
        }
        write!(f, ": {}", self.what)?;
        match self.operations.len() {
            0 | 1 => Ok(()),
            many => write!(f, " [{many} operations]"),
        }
    }
}

/// Every change between two versions of the document, the breaking ones first.
pub fn compare(old: &Value, new: &Value) -> Vec<Change> {
    let mut diff = Diff { old, new, changes: BTreeSet::new(), queue: Vec::new(), seen: BTreeSet::new() };
    diff.run();
    let mut changes: Vec<Change> = diff.changes.into_iter().collect();
    let (before, after) = (Reach::of(old), Reach::of(new));
    for change in &mut changes {
        if let Some((component, direction)) = component_of(change) {
            let mut touched = before.through(component, direction);
            touched.extend(after.through(component, direction));
            change.operations = touched.into_iter().collect();
        }
    }
    changes
}

fn component_of(change: &Change) -> Option<(&str, Direction)> {
    let name = change.place.strip_prefix("schemas/")?;
    let end = name.find(['.', '[', ' ', '{']).unwrap_or(name.len());
    Some((&name[..end], change.direction?))
}

/// Which schema components each operation reaches, in requests and in answers.
struct Reach(Vec<(String, [BTreeSet<String>; 2])>);

impl Reach {
    fn of(document: &Value) -> Self {
        let mut rows = Vec::new();
        for operation in operations(document) {
            let (mut sent, mut read) = (BTreeSet::new(), BTreeSet::new());
            reach(document, &operation.node["requestBody"], &mut sent);
            reach(document, &operation.node["parameters"], &mut sent);
            reach(document, &operation.node["responses"], &mut read);
            rows.push((operation.id(), [sent, read]));
        }
        Self(rows)
    }

    fn through(&self, component: &str, direction: Direction) -> BTreeSet<String> {
        let side = usize::from(direction == Direction::Answer);
        let rows = self.0.iter().filter(|(_, sides)| sides[side].contains(component));
        rows.map(|(id, _)| id.clone()).collect()
    }
}

/// The comparison under way.
pub(crate) struct Diff<'a> {
    old: &'a Value,
    new: &'a Value,
    changes: BTreeSet<Change>,
    /// Components that both sides name in a place, still to be compared.
    queue: Vec<(String, Direction)>,
    /// Pairs of schemas that were compared or wait for it.
    seen: BTreeSet<(String, String, Direction)>,
}

impl Diff<'_> {
    fn run(&mut self) {
        self.operations();
        self.unreferenced();
        while let Some((name, direction)) = self.queue.pop() {
            let pick = |document: &Value| document["components"]["schemas"][&name].clone();
            let (old, new) = (pick(self.old), pick(self.new));
            self.schema(&format!("schemas/{name}"), &old, &new, direction);
        }
    }

    fn report(
        &mut self,
        class: Class,
        place: &str,
        direction: impl Into<Option<Direction>>,
        what: impl Into<String>,
    ) {
        let direction = direction.into();
        self.changes.insert(Change {
            class,
            place: place.into(),
            direction,
            what: what.into(),
            operations: Vec::new(),
        });
    }

    fn turn(&mut self, turn: Turn, place: &str, direction: Direction, what: impl Into<String>) {
        self.report(turn.class(direction), place, direction, what);
    }
}

/// How many changes there are of each class.
pub fn counts(changes: &[Change]) -> [usize; 3] {
    [Class::Breaking, Class::Additive, Class::Note]
        .map(|class| changes.iter().filter(|change| change.class == class).count())
}

/// The report for people.
pub fn text(changes: &[Change]) -> String {
    let [breaking, additive, notes] = counts(changes);
    let lines: String = changes.iter().map(|change| format!("{change}\n")).collect();
    format!("{lines}{breaking} breaking, {additive} additive, {notes} notes\n")
}

/// The report for machines.
pub fn json(changes: &[Change]) -> String {
    let [breaking, additive, notes] = counts(changes);
    let rows: Vec<Value> = changes
        .iter()
        .map(|change| {
            json!({
                "class": change.class.word(),
                "place": change.place,
                "direction": change.direction.map(Direction::word),
                "what": change.what,
                "operations": change.operations,
            })
        })
        .collect();
    spec::pretty(&json!({"breaking": breaking, "additive": additive, "notes": notes, "changes": rows}))
}
