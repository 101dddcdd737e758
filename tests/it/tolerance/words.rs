//! Rows of the sheets' `open_enums`: in answers a known word is a value and any other is kept, in requests
//! any other is refused.

use std::str::FromStr;

use tallyfy_gen::{enums, types};

use super::{Case, reads};

const LIST: &str = "docs:open-api/code-samples/templates/list-templates";
const RUNS: &str = "docs:open-api/code-samples/processes/list-processes";
const TASKS: &str = "docs:open-api/code-samples/tasks/list-process-tasks";
const STEPS: &str = "py:tests/test_models_from_dict";
const RULES: &str = "mcp:create_automation_rule";
const MEMBERS: &str = "docs:open-api/code-samples/members/list-members";
const FIELDS: &str = "docs:open-api/custom-fields";
const WATCHERS: &str = "n8n:TallyfyTrigger";

/// `schema, citation, type, key, field, enum: text => variant, ..` of one property of an answer; the id is
/// there for the types that need one.
macro_rules! words {
    ($($schema:literal, $citation:expr, $of:ident $key:literal $field:ident $words:ident:
        $($text:literal $variant:ident),+;)+) => {{
        let mut cases = Vec::new();
        $(
            let json = |word: &str| format!("{{\"id\": 1, \"{}\": \"{word}\"}}", $key);
            let pick = |it: &types::$of| it.$field.clone();
            $(cases.push(reads($schema, $citation, json($text), pick, Some(enums::$words::$variant)));)+
            let other = enums::$words::Unknown("brand-new".to_owned());
            cases.push(reads($schema, $citation, json("brand-new"), pick, Some(other)));
            cases.push(reads($schema, $citation, json(""), pick, None));
        )+
        cases
    }};
}

#[rustfmt::skip]
pub(super) fn answers() -> Vec<Case> {
    let mut cases = words! {
        "templates:Template", LIST, Template "type" type_ TemplateType:
            "procedure" Procedure, "form" Form, "document" Document;
        "templates:Template", LIST, Template "status" status TemplateStatus:
            "published" Published, "active" Active;
        "templates:Template", "pp:Checklist", Template "privacy" privacy TemplatePrivacy:
            "private" Private, "organization" Organization, "public" Public;
        "templates:KickoffField", RULES, KickoffField "field_type" field_type FieldType:
            "text" Text, "textarea" Textarea, "radio" Radio, "dropdown" Dropdown, "multiselect" Multiselect,
            "date" Date, "email" Email, "file" File, "table" Table, "assignees_form" AssigneesForm;
        "templates:Capture", STEPS, FormField "field_type" field_type FieldType:
            "text" Text, "textarea" Textarea, "radio" Radio, "dropdown" Dropdown, "multiselect" Multiselect,
            "date" Date, "email" Email, "file" File, "table" Table, "assignees_form" AssigneesForm;
        "templates:Step", STEPS, Step "step_type" step_type StepType:
            "task" Task, "approval" Approval, "expiring" Expiring, "email" Email,
            "expiring_email" ExpiringEmail;
        "templates:Step", STEPS, Step "ai_on_uncertainty" ai_on_uncertainty StepAiOnUncertainty: "ask" Ask;
        "templates:StepDeadline", "mcp-newer:update_step", StepDeadline "option" option StepDeadlineOption:
            "from" From, "prior_to" PriorTo, "after" After, "before" Before;
        "templates:StepDeadline", "mcp-newer:update_step", StepDeadline "unit" unit StepDeadlineUnit:
            "minutes" Minutes, "hours" Hours, "days" Days, "weeks" Weeks, "months" Months,
            "minute" Minute, "hour" Hour, "day" Day, "week" Week, "month" Month;
        "templates:StepStartDate", "mcp-newer:update_step", StepStartDate "unit" unit StepDeadlineUnit:
            "minutes" Minutes, "hours" Hours, "days" Days, "weeks" Weeks, "months" Months,
            "minute" Minute, "hour" Hour, "day" Day, "week" Week, "month" Month;
        "templates:AutomationCondition", RULES,
            AutomationCondition "conditionable_type" conditionable_type AutomationConditionType:
            "Step" Step, "Capture" FormField, "Prerun" KickoffField;
        "templates:AutomationCondition", RULES, AutomationCondition "logic" logic AutomationConditionLogic:
            "and" And, "or" Or;
        "templates:AutomationCondition", RULES,
            AutomationCondition "operation" operation AutomationConditionOperation:
            "completed" Completed, "reopened" Reopened, "approved" Approved, "rejected" Rejected,
            "acknowledged" Acknowledged, "expired" Expired, "not_assigned" NotAssigned,
            "contains" Contains, "not_contains" NotContains, "equals" Equals, "not_equals" NotEquals,
            "equals_any" EqualsAny, "greater_than" GreaterThan, "less_than" LessThan, "is_empty" IsEmpty,
            "is_not_empty" IsNotEmpty;
        "templates:AutomationAction", RULES, AutomationAction "action_type" action_type AutomationActionType:
            "visibility" Visibility, "deadline" Deadline, "status" Status, "assignment" Assignment,
            "webhook" Webhook;
        "templates:AutomationAction", RULES, AutomationAction "action_verb" action_verb AutomationActionVerb:
            "show" Show, "hide" Hide, "deadline" Deadline, "reopen" Reopen, "assign" Assign,
            "assign_only" AssignOnly, "clear_assignees" ClearAssignees, "unassign" Unassign,
            "emit_webhook" EmitWebhook;
        "templates:AutomationAction", RULES,
            AutomationAction "actionable_type" actionable_type AutomationActionableType:
            "Prerun" KickoffField, "Capture" FormField;
        "templates:AutomationDeadline", RULES, AutomationDeadline "unit" unit AutomationDeadlineUnit:
            "minutes" Minutes, "hours" Hours, "days" Days, "weeks" Weeks, "months" Months;
        "templates:AutomationDeadline", RULES, AutomationDeadline "option" option AutomationDeadlineOption:
            "before" Before, "from" From;
        "templates:DeletedReference", "py:templates.delete_template_with_references",
            DeletedReference "type" type_ DeletedReferenceType: "Blueprint" Template, "Step" Step;
        "templates:TemplateSearchResult", "py:searches.search_templates",
            SearchResult "type" type_ TemplateType:
            "procedure" Procedure, "form" Form, "document" Document;
    };
    cases.extend(processes_tasks());
    cases.extend(platform());
    cases
}

#[rustfmt::skip]
fn processes_tasks() -> Vec<Case> {
    words! {
        "processes_tasks:Process", RUNS, Process "status" status ProcessStatus:
            "active" Active, "complete" Complete, "problem" Problem, "issue" Issue, "delayed" Delayed,
            "archived" Archived, "in-progress" InProgress;
        "processes_tasks:Process", RUNS, Process "prerun_status" kickoff_status KickoffStatus:
            "complete" Complete, "completed" Completed;
        "processes_tasks:Process", RUNS, Process "type" type_ TemplateType:
            "procedure" Procedure, "form" Form, "document" Document;
        "processes_tasks:Task", TASKS, Task "status" status TaskStatus:
            "not-started" NotStarted, "in-progress" InProgress, "completed" Completed,
            "auto-skipped" AutoSkipped, "skipped" Skipped, "active" Active;
        "processes_tasks:Task", TASKS, Task "status_label" status_label TaskStatusLabel:
            "not-started" NotStarted, "Active" Active, "Auto skipped" AutoSkipped, "approved" Approved,
            "rejected" Rejected, "acknowledged" Acknowledged, "expired" Expired, "sent" Sent;
        "processes_tasks:Task", TASKS, Task "task_type" task_type TaskType:
            "task" Task, "approval" Approval, "expiring" Expiring, "email" Email,
            "expiring_email" ExpiringEmail, "standard" Standard, "accept_decline" AcceptDecline,
            "member" Member;
        "processes_tasks:Task", "pp:Task", Task "run_status" process_status ProcessStatus:
            "active" Active, "problem" Problem;
        "processes_tasks:ChangedTask", "docs:open-api/code-samples/tasks/complete-task",
            ChangedTask "status" status TaskStatus: "not-started" NotStarted, "auto-skipped" AutoSkipped;
        "processes_tasks:AutomaticDeadline", "docs:open-api/code-samples/tasks/reset-task-deadline",
            AutomaticDeadline "source" source AutomaticDeadlineSource:
            "automation" Automation, "step" Step, "launch" Launch;
        "processes_tasks:TaskFormField", TASKS, TaskFormField "field_type" field_type FieldType:
            "text" Text, "textarea" Textarea, "radio" Radio, "dropdown" Dropdown, "multiselect" Multiselect,
            "date" Date, "email" Email, "file" File, "table" Table, "assignees_form" AssigneesForm;
        "processes_tasks:ProcessFormField", RUNS, ProcessFormField "field_type" field_type FieldType:
            "text" Text, "textarea" Textarea, "radio" Radio, "dropdown" Dropdown, "multiselect" Multiselect,
            "date" Date, "email" Email, "file" File, "table" Table, "assignees_form" AssigneesForm;
        "processes_tasks:Comment", "py:threads.add_task_comment", Comment "label" label CommentLabel:
            "comment" Comment, "problem" Problem, "resolve" Resolve, "improvement" Improvement,
            "advice" Advice;
        "processes_tasks:Comment", "mcp:add_task_comment", Comment "state" state CommentState:
            "open" Open, "hide-for-guests" HideForGuests, "collapsed" Collapsed;
        "processes_tasks:Comment", "mcp:get_task_comments", Comment "author_type" author_type CommentAuthorType:
            "user" Member, "guest" Guest;
    }
}

#[rustfmt::skip]
fn platform() -> Vec<Case> {
    words! {
        "platform:User", MEMBERS, Member "status" status MemberStatus:
            "active" Active, "invited" Invited, "disabled" Disabled;
        "platform:User", MEMBERS, Member "role" role MemberRole:
            "admin" Admin, "standard" Standard, "light" Light;
        "platform:User", MEMBERS, Member "type" type_ MemberType: "standard" Standard;
        "platform:ProvisionedUser",
            "docs:open-api/access-api-as-a-third-party-application-instead-of-a-user",
            ApplicationUser "role" role MemberRole: "admin" Admin, "standard" Standard, "light" Light;
        "platform:Organization", "pp:Get_User_Organizations",
            OrganizationDetails "user_status" user_status MemberStatus: "active" Active;
        "platform:Organization", "py:models.Organization",
            OrganizationDetails "webhook_date_field_format" webhook_date_field_format WebhookDateFormat:
            "yyyy-MM-ddTHH:mm:ssZ" YyyyMmDdTHHMmSsZ, "d/m/Y h:i A T" DMYHIAT;
        "platform:GuestDetails", "py:models.GuestDetails",
            GuestDetails "external_sync_source" external_sync_source GuestSyncSource:
            "salesforce" Salesforce;
        "platform:TagAssociation", "py:tests/test_tag_management_defects",
            TagAssociation "subject_type" subject_type TagSubjectType: "Checklist" Template, "Run" Process;
        "platform:Folder", "py:models.Folder", Folder "folder_type" folder_type FolderType:
            "checklist" Template, "run" Process;
        "platform:FolderObject", "py:folder_management.add_object_to_folder",
            FolderObject "subject_type" subject_type FolderSubjectType: "Run" Process, "Task" Task;
        "platform:Asset", "py:models.Asset", File "source" source FileSource: "local" Local, "url" Url;
        "platform:AssetSubject", "py:models.Asset", FileSubject "type" type_ FileSubjectType:
            "Run" Process, "Checklist" Template, "Task" Task, "Organization" Organization;
        "platform:Watcher", WATCHERS, Watcher "frequency" frequency WatcherFrequency:
            "electric" Electric, "mindful" Mindful, "chilled" Chilled;
        "platform:Watcher", WATCHERS, Watcher "notification_type" notification_type WatcherNotificationType:
            "webhook" Webhook;
        "platform:Watcher", WATCHERS, Watcher "object_type" object_type WatcherObjectType:
            "organization" Organization;
        "platform:CustomFieldKey", FIELDS, CustomFieldKey "applies_to" applies_to CustomFieldTarget:
            "process" Process;
        "platform:CustomFieldKey", FIELDS, CustomFieldKey "key_type" key_type CustomFieldKeyType:
            "org" Org, "system" System;
        "platform:CustomFieldKey", FIELDS, CustomFieldKey "field_type" field_type CustomFieldType:
            "text" Text, "textarea" Textarea, "number" Number, "boolean" Boolean, "date" Date,
            "email" Email, "url" Url, "radio" Radio, "dropdown" Dropdown, "multiselect" Multiselect,
            "table" Table;
    }
}

/// `schema, citation, enum: text variant, ..` of one property of a request.
macro_rules! allowed {
    ($($schema:literal, $citation:expr, $words:ident: $($text:literal $variant:ident),+;)+) => {
        vec![
            $(
                $(allowed($schema, $citation, $text, Some(enums::$words::$variant)),)+
                allowed::<enums::$words>($schema, $citation, "brand-new", None),
                allowed::<enums::$words>($schema, $citation, "", None),
            )+
        ]
    };
}

fn allowed<E>(schema: &'static str, citation: &'static str, text: &'static str, expected: Option<E>) -> Case
where
    E: FromStr + PartialEq + std::fmt::Debug + std::fmt::Display + 'static,
{
    let check = move |text: &str| {
        let parsed = text.parse::<E>().ok();
        if parsed != expected {
            return Err(format!("parsed as {parsed:?}, expected {expected:?}"));
        }
        match parsed.map(|word| word.to_string()) {
            Some(written) if written != text => Err(format!("written as {written:?}")),
            _ => Ok(()),
        }
    };
    Case { schema, citation, json: text.to_owned(), check: Box::new(check) }
}

#[rustfmt::skip]
pub(super) fn requests() -> Vec<Case> {
    allowed! {
        "templates:KickoffFieldInput", "mcp:add_kickoff_field", FieldTypeInput:
            "text" Text, "textarea" Textarea, "radio" Radio, "dropdown" Dropdown, "multiselect" Multiselect,
            "date" Date, "email" Email, "file" File, "table" Table, "assignees_form" AssigneesForm;
        "templates:CaptureInput", "mcp:add_form_field_to_step", FieldTypeInput:
            "text" Text, "textarea" Textarea, "radio" Radio, "dropdown" Dropdown, "multiselect" Multiselect,
            "date" Date, "email" Email, "file" File, "table" Table, "assignees_form" AssigneesForm;
        "templates:StepDeadlineInput", "mcp-newer:update_step", StepDeadlineOptionInput:
            "from" From, "prior_to" PriorTo;
        "templates:StepDeadlineInput", "mcp-newer:update_step", StepDeadlineUnitInput:
            "minutes" Minutes, "hours" Hours, "days" Days, "weeks" Weeks, "months" Months,
            "minute" Minute, "hour" Hour, "day" Day, "week" Week, "month" Month;
        "templates:AutomationConditionInput", RULES, AutomationConditionTypeInput:
            "Step" Step, "Capture" FormField, "Prerun" KickoffField;
        "templates:AutomationConditionInput", RULES, AutomationConditionLogicInput: "and" And, "or" Or;
        "templates:AutomationConditionInput", RULES, AutomationConditionOperationInput:
            "completed" Completed, "reopened" Reopened, "approved" Approved, "rejected" Rejected,
            "acknowledged" Acknowledged, "expired" Expired, "not_assigned" NotAssigned,
            "contains" Contains, "not_contains" NotContains, "equals" Equals, "not_equals" NotEquals,
            "equals_any" EqualsAny, "greater_than" GreaterThan, "less_than" LessThan, "is_empty" IsEmpty,
            "is_not_empty" IsNotEmpty;
        "templates:AutomationActionInput", RULES, AutomationActionTypeInput:
            "visibility" Visibility, "deadline" Deadline, "status" Status, "assignment" Assignment,
            "webhook" Webhook;
        "templates:AutomationActionInput", RULES, AutomationActionVerbInput:
            "show" Show, "hide" Hide, "deadline" Deadline, "reopen" Reopen, "assign" Assign,
            "assign_only" AssignOnly, "clear_assignees" ClearAssignees, "unassign" Unassign,
            "emit_webhook" EmitWebhook;
        "templates:AutomationActionInput", RULES, AutomationActionableTypeInput:
            "Prerun" KickoffField, "Capture" FormField;
        "processes_tasks:Process", RUNS, ProcessStatusFilter:
            "active" Active, "complete" Complete, "problem" Problem, "issue" Issue, "archived" Archived,
            "delayed" Delayed, "improvement" Improvement, "starred" Starred;
    }
}
