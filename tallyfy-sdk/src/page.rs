//! Lists: one page, and the walk through all of them. A list call is a [`Call`] for one page; walking it
//! makes one such call after the other. Envelopes are read in the generated crate.

use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use progenitor_client::ResponseValue;
use tallyfy_gen::wire::{List, ListMeta};

use crate::call::{Call, Options, Preview, WithMeta, call_options};
use crate::client::Client;
use crate::error::Error;
use crate::id::{self, Checked};

/// Pages that one walk reads at most; py:pagination stops at 1000 with pages of 100.
const MAX_PAGES: u32 = 10_000;

type Answered<T> = Result<ResponseValue<List<T>>, progenitor_client::Error<()>>;
type Generated<T> = Pin<Box<dyn Future<Output = Answered<T>> + Send>>;

/// The generated method with its arguments, for any page; `None` leaves the query as it is.
type Fetch<T> = Arc<dyn Fn(tallyfy_gen::Client, Option<i64>) -> Generated<T> + Send + Sync>;

/// A page on its way.
type Pending<T> = Pin<Box<dyn Future<Output = Result<Page<T>, Error>> + Send>>;

/// One page of a list.
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
/// Awaited, it gives one [`Page`]; [`items`](Self::items) and [`all`](Self::all) walk through all pages.
/// Options hold for each page.
///
/// ```no_run
/// # async fn run(list: tallyfy_sdk::Lister<String>) -> Result<(), tallyfy_sdk::Error> {
/// let everything = list.all().await?;
/// println!("{}", everything.len());
/// # Ok(())
/// # }
/// ```
#[must_use = "a list does nothing until it is awaited or walked"]
pub struct Lister<T> {
    client: Client,
    operation: &'static str,
    arguments: Result<(), Error>,
    options: Options,
    first: Option<i64>,
    max_pages: u32,
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
            max_pages: MAX_PAGES,
            fetch: Arc::new(move |api, page| Box::pin(fetch(api, page))),
        }
    }

    /// Adds a check of the arguments beyond the ids; the first problem is the one that is told.
    pub(crate) fn checked(mut self, check: Result<(), Error>) -> Self {
        self.arguments = self.arguments.and(check);
        self
    }

    call_options!();

    /// Pages that a walk reads at most (default 10000); one more is an error, not an end.
    pub fn max_pages(mut self, pages: u32) -> Self {
        self.max_pages = pages;
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
    /// One page is read at a time, when it is needed. An error ends the stream.
    ///
    /// ```no_run
    /// # async fn run(list: tallyfy_sdk::Lister<String>) -> Result<(), tallyfy_sdk::Error> {
    /// use futures::TryStreamExt;
    ///
    /// let mut items = list.items();
    /// while let Some(item) = items.try_next().await? {
    ///     println!("{item}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A list that changes while it is walked may show an item twice or miss one: pages are counted by
    /// position.
    pub fn items(self) -> Items<T> {
        Items {
            number: self.first.unwrap_or(1),
            read: 0,
            list: Some(self),
            ready: VecDeque::new(),
            pending: None,
        }
    }

    /// All items, collected.
    ///
    /// # Errors
    /// The first error of any page; what was read before it is dropped. Use [`items`](Self::items) to keep
    /// it.
    pub async fn all(self) -> Result<Vec<T>, Error> {
        let mut items = self.items();
        let mut all = Vec::new();
        while let Some(page) = items.next_page().await {
            all.append(&mut Vec::from(page?));
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

/// The items of a list, page after page; see [`Lister::items`].
#[must_use = "a stream does nothing until it is polled"]
pub struct Items<T> {
    /// `None` when the walk has ended.
    list: Option<Lister<T>>,
    /// The page to read next.
    number: i64,
    /// Pages read so far.
    read: u32,
    ready: VecDeque<T>,
    pending: Option<Pending<T>>,
}

impl<T: Send + 'static> Items<T> {
    /// The rest of the page at hand, or else the next one; `None` at the end.
    async fn next_page(&mut self) -> Option<Result<VecDeque<T>, Error>> {
        if self.ready.is_empty() {
            match std::future::poll_fn(|cx| self.poll_page(cx)).await {
                Some(Ok(())) => {}
                Some(Err(error)) => return Some(Err(error)),
                None => return None,
            }
        }
        Some(Ok(std::mem::take(&mut self.ready)))
    }

    /// Reads one page into `ready`.
    fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<(), Error>>> {
        if self.pending.is_none() {
            let Some(list) = &mut self.list else { return Poll::Ready(None) };
            match start(list, self.number, self.read) {
                Ok(call) => self.pending = Some(call.into_future()),
                Err(error) => {
                    self.list = None;
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
        let Some(pending) = &mut self.pending else { return Poll::Ready(None) };
        let result = std::task::ready!(pending.as_mut().poll(cx));
        self.pending = None;
        let taken = result.and_then(|page| self.take(page));
        if taken.is_err() {
            self.list = None;
        }
        Poll::Ready(Some(taken))
    }

    fn take(&mut self, page: Page<T>) -> Result<(), Error> {
        let operation = self.list.as_ref().map_or("", |list| list.operation);
        if page.current().is_some_and(|current| current != self.number) && page.has_next() {
            return Err(Error::decode(&format!(
                "the server sent page {} when page {} was asked for",
                page.current().unwrap_or_default(),
                self.number
            ))
            .with_operation(operation));
        }
        if !page.is_followed(self.number) {
            self.list = None;
        }
        self.number += 1;
        self.read += 1;
        self.ready = page.items.into();
        Ok(())
    }
}

/// The call for one page of a walk.
fn start<T: Send + 'static>(list: &mut Lister<T>, number: i64, read: u32) -> Result<Call<Page<T>>, Error> {
    std::mem::replace(&mut list.arguments, Ok(())).map_err(|error| error.with_operation(list.operation))?;
    if read >= list.max_pages {
        let error = Error::too_large(format!(
            "the list goes on after {read} pages; ask for more items per page, or raise max_pages"
        ));
        return Err(error.with_operation(list.operation));
    }
    let fetch = Arc::clone(&list.fetch);
    Ok(page_call(&list.client, list.operation, &list.options, move |api| fetch(api, Some(number))))
}

impl<T: Send + 'static> Stream for Items<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Poll::Ready(Some(Ok(item)));
            }
            match std::task::ready!(self.poll_page(cx)) {
                Some(Ok(())) => {}
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

// Nothing in it is pinned in place: the pending call is boxed.
impl<T> Unpin for Items<T> {}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("page", &self.number).finish_non_exhaustive()
    }
}

/// Walks can be handed to other tasks.
const _: () = {
    const fn sendable<T: Send + 'static>() {}
    sendable::<Lister<()>>();
    sendable::<Items<()>>();
};

#[cfg(test)]
mod tests;
