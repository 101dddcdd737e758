//! The joint between a generated method and the pipeline: one transport for each call.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use reqwest::{ResponseBuilderExt, StatusCode};
use tallyfy_gen::transport::Transport;

use super::Preview;
use super::reconcile::{Looked, Search};
use crate::client::Core;
use crate::error::{Error, Journey};
use crate::pipeline::{self, Delivered, Limits, Target};
use crate::retry::Delivery;

/// The transport of one call: carries its options in, and what came of it out.
///
/// The generated client can only pass on HTTP errors. So this one always answers: with what arrived, or
/// with an empty failure in place of an error that is kept here, whole.
pub(super) struct Door {
    core: Arc<Core>,
    limits: Limits,
    mode: Mode,
    search: Option<Arc<dyn Search>>,
    seen: Mutex<Option<Seen>>,
}

impl Door {
    pub(super) fn new(core: &Arc<Core>, limits: Limits, mode: Mode, search: Option<Arc<dyn Search>>) -> Self {
        Self { core: Arc::clone(core), limits, mode, search, seen: Mutex::new(None) }
    }

    /// Sends, and where that leaves the outcome open, looks for the object (which the search then keeps) and sends
    /// again while it is surely absent.
    async fn pass(&self, target: Target, mut request: reqwest::Request) -> Result<Delivered, Error> {
        let mut earlier: Option<Journey> = None;
        let mut repeats = self.search.as_ref().map_or(0, |search| search.repeats());
        loop {
            let copy = self.search.as_ref().and_then(|_| request.try_clone());
            let error = match pipeline::run(&self.core, target, request, &self.limits).await {
                Ok(delivered) => return Ok(self.counted(delivered, earlier)),
                Err(error) => earlier.iter().fold(error, Error::after),
            };
            let Some(search) = self.search.as_ref().filter(|_| error.delivery() >= Delivery::Unknown) else {
                return Err(error);
            };
            match (search.settle().await, copy) {
                (Looked::Found, _) => return Err(error),
                (Looked::Absent, Some(copy)) if repeats > 0 && error.delivery() == Delivery::Unknown => {
                    repeats -= 1;
                    earlier = Some(error.journey(target.operation));
                    request = copy;
                }
                (looked, _) => return Err(search.told(error, looked)),
            }
        }
    }

    /// The attempts of an earlier sending count too.
    fn counted(&self, mut delivered: Delivered, earlier: Option<Journey>) -> Delivered {
        if let Some((earlier, search)) = earlier.zip(self.search.as_ref()) {
            delivered.journey.attempts += earlier.attempts;
            delivered.journey.elapsed = search.elapsed();
        }
        delivered
    }

    /// What went through; `None` if the generated code never came so far.
    pub(super) fn take(&self) -> Option<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Mode {
    Send,
    Preview,
}

/// What went through the door.
pub(super) enum Seen {
    Preview(Preview),
    Delivered(Delivered),
    Failed(Error),
}

#[async_trait]
impl Transport for Door {
    async fn send(
        &self,
        operation: &'static str,
        request: reqwest::Request,
    ) -> reqwest::Result<reqwest::Response> {
        let (seen, answer) = match self.mode {
            Mode::Preview => {
                let prepared = pipeline::prepare(&self.core, request, &self.limits.headers);
                (Seen::Preview(Preview::of(prepared, self.core.personal_token.as_ref())), self.failure())
            }
            Mode::Send => match self.pass(Target::of(operation, self.limits.idempotent), request).await {
                Ok(delivered) => {
                    let answer = self.rebuilt(&delivered);
                    (Seen::Delivered(delivered), answer)
                }
                Err(error) => (Seen::Failed(error), self.failure()),
            },
        };
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
        Ok(answer)
    }
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door").field("mode", &self.mode).finish_non_exhaustive()
    }
}

impl Door {
    /// The answer for the generated code: it reads status and body, the headers stay here.
    fn rebuilt(&self, delivered: &Delivered) -> reqwest::Response {
        let status = if delivered.already_done { StatusCode::NO_CONTENT } else { delivered.status };
        self.answer(status, delivered.body.clone())
    }

    fn failure(&self) -> reqwest::Response {
        self.answer(StatusCode::INTERNAL_SERVER_ERROR, Bytes::new())
    }

    fn answer(&self, status: StatusCode, body: Bytes) -> reqwest::Response {
        // Nobody reads the URL; without one, reqwest parses one of its own for every answer.
        let response = http::Response::builder().url(self.core.base_url.clone()).body(body);
        let mut response = response.unwrap_or_default();
        *response.status_mut() = status;
        response.into()
    }
}
