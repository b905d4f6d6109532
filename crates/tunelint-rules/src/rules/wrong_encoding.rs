//! Flags files that are not UTF-8 text with records (another encoding, an archive, an HTML page, a
//! Git LFS pointer), and merge conflict markers.

use crate::contract::{Check, Level, RuleContext, RuleMeta, Scope, SourceFacts, SourceRule};
use tunelint_data::source::{Container, Facts, KnownFormat, TableFault, UnsupportedFile};
use tunelint_data::text::position::{Location, SourceId};
use tunelint_data::text::printable::counted;
use tunelint_layouts::finding::{Consequence, Findings, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "wrong-encoding",
    Level::Fixed(Severity::Error),
    Scope::Source,
)
.consequence(Consequence::Rejected);

/// Builds the check; never `None`.
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
                    let (content, help) = content_and_help(*unsupported);
                    Message::new(format!("{content}; the file was not checked")).help(help)
                });
            }
            Ok(_) => report_conflicts(reader.source, reader.facts(), findings),
        }
    }
}

/// What the file contains, and the help.
fn content_and_help(file: UnsupportedFile) -> (String, String) {
    let (content, help) = match file {
        UnsupportedFile::Unicode(name, option) => {
            let help = match option {
                None => "save the file as UTF-8".to_owned(),
                Some(option) => {
                    format!("save the file as UTF-8, or read it with `--encoding {option}`")
                }
            };
            return (format!("{name} text instead of UTF-8"), help);
        }
        UnsupportedFile::Windows1252 => (
            "probably Windows-1252 text instead of UTF-8",
            "save the file as UTF-8, or read it with `--encoding windows-1252` (`--encoding utf-8` if only a few lines are damaged)",
        ),
        UnsupportedFile::LegacyEncoding => (
            "text in a legacy encoding instead of UTF-8",
            "save the file as UTF-8, or set its encoding: `--encoding windows-1251`, `shift_jis`, `gbk`, … (`--encoding utf-8` if only a few lines are damaged)",
        ),
        UnsupportedFile::Known(format) => known(format),
        UnsupportedFile::Html => (
            "HTML page instead of data",
            "download the file again: this looks like an error or login page",
        ),
        UnsupportedFile::Binary => (
            "binary data instead of text",
            "export it as CSV or JSON Lines first",
        ),
        UnsupportedFile::Packed(container, fault) => return packed(container, fault),
    };
    (content.to_owned(), help.to_owned())
}

/// The same of a binary table or an archive.
fn packed(container: Option<Container>, fault: TableFault) -> (String, String) {
    let what = match container {
        Some(Container::Parquet) => "Parquet file",
        Some(Container::Arrow) => "Arrow file",
        Some(_) => "workbook",
        None => "ZIP archive",
    };
    let help = match fault {
        TableFault::OtherFormat => "rename the file to what it is",
        TableFault::Damaged => "write or download the file again",
        TableFault::Encrypted => "save the file without a password",
        TableFault::TooLarge => "split the file, or export it as JSON Lines",
        TableFault::NotSupported => {
            "write the file again with other settings, or export it as JSON Lines"
        }
        TableFault::Empty if container.is_none() => {
            "unpack it: in an archive, text files such as *.jsonl and *.csv are read"
        }
        TableFault::Empty => "name the file with the examples",
    };
    (
        format!("{what} that cannot be read: {fault}"),
        help.to_owned(),
    )
}

fn known(format: KnownFormat) -> (&'static str, &'static str) {
    match format {
        KnownFormat::Gzip => (
            "gzip data",
            "add the extension .gz, which is read directly, or decompress it",
        ),
        KnownFormat::Zstandard => (
            "Zstandard data",
            "add the extension .zst, which is read directly, or decompress it",
        ),
        KnownFormat::Zip => (
            "ZIP archive or Excel workbook",
            "unpack it; or give it the extension of its format, such as .xlsx or .zip",
        ),
        KnownFormat::OldOffice => (
            "old Excel or Word file",
            "give a workbook the extension .xls, or save the sheet as CSV (UTF-8)",
        ),
        KnownFormat::Parquet => ("Parquet file", "give it the extension .parquet"),
        KnownFormat::Pdf => ("PDF file", "export the text as CSV or JSON Lines first"),
        KnownFormat::Sqlite => (
            "SQLite database",
            "export the table as CSV or JSON Lines first",
        ),
        KnownFormat::Png => ("PNG image", "pass the file with the examples instead"),
        KnownFormat::LfsPointer => (
            "Git LFS pointer instead of the data",
            "fetch the file with `git lfs pull`",
        ),
    }
}

/// Reports merge conflict markers that Git left in the file.
fn report_conflicts(source: SourceId, facts: &Facts, findings: &mut Findings<'_>) {
    let Some(first) = facts.conflicts.first() else {
        return;
    };
    findings.report_at(Location::point(source, first), Severity::Error, || {
        let count = counted(facts.conflicts.count, "line");
        let message = Message::new(format!("merge conflict markers on {count}"));
        message
            .help("resolve the conflict, and remove the markers")
            .related_occurrences(source, &facts.conflicts)
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::reported;
    use tunelint_data::text::position::Position;

    #[test]
    fn an_encoding_is_suggested_only_if_it_can_be_read() {
        let of = |option| content_and_help(UnsupportedFile::Unicode("UTF-32", option));
        let content = "UTF-32 text instead of UTF-8".to_owned();
        let help = "save the file as UTF-8".to_owned();
        assert_eq!(of(None), (content.clone(), help.clone()));
        let help = format!("{help}, or read it with `--encoding utf-32`");
        assert_eq!(of(Some("utf-32")), (content, help));
    }

    #[test]
    fn conflict_markers_are_one_finding() {
        let report = |count| {
            let mut facts = Facts::default();
            (0..count).for_each(|_| facts.conflicts.add(Position::START));
            reported(|findings| report_conflicts(SourceId(0), &facts, findings))
        };
        assert!(report(0).is_empty());
        assert_eq!(report(1), ["error: merge conflict markers on 1 line"]);
        assert_eq!(report(6), ["error: merge conflict markers on 6 lines"]);
    }
}
