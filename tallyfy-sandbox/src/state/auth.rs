//! Tokens: who holds which, how long they live, and what they are issued for.
//!
//! Not here: reading headers (`gate`), the words of a refusal (`routes::auth`).

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use serde::Deserialize;

use super::ids::Ids;

/// How long tokens live, by the clock of the sandbox, and whether refresh tokens are replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Tokens {
    /// A refresh token works once, and a new one comes with its answer. Off: it stays, and none comes
    /// (platform:auth.grants.refresh_token: it may be missing).
    pub rotation: bool,
    /// Seconds of an access token by the grants password and refresh_token: an hour
    /// (platform:auth.grants.password).
    pub access_seconds: u32,
    /// Seconds of a refresh token: twelve months (docs:open-api/api-clients/postman/authentication-setup).
    pub refresh_seconds: u32,
    /// Seconds of an application's token: seven days (platform:auth.grants.client_credentials).
    pub application_seconds: u32,
    /// Seconds of a token that an application obtains for a member: ninety days
    /// (platform:auth.grants.application_issued_user_token).
    pub member_seconds: u32,
    /// Seconds of a personal token that [`Sandbox::personal_token`](crate::Sandbox::personal_token) issues. By
    /// default it ends with logging out alone; current docs say six months (platform:auth.personal_access_token).
    pub personal_seconds: Option<u32>,
}

impl Default for Tokens {
    fn default() -> Self {
        Self {
            rotation: true,
            access_seconds: 3600,
            refresh_seconds: 365 * 86_400,
            application_seconds: 7 * 86_400,
            member_seconds: 90 * 86_400,
            personal_seconds: None,
        }
    }
}

/// Whose token it is, and which organization it was created in.
#[derive(Clone, Debug)]
pub struct Token {
    /// The member behind the token.
    pub member: i64,
    /// The organization chosen when the token was created.
    pub organization: String,
}

/// A third-party application.
#[derive(Clone, Debug)]
pub struct Application {
    /// `client_id`, a number as text.
    pub id: String,
    /// `client_secret`.
    pub secret: String,
    /// The organization it belongs to.
    pub organization: String,
}

/// Who stands behind a token.
#[derive(Clone, Debug)]
pub enum Holder {
    /// A member.
    Member(Token),
    /// An application (grant client_credentials): for `/applications/...` alone.
    Application(String),
}

#[derive(Clone, Debug)]
struct Issued {
    holder: Holder,
    /// Made in the settings, not by a grant.
    personal: bool,
    expires_at: Option<DateTime<Utc>>,
}

/// What a refresh token stands for.
#[derive(Clone, Debug)]
struct Refresh {
    token: Token,
    client: String,
    access: String,
    expires_at: DateTime<Utc>,
}

/// A pair as the token endpoint answers it.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The access token.
    pub access: String,
    /// The refresh token, where the grant gives one.
    pub refresh: Option<String>,
    /// Life in seconds.
    pub seconds: u32,
}

/// Everything that opens doors.
#[derive(Clone, Debug, Default)]
pub struct Auth {
    issued: BTreeMap<String, Issued>,
    refresh: BTreeMap<String, Refresh>,
    /// Lives and rotation.
    pub tokens: Tokens,
    /// Applications by `client_id`.
    pub applications: BTreeMap<String, Application>,
    /// Passwords by mail address.
    pub passwords: BTreeMap<String, String>,
}

impl Auth {
    /// Adds a personal token that does not expire.
    pub fn add(&mut self, text: &str, token: Token) {
        let issued = Issued { holder: Holder::Member(token), personal: true, expires_at: None };
        self.issued.insert(text.to_owned(), issued);
    }

    /// A new personal token.
    pub fn personal(&mut self, ids: &mut Ids, now: DateTime<Utc>, token: Token) -> String {
        let text = format!("personal-{}", ids.fresh());
        let expires_at = self.tokens.personal_seconds.map(|life| now + seconds(life));
        let issued = Issued { holder: Holder::Member(token), personal: true, expires_at };
        self.issued.insert(text.clone(), issued);
        text
    }

    /// Ends the personal tokens of a member; those of grants live on (assumed). Tells how many.
    pub fn log_out(&mut self, member: i64) -> usize {
        let before = self.issued.len();
        let is_his = |holder: &Holder| matches!(holder, Holder::Member(token) if token.member == member);
        self.issued.retain(|_, issued| !(issued.personal && is_his(&issued.holder)));
        before - self.issued.len()
    }

    /// Who stands behind a token that is still alive.
    pub fn holder(&self, text: &str, now: DateTime<Utc>) -> Option<&Holder> {
        let issued = self.issued.get(text)?;
        issued.expires_at.is_none_or(|at| now < at).then_some(&issued.holder)
    }

    /// The application with this id and secret.
    pub fn application(&self, id: &str, secret: &str) -> Option<&Application> {
        self.applications.get(id).filter(|application| application.secret == secret)
    }

    /// A token and a refresh token for a member (grant password).
    pub fn log_in(&mut self, ids: &mut Ids, now: DateTime<Utc>, client: &str, token: Token) -> Grant {
        let mut grant = self.issue(ids, Holder::Member(token.clone()), now, self.tokens.access_seconds);
        let refresh = format!("refresh-{}", ids.hex());
        let (client, access) = (client.to_owned(), grant.access.clone());
        let expires_at = now + seconds(self.tokens.refresh_seconds);
        self.refresh.insert(refresh.clone(), Refresh { token, client, access, expires_at });
        grant.refresh = Some(refresh);
        grant
    }

    /// A new access token for a refresh token; the one before it dies. With rotation the refresh token dies too,
    /// and another comes. `None` for one that is unknown, used up, expired, or another client's.
    pub fn renew(&mut self, ids: &mut Ids, now: DateTime<Utc>, client: &str, refresh: &str) -> Option<Grant> {
        let known =
            self.refresh.get(refresh).filter(|known| known.client == client && now < known.expires_at)?;
        let token = known.token.clone();
        self.issued.remove(&known.access);
        if self.tokens.rotation {
            self.refresh.remove(refresh);
            return Some(self.log_in(ids, now, client, token));
        }
        let grant = self.issue(ids, Holder::Member(token), now, self.tokens.access_seconds);
        if let Some(known) = self.refresh.get_mut(refresh) {
            known.access.clone_from(&grant.access);
        }
        Some(grant)
    }

    /// A token for an application itself (grant client_credentials).
    pub fn for_application(&mut self, ids: &mut Ids, now: DateTime<Utc>, client: &str) -> Grant {
        self.issue(ids, Holder::Application(client.to_owned()), now, self.tokens.application_seconds)
    }

    /// A token that acts as a member, for an application.
    pub fn for_member(&mut self, ids: &mut Ids, now: DateTime<Utc>, token: Token) -> Grant {
        self.issue(ids, Holder::Member(token), now, self.tokens.member_seconds)
    }

    fn issue(&mut self, ids: &mut Ids, holder: Holder, now: DateTime<Utc>, life: u32) -> Grant {
        let access = format!("access-{}", ids.hex());
        let issued = Issued { holder, personal: false, expires_at: Some(now + seconds(life)) };
        self.issued.insert(access.clone(), issued);
        Grant { access, refresh: None, seconds: life }
    }
}

fn seconds(count: u32) -> Duration {
    Duration::seconds(i64::from(count))
}
