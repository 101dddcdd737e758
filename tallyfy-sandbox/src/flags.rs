//! Flags of the program that order bad days: limits, faults, tokens, webhooks that go astray.
//!
//! Not here: what they order (`limits`, `fault`, `webhooks` of the library).

use tallyfy_sandbox::seed::Plan;
use tallyfy_sandbox::{Odds, RetryAfter, Script, WebhookFaults};

/// Limits, faults and tokens, whatever the seed file says of them.
#[derive(clap::Args)]
pub struct Hostile {
    /// Requests of one member in any minute; the service allows 600.
    #[arg(long, value_name = "NUMBER")]
    rate_limit: Option<u32>,
    /// Comments of one organization in any hour; the service allows 120.
    #[arg(long, value_name = "NUMBER")]
    comment_limit: Option<u32>,
    /// Guests whom one organization invites in any hour; the service allows 30.
    #[arg(long, value_name = "NUMBER")]
    guest_limit: Option<u32>,
    /// Write Retry-After as an HTTP date instead of seconds.
    #[arg(long)]
    retry_after_date: bool,
    /// Order faults: TARGET:FAULT[:KEY=VALUE]..., for example create_run:reset_after_apply:p=0.1. Can be repeated.
    #[arg(long, value_name = "SCRIPT")]
    pub fault: Vec<Script>,
    /// Seed of the probabilities of faults.
    #[arg(long, value_name = "NUMBER")]
    fault_seed: Option<u64>,
    /// Seconds that access tokens live.
    #[arg(long, value_name = "NUMBER")]
    token_seconds: Option<u32>,
    /// Keep refresh tokens instead of replacing them at each use.
    #[arg(long)]
    no_rotation: bool,
}

impl Hostile {
    /// Changes a plan as the flags say.
    pub fn change(&self, plan: &mut Plan) {
        let Plan { limits, tokens, fault_seed, .. } = plan;
        limits.requests_per_minute = self.rate_limit.or(limits.requests_per_minute);
        limits.comments_per_hour = self.comment_limit.or(limits.comments_per_hour);
        limits.guest_invitations_per_hour = self.guest_limit.or(limits.guest_invitations_per_hour);
        if self.retry_after_date {
            limits.retry_after = RetryAfter::Date;
        }
        tokens.access_seconds = self.token_seconds.unwrap_or(tokens.access_seconds);
        tokens.rotation &= !self.no_rotation;
        *fault_seed = self.fault_seed.unwrap_or(*fault_seed);
    }
}

/// What goes wrong with webhooks, instead of what the seed file says: a count (`3`) or a probability (`0.25`).
#[derive(clap::Args)]
pub struct Webhooks {
    /// Calls of webhook addresses that are lost.
    #[arg(long, value_name = "ODDS")]
    webhook_lose: Option<Odds>,
    /// Calls of webhook addresses that are made twice.
    #[arg(long, value_name = "ODDS")]
    webhook_duplicate: Option<Odds>,
    /// Calls of webhook addresses that are made after the next one.
    #[arg(long, value_name = "ODDS")]
    webhook_reorder: Option<Odds>,
    /// Seed of these probabilities.
    #[arg(long, value_name = "NUMBER")]
    webhook_seed: Option<u64>,
}

impl Webhooks {
    /// `None` when nothing is said.
    pub fn faults(&self) -> Option<WebhookFaults> {
        let odds = [self.webhook_lose, self.webhook_duplicate, self.webhook_reorder];
        if self.webhook_seed.is_none() && odds.iter().all(Option::is_none) {
            return None;
        }
        let [lose, duplicate, reorder] = odds.map(Option::unwrap_or_default);
        Some(WebhookFaults { seed: self.webhook_seed.unwrap_or_default(), lose, duplicate, reorder })
    }
}
