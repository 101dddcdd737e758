//! A scrubbed recording of every operation: what people own is noise wherever the document has it, and the recording still
//! decodes. The answers are made from the document, with words in people's places that look like the service's own.

use serde_json::{Map, Value, json};
use tallyfy_gen::vocabulary::NAMES;
use tallyfy_sdk::reqwest::Method;
use tallyfy_tests::verify::{Kind, Verifier};
use xtask::spec::{operations, resolve};

use super::{builder, recording::File};
use crate::plain_server::{Ending, PlainServer};

/// Lower case, short, without a mark: as the service writes its own words.
const SECRETS: [&str; 6] = ["cancerous", "diabetes", "married", "pregnancy", "bankruptcy", "asylum-seeker"];
/// Deeper than this a list or an include is empty.
const DEEPEST: usize = 5;

/// Makes an answer, and says secrets in every place that is people's.
struct Speaker<'a> {
    document: &'a Value,
    said: usize,
    /// Values of people so far.
    maps: usize,
}

impl Speaker<'_> {
    fn secret(&mut self) -> Value {
        self.said += 1;
        SECRETS[self.said % SECRETS.len()].into()
    }

    /// What people hold: texts, numbers and flags below every name of the service and below keys of their own.
    fn peoples(&mut self, depth: usize) -> Value {
        match depth {
            0 => {
                self.maps += 1;
                // Every name in the first ones, then some, in turn: answers hold hundreds of such values.
                let names: Vec<_> = match self.maps {
                    0..=4 => NAMES.to_vec(),
                    turn => NAMES.iter().copied().cycle().skip(turn * 7).take(7).collect(),
                };
                let mut map: Map<_, _> =
                    names.into_iter().map(|name| (name.to_owned(), self.peoples(1))).collect();
                for secret in SECRETS {
                    map.insert(secret.to_owned(), self.peoples(1));
                }
                map.into()
            }
            1 => {
                json!({"status": self.secret(), "list": [self.secret(), [self.secret()]], "data": {"type": self.secret()}})
            }
            _ => self.secret(),
        }
    }

    fn value(&mut self, node: &Value, depth: usize) -> Value {
        let node = resolve(self.document, node).clone();
        if let Some(known) = node["x-extensible-enum"].get(0).or_else(|| node["enum"].get(0)) {
            return known.clone();
        }
        let free = node["properties"].is_null() && node["additionalProperties"].is_null();
        if node.get("x-tallyfy-any").is_some() && free {
            let text =
                node["anyOf"].as_array().is_some_and(|all| all.iter().any(|one| one["type"] == "string"));
            return if text { self.secret() } else { self.peoples(0) };
        }
        if let Some(first) = node["anyOf"].get(0) {
            return self.value(first, depth);
        }
        if let Some([only]) = node["allOf"].as_array().map(Vec::as_slice)
            && free
        {
            return self.value(only, depth);
        }
        match (node["type"].as_str(), node["format"].as_str()) {
            (Some("string"), Some("date")) => json!("2026-09-01"),
            (Some("string"), Some("date-time" | "tallyfy-any-date-time")) => json!("2026-09-01T08:00:00Z"),
            (Some("string"), Some("tallyfy-date-time")) => json!("2026-09-01 08:00:00"),
            (Some("string"), _) => self.secret(),
            (Some("integer"), _) => json!(7),
            (Some("number"), _) => json!(1.5),
            (Some("boolean"), _) => json!(true),
            (Some("array"), _) if depth > DEEPEST => json!([]),
            (Some("array"), _) => json!([self.value(&node["items"], depth + 1)]),
            _ => self.object(&node, depth),
        }
    }

    fn object(&mut self, node: &Value, depth: usize) -> Value {
        let mut fields = Map::new();
        self.fields(node, depth, &mut fields);
        if node["additionalProperties"].is_object() {
            for name in SECRETS.iter().chain(&["status", "type", "option", "data", "id"]) {
                let value = self.value(&node["additionalProperties"], depth + 1);
                fields.insert((*name).to_owned(), value);
            }
        } else if node["x-tallyfy-envelope"].is_null() && node["x-tallyfy-include"].is_null() {
            // Not in the document.
            fields.insert("brand_new_field".into(), self.peoples(1));
        }
        fields.into()
    }

    fn fields(&mut self, node: &Value, depth: usize, fields: &mut Map<String, Value>) {
        for part in node["allOf"].as_array().into_iter().flatten() {
            let part = resolve(self.document, part).clone();
            self.fields(&part, depth, fields);
        }
        for (name, property) in node["properties"].as_object().into_iter().flatten() {
            let holds_objects =
                property["$ref"].is_string() || property["allOf"].is_array() || property["items"].is_object();
            if depth <= DEEPEST || !holds_objects || name == "id" {
                let value = self.value(property, depth + 1);
                fields.insert(name.clone(), value);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_that_people_own_survives_in_any_answer_and_all_of_it_decodes() {
    let document = xtask::source::version(&xtask::root(), xtask::source::BUNDLE).expect("the document");
    let server = PlainServer::start().await;
    let file = File::default();
    let client = builder(&server.base_url).record(file.clone()).build().expect("a client");
    let verifier = Verifier::default();
    let mut answered = 0;
    for operation in operations(&document) {
        let answer = resolve(&document, &operation.node["responses"]["2XX"]);
        let Some(schema) = answer["content"]["application/json"].get("schema") else { continue };
        let mut speaker = Speaker { document: &document, said: 0, maps: 0 };
        let body = speaker.value(schema, 0).to_string();
        assert!(body.len() < 8_000_000, "{}: {} bytes", operation.id(), body.len());
        let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
        server.answers(head + &body, Ending::Closed);
        let method: Method = operation.method.to_uppercase().parse().expect("a method");
        let path = operation.path.split('/').map(|part| if part.starts_with('{') { "7" } else { part });
        client.raw(method, path.collect::<Vec<_>>().join("/")).await.expect("an answer");
        let line = file.take();
        assert_eq!(line.lines().count(), 1, "{}", operation.id());
        for secret in SECRETS {
            assert!(!line.contains(secret), "{}: {secret} in {}", operation.id(), around(&line, secret));
        }
        let outcome = verifier.line(&line);
        assert_eq!(outcome.operation, Some(operation.id()));
        // Words of the service stay, so there is none that the document does not know, and nothing that does not decode.
        let wrong = outcome
            .findings
            .iter()
            .filter(|one| !matches!(one.kind, Kind::UnknownField | Kind::Form | Kind::EmptyMap));
        let wrong: Vec<String> = wrong.map(|one| format!("{} {}", one.kind.word(), one.pointer)).collect();
        assert_eq!(wrong, [""; 0], "{}", operation.id());
        answered += 1;
    }
    assert!(answered > 140, "{answered}");
}

fn around<'a>(line: &'a str, word: &str) -> &'a str {
    let at = line.find(word).unwrap_or_default();
    line.get(at.saturating_sub(200)..(at + 50).min(line.len())).unwrap_or(line)
}
