//! A program with a reqwest client of its own beside this crate's, made first. With the feature `rustls-ring` reqwest has no
//! provider of cryptography unless the program installs one, and then `reqwest::Client::new` panics. Run by CI, so that
//! the advice of the README stays true.
#![allow(clippy::print_stdout, reason = "an example speaks on its output")]

use std::panic::{catch_unwind, set_hook, take_hook};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let hook = take_hook();
    set_hook(Box::new(|_| {}));
    let unprepared = catch_unwind(reqwest::Client::new);
    set_hook(hook);
    if unprepared.is_ok() && cfg!(all(feature = "rustls-ring", not(feature = "rustls-aws-lc"))) {
        return Err("reqwest has a provider by itself: the README's advice is not needed any more".into());
    }

    // The advice: before the first client, whoever's it is.
    tallyfy_sdk::install_tls_provider();
    let own = reqwest::Client::new();
    let client = tallyfy_sdk::Client::builder().token("your-token").build()?;
    println!("both are there: {} {}", own.get("https://example.com").build()?.url(), client.base_url());
    Ok(())
}
