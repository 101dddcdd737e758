//! The shared sender behind all generated methods: how a request leaves, and how its answer is read. Not here: what
//! happens in between (headers, tokens, repeats), which is the business of whoever implements [`Transport`].
//!
//! Every generated method ends in a call of `Client::answer` or one of its two sisters;
//! `xtask/src/methods.rs` puts it there, and fails for a method that it cannot rewrite. `ClientHooks` is for requests
//! that no generated method makes; it stands here because elsewhere it is an orphan, or compiles and is never called.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use progenitor_client::{ByteStream, ClientHooks, ClientInfo, Error, OperationInfo, ResponseValue};
use reqwest::{Request, Response, Result};
use serde::de::DeserializeOwned;

use crate::wire::{self, Decoded, Unreadable};

/// Sends requests for the generated client, and brings the answers back.
#[async_trait]
pub trait Transport: Send + Sync + Debug {
    /// Sends `request`, which the generated method `operation` has built.
    async fn send(&self, operation: &'static str, request: Request) -> Result<Response>;

    /// Hears of what could not be read in the answer that was brought; the rest of it was.
    fn unreadable(&self, found: Vec<Unreadable>) {
        drop(found);
    }
}

impl ClientHooks<Arc<dyn Transport>> for crate::Client {
    async fn exec(&self, request: Request, info: &OperationInfo) -> Result<Response> {
        self.inner().send(info.operation_id, request).await
    }
}

impl crate::Client {
    /// Sends, and reads the JSON of a success.
    pub(crate) async fn answer<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        request: Request,
    ) -> GeneratedResult<T> {
        let mut response = self.succeed(operation, request).await?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let body = response.bytes().await.map_err(Error::ResponseBodyError)?;
        match wire::decode(&body) {
            Ok(Decoded { value, unreadable }) => {
                if !unreadable.is_empty() {
                    self.inner().unreadable(unreadable);
                }
                Ok(ResponseValue::new(value, status, headers))
            }
            Err(error) => Err(Error::InvalidResponsePayload(body, error)),
        }
    }

    /// Sends; whatever a success holds is of no use.
    pub(crate) async fn nothing(&self, operation: &'static str, request: Request) -> GeneratedResult<()> {
        let mut response = self.succeed(operation, request).await?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        Ok(ResponseValue::new((), status, headers))
    }

    /// Sends, and hands over the bytes of a success as they come.
    pub(crate) async fn stream(
        &self,
        operation: &'static str,
        request: Request,
    ) -> GeneratedResult<ByteStream> {
        Ok(ResponseValue::stream(self.succeed(operation, request).await?))
    }

    async fn succeed(
        &self,
        operation: &'static str,
        request: Request,
    ) -> std::result::Result<Response, Error<()>> {
        let response = self.inner().send(operation, request).await?;
        if response.status().is_success() { Ok(response) } else { Err(Error::UnexpectedResponse(response)) }
    }
}

/// What a generated method returns.
type GeneratedResult<T> = std::result::Result<ResponseValue<T>, Error<()>>;

#[cfg(test)]
mod tests {
    //! That the request of a generated method arrives at the transport, and so does one of no method.

    use std::pin::pin;
    use std::sync::Mutex;
    use std::task::{Context, Poll, Waker};

    use super::*;

    #[derive(Debug, Default)]
    struct Recorder(Mutex<Vec<String>>);

    #[async_trait]
    impl Transport for Recorder {
        async fn send(&self, operation: &'static str, request: Request) -> Result<Response> {
            let line = format!("{operation}: {} {}", request.method(), request.url());
            self.0.lock().expect("not poisoned").push(line);
            Err(reqwest::Client::new().get("no address").build().expect_err("refused"))
        }
    }

    fn client(recorder: &Arc<Recorder>) -> crate::Client {
        // An error says that there is a provider already, which will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        crate::Client::new_with_client("http://localhost", reqwest::Client::new(), recorder.clone())
    }

    #[track_caller]
    fn at_once<T>(call: impl Future<Output = T>) -> T {
        match pin!(call).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(outcome) => outcome,
            Poll::Pending => panic!("the recorder never waits"),
        }
    }

    #[test]
    fn the_request_of_a_generated_method_goes_through_the_transport() {
        let recorder = Arc::new(Recorder::default());
        let api = client(&recorder);

        assert!(matches!(
            at_once(api.get_me(&crate::types::GetMe::new())),
            Err(Error::CommunicationError(_))
        ));
        assert!(matches!(at_once(api.undo_activity("o", "a")), Err(Error::CommunicationError(_))));
        assert!(matches!(at_once(api.download_file("o", "f")), Err(Error::CommunicationError(_))));

        let sent = [
            "get_me: GET http://localhost/me",
            "undo_activity: PUT http://localhost/organizations/o/activity-feed/a/undo",
            "download_file: GET http://localhost/organizations/o/file/f/dl",
        ];
        assert_eq!(*recorder.0.lock().expect("not poisoned"), sent);
    }

    #[test]
    fn a_request_of_no_generated_method_goes_through_the_transport_too() {
        let recorder = Arc::new(Recorder::default());
        let api = &client(&recorder);
        let request = api.client().get("http://localhost/me").build().expect("a request");

        let outcome = at_once(api.exec(request, &OperationInfo { operation_id: "raw" }));

        assert!(outcome.expect_err("the recorder answers nothing").is_builder());
        assert_eq!(*recorder.0.lock().expect("not poisoned"), ["raw: GET http://localhost/me"]);
    }
}
