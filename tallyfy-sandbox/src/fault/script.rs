//! Which calls a fault strikes: the queue of single faults, and scripts that go by count or by chance.
//!
//! Not here: what then happens (`service`).

use std::collections::VecDeque;

use fastrand::Rng;

use super::Fault;
use crate::router;

/// Strikes calls again and again: of one operation or of a kind, by count, by chance, or by both. A script
/// counts every call that concerns it, whether or not another fault strikes that call first; so what one
/// script does is the same whatever others there are.
///
/// ```
/// use tallyfy_sandbox::{Fault, Script};
///
/// // Of all calls one in ten, three times as often a bad gateway as a lost answer.
/// let mix = [(3, Fault::Html(502)), (1, Fault::ResetAfterApply)];
/// let chaos = Script::any(Fault::ResetBefore).mix(mix).chance(0.1);
/// // The launches 6, 8 and 10.
/// let launches = Script::on("create_run", Fault::ResetAfterApply).skip(4).every(2).times(3);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Script {
    target: Target,
    mix: Vec<(u32, Fault)>,
    skip: u64,
    every: u64,
    times: Option<u64>,
    chance: f64,
}

/// Whom a script concerns.
#[derive(Clone, Debug, PartialEq)]
enum Target {
    Operation(String),
    Any,
    Reads,
    Writes,
}

/// What a script looks at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'a> {
    /// Operation id, when the route is known.
    pub(crate) operation: Option<&'a str>,
    /// GET or HEAD.
    pub(crate) reads: bool,
}

impl Script {
    /// A script for the calls of one operation.
    pub fn on(operation: &str, fault: Fault) -> Self {
        Self::of(Target::Operation(operation.to_owned()), fault)
    }

    /// A script for all calls.
    pub fn any(fault: Fault) -> Self {
        Self::of(Target::Any, fault)
    }

    /// A script for calls by GET.
    pub fn reads(fault: Fault) -> Self {
        Self::of(Target::Reads, fault)
    }

    /// A script for calls by any other method.
    pub fn writes(fault: Fault) -> Self {
        Self::of(Target::Writes, fault)
    }

    fn of(target: Target, fault: Fault) -> Self {
        Self { target, mix: vec![(1, fault)], skip: 0, every: 1, times: None, chance: 1.0 }
    }

    /// These faults by weight, instead of the one.
    pub fn mix(mut self, faults: impl IntoIterator<Item = (u32, Fault)>) -> Self {
        self.mix = faults.into_iter().collect();
        self
    }

    /// Lets the first calls pass.
    pub fn skip(mut self, calls: u64) -> Self {
        self.skip = calls;
        self
    }

    /// Strikes every nth call alone, after those skipped.
    pub fn every(mut self, nth: u64) -> Self {
        self.every = nth.max(1);
        self
    }

    /// Ends after so many strikes.
    pub fn times(mut self, strikes: u64) -> Self {
        self.times = Some(strikes);
        self
    }

    /// Strikes with this probability, from 0 to 1. The same seed (`Builder::fault_seed`) and the same order of
    /// calls make the same faults.
    pub fn chance(mut self, probability: f64) -> Self {
        self.chance = probability;
        self
    }

    /// An operation that the document does not have: such a script would never strike.
    pub(crate) fn unknown(&self) -> Option<&str> {
        match &self.target {
            Target::Operation(id) if router::by_id(id).is_none() => Some(id),
            _ => None,
        }
    }

    fn concerns(&self, call: Call<'_>) -> bool {
        match &self.target {
            Target::Operation(id) => call.operation == Some(id),
            Target::Any => true,
            Target::Reads => call.reads,
            Target::Writes => !call.reads,
        }
    }
}

/// A script at work.
#[derive(Debug)]
struct Running {
    script: Script,
    rng: Rng,
    calls: u64,
    strikes: u64,
}

impl Running {
    /// Counts a call, and says whether it is to be struck. The dice are thrown for every call that is counted.
    fn is_due(&mut self) -> bool {
        self.calls += 1;
        let unlucky = self.rng.f64() < self.script.chance;
        let counted = self.calls.checked_sub(self.script.skip).filter(|number| *number > 0);
        let on_turn = counted.is_some_and(|number| number % self.script.every == 0);
        on_turn && unlucky && self.script.times.is_none_or(|times| self.strikes < times)
    }

    fn strike(&mut self) -> Option<Fault> {
        self.strikes += 1;
        let total: u64 = self.script.mix.iter().map(|(weight, _)| u64::from(*weight)).sum();
        let mut left = if total == 0 { return None } else { self.rng.u64(..total) };
        for (weight, fault) in &self.script.mix {
            match left.checked_sub(u64::from(*weight)) {
                Some(rest) => left = rest,
                None => return Some(fault.clone()),
            }
        }
        None
    }
}

/// All faults on order.
#[derive(Debug)]
pub(crate) struct Faults {
    once: VecDeque<(String, Fault)>,
    scripts: Vec<Running>,
    rng: Rng,
}

impl Faults {
    /// None yet. The seed is that of all scripts to come.
    pub(crate) fn new(seed: u64) -> Self {
        Self { once: VecDeque::new(), scripts: Vec::new(), rng: Rng::with_seed(seed) }
    }

    /// Adds one that strikes once. `"*"` matches any call.
    pub(crate) fn push(&mut self, operation: &str, fault: Fault) {
        self.once.push_back((operation.to_owned(), fault));
    }

    /// Adds a script, with dice of its own.
    pub(crate) fn run(&mut self, script: Script) {
        let rng = self.rng.fork();
        self.scripts.push(Running { script, rng, calls: 0, strikes: 0 });
    }

    /// Takes all orders back.
    pub(crate) fn clear(&mut self) {
        self.once.clear();
        self.scripts.clear();
    }

    /// What strikes this call: the first in the queue that matches, else that of the first script.
    pub(crate) fn take(&mut self, call: Call<'_>) -> Option<Fault> {
        let matches = |wanted: &str| wanted == "*" || Some(wanted) == call.operation;
        let at = self.once.iter().position(|(wanted, _)| matches(wanted));
        let mut struck = at.and_then(|at| self.once.remove(at)).map(|(_, fault)| fault);
        for running in self.scripts.iter_mut().filter(|running| running.script.concerns(call)) {
            if running.is_due() && struck.is_none() {
                struck = running.strike();
            }
        }
        struck
    }

    /// How many of the queue are left.
    pub(crate) fn len(&self) -> usize {
        self.once.len()
    }
}
