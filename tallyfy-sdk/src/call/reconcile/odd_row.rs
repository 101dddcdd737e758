//! What is compared of a row that could not be read: as much of it as tells whether it may be the object. It is there, so it
//! is never passed over, and never returned. Not here: the judgement (`judge.rs`).

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;

use super::likeness::{name_of, texts};
use super::{Candidate, LookContext, Met};
use crate::page::Page;

impl LookContext {
    /// The rows of a page that could not be read, but for those that are surely older than the call.
    pub(crate) fn odd_rows_of<T>(&self, page: &Page<T>) -> Met<T> {
        let described = page.odd_rows().iter().map(|row| (described(&row.value), None));
        described.filter(|(candidate, _)| self.contains(candidate)).collect()
    }
}

fn described(row: &Value) -> Candidate {
    let created_at = row.get("created_at").and_then(|at| serde_json::from_value(at.clone()).ok());
    let mut words = Vec::new();
    texts(row, &mut words);
    let candidate = Candidate::new(id_of(row)).name(name_of(row)).created_at(created_at.as_ref());
    let candidate = words.into_iter().fold(candidate, |candidate, text| candidate.text(Some(text)));
    Candidate { is_unreadable: true, ..candidate }
}

/// Its id, or something else by which it is recognized in the next look; that is never shown.
fn id_of(row: &Value) -> String {
    match row.get("id") {
        Some(Value::String(id)) if !id.is_empty() => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        _ => {
            let mut hasher = DefaultHasher::new();
            row.to_string().hash(&mut hasher);
            format!("row {:x}", hasher.finish())
        }
    }
}
