//! The service's oddities that the sandbox reproduces: each with a switch, what it does on and off, and who
//! attests it.
//!
//! Not here: the code that behaves oddly; it asks this struct where it stands.

use std::fmt;

use crate::dates::Form;
use crate::suggest::did_you_mean;

/// One oddity of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quirk {
    /// The name of its switch.
    pub name: &'static str,
    /// What happens while it is on, as on the service.
    pub on: &'static str,
    /// What happens instead while it is off.
    pub off: &'static str,
    /// Who attests it, in the way of `openapi/EVIDENCE.md`.
    pub citation: &'static str,
}

/// One row makes the switch, its documentation and its entry in [`Quirks::LIST`]. Without a citation it does
/// not compile.
macro_rules! quirks {
    ($($name:ident { on: $on:literal, off: $off:literal, cite: $citation:literal })*) => {
        /// Switches for documented oddities. All are on by default: the sandbox is meant to be as awkward as
        /// the service. Switch one off to see how a client fares on a server without it.
        ///
        /// ```
        /// use tallyfy_sandbox::Quirks;
        ///
        /// let mut quirks = Quirks::all();
        /// quirks.set("tasks_map_truncates", false).expect("a known name");
        /// assert!(!quirks.tasks_map_truncates);
        /// let off = quirks.iter().find(|(_, on)| !on).map(|(quirk, _)| quirk.citation);
        /// assert_eq!(off, Some("processes_tasks:launch_process, mcp:launch_process"));
        /// ```
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Quirks {
            $(#[doc = concat!($on, " Off: ", $off, " (`", $citation, "`)")] pub $name: bool,)*
        }

        impl Quirks {
            /// Every oddity.
            pub const LIST: &'static [Quirk] = &[
                $(Quirk { name: stringify!($name), on: $on, off: $off, citation: $citation },)*
            ];

            /// Every oddity on: the service as it is.
            pub fn all() -> Self {
                Self { $($name: true,)* }
            }

            /// Every oddity off: a service as one would like it.
            pub fn none() -> Self {
                Self { $($name: false,)* }
            }

            /// Every oddity, and whether it is on.
            pub fn iter(&self) -> impl Iterator<Item = (&'static Quirk, bool)> {
                Self::LIST.iter().zip([$(self.$name,)*])
            }

            fn switch(&mut self, name: &str) -> Option<&mut bool> {
                match name {
                    $(stringify!($name) => Some(&mut self.$name),)*
                    _ => None,
                }
            }
        }

        $(const _: () = assert!(!$citation.is_empty(), "an oddity needs a citation");)*
    };
}

quirks! {
    absent_access_lists_wipe {
        on: "A process or template update without `users` or `groups` empties them with 200.",
        off: "They stay.",
        cite: "processes_tasks:update_process, templates:update_template, mcp:update_process"
    }
    absent_step_assignees_detach {
        on: "A step update without `assignees`, `guests` or `groups` detaches everybody in them with 200.",
        off: "They stay.",
        cite: "templates:update_step, mcp-newer:update_step"
    }
    partial_owners_empty_buckets {
        on: "`owners` of a task update, also of a one-off task, empties the buckets that it does not name.",
        off: "They stay.",
        cite: "processes_tasks:update_process_task, processes_tasks:update_one_off_task, mcp:update_task"
    }
    tasks_map_truncates {
        on: "A `tasks` map at launch makes tasks for the steps that it names, and for no others.",
        off: "Every step has its task.",
        cite: "processes_tasks:launch_process, mcp:launch_process"
    }
    unknown_field_keys_are_dropped {
        on: "Keys of `prerun` and `taskdata` that are no field's id, aliases too, are dropped in silence.",
        off: "They are a 422.",
        cite: "docs:launching/triggers/via-api, processes_tasks:launch_process, processes_tasks:update_process_task"
    }
    multiselect_without_selected_is_empty {
        on: "A multiselect entry without `selected` is stored as it is, and is no choice.",
        off: "It is stored with `selected: true`.",
        cite: "processes_tasks:value_encodings, mcp:coerce_field_value"
    }
    unknown_keys_are_ignored {
        on: "Keys of a body that the service does not know are dropped in silence.",
        off: "They are a 422.",
        cite: "templates:api_conventions"
    }
    empty_maps_are_lists {
        on: "An empty map arrives as `[]`.",
        off: "As `{}`.",
        cite: "processes_tasks:conventions"
    }
    includes_are_wrapped {
        on: "What `with` asks for arrives as `{\"data\": ...}`.",
        off: "Bare, as the documentation draws it.",
        cite: "templates:api_conventions, processes_tasks:conventions, platform:pagination"
    }
    lone_page_links_are_a_list {
        on: "`links` of a single page is `[]`.",
        off: "`{}`.",
        cite: "templates:list_templates, platform:pagination"
    }
    dates_come_in_many_forms {
        on: "Dates of answers have 0, 3 or 6 decimals, an offset, a space and no zone, or no time, by their place.",
        off: "All are like `2026-05-15T14:30:00Z`.",
        cite: "platform:dates"
    }
    lists_default_to_ten {
        on: "Lists have ten rows a page unless `per_page` says otherwise (members, guests, activity, search: more).",
        off: "A hundred.",
        cite: "templates:list_templates, processes_tasks:list_process_tasks, platform:pagination"
    }
    guest_tasks_ignore_per_page {
        on: "A guest's tasks come in pages of ten, whatever `per_page` says.",
        off: "`per_page` holds.",
        cite: "platform:pagination, mcp:get_guest_tasks"
    }
    unknown_task_status_returns_all {
        on: "Unknown words in the status filter of tasks, `completed` among them, return every task.",
        off: "They return none.",
        cite: "processes_tasks:list_tasks, mcp:_TASK_STATUS_FILTERS"
    }
    unjoined_search_conditions_are_forgotten {
        on: "Of a numbered search filter that does not begin with a `boolean` entry the first condition alone counts.",
        off: "It is a 422.",
        cite: "processes_tasks:search, py:searches.encode_search_filter"
    }
    my_tasks_default_to_active {
        on: "`/me/tasks` without `status` shows active tasks alone.",
        off: "All of them.",
        cite: "processes_tasks:list_my_tasks, mcp:get_my_tasks"
    }
    task_lists_lag_after_a_create {
        on: "A process's list of tasks misses new ones, those of a fanned-out task too, for as long as `Builder::replica_lag` says (no time by default).",
        off: "They are there at once.",
        cite: "processes_tasks:list_process_tasks, mcp-newer:server/tools/task_management.py"
    }
    repeated_completion_is_accepted {
        on: "Completing a completed task is accepted, and its side effects happen again.",
        off: "It is a 422, as the documentation promises.",
        cite: "processes_tasks:complete_process_task, mcp:complete_task"
    }
    false_on_expiring_records_expired {
        on: "`is_approved: false` on an expiring task records that it expired.",
        off: "It is acknowledged.",
        cite: "processes_tasks:complete_process_task, mcp:complete_task"
    }
    one_off_choices_are_not_enforced {
        on: "A required form field with options does not hold up the completion of a one-off task.",
        off: "It does, like others.",
        cite: "mcp-newer:server/tools/task_management.py"
    }
    unknown_deadline_options_do_nothing {
        on: "A step's `deadline.option` may be any word; with an unknown one the deadline does nothing.",
        off: "Other words than `from` and `prior_to` are a 422.",
        cite: "mcp-newer:server/tools/template_management.py"
    }
    lone_position_skips_the_title_rule {
        on: "A step update of `position` alone is a 200 without a title, and detaches everybody.",
        off: "It is a 422.",
        cite: "templates:update_step, mcp-newer:server/tools/template_management.py"
    }
    made_names_hold_feff {
        on: "U+FEFF stands between the parts of a process name that the service makes.",
        off: "The parts are joined without it.",
        cite: "mcp-newer:server/tools/automation_history.py"
    }
    deadlines_move_to_working_time {
        on: "A deadline on a day off moves to the next working day; those that automations set do not.",
        off: "It stays.",
        cite: "processes_tasks:update_process_task, processes_tasks:get_task_automatic_deadline, platform:dates"
    }
    archived_templates_answer_404 {
        on: "An archived template is a 404, as if it had never been.",
        off: "It is read and changed like others.",
        cite: "templates:get_template"
    }
    disabling_is_a_delete {
        on: "`DELETE .../disable` deactivates a member or guest; `PUT` is a 405.",
        off: "`PUT .../disable` does, like `PUT .../enable`; `DELETE` is a 405.",
        cite: "platform:disable_member, platform:disable_guest, go:DisableUser"
    }
    textual_relation_ids_do_nothing {
        on: "Untagging and unfiling by an id that is no number is a success without effect.",
        off: "It is a 404.",
        cite: "platform:untag_object, platform:remove_object_from_folder"
    }
    deleting_unknown_tag_succeeds {
        on: "Deleting a tag that does not exist is a success.",
        off: "It is a 404.",
        cite: "platform:delete_tag"
    }
    guest_update_ignores_profile {
        on: "A guest update stores `associated_members` and ignores everything else.",
        off: "Names and profile are stored too.",
        cite: "platform:update_guest"
    }
    reorder_echoes_requested_position {
        on: "A step that is moved past the end becomes the last, yet the answer repeats the number asked for.",
        off: "The answer has the true position.",
        cite: "templates:reorder_step"
    }
    files_of_running_processes_are_not_shown {
        on: "`GET /file/{id}` of a running process's file is a 404; `/dl` works.",
        off: "It is shown.",
        cite: "platform:view_file, mcp-newer:server/tools/file_management.py"
    }
    business_refusals_may_be_401 {
        on: "Watching in the name of another member is a 401, `Unauthorized action`, with a good token.",
        off: "It is a 403.",
        cite: "mcp-newer:server/utils/fastmcp_errors.py, platform:add_watcher"
    }
    codes_are_cut_messages {
        on: "Refusals without a code of their own have the message as `code`: upper case, no punctuation, 25 characters.",
        off: "They have none.",
        cite: "mcp-newer:server/utils/fastmcp_errors.py"
    }
    token_refusals_are_the_services_own {
        on: "Missing fields at the token endpoint are a 422 with `error` true, message, code and errors.",
        off: "They are a 400 in the words of OAuth.",
        cite: "mcp-newer:server/routes/oauth.py"
    }
    token_refusals_need_accept {
        on: "Without `Accept: application/json` a 422 of the token endpoint is a 302 to the login page, another refusal an HTML page with 500.",
        off: "They keep their status.",
        cite: "mcp-newer:server/routes/oauth.py"
    }
    errors_are_html_without_accept {
        on: "Errors are HTML pages when `Accept` does not ask for JSON.",
        off: "They are JSON.",
        cite: "platform:headers, py:tests/test_file_transfer"
    }
    client_header_is_required {
        on: "A request without `X-Tallyfy-Client` is a 401, like one without a token.",
        off: "It passes.",
        cite: "platform:headers, docs:open-api/index, py:core"
    }
    edge_hides_files_without_client_header {
        on: "On routes of files such a request is a 404 of the edge, `Not found. Error Code: apsh546.`.",
        off: "It is treated like others.",
        cite: "mcp-newer:server/utils/fastmcp_errors.py"
    }
    webhook_member_ids_are_text {
        on: "Ids of members in webhooks are text, `user_id` in `users` too.",
        off: "They are numbers.",
        cite: "docs:webhooks/webhook-payload-structure"
    }
}

impl Default for Quirks {
    fn default() -> Self {
        Self::all()
    }
}

impl Quirks {
    /// Switches an oddity by its name.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn set(&mut self, name: &str, on: bool) -> Result<(), UnknownQuirk> {
        let switch = self.switch(name).ok_or_else(|| UnknownQuirk(name.to_owned()))?;
        *switch = on;
        Ok(())
    }

    /// The form of a date in an answer: that of its place, or the plain one.
    pub(crate) fn form(&self, own: Form) -> Form {
        if self.dates_come_in_many_forms { own } else { Form::Plain }
    }
}

/// A name that no oddity has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownQuirk(String);

impl fmt::Display for UnknownQuirk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: Vec<&str> = Quirks::LIST.iter().map(|quirk| quirk.name).collect();
        let meant = did_you_mean(&self.0, known.iter().copied());
        write!(f, "there is no quirk {}{meant}; there are {}", self.0, known.join(", "))
    }
}

impl std::error::Error for UnknownQuirk {}
