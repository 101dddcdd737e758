//! Tokens: what is accepted, where they go, and one fetch for all who wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use reqwest::Url;

use super::{FreshToken, RenewingToken, Token, TokenSource, check_destination, is_confidential};

fn url(text: &str) -> Url {
    Url::parse(text).expect(text)
}

#[test]
fn tokens_are_checked_and_never_shown() {
    for text in ["", "Bearer abc", "bearer abc", "a b", "abc\n", "abc\r\nX: y", "tök"] {
        let error = Token::new(text).expect_err(text);
        assert!(error.is_input(), "{text:?}");
        assert!(!error.to_string().contains("abc"), "{error}");
    }
    let token = Token::new("eyJ.abc-_~").expect("a token");
    assert_eq!(format!("{token:?}"), "Token(***)");
    let header = token.header().expect("a header");
    assert!(header.is_sensitive());
    assert_eq!(header, "Bearer eyJ.abc-_~");
}

#[test]
fn tokens_go_to_https_or_this_machine() {
    for (text, expected) in [
        ("https://go.tallyfy.com/api", true),
        ("http://go.tallyfy.com/api", false),
        ("http://localhost:8080", true),
        ("http://127.0.0.1", true),
        ("http://127.8.9.1", true),
        ("http://[::1]:1", true),
        ("http://sandbox.localhost:8080", true),
        ("http://localhost.example.com", false),
        ("http://127.0.0.1.example.com", false),
        ("http://10.0.0.1", false),
        ("ftp://localhost", false),
    ] {
        assert_eq!(is_confidential(&url(text)), expected, "{text}");
    }
}

#[test]
fn tokens_go_to_the_configured_host_alone() {
    let base = url("https://go.tallyfy.com/api");
    for (text, expected) in [
        ("https://go.tallyfy.com/api/me", true),
        ("https://go.tallyfy.com:443/other", true),
        ("https://go.tallyfy.com:444/api/me", false),
        ("http://go.tallyfy.com/api/me", false),
        ("https://api.tallyfy.com/me", false),
        ("https://go.tallyfy.com.example.com/api", false),
    ] {
        assert_eq!(check_destination(&url(text), &base).is_ok(), expected, "{text}");
    }
}

/// Gives `t1`, `t2`, ..; a fetch takes a second.
fn counting(life: Option<Duration>) -> (Arc<AtomicU32>, RenewingToken) {
    let fetched = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&fetched);
    let source = RenewingToken::new(move || {
        let number = counter.fetch_add(1, Ordering::SeqCst) + 1;
        async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let mut fresh = FreshToken::new(Token::new(format!("t{number}"))?);
            fresh.expires_in = life;
            Ok(fresh)
        }
    });
    (fetched, source)
}

#[tokio::test(start_paused = true)]
async fn all_who_wait_share_one_fetch() {
    let (fetched, source) = counting(None);
    let source = Arc::new(source);
    let waiting: Vec<_> = (0..100)
        .map(|_| {
            let source = Arc::clone(&source);
            tokio::spawn(async move { source.token().await.expect("a token") })
        })
        .collect();
    for token in waiting {
        assert_eq!(token.await.expect("no panic").expose(), "t1");
    }
    assert_eq!(fetched.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_rejected_token_is_replaced_once() {
    let (fetched, source) = counting(None);
    let first = source.token().await.expect("a token");
    assert!(source.invalidate(&first).await);
    let second = source.token().await.expect("a token");
    assert_eq!(second.expose(), "t2");
    assert!(source.invalidate(&first).await, "another one is at hand");
    assert_eq!(source.token().await.expect("a token").expose(), "t2");
    assert_eq!(fetched.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_in_its_last_tenth() {
    let (fetched, source) = counting(Some(Duration::from_secs(1000)));
    source.token().await.expect("a token");
    tokio::time::advance(Duration::from_secs(899)).await;
    assert_eq!(source.token().await.expect("a token").expose(), "t1");
    tokio::time::advance(Duration::from_secs(92)).await;
    assert_eq!(source.token().await.expect("a token").expose(), "t2");
    assert_eq!(fetched.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_failed_fetch_fails_all_who_wait_and_nobody_after() {
    let fetched = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&fetched);
    let source = Arc::new(RenewingToken::new(move || {
        let number = counter.fetch_add(1, Ordering::SeqCst);
        async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            match number {
                0 => Err("the vault is shut".into()),
                _ => Ok(FreshToken::new(Token::new("t")?)),
            }
        }
    }));
    let waiting: Vec<_> = (0..10)
        .map(|_| {
            let source = Arc::clone(&source);
            tokio::spawn(async move { source.token().await.map_err(|error| error.to_string()) })
        })
        .collect();
    for result in waiting {
        assert_eq!(result.await.expect("no panic"), Err("the vault is shut".to_owned()));
    }
    assert_eq!(fetched.load(Ordering::SeqCst), 1);
    assert_eq!(source.token().await.expect("a token").expose(), "t");
}

#[tokio::test(start_paused = true)]
async fn an_early_renewal_that_fails_leaves_the_old_token_to_its_end() {
    let fetched = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&fetched);
    let source = RenewingToken::new(move || {
        let number = counter.fetch_add(1, Ordering::SeqCst);
        async move {
            match number {
                0 => Ok(FreshToken::new(Token::new("old")?).expires_in(Duration::from_secs(100))),
                _ => Err("the vault is shut".into()),
            }
        }
    });
    source.token().await.expect("a token");
    tokio::time::advance(Duration::from_secs(99)).await;
    assert_eq!(source.token().await.expect("still valid").expose(), "old");
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(source.token().await.expect_err("over").to_string(), "the vault is shut");
    assert_eq!(fetched.load(Ordering::SeqCst), 3);
}
