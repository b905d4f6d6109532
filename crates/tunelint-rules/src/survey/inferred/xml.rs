//! The tags of outputs, where nearly all outputs are well-formed XML.

use std::collections::BTreeMap;
use std::ops::Range;

use super::majority::{Majority, NEARLY_ALL};
use super::names::NameSets;
use super::outputs::{ENOUGH, Outputs};
use super::shape::OutputShape;
use crate::survey::Sketch;

/// The minimum share of outputs that are well-formed.
const VALID: f64 = 0.9;

/// The tags of XML outputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XmlTags {
    /// The outputs that are well-formed.
    pub valid: Majority<()>,
    /// The number of well-formed outputs with each tag.
    tags: BTreeMap<String, usize>,
    /// The tags of most outputs, where the others differ in one.
    usual: Option<Vec<String>>,
}

/// Why an output is not well-formed, or has other tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum XmlFault {
    /// A tag that is not closed.
    Unclosed(String),
    /// A closing tag without its opening tag.
    Unopened(String),
    /// A tag that does not end.
    Unfinished,
    /// A tag that nearly no output has, where other rare tags do not occur.
    Unknown(String, Majority<()>),
    /// A tag that nearly all outputs have is missing.
    Missing(String, Majority<()>),
}

impl XmlTags {
    /// Infers the tags from the outputs in the sketch; `None` unless nearly all are well-formed.
    pub fn infer(sketch: &Sketch, outputs: &Outputs) -> Option<Self> {
        if outputs.shape.as_ref()?.value != OutputShape::Markup {
            return None;
        }
        let (mut valid, mut all) = (0, 0);
        let mut tags: BTreeMap<String, usize> = BTreeMap::new();
        let mut sets = NameSets::default();
        let cuts = sketch.entries().filter_map(|entry| entry.output.as_ref());
        for text in cuts.filter_map(|cut| cut.whole()) {
            all += 1;
            if let Ok(found) = tags_of(outputs.body(text)) {
                valid += 1;
                sets.add(&found.keys().copied().collect::<Vec<_>>());
                for (tag, _) in found {
                    *tags.entry(tag.to_owned()).or_default() += 1;
                }
            }
        }
        let share = Majority {
            value: (),
            holders: valid,
            of: all,
        };
        let valid = share.when(ENOUGH, VALID)?;
        Some(Self {
            valid,
            tags,
            usual: sets.usual(ENOUGH),
        })
    }

    /// The first fault of an output, with its place; `None` if it does not start like XML.
    pub fn fault(&self, body: &str) -> Option<(Range<usize>, XmlFault)> {
        if !body.starts_with('<') {
            return None;
        }
        let found = match tags_of(body) {
            Ok(found) => found,
            Err(fault) => return Some(fault),
        };
        let missing = self
            .tags
            .iter()
            .find(|(tag, count)| self.is_usual(tag, **count) && !found.contains_key(tag.as_str()));
        if let Some((tag, count)) = missing {
            return Some((0..1, XmlFault::Missing(tag.clone(), self.share(*count))));
        }
        let is_unknown = |(tag, _): &(&&str, &Range<usize>)| {
            let count = self.tags.get(**tag);
            !count.is_some_and(|count| self.is_usual(tag, *count))
        };
        let (tag, place) = found.iter().find(is_unknown).filter(|_| self.is_closed())?;
        let count = self.tags.get(*tag).copied().unwrap_or_default();
        let fault = XmlFault::Unknown((*tag).to_owned(), self.share(count));
        Some((place.clone(), fault))
    }

    fn share(&self, holders: usize) -> Majority<()> {
        Majority {
            value: (),
            holders,
            of: self.valid.holders,
        }
    }

    fn is_usual(&self, tag: &str, count: usize) -> bool {
        let usual = self.usual.as_ref();
        usual.is_some_and(|tags| tags.iter().any(|usual| usual == tag))
            || self.share(count).share() >= NEARLY_ALL
    }

    /// Whether tags that are not in nearly all outputs are rare together.
    fn is_closed(&self) -> bool {
        let mut rare = 0;
        for (tag, count) in &self.tags {
            rare += if self.is_usual(tag, *count) {
                0
            } else {
                *count
            };
        }
        self.usual.is_some() || rare as f64 <= (1.0 - NEARLY_ALL) * self.valid.holders as f64
    }
}

/// The tags of a text, each with its first place.
type Places<'t> = BTreeMap<&'t str, Range<usize>>;

/// The tags of an XML text, or its first fault.
fn tags_of(text: &str) -> Result<Places<'_>, (Range<usize>, XmlFault)> {
    let mut found = Places::new();
    let mut open: Vec<(&str, Range<usize>)> = Vec::new();
    let mut at = 0;
    while let Some(start) = next_tag(text, at) {
        let rest = text.get(start..).unwrap_or_default();
        if let Some(length) = skipped(rest) {
            at = start + length;
            continue;
        }
        let Some(end) = rest.find('>') else {
            return Err((start..start + 1, XmlFault::Unfinished));
        };
        let place = start..start + end + 1;
        at = place.end;
        let inner = rest.get(1..end).unwrap_or_default();
        if let Some(name) = inner.strip_prefix('/') {
            let name = name.trim_end();
            match open.pop() {
                Some((opened, _)) if opened == name => {}
                Some((opened, place)) if open.iter().any(|(outer, _)| *outer == name) => {
                    return Err((place, XmlFault::Unclosed(opened.to_owned())));
                }
                _ => return Err((place, XmlFault::Unopened(name.to_owned()))),
            }
            continue;
        }
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
        let name = inner
            .split(|c: char| !is_name(c))
            .next()
            .unwrap_or_default();
        found.entry(name).or_insert_with(|| place.clone());
        if !inner.ends_with('/') {
            open.push((name, place));
        }
    }
    match open.pop() {
        Some((name, place)) => Err((place, XmlFault::Unclosed(name.to_owned()))),
        None => Ok(found),
    }
}

/// The next `<` from `from` on that starts a tag, a comment or a declaration.
fn next_tag(text: &str, from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    let starts = |at: &usize| {
        let after = rest.get(at + 1..).unwrap_or_default();
        after.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '/' | '!' | '?'))
    };
    let at = memchr::memchr_iter(b'<', rest.as_bytes()).find(starts)?;
    Some(from + at)
}

/// The length of the comment, `CDATA` section, declaration or instruction at the start of `rest`.
fn skipped(rest: &str) -> Option<usize> {
    let ends = [
        ("<!--", "-->"),
        ("<![CDATA[", "]]>"),
        ("<!", ">"),
        ("<?", "?>"),
    ];
    let (_, end) = ends
        .into_iter()
        .find(|(start, _)| rest.starts_with(start))?;
    Some(rest.find(end).map_or(rest.len(), |at| at + end.len()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn fault(text: &str) -> Option<XmlFault> {
        tags_of(text).err().map(|(_, fault)| fault)
    }

    #[test]
    fn well_formed_texts_have_no_fault() {
        for text in [
            "<r><a x=\"1\">1 < 2</a><b/></r>",
            "<?xml version=\"1.0\"?><!-- <x> --><r><![CDATA[<y>]]></r>",
            "<a>é</a><a></a >",
        ] {
            assert_eq!(fault(text), None, "{text}");
        }
        let tags = tags_of("<r><a>1</a><b/></r>").unwrap();
        assert_eq!(
            tags.keys().copied().collect::<BTreeSet<_>>(),
            ["a", "b", "r"].into()
        );
    }

    #[test]
    fn faults_name_the_tag() {
        let unclosed = |tag: &str| Some(XmlFault::Unclosed(tag.to_owned()));
        assert_eq!(fault("<r><a>1</r>"), unclosed("a"));
        assert_eq!(fault("<r><a>1</a>"), unclosed("r"));
        let unopened = Some(XmlFault::Unopened("b".to_owned()));
        assert_eq!(fault("<r>1</b></r>"), unopened);
        assert_eq!(fault("<r>1</r"), Some(XmlFault::Unfinished));
    }
}
