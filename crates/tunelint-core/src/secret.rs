//! Values that look secret are never shown: their shape is kept, their characters are not.
//!
//! This is about what is printed, so it would rather hide too much. What is reported as a secret
//! in the data is another matter, and a rule's.

use std::borrow::Cow;

/// How keys and tokens of well-known services begin, and PEM private keys.
const PREFIXES: [&str; 24] = [
    "sk-",
    "sk_live_",
    "sk_test_",
    "rk_live_",
    "rk_test_",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "AKIA",
    "ASIA",
    "AIza",
    "hf_",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "npm_",
    "pypi-",
    "SG.",
    "Bearer ",
    "eyJ",
];

/// Characters of a token behind its beginning from which on it looks like one.
const TOKEN: usize = 12;

/// How a private key begins in PEM; all that follows is hidden.
const PEM: &[u8] = b"-----BEGIN ";

/// `text` with everything that looks secret replaced by stars.
///
/// ```
/// use tunelint_core::secret::masked;
/// assert_eq!(masked("key hf_abcdefghijklmnop!"), "key hf_****************!");
/// assert_eq!(masked("the task-list of Bearer Street"), "the task-list of Bearer Street");
/// ```
pub fn masked(text: &str) -> Cow<'_, str> {
    let mut bytes = text.as_bytes().to_vec();
    mask(&mut bytes);
    match String::from_utf8(bytes) {
        Ok(hidden) if hidden != text => Cow::Owned(hidden),
        _ => Cow::Borrowed(text),
    }
}

/// The same in place; no byte moves.
pub fn mask(bytes: &mut [u8]) {
    let mut at = 0;
    while at < bytes.len() {
        let rest = bytes.get(at..).unwrap_or_default();
        let begins = at == 0 || !bytes.get(at - 1).is_some_and(u8::is_ascii_alphanumeric);
        let secret = if begins { secret_at(rest) } else { None };
        match secret {
            Some((from, to)) => {
                if let Some(hidden) = bytes.get_mut(at + from..at + to) {
                    hidden
                        .iter_mut()
                        .filter(|byte| byte.is_ascii_graphic())
                        .for_each(|byte| *byte = b'*');
                }
                at += to;
            }
            None => at += 1,
        }
    }
}

/// The part of the secret at the front of `rest` that is to be hidden.
fn secret_at(rest: &[u8]) -> Option<(usize, usize)> {
    if rest.starts_with(PEM) && rest.windows(11).take(60).any(|part| part == b"PRIVATE KEY") {
        return Some((0, rest.len()));
    }
    let prefix = PREFIXES
        .iter()
        .find(|prefix| rest.starts_with(prefix.as_bytes()))?
        .len();
    let token = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_-./+=".contains(byte);
    let length = rest.iter().skip(prefix).take_while(token).count();
    (length >= TOKEN).then_some((prefix, prefix + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_known_shapes_are_hidden() {
        for secret in [
            "sk-proj-abcdefghijklmnopqrst",
            "AKIAABCDEFGHIJKLMNOP",
            "Bearer abcdefghijklmnop",
            "xoxb-1-2-abcdefghijkl",
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
}
