//! Finds credentials in a text: reported as secrets, and redacted wherever text is shown.
//!
//! Both use one table. A report requires the complete format of a credential; redaction needs only
//! its start, and hides personal data as well, because hiding too much is safer.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use regex::bytes::Regex;

/// A match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SensitiveSpan {
    /// What it is, with its article.
    pub what: &'static str,
    /// Its bytes.
    pub range: Range<usize>,
}

/// The format of one service's credentials.
struct CredentialShape {
    what: &'static str,
    /// Every such credential contains one of these.
    beginnings: &'static [&'static str],
    /// The complete format, with the variable part as a group.
    pattern: &'static str,
}

const fn shape(
    what: &'static str,
    beginnings: &'static [&'static str],
    pattern: &'static str,
) -> CredentialShape {
    CredentialShape {
        what,
        beginnings,
        pattern,
    }
}

const SHAPES: [CredentialShape; 18] = [
    shape(
        "an AWS access key",
        &["AKIA", "ASIA", "ABIA", "ACCA", "A3T"],
        r"\b(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)([A-Z2-7]{16})\b",
    ),
    shape(
        "a GitHub token",
        &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"],
        r"\bgh[pousr]_([0-9A-Za-z]{36})\b",
    ),
    shape(
        "a GitHub token",
        &["github_pat_"],
        r"\bgithub_pat_(\w{82})\b",
    ),
    shape("a GitLab token", &["glpat-"], r"\bglpat-([\w-]{20})"),
    shape("a Google API key", &["AIza"], r"\bAIza([\w-]{35})"),
    shape(
        "an OpenAI key",
        &["T3BlbkFJ"],
        r"\bsk-([\w-]*T3BlbkFJ[\w-]{20,})",
    ),
    shape(
        "an Anthropic key",
        &["sk-ant-"],
        r"\bsk-ant-\w+-([\w-]{80,}AA)\b",
    ),
    shape("a Hugging Face token", &["hf_"], r"\bhf_([A-Za-z]{34})\b"),
    shape(
        "a Slack token",
        &["xoxa-", "xoxb-", "xoxe-", "xoxp-", "xoxr-", "xoxs-"],
        r"\bxox[abeprs]-([0-9A-Za-z-]{20,})",
    ),
    shape(
        "a Slack webhook",
        &["hooks.slack.com"],
        r"hooks\.slack\.com/services/(T\w{8,}/B\w{8,}/\w{20,})",
    ),
    shape(
        "a Stripe key",
        &["k_live_", "k_test_", "k_prod_"],
        r"\b[sr]k_(?:live|test|prod)_([0-9A-Za-z]{16,99})\b",
    ),
    shape("a SendGrid key", &["SG."], r"\bSG\.([\w-]{22}\.[\w-]{43})"),
    shape("an npm token", &["npm_"], r"\bnpm_([0-9A-Za-z]{36})\b"),
    shape("a PyPI token", &["pypi-AgE"], r"\bpypi-AgE([\w-]{50,})"),
    shape(
        "a DigitalOcean token",
        &["dop_v1_", "doo_v1_", "dor_v1_"],
        r"\bdo[opr]_v1_([0-9a-f]{64})\b",
    ),
    shape("a Databricks token", &["dapi"], r"\bdapi([0-9a-f]{32})\b"),
    shape("a private key", &[PRIVATE_KEY_BEGINS], PRIVATE_KEY),
    shape(
        "a signed token (JWT)",
        &["eyJ"],
        r"\beyJ[\w-]{10,}\.(eyJ[\w-]{10,}\.[\w-]{20,})",
    ),
];

/// A private key, with enough of its body to be a real one.
const PRIVATE_KEY: &str =
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----([\sA-Za-z0-9+/=\\:,-]{64,})";
/// The start of a private key.
pub(super) const PRIVATE_KEY_BEGINS: &str = "-----BEGIN ";
/// A URL with a user name and a password.
const LOGIN: &str =
    r#"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@"'<>\\]{1,64}:([^\s/@"'<>\\]{3,128})@[\w.-]+"#;

struct CredentialPatterns {
    shapes: Vec<Regex>,
    login: Option<Regex>,
}

static PATTERNS: LazyLock<CredentialPatterns> = LazyLock::new(|| {
    let pattern = |pattern: &str| Regex::new(&format!("(?-u){pattern}")).ok();
    CredentialPatterns {
        shapes: SHAPES
            .iter()
            .filter_map(|shape| pattern(shape.pattern))
            .collect(),
        login: pattern(LOGIN),
    }
});

/// Every secret in `text`, in order.
///
/// ```
/// use tunelint_data::text::secret::find;
/// let found = find(b"postgres://shop:Tr4fik-9@db.internal/orders");
/// assert_eq!((found[0].what, found[0].range.clone()), ("a password in a URL", 16..24));
/// ```
pub fn find(text: &[u8]) -> Vec<SensitiveSpan> {
    let holds = |part: &str| memchr::memmem::find(text, part.as_bytes()).is_some();
    let mut found = Vec::new();
    if may_begin(text) {
        for (shape, pattern) in SHAPES.iter().zip(&PATTERNS.shapes) {
            if shape.beginnings.iter().any(|beginning| holds(beginning)) {
                let (what, whole) = (shape.what, parts(text, pattern, is_random));
                found.extend(whole.map(|(whole, _)| SensitiveSpan { what, range: whole }));
            }
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
    // The patterns are compiled for the first text that may need them.
    if !holds("@") || !holds("://") {
        return Vec::new();
    }
    let login = PATTERNS.login.iter();
    login
        .flat_map(|pattern| parts(text, pattern, is_real))
        .map(|(_, password)| password)
        .collect()
}

/// The matches of `pattern` whose group `is_real` accepts: each whole match and its group.
fn parts<'t>(
    text: &'t [u8],
    pattern: &'t Regex,
    is_real: fn(&[u8]) -> bool,
) -> impl Iterator<Item = (Range<usize>, Range<usize>)> + 't {
    let captures = pattern.captures_iter(text);
    let parts = captures.filter_map(|captures| Some((captures.get(0)?, captures.get(1)?)));
    parts
        .filter(move |(_, part)| is_real(part.as_bytes()))
        .map(|(whole, part)| (whole.range(), part.range()))
}

/// The starts of all credentials that [`find`] finds, except passwords in URLs, which contain an
/// `@`.
pub fn beginnings() -> impl Iterator<Item = &'static str> {
    SHAPES.iter().flat_map(|shape| shape.beginnings).copied()
}

/// Whether `text` contains one of [`beginnings`].
pub fn may_begin(text: &[u8]) -> bool {
    static BEGINNINGS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| search_for(beginnings()));
    BEGINNINGS.as_ref().is_some_and(|all| all.is_match(text))
}

pub(super) fn search_for(literals: impl Iterator<Item = &'static str>) -> Option<AhoCorasick> {
    let mut search = AhoCorasick::builder();
    search
        .match_kind(MatchKind::LeftmostFirst)
        .build(literals)
        .ok()
}

/// Whether `part` looks random: at least three bits per character, and not from documentation.
fn is_random(part: &[u8]) -> bool {
    let mut counts = [0_u32; 256];
    for &byte in part {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let all = part.len() as f64;
    let bits: f64 = counts
        .iter()
        .filter(|count| **count > 0)
        .map(|&count| f64::from(count) / all)
        .map(|share| -share * share.log2())
        .sum();
    bits >= 3.0 && !part.ends_with(b"EXAMPLE")
}

/// Placeholders for passwords in documentation.
const NO_PASSWORDS: [&str; 14] = [
    "password", "passwd", "pass", "pwd", "secret", "changeme", "example", "your", "xxx", "***",
    "...", "{", "$", "[",
];

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
        assert_eq!(PATTERNS.shapes.len(), SHAPES.len());
        assert!(PATTERNS.login.is_some());
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
        ] {
            assert_eq!(find(text.as_bytes()), [], "{text}");
        }
    }
}
