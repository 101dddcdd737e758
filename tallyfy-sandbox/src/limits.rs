//! How much the service lets through: requests by the minute, comments and guest invitations by the hour.
//!
//! Not here: who calls (`gate`), what an answer looks like on the wire (`service`).

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::answer::Answer;
use crate::routes::Content;
use crate::state::World;
use crate::state::thread::invited;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// Limits of the service. None by default: ordinary tests call more often than any client should. They run on
/// tokio's clock.
///
/// ```
/// use tallyfy_sandbox::Limits;
///
/// let mut tight = Limits::documented();
/// tight.requests_per_minute = Some(20);
/// assert_eq!(tight.comments_per_hour, Some(120));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Limits {
    /// Requests of one member or application in any minute; without a good token, of one address
    /// (docs:open-api/api-clients/postman/troubleshooting).
    pub requests_per_minute: Option<u32>,
    /// Comments, issues and resolutions of one organization in any hour (docs:open-api/index).
    pub comments_per_hour: Option<u32>,
    /// Guests whom one organization invites in any hour, by mentions in comments too (docs:open-api/index,
    /// processes_tasks:add_task_comment).
    pub guest_invitations_per_hour: Option<u32>,
    /// How `Retry-After` is written (platform:headers names both forms).
    pub retry_after: RetryAfter,
}

/// The forms of `Retry-After`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum RetryAfter {
    /// `30`.
    #[default]
    Seconds,
    /// `Tue, 01 Sep 2026 08:00:30 GMT`, by the clock of the header `Date`.
    Date,
}

impl Limits {
    /// Those that the documentation states: 600 requests, 120 comments, 30 guests.
    pub fn documented() -> Self {
        Self {
            requests_per_minute: Some(600),
            comments_per_hour: Some(120),
            guest_invitations_per_hour: Some(30),
            retry_after: RetryAfter::Seconds,
        }
    }
}

/// Who is counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Whose {
    Member(i64),
    Application(String),
    Address(Option<IpAddr>),
    Comments(String),
    Guests(String),
}

/// What one call takes of the hourly caps of its organization.
#[derive(Debug, Default)]
pub(crate) struct Share {
    organization: String,
    comments: usize,
    guests: usize,
}

/// The operations under the cap of comments (processes_tasks:add_task_comment and its neighbours,
/// templates:add_template_comment). Edits are left out: that they count is assumed there, not stated.
const COMMENTS: [&str; 10] = [
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

impl Share {
    /// Reads it off a request. A guest who is known already is not invited (platform:create_guest.quirks).
    pub(crate) fn of(world: &World, operation: &str, organization: &str, content: &Content) -> Self {
        let text = |key: &str| match content {
            Content::Json(Value::Object(map)) | Content::Form(map) => map.get(key).and_then(Value::as_str),
            _ => None,
        };
        let comments = usize::from(COMMENTS.contains(&operation));
        let addresses: BTreeSet<String> = match operation {
            "create_guest" => text("email").map(str::to_lowercase).into_iter().collect(),
            "update_task_comment" => text("content").map(invited).unwrap_or_default(),
            _ if comments > 0 => text("content").map(invited).unwrap_or_default(),
            _ => BTreeSet::new(),
        };
        let known = world.organizations.get(organization);
        let unknown = |address: &&String| {
            known.is_some_and(|o| o.guests.get(*address).is_none() && o.member_by_email(address).is_none())
        };
        let guests = addresses.iter().filter(unknown).count();
        Self { organization: organization.to_owned(), comments, guests }
    }
}

/// The counts.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    limits: Limits,
    turns: HashMap<Whose, VecDeque<Instant>>,
}

impl Meter {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, turns: HashMap::new() }
    }

    /// Counts a request, and says how many are left; or refuses it, uncounted (assumed).
    pub(crate) fn request(&mut self, whose: Whose, now: Instant) -> Result<Option<usize>, Answer> {
        let Some(limit) = self.limits.requests_per_minute else { return Ok(None) };
        let left = self.room(&whose, limit, MINUTE, 1, now).map_err(|wait| self.refusal(wait))?;
        self.turns.entry(whose).or_default().push_back(now);
        Ok(Some(left))
    }

    /// Refuses a call for which the hour has no room.
    pub(crate) fn allows(&mut self, share: &Share, now: Instant) -> Result<(), Answer> {
        let comments =
            (Whose::Comments(share.organization.clone()), self.limits.comments_per_hour, share.comments);
        let guests =
            (Whose::Guests(share.organization.clone()), self.limits.guest_invitations_per_hour, share.guests);
        for (whose, limit, wanted) in [comments, guests] {
            if let Some(limit) = limit.filter(|_| wanted > 0) {
                self.room(&whose, limit, HOUR, wanted, now).map_err(|wait| self.refusal(wait))?;
            }
        }
        Ok(())
    }

    /// Counts what a call has done. Refused calls take nothing (assumed).
    pub(crate) fn charge(&mut self, share: Share, now: Instant) {
        if self.limits.comments_per_hour.is_some() {
            let turns = self.turns.entry(Whose::Comments(share.organization.clone())).or_default();
            turns.extend(std::iter::repeat_n(now, share.comments));
        }
        if self.limits.guest_invitations_per_hour.is_some() {
            let turns = self.turns.entry(Whose::Guests(share.organization)).or_default();
            turns.extend(std::iter::repeat_n(now, share.guests));
        }
    }

    /// What is left of a rolling window after so many turns, or how long to wait for them.
    fn room(
        &mut self,
        whose: &Whose,
        limit: u32,
        span: Duration,
        wanted: usize,
        now: Instant,
    ) -> Result<usize, Duration> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let turns = self.turns.entry(whose.clone()).or_default();
        while turns.front().is_some_and(|turn| now.duration_since(*turn) >= span) {
            turns.pop_front();
        }
        let taken = turns.len() + wanted;
        match taken.checked_sub(limit).filter(|excess| *excess > 0) {
            None => Ok(limit - taken),
            Some(excess) => {
                let freeing = turns.get(excess - 1).or_else(|| turns.back());
                Err(freeing.map_or(span, |turn| span - now.duration_since(*turn)))
            }
        }
    }

    /// 429 in the words of platform:errors.shapes.rate_limited. `X-RateLimit-Remaining` is there while
    /// requests are counted.
    fn refusal(&self, wait: Duration) -> Answer {
        let body = json!({ "message": "limit reached", "code": "RATE_LIMIT_EXCEEDED" });
        let mut answer = Answer::json(StatusCode::TOO_MANY_REQUESTS, body);
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        let text = match self.limits.retry_after {
            RetryAfter::Seconds => seconds.to_string(),
            // A date has whole seconds: without one more it would be up to a second too early.
            RetryAfter::Date => httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(seconds + 1)),
        };
        answer.headers.push(("Retry-After", text));
        answer
    }
}
