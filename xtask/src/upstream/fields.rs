//! Compares bodies and parameters of both documents, field by field. Not here: which of them belong together.

use serde_json::Value;

use super::{Comparison, Side, like};
use crate::{
    diff::shape::{Shape, choices, name, reference},
    spec::resolve,
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
        if let Some(mine) = reference(ours) {
            let other = reference(theirs).unwrap_or(&place).to_owned();
            if !self.seen.insert((mine.to_owned(), other, sent)) {
                return;
            }
            place = format!("schemas/{mine}");
        } else if let Some(other) = reference(theirs)
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
        let Some(theirs_node) = choices(self.theirs, &pair.theirs).0.into_iter().next() else { return };
        let theirs = Shape::of(self.theirs, &theirs_node);
        let (ours_node, fits) = like(self.ours, &pair.ours, &theirs);
        if !fits {
            return self.unlike(pair, &ours_node, &theirs_node);
        }
        if reference(&ours_node).is_some() && ours_node != pair.ours {
            return self.pair(&pair.place, &ours_node, &theirs_node, pair.sent);
        }
        let ours = Shape::of(self.ours, &ours_node);
        self.words(pair, &ours, &theirs);
        self.properties(pair, &ours, &theirs);
        if let (Some(mine), Some(other)) = (&ours.items, &theirs.items) {
            self.pair(&format!("{}[]", pair.place), mine, other, pair.sent);
        }
        if let (Some(mine), Some(other)) = (&ours.map, &theirs.map) {
            self.pair(&format!("{}{{}}", pair.place), mine, other, pair.sent);
        }
    }

    /// Two types where one was expected. An envelope on one side alone is said, and what is in it compared.
    fn unlike(&mut self, pair: &Pair, ours: &Value, theirs: &Value) {
        let (mine, other) = (Shape::of(self.ours, ours), Shape::of(self.theirs, theirs));
        if let Some(bare) = inner(&other)
            && like(self.ours, &pair.ours, &Shape::of(self.theirs, bare)).1
        {
            self.report(Side::Both, &pair.place, "bare in ours, under `data` in theirs");
            if let Some(other) = reference(bare)
                && !self.seen.insert((pair.place.clone(), other.to_owned(), pair.sent))
            {
                return;
            }
            let (ours, theirs) = (pair.ours.clone(), bare.clone());
            return self.queue.push(Pair { place: pair.place.clone(), ours, theirs, sent: pair.sent });
        }
        if let Some(bare) = inner(&mine)
            && like(self.ours, bare, &other).1
        {
            self.report(Side::Both, &pair.place, "under `data` in ours, bare in theirs");
            return self.pair(&pair.place, bare, theirs, pair.sent);
        }
        let mine = name(self.ours, resolve(self.ours, ours));
        let what = format!("{mine} in ours, {} in theirs", name(self.theirs, theirs));
        self.report(Side::Both, &pair.place, what);
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
