//! Where a raw call may lead: below the base URL, and what to write is said where it does not. Also which operation a route
//! is. Not here: the rest of the request (`raw.rs`).

use percent_encoding::percent_decode_str;
use reqwest::{Method, Url};
use tallyfy_gen::operations::{OPERATIONS, Operation};

use crate::client::Client;
use crate::error::Error;

/// What a path looks like.
const EXAMPLE: &str = "give the path after the base URL, e.g. organizations/ORG/runs";

/// The path below the base URL: of an address under it, what comes after it. The text is not repeated in errors, as it may
/// hold anything.
pub(super) fn below_the_base(client: &Client, path: &str) -> Result<String, Error> {
    let base = &client.core().base_url;
    if path.trim() != path {
        return Err(Error::input(format!("the path begins or ends with a blank; {EXAMPLE}")));
    }
    if !path.contains("://") && !path.starts_with("//") {
        let path = path.strip_prefix('/').unwrap_or(path);
        let last = base.path().trim_matches('/').rsplit('/').next().unwrap_or_default();
        if !last.is_empty() && path.split('/').next() == Some(last) {
            return Err(Error::input(format!(
                "the path begins with the `{last}` of the base URL; {EXAMPLE}"
            )));
        }
        return Ok(path.to_owned());
    }
    let own = Url::parse(path)
        .ok()
        .filter(|url| url.origin() == base.origin() && url.username().is_empty() && url.password().is_none());
    let root = format!("{}/", base.path().trim_end_matches('/'));
    let Some(rest) = own.as_ref().and_then(|url| url.path().strip_prefix(&root)) else {
        let base = client.base_url();
        return Err(Error::input(format!(
            "this is an address that is not below the base URL {base}; {EXAMPLE}"
        )));
    };
    match path.contains(['?', '#']) {
        true => Err(Error::input("the address has a query or a fragment; give the query by query(..)")),
        // As it was written: the parser has resolved dots, which are refused.
        false => {
            let written = path.split_once("://").and_then(|(_, rest)| rest.split_once(&*root));
            Ok(written.map_or(rest, |(_, below)| below).to_owned())
        }
    }
}

/// The address of a path below the base URL. Nothing in the path may lead out of it: not on this side, where URL parsers
/// resolve dots and turn backslashes, and not on the server's, which decodes once more.
pub(super) fn url(client: &Client, path: &str) -> Result<Url, Error> {
    if path.is_empty() {
        return Err(Error::input(format!("the path is empty; {EXAMPLE}")));
    }
    if path.contains(['?', '#', '\\']) || path.chars().any(char::is_control) {
        return Err(Error::input(
            "the path contains ? or # or \\ or a line break; give the query by query(..)",
        ));
    }
    if path.contains(['{', '}']) {
        return Err(Error::input(format!(
            "the path has a placeholder in braces; put the id there; {EXAMPLE}"
        )));
    }
    for segment in path.split('/') {
        if segment.is_empty() || leads_elsewhere(segment) {
            return Err(Error::input(format!(
                "the path has a part that is empty or leads elsewhere once it is decoded (a dot, two dots, a slash); {EXAMPLE}"
            )));
        }
    }
    let base = client.base_url();
    let address = format!("{base}/{path}");
    let url = Url::parse(&address).map_err(|_| Error::input("the path cannot be part of a URL"))?;
    let below = url.path().strip_prefix(client.core().base_url.path().trim_end_matches('/'));
    if url.origin() != client.core().base_url.origin() || !below.is_some_and(|rest| rest.starts_with('/')) {
        return Err(Error::input("the path leads away from the configured base URL"));
    }
    Ok(url)
}

/// Whether a part of a path is more, or less, than a part: at once, or after any number of decodings, as proxies may add one.
fn leads_elsewhere(segment: &str) -> bool {
    let mut text = segment.to_owned();
    loop {
        let leads_out = matches!(&*text, "." | "..") || text.contains(['/', '\\']);
        if leads_out || text.chars().any(char::is_control) {
            return true;
        }
        let decoded = percent_decode_str(&text).decode_utf8_lossy().into_owned();
        // Each decoding that changes something makes it shorter, or has met what is no UTF-8.
        if decoded.len() >= text.len() {
            return false;
        }
        text = decoded;
    }
}

/// The operation that a route is, if the API description has it; literal parts go before parameters.
pub(super) fn known(method: &Method, path: &str) -> Option<&'static Operation> {
    let parts: Vec<_> = path.split('/').collect();
    let literal =
        |operation: &Operation| operation.path.split('/').filter(|part| !part.starts_with('{')).count();
    OPERATIONS
        .iter()
        .filter(|operation| operation.method == method.as_str() && matches(operation.path, &parts))
        .max_by_key(|operation| literal(operation))
}

fn matches(template: &str, parts: &[&str]) -> bool {
    let mut template = template.trim_start_matches('/').split('/');
    let all = parts
        .iter()
        .all(|part| template.next().is_some_and(|known| known.starts_with('{') || known == *part));
    all && template.next().is_none()
}
