//! A door for the tests of this repository: every generated method as a call on this crate's own pipeline. Feature `drive`;
//! no part of what people use. What each method is called with stands in `tallyfy-gen/src/driver.rs`.

use progenitor_client::Error as Generated;
use tallyfy_gen::driver;

use crate::call::{Call, GeneratedCall};
use crate::client::Client;

impl Client {
    /// A call of the generated method, which reads its answer and forgets it. Fails with
    /// [`is_input`](crate::Error::is_input) for an operation that has no generated method.
    #[doc(hidden)]
    pub fn drive(&self, operation: &'static str) -> Call<()> {
        let run: GeneratedCall<()> = Box::new(move |api| match driver::drive(operation, api) {
            Some(driven) => Box::pin(async move { driven.await.map(Box::new) }),
            None => Box::pin(async { Err(Generated::InvalidRequest("no generated method".to_owned())) }),
        });
        Call::of(self, operation, Ok(()), run)
    }
}
