//! Calls for programs without a runtime, by the feature `blocking`: a method that waits. Everything else of a call is the
//! same; there are no other clients and no other handles.

use std::future::{Future, IntoFuture};
use std::io;
use std::sync::OnceLock;

use tokio::runtime::{Builder, Handle, Runtime};

use crate::call::Call;
use crate::error::Error;
use crate::page::{Lister, Page};

impl<T: Send + 'static> Call<T> {
    /// Makes the call and waits for its end, in a program without a runtime.
    ///
    /// ```no_run
    /// fn main() -> Result<(), tallyfy_sdk::Error> {
    ///     let client = tallyfy_sdk::Client::from_env()?;
    ///     let me = client.me().wait()?;
    ///     println!("{}", me.id);
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// As awaiting the call; [`is_input`](Error::is_input), with nothing sent, where a tokio runtime runs: there it would
    /// keep others from running.
    pub fn wait(self) -> Result<T, Error> {
        block_on(self.into_future())
    }
}

impl<T: Send + 'static> Lister<T> {
    /// Reads one page and waits for it, in a program without a runtime.
    ///
    /// # Errors
    /// As [`Call::wait`].
    pub fn wait(self) -> Result<Page<T>, Error> {
        block_on(self.into_future())
    }

    /// Reads all items and waits for them, in a program without a runtime; see [`all`](Self::all).
    ///
    /// ```no_run
    /// # fn run(organization: tallyfy_sdk::Organization) -> Result<(), tallyfy_sdk::Error> {
    /// for template in organization.templates().list(Default::default()).wait_all()? {
    ///     println!("{}", template.id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Call::wait`], and as [`all`](Self::all).
    pub fn wait_all(self) -> Result<Vec<T>, Error> {
        block_on(self.all())
    }
}

fn block_on<T>(call: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    if Handle::try_current().is_ok() {
        return Err(Error::input(
            "wait() blocks this thread, which is in a tokio runtime: await the call instead (in spawn_blocking: \
             Handle::current().block_on(call.into_future()))",
        ));
    }
    runtime()?.block_on(call)
}

/// One for all waiting calls of the program. Its thread drives connections between calls too, so they can be used again.
fn runtime() -> Result<&'static Runtime, Error> {
    static RUNTIME: OnceLock<io::Result<Runtime>> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| {
        Builder::new_multi_thread().worker_threads(1).thread_name("tallyfy-sdk").enable_all().build()
    });
    runtime.as_ref().map_err(|error| Error::input(format!("the thread of wait() cannot be started: {error}")))
}

#[cfg(test)]
mod tests;
