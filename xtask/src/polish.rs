//! The syntax-tree pass over the generator's output: lenient readers on answers, `new` and setters on requests,
//! documentation from the spec. It changes attributes, documentation and boxing, never a field's meaning.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use proc_macro2::TokenStream;
use quote::{ToTokens as _, format_ident, quote};
use serde_json::Value;
use syn::{
    Attribute, Field, Fields, File, GenericArgument, Ident, Item, ItemStruct, PathArguments, Type,
    parse_quote,
};

use crate::{
    checks, methods,
    records::{self, Part},
    spec::{operations, resolve},
    view::View,
    words::{self, Words},
};

/// Improves the generated file; fails when the output breaks a promise of ours.
pub fn run(mut file: File, published: &Value, view: &View, words: &Words) -> Result<File> {
    let (sent, read) = view.directions();
    file.items.retain(|item| !matches!(item, Item::Mod(module) if module.ident == "prelude"));
    let mut pass = Pass {
        published,
        view,
        words,
        structs: BTreeSet::new(),
        framed: BTreeSet::new(),
        problems: Vec::new(),
    };
    for item in &mut file.items {
        let Item::Mod(module) = item else { continue };
        let Some((_, items)) = module.content.as_mut().filter(|_| module.ident == "types") else {
            continue;
        };
        items.retain(|item| !is_clone_from_reference(item));
        pass.structs = items.iter().filter_map(struct_name).collect();
        pass.framed = items.iter().filter(|item| has_data(item)).filter_map(struct_name).collect();
        let checked = pass.structs.intersection(&sent).cloned().collect();
        let mut polished = Vec::new();
        for mut item in std::mem::take(items) {
            let mut extra = Vec::new();
            if let Item::Struct(node) = &mut item {
                let name = node.ident.to_string();
                pass.name_fields(node);
                pass.document(node);
                node.attrs
                    .push(parse_quote!(#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]));
                if read.contains(&name) {
                    extra.push(pass.answer(node));
                } else if sent.contains(&name) {
                    request(node);
                    pass.flatten(node);
                    pass.nullable(node);
                    instants(node);
                    extra.push(setters(node));
                    extra.extend(clear_setters(node));
                    let limits = |wire: &str| pass.property(&name, wire);
                    extra.push(checks::render(node, limits, wire_name, &checked, &pass.keep(&name)));
                }
            }
            polished.push(item);
            polished.extend(extra);
        }
        *items = polished;
    }
    pass.problems.extend(methods::share_sender(&mut file.items));
    pass.finish(&file)?;
    Ok(file)
}

struct Pass<'a> {
    published: &'a Value,
    view: &'a View,
    words: &'a Words,
    /// Structs that the file defines.
    structs: BTreeSet<String>,
    /// Those with a field `data`, which a reader would take for a wrapper.
    framed: BTreeSet<String>,
    problems: Vec<String>,
}

impl Pass<'_> {
    /// Documentation comes from the published spec: the view has lost some of it.
    fn document(&self, node: &mut ItemStruct) {
        let name = node.ident.to_string();
        let component = self.view.component(&name);
        let schema = &self.published["components"]["schemas"][component];
        let text = schema["description"].as_str().map_or_else(|| self.view_description(&name), str::to_owned);
        replace_docs(&mut node.attrs, &text);
        for field in &mut node.fields {
            let wire = wire_name(field);
            let text = match (wire.as_str(), self.property_description(&name, &wire)) {
                ("extra", _) if is_flattened(field) => "Fields that the document does not know.".into(),
                (_, Some(text)) => text,
                (wire, None) => format!("`{wire}`"),
            };
            replace_docs(&mut field.attrs, &text);
            if field.ident.as_ref().is_some_and(|ident| *ident != wire && *ident != format!("{wire}_")) {
                field.attrs.push(parse_quote!(#[doc(alias = #wire)]));
            }
        }
        if component != name {
            node.attrs.push(parse_quote!(#[doc(alias = #component)]));
        }
    }

    /// Gives fields the app's words; their keys stay.
    fn name_fields(&mut self, node: &mut ItemStruct) {
        let name = node.ident.to_string();
        let component = self.view.component(&name);
        let mut taken = BTreeSet::new();
        for field in node.fields.iter_mut().filter(|field| !is_flattened(field)) {
            let wire = wire_name(field);
            if let Some(rust) = self.words.field(component, &wire) {
                if rename_of(field).is_none() {
                    field.attrs.push(parse_quote!(#[serde(rename = #wire)]));
                }
                field.ident = Some(format_ident!("{rust}"));
            }
            let rust = field.ident.as_ref().map(Ident::to_string).unwrap_or_default();
            if let Some(noun) = words::noun_of(&words::snake_words(&rust)) {
                self.problems.push(format!(
                    "{}: fields.{component}.{wire}: `{rust}` holds the API noun {noun}; add a row to `fields`",
                    words::FILE
                ));
            }
            if !taken.insert(rust.clone()) {
                self.problems.push(format!(
                    "{}: fields.{component}.{wire}: `{rust}` is the name of another field too; give it a row",
                    words::FILE
                ));
            }
        }
    }

    fn view_description(&self, name: &str) -> String {
        let described = self.view.document["components"]["schemas"][name]["description"].as_str();
        described.map_or_else(|| format!("`{}` of the API.", self.view.component(name)), str::to_owned)
    }

    fn property_description(&self, schema: &str, property: &str) -> Option<String> {
        if let Some(parameter) = self.parameter(schema, property) {
            return parameter["description"].as_str().map(str::to_owned);
        }
        let node = self.property(schema, property)?;
        let own = node["description"].as_str();
        own.or_else(|| resolve(self.published, node)["description"].as_str()).map(str::to_owned)
    }

    /// The published query parameter behind a property of a folded query type.
    fn parameter(&self, schema: &str, property: &str) -> Option<&Value> {
        let (id, _) = self.view.queries.iter().find(|(_, query)| *query == schema)?;
        let operation = operations(self.published).into_iter().find(|operation| operation.id() == *id)?;
        operation.parameters(self.published).find(|parameter| parameter["name"] == property)
    }

    /// The published schema behind a property of a generated struct.
    fn property(&self, schema: &str, property: &str) -> Option<&Value> {
        if let Some(parameter) = self.parameter(schema, property) {
            return Some(&parameter["schema"]);
        }
        let component = self.view.component(schema);
        find_property(self.published, &self.published["components"]["schemas"][component], property)
    }

    /// The optional properties that a request must name, as the service wipes them otherwise.
    fn keep(&self, schema: &str) -> Vec<&str> {
        let component = self.view.component(schema);
        let names = self.published["components"]["schemas"][component]["x-tallyfy-keep"].as_array();
        names.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// A `deepObject` travels as several keys of the query, which its hand-written type writes.
    fn flatten(&self, node: &mut ItemStruct) {
        let name = node.ident.to_string();
        for field in &mut node.fields {
            let parameter = self.parameter(&name, &wire_name(field));
            if parameter.is_some_and(|parameter| parameter["style"] == "deepObject") {
                field.attrs.retain(|attr| !attr.path().is_ident("serde"));
                field.attrs.push(parse_quote!(#[serde(flatten)]));
            }
        }
    }

    /// An answer is open to new fields, and reads and writes itself: optional fields through tolerant readers, ids as text
    /// or number.
    fn answer(&mut self, node: &mut ItemStruct) -> Item {
        node.attrs.push(parse_quote!(#[non_exhaustive]));
        records::drop_derive(&mut node.attrs, "Deserialize");
        records::drop_derive(&mut node.attrs, "Serialize");
        let name = node.ident.to_string();
        let mut parts = Vec::new();
        for field in &mut node.fields {
            let (wire, flattened) = (wire_name(field), is_flattened(field));
            if self.view.boxed.contains(&(name.clone(), wire.clone())) {
                box_inside_option(&mut field.ty);
            }
            schema_attributes(field);
            let Some(ident) = field.ident.clone().filter(|_| !flattened) else { continue };
            let inner = generic(&field.ty, "Option");
            let reader = match inner {
                Some(inner) => self.field_reader(inner),
                None => match (wire.as_str(), path_end(&field.ty).as_str()) {
                    ("id", "String") => Some(quote!(IdText)),
                    ("id", "i64") => Some(quote!(IdInteger)),
                    ("id", "Id") => Some(quote!(crate::wire::Id)),
                    _ => {
                        self.problems.push(format!(
                            "{name}.{wire}: neither optional nor an id; the view must not require it (rule \
                             open_answers)"
                        ));
                        continue;
                    }
                },
            };
            let held = inner.map(|held| path_end(generic(held, "Box").unwrap_or(held))).unwrap_or_default();
            if self.framed.contains(&held) {
                self.problems.push(format!(
                    "{name}.{wire}: {held} has a field `data`, which readers take for a wrapper; mark {held} with \
                     x-tallyfy-envelope"
                ));
            }
            match reader {
                Some(reader) => parts.push(Part { ident, wire, reader, required: inner.is_none() }),
                // That has a problem of its own.
                None if is_foreign_date(&field.ty) => {}
                None => self.problems.push(format!(
                    "{name}.{wire}: no reader of tallyfy-gen/src/wire/ for {}",
                    field.ty.to_token_stream()
                )),
            }
        }
        records::render(node, &parts)
    }

    /// What may be null and may be left out has three states; what must be there is null or a value. A type that holds any
    /// JSON has null among its values.
    fn nullable(&self, node: &mut ItemStruct) {
        let name = node.ident.to_string();
        for field in &mut node.fields {
            let wire = wire_name(field);
            if !self.view.nullable.contains(&(name.clone(), wire.clone())) {
                continue;
            }
            let Some(inner) = generic(&field.ty, "Option").cloned() else {
                if path_end(&field.ty) != "Value" {
                    let ty = &field.ty;
                    field.ty = parse_quote!(::std::option::Option<#ty>);
                }
                continue;
            };
            field.ty = parse_quote!(crate::wire::Nullable<#inner>);
            let rename = rename_of(field).map(|name| quote!(rename = #name,));
            field.attrs.retain(|attr| !attr.path().is_ident("serde"));
            field.attrs.push(parse_quote!(
                #[serde(#rename default, skip_serializing_if = "crate::wire::Nullable::is_keep")]
            ));
        }
    }

    /// The reader of a field: what may come wrapped, bare, or as nothing.
    fn field_reader(&self, ty: &Type) -> Option<TokenStream> {
        match path_end(ty).as_str() {
            "Value" => Some(quote!(Anything)),
            "Box" => {
                let inner = self.reader(generics(ty).first()?)?;
                Some(quote!(Boxed<#inner>))
            }
            name => {
                let inner = self.reader(ty)?;
                let is_object = matches!(name, "Map" | "CountryRef" | "Id" | "Progress" | "MemberRef")
                    || matches!(name, "GroupRef" | "GuestRef")
                    || self.structs.contains(name);
                Some(if is_object { quote!(Object<#inner>) } else { inner })
            }
        }
    }

    /// The reader of a type, as an element too.
    fn reader(&self, ty: &Type) -> Option<TokenStream> {
        let name = path_end(ty);
        let text = ty.to_token_stream().to_string().replace(' ', "");
        let inner = |at: usize| self.reader(generics(ty).get(at)?);
        Some(match name.as_str() {
            "i64" => quote!(Integer),
            "f64" => quote!(Float),
            "bool" => quote!(Flag),
            "String" => quote!(Text),
            "Vec" => {
                let inner = inner(0)?;
                quote!(ListOf<#inner>)
            }
            "BTreeMap" => {
                let inner = inner(1)?;
                quote!(MapOf<#inner>)
            }
            "OneOrMany" => {
                let inner = inner(0)?;
                quote!(Many<#inner>)
            }
            _ if text.starts_with("crate::enums::") => quote!(Word<#ty>),
            "Map" => quote!(FreeForm),
            "Value" | "Timestamp" | "Date" | "List" | "Progress" | "Id" => quote!(#ty),
            name if name.ends_with("Ref") || self.structs.contains(name) => quote!(#ty),
            _ => return None,
        })
    }

    fn finish(mut self, file: &File) -> Result<()> {
        if file.to_token_stream().to_string().contains("chrono ::") {
            self.problems.push("a date fell back to chrono; give it a format that the view knows".into());
        }
        if self.problems.is_empty() {
            return Ok(());
        }
        bail!("{}\n{} problems in the generator's output", self.problems.join("\n"), self.problems.len())
    }
}

/// The schema of a property, through `allOf`.
fn find_property<'a>(document: &'a Value, schema: &'a Value, property: &str) -> Option<&'a Value> {
    let own = schema["properties"].get(property);
    own.or_else(|| {
        let parts = schema["allOf"].as_array().into_iter().flatten();
        parts.map(|part| resolve(document, part)).find_map(|part| find_property(document, part, property))
    })
}

/// A request is written, not read; only those who take one from elsewhere (a tool call, the driver) pay for reading it.
fn request(node: &mut ItemStruct) {
    records::drop_derive(&mut node.attrs, "Deserialize");
    node.attrs.push(parse_quote!(
        #[cfg_attr(any(feature = "schemars", feature = "drive"), derive(::serde::Deserialize))]
    ));
    // The service drops keys that it does not know, and says nothing.
    node.attrs.push(parse_quote!(
        #[cfg_attr(any(feature = "schemars", feature = "drive"), serde(deny_unknown_fields))]
    ));
}

/// Requests write instants otherwise than answers, whence they may come.
fn instants(node: &mut ItemStruct) {
    for field in &mut node.fields {
        let inner = generic(&field.ty, "Option").or_else(|| generic(&field.ty, "Nullable"));
        if path_end(inner.unwrap_or(&field.ty)) == "Timestamp" {
            field.attrs.push(parse_quote!(#[serde(serialize_with = "crate::wire::for_request")]));
        }
    }
}

fn is_foreign_date(ty: &Type) -> bool {
    ty.to_token_stream().to_string().contains("chrono ::")
}

/// An answer writes itself, so serde's attributes are for its JSON Schema alone.
fn schema_attributes(field: &mut Field) {
    let rename = rename_of(field);
    let flattened = is_flattened(field);
    field.attrs.retain(|attr| !attr.path().is_ident("serde"));
    if let Some(name) = rename {
        field.attrs.push(parse_quote!(#[cfg_attr(feature = "schemars", serde(rename = #name))]));
    }
    if flattened {
        field.attrs.push(parse_quote!(#[cfg_attr(feature = "schemars", serde(flatten))]));
    }
}

/// `new` with what is required, and a consuming setter for each optional field.
fn setters(node: &ItemStruct) -> Item {
    let name = &node.ident;
    let (mut arguments, mut required, mut defaults, mut methods) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for field in &node.fields {
        let Some(ident) = &field.ident else { continue };
        let docs: Vec<&Attribute> = field.attrs.iter().filter(|attr| attr.path().is_ident("doc")).collect();
        let optional = [
            ("Option", quote!(::std::option::Option::Some), quote!(::std::option::Option::None)),
            ("Nullable", quote!(crate::wire::Nullable::Set), quote!(crate::wire::Nullable::Keep)),
        ];
        let optional = optional.into_iter().find_map(|(name, some, none)| {
            Some((generic(&field.ty, name).filter(|_| may_be_left_out(field))?, some, none))
        });
        if let Some((inner, some, none)) = optional {
            let (argument, convert) = argument(ident, inner);
            defaults.push(quote!(#ident: #none));
            methods.push(quote! {
                #(#docs)*
                #[must_use]
                pub fn #ident(mut self, #argument) -> Self {
                    self.#ident = #some(#convert);
                    self
                }
            });
        } else {
            let (argument, convert) = argument(ident, &field.ty);
            methods.push(quote! {
                #(#docs)*
                #[must_use]
                pub fn #ident(mut self, #argument) -> Self {
                    self.#ident = #convert;
                    self
                }
            });
            arguments.push(argument);
            required.push(quote!(#ident: #convert));
        }
    }
    let doc = if arguments.is_empty() {
        " Nothing set yet."
    } else {
        " With what is required; the rest by setters."
    };
    parse_quote! {
        impl #name {
            #[doc = #doc]
            pub fn new(#(#arguments),*) -> Self {
                Self { #(#required,)* #(#defaults,)* }
            }
            #(#methods)*
        }
    }
}

/// `clear_x` for each field that has three states, as rows of a macro.
fn clear_setters(node: &ItemStruct) -> Option<Item> {
    let name = &node.ident;
    let fields = node.fields.iter().filter(|field| generic(&field.ty, "Nullable").is_some());
    let rows: Vec<TokenStream> = fields
        .filter_map(|field| {
            let ident = field.ident.as_ref()?;
            let clear =
                format_ident!("clear_{}", ident.to_string().trim_start_matches("r#").trim_end_matches('_'));
            Some(quote!(#ident #clear))
        })
        .collect();
    let rows = (!rows.is_empty()).then_some(rows)?;
    Some(parse_quote!(crate::wire::clear_setters! { #name { #(#rows)* } }))
}

/// Whether nothing is written for one of the field's values.
fn may_be_left_out(field: &Field) -> bool {
    let serde = field.attrs.iter().filter(|attr| attr.path().is_ident("serde"));
    let skips = |attr: &Attribute| attr.to_token_stream().to_string().contains("skip_serializing_if");
    is_flattened(field) || serde.into_iter().any(skips)
}

/// How a value of this type is taken, and how it is converted.
fn argument(ident: &Ident, ty: &Type) -> (TokenStream, TokenStream) {
    if let Some(item) = generic(ty, "Vec").or_else(|| generic(ty, "CommaList")) {
        return (
            quote!(#ident: impl ::std::iter::IntoIterator<Item = impl ::std::convert::Into<#item>>),
            quote!(#ident.into_iter().map(::std::convert::Into::into).collect()),
        );
    }
    if path_end(ty) == "BTreeMap"
        && let Some(item) = generics(ty).get(1)
    {
        let key = format_ident!("key");
        return (
            quote!(#ident: impl ::std::iter::IntoIterator<
                Item = (impl ::std::convert::Into<::std::string::String>, impl ::std::convert::Into<#item>),
            >),
            quote!(#ident.into_iter().map(|(#key, value)| (#key.into(), value.into())).collect()),
        );
    }
    (quote!(#ident: impl ::std::convert::Into<#ty>), quote!(#ident.into()))
}

fn rename_of(field: &Field) -> Option<String> {
    let mut found = None;
    for attr in field.attrs.iter().filter(|attr| attr.path().is_ident("serde")) {
        let _ = attr.parse_nested_meta(|meta| {
            if let Ok(value) = meta.value() {
                let text: syn::LitStr = value.parse()?;
                if meta.path.is_ident("rename") {
                    found = Some(text.value());
                }
            }
            Ok(())
        });
    }
    found
}

fn is_flattened(field: &Field) -> bool {
    let serde = field.attrs.iter().filter(|attr| attr.path().is_ident("serde"));
    serde.into_iter().any(|attr| attr.to_token_stream().to_string().contains("flatten"))
}

fn wire_name(field: &Field) -> String {
    rename_of(field).unwrap_or_else(|| field.ident.as_ref().map(Ident::to_string).unwrap_or_default())
}

fn replace_docs(attrs: &mut Vec<Attribute>, text: &str) {
    attrs.retain(|attr| !attr.path().is_ident("doc"));
    let lines: Vec<String> = text.trim().lines().map(|line| format!(" {}", line.trim())).collect();
    attrs.splice(0..0, lines.iter().map(|line| parse_quote!(#[doc = #line])));
}

/// `Option<X>` -> `Option<Box<X>>`, unless the generator boxed it already.
fn box_inside_option(ty: &mut Type) {
    if let Some(inner) = generic(ty, "Option").cloned()
        && path_end(&inner) != "Box"
    {
        *ty = parse_quote!(::std::option::Option<::std::boxed::Box<#inner>>);
    }
}

/// `X` of `Name<X>`.
fn generic<'t>(ty: &'t Type, name: &str) -> Option<&'t Type> {
    if path_end(ty) == name { generics(ty).first().copied() } else { None }
}

fn generics(ty: &Type) -> Vec<&Type> {
    let Type::Path(path) = ty else { return Vec::new() };
    let Some(PathArguments::AngleBracketed(arguments)) =
        path.path.segments.last().map(|last| &last.arguments)
    else {
        return Vec::new();
    };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.collect()
}

fn path_end(ty: &Type) -> String {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default(),
        _ => String::new(),
    }
}

fn struct_name(item: &Item) -> Option<String> {
    match item {
        Item::Struct(node) if matches!(node.fields, Fields::Named(_)) => Some(node.ident.to_string()),
        _ => None,
    }
}

fn has_data(item: &Item) -> bool {
    let Item::Struct(node) = item else { return false };
    node.fields.iter().any(|field| field.ident.as_ref().is_some_and(|ident| ident == "data"))
}

/// The generator adds `impl From<&X> for X` to every type; a clone says the same.
fn is_clone_from_reference(item: &Item) -> bool {
    let Item::Impl(node) = item else { return false };
    let text = node.trait_.as_ref().map(|(path, _)| path.to_token_stream().to_string().replace(' ', ""));
    text.is_some_and(|text| text.starts_with("::std::convert::From<&"))
}
