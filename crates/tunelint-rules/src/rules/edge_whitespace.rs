//! White space before or behind an output.

use crate::contract::{
    Check, ExampleRule, FixKind, Level, RuleContext, RuleMeta, Scope, SurveyRule,
};
use crate::survey::inferred::Majority;
use crate::survey::{Needs, Survey};
use tunelint_data::text::position::Location;
use tunelint_layouts::example::Example;
use tunelint_layouts::finding::{Findings, Fix, Message, Severity};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "edge-whitespace",
    Level::Fixed(Severity::Warning),
    Scope::Dataset,
)
.fix(FixKind::Unsafe)
.inferring();

/// Builds the rule: first to say that all outputs have it, then to point at those that do where
/// most do not.
pub fn build(context: &RuleContext) -> Option<Check> {
    let Some(inferred) = &context.inferred else {
        return Some(Check::survey(EverywhereWhitespace));
    };
    let bare = |usual: Option<Majority<bool>>| {
        usual.filter(|usual| !usual.value && inferred.may_depart(usual))
    };
    let rule = EdgeWhitespace {
        leading: bare(inferred.outputs.leading),
        trailing: bare(inferred.outputs.trailing),
    };
    (rule.leading.is_some() || rule.trailing.is_some()).then(|| Check::example(rule))
}

struct EverywhereWhitespace;

impl SurveyRule for EverywhereWhitespace {
    fn needs(&self) -> Needs {
        Needs::FORM
    }

    fn finish(&self, survey: &Survey, findings: &mut Findings<'_>) {
        let outputs = &survey.inferred.outputs;
        let edges = [(outputs.leading, "start"), (outputs.trailing, "end")];
        for (usual, edge) in edges {
            let (Some(usual), Some(&source)) =
                (usual.filter(|usual| usual.value), survey.sources.first())
            else {
                continue;
            };
            findings.report_at(Location::whole(source), Severity::Advice, || {
                Message::new(format!(
                    "{} of outputs {edge} with white space",
                    usual.percent()
                ))
                .help("the model will write it too: keep it only if the application counts on it")
            });
        }
    }
}

/// Where most outputs have none.
struct EdgeWhitespace {
    leading: Option<Majority<bool>>,
    trailing: Option<Majority<bool>>,
}

impl ExampleRule for EdgeWhitespace {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let Some(turn) = example.output() else { return };
        let text = turn.joined();
        let (start, end) = (text.len() - text.trim_start().len(), text.trim_end().len());
        if end == 0 {
            return;
        }
        let edges = [
            (self.leading, 0..start, "starts"),
            (self.trailing, end..text.len(), "ends"),
        ];
        for (usual, range, verb) in edges {
            let Some(usual) = usual.filter(|_| !range.is_empty()) else {
                continue;
            };
            let place = example.record.at(turn.span_of(range.clone()));
            findings.report(place, Severity::Warning, || {
                Message::new(format!(
                    "this output {verb} with white space, {} of outputs do not",
                    usual.percent()
                ))
                .help("remove it: the model would learn to write it now and then")
                .fix(Fix::of_text([turn.edit(&example.record, range, "")]))
            });
        }
    }
}
