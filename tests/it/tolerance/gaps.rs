//! Forms of the sheets that the generated types refuse. A row here says what is missing; it fails as soon
//! as the form is read, and then belongs into the file of its sheet.

use tallyfy_gen::types::{Capture, ChecklistRemovalResult, Group, Prerun, User};

use super::{Case, refused};

const REMOVE: &str = "docs:open-api/code-samples/templates/delete-archive-template";
const PY: &str = "py:tests/test_models_from_dict";

pub(super) fn cases() -> Vec<Case> {
    vec![
        refused::<Prerun>(
            "templates:KickoffField",
            "pp:PrerunData",
            r#"{"id": "k", "options": "North,South"}"#,
            "expected a list",
        ),
        refused::<Capture>(
            "templates:CaptureOption",
            "pp:CaptureInput",
            r#"{"id": "c", "options": ["North", "South"]}"#,
            "(CaptureOption)",
        ),
        refused::<Capture>(
            "templates:Capture",
            PY,
            r#"{"id": "c", "field_validation": {}}"#,
            "expected a string",
        ),
        refused::<ChecklistRemovalResult>(
            "templates:TemplateRemovalResult",
            REMOVE,
            r#"{"message": "gone", "deleted_references": {"steps": ["Sign off"]}}"#,
            "an object with the key \"steps\"",
        ),
        refused::<User>(
            "platform:Country",
            "pp:definition User",
            r#"{"id": 31, "country": "Germany"}"#,
            "(Country)",
        ),
        refused::<Group>(
            "platform:Group",
            "docs:open-api/code-samples/groups/list-groups",
            r#"{"id": "g", "guests": {"data": [{"email": "k@x.test"}]}}"#,
            "expected a text",
        ),
    ]
}
