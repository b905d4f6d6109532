//! Turns in an order that the target does not take.

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope, TargetFact};
use tunelint_data::record::Field;
use tunelint_data::text::position::Span;
use tunelint_layouts::example::{Example, Role, Turn};
use tunelint_layouts::finding::{Findings, Message, Severity};
use tunelint_layouts::layout::Lesson;
use tunelint_layouts::provider::profile::Effect;

/// What is known about the rule.
pub const META: RuleMeta = RuleMeta::new("role-order", Level::Profile, Scope::Example);

/// Builds the rule.
pub fn build(context: &RuleContext) -> Option<Check> {
    let asked = Order::ALL.into_iter().flat_map(|order| {
        let facts = context.turns(order.name()).into_iter();
        // What a target only advises, nobody has to be told of every record.
        let facts = facts.filter(|fact| fact.effect != Effect::Advises);
        facts.map(move |fact| (order, fact))
    });
    Some(Check::example(RoleOrder {
        asked: asked.collect(),
    }))
}

struct RoleOrder {
    /// What targets ask for.
    asked: Vec<(Order, TargetFact)>,
}

/// A requirement on the order of turns.
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
    OneSystemText,
    TwoTurns,
    AnswersUser,
    SingleAnswer,
    SamePrompt,
}

/// Where an order is broken, and how.
struct Breach {
    span: Span,
    what: &'static str,
}

/// What is said of an end without an answer.
const ENDS_OTHERWISE: &str = "the conversation does not end with the model";

impl Breach {
    /// What to do about it, where it breaks `order`.
    fn help(&self, order: Order) -> &'static str {
        match self.what {
            ENDS_OTHERWISE => Order::LastModel.help(),
            _ => order.help(),
        }
    }
}

impl ExampleRule for RoleOrder {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        // What has no answer at all is `missing-assistant`.
        if example.outputs().next().is_none() {
            return;
        }
        // One turn out of place breaks several requirements, and is told once to each target.
        let mut told: Vec<(Span, &[String])> = Vec::new();
        let asked = self.asked.iter();
        for (order, fact) in asked.filter(|(_, fact)| fact.is_of(example.layout)) {
            let Some(breach) = order.breach_of(example) else {
                continue;
            };
            if told.contains(&(breach.span, &fact.targets)) {
                continue;
            }
            told.push((breach.span, &fact.targets));
            findings.report(example.record.at(breach.span), fact.severity(), || {
                Message::new(format!("{}: {}", breach.what, fact.does("such an example")))
                    .help(breach.help(*order))
                    .targets(&fact.targets)
            });
        }
        // A bare text has no order.
        if example.turns.len() < 2 {
            return;
        }
        let surely_wrong = [Order::OneSystem, Order::SystemFirst, Order::LastModel];
        let breaches = surely_wrong.iter().filter_map(|order| {
            let said = self.asked.iter().any(|(asked, _)| asked == order);
            Some((order, order.breach(&example.turns).filter(|_| !said)?))
        });
        for (order, breach) in breaches {
            if told.iter().any(|(span, _)| *span == breach.span) {
                continue;
            }
            told.push((breach.span, &[]));
            findings.report(example.record.at(breach.span), Severity::Warning, || {
                Message::new(breach.what).help(order.help())
            });
        }
    }
}

impl Order {
    /// Those about a single turn first: what they find explains what the others find.
    const ALL: [Self; 13] = [
        Self::NoSystem,
        Self::OneSystem,
        Self::OneSystemText,
        Self::SystemFirst,
        Self::SinglePair,
        Self::FirstUser,
        Self::Alternate,
        Self::OddEven,
        Self::LastModel,
        Self::AnswersUser,
        Self::SingleAnswer,
        Self::SamePrompt,
        Self::TwoTurns,
    ];

    /// Its name in profiles.
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
            Self::OneSystemText => "one-system-text",
            Self::TwoTurns => "two-turns",
            Self::AnswersUser => "answers-user",
            Self::SingleAnswer => "single-answer",
            Self::SamePrompt => "same-prompt",
        }
    }

    /// What to do about a breach.
    fn help(self) -> &'static str {
        match self {
            Self::NoSystem => "put the system text before the input, as `tunelint convert` does",
            Self::OneSystem => "make the system texts one",
            Self::OneSystemText => "make it one text, or leave the field out",
            Self::TwoTurns => "put in what the user says",
            Self::AnswersUser => "end the prompt with what the user says last",
            Self::SingleAnswer => "keep the first turn of each answer, as `tunelint convert` does",
            Self::SamePrompt => "begin both answers with the same turns",
            Self::SystemFirst => "put the system text before all other turns",
            Self::SinglePair => {
                "`tunelint convert --turns last` or `--turns each` makes single pairs of it"
            }
            Self::FirstUser => "start with what the user says",
            Self::Alternate | Self::OddEven => {
                "join turns of one speaker, or put in the turn between them"
            }
            Self::LastModel => "end with what the model is to answer, or cut what follows it",
        }
    }

    /// Where an example breaks it first.
    fn breach_of(self, example: &Example<'_>) -> Option<Breach> {
        let at = |span, what| Some(Breach { span, what });
        let is_pair = !example.rejected.is_empty();
        let answer = example.turns.len().checked_sub(example.answer_turns.max(1));
        let (prompt, chosen) = example.turns.split_at_checked(answer?)?;
        match self {
            Self::OneSystemText => match example.record.body.field("system")? {
                Field::Other(list) if list.items().count() != 1 => {
                    at(list.span(), "the system text is not one text")
                }
                _ => None,
            },
            // A text alone has no turns; what its layout is called tells more.
            _ if example.capacity.verbatim || example.capacity.lesson == Lesson::Text => None,
            Self::AnswersUser => prompt
                .last()
                .filter(|turn| is_pair && matches!(turn.role, Role::Model | Role::System))
                .and_then(|turn| at(turn.span, "the answers do not follow a turn of the user")),
            Self::SingleAnswer => [chosen, &example.rejected]
                .into_iter()
                .find_map(|turns| turns.get(1).filter(|_| is_pair))
                .and_then(|turn| at(turn.span, "an answer has more than one turn")),
            Self::SamePrompt => [chosen, &example.rejected]
                .into_iter()
                .flatten()
                .find(|turn| is_pair && prompt.is_empty() && turn.role == Role::User)
                .and_then(|turn| {
                    at(
                        turn.span,
                        "the two answers do not begin with the same prompt",
                    )
                }),
            // Only turns that are written one by one are counted so: in other layouts the results of
            // one call are joined.
            Self::OddEven if !example.capacity.separate_results => {
                repeated(&example.turns, true).or_else(|| uneven(&example.turns))
            }
            _ => self.breach(&example.turns),
        }
    }

    /// Where `turns` break it first.
    fn breach(self, turns: &[Turn<'_>]) -> Option<Breach> {
        let at = |turn: &Turn<'_>, what| Breach {
            span: turn.span,
            what,
        };
        if turns.len() < 2 && self != Self::TwoTurns {
            return None;
        }
        let mut systems = turns.iter().filter(|turn| turn.role == Role::System);
        let mut spoken = turns.iter().filter(|turn| turn.role != Role::System);
        match self {
            Self::NoSystem => systems
                .next()
                .map(|turn| at(turn, "there is a system text")),
            Self::OneSystem => systems
                .nth(1)
                .map(|turn| at(turn, "there is a second system text")),
            Self::SystemFirst => turns
                .iter()
                .skip_while(|turn| turn.role == Role::System)
                .find(|turn| turn.role == Role::System)
                .map(|turn| at(turn, "a system text stands behind other turns")),
            Self::SinglePair => spoken
                .nth(2)
                .map(|turn| at(turn, "there is more than one prompt and its answer")),
            Self::FirstUser => spoken
                .next()
                .filter(|turn| turn.role != Role::User)
                .map(|turn| at(turn, "the conversation does not start with the user")),
            Self::Alternate => repeated(turns, true),
            Self::OddEven => repeated(turns, false).or_else(|| uneven(turns)),
            Self::LastModel => spoken
                .next_back()
                .filter(|turn| turn.role != Role::Model)
                .map(|turn| at(turn, ENDS_OTHERWISE)),
            Self::TwoTurns => match (spoken.next(), spoken.next()) {
                (Some(turn), None) => Some(at(turn, "there is only one turn")),
                _ => None,
            },
            // Those of an example as a whole.
            Self::OneSystemText | Self::AnswersUser | Self::SingleAnswer | Self::SamePrompt => None,
        }
    }
}

/// The turn at which sides that alternate begin or end with the wrong one: so their number is odd.
fn uneven(turns: &[Turn<'_>]) -> Option<Breach> {
    let mut spoken = turns.iter().filter(|turn| turn.role != Role::System);
    let (first, last) = (spoken.clone().next()?, spoken.next_back()?);
    let (turn, what) = match (first.role, last.role) {
        (Role::Model, _) => (first, "the conversation starts with the model"),
        (_, Role::Model) => return None,
        _ => (last, ENDS_OTHERWISE),
    };
    Some(Breach {
        span: turn.span,
        what,
    })
}

/// The first turn that follows one of the same side. A tool's result stands on the user's side;
/// where results `join`, several of them are one turn.
fn repeated(turns: &[Turn<'_>], join: bool) -> Option<Breach> {
    let spoken = || turns.iter().filter(|turn| turn.role != Role::System);
    let mut pairs = spoken().zip(spoken().skip(1));
    let same = |(one, next): &(&Turn<'_>, &Turn<'_>)| {
        let results = one.role == Role::Tool && next.role == Role::Tool;
        (one.role == Role::Model) == (next.role == Role::Model) && !(results && join)
    };
    pairs.find(same).map(|(_, turn)| Breach {
        span: turn.span,
        what: match turn.role {
            Role::Model => "the model speaks twice in a row",
            _ => "the user's side speaks twice in a row",
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
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
    fn each_order_has_its_breaches() {
        for (order, kept, broken) in [
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
            (Order::TwoTurns, "um", "sm"),
        ] {
            assert!(!breaks(order, kept), "{order:?} {kept}");
            assert!(breaks(order, broken), "{order:?} {broken}");
        }
    }
}
