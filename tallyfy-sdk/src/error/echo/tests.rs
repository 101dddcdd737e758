//! What comes back is found, however it is cut, and finding it costs little.

use reqwest::header::HeaderMap;
use serde_json::json;

use super::index::Index;
use super::{Echoes, Sent, echoes};

fn found(body: &[u8], texts: &[&str]) -> Echoes {
    let url = "https://x.test/organizations/o1".parse().expect("a URL");
    echoes(&Sent { url: &url, headers: &HeaderMap::new(), body: Some(body), content_type: "" }, texts)
}

#[test]
fn the_index_finds_what_is_there_and_how_far_it_goes() {
    let index = Index::of(&["Cellar audit is taken", "NO 912 345 Blåfjord", "aaaa"]);
    for (text, expected) in [
        ("Cellar audit", 12),
        ("audit is", 8),
        ("audit was", 6),
        ("taken", 5),
        ("takenNO", 5),
        ("912 345 Blåfjord", 17),
        ("Blåse", 4),
        ("Blæ", 2),
        ("aaaaa", 4),
        ("zzz", 0),
        ("", 0),
    ] {
        assert_eq!(index.longest_start(text), expected, "{text}");
    }
}

#[test]
fn the_index_agrees_with_a_plain_search() {
    let random = fastrand::Rng::with_seed(7);
    let mut random = random;
    for _ in 0..300 {
        let mut word =
            |most: usize| -> String { (0..random.usize(0..=most)).map(|_| random.char('a'..='c')).collect() };
        let (said, more, sent) = (word(40), word(40), word(8));
        let index = Index::of(&[&said, &more]);
        let longest =
            (0..=sent.len()).rev().find(|end| said.contains(&sent[..*end]) || more.contains(&sent[..*end]));
        assert_eq!(Some(index.longest_start(&sent)), longest, "{sent} in {said}, {more}");
    }
}

#[test]
fn what_comes_back_is_hidden_whole_cut_and_escaped() {
    let long = "a person's story that goes on and on ".repeat(200);
    let sent = json!({"name": "Cellar audit", "note": long, "x": "Lund & Sons", "b": "an"}).to_string();
    for (said, shown) in [
        ("Cellar audit is taken, not an audit", "*** is taken, not *** audit"),
        ("Cellar audits", "Cellar audits"),
        ("Lund &amp; Sons", "***"),
        // As Laravel cuts it, and as the server does who has no room.
        ("a person's story that goes on...", "***..."),
    ] {
        assert_eq!(found(sent.as_bytes(), &[said]).out_of(said).as_deref(), Some(shown), "{said}");
    }
    assert_eq!(found(b"\x89PNG a b", &["a b"]).out_of("a b").as_deref(), Some("a b"), "a file has no texts");
}

/// The address of a request comes back as it was written, in either way of writing a blank.
#[test]
fn what_comes_back_of_an_address_is_hidden_in_its_escaped_form_too() {
    let url = "https://x.test/organizations/o1/Kim%20Lund?q=Salary+of+Bl%C3%A5fjord&who=a%26b%20c".parse();
    let url = url.expect("a URL");
    let (headers, form) = (HeaderMap::new(), b"note=Order+of+Kim%40x");
    let content_type = "application/x-www-form-urlencoded";
    let sent = Sent { url: &url, headers: &headers, body: Some(form), content_type };
    for said in [
        "No route for /organizations/o1/Kim%20Lund",
        "No route for /organizations/o1/Kim+Lund",
        "No such search: q=Salary+of+Bl%C3%A5fjord",
        "No such search: q=Salary%20of%20Bl%C3%A5fjord",
        "No such search: q=Salary%20of%20Bl%c3%a5fjord",
        "No such search: who=a%26b+c",
        "No such note: Order%20of%20Kim%40x",
        "No such note: Order+of+Kim%40x",
    ] {
        let shown = echoes(&sent, &[said]).out_of(said).expect("little");
        for word in ["Kim", "Salary", "fjord", "a%26b"] {
            assert!(!shown.contains(word), "{shown}");
        }
    }
}

/// Counted, not timed: every byte of what was said costs a few steps once, every byte that was sent one at most.
#[test]
fn the_search_is_linear_in_what_was_said_and_sent() {
    let said = "Order 1234 of somebody is unknown here. ".repeat(50);
    let index = Index::of(&[said.as_str(); 8]);
    let built = index.steps.get();
    assert!(built <= 6 * 8 * said.len() as u64, "{built} steps for {} bytes", 8 * said.len());
    for worst in ["Order 1234 of somebody is unknown here. ".repeat(100), "x".repeat(4000), "O".repeat(4000)]
    {
        let before = index.steps.get();
        for _ in 0..100 {
            index.longest_start(&worst);
        }
        assert!(index.steps.get() - before <= 100 * worst.len() as u64);
    }
    // The hardest text for an automaton of this kind, and one letter alone.
    for hard in ["ab".repeat(4000), "a".repeat(8000), "a".repeat(4000) + &"b".repeat(4000)] {
        let index = Index::of(&[&hard]);
        assert!(index.steps.get() <= 6 * hard.len() as u64, "{}", index.steps.get());
    }
}

#[test]
fn more_echoes_than_a_sentence_has_hide_everything() {
    let numbers: Vec<u32> = (10_000..10_300).collect();
    let said: Vec<String> = numbers.iter().map(u32::to_string).collect();
    let said = said.join(" ");
    let all = found(json!({"numbers": numbers}).to_string().as_bytes(), &[&said]);
    assert_eq!(all.out_of("10000 is unknown"), None);
    let large = vec![b' '; super::LARGEST_BODY + 1];
    assert_eq!(found(&large, &["Server Error"]).out_of("Server Error"), None);
}
