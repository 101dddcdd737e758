//! What the generated types cannot say alone: values by key, one at a time, and where an answer stands. The app's words
//! themselves come from `openapi/words.yaml`.

use serde_json::Value;

use crate::{
    enums::TaskStatus,
    types::{LaunchProcess, Task, TaskFormField, TaskOverride, UpdateProcess, UpdateProcessTask, UpdateTask},
};

impl Task {
    /// Whether it waits for somebody to complete it: `not-started`, `in-progress` or `active`. A task without a status, or
    /// with one that this version does not know, does not count: to complete a task again mails people again.
    pub fn is_open(&self) -> bool {
        use TaskStatus::{Active, InProgress, NotStarted};
        matches!(self.status, Some(NotStarted | InProgress | Active))
    }
}

impl TaskFormField {
    /// The answer: `field_value` as measured, else `value` as documented (mcp:get_task,
    /// docs:open-api/code-samples/tasks/get-task).
    pub fn answer(&self) -> Option<&Value> {
        self.field_value.as_ref().or(self.value.as_ref())
    }
}

impl LaunchProcess {
    /// Answers one field of the kick-off form (`prerun`), by its id.
    #[must_use]
    pub fn kickoff_value(mut self, field: impl Into<String>, value: impl Into<Value>) -> Self {
        self.kickoff_values.get_or_insert_default().insert(field.into(), value.into());
        self
    }

    /// Says more of the task of one step, by the step's id. Steps that are not named get **no** task as soon as one is
    /// named: name them all.
    #[must_use]
    pub fn task(mut self, step: impl Into<String>, task: TaskOverride) -> Self {
        self.tasks.get_or_insert_default().insert(step.into(), task);
        self
    }
}

impl UpdateProcess {
    /// Answers one field of the kick-off form (`prerun`), by its id.
    #[must_use]
    pub fn kickoff_value(mut self, field: impl Into<String>, value: impl Into<Value>) -> Self {
        self.kickoff_values.get_or_insert_default().insert(field.into(), value.into());
        self
    }
}

impl UpdateProcessTask {
    /// Answers one form field (`taskdata`), by its id; the others keep their answers.
    #[must_use]
    pub fn form_value(mut self, field: impl Into<String>, value: impl Into<Value>) -> Self {
        self.form_values.get_or_insert_default().insert(field.into(), value.into());
        self
    }
}

impl UpdateTask {
    /// Answers one form field (`taskdata`), by its id; the others keep their answers.
    #[must_use]
    pub fn form_value(mut self, field: impl Into<String>, value: impl Into<Value>) -> Self {
        self.form_values.get_or_insert_default().insert(field.into(), value.into());
        self
    }
}
