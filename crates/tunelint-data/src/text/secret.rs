//! Finds credentials in a text: reported as secrets, and redacted wherever text is shown.
//!
//! Both use one table. A report requires the complete format of a credential; redaction needs only
//! its start, and hides personal data as well, because hiding too much is safer.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::text::credentials::{CredentialPart, CredentialShape, shapes};
use crate::text::pattern::LazyPattern;

/// A match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SensitiveSpan {
    /// What it is, with its article.
    pub what: &'static str,
    /// Its bytes.
    pub range: Range<usize>,
}

/// A URL with a user name and a password.
static LOGIN: LazyPattern = LazyPattern::new(
    r#"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@"'<>\\]{0,64}:([^\s/@"'<>\\]{3,128})@[\w.-]+"#,
);

/// Finds the formats of which a text may have a credential.
struct Beginnings {
    /// Finds every beginning of a shape, also one inside another.
    search: Option<AhoCorasick>,
    /// For each of them, the number of its shape in the table.
    of_shape: Vec<usize>,
    shapes: Vec<&'static CredentialShape>,
}

static SHAPE_BEGINNINGS: LazyLock<Beginnings> = LazyLock::new(|| {
    let numbered = shapes().enumerate();
    let of_shape =
        numbered.flat_map(|(number, shape)| shape.beginnings.iter().map(move |_| number));
    Beginnings {
        search: AhoCorasick::new(beginnings()).ok(),
        of_shape: of_shape.collect(),
        shapes: shapes().collect(),
    }
});

impl Beginnings {
    /// The shapes of which a beginning is in `text`, in the order of the table.
    fn shapes_in(&self, text: &[u8]) -> impl Iterator<Item = &'static CredentialShape> {
        let search = self.search.iter();
        let found = search.flat_map(|all| all.find_overlapping_iter(text));
        let numbers = found.filter_map(|found| self.of_shape.get(found.pattern().as_usize()));
        let numbers: BTreeSet<usize> = numbers.copied().collect();
        numbers
            .into_iter()
            .filter_map(|number| self.shapes.get(number).copied())
    }
}

/// Every secret in `text`, in order.
///
/// ```
/// use tunelint_data::text::secret::find;
/// let found = find(b"postgres://shop:Tr4fik-9@db.internal/orders");
/// assert_eq!((found[0].what, found[0].range.clone()), ("a password in a URL", 16..24));
/// ```
pub fn find(text: &[u8]) -> Vec<SensitiveSpan> {
    let mut found = Vec::new();
    if may_begin(text) {
        for shape in SHAPE_BEGINNINGS.shapes_in(text) {
            let CredentialShape { what, part, .. } = shape;
            let is_real = match part {
                CredentialPart::Token | CredentialPart::Random => is_random,
                CredentialPart::Password => is_chosen,
                CredentialPart::Login => is_login,
            };
            found.extend(
                parts(text, &shape.pattern, is_real).map(|(whole, part_range)| SensitiveSpan {
                    what,
                    range: match part {
                        CredentialPart::Token | CredentialPart::Random => whole,
                        CredentialPart::Password | CredentialPart::Login => part_range,
                    },
                }),
            );
        }
    }
    let what = "a password in a URL";
    let passwords = passwords(text, is_password).into_iter();
    found.extend(passwords.map(|range| SensitiveSpan { what, range }));
    found.sort_by_key(|found| found.range.start);
    found
}

/// The passwords in URLs for which `is_real` holds.
fn passwords(text: &[u8], is_real: fn(&[u8]) -> bool) -> Vec<Range<usize>> {
    let holds = |part: &str| memchr::memmem::find(text, part.as_bytes()).is_some();
    if !holds("@") || !holds("://") {
        return Vec::new();
    }
    parts(text, &LOGIN, is_real)
        .map(|(_, password)| password)
        .collect()
}

/// The matches of `pattern` whose group `is_real` accepts: each whole match and its group.
fn parts<'t>(
    text: &'t [u8],
    pattern: &'static LazyPattern,
    is_real: fn(&[u8]) -> bool,
) -> impl Iterator<Item = (Range<usize>, Range<usize>)> + 't {
    let compiled = pattern.get().into_iter();
    let captures = compiled.flat_map(move |pattern| pattern.captures_iter(text));
    let parts = captures.filter_map(|captures| Some((captures.get(0)?, captures.get(1)?)));
    parts
        .filter(move |(_, part)| is_real(part.as_bytes()))
        .map(|(whole, part)| (whole.range(), part.range()))
}

/// The starts of all credentials that [`find`] finds, except passwords in URLs, which contain an
/// `@`.
pub fn beginnings() -> impl Iterator<Item = &'static str> {
    shapes().flat_map(|shape| shape.beginnings).copied()
}

/// Those after which a credential follows wherever they occur.
pub(super) fn telling_beginnings() -> impl Iterator<Item = &'static str> {
    let telling = shapes().filter(|shape| shape.part == CredentialPart::Token);
    telling.flat_map(|shape| shape.beginnings).copied()
}

/// Starts of tokens that are not reported as secrets, but not shown either.
pub(super) const HIDDEN_BEGINNINGS: [&str; 5] = ["sk-", "pypi-", "Bearer ", "SG.", "github_pat_"];

/// Whether `text` contains one of [`beginnings`] or of the tokens that are not shown, with something after
/// it.
pub fn may_begin(text: &[u8]) -> bool {
    let is_start = |rest: &[u8]| {
        let mut all = beginnings().chain(HIDDEN_BEGINNINGS);
        all.any(|beginning| rest.starts_with(beginning.as_bytes()))
    };
    let mut threes = text.windows(3).enumerate();
    threes.any(|(at, three)| FIRST_THREE.has(three) && is_start(text.get(at..).unwrap_or_default()))
}

/// The first three bytes of all beginnings, by a hash. It takes much less time to build than an
/// automaton, which would cost more than the rest of a check of a small file.
struct FirstThree([u64; 1 << 10]);

static FIRST_THREE: LazyLock<FirstThree> = LazyLock::new(|| {
    let mut known = FirstThree([0; 1 << 10]);
    for beginning in beginnings().chain(HIDDEN_BEGINNINGS) {
        known.add(beginning.as_bytes());
    }
    known
});

impl FirstThree {
    /// The place of three bytes: a word of the table, and a bit of it.
    fn place([a, b, c]: [u8; 3]) -> (usize, u64) {
        let hash = u32::from_le_bytes([a, b, c, 0]).wrapping_mul(0x9e37_79b1) >> 16;
        ((hash >> 6) as usize, 1 << (hash & 63))
    }

    fn add(&mut self, beginning: &[u8]) {
        // Any third byte may follow a beginning of two bytes.
        let thirds = match beginning.get(2) {
            Some(third) => *third..=*third,
            None => 0..=u8::MAX,
        };
        if let [a, b, ..] = beginning {
            for third in thirds {
                let (word, bit) = Self::place([*a, *b, third]);
                if let Some(bits) = self.0.get_mut(word) {
                    *bits |= bit;
                }
            }
        }
    }

    #[inline]
    fn has(&self, three: &[u8]) -> bool {
        let Ok(three) = <[u8; 3]>::try_from(three) else {
            return true;
        };
        let (word, bit) = Self::place(three);
        self.0.get(word).is_some_and(|bits| bits & bit != 0)
    }
}

/// Whether `part` looks random: at least three bits per character, and not from documentation.
fn is_random(part: &[u8]) -> bool {
    bits(part) >= 3.0 && !part.ends_with(b"EXAMPLE")
}

/// Bits per character.
fn bits(part: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for &byte in part {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let all = part.len() as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|&count| f64::from(count) / all)
        .map(|share| -share * share.log2())
        .sum()
}

/// Placeholders for passwords in documentation.
const NO_PASSWORDS: [&str; 14] = [
    "password", "passwd", "pass", "pwd", "secret", "changeme", "example", "your", "xxx", "***",
    "...", "{", "$", "[",
];

/// What documentation writes in place of a password, with digits and capitals.
const NO_CHOSEN_PASSWORDS: [&str; 12] = [
    "passw0rd", "p@ss", "pa55", "p4ss", "s3cret", "s3cr3t", "admin", "test", "demo", "user", "123",
    "(",
];

/// Names and passwords of documentation, in Base64.
const NO_LOGINS: [&str; 5] = [
    // Aladdin:open sesame, of RFC 7617
    "QWxhZGRpbjpvcGVu",
    // username:
    "dXNlcm5hbWU6",
    // user:
    "dXNlcjp",
    // admin:
    "YWRtaW46",
    // test:
    "dGVzdDp",
];

/// Whether `part`, in an assignment, is a password in use: it mixes letters and digits, and is no
/// placeholder.
fn is_chosen(part: &[u8]) -> bool {
    let word = String::from_utf8_lossy(part).to_ascii_lowercase();
    let has = |of: fn(&u8) -> bool| part.iter().any(of);
    is_password(part)
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_lowercase)
        && (has(u8::is_ascii_uppercase) || has(u8::is_ascii_punctuation))
        && !NO_CHOSEN_PASSWORDS.iter().any(|known| word.contains(known))
        && bits(part) >= 2.8
}

/// Whether `part` is a login in use.
fn is_login(part: &[u8]) -> bool {
    let is_documented = |known: &&str| part.starts_with(known.as_bytes());
    is_random(part) && !NO_LOGINS.iter().any(is_documented)
}

/// Whether `part` is the port of a URL and the text after it: `8080),jo` before an `@`.
fn begins_with_port(part: &[u8]) -> bool {
    let digits = part.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let next = part.get(digits);
    (1..=5).contains(&digits) && next.is_some_and(|next| b",;)".contains(next))
}

fn is_password(part: &[u8]) -> bool {
    if begins_with_port(part) {
        return false;
    }
    let word = String::from_utf8_lossy(part).to_ascii_lowercase();
    !NO_PASSWORDS.iter().any(|known| word.contains(known))
}

/// The password positions in URLs, including documentation placeholders.
pub(super) fn logins(text: &[u8]) -> Vec<Range<usize>> {
    passwords(text, |part| !begins_with_port(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        for shape in shapes() {
            assert!(shape.pattern.get().is_some(), "{}", shape.what);
        }
        assert!(SHAPE_BEGINNINGS.search.is_some());
        assert!(LOGIN.get().is_some());
    }

    #[test]
    fn every_beginning_is_found_wherever_it_is() {
        for beginning in beginnings().chain(HIDDEN_BEGINNINGS) {
            for before in ["", "a", "ab cdef"] {
                let text = format!("{before}{beginning}x");
                assert!(may_begin(text.as_bytes()), "{text}");
            }
        }
        for text in ["", "A", "Q~", "technical_support", "an access code, a-b"] {
            assert!(!may_begin(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn documentation_is_not_a_secret() {
        for text in [
            "AKIAIOSFODNN7EXAMPLE",
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "https://user:password@example.com and redis://:@localhost",
            "mysql://root:${DB_PASS}@db/shop",
            "-----BEGIN CERTIFICATE-----",
            "api_key = \"0123456789abcdef\"",
            "password = \"your_password\", 'password': 'P@ssw0rd!', password=\"${DB_PASS1}\"",
            "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
            "API-DOCUMENTATION and /api/webhooks/ and 7:AA",
        ] {
            assert_eq!(find(text.as_bytes()), [], "{text}");
        }
    }

    /// Characters of a set, in no pattern.
    fn letters(set: &str, length: usize) -> String {
        let set: Vec<char> = set.chars().collect();
        let mut state = 7_u64;
        let next = |_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            set[(state >> 33) as usize % set.len()]
        };
        (0..length).map(next).collect()
    }

    #[test]
    fn live_providers_are_known() {
        let word = |length| letters("aB3dE5fG7hJ9kL2mN4pQ6rS8tU", length);
        let hex = |length| letters("0123456789abcdef", length);
        for (secret, what) in [
            (format!("gsk_{}", word(52)), "a Groq key"),
            (format!("whsec_{}", word(32)), "a Stripe webhook secret"),
            (format!("GOCSPX-{}", word(28)), "a Google client secret"),
            (
                format!("xapp-1-A0B1C2D3-1234567890-{}", hex(64)),
                "a Slack token",
            ),
            (format!("hvs.{}", word(95)), "a Vault token"),
            (format!("shpat_{}", hex(32)), "a Shopify token"),
            (format!("glrt-{}", word(20)), "a GitLab token"),
            (format!("pplx-{}", word(48)), "a Perplexity key"),
            (format!("r8_{}", word(37)), "a Replicate token"),
            (format!("1234567890:AA{}", word(33)), "a Telegram token"),
            (format!("{}-us12", hex(32)), "a Mailchimp key"),
            ("redis://:Tr4fik-9@cache".to_owned(), "a password in a URL"),
            (
                "Authorization: Basic c2hvcDpUcjRmaWstOQ==".to_owned(),
                "a login in a header",
            ),
            (
                "password=\"Tr4fik-9xQ\"".to_owned(),
                "a password in an assignment",
            ),
            (
                r#"{\"user\": \"shop\", \"db_password\": \"Tr4fik-9xQ\"}"#.to_owned(),
                "a password in an assignment",
            ),
        ] {
            let found = find(format!("use {secret} now").as_bytes());
            let found: Vec<_> = found.iter().map(|found| found.what).collect();
            assert_eq!(found, [what], "{secret}");
        }
    }
}
