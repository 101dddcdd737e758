//! Reports, for people and for machines, written as the lines go by: what is kept grows with the number of operations and
//! of different findings, not with the input. Not here: what is found.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
};

use serde_json::json;

use super::{Finding, Outcome, Severity};

/// So many different findings are remembered, so that each is shown once; beyond, errors alone are shown.
const REMEMBERED: usize = 2000;

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
        let full = self.seen.len() >= REMEMBERED;
        let error = finding.kind.severity() == Severity::Error;
        // A line that fails as a whole is told by its number, each time.
        let whole = error && finding.pointer.is_empty();
        if !whole && (self.seen.contains(&key) || (full && !error)) {
            self.again += 1;
            return Ok(());
        }
        if !full && !whole {
            self.seen.insert(key);
        }
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
            writeln!(
                self.out,
                "{} more findings, of the same kind in the same places or beyond the first {REMEMBERED}",
                self.again
            )?;
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

#[cfg(test)]
mod tests {
    use super::{Finding, Outcome, REMEMBERED, Report};
    use crate::verify::Kind;

    fn outcome(kind: Kind, pointer: String) -> Outcome {
        let finding = Finding { kind, pointer, what: "what".into(), advice: String::new() };
        Outcome { operation: Some("get_run".into()), findings: vec![finding] }
    }

    /// Adds so many findings, all different, and returns what was written, with how much is remembered.
    fn reported(kind: Kind, pointer: &str, count: usize) -> (String, usize) {
        let mut out = Vec::new();
        let mut report = Report::new(&mut out, false);
        for number in 0..count {
            let pointer = if pointer.is_empty() { String::new() } else { format!("{pointer}{number}") };
            report.add(number as u64 + 1, &outcome(kind, pointer)).unwrap();
        }
        let remembered = report.seen.len() + report.rows.len();
        report.finish().unwrap();
        (String::from_utf8(out).unwrap(), remembered)
    }

    #[test]
    fn what_is_remembered_does_not_grow_with_the_input() {
        let (text, remembered) = reported(Kind::UnknownField, "/data/x", 3 * REMEMBERED);
        assert_eq!(remembered, REMEMBERED + 1);
        assert_eq!(text.matches("unknown-field").count(), REMEMBERED);
        assert!(text.contains(
            "\n4000 more findings, of the same kind in the same places or beyond the first 2000\n"
        ));
        assert!(text.ends_with("\n6000 passed, 0 failed\n"), "{text}");
    }

    #[test]
    fn no_error_is_kept_back() {
        let (text, remembered) = reported(Kind::Undecodable, "/data/x", 2 * REMEMBERED);
        assert_eq!((text.matches("undecodable").count(), remembered), (2 * REMEMBERED, REMEMBERED + 1));
        let (text, remembered) = reported(Kind::BadInput, "", 3);
        assert_eq!((text.matches("bad-input").count(), remembered), (3, 1));
    }
}
