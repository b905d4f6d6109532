//! Keys and passwords in a text: what is reported as a secret, and what is starred out wherever
//! it would be shown.
//!
//! Both come from one table. Reporting asks for the whole shape of a credential; masking is
//! content with its beginning, and hides personal data as well: it would rather hide too much.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use regex::bytes::Regex;

use crate::escape::Unescaped;
use crate::personal::{self, Found};

/// The credentials of one service.
struct Shape {
    what: &'static str,
    /// One of these stands in every such credential.
    beginnings: &'static [&'static str],
    /// The whole of it, the part that varies in a group.
    pattern: &'static str,
}

const fn shape(
    what: &'static str,
    beginnings: &'static [&'static str],
    pattern: &'static str,
) -> Shape {
    Shape {
        what,
        beginnings,
        pattern,
    }
}

const SHAPES: [Shape; 18] = [
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

/// A private key, with enough of its body to be one.
const PRIVATE_KEY: &str =
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----([\sA-Za-z0-9+/=\\:,-]{64,})";
/// How one begins.
const PRIVATE_KEY_BEGINS: &str = "-----BEGIN ";
/// A URL with a user and a password.
const LOGIN: &str =
    r#"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@"'<>\\]{1,64}:([^\s/@"'<>\\]{3,128})@[\w.-]+"#;

/// Beginnings of what is no finding by itself, but is not shown either.
const HIDDEN_BEGINNINGS: [&str; 5] = ["sk-", "pypi-", "Bearer ", "SG.", "github_pat_"];

/// Characters of a token behind its beginning from which on it looks like one.
const TOKEN: usize = 12;

struct Patterns {
    shapes: Vec<Regex>,
    login: Option<Regex>,
}

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let pattern = |pattern: &str| Regex::new(&format!("(?-u){pattern}")).ok();
    Patterns {
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
/// use tunelint_core::secret::find;
/// let found = find(b"postgres://shop:Tr4fik-9@db.internal/orders");
/// assert_eq!((found[0].what, found[0].range.clone()), ("a password in a URL", 16..24));
/// ```
pub fn find(text: &[u8]) -> Vec<Found> {
    let holds = |part: &str| memchr::memmem::find(text, part.as_bytes()).is_some();
    let mut found = Vec::new();
    if may_begin(text) {
        for (shape, pattern) in SHAPES.iter().zip(&PATTERNS.shapes) {
            if shape.beginnings.iter().any(|beginning| holds(beginning)) {
                let (what, whole) = (shape.what, parts(text, pattern, is_random));
                found.extend(whole.map(|(whole, _)| Found { what, range: whole }));
            }
        }
    }
    let what = "a password in a URL";
    let passwords = passwords(text, is_password).into_iter();
    found.extend(passwords.map(|range| Found { what, range }));
    found.sort_by_key(|found| found.range.start);
    found
}

/// The passwords in URLs that are `real`.
fn passwords(text: &[u8], is_real: fn(&[u8]) -> bool) -> Vec<Range<usize>> {
    let holds = |part: &str| memchr::memmem::find(text, part.as_bytes()).is_some();
    match &PATTERNS.login {
        Some(pattern) if holds("@") && holds("://") => parts(text, pattern, is_real)
            .map(|(_, password)| password)
            .collect(),
        _ => Vec::new(),
    }
}

/// Where `pattern` matches with a group that `is_real`: the whole match, and the group.
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

/// How the secrets begin that [`find`] finds, apart from passwords in URLs, which hold an `@`.
pub fn beginnings() -> impl Iterator<Item = &'static str> {
    SHAPES.iter().flat_map(|shape| shape.beginnings).copied()
}

/// Whether one of [`beginnings`] stands in `text`.
pub fn may_begin(text: &[u8]) -> bool {
    static BEGINNINGS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| search_for(beginnings()));
    BEGINNINGS.as_ref().is_some_and(|all| all.is_match(text))
}

/// Whether something stands in `text` that begins like a secret and is not to be shown.
fn may_be_hidden(text: &[u8]) -> bool {
    static HIDDEN: LazyLock<Option<AhoCorasick>> =
        LazyLock::new(|| search_for(beginnings().chain(HIDDEN_BEGINNINGS)));
    HIDDEN.as_ref().is_none_or(|all| all.is_match(text))
}

fn search_for(literals: impl Iterator<Item = &'static str>) -> Option<AhoCorasick> {
    let mut search = AhoCorasick::builder();
    search
        .match_kind(MatchKind::LeftmostFirst)
        .build(literals)
        .ok()
}

/// Whether `part` looks drawn by chance: three bits a character and more, and no documentation.
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

/// Words that stand for a password in documentation.
const NO_PASSWORDS: [&str; 14] = [
    "password", "passwd", "pass", "pwd", "secret", "changeme", "example", "your", "xxx", "***",
    "...", "{", "$", "[",
];

/// Whether this is the port of a URL and what follows it: `8080),jo` before an `@`.
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

/// `text` with everything that looks secret or personal replaced by stars.
///
/// ```
/// use tunelint_core::secret::masked;
/// assert_eq!(masked("key hf_abcdefghijklmnop!"), "key hf_****************!");
/// assert_eq!(masked("the task-list of Bearer Street"), "the task-list of Bearer Street");
/// assert_eq!(masked("ask jo@posteo.net"), "ask *************");
/// ```
pub fn masked(text: &str) -> Cow<'_, str> {
    let mut bytes = text.as_bytes().to_vec();
    mask(&mut bytes);
    if bytes == text.as_bytes() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

/// What of the data is not shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Veil {
    /// What looks secret, and what belongs to a person.
    #[default]
    Personal,
    /// What looks secret.
    Secret,
}

/// The same in place; no byte moves.
pub fn mask(bytes: &mut [u8]) {
    mask_behind(Veil::Personal, bytes);
}

/// The same for what is behind a veil. What stands behind escapes is hidden as well: those of
/// JSON, and those of JSON in a string of JSON, as the arguments of tool calls are written.
pub fn mask_behind(veil: Veil, bytes: &mut [u8]) {
    const LEVELS: usize = 2;
    mask_levels(veil, bytes, LEVELS);
}

fn mask_levels(veil: Veil, bytes: &mut [u8], levels: usize) {
    for range in hidden(veil, bytes, levels) {
        star(bytes, range);
    }
}

/// Everything in `bytes` that is not to be shown, as it is written and behind so many levels of
/// escapes. Nothing is starred before all is found: a star ends what looks like a token.
fn hidden(veil: Veil, bytes: &[u8], levels: usize) -> Vec<Range<usize>> {
    let personal = match veil {
        Veil::Personal => personal::find(bytes),
        Veil::Secret => Vec::new(),
    };
    let found = find(bytes).into_iter().chain(personal);
    let mut ranges: Vec<Range<usize>> = found.map(|found| found.range).collect();
    ranges.extend(logins(bytes));
    ranges.extend(begun(bytes));
    let unescaped = if levels > 0 {
        Unescaped::new(bytes)
    } else {
        None
    };
    if let Some(unescaped) = unescaped {
        let meant = hidden(veil, &unescaped.bytes, levels - 1);
        ranges.extend(meant.into_iter().map(|range| unescaped.written(range)));
    }
    ranges
}

/// What begins like a secret.
fn begun(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    if !may_be_hidden(bytes) {
        return ranges;
    }
    let mut at = 0;
    while at < bytes.len() {
        let rest = bytes.get(at..).unwrap_or_default();
        let begins = at == 0 || !bytes.get(at - 1).is_some_and(u8::is_ascii_alphanumeric);
        let secret = if begins { secret_at(rest) } else { None };
        match secret {
            Some((from, to)) => {
                ranges.push(at + from..at + to);
                at += to;
            }
            None => at += 1,
        }
    }
    ranges
}

/// What stands in the place of a password in URLs, be it one or a word of documentation.
pub(crate) fn logins(text: &[u8]) -> Vec<Range<usize>> {
    passwords(text, |part| !begins_with_port(part))
}

/// Puts a star in the place of everything in `range` that can be seen.
pub fn star(bytes: &mut [u8], range: Range<usize>) {
    if let Some(hidden) = bytes.get_mut(range) {
        hidden
            .iter_mut()
            .filter(|byte| byte.is_ascii_graphic() || !byte.is_ascii())
            .for_each(|byte| *byte = b'*');
    }
}

/// The part of the secret at the front of `rest` that is to be hidden.
fn secret_at(rest: &[u8]) -> Option<(usize, usize)> {
    let key = rest.starts_with(PRIVATE_KEY_BEGINS.as_bytes());
    if key && rest.windows(11).take(60).any(|part| part == b"PRIVATE KEY") {
        return Some((0, rest.len()));
    }
    let prefix = begins_secret(rest)?;
    let token = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_-./+=".contains(byte);
    let length = rest.iter().skip(prefix).take_while(token).count();
    (length >= TOKEN).then_some((prefix, prefix + length))
}

/// The length of the beginning of a credential at the front of `rest`.
fn begins_secret(rest: &[u8]) -> Option<usize> {
    // `sk_live_` and `rk_live_` are listed without their first letter.
    let skip = usize::from(matches!(rest, [b's' | b'r', b'k', b'_', ..]));
    let shapes = SHAPES
        .iter()
        .flat_map(|shape| shape.beginnings)
        .chain(&HIDDEN_BEGINNINGS);
    shapes
        .filter(|beginning| {
            rest.get(skip..)
                .is_some_and(|rest| rest.starts_with(beginning.as_bytes()))
        })
        .map(|beginning| beginning.len() + skip)
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_is_a_pattern() {
        assert_eq!(PATTERNS.shapes.len(), SHAPES.len());
        assert!(PATTERNS.login.is_some());
    }

    #[test]
    fn well_known_shapes_are_hidden() {
        for secret in [
            "sk-proj-abcdefghijklmnopqrst",
            "AKIAABCDEFGHIJKLMNOP",
            "Bearer abcdefghijklmnop",
            "xoxb-1-2-abcdefghijkl",
            "sk_live_abcdefghijklmnop",
            "-----BEGIN RSA PRIVATE KEY-----\nMIIEow",
        ] {
            let shown = masked(secret).into_owned();
            assert!(
                shown.contains("****") && shown.len() == secret.len(),
                "{shown}"
            );
        }
        assert_eq!(masked("desk-organiser-and-lamp"), "desk-organiser-and-lamp");
        assert_eq!(masked("AKIA"), "AKIA");
    }

    #[test]
    fn escapes_hide_nothing_from_masking() {
        let shown = |veil, raw: &str| {
            let mut bytes = raw.as_bytes().to_vec();
            mask_behind(veil, &mut bytes);
            String::from_utf8(bytes).unwrap()
        };
        assert_eq!(
            shown(
                Veil::Secret,
                r"postgres:\/\/shop:Tr4fik-9@db.internal\/orders"
            ),
            r"postgres:\/\/shop:********@db.internal\/orders"
        );
        assert_eq!(
            shown(
                Veil::Secret,
                r"ghp\u005fA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"
            ),
            "*".repeat(45)
        );
        assert_eq!(shown(Veil::Personal, r"jo\u0040posteo.net"), "*".repeat(18));
        let arguments = r#"{\"dsn\":\"postgres:\\\/\\\/shop:Tr4fik-9@db.internal\"}"#;
        assert!(!shown(Veil::Secret, arguments).contains("Tr4fik"));
        // Wherever the escape stands in it, nothing of a token is left.
        let token = "sk-proj-AbCdEfGhIjKlMNoPqRsTuVwXyZ0123";
        for at in 1..token.len() {
            let (before, rest) = token.split_at(at);
            let (escaped, after) = rest.split_at(1);
            let raw = format!("{before}\\u{:04x}{after}", escaped.as_bytes()[0]);
            let left = shown(Veil::Secret, &raw);
            assert!(!left.contains("0123"), "{left}");
        }
        assert_eq!(
            shown(Veil::Secret, r"Bearer abcdefghijklmnop\/Q7r8S9t0U1v2W3x4"),
            format!("Bearer {}", "*".repeat(34))
        );
        let login = "https://bob:S3cretPassw0rd@corp.com";
        assert_eq!(
            shown(Veil::Secret, login),
            "https://bob:**************@corp.com"
        );
        assert_eq!(shown(Veil::Secret, r"C:\users\new"), r"C:\users\new");
    }

    #[test]
    fn documentation_is_no_secret() {
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
