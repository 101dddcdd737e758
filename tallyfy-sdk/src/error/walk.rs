//! What an error that ends the walk through a list knows of the walk.

use super::{Answer, Error, Journey, Kind, Origin, ServerMessage};
use crate::call::Meta;
use crate::page::ResumeToken;
use crate::retry::Delivery;

/// How far a walk came.
#[derive(Clone, Debug)]
pub(crate) struct WalkState {
    pub(crate) given: u64,
    pub(crate) token: ResumeToken,
}

/// Walks through lists.
impl Error {
    /// A list was read, and what it gave cannot be taken for the whole: it falls short of what the server counts, a page
    /// repeats what came before, or what was waited for ([`Lister::fresh`](crate::Lister::fresh)) did not appear.
    ///
    /// Walking only reads, nothing was changed. [`items_given`](Self::items_given) were given before this error,
    /// and [`resume_token`](Self::resume_token) leads back to where the first rows may have slipped. Walk again, or
    /// accept it with [`Lister::unchecked`](crate::Lister::unchecked) where a total is known to be wrong or a list repeats
    /// rows by nature. Status and headers are those of the last page, which was answered.
    pub fn is_incomplete(&self) -> bool {
        self.0.kind == Kind::Incomplete
    }

    /// Where to go on with a walk that ended with this error; see [`Lister::resume`](crate::Lister::resume).
    pub fn resume_token(&self) -> Option<&ResumeToken> {
        self.0.walk.as_ref().map(|walk| &walk.token)
    }

    /// How many items a walk had given before it ended with this error.
    pub fn items_given(&self) -> Option<u64> {
        self.0.walk.as_ref().map(|walk| walk.given)
    }

    /// A walk that cannot be trusted.
    pub(crate) fn incomplete(message: impl Into<String>) -> Self {
        Self::new(Kind::Incomplete, message)
    }

    /// The fault was found in a page that had been read: the server answered, and nothing is unknown. Its body is decoded
    /// and gone by then, its headers are without the token already.
    pub(crate) fn of_read(mut self, operation: &'static str, read: &Meta) -> Self {
        let Meta { status, headers, attempts, elapsed, .. } = read;
        let said = ServerMessage::default();
        self.0.answer = Some(Answer {
            status: *status,
            headers: headers.clone(),
            body: None,
            said,
            origin: Origin::Service,
            bad_token: false,
            packed: None,
        });
        let (attempts, elapsed) = (*attempts, *elapsed);
        self.with_journey(Journey { operation, reads: true, attempts, elapsed, delivery: Delivery::Applied })
    }

    pub(crate) fn with_walk(mut self, given: u64, token: ResumeToken) -> Self {
        self.0.walk = Some(Box::new(WalkState { given, token }));
        self
    }
}
