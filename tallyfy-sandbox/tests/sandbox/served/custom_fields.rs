//! Cases of custom fields: the same operations on ten kinds of record.

use serde_json::json;
use tallyfy_sandbox::seed;

use super::{Case, changes, shows};

/// The word in definitions, then the operations: get, replace, update (where there is one), delete.
const KINDS: [(&str, [&str; 4]); 10] = [
    (
        "member",
        [
            "get_user_custom_fields",
            "replace_user_custom_fields",
            "update_user_custom_field",
            "delete_user_custom_field",
        ],
    ),
    (
        "guest",
        [
            "get_guest_custom_fields",
            "replace_guest_custom_fields",
            "update_guest_custom_field",
            "delete_guest_custom_field",
        ],
    ),
    (
        "folder",
        [
            "get_folder_custom_fields",
            "replace_folder_custom_fields",
            "update_folder_custom_field",
            "delete_folder_custom_field",
        ],
    ),
    (
        "tag",
        [
            "get_tag_custom_fields",
            "replace_tag_custom_fields",
            "update_tag_custom_field",
            "delete_tag_custom_field",
        ],
    ),
    (
        "template",
        [
            "get_checklist_custom_fields",
            "replace_checklist_custom_fields",
            "",
            "delete_checklist_custom_field",
        ],
    ),
    ("step", ["get_step_custom_fields", "replace_step_custom_fields", "", "delete_step_custom_field"]),
    (
        "form_field",
        ["get_capture_custom_fields", "replace_capture_custom_fields", "", "delete_capture_custom_field"],
    ),
    (
        "kickoff_field",
        ["get_prerun_custom_fields", "replace_prerun_custom_fields", "", "delete_prerun_custom_field"],
    ),
    (
        "process",
        [
            "get_run_custom_fields",
            "replace_run_custom_fields",
            "update_run_custom_field",
            "delete_run_custom_field",
        ],
    ),
    (
        "task",
        [
            "get_task_custom_fields",
            "replace_task_custom_fields",
            "update_task_custom_field",
            "delete_task_custom_field",
        ],
    ),
];

/// A definition, without which no value is taken.
fn key(target: &str) -> Case {
    changes("create_custom_field_key", json!({ "key": "mark", "applies_to": target, "field_type": "text" }))
}

/// Guests are named by the code of their link here, and the process of the seed has a value already.
fn guest(case: Case) -> Case {
    if case.operation.contains("_guest_") { case.at("guest", seed::GUEST_CODE) } else { case }
}

pub fn all() -> Vec<Case> {
    let mut cases = vec![key("process"), shows("list_custom_field_keys", "cost_center")];
    for (target, [get, replace, update, delete]) in KINDS {
        let set = || guest(changes(replace, json!({ "custom_fields": { "mark": "Blue" } })));
        cases.push(guest(shows(get, "Blue")).after(key(target)).after(set()));
        cases.push(set().after(key(target)));
        if !update.is_empty() {
            cases.push(guest(changes(update, json!({ "value": "Green" }))).after(key(target)));
        }
        cases.push(guest(changes(delete, json!(null))).after(key(target)).after(set()));
    }
    cases
}
