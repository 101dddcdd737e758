//! What the documentation of the SDK's methods says of their endpoints, held against the document. That the examples
//! in it compile is the business of rustdoc.

use std::fs;
use std::path::Path;

use syn::{ImplItem, ImplItemFn, Item, Visibility};
use tallyfy_gen::operations::{OPERATIONS, Operation, Repeat};

/// What a method says of repeating it, behind its endpoint.
fn words(class: Repeat) -> &'static str {
    match class {
        Repeat::Safe => "repeatable",
        Repeat::Unsafe => "**not** repeatable",
        Repeat::Reconcile => "**not** repeatable unless it may [look](Call::reconcile)",
    }
}

#[test]
fn every_method_names_its_endpoint_and_whether_it_may_be_repeated() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tallyfy-sdk/src/resources");
    let (mut found, mut methods) = (Vec::new(), 0);
    for entry in fs::read_dir(folder).expect("the resources") {
        let file = entry.expect("an entry").path();
        let text = fs::read_to_string(&file).expect("a source");
        for method in calls(&syn::parse_file(&text).expect("Rust")) {
            methods += 1;
            if let Err(problem) = check(&method) {
                found.push(format!("{}: {}: {problem}", file.display(), method.sig.ident));
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
    assert!(methods > 30, "only {methods} methods were found");
}

#[test]
fn a_method_that_says_the_wrong_thing_is_found_out() {
    let launch =
        "`POST /organizations/{org}/runs`, **not** repeatable unless it may [look](Call::reconcile).";
    let read = "`GET /organizations/{org}/runs`, repeatable; 10 a page unless told otherwise.";
    for (doc, body, problem) in [
        (launch, "call!(item, client, create_run(org), body)", None),
        (launch, "self.launch_with(body)", None),
        (read, "list!(client, list_runs(org), query)", None),
        (
            read,
            "call!(item, client, create_run(org), body)",
            Some("it calls create_run, and names list_runs"),
        ),
        ("Launches.", "call!(item, client, create_run(org), body)", Some("it names no endpoint")),
        ("`POST /organizations/{org}/tuns`.", "self.x()", Some("the document has no such endpoint")),
        (
            "`POST /organizations/{org}/runs`, repeatable.",
            "call!(item, client, create_run(org), body)",
            Some("behind the endpoint must stand: **not** repeatable unless it may [look](Call::reconcile)"),
        ),
    ] {
        let text = format!("#[doc = {doc:?}] pub fn x(&self) -> Call<Process> {{ {body} }}");
        let method = syn::parse_str(&text).expect("a method");
        assert_eq!(check(&method).err().as_deref(), problem, "{text}");
    }
}

/// The public methods that return a call or a list.
fn calls(file: &syn::File) -> impl Iterator<Item = ImplItemFn> {
    let blocks = file.items.iter().filter_map(|item| match item {
        Item::Impl(block) => Some(block),
        _ => None,
    });
    let methods = blocks.flat_map(|block| &block.items).filter_map(|item| match item {
        ImplItem::Fn(method) if matches!(method.vis, Visibility::Public(_)) => Some(method.clone()),
        _ => None,
    });
    methods
        .filter(|method| {
            let returned = &method.sig.output;
            let returned = quote::quote!(#returned).to_string();
            returned.starts_with("-> Call <") || returned.starts_with("-> Lister <")
        })
        .collect::<Vec<_>>()
        .into_iter()
}

fn check(method: &ImplItemFn) -> Result<(), String> {
    let doc = doc(method);
    let (endpoint, rest) = endpoint(&doc).ok_or("it names no endpoint")?;
    let known = |operation: &&Operation| (operation.method, operation.path) == endpoint;
    let operation = OPERATIONS.iter().find(known).ok_or("the document has no such endpoint")?;
    if let Some(called) = operation_of(method).filter(|called| called != operation.id) {
        return Err(format!("it calls {called}, and names {}", operation.id));
    }
    let words = words(operation.repeat);
    let said = rest.strip_prefix(", ").and_then(|rest| rest.strip_prefix(words));
    match said.filter(|rest| rest.starts_with(['.', ';', ':', ','])) {
        Some(_) => Ok(()),
        None => Err(format!("behind the endpoint must stand: {words}")),
    }
}

/// The documentation, its lines joined by spaces.
fn doc(method: &ImplItemFn) -> String {
    let mut lines = Vec::new();
    for attribute in method.attrs.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        if let syn::Meta::NameValue(syn::MetaNameValue {
            value: syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(line), .. }),
            ..
        }) = &attribute.meta
        {
            lines.push(line.value().trim().to_owned());
        }
    }
    lines.join(" ")
}

/// The first "`METHOD /path`", and what stands behind it.
fn endpoint(doc: &str) -> Option<((&str, &str), &str)> {
    let mut parts = doc.split('`').scan(0, |at, part| {
        *at += part.len() + 1;
        Some((part, *at))
    });
    parts.find_map(|(part, end)| {
        let (method, path) = part.split_once(' ')?;
        let is_method = ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method);
        (is_method && path.starts_with('/')).then(|| ((method, path), doc.get(end..).unwrap_or_default()))
    })
}

/// The operation that a method names in `call!` or `list!`; none where it leaves that to another method.
fn operation_of(method: &ImplItemFn) -> Option<String> {
    let block = &method.block;
    let body = quote::quote!(#block).to_string();
    let (argument, rest) = match (body.split_once("call ! ("), body.split_once("list ! (")) {
        (Some((_, rest)), _) => (2, rest),
        (None, Some((_, rest))) => (1, rest),
        (None, None) => return None,
    };
    let named = rest.split(',').nth(argument)?;
    Some(named.split('(').next()?.trim().to_owned())
}
