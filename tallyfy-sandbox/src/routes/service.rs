//! What the service says about itself. No source shows what it answers.
//!
//! Not here: anything that belongs to an organization.

use serde_json::json;

use super::{Open, Request};
use crate::answer::{Answer, Body};
use crate::state::World;

pub fn open(operation: &str) -> Option<Open> {
    match operation {
        "get_health" => Some(get_health),
        "get_config" => Some(get_config),
        _ => None,
    }
}

fn get_health(_: &mut World, _: &Request<'_>) -> Answer {
    Answer { body: Body::Bytes("text/plain; charset=UTF-8", "OK".into()), ..Answer::empty() }
}

fn get_config(_: &mut World, _: &Request<'_>) -> Answer {
    Answer::item(json!({ "name": "tallyfy-sandbox", "version": env!("CARGO_PKG_VERSION") }))
}
