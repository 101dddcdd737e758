//! [`Progress`]: an object in most answers, a bare number in some. Not here: the process itself.

use std::borrow::Cow;

use serde::de::MapAccess;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::read::{Parsed, Read, Scalar, required};
use super::record::record;
use super::scalar::Float;

/// How far a process is.
///
/// `{complete, total, percent}` in reads; docs:open-api/code-samples/processes/update-process and webhook
/// samples show a plain number, which is the percentage. Written in the form in which it came.
///
/// ```
/// use tallyfy_gen::wire::Progress;
///
/// let whole: Progress = serde_json::from_str(r#"{"complete": 2, "total": 8, "percent": 25}"#)?;
/// let plain: Progress = serde_json::from_str("25")?;
/// assert_eq!(whole.total, Some(8));
/// assert_eq!(plain.total, None);
/// assert_eq!(whole.percent, plain.percent);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// Tasks that are done.
    pub complete: Option<i64>,
    /// Tasks in all.
    pub total: Option<i64>,
    /// Done, in percent.
    pub percent: Option<f64>,
    /// Keys that this version does not know.
    pub extra: Map<String, Value>,
    bare: bool,
}

/// The object, whose fields are those of [`Progress`].
struct Whole {
    complete: Option<i64>,
    total: Option<i64>,
    percent: Option<f64>,
    extra: Map<String, Value>,
}

record! { Whole "progress: an object, or a percentage" [] {
    optional complete "complete" Integer;
    optional total "total" Integer;
    optional percent "percent" Float;
}}

impl Serialize for Progress {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if self.bare {
            return self.percent.serialize(s);
        }
        let Self { complete, total, percent, extra, .. } = self.clone();
        Whole { complete, total, percent, extra }.serialize(s)
    }
}

impl<'de> Deserialize<'de> for Progress {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        required::<Self, D>(d)
    }
}

impl<'de> Read<'de> for Progress {
    type Value = Self;
    const EXPECTED: &'static str = <Whole as Read>::EXPECTED;

    fn scalar(scalar: Scalar<'_>) -> Parsed<Self> {
        match scalar {
            Scalar::Bool(_) => Parsed::unfit(scalar.to_value(), Self::EXPECTED),
            scalar => Float::scalar(scalar)
                .map(|percent| Self { percent: Some(percent), bare: true, ..Self::default() })
                .expecting(Self::EXPECTED),
        }
    }

    fn map<A: MapAccess<'de>>(first: Option<Cow<'de, str>>, map: A) -> Result<Parsed<Self>, A::Error> {
        let whole = <Whole as Read>::map(first, map)?;
        Ok(whole.map(|Whole { complete, total, percent, extra }| Self {
            complete,
            total,
            percent,
            extra,
            bare: false,
        }))
    }
}
