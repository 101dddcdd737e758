#![doc = include_str!("../README.md")]
#![deny(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod auth;
#[cfg(feature = "blocking")]
mod blocking;
mod call;
mod client;
mod clock;
#[cfg(feature = "drive")]
mod drive;
mod error;
mod id;
mod mask;
mod pace;
mod page;
mod pipeline;
mod raw;
mod record;
pub mod resources;
mod retry;
#[cfg(test)]
mod scripted;
mod trace;

pub use auth::{FreshToken, RenewingToken, Token, TokenError, TokenFuture, TokenSource};
pub use call::{Call, Candidate, Meta, Preview, Reconcile, WithMeta};
pub use client::{Client, ClientBuilder, Organization, install_tls_provider};
pub use error::{Delivery, Error, FieldError};
pub use pace::Pacing;
pub use page::{Drift, Items, Lister, Page, Pages, ResumeToken};
pub use raw::{Multipart, Raw};
/// The HTTP client underneath, in the version that [`ClientBuilder::configure_http`] takes.
#[doc(no_inline)]
pub use reqwest;
pub use retry::RetryPolicy;
pub use retry::budget::RetryBudget;
/// What `JsonSchema` of the models and inputs comes from, in the version that they derive it with.
#[cfg(feature = "schemars")]
#[doc(no_inline)]
pub use tallyfy_gen::schemars;

/// What the service answers with, and the known values in it.
pub mod model {
    #[doc(inline)]
    pub use tallyfy_gen::model::*;
    #[doc(inline)]
    pub use tallyfy_gen::wire::{
        CommaList, CountryRef, Date, GroupRef, GuestRef, Id, List, ListMeta, MemberRef, NotADate, OddRow,
        OneOrMany, Pagination, Progress, Timestamp, Unreadable,
    };
}

/// What is sent: inputs, queries, and the values they take.
pub mod request {
    #[doc(inline)]
    pub use tallyfy_gen::request::*;
    #[doc(inline)]
    pub use tallyfy_gen::wire::{CommaList, NotAllowed, Nullable, SearchFilter, SearchOperation};
}

/// Identifiers, one type for each kind.
pub mod ids {
    pub use crate::id::{
        ActivityId, AutomationId, CommentId, CustomFieldKey, FileId, FolderId, FolderItemId, FormFieldId,
        GroupId, GuestId, KickoffFieldId, MemberId, OrganizationId, ProcessId, StepId, TagAssociationId,
        TagId, TaskId, TemplateId, WatcherId,
    };
}

/// The same types under the API's own names, for those who come from its documentation.
pub mod api {
    #[doc(inline)]
    pub use tallyfy_gen::api::*;
}

#[doc = include_str!("words.md")]
pub mod words {}
