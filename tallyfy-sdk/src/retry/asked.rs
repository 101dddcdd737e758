//! How long an answer asks to wait: reading `Retry-After`. What follows from it is decided in `retry.rs` and `pace.rs`.

use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, RETRY_AFTER};

/// Where a wait was asked for that cannot be read. The windows of the limits by user or address last a minute or less
/// (docs:open-api/api-clients/postman/troubleshooting): half of that, so that a call can still be repeated.
const GUESS: Duration = Duration::from_secs(30);

/// The service's own caps are by the day at most (docs:miscellaneous/troubleshooting).
const LONGEST_WINDOW: Duration = Duration::from_secs(24 * 3600);

/// A wait that an answer asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AskedWait {
    pub(crate) wait: Duration,
    /// It was asked for in a way that cannot be read.
    pub(crate) is_guess: bool,
}

impl AskedWait {
    pub(crate) fn new(wait: Duration) -> Self {
        Self { wait, is_guess: false }
    }

    /// The time to the end of a window, where nothing else was asked for. The longest windows are days.
    pub(crate) fn until_reset(reset: Duration) -> Self {
        match reset <= LONGEST_WINDOW {
            true => Self::new(reset),
            false => Self { wait: GUESS, is_guess: true },
        }
    }

    /// By all `Retry-After` of an answer: the longest. `now` is the server's clock.
    pub(crate) fn read(headers: &HeaderMap, now: impl Fn() -> SystemTime) -> Option<Self> {
        let waits = headers.get_all(RETRY_AFTER).iter().map(|value| {
            let wait = value.to_str().ok().and_then(|text| wait_in(text.trim(), &now));
            wait.map_or(Self { wait: GUESS, is_guess: true }, Self::new)
        });
        waits.max_by_key(|asked| asked.wait)
    }
}

/// Seconds, also with decimals; an HTTP date, of which a past one means at once; or seconds joined by commas, as several
/// headers of one name are by what lies on the way.
fn wait_in(text: &str, now: impl Fn() -> SystemTime) -> Option<Duration> {
    if let Ok(at) = httpdate::parse_http_date(text) {
        return Some(at.duration_since(now()).unwrap_or_default());
    }
    text.split(',').map(|part| seconds(part.trim())).collect::<Option<Vec<_>>>()?.into_iter().max()
}

/// Rounded up, never down. More seconds than can be counted are as many as can be.
fn seconds(text: &str) -> Option<Duration> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let whole = Duration::from_secs(whole.parse().unwrap_or(u64::MAX));
    let kept = &fraction[..fraction.len().min(9)];
    let nanos: u64 = format!("{kept:0<9}").parse().ok()?;
    let more = fraction[kept.len()..].bytes().any(|digit| digit != b'0');
    Some(whole.saturating_add(Duration::from_nanos(nanos + u64::from(more))))
}

#[cfg(test)]
mod tests {
    //! What is read of which text.

    use std::time::UNIX_EPOCH;

    use reqwest::header::HeaderValue;

    use super::*;

    /// Of these headers, at 1994-11-06 08:49:37 UTC.
    fn read(texts: &[&str]) -> Option<AskedWait> {
        let mut headers = HeaderMap::new();
        for text in texts {
            headers.append(RETRY_AFTER, HeaderValue::from_bytes(text.as_bytes()).expect(text));
        }
        AskedWait::read(&headers, || UNIX_EPOCH + Duration::from_secs(784_111_777))
    }

    #[test]
    fn seconds_and_dates_are_read_and_never_rounded_down() {
        for (text, seconds, nanos) in [
            ("120", 120, 0),
            (" 7 ", 7, 0),
            ("\t7", 7, 0),
            ("007", 7, 0),
            ("0", 0, 0),
            ("30.5", 30, 500_000_000),
            ("0.25", 0, 250_000_000),
            ("1.0", 1, 0),
            ("1.0000000001", 1, 1),
            ("1.9999999999", 2, 0),
            ("1, 40", 40, 0),
            ("40,1", 40, 0),
            ("Sun, 06 Nov 1994 08:50:07 GMT", 30, 0),
            ("Sunday, 06-Nov-94 08:50:07 GMT", 30, 0),
            ("Sun Nov  6 08:50:07 1994", 30, 0),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 0, 0),
            ("Sun, 06 Nov 1994 08:00:00 GMT", 0, 0),
            ("18446744073709551615", u64::MAX, 0),
            ("18446744073709551616.5", u64::MAX, 500_000_000),
        ] {
            assert_eq!(read(&[text]), Some(AskedWait::new(Duration::new(seconds, nanos))), "{text:?}");
        }
        assert_eq!(read(&["2", "50", "10"]), Some(AskedWait::new(Duration::from_secs(50))));
        assert_eq!(read(&[]), None);
    }

    #[test]
    fn the_end_of_a_window_is_a_wait_of_a_day_at_most() {
        let (day, longer) = (Duration::from_secs(86_400), Duration::from_secs(86_401));
        assert_eq!(AskedWait::until_reset(day), AskedWait::new(day));
        assert!(AskedWait::until_reset(longer).is_guess && AskedWait::until_reset(Duration::MAX).is_guess);
    }

    #[test]
    fn what_cannot_be_read_is_a_long_wait() {
        let guess = Some(AskedWait { wait: Duration::from_secs(30), is_guess: true });
        for text in [
            "",
            "-1",
            "+5",
            "soon",
            "1e3",
            "NaN",
            "inf",
            "0x10",
            "30s",
            "30 seconds",
            ".",
            "5.",
            ".5",
            "1.-5",
            "5,soon",
            "Sun, 06 Nov",
            "\u{a0}5",
        ] {
            assert_eq!(read(&[text]), guess, "{text:?}");
        }
        assert_eq!(read(&["2", "soon"]), guess);
        assert_eq!(read(&["soon", "50"]), Some(AskedWait::new(Duration::from_secs(50))));
    }
}
