//! Which ids an answer shows, and what they are ids of. Not here: reading with them.

use serde_json::Value;

/// What a guest is called where the email does not do: the part of the link after `/guest/`.
const CODE: &str = "guest code";
/// Operations that want the code (mcp:get_guest_tasks, docs:open-api/custom-fields).
const CODED: [&str; 2] = ["list_guest_tasks", "get_guest_custom_fields"];

/// What fills a path parameter of an operation.
pub fn filling<'a>(operation: &str, parameter: &'a str) -> &'a str {
    if parameter == "guest" && CODED.contains(&operation) { CODE } else { parameter }
}

/// Operation, where ids stand in its answer (`*`: every element), and the path parameter that they fill. An include may
/// be wrapped in `data`, and is looked through.
const IDS: [(&str, &str, &str); 18] = [
    ("list_checklists", "/data/*/id", "checklist"),
    ("list_runs", "/data/*/id", "run"),
    ("list_users", "/data/*/id", "user"),
    ("list_guests", "/data/*/email", "guest"),
    ("list_guests", "/data/*/link", CODE),
    ("list_groups", "/data/*/id", "group"),
    ("list_tags", "/data/*/id", "tag"),
    ("list_folders", "/data/*/id", "folder"),
    ("list_steps", "/data/*/id", "step"),
    ("get_checklist", "/data/prerun/*/id", "prerun"),
    ("get_checklist", "/data/assets/*/id", "file"),
    ("get_step", "/data/captures/*/id", "capture"),
    ("list_captures", "/data/*/id", "capture"),
    ("list_run_tasks", "/data/*/id", "task"),
    ("list_tasks", "/data/*/id", "task"),
    ("get_run", "/data/assets/*/id", "file"),
    ("get_run_task", "/data/assets/*/id", "file"),
    ("get_user", "/data/assets/*/id", "file"),
];

/// Parameter and id, in the order of the answer.
pub fn ids(operation: &str, answer: &Value) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    for (_, pointer, name) in IDS.iter().filter(|(one, ..)| *one == operation) {
        let mut values = vec![answer];
        for token in pointer.split('/').skip(1) {
            values = values.into_iter().flat_map(|value| step(value, token)).collect();
        }
        let text = |value: &Value| match value {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let ids = values.into_iter().filter_map(text);
        if *name == CODE {
            let code = |link: String| Some(link.split_once("/guest/")?.1.split('/').next()?.to_owned());
            found.extend(ids.filter_map(code).map(|id| (*name, id)));
        } else {
            found.extend(ids.map(|id| (*name, id)));
        }
    }
    found
}

fn step<'a>(value: &'a Value, token: &str) -> Vec<&'a Value> {
    match (token, value) {
        ("*", Value::Array(list)) => list.iter().collect(),
        ("*", Value::Object(object)) => match object.get("data") {
            Some(inner) => step(inner, token),
            None => object.values().collect(),
        },
        ("*", _) => Vec::new(),
        (token, value) => value.get(token).into_iter().collect(),
    }
}

/// The pointer with `*` for every position.
pub fn general(pointer: &str) -> String {
    let part = |part: &str| {
        let position = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if position { "*".to_owned() } else { part.to_owned() }
    };
    pointer.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{filling, general, ids};

    #[test]
    fn ids_are_found_wrapped_and_bare() {
        let wrapped = json!({"data": {"captures": {"data": [{"id": "a"}, {"id": 7}, {"id": ""}]}}});
        assert_eq!(ids("get_step", &wrapped), [("capture", "a".into()), ("capture", "7".into())]);
        assert_eq!(ids("get_step", &json!({"data": {"captures": [{"id": "a"}]}})), [("capture", "a".into())]);
        assert_eq!(ids("get_me", &wrapped), []);
        let guests =
            json!({"data": [{"email": "kim@lund.test", "link": "https://go.tallyfy.com/guest/x7k2/tasks"}]});
        assert_eq!(
            ids("list_guests", &guests),
            [("guest", "kim@lund.test".into()), ("guest code", "x7k2".into())]
        );
        assert_eq!(filling("list_guest_tasks", "guest"), "guest code");
        assert_eq!(filling("get_guest", "guest"), "guest");
        assert_eq!(general("/data/0/tasks/12/id"), "/data/*/tasks/*/id");
    }
}
