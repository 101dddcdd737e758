//! The joint between a generated method and the pipeline: one transport for each call.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use reqwest::StatusCode;
use tallyfy_gen::transport::Transport;

use super::Preview;
use crate::client::Core;
use crate::error::Error;
use crate::pipeline::{self, Delivered, Limits, Target};

/// The transport of one call: carries its options in, and what came of it out.
///
/// The generated client can only pass on HTTP errors. So this one always answers: with what arrived, or
/// with an empty failure in place of an error that is kept here, whole.
pub(super) struct Door {
    core: Arc<Core>,
    limits: Limits,
    mode: Mode,
    seen: Mutex<Option<Seen>>,
}

impl Door {
    pub(super) fn new(core: &Arc<Core>, limits: Limits, mode: Mode) -> Self {
        Self { core: Arc::clone(core), limits, mode, seen: Mutex::new(None) }
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
                (Seen::Preview(Preview::of(prepared)), failure())
            }
            Mode::Send => match pipeline::run(&self.core, Target::of(operation), request, &self.limits).await
            {
                Ok(delivered) => {
                    let answer = rebuilt(&delivered);
                    (Seen::Delivered(delivered), answer)
                }
                Err(error) => (Seen::Failed(error), failure()),
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

/// The answer for the generated code: it reads status and body, the headers stay here.
fn rebuilt(delivered: &Delivered) -> reqwest::Response {
    let mut response = http::Response::new(delivered.body.clone());
    *response.status_mut() = if delivered.already_done { StatusCode::NO_CONTENT } else { delivered.status };
    response.into()
}

fn failure() -> reqwest::Response {
    let mut response = http::Response::new(Bytes::new());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response.into()
}
