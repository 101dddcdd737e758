//! What a call meets: names that resolve or not, and a server that does what it is told; and what is seen of the call
//! from outside. What should be seen stands in `expected`.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tallyfy_sdk::{Client, Delivery, Error};
use tokio::time::Instant;

use super::server::{Act, Server};

/// Where a name leads.
#[derive(Clone, Copy, Debug)]
pub enum Where {
    /// To the server.
    Here,
    /// To an address of this machine where nobody listens.
    Elsewhere,
    /// There is no such name.
    Nowhere,
}

/// What goes wrong.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Before there is a connection.
    Names(Where),
    /// On the connection.
    Wire(Act),
}

/// How a call went.
#[derive(Debug, PartialEq)]
pub struct Course {
    /// When each attempt began, in milliseconds.
    pub at: Vec<u64>,
    /// Requests that reached the server.
    pub requests: usize,
    /// When the call was over.
    pub ended: u64,
    pub end: End,
}

#[derive(Debug, PartialEq)]
pub enum End {
    Done { attempts: u32 },
    Failed(Told),
}

/// What the error says.
#[derive(Debug, PartialEq)]
pub struct Told {
    pub operation: Option<&'static str>,
    pub attempts: u32,
    pub delivery: Delivery,
    /// The names of the predicates that are true.
    pub says: Vec<&'static str>,
    pub status: Option<u16>,
    /// In seconds.
    pub retry_after: Option<u64>,
    /// The one of [`ADVICE`] that its text holds.
    pub advice: &'static str,
}

/// What errors say of the aftermath.
const ADVICE: [&str; 6] = [
    "Nothing was sent",
    "refused it and did not act",
    "only reads, so it can be repeated",
    "may have acted: look before doing it again",
    "has acted: do not do it again",
    "The work is done",
];

impl Told {
    fn by(error: &Error) -> Self {
        let predicates = [
            ("input", error.is_input()),
            ("auth", error.is_auth()),
            ("token_invalid", error.is_token_invalid()),
            ("permission", error.is_permission()),
            ("not_found", error.is_not_found()),
            ("validation", error.is_validation()),
            ("conflict", error.is_conflict()),
            ("rate_limited", error.is_rate_limited()),
            ("held_back", error.is_held_back()),
            ("timeout", error.is_timeout()),
            ("connect", error.is_connect()),
            ("server", error.is_server()),
            ("decode", error.is_decode()),
            ("too_large", error.is_too_large()),
            ("already_done", error.is_already_done()),
            ("incomplete", error.is_incomplete()),
        ];
        let text = error.to_string();
        Self {
            operation: error.operation(),
            attempts: error.attempts(),
            delivery: error.delivery(),
            says: predicates.into_iter().filter_map(|(name, holds)| holds.then_some(name)).collect(),
            status: error.status().map(|status| status.as_u16()),
            retry_after: error.retry_after().map(|wait| wait.as_secs()),
            advice: ADVICE.into_iter().find(|advice| text.contains(advice)).unwrap_or_default(),
        }
    }
}

/// Looks names up as it is told, and keeps when it was asked: every attempt needs a new connection.
#[derive(Debug, Default)]
struct Names {
    plan: Mutex<Vec<Where>>,
    asked: Mutex<Vec<Instant>>,
}

impl Resolve for Names {
    fn resolve(&self, _: Name) -> Resolving {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.push(Instant::now());
        let plan = self.plan.lock().unwrap_or_else(PoisonError::into_inner);
        let place = plan.get(asked.len() - 1).or(plan.last()).copied();
        let last = match place {
            Some(Where::Here) | None => 1,
            Some(Where::Elsewhere) => 2,
            Some(Where::Nowhere) => return Box::pin(async { Err("no such name".into()) }),
        };
        // The port is that of the URL.
        let addresses: Addrs = Box::new([([127, 0, 0, last], 0).into()].into_iter());
        Box::pin(async { Ok(addresses) })
    }
}

/// A server, and the names that lead to it.
pub struct World {
    server: Server,
    names: Arc<Names>,
}

impl World {
    pub async fn start() -> Self {
        Self { server: Server::start().await, names: Arc::default() }
    }

    /// Calls an operation; it meets the faults one after the other, the last one for ever if `then` is missing.
    pub async fn call(&self, operation: &'static str, fault: Fault, then: Option<Act>) -> Course {
        let (mut names, mut acts) = match fault {
            Fault::Names(place) => (vec![place], Vec::new()),
            Fault::Wire(act) => (vec![Where::Here], vec![act]),
        };
        if let Some(then) = then {
            names.push(Where::Here);
            acts.push(then);
        }
        self.server.plan(acts);
        *self.names.plan.lock().unwrap_or_else(PoisonError::into_inner) = names;
        self.names.asked.lock().unwrap_or_else(PoisonError::into_inner).clear();

        let start = Instant::now();
        let result = self.client().drive(operation).with_meta().await;
        let since = |at: Instant| millis(at - start);
        let ended = since(Instant::now());
        let end = match result {
            Ok(done) => {
                assert_eq!(millis(done.meta.elapsed), ended, "{operation}: elapsed");
                End::Done { attempts: done.meta.attempts }
            }
            Err(error) => {
                assert_eq!(millis(error.elapsed()), ended, "{operation}: elapsed of {error}");
                End::Failed(Told::by(&error))
            }
        };
        let asked = self.names.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let at = asked.iter().map(|at| since(*at)).collect();
        Course { at, requests: self.server.requests(), ended, end }
    }

    /// A new one for each call: pacing and the budget of repeats remember.
    fn client(&self) -> Client {
        let names = Arc::clone(&self.names);
        Client::builder()
            .base_url(format!("http://localhost:{}/api", self.server.port))
            .token("token")
            .timeout(Duration::from_secs(5))
            .jitter(|| 0.5)
            // The certificates of this machine take longer to load than all else.
            .configure_http(move |http| http.dns_resolver(Arc::clone(&names)).tls_certs_only([]))
            .build()
            .expect("a client")
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).expect("a short time")
}
