//! `cargo xtask codegen`: drives the generator over the codegen view and writes every generated file.
//! What the view is: `view.rs`. What happens to the generator's output: `polish.rs`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TagStyle, TypeImpl};
use serde_json::Value;

use crate::{
    decoders, driver, enums, exports, lint, operations, polish,
    preamble::{COMMAND, header},
    schemas, spec,
    spec::Spec,
    view::View,
    vocabulary,
    words::Words,
};

/// A generated file: its path in the workspace, and its text.
pub struct Output {
    /// Relative to the workspace.
    pub path: &'static str,
    /// What it should hold.
    pub text: String,
}

/// Reads and lints the spec, and derives its view in the app's words.
pub fn view(root: &Path) -> Result<(Spec, View, Words)> {
    let spec = Spec::load(&root.join("openapi"))?;
    let problems = lint::check(&spec);
    if !problems.is_empty() {
        bail!("{}\n{} problems in the spec; nothing was written", spec::lines(&problems), problems.len());
    }
    let words = Words::load(root)?;
    let mut view = View::of(&spec.document);
    view.app_words(&words)?;
    Ok((spec, view, words))
}

/// Makes the text of every generated file.
pub fn outputs(root: &Path) -> Result<(Vec<Output>, View)> {
    let (spec, view, words) = view(root)?;
    let client = generate(&spec.document, &view, &words)?;
    let bundle = spec.to_json();
    let outputs = vec![
        Output { path: "openapi/tallyfy.json", text: bundle.clone() },
        Output { path: "tallyfy-sandbox/openapi.json", text: bundle },
        Output { path: "tallyfy-gen/src/generated.rs", text: client },
        Output { path: "tallyfy-gen/src/enums.rs", text: enums::render(&spec.document, &view, &words)? },
        Output { path: "tallyfy-gen/src/names.rs", text: exports::render(&view) },
        Output { path: "tallyfy-sdk/src/words.md", text: exports::page(&spec.document, &view, &words) },
        Output { path: "tallyfy-gen/src/operations.rs", text: operations::render(&spec.document) },
        Output { path: "tallyfy-gen/src/decoders.rs", text: decoders::render(&spec.document, &view) },
        Output { path: "tallyfy-gen/src/driver.rs", text: driver::render(&spec.document, &view) },
        Output { path: "tallyfy-gen/src/schemas.rs", text: schemas::render(&view) },
        Output { path: "tallyfy-gen/src/vocabulary.rs", text: vocabulary::render(&spec.document) },
    ];
    words.unused()?;
    Ok((outputs, view))
}

/// Brings the generated files up to date, or with `check` says which are stale. Returns what was written.
pub fn run(root: &Path, check: bool) -> Result<Vec<&'static str>> {
    let (outputs, _) = outputs(root)?;
    let mut stale = Vec::new();
    for output in &outputs {
        if !ensure(root, output, check)? {
            stale.push(output.path);
        }
    }
    if check && !stale.is_empty() {
        bail!("stale: {}\ntype `{COMMAND}` and commit the result", stale.join(", "));
    }
    Ok(stale)
}

/// Whether a file holds the wanted text; writes it when it does not, unless `check` is set.
fn ensure(root: &Path, output: &Output, check: bool) -> Result<bool> {
    let path: PathBuf = root.join(output.path);
    let found = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    if found == output.text {
        return Ok(true);
    }
    if !check {
        fs::write(&path, &output.text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(false)
}

/// The raw client as Rust text.
fn generate(published: &Value, view: &View, words: &Words) -> Result<String> {
    let problems = view.problems();
    if !problems.is_empty() {
        bail!(
            "{}\n{} problems in the codegen view; nothing was written",
            problems.join("\n"),
            problems.len()
        );
    }
    let document =
        serde_json::from_value(view.document.clone()).context("the view is no OpenAPI document")?;
    let tokens =
        Generator::new(&settings(view)).generate_tokens(&document).context("progenitor refused the view")?;
    let file = syn::parse2(tokens).context("progenitor's output is no Rust")?;
    let file = polish::run(file, published, view, words)?;
    Ok(format!("{}{}", header("the client and its types"), prettyplease::unparse(&file)))
}

fn settings(view: &View) -> GenerationSettings {
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_tag(TagStyle::Merged)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote::quote!(::std::sync::Arc<dyn crate::transport::Transport>))
        .with_map_type("::std::collections::BTreeMap")
        .with_derive("PartialEq");
    for (name, rust) in &view.replacements {
        settings.with_replacement(name, rust, std::iter::empty::<TypeImpl>());
    }
    settings
}
