//! The tail of each generated method, replaced by a call of the one shared sender (`tallyfy-gen/src/transport.rs`), so
//! that sending and reading are written once. Not here: types and their readers (`polish.rs`).

use proc_macro2::Ident;
use quote::{ToTokens as _, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, ImplItem, Item, ItemImpl, Lit, Pat, Stmt, UseTree, parse_quote};

/// Rewrites every method that sends; returns what it could not rewrite.
pub fn share_sender(items: &mut Vec<Item>) -> Vec<String> {
    let mut problems = Vec::new();
    for item in items.iter_mut() {
        match item {
            Item::Impl(node) if is_client(node) && node.trait_.is_none() => {
                for member in &mut node.items {
                    let ImplItem::Fn(method) = member else { continue };
                    if method.sig.asyncness.is_some() && !rewrite(&mut method.block) {
                        problems.push(format!("{}: its tail is none that we know", method.sig.ident));
                    }
                }
            }
            // A method whose tail stayed must not compile: it would go around the transport.
            Item::Use(node) => keep_names(&mut node.tree, &["ClientHooks", "OperationInfo"]),
            _ => {}
        }
    }
    // An assertion about the hooks, which no method asks any more.
    items.retain(|item| !matches!(item, Item::Const(node) if node.ident == "_"));
    problems
}

fn is_client(node: &ItemImpl) -> bool {
    node.self_ty.to_token_stream().to_string() == "Client"
}

/// `let info = ..` and all behind it becomes one call; `false` when the method is built otherwise.
fn rewrite(block: &mut Block) -> bool {
    let Some(at) = block.stmts.iter().position(|stmt| binds(stmt, "info")) else { return false };
    let Some(operation) = text_in(&block.stmts[at]) else { return false };
    let Some(tail) = block.stmts.last().map(|tail| tail.to_token_stream().to_string()) else { return false };
    let readers = [("from_response", "answer"), ("empty", "nothing"), ("stream", "stream")];
    let Some((_, sender)) = readers.iter().find(|(reader, _)| tail.contains(&format!(":: {reader} (")))
    else {
        return false;
    };
    let sender = Ident::new(sender, proc_macro2::Span::call_site());
    block.stmts.truncate(at);
    // The service knows no such header.
    block.stmts.retain(|stmt| !stmt.to_token_stream().to_string().contains("header_map . append"));
    block.stmts.retain(|stmt| !binds(stmt, "header_map"));
    for stmt in &mut block.stmts {
        DropHeaders.visit_stmt_mut(stmt);
        if let Stmt::Local(local) = stmt
            && let Pat::Ident(name) = &mut local.pat
            && name.ident == "request"
        {
            name.mutability = None;
            local.attrs.clear();
        }
    }
    let call: Expr = syn::parse2(quote!(self.#sender(#operation, request).await)).unwrap_or(parse_quote!(()));
    block.stmts.push(Stmt::Expr(call, None));
    true
}

struct DropHeaders;

impl VisitMut for DropHeaders {
    fn visit_expr_mut(&mut self, node: &mut Expr) {
        visit_mut::visit_expr_mut(self, node);
        if let Expr::MethodCall(call) = node
            && call.method == "headers"
        {
            *node = (*call.receiver).clone();
        }
    }
}

fn binds(stmt: &Stmt, name: &str) -> bool {
    matches!(stmt, Stmt::Local(local) if matches!(&local.pat, Pat::Ident(pat) if pat.ident == name))
}

/// The one text in a statement.
fn text_in(stmt: &Stmt) -> Option<String> {
    struct Texts(Vec<String>);
    impl VisitMut for Texts {
        fn visit_lit_mut(&mut self, node: &mut Lit) {
            if let Lit::Str(text) = node {
                self.0.push(text.value());
            }
        }
    }
    let mut found = Texts(Vec::new());
    found.visit_stmt_mut(&mut stmt.clone());
    if found.0.len() == 1 { found.0.pop() } else { None }
}

/// Takes names out of a `use`.
fn keep_names(tree: &mut UseTree, unwanted: &[&str]) {
    match tree {
        UseTree::Path(path) => keep_names(&mut path.tree, unwanted),
        UseTree::Group(group) => {
            let kept = group.items.iter().filter(|item| match item {
                UseTree::Name(name) => !unwanted.iter().any(|unwanted| name.ident == unwanted),
                _ => true,
            });
            group.items = kept.cloned().collect();
        }
        _ => {}
    }
}
