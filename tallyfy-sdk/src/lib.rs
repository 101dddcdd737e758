#![doc = include_str!("../README.md")]
#![deny(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod alias;
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

pub use alias::*;
pub use auth::{FreshToken, RenewingToken, Token, TokenError, TokenFuture, TokenSource};
pub use call::{Call, Candidate, Meta, Preview, Reconcile, WithMeta};
pub use client::{Client, ClientBuilder, Organization, install_tls_provider};
pub use error::{Delivery, Error, FieldError};
pub use id::{
    ActivityId, AutomationId, CommentId, CustomFieldKey, FileId, FolderId, FolderItemId, FormFieldId,
    GroupId, GuestId, KickoffFieldId, MemberId, OrganizationId, ProcessId, StepId, TagAssociationId, TagId,
    TaskId, TemplateId, WatcherId,
};
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
