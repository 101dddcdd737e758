//! The app's words for fields whose wire name is an API word. Accessors only, never behaviour.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::enums::TaskStatus;
use crate::types::{
    Capture, Checklist, CreateRunInput, Prerun, Run, RunCapture, Step, Task, TaskCapture, TaskOverrideInput,
    Thread, UpdateRunInput, UpdateRunTaskInput, UpdateTaskInput,
};

impl Checklist {
    /// The fields of the kick-off form (`prerun`); their ids are the keys of a launch's answers.
    pub fn kickoff_fields(&self) -> &[Prerun] {
        self.prerun.as_deref().unwrap_or_default()
    }
}

impl Step {
    /// The template of the step (`checklist_id`).
    pub fn template_id(&self) -> Option<&str> {
        self.checklist_id.as_deref()
    }

    /// The form fields of the step (`captures`).
    pub fn form_fields(&self) -> &[Capture] {
        self.captures.as_deref().unwrap_or_default()
    }
}

impl Prerun {
    /// The template of the field (`checklist_id`).
    pub fn template_id(&self) -> Option<&str> {
        self.checklist_id.as_deref()
    }
}

impl Run {
    /// The template that the process was launched from (`checklist_id`).
    pub fn template_id(&self) -> Option<&str> {
        self.checklist_id.as_deref()
    }

    /// The title of that template (`checklist_title`).
    pub fn template_title(&self) -> Option<&str> {
        self.checklist_title.as_deref()
    }

    /// That template as it was at the launch, when it was read with it (`checklist`).
    pub fn template(&self) -> Option<&Checklist> {
        self.checklist.as_deref()
    }

    /// Answers of the kick-off form, by field id (`prerun`).
    pub fn kickoff_values(&self) -> Option<&BTreeMap<String, Value>> {
        self.prerun.as_ref()
    }

    /// Fields of the kick-off form, when they were read with the process (`ko_form_fields`).
    pub fn kickoff_fields(&self) -> &[RunCapture] {
        self.ko_form_fields.as_deref().unwrap_or_default()
    }
}

impl Task {
    /// Whether it waits for somebody to complete it: `not-started`, `in-progress` or `active`. A task without a status, or
    /// with one that this version does not know, does not count: to complete a task again mails people again.
    pub fn is_open(&self) -> bool {
        use TaskStatus::{Active, InProgress, NotStarted};
        matches!(self.status, Some(NotStarted | InProgress | Active))
    }

    /// The process of the task (`run_id`); a one-off task has none.
    pub fn process_id(&self) -> Option<&str> {
        self.run_id.as_deref()
    }

    /// The process of the task, when it was read with it (`run`).
    pub fn process(&self) -> Option<&Run> {
        self.run.as_deref()
    }

    /// The template behind the task (`checklist_id`).
    pub fn template_id(&self) -> Option<&str> {
        self.checklist_id.as_deref()
    }

    /// Answers of the task's form, by field id (`taskdata`).
    pub fn form_values(&self) -> Option<&BTreeMap<String, Value>> {
        self.taskdata.as_ref()
    }

    /// Comments and issues on the task, when they were read with it (`threads`).
    pub fn discussion(&self) -> &[Thread] {
        self.threads.as_deref().unwrap_or_default()
    }
}

impl TaskCapture {
    /// The answer: `field_value` as measured, else `value` as documented (mcp:get_task,
    /// docs:open-api/code-samples/tasks/get-task).
    pub fn answer(&self) -> Option<&Value> {
        self.field_value.as_ref().or(self.value.as_ref())
    }
}

impl CreateRunInput {
    /// Answers one field of the kick-off form (`prerun`), by its id.
    #[must_use]
    pub fn kickoff_value(mut self, field: impl Into<String>, value: impl Into<Value>) -> Self {
        self.prerun.get_or_insert_default().insert(field.into(), value.into());
        self
    }

    /// Says more of the task of one step, by the step's id. Steps that are not named get **no** task as soon as one is
    /// named: name them all.
    #[must_use]
    pub fn task(mut self, step: impl Into<String>, task: TaskOverrideInput) -> Self {
        self.tasks.get_or_insert_default().insert(step.into(), task);
        self
    }
}

impl UpdateRunInput {
    /// Answers one field of the kick-off form (`prerun`), by its id.
    #[must_use]
    pub fn kickoff_value(mut self, field: impl Into<String>, value: impl Into<Value>) -> Self {
        self.prerun.get_or_insert_default().insert(field.into(), value.into());
        self
    }
}

impl UpdateRunTaskInput {
    /// Answers one form field (`taskdata`), by its id; the others keep their answers.
    #[must_use]
    pub fn form_value(mut self, field: impl Into<String>, value: impl Into<Value>) -> Self {
        self.taskdata.get_or_insert_default().insert(field.into(), value.into());
        self
    }
}

impl UpdateTaskInput {
    /// Answers one form field (`taskdata`), by its id; the others keep their answers.
    #[must_use]
    pub fn form_value(mut self, field: impl Into<String>, value: impl Into<Value>) -> Self {
        self.taskdata.get_or_insert_default().insert(field.into(), value.into());
        self
    }
}
