//! Comments on a task. Reading them is an include of the task: there is no list of comments
//! (docs:open-api/code-samples/tasks/get-task).

use super::call;
use crate::{Call, Organization, id::TaskId, model::Comment, request::AddComment, resources::tasks::OfTask};

impl OfTask {
    /// The comments on the task.
    pub fn comments(&self) -> Comments {
        Comments { organization: self.organization.clone(), task: self.id.clone() }
    }
}

/// The comments on a task; see [`OfTask::comments`].
///
/// ```no_run
/// # async fn run(organization: tallyfy_sdk::Organization) -> Result<(), tallyfy_sdk::Error> {
/// use tallyfy_sdk::request::AddComment;
///
/// let comments = organization.task("5d20c9e8731b4fa6945ce0d7ab18f36c").comments();
/// comments.add(AddComment::new("The bank letter is here.")).await?;
/// # Ok(())
/// # }
/// ```
#[doc(alias = "threads")]
#[derive(Clone, Debug)]
pub struct Comments {
    organization: Organization,
    task: TaskId,
}

impl Comments {
    /// Adds a comment. Members are told when the text mentions them as `@[id]`.
    ///
    /// `POST /organizations/{org}/tasks/{task}/comment`, **not** repeatable; at most 120 an hour for an organization
    /// (docs:open-api/index).
    ///
    /// # Errors
    /// [`is_validation`](crate::Error::is_validation) for an empty text. When [`delivery`](crate::Error::delivery) is
    /// `Unknown` or `Applied` the comment may stand there: read the task with its `threads` before adding it again.
    pub fn add(&self, body: AddComment) -> Call<Comment> {
        let (org, task) = (&self.organization.id, &self.task);
        call!(item, &self.organization.client, create_task_comment(org, task), body)
    }
}
