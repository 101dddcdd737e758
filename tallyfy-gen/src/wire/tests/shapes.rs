//! Lists, objects and maps: bare, wrapped, empty in PHP's way, or refused.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Reader, reader, reads, refuses};
use crate::wire::read;

/// As the generated structs are: a required id, tolerant fields, a map for the rest.
#[derive(Debug, PartialEq, Deserialize)]
struct Row {
    #[serde(deserialize_with = "read::id_text")]
    id: String,
    #[serde(default, deserialize_with = "read::integer")]
    position: Option<i64>,
    #[serde(default, deserialize_with = "read::boxed")]
    parent: Option<Box<Row>>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

/// Without a required field.
#[derive(Debug, Default, PartialEq, Deserialize)]
struct Loose {
    name: Option<String>,
    data: Option<i64>,
}

fn row(id: &str) -> Row {
    Row { id: id.to_owned(), position: None, parent: None, extra: Map::new() }
}

#[test]
fn a_list_reads_bare_wrapped_and_with_gaps() {
    reads(
        reader!(read::list),
        &[
            ("null", None),
            ("[]", Some(vec![])),
            ("{}", Some(vec![])),
            ("[4, 5]", Some(vec![4, 5])),
            ("{\"data\": [4, 5]}", Some(vec![4, 5])),
            ("{\"data\": []}", Some(vec![])),
            ("{\"data\": {}}", Some(vec![])),
            ("{\"data\": null}", None),
            ("{\"data\": [4], \"meta\": {\"count\": 1}}", Some(vec![4])),
            ("{\"meta\": {\"count\": 1}, \"data\": [4]}", Some(vec![4])),
            ("{\"0\": 4, \"2\": 5}", Some(vec![4, 5])),
            ("{\"data\": {\"3\": 4}}", Some(vec![4])),
        ],
    );
}

#[test]
fn what_is_no_list_is_refused_with_words() {
    refuses::<Option<Vec<i64>>>(
        reader!(read::list),
        &[
            ("{\"id\": 4}", "an object with the key \"id\""),
            ("{\"0\": 4, \"id\": 5}", "an object with the key \"id\""),
            ("{\"data\": {\"data\": [4]}}", "an object with the key \"data\""),
            ("{\"0\": 4, \"data\": [5]}", "an object with the key \"data\""),
            ("{\"-1\": 4}", "an object with the key \"-1\""),
            ("{\"\": 4}", "an object with the key \"\""),
            ("4", "expected a list"),
            ("\"4\"", "expected a list"),
            ("[4, null]", "null"),
            ("[\"4\"]", "string"),
        ],
    );
}

#[test]
fn rows_of_a_list_keep_what_they_hold() {
    let read: Reader<Option<Vec<Row>>> = reader!(read::list);
    let rows = read(r#"{"data": [{"id": 7, "position": "3", "colour": "red"}]}"#).expect("reads");
    let mut expected = row("7");
    expected.position = Some(3);
    expected.extra.insert("colour".to_owned(), json!("red"));
    assert_eq!(rows, Some(vec![expected]));
}

#[test]
fn an_object_reads_bare_and_wrapped() {
    reads(
        reader!(read::object),
        &[
            ("null", None),
            ("[]", None),
            ("{}", None),
            ("{\"id\": \"a\"}", Some(row("a"))),
            ("{\"data\": {\"id\": \"a\"}}", Some(row("a"))),
            ("{\"data\": {\"id\": \"a\"}, \"meta\": []}", Some(row("a"))),
            ("{\"data\": null}", None),
            ("{\"data\": []}", None),
            ("{\"data\": {}}", None),
            ("{\"\\u0069d\": \"a\"}", Some(row("a"))),
        ],
    );
    refuses::<Option<Row>>(
        reader!(read::object),
        &[
            ("{\"title\": \"x\"}", "missing field `id`"),
            ("{\"data\": {\"title\": \"x\"}}", "missing field `id`"),
            ("[{\"id\": \"a\"}]", "expected an object"),
            ("{\"data\": [{\"id\": \"a\"}]}", "expected an object"),
            ("7", "integer `7`"),
            ("\"a\"", "string \"a\""),
        ],
    );
}

#[test]
fn an_empty_object_is_a_value_where_nothing_is_required() {
    reads(
        reader!(read::object),
        &[
            ("{}", Some(Loose::default())),
            ("{\"data\": {}}", Some(Loose::default())),
            ("{\"name\": \"x\"}", Some(Loose { name: Some("x".to_owned()), data: None })),
            ("{\"name\": \"x\", \"data\": 4}", Some(Loose { name: Some("x".to_owned()), data: Some(4) })),
            ("[]", None),
        ],
    );
}

#[test]
fn a_scalar_goes_to_the_type_that_can_read_it() {
    reads(
        reader!(read::object),
        &[("7", Some(json!(7))), ("\"a\"", Some(json!("a"))), ("{\"data\": 2.5}", Some(json!(2.5)))],
    );
}

#[test]
fn boxed_objects_nest() {
    let json = r#"{"id": "a", "parent": {"data": {"id": "b", "parent": {"id": 9, "parent": null}}}}"#;
    let mut outer = row("a");
    let mut middle = row("b");
    middle.parent = Some(Box::new(row("9")));
    outer.parent = Some(Box::new(middle));
    let read: Row = serde_json::from_str(json).expect("reads");
    assert_eq!(read, outer);
}

#[test]
fn a_newtype_and_a_map_read_through_a_looked_at_key() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Answers(BTreeMap<String, i64>);
    reads(
        reader!(read::object),
        &[
            ("{\"a\": 1, \"b\": 2}", Some(Answers([("a".to_owned(), 1), ("b".to_owned(), 2)].into()))),
            ("{\"data\": {\"a\": 1}}", Some(Answers([("a".to_owned(), 1)].into()))),
        ],
    );
}

#[test]
fn a_map_reads_phps_empty_array() {
    let map = |entries: &[(&str, i64)]| -> Option<BTreeMap<String, i64>> {
        Some(entries.iter().map(|(key, value)| ((*key).to_owned(), *value)).collect())
    };
    reads(
        reader!(read::map),
        &[
            ("null", None),
            ("[]", map(&[])),
            ("{}", map(&[])),
            ("{\"b\": 2, \"a\": 1}", map(&[("a", 1), ("b", 2)])),
            ("{\"data\": 1}", map(&[("data", 1)])),
        ],
    );
    refuses::<Option<BTreeMap<String, i64>>>(
        reader!(read::map),
        &[("[1]", "a list whose elements have no id"), ("7", "expected a map"), ("{\"a\": null}", "null")],
    );
}

#[test]
fn an_old_list_of_objects_is_a_map_by_id() {
    let legacy = r#"[{"id": "7a03", "value": "Blue Fjord"}, {"id": 9, "value": null}]"#;
    let read: Reader<Option<BTreeMap<String, Value>>> = reader!(read::map);
    let expected = json!({"7a03": {"id": "7a03", "value": "Blue Fjord"}, "9": {"id": 9, "value": null}});
    assert_eq!(json!(read(legacy).expect("reads")), expected);
    refuses::<Option<BTreeMap<String, Value>>>(
        reader!(read::map),
        &[
            ("[{\"value\": 1}]", "a list whose elements have no id"),
            ("[{\"id\": null}]", "a list whose elements have no id"),
            ("[{\"id\": 7}, {\"id\": \"7\"}]", "one id twice"),
        ],
    );
}
