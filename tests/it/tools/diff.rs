//! `cargo xtask spec diff`: each planted change is found once, in its place, and classed right for callers.

use std::{fs, path::Path, process::Command};

use serde_json::{Value, json};
use xtask::{diff, source, tools};

pub fn ours() -> Value {
    source::parse("ours.yaml", include_str!("ours.yaml")).unwrap()
}

/// Plants a change at a pointer: `Null` takes away what is there.
pub fn plant(document: &mut Value, pointer: &str, planted: Value) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/");
    let parent = document.pointer_mut(parent).unwrap_or_else(|| panic!("no {parent}"));
    match (parent, planted) {
        (Value::Object(object), Value::Null) => {
            assert!(object.shift_remove(&key).is_some(), "no {pointer}");
        }
        (Value::Array(list), planted) if key == "-" => list.push(planted),
        (Value::Array(list), Value::Null) => {
            list.remove(key.parse().unwrap());
        }
        (parent, planted) => parent[key] = planted,
    }
}

/// The report's lines after planting, the counts apart.
#[track_caller]
fn check(planted: &[(&str, Value)], expected: &[&str]) {
    let (old, mut new) = (ours(), ours());
    for (pointer, value) in planted {
        plant(&mut new, pointer, value.clone());
    }
    let lines: Vec<String> = diff::compare(&old, &new).iter().map(ToString::to_string).collect();
    assert_eq!(lines, expected, "{planted:?}");
}

const TREES: &str = "/paths/~1organizations~1{org}~1trees";
const SCHEMAS: &str = "/components/schemas";

fn at(rest: &str) -> String {
    rest.replace("TREES", TREES).replace("SCHEMAS", SCHEMAS)
}

#[test]
fn a_document_does_not_differ_from_itself() {
    check(&[], &[]);
    let document = source::version(&xtask::root(), source::BUNDLE).unwrap();
    assert_eq!(diff::compare(&document, &document), []);
}

#[test]
fn operations_go_and_come() {
    check(
        &[(&at("TREES~1{tree}/delete"), Value::Null)],
        &["breaking  delete_tree: is gone (DELETE /organizations/{org}/trees/{tree})"],
    );
    check(
        &[(&at("TREES~1{tree}/put"), json!({"operationId": "update_tree"}))],
        &["additive  update_tree: is new (PUT /organizations/{org}/trees/{tree})"],
    );
    check(
        &[(&at("TREES/get/operationId"), json!("list_all_trees"))],
        &["breaking  list_trees: is called list_all_trees now: the method of the client has another name"],
    );
    let mut moved = ours();
    let harvests =
        moved["paths"].as_object_mut().unwrap().shift_remove("/organizations/{org}/trees/{tree}/harvests");
    moved["paths"]["/organizations/{org}/harvests/{tree}"] = harvests.unwrap();
    let lines: Vec<String> = diff::compare(&ours(), &moved).iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        ["breaking  create_harvest: was POST /organizations/{org}/trees/{tree}/harvests, is POST \
         /organizations/{org}/harvests/{tree}",]
    );
}

#[test]
fn a_parameter_that_is_demanded_breaks_and_one_that_is_offered_does_not() {
    let new = |required: bool| json!({"name": "owner", "in": "query", "required": required, "schema": {"type": "integer"}});
    check(
        &[(&at("TREES/get/parameters/-"), new(true))],
        &["breaking  list_trees query/owner (request): is new and required"],
    );
    check(
        &[(&at("TREES/get/parameters/-"), new(false))],
        &["additive  list_trees query/owner (request): is new"],
    );
    check(
        &[(&at("TREES/get/parameters/3"), Value::Null)],
        &["breaking  list_trees query/q (request): is gone"],
    );
    check(
        &[(&at("TREES/get/parameters/3/required"), json!(true))],
        &["breaking  list_trees query/q (request): is required now"],
    );
    check(
        &[(&at("TREES/get/parameters/3/x-tallyfy-confidence"), json!("low"))],
        &["breaking  list_trees query/q (request): is of low confidence now, and cannot be sent"],
    );
    check(
        &[(&at("TREES/get/parameters/0/schema/minimum"), json!(0))],
        &["additive  list_trees query/page (request): minimum was 1, is 0"],
    );
    check(
        &[(&at("TREES/get/parameters/2/explode"), json!(true))],
        &["breaking  list_trees query/with (request): explode was false, is true"],
    );
}

#[test]
fn a_name_of_a_path_parameter_is_not_on_the_wire() {
    let mut new = ours();
    let item =
        new["paths"].as_object_mut().unwrap().shift_remove("/organizations/{org}/trees/{tree}").unwrap();
    new["paths"]["/organizations/{org}/trees/{plant}"] = item;
    plant(
        &mut new,
        "/components/parameters/plant",
        json!({"name": "plant", "in": "path", "required": true, "schema": {"type": "string"}}),
    );
    plant(
        &mut new,
        "/paths/~1organizations~1{org}~1trees~1{plant}/parameters/1/$ref",
        json!("#/components/parameters/plant"),
    );
    let lines: Vec<String> = diff::compare(&ours(), &new).iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "note      delete_tree path/plant (request): was called tree; the place is the same",
            "note      get_tree path/plant (request): was called tree; the place is the same",
        ]
    );
}

#[test]
fn the_same_change_of_a_field_breaks_one_direction_and_not_the_other() {
    let answer = "schemas/Tree.height (answer)";
    let request = "schemas/CreateTreeInput.height (request)";
    let tree = at("SCHEMAS/Tree/properties/height");
    let input = at("SCHEMAS/CreateTreeInput/properties/height");
    check(
        &[(&format!("{tree}/type"), json!("integer"))],
        &[&format!("additive  {answer}: type was number, is integer [3 operations]")],
    );
    check(
        &[(&format!("{input}/type"), json!("integer"))],
        &[&format!("breaking  {request}: type was number, is integer")],
    );
    check(
        &[(&format!("{tree}/nullable"), Value::Null)],
        &[&format!("additive  {answer}: may no longer be null [3 operations]")],
    );
    check(&[(&format!("{input}/nullable"), json!(true))], &[&format!("additive  {request}: may be null")]);
    check(
        &[(&at("SCHEMAS/Tree/properties/name/nullable"), json!(true))],
        &["breaking  schemas/Tree.name (answer): may be null [3 operations]"],
    );
    check(
        &[(&at("SCHEMAS/Tree/required/1"), Value::Null)],
        &["breaking  schemas/Tree.name (answer): is optional now [3 operations]"],
    );
    check(
        &[(&at("SCHEMAS/Tree/required/-"), json!("status"))],
        &["additive  schemas/Tree.status (answer): is required now [3 operations]"],
    );
    check(
        &[(&at("SCHEMAS/CreateTreeInput/required/-"), json!("height"))],
        &["breaking  schemas/CreateTreeInput.height (request): is required now"],
    );
    check(
        &[(&at("SCHEMAS/CreateTreeInput/required/0"), Value::Null)],
        &["additive  schemas/CreateTreeInput.name (request): is optional now"],
    );
    check(
        &[(&at("SCHEMAS/CreateTreeInput/properties/name/maxLength"), json!(50))],
        &["breaking  schemas/CreateTreeInput.name (request): maxLength was 100, is 50"],
    );
}

#[test]
fn fields_go_and_come() {
    check(
        &[(&at("SCHEMAS/Tree/properties/gardener"), Value::Null)],
        &["breaking  schemas/Tree.gardener (answer): is gone [3 operations]"],
    );
    check(
        &[(&at("SCHEMAS/Tree/properties/crown"), json!({"type": "array", "items": {"type": "string"}}))],
        &["additive  schemas/Tree.crown (answer): is new: array of string [3 operations]"],
    );
    check(
        &[(&at("SCHEMAS/CreateTreeInput/properties/crown"), json!({"type": "string"}))],
        &["additive  schemas/CreateTreeInput.crown (request): is new: string"],
    );
    check(
        &[
            (&at("SCHEMAS/CreateTreeInput/properties/crown"), json!({"type": "string"})),
            (&at("SCHEMAS/CreateTreeInput/required/-"), json!("crown")),
        ],
        &["breaking  schemas/CreateTreeInput.crown (request): is new: required string"],
    );
    check(
        &[(&at("SCHEMAS/CreateTreeInput/properties/labels/x-tallyfy-ignored"), json!(true))],
        &["breaking  schemas/CreateTreeInput.labels (request): is ignored now, and cannot be sent"],
    );
}

#[test]
fn types_change_where_they_stand_even_deep_inside() {
    check(
        &[(&at("SCHEMAS/Harvest/properties/apples/items/type"), json!("integer"))],
        &["breaking  schemas/Harvest.apples[] (answer): type was string, is integer"],
    );
    check(
        &[(&at("SCHEMAS/Tree/properties/labels/additionalProperties/type"), json!("boolean"))],
        &["breaking  schemas/Tree.labels{} (answer): type was string, is boolean [3 operations]"],
    );
    check(
        &[(&at("SCHEMAS/Tree/properties/planted_at/format"), json!("date"))],
        &["breaking  schemas/Tree.planted_at (answer): format was date-time, is date [3 operations]"],
    );
    check(
        &[(&at("SCHEMAS/FlexId/anyOf/1"), Value::Null)],
        &["additive  schemas/FlexId (answer): may no longer be: integer"],
    );
    check(
        &[(&at("SCHEMAS/FlexId/anyOf/-"), json!({"type": "boolean"}))],
        &["breaking  schemas/FlexId (answer): may also be: boolean"],
    );
    check(
        &[(&at("SCHEMAS/FlexId/x-tallyfy-wire"), json!("OtherId"))],
        &["breaking  schemas/FlexId (answer): x-tallyfy-wire was \"Id\", is \"OtherId\""],
    );
    check(
        &[(&at("SCHEMAS/HarvestItem/properties/data/$ref"), json!("#/components/schemas/Gardener"))],
        &[
            "breaking  schemas/HarvestItem.data (answer): the type was called Harvest, is Gardener",
            "breaking  schemas/HarvestItem.data.apples (answer): is gone",
            "breaking  schemas/HarvestItem.data.id (answer): x-tallyfy-wire was \"Id\", is none",
            "breaking  schemas/HarvestItem.data.weight (answer): is gone",
            "additive  schemas/HarvestItem.data.email (answer): is new: string (email)",
            "additive  schemas/HarvestItem.data.id (answer): may no longer be: string",
        ],
    );
}

#[test]
fn an_open_list_of_values_grows_freely_and_a_closed_one_does_not_in_answers() {
    check(
        &[(&at("SCHEMAS/TreeStatus/x-extensible-enum/-"), json!("grafted"))],
        &["additive  schemas/TreeStatus (answer): value `grafted` is new [3 operations]"],
    );
    check(
        &[(&at("SCHEMAS/TreeStatus/x-extensible-enum/2"), Value::Null)],
        &["breaking  schemas/TreeStatus (answer): value `felled` is gone [3 operations]"],
    );
    check(
        &[(&at("SCHEMAS/TreeStatusFilter/enum/-"), json!("felled"))],
        &["additive  schemas/TreeStatusFilter (request): value `felled` is new"],
    );
    check(
        &[(&at("SCHEMAS/TreeStatusFilter/enum/0"), Value::Null)],
        &["breaking  schemas/TreeStatusFilter (request): value `all` is gone"],
    );
    let (mut old, mut new) = (ours(), ours());
    for (document, values) in [(&mut old, json!(["seedling"])), (&mut new, json!(["seedling", "bearing"]))] {
        plant(document, &at("SCHEMAS/TreeStatus"), json!({"type": "string", "enum": values}));
    }
    let lines: Vec<String> = diff::compare(&old, &new).iter().map(ToString::to_string).collect();
    assert_eq!(lines, ["breaking  schemas/TreeStatus (answer): value `bearing` is new [3 operations]"]);
}

#[test]
fn what_no_call_carries_is_a_note() {
    check(
        &[(&at("TREES/post/x-tallyfy-repeat"), json!("unsafe"))],
        &["note      create_tree: x-tallyfy-repeat was \"reconcile\", is \"unsafe\""],
    );
    check(
        &[(&at("TREES/get/responses/401"), Value::Null)],
        &["note      list_trees answer 401 (answer): is no longer documented"],
    );
    check(&[(&at("SCHEMAS/Tree/properties/name/description"), json!("What people call it."))], &[]);
    check(&[(&at("TREES/get/responses/200"), json!({"description": "The same as 2XX."}))], &[]);
}

#[test]
fn bodies_go_and_come() {
    check(
        &[(&at("TREES/post/requestBody"), Value::Null)],
        &["breaking  create_tree body (request): is gone"],
    );
    check(
        &[(&at("TREES~1{tree}/delete/requestBody"), json!({"required": true, "content": {}}))],
        &["breaking  delete_tree body (request): is required now"],
    );
    check(
        &[(&at("TREES~1{tree}/get/responses/2XX/content"), Value::Null)],
        &["breaking  get_tree answer (answer): is no longer application/json"],
    );
}

#[test]
fn the_report_for_machines_says_the_same() {
    let mut new = ours();
    plant(&mut new, &at("SCHEMAS/Tree/properties/gardener"), Value::Null);
    let changes = diff::compare(&ours(), &new);
    let report: Value = serde_json::from_str(&diff::json(&changes)).unwrap();
    assert_eq!(
        report,
        json!({
            "breaking": 1, "additive": 0, "notes": 0,
            "changes": [{
                "class": "breaking", "place": "schemas/Tree.gardener", "direction": "answer", "what": "is gone",
                "operations": ["create_tree", "get_tree", "list_trees"],
            }],
        })
    );
    assert!(diff::text(&changes).ends_with("\n1 breaking, 0 additive, 0 notes\n"));
}

fn git(folder: &Path, arguments: &[&str]) {
    let identity =
        ["-c", "user.name=test", "-c", "user.email=test@orchard.test", "-c", "commit.gpgsign=false"];
    let status = Command::new("git").args(identity).args(arguments).current_dir(folder).status().unwrap();
    assert!(status.success(), "git {arguments:?}");
}

#[test]
fn versions_are_files_or_revisions() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("versions-{}", std::process::id()));
    fs::create_dir_all(folder.join("openapi")).unwrap();
    git(&folder, &["init", "--quiet"]);
    for title in ["first", "second"] {
        let text = json!({"openapi": "3.0.3", "info": {"title": title}, "paths": {}}).to_string();
        fs::write(folder.join(source::BUNDLE), text).unwrap();
        git(&folder, &["add", "."]);
        git(&folder, &["commit", "--quiet", "-m", title]);
    }
    fs::write(folder.join("other.json"), r#"{"info": {"title": "a file"}, "paths": {}}"#).unwrap();
    let title = |name: &str| source::version(&folder, name).unwrap()["info"]["title"].clone();
    assert_eq!(title("HEAD~1"), "first");
    assert_eq!(title("HEAD:openapi/tallyfy.json"), "second");
    assert_eq!(title("other.json"), "a file");
    let refused = |name: &str| format!("{:#}", source::version(&folder, name).unwrap_err());
    let unknown = refused("HEAD~7");
    assert!(
        unknown.starts_with("`HEAD~7` is no file, and git knows no HEAD~7:openapi/tallyfy.json: "),
        "{unknown}"
    );
    assert!(refused("openapi").ends_with("openapi: is a folder; name the document in it"));
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn the_command_fails_when_something_breaks() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("it/tools");
    let changed = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("changed-{}.json", std::process::id()));
    let run = |planted: Option<(&str, Value)>| {
        let mut new = ours();
        if let Some((pointer, value)) = planted {
            plant(&mut new, pointer, value);
        }
        fs::write(&changed, new.to_string()).unwrap();
        tools::diff(&root, "ours.yaml", changed.to_str().unwrap(), false).unwrap()
    };
    assert_eq!(run(None), ("0 breaking, 0 additive, 0 notes\n".into(), true));
    let (_, clean) = run(Some((&at("SCHEMAS/Tree/properties/crown"), json!({"type": "string"}))));
    assert!(clean);
    let (report, clean) = run(Some((&at("SCHEMAS/Tree/properties/gardener"), Value::Null)));
    assert!(!clean && report.ends_with("1 breaking, 0 additive, 0 notes\n"), "{report}");
    fs::remove_file(changed).unwrap();
}
