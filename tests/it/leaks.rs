//! Nothing private gets out: a token and a password are in nothing that is shown, an e-mail address and a form value in no
//! error's `Display` and in no trace, wherever they were planted. Here are what is planted and how it is looked for; where the
//! token may go at all is `secrets`.
//!
//! A program may read more than is shown: `Error::message`, `field_errors` and `body` are the server's own words.

use std::error::Error as _;

use tallyfy_sdk::{Client, ClientBuilder, Error};

mod echoes;
mod foreign;
mod preview;
mod recording;
mod scrubbed;
mod traces;
mod types;

/// With the marks that JSON, PHP and URLs write in other ways.
const TOKEN: &str = "tok4f1e9d/Very+Secret==77";
const PASSWORD: &str = "pw-hunter2/Geheim-77";
const ADDRESS: &str = "kim.lund@fjord.test";
const FORM: &str = "NO 912 345 Blåfjord & Co";

/// Everything planted, in every form in which it may be repeated.
const SECRETS: [&str; 6] = [
    TOKEN,
    "tok4f1e9d\\/Very+Secret==77",
    "tok4f1e9d%2FVery%2BSecret%3D%3D77",
    PASSWORD,
    "pw-hunter2\\/Geheim-77",
    "pw-hunter2%2FGeheim-77",
];
const PERSONAL: [&str; 4] = [ADDRESS, "kim.lund%40fjord.test", FORM, "NO%20912%20345"];

#[track_caller]
fn without(place: &str, text: &str, planted: &[&str]) {
    for private in planted {
        assert!(!text.contains(private), "{place} shows {private}: {text}");
    }
}

#[track_caller]
fn without_secrets(place: &str, text: &str) {
    without(place, text, &SECRETS);
}

/// Everything an error shows, and its whole chain of causes.
#[track_caller]
fn check_error(place: &str, error: &Error) {
    without(place, &error.to_string(), &[&SECRETS[..], &PERSONAL].concat());
    without(place, &format!("{error:?}{error:#?}"), &[&SECRETS[..], &PERSONAL].concat());
    let mut cause = error.source();
    while let Some(inner) = cause {
        without_secrets(&format!("{place}, a cause"), &format!("{inner} {inner:?} {inner:#?}"));
        cause = inner.source();
    }
    let said = format!("{:?} {:?} {:?}", error.headers(), error.request_id(), error.code());
    let said = format!("{said} {:?} {:?}", error.message(), error.field_errors());
    let body = error.body().map(String::from_utf8_lossy).unwrap_or_default();
    // The password went in by the caller's own body, and only the token is known to the client.
    without(&format!("{place}, what the server said"), &format!("{said} {body}"), &SECRETS[..3]);
}

fn builder(base_url: &str) -> ClientBuilder {
    Client::builder().base_url(base_url).token(TOKEN)
}
