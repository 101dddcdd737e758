//! Lists read right after a write of one's own. Some are served by a replica that can lag right after a create
//! (processes_tasks:list_process_tasks.quirks); what it shows cannot be told from the truth by looking at it, so it is held
//! against what is known otherwise. Not here: where that knowledge comes from (the resources), and the walk itself.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::time::Instant;

use super::{Lister, Page};
use crate::call::{BoxFuture, WithMeta};
use crate::error::Error;

/// How long a list is read again before it is given up.
pub(super) const GRACE: Duration = Duration::from_secs(30);
/// The waits between two looks, each twice the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

type IsIt<T> = Arc<dyn Fn(&T) -> bool + Send + Sync>;

/// What a list must show: so many rows, of those that count.
pub(crate) struct Expected<T> {
    rows: u64,
    of: Option<IsIt<T>>,
}

impl<T> Expected<T> {
    /// So many rows, whatever they are.
    pub(crate) fn rows(rows: u64) -> Self {
        Self { rows, of: None }
    }

    /// So many rows of those for which `is_it` holds.
    pub(crate) fn of(rows: u64, is_it: impl Fn(&T) -> bool + Send + Sync + 'static) -> Self {
        Self { rows, of: Some(Arc::new(is_it)) }
    }

    pub(super) fn counts(&self, item: &T) -> bool {
        self.of.as_ref().is_some_and(|is_it| is_it(item))
    }

    /// How many rows are missing, when `shown` rows count and `all` came.
    pub(super) fn unmet(&self, shown: u64, all: u64) -> Option<String> {
        let (found, what) =
            if self.of.is_some() { (shown, "rows of those waited for") } else { (all, "rows") };
        (found < self.rows).then(|| format!("the list shows {found} of at least {} {what}", self.rows))
    }
}

impl<T> Clone for Expected<T> {
    fn clone(&self) -> Self {
        Self { rows: self.rows, of: self.of.clone() }
    }
}

/// Asks the service, by another route, how many rows a list should have.
pub(crate) type Count<T> = Arc<dyn Fn() -> BoxFuture<Result<Expected<T>, Error>> + Send + Sync>;

/// What a list is held against before it is believed.
pub(super) struct Freshness<T> {
    count: Count<T>,
    known: Arc<OnceLock<Expected<T>>>,
}

impl<T: Send + 'static> Freshness<T> {
    pub(super) fn counted(count: Count<T>) -> Self {
        Self { count, known: Arc::default() }
    }

    pub(super) fn known(expected: Expected<T>) -> Self {
        Self::counted(Arc::new(move || {
            let expected = expected.clone();
            Box::pin(async move { Ok(expected) })
        }))
    }

    /// What is expected, once it is known.
    pub(super) fn expected(&self) -> Option<&Expected<T>> {
        self.known.get()
    }
}

impl<T> Clone for Freshness<T> {
    fn clone(&self) -> Self {
        Self { count: Arc::clone(&self.count), known: Arc::clone(&self.known) }
    }
}

impl<T> fmt::Debug for Freshness<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Freshness").finish_non_exhaustive()
    }
}

/// The page that the list names first, read as often as it takes until the list shows what it should.
pub(super) async fn settle<T: Send + 'static>(
    list: Lister<T>,
    freshness: Freshness<T>,
) -> Result<WithMeta<Page<T>>, Error> {
    let operation = list.operation;
    let expected = (freshness.count)().await?;
    let (began, mut pause) = (Instant::now(), FIRST_PAUSE);
    let grace = list.settings.grace;
    let unmet = loop {
        // What counts is a look that begins when the time is over.
        let is_late = began.elapsed() >= grace;
        let first = list.again().page_of(list.first).with_meta().await?;
        let (shown, all) = match glance(&list, &expected, &first.value) {
            Some(seen) => seen,
            None => look(&list, &expected).await?,
        };
        match expected.unmet(shown, all) {
            None => {
                let _ = freshness.known.set(expected);
                return Ok(first);
            }
            Some(unmet) if is_late => {
                break Error::incomplete(too_late(&unmet, grace)).of_read(operation, &first.meta);
            }
            Some(_) => {}
        }
        tokio::time::sleep(pause.min(grace.saturating_sub(began.elapsed()))).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    };
    Err(unmet)
}

fn too_late(unmet: &str, grace: Duration) -> String {
    format!(
        "{unmet} {grace:?} after it was first read: what was written has not reached it; read it again later, or allow \
         more grace(..)"
    )
}

/// How many rows the list shows, of those that count and of all, if its first page tells.
fn glance<T: Send + 'static>(
    list: &Lister<T>,
    expected: &Expected<T>,
    first: &Page<T>,
) -> Option<(u64, u64)> {
    let on_page = u64::try_from(first.items.len()).unwrap_or(u64::MAX);
    let total = first.total().and_then(|total| u64::try_from(total).ok());
    if let (None, Some(total)) = (&expected.of, total) {
        return Some((0, total.max(on_page)));
    }
    let shown = first.items.iter().filter(|item| expected.counts(item)).count();
    let shown = u64::try_from(shown).unwrap_or(u64::MAX);
    let is_enough = expected.unmet(shown, on_page).is_none();
    (list.first.unwrap_or(1) == 1 && (is_enough || !first.has_next())).then_some((shown, on_page))
}

/// The same, by as many pages as it takes.
async fn look<T: Send + 'static>(list: &Lister<T>, expected: &Expected<T>) -> Result<(u64, u64), Error> {
    let (mut shown, mut all) = (0, 0);
    let mut items = list.again().unchecked().unique().items();
    while let Some(item) = items.next().await {
        all += 1;
        shown += u64::from(expected.counts(&item?));
        if expected.unmet(shown, all).is_none() {
            break;
        }
    }
    Ok((shown, all))
}

/// Wraps a way of asking for the number of rows.
pub(crate) fn count<T, F, Fut>(ask: F) -> Count<T>
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Expected<T>, Error>> + Send + 'static,
{
    Arc::new(move || Box::pin(ask()))
}
