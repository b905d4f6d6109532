//! Flags malformed tool calls and calls that do not match their result, the declared tools or the
//! requirements of the target.

mod arguments;

use std::collections::HashSet;

use arguments::ArgumentSchemas;

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope, TargetFact};
use tunelint_data::text::position::Span;
use tunelint_data::text::printable::{counted, quoted};
use tunelint_layouts::example::tools::{self, Arguments, Call, Declaration};
use tunelint_layouts::example::{Example, PartKind, Role, Turn};
use tunelint_layouts::finding::{Findings, Message, Severity};

/// The rule's metadata, as listed in the registry.
pub const META: RuleMeta = RuleMeta::new(
    "broken-tool-call",
    Level::Fixed(Severity::Error),
    Scope::Example,
);

/// Builds the check; never `None`: without targets, only what holds for every target is checked.
pub fn build(context: &RuleContext) -> Option<Check> {
    Some(Check::example(BrokenToolCall {
        no_tools: context.requires("no-tools"),
        no_content: context.requires("no-content-with-calls"),
        result_required: context.requires("result-after-call"),
        string_arguments: context.requires("arguments-string"),
        object_arguments: context.requires("arguments-object"),
        unique_names: context.requires("unique-tool-names"),
        unique_ids: context.requires("unique-call-ids"),
        schemas: ArgumentSchemas::new(context),
    }))
}

/// What the targets require of tool calls; each list is empty if no target requires it.
struct BrokenToolCall {
    no_tools: Vec<TargetFact>,
    no_content: Vec<TargetFact>,
    result_required: Vec<TargetFact>,
    string_arguments: Vec<TargetFact>,
    object_arguments: Vec<TargetFact>,
    unique_names: Vec<TargetFact>,
    unique_ids: Vec<TargetFact>,
    /// The schemas of tools; `None` without a validator.
    schemas: Option<ArgumentSchemas>,
}

impl ExampleRule for BrokenToolCall {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let declared = tools::declarations(example);
        self.check_names(example, declared.as_deref().unwrap_or_default(), findings);
        let is_result = |turn: &Turn<'_>| turn.role == Role::Tool;
        let has_call = |turn: &Turn<'_>| turn.parts.iter().any(|part| part.kind == PartKind::Call);
        let Some(first) = example
            .turns
            .iter()
            .find(|turn| is_result(turn) || has_call(turn))
        else {
            return;
        };
        for fact in &self.no_tools {
            findings.report(example.record.at(first.span), fact.impact(), || {
                Message::new(format!(
                    "tool use: {}",
                    fact.describe_effect("examples with tools")
                ))
                .help("remove the example, or choose a target that supports tools")
            });
        }
        self.check_ids(example, findings);
        let mut ids: HashSet<String> = HashSet::new();
        let mut open = 0_usize;
        for (index, turn) in example.turns.iter().enumerate() {
            let exchange = tools::of_turn(turn);
            for call in &exchange.calls {
                self.check_call(example, call, declared.as_deref(), findings);
                ids.extend(call.id.clone());
            }
            report_malformed(example, turn, exchange.calls.len(), findings);
            if !exchange.calls.is_empty() {
                self.check_neighbors(example, index, findings);
            }
            open += exchange.calls.len();
            for outcome in &exchange.outcomes {
                let known = match &outcome.id {
                    Some(id) => ids.contains(id),
                    None => open > 0,
                };
                open = open.saturating_sub(1);
                if !known {
                    findings.report(example.record.at(turn.span), Severity::Error, || {
                        unmatched_result(outcome.id.as_deref())
                    });
                }
            }
        }
    }
}

/// The message for a result without an earlier call.
fn unmatched_result(id: Option<&str>) -> Message {
    let message = match id {
        Some(id) => format!(
            "tool result with id {} matches no earlier call",
            quoted(id, 40)
        ),
        None => "tool result matches no earlier call".to_owned(),
    };
    Message::new(message).help("add the call before the result, with the same id")
}

/// Reports a part that should be a call if no call could be parsed from the turn (`parsed` is 0).
fn report_malformed(
    example: &Example<'_>,
    turn: &Turn<'_>,
    parsed: usize,
    findings: &mut Findings<'_>,
) {
    let part = turn.parts.iter().find(|part| part.kind == PartKind::Call);
    let Some(part) = part.filter(|part| parsed == 0 && part.raw != "[]") else {
        return;
    };
    findings.report(example.record.at(part.span), Severity::Error, || {
        Message::new("malformed tool call").help("write the tool's name, and its arguments as JSON")
    });
}

/// The span of the field that declares the tools of `example`.
fn declaring_span(example: &Example<'_>) -> Span {
    let mut settings = example.settings.iter();
    let declaring = settings.find(|setting| tools::DECLARING.contains(&setting.key));
    declaring.map_or(Span::at(0), |setting| setting.span)
}

impl BrokenToolCall {
    /// Reports the first name that two declared tools have.
    fn check_names(
        &self,
        example: &Example<'_>,
        declared: &[Declaration],
        findings: &mut Findings<'_>,
    ) {
        let mut names = HashSet::new();
        let Some(twice) = declared.iter().find(|tool| !names.insert(&tool.name)) else {
            return;
        };
        for fact in self
            .unique_names
            .iter()
            .filter(|fact| fact.is_of(example.layout))
        {
            self.report_fact(example, declaring_span(example), fact, findings, || {
                let does = fact.describe_effect("tools of the same name");
                format!("tool {} is declared twice: {does}", quoted(&twice.name, 40))
            });
        }
    }

    /// Reports ids that two calls or two results have.
    fn check_ids(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let facts = self
            .unique_ids
            .iter()
            .filter(|fact| fact.is_of(example.layout));
        for fact in facts {
            let (mut called, mut answered) = (HashSet::new(), HashSet::new());
            for turn in &example.turns {
                let exchange = tools::of_turn(turn);
                let calls = exchange.calls.into_iter();
                let calls = calls.filter_map(|call| Some((call.id?, call.span)));
                let outcomes = exchange.outcomes.into_iter();
                let outcomes = outcomes.filter_map(|outcome| Some((outcome.id?, turn.span)));
                let twice = calls.filter(|(id, _)| !called.insert(id.clone()));
                let twice: Vec<_> = twice
                    .chain(outcomes.filter(|(id, _)| !answered.insert(id.clone())))
                    .collect();
                for (id, span) in twice {
                    self.report_fact(example, span, fact, findings, || {
                        let does = fact.describe_effect("ids that are not unique");
                        format!("tool id {} occurs twice: {does}", quoted(&id, 40))
                    });
                }
            }
        }
    }

    /// Checks one call: name, declaration and arguments.
    fn check_call(
        &self,
        example: &Example<'_>,
        call: &Call,
        declared: Option<&[Declaration]>,
        findings: &mut Findings<'_>,
    ) {
        let place = example.record.at(call.span);
        let name = || quoted(call.name.as_deref().unwrap_or_default(), 40);
        let tool = call.name.as_ref().and_then(|name| {
            let mut tools = declared?.iter();
            tools.find(|tool| tool.name == *name)
        });
        match (&call.name, tool) {
            (None, _) => findings.report(place, Severity::Error, || {
                Message::new("tool call without a name").help("add the tool's `name`")
            }),
            (Some(_), None) if declared.is_some() => {
                findings.report(place, Severity::Error, || {
                    Message::new(format!("call of undeclared tool {}", name()))
                        .help("declare the tool, or call a declared one")
                });
            }
            (Some(_), Some(tool)) => {
                if let Some(schemas) = &self.schemas {
                    let declared = declaring_span(example);
                    schemas.check(example, call, tool, declared, findings);
                }
            }
            (Some(_), None) => {}
        }
        let Some(arguments) = &call.arguments else {
            return;
        };
        if !arguments.is_object {
            findings.report(place, Severity::Error, || {
                Message::new(format!("arguments of {} are not a JSON object", name()))
                    .help("write the arguments as a JSON object, with names in double quotes")
            });
        }
        self.check_argument_form(example, call, arguments, findings);
    }

    /// Checks whether the arguments are written as a string or as an object, as targets require.
    fn check_argument_form(
        &self,
        example: &Example<'_>,
        call: &Call,
        arguments: &Arguments,
        findings: &mut Findings<'_>,
    ) {
        let name = || quoted(call.name.as_deref().unwrap_or_default(), 40);
        // Other layouts have their own notation, which conversion changes.
        if !call.is_of_messages {
            return;
        }
        let facts = if arguments.is_string {
            &self.object_arguments
        } else {
            &self.string_arguments
        };
        for fact in facts {
            let found = if arguments.is_string {
                "a string"
            } else {
                "an object"
            };
            self.report_fact(example, call.span, fact, findings, || {
                format!(
                    "arguments of {} are {found}: {}",
                    name(),
                    fact.describe_effect("such arguments")
                )
            });
        }
    }

    /// Checks the text next to the calls of a turn, and the turns that follow them.
    fn check_neighbors(&self, example: &Example<'_>, index: usize, findings: &mut Findings<'_>) {
        let Some(turn) = example.turns.get(index) else {
            return;
        };
        if turn.bytes() > 0 {
            for fact in &self.no_content {
                self.report_fact(example, turn.text_span(), fact, findings, || {
                    format!(
                        "text next to a tool call: {}",
                        fact.describe_effect("such messages")
                    )
                });
            }
        }
        // A call at the end is what the model is trained to write.
        let Some(next) = example.turns.get(index + 1).map(|turn| turn.role) else {
            return;
        };
        if next != Role::Tool {
            for fact in &self.result_required {
                self.report_fact(example, turn.span, fact, findings, || {
                    format!(
                        "tool call without a result: {}",
                        fact.describe_effect("such examples")
                    )
                });
            }
            return;
        }
        let following = example.turns.iter().skip(index + 1);
        let results = following.clone().take_while(|turn| turn.role == Role::Tool);
        let next = following.clone().find(|turn| turn.role != Role::Tool);
        let asked = tools::of_turn(turn).calls.len();
        let answered = results
            .clone()
            .map(|turn| tools::of_turn(turn).outcomes.len());
        let answered: usize = answered.sum();
        if asked != answered {
            for fact in &self.result_required {
                self.report_fact(example, turn.span, fact, findings, || {
                    format!(
                        "{} with {}: {}",
                        counted(asked as u64, "tool call"),
                        counted(answered as u64, "result"),
                        fact.describe_effect("such examples")
                    )
                });
            }
            return;
        }
        // `role-order` reports a result at the end.
        if next.is_some_and(|turn| turn.role != Role::Model) {
            let last = results.last().unwrap_or(turn);
            for fact in &self.result_required {
                self.report_fact(example, last.span, fact, findings, || {
                    format!(
                        "no assistant message after the tool result: {}",
                        fact.describe_effect("such examples")
                    )
                });
            }
        }
    }

    fn report_fact(
        &self,
        example: &Example<'_>,
        span: Span,
        fact: &TargetFact,
        findings: &mut Findings<'_>,
        text: impl FnOnce() -> String,
    ) {
        findings.report(example.record.at(span), fact.impact(), || {
            Message::new(text())
                .help("follow the target's requirements on tools: `tunelint profile NAME`")
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{fact, record, reported, turn};
    use tunelint_layouts::example::Part;
    use tunelint_layouts::provider::profile::Effect;

    fn rule() -> BrokenToolCall {
        BrokenToolCall {
            no_tools: Vec::new(),
            no_content: Vec::new(),
            result_required: Vec::new(),
            string_arguments: Vec::new(),
            object_arguments: Vec::new(),
            unique_names: Vec::new(),
            unique_ids: Vec::new(),
            schemas: None,
        }
    }

    /// An assistant message without text, whose `tool_calls` is `raw`.
    fn calling(raw: &'static str) -> Turn<'static> {
        let mut turn = turn(Role::Model, "");
        turn.texts.clear();
        turn.parts.push(Part {
            kind: PartKind::Call,
            key: "tool_calls",
            raw,
            span: Span::at(0),
        });
        turn
    }

    fn of_turns(rule: &BrokenToolCall, turns: Vec<Turn<'_>>) -> Vec<String> {
        let example = Example::new(record(1), turns);
        reported(|findings| rule.check(&example, findings))
    }

    const CALL: &str = r#"[{"function":{"name":"weather","arguments":"{}"}}]"#;
    const TWO: &str = r#"[{"function":{"name":"a"}},{"function":{"name":"b"}}]"#;

    #[test]
    fn results_without_ids_are_matched_by_number() {
        let result = || turn(Role::Tool, "rain");
        assert!(of_turns(&rule(), vec![calling(TWO), result(), result()]).is_empty());
        let unmatched = ["error: tool result matches no earlier call"];
        assert_eq!(
            of_turns(&rule(), vec![calling(CALL), result(), result()]),
            unmatched
        );
        assert_eq!(of_turns(&rule(), vec![result(), calling(CALL)]), unmatched);
    }

    #[test]
    fn an_empty_list_of_calls_is_not_malformed() {
        assert!(of_turns(&rule(), vec![calling("[]")]).is_empty());
        let malformed = ["error: malformed tool call"];
        assert_eq!(of_turns(&rule(), vec![calling("\"weather()\"")]), malformed);
        assert_eq!(of_turns(&rule(), vec![calling("7")]), malformed);
    }

    #[test]
    fn a_call_needs_a_result_and_a_response_to_it() {
        let rule = BrokenToolCall {
            result_required: vec![fact(Effect::Rejects)],
            ..rule()
        };
        let result = || turn(Role::Tool, "rain");
        let (answer, question) = (turn(Role::Model, "Rain."), turn(Role::User, "And now?"));
        let answered = vec![calling(TWO), result(), result(), answer.clone()];
        assert!(of_turns(&rule, answered).is_empty());
        assert_eq!(
            of_turns(&rule, vec![calling(CALL), answer]),
            ["error: tool call without a result: t rejects such examples"]
        );
        let unanswered =
            ["error: no assistant message after the tool result: t rejects such examples"];
        assert!(of_turns(&rule, vec![calling(CALL)]).is_empty());
        assert_eq!(
            of_turns(&rule, vec![calling(CALL), result(), question]),
            unanswered
        );
    }
}
