//! Flags HTML entities and tags left over from web pages.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::contract::{Check, DatasetRule, FixKind, Level, RuleContext, RuleMeta, Scope};
use crate::survey::share::Share;
use tunelint_data::text::Text;
use tunelint_data::text::code_detection::is_code;
use tunelint_data::text::prefilter::Mark;
use tunelint_data::text::printable::{grouped, quoted};
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};
use tunelint_layouts::writer::edit::{EditText, TextChange};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "html-residue",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.fix(FixKind::Unsafe);

/// Builds the check; never `None`.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::dataset(HtmlResidue))
}

static RESIDUE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"&(?:amp;)*(?:amp|lt|gt|quot|apos|nbsp|hellip|mdash|ndash|lsquo|rsquo|ldquo|rdquo|#[0-9]{2,5}|#x[0-9a-fA-F]{2,4});",
        r"|</?(?:br|p|div|span|a|b|i|em|strong|ul|ol|li|h[1-6]|table|tr|td|th|img|font|center|hr|blockquote)(?:[ \n]+[a-zA-Z-]+=[^<>]*)?[ \t\r\n]*/?>",
    ))
    .ok()
});

/// Words of an input that make markup part of the task; such examples are not flagged.
const MARKUP_WORDS: [&str; 9] = [
    "html", "xml", "css", "web", "svg", "markup", "markdown", "tag", "entit",
];

/// The percentage of examples from which HTML is reported once, as a convention of the dataset.
const CONVENTION_PERCENT: u64 = 5;
/// The minimum number of examples for a finding about the whole dataset.
const MIN_EXAMPLES: u64 = 20;

/// The first residue of an example, and the fix for its text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Residue {
    first: String,
    fix: Option<Fix>,
}

struct HtmlResidue;

impl DatasetRule for HtmlResidue {
    type Tally = Share<Residue>;

    fn observe(&self, example: &Example<'_>, share: &mut Self::Tally) {
        share.all += 1;
        let mut candidates = example
            .texts()
            .filter(|text| text.has(Mark::Tag) || text.has(Mark::Ampersand));
        let found = candidates.find_map(|text| {
            Some((text, residues(text.as_str()))).filter(|(_, found)| !found.is_empty())
        });
        let Some((text, found)) = found else { return };
        if is_markup(text) || example.texts().any(is_code) || example.asks_for(&MARKUP_WORDS) {
            return;
        }
        let Some(first) = found.first().cloned() else {
            return;
        };
        share.add(
            &example.record,
            text.span_of(first.start, first.end),
            || {
                let first = text.as_str().get(first).unwrap_or_default().to_owned();
                let changes = repairs(text, &found);
                let fix = changes.and_then(|changes| text.change(&example.record, &changes));
                Residue { first, fix }
            },
        );
    }

    fn merge(&self, into: &mut Self::Tally, from: Self::Tally) {
        into.merge(from);
    }

    fn renumber_sources(&self, tally: &mut Self::Tally, by: u32) {
        tally.renumber_sources(by);
    }

    fn finish(&self, share: Self::Tally, findings: &mut Findings<'_>) {
        if share.all >= MIN_EXAMPLES && share.is_at_least(CONVENTION_PERCENT) {
            if let Some((location, Residue { first, .. })) = share.places.first() {
                findings.report_at(location.clone(), Severity::Advice, || {
                    let (have, all) = (grouped(share.have), grouped(share.all));
                    Message::new(format!(
                        "HTML in {have} of {all} examples, such as {}",
                        quoted(first, 24)
                    ))
                    .help("decode the HTML before exporting the dataset, unless it is intended")
                });
            }
            return;
        }
        let more = share.more();
        let last = share.places.len().saturating_sub(1);
        for (at, (location, Residue { first, fix })) in share.places.into_iter().enumerate() {
            findings.report_at(location, Severity::Warning, || {
                let more = if at == last { more.as_str() } else { "" };
                Message::new(format!("HTML residue {} in text{more}", quoted(&first, 24)))
                    .help("replace it with plain text")
                    .fix(fix)
            });
        }
    }
}

fn is_markup(text: &Text<'_>) -> bool {
    text.as_str().trim_start().starts_with('<')
}

fn residues(text: &str) -> Vec<Range<usize>> {
    let pattern = RESIDUE.as_ref();
    pattern.map_or_else(Vec::new, |pattern| {
        pattern.find_iter(text).map(|found| found.range()).collect()
    })
}

/// The plain text for each residue; `None` if one of them has none, or if the changed text would
/// still contain residues.
fn repairs(text: &Text<'_>, found: &[Range<usize>]) -> Option<Vec<TextChange>> {
    let change = |range: &Range<usize>| {
        let residue = text.as_str().get(range.clone())?;
        Some((range.clone(), plain(residue)?))
    };
    let changes: Vec<TextChange> = found.iter().map(change).collect::<Option<_>>()?;
    residues(&text.changed(&changes)?)
        .is_empty()
        .then_some(changes)
}

/// The plain text of an entity or of `<br>`.
fn plain(residue: &str) -> Option<String> {
    if residue.starts_with("<br") {
        return Some("\n".to_owned());
    }
    let name = residue.strip_suffix(';')?.rsplit(['&', ';']).next()?;
    let plain = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "hellip" => '…',
        "mdash" => '—',
        "ndash" => '–',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        _ => {
            let digits = name.strip_prefix('#')?;
            let hex = digits
                .strip_prefix('x')
                .map(|hex| u32::from_str_radix(hex, 16).ok());
            let code = hex.unwrap_or_else(|| digits.parse().ok())?;
            char::from_u32(code).filter(|c| !c.is_control())?
        }
    };
    Some(plain.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_decoded() {
        let repaired = |text: &str| {
            let text = Text::composed(text.to_owned(), tunelint_data::text::position::Span::at(0));
            let changes = repairs(&text, &residues(text.as_str()))?;
            Some(
                changes
                    .into_iter()
                    .map(|(_, with)| with)
                    .collect::<String>(),
            )
        };
        assert_eq!(
            repaired("it&#39;s &quot;x&quot;<br />&amp;hellip;").as_deref(),
            Some("'\"\"\n…")
        );
        assert_eq!(repaired("<b>bold</b>"), None);
        assert!(residues("<a specific product> of <b or c>").is_empty());
        assert_eq!(residues("<a href=\"x\">y</a ><br >").len(), 3);
        assert!(residues("a < b && c > d; AT&T; <name>").is_empty());
    }
}
