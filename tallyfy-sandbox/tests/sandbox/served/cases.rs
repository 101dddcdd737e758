//! One case for each operation, by resource.

use serde_json::{Value, json};
use tallyfy_sandbox::seed::{self, *};

use super::{Body, Case, Proof, case, changes, custom_fields, deadline_by_hand, shows};

const NOTHING: Value = Value::Null;

pub fn all() -> Vec<Case> {
    [
        access(),
        activity(),
        automations(),
        comments(),
        custom_fields::all(),
        files(),
        folders(),
        form_fields(),
        groups(),
        guests(),
        members(),
        processes(),
        steps(),
        tags(),
        tasks(),
        task_states(),
        templates(),
        watchers(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn access() -> Vec<Case> {
    let token = |grant: &str, proof| {
        let form = json!({
            "grant_type": grant, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET,
            "username": "ben@northwind.test", "password": PASSWORD,
        });
        case("create_token", Body::Form(form), proof)
    };
    let application = || token("client_credentials", Proof::Answers);
    let li = json!({ "first_name": "Li", "last_name": "Berg", "email": "li@example.com" });
    vec![
        token("password", Proof::Opens),
        changes("create_application_user", li).after(application()),
        case("create_application_user_token", Body::None, Proof::Opens).after(application()),
        case("get_health", Body::None, Proof::Answers),
        case("get_config", Body::None, Proof::Answers),
        shows("get_me", "Ann Berg"),
        shows("get_current_user", "Ann Berg"),
        changes(
            "update_current_user",
            json!({ "first_name": "Anna", "last_name": "Berg", "timezone": "Europe/Berlin" }),
        ),
        shows("list_my_organizations", "Northwind"),
        shows("get_organization", "Northwind"),
        changes("update_organization", json!({ "name": "Northwind AS" })),
    ]
}

fn activity() -> Vec<Case> {
    vec![
        shows("list_activity", PROCESS_TASKS[0]),
        changes("undo_activity", NOTHING)
            .at("activity", "$last")
            .after(deadline_by_hand())
            .after(shows("list_activity", "deadline").query("?field=deadline")),
    ]
}

fn automations() -> Vec<Case> {
    let rule = json!({
        "automated_alias": "Hide",
        "conditions": [{
            "conditionable_id": STEP_COLLECT, "conditionable_type": "Step",
            "operation": "completed", "statement": "any_time",
        }],
        "then_actions":
            [{ "action_type": "visibility", "action_verb": "hide", "target_step_id": STEP_WELCOME }],
    });
    vec![
        changes("create_automated_action", rule.clone()),
        changes("update_automated_action", rule),
        changes("delete_automated_action", NOTHING),
    ]
}

fn comments() -> Vec<Case> {
    let content = || json!({ "content": "Look" });
    let resolve = || json!({ "thread_id": "$last", "content": "Done" });
    vec![
        changes("create_checklist_comment", content()),
        changes("create_checklist_problem", content()),
        changes("resolve_checklist_problem", resolve()).after(changes("create_checklist_problem", content())),
        changes("create_run_comment", content()),
        changes("create_run_problem", content()),
        changes("resolve_run_problem", resolve()).after(changes("create_run_problem", content())),
        changes("create_task_comment", content()),
        changes("create_task_bot_comment", content()),
        changes("update_task_comment", content()).at("task", PROCESS_TASKS[0]),
        changes("delete_task_comment", NOTHING).at("task", PROCESS_TASKS[0]),
        changes("create_task_problem", content()),
        changes("resolve_task_problem", json!({ "thread_id": OPEN_ISSUE, "content": "Done" }))
            .at("task", ONE_OFF_APPROVAL),
    ]
}

fn files() -> Vec<Case> {
    let upload = |kind| case("upload_file", Body::File(kind), Proof::Changes);
    vec![
        upload("Run"),
        case("upload_asset", Body::File("Task"), Proof::Changes),
        shows("get_file", "papers.txt").after(upload("Run")),
        shows("download_file", "Bill of lading").after(upload("Run")),
        shows("view_file", "Bill of lading").after(upload("Task")),
        changes("archive_file", NOTHING).after(upload("Run")),
        changes("delete_file", NOTHING).after(upload("Run")),
    ]
}

fn folders() -> Vec<Case> {
    vec![
        shows("list_folders", "This year"),
        changes("create_folder", json!({ "name": "Autumn" })),
        shows("get_folder", "This year"),
        changes("update_folder", json!({ "name": "Last year" })),
        changes("delete_folder", NOTHING),
        changes(
            "create_folder_object",
            json!({ "folder_id": PROCESS_FOLDER, "subject_id": SMALL_PROCESS, "subject_type": "Run" }),
        ),
        changes("delete_folder_object", NOTHING),
    ]
}

fn form_fields() -> Vec<Case> {
    let field = || json!({ "label": "Size", "field_type": "text", "required": false });
    vec![
        shows("get_checklist_form_fields", "Tax number"),
        shows("list_captures", "Tax number"),
        changes("create_capture", field()),
        changes("reorder_capture", json!({ "capture_id": FIELD_TAX_NUMBER, "position": 2 })),
        changes("update_capture", field()),
        changes("delete_capture", NOTHING),
        changes("move_capture", json!({ "target_step_id": STEP_RECORD, "position": 1 })),
        shows("get_run_form_fields", "Tax number"),
        changes("update_form_field_value", json!({ "id": "$value", "form_value": "NO 1" })),
        changes("update_guest_form_field_value", json!({ "id": FIELD_RADIO, "form_value": "Part-time" })),
        changes("save_task_capture", json!({ "id": FIELD_TEXTAREA, "value": "Two pallets" }))
            .at("task", PROCESS_TASKS[3]),
        changes("create_run_task_capture", field()),
        changes("create_task_form_field", field()),
        changes("delete_prerun", NOTHING),
    ]
}

fn groups() -> Vec<Case> {
    vec![
        shows("list_groups", "Purchasing"),
        changes("create_group", json!({ "name": "Drivers", "description": "Who drives" })),
        shows("get_group", "Purchasing"),
        changes("update_group", json!({ "name": "Buyers" })),
        changes("delete_group", NOTHING),
    ]
}

fn guests() -> Vec<Case> {
    let idle = |case: Case| case.at("guest", OTHER_GUEST);
    let disable = || idle(changes("disable_guest", NOTHING));
    vec![
        shows("list_guests", GUEST),
        shows("list_guests_minimal", GUEST),
        changes("create_guest", json!({ "email": "jo@lorry.test" })),
        shows("get_guest", GUEST),
        changes("update_guest", json!({ "associated_members": [1002] })),
        changes("remove_guest", NOTHING),
        disable(),
        idle(changes("enable_guest", NOTHING)).after(disable()),
        idle(changes("delete_guest", NOTHING)).after(disable()),
        changes("convert_guest_to_user", NOTHING),
    ]
}

fn members() -> Vec<Case> {
    let eve = json!({
        "email": "eve@example.com", "first_name": "Eve", "last_name": "Ray", "role": "light", "message": "Hi",
    });
    let profile = json!({ "first_name": "Benny", "last_name": "Okoro", "timezone": "Europe/Berlin" });
    vec![
        shows("list_users", "Ben Okoro"),
        shows("list_users_minimal", "Ben Okoro"),
        shows("get_user", "Ben Okoro"),
        changes("update_user", profile),
        changes("remove_user", NOTHING).query("?with_reassignment=true&to=1003"),
        changes("invite_user", eve.clone()),
        changes("update_user_role", json!({ "role": "admin" })),
        changes("disable_user", NOTHING),
        changes("enable_user", NOTHING).at("user", "1004"),
        changes("approve_user", NOTHING).at("user", "$last").after(changes("invite_user", eve)),
        changes("delete_user", NOTHING).at("user", "1004"),
        changes("convert_user_to_guest", NOTHING),
    ]
}

fn processes() -> Vec<Case> {
    vec![
        shows("list_runs", "Vendor onboarding - Blue Fjord"),
        changes("create_run", json!({ "checklist_id": SMALL_TEMPLATE, "name": "Friday" })),
        shows("get_run", "Vendor onboarding - Blue Fjord"),
        changes("update_run", json!({ "name": "Renamed", "users": [1002], "groups": [] })),
        changes("archive_run", NOTHING),
        changes("activate_run", NOTHING).at("run", ARCHIVED_PROCESS),
        changes("delete_run", NOTHING).at("run", ARCHIVED_PROCESS),
        changes("complete_run_prerun", NOTHING).after(changes("reopen_run_prerun", NOTHING)),
        changes("reopen_run_prerun", NOTHING),
        shows("export_run", "Collect documents"),
        shows("search", TEMPLATE).query("?search=vendor&on=blueprint"),
    ]
}

fn steps() -> Vec<Case> {
    vec![
        shows("list_steps", "Collect documents"),
        changes("create_step", json!({ "title": "Look again" })),
        shows("get_step", "Collect documents"),
        changes("update_step", json!({ "title": "Collect", "assignees": [], "guests": [], "groups": [] })),
        changes("delete_step", NOTHING),
        changes("clone_step", NOTHING),
        changes("reorder_step", json!({ "position": 3 })),
        changes("update_connector_step_type", json!({ "stepType": "all" })),
    ]
}

fn tags() -> Vec<Case> {
    let hang =
        json!({ "subject_id": SMALL_PROCESS, "subject_type": "Run", "tag_id": TAG, "tag_type": "private" });
    vec![
        shows("list_tags", "Urgent"),
        changes("create_tag", json!({ "title": "Red" })),
        shows("get_tag", "Urgent"),
        changes("update_tag", json!({ "title": "Pressing" })),
        changes("delete_tag", NOTHING),
        changes("create_tag_association", hang),
        changes("delete_tag_association", NOTHING),
    ]
}

fn owners() -> Value {
    json!({ "users": [1001], "guests": [], "groups": [] })
}

fn tasks() -> Vec<Case> {
    let task = json!({
        "title": "Call", "task_type": "task", "deadline": "2026-09-09 10:00:00", "owners": owners(),
    });
    let change = json!({ "title": "Call", "deadline": "2026-09-09 10:00:00", "owners": owners() });
    let connector = json!({ "name": "Call", "task_type": "task", "deadline": "2026-09-09 10:00:00" });
    vec![
        shows("list_run_tasks", "Collect documents"),
        shows("list_tasks", "Order new labels"),
        changes("create_task", task),
        shows("list_my_tasks", "Approve the vendor"),
        shows("list_user_tasks", "Collect documents").query("?status=complete"),
        shows("list_guest_tasks", "Confirm the terms").at("guest", GUEST_CODE),
        shows("get_run_task", "Approve the vendor"),
        deadline_by_hand(),
        shows("get_task", "Approve the vendor"),
        changes("update_task", change).at("task", ONE_OFF_TASK),
        changes("update_run_tasks", json!({ "tasks": { PROCESS_TASKS[1]: { "title": "Approve" } } })),
        shows("get_run_task_automatic_deadline", "2026-09-03T08:00:00"),
        changes("reset_run_task_deadline", NOTHING).after(deadline_by_hand()),
        changes("create_connector_task", connector),
        changes("update_connector_task_deadline", json!({ "Deadline": "2026-09-09 10:00:00" })),
        changes("delete_connector_task_guest", NOTHING).at("task", PROCESS_TASKS[2]),
        changes("delete_connector_task_user", NOTHING).at("user", "1001"),
    ]
}

fn task_states() -> Vec<Case> {
    let one_off = |case: Case| case.at("task", ONE_OFF_TASK);
    let complete = || changes("complete_task", json!({ "task_id": ONE_OFF_TASK }));
    vec![
        one_off(changes("archive_task", NOTHING)),
        one_off(changes("restore_task", NOTHING)).after(one_off(changes("archive_task", NOTHING))),
        one_off(changes("delete_task", NOTHING)),
        one_off(changes("clone_task", NOTHING)),
        changes("complete_run_task", json!({ "task_id": PROCESS_TASKS[4] })),
        changes("reopen_run_task", NOTHING).at("task", PROCESS_TASKS[0]),
        complete(),
        one_off(changes("reopen_task", NOTHING)).after(complete()),
    ]
}

fn templates() -> Vec<Case> {
    let archived = |case: Case| case.at("checklist", ARCHIVED_TEMPLATE);
    vec![
        shows("list_checklists", "Vendor onboarding"),
        changes("create_checklist", json!({ "title": "Audit", "type": "procedure" })),
        shows("get_checklist", "Vendor onboarding"),
        changes("update_checklist", json!({ "title": "Vendors" })),
        changes("archive_checklist", NOTHING),
        archived(changes("restore_checklist", NOTHING)),
        archived(changes("delete_checklist", NOTHING)),
        changes("clone_checklist", json!({ "tenant": seed::ORGANIZATION })),
        changes("publish_checklist", NOTHING),
    ]
}

fn watchers() -> Vec<Case> {
    let watch = || {
        let body = json!({
            "object_type": "organization", "object_id": seed::ORGANIZATION, "notification_type": "webhook",
            "frequency": "electric", "webhook": "https://hooks.test/a",
        });
        changes("create_watcher", body).at("user", "1001")
    };
    vec![
        watch(),
        shows("list_watchers", "https://hooks.test/a").after(watch()),
        changes("delete_watcher", NOTHING).at("watcher", "$last").after(watch()),
    ]
}
