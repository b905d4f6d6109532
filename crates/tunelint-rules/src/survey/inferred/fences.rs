//! How outputs name the language of code blocks.

use std::collections::BTreeMap;
use std::ops::Range;

use super::majority::Majority;
use super::plateau::LEAST;
use crate::survey::Sketch;

/// The minimum share of blocks that are named in one way.
const SAME_NAME: f64 = 0.9;

/// Names of one language.
const SAME: [&[&str]; 14] = [
    &["python", "py", "python3"],
    &["javascript", "js"],
    &["typescript", "ts"],
    &["bash", "sh", "shell", "zsh"],
    &["csharp", "cs", "c#"],
    &["cpp", "c++"],
    &["ruby", "rb"],
    &["rust", "rs"],
    &["go", "golang"],
    &["kotlin", "kt"],
    &["yaml", "yml"],
    &["markdown", "md"],
    &["powershell", "ps1", "pwsh"],
    &["html", "htm"],
];

/// How outputs name the language of code blocks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FenceLanguages {
    /// The usual name of each language, by its index among [`SAME`].
    names: BTreeMap<usize, Majority<String>>,
    /// `true` if nearly all outputs with code blocks name the language of one.
    named: Option<Majority<bool>>,
}

/// A code block whose language is named in another way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FenceFault<'a> {
    /// Another name of the same language is usual.
    Name(&'a str, &'a Majority<String>),
    /// No language, where nearly all outputs name one.
    Unnamed(&'a Majority<bool>),
}

impl FenceLanguages {
    /// Infers the names from the outputs in the sketch.
    pub fn infer(sketch: &Sketch) -> Self {
        let mut names: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        let mut named = Vec::new();
        for cut in sketch.entries().filter_map(|entry| entry.output.as_ref()) {
            let blocks = || blocks(cut.head()).filter(|(_, name)| !name.is_empty());
            if self::blocks(cut.head()).next().is_some() {
                named.push(blocks().next().is_some());
            }
            for (_, name) in blocks() {
                if let Some(language) = language(name) {
                    names.entry(language).or_default().push(name.to_owned());
                }
            }
        }
        let usual = |(language, names): (usize, Vec<String>)| {
            let most = Majority::among(names)?.when(LEAST, SAME_NAME)?;
            Some((language, most))
        };
        let most = Majority::among(named).filter(|most| most.value);
        Self {
            names: names.into_iter().filter_map(usual).collect(),
            named: most.and_then(|most| most.when(LEAST, SAME_NAME)),
        }
    }

    /// Whether an output can deviate, if every output was seen.
    pub fn may_deviate(&self) -> bool {
        let named = self.named.as_ref();
        named.is_some_and(|most| most.holders < most.of)
            || self.names.values().any(|most| most.holders < most.of)
    }

    /// Whether there is nothing to compare with.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.named.is_none()
    }

    /// The first code block of `text` that is named in another way, with the place of its opening
    /// fence. A block without a language is one only if the text has no other.
    pub fn fault<'a>(&'a self, text: &'a str) -> Option<(Range<usize>, FenceFault<'a>)> {
        let other = |(range, name): (Range<usize>, &'a str)| {
            let usual = self.names.get(&language(name)?)?;
            (usual.value != name).then_some((range, FenceFault::Name(name, usual)))
        };
        let unnamed = || {
            let usual = self.named.as_ref()?;
            let (range, _) = blocks(text).next()?;
            let is_unnamed = blocks(text).all(|(_, name)| name.is_empty());
            is_unnamed.then_some((range, FenceFault::Unnamed(usual)))
        };
        blocks(text).find_map(other).or_else(unnamed)
    }
}

fn language(name: &str) -> Option<usize> {
    let is_of = |names: &&[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
    SAME.iter().position(is_of)
}

/// The opening fences of a text that start a line, each with the name after it.
fn blocks(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut is_open = false;
    let fences = memchr::memmem::find_iter(text.as_bytes(), "```");
    fences.filter_map(move |at| {
        let line = text.get(..at)?.rsplit('\n').next()?;
        let rest = text.get(at + 3..)?;
        let info = rest.split('\n').next()?;
        // A fence of four, and code in one line.
        if !line.trim().is_empty() || info.contains('`') {
            return None;
        }
        let opens = !is_open;
        is_open = opens;
        let name = info.split([' ', '\t', '{', ':', '\r']).next()?;
        opens.then_some((at..at + 3 + name.len(), name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<&str> {
        blocks(text).map(|(_, name)| name).collect()
    }

    #[test]
    fn opening_fences_are_found() {
        assert_eq!(
            names("So:\n```python\nx\n```\n\n```\ny\n```\n"),
            ["python", ""]
        );
        assert_eq!(names("  ```js title=\"x\"\n1\n  ```"), ["js"]);
        assert_eq!(names("Use ```x``` or:\n```` md\n"), [""; 0]);
    }
}
