//! A file that is no text with records in it: another encoding, an archive, a page, a pointer.

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SourceFacts, SourceRule};
use tunelint_data::source::{Facts, KnownFormat, UnsupportedFile};
use tunelint_data::text::position::{Location, SourceId};
use tunelint_data::text::printable::counted;
use tunelint_layouts::finding::{Findings, Message, Severity};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "wrong-encoding",
    Level::Fixed(Severity::Error),
    Scope::Source,
);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::source(WrongEncoding))
}

struct WrongEncoding;

impl SourceRule for WrongEncoding {
    fn check(&self, source: &SourceFacts<'_>, findings: &mut Findings<'_>) {
        let reader = source.reader;
        match &reader.shape {
            Err(unsupported) => {
                findings.report_at(Location::whole(reader.source), Severity::Error, || {
                    let (what, help) = words(*unsupported);
                    Message::new(format!("this is {what}; nothing of it was checked")).help(help)
                });
            }
            Ok(_) => report_conflicts(reader.source, reader.facts(), findings),
        }
    }
}

/// What the file is, and what to do.
fn words(file: UnsupportedFile) -> (String, String) {
    let (what, help) = match file {
        UnsupportedFile::Unicode(name, option) => {
            let help = match option {
                None => "save it as UTF-8".to_owned(),
                Some(option) => format!("save it as UTF-8, or read it with `--encoding {option}`"),
            };
            return (format!("text in {name}, not UTF-8"), help);
        }
        UnsupportedFile::Windows1252 => (
            "text that is probably in windows-1252, not UTF-8",
            "save it as UTF-8, or read it with `--encoding windows-1252`; if it is UTF-8 with damaged lines, say `--encoding utf-8`",
        ),
        UnsupportedFile::LegacyEncoding => (
            "text in an older encoding, not UTF-8",
            "save it as UTF-8, or name the encoding: `--encoding windows-1251`, shift_jis, gbk, …; if it is UTF-8 with damaged lines, say `--encoding utf-8`",
        ),
        UnsupportedFile::Known(format) => known(format),
        UnsupportedFile::Html => (
            "an HTML page, not data",
            "the download gave an error or login page: fetch the file again",
        ),
        UnsupportedFile::Binary => (
            "binary data, not text",
            "export it as CSV or JSON lines first",
        ),
    };
    (what.to_owned(), help.to_owned())
}

fn known(format: KnownFormat) -> (&'static str, &'static str) {
    match format {
        KnownFormat::Gzip => (
            "gzip data",
            "give it the ending .gz and it is read as it is, or unpack it",
        ),
        KnownFormat::Zstandard => (
            "Zstandard data",
            "give it the ending .zst and it is read as it is, or unpack it",
        ),
        KnownFormat::Zip => (
            "a ZIP archive or an Excel workbook",
            "unpack it, or save the sheet as CSV (UTF-8)",
        ),
        KnownFormat::OldOffice => ("an old Excel or Word file", "save the sheet as CSV (UTF-8)"),
        KnownFormat::Parquet => ("a Parquet file", "export it as JSON lines first"),
        KnownFormat::Pdf => ("a PDF file", "export the text as CSV or JSON lines first"),
        KnownFormat::Sqlite => (
            "an SQLite database",
            "export the table as CSV or JSON lines first",
        ),
        KnownFormat::Png => ("a PNG image", "name the file with the examples instead"),
        KnownFormat::LfsPointer => (
            "a Git LFS pointer, not the data",
            "run `git lfs pull` to fetch the file itself",
        ),
    }
}

/// Reports what git left in the file.
fn report_conflicts(source: SourceId, facts: &Facts, findings: &mut Findings<'_>) {
    let Some(first) = facts.conflicts.first() else {
        return;
    };
    findings.report_at(Location::point(source, first), Severity::Error, || {
        let count = counted(facts.conflicts.count, "line");
        let message = Message::new(format!("git left marks of a merge conflict here: {count}"));
        message
            .help("resolve the conflict and remove the marks")
            .elsewhere(source, &facts.conflicts)
    });
}
