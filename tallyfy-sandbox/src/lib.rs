#![doc = include_str!("../README.md")]
#![deny(missing_docs)]
// Rows with fifty keys stand in one `json!` each.
#![recursion_limit = "256"]

//! The public handle: [`Sandbox`]. Everything else stands in its own room.
//!
//! How state is kept: properties that a rule reads are typed fields, so that the rules are plain Rust;
//! properties that merely come back as they were stored stay JSON maps, so that a new one needs no code.

mod answer;
mod builder;
mod contract;
mod dates;
mod fault;
mod gate;
mod limits;
mod log;
mod query;
mod quirks;
mod router;
mod routes;
mod schema;
pub mod seed;
mod server;
mod service;
mod state;
mod suggest;
mod webhooks;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio::task::AbortHandle;

pub use builder::Builder;
pub use fault::{Fault, FaultBody, Script};
pub use limits::{Limits, RetryAfter};
pub use log::{Seen, Side, Violation};
pub use quirks::{Quirk, Quirks, UnknownQuirk};
pub use state::{Effect, Tokens};
pub use webhooks::{Delivery, Odds, Sent, WebhookFaults};

use limits::Meter;
use service::Shared;

/// An offline Tallyfy on a local port. Dropping it stops it.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> std::io::Result<()> {
/// let sandbox = tallyfy_sandbox::Sandbox::start().await?;
/// assert!(sandbox.base_url().starts_with("http://127.0.0.1:"));
/// assert_eq!(sandbox.organization().len(), 32);
/// # Ok(()) }
/// ```
pub struct Sandbox {
    address: SocketAddr,
    shared: Arc<Shared>,
    server: AbortHandle,
    webhooks: AbortHandle,
}

impl Sandbox {
    /// Starts a sandbox with the default settings on any free port of the loopback interface.
    ///
    /// # Errors
    /// When no port can be listened on.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Settings to change before starting.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// What a client takes for the service's base URL: `http://127.0.0.1:PORT/api`. Of a sandbox that listens on every
    /// address ([`Builder::bind`]) it is the one on this machine: nobody can call `0.0.0.0`.
    pub fn base_url(&self) -> String {
        let mut address = self.address;
        match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
            IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
            _ => {}
        }
        format!("http://{address}/api")
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The environment variables by which programs find it: `TALLYFY_BASE_URL`, `TALLYFY_API_TOKEN`,
    /// `TALLYFY_ORG_ID`.
    pub fn environment(&self) -> [(&'static str, String); 3] {
        [
            ("TALLYFY_BASE_URL", self.base_url()),
            ("TALLYFY_API_TOKEN", self.token().to_owned()),
            ("TALLYFY_ORG_ID", self.organization().to_owned()),
        ]
    }

    /// The token of the seed's administrator. Others are in [`seed`].
    pub fn token(&self) -> &'static str {
        seed::ADMIN_TOKEN
    }

    /// The id of the seed's organization.
    pub fn organization(&self) -> &'static str {
        seed::ORGANIZATION
    }

    /// The requests seen so far, oldest first; of very many the newest (see [`Builder::keep_requests`]).
    pub fn requests(&self) -> Vec<Seen> {
        self.shared.lock().log.entries().cloned().collect()
    }

    /// Forgets the requests seen so far, and the violations.
    pub fn clear_requests(&self) {
        self.shared.lock().log.clear();
    }

    /// Where requests and answers broke the OpenAPI document, the sandbox's own first.
    pub fn violations(&self) -> Vec<Violation> {
        self.shared.lock().log.violations()
    }

    /// Orders a fault for the next call of an operation (`"*"`: of any). Faults wait in a queue, and
    /// each strikes once.
    ///
    /// # Panics
    /// When the document has no such operation: a misspelt fault would never strike.
    #[track_caller]
    pub fn fault(&self, operation: &str, fault: Fault) {
        let known = operation == "*" || router::by_id(operation).is_some();
        assert!(known, "{}", fault::unknown_operation(operation));
        self.shared.lock().faults.push(operation, fault);
    }

    /// Orders faults by count or by chance. Those of [`Sandbox::fault`] come before, and earlier scripts before
    /// later ones; a call is struck once. [`Seen::fault`] tells which calls were.
    ///
    /// # Panics
    /// When the document has no such operation.
    #[track_caller]
    pub fn script(&self, script: Script) {
        let unknown = script.unknown();
        assert!(unknown.is_none(), "{}", fault::unknown_operation(unknown.unwrap_or_default()));
        self.shared.lock().faults.run(script);
    }

    /// Takes back all faults that were ordered: the calls to come are answered as they should be.
    pub fn clear_faults(&self) {
        self.shared.lock().faults.clear();
    }

    /// How many faults of [`Sandbox::fault`] have not struck yet.
    pub fn faults_left(&self) -> usize {
        self.shared.lock().faults.len()
    }

    /// Changes how much is let through from now on; what was counted before is forgotten.
    pub fn set_limits(&self, limits: Limits) {
        self.shared.lock().meter = Meter::new(limits);
    }

    /// Logs a member out, which ends the personal tokens (platform:auth.personal_access_token), and tells how many.
    pub fn log_out(&self, member: i64) -> usize {
        self.shared.lock().world.auth.log_out(member)
    }

    /// Gives a member another password, which ends the personal tokens too (seed:personal-access-token).
    ///
    /// # Panics
    /// When there is no such member.
    #[track_caller]
    pub fn reset_password(&self, member: i64, password: &str) {
        let mut inner = self.shared.lock();
        let (_, email) = inner.world.seat_of(member).expect("there is no such member");
        inner.world.auth.passwords.insert(email, password.to_owned());
        inner.world.auth.log_out(member);
    }

    /// A new personal token of a member, as made in the settings.
    ///
    /// # Panics
    /// When there is no such member.
    #[track_caller]
    pub fn personal_token(&self, member: i64) -> String {
        let mut inner = self.shared.lock();
        let (organization, _) = inner.world.seat_of(member).expect("there is no such member");
        let now = inner.world.now();
        let state::World { auth, ids, .. } = &mut inner.world;
        auth.personal(ids, now, state::Token { member, organization })
    }

    /// Changes how long tokens live that are issued from now on.
    pub fn set_tokens(&self, tokens: Tokens) {
        self.shared.lock().world.auth.tokens = tokens;
    }

    /// Side effects so far (`task.completed`, `process.launched`, ...): what the service would have
    /// mailed or posted.
    pub fn effects(&self) -> Vec<Effect> {
        self.shared.lock().world.effects.clone()
    }

    /// Calls of webhook addresses so far, oldest first; of very many the newest (see
    /// [`Builder::keep_requests`]). Those of one address are made in order, one after another.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use tallyfy_sandbox::{Sandbox, Sent, seed::Plan};
    ///
    /// let plan = Plan::from_yaml("watchers: [{webhook: 'https://example.com/hook'}]")?;
    /// let sandbox = Sandbox::builder().seed(plan).start().await?;
    /// // ... here something is launched or completed ...
    /// sandbox.delivered().await;
    /// assert!(sandbox.deliveries().iter().all(|delivery| delivery.sent != Sent::Waiting));
    /// # Ok(()) }
    /// ```
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.shared.lock().webhooks.log()
    }

    /// Waits until every call of a webhook address has come to its end. An address that does not answer takes
    /// ten seconds a call, on tokio's clock.
    pub async fn delivered(&self) {
        let mut open = self.shared.lock().webhooks.flush();
        // The sender lives in the state, so this ends when all is sent.
        let _ = open.wait_for(|open| *open == 0).await;
    }

    /// Changes what goes wrong with webhooks from now on.
    pub fn set_webhook_faults(&self, faults: &WebhookFaults) {
        self.shared.lock().webhooks.order(faults);
    }

    /// Makes the sandbox's clock stand still at this time.
    pub fn set_now(&self, now: DateTime<Utc>) {
        self.shared.lock().world.fixed_now = Some(now);
    }

    /// Which oddities are imitated.
    pub fn quirks(&self) -> Quirks {
        self.shared.lock().world.quirks.clone()
    }

    /// Changes which oddities are imitated from now on.
    pub fn set_quirks(&self, quirks: Quirks) {
        self.shared.lock().world.quirks = quirks;
    }

    /// The rows of the seed's organization as answers show them, by kind: `organization`, `members`,
    /// `guests`, `groups`, `tags`, `taggings`, `folders`, `filings`, `templates`, `processes`, `tasks`,
    /// `comments`, `files`, `watchers`, `custom_fields`, `custom_field_keys`. `values` are stored answers,
    /// whose ids no read of the service shows, and `now` is the time.
    pub fn dump(&self) -> Value {
        self.dump_of(seed::ORGANIZATION)
    }

    /// The rows of another organization, as [`Sandbox::dump`] has them; of an unknown one `null`.
    pub fn dump_of(&self, organization: &str) -> Value {
        let inner = self.shared.lock();
        routes::dump(&inner.world, organization)
    }

    /// Ids of the document's operations that the sandbox answers; the others are a 501.
    pub fn operations() -> Vec<&'static str> {
        let mut known: Vec<&str> = router::ids().filter(|id| routes::is_known(id)).collect();
        known.sort_unstable();
        known
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.server.abort();
        self.webhooks.abort();
    }
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").field("address", &self.address).finish_non_exhaustive()
    }
}
