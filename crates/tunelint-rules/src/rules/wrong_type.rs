//! A value of another type than the layout reads.

use tunelint_data::record::Record;
use tunelint_data::record::json::Kind;
use tunelint_data::text::printable::{counted, quoted};
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::layout::mismatch::MismatchKind;
use tunelint_layouts::layout::mismatch::{Expected, Found, Item};
use tunelint_layouts::reader::Unreadable;

use crate::contract::{Check, Level, RecordRule, RuleContext, RuleMeta, Scope};

/// What is known about the rule.
pub const META: RuleMeta =
    RuleMeta::new("wrong-type", Level::Fixed(Severity::Error), Scope::Example);

/// Builds the rule.
pub fn build(_: &RuleContext) -> Option<Check> {
    Some(Check::record(WrongType))
}

struct WrongType;

impl RecordRule for WrongType {
    fn check(&self, record: &Record<'_>, why: Unreadable<'_>, findings: &mut Findings<'_>) {
        let Unreadable::Mismatches(mismatches) = why else {
            return;
        };
        for mismatch in mismatches {
            if !is_of_another_rule(&mismatch.kind) {
                let place = record.at(mismatch.span);
                findings.report(place, Severity::Error, || words(&mismatch.kind));
            }
        }
    }
}

fn is_of_another_rule(kind: &MismatchKind) -> bool {
    matches!(
        kind,
        MismatchKind::MissingField { .. }
            | MismatchKind::MissingRole { .. }
            | MismatchKind::UnknownRole { .. }
    )
}

fn words(kind: &MismatchKind) -> Message {
    let text = match kind {
        MismatchKind::MissingField { .. }
        | MismatchKind::MissingRole { .. }
        | MismatchKind::UnknownRole { .. } => String::new(),
        MismatchKind::NotText { name, found, raw } => return not_text(name, *found, raw),
        MismatchKind::WrongKind {
            name,
            found,
            expected,
        } => format!(
            "{} is {}, not {}",
            quoted(name, 40),
            found_as(*found),
            wanted(*expected)
        ),
        MismatchKind::NotAnObject { item, found } => {
            format!("{} is {}, not an object", called(*item), found.describe())
        }
        MismatchKind::NoLabels => "`labels` holds no label".to_owned(),
        MismatchKind::NotOnePreferred => {
            "`completions` needs one completion of score 1 and one of score 0".to_owned()
        }
        MismatchKind::NotOneOfEachCandidate => {
            "`candidates` needs one that is `preferred` and one that is `non-preferred`".to_owned()
        }
        MismatchKind::UnknownPreference { name } => format!(
            "`preferenceLabel` is {}, not `preferred` or `non-preferred`",
            quoted(name, 40)
        ),
        MismatchKind::StepNotText(found) => {
            format!("a step of `completions` is {}, not text", found.describe())
        }
        MismatchKind::StepLabelNotBool(found) => format!(
            "a label of `labels` is {}, not true or false",
            found.describe()
        ),
        MismatchKind::NoSteps => "`completions` holds no step".to_owned(),
        MismatchKind::StepCount { steps, labels } => format!(
            "`labels` judges {}, and `completions` has {steps}",
            counted(*labels as u64, "step")
        ),
    };
    Message::new(text)
}

fn not_text(name: &str, found: Kind, raw: &str) -> Message {
    let message = Message::new(format!(
        "{} is {}, not text",
        quoted(name, 40),
        found.describe()
    ));
    match found {
        Kind::Number | Kind::Bool => message.help(format!(
            "put it in quotes: {}",
            quoted(&format!("\"{raw}\""), 40)
        )),
        Kind::Null => message.help("write the text, or remove the record"),
        _ => message.help("write it as one string, as the model is to read or write it"),
    }
}

fn found_as(found: Found) -> &'static str {
    match found {
        Found::Json(kind) => kind.describe(),
        Found::Cell => "text",
    }
}

fn wanted(expected: Expected) -> &'static str {
    match expected {
        Expected::List => "a list",
        Expected::Messages => "a list of turns",
        Expected::Pairs => "a list of pairs",
        Expected::Pair => "a pair of texts",
        Expected::Texts => "a list of texts",
        Expected::Blocks => "a list of blocks",
        Expected::Parts => "a list of parts",
        Expected::ObjectWithParts => "an object with parts",
        Expected::ObjectWithMessages => "an object with `messages`",
        Expected::Labels => "an object of labels",
        Expected::Bool => "true or false",
        Expected::Number => "a number",
        Expected::Candidates => {
            "a list with a candidate that is `preferred` and one that is `non-preferred`"
        }
        Expected::MessagesWithCandidates => "a list of turns whose last one has `candidates`",
    }
}

fn called(item: Item) -> &'static str {
    match item {
        Item::Message => "a turn",
        Item::ContentPart => "a part of `content`",
        Item::Segment => "a segment",
    }
}
