//! [`RunProgress`]: an object in most answers, a bare number in some. Not here: the process itself.

use std::fmt;

use serde::de::{Error, MapAccess, Unexpected, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::peek::Peeked;
use super::read;

/// How far a process is.
///
/// `{complete, total, percent}` in reads; docs:open-api/code-samples/processes/update-process and webhook
/// samples show a plain number, which is the percentage. Written in the form in which it came.
///
/// ```
/// use tallyfy_gen::wire::RunProgress;
///
/// let whole: RunProgress = serde_json::from_str(r#"{"complete": 2, "total": 8, "percent": 25}"#)?;
/// let plain: RunProgress = serde_json::from_str("25")?;
/// assert_eq!(whole.total, Some(8));
/// assert_eq!(plain.total, None);
/// assert_eq!(whole.percent, plain.percent);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct RunProgress {
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

#[derive(Deserialize)]
struct Whole {
    #[serde(default, deserialize_with = "read::integer")]
    complete: Option<i64>,
    #[serde(default, deserialize_with = "read::integer")]
    total: Option<i64>,
    #[serde(default, deserialize_with = "read::number")]
    percent: Option<f64>,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

impl Serialize for RunProgress {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if self.bare {
            return self.percent.serialize(s);
        }
        let mut map = s.serialize_map(None)?;
        if let Some(complete) = self.complete {
            map.serialize_entry("complete", &complete)?;
        }
        if let Some(total) = self.total {
            map.serialize_entry("total", &total)?;
        }
        if let Some(percent) = self.percent {
            map.serialize_entry("percent", &percent)?;
        }
        for (key, value) in &self.extra {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for RunProgress {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(ProgressVisitor)
    }
}

struct ProgressVisitor;

impl<'de> Visitor<'de> for ProgressVisitor {
    type Value = RunProgress;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("progress: an object, or a percentage")
    }

    fn visit_i64<E: Error>(self, v: i64) -> Result<RunProgress, E> {
        self.visit_f64(v as f64)
    }

    fn visit_u64<E: Error>(self, v: u64) -> Result<RunProgress, E> {
        self.visit_f64(v as f64)
    }

    fn visit_f64<E: Error>(self, v: f64) -> Result<RunProgress, E> {
        Ok(RunProgress { percent: Some(v), bare: true, ..RunProgress::default() })
    }

    fn visit_str<E: Error>(self, v: &str) -> Result<RunProgress, E> {
        match v.trim().parse::<f64>() {
            Ok(percent) if percent.is_finite() => self.visit_f64(percent),
            _ => Err(E::invalid_value(Unexpected::Str(v), &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RunProgress, A::Error> {
        let Whole { complete, total, percent, extra } = Whole::deserialize(Peeked::new(None, map))?;
        Ok(RunProgress { complete, total, percent, extra, bare: false })
    }
}
