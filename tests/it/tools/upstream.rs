//! `cargo xtask spec upstream`: foreign documents beside ours, in both formats, and what is no document at all.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    thread,
};

use serde_json::{Value, json};
use xtask::{source, upstream};

use super::diff::ours;

fn swagger() -> Value {
    source::parse("theirs.swagger.yaml", include_str!("theirs.swagger.yaml")).unwrap()
}

fn lines(theirs: &Value) -> Vec<String> {
    upstream::compare(&ours(), theirs).unwrap().iter().map(ToString::to_string).collect()
}

#[test]
fn a_document_does_not_differ_from_itself() {
    assert_eq!(upstream::compare(&ours(), &ours()).unwrap(), []);
    let document = source::version(&xtask::root(), source::BUNDLE).unwrap();
    assert_eq!(upstream::compare(&document, &document).unwrap(), []);
}

#[test]
fn a_swagger_2_document_is_compared_operation_by_operation_and_field_by_field() {
    assert_eq!(
        lines(&swagger()),
        [
            "only theirs  DELETE /organizations/{organization_id}/sheds/{shed_id}: ShedController.destroy",
            "only theirs  GET /organizations/{organization_id}/sheds: ShedController.index",
            "only theirs  GET /v1/health: HealthController.show",
            "only theirs  PATCH /organizations/{organization_id}/trees/{tree_id}: TreeController.update; we know the path \
         with other methods",
            "only theirs  POST /organizations/{organization_id}/sheds: ShedController.store",
            "only theirs  list_trees query/per_page: integer",
            "only theirs  schemas/CreateTreeInput.rootstock: string",
            "only theirs  schemas/Gardener.role: string",
            "only theirs  schemas/Harvest.created_at: string (date-time)",
            "only theirs  schemas/Tree.variety: Variety",
            "only theirs  schemas/TreeStatus: value `grafted`",
            "only theirs  schemas/TreeStatusFilter: value `dead`",
            "only theirs  upload_file body.visibility: string",
            "differs      list_trees query/q: optional in ours, required in theirs",
            "differs      schemas/CreateHarvestInput.pickers[]: integer in ours, string in theirs",
            "differs      schemas/CreateTreeInput.height: optional in ours, required in theirs",
            "differs      schemas/Gardener: bare in ours, under `data` in theirs",
            "differs      schemas/Harvest.weight: number in ours, integer in theirs",
            "differs      schemas/Tree.height: number in ours, string in theirs",
            "only ours    DELETE /organizations/{org}/trees/{tree}: delete_tree; they know the path with other methods",
            "only ours    list_trees query/with: is a query parameter",
            "only ours    schemas/CreateTreeInput.labels: object",
            "only ours    schemas/TreeStatus: value `felled`",
            "only ours    upload_file body.folder: string",
        ]
    );
}

#[test]
fn an_openapi_3_document_is_compared_alike() {
    let theirs = source::parse("theirs.openapi.yaml", include_str!("theirs.openapi.yaml")).unwrap();
    assert_eq!(
        lines(&theirs),
        [
            "only theirs  GET /organizations/{id}/weather: weather",
            "only theirs  get_tree query/with: string",
            "only theirs  schemas/Gardener.phone: string",
            "differs      schemas/Gardener: object in ours, integer in theirs",
            "differs      schemas/Tree.labels{}: string in ours, integer in theirs",
            "differs      schemas/TreeItem: under `data` in ours, bare in theirs",
            "only ours    GET /organizations/{org}/trees: list_trees",
            "only ours    POST /organizations/{org}/files: upload_file",
            "only ours    POST /organizations/{org}/trees: create_tree",
            "only ours    POST /organizations/{org}/trees/{tree}/harvests: create_harvest",
        ]
    );
}

#[test]
fn the_report_for_machines_counts_each_side() {
    let found = upstream::compare(&ours(), &swagger()).unwrap();
    let report: Value = serde_json::from_str(&upstream::json(&found)).unwrap();
    assert_eq!(
        [&report["only_theirs"], &report["differ"], &report["only_ours"]],
        [&json!(13), &json!(6), &json!(5)]
    );
    assert_eq!(
        report["differences"][5],
        json!({
            "side": "only theirs", "place": "list_trees query/per_page", "what": "integer",
        })
    );
    assert!(upstream::text(&found).ends_with("\n13 only theirs, 6 differ, 5 only ours\n"));
}

#[test]
fn schemas_that_hold_themselves_come_to_an_end() {
    let circles = json!({
        "Any": {"anyOf": [{"$ref": "#/components/schemas/Any"}, {"type": "integer"}]},
        "All": {"allOf": [{"$ref": "#/components/schemas/All"}]},
        "Bare": {"$ref": "#/components/schemas/Bare"},
    });
    for circle in ["Any", "All", "Bare"] {
        let schema = json!({"$ref": format!("#/components/schemas/{circle}")});
        let answer =
            json!({"200": {"description": "You", "content": {"application/json": {"schema": schema}}}});
        let theirs = json!({
            "openapi": "3.0.3",
            "paths": {"/me": {"get": {"operationId": "me", "responses": answer}}},
            "components": {"schemas": circles},
        });
        assert!(lines(&theirs).iter().all(|line| !line.starts_with("only theirs")), "{circle}");
    }
}

#[test]
fn what_is_no_document_is_refused_with_its_name() {
    let refused = |text: &str| format!("{:#}", source::parse("theirs", text).unwrap_err());
    assert_eq!(refused("<!DOCTYPE html>\n<html>"), "theirs: is HTML, no document: <!DOCTYPE html> <html>");
    assert_eq!(refused("\n"), "theirs: is empty");
    assert_eq!(source::parse("theirs", "\u{feff}{\"paths\": {}}").unwrap(), json!({"paths": {}}));
    assert_eq!(refused("{\"swagger\": \"2.0\"}"), "theirs: has no `paths`; it is no OpenAPI document");
    assert!(refused("{\"paths\": ").starts_with("theirs: is no JSON: EOF"));
    let strange = upstream::compare(&ours(), &json!({"paths": {}})).unwrap_err();
    assert_eq!(strange.to_string(), "the foreign document names neither `swagger: 2.0` nor `openapi: 3.x`");
}

/// Answers one request with this body, as a web server would that knows nothing of documents.
fn serve(status: &'static str, body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/docs", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]).unwrap();
        let answer =
            format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
        stream.write_all(answer.as_bytes()).unwrap();
    });
    url
}

#[test]
fn an_address_is_fetched_and_a_page_in_its_place_is_refused() {
    let url = serve("200 OK", r#"{"swagger": "2.0", "paths": {}}"#);
    assert_eq!(source::foreign(&url).unwrap()["swagger"], "2.0");
    let url = serve("200 OK", "<html><title>Sign in</title></html>");
    let refused = source::foreign(&url).unwrap_err().to_string();
    assert_eq!(refused, format!("{url}: is HTML, no document: <html><title>Sign in</title></html>"));
    let url = serve("404 Not Found", "no such page");
    let refused = source::foreign(&url).unwrap_err().to_string();
    assert!(refused.starts_with(&format!("{url}: ")) && refused.contains("404"), "{refused}");
    let folder = env!("CARGO_MANIFEST_DIR");
    assert_eq!(
        source::foreign(folder).unwrap_err().to_string(),
        format!("{folder}: is a folder; name the document in it")
    );
}
