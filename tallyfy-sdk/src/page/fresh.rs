//! Lists read right after a write of one's own. Some are served by a replica that can lag right after a create
//! (processes_tasks:list_process_tasks.quirks); what it shows cannot be told from the truth by looking at it, so it is held
//! against what is known otherwise. Not here: where that knowledge comes from (the resources), and the walk itself.

use std::collections::HashSet;
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

/// Rows that a list shows: of those that count, of all, and of those that could not be read, which are among all.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    pub(super) shown: u64,
    pub(super) all: u64,
    pub(super) odd: u64,
}

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

    /// How many rows are missing of what a list shows.
    pub(super) fn unmet(&self, seen: Seen) -> Option<String> {
        let (found, what) =
            if self.of.is_some() { (seen.shown, "rows of those waited for") } else { (seen.all, "rows") };
        let odd = match seen.odd {
            0 => String::new(),
            odd => format!(" (of {odd} that could not be read nothing can be told: see odd_rows())"),
        };
        (found < self.rows).then(|| format!("the list shows {found} of at least {} {what}{odd}", self.rows))
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
        let seen = match glance(&list, &expected, &first.value) {
            Some(seen) => seen,
            None => look(&list, &expected).await?,
        };
        match expected.unmet(seen) {
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

/// How many rows the list shows, if its first page tells.
fn glance<T: Send + 'static>(list: &Lister<T>, expected: &Expected<T>, first: &Page<T>) -> Option<Seen> {
    let (on_page, odd) = (first.rows(), first.odd());
    let total = first.total().and_then(|total| u64::try_from(total).ok());
    if let (None, Some(total)) = (&expected.of, total) {
        return Some(Seen { shown: 0, all: total.max(on_page), odd });
    }
    let shown = first.items.iter().filter(|item| expected.counts(item)).count();
    let seen = Seen { shown: u64::try_from(shown).unwrap_or(u64::MAX), all: on_page, odd };
    let is_enough = expected.unmet(seen).is_none();
    (list.first.unwrap_or(1) == 1 && (is_enough || !first.has_next())).then_some(seen)
}

/// The same, by as many pages as it takes.
async fn look<T: Send + 'static>(list: &Lister<T>, expected: &Expected<T>) -> Result<Seen, Error> {
    let mut seen = Seen::default();
    let mut pages = list.again().unchecked().unique().pages();
    // A page that comes again must not count twice.
    let mut odd_rows = HashSet::new();
    while let Some(page) = pages.next().await {
        let page = page?;
        let odd = page.odd_rows().iter().filter(|row| odd_rows.insert((row.position, row.value.to_string())));
        let odd = u64::try_from(odd.count()).unwrap_or(u64::MAX);
        let shown = page.items.iter().filter(|item| expected.counts(item)).count();
        seen.shown += u64::try_from(shown).unwrap_or(u64::MAX);
        seen.all += u64::try_from(page.items.len()).unwrap_or(u64::MAX) + odd;
        seen.odd += odd;
        if expected.unmet(seen).is_none() {
            break;
        }
    }
    Ok(seen)
}

/// Wraps a way of asking for the number of rows.
pub(crate) fn count<T, F, Fut>(ask: F) -> Count<T>
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Expected<T>, Error>> + Send + 'static,
{
    Arc::new(move || Box::pin(ask()))
}
