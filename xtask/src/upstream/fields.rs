//! Compares bodies and parameters of both documents, field by field. Not here: which of them belong together.

use serde_json::Value;

use super::{Comparison, Side, like};
use crate::{
    diff::shape::{Shape, choices, name},
    spec::schema_name,
};

/// Two schemas for one place, still to be compared.
pub(crate) struct Pair {
    place: String,
    ours: Value,
    theirs: Value,
    /// Whether the value goes to the service.
    sent: bool,
}

impl Comparison<'_> {
    /// Remembers two schemas. Two components meet once, in the place of ours.
    pub(super) fn pair(&mut self, place: &str, ours: &Value, theirs: &Value, sent: bool) {
        let mut place = place.to_owned();
        if let Some(mine) = schema_name(ours) {
            let other = schema_name(theirs).unwrap_or(&place).to_owned();
            if !self.seen.insert((mine.to_owned(), other, sent)) {
                return;
            }
            place = format!("schemas/{mine}");
        } else if let Some(other) = schema_name(theirs)
            && !self.seen.insert((place.clone(), other.to_owned(), sent))
        {
            return;
        }
        self.queue.push(Pair { place, ours: ours.clone(), theirs: theirs.clone(), sent });
    }

    pub(super) fn fields(&mut self) {
        while let Some(pair) = self.queue.pop() {
            // A place that grows for ever is a foreign schema that nests inline; nobody reads that deep.
            if pair.place.len() < 300 {
                self.values(&pair);
            }
        }
    }

    fn values(&mut self, pair: &Pair) {
        let (mut all, _) = choices(self.theirs, &pair.theirs);
        let Some(first) = all.drain(..).next() else { return };
        let mut theirs = Shape::of(self.theirs, &first);
        let (mut chosen, mut fits) = like(self.ours, &pair.ours, &theirs);
        // An envelope on one side alone: go on with what is in it, and say so.
        if !fits {
            if let Some(inner) = inner(&theirs) {
                let bare = Shape::of(self.theirs, inner);
                let (again, like_it) = like(self.ours, &pair.ours, &bare);
                if like_it {
                    self.report(Side::Both, &pair.place, "bare in ours, under `data` in theirs");
                    (theirs, chosen, fits) = (bare, again, true);
                }
            } else if let Some(inner) = inner(&Shape::of(self.ours, &chosen)) {
                let (again, like_it) = like(self.ours, inner, &theirs);
                if like_it {
                    self.report(Side::Both, &pair.place, "under `data` in ours, bare in theirs");
                    (chosen, fits) = (again, true);
                }
            }
        }
        let ours = Shape::of(self.ours, &chosen);
        if !fits {
            let what =
                format!("{} in ours, {} in theirs", name(self.ours, &chosen), name(self.theirs, &first));
            return self.report(Side::Both, &pair.place, what);
        }
        self.words(pair, &ours, &theirs);
        self.properties(pair, &ours, &theirs);
        if let (Some(mine), Some(other)) = (&ours.items, &theirs.items) {
            self.pair(&format!("{}[]", pair.place), mine, other, pair.sent);
        }
        if let (Some(mine), Some(other)) = (&ours.map, &theirs.map) {
            self.pair(&format!("{}{{}}", pair.place), mine, other, pair.sent);
        }
    }

    /// Known values. Ours are often more than theirs, for we read many sources; both are told.
    fn words(&mut self, pair: &Pair, ours: &Shape, theirs: &Shape) {
        let (mine, other) = match (&ours.values, &theirs.values) {
            (Some((mine, _)), Some((other, _))) => (mine, other),
            (None, Some((other, _))) => {
                let listed: Vec<_> = other.iter().map(String::as_str).collect();
                let what = format!("has known values in theirs: {}", listed.join(", "));
                return self.report(Side::Theirs, &pair.place, what);
            }
            _ => return,
        };
        for value in other.difference(mine) {
            self.report(Side::Theirs, &pair.place, format!("value `{value}`"));
        }
        for value in mine.difference(other) {
            self.report(Side::Ours, &pair.place, format!("value `{value}`"));
        }
    }

    fn properties(&mut self, pair: &Pair, ours: &Shape, theirs: &Shape) {
        // An object without properties promises nothing, on either side.
        if theirs.properties.is_empty() || ours.properties.is_empty() {
            return;
        }
        for (property, node) in &theirs.properties {
            let place = format!("{}.{property}", pair.place);
            let Some(mine) = ours.properties.get(property) else {
                self.report(Side::Theirs, &place, name(self.theirs, node));
                continue;
            };
            let (must, demand) = (ours.required.contains(property), theirs.required.contains(property));
            if pair.sent && must != demand {
                let word = |required| if required { "required" } else { "optional" };
                let what = format!("{} in ours, {} in theirs", word(must), word(demand));
                self.report(Side::Both, &place, what);
            }
            self.pair(&place, mine, node, pair.sent);
        }
        for (property, node) in
            ours.properties.iter().filter(|(key, _)| !theirs.properties.contains_key(*key))
        {
            let place = format!("{}.{property}", pair.place);
            self.report(Side::Ours, &place, name(self.ours, node));
        }
    }
}

/// What stands under `data`, when an object is an envelope.
fn inner(shape: &Shape) -> Option<&Value> {
    let beside = shape.properties.keys().filter(|key| *key != "data" && *key != "meta").count();
    if beside == 0 { shape.properties.get("data") } else { None }
}
