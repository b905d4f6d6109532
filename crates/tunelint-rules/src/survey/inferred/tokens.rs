//! The tokens of a short output: numbers, dates, words and signs.

use super::dates::DateFormat;
use super::numbers::Number;

/// A token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'t> {
    /// Whitespace of any length.
    Space,
    /// Letters, with hyphens and apostrophes between them.
    Word(&'t str),
    /// Digits, with separators between them.
    Number(&'t str),
    /// A date in digits.
    Date(DateFormat),
    /// Any other character.
    Sign(char),
}

/// Cuts a text into tokens. A sign before a number (`-3`, `+$5`) is part of no pattern and left out.
///
/// ```
/// use tunelint_rules::survey::inferred::tokens::{Token, tokens};
/// assert_eq!(
///     tokens("-24.57 EUR"),
///     [Token::Number("24.57"), Token::Space, Token::Word("EUR")]
/// );
/// ```
pub fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found: Vec<Token<'_>> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (token, length) = next(rest, first);
        rest = rest.get(length..).unwrap_or_default();
        let starts = !matches!(
            found.last(),
            Some(Token::Word(_) | Token::Number(_) | Token::Date(_))
        );
        let plain = matches!(first, '-' | '+' | '−')
            && starts
            && rest.starts_with(|c: char| c.is_ascii_digit() || is_currency(c));
        if !plain {
            found.push(token);
        }
    }
    found
}

/// The first token of `rest`, which starts with `first`, and its length in bytes.
fn next(rest: &str, first: char) -> (Token<'_>, usize) {
    let run = |has: fn(char) -> bool| rest.find(|c| !has(c)).unwrap_or(rest.len());
    if first.is_whitespace() {
        return (Token::Space, run(char::is_whitespace));
    }
    if first.is_ascii_digit() {
        let length = joined(rest, |c| c.is_ascii_digit(), &['-', '/', '.']);
        let whole = rest.get(..length).unwrap_or_default();
        if let Some(date) = DateFormat::of(whole) {
            return (Token::Date(date), length);
        }
        let signs = ['.', ',', '\'', '\u{a0}', '\u{202f}'];
        let length = joined(rest, |c| c.is_ascii_digit(), &signs);
        return (
            Token::Number(rest.get(..length).unwrap_or_default()),
            length,
        );
    }
    if first.is_alphabetic() {
        let length = joined(rest, char::is_alphabetic, &['-', '\'', '’']);
        return (Token::Word(rest.get(..length).unwrap_or_default()), length);
    }
    (Token::Sign(first), first.len_utf8())
}

/// The length of the run of characters that `has` accepts, with single `signs` between them.
fn joined(rest: &str, has: fn(char) -> bool, signs: &[char]) -> usize {
    let mut length = 0;
    loop {
        let run = rest.get(length..).unwrap_or_default();
        length += run.find(|c| !has(c)).unwrap_or(run.len());
        let mut after = rest.get(length..).unwrap_or_default().chars();
        let (sign, next) = (after.next(), after.next());
        match sign.filter(|sign| signs.contains(sign) && next.is_some_and(has)) {
            Some(sign) => length += sign.len_utf8(),
            None => return length,
        }
    }
}

/// Whether a character is a currency sign.
pub fn is_currency(c: char) -> bool {
    super::numbers::CURRENCIES.contains(&c)
}

/// The numbers among tokens.
pub fn numbers<'t>(tokens: &'t [Token<'t>]) -> impl Iterator<Item = Number> {
    tokens.iter().filter_map(|token| match token {
        Token::Number(text) => Number::parse(text),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_dates_words_and_signs_are_distinguished() {
        assert_eq!(
            tokens("€1,234.50 (well-known)"),
            [
                Token::Sign('€'),
                Token::Number("1,234.50"),
                Token::Space,
                Token::Sign('('),
                Token::Word("well-known"),
                Token::Sign(')'),
            ]
        );
        assert!(matches!(tokens("03-14-2025").as_slice(), [Token::Date(_)]));
        assert!(matches!(tokens("1.5.3.2").as_slice(), [Token::Number(_)]));
        assert_eq!(tokens("3-4").len(), 3);
    }

    #[test]
    fn an_optional_sign_is_left_out() {
        assert_eq!(tokens("-3"), tokens("3"));
        assert_eq!(tokens("-$5"), tokens("$5"));
        assert_ne!(tokens("AB-12"), tokens("AB12"));
    }
}
