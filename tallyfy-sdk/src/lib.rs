#![doc = include_str!("../README.md")]
#![deny(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod alias;
mod auth;
mod call;
mod client;
mod error;
mod id;
mod page;
mod pipeline;
pub mod resources;
mod retry;
#[cfg(test)]
mod scripted;

pub use alias::*;
pub use auth::{FreshToken, RenewingToken, Token, TokenError, TokenFuture, TokenSource};
pub use call::{Call, Meta, Preview, WithMeta};
pub use client::{Client, ClientBuilder, Organization};
pub use error::{Delivery, Error, FieldError};
pub use id::{
    ActivityId, AutomationId, CommentId, CustomFieldKey, FileId, FolderId, FolderItemId, FormFieldId,
    GroupId, GuestId, KickoffFieldId, MemberId, OrganizationId, ProcessId, StepId, TagAssociationId, TagId,
    TaskId, TemplateId, WatcherId,
};
pub use page::{Items, Lister, Page};
/// The HTTP client underneath, in the version that [`ClientBuilder::configure_http`] takes.
#[doc(no_inline)]
pub use reqwest;
pub use retry::RetryPolicy;
