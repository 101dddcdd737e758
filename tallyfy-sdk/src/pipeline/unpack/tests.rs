//! Compressed bodies, made by the library's own encoder.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue};

use super::unpacked;

const TEXT: &[u8] = br#"{"data":{"id":7}}"#;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory")
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory")
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory")
}

fn headers(encoding: &'static str, kind: &'static str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if !encoding.is_empty() {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers
}

#[test]
fn what_is_compressed_is_unpacked_and_what_cannot_be_stays() {
    let json = "application/json";
    let mut half = gzip(TEXT);
    half.truncate(20);
    for (encoding, kind, body, is_unpacked) in [
        ("gzip", json, gzip(TEXT), true),
        ("x-gzip", json, gzip(TEXT), true),
        ("GZIP", json, gzip(TEXT), true),
        ("deflate", json, zlib(TEXT), true),
        ("deflate", json, deflate(TEXT), true),
        ("gzip, gzip", json, gzip(&gzip(TEXT)), true),
        ("deflate, identity, gzip", json, gzip(&zlib(TEXT)), true),
        ("identity", json, TEXT.to_vec(), true),
        // Without a word: JSON cannot begin so, a file can.
        ("", json, gzip(TEXT), true),
        ("", "application/octet-stream", gzip(TEXT), false),
        ("br", json, b"\x0b\x08\x80{}".to_vec(), false),
        ("zstd", json, b"\x28\xb5\x2f\xfd".to_vec(), false),
        ("gzip", json, half, false),
        ("gzip", json, TEXT.to_vec(), false),
        ("br, gzip", json, gzip(TEXT), false),
        ("gzip,gzip,gzip,gzip", json, gzip(TEXT), false),
    ] {
        let mut headers = headers(encoding, kind);
        let before = headers.clone();
        let whole = unpacked(&mut headers, Bytes::from(body.clone()), 1000).expect("small");
        match is_unpacked {
            true => {
                assert_eq!((&whole[..], headers.contains_key(CONTENT_ENCODING)), (TEXT, false), "{encoding}")
            }
            false => assert_eq!((&whole[..], &headers), (&body[..], &before), "{encoding} {kind}"),
        }
    }
}

#[test]
fn a_small_body_that_unpacks_to_a_large_one_stops_at_the_limit() {
    let bomb = gzip(&vec![b' '; 10_000_000]);
    assert!(bomb.len() < 20_000);
    for packed in [bomb.clone(), gzip(&bomb)] {
        let encoding = if packed.len() == bomb.len() { "gzip" } else { "gzip, gzip" };
        unpacked(&mut headers(encoding, "application/json"), packed.into(), 100_000).expect_err("too large");
    }
    let exact = unpacked(&mut headers("gzip", "application/json"), gzip(&[b' '; 1000]).into(), 1000);
    assert_eq!(exact.expect("just fits").len(), 1000);
}
