//! What a seed file may leave out although the operations ask for it, and short forms.
//!
//! Not here: what the service itself fills in.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Map, Value, json};

type Row = Map<String, Value>;

/// A text field that need not be answered, choices and columns by their texts.
pub fn field(field: &mut Row) {
    field.entry("field_type").or_insert_with(|| json!("text"));
    field.entry("required").or_insert_with(|| json!(false));
    for (key, word) in [("options", "text"), ("columns", "label")] {
        let list = field.get_mut(key).and_then(Value::as_array_mut);
        for (id, entry) in (1..).zip(list.into_iter().flatten()) {
            match entry {
                Value::String(text) => *entry = json!({ "id": id, word: text }),
                Value::Object(entry) => {
                    entry.entry("id").or_insert_with(|| json!(id));
                }
                _ => {}
            }
        }
    }
}

/// A deadline counts from the launch, in days.
pub fn step(step: &mut Row) {
    if let Some(Value::Object(deadline)) = step.get_mut("deadline") {
        for (key, word) in [("unit", "days"), ("option", "from"), ("step", "start_run")] {
            deadline.entry(key).or_insert_with(|| json!(word));
        }
    }
}

/// Completion needs no statement.
pub fn rule(rule: &mut Row) {
    let conditions = rule.get_mut("conditions").and_then(Value::as_array_mut).into_iter().flatten();
    for condition in conditions.filter_map(Value::as_object_mut) {
        condition.entry("statement").or_insert_with(|| json!("any_time"));
    }
}

/// A group is described by its name.
pub fn group(group: &mut Row) {
    if let Some(name) = group.get("name").cloned() {
        group.entry("description").or_insert(name);
    }
}

/// A plain task of the administrator, due a day later.
pub fn task(task: &mut Row, admin: i64, now: DateTime<Utc>) {
    task.entry("task_type").or_insert_with(|| json!("task"));
    let tomorrow = (now + Duration::days(1)).format("%Y-%m-%d %H:%M:%S").to_string();
    task.entry("deadline").or_insert_with(|| json!(tomorrow));
    task.entry("owners").or_insert_with(|| json!({ "users": [admin], "guests": [], "groups": [] }));
}
