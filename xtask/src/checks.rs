//! Renders `Check` for request and query types: limits of the published spec, which the view has stripped.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use serde_json::Value;
use syn::{Item, ItemStruct, parse_quote};

/// `impl Check` of one struct. `limits` finds the published schema of a property, `checked` are the structs that
/// have an implementation, `keep` the properties that a request must name.
pub fn render<'a>(
    node: &ItemStruct,
    limits: impl Fn(&str) -> Option<&'a Value>,
    wire_name: impl Fn(&syn::Field) -> String,
    checked: &BTreeSet<String>,
    keep: &[&str],
) -> Item {
    let name = &node.ident;
    let mut steps = Vec::new();
    for field in &node.fields {
        let Some(ident) = &field.ident else { continue };
        let wire = wire_name(field);
        // Refusals speak of the field that the caller knows.
        let shown = ident.to_string().trim_end_matches('_').trim_start_matches("r#").to_owned();
        if keep.contains(&wire.as_str()) {
            steps.push(quote!(crate::check::named(#shown, &self.#ident)?;));
        }
        if let Some(schema) = limits(&wire) {
            if schema["x-tallyfy-keys"] == "form_field" {
                steps.push(quote!(crate::check::form_field_keys(#shown, &self.#ident)?;));
            }
            steps.extend(limit(&shown, &quote!(&self.#ident), schema));
        }
        if mentions(&field.ty, checked) {
            steps.push(quote!(crate::check::nested(#shown, &self.#ident)?;));
        }
    }
    parse_quote! {
        impl crate::check::Check for #name {
            fn check(&self) -> ::std::result::Result<(), crate::check::Invalid> {
                #(#steps)*
                Ok(())
            }
        }
    }
}

fn limit(shown: &str, value: &TokenStream, schema: &Value) -> Option<TokenStream> {
    let bound = |key: &str| schema[key].as_u64().map(|number| number as usize);
    let number = |key: &str| schema[key].as_i64();
    let option = |bound: Option<TokenStream>| match bound {
        Some(bound) => quote!(::std::option::Option::Some(#bound)),
        None => quote!(::std::option::Option::None),
    };
    let size = |least: &str, most: &str| {
        let (least, most) = (bound(least), bound(most));
        (least.is_some() || most.is_some())
            .then(|| (option(least.map(|n| quote!(#n))), option(most.map(|n| quote!(#n)))))
    };
    // Own types (dates, enums, comma lists) check themselves when they are made.
    match schema["type"].as_str()? {
        "string"
            if schema["format"].is_null() || schema["format"] == "uri" || schema["format"] == "email" =>
        {
            let (least, most) = size("minLength", "maxLength")?;
            Some(quote!(crate::check::characters(#shown, #value, #least, #most)?;))
        }
        "integer" => {
            let (least, most) = (number("minimum"), number("maximum"));
            let (least, most) = (option(least.map(|n| quote!(#n))), option(most.map(|n| quote!(#n))));
            let limited = number("minimum").is_some() || number("maximum").is_some();
            limited.then(|| quote!(crate::check::range(#shown, #value, #least, #most)?;))
        }
        _ => None,
    }
}

/// Whether a field's type is, or holds, a struct that has an implementation.
fn mentions(ty: &syn::Type, checked: &BTreeSet<String>) -> bool {
    let text = ty.to_token_stream().to_string();
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    let names: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    names.last().is_some_and(|last| checked.contains(*last))
}
