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

#[cfg(test)]
mod tests {
    //! That a call of the generated client's hook arrives behind the door, which an implementation in the
    //! wrong place would silently not do.

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

    #[test]
    fn a_request_of_the_generated_client_goes_through_the_transport() {
        // An error says that there is a provider already, which will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::new();
        let recorder = Arc::new(Recorder::default());
        let client = &crate::Client::new_with_client("http://localhost", http.clone(), recorder.clone());
        let request = http.get("http://localhost/me").build().expect("a request");

        let call = pin!(client.exec(request, &OperationInfo { operation_id: "get_me" }));
        let Poll::Ready(outcome) = call.poll(&mut Context::from_waker(Waker::noop())) else {
            panic!("the recorder never waits");
        };

        assert!(outcome.expect_err("the recorder answers nothing").is_builder());
        assert_eq!(*recorder.0.lock().expect("not poisoned"), ["get_me: GET http://localhost/me"]);
    }
}
