//! Answers: envelopes, pages, and errors in the service's shapes.
//!
//! Not here: the rows inside (`routes`), bytes on the wire (`server`).

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::log::Violation;
use crate::query::Query;
use crate::quirks::Quirks;
use crate::state::Refused;

/// An answer before it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Header lines besides those of the body.
    pub headers: Vec<(&'static str, String)>,
    /// Content.
    pub body: Body,
}

/// The content of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Nothing.
    Empty,
    /// JSON.
    Json(Value),
    /// Bytes of a kind.
    Bytes(&'static str, Bytes),
}

impl Answer {
    /// JSON with a status.
    pub fn json(status: StatusCode, body: Value) -> Self {
        Self { status, headers: Vec::new(), body: Body::Json(body) }
    }

    /// `{"data": ...}` with 200.
    pub fn item(data: Value) -> Self {
        Self::json(StatusCode::OK, json!({ "data": data }))
    }

    /// `{"data": ...}` with 201.
    pub fn created(data: Value) -> Self {
        Self::json(StatusCode::CREATED, json!({ "data": data }))
    }

    /// 200 without a body.
    pub fn empty() -> Self {
        Self { status: StatusCode::OK, headers: Vec::new(), body: Body::Empty }
    }

    /// 204.
    pub fn no_content() -> Self {
        Self { status: StatusCode::NO_CONTENT, headers: Vec::new(), body: Body::Empty }
    }

    /// Adds the code that most refusals have, unless it has one, or tells of fields.
    pub fn with_code(mut self) -> Self {
        if let Body::Json(Value::Object(body)) = &mut self.body
            && body.get("error") == Some(&Value::Bool(true))
            && !body.contains_key("code")
            && !body.contains_key("errors")
            && let Some(code) = body.get("message").and_then(Value::as_str).map(code_of)
        {
            body.insert("code".to_owned(), code.into());
        }
        self
    }

    /// `{"data": [...]}` without `meta` (users-list, guests-list, without_pagination).
    pub fn whole(rows: Vec<Value>) -> Self {
        Self::json(StatusCode::OK, json!({ "data": rows }))
    }
}

/// An empty map as PHP writes it when the oddity is on: `[]`.
pub fn php_map(map: &Map<String, Value>, empty_is_list: bool) -> Value {
    if map.is_empty() && empty_is_list { json!([]) } else { Value::Object(map.clone()) }
}

/// What a list is asked to show.
#[derive(Clone, Copy, Debug)]
pub struct Paging {
    page: usize,
    per_page: usize,
    whole: bool,
    list_links: bool,
}

impl Paging {
    /// Reads `page`, `per_page` and `without_pagination`; nonsense counts as absent.
    pub fn read(query: &Query, quirks: &Quirks, default: usize, cap: usize) -> Self {
        let number =
            |key: &str| query.get(key).and_then(|text| text.parse::<usize>().ok()).filter(|n| *n > 0);
        Self {
            page: number("page").unwrap_or(1),
            per_page: number("per_page").unwrap_or(default).min(cap),
            whole: query.flag("without_pagination") == Some(true),
            list_links: quirks.lone_page_links_are_a_list,
        }
    }

    /// Ten rows a page and a cap of 100 are the ordinary case (platform:pagination).
    pub fn usual(query: &Query, quirks: &Quirks) -> Self {
        Self::read(query, quirks, if quirks.lists_default_to_ten { 10 } else { 100 }, 100)
    }

    /// Never in one piece, whatever the query says.
    pub fn always(self) -> Self {
        Self { whole: false, ..self }
    }

    /// Ten rows a page and never in one piece, whatever the query says, when `fixed`.
    pub fn fixed(self, fixed: bool) -> Self {
        if fixed { Self { per_page: 10, whole: false, ..self } } else { self }
    }

    /// `{}` instead of `[]` where there is nothing to link to.
    pub fn with_object_links(self) -> Self {
        Self { list_links: false, ..self }
    }

    /// All rows in one answer (`pagination=false` of folders).
    pub fn in_one_piece(self, whole: bool) -> Self {
        Self { whole: self.whole || whole, ..self }
    }

    /// Cuts the page out of the rows, renders it and wraps it.
    pub fn answer<T>(self, rows: &[T], request: &Origin<'_>, render: impl FnMut(&T) -> Value) -> Answer {
        if self.whole {
            return Answer::whole(rows.iter().map(render).collect());
        }
        Answer::json(StatusCode::OK, self.page(rows, request, render))
    }

    /// As [`Paging::answer`], for rows that are looked for when the page is known. `pick` finds them by how
    /// many to leave out and how many to take.
    pub fn answer_picked<T>(
        self,
        total: usize,
        pick: impl FnOnce(usize, usize) -> Vec<T>,
        request: &Origin<'_>,
        render: impl FnMut(T) -> Value,
    ) -> Answer {
        if self.whole {
            return Answer::whole(pick(0, total).into_iter().map(render).collect());
        }
        let (start, end) = self.span(total);
        let data = pick(start, end - start).into_iter().map(render).collect();
        Answer::json(StatusCode::OK, self.envelope(data, total, request))
    }

    /// One page as a list envelope.
    pub fn page<T>(self, rows: &[T], request: &Origin<'_>, render: impl FnMut(&T) -> Value) -> Value {
        let (start, end) = self.span(rows.len());
        self.envelope(rows[start..end].iter().map(render).collect(), rows.len(), request)
    }

    /// The first row of the page, and the one after its last.
    pub fn span(self, total: usize) -> (usize, usize) {
        let start = (self.page - 1).saturating_mul(self.per_page).min(total);
        (start, start.saturating_add(self.per_page).min(total))
    }

    /// The rows of one page in their envelope.
    pub fn envelope(self, data: Vec<Value>, total: usize, request: &Origin<'_>) -> Value {
        let pagination = json!({
            "total": total,
            "count": data.len(),
            "per_page": self.per_page,
            "current_page": self.page,
            "total_pages": total.div_ceil(self.per_page).max(1),
            "links": self.links(total, request),
        });
        json!({ "data": data, "meta": { "pagination": pagination } })
    }

    /// `[]` on a single page, else URLs on the service's own host: a client that follows them leaves the
    /// sandbox, which is what platform:pagination.algorithm warns of.
    fn links(self, total: usize, request: &Origin<'_>) -> Value {
        let pages = total.div_ceil(self.per_page).max(1);
        let mut links = Map::new();
        if self.page > 1 {
            links.insert("previous".to_owned(), request.link(self.page - 1).into());
        }
        if self.page < pages {
            links.insert("next".to_owned(), request.link(self.page + 1).into());
        }
        if links.is_empty() && self.list_links { json!([]) } else { Value::Object(links) }
    }
}

/// What links of a page are made of.
pub struct Origin<'a> {
    /// Path without the `/api` prefix.
    pub path: &'a str,
    /// The query of the request.
    pub query: &'a Query,
}

impl Origin<'_> {
    fn link(&self, page: usize) -> String {
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        let kept = self.query.pairs().iter().filter(|(key, _)| key != "page");
        pairs.extend(kept.map(|(key, value)| (key.as_str(), value.as_str())));
        let page = page.to_string();
        pairs.push(("page", &page));
        let query = serde_urlencoded::to_string(&pairs).unwrap_or_default();
        format!("https://go.tallyfy.com/api{}?{query}", self.path)
    }
}

/// `{error, message, code}` (platform:errors.shapes.flag_message_code).
pub fn coded(status: StatusCode, message: &str, code: &str) -> Answer {
    Answer::json(status, json!({ "error": true, "message": message, "code": code }))
}

/// `{message}` (platform:errors.shapes.message_only).
pub fn message(status: StatusCode, message: &str) -> Answer {
    Answer::json(status, json!({ "message": message }))
}

/// 404 of a known route.
pub fn not_found() -> Answer {
    coded(StatusCode::NOT_FOUND, "Resource not found", "RESOURCE_NOT_FOUND")
}

/// 422 with texts by field. An entry that is an object goes in as it is: answers to form fields come
/// keyed by field id (processes_tasks:ErrorBody).
pub fn invalid(errors: Vec<(String, Value)>) -> Answer {
    let mut map = Map::new();
    for (field, entry) in errors {
        if let Value::Array(texts) = map.entry(field).or_insert_with(|| json!([])) {
            texts.push(entry);
        }
    }
    let body = json!({ "error": true, "message": "The given data was invalid.", "errors": map });
    Answer::json(StatusCode::UNPROCESSABLE_ENTITY, body)
}

/// 422 for keys that the document does not know.
pub fn unknown_keys(places: Vec<String>) -> Answer {
    let errors = places.into_iter().map(|place| {
        let text = format!("The {place} field is not known.");
        (place, text.into())
    });
    invalid(errors.collect())
}

/// 400 of the strict mode, which is the sandbox's own: what breaks the document, by JSON pointer.
pub fn broken_contract(violations: &[Violation]) -> Answer {
    let mut errors = Map::new();
    for violation in violations {
        if let Value::Array(texts) = errors.entry(&violation.pointer).or_insert_with(|| json!([])) {
            texts.push(json!(violation.message));
        }
    }
    let text = "The request breaks the OpenAPI document.";
    let body = json!({ "error": true, "message": text, "code": "CONTRACT_VIOLATION", "errors": errors });
    Answer::json(StatusCode::BAD_REQUEST, body)
}

impl From<Refused> for Answer {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Invalid(errors) => invalid(errors),
            Refused::Unauthorized(text) => message(StatusCode::UNAUTHORIZED, &text),
            Refused::Forbidden(text) => {
                Self::json(StatusCode::FORBIDDEN, json!({ "error": true, "message": text }))
            }
            Refused::Missing => not_found(),
        }
    }
}

/// The message as a code: upper case, punctuation out, blanks to `_`, 25 characters
/// (mcp-newer:server/utils/fastmcp_errors.py).
pub fn code_of(message: &str) -> String {
    let kept = message.chars().filter(|c| c.is_alphanumeric() || c.is_whitespace());
    let code: String = kept.map(|c| if c.is_whitespace() { '_' } else { c }).collect();
    code.to_uppercase().chars().take(25).collect()
}

/// Where the token endpoint sends those who do not ask for JSON (mcp-newer:server/routes/oauth.py).
pub fn to_login() -> Answer {
    let headers = vec![("Location", "https://go.tallyfy.com/login".to_owned())];
    Answer { headers, ..html(StatusCode::FOUND) }
}

/// What the edge in front of the service answers: without a code (mcp-newer:server/utils/fastmcp_errors.py).
pub fn edge_not_found() -> Answer {
    let body = json!({ "error": true, "message": "Not found. Error Code: apsh546." });
    Answer::json(StatusCode::NOT_FOUND, body)
}

/// The page that the service sends instead of a JSON error when `Accept` does not ask for JSON
/// (py:tests/test_file_transfer).
pub fn html(status: StatusCode) -> Answer {
    let words = status.canonical_reason().unwrap_or("Error");
    let code = status.as_u16();
    let style = "body{font-family:sans-serif;color:#636b6f;text-align:center;padding-top:20vh}";
    let page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{words}</title>\n\
         <style>{style}</style>\n</head>\n<body>\n<h1>{code}</h1>\n<p>{words}</p>\n</body>\n</html>\n"
    );
    Answer { status, headers: Vec::new(), body: Body::Bytes("text/html; charset=UTF-8", page.into()) }
}
