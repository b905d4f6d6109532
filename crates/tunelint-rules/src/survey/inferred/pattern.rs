//! The pattern of a short output: its tokens, where words that nearly all outputs have stay as they
//! are and any other words count as text.

use std::collections::BTreeSet;

use super::tokens::{Token, is_currency, tokens};

/// The maximum length of an output with a pattern, in characters, and of a pattern, in items.
const LONGEST: usize = 80;
const MOST_ITEMS: usize = 16;
/// The maximum number of words of a heading before a value: `The final answer is:`.
const HEADING: usize = 4;
/// Signs that change the meaning of a number.
const MEANINGFUL: &str = "<>≤≥~≈±+=^*?!";

/// A part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// Words that differ between outputs.
    Text,
    /// A word that nearly all outputs have, folded: see [`folded`].
    Constant(String),
    /// A number.
    Number,
    /// A date in digits.
    Date,
    /// A punctuation mark or another sign.
    Sign(char),
}

/// A pattern.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pattern {
    /// The items, each with whether whitespace comes before it.
    items: Vec<(Item, bool)>,
}

impl Pattern {
    /// The pattern of an output; `None` if it is long or has several lines.
    pub fn of(text: &str, constants: &BTreeSet<String>) -> Option<Self> {
        if !is_short(text) {
            return None;
        }
        let mut items: Vec<(Item, bool)> = Vec::new();
        let mut spaced = false;
        // A final period is the subject of `mixed-terminal-punctuation`.
        for token in tokens(text.trim_end_matches('.')) {
            let item = match token {
                Token::Space => {
                    spaced = true;
                    continue;
                }
                Token::Number(_) => Item::Number,
                Token::Date(_) => Item::Date,
                Token::Sign(sign) => Item::Sign(sign),
                Token::Word(word) => {
                    let word = folded(word);
                    match constants.contains(&word) {
                        true => Item::Constant(word),
                        false => Item::Text,
                    }
                }
            };
            let continues =
                item == Item::Text && items.last().is_some_and(|(last, _)| *last == item);
            if !continues {
                items.push((item, spaced && !items.is_empty()));
            }
            spaced = false;
        }
        (!items.is_empty() && items.len() <= MOST_ITEMS).then_some(Self { items })
    }

    /// Whether the pattern shows a convention: it has a number, a date, or a constant word.
    pub fn is_structured(&self) -> bool {
        let shows = |item: &Item| matches!(item, Item::Number | Item::Date | Item::Constant(_));
        self.bare().any(shows)
    }

    /// Whether the pattern has words that differ between outputs.
    pub fn has_text(&self) -> bool {
        self.bare().any(|item| *item == Item::Text)
    }

    /// Whether the pattern is a number alone.
    pub fn is_number(&self) -> bool {
        self.bare().eq([&Item::Number])
    }

    /// Whether `text`, whose pattern is `other`, has the same content as the outputs of this pattern,
    /// of which `example` is one, but is written in another way.
    pub fn is_rewritten(&self, example: &str, other: &Self, text: &str) -> bool {
        if self == other
            || other
                .bare()
                .all(|item| matches!(item, Item::Text | Item::Sign(_)))
        {
            return false;
        }
        let (usual, found) = (self.signs(), other.signs());
        let differing = |sign: char| usual.contains(&sign) != found.contains(&sign);
        // An interval and a tuple differ in their brackets.
        let brackets = differing('(') && differing('[');
        if brackets || MEANINGFUL.chars().any(differing) {
            return false;
        }
        self.is_resigned(other)
            || self.is_reordered(other)
            || self.has_other_unit(example, other, text)
    }

    /// The same words and numbers in the same order, with other signs or spaces between them.
    fn is_resigned(&self, other: &Self) -> bool {
        let solid = |item: &&Item| !matches!(item, Item::Sign(_));
        let money = |pattern: &Self| pattern.signs().into_iter().any(is_unit_sign);
        self.bare().filter(solid).eq(other.bare().filter(solid)) && !money(self) && !money(other)
            || self.bare().eq(other.bare())
    }

    /// The same items in another order.
    fn is_reordered(&self, other: &Self) -> bool {
        let sorted = |pattern: &Self| {
            let mut items: Vec<Item> = pattern.bare().cloned().collect();
            items.sort();
            items
        };
        let anchored = |item: &Item| matches!(item, Item::Constant(_) | Item::Sign(_));
        let texts = self.bare().filter(|item| **item == Item::Text).count();
        texts <= 1 && self.bare().any(anchored) && sorted(self) == sorted(other)
    }

    /// One number with its unit, which is missing or another one in `text`.
    fn has_other_unit(&self, example: &str, other: &Self, text: &str) -> bool {
        let measures =
            |pattern: &Self| pattern.bare().filter(|item| **item == Item::Number).count() == 1;
        let rest = |pattern: &Self| pattern.bare().filter(|item| is_unit(item)).count() + 1;
        let whole = |pattern: &Self| rest(pattern) == pattern.items.len();
        if !measures(self) || !measures(other) || !whole(self) || self.items.len() < 2 {
            return false;
        }
        let (usual, found) = (Unit::of(example), Unit::of(text));
        match (usual, found) {
            (Some(_), None) => other.is_number(),
            (Some(usual), Some(found)) => usual.is_replaced_by(&found),
            _ => false,
        }
    }

    fn bare(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().map(|(item, _)| item)
    }

    fn signs(&self) -> BTreeSet<char> {
        let sign = |item: &Item| match item {
            Item::Sign(sign) => Some(*sign),
            _ => None,
        };
        self.bare().filter_map(sign).collect()
    }
}

/// A unit: the only word, or the only currency or percent sign, besides the number.
#[derive(Debug, PartialEq, Eq)]
enum Unit<'t> {
    Word(&'t str),
    Sign(char),
}

/// Units outside the metric system.
const IMPERIAL: [&str; 14] = [
    "mi", "mile", "lb", "pound", "ft", "feet", "foot", "in", "inch", "oz", "ounce", "yd", "yard",
    "f",
];

impl<'t> Unit<'t> {
    /// The unit of an output; `None` without one, or with several words.
    fn of(text: &'t str) -> Option<Self> {
        let found =
            tokens(text.trim_end_matches('.'))
                .into_iter()
                .filter_map(|token| match token {
                    Token::Word(word) => Some(Unit::Word(word)),
                    Token::Sign(sign) if is_unit_sign(sign) => Some(Unit::Sign(sign)),
                    _ => None,
                });
        let found: Vec<Self> = found.collect();
        let mut found = found.into_iter();
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    /// Whether `other` is another unit of the same kind: a currency, an abbreviation, or a unit of
    /// the other system of measurement. Smaller and larger units (`g`, `kg`) may depend on the value.
    fn is_replaced_by(&self, other: &Self) -> bool {
        let money = |unit: &Self| match unit {
            Unit::Word(word) => {
                word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_uppercase())
            }
            Unit::Sign(sign) => is_currency(*sign),
        };
        match (self, other) {
            (usual, found) if money(usual) && money(found) => usual != found,
            (Unit::Word(usual), Unit::Word(found)) => {
                let (usual, found) = (folded(usual), folded(found));
                let imperial = |unit: &String| IMPERIAL.contains(&unit.as_str());
                usual != found
                    && (imperial(&usual) != imperial(&found) && usual.len() + found.len() <= 10
                        || abbreviates(&usual, &found)
                        || abbreviates(&found, &usual))
            }
            _ => false,
        }
    }
}

/// Whether `short` has the first and other letters of `long`, in this order.
fn abbreviates(short: &str, long: &str) -> bool {
    let mut letters = long.chars();
    let first = |word: &str| word.chars().next();
    short.len() < long.len()
        && first(short) == first(long)
        && short
            .chars()
            .all(|letter| letters.any(|have| have == letter))
}

fn is_unit(item: &Item) -> bool {
    match item {
        Item::Constant(_) => true,
        Item::Sign(sign) => is_unit_sign(*sign) || *sign == '°',
        _ => false,
    }
}

/// Whether a sign is a unit of a number.
pub fn is_unit_sign(sign: char) -> bool {
    sign == '%' || is_currency(sign)
}

/// Whether an output is short enough to have a pattern.
pub fn is_short(text: &str) -> bool {
    text.chars().nth(LONGEST).is_none() && !text.contains('\n')
}

/// A word in lower case and without the `s` of a plural.
pub fn folded(word: &str) -> String {
    let word = word.to_lowercase();
    match word.strip_suffix('s') {
        Some(singular) if singular.len() >= 2 => singular.to_owned(),
        _ => word,
    }
}

/// The distinct words of an output, folded.
pub fn words(text: &str) -> BTreeSet<String> {
    let words = tokens(text).into_iter().filter_map(|token| match token {
        Token::Word(word) => Some(folded(word)),
        _ => None,
    });
    words.collect()
}

/// What follows a heading at the start of an output, such as `Answer: `.
pub fn after_heading(text: &str) -> Option<(&str, &str)> {
    let at = text.find(": ")? + 1;
    let (heading, rest) = text.split_at_checked(at)?;
    let worded = heading
        .chars()
        .all(|c| c.is_alphabetic() || matches!(c, ' ' | '*' | ':'));
    let few = (1..=HEADING).contains(&heading.split_whitespace().count());
    (worded && few).then(|| (heading, rest.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether `found` is another way to write outputs like `usual`, whose words are constant.
    fn rewritten(usual: &str, found: &str) -> bool {
        let constants = words(usual);
        let of = |text| Pattern::of(text, &constants).unwrap();
        of(usual).is_rewritten(usual, &of(found), found)
    }

    #[test]
    fn order_separators_and_units_are_another_way_to_write() {
        for (usual, found) in [
            ("24.57 EUR", "EUR 24.57"),
            ("24.57 EUR", "€24.57"),
            ("24.57 EUR", "24.57EUR"),
            ("24.57 EUR", "24.57"),
            ("24.57 EUR", "24.57 USD"),
            ("$24.57", "24.57 $"),
            ("$24.57", "€24.57"),
            ("5 km", "5 kilometers"),
            ("5 km", "5 mi"),
            ("555-1234", "555/1234"),
            ("Room 5, floor 2", "Room 5; floor 2"),
        ] {
            assert!(rewritten(usual, found), "{usual}: {found}");
        }
    }

    #[test]
    fn variants_and_other_content_are_not() {
        for (usual, found) in [
            ("1 day", "2 days"),
            ("5 EUR", "-5 EUR"),
            ("5 EUR", "24.57 EUR"),
            ("5 EUR", "5 EUR."),
            ("5 km", "500 m"),
            ("5 hours", "30 minutes"),
            ("24.57 EUR", "not known"),
            ("24.57 EUR", "about 5 EUR"),
            ("24.57 EUR", ">5 EUR"),
            ("24.57 EUR", "5 EUR and 3 EUR"),
            ("$5", "5 hours"),
            ("71 + 17", "46 - 55"),
            ("[1, 5]", "(1, 5)"),
        ] {
            assert!(!rewritten(usual, found), "{usual}: {found}");
        }
    }

    #[test]
    fn headings_are_a_few_words_and_a_colon() {
        assert_eq!(
            after_heading("Final answer: 5"),
            Some(("Final answer:", "5"))
        );
        assert_eq!(after_heading("10:30"), None);
    }
}
