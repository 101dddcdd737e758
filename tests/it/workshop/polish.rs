//! The pass over the generator's output: what it refuses, and what it makes of the mini spec's types.

use std::fmt::Write as _;

use insta::assert_snapshot;
use proc_macro2::{TokenStream, TokenTree};
use syn::{Attribute, ImplItem, Item};
use xtask::{codegen, polish, view::View, words::Words};

use super::{mini_root, mini_spec, signature, snapshot};

#[track_caller]
fn refused(generated: &str, problem: &str) {
    let spec = mini_spec();
    let file = syn::parse_str(generated).expect("the planted text is Rust");
    let error = polish::run(file, &spec.document, &View::of(&spec.document), &Words::default())
        .err()
        .expect("it is refused");
    assert_eq!(error.to_string(), format!("{problem}\n1 problems in the generator's output"));
}

#[test]
fn output_that_breaks_a_promise_is_refused() {
    refused(
        "mod types { pub struct Thing { pub created_at: Option<::chrono::DateTime<::chrono::offset::Utc>> } \
         }",
        "a date fell back to chrono; give it a format that the view knows",
    );
    refused(
        "mod types { pub struct Thing { pub id: String, pub title: String } }",
        "Thing.title: neither optional nor an id; the view must not require it (rule open_answers)",
    );
    refused(
        "mod types { pub struct Thing { pub settings: Option<Frame> } pub struct Frame { pub data: \
         Option<String> } }",
        "Thing.settings: Frame has a field `data`, which readers take for a wrapper; mark Frame with \
         x-tallyfy-envelope",
    );
    refused(
        "mod types { pub struct Thing { pub parent: Option<Frame> } pub struct Frame { pub data: \
         Option<String> } }",
        "Thing.parent: Frame has a field `data`, which readers take for a wrapper; mark Frame with \
         x-tallyfy-envelope",
    );
    refused(
        "mod types { pub struct Thing { #[serde(rename = \"Title\")] pub title: i64 } }",
        "Thing.Title: neither optional nor an id; the view must not require it (rule open_answers)",
    );
}

/// Each field with what serde is told and its documentation; how an answer reads it, or what one can call to
/// set it.
#[test]
fn answers_get_readers_and_requests_get_setters() {
    let (outputs, _) = codegen::outputs(&mini_root("polish")).expect("the mini spec generates");
    let client = outputs.iter().find(|output| output.path.ends_with("generated.rs")).expect("is an output");
    let file = syn::parse_file(&client.text).expect("the output is Rust");
    let types = file.items.iter().find_map(|item| match item {
        Item::Mod(module) if module.ident == "types" => module.content.as_ref().map(|(_, items)| items),
        _ => None,
    });
    let mut text = String::new();
    for item in types.into_iter().flatten() {
        describe(item, &mut text);
    }
    snapshot(None, || assert_snapshot!("workshop_polish", text));
}

fn describe(item: &Item, text: &mut String) {
    match item {
        Item::Struct(node) => {
            let open = if has(&node.attrs, "non_exhaustive") { " #[non_exhaustive]" } else { "" };
            let _ = writeln!(text, "struct {}{open} // {}", node.ident, documentation(&node.attrs));
            for field in &node.fields {
                let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
                let (serde, docs) = (serde(&field.attrs), documentation(&field.attrs));
                let _ = writeln!(text, "    {name}: {} [{serde}] // {docs}", signature::short(&field.ty));
            }
        }
        Item::Impl(node) if node.trait_.is_none() => {
            for function in &node.items {
                if let ImplItem::Fn(function) = function {
                    let line = signature::line(&function.sig);
                    let _ = writeln!(text, "    {}::{line}", signature::short(&node.self_ty));
                }
            }
        }
        Item::Macro(node) if node.mac.path.segments.last().is_some_and(|last| last.ident == "record") => {
            rows(node.mac.tokens.clone(), text);
        }
        _ => {}
    }
}

/// The table of an answer, a line for each field.
fn rows(tokens: TokenStream, text: &mut String) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let [TokenTree::Ident(name), TokenTree::Literal(words), _, TokenTree::Group(fields)] = &tokens[..] else {
        panic!("a table is a name, words, what is required, and fields");
    };
    let _ = writeln!(text, "    {name} is {words}");
    for row in fields.stream().to_string().split(';').filter(|row| !row.trim().is_empty()) {
        let row: Vec<&str> = row.split_whitespace().collect();
        let [kind, _field, key, reader @ ..] = &row[..] else { panic!("no row: {row:?}") };
        let _ = writeln!(text, "    {name} reads {key} => {kind} {}", reader.concat());
    }
}

fn has(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident(name))
}

fn documentation(attributes: &[Attribute]) -> String {
    let docs = attributes.iter().filter(|attribute| attribute.path().is_ident("doc"));
    let lines = docs.filter_map(|attribute| match &attribute.meta.require_name_value().ok()?.value {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
        _ => None,
    });
    lines.collect::<Vec<_>>().join(" / ")
}

/// What serde is told, without the crate's long paths.
fn serde(attributes: &[Attribute]) -> String {
    let mut told = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        let read = attribute.parse_nested_meta(|meta| {
            let key = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
            let value = meta.value().and_then(|value| value.parse::<syn::LitStr>()).map(|text| text.value());
            told.push(match value {
                Ok(value) => format!("{key} = {}", value.rsplit("::").next().unwrap_or_default()),
                Err(_) => key,
            });
            Ok(())
        });
        read.expect("serde's attribute is a list");
    }
    told.join(", ")
}
