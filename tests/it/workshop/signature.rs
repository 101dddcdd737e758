//! Rust types and function heads as short text, one line each, for snapshots.

use syn::{
    FnArg, GenericArgument, PathArguments, ReturnType, Signature, Token, Type, TypeParamBound,
    punctuated::Punctuated,
};

/// `list_runs(org: &str, query: &ListRunsQuery) -> Result<..>`; the receiver is left out.
pub fn line(head: &Signature) -> String {
    let inputs = head.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(argument) => Some(format!("{}: {}", pattern(&argument.pat), short(&argument.ty))),
        FnArg::Receiver(_) => None,
    });
    let output = match &head.output {
        ReturnType::Default => String::new(),
        ReturnType::Type(_, ty) => format!(" -> {}", short(ty)),
    };
    format!("{}({}){output}", head.ident, inputs.collect::<Vec<_>>().join(", "))
}

fn pattern(pattern: &syn::Pat) -> String {
    match pattern {
        syn::Pat::Ident(name) => name.ident.to_string(),
        _ => "_".into(),
    }
}

/// A type by the last words of its paths: `Option<Vec<String>>`.
pub fn short(ty: &Type) -> String {
    match ty {
        Type::Path(path) => path.path.segments.last().map(segment).unwrap_or_default(),
        Type::Reference(reference) => format!("&{}", short(&reference.elem)),
        Type::Tuple(tuple) => format!("({})", tuple.elems.iter().map(short).collect::<Vec<_>>().join(", ")),
        Type::ImplTrait(ty) => format!("impl {}", traits(&ty.bounds)),
        Type::TraitObject(ty) => format!("dyn {}", traits(&ty.bounds)),
        _ => panic!("a kind of type that the generator did not write so far"),
    }
}

fn traits(bounds: &Punctuated<TypeParamBound, Token![+]>) -> String {
    let names = bounds.iter().filter_map(|bound| match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last().map(segment),
        _ => None,
    });
    names.collect::<Vec<_>>().join(" + ")
}

fn segment(segment: &syn::PathSegment) -> String {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return segment.ident.to_string();
    };
    let inner = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(short(ty)),
        GenericArgument::AssocType(item) => Some(format!("{} = {}", item.ident, short(&item.ty))),
        _ => None,
    });
    format!("{}<{}>", segment.ident, inner.collect::<Vec<_>>().join(", "))
}
