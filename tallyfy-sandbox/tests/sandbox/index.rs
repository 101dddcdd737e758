//! Lists find what is there after any series of changes: held against a plain look at every row.

use proptest::prelude::*;
use serde_json::{Value, json};
use tallyfy_sandbox::seed;

use crate::{Desk, column};

/// A filter, and the rows that it should leave.
type Row<'a> = (&'a str, &'a dyn Fn(&Value) -> bool);

/// Something that changes what lists find.
#[derive(Clone, Copy, Debug)]
enum Change {
    Launch,
    Complete(usize),
    Reopen(usize),
    Assign(usize, i64),
    Rename(usize),
    Star(usize),
    ArchiveProcess(usize),
    ActivateProcess(usize),
    DeleteProcess(usize),
    Problem(usize),
    Resolve(usize),
    Relabel(usize),
    DropGroup,
    OneOff,
    DeleteTask(usize),
    Later,
}

fn any_change() -> impl Strategy<Value = Change> {
    let place = 0_usize..24;
    prop_oneof![
        Just(Change::Launch),
        place.clone().prop_map(Change::Complete),
        place.clone().prop_map(Change::Complete),
        place.clone().prop_map(Change::Reopen),
        (place.clone(), prop::sample::select(vec![1001_i64, 1002, 1003]))
            .prop_map(|(at, who)| Change::Assign(at, who)),
        place.clone().prop_map(Change::Rename),
        place.clone().prop_map(Change::Star),
        place.clone().prop_map(Change::ArchiveProcess),
        place.clone().prop_map(Change::ActivateProcess),
        place.clone().prop_map(Change::DeleteProcess),
        place.clone().prop_map(Change::Problem),
        place.clone().prop_map(Change::Resolve),
        place.clone().prop_map(Change::Relabel),
        Just(Change::DropGroup),
        Just(Change::OneOff),
        place.prop_map(Change::DeleteTask),
        Just(Change::Later),
    ]
}

/// The row in a place of a table, the places going round; null in an empty one.
fn row<'a>(dump: &'a Value, kind: &str, at: usize) -> &'a Value {
    let rows = dump[kind].as_array().expect("rows");
    rows.get(at % rows.len().max(1)).unwrap_or(&Value::Null)
}

fn id(dump: &Value, kind: &str, at: usize) -> String {
    row(dump, kind, at)["id"].as_str().unwrap_or("none").to_owned()
}

/// Does it; what the sandbox refuses is no matter.
async fn make(desk: &Desk, change: Change, number: usize) {
    let dump = desk.sandbox.dump();
    let task = |at| id(&dump, "tasks", at);
    let process = |at| format!("/runs/{}", id(&dump, "processes", at));
    let owners = |user| json!({ "users": [user], "guests": [], "groups": [] });
    let in_run = |at: usize| {
        row(&dump, "tasks", at)["run_id"].as_str().map_or_else(String::new, |run| format!("/runs/{run}"))
    };
    match change {
        Change::Launch => {
            let body = json!({ "checklist_id": seed::SMALL_TEMPLATE, "name": format!("Check {number}") });
            desk.post("/runs", body).await;
        }
        Change::Complete(at) => {
            let body = json!({ "task_id": task(at), "is_approved": true });
            desk.post(&format!("{}/completed-tasks", in_run(at)), body).await;
        }
        Change::Reopen(at) => {
            desk.delete(&format!("{}/completed-tasks/{}", in_run(at), task(at))).await;
        }
        Change::Assign(at, user) => {
            let body = json!({ "title": "Other", "deadline": "2026-09-02 08:00:00", "owners": owners(user) });
            desk.put(&format!("/tasks/{}", task(at)), body).await;
        }
        Change::Rename(at) => {
            desk.put(&process(at), json!({ "name": format!("Weekly check {number}") })).await;
        }
        Change::Star(at) => {
            desk.put(&process(at), json!({ "starred": true })).await;
        }
        Change::ArchiveProcess(at) => {
            desk.delete(&process(at)).await;
        }
        Change::ActivateProcess(at) => {
            desk.put(&format!("{}/activate", process(at)), json!({})).await;
        }
        Change::DeleteProcess(at) => {
            desk.delete(&format!("{}/delete", process(at))).await;
        }
        Change::Problem(at) => {
            desk.post(&format!("/tasks/{}/problem", task(at)), json!({ "content": "x" })).await;
        }
        Change::Resolve(at) => {
            let thread = row(&dump, "comments", at);
            let path = format!("/tasks/{}/resolved-threads", thread["task_id"].as_str().unwrap_or_default());
            desk.post(&path, json!({ "thread_id": thread["id"], "content": "y" })).await;
        }
        Change::Relabel(at) => {
            let thread = row(&dump, "comments", at);
            let text = |key: &str| thread[key].as_str().unwrap_or_default().to_owned();
            let path = format!("/tasks/{}/comment/{}", text("task_id"), text("id"));
            let label = if thread["label"] == "problem" { "comment" } else { "problem" };
            desk.put(&path, json!({ "content": "z", "label": label })).await;
        }
        Change::DropGroup => {
            desk.delete(&format!("/groups/{}", seed::GROUP)).await;
        }
        Change::OneOff => {
            let body = json!({
                "title": format!("Check one {number}"), "task_type": "task",
                "deadline": "2026-09-04 08:00:00", "owners": owners(1003),
            });
            desk.post("/tasks", body).await;
        }
        Change::DeleteTask(at) => {
            desk.delete(&format!("/tasks/{}/delete", task(at))).await;
        }
        Change::Later => desk.sandbox.set_now(seed::today() + chrono::Duration::days(3)),
    }
}

fn list<'a>(rows: &'a Value, wanted: &dyn Fn(&Value) -> bool) -> Vec<&'a str> {
    let rows = rows.as_array().expect("rows").iter();
    rows.filter(|row| wanted(row)).filter_map(|row| row["id"].as_str()).collect()
}

async fn tasks_agree(desk: &Desk, dump: &Value) {
    let name = |row: &Value| {
        let processes = dump["processes"].as_array().into_iter().flatten();
        let own = processes.filter(|process| process["id"] == row["run_id"]);
        own.filter_map(|process| process["name"].as_str()).collect::<String>().to_lowercase()
    };
    let live = |row: &Value| row["archived_at"].is_null();
    let open = |row: &Value| matches!(row["status"].as_str(), Some("not-started" | "in-progress"));
    let mine =
        |row: &Value, user: i64| row["owners"]["users"].as_array().expect("users").contains(&json!(user));
    // Both are written in one form, so that texts compare like dates.
    let late = |row: &Value| row["deadline"].as_str().is_some_and(|at| Some(at) < dump["now"].as_str());
    let all: [Row<'_>; 10] = [
        ("status=active", &|row| live(row) && open(row)),
        ("status=complete", &|row| live(row) && row["status"] == "completed"),
        ("status=has-problem", &|row| live(row) && row["problem"] == true),
        ("status=overdue", &|row| live(row) && open(row) && late(row)),
        ("status=not-started,complete", &|row| {
            live(row) && matches!(row["status"].as_str(), Some("not-started" | "completed"))
        }),
        ("archived=only", &|row| !live(row)),
        ("owners=1002,1003", &|row| live(row) && (mine(row, 1002) || mine(row, 1003))),
        ("is_oneoff=true", &|row| live(row) && row["is_oneoff_task"] == true),
        ("unassigned=true", &|row| {
            let owners = &row["owners"];
            live(row) && ["users", "guests", "groups"].iter().all(|kind| owners[*kind] == json!([]))
        }),
        ("q=check", &|row| {
            let title = row["title"].as_str().unwrap_or_default().to_lowercase();
            live(row) && (title.contains("check") || name(row).contains("check"))
        }),
    ];
    for (query, wanted) in all {
        let found = desk.get(&format!("/tasks?without_pagination=true&{query}")).await.is(200);
        assert_eq!(column(&found, "id"), list(&dump["tasks"], wanted), "{query}");
    }
}

async fn processes_agree(desk: &Desk, dump: &Value) {
    let live = |row: &Value| row["archived_at"].is_null();
    let tasks_of = |row: &Value| {
        let tasks = dump["tasks"].as_array().expect("tasks").iter();
        tasks.filter(|task| task["run_id"] == row["id"]).cloned().collect::<Vec<_>>()
    };
    let named =
        |row: &Value, text: &str| row["name"].as_str().unwrap_or_default().to_lowercase().contains(text);
    let all: [Row<'_>; 8] = [
        ("status=active", &|row| live(row) && matches!(row["status"].as_str(), Some("active" | "problem"))),
        ("status=complete", &|row| row["status"] == "complete"),
        ("status=problem", &|row| row["status"] == "problem"),
        ("archived=only", &|row| !live(row)),
        ("checklist_id=0f3c9a1e5b7d4826a1c4e7f90b2d6835", &|row| {
            live(row) && row["checklist_id"] == seed::SMALL_TEMPLATE
        }),
        ("owners=1003", &|row| {
            let assigned = |task: &Value| {
                task["owners"]["users"].as_array().is_some_and(|users| users.contains(&json!(1003)))
            };
            live(row) && (row["owner_id"] == 1003 || tasks_of(row).iter().any(assigned))
        }),
        ("starred=true", &|row| live(row) && row["starred"] == true),
        ("q=check", &|row| live(row) && named(row, "check")),
    ];
    for (query, wanted) in all {
        let found = desk.get(&format!("/runs?without_pagination=true&sort=created_at&{query}")).await.is(200);
        assert_eq!(column(&found, "id"), list(&dump["processes"], wanted), "{query}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lists_agree_with_the_rows(changes in prop::collection::vec(any_change(), 1..14)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let desk = Desk::new().await;
            for (number, change) in changes.into_iter().enumerate() {
                make(&desk, change, number).await;
                // A list in between, so that the next change meets an index that was in line.
                desk.get("/tasks?q=check&status=overdue").await.is(200);
            }
            let dump = desk.sandbox.dump();
            tasks_agree(&desk, &dump).await;
            processes_agree(&desk, &dump).await;
        });
    }
}

#[tokio::test]
async fn pages_of_a_long_list_hold_every_row_once() {
    let desk = Desk::new().await;
    for number in 0..30 {
        let body = json!({ "checklist_id": seed::SMALL_TEMPLATE, "name": format!("Long {number:02}") });
        desk.post("/runs", body).await.is(201);
    }
    let mut names = Vec::new();
    for page in 1..=4 {
        let path = format!("/runs?q=LONG&per_page=8&page={page}");
        names.extend(column(&desk.get(&path).await.is(200), "name"));
    }
    let expected: Vec<String> = (0..30).rev().map(|number| format!("Long {number:02}")).collect();
    assert_eq!(names, expected);
    let tasks = desk.get("/tasks?q=long%2007&sort=newest").await.is(200);
    assert_eq!(column(&tasks, "title"), ["Write down what is missing", "Look at the shelves"]);
}
