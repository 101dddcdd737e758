//! Operation handlers: one file per resource. Each reads the request, changes the state, renders rows.
//!
//! Not here: rules (`state`), envelopes (`answer`), finding the operation (`router`).

mod activity;
mod applications;
mod auth;
mod automations;
mod captures;
mod comments;
mod connectors;
mod custom_fields;
mod fields;
mod files;
mod folders;
mod groups;
mod guests;
mod identity;
mod input;
mod members;
mod organizations;
mod processes;
mod search;
mod service;
mod steps;
mod tags;
mod tasks;
mod templates;
mod values;
mod view;
mod watchers;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::StatusCode;
use serde_json::{Map, Value};

use crate::answer::{self, Answer, Origin, Paging};
use crate::dates::{self, Form};
use crate::gate::Caller;
use crate::query::Query;
use crate::router::PathParams;
use crate::state::activity::record;
use crate::state::auth::Application;
use crate::state::launch::Context;
use crate::state::organization::Organization;
use crate::state::working_time::WorkingTime;
use crate::state::{Refused, Token, World, value_rows};
use view::View;

/// A handler that works inside one organization.
type Inside = fn(&mut Call<'_>) -> Result<Answer, Refused>;
/// A handler that looks at everything the token may see.
type Outside = fn(&World, &Token, &Request<'_>) -> Answer;

/// A handler for whoever asks, without a token.
type Open = fn(&mut World, &Request<'_>) -> Answer;
/// A handler for third-party applications.
type ByApplication = fn(&mut World, &Application, &Request<'_>) -> Result<Answer, Refused>;

/// What answers an operation.
enum Handler {
    Inside(Inside),
    Outside(Outside),
    Open(Open),
    ByApplication(ByApplication),
}

/// A body, as far as its media type lets it be understood.
#[derive(Debug)]
pub enum Content {
    /// Nothing was sent.
    None,
    /// JSON.
    Json(Value),
    /// A form; the service reads it like a flat JSON object (templates:clone_template).
    Form(Map<String, Value>),
    /// A body in parts: a boundary and the bytes.
    Multipart(String, Bytes),
    /// Neither.
    Malformed,
}

impl Content {
    /// Reads a body.
    pub fn read(media: &str, bytes: &Bytes) -> Self {
        if bytes.is_empty() {
            return Self::None;
        }
        if let Some(boundary) = media.strip_prefix("multipart/form-data") {
            let boundary = boundary.split("boundary=").nth(1).unwrap_or_default().trim_matches('"');
            return Self::Multipart(boundary.to_owned(), bytes.clone());
        }
        if media.starts_with("application/x-www-form-urlencoded") {
            let pairs: Result<Vec<(String, String)>, _> = serde_urlencoded::from_bytes(bytes);
            return pairs.map_or(Self::Malformed, |pairs| {
                Self::Form(pairs.into_iter().map(|(key, value)| (key, Value::String(value))).collect())
            });
        }
        serde_json::from_slice(bytes).map_or(Self::Malformed, Self::Json)
    }
}

/// A request for one operation.
pub struct Request<'a> {
    /// Path without the `/api` prefix.
    pub path: &'a str,
    /// Path parameters by name.
    pub params: &'a PathParams,
    /// Query.
    pub query: &'a Query,
    /// Body.
    pub content: &'a Content,
}

impl<'a> Request<'a> {
    fn param(&self, name: &str) -> &'a str {
        self.params.get(name).map_or("", String::as_str)
    }

    fn origin(&self) -> Origin<'a> {
        Origin { path: self.path, query: self.query }
    }
}

/// A call inside an organization.
pub struct Call<'a> {
    organization: &'a mut Organization,
    context: Context<'a>,
    request: &'a Request<'a>,
    operation: &'a str,
}

impl<'a> Call<'a> {
    fn view(&self) -> View<'_> {
        View { organization: self.organization, now: self.context.now, quirks: self.context.quirks }
    }

    /// The body as an object. The service reads a missing one as empty; one that cannot be read is
    /// refused here, where the service would go on with nothing.
    fn body(&self) -> Result<Map<String, Value>, Refused> {
        match self.request.content {
            Content::None => Ok(Map::new()),
            Content::Json(Value::Object(map)) | Content::Form(map) => Ok(map.clone()),
            Content::Json(Value::Array(list)) if list.is_empty() => Ok(Map::new()),
            Content::Json(_) => Err(Refused::invalid("body", "The request body must be a JSON object.")),
            Content::Malformed => Err(Refused::invalid("body", "The request body is not valid JSON.")),
            Content::Multipart(..) => Err(Refused::invalid("body", "The request body must be JSON.")),
        }
    }

    fn param(&self, name: &str) -> &'a str {
        self.request.param(name)
    }

    fn query(&self) -> &'a Query {
        self.request.query
    }

    /// A deadline as it is stored (platform:dates).
    fn to_working_time(&self, deadline: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
        let working = WorkingTime::of(self.organization, self.context.quirks);
        deadline.map(|at| working.next(at))
    }

    /// What the list is asked to show, in the ordinary case.
    fn paging(&self) -> Paging {
        Paging::usual(self.query(), self.context.quirks)
    }

    /// The same for a list with a default and a cap of its own.
    fn paging_of(&self, default: usize, cap: usize) -> Paging {
        Paging::read(self.query(), self.context.quirks, default, cap)
    }

    fn must_be_admin(&self) -> Result<(), Refused> {
        if self.organization.is_admin(self.context.caller) {
            return Ok(());
        }
        Err(Refused::Forbidden("This action requires administrator rights.".to_owned()))
    }
}

/// Runs an operation.
pub fn run(world: &mut World, operation: &str, caller: &Caller, request: &Request<'_>) -> Answer {
    let (now, replica_lag) = (world.now(), world.replica_lag);
    match (find(operation), caller) {
        (Some(Handler::Open(handler)), _) => handler(world, request),
        (Some(Handler::ByApplication(handler)), Caller::Application(application)) => {
            applications::run(handler, world, application, request)
        }
        (Some(Handler::Outside(handler)), Caller::Member(token)) => handler(world, token, request),
        (Some(Handler::Inside(handler)), Caller::Member(token)) => {
            let World { organizations, ids, effects, quirks, .. } = world;
            let id = request.params.get("org").unwrap_or(&token.organization);
            let Some(organization) = organizations.get_mut(id) else { return answer::not_found() };
            let context = Context { caller: token.member, now, ids, effects, quirks, replica_lag };
            let mut call = Call { organization, context, request, operation };
            let before = call.context.effects.len();
            let mut answer = handler(&mut call).unwrap_or_else(Answer::from);
            if call.context.quirks.codes_are_cut_messages {
                answer = answer.with_code();
            }
            if answer.status.is_success() {
                activity::tell(&mut call, &answer);
            }
            let Call { organization, context, .. } = call;
            record(organization, &context.effects[before..], token.member);
            answer
        }
        // The gate lets nobody else through to these.
        (Some(_), _) => answer::message(StatusCode::UNAUTHORIZED, "Unauthenticated."),
        (None, _) => {
            let text = format!("The sandbox does not imitate {operation} yet.");
            answer::coded(StatusCode::NOT_IMPLEMENTED, &text, "NOT_IMPLEMENTED")
        }
    }
}

/// Whether the operation is imitated.
pub fn is_known(operation: &str) -> bool {
    find(operation).is_some()
}

/// Each resource knows its own operations; a new one is one more line here.
const ROOMS: [fn(&str) -> Option<Inside>; 21] = [
    activity::inside,
    identity::inside,
    organizations::inside,
    members::inside,
    guests::inside,
    groups::inside,
    templates::inside,
    steps::inside,
    captures::inside,
    values::inside,
    automations::inside,
    processes::inside,
    tasks::inside,
    comments::inside,
    tags::inside,
    folders::inside,
    files::inside,
    search::inside,
    custom_fields::inside,
    watchers::inside,
    connectors::inside,
];

fn find(operation: &str) -> Option<Handler> {
    let outside = organizations::outside(operation).or_else(|| identity::outside(operation));
    let open = || auth::open(operation).or_else(|| service::open(operation)).map(Handler::Open);
    let by_application = || applications::by_application(operation).map(Handler::ByApplication);
    let inside = || ROOMS.iter().find_map(|inside| inside(operation)).map(Handler::Inside);
    outside.map(Handler::Outside).or_else(open).or_else(by_application).or_else(inside)
}

/// The entries of a JSON object; of anything else none.
fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// The rows of an organization by kind, for tests.
pub fn dump(world: &World, organization: &str) -> Value {
    let Some(organization) = world.organizations.get(organization) else { return Value::Null };
    let view = View { organization, now: world.now(), quirks: &world.quirks };
    let (plain, full) = (Query::default(), Query::including("form_fields,threads,summary"));
    let steps = Query::including("steps");
    let values = organization.tasks.iter().flat_map(|task| {
        value_rows::of_task(task).map(|(id, field, value)| {
            serde_json::json!({ "id": id, "task_id": task.id, "field_id": field.id, "value": value })
        })
    });
    serde_json::json!({
        "now": dates::write(view.now, Form::Millis),
        "organization": organizations::render(organization, &world.quirks),
        "members": organization.members.iter().map(|m| view.member(m, &plain)).collect::<Vec<_>>(),
        "guests": organization.guests.iter().map(|g| view.guest(g, &plain, Form::Plain)).collect::<Vec<_>>(),
        "groups": organization.groups.iter().map(|g| view.group(g, &plain)).collect::<Vec<_>>(),
        "tags": organization.tags.iter().map(|t| view.tag(t, &plain)).collect::<Vec<_>>(),
        "taggings": organization.taggings.iter().map(|t| view.tagging(t)).collect::<Vec<_>>(),
        "folders": organization.folders.iter().map(|f| view.folder(f, &plain)).collect::<Vec<_>>(),
        "filings": organization.filings.iter().map(folders::filing_row).collect::<Vec<_>>(),
        "templates": organization.templates.iter().map(|t| view.template(t, &steps)).collect::<Vec<_>>(),
        "processes": organization.processes.iter().map(|p| view.process(p, &plain)).collect::<Vec<_>>(),
        "tasks": organization.tasks.iter().map(|t| view.task(t, &full)).collect::<Vec<_>>(),
        "values": values.collect::<Vec<_>>(),
        "comments": organization.threads.iter().map(|t| view.thread(t)).collect::<Vec<_>>(),
        "files": organization.assets.iter().map(|asset| view.asset(asset)).collect::<Vec<_>>(),
        "watchers": organization.watchers,
        "custom_fields": organization.custom_fields,
        "custom_field_keys": organization.custom_field_keys,
    })
}
