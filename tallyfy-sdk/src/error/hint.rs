//! What an error advises: the cause that its words do not name, and the way on. Only where something can be done.

use reqwest::StatusCode;
use tallyfy_gen::operations;

use super::display::seconds;
use super::make::compressed;
use super::{Answer, Error, Kind, Origin};

/// What the parameters of a path are called in the app.
const WORDS: [(&str, &str); 20] = [
    ("activity", "activity"),
    ("automated_action", "automation"),
    ("capture", "form field"),
    ("checklist", "template"),
    ("file", "file"),
    ("folder", "folder"),
    ("folder_object", "folder item"),
    ("group", "group"),
    ("guest", "guest"),
    ("key", "custom field"),
    ("org", "organization"),
    ("prerun", "kick-off field"),
    ("run", "process"),
    ("step", "step"),
    ("tag", "tag"),
    ("tag_association", "tag association"),
    ("task", "task"),
    ("thread", "comment"),
    ("user", "member"),
    ("watcher", "watcher"),
];

/// Operations that name an object in their body: its word.
const IN_BODY: [(&str, &str); 3] =
    [("complete_run_task", "task"), ("complete_task", "task"), ("create_run", "template")];

impl Error {
    pub(super) fn hint(&self) -> Option<String> {
        if let Some(wait) = self.retry_after().filter(|wait| wait.as_millis() > 0) {
            let guess = match self.0.guessed_wait {
                true => "; the wait that the answer names cannot be read, so this is a guess",
                false => "",
            };
            return Some(format!("Wait {} before the next call{guess}", seconds(wait)));
        }
        if self.0.kind == Kind::Connect {
            return Some("Check the base URL, the network and any proxy".to_owned());
        }
        let answer = self.0.answer.as_ref().filter(|_| self.0.kind == Kind::Status)?;
        if let Some(encoding) = &answer.packed {
            return Some(format!("What it said cannot be read: {}", compressed(encoding)));
        }
        if self.has_internals() {
            return Some(
                "The fault is in Tallyfy, which may not have expected a value of that kind; tell its support, with the \
                 time and the request id"
                    .to_owned(),
            );
        }
        match answer.origin {
            Origin::Service => self.hint_of_service(answer.status.as_u16()),
            Origin::Edge => Some(self.hint_of_edge().to_owned()),
            Origin::Intermediary => of_intermediary(answer.status).map(str::to_owned),
            Origin::Unknown => self.hint_of_unknown(answer),
        }
    }

    fn hint_of_service(&self, status: u16) -> Option<String> {
        match status {
            300..=399 => Some("Redirects are not followed: check the base URL".to_owned()),
            401 | 403 => Some(self.hint_of_rights(status)),
            402 => Some(self.hint_of_plan().to_owned()),
            404 | 410 => Some(self.hint_of_missing()),
            409 if self.code() == Some("SEAT_POOL_EXHAUSTED") => Some(self.seat_hint()),
            // mcp-newer: announced for writes into a process with an open problem
            423 => Some("An open problem blocks the process: resolve it, then call again".to_owned()),
            _ if self.is_plan_limit() => Some(self.hint_of_plan().to_owned()),
            400 | 422 => self.hint_of_values().map(str::to_owned),
            _ => None,
        }
    }

    fn hint_of_rights(&self, status: u16) -> String {
        if self.is_token_invalid() {
            return self.hint_of_token().to_owned();
        }
        if status == 401 {
            return "It refuses the action, not the token: the token's owner lacks the right, or the organization does not \
                    allow it"
                .to_owned();
        }
        let said = self.message().unwrap_or_default().to_ascii_lowercase();
        let of_access = ["access", "permission", "member", "belong"].iter().any(|word| said.contains(word));
        if self.is_throttled() {
            return "Too many calls: wait before the next one".to_owned();
        }
        // platform:errors (an application's token elsewhere), docs:open-api/index
        if of_access && said.contains("organization") && !said.contains("your role") {
            return "The token's owner is not a member of this organization: check the organization id, and whose token it is"
                .to_owned();
        }
        // mcp-newer:server/utils/fastmcp_errors.py of scopes
        "The token's owner lacks the role or seat for this, or the token is limited to other scopes"
            .to_owned()
    }

    fn hint_of_token(&self) -> &'static str {
        // docs:open-api/code-samples/authentication/client-credentials-flow, docs:open-api/index: three causes, one answer.
        if self.0.token_of_a_source {
            return "The token is not accepted: it has ended, or it is a client-credentials token, which the routes \
                    of users refuse, or something on the way drops the header X-Tallyfy-Client";
        }
        // docs:open-api/code-samples/authentication/personal-access-token; docs:open-api/index of the header
        "The token is not accepted: a personal token cannot be renewed and stops working when its \
         owner logs out of Tallyfy; make a new one under Settings > Integrations > REST API (if the token is \
         good, something on the way drops the header X-Tallyfy-Client, which looks the same)"
    }

    fn hint_of_plan(&self) -> &'static str {
        // mcp-newer:server/utils/fastmcp_errors.py
        "The plan or trial of the organization allows no more: an administrator must change it, or make room"
    }

    fn hint_of_missing(&self) -> String {
        if self.code() == Some("ENDPOINT_NOT_FOUND") {
            // docs:open-api/api-clients/postman/troubleshooting: a missing header can look like this.
            return "The path is unknown to this server: check the base URL, and that nothing on the way drops \
                    the header X-Tallyfy-Client"
                .to_owned();
        }
        let what = self.0.operation.and_then(named).unwrap_or_else(|| "such object".to_owned());
        let hint = format!(
            "There is no {what} that this token can see: check the id and the organization; archived objects can also answer so"
        );
        match self.other_way() {
            Some(way) => format!("{hint}. {way}"),
            None => hint,
        }
    }

    /// The commonest mix-up: the two kinds of tasks have routes of their own (processes_tasks:complete_process_task).
    fn other_way(&self) -> Option<&'static str> {
        let operation = operations::find(self.0.operation?)?;
        let of_tasks =
            operation.tag == "tasks" && operation.id != "get_task" && operation.id != "list_run_tasks";
        let is_task = operation.path.contains("{task}") || operation.path.ends_with("/completed-tasks");
        match operation.path.contains("{run}") {
            _ if !of_tasks || !is_task => None,
            true => Some(
                "A one-off task has no process, and is reached by organization.tasks(); a task's process is its process_id",
            ),
            false => Some("A task of a process is reached by organization.process(id).tasks()"),
        }
    }

    fn hint_of_values(&self) -> Option<&'static str> {
        let fields = self.field_errors();
        let says = |text: &str| {
            let texts = fields.iter().map(|field| &*field.message).chain(self.message());
            texts.into_iter().any(|said| said.to_ascii_lowercase().contains(text))
        };
        let is_completion = matches!(self.0.operation, Some("complete_run_task" | "complete_task"));
        if is_completion && fields.iter().any(|field| field.field == "is_approved") {
            return Some(
                "An approval is completed by approve(..) or reject(..), any other task by complete(..), which decides nothing",
            );
        }
        if says("invalid dropdown choice") {
            return Some(
                "A dropdown takes one of its field's options as {\"id\": .., \"text\": ..}, not the text alone",
            );
        }
        None
    }

    fn hint_of_edge(&self) -> &'static str {
        // mcp-newer:server/utils/fastmcp_errors.py
        match self.status().map(|status| status.as_u16()) {
            Some(404) => {
                "The header X-Tallyfy-Client did not arrive, so something on the way drops it; this says nothing about the \
                 object"
            }
            Some(401) => self.hint_of_token(),
            _ => {
                "Tallyfy's edge turned it away before the service saw it: check the base URL, the token and the headers"
            }
        }
    }

    fn hint_of_unknown(&self, answer: &Answer) -> Option<String> {
        match answer.status.as_u16() {
            300..=399 => Some("Redirects are not followed: check the base URL".to_owned()),
            401 => Some(self.hint_of_rights(401)),
            402 => Some(self.hint_of_plan().to_owned()),
            403 | 404 | 410 => Some(
                "Tallyfy answers in JSON, this is none: something on the way may have answered, so it says nothing sure \
                 about the object or the rights; check the base URL, proxies and firewalls"
                    .to_owned(),
            ),
            _ => None,
        }
    }

    fn seat_hint(&self) -> String {
        let pool = self.said().and_then(|said| said.seat_pool.as_deref());
        let pool = pool.map(|pool| format!(" {}", self.shown(pool))).unwrap_or_default();
        format!("No{pool} seat is free: buy seats, or disable a member, then call again")
    }
}

fn of_intermediary(status: StatusCode) -> Option<&'static str> {
    Some(match status.as_u16() {
        300..=399 => "Redirects are not followed: check the base URL",
        401 | 407 | 511 => {
            "A proxy or gateway on the way asks for a login of its own; Tallyfy did not see the token"
        }
        403 | 451 => {
            "A firewall or proxy on the way answered, not Tallyfy: it says nothing about the rights of the token's owner"
        }
        404 | 410 => {
            "A proxy or balancer on the way answered, not Tallyfy, or the base URL leads elsewhere: it says nothing about the \
             object"
        }
        413 => "A proxy on the way takes no request of this size",
        400..=499 => "A proxy or firewall on the way answered, not Tallyfy",
        _ => return None,
    })
}

/// What an operation was asked about, the nearest first: `such task, process or organization`.
fn named(operation: &'static str) -> Option<String> {
    let path = operations::find(operation)?.path;
    let parameters = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let word = |parameter: &str| WORDS.iter().find(|(known, _)| *known == parameter).map(|(_, word)| *word);
    let mut words: Vec<&str> = parameters.filter_map(word).collect();
    let in_body = IN_BODY.iter().find(|(known, _)| *known == operation).map(|(_, word)| *word);
    words.extend(in_body.filter(|word| !words.contains(word)));
    words.reverse();
    let (last, before) = words.split_last()?;
    Some(match before {
        [] => format!("such {last}"),
        before => format!("such {} or {last}", before.join(", ")),
    })
}
