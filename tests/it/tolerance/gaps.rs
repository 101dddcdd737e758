//! Forms of the sheets that have no type: they stay as they came, in `extra`, and the rest is read. A form that gets a type
//! belongs into the file of its sheet.
//!
//! Choices of a form field as bare text stand in an old document alone. A choice without an id cannot be
//! sent, and an id of our making would not be the service's: so they are no `FieldOption`.

use serde_json::json;
use tallyfy_gen::types::{FormField, KickoffField};

use super::{Case, reads};

pub(super) fn cases() -> Vec<Case> {
    vec![
        reads(
            "templates:KickoffField",
            "pp:PrerunData",
            r#"{"id": "k", "options": "North,South", "label": "Region"}"#,
            |it: &KickoffField| (it.options.clone(), it.extra.get("options").cloned(), it.label.clone()),
            (None, Some(json!("North,South")), Some("Region".to_owned())),
        ),
        reads(
            "templates:CaptureOption",
            "pp:CaptureInput",
            r#"{"id": "c", "options": ["North", {"id": 2, "text": "South"}], "label": "Region"}"#,
            |it: &FormField| {
                let ids = it.options.iter().flatten().map(|option| option.id.to_string());
                (ids.collect::<Vec<_>>(), it.extra.get("options").cloned(), it.label.clone())
            },
            (
                vec!["2".to_owned()],
                Some(json!(["North", {"id": 2, "text": "South"}])),
                Some("Region".to_owned()),
            ),
        ),
    ]
}
