//! From the words of the document to Rust names.

/// `list_run_tasks` -> `ListRunTasks`.
pub fn pascal(snake: &str) -> String {
    snake
        .split('_')
        .flat_map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|first| first.to_ascii_uppercase())
                .into_iter()
                .chain(letters.collect::<Vec<_>>())
        })
        .collect()
}

/// `in-progress` -> `InProgress`, `-deadline` -> `DeadlineDesc`, `ko-form-fields` -> `KoFormFields`.
pub fn variant(value: &str) -> String {
    let (value, suffix) = match value.strip_prefix('-') {
        Some(rest) => (rest, "Desc"),
        None => (value, ""),
    };
    let mut name = String::new();
    for word in value.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        let (first, rest) = word.split_at(1);
        name.push_str(&first.to_ascii_uppercase());
        // `ALLCAPS` words read better as `Allcaps`; `camelCase` words keep their humps.
        let shout = rest.chars().all(|c| !c.is_ascii_lowercase());
        name.push_str(&if shout { rest.to_ascii_lowercase() } else { rest.to_owned() });
    }
    if name.is_empty() {
        name.push_str(match value {
            "=" => "Equal",
            "<>" => "LessOrGreater",
            "!=" => "NotEqual",
            "<" => "Less",
            ">" => "Greater",
            "<=" => "LessOrEqual",
            ">=" => "GreaterOrEqual",
            _ => "Empty",
        });
    }
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, 'N');
    }
    // `Unknown` is the open enums' own variant.
    if name == "Unknown" || name == "Self" {
        name.push_str("Value");
    }
    name + suffix
}
