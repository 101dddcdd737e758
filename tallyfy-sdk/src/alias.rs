//! The app's words for the API's types, one line each: this table and nothing else. Accessors in the app's words
//! stand in `tallyfy-gen/src/words.rs`.

use tallyfy_gen::{enums, types, wire};

/// A template: what processes are launched from.
#[doc(alias = "Checklist", alias = "Blueprint")]
pub type Template = types::Checklist;
/// A step of a template.
pub type Step = types::Step;
/// A form field of a step.
#[doc(alias = "Capture")]
pub type FormField = types::Capture;
/// A field of a template's kick-off form. Its `id` is the key under which a launch answers it.
#[doc(alias = "Prerun")]
pub type KickoffField = types::Prerun;
/// A process: a template at work.
#[doc(alias = "Run")]
pub type Process = types::Run;
/// Progress of a process.
#[doc(alias = "RunProgress")]
pub type Progress = wire::RunProgress;
/// A task of a process, or a one-off task.
pub type Task = types::Task;
/// A form field of a task, with its answer.
#[doc(alias = "TaskCapture")]
pub type TaskFormField = types::TaskCapture;
/// A choice of a form field.
#[doc(alias = "CaptureOption")]
pub type FieldOption = types::CaptureOption;
/// Who a task is assigned to, as read.
#[doc(alias = "TaskOwners")]
pub type Assignees = types::TaskOwners;
/// A member of an organization.
#[doc(alias = "User")]
pub type Member = types::User;
/// A comment or an issue.
#[doc(alias = "Thread")]
pub type Comment = types::Thread;
/// An organization and its settings.
#[doc(alias = "Organization")]
pub type OrganizationDetails = types::Organization;

/// What a process is launched with.
#[doc(alias = "CreateRunInput")]
pub type LaunchProcess = types::CreateRunInput;
/// What a launch says of one task. A map that names only some steps launches a process without the others.
#[doc(alias = "TaskOverrideInput")]
pub type TaskOverride = types::TaskOverrideInput;
/// Changes of a process. Members and groups that are not named lose their access: begin with `keeping`.
#[doc(alias = "UpdateRunInput")]
pub type UpdateProcess = types::UpdateRunInput;
/// Changes of a task of a process.
#[doc(alias = "UpdateRunTaskInput")]
pub type UpdateProcessTask = types::UpdateRunTaskInput;
/// Changes of a one-off task. Begin with `keeping`: title, deadline and assignees must be sent every time.
#[doc(alias = "UpdateTaskInput")]
pub type UpdateTask = types::UpdateTaskInput;
/// Who a task is assigned to, as written: all three lists, always.
#[doc(alias = "OwnersInput")]
pub type Assign = types::OwnersInput;
/// A comment to write.
#[doc(alias = "CreateTaskCommentInput")]
pub type AddComment = types::CreateTaskCommentInput;

/// Filters of a template list.
#[doc(alias = "ListChecklistsQuery")]
pub type ListTemplates = types::ListChecklistsQuery;
/// Includes of a template.
#[doc(alias = "GetChecklistQuery")]
pub type GetTemplate = types::GetChecklistQuery;
/// Filters of a step list.
#[doc(alias = "ListStepsQuery")]
pub type ListSteps = types::ListStepsQuery;
/// Filters of a process list.
#[doc(alias = "ListRunsQuery")]
pub type ListProcesses = types::ListRunsQuery;
/// Includes of a process.
#[doc(alias = "GetRunQuery")]
pub type GetProcess = types::GetRunQuery;
/// Filters of the tasks of one process.
#[doc(alias = "ListRunTasksQuery")]
pub type ListProcessTasks = types::ListRunTasksQuery;
/// Filters of the tasks of an organization.
#[doc(alias = "ListTasksQuery")]
pub type ListTasks = types::ListTasksQuery;
/// Filters of the caller's own tasks.
#[doc(alias = "ListMyTasksQuery")]
pub type ListMyTasks = types::ListMyTasksQuery;
/// Includes of a task, addressed without its process.
#[doc(alias = "GetTaskQuery")]
pub type GetTask = types::GetTaskQuery;
/// Includes of a task of a process.
#[doc(alias = "GetRunTaskQuery")]
pub type GetProcessTask = types::GetRunTaskQuery;
/// Filters of a member list.
#[doc(alias = "ListUsersQuery")]
pub type ListMembers = types::ListUsersQuery;
/// Paging of the caller's organizations.
#[doc(alias = "ListMyOrganizationsQuery")]
pub type ListOrganizations = types::ListMyOrganizationsQuery;

/// State of a process.
#[doc(alias = "RunStatus")]
pub type ProcessStatus = enums::RunStatus;
/// What a process list is filtered by.
#[doc(alias = "RunStatusFilter")]
pub type ProcessStatusFilter = enums::RunStatusFilter;
/// What can be read with a process.
#[doc(alias = "RunWith")]
pub type ProcessInclude = enums::RunWith;
/// What can be read with a template.
#[doc(alias = "ChecklistWith")]
pub type TemplateInclude = enums::ChecklistWith;
/// What can be read with a task.
#[doc(alias = "TaskWith")]
pub type TaskInclude = enums::TaskWith;
/// State of a task.
pub type TaskStatus = enums::TaskStatus;
/// What a task list is filtered by; values outside this list would return every task.
pub type TaskStatusFilter = enums::TaskStatusFilter;
/// Kind of a task, as read.
pub type TaskType = enums::TaskType;
/// Kind of a form field, as read.
pub type FieldType = enums::FieldType;

/// A point in time, as the service writes it.
pub type Timestamp = wire::Timestamp;
/// A calendar date.
pub type Date = wire::Date;
/// A value of an answer that could not be read; it costs itself alone.
pub type Unreadable = wire::Unreadable;
/// A row of a page that could not be read, as it came.
pub type OddRow = wire::OddRow;
/// Values that travel as one text with commas.
pub type CommaList<T> = wire::CommaList<T>;
/// A field of a request that is left out, null, or a value.
pub type Nullable<T> = wire::Nullable<T>;
