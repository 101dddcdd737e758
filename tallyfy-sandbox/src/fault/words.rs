//! Fault scripts in words, for flags and seed files: `create_run:reset_after_apply:p=0.1`.
//!
//! Not here: which calls they strike (`script`).

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::script::Target;
use super::unknown::unknown_operation;
use super::{Fault, FaultBody, Script};
use crate::suggest::did_you_mean;

/// `TARGET:FAULT[:KEY=VALUE]...`. The target is an operation, `reads`, `writes` or `any`; several faults are
/// written `html=502*3+reset_before`, with their weights; the keys are `p`, `every`, `skip` and `times`.
///
/// ```
/// use tallyfy_sandbox::{Fault, Script};
///
/// let script: Script = "create_run:reset_after_apply:p=0.1".parse()?;
/// assert_eq!(script, Script::on("create_run", Fault::ResetAfterApply).chance(0.1));
/// # Ok::<(), String>(())
/// ```
impl FromStr for Script {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split(':');
        let (Some(on), Some(faults)) = (parts.next(), parts.next()) else {
            return Err(format!("expected TARGET:FAULT[:KEY=VALUE]..., not {text}"));
        };
        let mut row = Row { on: on.to_owned(), fault: Some(faults.to_owned()), ..Row::default() };
        for part in parts {
            let (key, value) =
                part.split_once('=').ok_or_else(|| format!("expected KEY=VALUE, not {part}"))?;
            match key {
                "p" => row.p = Some(number(key, value)?),
                "every" => row.every = Some(number(key, value)?),
                "skip" => row.skip = Some(number(key, value)?),
                "times" => row.times = Some(number(key, value)?),
                _ => return Err(format!("there is no key {key}; there are p, every, skip and times")),
            }
        }
        row.script()
    }
}

impl Script {
    /// Reads an entry of a seed file: the same words as text, or as a map, which may also hold a `status` with
    /// `headers` and a `body`.
    pub(crate) fn from_json(value: Value) -> Result<Self, String> {
        match value {
            Value::String(text) => text.parse(),
            value => serde_json::from_value::<Row>(value).map_err(|error| error.to_string())?.script(),
        }
    }
}

/// A script as it is written.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Row {
    on: String,
    fault: Option<String>,
    status: Option<u16>,
    headers: BTreeMap<String, String>,
    body: Option<Value>,
    p: Option<f64>,
    every: Option<u64>,
    skip: Option<u64>,
    times: Option<u64>,
}

impl Row {
    fn script(self) -> Result<Script, String> {
        let mix = match (self.fault, self.status) {
            (Some(faults), None) => mix(&faults)?,
            (None, Some(status)) => vec![(1, answer(status, self.headers, self.body)?)],
            _ => return Err("expected either `fault` or `status`".to_owned()),
        };
        let mut script = Script::of(target(&self.on), mix);
        if let Some(operation) = script.unknown() {
            return Err(unknown_operation(operation));
        }
        if let Some(p) = self.p {
            if !(0.0..=1.0).contains(&p) {
                return Err(format!("p is a probability from 0 to 1, not {p}"));
            }
            script = script.chance(p);
        }
        script = script.skip(self.skip.unwrap_or(0)).every(self.every.unwrap_or(1));
        Ok(match self.times {
            Some(times) => script.times(times),
            None => script,
        })
    }
}

fn target(word: &str) -> Target {
    match word {
        "any" | "*" => Target::Any,
        "reads" => Target::Reads,
        "writes" => Target::Writes,
        operation => Target::Operation(operation.to_owned()),
    }
}

/// `html=502*3+reset_before`: faults with their weights.
fn mix(text: &str) -> Result<Vec<(u32, Fault)>, String> {
    let weighted = |part: &str| match part.split_once('*') {
        Some((word, weight)) => Ok((number("the weight", weight)?, fault(word)?)),
        None => Ok((1, fault(part)?)),
    };
    text.split('+').map(weighted).collect()
}

/// How faults are written.
const KNOWN: &[&str] = &[
    "status=CODE",
    "html=CODE",
    "rate_limited=SECONDS",
    "delay=TIME",
    "delay_after_apply=TIME",
    "reset_before",
    "reset_after_apply",
    "reset_mid_body",
    "empty_body",
    "truncated",
    "slow_body=PIECESxTIME",
    "plan_limit",
    "no_free_seat",
    "process_blocked",
    "business_refusal",
    "edge_denied",
    "edge_not_found",
];

fn fault(text: &str) -> Result<Fault, String> {
    let (word, value) = text.split_once('=').unwrap_or((text, ""));
    let bare = match word {
        "reset_before" => Some(Fault::ResetBefore),
        "reset_after_apply" => Some(Fault::ResetAfterApply),
        "reset_mid_body" => Some(Fault::ResetMidBody),
        "empty_body" => Some(Fault::EmptyBody),
        "truncated" => Some(Fault::Truncated),
        "plan_limit" => Some(Fault::plan_limit()),
        "no_free_seat" => Some(Fault::no_free_seat()),
        "process_blocked" => Some(Fault::process_blocked()),
        "business_refusal" => Some(Fault::business_refusal()),
        "edge_denied" => Some(Fault::edge_denied()),
        "edge_not_found" => Some(Fault::edge_not_found()),
        _ => None,
    };
    match (word, bare) {
        (_, Some(fault)) if value.is_empty() => Ok(fault),
        ("status", _) => answer(number(word, value)?, BTreeMap::new(), None),
        ("html", _) => Ok(Fault::Html(status(number(word, value)?)?)),
        ("rate_limited", _) => Ok(Fault::rate_limited(number(word, value)?)),
        ("delay", _) => Ok(Fault::Delay(span(value)?)),
        ("delay_after_apply", _) => Ok(Fault::DelayAfterApply(span(value)?)),
        ("slow_body", _) => {
            let (pieces, pause) =
                value.split_once('x').ok_or("slow_body is written like slow_body=8x200ms")?;
            Ok(Fault::SlowBody { pieces: number(word, pieces)?, pause: span(pause)? })
        }
        _ => {
            let names = KNOWN.iter().map(|known| known.split('=').next().unwrap_or(known));
            let meant = did_you_mean(word, names);
            Err(format!("there is no fault {text}{meant}; there are {}", KNOWN.join(", ")))
        }
    }
}

/// A status with a body of its own: text as it is, anything else as JSON.
fn answer(code: u16, headers: BTreeMap<String, String>, body: Option<Value>) -> Result<Fault, String> {
    let body = match body {
        None => FaultBody::Empty,
        Some(Value::String(text)) => FaultBody::Text(text),
        Some(value) => FaultBody::Json(value),
    };
    Ok(Fault::Status { status: status(code)?, headers: headers.into_iter().collect(), body })
}

fn status(code: u16) -> Result<u16, String> {
    if (200..=599).contains(&code) { Ok(code) } else { Err(format!("{code} is no status of an answer")) }
}

fn number<N: FromStr>(what: &str, text: &str) -> Result<N, String> {
    text.parse().map_err(|_| format!("{what} is a number, not {text}"))
}

/// `200ms` or `5s`.
fn span(text: &str) -> Result<Duration, String> {
    let wrong = || format!("a time is written like 200ms or 5s, not {text}");
    let (digits, unit): (&str, fn(u64) -> Duration) = match text.strip_suffix("ms") {
        Some(digits) => (digits, Duration::from_millis),
        None => (text.strip_suffix('s').ok_or_else(wrong)?, Duration::from_secs),
    };
    digits.parse().map(unit).map_err(|_| wrong())
}
