//! Where a walk through a list stands, as a text that can be kept.

use std::fmt;
use std::str::FromStr;

use super::numbers::FURTHEST;
use crate::error::Error;

/// A place in a list: what to give to [`Lister::resume`](crate::Lister::resume), in this program run or another.
///
/// Lists are counted by position: rows that were added or removed in the meantime shift it, so some items may come
/// again, or, after removals before the place, be left out.
///
/// ```
/// use tallyfy_sdk::ResumeToken;
///
/// let kept = "1:list_runs:7:30:100";
/// let token: ResumeToken = kept.parse()?;
/// assert_eq!(token.to_string(), kept);
/// # Ok::<(), tallyfy_sdk::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ResumeToken {
    pub(super) operation: String,
    /// The page to read next, from 1.
    pub(super) page: i64,
    /// Rows of that page that came already, those that could not be read too.
    pub(super) rows: u64,
    /// Rows a page may hold, if the server says so.
    pub(super) size: Option<i64>,
}

/// The version of the written form.
const VERSION: &str = "1";

impl fmt::Display for ResumeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, page, rows, size } = self;
        write!(f, "{VERSION}:{operation}:{page}:{rows}:{}", size.unwrap_or(0))
    }
}

impl FromStr for ResumeToken {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        read(text).ok_or_else(|| Error::input("this is no resume token of a list, or of another version"))
    }
}

/// A token may come from outside, so its numbers are held to what a list can have.
fn read(text: &str) -> Option<ResumeToken> {
    let parts: Vec<_> = text.trim().split(':').collect();
    let [VERSION, operation, page, rows, size] = parts[..] else { return None };
    let number =
        |text: &str, least: i64| text.parse().ok().filter(|number| (least..=FURTHEST).contains(number));
    Some(ResumeToken {
        operation: operation.to_owned(),
        page: number(page, 1)?,
        rows: u64::try_from(number(rows, 0)?).ok()?,
        size: number(size, 0).map(|size| Some(size).filter(|size| *size > 0))?,
    })
}
