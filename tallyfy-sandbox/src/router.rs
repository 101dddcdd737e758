//! Method and path to operation, from the OpenAPI document.
//!
//! Not here: what the operation does (`routes`), which requests may pass (`gate`).

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

use http::Method;
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// The document that the code generator copies here.
pub static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    // The text is compiled in and checked by the tests; without it there is no service to imitate.
    serde_json::from_str(include_str!("../openapi.json")).expect("the bundled OpenAPI document is JSON")
});

static ROUTES: LazyLock<Routes> = LazyLock::new(|| Routes::read(&DOCUMENT));

/// One operation of the document.
#[derive(Debug)]
pub struct Operation {
    /// `operationId`.
    pub id: String,
    /// Path template, as in the document.
    pub path: String,
    /// Method, lowercase, as in the document.
    pub method: String,
    /// Whom it lets in.
    pub door: Door,
    /// Names of the path parameters, in order.
    names: Vec<String>,
}

/// Whose token an operation asks for, by its `security` in the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Nobody's.
    Open,
    /// A member's.
    Member,
    /// An application's.
    Application,
}

impl Door {
    fn read(operation: &Value) -> Self {
        let Some(Value::Array(schemes)) = operation.get("security") else { return Self::Member };
        let for_application = |scheme: &Value| scheme.get("oauth_application").is_some();
        match schemes.as_slice() {
            [] => Self::Open,
            schemes if schemes.iter().all(for_application) => Self::Application,
            _ => Self::Member,
        }
    }
}

/// Values of path parameters, decoded.
pub type PathParams = BTreeMap<String, String>;

/// Where a request leads.
#[derive(Debug)]
pub enum Found {
    /// A known operation.
    Operation(Arc<Operation>, PathParams),
    /// A known path, another method.
    WrongMethod,
    /// No such path.
    Nothing,
}

struct Routes {
    paths: matchit::Router<HashMap<Method, Arc<Operation>>>,
    by_id: HashMap<String, Arc<Operation>>,
}

/// The method by which the document knows what a request asks for. Deactivating is a `DELETE` there
/// (go:DisableUser); without that oddity it is a `PUT`, like activating.
pub fn documented(method: &Method, path: &str, disabling_is_a_delete: bool) -> Method {
    match *method {
        _ if disabling_is_a_delete || !path.ends_with("/disable") => method.clone(),
        Method::PUT => Method::DELETE,
        Method::DELETE => Method::PUT,
        _ => method.clone(),
    }
}

/// Looks up a request. `path` is without the `/api` prefix.
pub fn find(method: &Method, path: &str) -> Found {
    let Ok(matched) = ROUTES.paths.at(path) else { return Found::Nothing };
    let Some(operation) = matched.value.get(method) else { return Found::WrongMethod };
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let values = matched.params.iter().map(|(_, value)| decode(value));
    let params = operation.names.iter().cloned().zip(values).collect();
    Found::Operation(Arc::clone(operation), params)
}

/// The operation with this id.
pub fn by_id(id: &str) -> Option<&'static Operation> {
    ROUTES.by_id.get(id).map(Arc::as_ref)
}

/// All operation ids of the document.
pub fn ids() -> impl Iterator<Item = &'static str> {
    ROUTES.by_id.keys().map(String::as_str)
}

/// Both bases of the service lead to the same routes: `go.tallyfy.com/api` and `api.tallyfy.com`
/// (platform:base_urls).
pub fn without_prefix(path: &str) -> &str {
    match path.strip_prefix("/api") {
        Some(rest) if rest.starts_with('/') => rest,
        _ => path,
    }
}

impl Routes {
    fn read(document: &Value) -> Self {
        let mut by_shape: BTreeMap<String, HashMap<Method, Arc<Operation>>> = BTreeMap::new();
        let mut by_id = HashMap::new();
        let paths = document.get("paths").and_then(Value::as_object);
        for (path, item) in paths.into_iter().flatten() {
            let (shape, names) = shape_of(path);
            for (verb, operation) in item.as_object().into_iter().flatten() {
                let id = operation.get("operationId").and_then(Value::as_str);
                let method = Method::from_bytes(verb.to_uppercase().as_bytes());
                let (Some(id), Ok(method)) = (id, method) else { continue };
                let operation = Arc::new(Operation {
                    id: id.to_owned(),
                    path: path.clone(),
                    method: verb.clone(),
                    door: Door::read(operation),
                    names: names.clone(),
                });
                by_id.insert(id.to_owned(), Arc::clone(&operation));
                by_shape.entry(shape.clone()).or_default().insert(method, operation);
            }
        }
        let mut paths = matchit::Router::new();
        for (shape, methods) in by_shape {
            paths.insert(shape, methods).expect("no two paths of the bundled document collide");
        }
        Self { paths, by_id }
    }
}

/// The path with numbered parameters: the same place may have another name in another path
/// (`{guest}`, `{email}`), which the matcher does not allow.
fn shape_of(path: &str) -> (String, Vec<String>) {
    let mut names = Vec::new();
    let mut shape = String::new();
    for segment in path.split('/').skip(1) {
        shape.push('/');
        match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) => {
                shape.push_str(&format!("{{p{}}}", names.len()));
                names.push(name.to_owned());
            }
            None => shape.push_str(segment),
        }
    }
    (shape, names)
}
