//! What a misspelt word may have meant.
//!
//! Not here: which words there are; those who ask know.

/// The word that is nearest, when one is near enough and no other is as near. Case does not count.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let scored = known.into_iter().map(|one| (likeness(&word, &one.to_lowercase()), one));
    let mut near: Vec<_> = scored.filter(|(likeness, _)| *likeness >= 0.8).collect();
    near.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    match near.as_slice() {
        [(first, _), (second, _), ..] if first == second => None,
        [(_, one), ..] => Some(one),
        [] => None,
    }
}

/// Letters that stand in another order, are missing or are too many; or one word begins the other.
fn likeness(word: &str, other: &str) -> f64 {
    let edits = strsim::normalized_damerau_levenshtein(word, other);
    let short = word.chars().count().min(other.chars().count());
    let begins = short >= 4 && (other.starts_with(word) || word.starts_with(other));
    // Short words have few letters to be right in.
    let slip = edits >= 0.6 && strsim::damerau_levenshtein(word, other) <= 2;
    let edits = if slip { edits.max(0.8 + edits * 0.05) } else { edits };
    let long = word.chars().count().max(other.chars().count());
    if begins { edits.max(0.8 + 0.1 * short as f64 / long as f64) } else { edits }
}

/// `; did you mean X?`, or nothing.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, known).map_or_else(String::new, |one| format!("; did you mean `{one}`?"))
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn small_mistakes_are_seen_and_other_words_are_not_guessed() {
        let known = ["assignees", "title", "groups", "deadline", "Load", "Vendor name"];
        for (word, expected) in [
            ("assignee", Some("assignees")),
            ("asignees", Some("assignees")),
            ("titel", Some("title")),
            ("Titles", Some("title")),
            ("load", Some("Load")),
            ("vendor", Some("Vendor name")),
            ("deadlin", Some("deadline")),
            ("colour", None),
            ("D", None),
        ] {
            assert_eq!(nearest(word, known), expected, "{word}");
        }
        assert_eq!(nearest("title", []), None);
    }
}
