//! The caps by the hour that the service keeps for each organization: which operations count, and the count itself.
//! Nothing here waits.

use std::collections::VecDeque;
use std::time::Duration;

use tallyfy_gen::operations;
use tokio::time::Instant;

use super::queue::Schedule;

const HOUR: Duration = Duration::from_secs(3600);

/// A named cap.
#[derive(Debug)]
pub(super) struct Cap {
    /// What is counted, as a person calls it.
    pub(super) what: &'static str,
    pub(super) per_hour: u32,
}

pub(super) const COMMENTS: usize = 0;
pub(super) const GUESTS: usize = 1;

/// docs:open-api/index (hourly caps for an organization: 120 comments, 30 guest invitations). Edits of comments are left
/// out: that they count is assumed, not stated. A mention that invites somebody cannot be told from here.
pub(super) const CAPS: [Cap; 2] =
    [Cap { what: "comments", per_hour: 120 }, Cap { what: "guest invitations", per_hour: 30 }];

/// The cap under which an operation counts, as the document has it.
pub(super) fn of(operation: &str) -> Option<usize> {
    Some(match operations::find(operation)?.cap? {
        operations::Cap::Comments => COMMENTS,
        operations::Cap::GuestInvitations => GUESTS,
    })
}

/// The count of one cap in one organization; without a limit, only what the service asked for.
#[derive(Debug)]
pub(super) struct Caps {
    limit: Option<usize>,
    /// The calls of the last hour, oldest first.
    calls: VecDeque<Instant>,
    blocked_until: Option<Instant>,
    /// Until when nothing is left, as the last answer had it.
    exhausted_until: Option<Instant>,
}

impl Caps {
    pub(super) fn new(limit: Option<u32>) -> Self {
        let limit = limit.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX).max(1));
        Self { limit, calls: VecDeque::new(), blocked_until: None, exhausted_until: None }
    }

    pub(super) fn block(&mut self, until: Instant) {
        self.blocked_until = self.blocked_until.max(Some(until));
    }

    /// An answer said that something is left, or how long nothing will be.
    pub(super) fn heard(&mut self, exhausted_until: Option<Instant>) {
        self.exhausted_until = exhausted_until;
    }

    /// The service has not counted the call that was granted at `at`.
    pub(super) fn take_back(&mut self, at: Instant) {
        if let Some(index) = self.calls.iter().rposition(|call| *call == at) {
            self.calls.remove(index);
        }
    }

    pub(super) fn is_idle(&self, now: Instant) -> bool {
        self.free_from(now) <= now && self.calls.back().is_none_or(|last| *last + HOUR <= now)
    }

    fn free_from(&self, now: Instant) -> Instant {
        self.blocked_until.max(self.exhausted_until).map_or(now, |until| until.max(now))
    }
}

impl Schedule for Caps {
    fn slot(&mut self, now: Instant) -> Instant {
        while self.calls.front().is_some_and(|call| *call + HOUR <= now) {
            self.calls.pop_front();
        }
        self.expected(now, 0)
    }

    fn expected(&self, now: Instant, ahead: u32) -> Instant {
        let free = self.free_from(now);
        let Some(limit) = self.limit else { return free };
        let place = self.calls.len() + usize::try_from(ahead).unwrap_or(usize::MAX);
        match place.checked_sub(limit) {
            None => free,
            // Further back than one hour's worth: at least a whole hour after the last of those ahead.
            Some(index) => self.calls.get(index).map_or(free + HOUR, |call| free.max(*call + HOUR)),
        }
    }

    fn grant(&mut self, now: Instant) {
        if self.limit.is_some() {
            self.calls.push_back(now);
        }
    }
}

#[cfg(test)]
mod tests {
    //! Which operations count, and what the count says.

    use super::*;

    #[test]
    fn the_document_says_which_operations_count() {
        let under = |cap: usize| {
            let counted = operations::OPERATIONS.iter().filter(|one| of(one.id) == Some(cap));
            counted.map(|one| one.id).collect::<Vec<_>>()
        };
        let comments = [
            "create_checklist_comment",
            "create_checklist_problem",
            "create_run_comment",
            "create_run_problem",
            "create_task_bot_comment",
            "create_task_comment",
            "create_task_problem",
            "resolve_checklist_problem",
            "resolve_run_problem",
            "resolve_task_problem",
        ];
        assert_eq!(under(COMMENTS), comments);
        assert_eq!(under(GUESTS), ["create_guest"]);
        assert_eq!(of("no_such_operation"), None);
    }

    #[tokio::test(start_paused = true)]
    async fn the_hour_slides() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut caps = Caps::new(Some(2));
        for now in [0, 100] {
            assert_eq!(caps.slot(at(now)), at(now));
            caps.grant(at(now));
        }
        assert_eq!(caps.slot(at(200)), at(3600));
        assert_eq!(caps.expected(at(200), 1), at(3700));
        assert!(caps.expected(at(200), 2) >= at(3800));
        caps.take_back(at(100));
        assert_eq!(caps.slot(at(200)), at(200));
        caps.heard(Some(at(300)));
        assert_eq!(caps.slot(at(200)), at(300));
        caps.heard(None);
        assert_eq!(caps.slot(at(200)), at(200));
        caps.block(at(5000));
        caps.block(at(4000));
        assert_eq!(caps.slot(at(200)), at(5000));
        assert!(!caps.is_idle(at(4999)));
        assert!(caps.is_idle(at(5000)));
    }
}
