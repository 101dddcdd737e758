//! The judgement of one look: whether what was met is the object of the call, leaves no doubt that there is none, or cannot
//! be told. Nothing here reads pages or waits.

use std::collections::{HashMap, HashSet};

use super::Candidate;
use super::likeness::{Likeness, Sought};
use super::registry::{CallNumber, CreationTicket, Creations, Intent};
use super::window::Age;

/// What a look came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The candidate at this place; no other call of the client can have it any more.
    Found(usize),
    /// Nothing new is there that this client cannot account for.
    Absent,
    /// These candidates may be the object, or show that names or dates are not what they seem; most alike first.
    CannotTell(Vec<usize>),
}

/// Judges what was met, and claims what was found.
pub(super) fn judge(met: &[(Candidate, Age)], sought: &Sought, ticket: &CreationTicket) -> Verdict {
    let mut creations = ticket.registry().lock();
    let verdict = Judgement::new(&creations, sought, ticket).verdict(met);
    if let Verdict::Found(at) = verdict {
        creations.claim(ticket.call(), ticket.tag(), &met[at].0.id);
    }
    verdict
}

struct Judgement<'a> {
    creations: &'a Creations,
    sought: &'a Sought,
    ticket: &'a CreationTicket,
    own: Option<&'a Intent>,
    others: Vec<&'a Intent>,
    /// For how many objects each of the others can still account.
    open: HashMap<CallNumber, u32>,
}

impl<'a> Judgement<'a> {
    fn new(creations: &'a Creations, sought: &'a Sought, ticket: &'a CreationTicket) -> Self {
        let others: Vec<_> = creations.others(ticket.call(), ticket.scope()).collect();
        let open = others.iter().map(|intent| (intent.call(), intent.open())).collect();
        Self { creations, sought, ticket, own: creations.own(ticket.call()), others, open }
    }

    fn verdict(mut self, met: &[(Candidate, Age)]) -> Verdict {
        let mut seen = HashSet::new();
        let (mut same, mut doubtful) = (Vec::new(), Vec::new());
        for (at, (candidate, age)) in met.iter().enumerate() {
            if *age == Age::Old || !seen.insert(&candidate.id) {
                continue;
            }
            match self.creations.maker(self.ticket.tag(), &candidate.id) {
                Some(maker) if maker == self.ticket.call() => return Verdict::Found(at),
                Some(_) => continue,
                None => {}
            }
            let likeness = self.sought.likeness(candidate);
            let is_contested = likeness == Likeness::Same && self.is_contested(candidate);
            if candidate.is_elsewhere && likeness != Likeness::Same {
                continue;
            }
            let is_it = *age == Age::New && !is_contested && !candidate.is_elsewhere;
            if likeness == Likeness::Same && is_it && !candidate.is_unreadable {
                same.push(at);
            } else if likeness == Likeness::Same || !self.accounts_for(candidate) {
                doubtful.push((likeness, at));
            }
        }
        let is_alone = !doubtful.iter().any(|(likeness, _)| *likeness == Likeness::Same);
        match same[..] {
            [at] if is_alone => return Verdict::Found(at),
            _ => doubtful.extend(same.into_iter().map(|at| (Likeness::Same, at))),
        }
        if doubtful.is_empty() {
            return Verdict::Absent;
        }
        doubtful.sort();
        Verdict::CannotTell(doubtful.into_iter().map(|(_, at)| at).collect())
    }

    /// Whether an object that is like the one sought can also be that of another call.
    fn is_contested(&self, candidate: &Candidate) -> bool {
        self.others.iter().filter(|other| other.is_under_way()).any(|other| match self.sought.is_marker() {
            true => other.may_hold(self.sought),
            false => other.may_be(candidate),
        })
    }

    /// Whether another call of this client made the candidate, by its name or marker. One that may be this call's own, cut
    /// short, is only accounted for by its id.
    fn accounts_for(&mut self, candidate: &Candidate) -> bool {
        if self.own.is_some_and(|own| own.may_be_cut_to(candidate)) {
            return false;
        }
        for other in &self.others {
            let open = self.open.get_mut(&other.call()).filter(|open| **open > 0);
            if let Some(open) = open.filter(|_| other.may_be(candidate)) {
                *open -= 1;
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests;
