//! The tags and attributes of outputs, where nearly all outputs are well-formed XML.

use std::collections::BTreeMap;
use std::ops::Range;

use super::majority::{AMONG_NEAR, Majority, NEARLY_ALL};
use super::names::NameSets;
use super::outputs::{ENOUGH, Outputs};
use super::shape::OutputShape;
use super::xml_syntax::{Document, Element, XmlFault};
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
    /// For each tag, the attributes that nearly all outputs with it have there, with their number.
    attributes: BTreeMap<String, Vec<(String, Majority<()>)>>,
    /// The outputs whose attributes and entities are valid XML, if nearly all are.
    pub strict: Option<Majority<()>>,
}

impl XmlTags {
    /// Infers the tags from the outputs in the sketch; `None` unless nearly all are well-formed.
    pub fn infer(sketch: &Sketch, outputs: &Outputs) -> Option<Self> {
        if outputs.shape.as_ref()?.value != OutputShape::Markup {
            return None;
        }
        let (mut valid, mut strict, mut all) = (0, 0, 0);
        let mut tags: BTreeMap<String, usize> = BTreeMap::new();
        let mut sets = NameSets::default();
        let mut attributes = AttributeCounts::default();
        let cuts = sketch.entries().filter_map(|entry| entry.output.as_ref());
        for text in cuts.filter_map(|cut| cut.whole()) {
            all += 1;
            if let Ok(found) = Document::parse(outputs.body(text)) {
                valid += 1;
                strict += usize::from(found.loose.is_none());
                sets.add(&found.elements.keys().copied().collect::<Vec<_>>());
                for (tag, element) in found.elements {
                    *tags.entry(tag.to_owned()).or_default() += 1;
                    attributes.add(tag, &element);
                }
            }
        }
        let share = Majority {
            value: (),
            holders: valid,
            of: all,
        };
        let valid = share.when(ENOUGH, VALID)?;
        let strict = Majority {
            value: (),
            holders: strict,
            of: valid.holders,
        };
        Some(Self {
            valid,
            attributes: attributes.usual(&tags),
            tags,
            usual: sets.usual(ENOUGH),
            strict: strict.when(ENOUGH, AMONG_NEAR),
        })
    }

    /// The first fault of an output, with its place; `None` if it does not start like XML.
    pub fn fault(&self, body: &str) -> Option<(Range<usize>, XmlFault)> {
        if !body.starts_with('<') {
            return None;
        }
        let document = match Document::parse(body) {
            Ok(document) => document,
            Err(fault) => return Some(fault),
        };
        let tag = self.tag_fault(&document);
        let loose = || document.loose.clone().filter(|_| self.strict.is_some());
        tag.or_else(loose)
            .or_else(|| self.attribute_fault(&document))
    }

    /// A tag that is missing, or that nearly no output has.
    fn tag_fault(&self, document: &Document<'_>) -> Option<(Range<usize>, XmlFault)> {
        let found = &document.elements;
        let missing = self
            .tags
            .iter()
            .find(|(tag, count)| self.is_usual(tag, **count) && !found.contains_key(tag.as_str()));
        if let Some((tag, count)) = missing {
            return Some((0..1, XmlFault::Missing(tag.clone(), self.share(*count))));
        }
        let is_unknown = |(tag, _): &(&&str, &Element<'_>)| {
            let count = self.tags.get(**tag);
            !count.is_some_and(|count| self.is_usual(tag, *count))
        };
        let (tag, element) = found.iter().find(is_unknown).filter(|_| self.is_closed())?;
        let count = self.tags.get(*tag).copied().unwrap_or_default();
        let fault = XmlFault::Unknown((*tag).to_owned(), self.share(count));
        Some((element.place.clone(), fault))
    }

    /// An attribute that nearly all outputs with its tag have.
    fn attribute_fault(&self, document: &Document<'_>) -> Option<(Range<usize>, XmlFault)> {
        document.elements.iter().find_map(|(tag, element)| {
            let usual = self.attributes.get(*tag)?;
            let (name, with) = usual
                .iter()
                .find(|(name, _)| !element.attributes.contains(&name.as_str()))?;
            let fault = XmlFault::MissingAttribute {
                tag: (*tag).to_owned(),
                name: name.clone(),
                with: *with,
            };
            Some((element.place.clone(), fault))
        })
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

/// The attributes of each tag, in the outputs that have it.
#[derive(Default)]
struct AttributeCounts(BTreeMap<String, (NameSets, BTreeMap<String, usize>)>);

impl AttributeCounts {
    fn add(&mut self, tag: &str, element: &Element<'_>) {
        let (sets, counts) = self.0.entry(tag.to_owned()).or_default();
        sets.add(&element.attributes);
        for name in &element.attributes {
            *counts.entry((*name).to_owned()).or_default() += 1;
        }
    }

    /// The attributes that nearly all have, or that are of the usual ones where the others differ in
    /// one. `tags` has the number of outputs with each tag.
    fn usual(
        self,
        tags: &BTreeMap<String, usize>,
    ) -> BTreeMap<String, Vec<(String, Majority<()>)>> {
        let usual = |(tag, (sets, counts)): (String, (NameSets, BTreeMap<String, usize>))| {
            let of = *tags.get(&tag)?;
            let usual = sets.usual(ENOUGH).unwrap_or_default();
            let attributes = counts.into_iter().filter_map(|(name, holders)| {
                let with = Majority {
                    value: (),
                    holders,
                    of,
                };
                let share = if usual.contains(&name) {
                    AMONG_NEAR
                } else {
                    NEARLY_ALL
                };
                Some((name, with.when(ENOUGH, share)?))
            });
            Some((tag, attributes.collect()))
        };
        self.0.into_iter().filter_map(usual).collect()
    }
}
