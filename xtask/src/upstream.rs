//! `cargo xtask spec upstream`: our document beside a foreign one, OpenAPI 3 or Swagger 2.0, of the same service. Here:
//! which operations and parameters either side lacks. Bodies are compared in `upstream/fields.rs`; how a Swagger 2.0
//! document becomes an OpenAPI 3 one is in `upstream/swagger.rs`. Versions of our own document: `diff.rs`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use anyhow::{Result, bail};
use serde_json::{Value, json};

use crate::{
    diff::shape::{Shape, choices},
    spec::{self, METHODS, Operation, operations, resolve},
};

mod fields;
pub mod swagger;

/// Which document knows something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// Theirs has what ours lacks.
    Theirs,
    /// Both have it, but not alike.
    Both,
    /// Ours has what theirs lacks.
    Ours,
}

impl Side {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Theirs => "only theirs",
            Self::Both => "differs",
            Self::Ours => "only ours",
        }
    }
}

/// One thing in which the documents part ways.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// Who has it.
    pub side: Side,
    /// Our operation id and the part of it, a component of ours with a property, or method and path.
    pub place: String,
    /// What it is.
    pub what: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<11}  {}: {}", self.side.word(), self.place, self.what)
    }
}

/// A Swagger 2.0 or OpenAPI 3 document as an OpenAPI 3 one.
pub fn modern(document: &Value) -> Result<Value> {
    let version = |key: &str| document[key].as_str().unwrap_or_default().to_owned();
    match (version("swagger").as_str(), version("openapi").as_str()) {
        (two, _) if two.starts_with("2.") => Ok(swagger::convert(document)),
        (_, three) if three.starts_with("3.") => Ok(document.clone()),
        _ => bail!("the foreign document names neither `swagger: 2.0` nor `openapi: 3.x`"),
    }
}

/// Every difference; what only they have comes first, for it is what we may have missed.
pub fn compare(ours: &Value, theirs: &Value) -> Result<Vec<Difference>> {
    let theirs = modern(theirs)?;
    let mut comparison = Comparison {
        ours,
        theirs: &theirs,
        found: BTreeSet::new(),
        seen: BTreeSet::new(),
        queue: Vec::new(),
    };
    comparison.operations();
    comparison.fields();
    Ok(comparison.found.into_iter().collect())
}

pub(crate) struct Comparison<'a> {
    ours: &'a Value,
    theirs: &'a Value,
    found: BTreeSet<Difference>,
    /// Pairs of component names that were compared or wait for it, with the direction.
    seen: BTreeSet<(String, String, bool)>,
    queue: Vec<fields::Pair>,
}

impl Comparison<'_> {
    fn report(&mut self, side: Side, place: &str, what: impl Into<String>) {
        self.found.insert(Difference { side, place: place.into(), what: what.into() });
    }

    fn operations(&mut self) {
        let (ours, theirs) = (self.ours, self.theirs);
        let bases = bases(theirs);
        let mine: BTreeMap<_, _> =
            operations(ours).into_iter().map(|one| ((place(one.path, &[]), one.method), one)).collect();
        let other: BTreeMap<_, _> =
            operations(theirs).into_iter().map(|one| ((place(one.path, &bases), one.method), one)).collect();
        for ((path, method), operation) in &other {
            match mine.get(&(path.clone(), *method)) {
                Some(known) => self.operation(known, operation),
                None => {
                    let known: Vec<_> =
                        METHODS.iter().filter(|m| mine.contains_key(&(path.clone(), **m))).collect();
                    let beside = if known.is_empty() { "" } else { "; we know the path with other methods" };
                    let (method, path) = (method.to_uppercase(), operation.path);
                    let what = format!("{}{beside}", operation.id());
                    self.report(Side::Theirs, &format!("{method} {path}"), what);
                }
            }
        }
        for ((path, method), operation) in mine.iter().filter(|(key, _)| !other.contains_key(*key)) {
            let there = METHODS.iter().any(|m| other.contains_key(&(path.clone(), *m)));
            let beside = if there { "; they know the path with other methods" } else { "" };
            let place = format!("{} {}", method.to_uppercase(), operation.path);
            self.report(Side::Ours, &place, format!("{}{beside}", operation.id()));
        }
    }

    fn operation(&mut self, ours: &Operation<'_>, theirs: &Operation<'_>) {
        self.parameters(ours, theirs);
        let id = ours.id();
        let body = |document, operation: &Operation<'_>| {
            let body = resolve(document, &operation.node["requestBody"]);
            schema(&body["content"]).cloned()
        };
        self.bodies(&format!("{id} body"), body(self.ours, ours), body(self.theirs, theirs), true);
        let answer = |document, operation: &Operation<'_>| {
            let answers = operation.node["responses"].as_object()?;
            let good = answers.iter().filter(|(code, _)| code.starts_with('2'));
            let mut schemas = good.filter_map(|(_, answer)| schema(&resolve(document, answer)["content"]));
            schemas.next().cloned()
        };
        self.bodies(&format!("{id} answer"), answer(self.ours, ours), answer(self.theirs, theirs), false);
    }

    fn bodies(&mut self, place: &str, ours: Option<Value>, theirs: Option<Value>, sent: bool) {
        match (ours, theirs) {
            (Some(ours), Some(theirs)) => self.pair(place, &ours, &theirs, sent),
            (Some(_), None) if sent => self.report(Side::Ours, place, "has a body"),
            (None, Some(_)) => self.report(Side::Theirs, place, "has a body"),
            // Most foreign documents leave answers out; that says nothing.
            _ => {}
        }
    }

    fn parameters(&mut self, ours: &Operation<'_>, theirs: &Operation<'_>) {
        let named = |operation: &Operation<'_>, document| -> BTreeMap<String, Value> {
            let query = operation.parameters(document).filter(|parameter| parameter["in"] == "query");
            // `status[]` and `status` are one parameter in two ways of writing.
            let name =
                |one: &Value| one["name"].as_str().unwrap_or_default().trim_end_matches("[]").to_owned();
            query.map(|parameter| (name(parameter), parameter.clone())).collect()
        };
        let id = ours.id();
        let (mine, other) = (named(ours, self.ours), named(theirs, self.theirs));
        for (name, parameter) in &other {
            let place = format!("{id} query/{name}");
            let Some(known) = mine.get(name) else {
                let kind = Shape::of(self.theirs, &parameter["schema"]).key();
                self.report(Side::Theirs, &place, kind);
                continue;
            };
            if (known["required"] == true) != (parameter["required"] == true) {
                let word = |one: &Value| if one["required"] == true { "required" } else { "optional" };
                let what = format!("{} in ours, {} in theirs", word(known), word(parameter));
                self.report(Side::Both, &place, what);
            }
            self.pair(&place, &known["schema"], &parameter["schema"], true);
        }
        for name in mine.keys().filter(|name| !other.contains_key(*name)) {
            self.report(Side::Ours, &format!("{id} query/{name}"), "is a query parameter");
        }
    }
}

/// The schema of a body: JSON if there is any, else the first that there is.
fn schema(content: &Value) -> Option<&Value> {
    let media = content.as_object()?;
    let json = media.iter().find(|(name, _)| name.contains("json")).map(|(_, body)| body);
    json.or_else(|| media.values().next()).map(|body| &body["schema"]).filter(|schema| schema.is_object())
}

/// Paths under which the foreign document says that its own begin, the longest first.
fn bases(document: &Value) -> Vec<String> {
    let servers = document["servers"].as_array().into_iter().flatten();
    let urls = servers.filter_map(|server| server["url"].as_str());
    let path = |url: &str| {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        rest.find('/').map_or_else(String::new, |slash| rest[slash..].trim_end_matches('/').to_owned())
    };
    let mut bases: Vec<String> = urls.map(path).filter(|base| !base.is_empty()).collect();
    bases.sort_by_key(|base| std::cmp::Reverse(base.len()));
    bases
}

/// The path as both sides know it: without `/api`, without a version, without names of parameters.
fn place(path: &str, bases: &[String]) -> String {
    let whole = match bases.first() {
        Some(base) if !path.starts_with(base.as_str()) => format!("{base}{path}"),
        _ => path.to_owned(),
    };
    let mut parts: Vec<&str> = whole.split('/').filter(|part| !part.is_empty()).collect();
    while parts.first().is_some_and(|part| *part == "api" || is_version(part)) {
        parts.remove(0);
    }
    crate::diff::path_shape(&format!("/{}", parts.join("/")))
}

fn is_version(part: &str) -> bool {
    part.strip_prefix('v').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
}

/// How many differences there are of each side: theirs, both, ours.
pub fn counts(found: &[Difference]) -> [usize; 3] {
    [Side::Theirs, Side::Both, Side::Ours].map(|side| found.iter().filter(|one| one.side == side).count())
}

/// The report for people.
pub fn text(found: &[Difference]) -> String {
    let [theirs, both, ours] = counts(found);
    let lines: String = found.iter().map(|one| format!("{one}\n")).collect();
    format!("{lines}{theirs} only theirs, {both} differ, {ours} only ours\n")
}

/// The report for machines.
pub fn json(found: &[Difference]) -> String {
    let [theirs, both, ours] = counts(found);
    let rows: Vec<Value> = found
        .iter()
        .map(|one| json!({"side": one.side.word(), "place": one.place, "what": one.what}))
        .collect();
    spec::pretty(&json!({"only_theirs": theirs, "differ": both, "only_ours": ours, "differences": rows}))
}

/// The branch of ours that is like theirs, or the first.
pub(crate) fn like(document: &Value, node: &Value, wanted: &Shape) -> (Value, bool) {
    let (all, _) = choices(document, node);
    let fits = |one: &&Value| {
        let shape = Shape::of(document, one);
        shape.kind.is_none() || wanted.kind.is_none() || shape.key() == wanted.key()
    };
    match all.iter().find(fits) {
        Some(one) => (one.clone(), true),
        None => (all.first().cloned().unwrap_or_default(), false),
    }
}
