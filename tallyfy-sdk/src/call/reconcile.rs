//! Settling a creation whose answer was lost: look for the object, and send again only if it stays absent. Here are
//! the settings and the looking; when it is done stands in `call/door.rs` (no clear answer) and `call.rs` (an answer
//! that cannot be read).

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use tallyfy_gen::wire::Timestamp;
use tokio::time::Instant;

use crate::client::Client;
use crate::error::Error;
use crate::page::Lister;

type Found<T> = Pin<Box<dyn Future<Output = Result<Vec<T>, Error>> + Send>>;
type Look<T> = Arc<dyn Fn(Window) -> Found<T> + Send + Sync>;

/// The first pause between two looks; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// Looks that may fail after the grace period before it is given up.
const BLIND_LOOKS: u32 = 3;

/// How to find the object that a call may have created; see [`Call::reconcile`](crate::Call::reconcile).
///
/// Looking only reads. A call that is dropped while it looks leaves its outcome as it was: unknown.
///
/// [`Processes::launched`](crate::resources::processes::Processes::launched) and
/// [`Processes::marked`](crate::resources::processes::Processes::marked) make one for launches. For other objects,
/// give the list and how to recognize it:
///
/// ```no_run
/// # fn run(organization: &tallyfy_sdk::Organization) -> tallyfy_sdk::Reconcile<tallyfy_sdk::Task> {
/// use tallyfy_sdk::{ListTasks, Reconcile};
///
/// let tasks = organization.tasks();
/// Reconcile::in_list(
///     move || tasks.list(ListTasks::new().per_page(100)),
///     |task, window| task.title.as_deref() == Some("Order 4711") && window.holds(task.created_at.as_ref()),
/// )
/// # }
/// ```
pub struct Reconcile<T> {
    look: Look<T>,
    grace: Duration,
    margin: Duration,
    repeats: u32,
}

impl<T: Send + 'static> Reconcile<T> {
    /// `look` returns what it finds: nothing, the object, or several that all might be it. A failed look says
    /// nothing about the object, and the call stays unknown.
    pub fn new<F, Fut>(look: F) -> Self
    where
        F: Fn(Window) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Vec<T>, Error>> + Send + 'static,
    {
        Self {
            look: Arc::new(move |window| Box::pin(look(window))),
            grace: Duration::from_secs(60),
            margin: Duration::from_secs(60),
            repeats: 2,
        }
    }

    /// Looks through a list for the items that `is_it` recognizes. The list must be one that would show the object:
    /// what is not on it is taken for not created.
    pub fn in_list<L, P>(list: L, is_it: P) -> Self
    where
        L: Fn() -> Lister<T> + Send + Sync + 'static,
        P: Fn(&T, &Window) -> bool + Send + Sync + 'static,
    {
        let is_it = Arc::new(is_it);
        Self::new(move |window| {
            let (mut items, is_it) = (list().items(), Arc::clone(&is_it));
            async move {
                let mut found = Vec::new();
                while let Some(item) = items.next().await {
                    let item = item?;
                    if is_it(&item, &window) {
                        found.push(item);
                    }
                    // Two are as undecided as ten.
                    if found.len() > 1 {
                        break;
                    }
                }
                Ok(found)
            }
        })
    }

    /// How long the object may take to appear before it counts as absent (default 60 s): reads lag behind writes,
    /// and a request without an answer may still be at work on the server.
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// How much earlier than the call its object may seem to be created (default 60 s), as the clocks of a service
    /// differ.
    #[must_use]
    pub fn margin(mut self, margin: Duration) -> Self {
        self.margin = margin;
        self
    }

    /// How often the call is sent again when its object stays absent (default 2). 0 only looks.
    #[must_use]
    pub fn repeats(mut self, repeats: u32) -> Self {
        self.repeats = repeats;
        self
    }
}

impl<T> Clone for Reconcile<T> {
    fn clone(&self) -> Self {
        Self { look: Arc::clone(&self.look), ..*self }
    }
}

impl<T> fmt::Debug for Reconcile<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reconcile")
            .field("grace", &self.grace)
            .field("margin", &self.margin)
            .field("repeats", &self.repeats)
            .finish_non_exhaustive()
    }
}

/// The time in which an object must have been created to be that of a call: since the call began, by the
/// server's clock.
#[derive(Clone, Debug)]
pub struct Window {
    client: Client,
    began: Instant,
    margin: Duration,
}

impl Window {
    /// When it opens. Known best once an answer has shown the server's clock, so ask after the list was read.
    pub fn opens(&self) -> SystemTime {
        let before = self.began.elapsed().saturating_add(self.margin);
        self.client.core().clock.there().checked_sub(before).unwrap_or(SystemTime::UNIX_EPOCH)
    }

    /// Whether an object of this date may be that of the call. One without a readable date may.
    pub fn holds(&self, created: Option<&Timestamp>) -> bool {
        created.and_then(Timestamp::to_utc).is_none_or(|created| SystemTime::from(created) >= self.opens())
    }
}

/// What came of looking.
#[derive(Debug)]
pub(super) enum Looked {
    Found,
    Several,
    Absent,
    Failed(Error),
}

/// The looking of one call, whatever it creates.
#[async_trait]
pub(super) trait Search: Send + Sync {
    /// Looks until the object is there or the grace period is over.
    async fn settle(&self) -> Looked;

    /// How often the call may be sent again.
    fn repeats(&self) -> u32;

    /// The time since the call began.
    fn elapsed(&self) -> Duration;

    /// Adds to an error what came of looking.
    fn told(&self, error: Error, looked: Looked) -> Error;
}

/// The looking of one call, which keeps what it finds.
pub(super) struct Sought<T> {
    reconcile: Reconcile<T>,
    window: Window,
    found: Mutex<Option<T>>,
}

impl<T: Send + 'static> Sought<T> {
    pub(super) fn new(reconcile: Reconcile<T>, client: &Client) -> Self {
        let window = Window { client: client.clone(), began: Instant::now(), margin: reconcile.margin };
        Self { reconcile, window, found: Mutex::new(None) }
    }

    pub(super) fn take(&self) -> Option<T> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    async fn look(&self) -> Looked {
        match (self.reconcile.look)(self.window.clone()).await {
            Err(error) => Looked::Failed(error),
            Ok(found) if found.len() > 1 => Looked::Several,
            Ok(mut found) => match found.pop() {
                None => Looked::Absent,
                Some(object) => {
                    *self.found.lock().unwrap_or_else(PoisonError::into_inner) = Some(object);
                    Looked::Found
                }
            },
        }
    }
}

#[async_trait]
impl<T: Send + 'static> Search for Sought<T> {
    async fn settle(&self) -> Looked {
        let began = Instant::now();
        let mut pause = FIRST_PAUSE;
        let mut blind = 0;
        loop {
            // What counts is a look that succeeds and begins when the grace period is over.
            let is_late = began.elapsed() >= self.reconcile.grace;
            match self.look().await {
                Looked::Absent if !is_late => {}
                Looked::Failed(_) if !is_late => {}
                Looked::Failed(_) if blind < BLIND_LOOKS => blind += 1,
                looked => return looked,
            }
            let left = self.reconcile.grace.saturating_sub(began.elapsed());
            tokio::time::sleep(if is_late { pause } else { pause.min(left) }).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn repeats(&self) -> u32 {
        self.reconcile.repeats
    }

    fn elapsed(&self) -> Duration {
        self.window.began.elapsed()
    }

    fn told(&self, error: Error, looked: Looked) -> Error {
        let what = match looked {
            Looked::Found => "It was looked for and found".to_owned(),
            Looked::Several => "It was looked for, and several objects may be it".to_owned(),
            Looked::Absent => {
                format!("It was looked for, and did not appear within {:?}", self.reconcile.grace)
            }
            Looked::Failed(error) => format!("It could not be looked for ({error})"),
        };
        error.looked(what, self.elapsed())
    }
}

#[cfg(test)]
mod tests;
