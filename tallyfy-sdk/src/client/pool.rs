//! The HTTP clients of a client: one for each tokio runtime that its calls run in. Settings stand in `client/http.rs`.
//!
//! A connection is driven by the runtime in which it was opened. With one pool for all, a call could be handed a
//! connection of a runtime that nobody drives, and would wait there for all its time.

use std::panic::catch_unwind;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::{Handle, Id};

use super::http::Recipe;
use crate::error::Error;

/// Runtimes that are remembered. Of more, the oldest opens its connections anew.
const REMEMBERED: usize = 16;

pub(crate) struct HttpClients {
    recipe: Recipe,
    first: reqwest::Client,
    known: Mutex<Vec<(Id, reqwest::Client)>>,
}

impl HttpClients {
    /// Makes one, so that faults of the settings come to light now.
    pub(super) fn new(recipe: Recipe) -> Result<Self, Error> {
        Ok(Self { first: recipe.make()?, recipe, known: Mutex::default() })
    }

    /// Any: to build requests with, not to send them.
    pub(super) fn any(&self) -> &reqwest::Client {
        &self.first
    }

    /// The one of the runtime in which this is called.
    ///
    /// # Errors
    /// Where there is none, or one that cannot do what a call needs.
    pub(crate) fn here(&self) -> Result<reqwest::Client, Error> {
        let Ok(runtime) = Handle::try_current() else {
            return Err(Error::input(
                "there is no tokio runtime here: await the call in #[tokio::main] or in Runtime::block_on, or wait for \
                 it with wait() of the feature `blocking`",
            ));
        };
        let id = runtime.id();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, client)) = known.iter().find(|(known, _)| *known == id) {
            return Ok(client.clone());
        }
        check_abilities()?;
        let client = if known.is_empty() { self.first.clone() } else { self.recipe.make()? };
        if known.len() == REMEMBERED {
            known.remove(0);
        }
        known.push((id, client.clone()));
        Ok(client)
    }
}

/// tokio panics in a runtime without timers or network, and has no other way to tell.
fn check_abilities() -> Result<(), Error> {
    let lacks = |what: &str| {
        Err(Error::input(format!(
            "the tokio runtime has no {what}: build it with enable_all(), or use #[tokio::main]"
        )))
    };
    if catch_unwind(|| drop(tokio::time::sleep(Duration::ZERO))).is_err() {
        return lacks("timers");
    }
    let socket = std::net::UdpSocket::bind(("127.0.0.1", 0));
    let Some(socket) = socket.ok().filter(|socket| socket.set_nonblocking(true).is_ok()) else {
        return Ok(());
    };
    match catch_unwind(|| drop(tokio::net::UdpSocket::from_std(socket))) {
        Ok(()) => Ok(()),
        Err(_) => lacks("network"),
    }
}
