//! A word that the target reserves.

use aho_corasick::AhoCorasick;

use crate::contract::{Check, ExampleRule, Level, RuleContext, RuleMeta, Scope, TargetFact};
use tunelint_data::text::Text;
use tunelint_data::text::printable::quoted;
use tunelint_layouts::example::{Example, Part, PartKind, Role};
use tunelint_layouts::finding::{Findings, Message};
use tunelint_layouts::provider::profile::{Reserved, Where};

/// The rule's metadata for the registry.
pub const META: RuleMeta = RuleMeta::new("reserved-word", Level::Profile, Scope::Example);

/// Builds the rule; `None` unless a target reserves words.
pub fn build(context: &RuleContext) -> Option<Check> {
    let mut lists: Vec<List> = Vec::new();
    for profile in &context.profiles {
        for reserved in &profile.reserved {
            match lists.iter_mut().find(|list| list.equals(reserved)) {
                Some(list) => list.fact.targets.push(profile.name.clone()),
                None => lists.extend(List::new(reserved, &profile.name)),
            }
        }
    }
    (!lists.is_empty()).then(|| Check::example(ReservedWord { lists }))
}

struct ReservedWord {
    lists: Vec<List>,
}

/// A list of words, with all the targets that reserve them in the same way.
struct List {
    reserved: Reserved,
    finder: AhoCorasick,
    fact: TargetFact,
}

impl List {
    /// Compiles the list; `None` if its words make no automaton, which a test rules out.
    fn new(reserved: &Reserved, target: &str) -> Option<Self> {
        let finder = AhoCorasick::builder()
            .ascii_case_insensitive(!reserved.case_sensitive)
            .build(&reserved.words)
            .ok()?;
        Some(Self {
            reserved: reserved.clone(),
            finder,
            fact: TargetFact::one(target, reserved.effect, reserved.unconfirmed),
        })
    }

    fn equals(&self, other: &Reserved) -> bool {
        let key = |of: &Reserved| {
            (
                of.words.clone(),
                of.place,
                of.case_sensitive,
                of.line_start,
                of.effect,
                of.unconfirmed,
            )
        };
        key(&self.reserved) == key(other)
    }

    /// The first reserved word in `text`.
    fn find(&self, text: &Text<'_>) -> Option<std::ops::Range<usize>> {
        let text = text.as_str();
        let is_match = |range: &std::ops::Range<usize>| {
            let before = text.get(..range.start).unwrap_or_default();
            !self.reserved.line_start || before.ends_with('\n')
        };
        let mut found = self.finder.find_iter(text).map(|found| found.range());
        found.find(is_match)
    }
}

impl ExampleRule for ReservedWord {
    fn check(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        for list in &self.lists {
            let is_input = |role| matches!(role, Role::System | Role::User);
            let turns = example
                .turns
                .iter()
                .filter(|turn| list.reserved.place == Where::Any || is_input(turn.role));
            for text in turns.flat_map(|turn| &turn.texts) {
                let Some(range) = list.find(text) else {
                    continue;
                };
                let place = example.record.at(text.span_of(range.start, range.end));
                findings.report(place, list.fact.impact(), || {
                    let word = text.as_str().get(range).unwrap_or_default();
                    let place = match (list.reserved.line_start, list.reserved.place) {
                        (true, _) => " after a line break",
                        (_, Where::Input) => " in prompts",
                        (_, Where::Any) => "",
                    };
                    Message::new(format!(
                        "reserved word {}: {}",
                        quoted(word, 30),
                        list.fact.describe_effect(&format!("it{place}"))
                    ))
                    .help("rephrase it")
                });
            }
            if list.reserved.place == Where::Any {
                list.check_parts(example, findings);
            }
        }
    }
}

impl List {
    /// Checks what is not plain text: results of tools, reasoning. The word is looked for in the
    /// value as written.
    fn check_parts(&self, example: &Example<'_>, findings: &mut Findings<'_>) {
        let parts = example.turns.iter().flat_map(|turn| &turn.parts);
        let is_text = |part: &&Part<'_>| {
            use PartKind::{Note, Reasoning, Result};
            matches!(part.kind, Result | Note | Reasoning)
        };
        for part in parts.filter(is_text) {
            let Some(found) = self.finder.find(part.raw) else {
                continue;
            };
            findings.report(example.record.at(part.span), self.fact.impact(), || {
                let word = part.raw.get(found.range()).unwrap_or_default();
                let (word, does) = (quoted(word, 30), self.fact.describe_effect("it"));
                Message::new(format!("reserved word {word}: {does}")).help("rephrase it")
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{record, reported, turn};
    use tunelint_layouts::provider::profile::Effect;

    fn reserved() -> Reserved {
        Reserved {
            words: vec!["Human:".to_owned(), "Bot:".to_owned()],
            place: Where::Input,
            case_sensitive: true,
            line_start: false,
            effect: Effect::Rejects,
            source: String::new(),
            quote: String::new(),
            note: None,
            unconfirmed: false,
        }
    }

    /// Where the first reserved word of `text` starts.
    fn start(reserved: &Reserved, text: &str) -> Option<usize> {
        let list = List::new(reserved, "t").unwrap();
        let text = Text::composed(text.to_owned(), tunelint_data::text::position::Span::at(0));
        list.find(&text).map(|range| range.start)
    }

    #[test]
    fn case_and_line_starts_count_where_the_target_says_so() {
        let anywhere = reserved();
        assert_eq!(start(&anywhere, "a Bot: b Human: c"), Some(2));
        assert_eq!(start(&anywhere, "human: Human :"), None);
        let any_case = Reserved {
            case_sensitive: false,
            ..reserved()
        };
        assert_eq!(start(&any_case, "Hi, hUMAN:"), Some(4));
        let at_line_start = Reserved {
            line_start: true,
            ..reserved()
        };
        assert_eq!(start(&at_line_start, "Human: a Bot: b\n Bot: c"), None);
        assert_eq!(start(&at_line_start, "Human: a Bot: b\nBot: c"), Some(16));
    }

    #[test]
    fn each_text_has_one_finding_where_the_target_looks() {
        let check = |place| {
            let reserved = Reserved {
                place,
                ..reserved()
            };
            let rule = ReservedWord {
                lists: vec![List::new(&reserved, "t").unwrap()],
            };
            let turns = [Role::System, Role::User, Role::Model, Role::Tool];
            let turns = turns.map(|role| turn(role, "Bot: Human:")).to_vec();
            reported(|findings| rule.check(&Example::new(record(1), turns), findings))
        };
        let in_prompts = "error: reserved word `Bot:`: t rejects it in prompts";
        assert_eq!(check(Where::Input), [in_prompts; 2]);
        assert_eq!(
            check(Where::Any),
            ["error: reserved word `Bot:`: t rejects it"; 4]
        );
    }

    #[test]
    fn lists_are_merged_only_if_they_have_the_same_effect() {
        let list = List::new(&reserved(), "t").unwrap();
        let unconfirmed = Reserved {
            unconfirmed: true,
            ..reserved()
        };
        let quoted = Reserved {
            quote: "Never write `Human:`.".to_owned(),
            ..reserved()
        };
        assert!(list.equals(&quoted) && !list.equals(&unconfirmed));
    }
}
