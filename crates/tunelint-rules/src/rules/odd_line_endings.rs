//! Flags mixed line endings, CR as the only line ending, and characters that end a line for the target.

use crate::contract::{
    Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope, SourceFacts, SourceRule,
    TargetFact,
};
use tunelint_data::record::Body;
use tunelint_data::source::{Facts, LineEnd};
use tunelint_data::text::position::{Location, Span};
use tunelint_data::text::printable::grouped;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};
use tunelint_layouts::reader::Reader;

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "odd-line-endings",
    Level::Fixed(Severity::Advice),
    Scope::Source,
)
.fix(FixKind::Safe);

/// The characters besides LF and CR that end a line in Python, and that JSON allows in a string.
const SEPARATORS: [char; 3] = ['\u{85}', '\u{2028}', '\u{2029}'];

/// Builds the check; never `None`: without targets, only the ends of lines are checked.
pub fn build(context: &RuleContext) -> Option<Check> {
    let facts = context.requires("no-line-separators");
    let separators = match facts.as_slice() {
        [] => Check::default(),
        _ if context.will_convert => Check::default(),
        _ => Check::example(LineSeparators { facts }),
    };
    Some(Check {
        source: Check::source(OddLineEndings).source,
        ..separators
    })
}

/// Targets that end a line, and with it the record, at other characters than most readers.
struct LineSeparators {
    facts: Vec<TargetFact>,
}

impl ExampleRule for LineSeparators {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        // A record of a list, which is read as a whole, does not start its line.
        let is_line = example.record.start.column == 1;
        let Body::Json(json) = &example.record.body else {
            return;
        };
        let raw = json.root().raw();
        if !is_line || raw.is_ascii() {
            return;
        }
        let Some((at, separator)) = raw.char_indices().find(|(_, c)| SEPARATORS.contains(c)) else {
            return;
        };
        let start = json.root().span().start + at;
        let span = Span::new(start, start + separator.len_utf8());
        for fact in self.facts.iter().filter(|fact| fact.is_of(example.layout)) {
            findings.report(example.record.at(span), fact.impact(), || {
                let name = format!("U+{:04X}", separator as u32);
                let does = fact.describe_effect("records with it");
                Message::new(format!("line separator {name} in the record: {does}")).help(format!(
                    "write it as an escape, `\\u{:04x}`",
                    separator as u32
                ))
            });
        }
    }
}

struct OddLineEndings;

impl SourceRule for OddLineEndings {
    fn check(&self, source: &SourceFacts<'_>, findings: &mut Findings<'_>) {
        report(source.reader, source.reader.facts(), findings);
    }
}

/// Reports the first line that ends differently from line 1, or CR as the only line ending.
fn report(reader: &Reader, facts: &Facts, findings: &mut Findings<'_>) {
    let source = reader.source;
    if facts.lone_cr.count > 0
        && facts.first_end == Some(LineEnd::Cr)
        && facts.other_ends.count == 0
    {
        findings.report_at(Location::whole(source), Severity::Warning, || {
            Message::new("line endings are CR only: most readers see one long line")
                .help("save the file with LF line endings (it was read with CR)")
                .fix(Fix::of_file())
        });
        return;
    }
    let [lf, crlf, cr, twice] = facts.ends;
    if twice > 0 && lf + crlf + cr == 0 {
        findings.report_at(Location::whole(source), Severity::Warning, || {
            Message::new("lines end in CR CR LF: many readers see an empty line after each")
                .help("save the file with LF line endings (it was read without the second CR)")
        });
        return;
    }
    let Some(first) = facts.other_ends.first() else {
        return;
    };
    findings.report_at(Location::point(source, first), Severity::Advice, || {
        let kinds = [(lf, "LF"), (crlf, "CRLF"), (cr, "CR"), (twice, "CR CR LF")];
        let listed: Vec<String> = kinds
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, kind)| format!("{} {kind}", grouped(*count)))
            .collect();
        let message = Message::new(format!("mixed line endings: {}", listed.join(", ")));
        message
            .help("save the file with one kind of line ending")
            .fix(Fix::of_file())
            .related_occurrences(source, &facts.other_ends)
    });
}
