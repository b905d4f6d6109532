//! Flags leading or trailing whitespace in outputs, and line breaks at the end of inputs.

use crate::contract::certainty::{Evidence, severity};
use crate::contract::{
    Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope, SurveyRule,
};
use crate::survey::inferred::Majority;
use crate::survey::{Needs, Survey};
use tunelint_data::text::position::Location;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "edge-whitespace",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.fix(FixKind::Unsafe)
.inferring();

/// Builds the check. The first pass reports whitespace that the outputs usually have, once per
/// dataset; the second reports single outputs that have it where most do not. `None` in the second
/// pass if no output can deviate.
pub fn build(context: &RuleContext) -> Option<Check> {
    let Some(inferred) = &context.inferred else {
        return Some(Check::survey(UsualWhitespace));
    };
    let usually_none = |usual: Option<Majority<bool>>| {
        usual.filter(|usual| !usual.value && inferred.may_depart(usual))
    };
    let rule = EdgeWhitespace {
        leading: usually_none(inferred.outputs.leading),
        trailing: usually_none(inferred.outputs.trailing),
        input: usually_none(inferred.input_breaks),
    };
    let applies = rule.leading.is_some() || rule.trailing.is_some() || rule.input.is_some();
    applies.then(|| Check::example(rule))
}

struct UsualWhitespace;

impl SurveyRule for UsualWhitespace {
    fn needs(&self) -> Needs {
        Needs::FORM
    }

    fn finish(&self, survey: &Survey, findings: &mut Findings<'_>) {
        let outputs = &survey.inferred.outputs;
        let edges = [(outputs.leading, "leading"), (outputs.trailing, "trailing")];
        for (usual, edge) in edges {
            let (Some(usual), Some(&source)) =
                (usual.filter(|usual| usual.value), survey.sources.first())
            else {
                continue;
            };
            findings.report_at(Location::whole(source), Severity::Advice, || {
                Message::new(format!(
                    "{} of outputs have {edge} whitespace",
                    usual.percent()
                ))
                .help("remove it, unless the application relies on it")
            });
        }
    }
}

/// The edges at which most outputs have no whitespace; `None` where whitespace is not unusual.
struct EdgeWhitespace {
    leading: Option<Majority<bool>>,
    trailing: Option<Majority<bool>>,
    /// The end of inputs, where only line breaks are unusual.
    input: Option<Majority<bool>>,
}

impl EdgeWhitespace {
    /// Reports line breaks at the end of an input.
    fn check_input(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let (Some(usual), Some(turn)) = (self.input, example.written_prompt()) else {
            return;
        };
        let text = turn.joined();
        let range = text.trim_end_matches('\n').len()..text.len();
        if range.is_empty() {
            return;
        }
        let place = example.record.at(turn.span_of(range.clone()));
        findings.report(place, Severity::Advice, || {
            Message::new(format!(
                "the input ends with a line break ({} of inputs do not)",
                usual.percent()
            ))
            .help("remove the line break")
            .fix(Fix::of_text([turn.edit(&example.record, range, "")]))
        });
    }
}

impl ExampleRule for EdgeWhitespace {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        self.check_input(example, findings);
        let Some(turn) = example.wanted_output() else {
            return;
        };
        let text = turn.joined();
        let (start, end) = (text.len() - text.trim_start().len(), text.trim_end().len());
        if end == 0 {
            return;
        }
        let edges = [
            (self.leading, 0..start, "leading"),
            (self.trailing, end..text.len(), "trailing"),
        ];
        for (usual, range, edge) in edges {
            let Some(usual) = usual.filter(|_| !range.is_empty()) else {
                continue;
            };
            let place = example.record.at(turn.span_of(range.clone()));
            findings.report(place, severity(&usual, Evidence::Damaged), || {
                Message::new(format!(
                    "{edge} whitespace ({} of outputs have none)",
                    usual.percent()
                ))
                .help("remove the whitespace")
                .fix(Fix::of_text([turn.edit(&example.record, range, "")]))
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{record, reported, turn};
    use tunelint_layouts::example::Role;

    const USUALLY_NONE: Option<Majority<bool>> = Some(Majority {
        value: false,
        holders: 29,
        of: 30,
    });

    fn check(rule: &EdgeWhitespace, output: &str) -> Vec<String> {
        let example = Example::new(record(1), vec![turn(Role::Model, output)]);
        reported(|findings| rule.check(&example, findings))
    }

    #[test]
    fn each_edge_is_checked_on_its_own() {
        let leading = "warning: leading whitespace (96.6% of outputs have none)";
        let trailing = "warning: trailing whitespace (96.6% of outputs have none)";
        let mut rule = EdgeWhitespace {
            leading: USUALLY_NONE,
            trailing: USUALLY_NONE,
            input: None,
        };
        assert_eq!(check(&rule, "\u{a0}Yes\u{3000}\n"), [leading, trailing]);
        assert_eq!(check(&rule, "Yes \n no\t"), [trailing]);
        assert!(check(&rule, "Yes,  no").is_empty());
        rule.trailing = None;
        assert_eq!(check(&rule, " Yes "), [leading]);
    }

    #[test]
    fn a_line_break_after_an_input_is_unusual() {
        let rule = EdgeWhitespace {
            leading: None,
            trailing: None,
            input: USUALLY_NONE,
        };
        let of = |input: &str| {
            let turns = vec![turn(Role::User, input), turn(Role::Model, "Yes\n")];
            let example = Example::new(record(1), turns);
            reported(|findings| rule.check(&example, findings))
        };
        let found = "advice: the input ends with a line break (96.6% of inputs do not)";
        assert_eq!(of("Is it?\n"), [found]);
        assert!(of("Is it? ").is_empty());
    }

    #[test]
    fn a_blank_output_has_no_edges() {
        let rule = EdgeWhitespace {
            leading: USUALLY_NONE,
            trailing: USUALLY_NONE,
            input: None,
        };
        assert!(check(&rule, " \n").is_empty() && check(&rule, "").is_empty());
    }

    #[test]
    fn usual_whitespace_is_reported_once_for_each_edge() {
        let report = |leading: bool, trailing: bool| {
            let usual = |value| {
                let (holders, of) = (3, 3);
                Some(Majority { value, holders, of })
            };
            let mut survey = Survey::default();
            survey
                .sources
                .push(tunelint_data::text::position::SourceId(0));
            survey.inferred.outputs.leading = usual(leading);
            survey.inferred.outputs.trailing = usual(trailing);
            reported(|findings| UsualWhitespace.finish(&survey, findings))
        };
        assert!(report(false, false).is_empty());
        assert_eq!(
            report(false, true),
            ["advice: 100% of outputs have trailing whitespace"]
        );
        assert_eq!(report(true, true).len(), 2);
    }
}
