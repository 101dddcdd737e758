//! Settling a creation whose answer was lost: look for the object, and send again only when nothing new is there that the
//! client cannot account for. Here are the settings and the looking; how texts are compared is `reconcile/likeness.rs`, dates
//! `reconcile/window.rs`, what other calls made `reconcile/registry.rs`, the judgement `reconcile/judge.rs`. When it is done
//! stands in `call/transport.rs` (no clear answer) and `call.rs` (an answer that cannot be read).

mod judge;
mod likeness;
mod odd_row;
mod registry;
mod window;

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use tallyfy_gen::wire::Timestamp;
use tokio::time::Instant;

use self::judge::{Verdict, judge};
use self::likeness::{Likeness, fold};
pub(crate) use self::likeness::{Sought, texts};
pub(crate) use self::registry::{CreationRegistry, CreationTicket};
pub(crate) use self::window::{Age, CreationWindow};
use crate::client::Client;
use crate::error::Error;
use crate::page::Lister;

/// What a look met; without the object where its row could not be read.
pub(crate) type Met<T> = Vec<(Candidate, Option<T>)>;
type MetLater<T> = Pin<Box<dyn Future<Output = Result<Met<T>, Error>> + Send>>;
type Look<T> = Arc<dyn Fn(LookContext) -> MetLater<T> + Send + Sync>;

/// The first pause between two looks; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// Looks that may fail after the grace period before it is given up.
const BLIND_LOOKS: u32 = 3;
/// Candidates that an error names.
const MOST_NAMED: usize = 5;
/// Candidates that it keeps.
const MOST_KEPT: usize = 100;

/// How to find the object that a call may have created; see [`Call::reconcile`](crate::Call::reconcile).
///
/// Looking only reads. A call that is dropped while it looks leaves its outcome as it was: unknown.
///
/// [`Processes::reconcile_by_name`](crate::resources::processes::Processes::reconcile_by_name) and
/// [`Processes::reconcile_by_marker`](crate::resources::processes::Processes::reconcile_by_marker) make one for launches.
/// For other objects, give the name, the list, and what to compare of an item:
///
/// ```no_run
/// # fn run(organization: &tallyfy_sdk::Organization) -> tallyfy_sdk::Reconcile<tallyfy_sdk::model::Task> {
/// use tallyfy_sdk::{Candidate, Reconcile, model::Task, request::ListTasks};
///
/// let tasks = organization.tasks();
/// Reconcile::by_name_in_list(
///     "Order 4711",
///     move || tasks.list(ListTasks::new().per_page(100)),
///     |task: &Task| Candidate::new(&task.id).name(task.title.as_deref()).created_at(task.created_at.as_ref()),
/// )
/// # }
/// ```
pub struct Reconcile<T> {
    look: Look<T>,
    /// Whether the list that is looked through begins and ends where the service's does.
    is_whole_list: Arc<dyn Fn() -> bool + Send + Sync>,
    sought: Sought,
    template: Option<String>,
    grace: Duration,
    margin: Duration,
    repeats: u32,
}

impl<T: Send + 'static> Reconcile<T> {
    /// Looks through a list for the item of this name. The list must show every object of its kind: when nothing new is on
    /// it, the object counts as not created.
    pub fn by_name_in_list<L, P>(name: impl AsRef<str>, list: L, describe: P) -> Self
    where
        L: Fn() -> Lister<T> + Send + Sync + 'static,
        P: Fn(&T) -> Candidate + Send + Sync + 'static,
    {
        Self::in_list(Sought::name(name.as_ref()), list, describe)
    }

    /// Looks through a list for the item that holds this marker, as a word of its own, in its name or another
    /// [`text`](Candidate::text). The request must hold it too. The list is as in
    /// [`by_name_in_list`](Self::by_name_in_list).
    pub fn by_marker_in_list<L, P>(marker: impl AsRef<str>, list: L, describe: P) -> Self
    where
        L: Fn() -> Lister<T> + Send + Sync + 'static,
        P: Fn(&T) -> Candidate + Send + Sync + 'static,
    {
        Self::in_list(Sought::marker(marker.as_ref()), list, describe)
    }

    fn in_list<L, P>(sought: Sought, list: L, describe: P) -> Self
    where
        L: Fn() -> Lister<T> + Send + Sync + 'static,
        P: Fn(&T) -> Candidate + Send + Sync + 'static,
    {
        let (list, describe) = (Arc::new(list), Arc::new(describe));
        let checked = Arc::clone(&list);
        let mut reconcile = Self::new(sought, move |context| {
            let (mut pages, describe) = (list().pages(), Arc::clone(&describe));
            async move {
                let mut met = Vec::new();
                while let Some(page) = pages.next().await {
                    let page = page?;
                    met.extend(context.odd_rows_of(&page));
                    let described = page.items.into_iter().map(|item| (describe(&item), Some(item)));
                    met.extend(described.filter(|(candidate, _)| context.contains(candidate)));
                }
                Ok(met)
            }
        });
        reconcile.is_whole_list = Arc::new(move || checked().is_whole());
        reconcile
    }

    pub(super) fn new<F, Fut>(sought: Sought, look: F) -> Self
    where
        F: Fn(LookContext) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Met<T>, Error>> + Send + 'static,
    {
        Self {
            look: Arc::new(move |context| Box::pin(look(context))),
            is_whole_list: Arc::new(|| true),
            sought,
            template: None,
            grace: Duration::from_secs(60),
            margin: Duration::from_secs(60),
            repeats: 2,
        }
    }

    /// By the name, among what `look` meets.
    pub(crate) fn by_name<F, Fut>(name: &str, look: F) -> Self
    where
        F: Fn(LookContext) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Met<T>, Error>> + Send + 'static,
    {
        Self::new(Sought::name(name), look)
    }

    /// By a marker, among what `look` meets.
    pub(crate) fn by_marker<F, Fut>(marker: &str, look: F) -> Self
    where
        F: Fn(LookContext) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Met<T>, Error>> + Send + 'static,
    {
        Self::new(Sought::marker(marker), look)
    }

    /// The template that the call must launch.
    pub(crate) fn of_template(mut self, template: &str) -> Self {
        self.template = Some(template.to_owned());
        self
    }

    /// How long the object may take to appear before it counts as absent (default 60 s): reads lag behind writes,
    /// and a request without an answer may still be at work on the server. The call takes that much longer.
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// How much earlier than the call an object must have been created to be surely another one (default 60 s), as clocks
    /// differ. What was created within that time before the call cannot be told apart.
    #[must_use]
    pub fn margin(mut self, margin: Duration) -> Self {
        self.margin = margin;
        self
    }

    /// How often the call is sent again when its object stays absent (default 2). 0 only looks.
    #[must_use]
    pub fn repeats(mut self, repeats: u32) -> Self {
        self.repeats = repeats;
        self
    }
}

impl<T> Clone for Reconcile<T> {
    fn clone(&self) -> Self {
        let Self { look, is_whole_list, sought, template, grace, margin, repeats } = self;
        Self {
            look: Arc::clone(look),
            is_whole_list: Arc::clone(is_whole_list),
            sought: sought.clone(),
            template: template.clone(),
            grace: *grace,
            margin: *margin,
            repeats: *repeats,
        }
    }
}

impl<T> fmt::Debug for Reconcile<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reconcile")
            .field("grace", &self.grace)
            .field("margin", &self.margin)
            .field("repeats", &self.repeats)
            .finish_non_exhaustive()
    }
}

/// What is compared of an object on a list; see [`Reconcile::by_name_in_list`].
///
/// `Debug` shows its id and date alone: names are people's words.
#[derive(Clone)]
pub struct Candidate {
    id: String,
    created_at: Option<Timestamp>,
    /// Texts as people read them ([`fold`]).
    name: Option<String>,
    texts: Vec<String>,
    /// All its texts are known.
    is_whole: bool,
    /// It belongs to another template than what is sought.
    is_elsewhere: bool,
    /// Its row could not be read: whatever it resembles, there is nothing to return.
    is_unreadable: bool,
}

impl Candidate {
    /// The object with this id.
    pub fn new(id: impl ToString) -> Self {
        Self {
            id: id.to_string(),
            created_at: None,
            name: None,
            texts: Vec::new(),
            is_whole: false,
            is_elsewhere: false,
            is_unreadable: false,
        }
    }

    /// Its name or title.
    #[must_use]
    pub fn name(mut self, name: Option<&str>) -> Self {
        self.name = name.map(fold);
        self
    }

    /// Another text that a marker may stand in.
    #[must_use]
    pub fn text(mut self, text: Option<&str>) -> Self {
        self.texts.extend(text.map(fold));
        self
    }

    /// When it was created. Without a date it cannot be told whether it was there before the call.
    #[must_use]
    pub fn created_at(mut self, created_at: Option<&Timestamp>) -> Self {
        self.created_at = created_at.cloned();
        self
    }

    pub(crate) fn whole(mut self, is_whole: bool) -> Self {
        self.is_whole = is_whole;
        self
    }

    pub(crate) fn elsewhere(mut self, is_elsewhere: bool) -> Self {
        self.is_elsewhere = is_elsewhere;
        self
    }

    fn all_texts(&self) -> impl Iterator<Item = &str> {
        self.name.as_deref().into_iter().chain(self.texts.iter().map(String::as_str))
    }
}

impl fmt::Debug for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Candidate").field("id", &shown_id(&self.id)).finish_non_exhaustive()
    }
}

/// What a look needs to know of its call.
#[derive(Clone)]
pub(crate) struct LookContext {
    window: CreationWindow,
    ticket: Arc<CreationTicket>,
    sought: Sought,
    /// The template that the call launches.
    pub(crate) template: Option<String>,
}

impl LookContext {
    /// Whether the object may be that of the call, by its date.
    pub(crate) fn contains(&self, candidate: &Candidate) -> bool {
        self.window.contains(candidate.created_at.as_ref())
    }

    pub(crate) fn window(&self) -> &CreationWindow {
        &self.window
    }

    /// Whether more of it must be read: it is new, another call is not known to have made it, and the marker was not met so
    /// far. What is not surely new is in doubt whatever it holds.
    pub(crate) fn needs_more(&self, candidate: &Candidate) -> bool {
        let is_known = || self.ticket.registry().lock().maker(self.ticket.tag(), &candidate.id).is_some();
        let is_new = || self.window.age(candidate.created_at.as_ref()) == Age::New;
        self.sought.is_marker()
            && !candidate.is_whole
            && !self.sought.is_marked(candidate)
            && is_new()
            && !is_known()
    }
}

/// What came of looking.
#[derive(Debug)]
pub(super) enum LookupOutcome {
    Found,
    Absent,
    /// Something new is there that may be the object.
    CannotTell(Vec<(Candidate, Age)>),
    Failed(Error),
}

/// The looking of one call, whatever it creates.
#[async_trait]
pub(super) trait Lookup: Send + Sync {
    /// Refuses a request whose object could not be recognized.
    fn validate(&self, body: &Value) -> Result<(), Error>;

    /// The marker that it looks for.
    fn marker(&self) -> Option<Sought>;

    /// The request goes out now, as this call of the client.
    fn begin(&self, body: &Value, ticket: &Arc<CreationTicket>);

    /// Looks until the object is there or the grace period is over.
    async fn settle(&self) -> LookupOutcome;

    /// How often the call may be sent again.
    fn repeats(&self) -> u32;

    /// The time since the call began.
    fn elapsed(&self) -> Duration;

    /// Adds to an error what came of looking.
    fn annotate(&self, error: Error, outcome: LookupOutcome) -> Error;
}

/// The looking of one call, which keeps what it finds.
pub(super) struct Reconciler<T> {
    reconcile: Reconcile<T>,
    window: CreationWindow,
    context: OnceLock<LookContext>,
    /// What all looks met: reads lag behind, so what a later look does not show may be there all the same. The object is
    /// kept where it may be the one.
    met: Mutex<Met<T>>,
    found: Mutex<Option<T>>,
}

impl<T: Send + 'static> Reconciler<T> {
    pub(super) fn new(reconcile: Reconcile<T>, client: &Client) -> Self {
        let window = CreationWindow::new(client, reconcile.margin);
        Self { reconcile, window, context: OnceLock::new(), met: Mutex::default(), found: Mutex::default() }
    }

    pub(super) fn take(&self) -> Option<T> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    async fn look(&self) -> LookupOutcome {
        let Some(context) = self.context.get() else { return LookupOutcome::CannotTell(Vec::new()) };
        let now_met = match (self.reconcile.look)(context.clone()).await {
            Err(error) => return LookupOutcome::Failed(error),
            Ok(now_met) => now_met,
        };
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        self.remember(&mut met, now_met);
        let aged =
            |candidate: &Candidate| (candidate.clone(), self.window.age(candidate.created_at.as_ref()));
        let candidates: Vec<_> = met.iter().map(|(candidate, _)| aged(candidate)).collect();
        match judge(&candidates, &self.reconcile.sought, &context.ticket) {
            Verdict::Found(at) => {
                *self.found.lock().unwrap_or_else(PoisonError::into_inner) = met.swap_remove(at).1;
                LookupOutcome::Found
            }
            Verdict::Absent => LookupOutcome::Absent,
            Verdict::CannotTell(doubtful) => {
                LookupOutcome::CannotTell(doubtful.into_iter().map(|at| candidates[at].clone()).collect())
            }
        }
    }
}

impl<T> Reconciler<T> {
    fn remember(&self, met: &mut Met<T>, now_met: Met<T>) {
        let mut places: HashMap<String, usize> =
            met.iter().enumerate().map(|(at, (candidate, _))| (candidate.id.clone(), at)).collect();
        for (candidate, object) in now_met {
            let may_be_it = self.reconcile.sought.likeness(&candidate) == Likeness::Same
                || self.window.age(candidate.created_at.as_ref()) == Age::New;
            let object = object.filter(|_| may_be_it);
            match places.get(&candidate.id) {
                // What was read once is known.
                Some(at) if candidate.is_unreadable && !met[*at].0.is_unreadable => {}
                Some(at) => met[*at] = (candidate, object),
                None => {
                    places.insert(candidate.id.clone(), met.len());
                    met.push((candidate, object));
                }
            }
        }
    }
}

#[async_trait]
impl<T: Send + 'static> Lookup for Reconciler<T> {
    fn validate(&self, body: &Value) -> Result<(), Error> {
        self.reconcile.sought.validate(body)?;
        if !(self.reconcile.is_whole_list)() {
            return Err(Error::input(
                "the list to look through must begin at its first page and be walked to its end: leave out page, resume, \
                 limit and unchecked",
            ));
        }
        let launched = registry::template_of(body);
        match self.reconcile.template.as_deref() {
            Some(template) if launched != Some(template) => Err(Error::input(
                "this call launches another template than the one to look for; make `reconcile` from the same input",
            )),
            _ => Ok(()),
        }
    }

    fn marker(&self) -> Option<Sought> {
        let sought = &self.reconcile.sought;
        sought.is_marker().then(|| sought.clone())
    }

    fn begin(&self, body: &Value, ticket: &Arc<CreationTicket>) {
        let _ = self.context.set(LookContext {
            window: self.window.clone(),
            ticket: Arc::clone(ticket),
            sought: self.reconcile.sought.clone(),
            template: registry::template_of(body).map(str::to_owned),
        });
    }

    async fn settle(&self) -> LookupOutcome {
        let began = Instant::now();
        let mut pause = FIRST_PAUSE;
        let mut blind = 0;
        loop {
            // What counts is a look that succeeds and begins when the grace period is over. Until then the object may
            // still appear, and other calls hear what is theirs.
            let is_late = began.elapsed() >= self.reconcile.grace;
            match self.look().await {
                LookupOutcome::Found => return LookupOutcome::Found,
                LookupOutcome::Failed(_) if is_late && blind < BLIND_LOOKS => blind += 1,
                outcome if is_late => return outcome,
                _ => {}
            }
            let left = self.reconcile.grace.saturating_sub(began.elapsed());
            tokio::time::sleep(if is_late { pause } else { pause.min(left) }).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn repeats(&self) -> u32 {
        self.reconcile.repeats
    }

    fn elapsed(&self) -> Duration {
        self.window.elapsed()
    }

    fn annotate(&self, error: Error, outcome: LookupOutcome) -> Error {
        let mut ids = Vec::new();
        let what = match outcome {
            LookupOutcome::Found => "It was looked for and found".to_owned(),
            LookupOutcome::Absent => {
                format!("It was looked for, and did not appear within {:?}", self.reconcile.grace)
            }
            LookupOutcome::CannotTell(doubtful) => {
                let shown = doubtful.iter().filter_map(|(candidate, _)| shown_id(&candidate.id));
                ids = shown.take(MOST_KEPT).collect();
                in_doubt(&doubtful)
            }
            LookupOutcome::Failed(error) => format!("It could not be looked for ({error})"),
        };
        error.looked(what, ids, self.elapsed())
    }
}

/// What to say of objects that may be the one, by ids and dates: names are people's words.
fn in_doubt(doubtful: &[(Candidate, Age)]) -> String {
    let named = doubtful.iter().take(MOST_NAMED).map(|(candidate, _)| {
        let id = shown_id(&candidate.id).unwrap_or_else(|| match candidate.is_unreadable {
            true => "a row that could not be read".to_owned(),
            false => "one with an odd id".to_owned(),
        });
        match candidate.created_at.as_ref().and_then(Timestamp::to_utc) {
            Some(at) => format!("{id} of {}", at.format("%Y-%m-%d %H:%M:%S UTC")),
            None => id,
        }
    });
    let mut named = named.collect::<Vec<_>>().join(", ");
    if let Some(more) = doubtful.len().checked_sub(MOST_NAMED).filter(|more| *more > 0) {
        named.push_str(&format!(" and {more} more"));
    }
    let clocks = match doubtful.iter().any(|(_, age)| *age == Age::Unclear) {
        true => "; their dates do not fit the clocks, so check that of this machine too",
        false => "",
    };
    format!(
        "It was looked for, and it cannot be told whether it was created: {named} may be it{clocks}. Look at them, and call \
         again only if none is it"
    )
}

/// An id, if it looks like one: anything else may be a secret that the server repeats.
fn shown_id(id: &str) -> Option<String> {
    let is_number = id.len() <= 20 && id.bytes().all(|byte| byte.is_ascii_digit());
    let is_hex = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    (!id.is_empty() && (is_number || is_hex)).then(|| id.to_owned())
}

#[cfg(test)]
mod tests;
