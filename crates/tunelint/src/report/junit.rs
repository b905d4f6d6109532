//! The format `junit`: a file is a suite, and a finding is a test. A finding at or above `--fail-on`
//! is a failed test, any other a skipped one. A file without findings is one passed test.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use tempfile::SpooledTempFile;
use tunelint_core::finding::Finding;
use tunelint_core::position::SourceId;
use tunelint_core::printable::printable;
use tunelint_core::totals::{SourceSummary, Summary};

use super::contract::Report;
use super::place::ReportPlace;
use super::style::Style;

/// The report.
pub struct Junit<'w> {
    style: Style,
    out: Box<dyn Write + Send + 'w>,
    /// The suites, by source id.
    suites: BTreeMap<u32, Suite>,
    /// The tests of all suites, which wait here because their counts come first in the report.
    cases: SpooledTempFile,
    written: u64,
}

/// Bytes of tests that are kept in memory; more go to a temporary file.
const IN_MEMORY: usize = 1 << 20;

/// The tests of one file.
#[derive(Default)]
struct Suite {
    tests: usize,
    failures: usize,
    skipped: usize,
    /// Where they are in the waiting tests.
    cases: Vec<Range<u64>>,
}

impl<'w> Junit<'w> {
    /// A report that writes to `out`.
    pub fn new(style: Style, out: Box<dyn Write + Send + 'w>) -> Self {
        Self {
            style,
            out,
            suites: BTreeMap::new(),
            cases: SpooledTempFile::new(IN_MEMORY),
            written: 0,
        }
    }
}

impl Suite {
    /// Counts the test of a finding, and writes it to `cases`.
    fn add(&mut self, style: &Style, finding: &Finding, cases: &mut Vec<u8>) -> io::Result<()> {
        let place = ReportPlace::of(style, &finding.location);
        let path = xml(&style.name(finding.location.source).relative);
        let name = match place.within() {
            within if within.is_empty() => finding.rule.to_owned(),
            within => xml(&format!("{} at {within}", finding.rule)),
        };
        let fails = style.fails(finding.severity);
        self.tests += 1;
        self.failures += usize::from(fails);
        self.skipped += usize::from(!fails);
        let message = xml(&finding.message);
        let mut writer = Writer::new(cases);
        let case = writer.create_element("testcase");
        let mut case = case
            .with_attribute(("name", name.as_str()))
            .with_attribute(("classname", path.as_str()))
            .with_attribute(("file", path.as_str()));
        if let Some(line) = place.line() {
            case = case.with_attribute(("line", line.to_string().as_str()));
        }
        case.write_inner_content(|inner| {
            let outcome = inner
                .create_element(if fails { "failure" } else { "skipped" })
                .with_attribute(("message", message.as_str()))
                .with_attribute(("type", finding.severity.as_str()));
            match &finding.help {
                Some(help) => outcome.write_text_content(BytesText::new(&xml(help)))?,
                None => outcome.write_empty()?,
            };
            Ok(())
        })?;
        Ok(())
    }

    /// Adds the place of the last test.
    fn place(&mut self, range: Range<u64>) {
        match self.cases.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => self.cases.push(range),
        }
    }

    /// Writes its tests: those that wait in `cases`, or a passed one if there are none.
    fn write<W: Write>(
        &self,
        path: &str,
        cases: &mut SpooledTempFile,
        out: &mut Writer<W>,
    ) -> io::Result<()> {
        if self.tests == 0 {
            let case = out.create_element("testcase");
            let case = case.with_attribute(("name", "no findings"));
            case.with_attribute(("classname", path)).write_empty()?;
        }
        for range in &self.cases {
            cases.seek(SeekFrom::Start(range.start))?;
            let mut rest = cases.take(range.end - range.start);
            io::copy(&mut rest, out.get_mut())?;
        }
        Ok(())
    }
}

impl Report for Junit<'_> {
    fn source(&mut self, source: &SourceSummary) -> io::Result<()> {
        let names = &self.style.names;
        if let Some(id) = names.iter().position(|name| name.shown == source.path) {
            self.suites.entry(id as u32).or_default();
        }
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let suite = self.suites.entry(finding.location.source.0).or_default();
        let mut case = Vec::new();
        suite.add(&self.style, finding, &mut case)?;
        self.cases.write_all(&case)?;
        let start = self.written;
        self.written += case.len() as u64;
        suite.place(start..self.written);
        Ok(())
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        let mut writer = Writer::new(&mut self.out);
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let (style, suites, cases) = (&self.style, &self.suites, &mut self.cases);
        let root = writer.create_element("testsuites");
        root.with_attribute(("name", "tunelint"))
            .write_inner_content(|inner| {
                for (id, suite) in suites {
                    let path = xml(&style.name(SourceId(*id)).relative);
                    let number = |number: usize| number.to_string();
                    inner
                        .create_element("testsuite")
                        .with_attribute(("name", path.as_str()))
                        .with_attribute(("tests", number(suite.tests.max(1)).as_str()))
                        .with_attribute(("failures", number(suite.failures).as_str()))
                        .with_attribute(("errors", "0"))
                        .with_attribute(("skipped", number(suite.skipped).as_str()))
                        .write_inner_content(|out| suite.write(&path, cases, out))?;
                }
                for file in &summary.unread {
                    unread(inner, style.name_of_unread(file), &file.message)?;
                }
                Ok(())
            })?;
        self.out.write_all(b"\n")?;
        self.out.flush()
    }
}

/// Escapes characters that XML 1.0 forbids: those that are not printable, and U+FFFE and U+FFFF.
/// A suite with the error that a file could not be read.
fn unread<W: Write>(writer: &mut Writer<W>, path: &str, message: &str) -> io::Result<()> {
    let (path, message) = (xml(path), xml(message));
    let suite = writer.create_element("testsuite");
    let suite = suite.with_attribute(("name", path.as_str()));
    let suite = suite.with_attributes([("tests", "1"), ("failures", "0"), ("errors", "1")]);
    let suite = suite.with_attribute(("skipped", "0"));
    suite.write_inner_content(|inner| {
        let case = inner.create_element("testcase");
        let case = case.with_attributes([("name", "read"), ("classname", path.as_str())]);
        case.write_inner_content(|inner| {
            let error = inner.create_element("error");
            error
                .with_attribute(("message", message.as_str()))
                .write_empty()?;
            Ok(())
        })?;
        Ok(())
    })?;
    Ok(())
}

fn xml(text: &str) -> String {
    printable(text)
        .replace('\u{fffe}', "\\u{fffe}")
        .replace('\u{ffff}', "\\u{ffff}")
}
