//! Reports, for people and for machines, written as the lines go by: what is kept grows with the number of operations and
//! of different findings, not with the input. Not here: what is found.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
};

use serde_json::json;

use super::{Finding, Outcome, Severity};

/// So many different findings are shown one by one.
const SHOWN: usize = 2000;

/// Counts of one operation.
#[derive(Clone, Copy, Debug, Default)]
struct Row {
    lines: u64,
    failed: u64,
    findings: [u64; 3],
}

/// A report under way.
pub struct Report<W> {
    out: W,
    json: bool,
    rows: BTreeMap<String, Row>,
    seen: BTreeSet<String>,
    again: u64,
}

impl<W: Write> Report<W> {
    /// Writes to `out`; `json`: one JSON object a line.
    pub fn new(out: W, json: bool) -> Self {
        Self { out, json, rows: BTreeMap::new(), seen: BTreeSet::new(), again: 0 }
    }

    /// Adds what came out of a line.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add(&mut self, line: u64, outcome: &Outcome) -> io::Result<()> {
        let operation = outcome.operation.as_deref().unwrap_or("(unknown)");
        let row = self.rows.entry(operation.to_owned()).or_default();
        row.lines += 1;
        row.failed += u64::from(!outcome.passed());
        for finding in &outcome.findings {
            row.findings[finding.kind.severity() as usize] += 1;
        }
        for finding in &outcome.findings {
            if self.json {
                self.object(line, operation, finding)?;
            } else {
                self.text(line, operation, finding)?;
            }
        }
        Ok(())
    }

    fn object(&mut self, line: u64, operation: &str, finding: &Finding) -> io::Result<()> {
        let row = json!({
            "line": line,
            "operation": operation,
            "severity": finding.kind.severity().word(),
            "kind": finding.kind.word(),
            "pointer": finding.pointer,
            "what": finding.what,
            "advice": finding.advice,
        });
        writeln!(self.out, "{row}")
    }

    /// People see each thing once, where it was met first.
    fn text(&mut self, line: u64, operation: &str, finding: &Finding) -> io::Result<()> {
        let place: String =
            finding.pointer.split('/').map(|part| if is_index(part) { "/*" } else { part }).collect();
        // The advice names fields and known values, the message the very value that was met.
        let key = format!("{operation} {} {place} {}", finding.kind.word(), finding.advice);
        let own = matches!(finding.kind.severity(), Severity::Error) && finding.pointer.is_empty();
        if !own && (self.seen.contains(&key) || self.seen.len() >= SHOWN) {
            self.again += 1;
            return Ok(());
        }
        self.seen.insert(key);
        writeln!(self.out, "line {line}: {operation}: {finding}")?;
        if finding.advice.is_empty() { Ok(()) } else { writeln!(self.out, "    -> {}", finding.advice) }
    }

    /// Writes the summary; whether nothing failed, and anything was there at all.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> io::Result<bool> {
        let lines: u64 = self.rows.values().map(|row| row.lines).sum();
        let failed: u64 = self.rows.values().map(|row| row.failed).sum();
        let passed = lines - failed;
        if self.json {
            let row = |(id, row): (&String, &Row)| {
                let [errors, warnings, notes] = row.findings;
                json!({
                    "operation": id, "lines": row.lines, "failed": row.failed,
                    "errors": errors, "warnings": warnings, "notes": notes,
                })
            };
            let rows: Vec<_> = self.rows.iter().map(row).collect();
            writeln!(self.out, "{}", json!({"operations": rows, "passed": passed, "failed": failed}))?;
        } else {
            self.table()?;
            if lines == 0 {
                writeln!(self.out, "there was no line to check")?;
            }
            writeln!(self.out, "{passed} passed, {failed} failed")?;
        }
        self.out.flush()?;
        Ok(failed == 0 && lines > 0)
    }

    fn table(&mut self) -> io::Result<()> {
        if self.again > 0 {
            writeln!(self.out, "{} more of the same kind in the same places", self.again)?;
        }
        if self.rows.is_empty() {
            return Ok(());
        }
        let width = self.rows.keys().map(String::len).max().unwrap_or(0).max("operation".len());
        writeln!(
            self.out,
            "{:width$}  {:>8} {:>8} {:>8} {:>8} {:>8}",
            "operation", "lines", "failed", "errors", "warnings", "notes"
        )?;
        for (id, Row { lines, failed, findings: [errors, warnings, notes] }) in &self.rows {
            writeln!(self.out, "{id:width$}  {lines:>8} {failed:>8} {errors:>8} {warnings:>8} {notes:>8}")?;
        }
        Ok(())
    }
}

fn is_index(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
}
