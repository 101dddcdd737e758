//! The door: the one way by which a generated method's request leaves. Not here: what happens behind it
//! (headers, tokens, repeats), which is the business of whoever implements [`Transport`].
//!
//! It stands in this crate because `ClientHooks` can only be implemented beside the generated client:
//! anywhere else it is refused as an orphan, or compiles and is never called.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use progenitor_client::{ClientHooks, ClientInfo, OperationInfo};
use reqwest::{Request, Response, Result};

/// Sends requests for the generated client, and brings the answers back.
#[async_trait]
pub trait Transport: Send + Sync + Debug {
    /// Sends `request`, which the generated method `operation` has built.
    async fn send(&self, operation: &'static str, request: Request) -> Result<Response>;
}

impl ClientHooks<Arc<dyn Transport>> for crate::Client {
    async fn exec(&self, request: Request, info: &OperationInfo) -> Result<Response> {
        self.inner().send(info.operation_id, request).await
    }
}
