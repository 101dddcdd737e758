//! Rows whose text holds a text.
//!
//! Not here: which text of a row counts (`tasks`, `processes`).

use std::collections::HashMap;

use crate::state::bits::Bits;

/// How many questions are remembered with their answers.
const REMEMBERED: usize = 64;

/// Three letters that follow one another.
type Gram = [char; 3];

/// Texts of rows in lower case, found by any part of them. A question is narrowed down by the rarest three
/// letters of it; its answer is remembered and kept up to date, as lists are read page by page.
#[derive(Clone, Debug, Default)]
pub struct TextIndex {
    texts: Vec<Option<Box<str>>>,
    grams: HashMap<Gram, Vec<u32>>,
    remembered: Vec<(String, Bits)>,
}

impl TextIndex {
    /// Sets the text of a row, or takes it out.
    pub fn set(&mut self, slot: usize, text: Option<&str>) {
        if self.texts.len() <= slot {
            self.texts.resize(slot + 1, None);
        }
        let text = text.map(str::to_lowercase);
        if self.texts[slot].as_deref() == text.as_deref() {
            return;
        }
        for (question, rows) in &mut self.remembered {
            match &text {
                Some(text) if text.contains(question.as_str()) => rows.insert(slot),
                _ => rows.remove(slot),
            }
        }
        // Entries of the old text stay: whatever is found by letters is looked at again.
        for gram in text.as_deref().map(grams).unwrap_or_default() {
            let slots = self.grams.entry(gram).or_default();
            let slot = u32::try_from(slot).unwrap_or(u32::MAX);
            if let Err(at) = slots.binary_search(&slot) {
                slots.insert(at, slot);
            }
        }
        self.texts[slot] = text.map(String::into_boxed_str);
    }

    /// The rows whose text holds the question, whatever the case of its letters.
    pub fn find(&mut self, question: &str) -> Bits {
        let question = question.to_lowercase();
        let known = self.remembered.iter().position(|(known, _)| *known == question);
        let answer = match known {
            Some(at) => self.remembered.remove(at),
            None => {
                let rows = self.search(&question);
                (question, rows)
            }
        };
        let rows = answer.1.clone();
        self.remembered.push(answer);
        if self.remembered.len() > REMEMBERED {
            self.remembered.remove(0);
        }
        rows
    }

    fn search(&self, question: &str) -> Bits {
        let holds = |slot: usize| {
            let text = self.texts.get(slot).and_then(Option::as_deref);
            text.is_some_and(|text| text.contains(question))
        };
        let none = Vec::new();
        let grams = grams(question).into_iter().map(|gram| self.grams.get(&gram).unwrap_or(&none));
        match grams.min_by_key(|slots| slots.len()) {
            Some(slots) => slots.iter().map(|slot| *slot as usize).filter(|slot| holds(*slot)).collect(),
            None => (0..self.texts.len()).filter(|slot| holds(*slot)).collect(),
        }
    }
}

fn grams(text: &str) -> Vec<Gram> {
    let letters: Vec<char> = text.chars().collect();
    let mut grams: Vec<Gram> = letters.windows(3).map(|window| [window[0], window[1], window[2]]).collect();
    grams.sort_unstable();
    grams.dedup();
    grams
}

#[cfg(test)]
mod tests {
    use super::TextIndex;

    #[track_caller]
    fn check(index: &mut TextIndex, question: &str, expected: &[usize]) {
        // Twice: the second answer is a remembered one.
        for _ in 0..2 {
            assert_eq!(index.find(question).iter().collect::<Vec<_>>(), expected, "{question}");
        }
    }

    #[test]
    fn any_part_of_a_text_finds_it() {
        let mut index = TextIndex::default();
        for (slot, text) in ["Weekly check 35", "Vendor onboarding", "WEEKLY Straße 350"].iter().enumerate()
        {
            index.set(slot, Some(text));
        }
        check(&mut index, "weekly", &[0, 2]);
        check(&mut index, "35", &[0, 2]);
        check(&mut index, "k 35", &[0]);
        check(&mut index, "STRASSE", &[]);
        check(&mut index, "straße", &[2]);
        check(&mut index, "lyweek", &[]);
        check(&mut index, "", &[0, 1, 2]);
        index.set(0, Some("Vendor check"));
        index.set(2, None);
        check(&mut index, "weekly", &[]);
        check(&mut index, "vendor", &[0, 1]);
        check(&mut index, "35", &[]);
        index.set(0, Some("Weekly check 35"));
        check(&mut index, "weekly", &[0]);
    }

    #[test]
    fn more_questions_than_are_remembered_are_answered() {
        let mut index = TextIndex::default();
        for slot in 0..200 {
            index.set(slot, Some(&format!("row {slot:03}")));
        }
        for slot in (0..200).chain(0..200) {
            check(&mut index, &format!("row {slot:03}"), &[slot]);
        }
    }
}
