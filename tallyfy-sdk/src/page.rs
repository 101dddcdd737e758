//! Lists: one page, and what can be asked of a list. A list call is a [`Call`] for one page; walking through all of
//! them stands in `page/walk.rs` and `page/stream.rs`. Envelopes are read in the generated crate.

mod resume;
mod stream;
mod tally;
mod walk;

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;

use progenitor_client::ResponseValue;
use tallyfy_gen::wire::{List, ListMeta};

pub use self::resume::ResumeToken;
pub use self::stream::{Items, Pages};
pub use self::tally::Drift;
pub(crate) use self::tally::RowId;
use self::walk::Settings;
use crate::call::{Call, Options, Preview, WithMeta, call_options};
use crate::client::Client;
use crate::error::Error;
use crate::id::{self, Checked};

type Answered<T> = Result<ResponseValue<List<T>>, progenitor_client::Error<()>>;
type Generated<T> = Pin<Box<dyn Future<Output = Answered<T>> + Send>>;

/// The generated method with its arguments, for any page; `None` leaves the query as it is.
type Fetch<T> = Arc<dyn Fn(tallyfy_gen::Client, Option<i64>) -> Generated<T> + Send + Sync>;

/// What identifies an item, as a hash.
type Identify<T> = Arc<dyn Fn(&T) -> Option<u64> + Send + Sync>;

/// One page of a list.
///
/// # May I repeat this call?
///
/// Reading a page changes nothing: yes, always, whatever [`Error::delivery`] says. The client does so by itself when
/// a page fails for a passing reason, each page with attempts and a deadline of its own; what a program sees is the
/// last failure. A page that is dropped on its way leaves nothing behind.
///
/// A walk that ended with an error need not begin anew: [`Error::resume_token`] (or at any time
/// [`Items::resume_token`]) is the place behind the last item that was given, and [`Lister::resume`] goes on from there.
///
/// ```no_run
/// # async fn run(organization: tallyfy_sdk::Organization) -> Result<(), tallyfy_sdk::Error> {
/// use std::time::Duration;
/// use tallyfy_sdk::ListTasks;
///
/// let list = || organization.tasks().list(ListTasks::new().per_page(100));
/// let mut items = list().items();
/// while let Some(item) = items.next().await {
///     match item {
///         Ok(task) => println!("{}", task.id),
///         // Item 5001 did not come, for four attempts: the 5000 before it are not read again.
///         Err(error) if error.is_server() || error.is_timeout() || error.is_connect() => {
///             let Some(place) = error.resume_token() else { return Err(error) };
///             tokio::time::sleep(Duration::from_secs(60)).await;
///             items = list().resume(place).items();
///         }
///         Err(error) => return Err(error),
///     }
/// }
/// # Ok(())
/// # }
/// ```
///
/// The token is a short text: written to a file after each item, it leads there after a crash, too.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// What the server says about the list; empty where it says nothing.
    pub meta: ListMeta,
}

impl<T> Page<T> {
    /// Items on all pages, if the server says so.
    pub fn total(&self) -> Option<i64> {
        self.meta.pagination.as_ref()?.total
    }

    /// The number of this page, from 1, if the server says so.
    pub fn current(&self) -> Option<i64> {
        self.meta.pagination.as_ref()?.current_page
    }

    /// The number of the last page, if the server says so.
    pub fn last(&self) -> Option<i64> {
        self.meta.pagination.as_ref()?.total_pages
    }

    /// Whether another page follows. Where the server does not name the last page, a full page counts as
    /// followed by another; a list that says nothing of pages has only one.
    pub fn has_next(&self) -> bool {
        self.is_followed(self.current().unwrap_or(1))
    }

    fn is_followed(&self, number: i64) -> bool {
        let Some(pagination) = &self.meta.pagination else { return false };
        match (pagination.total_pages, pagination.per_page) {
            (Some(last), _) => number < last,
            (None, Some(size)) => {
                size > 0 && i64::try_from(self.items.len()).is_ok_and(|found| found >= size)
            }
            (None, None) => false,
        }
    }
}

impl<T> From<List<T>> for Page<T> {
    fn from(list: List<T>) -> Self {
        Self { items: list.data, meta: list.meta.unwrap_or_default() }
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Page<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

/// A list that is ready to be read. Nothing happens until it is awaited.
///
/// Awaited, it gives one [`Page`]; [`items`](Self::items), [`pages`](Self::pages) and [`all`](Self::all) walk
/// through all pages. Options hold for each page.
///
/// ```no_run
/// # async fn run(list: tallyfy_sdk::Lister<String>) -> Result<(), tallyfy_sdk::Error> {
/// let everything = list.prefetch(4).all().await?;
/// println!("{}", everything.len());
/// # Ok(())
/// # }
/// ```
///
/// # What a walk promises
///
/// Pages are counted by position, so a list that changes while it is walked shifts them. A walk watches the server's
/// total: when rows were added, those that come again are dropped (by their ids, as far back as
/// [`remember`](Self::remember) says); when rows were removed, the pages before are read again for those that slipped
/// back. At its end it holds what came against the total, and a shortfall is an error:
/// [`Error::is_incomplete`]. Links that the server sends are never followed, as they can name another host.
///
/// Memory stays flat however long the list is: a walk holds the pages under way, and hashes of the last ids.
///
/// # May I repeat this call?
///
/// Yes: reading changes nothing. How the client repeats pages by itself, and how to go on where a walk broke off,
/// stands on [`Page`]. A walk that is dropped drops the pages under way, and leaves nothing behind.
#[must_use = "a list does nothing until it is awaited or walked"]
pub struct Lister<T> {
    client: Client,
    operation: &'static str,
    arguments: Result<(), Error>,
    options: Options,
    first: Option<i64>,
    settings: Settings,
    identify: Option<Identify<T>>,
    fetch: Fetch<T>,
}

impl<T: Send + 'static> Lister<T> {
    /// A list read by the generated method `operation`. `first` is the page that the query names; `fetch`
    /// puts the page it is given into the query, and leaves the query as it is when it is given none.
    pub(crate) fn new<F, Fut>(
        client: &Client,
        operation: &'static str,
        ids: &[&dyn Checked],
        first: Option<i64>,
        fetch: F,
    ) -> Self
    where
        F: Fn(tallyfy_gen::Client, Option<i64>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Answered<T>> + Send + 'static,
    {
        Self {
            client: client.clone(),
            operation,
            arguments: id::check(ids),
            options: Options::default(),
            first,
            settings: Settings::default(),
            identify: None,
            fetch: Arc::new(move |api, page| Box::pin(fetch(api, page))),
        }
    }

    /// What identifies an item, so that repeated ones are recognized.
    pub(crate) fn identified(mut self, identify: impl Fn(&T) -> Option<u64> + Send + Sync + 'static) -> Self {
        self.identify = Some(Arc::new(identify));
        self
    }

    /// Adds a check of the arguments beyond the ids; the first problem is the one that is told.
    pub(crate) fn checked(mut self, check: Result<(), Error>) -> Self {
        self.arguments = self.arguments.and(check);
        self
    }

    /// Whether a walk begins at the first page and ends with the last, or says that it did not.
    pub(crate) fn is_whole(&self) -> bool {
        let Settings { limit, unchecked, resume, .. } = &self.settings;
        self.first.is_none_or(|page| page == 1) && limit.is_none() && !unchecked && resume.is_none()
    }

    call_options!();

    /// Pages that a walk reads at most (default 10000); one more is an error, not an end.
    pub fn max_pages(mut self, pages: u32) -> Self {
        self.settings.max_pages = pages;
        self
    }

    /// Items that a walk gives at most; then it ends, without an error.
    pub fn limit(mut self, items: u64) -> Self {
        self.settings.limit = Some(items);
        self
    }

    /// Pages that may be under way at once (default 1: a page is read when it is needed). Their order stays.
    ///
    /// The first page is read alone, as it tells how many there are. The service counts parallel reads like others.
    /// Pages under way go on only while the stream is polled: who is busy with one page for longer than a third of what
    /// an attempt may take should allow it more [`timeout`](Self::timeout), or read pages one by one.
    pub fn prefetch(mut self, pages: usize) -> Self {
        self.settings.prefetch = pages.max(1);
        self
    }

    /// Drops every item that comes a second time, even while the server's total counts both.
    pub fn unique(mut self) -> Self {
        self.settings.unique = true;
        self
    }

    /// Items by which repeated ones are recognized (default 10000, some 400 KB); 0 recognizes none.
    pub fn remember(mut self, items: usize) -> Self {
        self.settings.remember = items;
        self
    }

    /// Ends a walk without holding what came against the server's total, where that is known to be wrong.
    pub fn unchecked(mut self) -> Self {
        self.settings.unchecked = true;
        self
    }

    /// Goes on where another walk through the same list with the same query stood. It overrides the query's page.
    ///
    /// ```no_run
    /// # async fn run(organization: tallyfy_sdk::Organization) -> Result<(), tallyfy_sdk::Error> {
    /// use tallyfy_sdk::{ListTasks, ResumeToken};
    ///
    /// let token: ResumeToken = "1:list_tasks:7:30:100".parse()?;
    /// let query = ListTasks::new().per_page(100);
    /// let mut items = organization.tasks().list(query).resume(&token).items();
    /// while let Some(task) = items.next().await {
    ///     println!("{} {}", task?.id, items.resume_token());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_input`](Error::is_input) for a token of another list; [`is_incomplete`](Error::is_incomplete) when the
    /// pages have another size than those of the token.
    pub fn resume(mut self, token: &ResumeToken) -> Self {
        if token.operation != self.operation {
            let error = format!("this resume token is of the list {}", token.operation);
            self.arguments = self.arguments.and(Err(Error::input(error)));
        }
        self.first = Some(token.page);
        self.settings.resume = Some(token.clone());
        self
    }

    /// One page, as a call: what awaiting the list does.
    pub fn page(self) -> Call<Page<T>> {
        let (fetch, first) = (self.fetch, self.first);
        page_call(&self.client, self.operation, &self.options, move |api| fetch(api, first))
            .checked(self.arguments)
    }

    /// One page, together with what is known of the answer it came in.
    ///
    /// # Errors
    /// As awaiting the list.
    pub async fn with_meta(self) -> Result<WithMeta<Page<T>>, Error> {
        self.page().with_meta().await
    }

    /// The request for one page as it would be sent; see [`Call::preview`].
    ///
    /// # Errors
    /// As [`Call::preview`].
    pub async fn preview(self) -> Result<Preview, Error> {
        self.page().preview().await
    }

    /// All items from the page that the query names (or the first) to the last page.
    ///
    /// A page is read when it is needed, unless [`prefetch`](Self::prefetch) says otherwise. An error ends the stream;
    /// it knows how many items came before it and where to go on.
    ///
    /// ```no_run
    /// # async fn run(list: tallyfy_sdk::Lister<String>) -> Result<(), tallyfy_sdk::Error> {
    /// let mut items = list.items();
    /// while let Some(item) = items.next().await {
    ///     println!("{}", item?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn items(self) -> Items<T> {
        Items::of(self)
    }

    /// The pages of the same walk, with what the server says about the list. A page of which all items were given
    /// before is empty.
    pub fn pages(self) -> Pages<T> {
        Pages::of(self)
    }

    /// All items, collected.
    ///
    /// # Errors
    /// The first error of any page; what was read before it is dropped. Use [`items`](Self::items) to keep
    /// it.
    #[doc(alias = "collect")]
    pub async fn all(self) -> Result<Vec<T>, Error> {
        let mut pages = self.pages();
        let mut all = Vec::new();
        while let Some(page) = pages.next().await {
            all.append(&mut page?.items);
        }
        Ok(all)
    }
}

fn page_call<T, F>(client: &Client, operation: &'static str, options: &Options, fetch: F) -> Call<Page<T>>
where
    T: Send + 'static,
    F: FnOnce(tallyfy_gen::Client) -> Generated<T> + Send + 'static,
{
    Call::new(client, operation, &[], fetch).map(Page::from).with_options(options.clone())
}

impl<T: Send + 'static> IntoFuture for Lister<T> {
    type Output = Result<Page<T>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        self.page().into_future()
    }
}

impl<T> fmt::Debug for Lister<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lister").field("operation", &self.operation).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
