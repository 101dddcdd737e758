//! What one client created, or may have: shared by its clones, so that no call takes for its own, or for a stranger's, what
//! another call made. Only of this run of the program, and only so much as memory allows: what is forgotten counts as
//! unknown, and what is unknown is never sent again.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;
use tallyfy_gen::operations::{self, Operation, Repeat};
use tallyfy_gen::wire::Id;
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
    intents: Vec<Intent>,
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
        self.forget();
        self.calls += 1;
        let words = words(body).into_iter().map(fold).collect::<Vec<_>>().join("\n");
        self.intents.push(Intent {
            call: self.calls,
            scope,
            name: name_of(body).map(forms).unwrap_or_default(),
            marker,
            words: (words.len() <= MOST_TEXT).then_some(words),
            open: 0,
            ended: None,
        });
        self.calls
    }

    fn forget(&mut self) {
        let is_late = |ended: Instant| ended.elapsed() > LATE;
        self.intents.retain(|intent| !intent.ended.is_some_and(is_late));
        let ended = self.intents.iter().filter(|intent| intent.ended.is_some()).count();
        let mut surplus = ended.saturating_sub(MOST_ENDED);
        self.intents.retain(|intent| {
            let goes = surplus > 0 && intent.ended.is_some();
            surplus -= usize::from(goes);
            !goes
        });
    }

    fn intent(&mut self, call: CallNumber) -> Option<&mut Intent> {
        self.intents.iter_mut().find(|intent| intent.call == call)
    }

    fn settle(&mut self, call: CallNumber) {
        if let Some(intent) = self.intent(call) {
            intent.open = intent.open.saturating_sub(1);
        }
        self.drop_settled();
    }

    /// Of an ended call that created nothing unseen, there is nothing to remember.
    fn drop_settled(&mut self) {
        self.intents.retain(|intent| intent.open > 0 || intent.ended.is_none());
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

    /// What other calls sent that is open.
    pub(super) fn others(&self, call: CallNumber, scope: Scope) -> impl Iterator<Item = &Intent> {
        self.intents.iter().filter(move |it| it.call != call && it.scope == scope && it.open > 0)
    }
}

impl Intent {
    pub(super) fn call(&self) -> CallNumber {
        self.call
    }

    pub(super) fn open(&self) -> u32 {
        self.open
    }

    /// Whether the candidate can be what this call created.
    pub(super) fn may_be(&self, candidate: &Candidate) -> bool {
        match &self.marker {
            Some(marker) if marker.is_marked(candidate) => return true,
            Some(_) if candidate.is_whole => return false,
            _ => {}
        }
        candidate.name.as_deref().is_some_and(|name| self.name.contains(&fold(name)))
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
        if let Some(intent) = self.core.creations.lock().intent(self.call) {
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
        let mut creations = self.core.creations.lock();
        if let Some(intent) = creations.intent(self.call) {
            intent.ended = Some(Instant::now());
        }
        creations.drop_settled();
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
    let framed = serde_json::from_slice::<Framed>(body).map(|framed| framed.data);
    let named = framed.or_else(|_| serde_json::from_slice::<Named>(body)).ok()?;
    Some(named.id.to_string())
}
