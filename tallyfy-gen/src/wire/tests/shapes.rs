//! Lists, objects and maps: bare, wrapped, empty in PHP's way, or refused.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Reader, reader, reads, refuses};
use crate::wire::record::record;

/// As the generated structs are: a required id, tolerant fields, a map for the rest.
#[derive(Debug, PartialEq)]
struct Row {
    id: String,
    position: Option<i64>,
    parent: Option<Box<Row>>,
    extra: Map<String, Value>,
}

record! { Row "an object (Row) with `id`" ["id"] {
    required id "id" IdText;
    optional position "position" Integer;
    optional parent "parent" Boxed<Row>;
}}

/// Without a required field.
#[derive(Debug, PartialEq)]
struct Loose {
    name: Option<String>,
    data: Option<i64>,
    extra: Map<String, Value>,
}

record! { Loose "an object (Loose)" [] {
    optional name "name" Text;
    optional data "data" Integer;
}}

fn row(id: &str) -> Row {
    Row { id: id.to_owned(), position: None, parent: None, extra: Map::new() }
}

fn loose(name: Option<&str>, data: Option<i64>) -> Option<Loose> {
    Some(Loose { name: name.map(str::to_owned), data, extra: Map::new() })
}

#[test]
fn a_list_reads_bare_wrapped_and_with_gaps() {
    reads(
        reader!(super::strict::list),
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
        reader!(super::strict::list),
        &[
            ("{\"id\": 4}", "expected a list, found an object"),
            ("{\"0\": 4, \"id\": 5}", "expected a list, found an object"),
            ("{\"data\": {\"data\": [4]}}", "expected a list, found an object"),
            ("{\"0\": 4, \"data\": [5]}", "expected a list, found an object"),
            ("{\"-1\": 4}", "expected a list, found an object"),
            ("{\"\": 4}", "expected a list, found an object"),
            ("4", "expected a list"),
            ("\"4\"", "expected a list"),
            ("[4, null]", "found nothing at /1"),
            ("[\"x\"]", "expected an integer, or a string that holds one, found a text at /0"),
        ],
    );
}

#[test]
fn rows_of_a_list_keep_what_they_hold() {
    let read: Reader<Option<Vec<Row>>> = reader!(super::strict::list);
    let rows = read(r#"{"data": [{"id": 7, "position": "3", "colour": "red"}]}"#).expect("reads");
    let mut expected = row("7");
    expected.position = Some(3);
    expected.extra.insert("colour".to_owned(), json!("red"));
    assert_eq!(rows, Some(vec![expected]));
}

#[test]
fn an_object_reads_bare_and_wrapped() {
    reads(
        reader!(super::strict::object),
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
        reader!(super::strict::object),
        &[
            ("{\"title\": \"x\"}", "missing field `id`"),
            ("{\"data\": {\"title\": \"x\"}}", "missing field `id`"),
            ("[{\"id\": \"a\"}]", "expected an object (Row) with `id`, found a list"),
            ("{\"data\": [{\"id\": \"a\"}]}", "expected an object (Row)"),
            ("7", "found a number"),
            ("\"a\"", "found a text"),
        ],
    );
}

#[test]
fn an_empty_object_is_a_value_where_nothing_is_required() {
    reads(
        reader!(super::strict::object),
        &[
            ("{}", loose(None, None)),
            ("{\"data\": {}}", loose(None, None)),
            ("{\"name\": \"x\"}", loose(Some("x"), None)),
            ("{\"name\": \"x\", \"data\": 4}", loose(Some("x"), Some(4))),
            ("[]", None),
        ],
    );
}

#[test]
fn a_scalar_goes_to_the_type_that_can_read_it() {
    reads(
        reader!(super::strict::object),
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
fn a_map_reads_phps_empty_array() {
    let map = |entries: &[(&str, i64)]| -> Option<BTreeMap<String, i64>> {
        Some(entries.iter().map(|(key, value)| ((*key).to_owned(), *value)).collect())
    };
    reads(
        reader!(super::strict::map),
        &[
            ("null", None),
            ("[]", map(&[])),
            ("{}", map(&[])),
            ("{\"b\": 2, \"a\": 1}", map(&[("a", 1), ("b", 2)])),
            ("{\"data\": 1}", map(&[("data", 1)])),
        ],
    );
    refuses::<Option<BTreeMap<String, i64>>>(
        reader!(super::strict::map),
        &[
            ("[1]", "expected a map, found a list"),
            ("7", "expected a map"),
            ("{\"a\": null}", "nothing at /*"),
        ],
    );
}

#[test]
fn an_old_list_of_objects_is_a_map_by_id() {
    let legacy = r#"[{"id": "7a03", "value": "Blue Fjord"}, {"id": 9, "value": null}]"#;
    let read: Reader<Option<BTreeMap<String, Value>>> = reader!(super::strict::map);
    let expected = json!({"7a03": {"id": "7a03", "value": "Blue Fjord"}, "9": {"id": 9, "value": null}});
    assert_eq!(json!(read(legacy).expect("reads")), expected);
    refuses::<Option<BTreeMap<String, Value>>>(
        reader!(super::strict::map),
        &[
            ("[{\"value\": 1}]", "expected a map, found a list"),
            ("[{\"id\": null}]", "expected a map, found a list"),
            ("[{\"id\": 7}, {\"id\": \"7\"}]", "expected a map, found a list"),
        ],
    );
}
