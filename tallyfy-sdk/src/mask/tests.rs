//! What is taken out, and what is left.

use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderValue, LOCATION, SET_COOKIE};

use super::{Secret, of_strangers, without_addresses, without_words};

#[test]
fn addresses_go_and_the_rest_stays() {
    for (text, left) in [
        ("The email kim@lund.test is taken.", "The email *** is taken."),
        ("Write to kim.b+x@lund.test.", "Write to ***."),
        ("guests/kim%40lund.test/x", "guests/***/x"),
        ("<kim@lund.test>, \"ann@b.test\"", "<***>, \"***\""),
        ("ünï@bücher.test", "***"),
        ("mail:kim@localhost", "mail:***"),
        ("5 @ 3, @kim, kim@", "5 @ 3, @kim, kim@"),
        ("no address", "no address"),
    ] {
        assert_eq!(without_addresses(text), left, "{text}");
    }
}

#[test]
fn what_was_sent_goes_where_it_is_a_word() {
    let sent = ["Blue Fjord".to_owned(), "an".to_owned(), "(x)".to_owned()];
    for (text, left) in [
        ("Vendor Blue Fjord cannot be an owner", "Vendor *** cannot be *** owner"),
        ("Blue Fjords and Blue Fjord, Blue Fjord", "Blue Fjords and ***, ***"),
        ("an, any, ban", "***, any, ban"),
        ("f(x)y", "f***y"),
        ("", ""),
    ] {
        assert_eq!(without_words(text, &sent), left, "{text}");
    }
}

#[test]
fn words_of_strangers_lose_what_looks_like_a_secret() {
    for (text, left) in [
        ("the vault is shut", "the vault is shut"),
        ("no record found for go.tallyfy.com.", "no record found for go.tallyfy.com."),
        (
            "tcp connect error: Connection refused (os error 111)",
            "tcp connect error: Connection refused (os error 111)",
        ),
        ("refused: Bearer abc", "refused: Bearer ***"),
        ("password=hunter2 is wrong", "password=*** is wrong"),
        ("client_secret: hunter2 is wrong", "client_secret: *** is wrong"),
        ("tok-4f1e9d-very-secret was rejected", "*** was rejected"),
        ("at https://kim:hunter2@lund.test/a?x=1#y", "at https://lund.test/a"),
        ("kim@lund.test is unknown", "*** is unknown"),
        ("hyper_util::client::legacy::Error(Connect)", "hyper_util::client::legacy::Error(Connect)"),
    ] {
        assert_eq!(of_strangers(text), left, "{text}");
    }
}

#[test]
fn a_secret_goes_in_every_form() {
    let secret = Secret::new("ab/c+d");
    let mut text = r"ab/c+d ab\/c+d ab%2Fc%2Bd ab".to_owned();
    secret.out_of(&mut text);
    assert_eq!(text, "*** *** *** ab");
    assert_eq!(secret.out_of_bytes(Bytes::from_static(b"\xffab/c+dab/c+d.")), &b"\xff******."[..]);
    let mut headers = HeaderMap::new();
    headers.insert(LOCATION, HeaderValue::from_static("/login?t=ab%2Fc%2Bd"));
    headers.insert(SET_COOKIE, HeaderValue::from_static("session=1"));
    secret.out_of_headers(&mut headers);
    assert_eq!(headers[LOCATION], "/login?t=***");
    assert!(headers[SET_COOKIE].is_sensitive());
    assert!(!Secret::new("").is_in("anything"));
}

/// The first part of a JWT is the same for all, so whoever has the others has the token.
#[test]
fn the_parts_of_a_token_that_has_parts_are_secrets_too() {
    let secret = Secret::new("eyJ0eXAiOiJKV1QifQ.eyJzdWIiOiIxMDAxIiwiYSI6MX0.c2lnbmF0dXJlLW9mLXRoYXQ");
    for (said, left) in [
        ("Wrong signature c2lnbmF0dXJlLW9mLXRoYXQ", "Wrong signature ***"),
        ("Bad payload: eyJzdWIiOiIxMDAxIiwiYSI6MX0!", "Bad payload: ***!"),
        ("cut: .eyJzdWIiOiIxMDAxIiwiYSI6MX0.c2lnbmF0dXJlLW9mLXRoYXQ", "cut: .***.***"),
        ("v1.2.0 of a.b", "v1.2.0 of a.b"),
    ] {
        let mut text = said.to_owned();
        secret.out_of(&mut text);
        assert_eq!(text, left);
    }
}

/// A secret, planted everywhere in a text that is cut everywhere, in every form in which it may stand there.
#[test]
fn no_cut_of_a_text_leaves_more_of_a_secret_than_anybody_could_use() {
    const TOKEN: &str = "tok4f1e9d/Very+Secret==77";
    let secret = Secret::new(TOKEN);
    let forms = [
        TOKEN,
        r"tok4f1e9d\/Very+Secret==77",
        "tok4f1e9d%2FVery%2BSecret%3D%3D77",
        "tok4f1e9d%2fVery%2bSecret%3d%3d77",
        "tok4f1e9d&#x2F;Very+Secret&#x3D;&#x3D;77",
    ];
    for form in forms {
        for before in ["", "Bearer ", "é", "xtok4f", "tok4f1e9d/V"] {
            let whole = format!("{before}{form}é is unknown, {form}{form}.");
            for cut in (0..=whole.len()).filter(|cut| whole.is_char_boundary(*cut)) {
                let mut text = whole[..cut].to_owned();
                secret.out_of(&mut text);
                for shown in 6..=form.len() {
                    let start = &form[..shown];
                    // In the middle of a text a dozen characters are hidden, at its end half a dozen.
                    let leaks = if shown < 12 { text.ends_with(start) } else { text.contains(start) };
                    assert!(!leaks, "{start} of {form} in {text}, from {whole} cut at {cut}");
                }
                let bytes = secret.out_of_bytes(Bytes::copy_from_slice(&whole.as_bytes()[..cut]));
                assert_eq!(bytes, text, "bytes and texts alike");
            }
        }
    }
    let (short, mut text) = (Secret::new("s3cret"), "a s3cre, s3cret".to_owned());
    short.out_of(&mut text);
    assert_eq!(text, "a s3cre, ***");
}

#[test]
fn a_secret_that_is_there_ten_thousand_times_costs_one_pass() {
    let secret = Secret::new("tok4f1e9d/Very+Secret==77");
    let text = "tok4f1e9d/Very+Secret==77,".repeat(10_000);
    assert_eq!(secret.out_of_bytes(text.into()), "***,".repeat(10_000));
}
