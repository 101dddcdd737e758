//! Forms of the sheets that the generated types refuse. A row here says what is missing; it fails as soon
//! as the form is read, and then belongs into the file of its sheet.
//!
//! Choices of a form field as bare text stand in an old document alone. A choice without an id cannot be
//! sent, and an id of our making would not be the service's: so they are no `CaptureOption`.

use tallyfy_gen::types::{Capture, Prerun};

use super::{Case, refused};

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
    ]
}
