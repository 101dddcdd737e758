//! Names of operations that the document does not have, and which one is meant: the app speaks other words than the API.
//!
//! Not here: which calls a fault strikes (`script`).

use crate::router;
use crate::suggest::nearest;

/// Words of the app and what the API calls them. Verbs first.
const WORDS: &[(&str, &str)] = &[
    ("launch", "create"),
    ("start", "create"),
    ("add", "create"),
    ("invite", "create"),
    ("read", "get"),
    ("show", "get"),
    ("edit", "update"),
    ("change", "update"),
    ("remove", "delete"),
    ("unarchive", "restore"),
    ("process", "run"),
    ("processes", "runs"),
    ("template", "checklist"),
    ("templates", "checklists"),
    ("blueprint", "checklist"),
    ("blueprints", "checklists"),
    ("member", "user"),
    ("members", "users"),
    ("field", "capture"),
    ("fields", "captures"),
    ("automation", "automated_action"),
    ("automations", "automated_actions"),
    ("comment", "task_comment"),
    ("issue", "task_problem"),
    ("kickoff", "prerun"),
    ("webhook", "watcher"),
    ("webhooks", "watchers"),
];

/// Words that are a whole operation.
const NAMES: &[(&str, &str)] = &[
    ("launch", "create_run"),
    ("comment", "create_task_comment"),
    ("complete", "complete_run_task"),
    ("invite", "invite_user"),
    ("upload", "upload_file"),
    ("download", "download_file"),
    ("login", "create_token"),
    ("token", "create_token"),
];

/// What to say of a name that no operation has.
pub(crate) fn unknown_operation(name: &str) -> String {
    match nearest(name, ["reads", "writes", "any"]).or_else(|| meant(name)) {
        Some(id) => format!("the document has no operation {name}; did you mean {id}?"),
        None => format!("the document has no operation {name}"),
    }
}

/// The operation that is meant, as it is, or with words of the app put into the API's, one or all of them.
fn meant(name: &str) -> Option<&'static str> {
    let words: Vec<&str> = name.split('_').collect();
    let of_api = |word: &str| WORDS.iter().find(|(app, _)| *app == word).map(|(_, api)| *api);
    let translate = |which: &dyn Fn(usize) -> bool| {
        let parts = words.iter().enumerate().map(|(at, word)| match of_api(word) {
            Some(api) if which(at) => api,
            _ => word,
        });
        parts.collect::<Vec<_>>().join("_")
    };
    let tries = [translate(&|_| true), translate(&|at| at > 0), translate(&|at| at == 0), name.to_owned()];
    let whole = NAMES.iter().find(|(app, _)| *app == name).map(|(_, id)| *id);
    let exact = whole.into_iter().chain(tries.iter().map(String::as_str)).find_map(router::by_id);
    let mut ids: Vec<&'static str> = router::ids().collect();
    ids.sort_unstable();
    exact
        .map(|one| one.id.as_str())
        .or_else(|| tries.iter().find_map(|one| nearest(one, ids.iter().copied())))
}

#[cfg(test)]
mod tests {
    use super::unknown_operation;

    #[test]
    fn words_of_the_app_and_small_mistakes_lead_to_the_operation() {
        for (name, meant) in [
            ("launch_process", "create_run"),
            ("start_process", "create_run"),
            ("list_processes", "list_runs"),
            ("get_template", "get_checklist"),
            ("invite_member", "invite_user"),
            ("list_members", "list_users"),
            ("add_comment", "create_task_comment"),
            ("add_tag", "create_tag"),
            ("creat_run", "create_run"),
            ("complete_process_task", "complete_run_task"),
            ("archive_process", "archive_run"),
            ("launch", "create_run"),
            ("upload", "upload_file"),
            ("login", "create_token"),
            ("read", "reads"),
            ("write", "writes"),
        ] {
            let said = unknown_operation(name);
            assert_eq!(said, format!("the document has no operation {name}; did you mean {meant}?"));
        }
        for name in ["dance", "create", "add", "launch_party_hats"] {
            assert_eq!(unknown_operation(name), format!("the document has no operation {name}"));
        }
    }
}
