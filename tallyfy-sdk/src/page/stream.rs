//! The two streams over a list, by items and by pages. How pages are read stands in `page/walk.rs`.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::resume::ResumeToken;
use super::tally::Drift;
use super::walk::Walk;
use super::{Lister, Page};
use crate::error::Error;

/// The pages of a list, one after the other; see [`Lister::pages`].
#[must_use = "a stream does nothing until it is polled"]
pub struct Pages<T> {
    walk: Walk<T>,
}

impl<T: Send + 'static> Pages<T> {
    pub(super) fn of(list: Lister<T>) -> Self {
        Self { walk: Walk::new(list) }
    }

    /// Of which only the items are wanted.
    pub(super) fn of_items(list: Lister<T>) -> Self {
        Self { walk: Walk::by_items(list) }
    }

    /// The next page; `None` at the end and after an error. The same as `StreamExt::next`.
    pub async fn next(&mut self) -> Option<Result<Page<T>, Error>> {
        std::future::poll_fn(|cx| self.walk.poll_page(cx)).await
    }
}

impl<T> Pages<T> {
    /// Where to go on after the pages that were given; see [`Lister::resume`].
    pub fn resume_token(&self) -> ResumeToken {
        self.walk.token(0)
    }

    /// How the list changed so far, as far as it could be noticed.
    pub fn drift(&self) -> Drift {
        self.walk.drift()
    }
}

impl<T: Send + 'static> Stream for Pages<T> {
    type Item = Result<Page<T>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.walk.poll_page(cx)
    }
}

/// The items of a list, page after page; see [`Lister::items`].
#[must_use = "a stream does nothing until it is polled"]
pub struct Items<T> {
    walk: Walk<T>,
    ready: VecDeque<T>,
}

impl<T: Send + 'static> Items<T> {
    pub(super) fn of(list: Lister<T>) -> Self {
        Self { walk: Walk::by_items(list), ready: VecDeque::new() }
    }

    /// The next item; `None` at the end and after an error. The same as `StreamExt::next`.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl<T> Items<T> {
    /// Where to go on after the items that were given; see [`Lister::resume`].
    pub fn resume_token(&self) -> ResumeToken {
        self.walk.token(self.ready.len())
    }

    /// How the list changed so far, as far as it could be noticed.
    pub fn drift(&self) -> Drift {
        self.walk.drift()
    }
}

impl<T: Send + 'static> Stream for Items<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Poll::Ready(Some(Ok(item)));
            }
            match std::task::ready!(self.walk.poll_page(cx)) {
                Some(Ok(page)) => self.ready = page.items.into(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

// Nothing in them is pinned in place: the pending calls are boxed.
impl<T> Unpin for Pages<T> {}
impl<T> Unpin for Items<T> {}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("at", &self.resume_token()).finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("at", &self.resume_token()).finish_non_exhaustive()
    }
}

/// Walks can be handed to other tasks.
const _: () = {
    const fn sendable<T: Send + 'static>() {}
    sendable::<Lister<()>>();
    sendable::<Items<()>>();
    sendable::<Pages<()>>();
};
