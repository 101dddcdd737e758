//! The templates: one with every field type, a small one, an archived one.
//!
//! Not here: the ids' names (`seed`).

use chrono::Duration;
use serde_json::{Map, Value, json};

use super::people::object;
use super::*;
use crate::state::organization::Organization;
use crate::state::owners::Owners;
use crate::state::template::{Deadline, Field, Step, Template, slug};

/// Adds the templates.
pub fn fill(organization: &mut Organization) {
    let mut large = template(TEMPLATE, 314, "Vendor onboarding");
    large.summary = Some("Check a vendor and take it in.".to_owned());
    large.folder_id = Some(TEMPLATE_FOLDER.to_owned());
    large.users = vec![STANDARD];
    large.groups = vec![GROUP.to_owned()];
    large.kickoff = kickoff();
    large.steps = steps();
    large.automations = automations();
    large.rest = object(json!({ "kickoff_title": "About the vendor", "allow_launcher_change_name": true }));
    let mut small = template(SMALL_TEMPLATE, 315, "Weekly check");
    small.steps = small_steps();
    let mut archived = template(ARCHIVED_TEMPLATE, 316, "Old audit");
    archived.archived_at = Some(today() - Duration::days(20));
    for template in [large, small, archived] {
        organization.templates.put(template);
    }
}

fn template(id: &str, increment_id: i64, title: &str) -> Template {
    Template {
        id: id.to_owned(),
        increment_id,
        title: title.to_owned(),
        summary: None,
        kind: "procedure".to_owned(),
        alias: slug(title, increment_id),
        starred: false,
        is_pinned: false,
        can_add_oot: true,
        folder_id: None,
        owner_id: ADMIN,
        created_by: ADMIN,
        last_updated_by: ADMIN,
        users: Vec::new(),
        groups: Vec::new(),
        kickoff: Vec::new(),
        steps: Vec::new(),
        automations: Vec::new(),
        created_at: today() - Duration::days(120),
        last_updated: today() - Duration::days(increment_id - 300),
        archived_at: None,
        rest: Map::new(),
    }
}

fn field(id: &str, position: i64, field_type: &str, label: &str) -> Field {
    let increment_id = 9000 + position;
    Field {
        id: id.to_owned(),
        increment_id,
        alias: slug(label, increment_id),
        field_type: field_type.to_owned(),
        label: label.to_owned(),
        required: false,
        position,
        options: Vec::new(),
        columns: Vec::new(),
        validation: Vec::new(),
        created_at: today() - Duration::days(120),
        last_updated: today() - Duration::days(100),
        rest: Map::new(),
    }
}

impl Field {
    fn required(mut self) -> Self {
        self.required = true;
        self
    }

    fn options(mut self, texts: &[&str]) -> Self {
        let texts = (1..).zip(texts);
        self.options =
            texts.map(|(id, text): (i64, _)| json!({ "id": id, "text": text, "value": null })).collect();
        self
    }

    fn columns(mut self, labels: &[&str]) -> Self {
        let labels = (1..).zip(labels);
        self.columns = labels.map(|(id, label): (i64, _)| json!({ "id": id, "label": label })).collect();
        self
    }
}

fn kickoff() -> Vec<Field> {
    vec![
        field(KICKOFF_TEXT, 1, "text", "Vendor name").required(),
        field(KICKOFF_TEXTAREA, 2, "textarea", "Background"),
        field(KICKOFF_RADIO, 3, "radio", "Contract kind").options(&["Fixed", "Open"]),
        field(KICKOFF_DROPDOWN, 4, "dropdown", "Priority").options(&["Standard", "Express"]).required(),
        field(KICKOFF_MULTISELECT, 5, "multiselect", "Services").options(&[
            "Night delivery",
            "Returns",
            "Cold chain",
        ]),
        field(KICKOFF_DATE, 6, "date", "Start date"),
        field(KICKOFF_EMAIL, 7, "email", "Contact mail"),
        field(KICKOFF_FILE, 8, "file", "Papers"),
        field(KICKOFF_TABLE, 9, "table", "Price list").columns(&["Item", "Price"]),
        field(KICKOFF_ASSIGNEES, 10, "assignees_form", "Who decides"),
    ]
}

fn step(id: &str, position: i64, step_type: &str, title: &str) -> Step {
    let increment_id = 5100 + position;
    Step {
        id: id.to_owned(),
        increment_id,
        title: title.to_owned(),
        summary: None,
        alias: slug(title, increment_id),
        step_type: step_type.to_owned(),
        position,
        assignees: Owners::default(),
        assign_run_starter: false,
        everyone_must_complete: false,
        can_complete_only_assignees: false,
        deadline: Some(after_days(position, "start_run")),
        captures: Vec::new(),
        created_at: today() - Duration::days(120),
        last_updated: today() - Duration::days(90),
        rest: object(json!({ "max_assignable": 0 })),
    }
}

fn after_days(value: i64, step: &str) -> Deadline {
    Deadline { value, unit: "days".to_owned(), option: "from".to_owned(), step: step.to_owned() }
}

fn steps() -> Vec<Step> {
    let mut collect = step(STEP_COLLECT, 1, "task", "Collect documents");
    collect.summary = Some("<p>Ask the vendor for papers.</p>".to_owned());
    collect.assignees.users = vec![STANDARD];
    collect.captures = vec![
        field(FIELD_TAX_NUMBER, 1, "text", "Tax number").required(),
        field(FIELD_REGISTRATION, 2, "file", "Registration"),
    ];
    let mut approve = step(STEP_APPROVE, 2, "approval", "Approve the vendor");
    approve.assignees.users = vec![ADMIN];
    approve.can_complete_only_assignees = true;
    let mut confirm = step(STEP_CONFIRM, 3, "expiring", "Confirm the terms");
    confirm.assignees.guests = vec![GUEST.to_owned()];
    confirm.deadline = Some(after_days(2, STEP_APPROVE));
    let mut rules = field(FIELD_MULTISELECT, 3, "multiselect", "House rules").options(&["Safety", "Parking"]);
    rules.options[0]["required"] = json!(true);
    confirm.captures = vec![
        field(FIELD_RADIO, 1, "radio", "Shift kind").options(&["Night shift", "Part-time"]).required(),
        field(FIELD_DROPDOWN, 2, "dropdown", "Carrier").options(&["Own fleet", "Partner"]),
        rules,
        field(FIELD_DATE, 4, "date", "Signed on"),
    ];
    let mut record = step(STEP_RECORD, 4, "task", "Create the vendor record");
    record.assignees.groups = vec![GROUP.to_owned()];
    record.captures = vec![
        field(FIELD_TEXTAREA, 1, "textarea", "Notes"),
        field(FIELD_TABLE, 2, "table", "Crates").columns(&["Item", "Count"]),
        field(FIELD_ASSIGNEES, 3, "assignees_form", "Caretaker"),
        field(FIELD_EMAIL, 4, "email", "Invoice mail"),
    ];
    let mut welcome = step(STEP_WELCOME, 5, "task", "Say welcome");
    welcome.assign_run_starter = true;
    vec![collect, approve, confirm, record, welcome]
}

fn small_steps() -> Vec<Step> {
    let mut first = step(SMALL_STEP, 1, "task", "Look at the shelves");
    first.assignees.users = vec![STANDARD];
    let mut last = step(SMALL_STEP_LAST, 2, "task", "Write down what is missing");
    last.assign_run_starter = true;
    vec![first, last]
}

/// Two rules that answers of a launch set off. Neither holds in the seed's own process.
fn automations() -> Vec<Value> {
    let hurry = json!({
        "id": "c0ffee12d3a94b5c8e7f60718293a4b5",
        "automated_alias": "Hurry for express vendors",
        "conditions": [
            condition("d1e2f30415263748596a7b8c9d0e1f20", 1, KICKOFF_DROPDOWN, "equals", "Express"),
            condition("d1e2f30415263748596a7b8c9d0e1f21", 2, KICKOFF_RADIO, "equals", "Open"),
        ],
        "then_actions": [{
            "id": "e2f30415263748596a7b8c9d0e1f2031",
            "action_type": "deadline",
            "action_verb": "deadline",
            "target_step_id": STEP_APPROVE,
            "position": 1,
            "actionable_id": null,
            "actionable_type": null,
            "deadline": { "value": 1, "unit": "days", "option": "from" },
            "assignees": null,
        }],
        "position": 1,
        "created_at": "2026-05-04T09:00:00Z",
        "last_updated": "2026-05-04T09:00:00Z",
        "archived_at": null,
    });
    let cold = json!({
        "id": "c0ffee12d3a94b5c8e7f60718293a4b6",
        "automated_alias": "Cold chain needs a second pair of eyes",
        "conditions":
            [condition("d1e2f30415263748596a7b8c9d0e1f22", 1, KICKOFF_MULTISELECT, "contains", "Cold chain")],
        "then_actions": [{
            "id": "e2f30415263748596a7b8c9d0e1f2032",
            "action_type": "assignment",
            "action_verb": "assign",
            "target_step_id": STEP_RECORD,
            "position": 1,
            "actionable_id": null,
            "actionable_type": null,
            "deadline": null,
            "assignees": { "users": [ADMIN], "guests": [], "groups": [] },
        }],
        "position": 2,
        "created_at": "2026-05-04T09:00:00Z",
        "last_updated": "2026-05-04T09:00:00Z",
        "archived_at": null,
    });
    vec![hurry, cold]
}

fn condition(id: &str, position: i64, field: &str, operation: &str, statement: &str) -> Value {
    json!({
        "id": id,
        "conditionable_id": field,
        "conditionable_type": "Prerun",
        "operation": operation,
        "statement": statement,
        "logic": "and",
        "position": position,
        "column_contains_name": null,
    })
}
