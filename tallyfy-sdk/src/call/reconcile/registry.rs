//! What one client created, or may have: shared by its clones, so that no call takes for its own, or for a stranger's, what
//! another call made. Only of this run of the program, and only so much as memory allows: what is forgotten counts as
//! unknown, and what is unknown is never sent again.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;
use tallyfy_gen::operations::{self, Operation, Repeat};
use tallyfy_gen::wire::{self, Id};
use tokio::time::Instant;

use super::Candidate;
use super::likeness::{Sought, fold, forms, name_of, words};
use crate::client::Core;

/// Objects whose makers are remembered, 16 bytes each and the map's overhead.
const MOST_OBJECTS: usize = 20_000;
/// Ended calls with an open outcome that are remembered.
const MOST_ENDED: usize = 2_000;
/// How long after its call a lost request may still be carried out.
const LATE: Duration = Duration::from_secs(10 * 60);
/// The most text of a body that is kept.
const MOST_TEXT: usize = 16 * 1024;

/// The creations of a client.
#[derive(Default)]
pub(crate) struct CreationRegistry(Mutex<Creations>);

impl CreationRegistry {
    pub(super) fn lock(&self) -> MutexGuard<'_, Creations> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for CreationRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreationRegistry").finish_non_exhaustive()
    }
}

/// The number of a call that creates.
pub(super) type CallNumber = u64;

/// Where objects of one kind stand: the resource, the organization, and for processes the template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scope(u64);

#[derive(Default)]
pub(super) struct Creations {
    calls: CallNumber,
    makers: HashMap<u64, CallNumber>,
    /// The same objects, oldest first.
    objects: VecDeque<u64>,
    /// By call, so the oldest come first.
    intents: BTreeMap<CallNumber, Intent>,
    /// How many of them have ended.
    ended: usize,
}

/// What one call sent, as long as it may have created something that nobody has seen.
pub(super) struct Intent {
    call: CallNumber,
    scope: Scope,
    name: Vec<String>,
    marker: Option<Sought>,
    /// All that people read in the body, folded; `None` if that is too much.
    words: Option<String>,
    /// How many objects it may have created besides those that are known.
    open: u32,
    ended: Option<Instant>,
}

impl Creations {
    fn begin(&mut self, scope: Scope, body: &Value, marker: Option<Sought>) -> CallNumber {
        self.calls += 1;
        let words = words(body).into_iter().map(fold).collect::<Vec<_>>().join("\n");
        let intent = Intent {
            call: self.calls,
            scope,
            name: name_of(body).map(forms).unwrap_or_default(),
            marker,
            words: (words.len() <= MOST_TEXT).then_some(words),
            open: 0,
            ended: None,
        };
        self.intents.insert(self.calls, intent);
        self.calls
    }

    /// One request less whose outcome is open.
    fn settle(&mut self, call: CallNumber) {
        if let Some(intent) = self.intents.get_mut(&call) {
            intent.open = intent.open.saturating_sub(1);
            if intent.open == 0 && intent.ended.is_some() {
                self.forget(call);
            }
        }
    }

    /// What it left open is remembered.
    fn end(&mut self, call: CallNumber) {
        let Some(intent) = self.intents.get_mut(&call) else { return };
        intent.ended = Some(Instant::now());
        self.ended += 1;
        if intent.open == 0 {
            self.forget(call);
        }
        let mut ended = self.intents.values().filter(|intent| intent.ended.is_some());
        let oldest = ended.next().filter(|_| self.ended > MOST_ENDED);
        if let Some(oldest) = oldest.map(Intent::call) {
            self.forget(oldest);
        }
    }

    fn forget(&mut self, call: CallNumber) {
        let forgotten = self.intents.remove(&call);
        self.ended -= usize::from(forgotten.is_some_and(|intent| intent.ended.is_some()));
    }

    /// The object is that of the call.
    pub(super) fn claim(&mut self, call: CallNumber, tag: &str, id: &str) {
        let key = key(tag, id);
        if self.makers.insert(key, call).is_none() {
            self.objects.push_back(key);
        }
        if self.objects.len() > MOST_OBJECTS
            && let Some(oldest) = self.objects.pop_front()
        {
            self.makers.remove(&oldest);
        }
        self.settle(call);
    }

    /// The call that an object is known to be of.
    pub(super) fn maker(&self, tag: &str, id: &str) -> Option<CallNumber> {
        self.makers.get(&key(tag, id)).copied()
    }

    /// What the call itself sent.
    pub(super) fn own(&self, call: CallNumber) -> Option<&Intent> {
        self.intents.get(&call)
    }

    /// What other calls sent that is open.
    pub(super) fn others(&self, call: CallNumber, scope: Scope) -> impl Iterator<Item = &Intent> {
        self.intents.values().filter(move |it| it.call != call && it.scope == scope && it.open > 0)
    }
}

#[cfg(test)]
impl Creations {
    /// Objects and calls that are remembered.
    pub(super) fn sizes(&self) -> (usize, usize) {
        (self.makers.len(), self.intents.len())
    }
}

impl Intent {
    pub(super) fn call(&self) -> CallNumber {
        self.call
    }

    pub(super) fn open(&self) -> u32 {
        self.open
    }

    /// Whether a request may still be on its way, so that what is new now can be its object.
    pub(super) fn is_under_way(&self) -> bool {
        self.ended.is_none_or(|ended| ended.elapsed() <= LATE)
    }

    /// Whether the candidate can be what this call created.
    pub(super) fn may_be(&self, candidate: &Candidate) -> bool {
        match &self.marker {
            Some(marker) if marker.is_marked(candidate) => return true,
            Some(_) if candidate.is_whole => return false,
            _ => {}
        }
        candidate.name.as_ref().is_some_and(|name| self.name.contains(name))
    }

    /// Whether the candidate's name is the beginning of this call's: the service may have cut it.
    pub(super) fn may_be_cut_to(&self, candidate: &Candidate) -> bool {
        let Some(name) = candidate.name.as_deref().filter(|name| !name.is_empty()) else { return false };
        self.name.iter().any(|whole| whole.len() > name.len() && whole.starts_with(name))
    }

    /// Whether its body holds the marker of another call.
    pub(super) fn may_hold(&self, marker: &Sought) -> bool {
        self.words.as_deref().is_none_or(|words| words.lines().any(|text| marker.is_in(text)))
    }
}

fn key(tag: &str, id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (tag, id).hash(&mut hasher);
    hasher.finish()
}

/// One call that creates, from its first request to its end.
pub(crate) struct CreationTicket {
    core: Arc<Core>,
    operation: &'static Operation,
    scope: Scope,
    call: CallNumber,
}

impl CreationTicket {
    /// `None` for an operation that creates nothing one could look for.
    pub(crate) fn new(
        core: &Arc<Core>,
        operation: &str,
        path: &str,
        body: &Value,
        marker: Option<Sought>,
    ) -> Option<Self> {
        let operation = operations::find(operation).filter(|known| known.repeat == Repeat::Reconcile)?;
        let organization = path.split('/').skip_while(|part| *part != "organizations").nth(1);
        let mut hasher = DefaultHasher::new();
        (operation.tag, organization, template_of(body)).hash(&mut hasher);
        let scope = Scope(hasher.finish());
        let call = core.creations.lock().begin(scope, body, marker);
        Some(Self { core: Arc::clone(core), operation, scope, call })
    }

    pub(super) fn tag(&self) -> &'static str {
        self.operation.tag
    }

    pub(super) fn scope(&self) -> Scope {
        self.scope
    }

    pub(super) fn call(&self) -> CallNumber {
        self.call
    }

    pub(super) fn registry(&self) -> &CreationRegistry {
        &self.core.creations
    }

    /// A request goes out.
    pub(crate) fn sending(&self) {
        if let Some(intent) = self.core.creations.lock().intents.get_mut(&self.call) {
            intent.open += 1;
        }
    }

    /// The request that went out surely created nothing.
    pub(crate) fn created_nothing(&self) {
        self.core.creations.lock().settle(self.call);
    }

    /// An answer says what was created, if it can be read so far.
    pub(crate) fn answered(&self, body: &Bytes) {
        let Some(id) = id_of(body) else { return };
        self.core.creations.lock().claim(self.call, self.operation.tag, &id);
    }
}

impl Drop for CreationTicket {
    fn drop(&mut self) {
        self.core.creations.lock().end(self.call);
    }
}

/// The template that a body launches.
pub(super) fn template_of(body: &Value) -> Option<&str> {
    body.get("checklist_id")?.as_str()
}

/// The id in the answer to a creation: `{"data": {"id": ..}}` or bare.
fn id_of(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Named {
        id: Id,
    }
    #[derive(Deserialize)]
    struct Framed {
        data: Named,
    }
    let framed = wire::from_bytes::<Framed>(body).map(|framed| framed.data);
    let named = framed.or_else(|_| wire::from_bytes::<Named>(body)).ok()?;
    Some(named.id.to_string())
}
