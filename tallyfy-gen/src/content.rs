//! What the document says that a place of an answer holds: the service's words, or what is people's. The table for all
//! operations is generated (`vocabulary.rs`); what becomes of either is decided by who reads it.

/// What a place holds.
#[derive(Clone, Copy, Debug)]
pub enum Content {
    /// Anything: people's, or without a documented shape, which counts as people's.
    Anything,
    /// A text of people, an address or an id.
    Text,
    /// A day, alone or with a time of it.
    Date,
    /// A number.
    Number,
    /// True or false.
    Flag,
    /// One of the service's words, sorted.
    Words(&'static [&'static str]),
    /// A list, by what each element holds.
    List(&'static Content),
    /// An object: its fields, sorted by name, and what stands under other keys, if people make them.
    Object(&'static [(&'static str, &'static Content)], Option<&'static Content>),
    /// One of these.
    OneOf(&'static [&'static Content]),
}

impl Content {
    /// All that a place may hold, without choices inside choices.
    pub fn choices(&'static self) -> Vec<&'static Self> {
        match self {
            Self::OneOf(choices) => choices.iter().flat_map(|choice| choice.choices()).collect(),
            single => vec![single],
        }
    }
}

/// What the successful answer of an operation holds; `Anything` where the document shows none.
pub fn answer(operation: &str) -> &'static Content {
    let answers = crate::vocabulary::ANSWERS;
    match answers.binary_search_by_key(&operation, |(id, _)| id) {
        Ok(at) => answers[at].1,
        Err(_) => &Content::Anything,
    }
}
