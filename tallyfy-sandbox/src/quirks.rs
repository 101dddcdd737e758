//! The service's oddities that the sandbox reproduces, each with a switch and its source.
//!
//! Not here: the code that behaves oddly; it asks this struct where it stands.

/// Switches for documented oddities. All are on by default: the sandbox is meant to be as awkward as
/// the service. Switch one off to see how a client fares on a server without it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quirks {
    /// A process or template update without `users` or `groups` empties them with 200
    /// (mcp: measured 2026-07-21 on runs; mcp-newer on checklists and steps).
    pub absent_access_lists_wipe: bool,
    /// `owners` with a missing bucket empties that bucket (mcp:update_task).
    pub partial_owners_empty_buckets: bool,
    /// Unknown words in the task status filter are ignored and every task is returned
    /// (mcp:_TASK_STATUS_FILTERS, measured 2026-09-28).
    pub unknown_task_status_returns_all: bool,
    /// `/me/tasks` without `status` shows active tasks alone (mcp:get_my_tasks, measured).
    pub my_tasks_default_to_active: bool,
    /// Completing a completed task is accepted and its side effects fire again (mcp:complete_task).
    /// Off: it is a 422, as docs:open-api/code-samples/tasks/complete-task promises.
    pub repeated_completion_is_accepted: bool,
    /// A non-empty `tasks` map at launch creates tasks for the named steps alone (mcp:launch_process).
    pub tasks_map_truncates: bool,
    /// Unknown keys of `prerun` and `taskdata` are dropped with a success answer
    /// (docs:launching/triggers/via-api). Off: they are a 422.
    pub unknown_field_keys_are_dropped: bool,
    /// Empty PHP maps arrive as `[]` (processes_tasks:conventions).
    pub empty_maps_are_lists: bool,
    /// Errors are HTML pages when `Accept` does not ask for JSON (py:tests/test_file_transfer).
    pub errors_are_html_without_accept: bool,
    /// A request without `X-Tallyfy-Client` is a 401 (docs:open-api/index, py:core).
    pub client_header_is_required: bool,
    /// `is_approved: false` on an expiring task records EXPIRED (mcp:complete_task).
    pub false_on_expiring_records_expired: bool,
    /// An association or relation id that is no number becomes 0: success without effect
    /// (platform:untag_object, platform:remove_object_from_folder).
    pub textual_relation_ids_do_nothing: bool,
    /// `update_guest` stores `associated_members` alone and ignores everything else
    /// (platform:update_guest).
    pub guest_update_ignores_profile: bool,
    /// Deleting a tag that does not exist is a success (platform:delete_tag).
    pub deleting_unknown_tag_succeeds: bool,
    /// Reordering a step past the end is clamped, yet the requested number is echoed
    /// (templates:reorder_step).
    pub reorder_echoes_requested_position: bool,
    /// A guest's tasks come in pages of ten whatever `per_page` says (mcp:get_guest_tasks).
    pub guest_tasks_ignore_per_page: bool,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            absent_access_lists_wipe: true,
            partial_owners_empty_buckets: true,
            unknown_task_status_returns_all: true,
            my_tasks_default_to_active: true,
            repeated_completion_is_accepted: true,
            tasks_map_truncates: true,
            unknown_field_keys_are_dropped: true,
            empty_maps_are_lists: true,
            errors_are_html_without_accept: true,
            client_header_is_required: true,
            false_on_expiring_records_expired: true,
            textual_relation_ids_do_nothing: true,
            guest_update_ignores_profile: true,
            deleting_unknown_tag_succeeds: true,
            reorder_echoes_requested_position: true,
            guest_tasks_ignore_per_page: true,
        }
    }
}
