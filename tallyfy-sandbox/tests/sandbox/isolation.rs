//! Organizations are closed to each other: every operation is asked for rows of another one, by every id that its
//! path and its body can carry.
//!
//! Not here: what the operations do at home (`served`, whose cases these are).

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::Value;
use tallyfy_sandbox::seed::{self, elsewhere};
use tallyfy_sandbox::{Sandbox, Seen};

use crate::served::cases;
use crate::served::{self, Case, Drive, PARAMS, Places};
use crate::{Desk, Reply, http};

/// What stands for a path parameter in the other organization.
const THEIRS: [(&str, &str); 22] = [
    ("org", seed::FOREIGN_ORGANIZATION),
    ("checklist", elsewhere::TEMPLATE),
    ("step", elsewhere::STEP),
    ("capture", elsewhere::FIELD),
    ("prerun", elsewhere::KICKOFF_FIELD),
    ("automated_action", elsewhere::AUTOMATION),
    ("run", elsewhere::PROCESS),
    ("task", elsewhere::TASKS[0]),
    ("user", "9200002"),
    ("guest", elsewhere::GUEST),
    ("group", elsewhere::GROUP),
    ("tag", elsewhere::TAG),
    ("folder", elsewhere::FOLDER),
    ("thread", elsewhere::COMMENT),
    ("tag_association", "9300001"),
    ("folder_object", "9300002"),
    ("key", "zephyr_code"),
    ("email", "nora@elsewhere.test"),
    ("file", elsewhere::FILE),
    ("watcher", "9300003"),
    ("activity", "7000001"),
    ("thread_id", elsewhere::ISSUE),
];

/// Rows of ours that cases name, and rows of theirs that are like them.
const TWINS: [(&str, &str); 30] = [
    (seed::ORGANIZATION, seed::FOREIGN_ORGANIZATION),
    (seed::TEMPLATE, elsewhere::TEMPLATE),
    (seed::SMALL_TEMPLATE, elsewhere::TEMPLATE),
    (seed::ARCHIVED_TEMPLATE, elsewhere::ARCHIVED_TEMPLATE),
    (seed::KICKOFF_EMAIL, elsewhere::KICKOFF_FIELD),
    (seed::STEP_COLLECT, elsewhere::STEP),
    (seed::STEP_RECORD, elsewhere::LAST_STEP),
    (seed::STEP_WELCOME, elsewhere::LAST_STEP),
    (seed::FIELD_TAX_NUMBER, elsewhere::FIELD),
    (seed::FIELD_REGISTRATION, elsewhere::FIELD),
    (seed::FIELD_RADIO, elsewhere::FIELD),
    (seed::FIELD_TEXTAREA, elsewhere::FIELD),
    (seed::PROCESS, elsewhere::PROCESS),
    (seed::SMALL_PROCESS, elsewhere::PROCESS),
    (seed::ARCHIVED_PROCESS, elsewhere::ARCHIVED_PROCESS),
    (seed::PROCESS_TASKS[0], elsewhere::TASKS[0]),
    (seed::PROCESS_TASKS[1], elsewhere::TASKS[1]),
    (seed::PROCESS_TASKS[2], elsewhere::TASKS[1]),
    (seed::PROCESS_TASKS[3], elsewhere::TASKS[1]),
    (seed::PROCESS_TASKS[4], elsewhere::TASKS[1]),
    (seed::ONE_OFF_TASK, elsewhere::ONE_OFF_TASK),
    (seed::ONE_OFF_APPROVAL, elsewhere::ONE_OFF_TASK),
    (seed::OPEN_ISSUE, elsewhere::ISSUE),
    (seed::GROUP, elsewhere::GROUP),
    (seed::TAG, elsewhere::TAG),
    (seed::PROCESS_FOLDER, elsewhere::FOLDER),
    (seed::GUEST_CODE, elsewhere::GUEST_CODE),
    ("1001", "9200001"),
    ("1002", "9200002"),
    ("1004", "9200004"),
];

fn twin(ours: &str) -> Option<&'static str> {
    TWINS.iter().find(|(own, _)| *own == ours).map(|(_, theirs)| *theirs)
}

fn theirs(name: &str) -> &'static str {
    let found = THEIRS.iter().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("the other organization needs a row for {{{name}}}: seed::elsewhere")).1
}

/// A request that wants what is not ours.
#[derive(Clone)]
struct Trespass {
    name: String,
    /// The ids of theirs in it.
    ids: Vec<&'static str>,
    place: (Method, String),
    content: Option<(&'static str, String)>,
}

/// The names in a path template, in order.
fn names(path: &str) -> Vec<&str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect()
}

/// All trespasses of one case: each id of the path, all of them, all but the organization, and each id of the body.
fn trespasses(drive: &Drive<'_>, case: &Case) -> Vec<Trespass> {
    let (method, own) = drive.place(case);
    let content = drive.content(case);
    let template = &drive.places[case.operation].1;
    let names = names(template);
    let chosen = |name: &str| {
        let value =
            case.params.iter().chain(&PARAMS).find(|(known, _)| *known == name).map(|(_, value)| *value);
        value.map(|value| if value == "$last" { drive.last.as_str() } else { value })
    };
    let of_path = |wanted: &dyn Fn(&str) -> bool| {
        let (mut path, mut ids) = (template.clone(), Vec::new());
        for name in &names {
            let ours = chosen(name);
            let id = if wanted(name) { ours.and_then(twin).unwrap_or_else(|| theirs(name)) } else { "" };
            ids.extend(Some(id).filter(|id| !id.is_empty()));
            let value = if id.is_empty() { ours.unwrap_or_default() } else { id };
            path = path.replace(&format!("{{{name}}}"), value);
        }
        let name = format!("{} {path}", case.operation);
        Trespass { name, ids, place: (method.clone(), path), content: content.clone() }
    };
    let mut all: Vec<Trespass> = names.iter().map(|name| of_path(&|other| other == *name)).collect();
    all.push(of_path(&|_| true));
    all.push(of_path(&|name| name != "org"));
    all.retain(|trespass| !trespass.ids.is_empty());
    // The body once for each of our ids in it, with theirs in its place.
    let text = content.as_ref().map_or("", |(_, text)| text.as_str());
    let in_body = TWINS.iter().filter(|(ours, _)| text.contains(ours)).map(|(ours, theirs)| Trespass {
        name: format!("{} with {theirs} in the body for {ours}", case.operation),
        ids: vec![*theirs],
        place: (method.clone(), own.clone()),
        content: content.as_ref().map(|(media, text)| (*media, text.replace(ours, theirs))),
    });
    all.extend(in_body);
    all
}

impl Trespass {
    /// The same request for rows that nobody has.
    fn in_vain(&self) -> Self {
        let blur =
            |text: &str| self.ids.iter().fold(text.to_owned(), |text, id| text.replace(id, nobodys(id)));
        let mut other = self.clone();
        other.place.1 = blur(&self.place.1);
        other.content = self.content.as_ref().map(|(media, text)| (*media, blur(text)));
        other
    }
}

/// An id of the same form that is in no organization.
fn nobodys(id: &str) -> &'static str {
    match id {
        _ if id.len() == 32 => "e0000000000000000000000000000099",
        _ if id.parse::<i64>().is_ok() => "9999999",
        _ if id.contains('@') => "nobody@nowhere.test",
        _ => "nobodyknows",
    }
}

/// Text that is nobody's business here: all their words say so, and all their ids.
fn leak(text: &str, request: &str) -> Option<String> {
    let text = text.to_lowercase();
    let words = ["zephyr", "elsewhere.test"].map(str::to_owned).into_iter();
    let ids = THEIRS.iter().chain(&TWINS).map(|(_, id)| (*id).to_owned());
    let mut secrets = words.chain(ids.filter(|id| id.len() == 32));
    secrets.find(|secret| text.contains(secret) && !request.contains(secret.as_str()))
}

async fn desk(http: &reqwest::Client) -> Desk {
    let sandbox = Sandbox::builder().now(seed::today()).start().await.expect("a free port");
    Desk { sandbox, http: http.clone(), token: seed::ADMIN_TOKEN }
}

/// What is wrong with an answer. Right is 401, 403, 404 or 422 (platform:errors.status_meaning), with nothing shown
/// and nothing changed on either side.
fn trouble(trespass: &Trespass, reply: &Reply, changes: bool) -> Option<String> {
    let request = format!("{} {:?}", trespass.place.1, trespass.content).to_lowercase();
    let status = reply.status.as_u16();
    let leaks = leak(&reply.text, &request).is_some();
    let wrong = ![401, 403, 404, 422].contains(&status) || leaks || changes;
    wrong.then(|| format!("{}: {status}, leaks: {leaks}, changes: {changes}, {}", trespass.name, reply.text))
}

/// Some ids the service does not look up: it stores them as they are, or has nothing to take away. Then theirs make
/// the same of it as ids that nobody has, and stay as they were.
async fn is_in_vain(case: &Case, trespass: &Trespass, places: &Places, http: &reqwest::Client) -> bool {
    let mut told = Vec::new();
    for trespass in [trespass, &trespass.in_vain()] {
        let desk = desk(http).await;
        let mut drive = Drive { desk: &desk, places, last: String::new(), token: None };
        drive.prepare(case).await;
        let [_, before] = both(&desk);
        let reply = drive.ask(trespass.place.clone(), trespass.content.clone()).await;
        let [ours, after] = both(&desk);
        if before != after {
            return false;
        }
        told.push(format!("{} {} {ours}", reply.status, reply.text));
    }
    let blurred = trespass.ids.iter().fold(told[0].clone(), |text, id| text.replace(id, nobodys(id)));
    blurred == told[1]
}

/// The rows of both sides.
fn both(desk: &Desk) -> [Value; 2] {
    [seed::ORGANIZATION, seed::FOREIGN_ORGANIZATION].map(|organization| desk.sandbox.dump_of(organization))
}

#[tokio::test]
async fn no_operation_reaches_into_another_organization() {
    let (places, http) = (served::places(), http());
    let (mut asked, mut troubles) = (0, Vec::new());
    let mut left: BTreeSet<&str> = Sandbox::operations().into_iter().collect();
    for case in cases::all() {
        let desk = desk(&http).await;
        let mut drive = Drive { desk: &desk, places: &places, last: String::new(), token: None };
        drive.prepare(&case).await;
        let mut before = both(&desk);
        for trespass in trespasses(&drive, &case) {
            let reply = drive.ask(trespass.place.clone(), trespass.content.clone()).await;
            let after = both(&desk);
            let unnoticed = reply.status.is_success() && is_in_vain(&case, &trespass, &places, &http).await;
            troubles.extend(trouble(&trespass, &reply, after != before).filter(|_| !unnoticed));
            before = after;
            asked += 1;
        }
        left.remove(case.operation);
    }
    assert!(troubles.is_empty(), "{} of {asked}:\n{}", troubles.len(), troubles.join("\n"));
    assert_eq!(left, BTreeSet::new(), "operations without a case in `served`");
    assert!(asked > 400, "{asked}");
}

#[tokio::test]
async fn what_is_asked_at_home_shows_nothing_of_others() {
    let (places, http) = (served::places(), http());
    for case in cases::all() {
        let desk = desk(&http).await;
        let before = desk.sandbox.dump_of(seed::FOREIGN_ORGANIZATION);
        let mut drive = Drive { desk: &desk, places: &places, last: String::new(), token: None };
        drive.prepare(&case).await;
        let reply = drive.send(&case).await;
        assert_eq!(leak(&reply.text, ""), None, "{} {}", case.operation, reply.text);
        assert_eq!(desk.sandbox.dump_of(seed::FOREIGN_ORGANIZATION), before, "{}", case.operation);
    }
}

#[tokio::test]
async fn strangers_with_a_good_token_of_their_own_are_kept_out() {
    let (places, http) = (served::places(), http());
    for case in cases::all().into_iter().filter(|case| places[case.operation].1.contains("{org}")) {
        let desk = desk(&http).await;
        let mut drive = Drive { desk: &desk, places: &places, last: String::new(), token: None };
        drive.prepare(&case).await;
        drive.token = Some(elsewhere::TOKEN.to_owned());
        let (ours, before) = (desk.sandbox.dump(), desk.sandbox.dump_of(seed::FOREIGN_ORGANIZATION));
        let reply = drive.ask(drive.place(&case), drive.content(&case)).await;
        assert!([401, 403, 404].contains(&reply.status.as_u16()), "{} {}", case.operation, reply.text);
        assert!(!reply.text.contains("Northwind") && !reply.text.contains("northwind"), "{}", reply.text);
        assert_eq!(desk.sandbox.dump(), ours, "{}", case.operation);
        assert_eq!(desk.sandbox.dump_of(seed::FOREIGN_ORGANIZATION), before, "{}", case.operation);
    }
}

/// Every key of every query, with every kind of their ids.
#[tokio::test]
async fn filters_find_nothing_of_others() {
    let http = http();
    let desk = desk(&http).await;
    let document = served::document();
    let places = served::places();
    let drive = Drive { desk: &desk, places: &places, last: String::new(), token: None };
    let values: BTreeSet<&str> = TWINS.iter().map(|(_, theirs)| *theirs).chain([elsewhere::GUEST]).collect();
    let mut asked = 0;
    for [id, method, path, ..] in served::operations() {
        let case = Case::plain(Box::leak(id.into_boxed_str()));
        if method != "GET" || path.starts_with("/applications") {
            continue;
        }
        for key in query_keys(&document, &path) {
            for value in &values {
                let (method, place) = drive.place(&case);
                let place = format!("{place}?{key}={}", value.replace('@', "%40"));
                let reply = drive.ask((method, place.clone()), None).await;
                let told = leak(&reply.text, &place);
                assert_eq!(told, None, "{place}: {}", reply.text);
                asked += 1;
            }
        }
    }
    assert!(asked > 1000, "{asked}");
}

fn query_keys(document: &Value, path: &str) -> Vec<String> {
    let resolve = |parameter: &Value| match parameter["$ref"].as_str() {
        Some(target) => document.pointer(&target[1..]).cloned().unwrap_or_default(),
        None => parameter.clone(),
    };
    let lists = [&document["paths"][path]["parameters"], &document["paths"][path]["get"]["parameters"]];
    let all = lists.into_iter().filter_map(Value::as_array).flatten().map(resolve);
    let of_query = all.filter(|parameter| parameter["in"] == "query");
    of_query.map(|parameter| parameter["name"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn the_other_organization_has_rows_of_every_kind() {
    let desk = Desk::new().await;
    let (ours, theirs) = (desk.sandbox.dump(), desk.sandbox.dump_of(seed::FOREIGN_ORGANIZATION));
    for (kind, rows) in ours.as_object().expect("kinds") {
        let is_empty = |rows: &Value| match rows {
            Value::Array(list) => list.is_empty(),
            Value::Object(map) => map.is_empty(),
            _ => false,
        };
        assert!(!is_empty(&theirs[kind]), "{kind}");
        // Both have rows of their own alone.
        assert!(rows.is_string() || *rows != theirs[kind], "{kind}");
    }
    // Whatever the path of an operation can name is there.
    let text = theirs.to_string();
    for (name, id) in THEIRS.iter().filter(|(name, _)| !["org", "activity"].contains(name)) {
        assert!(text.contains(id), "{name} {id}");
    }
    assert_eq!(desk.sandbox.dump_of("nowhere"), Value::Null);
}

/// The doors of the document: members' tokens and applications' tokens open different ones.
#[tokio::test]
async fn tokens_of_applications_and_of_members_open_different_doors() {
    let desk = Desk::new().await;
    let places = served::places();
    let mut drive = Drive { desk: &desk, places: &places, last: String::new(), token: None };
    let application = cases::all().into_iter().find(|case| case.operation == "create_application_user");
    drive.prepare(&application.expect("a case with an application's token")).await;
    let (application, ours) = (drive.token.take(), desk.sandbox.dump());
    let mut counts = [0, 0];
    for case in cases::all().iter().filter(|case| places[case.operation].1.contains("{org}")) {
        let of_applications = places[case.operation].1.starts_with("/applications/");
        drive.token = application.clone().filter(|_| !of_applications);
        let reply = drive.ask(drive.place(case), drive.content(case)).await;
        assert_eq!(reply.status.as_u16(), 401, "{} {}", case.operation, reply.text);
        counts[usize::from(of_applications)] += 1;
    }
    assert_eq!(desk.sandbox.dump(), ours);
    let refused = |seen: &Seen| seen.status == Some(401) && !seen.changed;
    assert_eq!(desk.sandbox.requests().iter().filter(|seen| refused(seen)).count(), counts[0] + counts[1]);
    assert!(counts[0] > 100 && counts[1] == 2, "{counts:?}");
}
