//! A tool call that cannot be read, or that does not fit its result or its declaration.

use std::collections::HashSet;

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope, TargetFact};
use tunelint_data::text::position::Span;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::tools::{self, Arguments, Call};
use tunelint_layouts::example::{Example, PartKind, Role, Turn};
use tunelint_layouts::finding::{Findings, Message, Severity};

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new(
    "broken-tool-call",
    Level::Fixed(Severity::Error),
    Scope::Example,
);

/// Builds the rule.
pub fn build(context: &RuleContext) -> Option<Check> {
    Some(Check::example(BrokenToolCall {
        no_tools: context.requires("no-tools"),
        short_ids: context.requires("call-id-9"),
        no_content: context.requires("no-content-with-calls"),
        answered: context.requires("result-after-call"),
        strings: context.requires("arguments-string"),
        objects: context.requires("arguments-object"),
        described: context.requires("tools-described"),
    }))
}

/// What targets ask of tool calls.
struct BrokenToolCall {
    no_tools: Vec<TargetFact>,
    short_ids: Vec<TargetFact>,
    no_content: Vec<TargetFact>,
    answered: Vec<TargetFact>,
    strings: Vec<TargetFact>,
    objects: Vec<TargetFact>,
    described: Vec<TargetFact>,
}

/// The length of an id where a target asks for one.
const ID_CHARS: usize = 9;

impl ExampleRule for BrokenToolCall {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        self.declarations(example, findings);
        let is_tool = |turn: &Turn<'_>| turn.role == Role::Tool;
        let calls = |turn: &Turn<'_>| turn.parts.iter().any(|part| part.kind == PartKind::Call);
        let Some(first) = example
            .turns
            .iter()
            .find(|turn| is_tool(turn) || calls(turn))
        else {
            return;
        };
        for fact in &self.no_tools {
            findings.report(example.record.at(first.span), fact.severity(), || {
                Message::new(format!("a tool is used: {}", fact.does("tools")))
                    .help("leave the example out, or train elsewhere")
                    .targets(&fact.targets)
            });
        }
        let declared = tools::declarations(example);
        let declared: Option<HashSet<&str>> = declared
            .as_ref()
            .map(|all| all.iter().map(|one| one.name.as_str()).collect());
        let mut ids: HashSet<String> = HashSet::new();
        let mut open = 0_usize;
        for (index, turn) in example.turns.iter().enumerate() {
            let exchange = tools::of_turn(turn);
            for call in &exchange.calls {
                self.call(example, call, declared.as_ref(), findings);
                ids.extend(call.id.clone());
            }
            unreadable(example, turn, exchange.calls.len(), findings);
            if !exchange.calls.is_empty() {
                self.surroundings(example, index, findings);
            }
            open += exchange.calls.len();
            for outcome in &exchange.outcomes {
                // One that is too long is told where the call has it.
                if outcome.id.is_none() {
                    self.id(example, turn.span, None, "result", findings);
                }
                let known = match &outcome.id {
                    Some(id) => ids.contains(id),
                    None => open > 0,
                };
                open = open.saturating_sub(1);
                if !known {
                    findings.report(example.record.at(turn.span), Severity::Error, || {
                        orphan(outcome.id.as_deref())
                    });
                }
            }
        }
    }
}

/// The message for a result that no call asked for.
fn orphan(id: Option<&str>) -> Message {
    let message = match id {
        Some(id) => format!(
            "no call before has the id {} of this result",
            quoted(id, 40)
        ),
        None => "this is the result of a tool, and no call before asked for it".to_owned(),
    };
    Message::new(message).help("put the call before it, with the same id")
}

/// Reports a part that should hold a call and holds none.
fn unreadable(example: &Example<'_>, turn: &Turn<'_>, read: usize, findings: &mut Findings<'_>) {
    let part = turn.parts.iter().find(|part| part.kind == PartKind::Call);
    let Some(part) = part.filter(|part| read == 0 && part.raw != "[]") else {
        return;
    };
    findings.report(example.record.at(part.span), Severity::Error, || {
        Message::new("this is no tool call that can be read")
            .help("write the tool's name and its arguments as JSON")
    });
}

impl BrokenToolCall {
    /// Looks at what is said of each tool, where a target wants all of it.
    fn declarations(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        if self.described.is_empty() {
            return;
        }
        let mut settings = example.settings.iter();
        let Some(setting) = settings.find(|of| tools::DECLARING.contains(&of.key)) else {
            return;
        };
        let declared = tools::declared_by(setting).unwrap_or_default();
        for tool in declared.tools {
            let missing = match (&tool.description, &tool.parameters) {
                (None, _) => "description",
                (_, parameters) if !parameters.as_ref().is_some_and(|of| of.starts_with('{')) => {
                    "object of `parameters`"
                }
                _ => continue,
            };
            for fact in &self.described {
                self.say(example, setting.span, fact, findings, || {
                    let name = quoted(&tool.name, 40);
                    let does = fact.does("such a declaration");
                    format!("the tool {name} has no {missing}: {does}")
                });
            }
        }
    }

    /// Looks at one call by itself.
    fn call(
        &self,
        example: &Example<'_>,
        call: &Call,
        declared: Option<&HashSet<&str>>,
        findings: &mut Findings<'_>,
    ) {
        let place = example.record.at(call.span);
        let name = || quoted(call.name.as_deref().unwrap_or_default(), 40);
        let known = |name: &String| declared.is_none_or(|all| all.contains(name.as_str()));
        match &call.name {
            None => findings.report(place, Severity::Error, || {
                Message::new("the call does not name its tool").help("add the tool's `name`")
            }),
            Some(of) if !known(of) => findings.report(place, Severity::Error, || {
                Message::new(format!("the call is of {}, which is not declared", name()))
                    .help("declare the tool, or call one of those that are declared")
            }),
            Some(_) => {}
        }
        let Some(arguments) = &call.arguments else {
            return;
        };
        if !arguments.is_object {
            findings.report(place, Severity::Error, || {
                Message::new(format!(
                    "the arguments of the call of {} are no JSON object",
                    name()
                ))
                .help("write them as JSON: names in double quotes, each with its value")
            });
        }
        self.form(example, call, arguments, findings);
        let id = call.id.as_ref().filter(|_| call.has_id);
        self.id(example, call.span, id.map(String::as_str), "call", findings);
    }

    /// Looks at the id of a call or of its result.
    fn id(
        &self,
        example: &Example<'_>,
        span: Span,
        id: Option<&str>,
        of: &str,
        findings: &mut Findings<'_>,
    ) {
        let length = id.map(|id| id.chars().count());
        // Other layouts pair calls and results by order, and converting gives them ids.
        if length == Some(ID_CHARS) || (length.is_none() && !example.capacity.tool_ids) {
            return;
        }
        for fact in &self.short_ids {
            self.say(example, span, fact, findings, || match length {
                Some(length) => {
                    let does = fact.does("any that has not exactly 9 characters");
                    format!("the id of the {of} has {length} characters: {does}")
                }
                None => format!("the {of} has no id: {}", fact.does("it")),
            });
        }
    }

    /// Looks at how the arguments are written.
    fn form(
        &self,
        example: &Example<'_>,
        call: &Call,
        arguments: &Arguments,
        findings: &mut Findings<'_>,
    ) {
        let name = || quoted(call.name.as_deref().unwrap_or_default(), 40);
        // Another layout writes them in its own way, and converting changes that.
        if !call.is_of_messages {
            return;
        }
        let form = if arguments.is_string {
            &self.objects
        } else {
            &self.strings
        };
        for fact in form {
            let wanted = if arguments.is_string {
                "a string"
            } else {
                "an object"
            };
            self.say(example, call.span, fact, findings, || {
                format!(
                    "the arguments of the call of {} are {wanted}: {}",
                    name(),
                    fact.does("that")
                )
            });
        }
    }

    /// Looks at what stands beside and behind the calls of a turn.
    fn surroundings(&self, example: &Example<'_>, index: usize, findings: &mut Findings<'_>) {
        let Some(turn) = example.turns.get(index) else {
            return;
        };
        if !turn.texts.is_empty() {
            for fact in &self.no_content {
                self.say(example, turn.text_span(), fact, findings, || {
                    format!("text stands beside a tool call: {}", fact.does("it"))
                });
            }
        }
        let next = example.turns.get(index + 1).map(|turn| turn.role);
        if next != Some(Role::Tool) {
            for fact in &self.answered {
                self.say(example, turn.span, fact, findings, || {
                    format!(
                        "no result follows the tool call: {}",
                        fact.does("such an example")
                    )
                });
            }
            return;
        }
        let behind = example.turns.iter().skip(index + 1);
        let results = behind.clone().take_while(|turn| turn.role == Role::Tool);
        let next = behind.clone().find(|turn| turn.role != Role::Tool);
        if next.is_none_or(|turn| turn.role != Role::Model) {
            let last = results.last().unwrap_or(turn);
            for fact in &self.answered {
                self.say(example, last.span, fact, findings, || {
                    format!(
                        "no answer of the model follows the result: {}",
                        fact.does("such an example")
                    )
                });
            }
        }
    }

    fn say(
        &self,
        example: &Example<'_>,
        span: Span,
        fact: &TargetFact,
        findings: &mut Findings<'_>,
        words: impl FnOnce() -> String,
    ) {
        findings.report(example.record.at(span), fact.severity(), || {
            Message::new(words())
                .help("`tunelint profile` prints what the provider says of tools")
                .targets(&fact.targets)
        });
    }
}
