//! Tokens: who holds which, how long they live, and what they are issued for.
//!
//! Not here: reading headers (`gate`), the words of a refusal (`routes::auth`).

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use super::ids::Ids;

/// Life of a token by the grants password and refresh_token (platform:auth.grants).
pub const USER_LIFE: Duration = Duration::hours(1);
/// Life of an application's token.
pub const APPLICATION_LIFE: Duration = Duration::days(7);
/// Life of a token that an application obtains for a member.
pub const MEMBER_LIFE: Duration = Duration::days(90);

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
    expires_at: Option<DateTime<Utc>>,
}

/// What a refresh token stands for.
#[derive(Clone, Debug)]
struct Refresh {
    token: Token,
    client: String,
    access: String,
}

/// A pair as the token endpoint answers it.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The access token.
    pub access: String,
    /// The refresh token, where the grant gives one.
    pub refresh: Option<String>,
    /// Life in seconds.
    pub seconds: i64,
}

/// Everything that opens doors.
#[derive(Clone, Debug, Default)]
pub struct Auth {
    issued: BTreeMap<String, Issued>,
    refresh: BTreeMap<String, Refresh>,
    /// Applications by `client_id`.
    pub applications: BTreeMap<String, Application>,
    /// Passwords by mail address.
    pub passwords: BTreeMap<String, String>,
}

impl Auth {
    /// Adds a personal token: it does not expire.
    pub fn add(&mut self, text: &str, token: Token) {
        self.issued.insert(text.to_owned(), Issued { holder: Holder::Member(token), expires_at: None });
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
        let access = self.issue(ids, Holder::Member(token.clone()), now, USER_LIFE);
        let refresh = format!("refresh-{}", ids.hex());
        let (client, kept) = (client.to_owned(), access.clone());
        self.refresh.insert(refresh.clone(), Refresh { token, client, access: kept });
        Grant { access, refresh: Some(refresh), seconds: USER_LIFE.num_seconds() }
    }

    /// A new pair for a refresh token, which dies together with the access token of its pair. `None` for
    /// one that is unknown, used up, or another client's.
    pub fn renew(&mut self, ids: &mut Ids, now: DateTime<Utc>, client: &str, refresh: &str) -> Option<Grant> {
        self.refresh.get(refresh).filter(|known| known.client == client)?;
        let old = self.refresh.remove(refresh)?;
        self.issued.remove(&old.access);
        Some(self.log_in(ids, now, client, old.token))
    }

    /// A token for an application itself (grant client_credentials).
    pub fn for_application(&mut self, ids: &mut Ids, now: DateTime<Utc>, client: &str) -> Grant {
        let access = self.issue(ids, Holder::Application(client.to_owned()), now, APPLICATION_LIFE);
        Grant { access, refresh: None, seconds: APPLICATION_LIFE.num_seconds() }
    }

    /// A token that acts as a member, for an application.
    pub fn for_member(&mut self, ids: &mut Ids, now: DateTime<Utc>, token: Token) -> Grant {
        let access = self.issue(ids, Holder::Member(token), now, MEMBER_LIFE);
        Grant { access, refresh: None, seconds: MEMBER_LIFE.num_seconds() }
    }

    fn issue(&mut self, ids: &mut Ids, holder: Holder, now: DateTime<Utc>, life: Duration) -> String {
        let text = format!("access-{}", ids.hex());
        self.issued.insert(text.clone(), Issued { holder, expires_at: Some(now + life) });
        text
    }
}
