//! The format `gitlab`: a code quality report, which shows findings on the lines of a merge request.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use tunelint_core::finding::{Finding, Severity};
use tunelint_core::printable::printable;
use tunelint_core::totals::{SourceSummary, Summary, UnreadFile};

use super::contract::Report;
use super::inert::write_json;
use super::place::ReportPlace;
use super::style::Style;

/// The report.
pub struct GitLab<'w> {
    style: Style,
    out: Box<dyn Write + Send + 'w>,
    /// How often each fingerprint was written. GitLab drops repeated fingerprints, so a suffix
    /// makes them unique.
    written: BTreeMap<u128, u64>,
}

/// The name of the check of a file that could not be read.
const UNREAD: &str = "unread-file";

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

impl GitLab<'_> {
    /// Adds a file that could not be read.
    fn unread(&mut self, file: &UnreadFile) -> io::Result<()> {
        let path = self.style.name_of_unread(file).to_owned();
        let fingerprint = xxhash_rust::xxh3::xxh3_128(path.as_bytes());
        let issue = Issue {
            description: &printable(&file.message),
            check_name: UNREAD,
            fingerprint: format!("{fingerprint:032x}"),
            severity: "blocker",
            location: IssueLocation {
                path: &path,
                lines: GitLabLines { begin: 1, end: 1 },
            },
        };
        self.write(&issue, fingerprint)
    }

    /// Writes an issue after those before it.
    fn write(&mut self, issue: &Issue<'_>, fingerprint: u128) -> io::Result<()> {
        let before: &[u8] = match self.written.is_empty() {
            true => b"[\n",
            false => b",\n",
        };
        self.out.write_all(before)?;
        *self.written.entry(fingerprint).or_default() += 1;
        write_json(&mut self.out, issue)
    }
}

impl Report for GitLab<'_> {
    fn source(&mut self, _: &SourceSummary) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let before = self.written.get(&finding.fingerprint);
        let times = before.copied().unwrap_or_default() + 1;
        let location = &finding.location;
        let path = self.style.name(location.source).relative.clone();
        let place = ReportPlace::of(&self.style, location);
        let description = place.lead() + &printable(&finding.message);
        // A place needs lines. A table has none.
        let lines = match place.line() {
            Some(begin) => GitLabLines {
                begin,
                end: location.end.line,
            },
            None => GitLabLines { begin: 1, end: 1 },
        };
        let issue = Issue {
            description: &description,
            check_name: finding.rule,
            fingerprint: match times {
                1 => format!("{:032x}", finding.fingerprint),
                times => format!("{:032x}-{times}", finding.fingerprint),
            },
            severity: match finding.severity {
                Severity::Error => "critical",
                Severity::Warning => "minor",
                Severity::Advice => "info",
            },
            location: IssueLocation { path: &path, lines },
        };
        self.write(&issue, finding.fingerprint)
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        for file in &summary.unread {
            self.unread(file)?;
        }
        let end: &[u8] = if self.written.is_empty() {
            b"[]\n"
        } else {
            b"\n]\n"
        };
        self.out.write_all(end)?;
        self.out.flush()
    }
}
