//! Renders how an answer reads and writes itself: a table of its fields in place of serde's derives, whose own type for
//! each field would double the build time of the raw client. The macro is in `tallyfy-gen/src/wire/record.rs`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{Attribute, Item, ItemStruct, parse_quote};

/// A field of an answer.
pub struct Part {
    /// Its Rust name.
    pub ident: Ident,
    /// Its key in the answer.
    pub wire: String,
    /// Its reader, a type of `tallyfy-gen/src/wire/`.
    pub reader: TokenStream,
    /// Whether an answer without it is an error.
    pub required: bool,
}

/// The table of one struct, for the macro that implements reading and writing.
pub fn render(node: &ItemStruct, parts: &[Part]) -> Item {
    let name = &node.ident;
    let required = parts.iter().find(|part| part.required).map(|part| part.wire.as_str());
    let words = match required {
        Some(key) => format!("an object ({name}) with `{key}`"),
        None => format!("an object ({name})"),
    };
    let rows = parts.iter().map(|Part { ident, wire, reader, required }| {
        let kind = Ident::new(if *required { "required" } else { "optional" }, Span::call_site());
        quote!(#kind #ident #wire #reader;)
    });
    parse_quote! {
        crate::wire::record::record! { #name #words [#required] { #(#rows)* } }
    }
}

/// Takes a derive of serde's away.
pub fn drop_derive(attrs: &mut [Attribute], unwanted: &str) {
    for attr in attrs.iter_mut().filter(|attr| attr.path().is_ident("derive")) {
        let mut kept: Vec<syn::Path> = Vec::new();
        let _ = attr.parse_nested_meta(|meta| {
            if meta.path.segments.last().is_some_and(|last| last.ident != unwanted) {
                kept.push(meta.path);
            }
            Ok(())
        });
        *attr = parse_quote!(#[derive(#(#kept),*)]);
    }
}
