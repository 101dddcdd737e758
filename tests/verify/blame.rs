//! Where decoding fails: serde tells a column of the text, people want a JSON pointer. Every place is told, not the first
//! alone: what was found is mended in a copy, and the rest read again. Not here: what to do about it (`advice`).

use serde_json::{Map, Value, json};
use tallyfy_gen::decoders::decode;

/// More places than this in one body have one cause.
const ENOUGH: usize = 20;

/// Pointer and message of each place that the operation's type refuses.
pub fn places(operation: &str, body: &Value) -> Vec<(String, String)> {
    // A body without `data` is read through a buffer, which knows no columns.
    let wrapped = body.is_object() && body.get("data").is_none();
    let mut copy = if wrapped { json!({"data": body}) } else { body.clone() };
    let mut found: Vec<(String, String)> = Vec::new();
    for _ in 0..ENOUGH {
        let Some(Err(error)) = decode(operation, text(&copy).as_bytes()) else { break };
        let message = error.to_string();
        let what = message.split(" at line ").next().unwrap_or_default().to_owned();
        let mut pointer = locate(&copy, error.column());
        if let Some(field) = what.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
            pointer = format!("{pointer}/{field}");
        }
        if found.iter().any(|(known, _)| *known == pointer) {
            break;
        }
        let mended = mend(&mut copy, &pointer);
        found.push((pointer, what));
        if !mended {
            break;
        }
    }
    let strip = |(pointer, what): (String, String)| match pointer.strip_prefix("/data") {
        Some(rest) if wrapped => (rest.to_owned(), what),
        _ => (pointer, what),
    };
    found.into_iter().map(strip).collect()
}

/// Puts something readable in the place: an id that every reader takes, or nothing.
fn mend(body: &mut Value, pointer: &str) -> bool {
    let Some((parent, key)) = pointer.rsplit_once('/') else { return false };
    let key = key.replace("~1", "/").replace("~0", "~");
    match body.pointer_mut(parent) {
        Some(Value::Object(object)) => {
            object.insert(key.clone(), if key == "id" { json!("0") } else { Value::Null });
            true
        }
        Some(Value::Array(list)) => match key.parse::<usize>() {
            Ok(at) if at < list.len() => {
                list[at] = Value::Null;
                true
            }
            _ => false,
        },
        _ => false,
    }
}

/// The keys of an object, `data` first: what stands before it is buffered.
fn entries(object: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    let (first, rest): (Vec<_>, Vec<_>) = object.iter().partition(|(key, _)| *key == "data");
    first.into_iter().chain(rest)
}

fn text(value: &Value) -> String {
    match value {
        Value::Object(object) => {
            let rows: Vec<String> =
                entries(object).map(|(key, value)| format!("{}:{}", json!(key), text(value))).collect();
            format!("{{{}}}", rows.join(","))
        }
        Value::Array(list) => format!("[{}]", list.iter().map(text).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

/// The innermost value that holds the byte before this column of `text(value)`.
fn locate(value: &Value, column: usize) -> String {
    let mut pointer = String::new();
    let (mut value, mut at) = (value, column.saturating_sub(1));
    'down: loop {
        let mut start = 1;
        let children: Vec<(String, usize, &Value)> = match value {
            Value::Object(object) => {
                let child = |(key, value)| (String::clone(key), json!(key).to_string().len() + 1, value);
                entries(object).map(child).collect()
            }
            Value::Array(list) => {
                list.iter().enumerate().map(|(index, value)| (index.to_string(), 0, value)).collect()
            }
            _ => return pointer,
        };
        for (key, head, child) in children {
            let length = text(child).len();
            if (start + head..start + head + length).contains(&at) {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                at -= start + head;
                value = child;
                continue 'down;
            }
            start += head + length + 1;
        }
        return pointer;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{locate, text};

    #[test]
    fn a_column_is_a_place() {
        let value = json!({"a/b": [10, {"é": "x"}], "data": {"id": 7}});
        let written = text(&value);
        assert_eq!(written, r#"{"data":{"id":7},"a/b":[10,{"é":"x"}]}"#);
        let column = |part: &str| written.find(part).unwrap() + 1;
        assert_eq!(locate(&value, column("7")), "/data/id");
        assert_eq!(locate(&value, column("10") + 1), "/a~1b/0");
        assert_eq!(locate(&value, column("\"x\"")), "/a~1b/1/é");
        assert_eq!(locate(&value, column("},\"a")), "/data");
        assert_eq!(locate(&value, written.len()), "");
        assert_eq!(locate(&value, 0), "");
    }
}
