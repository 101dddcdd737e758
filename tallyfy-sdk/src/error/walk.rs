//! What an error that ends the walk through a list knows of the walk.

use super::{Error, Kind};
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
    /// A list was walked to its end, and what it gave falls short of what the server says there is.
    ///
    /// Walking only reads, nothing was changed. [`items_given`](Self::items_given) were given before this error,
    /// and [`resume_token`](Self::resume_token) leads back to where the first rows may have slipped. Walk again, or
    /// accept it with [`Lister::unchecked`](crate::Lister::unchecked) where a total is known to be wrong.
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
        let mut error = Self::new(Kind::Incomplete, message);
        // The pages were read, all of them.
        (error.0.reads, error.0.delivery) = (true, Delivery::Applied);
        error
    }

    pub(crate) fn with_walk(mut self, given: u64, token: ResumeToken) -> Self {
        self.0.walk = Some(Box::new(WalkState { given, token }));
        self
    }
}
