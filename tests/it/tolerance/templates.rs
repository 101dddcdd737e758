//! Rows of the sheet `templates`: templates, steps, form fields, automations.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use tallyfy_gen::types::{
    Automation, AutomationAction, AutomationCondition, AutomationDeadline, DeletedReference, FieldOption,
    FormField, FormFieldColumn, KickoffField, SearchResponse, Step, StepDeadline, Template,
    TemplateFormFields, TemplateRemovalResult, TemplateRestored,
};
use tallyfy_gen::wire::{Item, OneOrMany, Pagination};

use super::{Case, ids, list, reads, rows, some, text, unpacks};

const LIST: &str = "docs:open-api/code-samples/templates/list-templates";
const REMOVE: &str = "docs:open-api/code-samples/templates/delete-archive-template";
const FIELDS: &str = "docs:open-api/custom-fields";
const FORM: &str = "py:templates.get_kickoff_form_fields";
const PY: &str = "py:tests/test_models_from_dict";
const MCP: &str = "mcp:create_automation_rule";
const NEWER: &str = "mcp-newer:update_step";

pub(super) fn cases() -> Vec<Case> {
    let groups = [
        templates(),
        tags_of_templates(),
        steps(),
        step_deadlines(),
        launches_of_steps(),
        kickoff_fields(),
        captures(),
        options(),
        columns(),
        form_fields(),
        listed_form_fields(),
        automations(),
        conditions(),
        actions(),
        automation_deadlines(),
        removals(),
        restores(),
        searches(),
        pages(),
    ];
    groups.into_iter().flatten().collect()
}

fn templates() -> Vec<Case> {
    rows! { "templates:Template", it: Template;
        PY, r#"{"id": "t", "steps": {"data": [{"id": "s"}]}}"# => ids!(it.steps), list(&["s"]);
        LIST, r#"{"id": "t", "steps": [{"id": "s"}]}"# => ids!(it.steps), list(&["s"]);
        LIST, r#"{"id": "t", "steps": {"data": null}}"# => ids!(it.steps), None;
        LIST, r#"{"id": "t", "steps": {"data": []}}"# => ids!(it.steps), list(&[]);
        LIST, r#"{"id": "t", "folder": {"data": {"id": "f"}}}"#
            => it.folder.as_ref().map(|it| it.id.clone()), some("f");
        "go:ListBlueprints", r#"{"id": "t", "owner_id": 31}"# => it.owner_id, Some(31);
        LIST, r#"{"id": "t", "owner_id": "31"}"# => it.owner_id, Some(31);
        LIST, r#"{"id": "t", "created_by": "31"}"# => it.created_by, Some(31);
        LIST, r#"{"id": "t", "last_updated_by": 31}"# => text!(it.last_updated_by), some("31");
        PY, r#"{"id": "t", "last_updated_by": "31"}"# => text!(it.last_updated_by), some("31");
        LIST, r#"{"id": "t", "starred": true}"# => it.starred, Some(true);
        "pp:Checklist", r#"{"id": "t", "starred": 0}"# => it.starred, Some(false);
        "pp:Checklist", r#"{"id": "t", "starred": 1}"# => it.starred, Some(true);
        LIST, r#"{"id": "t", "title": "Oven"}"# => (it.title.clone(), it.starred), (some("Oven"), None);
        LIST, r#"{"id": "t", "status": "Finishing"}"# => text!(it.status), some("Finishing");
        FIELDS, r#"{"id": "t", "custom_fields": []}"# => it.custom_fields.clone(), Some(BTreeMap::new());
        FIELDS, r#"{"id": "t", "custom_fields": null}"# => it.custom_fields.clone(), None;
    }
}

fn tags_of_templates() -> Vec<Case> {
    rows! { "templates:TagRef", it: Template;
        PY, r#"{"id": "t", "tags": {"data": [{"id": "b8d0", "title": "Safety"}]}}"#
            => it.tags.as_ref().map(|tags| (tags[0].id.to_string(), tags[0].tag_id.clone())),
            Some(("b8d0".to_owned(), None));
        "n8n:tag.untagTemplate", r#"{"id": "t", "tags": [{"id": 88120, "tag_id": "b8d0"}]}"#
            => it.tags.as_ref().map(|tags| (tags[0].id.to_string(), tags[0].tag_id.clone())),
            Some(("88120".to_owned(), some("b8d0")));
    }
}

fn steps() -> Vec<Case> {
    rows! { "templates:Step", it: Step;
        PY, r#"{"id": "s", "bp_to_launch": null}"# => it.template_to_launch.is_none(), true;
        PY, r#"{"id": "s", "bp_to_launch": []}"# => it.template_to_launch.is_none(), true;
        PY, r#"{"id": "s", "deadline": null}"# => it.deadline.is_none(), true;
        PY, r#"{"id": "s", "deadline": []}"# => it.deadline.is_none(), true;
        PY, r#"{"id": "s", "deadline": {}}"# => it.deadline.as_ref().map(|it| it.value), Some(None);
        PY, r#"{"id": "s", "deadline": {"value": 2}}"#
            => it.deadline.as_ref().map(|it| it.value), Some(Some(2));
        PY, r#"{"id": "s", "start_date": null}"# => it.start_date.is_none(), true;
        PY, r#"{"id": "s", "start_date": []}"# => it.start_date.is_none(), true;
        PY, r#"{"id": "s", "start_date": {}}"# => it.start_date.as_ref().map(|it| it.value), Some(None);
        PY, r#"{"id": "s", "assignees": [], "groups": {}}"#
            => (it.assignees.clone(), it.groups.clone()), (Some(vec![]), Some(vec![]));
        PY, r#"{"id": "s", "comments": [{"id": "48d6"}]}"# => ids!(it.comments), list(&["48d6"]);
        "pp:Step", r#"{"id": 4711, "owners": {"users": [7]}}"#
            => (it.id.to_string(), it.owners.clone().map(Value::from)),
            ("4711".to_owned(), Some(json!({"users": [7]})));
    }
}

fn step_deadlines() -> Vec<Case> {
    rows! { "templates:StepDeadline", it: StepDeadline;
        NEWER, r#"{"value": "3"}"# => it.value, Some(3);
        NEWER, r#"{"value": 3, "option": "from"}"# => text!(it.option), some("from");
        PY, r#"{"value": 3, "option": "after"}"# => text!(it.option), some("after");
        PY, r#"{"value": 3, "option": "before"}"# => text!(it.option), some("before");
        PY, r#"{"step": "start_run"}"# => it.step.clone(), some("start_run");
        "pp:Step", r#"{"step": "start_process"}"# => it.step.clone(), some("start_process");
        NEWER, r#"{"step": "4d2e8f"}"# => it.step.clone(), some("4d2e8f");
        NEWER, r#"{"step": null}"# => it.step.clone(), None;
    }
}

fn launches_of_steps() -> Vec<Case> {
    rows! { "templates:StepBlueprintToLaunch", it: Step;
        PY, r#"{"id": "s", "bp_to_launch": {"id": "t", "tasks_within_process": true}}"#
            => it.template_to_launch.as_ref().and_then(|launch| launch.tasks_within_process), Some(true);
        PY, r#"{"id": "s", "bp_to_launch": {"id": "t", "default_name_format": "Oven {date}"}}"#
            => it.template_to_launch.as_ref().and_then(|launch| launch.default_name_format.clone()),
            some("Oven {date}");
        PY, r#"{"id": "s", "bp_to_launch": {"id": null, "tasks_within_process": false}}"#
            => it.template_to_launch.as_ref().map(|launch| (launch.id.clone(), launch.tasks_within_process)),
            Some((None, Some(false)));
    }
}

fn kickoff_fields() -> Vec<Case> {
    rows! { "templates:KickoffField", it: KickoffField;
        PY, r#"{"id": "k", "options": [], "columns": {}}"#
            => (ids!(it.options), ids!(it.columns)), (list(&[]), list(&[]));
        PY, r#"{"id": "k", "options": {}, "columns": []}"#
            => (ids!(it.options), ids!(it.columns)), (list(&[]), list(&[]));
        PY, r#"{"id": "k", "settings": []}"# => it.settings.is_none(), true;
        PY, r#"{"id": "k", "settings": {}}"# => it.settings.clone(), Some(Map::new());
        "go:encodeKickoffValue", r#"{"id": "k", "options": [{"id": 1}]}"# => ids!(it.options), list(&["1"]);
        "pp:PrerunData", r#"{"id": "k", "field_value": "Oven 3"}"# => it.field_value.clone(), some("Oven 3");
        "docs:open-api/code-samples/files/upload-attach-file", r#"{"id": "k", "value": [{"id": "f"}]}"#
            => it.value.clone(), Some(json!([{"id": "f"}]));
    }
}

fn captures() -> Vec<Case> {
    rows! { "templates:Capture", it: FormField;
        PY, r#"{"id": "c", "options": [], "columns": {}}"#
            => (ids!(it.options), ids!(it.columns)), (list(&[]), list(&[]));
        PY, r#"{"id": "c", "options": {}, "columns": []}"#
            => (ids!(it.options), ids!(it.columns)), (list(&[]), list(&[]));
        PY, r#"{"id": "c", "options": null, "columns": null}"#
            => (ids!(it.options), ids!(it.columns)), (None, None);
        PY, r#"{"id": "c", "settings": []}"# => it.settings.is_none(), true;
        PY, r#"{"id": "c", "settings": {}}"# => it.settings.clone(), Some(Map::new());
        PY, r#"{"id": "c", "settings": null}"# => it.settings.clone(), None;
        PY, r#"{"id": "c", "settings": {"mask": "99"}}"#
            => it.settings.clone().map(Value::from), Some(json!({"mask": "99"}));
        PY, r#"{"id": "c", "field_validation": []}"#
            => it.field_validation.clone(), Some(OneOrMany::Many(vec![]));
        PY, r#"{"id": "c", "field_validation": {}}"#
            => it.field_validation.clone(), Some(OneOrMany::Many(vec![]));
        PY, r#"{"id": "c", "field_validation": null}"# => it.field_validation.clone(), None;
        PY, r#"{"id": "c", "field_validation": ["required", "max:20"]}"#
            => it.field_validation.as_ref().map(|rules| rules.as_slice().to_vec()),
            list(&["required", "max:20"]);
        PY, r#"{"id": "c", "field_validation": "required|max:20"}"#
            => it.field_validation.as_ref().map(|rules| rules.as_slice().to_vec()),
            list(&["required|max:20"]);
        PY, r#"{"id": "c", "default_value": "North"}"# => it.default_value.clone(), Some(json!("North"));
        PY, r#"{"id": "c", "default_value": [{"id": 1}]}"#
            => it.default_value.clone(), Some(json!([{"id": 1}]));
        FIELDS, r#"{"id": "c", "custom_fields": []}"# => it.custom_fields.clone(), Some(BTreeMap::new());
    }
}

fn options() -> Vec<Case> {
    rows! { "templates:CaptureOption", it: FieldOption;
        "go:TestEncodeKickoffOptionIDStaysNumeric", r#"{"id": 1, "text": "North"}"# => it.id == "1", true;
        "go:encodeKickoffValue", r#"{"id": "a1", "text": "North"}"# => it.id == "a1", true;
    }
}

fn columns() -> Vec<Case> {
    rows! { "templates:CaptureColumn", it: FormFieldColumn;
        "go:encodeKickoffTable", r#"{"id": 1, "label": "Part"}"# => it.id == "1", true;
        "go:encodeKickoffTable", r#"{"id": "c1", "label": "Part"}"# => it.id == "c1", true;
    }
}

fn form_fields() -> Vec<Case> {
    rows! { "templates:TemplateFormFields", it: Item<TemplateFormFields>;
        FORM, r#"{"data": {"id": "t", "ko_form_fields": [{"id": "k"}]}}"#
            => ids!(it.data.kickoff_fields), list(&["k"]);
        FORM, r#"{"data": {"id": "t", "form_fields": {"data": [{"id": "c"}]}}}"#
            => ids!(it.data.form_fields), list(&["c"]);
    }
}

fn listed_form_fields() -> Vec<Case> {
    let json = r#"{"data": [{"id": "t", "ko_form_fields": [{"id": "k"}]}]}"#;
    let fields = |it: &Item<TemplateFormFields>| ids!(it.data.kickoff_fields);
    vec![unpacks("templates:TemplateFormFields", FORM, json, fields, list(&["k"]))]
}

fn automations() -> Vec<Case> {
    rows! { "templates:AutomatedAction", it: Automation;
        "py:templates", r#"{"id": "r", "actions": [{"type": "show", "step_id": "s"}]}"#
            => it.extra["actions"].clone(), json!([{"type": "show", "step_id": "s"}]);
    }
}

fn conditions() -> Vec<Case> {
    rows! { "templates:AutomationCondition", it: AutomationCondition;
        MCP, r#"{"id": "c", "operation": "completed", "statement": "any_time"}"#
            => it.statement.clone(), Some(json!("any_time"));
        MCP, r#"{"id": "c", "operation": "approved", "statement": "on-time"}"#
            => it.statement.clone(), Some(json!("on-time"));
        MCP, r#"{"id": "c", "operation": "expired", "statement": "early_24"}"#
            => it.statement.clone(), Some(json!("early_24"));
        MCP, r#"{"id": "c", "operation": "reopened", "statement": "late_24"}"#
            => it.statement.clone(), Some(json!("late_24"));
        MCP, r#"{"id": "c", "operation": "completed", "statement": null}"# => it.statement.clone(), None;
        "mcp-newer:create_automation_rule", r#"{"id": "c", "statement": ["a", "b"]}"#
            => it.statement.clone(), Some(json!(["a", "b"]));
        "docs:product", r#"{"id": "c", "operation": ">="}"# => text!(it.operation), some(">=");
        "py:models.AutomationCondition", r#"{"id": "c", "conditionable_type": "App\\Models\\Step"}"#
            => text!(it.conditionable_type), some("App\\Models\\Step");
    }
}

fn actions() -> Vec<Case> {
    rows! { "templates:AutomationAction", it: AutomationAction;
        MCP, r#"{"id": "a", "deadline": null}"# => it.deadline.is_none(), true;
        MCP, r#"{"id": "a", "deadline": []}"# => it.deadline.is_none(), true;
        MCP, r#"{"id": "a", "deadline": {}}"# => it.deadline.as_ref().map(|it| it.value), Some(None);
        MCP, r#"{"id": "a", "assignees": null}"# => it.assignees.is_none(), true;
        MCP, r#"{"id": "a", "assignees": []}"# => it.assignees.is_none(), true;
        MCP, r#"{"id": "a", "assignees": {}}"#
            => it.assignees.as_ref().map(|it| it.members.clone()), Some(None);
        MCP, r#"{"id": "a", "assignees": {"users": ["7"], "guests": [], "groups": []}}"#
            => it.assignees.as_ref().map(|it| it.members.clone()), Some(Some(vec![7]));
    }
}

fn automation_deadlines() -> Vec<Case> {
    rows! { "templates:AutomationDeadline", it: AutomationDeadline;
        MCP, r#"{"value": 4, "unit": "days", "option": "before"}"# => text!(it.option), some("before");
        MCP, r#"{"value": 4, "unit": "days", "option": "from"}"# => text!(it.option), some("from");
        MCP, r#"{"value": 4, "unit": "days", "option": "prior_to"}"# => text!(it.option), some("prior_to");
        "py:models", r#"{"value": 4, "unit": "days"}"# => text!(it.option), None;
    }
}

fn removals() -> Vec<Case> {
    let mut cases = rows! { "templates:TemplateRemovalResult", it: TemplateRemovalResult;
        REMOVE, r#"{"deleted_references": [{"type": "Step", "id": "s"}]}"#
            => it.deleted_references.as_ref().map(|it| it.as_slice()[0].id.clone()), Some(some("s"));
        REMOVE, r#"{"deleted_references": []}"#
            => it.deleted_references.as_ref().map(|it| it.as_slice().len()), Some(0);
        REMOVE, r#"{"deleted_references": {}}"#
            => it.deleted_references.as_ref().map(|it| it.as_slice().len()), Some(0);
        REMOVE, r#"{"message": "gone", "deleted_references": {"steps": ["Sign off"]}}"#
            => it.deleted_references.as_ref().map(|it| it.as_slice()[0].extra["steps"].clone()),
            Some(json!(["Sign off"]));
        REMOVE, r#"{"deleted_references": null}"# => it.deleted_references.is_none(), true;
        REMOVE, r#"{"message": "gone"}"# => it.deleted_references.is_none(), true;
    };
    cases.extend(rows! { "templates:DeletedReference", it: DeletedReference;
        "py:templates.delete_template_with_references", r#"{"type": "Step", "title": "Sign off", "id": null}"#
            => (it.id.clone(), it.title.clone()), (None, some("Sign off"));
    });
    cases
}

fn restores() -> Vec<Case> {
    rows! { "templates:TemplateRestoreMeta", it: TemplateRestored;
        REMOVE, r#"{"data": {"id": "t"}, "meta": {"unrestored_references": [{"reason": "edited"}]}}"#
            => it.meta.as_ref().map(|meta| json!(meta.unrestored_references)),
            Some(json!([{"reason": "edited"}]));
        "mcp:delete_template", r#"{"data": {"id": "t"}}"# => it.meta.is_none(), true;
    }
}

fn searches() -> Vec<Case> {
    const PY: &str = "py:searches.search_templates";
    let rows = |it: &SearchResponse| it.template.as_ref().map(|page| page.data.len());
    vec![
        reads(
            "templates:TemplateSearchResponse",
            PY,
            r#"{"blueprint": {"data": [{"id": "t"}]}}"#,
            rows,
            Some(1),
        ),
        reads("templates:TemplateSearchResponse", PY, r#"{"blueprint": {"data": []}}"#, rows, Some(0)),
        unpacks("templates:TemplateSearchResponse", PY, r#"{"blueprint": [{"id": "t"}]}"#, rows, Some(1)),
        reads("templates:TemplateSearchResponse", PY, r#"{"process": null}"#, rows, None),
    ]
}

fn pages() -> Vec<Case> {
    rows! { "templates:Pagination", it: Pagination;
        LIST, r#"{"total": 3, "links": []}"# => it.links.clone(), Some(json!([]));
        LIST, r#"{"total": 30, "links": {"next": "https://x.test"}}"#
            => it.links.clone(), Some(json!({"next": "https://x.test"}));
    }
}
