//! Compressed bodies. No request asks for compression, and proxies do it all the same. What can be unpacked is, up to the limit
//! that holds for the body as it is read, so that a small body cannot fill the memory; the rest is left as it came.

use std::io::Read;

use bytes::Bytes;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use reqwest::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};

/// More layers are an attack.
const MOST_LAYERS: usize = 3;
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// A body that became larger than the limit.
#[derive(Debug)]
pub(super) struct TooLarge;

/// The body as it was before it was compressed. What cannot be unpacked stays as it is, with its header.
pub(super) fn unpacked(headers: &mut HeaderMap, body: Bytes, limit: u64) -> Result<Bytes, TooLarge> {
    if !headers.contains_key(CONTENT_ENCODING) && !body.starts_with(&GZIP) {
        return Ok(body);
    }
    let Some(mut left) = encodings(headers, &body) else { return Ok(body) };
    let mut whole = body.clone();
    while let Some(encoding) = left.pop() {
        match layer(&encoding, &whole, limit)? {
            Some(inner) => whole = inner,
            None => return Ok(body),
        }
    }
    headers.remove(CONTENT_ENCODING);
    headers.remove(CONTENT_LENGTH);
    Ok(whole)
}

/// As they were applied. Without a header, JSON cannot begin as gzip does; a file can.
fn encodings(headers: &HeaderMap, body: &Bytes) -> Option<Vec<String>> {
    let mut found = Vec::new();
    for value in headers.get_all(CONTENT_ENCODING) {
        let names = value.to_str().ok()?.split(',').map(|name| name.trim().to_ascii_lowercase());
        found.extend(names.filter(|name| !name.is_empty() && name != "identity"));
    }
    if found.is_empty() && body.starts_with(&GZIP) {
        let declared = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_text = ["json", "html", "text/plain"].iter().any(|kind| declared.contains(kind));
        return is_text.then(|| vec!["gzip".to_owned()]);
    }
    (!body.is_empty() && found.len() <= MOST_LAYERS).then_some(found)
}

fn layer(encoding: &str, body: &Bytes, limit: u64) -> Result<Option<Bytes>, TooLarge> {
    let packed = &body[..];
    match encoding {
        "gzip" | "x-gzip" => read(MultiGzDecoder::new(packed), limit),
        // RFC 9110 8.4.1.2: with the frame of zlib, which some leave out.
        "deflate" => match read(ZlibDecoder::new(packed), limit)? {
            Some(bytes) => Ok(Some(bytes)),
            None => read(DeflateDecoder::new(packed), limit),
        },
        _ => Ok(None),
    }
}

/// One byte beyond the limit is enough to know.
fn read(decoder: impl Read, limit: u64) -> Result<Option<Bytes>, TooLarge> {
    let mut bytes = Vec::new();
    match decoder.take(limit.saturating_add(1)).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() as u64 > limit => Err(TooLarge),
        Ok(_) => Ok(Some(bytes.into())),
        Err(_) => Ok(None),
    }
}

#[cfg(test)]
mod tests;
