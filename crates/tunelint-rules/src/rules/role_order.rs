//! Messages in an order that the target does not accept, or that breaks training anyway.

use serde::{Deserialize, Serialize};

use crate::contract::{
    Check, DatasetRule, ExampleRule, Level, RuleContext, RuleMeta, Scope, TargetFact,
};
use crate::survey::share::Share;
use tunelint_data::record::Field;
use tunelint_data::text::position::Span;
use tunelint_data::text::printable::grouped;
use tunelint_layouts::example::{Example, Role, Turn};
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::layout::TrainingObjective;
use tunelint_layouts::provider::profile::Effect;

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new("role-order", Level::Profile, Scope::Example);

/// Builds the rule.
pub fn build(context: &RuleContext) -> Option<Check> {
    let required = Order::ALL.into_iter().flat_map(|order| {
        let facts = context.turns(order.name()).into_iter();
        // Advice about the order is not reported: it would repeat for every record.
        let facts = facts.filter(|fact| fact.effect != Effect::Advises);
        facts.map(move |fact| (order, fact))
    });
    let counts_ends = context.profiles.is_empty();
    let mut check = Check::example(RoleOrder {
        required: required.collect(),
        counts_ends,
    });
    if counts_ends {
        check.dataset = Check::dataset(UnusualOrder).dataset;
    }
    Some(check)
}

struct RoleOrder {
    /// The requirements of the targets.
    required: Vec<(Order, TargetFact)>,
    /// Whether [`UnusualOrder`] reports conversations that do not end with the assistant.
    counts_ends: bool,
}

/// A requirement on the order of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    NoSystem,
    OneSystem,
    SystemFirst,
    SinglePair,
    FirstUser,
    Alternate,
    OddEven,
    LastModel,
    LastUser,
    OneSystemText,
    TwoTurns,
    AnswersUser,
    SingleAnswer,
    SamePrompt,
}

/// Where a requirement is violated, and how.
struct Breach {
    span: Span,
    what: &'static str,
}

const NO_FINAL_ASSISTANT: &str = "last message is not from the assistant";

impl Breach {
    /// The help for this breach, found while checking `order`.
    fn help(&self, order: Order) -> &'static str {
        match self.what {
            NO_FINAL_ASSISTANT => Order::LastModel.help(),
            _ => order.help(),
        }
    }
}

impl ExampleRule for RoleOrder {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        // An example without any output is `missing-assistant`.
        if example.outputs().next().is_none() && !example.is_prompt_only() {
            return;
        }
        // One misplaced message violates several requirements; it is reported once for each target.
        let mut reported: Vec<(Span, &[String])> = Vec::new();
        let required = self.required.iter();
        for (order, fact) in required.filter(|(_, fact)| fact.is_of(example.layout)) {
            let Some(breach) = order.breach_of(example) else {
                continue;
            };
            if reported.contains(&(breach.span, &fact.targets)) {
                continue;
            }
            reported.push((breach.span, &fact.targets));
            findings.report(example.record.at(breach.span), fact.impact(), || {
                Message::new(format!(
                    "{}: {}",
                    breach.what,
                    fact.describe_effect("the example")
                ))
                .help(breach.help(*order))
            });
        }
        // A plain text has no order.
        if example.turns.len() < 2 {
            return;
        }
        let breaches = always_wrong(example).iter().filter_map(|order| {
            let is_required = self.required.iter().any(|(required, _)| required == order);
            let breach = match order {
                Order::SamePrompt => order.breach_of(example),
                _ => order.breach(&example.turns),
            };
            let breach = breach.filter(|_| !is_required)?;
            Some((order, breach))
        });
        for (order, breach) in breaches {
            if reported.iter().any(|(span, _)| *span == breach.span) {
                continue;
            }
            reported.push((breach.span, &[]));
            if self.counts_ends && *order == Order::LastModel {
                continue;
            }
            findings.report(example.record.at(breach.span), Severity::Warning, || {
                Message::new(breach.what).help(order.help())
            });
        }
    }
}

/// The requirements of every target. A prompt without a response may end with the start of one.
fn always_wrong(example: &Example<'_>) -> &'static [Order] {
    match example.is_prompt_only() {
        true => &[Order::OneSystem, Order::SystemFirst],
        false => &[
            Order::OneSystem,
            Order::SystemFirst,
            Order::LastModel,
            Order::SamePrompt,
        ],
    }
}

/// The minimum number of conversations, and the maximum percentage of them with an unusual order
/// that is not the form of the dataset.
const MIN_CONVERSATIONS: u64 = 20;
const UNUSUAL_PERCENT: u64 = 10;

/// The minimum number of conversations, and the minimum percentage of them without a final response, that
/// show that they are prompts.
const MIN_PROMPTS: u64 = 5;
const PROMPTS_PERCENT: u64 = 90;

/// Without a target: gives advice about a few conversations in an order that many targets reject, and
/// reports those that do not end with the assistant, once where nearly none does.
struct UnusualOrder;

/// The conversations in an unusual order, and those without a final response.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Orders {
    unusual: Share<String>,
    open: Share,
}

impl DatasetRule for UnusualOrder {
    type Tally = Orders;

    fn observe(&self, example: &Example<'_>, tally: &mut Orders) {
        if example.outputs().next().is_none() {
            return;
        }
        if example.turns.len() > 1 && always_wrong(example).contains(&Order::LastModel) {
            tally.open.all += 1;
            if let Some(breach) = Order::LastModel.breach(&example.turns) {
                tally.open.add(&example.record, breach.span, || ());
            }
        }
        if !example.capacity.many_turns {
            return;
        }
        tally.unusual.all += 1;
        let mut orders = [Order::FirstUser, Order::Alternate].into_iter();
        if let Some(breach) = orders.find_map(|order| order.breach_of(example)) {
            let what = || breach.what.to_owned();
            tally.unusual.add(&example.record, breach.span, what);
        }
    }

    fn merge(&self, into: &mut Orders, from: Orders) {
        into.unusual.merge(from.unusual);
        into.open.merge(from.open);
    }

    fn renumber_sources(&self, tally: &mut Orders, by: u32) {
        tally.unusual.renumber_sources(by);
        tally.open.renumber_sources(by);
    }

    fn finish(&self, tally: Orders, findings: &mut Findings<'_>) {
        report_unusual(tally.unusual, findings);
        report_open(tally.open, findings);
    }
}

/// Gives advice once if a few conversations are in an unusual order.
fn report_unusual(unusual: Share<String>, findings: &mut Findings<'_>) {
    let (have, all) = (grouped(unusual.have), grouped(unusual.all));
    if unusual.all < MIN_CONVERSATIONS || unusual.is_at_least(UNUSUAL_PERCENT) {
        return;
    }
    let Some((place, what)) = unusual.places.into_iter().next() else {
        return;
    };
    findings.report_at(place, Severity::Advice, || {
        Message::new(format!(
            "{what}; {have} of {all} conversations do not alternate from the user on"
        ))
        .help("merge consecutive messages of one role, or add the missing message: many targets reject them")
    });
}

/// Reports conversations without a final response: each of them, or nearly all of them once, as prompts.
fn report_open(open: Share, findings: &mut Findings<'_>) {
    if open.all >= MIN_PROMPTS && open.is_at_least(PROMPTS_PERCENT) {
        let (have, all) = (grouped(open.have), grouped(open.all));
        let Some((place, ())) = open.places.into_iter().next() else {
            return;
        };
        findings.report_at(place, Severity::Advice, || {
            Message::new(format!(
                "{NO_FINAL_ASSISTANT} in {have} of {all} conversations"
            ))
            .help("unless they are prompts for reinforcement learning, add the responses")
        });
        return;
    }
    let (more, shown) = (open.more(), open.places.len());
    for (at, (place, ())) in open.places.into_iter().enumerate() {
        findings.report_at(place, Severity::Warning, || {
            let text = match at + 1 == shown {
                true => format!("{NO_FINAL_ASSISTANT}{more}"),
                false => NO_FINAL_ASSISTANT.to_owned(),
            };
            Message::new(text).help(Order::LastModel.help())
        });
    }
}

impl Order {
    /// Those about a single message come first: their breaches explain those of the others.
    const ALL: [Self; 14] = [
        Self::NoSystem,
        Self::OneSystem,
        Self::OneSystemText,
        Self::SystemFirst,
        Self::SinglePair,
        Self::FirstUser,
        Self::Alternate,
        Self::OddEven,
        Self::LastModel,
        Self::LastUser,
        Self::AnswersUser,
        Self::SingleAnswer,
        Self::SamePrompt,
        Self::TwoTurns,
    ];

    /// The key in profiles.
    fn name(self) -> &'static str {
        match self {
            Self::NoSystem => "no-system",
            Self::OneSystem => "one-system",
            Self::SystemFirst => "system-first",
            Self::SinglePair => "single-pair",
            Self::FirstUser => "first-user",
            Self::Alternate => "alternate",
            Self::OddEven => "odd-even",
            Self::LastModel => "last-model",
            Self::LastUser => "last-user",
            Self::OneSystemText => "one-system-text",
            Self::TwoTurns => "two-turns",
            Self::AnswersUser => "answers-user",
            Self::SingleAnswer => "single-answer",
            Self::SamePrompt => "same-prompt",
        }
    }

    /// The help for a breach.
    fn help(self) -> &'static str {
        match self {
            Self::NoSystem => "prepend the system prompt to the input, as `tunelint convert` does",
            Self::OneSystem => "merge the system messages",
            Self::OneSystemText => "write one text, or remove the field",
            Self::TwoTurns => "add the user message",
            Self::AnswersUser | Self::LastUser => "end the prompt with a user message",
            Self::SingleAnswer => {
                "keep the first message of each response, as `tunelint convert` does"
            }
            Self::SamePrompt => "start both conversations with the same prompt",
            Self::SystemFirst => "move the system message before all other messages",
            Self::SinglePair => {
                "split it into single pairs with `tunelint convert --turns last` or `--turns each`"
            }
            Self::FirstUser => "start with a user message",
            Self::Alternate | Self::OddEven => {
                "merge consecutive messages of one role, or add the missing message between them"
            }
            Self::LastModel => {
                "end with an assistant message, or remove the messages after the last one"
            }
        }
    }

    /// The first breach in an example.
    fn breach_of(self, example: &Example<'_>) -> Option<Breach> {
        let at = |span, what| Some(Breach { span, what });
        let is_pair = !example.rejected.is_empty();
        let prompt_turns = example.turns.len().checked_sub(example.answer_turns.max(1));
        let (prompt, chosen) = example.turns.split_at_checked(prompt_turns?)?;
        match self {
            Self::OneSystemText => match example.record.body.field("system")? {
                Field::Other(list) if list.items().count() != 1 => {
                    at(list.span(), "`system` does not have exactly one item")
                }
                _ => None,
            },
            // A plain text has no messages to be ordered.
            _ if example.capacity.verbatim
                || example.capacity.objective == TrainingObjective::Text =>
            {
                None
            }
            Self::AnswersUser => prompt
                .last()
                .filter(|turn| is_pair && matches!(turn.role, Role::Model | Role::System))
                .and_then(|turn| at(turn.span, "responses do not follow a user message")),
            Self::SingleAnswer => [chosen, &example.rejected]
                .into_iter()
                .find_map(|turns| turns.get(1).filter(|_| is_pair))
                .and_then(|turn| at(turn.span, "response has more than one message")),
            Self::SamePrompt => [chosen, &example.rejected]
                .into_iter()
                .flatten()
                .find(|turn| is_pair && prompt.is_empty() && turn.role == Role::User)
                .and_then(|turn| at(turn.span, "the two responses do not share a prompt")),
            // Where the results of one call are joined, they do not count one by one.
            Self::OddEven if !example.capacity.separate_results => {
                repeated(&example.turns, true).or_else(|| uneven(&example.turns))
            }
            // Data with responses is not what a target that trains on prompts takes.
            Self::LastUser if !example.is_prompt_only() => None,
            _ => self.breach(&example.turns),
        }
    }

    /// The first breach in `turns`.
    fn breach(self, turns: &[Turn<'_>]) -> Option<Breach> {
        let at = |turn: &Turn<'_>, what| Breach {
            span: turn.span,
            what,
        };
        if turns.len() < 2 && !matches!(self, Self::TwoTurns | Self::FirstUser | Self::LastUser) {
            return None;
        }
        let mut systems = turns.iter().filter(|turn| turn.role == Role::System);
        let mut messages = turns.iter().filter(|turn| turn.role != Role::System);
        match self {
            Self::NoSystem => systems.next().map(|turn| at(turn, "system message")),
            Self::OneSystem => systems.nth(1).map(|turn| at(turn, "second system message")),
            Self::SystemFirst => turns
                .iter()
                .skip_while(|turn| turn.role == Role::System)
                .find(|turn| turn.role == Role::System)
                .map(|turn| at(turn, "system message after other messages")),
            Self::SinglePair => messages
                .nth(2)
                .map(|turn| at(turn, "more than one prompt-response pair")),
            Self::FirstUser => messages
                .next()
                .filter(|turn| turn.role != Role::User)
                .map(|turn| at(turn, "first message is not from the user")),
            Self::Alternate => repeated(turns, true),
            Self::OddEven => repeated(turns, false).or_else(|| uneven(turns)),
            Self::LastModel => messages
                .next_back()
                .filter(|turn| turn.role != Role::Model)
                .map(|turn| at(turn, NO_FINAL_ASSISTANT)),
            Self::LastUser => messages
                .next_back()
                .filter(|turn| turn.role != Role::User)
                .map(|turn| at(turn, "last message is not from the user")),
            Self::TwoTurns => match (messages.next(), messages.next()) {
                (Some(turn), None) => Some(at(turn, "only one message")),
                _ => None,
            },
            // Handled by `breach_of`: they concern the example as a whole.
            Self::OneSystemText | Self::AnswersUser | Self::SingleAnswer | Self::SamePrompt => None,
        }
    }
}

/// The message at which alternating roles start with the assistant or end with the user's side.
fn uneven(turns: &[Turn<'_>]) -> Option<Breach> {
    let mut messages = turns.iter().filter(|turn| turn.role != Role::System);
    let (first, last) = (messages.clone().next()?, messages.next_back()?);
    let (turn, what) = match (first.role, last.role) {
        (Role::Model, _) => (first, "first message is from the assistant"),
        (_, Role::Model) => return None,
        _ => (last, NO_FINAL_ASSISTANT),
    };
    Some(Breach {
        span: turn.span,
        what,
    })
}

/// The first message that follows one of the same side. Tool results are on the user's side;
/// with `join`, consecutive tool results count as one message.
fn repeated(turns: &[Turn<'_>], join: bool) -> Option<Breach> {
    let messages = || turns.iter().filter(|turn| turn.role != Role::System);
    let mut pairs = messages().zip(messages().skip(1));
    let same = |(one, next): &(&Turn<'_>, &Turn<'_>)| {
        let results = one.role == Role::Tool && next.role == Role::Tool;
        (one.role == Role::Model) == (next.role == Role::Model) && !(results && join)
    };
    pairs.find(same).map(|(_, turn)| Breach {
        span: turn.span,
        what: match turn.role {
            Role::Model => "two assistant messages in a row",
            _ => "two user or tool messages in a row",
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{record, reported, turn};
    use tunelint_data::text::Text;

    fn breaks(order: Order, roles: &str) -> bool {
        let role = |c| match c {
            's' => Role::System,
            'u' => Role::User,
            'm' => Role::Model,
            _ => Role::Tool,
        };
        let turn = |(at, c)| Turn::of_text(role(c), Text::composed("x".into(), Span::at(at)));
        let turns: Vec<_> = roles.chars().enumerate().map(turn).collect();
        order.breach(&turns).is_some()
    }

    #[test]
    fn each_order_is_checked() {
        for (order, valid, invalid) in [
            (Order::NoSystem, "um", "sum"),
            (Order::OneSystem, "sum", "ssum"),
            (Order::SystemFirst, "ssum", "usm"),
            (Order::SinglePair, "sum", "umu"),
            (Order::FirstUser, "sumum", "smu"),
            (Order::Alternate, "sumttmum", "uum"),
            (Order::Alternate, "mum", "umm"),
            (Order::OddEven, "sumtm", "umttm"),
            (Order::OddEven, "um", "mu"),
            (Order::OddEven, "sum", "umu"),
            (Order::LastModel, "um", "umu"),
            (Order::LastUser, "su", "sum"),
            (Order::TwoTurns, "um", "sm"),
        ] {
            assert!(!breaks(order, valid), "{order:?} {valid}");
            assert!(breaks(order, invalid), "{order:?} {invalid}");
        }
    }

    fn conversations(ends: &[(Role, usize)]) -> Vec<String> {
        let mut tally = Orders::default();
        for (role, times) in ends {
            let turns = [Role::User, Role::Model, *role].map(|role| turn(role, "x"));
            let example = Example::new(record(1), turns.to_vec());
            (0..*times).for_each(|_| UnusualOrder.observe(&example, &mut tally));
        }
        reported(|findings| UnusualOrder.finish(tally, findings))
    }

    #[test]
    fn conversations_that_nearly_all_end_with_the_user_are_prompts() {
        let single = "warning: last message is not from the assistant";
        assert_eq!(conversations(&[(Role::User, 1)]), [single]);
        assert_eq!(conversations(&[(Role::User, 4)]), [single; 4]);
        let prompts = "advice: last message is not from the assistant in 9 of 10 conversations";
        let found = conversations(&[(Role::User, 9), (Role::Model, 1)]);
        assert_eq!(found.last().map(String::as_str), Some(prompts));
        let found = conversations(&[(Role::User, 8), (Role::Model, 2)]);
        assert_eq!(found, [single; 8]);
    }
}
