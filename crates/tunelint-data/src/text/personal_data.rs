//! Finds personal data in a text: reported as such, and redacted wherever text is shown.
//!
//! Patterns alone have too many false positives: numbers must have valid check digits, and values
//! reserved for documentation do not count.

use std::ops::Range;

use crate::text::pattern::LazyPattern;
use crate::text::secret::{SensitiveSpan, logins};

/// A kind of personal data.
struct PersonalKind {
    what: &'static str,
    pattern: LazyPattern,
    /// Whether a text may contain it: certain if not, and cheaper than the pattern, which also takes
    /// long to compile.
    may_contain: fn(&Signs) -> bool,
    is_real: fn(&[u8]) -> bool,
}

const MAIL: &str = "an email address";

/// What a text has that personal data consist of.
struct Signs {
    /// An `@`.
    has_at: bool,
    /// The number of digits in the longest run of digits and what separates them.
    digits: usize,
    /// Two capital letters before two digits.
    has_country: bool,
}

impl Signs {
    fn of(text: &[u8]) -> Self {
        let is_number = |byte: &u8| byte.is_ascii_digit() || b" ().+-".contains(byte);
        let digits = |run: &[u8]| run.iter().filter(|byte| byte.is_ascii_digit()).count();
        let is_country =
            |four: &[u8]| matches!(four, [b'A'..=b'Z', b'A'..=b'Z', b'0'..=b'9', b'0'..=b'9']);
        Self {
            has_at: memchr::memchr(b'@', text).is_some(),
            digits: text
                .split(|byte| !is_number(byte))
                .map(digits)
                .max()
                .unwrap_or(0),
            has_country: text.windows(4).any(is_country),
        }
    }
}

static KINDS: [PersonalKind; 5] = [
    PersonalKind {
        what: MAIL,
        pattern: LazyPattern::new(
            r"\b[A-Za-z0-9][A-Za-z0-9._%+-]*@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,24}\b",
        ),
        may_contain: |signs| signs.has_at,
        is_real: is_mail,
    },
    PersonalKind {
        what: "a card number",
        pattern: LazyPattern::new(
            r"\b(?:\d{4}([ -]?)\d{4}[ -]?\d{4}[ -]?\d{4}|\d{4}[ -]?\d{6}[ -]?\d{5})\b",
        ),
        may_contain: |signs| signs.digits >= 15,
        is_real: is_card,
    },
    PersonalKind {
        what: "a bank account number (IBAN)",
        pattern: LazyPattern::new(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"),
        may_contain: |signs| signs.has_country,
        is_real: is_iban,
    },
    PersonalKind {
        what: "a social security number",
        pattern: LazyPattern::new(r"\b\d{3}-\d{2}-\d{4}\b"),
        may_contain: |signs| signs.digits >= 9,
        is_real: is_ssn,
    },
    PersonalKind {
        what: "a phone number",
        pattern: LazyPattern::new(
            r"\+\d[\d ().-]{6,18}\d\b|(?:\(\d{3}\) ?|\b\d{3}[ .-])\d{3}[ .-]\d{4}\b",
        ),
        may_contain: |signs| signs.digits >= 8,
        is_real: is_phone,
    },
];

/// All personal data in `text`, in order and without overlaps.
///
/// ```
/// use tunelint_data::text::personal_data::find;
/// let found = find(b"write to maria.keller@posteo.net");
/// assert_eq!((found[0].what, found[0].range.clone()), ("an email address", 9..32));
/// assert!(find(b"write to maria@example.org").is_empty());
/// ```
pub fn find(text: &[u8]) -> Vec<SensitiveSpan> {
    let mut found: Vec<SensitiveSpan> = Vec::new();
    let signs = Signs::of(text);
    for kind in KINDS.iter().filter(|kind| (kind.may_contain)(&signs)) {
        let Some(pattern) = kind.pattern.get() else {
            continue;
        };
        let matches = pattern
            .find_iter(text)
            .filter(|hit| (kind.is_real)(hit.as_bytes()) && !is_term(text, hit.range()));
        found.extend(matches.map(|hit| SensitiveSpan {
            what: kind.what,
            range: hit.range(),
        }));
    }
    // A password and host of a URL look like an email address.
    let logins = if signs.has_at {
        logins(text)
    } else {
        Vec::new()
    };
    let is_login = |at: usize| logins.iter().any(|login| login.contains(&at));
    found.retain(|found| found.what != MAIL || !is_login(found.range.start));
    found.sort_by_key(|found| (found.range.start, found.range.end));
    let mut end = 0;
    found.retain(|found| {
        let fits = found.range.start >= end;
        if fits {
            end = found.range.end;
        }
        fits
    });
    found
}

/// Whether the plus sign is an operator: `12500+21000-6300` is not a phone number.
fn is_term(text: &[u8], range: Range<usize>) -> bool {
    let before = range.start.checked_sub(1).and_then(|at| text.get(at));
    let adds = |before: &u8| before.is_ascii_alphanumeric() || *before == b')';
    text.get(range.start) == Some(&b'+') && before.is_some_and(adds)
}

/// Placeholder domains.
const DOMAINS: [&str; 8] = [
    "email.com",
    "domain.com",
    "company.com",
    "mail.com",
    "yourdomain.com",
    "yourcompany.com",
    "test.com",
    "website.com",
];

fn is_mail(address: &[u8]) -> bool {
    let address = String::from_utf8_lossy(address).to_ascii_lowercase();
    let Some((_, domain)) = address.split_once('@') else {
        return false;
    };
    let reserved = ["example", "test", "invalid", "localhost", "local"];
    let last = domain.rsplit('.').next().unwrap_or_default();
    !DOMAINS.contains(&domain)
        && !reserved.contains(&last)
        && !domain.split('.').any(|part| part == "example")
}

fn digits(text: &[u8]) -> Vec<u32> {
    let digits = text.iter().filter(|byte| byte.is_ascii_digit());
    digits.map(|byte| u32::from(byte - b'0')).collect()
}

fn number(digits: &[u32]) -> u32 {
    digits.iter().fold(0, |number, digit| number * 10 + digit)
}

/// Test numbers published by card companies.
const TEST_CARDS: [&str; 8] = [
    "4111111111111111",
    "4242424242424242",
    "4012888888881881",
    "4000056655665556",
    "5555555555554444",
    "5105105105105100",
    "378282246310005",
    "6011111111111117",
];

fn is_card(text: &[u8]) -> bool {
    let digits = digits(text);
    let plain: String = digits.iter().map(ToString::to_string).collect();
    let separators = text.iter().filter(|byte| !byte.is_ascii_digit()).count();
    let groups = if digits.len() == 15 { 2 } else { 3 };
    let issuer = match number(digits.get(..4).unwrap_or_default()) {
        3400..=3499 | 3700..=3799 => digits.len() == 15,
        2221..=2720 | 3528..=3589 | 4000..=4999 | 5100..=5599 | 6011 | 6440..=6599 => {
            digits.len() == 16
        }
        _ => false,
    };
    issuer
        && (separators == 0 || separators == groups)
        && luhn(&digits)
        && !TEST_CARDS.contains(&plain.as_str())
}

/// ISO/IEC 7812: with every second digit from the right doubled, the sum of digits is a multiple of
/// ten.
fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, &digit)| match at % 2 {
            0 => digit,
            _ if digit > 4 => digit * 2 - 9,
            _ => digit * 2,
        })
        .sum();
    sum.is_multiple_of(10) && digits.iter().any(|&digit| digit != 0)
}

/// The length of account numbers by country.
const IBAN_LENGTHS: [(&str, usize); 46] = [
    ("AD", 24),
    ("AE", 23),
    ("AT", 20),
    ("BE", 16),
    ("BG", 22),
    ("BH", 22),
    ("BR", 29),
    ("CH", 21),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("EE", 20),
    ("ES", 24),
    ("FI", 18),
    ("FR", 27),
    ("GB", 22),
    ("GR", 27),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IS", 26),
    ("IT", 27),
    ("KW", 30),
    ("KZ", 20),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("MC", 27),
    ("MD", 24),
    ("MT", 31),
    ("NL", 18),
    ("NO", 15),
    ("PK", 24),
    ("PL", 28),
    ("PT", 25),
    ("QA", 29),
    ("RO", 24),
    ("RS", 22),
    ("SA", 24),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("TR", 26),
];

/// Example account numbers published by standards and banks.
const EXAMPLE_IBANS: [&str; 5] = [
    "GB29NWBK60161331926819",
    "GB82WEST12345698765432",
    "DE89370400440532013000",
    "FR1420041010050500013M02606",
    "CH9300762011623852957",
];

/// ISO 13616: the length of the country, and 1 as the remainder modulo 97.
fn is_iban(text: &[u8]) -> bool {
    let plain: String = text
        .iter()
        .filter(|byte| **byte != b' ')
        .map(|&byte| char::from(byte))
        .collect();
    let Some((head, rest)) = plain.split_at_checked(4) else {
        return false;
    };
    let known = IBAN_LENGTHS
        .iter()
        .any(|(country, length)| head.starts_with(country) && plain.len() == *length);
    let values = rest
        .chars()
        .chain(head.chars())
        .filter_map(|c| c.to_digit(36));
    let remainder = values.fold(0, |sum, value| {
        if value > 9 {
            (sum * 100 + value) % 97
        } else {
            (sum * 10 + value) % 97
        }
    });
    known && remainder == 1 && !EXAMPLE_IBANS.contains(&plain.as_str())
}

fn is_ssn(text: &[u8]) -> bool {
    let digits = digits(text);
    let part = |from: usize, to: usize| number(digits.get(from..to).unwrap_or_default());
    let (area, group, serial) = (part(0, 3), part(3, 5), part(5, 9));
    let published = [
        b"078-05-1120",
        b"219-09-9999",
        b"123-45-6789",
        b"111-22-3333",
    ];
    !matches!(area, 0 | 666 | 900..)
        && group != 0
        && serial != 0
        && !published.iter().any(|known| *known == text)
}

/// An international number has 8 to 15 digits; no part of a North American one starts with 0 or 1.
/// Numbers reserved for fiction and examples do not count.
fn is_phone(text: &[u8]) -> bool {
    let digits = digits(text);
    if text.starts_with(b"+") {
        let plain: String = digits.iter().map(ToString::to_string).collect();
        let reserved = [
            "1555",
            "12025550",
            "442079460",
            "447700900",
            "33199",
            "1234567",
        ];
        let north = digits.first() == Some(&1) && digits.get(4..7) == Some(&[5, 5, 5]);
        return (8..=15).contains(&digits.len())
            && !north
            && !reserved.iter().any(|start| plain.starts_with(start));
    }
    let at = |index: usize| digits.get(index).copied().unwrap_or_default();
    let part = |from: usize, to: usize| digits.get(from..to).map_or(0, number);
    digits.len() == 10
        && at(0) > 1
        && at(3) > 1
        && part(0, 3) != 555
        && part(3, 6) != 555
        && !matches!(part(0, 3), 123 | 800 | 833 | 844 | 855 | 866 | 877 | 888)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<&'static str> {
        find(text.as_bytes())
            .into_iter()
            .map(|found| found.what)
            .collect()
    }

    #[test]
    fn a_login_is_not_an_address() {
        let [none, some]: [&[&str]; 2] = [&[], &["an email address"]];
        assert_eq!(
            kinds("postgres://shop:Tr4fik-9@db.internal.com/orders"),
            none
        );
        assert_eq!(kinds("see http://a.ch/x: jo@posteo.net"), some);
        assert_eq!(kinds("ssh://jo@posteo.net"), some);
        assert_eq!(kinds("http://a.ch:80\tjo@posteo.net"), some);
        assert_eq!(kinds("'http://x:8080'>jo@posteo.net"), some);
        assert_eq!(kinds("(http://shop.ch:8080),jo@posteo.net"), some);
        assert_eq!(
            kinds("http://x.ch:8080,+41 31 632 44 11"),
            ["a phone number"]
        );
    }

    #[test]
    fn personal_data_is_found() {
        assert_eq!(
            kinds("Ask j.doe+news@uni-bern.ch or +41 31 632 44 11."),
            ["an email address", "a phone number"]
        );
        assert_eq!(
            kinds("card 4539 1488 0343 6467 and 371449635398431"),
            ["a card number"; 2]
        );
        assert_eq!(
            kinds("pay to NL91 ABNA 0417 1643 00"),
            ["a bank account number (IBAN)"]
        );
        assert_eq!(
            kinds("SSN 536-22-8127, call (415) 867-5309"),
            ["a social security number", "a phone number"]
        );
    }

    #[test]
    fn examples_and_plain_numbers_are_ignored() {
        for text in [
            "user@example.com, a@b.test, name@email.com, root@localhost",
            "call 202-555-0143 or +1 202 555 0143 or +44 20 7946 0018",
            "4111 1111 1111 1111 and 378282246310005",
            "IBAN GB29 NWBK 6016 1331 9268 19",
            "123-45-6789 and 000-12-3456",
            "4 8 12 16 20 24 28 32 36 40",
            "1234567890123456 is a long number, 2 + 2 = 4, 1,234,567,890",
            "version 1.2.3.4 of 2024-05-17 at 12:30",
            "3.14159265358979 and 299 792 458",
            "order 4539148803436468",
            "she will have 12500+21000-6300 bees, call 800-540-7085",
        ] {
            assert!(kinds(text).is_empty(), "{text}: {:?}", kinds(text));
        }
    }
}
