#![doc = include_str!("../README.md")]
#![deny(missing_docs)]
// Rows with fifty keys stand in one `json!` each.
#![recursion_limit = "256"]

//! The public handle: [`Sandbox`] and its builder. Everything else stands in its own room.
//!
//! How state is kept: properties that a rule reads are typed fields, so that the rules are plain Rust;
//! properties that merely come back as they were stored stay JSON maps, so that a new one needs no code.

mod answer;
mod contract;
mod dates;
mod fault;
mod gate;
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

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use fault::Faults;
pub use fault::{Fault, FaultBody, Script};
use log::Log;
pub use log::{Seen, Side, Violation};
pub use quirks::Quirks;
pub use state::Effect;

use service::{Contract, Shared};

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
}

/// Settings of a sandbox before it starts.
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder {
    bind: IpAddr,
    port: u16,
    contract: Contract,
    quirks: Quirks,
    now: Option<DateTime<Utc>>,
    plan: seed::Plan,
    kept: usize,
    scripts: Vec<Script>,
    fault_seed: u64,
}

impl Default for Builder {
    fn default() -> Self {
        let bind = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let contract = Contract { validate: true, ..Contract::default() };
        Self {
            bind,
            port: 0,
            contract,
            quirks: Quirks::default(),
            now: None,
            plan: seed::Plan::default(),
            kept: log::KEPT,
            scripts: Vec::new(),
            fault_seed: 0,
        }
    }
}

impl Builder {
    /// The port; 0, the default, takes any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The address to listen on; loopback by default.
    pub fn bind(mut self, address: IpAddr) -> Self {
        self.bind = address;
        self
    }

    /// Whether requests and answers are held against the OpenAPI document. On by default.
    pub fn validate(mut self, validate: bool) -> Self {
        self.contract.validate = validate;
        self
    }

    /// Whether a request that breaks the document is refused with 400, its body naming each place by JSON
    /// pointer. Off by default: the service itself drops what it does not know in silence.
    pub fn strict(mut self, strict: bool) -> Self {
        self.contract.strict = strict;
        self
    }

    /// Is told of every violation as it comes, of either side.
    pub fn report(mut self, report: impl Fn(&Violation) + Send + Sync + 'static) -> Self {
        self.contract.report = Some(Arc::new(report));
        self
    }

    /// Which oddities of the service are imitated. All by default.
    pub fn quirks(mut self, quirks: Quirks) -> Self {
        self.quirks = quirks;
        self
    }

    /// Makes the sandbox's clock stand still at this time.
    pub fn now(mut self, now: DateTime<Utc>) -> Self {
        self.now = Some(now);
        self
    }

    /// Adds rows to those of the seed; see [`seed::Plan`].
    pub fn seed(mut self, plan: seed::Plan) -> Self {
        self.plan = plan;
        self
    }

    /// How many of the newest requests [`Sandbox::requests`] tells of; 100,000 by default.
    pub fn keep_requests(mut self, count: usize) -> Self {
        self.kept = count;
        self
    }

    /// Orders faults by script; see [`Sandbox::script`].
    pub fn script(mut self, script: Script) -> Self {
        self.scripts.push(script);
        self
    }

    /// The seed of the chances of all scripts; 0 by default.
    pub fn fault_seed(mut self, seed: u64) -> Self {
        self.fault_seed = seed;
        self
    }

    /// Starts the sandbox on the tokio runtime of the caller, so that a paused clock holds for both
    /// sides.
    ///
    /// # Errors
    /// When the port cannot be listened on, the plan cannot be carried out, or a fault is for an operation that
    /// the document does not have.
    pub async fn start(self) -> io::Result<Sandbox> {
        let wrong = |text| io::Error::new(io::ErrorKind::InvalidInput, text);
        if let Some(operation) = self.scripts.iter().find_map(Script::unknown) {
            return Err(wrong(format!("the document has no operation {operation}")));
        }
        let listener = TcpListener::bind((self.bind, self.port)).await?;
        let address = listener.local_addr()?;
        let world = seed::planned(self.quirks, self.now, self.plan);
        let world = world.map_err(|error| wrong(error.to_string()))?;
        let mut faults = Faults::new(self.fault_seed);
        self.scripts.into_iter().for_each(|script| faults.run(script));
        let shared = Arc::new(Shared::new(world, self.contract, Log::of(self.kept), faults));
        let server = tokio::spawn(server::serve(listener, Arc::clone(&shared))).abort_handle();
        Ok(Sandbox { address, shared, server })
    }
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

    /// What a client takes for the service's base URL: `http://127.0.0.1:PORT/api`.
    pub fn base_url(&self) -> String {
        format!("http://{}/api", self.address)
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
        assert!(known, "the document has no operation {operation}");
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
        assert!(unknown.is_none(), "the document has no operation {}", unknown.unwrap_or_default());
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

    /// Side effects so far (`task.completed`, `process.launched`, ...): what the service would have
    /// mailed or posted.
    pub fn effects(&self) -> Vec<Effect> {
        self.shared.lock().world.effects.clone()
    }

    /// Makes the sandbox's clock stand still at this time.
    pub fn set_now(&self, now: DateTime<Utc>) {
        self.shared.lock().world.fixed_now = Some(now);
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
        let inner = self.shared.lock();
        routes::dump(&inner.world, seed::ORGANIZATION)
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
    }
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").field("address", &self.address).finish_non_exhaustive()
    }
}
