//! The border between the API's words and the app's: complete, and crossed in one place only.

use std::{collections::BTreeSet, fs};

use quote::ToTokens as _;
use xtask::root;

#[test]
fn every_alias_names_its_api_word_for_the_search() {
    let mut rows = 0;
    for item in file("tallyfy-sdk/src/alias.rs").items {
        let syn::Item::Type(alias) = item else { continue };
        rows += 1;
        let target = alias.ty.to_token_stream().to_string();
        let target = target
            .split('<')
            .next()
            .unwrap_or_default()
            .rsplit("::")
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned();
        let attributes =
            alias.attrs.iter().map(|attribute| attribute.to_token_stream().to_string()).collect::<String>();
        assert!(attributes.contains("doc = "), "{}: has no documentation", alias.ident);
        if alias.ident != target {
            assert!(
                attributes.contains(&format!("{target:?}")),
                "{}: add #[doc(alias = {target:?})]",
                alias.ident
            );
        }
    }
    assert!(rows > 30, "found only {rows} rows");
}

/// A public signature speaks the app's words: no generated type is named there directly.
#[test]
fn resources_speak_through_the_alias_table_alone() {
    let api_words: BTreeSet<String> = file("tallyfy-sdk/src/alias.rs")
        .items
        .into_iter()
        .filter_map(|item| match item {
            syn::Item::Type(alias) => {
                let target = alias.ty.to_token_stream().to_string();
                let word = target.rsplit("::").next()?.trim().to_owned();
                (alias.ident != word).then_some(word)
            }
            _ => None,
        })
        .collect();
    let mut signatures = 0;
    for entry in fs::read_dir(root().join("tallyfy-sdk/src/resources")).expect("resources") {
        let path = entry.expect("entry").path();
        for item in syn::parse_file(&fs::read_to_string(&path).expect("source")).expect("Rust").items {
            let syn::Item::Impl(block) = item else { continue };
            for item in block.items {
                let syn::ImplItem::Fn(method) = item else { continue };
                if !matches!(method.vis, syn::Visibility::Public(_)) {
                    continue;
                }
                signatures += 1;
                let text = method.sig.to_token_stream().to_string();
                for word in text.split(|c: char| !c.is_alphanumeric() && c != '_') {
                    assert!(
                        !api_words.contains(word) && !word.ends_with("Query") && !(word.ends_with("Input")),
                        "{}: `{}` speaks the API's word {word}; use its alias",
                        path.display(),
                        method.sig.ident
                    );
                }
            }
        }
    }
    assert!(signatures > 30, "found only {signatures} methods");
}

fn file(path: &str) -> syn::File {
    syn::parse_file(&fs::read_to_string(root().join(path)).expect("source")).expect("Rust")
}
