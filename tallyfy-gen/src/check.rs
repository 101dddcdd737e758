//! What the document says of the length and range of request values, held before anything is sent.
//! The generated `Check` implementations call these; the limits themselves come from the document.

use std::{collections::BTreeMap, fmt};

use crate::wire::Nullable;

/// A request type that knows its limits.
pub trait Check {
    /// The first value that breaks a limit.
    ///
    /// # Errors
    /// Names the field and the limit. Nothing has been sent.
    fn check(&self) -> Result<(), Invalid>;
}

/// A value that the service would refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    field: String,
    problem: String,
}

impl Invalid {
    /// A problem of one field.
    pub fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { field: field.into(), problem: problem.into() }
    }

    /// Dotted path of the field, as the service writes it (`prerun.0.label`).
    pub fn field(&self) -> &str {
        &self.field
    }

    /// What is wrong with it.
    pub fn problem(&self) -> &str {
        &self.problem
    }

    fn inside(mut self, outer: &str) -> Self {
        self.field = format!("{outer}.{}", self.field);
        self
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.field, self.problem)
    }
}

impl std::error::Error for Invalid {}

impl<T: Check> Check for Option<T> {
    fn check(&self) -> Result<(), Invalid> {
        self.as_ref().map_or(Ok(()), Check::check)
    }
}

/// What is left out or cleared breaks no limit.
impl<T: Check> Check for Nullable<T> {
    fn check(&self) -> Result<(), Invalid> {
        self.as_ref().map_or(Ok(()), Check::check)
    }
}

impl<T: Check> Check for Vec<T> {
    fn check(&self) -> Result<(), Invalid> {
        let mut items = self.iter().enumerate();
        items.try_for_each(|(at, item)| item.check().map_err(|invalid| invalid.inside(&at.to_string())))
    }
}

impl<T: Check> Check for BTreeMap<String, T> {
    fn check(&self) -> Result<(), Invalid> {
        let mut items = self.iter();
        items.try_for_each(|(key, item)| item.check().map_err(|invalid| invalid.inside(key)))
    }
}

/// Checks a value that has limits of its own.
pub(crate) fn nested(field: &str, value: &impl Check) -> Result<(), Invalid> {
    value.check().map_err(|invalid| invalid.inside(field))
}

/// A list that the service empties when a request leaves it out.
pub(crate) fn named<T>(field: &str, value: &Option<T>) -> Result<(), Invalid> {
    match value {
        Some(_) => Ok(()),
        None => Err(Invalid::new(
            field,
            "is missing, and Tallyfy detaches everybody whom an update does not name; begin with `keeping(..)` of what \
             was read, or set the list",
        )),
    }
}

/// Keys of a map of form values. The service drops any other key (label, alias) silently with a success
/// (go:encodeKickoffValue, docs:open-api/code-samples/processes/launch-process).
pub(crate) fn form_field_keys<T>(field: &str, values: &Option<BTreeMap<String, T>>) -> Result<(), Invalid> {
    let is_id = |key: &str| key.len() == 32 && key.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    match values.iter().flat_map(BTreeMap::keys).find(|key| !is_id(key)) {
        Some(key) => Err(Invalid::new(
            field,
            format!(
                "has the key {:?}, which is no field id (32 hex digits); Tallyfy drops labels and aliases without a \
                 word: use the `id` of the field",
                key.chars().take(60).collect::<String>(),
            ),
        )),
        None => Ok(()),
    }
}

/// A required or optional value; limits hold for what is there.
pub(crate) trait Given<T: ?Sized> {
    /// The value, when there is one.
    fn given(&self) -> Option<&T>;
}

impl Given<str> for String {
    fn given(&self) -> Option<&str> {
        Some(self)
    }
}

impl Given<str> for Option<String> {
    fn given(&self) -> Option<&str> {
        self.as_deref()
    }
}

impl Given<str> for Nullable<String> {
    fn given(&self) -> Option<&str> {
        self.as_ref().map(String::as_str)
    }
}

impl Given<i64> for i64 {
    fn given(&self) -> Option<&i64> {
        Some(self)
    }
}

impl Given<i64> for Option<i64> {
    fn given(&self) -> Option<&i64> {
        self.as_ref()
    }
}

impl Given<i64> for Nullable<i64> {
    fn given(&self) -> Option<&i64> {
        self.as_ref()
    }
}

/// Length of a text in characters.
pub(crate) fn characters(
    field: &str,
    value: &impl Given<str>,
    least: Option<usize>,
    most: Option<usize>,
) -> Result<(), Invalid> {
    let Some(text) = value.given() else { return Ok(()) };
    size(field, text.chars().count(), "characters", least, most)
}

fn size(
    field: &str,
    found: usize,
    unit: &str,
    least: Option<usize>,
    most: Option<usize>,
) -> Result<(), Invalid> {
    match (least, most) {
        (Some(least), _) if found < least => {
            Err(Invalid::new(field, format!("has {found} {unit}; at least {least} are needed")))
        }
        (_, Some(most)) if found > most => {
            Err(Invalid::new(field, format!("has {found} {unit}; at most {most} are allowed")))
        }
        _ => Ok(()),
    }
}

/// Range of a number.
pub(crate) fn range(
    field: &str,
    value: &impl Given<i64>,
    least: Option<i64>,
    most: Option<i64>,
) -> Result<(), Invalid> {
    match (value.given(), least, most) {
        (Some(found), Some(least), _) if *found < least => {
            Err(Invalid::new(field, format!("is {found}; the least is {least}")))
        }
        (Some(found), _, Some(most)) if *found > most => {
            Err(Invalid::new(field, format!("is {found}; the most is {most}")))
        }
        _ => Ok(()),
    }
}
