//! The report of an examination: Markdown that can be put into an issue, or JSON. It names no ids, names or texts of the
//! organization: what it was made from was scrubbed. Not here: what is found.

use std::fmt::{self, Write as _};

use serde_json::{Value, json};

use super::{Examination, Seen};
use crate::verify::{Finding, Kind};

impl Examination {
    /// For machines.
    pub fn json(&self) -> Value {
        let finding = |finding: &Finding| {
            json!({
                "severity": finding.kind.severity().word(), "kind": finding.kind.word(),
                "pointer": finding.pointer, "what": finding.what, "advice": finding.advice,
            })
        };
        let seen = |(id, seen): (&&str, &Seen)| {
            let answers: Vec<Value> = seen
                .answers
                .iter()
                .map(|(status, count)| json!({"status": status, "count": count}))
                .collect();
            let findings: Vec<Value> = seen.findings.iter().map(finding).collect();
            json!({"operation": id, "answers": answers, "findings": findings})
        };
        let skipped = |(id, why): (&&str, &String)| json!({"operation": id, "why": why});
        let oddities = self
            .oddities
            .iter()
            .map(|one| json!({"what": one.what, "source": one.source, "sight": one.sight.word()}));
        json!({
            "service": self.service,
            "version": env!("CARGO_PKG_VERSION"),
            "clean": self.is_clean(),
            "operations": self.seen.iter().map(seen).collect::<Vec<_>>(),
            "skipped": self.skipped.iter().map(skipped).collect::<Vec<_>>(),
            "oddities": oddities.collect::<Vec<_>>(),
        })
    }
}

impl fmt::Display for Examination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let calls: u32 = self.seen.values().flat_map(|seen| seen.answers.values()).sum();
        writeln!(f, "# Report on {}\n", self.service)?;
        writeln!(
            f,
            "{} operations read with {calls} calls, {} not read.\n",
            self.seen.len(),
            self.skipped.len()
        )?;
        writeln!(f, "| operation | answers | errors, warnings, notes |\n| --- | --- | --- |")?;
        for (id, seen) in &self.seen {
            let mut answers = String::new();
            for (status, count) in &seen.answers {
                let status = if *status == 0 { "no answer".to_owned() } else { status.to_string() };
                let _ = write!(answers, "{}{count} x {status}", if answers.is_empty() { "" } else { ", " });
            }
            let mut counts = [0; 3];
            for finding in &seen.findings {
                counts[finding.kind.severity() as usize] += 1;
            }
            let counts = counts.map(|count: u32| count.to_string()).join(", ");
            writeln!(f, "| {id} | {answers} | {counts} |")?;
        }
        self.findings(f)?;
        if !self.skipped.is_empty() {
            writeln!(f, "\n## Not read\n")?;
            for (id, why) in &self.skipped {
                writeln!(f, "- {id}: {why}")?;
            }
        }
        writeln!(f, "\n## Known oddities\n")?;
        for oddity in &self.oddities {
            writeln!(f, "- {oddity}")?;
        }
        writeln!(f, "\n{}", if self.is_clean() { "Clean." } else { "Not clean." })
    }
}

impl Examination {
    fn findings(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Empty maps are told once, as an oddity.
        let told = |finding: &&Finding| finding.kind != Kind::EmptyMap;
        if self.seen.values().all(|seen| seen.findings.iter().filter(told).count() == 0) {
            return Ok(());
        }
        writeln!(f, "\n## Findings\n")?;
        for (id, seen) in &self.seen {
            for finding in seen.findings.iter().filter(told) {
                writeln!(f, "- {id}: {finding}")?;
                if !finding.advice.is_empty() {
                    writeln!(f, "  -> {}", finding.advice)?;
                }
            }
        }
        Ok(())
    }
}
