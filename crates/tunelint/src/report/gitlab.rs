//! The format `gitlab`: a code quality report, which shows findings on the lines of a merge request.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use tunelint_core::finding::{Finding, Severity};
use tunelint_core::printable::printable;
use tunelint_core::totals::{SourceSummary, Summary};

use super::contract::Report;
use super::style::Style;

/// The report.
pub struct GitLab<'w> {
    style: Style,
    out: Box<dyn Write + Send + 'w>,
    /// How often each fingerprint was written. GitLab drops repeated fingerprints, so a suffix
    /// makes them unique.
    written: BTreeMap<u128, u64>,
}

#[derive(Serialize)]
struct Issue<'f> {
    description: &'f str,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: IssueLocation<'f>,
}

#[derive(Serialize)]
struct IssueLocation<'f> {
    path: &'f str,
    lines: GitLabLines,
}

#[derive(Serialize)]
struct GitLabLines {
    begin: u64,
    end: u64,
}

impl<'w> GitLab<'w> {
    /// A report that writes to `out`.
    pub fn new(style: Style, out: Box<dyn Write + Send + 'w>) -> Self {
        Self {
            style,
            out,
            written: BTreeMap::new(),
        }
    }
}

impl Report for GitLab<'_> {
    fn source(&mut self, _: &SourceSummary) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let before: &[u8] = if self.written.is_empty() {
            b"[\n"
        } else {
            b",\n"
        };
        self.out.write_all(before)?;
        let times = self.written.entry(finding.fingerprint).or_default();
        *times += 1;
        let location = &finding.location;
        let issue = Issue {
            description: &printable(&finding.message),
            check_name: finding.rule,
            fingerprint: match *times {
                1 => format!("{:032x}", finding.fingerprint),
                times => format!("{:032x}-{times}", finding.fingerprint),
            },
            severity: match finding.severity {
                Severity::Error => "critical",
                Severity::Warning => "minor",
                Severity::Advice => "info",
            },
            location: IssueLocation {
                path: &self.style.name(location.source).relative,
                lines: GitLabLines {
                    begin: location.start.line,
                    end: location.end.line,
                },
            },
        };
        serde_json::to_writer(&mut self.out, &issue).map_err(io::Error::from)
    }

    fn finish(&mut self, _: &Summary) -> io::Result<()> {
        let end: &[u8] = if self.written.is_empty() {
            b"[]\n"
        } else {
            b"\n]\n"
        };
        self.out.write_all(end)?;
        self.out.flush()
    }
}
