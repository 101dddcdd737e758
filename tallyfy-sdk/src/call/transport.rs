//! The joint between a generated method and the pipeline: one transport for each call. A creation whose outcome stays open
//! is looked for here before it is sent again; how, stands in `call/reconcile.rs`.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use reqwest::{Method, ResponseBuilderExt, StatusCode};
use serde_json::Value;
use tallyfy_gen::operations::{self, Repeat};
use tallyfy_gen::transport::Transport;
use tallyfy_gen::wire::Unreadable;

use super::Preview;
use super::reconcile::{CreationTicket, Lookup, LookupOutcome};
use crate::client::Core;
use crate::error::{Error, Journey};
use crate::pipeline::{self, Delivered, Limits, Target};
use crate::retry::Delivery;

/// What went through a transport.
pub(super) enum TransportOutcome {
    Preview(Preview),
    Delivered(Delivered),
    Failed(Error),
}

/// Where a transport leaves what went through it; `None` if the generated code never came so far.
///
/// The generated client can only pass on HTTP errors. So transports always answer: with what arrived, or with an empty
/// failure in place of an error that is kept here, whole.
type Kept = Mutex<Option<TransportOutcome>>;

fn take(kept: &Kept) -> Option<TransportOutcome> {
    kept.lock().unwrap_or_else(PoisonError::into_inner).take()
}

fn keep(kept: &Kept, outcome: TransportOutcome) {
    *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
}

/// Sends: carries the options of one call in, and what came of it out.
pub(super) struct SendTransport {
    core: Arc<Core>,
    limits: Limits,
    lookup: Option<Arc<dyn Lookup>>,
    outcome: Kept,
    unreadable: Mutex<Vec<Unreadable>>,
}

impl SendTransport {
    pub(super) fn new(core: &Arc<Core>, limits: Limits, lookup: Option<Arc<dyn Lookup>>) -> Self {
        Self {
            core: Arc::clone(core),
            limits,
            lookup,
            outcome: Mutex::new(None),
            unreadable: Mutex::default(),
        }
    }

    pub(super) fn take(&self) -> Option<TransportOutcome> {
        take(&self.outcome)
    }

    /// What of the answer could not be read.
    pub(super) fn unreadable(&self) -> Vec<Unreadable> {
        std::mem::take(&mut self.unreadable.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sends, and where that leaves the outcome open, looks for the object (which the lookup then keeps) and sends
    /// again while it is surely absent.
    async fn execute(&self, target: Target, mut request: reqwest::Request) -> Result<Delivered, Error> {
        let creation = self.creation(target.operation, &request)?;
        let mut earlier: Option<Journey> = None;
        let mut repeats = self.lookup.as_ref().map_or(0, |lookup| lookup.repeats());
        loop {
            let copy = self.lookup.as_ref().and_then(|_| request.try_clone());
            let error = match self.run(target, request, creation.as_deref()).await {
                Ok(delivered) => return Ok(self.counted(delivered, earlier)),
                Err(error) => earlier.iter().fold(error, Error::after),
            };
            let Some(lookup) = self.lookup.as_ref().filter(|_| error.delivery() >= Delivery::Unknown) else {
                return Err(error);
            };
            match (lookup.settle().await, copy) {
                (LookupOutcome::Found, _) => return Err(error),
                (LookupOutcome::Absent, Some(copy))
                    if repeats > 0 && error.delivery() == Delivery::Unknown =>
                {
                    repeats -= 1;
                    earlier = Some(error.journey(target.operation));
                    request = copy;
                }
                (outcome, _) => return Err(lookup.annotate(error, outcome)),
            }
        }
    }

    /// One run through the pipeline, noted among the creations of the client.
    async fn run(
        &self,
        target: Target,
        request: reqwest::Request,
        creation: Option<&CreationTicket>,
    ) -> Result<Delivered, Error> {
        if let Some(creation) = creation {
            creation.sending();
        }
        let result = pipeline::run(&self.core, target, request, &self.limits).await;
        match (&result, creation) {
            (Ok(delivered), Some(creation)) => creation.answered(&delivered.body),
            (Err(error), Some(creation)) if error.delivery() < Delivery::Unknown => {
                creation.created_nothing()
            }
            _ => {}
        }
        result
    }

    /// The call as one of those of the client that create; fails if its object could not be recognized afterwards.
    fn creation(
        &self,
        operation: &'static str,
        request: &reqwest::Request,
    ) -> Result<Option<Arc<CreationTicket>>, Error> {
        let creates = || operations::find(operation).is_some_and(|known| known.repeat == Repeat::Reconcile);
        // Most calls read: for them this costs one comparison.
        if *request.method() == Method::GET || !creates() {
            return Ok(None);
        }
        let body = json_of(request);
        if let Some(lookup) = &self.lookup {
            lookup.validate(&body).map_err(|error| error.with_operation(operation))?;
        }
        let marker = self.lookup.as_ref().and_then(|lookup| lookup.marker());
        let ticket =
            CreationTicket::new(&self.core, operation, request.url().path(), &body, marker).map(Arc::new);
        if let (Some(lookup), Some(ticket)) = (&self.lookup, &ticket) {
            lookup.begin(&body, ticket);
        }
        Ok(ticket)
    }

    /// The attempts of an earlier sending count too.
    fn counted(&self, mut delivered: Delivered, earlier: Option<Journey>) -> Delivered {
        if let Some((earlier, lookup)) = earlier.zip(self.lookup.as_ref()) {
            delivered.journey.attempts += earlier.attempts;
            delivered.journey.elapsed = lookup.elapsed();
        }
        delivered
    }
}

#[async_trait]
impl Transport for SendTransport {
    async fn send(
        &self,
        operation: &'static str,
        request: reqwest::Request,
    ) -> reqwest::Result<reqwest::Response> {
        // Who looks before a repeat needs no repeats without a look.
        let idempotent = self.limits.idempotent.filter(|idempotent| self.lookup.is_none() || !idempotent);
        match self.execute(Target::of(operation, idempotent), request).await {
            Ok(delivered) => {
                // It reads status and body, the headers stay here.
                let status = if delivered.already_done { StatusCode::NO_CONTENT } else { delivered.status };
                let answer = answer(&self.core, status, delivered.body.clone());
                keep(&self.outcome, TransportOutcome::Delivered(delivered));
                Ok(answer)
            }
            Err(error) => {
                keep(&self.outcome, TransportOutcome::Failed(error));
                Ok(failure(&self.core))
            }
        }
    }

    fn unreadable(&self, found: Vec<Unreadable>) {
        *self.unreadable.lock().unwrap_or_else(PoisonError::into_inner) = found;
    }
}

impl fmt::Debug for SendTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendTransport").finish_non_exhaustive()
    }
}

/// Sends nothing: keeps the request as it would go out.
pub(super) struct PreviewTransport {
    core: Arc<Core>,
    limits: Limits,
    lookup: Option<Arc<dyn Lookup>>,
    outcome: Kept,
}

impl PreviewTransport {
    pub(super) fn new(core: &Arc<Core>, limits: Limits, lookup: Option<Arc<dyn Lookup>>) -> Self {
        Self { core: Arc::clone(core), limits, lookup, outcome: Mutex::new(None) }
    }

    pub(super) fn take(&self) -> Option<TransportOutcome> {
        take(&self.outcome)
    }
}

#[async_trait]
impl Transport for PreviewTransport {
    async fn send(
        &self,
        operation: &'static str,
        request: reqwest::Request,
    ) -> reqwest::Result<reqwest::Response> {
        let refused = self.lookup.as_ref().and_then(|lookup| lookup.validate(&json_of(&request)).err());
        keep(
            &self.outcome,
            match refused {
                Some(error) => TransportOutcome::Failed(error.with_operation(operation)),
                None => {
                    let prepared = pipeline::prepare(&self.core, request, &self.limits.headers);
                    TransportOutcome::Preview(Preview::of(prepared, self.core.personal_token.as_ref()))
                }
            },
        );
        Ok(failure(&self.core))
    }
}

impl fmt::Debug for PreviewTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreviewTransport").finish_non_exhaustive()
    }
}

/// The body of a request; `null` where it has none in JSON.
fn json_of(request: &reqwest::Request) -> Value {
    let bytes = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
    serde_json::from_slice(bytes).unwrap_or_default()
}

fn failure(core: &Core) -> reqwest::Response {
    answer(core, StatusCode::INTERNAL_SERVER_ERROR, Bytes::new())
}

fn answer(core: &Core, status: StatusCode, body: Bytes) -> reqwest::Response {
    // Nobody reads the URL; without one, reqwest parses one of its own for every answer.
    let response = http::Response::builder().url(core.base_url.clone()).body(body);
    let mut response = response.unwrap_or_default();
    *response.status_mut() = status;
    response.into()
}
