//! Lists: one page, and what can be asked of a list. A list call is a [`Call`] for one page; walking through all of
//! them stands in `page/walk.rs` and `page/stream.rs`, where an answer keeps its page numbers in `page/numbers.rs`,
//! whether another page follows in `page/course.rs`, lists read right after a write in `page/fresh.rs`. Envelopes are
//! read in the generated crate.

mod asked;
mod course;
mod fresh;
mod numbers;
mod resume;
mod stream;
mod tally;
mod walk;

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use progenitor_client::ResponseValue;
use tallyfy_gen::wire::{List, ListMeta, OddRow, Unreadable};

pub(crate) use self::asked::Asked;
use self::course::{Course, Follows};
pub(crate) use self::fresh::{Count, Expected, count};
use self::fresh::{Freshness, Seen, settle};
use self::numbers::PageNumbers;
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
/// use tallyfy_sdk::request::ListTasks;
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
    /// What the server says about the list under `meta`; empty where it says nothing there.
    pub meta: ListMeta,
    numbers: PageNumbers,
    /// All rows were asked for in one answer.
    whole: bool,
    odd_rows: Vec<OddRow>,
    unreadable: Vec<Unreadable>,
}

impl<T> Page<T> {
    /// Items on all pages, if the server says so, under `meta.pagination` or elsewhere; the larger, where it contradicts
    /// itself.
    pub fn total(&self) -> Option<i64> {
        self.numbers.total
    }

    /// The number of this page, from 1, if the server says so.
    pub fn current(&self) -> Option<i64> {
        self.numbers.current
    }

    /// The number of the last page, if the server says so.
    pub fn last(&self) -> Option<i64> {
        self.numbers.last
    }

    /// Whether another page may follow. Where the server says nothing of it, every page that is not empty counts as
    /// followed by another: asking costs one request, and taking silence for the end could lose rows.
    pub fn has_next(&self) -> bool {
        let number = self.current().unwrap_or(1);
        let came = self.rows();
        let before =
            self.numbers.size.or(i64::try_from(came).ok()).map(|size| (number - 1).saturating_mul(size));
        let counted = before.and_then(|before| u64::try_from(before).ok()).unwrap_or(0).saturating_add(came);
        let course = Course {
            numbers: self.numbers,
            number,
            came,
            widest_before: 0,
            counted,
            stood: counted,
            empty: u32::from(came == 0),
            moved: false,
            whole: self.whole,
        };
        course.follows() == Follows::Page
    }

    /// Rows that could not be read, as they came: they are not among the items, and a walk goes past them. They count
    /// towards the total. A walk by items tells of them at its end.
    pub fn odd_rows(&self) -> &[OddRow] {
        &self.odd_rows
    }

    /// What could not be read: rows, and single values of rows, which stay raw in the `extra` of the object that holds
    /// them.
    ///
    /// ```no_run
    /// # async fn run(organization: tallyfy_sdk::Organization) -> Result<(), tallyfy_sdk::Error> {
    /// let page = organization.tasks().list(tallyfy_sdk::request::ListTasks::new()).await?;
    /// for value in page.unreadable() {
    ///     eprintln!("left as it came: {value}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn unreadable(&self) -> &[Unreadable] {
        &self.unreadable
    }

    /// Rows that could not be read.
    fn odd(&self) -> u64 {
        u64::try_from(self.odd_rows.len()).unwrap_or(u64::MAX)
    }

    /// Rows that came, those that could not be read too.
    fn rows(&self) -> u64 {
        u64::try_from(self.items.len() + self.odd_rows.len()).unwrap_or(u64::MAX)
    }
}

impl<T> From<List<T>> for Page<T> {
    fn from(list: List<T>) -> Self {
        let List { data: items, meta, extra, odd_rows, unreadable, .. } = list;
        let numbers = PageNumbers::of(meta.as_ref(), &extra, items.len() + odd_rows.len());
        Self { items, meta: meta.unwrap_or_default(), numbers, whole: false, odd_rows, unreadable }
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
/// Awaited, it gives one [`Page`] (which is not all of a longer list); [`items`](Self::items), [`pages`](Self::pages) and [`all`](Self::all) walk
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
/// Every row that stood in the list all the time comes once, or the walk ends with an error. What is not understood is
/// never taken for the end:
///
/// - Page numbers are read wherever services put them. Where they contradict each other, the one counts that promises
///   more. Where nothing at all is said, the list ends at an empty page, one shorter than those before, or one that
///   repeats what came: a list that comes whole and says nothing costs one request more. Links of the server are never
///   followed, as they can name another host; that there is one says that there is more.
/// - Pages are counted by position, so a list that changes while it is walked shifts them. When rows were added, those
///   that come again are dropped (by their ids, as far back as [`remember`](Self::remember) says); when rows were
///   removed, which the server's total shows, the pages before are read again for those that slipped back.
/// - Different rows are held against the server's total, and a shortfall is [`Error::is_incomplete`]; so are pages of
///   nothing but repeated rows. [`unchecked`](Self::unchecked) accepts them, for lists that repeat rows by nature.
/// - Rows that cannot be read count, and stand in [`Page::odd_rows`]. A walk by items gives all others, and then ends
///   with an error that says where they stand; [`skip_odd_rows`](Self::skip_odd_rows) accepts them.
///
/// What no answer shows cannot be noticed: a removal where the server counts nothing, or a row removed and another added
/// between the same two pages. And a list can lag behind a write; see [`fresh`](Self::fresh).
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
    asked: Asked,
    first: Option<i64>,
    settings: Settings,
    identify: Option<Identify<T>>,
    /// Where one can ask how many rows there should be.
    count: Option<Count<T>>,
    freshness: Option<Freshness<T>>,
    fetch: Fetch<T>,
}

impl<T: Send + 'static> Lister<T> {
    /// A list read by the generated method `operation`. `asked` is what the query says of pages; `fetch` puts the page it
    /// is given into the query, and leaves the query as it is when it is given none.
    pub(crate) fn new<F, Fut>(
        client: &Client,
        operation: &'static str,
        ids: &[&dyn Checked],
        asked: Asked,
        fetch: F,
    ) -> Self
    where
        F: Fn(tallyfy_gen::Client, Option<i64>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Answered<T>> + Send + 'static,
    {
        Self {
            client: client.clone(),
            operation,
            arguments: id::check(ids).and_then(|()| asked.check()),
            options: Options::default(),
            first: asked.page,
            asked,
            settings: Settings::default(),
            identify: None,
            count: None,
            freshness: None,
            fetch: Arc::new(move |api, page| Box::pin(fetch(api, page))),
        }
    }

    /// What identifies an item, so that repeated ones are recognized.
    pub(crate) fn identified(mut self, identify: impl Fn(&T) -> Option<u64> + Send + Sync + 'static) -> Self {
        self.identify = Some(Arc::new(identify));
        self
    }

    /// Where one can ask how many rows the whole list should have, for [`fresh`](Self::fresh).
    pub(crate) fn counted(mut self, count: Count<T>) -> Self {
        self.count = Some(count);
        self
    }

    /// The same list, to be read on its own: without what was expected of this one.
    fn again(&self) -> Self {
        Self {
            client: self.client.clone(),
            operation: self.operation,
            arguments: Ok(()),
            options: self.options.clone(),
            asked: self.asked.clone(),
            first: None,
            settings: Settings { max_pages: self.settings.max_pages, ..Settings::default() },
            identify: self.identify.clone(),
            count: None,
            freshness: None,
            fetch: Arc::clone(&self.fetch),
        }
    }

    /// The same, from another page on.
    fn starting_at(&self, page: i64) -> Self {
        let mut list = self.again();
        (list.first, list.settings.grace) = (Some(page), self.settings.grace);
        list
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

    /// Items that a walk gives at most; then it ends, without an error if no row before could not be read.
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

    /// Drops every item that comes a second time, also when [`unchecked`](Self::unchecked).
    pub fn unique(mut self) -> Self {
        self.settings.unique = true;
        self
    }

    /// Items by which repeated ones are recognized (default 10000, some 400 KB); 0 recognizes none, and then repeated
    /// rows count like others.
    pub fn remember(mut self, items: usize) -> Self {
        self.settings.remember = items;
        self
    }

    /// Ends a walk without holding what came against the server's total, where that is known to be wrong or the list
    /// repeats rows by nature; those are given as often as they come.
    pub fn unchecked(mut self) -> Self {
        self.settings.unchecked = true;
        self
    }

    /// Leaves rows that could not be read out of [`items`](Self::items) and [`all`](Self::all) without a word, where one
    /// broken row shall not stop a program. [`pages`](Self::pages) has them in [`Page::odd_rows`] in any case.
    pub fn skip_odd_rows(mut self) -> Self {
        self.settings.skip_odd_rows = true;
        self
    }

    /// For a list that is read right after a write of one's own: reads it until it shows as many rows as the service
    /// counts elsewhere, or fails.
    ///
    /// Some lists are served by replicas that lag right after a create; such an answer looks like any other, only short. With
    /// this, the tasks of a process are held against the number of tasks that the process itself says it has (one read more,
    /// `GET /organizations/{org}/runs/{run}`): the list is read again, with growing waits, until it shows them all or
    /// [`grace`](Self::grace) is over. Other lists have no second source:
    /// [`expect_at_least`](Self::expect_at_least) and [`until`](Self::until) hold them against what you know.
    ///
    /// ```no_run
    /// # async fn run(organization: tallyfy_sdk::Organization) -> Result<(), tallyfy_sdk::Error> {
    /// # use tallyfy_sdk::request::LaunchProcess;
    /// let launch = LaunchProcess::new("2fc8d1570ea94b36b6d83a4917c05e9d").name("Cellar audit");
    /// let process = organization.processes().launch(launch).await?;
    /// let tasks = organization.process(&process.id).tasks().list(Default::default()).fresh().all().await?;
    /// println!("{} tasks, none left out", tasks.len());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// What is counted is that a row is there, not what it says: a task that was changed may still come as it was.
    ///
    /// # Errors
    /// [`is_input`](Error::is_input), before anything is sent, for a list of which nothing else tells how many rows it has,
    /// and for a query that leaves rows out (by status, say): list without it and pick the items.
    /// [`is_incomplete`](Error::is_incomplete) when the list stays behind, or the process does not say how many tasks it
    /// has. A walk that is cut by [`limit`](Self::limit) is held against it at its begin alone.
    pub fn fresh(mut self) -> Self {
        let problem = match (&self.count, &self.asked.narrowed_by) {
            (Some(count), None) => {
                self.freshness = Some(Freshness::counted(Arc::clone(count)));
                return self;
            }
            (Some(_), Some(key)) => format!(
                "fresh() cannot tell whether a list is whole from which `{key}` leaves rows out; list without it and pick the \
                 items, or say what to wait for by expect_at_least(n) or until(..)"
            ),
            (None, _) => "nothing else tells how many rows this list has; say what to wait for by expect_at_least(n) or \
                          until(..)"
                .to_owned(),
        };
        self.checked(Err(Error::input(problem)))
    }

    /// Reads the list until it shows at least so many rows, or fails with [`is_incomplete`](Error::is_incomplete) when
    /// [`grace`](Self::grace) is over. For a list read right after a write; see [`fresh`](Self::fresh).
    pub fn expect_at_least(mut self, rows: u64) -> Self {
        self.freshness = Some(Freshness::known(Expected::rows(rows)));
        self
    }

    /// Reads the list until it shows a row for which `is_it` holds, or fails with
    /// [`is_incomplete`](Error::is_incomplete) when [`grace`](Self::grace) is over. For a list read right after a write;
    /// see [`fresh`](Self::fresh).
    ///
    /// ```no_run
    /// # async fn run(organization: tallyfy_sdk::Organization) -> Result<(), tallyfy_sdk::Error> {
    /// # use tallyfy_sdk::request::{LaunchProcess, ListProcesses};
    /// let launch = LaunchProcess::new("2fc8d1570ea94b36b6d83a4917c05e9d").name("Cellar audit");
    /// let id = organization.processes().launch(launch).await?.id;
    /// let list = organization.processes().list(ListProcesses::new().q("Cellar"));
    /// let processes = list.until(move |process| process.id == id).all().await?;
    /// println!("{} processes, the new one among them", processes.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn until(mut self, is_it: impl Fn(&T) -> bool + Send + Sync + 'static) -> Self {
        self.freshness = Some(Freshness::known(Expected::of(1, is_it)));
        self
    }

    /// How long a list that lags behind is read again (default 30 s), where [`fresh`](Self::fresh) or one of its kind is
    /// asked for. The first wait is 250 ms, each is twice the one before, at most 5 s.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.settings.grace = grace;
        self
    }

    /// Goes on where another walk through the same list with the same query stood. It overrides the query's page.
    ///
    /// ```no_run
    /// # async fn run(organization: tallyfy_sdk::Organization) -> Result<(), tallyfy_sdk::Error> {
    /// use tallyfy_sdk::{ResumeToken, request::ListTasks};
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

    /// One page, as a call: what awaiting the list does, read once.
    ///
    /// # Errors
    /// Awaiting the call fails with [`is_input`](Error::is_input) after [`fresh`](Self::fresh) and its kind, which may
    /// take several: await the list itself.
    pub fn page(mut self) -> Call<Page<T>> {
        let check = match self.freshness {
            None => Ok(()),
            Some(_) => Err(Error::input(
                "a list that may lag is read more than once: await it, or walk it, without page()",
            )),
        };
        let arguments = std::mem::replace(&mut self.arguments, Ok(()));
        self.page_of(self.first).checked(arguments).checked(check)
    }

    /// The page `number`, or the one that the query names, read once and as it is.
    fn page_of(&self, number: Option<i64>) -> Call<Page<T>> {
        let (fetch, whole) = (Arc::clone(&self.fetch), self.asked.whole);
        Call::new(&self.client, self.operation, &[], move |api| fetch(api, number))
            .map(move |list| Page { whole, ..Page::from(list) })
            .with_options(self.options.clone())
    }

    /// One page, together with what is known of the answer it came in.
    ///
    /// # Errors
    /// As awaiting the list.
    pub async fn with_meta(mut self) -> Result<WithMeta<Page<T>>, Error> {
        let Some(freshness) = self.freshness.take() else { return self.page().with_meta().await };
        std::mem::replace(&mut self.arguments, Ok(()))
            .map_err(|error| error.with_operation(self.operation))?;
        Box::pin(settle(self, freshness)).await
    }

    /// The request for one page as it would be sent; see [`Call::preview`].
    ///
    /// # Errors
    /// As [`Call::preview`].
    pub async fn preview(mut self) -> Result<Preview, Error> {
        self.freshness = None;
        self.page().preview().await
    }

    /// All items from the page that the query names (or the first) to the last page.
    ///
    /// A page is read when it is needed, unless [`prefetch`](Self::prefetch) says otherwise. An error ends the stream;
    /// it knows how many items came before it and where to go on. Rows that could not be read are told by one after all
    /// others ([`is_incomplete`](Error::is_incomplete)), unless [`skip_odd_rows`](Self::skip_odd_rows) says otherwise.
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
    /// it. [`is_incomplete`](Error::is_incomplete) when rows could not be read, unless
    /// [`skip_odd_rows`](Self::skip_odd_rows) says to go past them.
    #[doc(alias = "collect")]
    pub async fn all(self) -> Result<Vec<T>, Error> {
        let mut pages = Pages::of_items(self);
        let mut all = Vec::new();
        while let Some(page) = pages.next().await {
            all.append(&mut page?.items);
        }
        Ok(all)
    }
}

impl<T: Send + 'static> IntoFuture for Lister<T> {
    type Output = Result<Page<T>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        if self.freshness.is_none() {
            return self.page().into_future();
        }
        Box::pin(async move { self.with_meta().await.map(|answer| answer.value) })
    }
}

impl<T> fmt::Debug for Lister<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lister").field("operation", &self.operation).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
