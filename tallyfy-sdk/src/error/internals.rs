//! The words of a server's program in the place of a message: of PHP, of its framework, of a database. They are no advice to
//! who called, whatever status they come with.

/// What a text is that nobody wrote for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Internals {
    /// A complaint of the language, which may be shown as what it is.
    Complaint,
    /// Statements, paths or a trace (mcp:errors), which help nobody who reads this.
    Private,
}

/// Parts of traces, statements and paths.
const PRIVATE: [&str; 26] = [
    "#0 /",
    "#1 /",
    ".js:",
    ".php on line",
    ".php(",
    ".php:",
    "/var/www",
    "/vendor/",
    "App\\",
    "Illuminate\\",
    "Integrity constraint violation",
    "No query results for model",
    "SQLSTATE",
    "Stack trace",
    "Symfony\\",
    "Traceback (most recent",
    "at java.",
    "cURL error",
    "could not find driver",
    "insert into `",
    "insert into \"",
    "node_modules",
    "select * from",
    "update `",
    "update \"",
    "where `",
];

/// What PHP says when it meets a value of another kind than it was written for, and what others say then.
const COMPLAINTS: [&str; 29] = [
    "Allowed memory size of",
    "Argument #",
    "Array to string conversion",
    "Attempt to read property",
    "Call to a member function",
    "Call to undefined",
    "Cannot access offset",
    "Cannot read propert",
    "Cannot unpack",
    "Cannot use object of type",
    "Class \"",
    "Division by zero",
    "Illegal offset type",
    "Illegal string offset",
    "Invalid argument supplied for",
    "Maximum execution time of",
    "NullPointerException",
    "Object of class",
    "Return value must be of type",
    "String offset",
    "Too few arguments to function",
    "Trying to access array offset",
    "Trying to get property",
    "Undefined array key",
    "Undefined index",
    "Undefined offset",
    "Undefined property",
    "Undefined variable",
    "Unsupported operand types",
];

/// What a message is, if it was not written for the caller.
pub(super) fn internals(message: &str) -> Option<Internals> {
    if PRIVATE.iter().any(|mark| message.contains(mark)) {
        return Some(Internals::Private);
    }
    let is_complaint = COMPLAINTS.iter().any(|mark| message.contains(mark))
        || (message.contains("must be of type ") && message.contains(" given"))
        || names_a_function(message);
    is_complaint.then_some(Internals::Complaint)
}

/// `foreach() argument must be of type array|object`, `in_array(): Argument #2 ..`, `trim() expects parameter 1`.
fn names_a_function(message: &str) -> bool {
    let first = message.split_whitespace().next().unwrap_or_default().trim_end_matches(':');
    let name = first.strip_suffix("()").unwrap_or_default();
    name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '\\'))
}

#[cfg(test)]
mod tests {
    use super::{Internals, internals};

    #[test]
    fn words_of_a_program_are_told_from_words_for_the_caller() {
        for (message, expected) in [
            ("foreach() argument must be of type array|object, null given", Some(Internals::Complaint)),
            (
                "in_array(): Argument #2 ($haystack) must be of type array, null given",
                Some(Internals::Complaint),
            ),
            ("trim() expects parameter 1 to be string, array given", Some(Internals::Complaint)),
            ("Undefined array key \"users\"", Some(Internals::Complaint)),
            ("Undefined index: owners", Some(Internals::Complaint)),
            ("Trying to access array offset on value of type null", Some(Internals::Complaint)),
            ("Attempt to read property \"id\" on null", Some(Internals::Complaint)),
            ("Call to a member function format() on null", Some(Internals::Complaint)),
            ("Unsupported operand types: string + int", Some(Internals::Complaint)),
            ("Maximum execution time of 30 seconds exceeded", Some(Internals::Complaint)),
            ("Cannot read properties of undefined (reading 'id')", Some(Internals::Complaint)),
            ("App\\f(): Argument #1 must be of type array, null given", Some(Internals::Private)),
            ("SQLSTATE[23000]: Integrity constraint violation: 1062", Some(Internals::Private)),
            ("No query results for model [App\\Models\\Run] 7", Some(Internals::Private)),
            ("Error in /var/www/html/app/Run.php on line 7", Some(Internals::Private)),
            ("Traceback (most recent call last):", Some(Internals::Private)),
            // For the caller.
            ("The name must be a string.", None),
            ("The value must be of type text.", None),
            ("Files that end in .php are not allowed", None),
            ("The name of the class is required.", None),
            ("Vendor name is required", None),
            ("Server Error", None),
            ("The selected status is invalid (use open, done).", None),
            ("Select an option first", None),
            ("", None),
        ] {
            assert_eq!(internals(message), expected, "{message}");
        }
    }
}
