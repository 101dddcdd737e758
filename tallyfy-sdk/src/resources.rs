//! What one can do, one file for each resource of the document. Here: the two macros by which a method names its
//! operation.
//!
//! # May I repeat this call?
//!
//! Every method says by its endpoint whether it is **repeatable**, as the API description has it:
//!
//! - *repeatable*: a repeat leaves the same state behind. The client repeats it after any passing failure, and so may
//!   you, whatever [`Error::delivery`] says.
//! - *not repeatable*: a repeat may do it twice. The client repeats it only when the server surely did not act (nothing
//!   was sent, or a 429). After an error whose delivery is `Unknown` or `Applied`, look before you call again.
//! - *not repeatable unless it may look*: the same, and [`Call::reconcile`](crate::Call::reconcile) does the looking.

use tallyfy_gen::check::{Check, Invalid};

use crate::error::Error;

pub mod comments;
pub mod identity;
pub mod members;
pub mod organizations;
pub mod processes;
pub mod steps;
pub mod tasks;
pub mod templates;

/// A call of a generated method: `call!(item, client, get_run(org, run), query)`. The method's name is the
/// operation's id, the identifiers are checked, the last argument (query or body) against the document's limits.
macro_rules! call {
    ($kind:ident, $client:expr, $operation:ident($($id:ident),*) $(, $input:ident)?) => {{
        let input: Result<(), $crate::Error> = Ok(()) $(.and_then(|()| $crate::resources::limits(&$input)))?;
        let ids: &[&dyn $crate::id::Checked] = &[$(&$id),*];
        $crate::Call::$kind($client, stringify!($operation), ids, {
            $(let $id = $id.clone();)*
            move |api| async move { api.$operation($($id.as_str(),)* $(&$input)?).await }
        })
        .checked(input)
    }};
}
pub(crate) use call;

/// A list read by a generated method: `list!(client, list_runs(org), query)`; the query has a `page`.
macro_rules! list {
    ($client:expr, $operation:ident($($id:ident),*), $query:ident) => {{
        let input = $crate::resources::limits(&$query);
        let ids: &[&dyn $crate::id::Checked] = &[$(&$id),*];
        let asked = $crate::page::Asked::of(stringify!($operation), &$query);
        $crate::Lister::new($client, stringify!($operation), ids, asked, {
            $(let $id = $id.clone();)*
            move |api, page| {
                $(let $id = $id.clone();)*
                let mut query = $query.clone();
                query.page = page.or(query.page);
                async move { api.$operation($($id.as_str(),)* &query).await }
            }
        })
        .identified(|item| $crate::page::RowId::key(&item.id))
        .checked(input)
    }};
}
pub(crate) use list;

/// Holds a query or body against the limits of the document.
pub(crate) fn limits(input: &impl Check) -> Result<(), Error> {
    input.check().map_err(Error::from)
}

impl From<Invalid> for Error {
    fn from(invalid: Invalid) -> Self {
        Self::input(invalid.to_string())
    }
}
