//! Settings of a sandbox, and its start.
//!
//! Not here: what one asks of a running sandbox (`lib.rs`).

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::net::TcpListener;

use crate::fault::{Faults, Script, unknown_operation};
use crate::limits::{Limits, Meter};
use crate::log::{self, Log, Violation};
use crate::quirks::Quirks;
use crate::service::{Contract, Inner, Shared};
use crate::state::Tokens;
use crate::webhooks::{self, Delivery, Lines, Tell, WebhookFaults};
use crate::{Sandbox, seed, server};

/// Settings of a sandbox before it starts.
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder {
    bind: IpAddr,
    port: u16,
    contract: Contract,
    quirks: Quirks,
    replica_lag: Option<Duration>,
    now: Option<DateTime<Utc>>,
    plan: seed::Plan,
    kept: usize,
    webhook_faults: Option<WebhookFaults>,
    tell: Option<Tell>,
    scripts: Vec<Script>,
    fault_seed: Option<u64>,
    limits: Option<Limits>,
    tokens: Option<Tokens>,
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
            replica_lag: None,
            now: None,
            plan: seed::Plan::default(),
            kept: log::KEPT,
            webhook_faults: None,
            tell: None,
            scripts: Vec::new(),
            fault_seed: None,
            limits: None,
            tokens: None,
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

    /// For how long a process's list of tasks misses new ones, by the sandbox's clock
    /// ([`Quirks::task_lists_lag_after_a_create`]). Not at all by default: no source says how long it takes, and
    /// whoever does not expect it would see empty processes.
    pub fn replica_lag(mut self, lag: Duration) -> Self {
        self.replica_lag = Some(lag);
        self
    }

    /// Makes the sandbox's clock stand still at this time.
    pub fn now(mut self, now: DateTime<Utc>) -> Self {
        self.now = Some(now);
        self
    }

    /// Adds rows to those of the seed; see [`seed::Plan`]. Its limits, tokens and seed of faults hold unless this
    /// builder is told otherwise; its faults come before those of the builder.
    pub fn seed(mut self, plan: seed::Plan) -> Self {
        self.plan = plan;
        self
    }

    /// How many of the newest requests [`Sandbox::requests`] tells of; 100,000 by default.
    pub fn keep_requests(mut self, count: usize) -> Self {
        self.kept = count;
        self
    }

    /// What goes wrong with webhooks: nothing by default. It goes before the entry of the plan.
    pub fn webhook_faults(mut self, faults: WebhookFaults) -> Self {
        self.webhook_faults = Some(faults);
        self
    }

    /// Is told of every call of a webhook address when it has come to its end. It must not ask the sandbox.
    pub fn report_delivery(mut self, tell: impl Fn(&Delivery) + Send + Sync + 'static) -> Self {
        self.tell = Some(Tell(Arc::new(tell)));
        self
    }

    /// Orders faults by script; see [`Sandbox::script`].
    pub fn script(mut self, script: Script) -> Self {
        self.scripts.push(script);
        self
    }

    /// The seed of the chances of all scripts; 0 by default.
    pub fn fault_seed(mut self, seed: u64) -> Self {
        self.fault_seed = Some(seed);
        self
    }

    /// How much is let through; by default everything.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = Some(limits);
        self
    }

    /// How long tokens live, and whether refresh tokens are replaced.
    pub fn tokens(mut self, tokens: Tokens) -> Self {
        self.tokens = Some(tokens);
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
            return Err(wrong(unknown_operation(operation)));
        }
        let listener = TcpListener::bind((self.bind, self.port)).await?;
        let address = listener.local_addr()?;
        let mut faults = Faults::new(self.fault_seed.unwrap_or(self.plan.fault_seed));
        let scripts = self.plan.scripts().map_err(|error| wrong(error.to_string()))?;
        scripts.into_iter().chain(self.scripts).for_each(|script| faults.run(script));
        let limits = self.limits.unwrap_or(self.plan.limits);
        let tokens = self.tokens.unwrap_or(self.plan.tokens);
        let webhook_faults = self.webhook_faults.unwrap_or_else(|| self.plan.webhook_faults.clone());
        let (webhooks, outbox) = Lines::new(&webhook_faults, self.kept, self.tell);
        let world = seed::planned(self.quirks, self.now, self.plan);
        let mut world = world.map_err(|error| wrong(error.to_string()))?;
        world.auth.tokens = tokens;
        if let Some(lag) = self.replica_lag {
            world.replica_lag = TimeDelta::from_std(lag).unwrap_or(TimeDelta::MAX);
        }
        let shared = Arc::new(Shared::new(Inner {
            world,
            faults,
            meter: Meter::new(limits),
            log: Log::of(self.kept),
            contract: self.contract,
            webhooks,
            answered: 0,
        }));
        let server = tokio::spawn(server::serve(listener, Arc::clone(&shared))).abort_handle();
        let webhooks = tokio::spawn(webhooks::deliver(outbox, Arc::clone(&shared))).abort_handle();
        Ok(Sandbox { address, shared, server, webhooks })
    }
}
