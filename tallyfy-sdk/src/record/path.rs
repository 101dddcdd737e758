//! What an unknown path shares with those of the document: its words can be told from ids. Not here: what may be shown of it
//! (`scrub`), and known paths, in whose place their template is written.

use tallyfy_gen::operations::OPERATIONS;

/// A part of a path, by what the document has in its place.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// The same word.
    Word(&'a str),
    /// An id.
    Id(&'a str),
    /// Nothing: it goes on otherwise, or has ended.
    Strange(&'a str),
}

/// The parts of a path, without what the base address adds. Where a word and an id both fit, the word is meant.
pub(super) fn parts(path: &str) -> Vec<Part<'_>> {
    let path = path.split_once("/api/").map_or(path, |(_, rest)| rest);
    let mut fitting: Vec<&str> = OPERATIONS.iter().map(|operation| operation.path).collect();
    let mut found = Vec::new();
    for (at, part) in segments(path).enumerate() {
        let select = |fits: &dyn Fn(&str) -> bool| -> Vec<&str> {
            fitting.iter().copied().filter(|path| segments(path).nth(at).is_some_and(fits)).collect()
        };
        let (words, ids) = (select(&|word| word == part), select(&|word| word.starts_with('{')));
        found.push(match (words.is_empty(), ids.is_empty()) {
            (false, _) => Part::Word(part),
            (true, false) => Part::Id(part),
            (true, true) => Part::Strange(part),
        });
        fitting = if words.is_empty() { ids } else { words };
    }
    found
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}
