//! Flags values of another type than the layout expects, in fields, messages and labels.

use tunelint_data::record::Record;
use tunelint_data::record::json::Kind;
use tunelint_data::text::printable::{counted, quoted};
use tunelint_layouts::finding::{Consequence, Findings, Message, Severity};
use tunelint_layouts::layout::mismatch::{Expected, FoundKind, Item, MismatchKind};
use tunelint_layouts::reader::Unreadable;

use crate::contract::{Check, Level, RecordRule, RuleContext, RuleMeta, Scope};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta =
    RuleMeta::new("wrong-type", Level::Fixed(Severity::Error), Scope::Example)
        .consequence(Consequence::Rejected);

/// Builds the check; never `None`.
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
            if !has_other_rule(&mismatch.kind) {
                let place = record.at(mismatch.span);
                findings.report(place, Severity::Error, || message_for(&mismatch.kind));
            }
        }
    }
}

/// Whether another rule reports this kind of mismatch.
fn has_other_rule(kind: &MismatchKind) -> bool {
    matches!(
        kind,
        MismatchKind::MissingField { .. }
            | MismatchKind::MissingRole { .. }
            | MismatchKind::UnknownRole { .. }
    )
}

fn message_for(kind: &MismatchKind) -> Message {
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
            "{}: expected {}, found {}",
            quoted(name, 40),
            expected_type(*expected),
            found_type(*found)
        ),
        MismatchKind::NotAnObject { item, found } => {
            format!(
                "{}: expected an object, found {}",
                item_name(*item),
                found.describe()
            )
        }
        MismatchKind::NotAList => "expected a list of messages, found an object".to_owned(),
        MismatchKind::NoLabels => "no labels in `labels`".to_owned(),
        MismatchKind::NotOnePreferred => {
            "`completions`: expected one completion with score 1 and one with score 0".to_owned()
        }
        MismatchKind::NotOneOfEachCandidate => {
            "`candidates`: expected one `preferred` and one `non-preferred` candidate".to_owned()
        }
        MismatchKind::UnknownPreference { name } => format!(
            "`preferenceLabel`: expected `preferred` or `non-preferred`, found {}",
            quoted(name, 40)
        ),
        MismatchKind::StepNotText(found) => {
            format!(
                "step in `completions`: expected text, found {}",
                found.describe()
            )
        }
        MismatchKind::StepLabelNotBool(found) => format!(
            "label in `labels`: expected true or false, found {}",
            found.describe()
        ),
        MismatchKind::NoSteps => "no steps in `completions`".to_owned(),
        MismatchKind::StepCount { steps, labels } => format!(
            "`labels`: expected {}, one per step in `completions`, found {labels}",
            counted(*steps as u64, "label")
        ),
    };
    Message::new(text)
}

fn not_text(name: &str, found: Kind, raw: &str) -> Message {
    let message = Message::new(format!(
        "{}: expected text, found {}",
        quoted(name, 40),
        found.describe()
    ));
    match found {
        Kind::Number | Kind::Bool => message.help(format!(
            "write it as a string: {}",
            quoted(&format!("\"{raw}\""), 40)
        )),
        Kind::Null => message.help("write the text, or remove the record"),
        _ => message.help("write it as one string, exactly as the model reads or writes it"),
    }
}

fn found_type(found: FoundKind) -> &'static str {
    match found {
        FoundKind::Json(kind) => kind.describe(),
        FoundKind::Cell => "text",
    }
}

fn expected_type(expected: Expected) -> &'static str {
    match expected {
        Expected::List => "a list",
        Expected::Messages => "a list of messages",
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
        Expected::Candidates => "a list with one `preferred` and one `non-preferred` candidate",
        Expected::MessagesWithCandidates => "a list of messages, the last one with `candidates`",
    }
}

fn item_name(item: Item) -> &'static str {
    match item {
        Item::Message => "message",
        Item::ContentPart => "part of `content`",
        Item::Segment => "segment",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_text(found: Kind, raw: &str) -> Message {
        not_text("output", found, raw)
    }

    #[test]
    fn the_help_depends_on_the_kind_of_value() {
        let help = |found, raw| of_text(found, raw).advice().map(str::to_owned).unwrap();
        assert_eq!(help(Kind::Number, "7"), "write it as a string: `\"7\"`");
        assert_eq!(
            help(Kind::Bool, "false"),
            "write it as a string: `\"false\"`"
        );
        assert_eq!(
            help(Kind::Null, "null"),
            "write the text, or remove the record"
        );
        assert_eq!(
            help(Kind::Object, "{}"),
            "write it as one string, exactly as the model reads or writes it"
        );
        // A long number is cut after 40 characters, of which one is the opening quote.
        let shown = format!("write it as a string: `\"{}…`", "1".repeat(39));
        assert_eq!(help(Kind::Number, &"1".repeat(60)), shown);
    }

    #[test]
    fn what_was_expected_and_what_was_found_is_said() {
        let text = |kind| message_for(&kind).text().to_owned();
        assert_eq!(
            of_text(Kind::Array, "[]").text(),
            "`output`: expected text, found a list"
        );
        let name = "messages".to_owned();
        let (found, expected) = (FoundKind::Cell, Expected::Messages);
        assert_eq!(
            text(MismatchKind::WrongKind {
                name,
                found,
                expected
            }),
            "`messages`: expected a list of messages, found text"
        );
        let (item, found) = (Item::ContentPart, Kind::Null);
        assert_eq!(
            text(MismatchKind::NotAnObject { item, found }),
            "part of `content`: expected an object, found null"
        );
        assert_eq!(
            text(MismatchKind::StepCount {
                steps: 1,
                labels: 0
            }),
            "`labels`: expected 1 label, one per step in `completions`, found 0"
        );
    }
}
