//! Rows of the sheet `processes_tasks`: processes, tasks, comments, the activity feed, search.

use std::collections::BTreeMap;

use serde_json::{Map, json};
use tallyfy_gen::types::{
    ActivityEntry, Assignees, Comment, FieldOption, Process, ProcessFormField, ProcessFormFields, Task,
    TaskFormField,
};
use tallyfy_gen::wire::{MemberRef, OneOrMany, Pagination, Progress};

use super::{Case, ids, list, rows, some, text};

const LIST: &str = "docs:open-api/code-samples/processes/list-processes";
const GET: &str = "docs:open-api/code-samples/processes/get-process";
const UPDATE: &str = "docs:open-api/code-samples/processes/update-process";
const HOOK: &str = "docs:webhooks/webhook-payload-structure";
const TASKS: &str = "docs:open-api/code-samples/tasks/list-process-tasks";
const TASK: &str = "docs:open-api/code-samples/tasks/get-task";
const RESET: &str = "docs:open-api/code-samples/tasks/reset-task-deadline";
const FEED: &str = "docs:open-api/code-samples/processes/get-process-activity";
const FIELDS: &str = "docs:open-api/custom-fields";
const PY: &str = "py:tests/test_models_from_dict";
const MCP: &str = "mcp:explain_step_visibility";

pub(super) fn cases() -> Vec<Case> {
    let groups = [
        processes(),
        people_of_processes(),
        progress(),
        tags_of_processes(),
        tasks(),
        includes_of_tasks(),
        owners(),
        values(),
        form_fields(),
        form_fields_of_processes(),
        all_form_fields(),
        options(),
        comments(),
        activities(),
        pages(),
    ];
    groups.into_iter().flatten().collect()
}

fn processes() -> Vec<Case> {
    rows! { "processes_tasks:Process", it: Process;
        LIST, r#"{"id": "r", "tasks": {"data": [{"id": "t"}]}}"# => ids!(it.tasks), list(&["t"]);
        LIST, r#"{"id": "r", "tasks": {"data": []}}"# => ids!(it.tasks), list(&[]);
        "py:models.Run", r#"{"id": "r", "tasks": [{"id": "t"}]}"# => ids!(it.tasks), list(&["t"]);
        "py:models.Run", r#"{"id": "r", "tasks": []}"# => ids!(it.tasks), list(&[]);
        GET, r#"{"id": "r", "next_task": {"data": [{"id": "t"}]}}"# => ids!(it.next_task), list(&["t"]);
        GET, r#"{"id": "r", "checklist": {"data": {"id": "c"}}}"#
            => it.template.as_ref().map(|it| it.id.clone()), some("c");
        GET, r#"{"id": "r", "checklist": {"id": "c"}}"#
            => it.template.as_ref().map(|it| it.id.clone()), some("c");
        GET, r#"{"id": "r", "checklist": {"data": {}}}"# => it.template.is_none(), true;
        GET, r#"{"id": "r", "checklist": {}}"# => it.template.is_none(), true;
        GET, r#"{"id": "r", "prerun": {"f": "Oven 3"}}"#
            => it.kickoff_values.clone(), Some(BTreeMap::from([("f".to_owned(), json!("Oven 3"))]));
        GET, r#"{"id": "r", "prerun": {}}"# => it.kickoff_values.clone(), Some(BTreeMap::new());
        GET, r#"{"id": "r", "prerun": []}"# => it.kickoff_values.clone(), Some(BTreeMap::new());
        "pp:PrerunData", r#"{"id": "r", "prerun": [{"id": "f", "value": "Oven 3"}]}"#
            => it.kickoff_values.clone(),
            Some(BTreeMap::from([("f".to_owned(), json!({"id": "f", "value": "Oven 3"}))]));
        "docs:open-api/code-samples/processes/complete-or-reopen-kick-off-form",
        r#"{"id": "r", "tasks_changed_by_rules": []}"#
            => it.tasks_changed_by_rules.as_ref().map(|it| it.len()), Some(0);
        FIELDS, r#"{"id": "r", "custom_fields": []}"# => it.custom_fields.clone(), Some(BTreeMap::new());
        FIELDS, r#"{"id": "r", "custom_fields": null}"# => it.custom_fields.clone(), None;
        LIST, r#"{"id": "r", "status": "in-progress"}"# => text!(it.status), some("in-progress");
    }
}

fn people_of_processes() -> Vec<Case> {
    rows! { "processes_tasks:Process", it: Process;
        GET, r#"{"id": "r", "started_by": 31, "owner_id": 32}"#
            => (it.started_by, it.owner_id), (Some(31), Some(32));
        HOOK, r#"{"id": "r", "started_by": "31", "owner_id": "32"}"#
            => (it.started_by, it.owner_id), (Some(31), Some(32));
        HOOK, r#"{"id": "r", "prerun_completed_by": "31"}"# => it.kickoff_completed_by, Some(31);
        GET, r#"{"id": "r", "users": [31, 32]}"# => ids!(it.members), list(&["31", "32"]);
        HOOK, r#"{"id": "r", "users": [{"user_id": 31, "full_name": "Kim Lund"}]}"#
            => it.members.as_ref().map(|users| (users[0].id, users[0].text("full_name").map(str::to_owned))),
            Some((31, some("Kim Lund")));
        GET, r#"{"id": "r", "users": []}"# => it.members.clone(), Some(vec![]);
        LIST, r#"{"id": "r"}"# => (it.members.is_none(), it.groups.is_none()), (true, true);
        GET, r#"{"id": "r", "groups": ["5b0c"]}"# => ids!(it.groups), list(&["5b0c"]);
        HOOK, r#"{"id": "r", "groups": [{"group_id": "5b0c", "name": "Bakers"}]}"#
            => it.groups.as_ref().map(|it| (it[0].id.clone(), it[0].text("name").map(str::to_owned))),
            Some(("5b0c".to_owned(), some("Bakers")));
        GET, r#"{"id": "r", "collaborators": [31]}"# => it.collaborators.clone(), Some(vec![31]);
        HOOK, r#"{"id": "r", "collaborators": ["31", "32"]}"# => it.collaborators.clone(), Some(vec![31, 32]);
    }
}

fn progress() -> Vec<Case> {
    rows! { "processes_tasks:ProcessProgress", it: Progress;
        LIST, r#"{"complete": 2, "total": 8, "percent": 25}"#
            => (it.complete, it.total, it.percent), (Some(2), Some(8), Some(25.0));
        LIST, r#"{"complete": 2, "total": 9, "percent": 22.2}"# => it.percent, Some(22.2);
        UPDATE, "40" => (it.total, it.percent), (None, Some(40.0));
        HOOK, "40.5" => it.percent, Some(40.5);
    }
}

fn tags_of_processes() -> Vec<Case> {
    rows! { "processes_tasks:ProcessTag", it: Process;
        PY, r#"{"id": "r", "tags": [{"id": "3e97", "title": "Safety"}]}"#
            => it.tags.as_ref().map(|tags| (tags[0].id.to_string(), tags[0].tag_id.clone())),
            Some(("3e97".to_owned(), None));
        "py:tests/test_tag_management_defects",
        r#"{"id": "r", "tags": {"data": [{"id": 88121, "tag_id": "3e97"}]}}"#
            => it.tags.as_ref().map(|tags| (tags[0].id.to_string(), tags[0].tag_id.clone())),
            Some(("88121".to_owned(), some("3e97")));
    }
}

fn tasks() -> Vec<Case> {
    rows! { "processes_tasks:Task", it: Task;
        PY, r#"{"id": "t", "taskdata": {}}"# => it.form_values.clone(), Some(BTreeMap::new());
        PY, r#"{"id": "t", "taskdata": []}"# => it.form_values.clone(), Some(BTreeMap::new());
        PY, r#"{"id": "t", "is_completable": true}"# => it.is_completable, Some(true);
        "pp:Task", r#"{"id": "t", "is_completable": 0}"# => it.is_completable, Some(false);
        "pp:Task", r#"{"id": "t", "is_completable": 1}"# => it.is_completable, Some(true);
        PY, r#"{"id": "t", "completion_progress": 0}"# => it.completion_progress, Some(0.0);
        PY, r#"{"id": "t", "completion_progress": 33.3}"# => it.completion_progress, Some(33.3);
        PY, r#"{"id": "t"}"# => it.completion_progress, None;
        TASK, r#"{"id": "t", "completed_at": "2026-08-21T07:00:00Z"}"#
            => text!(it.completed_at), some("2026-08-21 07:00:00");
        TASKS, r#"{"id": "t", "status": "complete"}"# => text!(it.status), some("complete");
        "docs:open-api/code-samples/tasks/reopen-task", r#"{"id": "t", "completer_guest_id": 8120}"#
            => text!(it.completer_guest_id), some("8120");
        "docs:open-api/code-samples/tasks/reopen-task", r#"{"id": "t", "completer_guest_id": "zq"}"#
            => text!(it.completer_guest_id), some("zq");
        "docs:open-api/code-samples/tasks/complete-task", r#"{"id": "t", "tasks_changed_by_rules": []}"#
            => it.tasks_changed_by_rules.as_ref().map(|it| it.len()), Some(0);
        "docs:open-api/code-samples/tasks/complete-task",
        r#"{"id": "t", "tasks_changed_by_rules": {"u": {"id": "u", "status": "not-started"}}}"#
            => it.tasks_changed_by_rules.as_ref().map(|it| text!(it["u"].status)), Some(some("not-started"));
        "pp:StandaloneTask", r#"{"id": "t", "is_accepted": 1}"# => it.is_accepted, Some(1);
        RESET, r#"{"id": "t", "deadline_set_by_hand": true}"# => it.deadline_set_by_hand, Some(true);
        FIELDS, r#"{"id": "t", "custom_fields": []}"# => it.custom_fields.clone(), Some(BTreeMap::new());
    }
}

fn includes_of_tasks() -> Vec<Case> {
    rows! { "processes_tasks:Task", it: Task;
        TASK, r#"{"id": "t", "run": {"data": {"id": "r"}}}"#
            => it.process.as_ref().map(|it| it.id.clone()), some("r");
        TASK, r#"{"id": "t", "run": {"id": "r"}}"# => it.process.as_ref().map(|it| it.id.clone()), some("r");
        TASK, r#"{"id": "t", "run": {"data": null}}"# => it.process.is_none(), true;
        TASK, r#"{"id": "t", "step": {"data": {"id": "s"}}}"#
            => it.step.as_ref().map(|it| it.id.clone()), some("s");
        TASK, r#"{"id": "t", "step": {}}"# => it.step.is_none(), true;
        TASKS, r#"{"id": "t", "threads": {"data": [{"id": "c"}]}}"# => ids!(it.discussion), list(&["c"]);
        TASKS, r#"{"id": "t", "threads": [{"id": 7}]}"# => ids!(it.discussion), list(&["7"]);
        TASKS, r#"{"id": "t", "form_fields": {"data": []}}"# => ids!(it.form_fields), list(&[]);
        TASKS, r#"{"id": "t", "ko-form-fields": {"data": []}}"#
            => it.kickoff_fields.clone(), Some(json!({"data": []}));
    }
}

fn owners() -> Vec<Case> {
    rows! { "processes_tasks:TaskOwners", it: Assignees;
        PY, r#"{"users": [31], "guests": [], "groups": []}"#
            => it.members.clone(), Some(vec![MemberRef::from(31)]);
        TASK, r#"{"users": ["31"]}"# => it.members.clone(), Some(vec![MemberRef::from(31)]);
        TASKS, r#"{"users": [{"id": 31, "full_name": "Kim Lund", "profile_pic": null}]}"#
            => it.members.as_ref().map(|it| (it[0].id, it[0].text("full_name").map(str::to_owned))),
            Some((31, some("Kim Lund")));
        HOOK, r#"{"users": [{"id": 31, "email": "kim@x.test"}]}"#
            => it.members.as_ref().map(|it| it[0].text("email").map(str::to_owned)), Some(some("kim@x.test"));
        "py:models.TaskOwners", r#"{"groups": ["6b1d", 12]}"# => it.groups.clone(), list(&["6b1d", "12"]);
        "py:models.TaskOwners", r#"{"taskUrls": ["https://x.test/guest/zq"]}"#
            => it.task_urls.clone(), list(&["https://x.test/guest/zq"]);
    }
}

fn values() -> Vec<Case> {
    let mut cases = rows! { "processes_tasks:DropdownValue", it: Task;
        "go:TestEncodeKickoffOptionIDStaysNumeric", r#"{"id": "t", "taskdata": {"f": {"id": 2}}}"#
            => it.form_values.as_ref().map(|it| it["f"]["id"].clone()), Some(json!(2));
        "n8n:live test issue 6", r#"{"id": "t", "taskdata": {"f": {"id": "2"}}}"#
            => it.form_values.as_ref().map(|it| it["f"]["id"].clone()), Some(json!("2"));
    };
    cases.extend(rows! { "processes_tasks:AssigneesValue", it: Task;
        "go:encodeKickoffAssignees", r#"{"id": "t", "taskdata": {"f": {"users": [31, "32"]}}}"#
            => it.form_values.as_ref().map(|it| it["f"]["users"].clone()), Some(json!([31, "32"]));
    });
    cases.extend(rows! { "processes_tasks:FileRef", it: Task;
        "docs:open-api/code-samples/files/upload-attach-file",
        r#"{"id": "t", "taskdata": {"f": [{"version": "1"}]}}"#
            => it.form_values.as_ref().map(|it| it["f"][0]["version"].clone()), Some(json!("1"));
    });
    cases
}

fn form_fields() -> Vec<Case> {
    rows! { "processes_tasks:TaskFormField", it: TaskFormField;
        TASK, r#"{"id": "c", "options": [], "columns": {}, "settings": []}"#
            => (ids!(it.options), ids!(it.columns), it.settings.is_none()), (list(&[]), list(&[]), true);
        TASK, r#"{"id": "c", "options": {}, "columns": [], "settings": {}}"#
            => (ids!(it.options), ids!(it.columns), it.settings.clone()),
            (list(&[]), list(&[]), Some(Map::new()));
        TASK, r#"{"id": "c", "options": null, "columns": null, "settings": null}"#
            => (ids!(it.options), ids!(it.columns), it.settings.is_none()), (None, None, true);
        "mcp:get_task", r#"{"id": "c", "field_value": "Passed"}"#
            => it.field_value.clone(), Some(json!("Passed"));
        TASK, r#"{"id": "c", "value": {"id": 2, "text": "Express"}}"#
            => it.value.clone(), Some(json!({"id": 2, "text": "Express"}));
    }
}

fn form_fields_of_processes() -> Vec<Case> {
    rows! { "processes_tasks:ProcessFormField", it: ProcessFormField;
        "mig:shared/form_field_values", r#"{"id": "c", "unique_id": null}"# => it.unique_id.clone(), None;
        "n8n:formField.getFields", r#"{"id": "c", "task_id": "t"}"# => it.task_id.clone(), some("t");
        LIST, r#"{"id": "c", "options": {}, "settings": []}"#
            => (ids!(it.options), it.settings.is_none()), (list(&[]), true);
    }
}

fn all_form_fields() -> Vec<Case> {
    rows! { "processes_tasks:ProcessFormFields", it: ProcessFormFields;
        "n8n:formField.getFields", r#"{"form_fields": [{"id": "c"}], "ko_form_fields": []}"#
            => (ids!(it.form_fields), ids!(it.kickoff_fields)), (list(&["c"]), list(&[]));
    }
}

fn options() -> Vec<Case> {
    rows! { "processes_tasks:FieldOption", it: FieldOption;
        "go:kickoffOptionValue", r#"{"id": 1, "text": "Night delivery"}"# => it.id == "1", true;
        "go:kickoffOptionValue", r#"{"id": "x1", "text": "Night delivery"}"# => it.id == "x1", true;
    }
}

fn comments() -> Vec<Case> {
    rows! { "processes_tasks:Comment", it: Comment;
        "mcp:get_task_comments", r#"{"id": "48d6a1f09c3b4e7592b0e8d7c615fa34"}"#
            => it.id == "48d6a1f09c3b4e7592b0e8d7c615fa34", true;
        "go:CommentTask", r#"{"id": "48d6"}"# => it.id == "48d6", true;
        "pp:Thread", r#"{"id": 90211}"# => it.id == "90211", true;
        "mcp:get_task_comments", r#"{"id": "c", "resolve_id": "48d6"}"# => text!(it.resolve_id), some("48d6");
        "pp:Thread", r#"{"id": "c", "resolve_id": 90212}"# => text!(it.resolve_id), some("90212");
        "pp:Thread", r#"{"id": "c", "resolve_id": null}"# => text!(it.resolve_id), None;
    }
}

fn activities() -> Vec<Case> {
    rows! { "processes_tasks:ActivityEntry", it: ActivityEntry;
        FEED, r#"{"id": 7, "created_at": "2026-09-03T12:00:00Z"}"#
            => text!(it.created_at), some("2026-09-03 12:00:00");
        MCP, r#"{"id": 7, "created_at": "2026-09-03 12:00:00"}"#
            => text!(it.created_at), some("2026-09-03 12:00:00");
        FEED, r#"{"id": 7, "verb": ["completed"]}"#
            => it.verb.as_ref().map(|it| it.as_slice().to_vec()), list(&["completed"]);
        FEED, r#"{"id": 7, "verb": "completed"}"#
            => it.verb.as_ref().map(|it| it.as_slice().to_vec()), list(&["completed"]);
        MCP, r#"{"id": 7, "verb": ["executed"], "type": ["execution"]}"#
            => it.verb.as_ref().map(|it| it.as_slice().to_vec()), list(&["executed"]);
        MCP, r#"{"id": 7, "verb": ["execution_fail"]}"#
            => it.verb.as_ref().map(|it| it.as_slice().to_vec()), list(&["execution_fail"]);
        FEED, r#"{"id": 7, "source": ["Member"]}"#
            => it.source.as_ref().map(|it| it.as_slice().to_vec()), list(&["Member"]);
        FEED, r#"{"id": 7, "source": "Guest"}"#
            => it.source.as_ref().map(|it| it.as_slice().to_vec()), list(&["Guest"]);
        FEED, r#"{"id": 7, "source": ["Webhook"]}"#
            => it.source.as_ref().map(|it| it.as_slice().to_vec()), list(&["Webhook"]);
        FEED, r#"{"id": 7, "type": "Task"}"#
            => it.type_.as_ref().map(|it| it.as_slice().to_vec()), list(&["Task"]);
        FEED, r#"{"id": 7, "type": ["Comment", "Step", "Process", "Blueprint"]}"#
            => it.type_.as_ref().map(|it| it.as_slice().to_vec()),
            list(&["Comment", "Step", "Process", "Blueprint"]);
        FEED, r#"{"id": 7, "type": ["User", "Organization", "Tag", "Group", "execution"]}"#
            => it.type_.as_ref().map(|it| it.as_slice().to_vec()),
            list(&["User", "Organization", "Tag", "Group", "execution"]);
        FEED, r#"{"id": 7, "description": "Renamed"}"#
            => it.description.as_ref().map(|it| it.as_slice().to_vec()), list(&["Renamed"]);
        FEED, r#"{"id": 7, "description": []}"# => it.description.clone(), Some(OneOrMany::Many(vec![]));
        FEED, r#"{"id": 7, "actor_type": "user"}"#
            => it.actor_type.as_ref().map(|it| it.as_slice().to_vec()), list(&["user"]);
        FEED, r#"{"id": 7, "actor_id": [31]}"#
            => it.actor_id.as_ref().map(|it| it.as_slice().to_vec()), Some(vec![31]);
        FEED, r#"{"id": 7, "actor_id": 31}"#
            => it.actor_id.as_ref().map(|it| it.as_slice().to_vec()), Some(vec![31]);
        FEED, r#"{"id": 7, "audit": {"data": {"id": "t"}}}"#
            => it.audit.as_ref().map(|it| it["id"].clone()), Some(json!("t"));
        FEED, r#"{"id": 7, "field": ["name"]}"# => it.field.clone(), Some(json!(["name"]));
        FEED, r#"{"id": 7, "field": null}"# => it.field.clone(), None;
    }
}

fn pages() -> Vec<Case> {
    rows! { "processes_tasks:Pagination", it: Pagination;
        LIST, r#"{"total": 3, "links": []}"# => it.links.clone(), Some(json!([]));
        LIST, r#"{"total": 30, "links": {"next": "https://x.test"}}"#
            => it.links.clone(), Some(json!({"next": "https://x.test"}));
        LIST, r#"{"total": 30}"# => it.links.clone(), None;
    }
}
