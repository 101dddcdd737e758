//! Renders how an answer reads itself: `Record` and `Deserialize` in place of serde's derive, whose own type for each
//! field would double the build time of the raw client. The loop is in `tallyfy-gen/src/wire/record.rs`.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Attribute, Item, ItemStruct, parse_quote};

/// A field of an answer.
pub struct Part {
    /// Its Rust name.
    pub ident: Ident,
    /// Its key in the answer.
    pub wire: String,
    /// The reader in `wire/read.rs`; without one its type reads itself.
    pub reader: Option<&'static str>,
    /// What it holds before anything is read; required fields alone have another value than `None`.
    pub empty: TokenStream,
    /// Whether an answer without it is an error.
    pub required: bool,
}

/// The two implementations for one struct.
pub fn render(node: &ItemStruct, parts: &[Part]) -> [Item; 2] {
    let name = &node.ident;
    let text = name.to_string();
    let required = match parts.iter().find(|part| part.required) {
        Some(Part { wire, .. }) => quote!(::std::option::Option::Some(#wire)),
        None => quote!(::std::option::Option::None),
    };
    let empty = parts.iter().map(|Part { ident, empty, .. }| quote!(#ident: #empty));
    let arms = parts.iter().map(|Part { ident, wire, reader, .. }| match reader {
        Some(reader) => {
            let seed = Ident::new(reader, proc_macro2::Span::call_site());
            quote!(#wire => self.#ident = map.next_value_seed(crate::wire::record::seed::#seed())?)
        }
        None => quote!(#wire => self.#ident = map.next_value()?),
    });
    let record = parse_quote! {
        impl crate::wire::record::Record for #name {
            const NAME: &'static str = #text;
            const REQUIRED: ::std::option::Option<&'static str> = #required;
            fn empty() -> Self {
                Self { #(#empty,)* extra: ::serde_json::Map::new() }
            }
            fn read<'de, A: ::serde::de::MapAccess<'de>>(
                &mut self,
                key: &str,
                map: &mut A,
            ) -> ::std::result::Result<bool, A::Error> {
                match key {
                    #(#arms,)*
                    _ => return Ok(false),
                }
                Ok(true)
            }
            fn extra(&mut self) -> &mut ::serde_json::Map<::std::string::String, ::serde_json::Value> {
                &mut self.extra
            }
        }
    };
    let deserialize = parse_quote! {
        impl<'de> ::serde::Deserialize<'de> for #name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                crate::wire::record::deserialize(deserializer)
            }
        }
    };
    [record, deserialize]
}

/// Takes serde's `Deserialize` out of the derives.
pub fn drop_derive(attrs: &mut [Attribute]) {
    for attr in attrs.iter_mut().filter(|attr| attr.path().is_ident("derive")) {
        let mut kept: Vec<syn::Path> = Vec::new();
        let _ = attr.parse_nested_meta(|meta| {
            if meta.path.segments.last().is_some_and(|last| last.ident != "Deserialize") {
                kept.push(meta.path);
            }
            Ok(())
        });
        *attr = parse_quote!(#[derive(#(#kept),*)]);
    }
}
