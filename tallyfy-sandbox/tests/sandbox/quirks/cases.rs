//! How each oddity shows.

use serde_json::{Value, json};
use tallyfy_sandbox::seed::*;

use super::{Ask, Case, Sight, delete, get, post, put};

pub fn all() -> Vec<Case> {
    let few = [access(), launch(), bodies(), answers(), dates(), lists()];
    let more = [tasks(), deadlines(), routes(), headers(), webhooks()];
    few.into_iter().chain(more).flatten().collect()
}

/// A case of one request.
fn case<const N: usize>(quirk: &'static str, ask: Ask, sees: [Sight; N]) -> Case {
    after(quirk, vec![ask], sees)
}

/// A case of several requests; the last answer is looked at.
fn after<const N: usize>(quirk: &'static str, asks: Vec<Ask>, sees: [Sight; N]) -> Case {
    Case { quirk, asks, sees: sees.into() }
}

fn status(on: u16, off: u16) -> Sight {
    ("/status", on.into(), off.into())
}

fn task(at: usize) -> String {
    format!("/runs/{PROCESS}/tasks/{}", PROCESS_TASKS[at])
}

fn step(id: &str) -> String {
    format!("/checklists/{TEMPLATE}/steps/{id}")
}

/// The body of a one-off task, in a process.
pub fn one_off(run: &str) -> Value {
    json!({
        "title": "Count crates", "task_type": "task", "deadline": "2026-09-09 09:00:00", "run_id": run,
        "owners": { "users": [1001], "guests": [], "groups": [] },
    })
}

fn access() -> Vec<Case> {
    let (run, template) = (format!("/runs/{PROCESS}"), format!("/checklists/{TEMPLATE}"));
    let owners = json!({ "title": "x", "deadline": "2026-09-09 09:00:00", "owners": { "users": [1001] } });
    let lists =
        || [("/body/data/users", json!([]), json!([1002])), ("/body/data/groups", json!([]), json!([GROUP]))];
    let title = || json!({ "title": "x" });
    vec![
        case("absent_access_lists_wipe", put(run, json!({ "name": "x" })), lists()),
        case("absent_access_lists_wipe", put(template, title()), lists()),
        case(
            "absent_step_assignees_detach",
            put(step(STEP_COLLECT), title()),
            [("/body/data/assignees", json!([]), json!([1002]))],
        ),
        case(
            "absent_step_assignees_detach",
            put(step(STEP_CONFIRM), title()),
            [("/body/data/guests", json!([]), json!([GUEST]))],
        ),
        case(
            "lone_position_skips_the_title_rule",
            put(step(STEP_COLLECT), json!({ "position": 1 })),
            [
                status(200, 422),
                ("/body/data/title", json!("Collect documents"), Value::Null),
                ("/body/data/assignees", json!([]), Value::Null),
            ],
        ),
        case(
            "absent_step_assignees_detach",
            put(step(STEP_RECORD), title()),
            [("/body/data/groups", json!([]), json!([GROUP]))],
        ),
        case(
            "partial_owners_empty_buckets",
            put(format!("/tasks/{ONE_OFF_APPROVAL}"), owners.clone()),
            [("/body/data/owners/guests", json!([]), json!([GUEST]))],
        ),
        case(
            "partial_owners_empty_buckets",
            put(task(2), owners),
            [("/body/data/owners/guests", json!([]), json!([GUEST]))],
        ),
    ]
}

fn launch() -> Vec<Case> {
    let partial = json!({ "checklist_id": SMALL_TEMPLATE, "tasks": { SMALL_STEP: {} } });
    let by_alias = json!({ "checklist_id": TEMPLATE, "prerun": {
        KICKOFF_TEXT: "Red Harbour", KICKOFF_DROPDOWN: { "id": 1, "text": "Standard" },
        "background": "by alias",
    }});
    let choice = json!([{ "id": 1, "text": "Safety" }]);
    let answers = json!({ "taskdata": { FIELD_RADIO: "Night shift", FIELD_MULTISELECT: choice } });
    let complete = json!({ "task_id": PROCESS_TASKS[2] });
    let today = "Weekly check - 2026-09-01";
    vec![
        case(
            "made_names_hold_feff",
            post("/runs", json!({ "checklist_id": SMALL_TEMPLATE })),
            [("/body/data/name", json!("Weekly check\u{feff} - \u{feff}2026-09-01"), json!(today))],
        ),
        case(
            "tasks_map_truncates",
            post("/runs", partial),
            [("/body/data/whole_progress/total", json!(1), json!(2))],
        ),
        case(
            "unknown_field_keys_are_dropped",
            post("/runs", by_alias),
            [
                status(201, 422),
                ("/body/errors/prerun/0/background", Value::Null, json!(["Unknown form field"])),
                ("/body/data/prerun/background", Value::Null, Value::Null),
            ],
        ),
        case(
            "unknown_field_keys_are_dropped",
            put(task(2), json!({ "taskdata": { "shift-kind": "Night shift" } })),
            [status(200, 422), ("/body/data/taskdata", json!([]), Value::Null)],
        ),
        case(
            "multiselect_without_selected_is_empty",
            put(task(2), answers.clone()),
            [(
                "/body/data/taskdata/28ae4fb1590d83c2c716fa3d3eb09527/0",
                json!({ "id": 1, "text": "Safety" }),
                json!({ "id": 1, "text": "Safety", "selected": true }),
            )],
        ),
        after(
            "multiselect_without_selected_is_empty",
            vec![put(task(2), answers), post(format!("/runs/{PROCESS}/completed-tasks"), complete)],
            [status(422, 200)],
        ),
    ]
}

fn bodies() -> Vec<Case> {
    let run = json!({ "name": "x", "users": [1002], "groups": [], "colour": "red" });
    let deadline = json!({ "value": 1, "unit": "days", "option": "from", "step": "start_run", "hour": 9 });
    let said = |key: &str| json!([format!("The {key} field is not known.")]);
    vec![
        case(
            "unknown_keys_are_ignored",
            put(format!("/runs/{PROCESS}"), run),
            [
                status(200, 422),
                ("/body/data/name", json!("x"), Value::Null),
                ("/body/errors", Value::Null, json!({ "colour": said("colour") })),
            ],
        ),
        case(
            "unknown_keys_are_ignored",
            post(format!("/checklists/{TEMPLATE}/steps"), json!({ "title": "x", "deadline": deadline })),
            [
                status(201, 422),
                ("/body/errors", Value::Null, json!({ "deadline.hour": said("deadline.hour") })),
            ],
        ),
    ]
}

fn answers() -> Vec<Case> {
    let task = format!("/tasks/{}", PROCESS_TASKS[1]);
    vec![
        case(
            "empty_maps_are_lists",
            get(format!("/runs/{SMALL_PROCESS}")),
            [("/body/data/prerun", json!([]), json!({}))],
        ),
        case(
            "includes_are_wrapped",
            get(format!("/runs/{PROCESS}?with=tags")),
            [
                ("/body/data/tags/data/0/tag_id", json!(TAG), Value::Null),
                ("/body/data/tags/0/tag_id", Value::Null, json!(TAG)),
            ],
        ),
        case(
            "includes_are_wrapped",
            get(format!("{task}?with=run,step,form_fields,threads,assets,activities,folders,run.checklist")),
            [
                ("/body/data/run/data/checklist/data/id", json!(TEMPLATE), Value::Null),
                ("/body/data/run/checklist/id", Value::Null, json!(TEMPLATE)),
                ("/body/data/threads", json!({ "data": [] }), json!([])),
            ],
        ),
        case(
            "includes_are_wrapped",
            get(format!("/checklists/{SMALL_TEMPLATE}?with=folder,steps")),
            [("/body/data/folder", json!({ "data": null }), Value::Null)],
        ),
        case(
            "includes_are_wrapped",
            get("/users/1002?with=groups,stats"),
            [
                ("/body/data/groups/data/0/id", json!(GROUP), Value::Null),
                ("/body/data/groups/0/id", Value::Null, json!(GROUP)),
                ("/body/data/stats/processes_launched", Value::Null, json!(0)),
            ],
        ),
        case(
            "lone_page_links_are_a_list",
            get("/tags"),
            [("/body/meta/pagination/links", json!([]), json!({}))],
        ),
    ]
}

fn dates() -> Vec<Case> {
    let of = |ask: Ask, place: &'static str, on: &str, off: &str| {
        case("dates_come_in_many_forms", ask, [(place, json!(on), json!(off))])
    };
    let one_off = || get(format!("/tasks/{ONE_OFF_TASK}"));
    vec![
        of(one_off(), "/body/data/deadline", "2026-09-06T22:00:00.000Z", "2026-09-06T22:00:00Z"),
        of(
            get(format!("/groups/{GROUP}")),
            "/body/data/created_at",
            "2026-05-24T08:00:00.000000Z",
            "2026-05-24T08:00:00Z",
        ),
        of(
            get("/users/1001"),
            "/body/data/last_login_at",
            "2026-08-30T08:00:00+00:00",
            "2026-08-30T08:00:00Z",
        ),
        of(
            post("/guests", json!({ "email": "sam@harbour.test" })),
            "/body/data/created_at",
            "2026-09-01 09:00:00",
            "2026-09-01T09:00:00Z",
        ),
        of(get(""), "/body/data/created_at", "2025-03-04", "2025-03-04T00:00:00Z"),
    ]
}

fn lists() -> Vec<Case> {
    let tags = (0..10).map(|number| post("/tags", json!({ "title": format!("Tag {number}") })));
    let tags = tags.chain([get("/tags")]).collect::<Vec<_>>();
    let total = |on: u64, off: u64| ("/body/meta/pagination/total", on.into(), off.into());
    vec![
        after(
            "lists_default_to_ten",
            tags,
            [("/body/meta/pagination/count", json!(10), json!(12)), total(12, 12)],
        ),
        case(
            "guest_tasks_ignore_per_page",
            get(format!("/guests/{GUEST_CODE}/tasks?per_page=1")),
            [
                ("/body/meta/pagination/count", json!(2), json!(1)),
                ("/body/meta/pagination/per_page", json!(10), json!(1)),
                total(2, 2),
            ],
        ),
        case("unknown_task_status_returns_all", get("/tasks?status=completed"), [total(9, 0)]),
        case(
            "unjoined_search_conditions_are_forgotten",
            get(
                "/search?search=e&on=process&filter[0][type]=field&filter[0][field]=title&filter[0][operation]=%3C%3E\
                 &filter[0][value]=x&filter[1][type]=field&filter[1][field]=title&filter[1][value]=nothing",
            ),
            [status(200, 422), ("/body/process/meta/pagination/total", json!(2), Value::Null)],
        ),
        after(
            "my_tasks_default_to_active",
            vec![post("/completed-tasks", json!({ "task_id": ONE_OFF_TASK })), get("/me/tasks")],
            [total(3, 4)],
        ),
        after(
            "task_lists_lag_after_a_create",
            vec![post("/tasks", one_off(SMALL_PROCESS)), get(format!("/runs/{SMALL_PROCESS}/tasks"))],
            [total(2, 3)],
        ),
    ]
}

fn tasks() -> Vec<Case> {
    let again = || post("/completed-tasks", json!({ "task_id": ONE_OFF_TASK }));
    let chosen = json!([{ "id": 1, "text": "Safety", "selected": true }]);
    let answers = json!({ "taskdata": { FIELD_RADIO: "Night shift", FIELD_MULTISELECT: chosen } });
    let expire = json!({ "task_id": PROCESS_TASKS[2], "is_approved": false });
    let mut choice = one_off(SMALL_PROCESS);
    choice.as_object_mut().expect("an object").remove("run_id");
    choice["form_fields"] = json!([{
        "label": "Colour", "field_type": "dropdown", "required": true, "options": [{ "id": 1, "text": "Red" }],
    }]);
    vec![
        after(
            "one_off_choices_are_not_enforced",
            vec![post("/tasks", choice), post("/completed-tasks", json!({ "task_id": "$last" }))],
            [status(200, 422)],
        ),
        after(
            "repeated_completion_is_accepted",
            vec![again(), again()],
            [
                status(200, 422),
                ("/fired", json!(["task.completed", "task.completed"]), json!(["task.completed"])),
            ],
        ),
        after(
            "false_on_expiring_records_expired",
            vec![put(task(2), answers), post(format!("/runs/{PROCESS}/completed-tasks"), expire)],
            [
                ("/body/data/is_approved", json!(false), json!(true)),
                ("/body/data/status_label", json!("expired"), json!("acknowledged")),
            ],
        ),
    ]
}

/// The seed's organization works from Monday to Friday in Berlin; 2026-09-05 is a Saturday.
fn deadlines() -> Vec<Case> {
    let odd = json!({ "value": 2, "unit": "days", "option": "after", "step": "start_run" });
    let odd = json!({ "title": "x", "assignees": [1002], "guests": [], "groups": [], "deadline": odd });
    let moved = |ask: Ask| {
        let (on, off) = ("2026-09-06T22:00:00.000Z", "2026-09-05T10:00:00.000Z");
        case("deadlines_move_to_working_time", ask, [("/body/data/deadline", json!(on), json!(off))])
    };
    let saturday = || json!("2026-09-05 10:00:00");
    let mut created = one_off(SMALL_PROCESS);
    created["deadline"] = saturday();
    let owners = json!({ "users": [1001], "guests": [], "groups": [] });
    let launched = json!({
        "checklist_id": SMALL_TEMPLATE, "tasks": { SMALL_STEP: { "deadline": saturday() } },
    });
    let automatic = format!("{}/automatic-deadline", task(2));
    vec![
        case(
            "unknown_deadline_options_do_nothing",
            put(step(STEP_COLLECT), odd.clone()),
            [status(200, 422), ("/body/data/deadline/option", json!("after"), Value::Null)],
        ),
        moved(post("/tasks", created)),
        moved(put(
            format!("/tasks/{ONE_OFF_TASK}"),
            json!({ "title": "x", "deadline": saturday(), "owners": owners }),
        )),
        moved(put(task(2), json!({ "deadline": saturday() }))),
        case(
            "deadlines_move_to_working_time",
            post("/runs?with=tasks", launched),
            [(
                "/body/data/tasks/data/0/deadline",
                json!("2026-09-06T22:00:00.000Z"),
                json!("2026-09-05T10:00:00.000Z"),
            )],
        ),
        case(
            "deadlines_move_to_working_time",
            get(automatic),
            [("/body/data/date", json!("2026-09-06T22:00:00Z"), json!("2026-09-05T08:00:00Z"))],
        ),
    ]
}

fn routes() -> Vec<Case> {
    let user = "/users/1002/disable";
    let guest = format!("/guests/{OTHER_GUEST}/disable");
    let named = json!({ "email": GUEST, "first_name": "Kai" });
    let nobody = format!("/tags/{}", "0".repeat(32));
    vec![
        case(
            "archived_templates_answer_404",
            get(format!("/checklists/{ARCHIVED_TEMPLATE}")),
            [status(404, 200)],
        ),
        after(
            "files_of_running_processes_are_not_shown",
            vec![post("/file", upload(PROCESS)), get("/file/$last")],
            [status(404, 200)],
        ),
        case("disabling_is_a_delete", delete(user), [status(200, 405)]),
        case("disabling_is_a_delete", put(user, Value::Null), [status(405, 200)]),
        case("disabling_is_a_delete", delete(guest.clone()), [status(200, 405)]),
        case("disabling_is_a_delete", put(guest, Value::Null), [status(405, 200)]),
        case(
            "textual_relation_ids_do_nothing",
            delete(format!("/checklists/tags/{TAG}")),
            [status(200, 404)],
        ),
        case(
            "textual_relation_ids_do_nothing",
            delete(format!("/folders-objects/{PROCESS_FOLDER}")),
            [status(200, 404)],
        ),
        case("deleting_unknown_tag_succeeds", delete(nobody), [status(204, 404)]),
        after(
            "guest_update_ignores_profile",
            vec![put(format!("/guests/{GUEST}"), named), get(format!("/guests/{GUEST}"))],
            [("/body/data/first_name", json!("Kim"), json!("Kai")), status(200, 200)],
        ),
        case(
            "reorder_echoes_requested_position",
            put(format!("/checklists/{SMALL_TEMPLATE}/steps/{SMALL_STEP}/reorder"), json!({ "position": 9 })),
            [("/body/data/position", json!(9), json!(2))],
        ),
    ]
}

/// A text file of a process, in parts.
fn upload(run: &str) -> Value {
    let parts = [("uploaded_from", FIELD_REGISTRATION), ("subject_type", "Run"), ("subject_id", run)];
    let parts = parts.map(|(name, value)| {
        format!("--b0\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    });
    let head = "--b0\r\nContent-Disposition: form-data; name=\"name\"; filename=\"a.txt\"\r\n\r\n";
    format!("{}{head}words\r\n--b0--\r\n", parts.concat()).into()
}

/// Payloads are seen at an address that is not called.
fn webhooks() -> Vec<Case> {
    let template = json!({ "title": "x", "users": [1002], "groups": [], "webhook": "https://hooks.test/a" });
    let launch = post("/runs", json!({ "checklist_id": SMALL_TEMPLATE }));
    let ids = |place: &'static str, id: i64| (place, json!(id.to_string()), json!(id));
    vec![after(
        "webhook_member_ids_are_text",
        vec![put(format!("/checklists/{SMALL_TEMPLATE}"), template), launch],
        [
            ids("/posted/0/users/0/user_id", 1002),
            ids("/posted/0/started_by", 1001),
            ids("/posted/0/launcher/id", 1001),
            ids("/posted/0/collaborators/0", 1001),
        ],
    )]
}

fn headers() -> Vec<Case> {
    let other = json!({
        "object_type": "organization", "object_id": ORGANIZATION, "notification_type": "webhook",
        "frequency": "electric", "webhook": "https://hooks.test/a",
    });
    let (file, grant) = (format!("/file/{}/dl", "0".repeat(32)), json!({ "client_id": "31" }));
    let unknown = json!({ "grant_type": "client_credentials", "client_id": "7", "client_secret": "x" });
    let words = json!(["The grant type field is required."]);
    vec![
        case(
            "business_refusals_may_be_401",
            post("/users/1002/add-watcher", other),
            [status(401, 403), ("/body/message", json!("Unauthorized action"), json!("Unauthorized action"))],
        ),
        case(
            "codes_are_cut_messages",
            delete(format!("/guests/{GUEST}/disable")),
            [status(403, 403), ("/body/code", json!("THIS_GUEST_STILL_HAS_INCO"), Value::Null)],
        ),
        case(
            "edge_hides_files_without_client_header",
            get(file).without("x-tallyfy-client"),
            [
                status(404, 401),
                ("/body/message", json!("Not found. Error Code: apsh546."), json!("Unauthenticated.")),
            ],
        ),
        case(
            "token_refusals_are_the_services_own",
            post("~/oauth/token", json!({ "scope": "*" })),
            [
                status(422, 400),
                ("/body/error", json!(true), json!("invalid_request")),
                ("/body/code", json!("THE_GIVEN_DATA_WAS_INVALI"), Value::Null),
                ("/body/errors/grant_type", words, Value::Null),
            ],
        ),
        case(
            "token_refusals_need_accept",
            post("~/oauth/token", grant).without("accept"),
            [status(302, 422)],
        ),
        case(
            "token_refusals_need_accept",
            post("~/oauth/token", unknown).without("accept"),
            [status(500, 401)],
        ),
        case(
            "errors_are_html_without_accept",
            get("/runs/none").without("accept"),
            [
                ("/media", json!("text/html; charset=UTF-8"), json!("application/json")),
                ("/body/code", Value::Null, json!("RESOURCE_NOT_FOUND")),
                status(404, 404),
            ],
        ),
        case(
            "client_header_is_required",
            get("/tags").without("x-tallyfy-client"),
            [status(401, 200), ("/body/message", json!("Unauthenticated."), Value::Null)],
        ),
    ]
}
